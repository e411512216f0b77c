/*-------------------------------------------------------------------------
 *
 * intervals.c
 *		Confidence intervals, comparisons and sample sizes of survey scores.
 *
 * Units and ranges are in intervals.h.
 *
 *-------------------------------------------------------------------------
 */
#include "intervals.h"

#include <float.h>
#include <math.h>

#include "distributions.h"

/* Pseudo-answers of the adjusted Wald method, (3, T) of Rocks (2016). */
#define PSEUDO_EXTREME	0.75
#define PSEUDO_TOTAL	3.0

/* Halvings of a range of at most 2 down to below the spacing of doubles at 1. */
#define SCORE_STEPS		64

/* On a logarithmic scale the whole range of a double closes in 63. */
#define SIZE_STEPS		64

/* z with P(|Z| < z) = confidence. */
static double
normal_critical(double confidence)
{
	return -cx_normal_quantile(0.5 * (1.0 - confidence));
}

static CxInterval
around(double centre, double half_width)
{
	CxInterval	result;

	result.low = centre - half_width;
	result.high = centre + half_width;
	return result;
}

/* (p + d)(1 - p - d) + 4 p d, the same polynomial as a sum of what is not negative. */
double
cx_nps_variance(double p, double d)
{
	double		decided = p + d;

	return fmax(0.0, decided * (1.0 - decided) + 4.0 * p * d);
}

CxNpsSample
cx_nps_adjust(double p, double d, double n)
{
	CxNpsSample result;

	result.n = n + PSEUDO_TOTAL;
	result.promoters = (p * n + PSEUDO_EXTREME) / result.n;
	result.detractors = (d * n + PSEUDO_EXTREME) / result.n;
	return result;
}

/*
 * Variance of one answer if the net score were delta, with the shares at
 * their maximum likelihood under that constraint: Tango (1998), Statistics in
 * Medicine 17, where q21 is the share of detractors.  For delta >= 0 the
 * constant of the quadratic is not positive, so its roots are real; the other
 * half follows by exchanging promoters and detractors.
 */
static double
constrained_variance(double p, double d, double delta)
{
	double		linear;
	double		product;
	double		root;
	double		q21;

	if (delta < 0.0)
		return constrained_variance(d, p, -delta);

	linear = (2.0 - p + d) * delta - (p + d);
	product = d * delta * (1.0 - delta);
	root = sqrt(linear * linear + 8.0 * product);
	if (linear > 0.0)
		q21 = 2.0 * product / (root + linear);
	else
		q21 = (root - linear) / 4.0;
	return fmax(0.0, 2.0 * q21 + delta * (1.0 - delta));
}

/*
 * Lower limit by inverting the score test: the delta below the estimate with
 * (p - d - delta) sqrt(n) = z sqrt(constrained variance).  Left of it the test
 * rejects down to -1, right of it it accepts up to the estimate, so halving
 * the distance from the estimate finds it.
 */
static double
score_low(double p, double d, double n, double z)
{
	double		estimate = p - d;
	double		accepted = 0.0;
	double		rejected = 1.0 + estimate;
	int			i;

	for (i = 0; i < SCORE_STEPS; i++)
	{
		double		distance = 0.5 * (accepted + rejected);

		if (distance * sqrt(n) > z * sqrt(constrained_variance(p, d, estimate - distance)))
			rejected = distance;
		else
			accepted = distance;
	}
	return estimate - accepted;
}

/*
 * Goodman (1964), Annals of Mathematical Statistics 35: simultaneous over all
 * contrasts of three shares, hence two degrees of freedom, for which the
 * chi-square quantile has a closed form.
 */
static double
goodman_critical(double confidence)
{
	return sqrt(-2.0 * log1p(-confidence));
}

CxInterval
cx_nps_interval(double p, double d, double n, double confidence, CxNpsMethod method)
{
	CxNpsSample sample = {p, d, n};
	CxInterval	result;
	double		z;

	if (method == CX_NPS_GOODMAN)
		z = goodman_critical(confidence);
	else
		z = normal_critical(confidence);

	if (method == CX_NPS_SCORE)
	{
		result.low = score_low(p, d, n, z);
		result.high = -score_low(d, p, n, z);
	}
	else
	{
		if (method == CX_NPS_ADJUSTED_WALD)
			sample = cx_nps_adjust(p, d, n);
		result = around(sample.promoters - sample.detractors,
						z * sqrt(cx_nps_variance(sample.promoters, sample.detractors) / sample.n));
	}

	result.low = fmax(-1.0, result.low);
	result.high = fmin(1.0, result.high);
	return result;
}

/*
 * The smaller root of Wilson's quadratic, written with the larger one in the
 * denominator: no cancellation, and exactly 0 at p = 0.
 */
static double
wilson_low(double p, double q, double n, double z)
{
	if (p <= 0.0)
		return 0.0;
	return n * p * p / (n * p + 0.5 * z * z + z * sqrt(n * p * q + 0.25 * z * z));
}

CxInterval
cx_wilson_interval(double p, double n, double confidence)
{
	double		z = normal_critical(confidence);
	CxInterval	result;

	result.low = fmin(p, wilson_low(p, 1.0 - p, n, z));
	result.high = fmax(p, 1.0 - wilson_low(1.0 - p, p, n, z));
	return result;
}

CxInterval
cx_t_interval(double mean, double sd, double n, double confidence)
{
	if (sd == 0.0)
		return around(mean, 0.0);
	return around(mean, -cx_t_quantile(0.5 * (1.0 - confidence), n - 1.0) * (sd / sqrt(n)));
}

/* The part both tests share: all but p_value and the limits. */
static CxComparison
start_comparison(double a, double var_a, double n_a, double b, double var_b, double n_b)
{
	CxComparison result;

	result.difference = a - b;
	result.std_error = sqrt(var_a / n_a + var_b / n_b);
	result.z = result.std_error > 0.0 ? result.difference / result.std_error : NAN;
	result.p_value = NAN;
	result.low = NAN;
	result.high = NAN;
	return result;
}

static void
set_limits(CxComparison *comparison, double critical)
{
	CxInterval	limits = around(comparison->difference, critical * comparison->std_error);

	comparison->low = limits.low;
	comparison->high = limits.high;
}

CxComparison
cx_compare_z(double a, double var_a, double n_a,
			 double b, double var_b, double n_b, double confidence)
{
	CxComparison result = start_comparison(a, var_a, n_a, b, var_b, n_b);

	if (isnan(result.z))
		return result;
	result.p_value = cx_normal_two_sided_p(result.z);
	set_limits(&result, normal_critical(confidence));
	return result;
}

/*
 * What one sample adds to the reciprocal of the Welch-Satterthwaite degrees of
 * freedom; share is its part of the squared standard error.
 */
static double
satterthwaite_term(double share, double n)
{
	if (share <= 0.0)
		return 0.0;
	return n > 1.0 ? share * share / (n - 1.0) : NAN;
}

CxComparison
cx_compare_t(double a, double var_a, double n_a,
			 double b, double var_b, double n_b, double confidence)
{
	CxComparison result = start_comparison(a, var_a, n_a, b, var_b, n_b);
	double		part_a = var_a / n_a;
	double		part_b = var_b / n_b;
	double		df;

	if (isnan(result.z))
		return result;
	df = 1.0 / (satterthwaite_term(part_a / (part_a + part_b), n_a)
				+ satterthwaite_term(part_b / (part_a + part_b), n_b));
	if (isnan(df))
		result.z = NAN;
	result.p_value = cx_t_two_sided_p(result.z, df);
	set_limits(&result, -cx_t_quantile(0.5 * (1.0 - confidence), df));
	return result;
}

/*
 * Number of answers, not yet whole, at which the adjusted Wald half-width over
 * z, squared, is target.  With N = n + 3 and s = p + d it is
 * A/N + B/N^2 - C/N^3 where A is the variance, B = 3/2 - 3 s + 6 (p - d)^2 and
 * C = 9 (p - d)^2: falling for all N >= 3, and never above 1/N.
 */
static double
adjusted_answers(double p, double d, double target)
{
	double		variance = cx_nps_variance(p, d);
	double		square = (p - d) * (p - d);
	double		quadratic = 1.5 - 3.0 * (p + d) + 6.0 * square;
	double		low = PSEUDO_TOTAL;
	double		high = fmax(PSEUDO_TOTAL, 1.0 / target);
	int			i;

	if (isinf(high))
		return high;
	for (i = 0; i < SIZE_STEPS; i++)
	{
		double		total = sqrt(low) * sqrt(high);

		if ((variance + (quadratic - 9.0 * square / total) / total) / total > target)
			low = total;
		else
			high = total;
	}
	return high - PSEUDO_TOTAL;
}

/*
 * The correction for a finite population (Cochran 1977, "Sampling
 * Techniques", 4.2) is applied before rounding up, so that the result is the
 * smallest whole number that keeps the margin in that population.
 */
double
cx_nps_sample_size(double margin, double p, double d, double confidence,
				   double population, int adjusted)
{
	double		z = normal_critical(confidence);
	double		target = (margin / z) * (margin / z);
	double		n;

	if (adjusted)
		n = adjusted_answers(p, d, target);
	else
		n = cx_nps_variance(p, d) / target;

	n = fmax(1.0, n);
	if (!isinf(population))
		n = isinf(n) ? population : n / (1.0 + (n - 1.0) / population);

	/* Rounding noise above a whole number must not cost one more answer. */
	return fmax(1.0, ceil(n * (1.0 - 16.0 * DBL_EPSILON)));
}
