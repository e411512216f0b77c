/*-------------------------------------------------------------------------
 *
 * linear.h
 *		Systems of linear equations, small and dense.
 *
 * Matrices are n rows of n doubles, one row after the other.  Nothing is
 * allocated.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_MATHS_LINEAR_H
#define CX_MATHS_LINEAR_H

#include <stdbool.h>

/*
 * Factor a matrix in place into L and U (Doolittle).  No rows are exchanged:
 * in each column the entry on the diagonal must be as large as the others of
 * that column together, which elimination keeps so; it is then what partial
 * pivoting would choose.  False if the matrix is singular or not finite; it is
 * spoilt then.  About n^3 / 3 multiplications; interrupt(), unless NULL, is
 * called once per column and may not return.
 */
extern bool cx_lu_factor(double *a, int n, void (*interrupt) (void *arg), void *arg);

/* x with matrix * x = b, by the factors; n^2 multiplications. */
extern void cx_lu_solve(const double *a, int n, const double *b, double *x);

/*
 * The entry (i, i) of the inverse of the matrix, by the factors; at most n^2
 * multiplications.  work has room for n.
 */
extern double cx_lu_inverse_diagonal(const double *a, int n, int i, double *work);

#endif							/* CX_MATHS_LINEAR_H */
