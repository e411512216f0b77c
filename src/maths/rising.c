/*-------------------------------------------------------------------------
 *
 * rising.c
 *		Rising factorials and their derivatives.
 *
 * Stirling's formula of both gammas, subtracted on paper.
 *
 *-------------------------------------------------------------------------
 */
#include "rising.h"

#include <math.h>

#include "distributions.h"

#define HALF_LOG_TWO_PI	0.91893853320467274178

/* from here on the terms of the asymptotic series below leave less than 1e-16 */
#define ASYMPTOTIC		16.0

double
cx_log_rising(double a, double m)
{
	if (m == 0.0)
		return 0.0;
	return (a - 0.5) * log1p(m / a) + m * log(a + m) - m + cx_stirling_error(a + m) - cx_stirling_error(a);
}

/* ln z - 1 / (2 z) - psi(z), Abramowitz and Stegun (1964), 6.3.18 */
static double
digamma_tail(double z)
{
	double		w = 1.0 / (z * z);

	return w * (1.0 / 12.0 - w * (1.0 / 120.0 - w * (1.0 / 252.0 - w * (1.0 / 240.0 - w * (1.0 / 132.0)))));
}

double
cx_digamma_rise(double a, double m)
{
	double		sum = 0.0;

	for (; a < ASYMPTOTIC; a += 1.0)
		sum += m / (a * (a + m));
	return sum + log1p(m / a) + m / (2.0 * a * (a + m)) + digamma_tail(a) - digamma_tail(a + m);
}

double
cx_log_beta(double a, double b)
{
	double		few = fmin(a, b);
	double		many = fmax(a, b);

	/* Gamma(few), and the rest as a rising factorial */
	return (few - 0.5) * log(few) - few + HALF_LOG_TWO_PI + cx_stirling_error(few) - cx_log_rising(many, few);
}
