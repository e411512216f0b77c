/*-------------------------------------------------------------------------
 *
 * distributions.h
 *		The normal, beta and Student distributions.
 *
 * Pure functions of their arguments: no state, no allocation, safe in any
 * thread.  Probabilities are shares 0..1.  A NaN argument gives NaN.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_MATHS_DISTRIBUTIONS_H
#define CX_MATHS_DISTRIBUTIONS_H

/*
 * Standard normal.  The quantile is -INFINITY at p <= 0 and INFINITY at
 * p >= 1.  For an upper quantile close to 1 ask for the lower one of 1 - p
 * and change its sign: a double holds p = 1e-300 but not 1 - 1e-300.
 */
extern double cx_normal_two_sided_p(double z);
extern double cx_normal_quantile(double p);

/*
 * Regularised incomplete beta function I_x(a, b) for a, b > 0; x below 0
 * counts as 0, above 1 as 1.  Relative error about 1e-12 for parameters from
 * 0.01 to 1e8.  NaN, rather than a wrong value, for parameters that are not
 * positive or are beyond 1e12.
 */
extern double cx_incomplete_beta(double a, double b, double x);

/*
 * Student's t for any real df > 0, INFINITY included; NaN for df <= 0.  The
 * quantile is -INFINITY at p <= 0, INFINITY at p >= 1, and infinite too where
 * it is beyond the range of a double (df = 0.004 at p = 0.975).
 */
extern double cx_t_two_sided_p(double t, double df);
extern double cx_t_quantile(double p, double df);

/*
 * What densities are made of, for the neighbours in this room: the error of
 * Stirling's formula for ln Gamma(x), x > 0, and e - ln(1 + e) for e > -1,
 * both without cancellation; 1 + e is given apart.
 */
extern double cx_stirling_error(double x);
extern double cx_log_defect(double e, double one_plus_e);

#endif							/* CX_MATHS_DISTRIBUTIONS_H */
