/*-------------------------------------------------------------------------
 *
 * src/organisation/pain.h
 *	  The type "pain_stats": where, how often and how badly customers are hurt.
 *
 * An incident is a touch whose answer is in the bad bucket of its kind and
 * scale (answer.h). Its severity is the way from the good end of the scale to
 * the answer, as a share of the scale: 0..1, kept as a whole number of 2^-63
 * so that sums do not depend on their order. Nothing is lost: no incident is
 * closer to the good end than a thousandth on a scale of two steps, and a
 * double from 2^-11 on is such a number.
 *
 * THE STORED FORM, behind the version byte of core/stats.h:
 *
 *	  byte		kind of feedback (answer.h), 0: all that have a bad bucket
 *	  varint	journeys with touches
 *	  names		nodes.h: touchpoints with answers of the kind, ascending
 *	  varints	for each of them: answers, at least 1; incidents; and, if there
 *				are any, journeys with incidents there, and the sum of the
 *				severities, up to 128 bits
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_PAIN_H
#define CX_PAIN_H

#include "core/stats.h"
#include "journey/nodes.h"

/* no count reaches it; past it 22003 */
#define CX_PAIN_MAX			(UINT64CONST(1) << 61)

#define CX_SEVERITY_BITS	63
#define CX_SEVERITY_LEAST	(UINT64CONST(1) << (CX_SEVERITY_BITS - 11))

typedef struct CxHurt
{
	uint64		answers;
	uint64		incidents;
	uint64		journeys;		/* with incidents */
	CxUint128	severity;		/* sum, in units of 2^-63 */
	uint64		seen;			/* the last journey with incidents, by CxPain.serial; not stored */
} CxHurt;

typedef struct CxPain
{
	CxStats		stats;
	int			kind;			/* -1 until anything is counted or merged */
	uint64		journeys;
	uint64		serial;
	CxNodes		nodes;
	CxHurt	   *hurt;			/* by node */
	Size		room;
} CxPain;

extern const CxStatsType cx_pain_type;

#endif							/* CX_PAIN_H */
