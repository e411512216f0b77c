/*-------------------------------------------------------------------------
 *
 * src/maths/exactsum.h
 *	  Sums of doubles without rounding, so that they merge exactly.
 *
 * Adding doubles rounds each time, so the sum depends on the order, and on how
 * workers shared the rows. Here a sum is a whole number of 2^-1074, the
 * smallest double, wide enough for 2^61 of the largest: nothing is rounded until it is
 * read, and then once, to the nearest double. That is the long accumulator of
 * Kulisch (1981), kept in limbs of 32 bits whose carries wait in the upper half
 * of 64 (R. Neal, 2015).
 *
 * THE STORED FORM is one byte: 0 for nothing, 1 positive, 2 negative; then,
 * unless 0, varint limbs of zeros passed over, varint limbs, and the limbs of
 * the magnitude, four bytes each, lowest first; the first and the last are not 0.
 *
 * No postgres.h here. Zero bytes are the sum of nothing.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_EXACTSUM_H
#define CX_EXACTSUM_H

#include "core/bytes.h"

#define CX_SUM_LIMBS	70
#define CX_SUM_MAX		1e140	/* so that sums of squares stay doubles; larger numbers are the caller's to refuse */

typedef struct CxSum
{
	int64_t		limb[CX_SUM_LIMBS]; /* of weight 2^(32 i - 1074) */
	uint32_t	waiting;		/* additions since carries were last passed on */
} CxSum;

/* x, a and b are finite. A product's bits below 2^-1074 are dropped. */
extern void cx_sum_add(CxSum *sum, double x);
extern void cx_sum_add_product(CxSum *sum, double a, double b);
extern void cx_sum_merge(CxSum *into, const CxSum *from);
/* The nearest double, ties to even; infinite beyond their range. */
extern double cx_sum_value(const CxSum *sum);
extern int	cx_sum_sign(const CxSum *sum);	/* -1, 0, 1 */
extern void cx_sum_write(const CxSum *sum, CxWriter *w);
extern bool cx_sum_read(CxSum *sum, CxReader *r);	/* false: malformed, or larger than any sum can be */
/* Can it be the sum of n numbers, none of them further from 0 than "largest"? For what was read. */
extern bool cx_sum_fits(const CxSum *sum, uint64_t n, double largest);

/* Numbers by how many, sum and sum of squares; each at most CX_SUM_MAX, and fewer than 2^61. */
typedef struct CxMoments
{
	uint64_t	n;
	CxSum		sum;
	CxSum		squares;
} CxMoments;

extern void cx_moments_add(CxMoments *m, double x);
extern void cx_moments_merge(CxMoments *into, const CxMoments *from);
extern double cx_moments_mean(const CxMoments *m);	/* NaN of nothing */
extern double cx_moments_variance(const CxMoments *m);	/* divisor n - 1; NaN for n < 2 */
extern void cx_moments_write(const CxMoments *m, CxWriter *w);
extern bool cx_moments_read(CxMoments *m, CxReader *r);

#endif							/* CX_EXACTSUM_H */
