/*-------------------------------------------------------------------------
 *
 * logit.c
 *		Logistic regression by Newton's method (see logit.h).
 *
 * The log-likelihood is concave, so Newton's method with halving of steps finds
 * its maximum if there is one. There is none if some combination of features
 * never puts a row on the wrong side (Albert, Anderson 1984): then coefficients
 * grow without end while each step still moves the rows on the right side by
 * about 1 on the scale of the logit. Both forms of that are recognised by what
 * they are: the estimate puts all rows on the right side (complete
 * separation), or the step moves no row to its wrong side (quasi-complete).
 *
 *-------------------------------------------------------------------------
 */
#include "logit.h"

#include <math.h>
#include <string.h>

#include "cholesky.h"
#include "sum2.h"

#define MAX_ITERATIONS	200
#define MAX_HALVINGS	60
#define BLOCK			1024	/* rows added up on their own, so that rounding does not grow with their number */
#define WATCH_FROM		4		/* the step in which to begin to look for separation */

/* What a feature, standardised, may leave to those before it: 1 - R^2. */
#define LEAST_LEFT		1e-10

/* Converged: the next step would move nothing by more than 1e-8 of its standard error. */
#define LEAST_STEP		1e-16

/* A working set: those features that vary, standardised, behind the 1 of the intercept; m in all. */
typedef struct Fit
{
	CxLogit    *logit;
	int			m;
	double		total;
	double		events;
	double	   *mean;			/* p */
	double	   *spread;			/* p; 0: the feature does not vary */
	double	   *z;				/* m: the row at hand */
	double	   *beta;			/* m */
	double	   *trial;			/* m */
	double	   *step;			/* m */
	double	   *gradient;		/* m */
	double	   *block_gradient; /* m */
	double	   *hessian;		/* m x m, lower triangle */
	double	   *block_hessian;	/* m x m */
	double	   *factor;			/* m x m */
	double		value;			/* log-likelihood */
	bool		parted;			/* is every row on the right side? */
} Fit;

size_t
cx_logit_work(int p)
{
	size_t		m = (size_t) p + 1;

	return 8 * m + 3 * m * m;
}

static void
set_up(Fit *fit, CxLogit *logit)
{
	size_t		m = (size_t) logit->p + 1;
	double	   *at = logit->work;

	memset(fit, 0, sizeof(Fit));
	memset(at, 0, sizeof(double) * cx_logit_work(logit->p));
	fit->logit = logit;
	fit->mean = at;
	fit->spread = (at += m);
	fit->z = (at += m);
	fit->beta = (at += m);
	fit->trial = (at += m);
	fit->step = (at += m);
	fit->gradient = (at += m);
	fit->block_gradient = (at += m);
	fit->hessian = (at += m);
	fit->block_hessian = (at += m * m);
	fit->factor = (at += m * m);
}

static void
interrupt(const Fit *fit, size_t row)
{
	if (row % BLOCK == 0 && fit->logit->interrupt != NULL)
		fit->logit->interrupt(fit->logit->arg);
}

static const double *
row_at(const Fit *fit, size_t i)
{
	return fit->logit->rows + i * (size_t) (fit->logit->p + 2);
}

/* ---- standardising ---- */

static void
count_events(Fit *fit)
{
	CxLogit    *logit = fit->logit;

	for (size_t i = 0; i < logit->n; i++)
	{
		const double *count = row_at(fit, i) + logit->p;

		fit->total += count[0] + count[1];
		fit->events += count[1];
	}
	if (fit->events > 0 && fit->events < fit->total)
		logit->null_log_likelihood = fit->events * log(fit->events / fit->total) +
			(fit->total - fit->events) * log1p(-fit->events / fit->total);
}

/* In two passes, by the largest deviation so that no square is out of range. */
static void
standardise(Fit *fit, int k)
{
	const CxLogit *logit = fit->logit;
	double		low = row_at(fit, 0)[k];
	double		high = low;
	double		reach;
	CxSum2		sum = {0};
	CxSum2		squares = {0};

	for (size_t i = 0; i < logit->n; i++)
	{
		const double *row = row_at(fit, i);

		interrupt(fit, i);
		low = fmin(low, row[k]);
		high = fmax(high, row[k]);
		cx_sum2_add_product(&sum, row[logit->p] + row[logit->p + 1], row[k]);
	}
	fit->mean[k] = fmin(fmax(cx_sum2_value(&sum) / fit->total, low), high);
	reach = fmax(high - fit->mean[k], fit->mean[k] - low);
	for (size_t i = 0; reach > 0 && i < logit->n; i++)
	{
		const double *row = row_at(fit, i);
		double		off = (row[k] - fit->mean[k]) / reach;

		interrupt(fit, i);
		cx_sum2_add_product(&squares, row[logit->p] + row[logit->p + 1], off * off);
	}
	fit->spread[k] = reach * sqrt(cx_sum2_value(&squares) / fit->total);
	fit->m += fit->spread[k] > 0;
}

static void
fill_row(Fit *fit, const double *row)
{
	int			at = 0;

	fit->z[at++] = 1;
	for (int k = 0; k < fit->logit->p; k++)
		if (fit->spread[k] > 0)
			fit->z[at++] = (row[k] - fit->mean[k]) / fit->spread[k];
}

static double
dot(const double *a, const double *b, int m)
{
	double		sum = 0;

	for (int i = 0; i < m; i++)
		sum += a[i] * b[i];
	return sum;
}

/* Which feature is number "at" of the working set? */
static int
feature_of(const Fit *fit, int at)
{
	for (int k = 0; k < fit->logit->p; k++)
		if (fit->spread[k] > 0 && --at == 0)
			return k;
	return 0;
}

/* ---- sums over all rows ---- */

static void
add_outer(Fit *fit, double weight)
{
	for (int i = 0; i < fit->m; i++)
	{
		double		w = weight * fit->z[i];
		double	   *row = fit->block_hessian + (size_t) i * fit->m;

		for (int k = 0; k <= i; k++)
			row[k] += w * fit->z[k];
	}
}

static void
clear_block(Fit *fit)
{
	memset(fit->block_gradient, 0, sizeof(double) * fit->m);
	memset(fit->block_hessian, 0, sizeof(double) * fit->m * fit->m);
}

static void
close_block(Fit *fit)
{
	for (int i = 0; i < fit->m; i++)
		fit->gradient[i] += fit->block_gradient[i];
	for (size_t i = 0; i < (size_t) fit->m * fit->m; i++)
		fit->hessian[i] += fit->block_hessian[i];
	clear_block(fit);
}

/* Log-likelihood of a row, its part of the gradient, and its weight, given the logit of its probability. */
static double
add_row(Fit *fit, const double *count, double eta)
{
	double		e = exp(-fabs(eta));
	double		near = 1 / (1 + e); /* the probability of the more probable end */
	double		far = e / (1 + e);
	double		p = eta >= 0 ? near : far;
	double		q = eta >= 0 ? far : near;
	double		rest = count[1] * q - count[0] * p; /* count[1] - total p, without cancellation */

	if ((count[0] > 0 && eta >= 0) || (count[1] > 0 && eta <= 0))
		fit->parted = false;
	for (int i = 0; i < fit->m; i++)
		fit->block_gradient[i] += rest * fit->z[i];
	add_outer(fit, (count[0] + count[1]) * near * far);
	return -log1p(e) * (count[0] + count[1]) - fabs(eta) * (eta >= 0 ? count[0] : count[1]);
}

/* Value, gradient and curvature at "beta", without the ridge. */
static void
evaluate(Fit *fit, const double *beta)
{
	CxLogit    *logit = fit->logit;
	CxSum2		value = {0};

	memset(fit->gradient, 0, sizeof(double) * fit->m);
	memset(fit->hessian, 0, sizeof(double) * fit->m * fit->m);
	clear_block(fit);
	fit->parted = true;
	for (size_t i = 0; i < logit->n; i++)
	{
		const double *row = row_at(fit, i);

		interrupt(fit, i);
		if (i % BLOCK == BLOCK - 1)
			close_block(fit);
		fill_row(fit, row);
		cx_sum2_add(&value, add_row(fit, row + logit->p, dot(fit->z, beta, fit->m)));
	}
	close_block(fit);
	fit->value = cx_sum2_value(&value);
}

/* What the ridge takes. */
static double
penalty(const Fit *fit, const double *beta)
{
	return fit->logit->ridge / 2 * dot(beta + 1, beta + 1, fit->m - 1);
}

static void
add_ridge(Fit *fit, const double *beta)
{
	for (int i = 1; i < fit->m; i++)
	{
		fit->gradient[i] -= fit->logit->ridge * beta[i];
		fit->hessian[(size_t) i * fit->m + i] += fit->logit->ridge;
	}
}

/* ---- what cannot be fitted ---- */

/* The first feature that depends on those before it, as the working set counts; -1 if none does. */
static int
dependent(Fit *fit)
{
	CxLogit    *logit = fit->logit;
	int			found;

	memset(fit->hessian, 0, sizeof(double) * fit->m * fit->m);
	clear_block(fit);
	for (size_t i = 0; i < logit->n; i++)
	{
		const double *row = row_at(fit, i);

		interrupt(fit, i);
		if (i % BLOCK == BLOCK - 1)
			close_block(fit);
		fill_row(fit, row);
		add_outer(fit, (row[logit->p] + row[logit->p + 1]) / fit->total);
	}
	close_block(fit);
	memcpy(fit->factor, fit->hessian, sizeof(double) * fit->m * fit->m);
	found = cx_cholesky_factor(fit->factor, fit->m, LEAST_LEFT, NULL, logit->interrupt, logit->arg);
	return found;
}

/* Does a direction move rows far, and none to its wrong side, as far as rounding can tell? */
static bool
never_wrong(Fit *fit, const double *direction)
{
	CxLogit    *logit = fit->logit;
	double		right = 0;
	double		wrong = 0;

	for (size_t i = 0; i < logit->n; i++)
	{
		const double *row = row_at(fit, i);
		double		moved;

		interrupt(fit, i);
		fill_row(fit, row);
		moved = dot(fit->z, direction, fit->m);
		right = fmax(right, fabs(moved));
		if (row[logit->p] > 0)
			wrong = fmax(wrong, moved);
		if (row[logit->p + 1] > 0)
			wrong = fmax(wrong, -moved);
	}
	return right > 0.1 && wrong <= 1e-6 * right;
}

static CxLogitOutcome
separated(Fit *fit, const double *direction)
{
	int			most = 1;

	for (int i = 2; i < fit->m; i++)
		if (fabs(direction[i]) > fabs(direction[most]))
			most = i;
	fit->logit->feature = feature_of(fit, most);
	return CX_LOGIT_SEPARATED;
}

/* ---- climbing ---- */

/* The next step by Newton; gives what it promises, twice, or -1 if the curvature is none. */
static double
newton(Fit *fit)
{
	CxLogit    *logit = fit->logit;

	memcpy(fit->factor, fit->hessian, sizeof(double) * fit->m * fit->m);
	if (cx_cholesky_factor(fit->factor, fit->m, 1e-14, NULL, logit->interrupt, logit->arg) >= 0)
		return -1;
	cx_cholesky_solve(fit->factor, fit->m, fit->gradient, fit->step);
	return dot(fit->gradient, fit->step, fit->m);
}

/* Go as much of the step as climbs. Rounding may hide what the last step gains. */
static bool
climb(Fit *fit)
{
	double		from = fit->value - penalty(fit, fit->beta);
	double		part = 1;

	for (int halvings = 0; halvings < MAX_HALVINGS; halvings++, part /= 2)
	{
		for (int i = 0; i < fit->m; i++)
			fit->trial[i] = fit->beta[i] + part * fit->step[i];
		evaluate(fit, fit->trial);
		if (fit->value - penalty(fit, fit->trial) >= from - 1e-12 * (1 + fabs(from)))
		{
			memcpy(fit->beta, fit->trial, sizeof(double) * fit->m);
			add_ridge(fit, fit->beta);
			return true;
		}
	}
	return false;
}

static CxLogitOutcome
iterate(Fit *fit)
{
	CxLogit    *logit = fit->logit;
	bool		last = false;

	fit->beta[0] = log(fit->events / (fit->total - fit->events));
	evaluate(fit, fit->beta);
	add_ridge(fit, fit->beta);
	for (logit->iterations = 0; !last; logit->iterations++)
	{
		double		promise = newton(fit);

		if (logit->iterations == MAX_ITERATIONS || !(promise >= 0))
			return CX_LOGIT_STUCK;
		last = promise <= LEAST_STEP;
		if (!climb(fit))
			return CX_LOGIT_STUCK;
		if (logit->ridge > 0 || fit->m == 1)
			continue;
		if (fit->parted)
			return separated(fit, fit->beta);
		if (logit->iterations >= WATCH_FROM && !last && never_wrong(fit, fit->step))
			return separated(fit, fit->step);
	}
	return newton(fit) >= 0 ? CX_LOGIT_FITTED : CX_LOGIT_STUCK;
}

/* ---- back to the units of the features ---- */

/*
 * With coefficients b and covariance V of standardised features, that of feature k is b_k / s_k, and the
 * intercept b_0 - sum of b_k mean_k / s_k; A V A' with these sums as the rows of A is their covariance.
 */
static void
restore(Fit *fit)
{
	CxLogit    *logit = fit->logit;
	int			p = logit->p;
	int			m = fit->m;
	size_t		side = (size_t) p + 1;
	double	   *v = fit->block_hessian;
	double	   *shift = fit->z; /* of the intercept: the first row of A */
	double	   *half = fit->trial;	/* V times that row */
	CxSum2		intercept = {fit->beta[0], 0};

	cx_cholesky_inverse(fit->factor, m, v);
	memset(logit->estimate, 0, sizeof(double) * side);
	memset(logit->covariance, 0, sizeof(double) * side * side);
	shift[0] = 1;
	for (int k = 0, i = 0; k < p; k++)
	{
		if (fit->spread[k] == 0)
			continue;
		i++;
		logit->estimate[k + 1] = fit->beta[i] / fit->spread[k];
		shift[i] = -fit->mean[k] / fit->spread[k];
		cx_sum2_add_product(&intercept, shift[i], fit->beta[i]);
	}
	logit->estimate[0] = cx_sum2_value(&intercept);
	for (int i = 0; i < m; i++)
		half[i] = dot(v + (size_t) i * m, shift, m);
	logit->covariance[0] = fmax(dot(half, shift, m), 0);
	for (int k = 0, i = 0; k < p; k++)
	{
		if (fit->spread[k] == 0)
			continue;
		i++;
		logit->covariance[k + 1] = logit->covariance[(k + 1) * side] = half[i] / fit->spread[k];
		for (int l = 0, j = 0; l <= k; l++)
		{
			if (fit->spread[l] == 0)
				continue;
			j++;
			logit->covariance[(k + 1) * side + l + 1] = logit->covariance[(l + 1) * side + k + 1] =
				v[(size_t) i * m + j] / fit->spread[k] / fit->spread[l];
		}
	}
}

CxLogitOutcome
cx_logit_fit(CxLogit *logit)
{
	Fit			fit;
	CxLogitOutcome outcome;
	int			found;

	set_up(&fit, logit);
	count_events(&fit);
	if (fit.events == 0)
		return CX_LOGIT_NONE;
	if (fit.events == fit.total)
		return CX_LOGIT_ALL;
	fit.m = 1;
	for (int k = 0; k < logit->p; k++)
		standardise(&fit, k);
	if (logit->ridge == 0 && (found = dependent(&fit)) >= 0)
	{
		logit->feature = feature_of(&fit, found);
		return CX_LOGIT_DEPENDENT;
	}
	outcome = iterate(&fit);
	logit->log_likelihood = fit.value;
	if (outcome == CX_LOGIT_FITTED)
		restore(&fit);
	return outcome;
}
