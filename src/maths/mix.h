/*-------------------------------------------------------------------------
 *
 * mix.h
 *		Why an average moved: its parts' scores, or their shares.
 *
 * Between two periods an average S = sum of share w times score s moves by
 *
 *		rate	sum of (w0 + w1) / 2 * (s1 - s0)
 *		mix		sum of (w1 - w0) * (s0 + s1) / 2
 *
 * which add up to S1 - S0 exactly (Kitagawa 1955).  Since the changes of
 * shares add up to 0, any constant may be taken off the scores in the mix; by
 * segment it is (S0 + S1) / 2, so that a segment helps that is above average
 * and grows, or below it and shrinks.
 *
 * A segment that one period lacks has there the score of the other: nothing
 * of it is rate, all is mix.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_MATHS_MIX_H
#define CX_MATHS_MIX_H

#include "maths/exactsum.h"

/* A segment in one period: a weight >= 0, and its mean score, NaN where n is 0. */
typedef struct CxMixSide
{
	double		n;
	double		score;
} CxMixSide;

/* Effects are NaN where undefined. */
typedef struct CxMixPart
{
	CxMixSide	before;
	CxMixSide	after;
	double		rate;
	double		mix;
	double		total;
} CxMixPart;

/* Every segment moves one way and the whole the other? */
typedef enum CxMixParadox
{
	CX_PARADOX_UNDEFINED = -1,	/* no segment is in both periods, or one period is empty */
	CX_PARADOX_NO,
	CX_PARADOX_YES
} CxMixParadox;

/* Weights, and weights times scores, of one side: what is kept to add up exactly. */
typedef struct CxMixSum
{
	CxSum		n;
	CxSum		score;
} CxMixSum;

extern void cx_mix_add(CxMixSum *sum, double n, double score);
extern void cx_mix_merge(CxMixSum *into, const CxMixSum *from);
extern CxMixSide cx_mix_side(const CxMixSum *sum);

/* The effects of n segments and of the whole, whose sides are given. */
extern CxMixParadox cx_mix_effects(CxMixPart *parts, size_t n, CxMixPart *whole);

#endif							/* CX_MATHS_MIX_H */
