/*-------------------------------------------------------------------------
 *
 * src/maths/sum2.h
 *	  Sums of doubles as if with twice their digits, rounded at the end.
 *
 * For one call that adds up a few numbers: much cheaper than an exact sum
 * (exactsum.h), but not to be merged, since the order may still show where
 * nearly everything cancels. What each addition loses is itself summed up
 * (Neumaier 1974), and so is what each product loses (Ogita, Rump, Oishi 2005).
 *
 * No postgres.h here.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_SUM2_H
#define CX_SUM2_H

#include <math.h>

typedef struct CxSum2
{
	double		sum;
	double		rest;			/* what was lost on the way */
} CxSum2;

static inline void
cx_sum2_add(CxSum2 *s, double x)
{
	double		sum = s->sum + x;

	s->rest += fabs(s->sum) >= fabs(x) ? (s->sum - sum) + x : (x - sum) + s->sum;
	s->sum = sum;
}

static inline void
cx_sum2_add_product(CxSum2 *s, double a, double b)
{
	double		product = a * b;

	cx_sum2_add(s, product);
	s->rest += fma(a, b, -product);
}

static inline double
cx_sum2_value(const CxSum2 *s)
{
	return s->sum + s->rest;
}

/* a / b; what dividing two rounded sums would miss is seen in what is left of a. */
static inline double
cx_sum2_ratio(const CxSum2 *a, const CxSum2 *b)
{
	double		divisor = cx_sum2_value(b);
	double		ratio = cx_sum2_value(a) / divisor;
	CxSum2		left = *a;

	cx_sum2_add_product(&left, -ratio, b->sum);
	cx_sum2_add_product(&left, -ratio, b->rest);
	return ratio + cx_sum2_value(&left) / divisor;
}

#endif							/* CX_SUM2_H */
