/*-------------------------------------------------------------------------
 *
 * cholesky.c
 *		Symmetric positive definite matrices, small and dense.
 *
 *-------------------------------------------------------------------------
 */
#include "cholesky.h"

#include <math.h>
#include <stddef.h>

int
cx_cholesky_factor(double *a, int n, double tolerance, const double *scale,
				   void (*interrupt) (void *arg), void *arg)
{
	for (int i = 0; i < n; i++)
	{
		double	   *row = a + (size_t) i * n;
		double		whole = scale == NULL ? row[i] : scale[i];
		double		left = row[i];

		if (interrupt != NULL)
			interrupt(arg);
		for (int k = 0; k < i; k++)
		{
			const double *above = a + (size_t) k * n;
			double		sum = row[k];

			for (int c = 0; c < k; c++)
				sum -= row[c] * above[c];
			row[k] = sum / above[k];
			left -= row[k] * row[k];
		}
		if (!(left > tolerance * whole) || !(left > 0.0) || !isfinite(left))
			return i;
		row[i] = sqrt(left);
	}
	return -1;
}

void
cx_cholesky_solve(const double *l, int n, const double *b, double *x)
{
	for (int i = 0; i < n; i++)
	{
		const double *row = l + (size_t) i * n;
		double		sum = b[i];

		for (int c = 0; c < i; c++)
			sum -= row[c] * x[c];
		x[i] = sum / row[i];
	}
	for (int i = n - 1; i >= 0; i--)
	{
		double		sum = x[i];

		for (int c = i + 1; c < n; c++)
			sum -= l[(size_t) c * n + i] * x[c];
		x[i] = sum / l[(size_t) i * n + i];
	}
}

/* By the inverse of L, which the lower triangle holds for a while: (L L')^-1 = L'^-1 L^-1. */
void
cx_cholesky_inverse(const double *l, int n, double *inverse)
{
	for (int k = 0; k < n; k++)
	{
		for (int i = k; i < n; i++)
		{
			double		sum = i == k ? 1.0 : 0.0;

			for (int c = k; c < i; c++)
				sum -= l[(size_t) i * n + c] * inverse[(size_t) c * n + k];
			inverse[(size_t) i * n + k] = sum / l[(size_t) i * n + i];
		}
	}
	/* entry (i, k) needs columns i and k from row i on: rows above i are done with */
	for (int i = 0; i < n; i++)
	{
		for (int k = 0; k <= i; k++)
		{
			double		sum = 0.0;

			for (int c = i; c < n; c++)
				sum += inverse[(size_t) c * n + i] * inverse[(size_t) c * n + k];
			inverse[(size_t) k * n + i] = sum;
		}
		for (int k = 0; k < i; k++)
			inverse[(size_t) i * n + k] = inverse[(size_t) k * n + i];
	}
}
