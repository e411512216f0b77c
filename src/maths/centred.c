/*-------------------------------------------------------------------------
 *
 * centred.c
 *		Sums of products around the means, from exact sums.
 *
 *-------------------------------------------------------------------------
 */
#include "maths/centred.h"

#include <math.h>

/* n times a number, exactly: n as two doubles that hold it */
static void
add_times(CxSum *sum, double x, uint64_t n)
{
	cx_sum_add_product(sum, x, (double) (n & UINT64_C(0xffffffff)));
	cx_sum_add_product(sum, x, (double) (n >> 32) * 4294967296.0);
}

CxCentre
cx_centre(const CxSum *sum, uint64_t n)
{
	CxCentre	c;
	CxSum		rest = *sum;
	double		guess;

	for (int i = 0; i < CX_CENTRE_PARTS; i++)
	{
		c.sum[i] = cx_sum_value(&rest);
		cx_sum_add(&rest, -c.sum[i]);
	}
	/* the quotient of two rounded numbers may be a digit off; what it leaves puts it right */
	guess = c.sum[0] / (double) n;
	rest = *sum;
	add_times(&rest, -guess, n);
	c.mean = guess + cx_sum_value(&rest) / (double) n;
	rest = *sum;
	add_times(&rest, -c.mean, n);
	c.off = cx_sum_value(&rest) / (double) n;
	return c;
}

/*
 * With a and b, the doubles next to the means, the sum of (x - a)(y - b) is
 * sum xy - a sum y - b sum x + n a b, all of it exact; what is then still to
 * be taken off for a and b not being the means is n times the product of two
 * numbers below half a unit in their last place.
 */
double
cx_centred(const CxSum *products, const CxCentre *x, const CxCentre *y, uint64_t n)
{
	CxSum		sum = *products;
	double		both = x->mean * y->mean;

	for (int i = 0; i < CX_CENTRE_PARTS; i++)
	{
		cx_sum_add_product(&sum, -x->mean, y->sum[i]);
		cx_sum_add_product(&sum, -y->mean, x->sum[i]);
	}
	add_times(&sum, both, n);
	add_times(&sum, fma(x->mean, y->mean, -both), n);
	return cx_sum_value(&sum) - (double) n * x->off * y->off;
}
