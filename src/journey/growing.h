/*-------------------------------------------------------------------------
 *
 * src/journey/growing.h
 *	  Journeys in the making inside an aggregate.
 *
 * The state of the aggregates is a journey: while it grows, an expanded object
 * of touches in the making; where it leaves the process (from a worker, to a
 * shard) the server asks it for its flat form, and that is the packed journey.
 * So there is one type, one validator, and merging partial results is merging
 * journeys.
 *
 * All groups of an aggregate share one memory context (core/shared.h), and in
 * it one dictionary.
 *
 * Rows that come in no order find a group that is in no cache, and waiting for
 * memory is then nearly all that a row costs. So when there are many groups,
 * touches go to a log first; when it is full, all its groups are fetched at
 * once, and then each gets its touches. A row does not look at its group then:
 * that the state is one of ours is known from where it lies.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_GROWING_H
#define CX_GROWING_H

#include "journey/touches.h"
#include "utils/expandeddatum.h"

typedef struct CxGrowing CxGrowing;

/* The growing journey of a datum, its log written out, or NULL if the datum is a stored one. */
extern CxGrowing *cx_growing_of(Datum d);
extern CxTouches *cx_growing_touches(CxGrowing *growing);

/* The state of this call, made if there is none or a stored one. */
extern CxGrowing *cx_growing_state(FunctionCallInfo fcinfo, MemoryContext aggcontext);

/* Add one touch to the state of this call. */
extern Datum cx_growing_add(FunctionCallInfo fcinfo, MemoryContext aggcontext, const CxTouch *touch);
extern Datum cx_growing_datum(CxGrowing *growing);

#endif							/* CX_GROWING_H */
