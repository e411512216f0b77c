/*-------------------------------------------------------------------------
 *
 * optimise.c
 *		The maximum of a smooth function of a few variables.
 *
 *-------------------------------------------------------------------------
 */
#include "optimise.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "cholesky.h"

#define N				CX_MAXIMISE_MOST
#define CLIMB_STEPS		200
#define NEWTON_STEPS	30
#define LONGEST_STEP	2.0
#define HALVINGS		40
#define DAMPINGS		16
#define DIFFERENCE		1e-4	/* of variables, for second derivatives: error about its square */

/* What a quadratic function would gain by the next step, in its own unit. */
#define NEAR			1e-3	/* Newton's method takes over */
#define NEAR_STEP		0.5		/* of a variable: it may begin */
#define SLOW			0.05	/* of the gain before: curvature has changed */
#define THERE			1e-15
#define CLOSE_ENOUGH	1e-8	/* where rounding forbids to be THERE */

#define PLAIN			1e4		/* the largest inverse curvature of a maximum */
#define FARTHEST		200.0	/* logarithms beyond which nobody looks */
#define RUNAWAY			15.0	/* who has climbed so far comes to no top */

typedef struct Climb
{
	CxObjective f;
	void	   *arg;
	int			n;
	double		x[N];
	double		value;
	double		gradient[N];
} Climb;

static double
dot(const double *a, const double *b, int n)
{
	double		sum = 0.0;

	for (int i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

static double
evaluate(Climb *c, const double *x, double *gradient)
{
	double		value = c->f(x, gradient, c->arg);

	for (int i = 0; i < c->n; i++)
		if (!isfinite(gradient[i]) || fabs(x[i]) > FARTHEST)
			return -INFINITY;
	return isnan(value) ? -INFINITY : value;
}

/*
 * Go along "step", half as far as long as that does not lead upwards enough.
 * False if nowhere.  What is gained at least is the rounding of the value away.
 */
static bool
go(Climb *c, double *step)
{
	double		slope = dot(c->gradient, step, c->n);
	double		longest = 0.0;
	double		factor = 1.0;

	for (int i = 0; i < c->n; i++)
		longest = fmax(longest, fabs(step[i]));
	if (longest > LONGEST_STEP)
		factor = LONGEST_STEP / longest;
	for (int k = 0; k < HALVINGS; k++, factor /= 2.0)
	{
		double		x[N];
		double		gradient[N];
		double		value;

		for (int i = 0; i < c->n; i++)
			x[i] = c->x[i] + factor * step[i];
		value = evaluate(c, x, gradient);
		if (value >= c->value + 1e-4 * factor * slope - 4.0 * DBL_EPSILON * fabs(c->value) && isfinite(value))
		{
			for (int i = 0; i < c->n; i++)
				step[i] = x[i] - c->x[i];
			memcpy(c->x, x, sizeof(x));
			memcpy(c->gradient, gradient, sizeof(gradient));
			c->value = value;
			return true;
		}
	}
	return false;
}

/* The inverse of the negative Hessian after a step and the change of the negative gradient on it. */
static void
update(double *inverse, int n, const double *step, const double *change)
{
	double		along = dot(step, change, n);
	double		h[N];
	double		curved;

	/* uphill the curvature may be the wrong way round: keep what is known */
	if (!(along > 1e-10 * sqrt(dot(step, step, n) * dot(change, change, n))))
		return;
	for (int i = 0; i < n; i++)
		h[i] = dot(inverse + i * n, change, n);
	curved = 1.0 + dot(change, h, n) / along;
	for (int i = 0; i < n; i++)
		for (int k = 0; k < n; k++)
			inverse[i * n + k] += (curved * step[i] * step[k] - h[i] * step[k] - step[i] * h[k]) / along;
}

static bool
gone_far(const Climb *c, const double *from)
{
	for (int i = 0; i < c->n; i++)
		if (fabs(c->x[i] - from[i]) > RUNAWAY)
			return true;
	return false;
}

static void
climb(Climb *c)
{
	int			n = c->n;
	double		from[N];
	double		inverse[N * N] = {0};
	double		scale = sqrt(dot(c->gradient, c->gradient, n));

	memcpy(from, c->x, sizeof(from));
	for (int i = 0; i < n; i++)
		inverse[i * n + i] = 1.0 / fmax(scale, DBL_MIN);
	for (int k = 0; k < CLIMB_STEPS; k++)
	{
		double		step[N];
		double		change[N];

		for (int i = 0; i < n; i++)
			step[i] = dot(inverse + i * n, c->gradient, n);
		if (dot(c->gradient, step, n) < NEAR && k > n)
			break;
		memcpy(change, c->gradient, sizeof(change));
		if (!go(c, step) || gone_far(c, from))
			break;
		for (int i = 0; i < n; i++)
			change[i] -= c->gradient[i];
		/* the first step tells the scale (Nocedal, Wright 2006, 6.20) */
		if (k == 0 && dot(step, change, n) > 0.0)
			for (int i = 0; i < n; i++)
				inverse[i * n + i] = dot(step, change, n) / dot(change, change, n);
		update(inverse, n, step, change);
	}
}

/* The negative Hessian; false where it is not known. */
static bool
second_derivatives(Climb *c, double *h)
{
	int			n = c->n;
	double		slope[N * N];

	for (int i = 0; i < n; i++)
	{
		double		x[N];
		double		up[N];
		double		down[N];

		memcpy(x, c->x, sizeof(x));
		x[i] = c->x[i] + DIFFERENCE;
		if (!isfinite(evaluate(c, x, up)))
			return false;
		x[i] = c->x[i] - DIFFERENCE;
		if (!isfinite(evaluate(c, x, down)))
			return false;
		for (int k = 0; k < n; k++)
			slope[i * n + k] = (down[k] - up[k]) / (2.0 * DIFFERENCE);
	}
	for (int i = 0; i < n; i++)
		for (int k = 0; k < n; k++)
			h[i * n + k] = (slope[i * n + k] + slope[k * n + i]) / 2.0;
	return true;
}

/*
 * Its Cholesky factor; false where it is not positive, unless "damped": then
 * so much is added to the diagonal that it is (Levenberg 1944, Marquardt 1963),
 * and steps by it lead upwards all the same.
 */
static bool
curvature(Climb *c, double *l, bool damped)
{
	int			n = c->n;
	double		h[N * N];
	double		largest = 0.0;
	double		added = 0.0;

	if (!second_derivatives(c, h))
		return false;
	for (int i = 0; i < n; i++)
		largest = fmax(largest, fabs(h[i * n + i]));
	for (int k = 0; k < DAMPINGS; k++)
	{
		memcpy(l, h, sizeof(h));
		for (int i = 0; i < n; i++)
			l[i * n + i] += added;
		if (cx_cholesky_factor(l, n, 1e-13, NULL, NULL, NULL) < 0)
			return true;
		if (!damped)
			return false;
		added = added == 0.0 ? fmax(1e-9 * largest, DBL_MIN) : added * 8.0;
	}
	return false;
}

/* The step of Newton's method with this curvature, and what a quadratic function would gain by it. */
static double
newton_step(const Climb *c, const double *l, double *step)
{
	cx_cholesky_solve(l, c->n, c->gradient, step);
	return dot(c->gradient, step, c->n);
}

/* Is a maximum so near that Newton's method can be trusted from the beginning? */
static bool
is_near(const Climb *c, const double *l)
{
	double		step[N];

	newton_step(c, l, step);
	for (int i = 0; i < c->n; i++)
		if (!(fabs(step[i]) < NEAR_STEP))
			return false;
	return true;
}

/* Second derivatives are dear: they are taken again only where the old ones no longer lead on quickly. */
static void
approach(Climb *c, double *l)
{
	double		last = INFINITY;
	double		from[N];

	memcpy(from, c->x, sizeof(from));
	for (int k = 0; k < NEWTON_STEPS; k++)
	{
		double		step[N];
		double		gain = newton_step(c, l, step);

		if (gain > SLOW * last)
		{
			if (gone_far(c, from) || !curvature(c, l, true))
				return;
			gain = newton_step(c, l, step);
		}
		if (gain < THERE || !go(c, step))
			return;
		last = gain;
	}
}

CxMaximum
cx_maximise(CxObjective f, void *arg, int n, double *x, double *value, double *covariance)
{
	Climb		c = {.f = f, .arg = arg, .n = n};
	double		l[N * N];
	double		step[N];
	double		gain;

	memcpy(c.x, x, sizeof(double) * n);
	c.value = evaluate(&c, c.x, c.gradient);
	if (!isfinite(c.value))
		return CX_MAXIMUM_NONE;
	if (!curvature(&c, l, false) || !is_near(&c, l))
	{
		climb(&c);
		if (curvature(&c, l, true))
			approach(&c, l);
	}
	else
		approach(&c, l);
	memcpy(x, c.x, sizeof(double) * n);
	*value = c.value;
	if (!curvature(&c, l, false))
		return CX_MAXIMUM_FAR;
	gain = newton_step(&c, l, step);
	cx_cholesky_inverse(l, n, covariance);
	for (int i = 0; i < n; i++)
		if (!(covariance[i * n + i] < PLAIN))
			return CX_MAXIMUM_FAR;
	return gain < CLOSE_ENOUGH ? CX_MAXIMUM_FOUND : CX_MAXIMUM_NONE;
}
