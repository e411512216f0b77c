/*-------------------------------------------------------------------------
 *
 * rising.h
 *		Rising factorials (a)_m = Gamma(a + m) / Gamma(a) and what their
 *		logarithms change by.
 *
 * Pure functions of their arguments.  a > 0, m >= 0, both real.  Differences
 * of log-gammas lose all their digits for large a; these keep them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_MATHS_RISING_H
#define CX_MATHS_RISING_H

/* ln Gamma(a + m) - ln Gamma(a) */
extern double cx_log_rising(double a, double m);

/* its derivative by a: psi(a + m) - psi(a) */
extern double cx_digamma_rise(double a, double m);

/* ln B(a, b) of the beta function, a, b > 0 */
extern double cx_log_beta(double a, double b);

#endif							/* CX_MATHS_RISING_H */
