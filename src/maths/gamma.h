/*-------------------------------------------------------------------------
 *
 * gamma.h
 *		The gamma and the chi-square distribution.
 *
 * Pure functions of their arguments: no state, no allocation, safe in any
 * thread.  Probabilities are shares 0..1.  A NaN argument gives NaN.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_MATHS_GAMMA_H
#define CX_MATHS_GAMMA_H

/*
 * Regularised incomplete gamma functions P(a, x) and Q(a, x) = 1 - P(a, x) for
 * a > 0; x below 0 counts as 0.  Relative error about 1e-12 for a from 0.5 to
 * 1e8, of both, however small they are.  NaN, rather than a wrong value, for
 * an a that is not positive or is beyond 1e10.
 */
extern double cx_gamma_lower(double a, double x);
extern double cx_gamma_upper(double a, double x);

/* P(X > x) of a chi-square with df > 0 degrees of freedom; NaN for df <= 0. */
extern double cx_chi_square_upper(double x, double df);

#endif							/* CX_MATHS_GAMMA_H */
