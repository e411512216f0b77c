/*-------------------------------------------------------------------------
 *
 * gamma.c
 *		The upper tail of the chi-square distribution.
 *
 * It is the regularised incomplete gamma function Q(a, x).  Left of the mean
 * the lower tail is a power series, right of it the upper tail a continued
 * fraction, so that small p-values keep all their digits.
 *
 *-------------------------------------------------------------------------
 */
#include "gamma.h"

#include <float.h>
#include <math.h>

#include "distributions.h"

#define SQRT_TWO_PI			2.50662827463100050242

/* Around the mean both settle in less than 10 sqrt(a) steps. */
#define MAX_GAMMA_PARAMETER	1e10
#define MAX_STEPS			2000000

/* x^a e^-x / Gamma(a), where the large powers cancel on paper. */
static double
gamma_kernel(double a, double x)
{
	return sqrt(a) / SQRT_TWO_PI * exp(-cx_stirling_error(a) - a * cx_log_defect((x - a) / a, x / a));
}

/* Sum of x^k / ((a + 1) ... (a + k)): P(a, x) = 1 - Q(a, x) = kernel / a times it.  NaN if it does not settle. */
static double
gamma_series(double a, double x)
{
	double		term = 1.0;
	double		sum = 1.0;

	for (int k = 1; k <= MAX_STEPS; k++)
	{
		term *= x / (a + k);
		sum += term;
		if (term <= sum * (DBL_EPSILON / 4.0))
			return sum;
	}
	return NAN;
}

/*
 * Q(a, x) / kernel, by the continued fraction of Legendre in its even part,
 * evaluated after Lentz (1976) as modified by Thompson and Barnett (1986).
 * Wants x >= a + 1, which keeps the denominators positive.  NaN if it does not
 * settle.
 */
static double
gamma_fraction(double a, double x)
{
	const double tiny = 1e-290;
	double		bottom = x + 1.0 - a;
	double		c = 1.0 / tiny;
	double		d = 1.0 / bottom;
	double		value = d;

	for (int k = 1; k <= MAX_STEPS; k++)
	{
		double		top = -k * (k - a);
		double		factor;

		bottom += 2.0;
		d = bottom + top * d;
		if (fabs(d) < tiny)
			d = tiny;
		d = 1.0 / d;
		c = bottom + top / c;
		if (fabs(c) < tiny)
			c = tiny;
		factor = c * d;
		value *= factor;
		if (fabs(factor - 1.0) <= DBL_EPSILON)
			return value;
	}
	return NAN;
}

/* Q(a, x), with all digits however small it is. */
static double
gamma_upper(double a, double x)
{
	double		kernel;

	if (isnan(x) || !(a > 0.0 && a <= MAX_GAMMA_PARAMETER))
		return NAN;
	if (x <= 0.0)
		return 1.0;
	if (x < a + 1.0)
		return 1.0 - fmin(1.0, gamma_kernel(a, x) / a * gamma_series(a, x));
	kernel = isinf(x) ? 0.0 : gamma_kernel(a, x);
	return kernel > 0.0 ? fmin(1.0, kernel * gamma_fraction(a, x)) : 0.0;
}

double
cx_chi_square_upper(double x, double df)
{
	return gamma_upper(0.5 * df, 0.5 * x);
}
