/*-------------------------------------------------------------------------
 *
 * btyd.c
 *		What the models in btyd.h foretell of a customer.
 *
 *-------------------------------------------------------------------------
 */
#include "btyd.h"

#include <float.h>
#include <math.h>

#include "distributions.h"
#include "rising.h"

/* The series of the hypergeometric function is summed no longer than this. */
#define SERIES_TERMS	3000
#define SERIES_NEAR		0.95	/* nor for arguments beyond */
#define SERIES_CANCELS	1e-2	/* of the largest sum on the way: with less left, digits are */

/* Sums of the trapezoidal rule: steps, and where the rest is nothing. */
#define BETA_STEP		(1.0 / 32.0)
#define BETA_WIDE		10.0	/* wider densities want smaller ones */
#define BETA_ENOUGH		45.0
#define BETA_WIDEST		3e4		/* wider ones are chances of 0 and 1, but for a part in 1e7 */
#define TIME_STEP		(1.0 / 64.0)
#define TIME_REACH		3.5

#define HALF_PI			1.57079632679489661923

static double
early(CxBtydKind kind)
{
	return kind == CX_BTYD_MBG ? 1.0 : 0.0;
}

double
cx_btyd_risk(CxBtydKind kind, const double *par, double x, double t_x, double t)
{
	double		odds;

	if (kind == CX_BTYD_PARETO)
		odds = cx_pareto_death(par, x, t_x, t).log_odds;
	else if (kind == CX_BTYD_BG && x == 0.0)
		return 0.0;
	else
		odds = log(par[2] / (par[3] + x + early(kind) - 1.0)) + (par[0] + x) * log1p((t - t_x) / (par[1] + t_x));
	return 1.0 / (1.0 + exp(-odds));
}

/* ---- purchases of a customer who is alive ---- */

/* (1 - e^(c l)) / c for l <= 0, -l for c = 0 */
static double
saturating(double c, double l)
{
	return c == 0.0 ? -l : -expm1(c * l) / c;
}

/*
 * BG/NBD: Fader, Hardie, Lee (2005), equation 10, their hypergeometric function
 * transformed by Euler's formula, which settles fast; and divided by a - 1 on
 * paper, so that a = 1 is no exception.  "bought" is b + x, 1 more for MBG/NBD.
 * NaN where it would lose digits.
 */
static double
bg_alive_series(double r, double a, double bought, double ahead)
{
	double		c = a + bought - 1.0;
	double		z = ahead / (1.0 + ahead);
	double		shrunk = -log1p(ahead);
	double		upper = c - r;	/* r is r + x here */
	double		first;
	double		term;
	double		sum;
	double		largest;

	if (z > SERIES_NEAR)
		return NAN;
	first = c * saturating(a - 1.0, shrunk);
	term = sum = upper * z;
	largest = fabs(sum);
	for (int k = 1; fabs(term) > fabs(sum) * (DBL_EPSILON / 4.0); k++)
	{
		if (k > SERIES_TERMS)
			return NAN;
		term *= (upper + k) * (a + k - 1.0) / ((c + k) * (k + 1.0)) * z;
		sum += term;
		largest = fmax(largest, fabs(sum));
	}
	sum *= exp((a - 1.0) * shrunk);
	largest *= exp((a - 1.0) * shrunk);
	if (!(first - sum > SERIES_CANCELS * fmax(fabs(first), largest)))
		return NAN;
	return first - sum;
}

/* What a customer is expected to buy who goes with chance p after each purchase. */
static double
bg_alive_given(double r, double p, double ahead)
{
	/* below, the first terms of the series are all of it */
	if (p * ahead * (r + 1.0) < DBL_EPSILON)
		return r * ahead;
	return -expm1(-r * log1p(p * ahead)) / p;
}

/*
 * The same as a mean over p, which is beta distributed (a, bought), of positive
 * terms.  In s = ln(p / (1 - p)) = mode + width sinh(v) the density falls
 * doubly exponentially, so that equal steps are all but exact (Takahasi, Mori 1974).
 */
static double
bg_alive_mean(double r, double a, double bought, double ahead)
{
	double		mode = log(a / bought);
	double		width = sqrt(1.0 / a + 1.0 / bought);
	double		step = BETA_STEP / fmax(1.0, width / BETA_WIDE);
	double		top = -a * log1p(exp(-mode)) - bought * log1p(exp(mode));
	double		weights = 0.0;
	double		sum = 0.0;

	/* a or bought is next to 0: hardly any chance lies between, and steps would never end */
	if (!(width < BETA_WIDEST))
		return (bought * (r * ahead) + a * bg_alive_given(r, 1.0, ahead)) / (a + bought);
	for (int side = -1; side <= 1; side += 2)
		for (int k = side < 0 ? 1 : 0;; k++)
		{
			double		v = side * k * step;
			double		s = mode + width * sinh(v);
			double		log_p = s < 0.0 ? s - log1p(exp(s)) : -log1p(exp(-s));
			double		fall = a * log_p + bought * (log_p - s) - top;
			double		weight = exp(fall) * cosh(v);

			if (!(fall + fabs(v) > -BETA_ENOUGH))
				break;
			weights += weight;
			sum += weight * bg_alive_given(r, exp(log_p), ahead);
		}
	return sum / weights;
}

static double
alive_expected(CxBtydKind kind, const double *par, double x, double t, double ahead)
{
	double		r = par[0] + x;
	double		since = ahead / (par[1] + t);
	double		expected;

	if (ahead == 0.0)
		return 0.0;
	if (kind == CX_BTYD_PARETO)
		/* Schmittlein, Morrison, Colombo (1987), equation 22 */
		return r * (par[3] + t) / (par[1] + t) * saturating(par[2] - 1.0, -log1p(ahead / (par[3] + t)));
	expected = bg_alive_series(r, par[2], par[3] + x + early(kind), since);
	if (isnan(expected))
		expected = bg_alive_mean(r, par[2], par[3] + x + early(kind), since);
	return expected;
}

double
cx_btyd_expected(CxBtydKind kind, const double *par, double x, double t_x, double t, double ahead)
{
	return (1.0 - cx_btyd_risk(kind, par, x, t_x, t)) * alive_expected(kind, par, x, t, ahead);
}

/* ---- how often a new customer comes back ---- */

/* Of the negative binomial distribution: x purchases in a time, if nobody leaves. */
static double
log_nbd(const double *par, double x, double t)
{
	double		value = cx_log_rising(par[0], x) - cx_log_rising(1.0, x) - par[0] * log1p(t / par[1]);

	return x == 0.0 ? value : value - x * log1p(par[1] / t);
}

/* Over the time of death; equal steps in v, t / (1 + exp(-pi sinh v)), as above. */
static double
pareto_gone_by(const double *par, double x, double t)
{
	double		sum = 0.0;

	for (double v = -TIME_REACH; v <= TIME_REACH; v += TIME_STEP)
	{
		double		w = 2.0 * HALF_PI * sinh(v);
		double		y = t / (1.0 + exp(-w));
		double		speed = y / (1.0 + exp(w)) * 2.0 * HALF_PI * cosh(v);

		if (y > 0.0 && speed > 0.0)
			sum += speed * exp(log(par[2]) - log(par[3]) - (par[2] + 1.0) * log1p(y / par[3]) + log_nbd(par, x, y));
	}
	return sum * TIME_STEP;
}

double
cx_btyd_probability(CxBtydKind kind, const double *par, double x, double t)
{
	double		m = x + early(kind);
	double		stay;
	double		gone = 0.0;

	if (t == 0.0)
		return x == 0.0 ? 1.0 : 0.0;
	if (kind == CX_BTYD_PARETO)
		return exp(-par[2] * log1p(t / par[3]) + log_nbd(par, x, t)) + pareto_gone_by(par, x, t);
	/* Fader, Hardie, Lee (2005), equation 8, its sum being an incomplete beta function */
	stay = cx_log_rising(par[3], m) - cx_log_rising(par[2] + par[3], m);
	if (m > 0.0)
		gone = exp(stay) * par[2] / (par[3] + m - 1.0) * (x == 0.0 ? 1.0 : cx_incomplete_beta(x, par[0], t / (par[1] + t)));
	return exp(stay + log_nbd(par, x, t)) + gone;
}
