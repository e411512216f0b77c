/*-------------------------------------------------------------------------
 *
 * eigen.c
 *		Eigenvalues and eigenvectors of a symmetric matrix.
 *
 * Jacobi's method turns two variables at a time so that they no longer go
 * together.  Each turn takes the square of one entry off what is off the
 * diagonal, so it cannot fail, and near the end each sweep doubles the digits:
 * six to ten sweeps for any matrix.  Other methods are faster for hundreds of
 * variables, none is more accurate.
 *
 *-------------------------------------------------------------------------
 */
#include "eigen.h"

#include <float.h>
#include <math.h>
#include <stddef.h>

/* never reached: it bounds the loop whatever the arithmetic */
#define MOST_SWEEPS	60

#define AT(matrix, i, j)	((matrix)[(size_t) (i) * n + (j)])

/* Turn the variables p < q so that their entry vanishes (Golub and Van Loan 2013, section 8.5). */
static void
turn(double *a, double *vectors, int n, int p, int q)
{
	double		apart = (AT(a, q, q) - AT(a, p, p)) / (2 * AT(a, p, q));
	double		t = (apart < 0 ? -1 : 1) / (fabs(apart) + hypot(1, apart));
	double		c = 1 / sqrt(1 + t * t);
	double		s = t * c;
	double		shift = t * AT(a, p, q);

	AT(a, p, p) -= shift;
	AT(a, q, q) += shift;
	AT(a, p, q) = AT(a, q, p) = 0;
	for (int i = 0; i < n; i++)
	{
		double		x = AT(a, i, p);
		double		y = AT(a, i, q);

		if (i != p && i != q)
		{
			AT(a, i, p) = AT(a, p, i) = c * x - s * y;
			AT(a, i, q) = AT(a, q, i) = s * x + c * y;
		}
		x = AT(vectors, i, p);
		y = AT(vectors, i, q);
		AT(vectors, i, p) = c * x - s * y;
		AT(vectors, i, q) = s * x + c * y;
	}
}

/* Values descending, their vectors with them, each vector with its largest part positive. */
static void
arrange(int n, double *values, double *vectors)
{
	for (int k = 0; k < n; k++)
	{
		int			best = k;
		int			largest = 0;
		double		sign;

		for (int i = k + 1; i < n; i++)
			if (values[i] > values[best])
				best = i;
		for (int j = 0; j < n; j++)
		{
			double		part = AT(vectors, j, best);

			AT(vectors, j, best) = AT(vectors, j, k);
			AT(vectors, j, k) = part;
			if (fabs(part) > fabs(AT(vectors, largest, k)))
				largest = j;
		}
		sign = values[best];
		values[best] = values[k];
		values[k] = sign;
		sign = AT(vectors, largest, k) < 0 ? -1 : 1;
		for (int j = 0; j < n; j++)
			AT(vectors, j, k) *= sign;
	}
}

bool
cx_eigen(double *matrix, int n, double *values, double *vectors, void (*interrupt) (void *arg), void *arg)
{
	double		size = 0;
	bool		turned = true;

	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
		{
			AT(vectors, i, j) = i == j;
			size += fabs(AT(matrix, i, j));
		}
	if (!isfinite(size))
		return false;
	for (int sweep = 0; turned && sweep < MOST_SWEEPS; sweep++)
	{
		turned = false;
		for (int p = 0; p < n; p++)
		{
			if (interrupt != NULL)
				interrupt(arg);
			for (int q = p + 1; q < n; q++)
			{
				/* below the last digit of the matrix there is nothing to turn away */
				if (fabs(AT(matrix, p, q)) <= DBL_EPSILON / 16 * size / n)
					continue;
				turn(matrix, vectors, n, p, q);
				turned = true;
			}
		}
	}
	for (int k = 0; k < n; k++)
		values[k] = AT(matrix, k, k);
	arrange(n, values, vectors);
	return true;
}
