/*-------------------------------------------------------------------------
 *
 * btyd_pareto.c
 *		Pareto/NBD: the odds that a customer is gone.
 *
 * They are an integral over the time y of death, from the last purchase to
 * now.  It is usually written as a difference of two hypergeometric functions,
 * whose digits cancel, and which overflow for many purchases.  Here it is
 * integrated as it stands: with u the logarithm of the smaller of alpha + y and
 * beta + y, less its first value, it is exp(-phi(u)) with a convex phi,
 * and singular nowhere near.  Gauss and Legendre need a dozen points for it
 * mostly.  Derivatives by the parameters are means over the same points.
 *
 *-------------------------------------------------------------------------
 */
#include "btyd.h"

#include <math.h>

/* Where the integrand has fallen to exp(-ENOUGH) of its first value, the rest is nothing. */
#define ENOUGH			45.0
#define CUTS			60

/* what the few points still integrate to 1e-15, and the many */
#define FEW_LENGTH		2.5
#define FEW_FALL		8.0
#define FEW_PANELS		2		/* one more would be as much work as the many */
#define MANY_LENGTH		8.0

static const double few_node[6] = {
	0.98156063424671925069, 0.90411725637047485667, 0.76990267419430468703,
	0.58731795428661744729, 0.36783149899818019375, 0.12523340851146891547
};
static const double few_weight[6] = {
	0.047175336386511827194, 0.106939325995318430960, 0.160078328543346226334,
	0.203167426723065921749, 0.233492536538354808760, 0.249147045813402785000
};
static const double many_node[16] = {
	0.99726386184948156354, 0.98561151154526833540, 0.96476225558750643077,
	0.93490607593773968917, 0.89632115576605212396, 0.84936761373256997013,
	0.79448379596794240696, 0.73218211874028968038, 0.66304426693021520097,
	0.58771575724076232904, 0.50689990893222939002, 0.42135127613063534536,
	0.33186860228212764977, 0.23928736225213707454, 0.14447196158279649348,
	0.04830766568773831623
};
static const double many_weight[16] = {
	0.007018610009470096600, 0.016274394730905670605, 0.025392065309262059455,
	0.034273862913021433102, 0.042835898022226680656, 0.050998059262376176196,
	0.058684093478535547145, 0.065822222776361846837, 0.072345794108848506225,
	0.078193895787070306471, 0.083311924226946755222, 0.087652093004403811142,
	0.091173878695763884712, 0.093844399080804565639, 0.095638720079274859419,
	0.096540088514727800566
};

/*
 * The smaller of alpha + y and beta + y is "near" at the last purchase, and
 * near e^u later; the other is far (1 + ratio (e^u - 1)) then, ratio = near / far.
 */
typedef struct Integral
{
	bool		swapped;		/* is alpha the smaller? */
	double		near;
	double		far;
	double		ratio;
	double		own;			/* phi = own u + other ln(1 + ratio (e^u - 1)) */
	double		other;
	double		sum;
	double		sum_u;
	double		sum_log;
	double		sum_near;
	double		sum_far;
} Integral;

static double
phi(const Integral *in, double u)
{
	return in->own * u + in->other * log1p(in->ratio * expm1(u));
}

/* The end of what counts: phi is convex, so that Newton's method comes down to it and not past it. */
static double
cut(const Integral *in, double u)
{
	for (int k = 0; k < CUTS; k++)
	{
		double		value = phi(in, u);
		double		share = in->ratio * exp(u) / (1.0 + in->ratio * expm1(u));

		if (!(value > 1.5 * ENOUGH))
			break;
		u -= (value - ENOUGH) / (in->own + in->other * share);
	}
	return u;
}

static void
add_point(Integral *in, double u, double weight)
{
	double		grown = expm1(u);
	double		far = 1.0 + in->ratio * grown;
	double		log_far = log1p(in->ratio * grown);
	double		value = weight * exp(-in->own * u - in->other * log_far);

	in->sum += value;
	in->sum_u += value * u;
	in->sum_log += value * log_far;
	in->sum_near += value / (1.0 + grown);
	in->sum_far += value / far;
}

static void
add_panel(Integral *in, double from, double to, const double *node, const double *weight, int n)
{
	double		middle = (from + to) / 2.0;
	double		half = (to - from) / 2.0;

	for (int i = 0; i < n; i++)
	{
		add_point(in, middle - half * node[i], half * weight[i]);
		add_point(in, middle + half * node[i], half * weight[i]);
	}
}

static void
integrate(Integral *in, double end)
{
	double		wanted = ceil(fmax(end / FEW_LENGTH, phi(in, end) / FEW_FALL));
	bool		few = wanted <= FEW_PANELS;
	int			panels;

	/* a logarithm is small, unless numbers at the edge of their range have made it nothing at all */
	if (!isfinite(end))
	{
		in->sum = NAN;
		return;
	}
	panels = (int) (few ? wanted : ceil(end / MANY_LENGTH));
	for (int i = 0; i < panels; i++)
		add_panel(in, end * i / panels, end * (i + 1) / panels, few ? few_node : many_node, few ? few_weight : many_weight,
				  few ? 6 : 16);
}

CxParetoDeath
cx_pareto_death(const double *parameters, double x, double t_x, double t)
{
	double		r = parameters[0] + x;
	double		alpha = parameters[1] + t_x;
	double		s = parameters[2];
	double		beta = parameters[3] + t_x;
	Integral	in = {.swapped = alpha < beta};
	CxParetoDeath death = {.log_odds = -INFINITY};

	if (!isfinite(t))
		death.log_odds = NAN;
	if (!(t > t_x) || !isfinite(t))
		return death;
	in.near = in.swapped ? alpha : beta;
	in.far = in.swapped ? beta : alpha;
	in.ratio = in.near / in.far;
	in.own = in.swapped ? r - 1.0 : s;
	in.other = in.swapped ? s + 1.0 : r;
	integrate(&in, cut(&in, log1p((t - t_x) / in.near)));
	if (isnan(in.sum))
		death.log_odds = NAN;
	if (!(in.sum > 0.0))
		return death;
	death.log_odds = log(in.sum * s * (in.swapped ? in.ratio : 1.0))
		+ r * log1p((t - t_x) / alpha) + s * log1p((t - t_x) / beta);
	in.sum_u = log(in.near) + in.sum_u / in.sum;
	in.sum_log = log(in.far) + in.sum_log / in.sum;
	in.sum_near /= in.sum * in.near;
	in.sum_far /= in.sum * in.far;
	death.log_r = in.swapped ? in.sum_u : in.sum_log;
	death.log_s = in.swapped ? in.sum_log : in.sum_u;
	death.by_alpha = in.swapped ? in.sum_near : in.sum_far;
	death.by_beta = in.swapped ? in.sum_far : in.sum_near;
	return death;
}
