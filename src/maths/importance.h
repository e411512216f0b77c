/*-------------------------------------------------------------------------
 *
 * importance.h
 *		How much of the variance of an outcome each of several drivers explains.
 *
 * Drivers and outcome are standardised: all that is needed are correlations.
 * Matrices are n rows of n doubles, one row after the other.  Nothing is
 * allocated.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_MATHS_IMPORTANCE_H
#define CX_MATHS_IMPORTANCE_H

#include <stddef.h>

/* What is left of a standardised driver, as a share of its variance, below which nothing is left of it. */
#define CX_COLLINEAR	1e-10

/* Drivers for which all subsets are gone through: 2^20 of them, in 8 MB. */
#define CX_LMG_MAX		20

/*
 * Least squares by the eigenvalues and eigenvectors (eigen.h) of the
 * correlations of n drivers, and their correlations with the outcome: the
 * coefficients, the shortest of all that fit equally well; the diagonal of the
 * pseudo-inverse; and of each driver, how much of it lies in directions in
 * which the drivers do not vary: above 0 its coefficient is one of many.
 * Returns how many directions there are in which they do vary.
 */
extern int	cx_coefficients(const double *values, const double *vectors, const double *r, int n,
							double *beta, double *inverse, double *lost);

/*
 * Relative weights of Johnson (2000), Multivariate Behavioral Research 35:1;
 * they add up to R squared.
 */
extern void cx_johnson(const double *values, const double *vectors, const double *r, int n, double *weights);

/*
 * Lindeman, Merenda and Gold (1980): what a driver adds to R squared when it
 * enters, as the mean over all orders of entry; that is its Shapley value.
 * They add up to R squared.  "correlations" are of the n drivers and, last, the
 * outcome: n + 1 rows.  "explained" has room for 2^n numbers and receives R
 * squared of each subset; "work" for cx_lmg_work(n).  interrupt(), unless NULL,
 * is called now and then and may not return.
 */
extern void cx_lmg(const double *correlations, int n, double *weights, double *explained, double *work,
				   void (*interrupt) (void *arg), void *arg);
extern size_t cx_lmg_work(int n);

#endif							/* CX_MATHS_IMPORTANCE_H */
