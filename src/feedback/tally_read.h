/*-------------------------------------------------------------------------
 *
 * src/feedback/tally_read.h
 *	  What a tally says of one kind on one scale, or of a kind altogether.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_TALLY_READ_H
#define CX_TALLY_READ_H

#include <math.h>

#include "feedback/tally.h"

/*
 * Sums over the answers of one scale, or pooled over the scales of a kind.
 * Weights are whole millionths, so every sum is exact and no order of adding
 * shows; without weights each answer weighs 1.
 */
typedef struct CxReading
{
	CxScale		scale;			/* pooled: the first whose answers weigh something */
	int			scales;			/* pooled: how many of them there are */
	int64		responses;
	int64		missing;
	int64		good;			/* answers in the good bucket, and in the bad one */
	int64		bad;
	int128		weight;
	int128		squares;
	int128		good_weight;
	int128		bad_weight;
	int128		moment;			/* sum of weight * score in thousandths */
	double		percent;		/* mean place on the scale, 0..100, NaN without answers or unknown */
	const TallyItem *items;		/* the answers on "scale", without NULLs */
	int			n_items;
} CxReading;

/* Readings per scale, ascending by kind and scale; "unknown" receives the NULLs of no known kind. */
extern CxReading *cx_readings(TallyList list, int *n, int64 *unknown);

/* The reading of a kind over all its scales. */
extern CxReading cx_pool(const CxReading *readings, int n, CxKind kind);
extern CxReading cx_reading_of(TallyList list, CxKind kind);

/*
 * The same of a working state, without the items and without "percent": one
 * pass over the slots as they lie, since moving windows ask for it at every
 * row. All sums are exact, so the order does not show.
 */
extern CxReading cx_reading_of_state(const TallyState *state, CxKind kind);

/* Everything below is NaN where it is undefined. */
extern double cx_share_good(const CxReading *r);
extern double cx_share_bad(const CxReading *r);
extern double cx_percent_good(const CxReading *r);
extern double cx_net(const CxReading *r);	/* -100..100, good minus bad */
extern double cx_effective_n(const CxReading *r);
extern double cx_mean(const CxReading *r);	/* in units of the scale */
extern double cx_stddev(const CxReading *r);	/* of the sample */

/* a + b, or 22003 where a count or a sum of weights leaves its type */
extern int64 cx_add_counts(int64 a, int64 b);
extern int128 cx_add_weights(int128 a, int128 b);

#endif							/* CX_TALLY_READ_H */
