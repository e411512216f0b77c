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
 * P(X > x) of a chi-square with df degrees of freedom; x below 0 counts as 0.
 * Relative error about 1e-12 for df from 1 to 2e8, however small it is.  NaN,
 * rather than a wrong value, for a df that is not positive or is beyond 2e10.
 */
extern double cx_chi_square_upper(double x, double df);

#endif							/* CX_MATHS_GAMMA_H */
