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

static void
exchange_rows(double *a, int n, int i, int k)
{
	for (int c = 0; c < n; c++)
	{
		double		kept = a[(size_t) i * n + c];

		a[(size_t) i * n + c] = a[(size_t) k * n + c];
		a[(size_t) k * n + c] = kept;
	}
}

bool
cx_lu_factor(double *a, int n, int *pivot, void (*interrupt) (void *arg), void *arg)
{
	for (int i = 0; i < n; i++)
		pivot[i] = i;
	for (int k = 0; k < n; k++)
	{
		const double *top = a + (size_t) k * n;
		int			best = k;

		if (interrupt != NULL)
			interrupt(arg);
		for (int i = k + 1; i < n; i++)
			if (fabs(a[(size_t) i * n + k]) > fabs(a[(size_t) best * n + k]))
				best = i;
		if (best != k)
		{
			int			kept = pivot[k];

			exchange_rows(a, n, k, best);
			pivot[k] = pivot[best];
			pivot[best] = kept;
		}
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

/* From the right-hand side in the order of the factors, which is 0 before "from", to x, in place, down to x[until]. */
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
cx_lu_solve(const double *a, int n, const int *pivot, const double *b, double *x)
{
	for (int i = 0; i < n; i++)
		x[i] = b[pivot[i]];
	substitute(a, n, x, 0, 0);
}

/* The solution for a right-hand side that is 1 at i and 0 elsewhere, as far as it is needed. */
double
cx_lu_inverse_diagonal(const double *a, int n, const int *pivot, int i, double *work)
{
	int			from = 0;

	for (int r = 0; r < n; r++)
	{
		work[r] = 0.0;
		if (pivot[r] == i)
			from = r;
	}
	work[from] = 1.0;
	substitute(a, n, work, from, i);
	return work[i];
}
