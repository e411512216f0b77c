/*-------------------------------------------------------------------------
 *
 * importance.c
 *		How much of the variance of an outcome each of several drivers explains.
 *
 *-------------------------------------------------------------------------
 */
#include "importance.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* orders or subsets between two calls of interrupt() */
#define PATIENCE	65536

/* What the direction k says of the outcome: its correlation with it. */
static double
direction(const double *values, const double *vectors, const double *r, int n, int k)
{
	double		sum = 0;

	for (int j = 0; j < n; j++)
		sum += vectors[(size_t) j * n + k] * r[j];
	return sum / sqrt(values[k]);
}

int
cx_coefficients(const double *values, const double *vectors, const double *r, int n,
				double *beta, double *inverse, double *lost)
{
	int			rank = 0;

	for (int j = 0; j < n; j++)
		beta[j] = inverse[j] = lost[j] = 0;
	for (int k = 0; k < n; k++)
	{
		double		part = values[k] > CX_COLLINEAR ? direction(values, vectors, r, n, k) / sqrt(values[k]) : 0;

		rank += values[k] > CX_COLLINEAR;
		for (int j = 0; j < n; j++)
		{
			double		v = vectors[(size_t) j * n + k];

			if (values[k] > CX_COLLINEAR)
			{
				beta[j] += v * part;
				inverse[j] += v * v / values[k];
			}
			else
				lost[j] += v * v;
		}
	}
	return rank;
}

/*
 * With the correlations R = V D V', the square root of R is W = V sqrt(D) V':
 * its entry (j, k) is the correlation of driver j with component k of those
 * uncorrelated components that are closest to the drivers. Component k has the
 * coefficient V D^-1/2 V' r on the outcome; since the squares of W add up to 1
 * over the drivers, each coefficient squared is shared out whole.
 */
void
cx_johnson(const double *values, const double *vectors, const double *r, int n, double *weights)
{
	for (int j = 0; j < n; j++)
		weights[j] = 0;
	for (int k = 0; k < n; k++)
	{
		double		coefficient = 0;

		for (int d = 0; d < n; d++)
			if (values[d] > CX_COLLINEAR)
				coefficient += vectors[(size_t) k * n + d] * direction(values, vectors, r, n, d);
		for (int j = 0; j < n; j++)
		{
			double		w = 0;

			for (int d = 0; d < n; d++)
				if (values[d] > CX_COLLINEAR)
					w += vectors[(size_t) j * n + d] * sqrt(values[d]) * vectors[(size_t) k * n + d];
			weights[j] += w * w * coefficient * coefficient;
		}
	}
}

/* ---- all subsets ---- */

/*
 * Subsets are gone through as a tree: at level i driver i is left out or taken
 * in. What the later drivers and the outcome still have of their own, given
 * those taken in, is a matrix; leaving out changes nothing of it, taking in
 * costs one elimination step. Level i has a matrix of n + 1 - i rows, and half
 * of all steps are at the last levels, where it is small: a few
 * multiplications per subset.
 */
typedef struct Tree
{
	int			n;
	double	   *explained;
	uint32_t	waited;
	void		(*interrupt) (void *arg);
	void	   *arg;
} Tree;

size_t
cx_lmg_work(int n)
{
	size_t		size = 0;

	for (int i = 0; i <= n; i++)
		size += (size_t) (n + 1 - i) * (n + 1 - i);
	return size;
}

/* left: rest matrix of drivers level .. n - 1 and the outcome; next: room for those of deeper levels */
static void
descend(Tree *tree, int level, uint32_t subset, const double *left, double *next)
{
	int			rows = tree->n + 1 - level;
	int			below = rows - 1;

	if (level == tree->n)
	{
		tree->explained[subset] = 1 - left[0];
		if (tree->interrupt != NULL && ++tree->waited % PATIENCE == 0)
			tree->interrupt(tree->arg);
		return;
	}
	/* left out: the same matrix without its first row and column */
	for (int i = 0; i < below; i++)
		memcpy(next + (size_t) i * below, left + (size_t) (i + 1) * rows + 1, sizeof(double) * below);
	descend(tree, level + 1, subset, next, next + (size_t) below * below);
	/* taken in; if it has nothing of its own any more, that changes nothing either */
	for (int i = 0; i < below; i++)
	{
		double		factor = left[0] > CX_COLLINEAR ? left[(size_t) (i + 1) * rows] / left[0] : 0;

		for (int j = 0; j < below; j++)
			next[(size_t) i * below + j] = left[(size_t) (i + 1) * rows + j + 1] - factor * left[j + 1];
	}
	descend(tree, level + 1, subset | UINT32_C(1) << level, next, next + (size_t) below * below);
}

/* Mean over sizes of the mean gain over the subsets of that size without the driver. */
static double
mean_gain(const Tree *tree, int driver)
{
	double		gain[CX_LMG_MAX] = {0};
	uint32_t	bit = UINT32_C(1) << driver;
	double		subsets = 1;
	double		mean = 0;

	for (uint32_t s = 0; s < UINT32_C(1) << tree->n; s++)
	{
		if ((s & bit) != 0)
			continue;
		gain[__builtin_popcount(s)] += tree->explained[s | bit] - tree->explained[s];
	}
	for (int size = 0; size < tree->n; size++)
	{
		mean += gain[size] / subsets;
		subsets = subsets * (tree->n - 1 - size) / (size + 1);
	}
	return mean / tree->n;
}

void
cx_lmg(const double *correlations, int n, double *weights, double *explained, double *work,
	   void (*interrupt) (void *arg), void *arg)
{
	Tree		tree = {n, explained, 0, interrupt, arg};

	memcpy(work, correlations, sizeof(double) * (n + 1) * (n + 1));
	descend(&tree, 0, 0, work, work + (size_t) (n + 1) * (n + 1));
	for (int j = 0; j < n; j++)
	{
		if (interrupt != NULL)
			interrupt(arg);
		weights[j] = mean_gain(&tree, j);
	}
}
