/*-------------------------------------------------------------------------
 *
 * eigen.h
 *		Eigenvalues and eigenvectors of a symmetric matrix, small and dense.
 *
 * Matrices are n rows of n doubles, one row after the other.  Nothing is
 * allocated.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_MATHS_EIGEN_H
#define CX_MATHS_EIGEN_H

#include <stdbool.h>

/*
 * matrix = vectors * diag(values) * transposed vectors: values descending,
 * vector k in column k, so its part of variable j is vectors[j * n + k]; of
 * each vector the largest part (the first of equal ones) is positive.  By
 * cyclic rotations of Jacobi (1846), to the last digit that the largest value
 * allows.  The matrix is spoilt.  False if it is not finite.  About 20 n^3
 * multiplications; interrupt(), unless NULL, is called once per row of each
 * sweep and may not return.
 */
extern bool cx_eigen(double *matrix, int n, double *values, double *vectors,
					 void (*interrupt) (void *arg), void *arg);

#endif							/* CX_MATHS_EIGEN_H */
