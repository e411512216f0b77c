/*-------------------------------------------------------------------------
 *
 * alignment.c
 *		Do series move together?  See alignment.h.
 *
 *-------------------------------------------------------------------------
 */
#include "maths/alignment.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* What the subtraction of two rounded figures may leave of nothing. */
#define ROUNDING	(4 * DBL_EPSILON)

double
cx_change(double before, double after)
{
	double		change = after - before;

	return fabs(change) <= ROUNDING * fmax(fabs(before), fabs(after)) ? 0.0 : change;
}

void
cx_changes_scale(CxChanges *c, double largest)
{
	double		most = 0;
	int			exponent;

	for (int64_t i = 0; i < c->n; i++)
		most = fmax(most, fabs(c->change[i]));
	c->noise = 0;
	if (most == 0)
		return;
	exponent = ilogb(most);
	for (int64_t i = 0; i < c->n; i++)
		c->change[i] = ldexp(c->change[i], -exponent);
	c->noise = ldexp(2 * ROUNDING * largest, -exponent);
}

/* ---- two series ---- */

/* On to the next period whose change both know. */
static inline bool
find_common(const CxChanges *a, const CxChanges *b, int64_t *i, int64_t *k)
{
	while (*i < a->n && *k < b->n)
	{
		int32_t		x = a->period[*i];
		int32_t		y = b->period[*k];

		if (x == y)
			return true;
		*i += x < y;
		*k += y < x;
	}
	return false;
}

static int
sign_of(double x)
{
	return (x > 0) - (x < 0);
}

/* Twice over the changes: first their means, then how they vary around them. */
CxTogether
cx_changes_together(const CxChanges *a, const CxChanges *b)
{
	CxTogether	t = {0, 0, NAN};
	double		mean_a = 0;
	double		mean_b = 0;
	double		aa = 0;
	double		bb = 0;
	double		ab = 0;
	double		widest_a = 0;
	double		widest_b = 0;

	for (int64_t i = 0, k = 0; find_common(a, b, &i, &k); i++, k++)
	{
		t.changes++;
		t.alike += sign_of(a->change[i]) == sign_of(b->change[k]);
		mean_a += a->change[i];
		mean_b += b->change[k];
	}
	if (t.changes < 2)
		return t;
	mean_a /= (double) t.changes;
	mean_b /= (double) t.changes;
	for (int64_t i = 0, k = 0; find_common(a, b, &i, &k); i++, k++)
	{
		double		x = a->change[i] - mean_a;
		double		y = b->change[k] - mean_b;

		widest_a = fmax(widest_a, fabs(x));
		widest_b = fmax(widest_b, fabs(y));
		aa += x * x;
		bb += y * y;
		ab += x * y;
	}
	/* changes that are small beside others of their series may have squares of 0 */
	if (widest_a > a->noise && widest_b > b->noise && aa > 0 && bb > 0)
	{
		/* one root is rounded once, two twice */
		double		spread = aa * bb > DBL_MIN / DBL_EPSILON ? sqrt(aa * bb) : sqrt(aa) * sqrt(bb);

		t.correlation = fmax(-1.0, fmin(1.0, ab / spread));
	}
	return t;
}

/* ---- all series ---- */

/* Add the arrow of a series over the periods that all know; false if it has not moved. */
static bool
add_arrow(const CxChanges *c, const uint32_t *known, uint32_t all, double *sum)
{
	double		most = 0;
	double		squares = 0;
	double		length;

	for (int64_t i = 0; i < c->n; i++)
		if (known[c->period[i]] == all)
			most = fmax(most, fabs(c->change[i]));
	if (most == 0)
		return false;
	for (int64_t i = 0; i < c->n; i++)
		if (known[c->period[i]] == all)
			squares += (c->change[i] / most) * (c->change[i] / most);
	length = sqrt(squares);
	for (int64_t i = 0; i < c->n; i++)
		if (known[c->period[i]] == all)
			sum[c->period[i]] += c->change[i] / most / length;
	return true;
}

CxResultant
cx_changes_resultant(const CxChanges *series, int64_t n, int64_t periods, uint32_t *known, double *sum)
{
	CxResultant r = {0, 0, NAN};
	uint32_t	all = 0;
	double		squares = 0;

	memset(known, 0, sizeof(uint32_t) * (size_t) periods);
	memset(sum, 0, sizeof(double) * (size_t) periods);
	for (int64_t s = 0; s < n; s++)
	{
		all += series[s].n > 0;
		for (int64_t i = 0; i < series[s].n; i++)
			known[series[s].period[i]]++;
	}
	for (int64_t p = 0; p < periods && all > 0; p++)
		r.changes += known[p] == all;
	for (int64_t s = 0; s < n; s++)
		r.moving += add_arrow(&series[s], known, all, sum);
	for (int64_t p = 0; p < periods; p++)
		squares += sum[p] * sum[p];
	if (r.changes >= 2 && r.moving >= 2)
		r.length = fmin(1.0, sqrt(squares) / (double) r.moving);
	return r;
}
