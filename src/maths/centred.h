/*-------------------------------------------------------------------------
 *
 * centred.h
 *		Sums of products around the means, from exact sums.
 *
 * The sum of (x - mean x)(y - mean y) is what remains when two sums that may
 * agree in all their digits are subtracted.  The sums are exact (exactsum.h),
 * so that is done before anything is rounded.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_MATHS_CENTRED_H
#define CX_MATHS_CENTRED_H

#include "maths/exactsum.h"

/* Doubles that a sum is told by: 159 bits of it. */
#define CX_CENTRE_PARTS	3

typedef struct CxCentre
{
	double		mean;			/* the nearest double */
	double		off;			/* mean less that double */
	double		sum[CX_CENTRE_PARTS];
} CxCentre;

/* Of n > 0 numbers that add up to "sum". */
extern CxCentre cx_centre(const CxSum *sum, uint64_t n);

/*
 * The sum of (x - mean x)(y - mean y) over n pairs whose products add up to
 * "products".  Of equal numbers it is 0.
 */
extern double cx_centred(const CxSum *products, const CxCentre *x, const CxCentre *y, uint64_t n);

#endif							/* CX_MATHS_CENTRED_H */
