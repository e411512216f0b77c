/*-------------------------------------------------------------------------
 *
 * cholesky.h
 *		Symmetric positive definite matrices, small and dense.
 *
 * Matrices are n rows of n doubles, one row after the other; of a symmetric
 * one only the lower triangle is read.  Nothing is allocated.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_MATHS_CHOLESKY_H
#define CX_MATHS_CHOLESKY_H

/*
 * Factor a matrix in place into L L': the lower triangle becomes L.  Returns
 * -1, or the first column that depends on those before it: what is left of its
 * diagonal is not above "tolerance" times what it was in "scale" (the diagonal
 * of the matrix itself if that is NULL), or it is not a number.  The matrix is spoilt
 * then.  About n^3 / 6 multiplications; interrupt(), unless NULL, is called
 * once per column and may not return.
 */
extern int	cx_cholesky_factor(double *a, int n, double tolerance, const double *scale,
							   void (*interrupt) (void *arg), void *arg);

/* x with matrix * x = b, by the factor; b may be x; n^2 multiplications. */
extern void cx_cholesky_solve(const double *l, int n, const double *b, double *x);

/* The inverse of the matrix, both triangles, by the factor; not in place; about n^3 / 3 multiplications. */
extern void cx_cholesky_inverse(const double *l, int n, double *inverse);

#endif							/* CX_MATHS_CHOLESKY_H */
