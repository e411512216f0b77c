/*-------------------------------------------------------------------------
 *
 * linear.c
 *		Systems of linear equations, small and dense.
 *
 *-------------------------------------------------------------------------
 */
#include "linear.h"

#include <math.h>
#include <stddef.h>

bool
cx_lu_factor(double *a, int n, void (*interrupt) (void *arg), void *arg)
{
	for (int k = 0; k < n; k++)
	{
		const double *top = a + (size_t) k * n;

		if (interrupt != NULL)
			interrupt(arg);
		if (!(fabs(top[k]) > 0.0) || !isfinite(top[k]))
			return false;
		for (int i = k + 1; i < n; i++)
		{
			double	   *row = a + (size_t) i * n;
			double		factor = row[k] / top[k];

			row[k] = factor;
			if (factor != 0.0)
				for (int c = k + 1; c < n; c++)
					row[c] -= factor * top[c];
		}
	}
	return true;
}

/* From the right-hand side, which is 0 before "from", to x, in place, down to x[until]. */
static void
substitute(const double *a, int n, double *x, int from, int until)
{
	for (int i = from + 1; i < n; i++)
	{
		const double *row = a + (size_t) i * n;
		double		sum = x[i];

		for (int c = from; c < i; c++)
			sum -= row[c] * x[c];
		x[i] = sum;
	}
	for (int i = n - 1; i >= until; i--)
	{
		const double *row = a + (size_t) i * n;
		double		sum = x[i];

		for (int c = i + 1; c < n; c++)
			sum -= row[c] * x[c];
		x[i] = sum / row[i];
	}
}

void
cx_lu_solve(const double *a, int n, const double *b, double *x)
{
	for (int i = 0; i < n; i++)
		x[i] = b[i];
	substitute(a, n, x, 0, 0);
}

/* The solution for a right-hand side that is 1 at i and 0 elsewhere, as far as it is needed. */
double
cx_lu_inverse_diagonal(const double *a, int n, int i, double *work)
{
	for (int r = 0; r < n; r++)
		work[r] = r == i ? 1.0 : 0.0;
	substitute(a, n, work, i, i);
	return work[i];
}
