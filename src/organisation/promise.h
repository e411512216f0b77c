/*-------------------------------------------------------------------------
 *
 * src/organisation/promise.h
 *	  The type "promise_stats": promises that were kept, kept late, broken.
 *
 * A promise is due at some time. Seen from a later one, as_of, it is kept if it
 * was done when due or before, late if it was done behind that, broken if it
 * has not been done and was due, and undecided while it can still be kept.
 *
 * THE STORED FORM, behind the version byte:
 *
 *	  what was asked	contact_question.h; kind 0 rows, 1 journeys
 *	  varint	kept
 *	  varint	broken
 *	  varint	undecided
 *	  varint	rows without a time when due, 0 of journeys
 *	  lateness	of those that were late, in microseconds, 1 or more, as
 *				maths/loghist.h writes it
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_PROMISE_H
#define CX_PROMISE_H

#include "core/stats.h"
#include "maths/loghist.h"
#include "organisation/contact_question.h"

/* no count reaches it; past it 22003 */
#define CX_PROMISE_MAX	(UINT64CONST(1) << 61)

typedef enum CxPromiseKind
{
	CX_PROMISE_ROWS,
	CX_PROMISE_JOURNEYS
} CxPromiseKind;

typedef struct CxPromises
{
	CxStats		stats;
	CxAsked		asked;
	uint64		kept;
	uint64		broken;
	uint64		undecided;
	uint64		unknown;
	CxLogHist	lateness;
} CxPromises;

extern const CxStatsType cx_promise_type;
extern const CxAskedKind cx_promise_kinds[2];

extern void cx_promise_late(CxPromises *p, uint64 microseconds);	/* in the context that is current */
extern void cx_promise_check(const CxPromises *p);	/* 22003 */

#endif							/* CX_PROMISE_H */
