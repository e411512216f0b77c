/*-------------------------------------------------------------------------
 *
 * src/organisation/contact.h
 *	  The type "contact_stats": how many contacts of many customers were hit,
 *	  be it preceded, overlapped by a session, or repeated.
 *
 * A contact is a touch that fits what was asked for. A customer is a journey
 * with at least one. x and y below are the contacts and the hits of one
 * customer; their squares and products say how alike the contacts of one
 * customer are, which is what an interval of the rate of contacts needs.
 *
 * THE STORED FORM, behind the version byte:
 *
 *	  what was asked	contact_question.h; kind 0 preceded_agg, 1 overlapping_agg,
 *						2 repeat_agg, which has one expression only
 *	  varint	customers
 *	  varint	customers with a hit
 *	  varint	contacts: sum of x
 *	  varint	hits: sum of y
 *	  varints	sums of x * x, x * y, y * y, up to 128 bits each
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_CONTACT_H
#define CX_CONTACT_H

#include "core/stats.h"
#include "organisation/contact_question.h"

/* no count reaches it; past it 22003 */
#define CX_CONTACT_MAX	(UINT64CONST(1) << 61)

typedef enum CxContactKind
{
	CX_PRECEDED,
	CX_OVERLAPPING,
	CX_REPEAT
} CxContactKind;

#define CX_CONTACT_KINDS	3

typedef struct CxContacts
{
	CxStats		stats;
	CxAsked		asked;
	uint64		customers;
	uint64		hit_customers;
	uint64		contacts;
	uint64		hits;
	CxUint128	xx;
	CxUint128	xy;
	CxUint128	yy;
} CxContacts;

extern const CxStatsType cx_contact_type;
extern const CxAskedKind cx_contact_kinds[CX_CONTACT_KINDS];

extern void cx_contact_check(const CxContacts *c);	/* 22003 */

#endif							/* CX_CONTACT_H */
