/*-------------------------------------------------------------------------
 *
 * src/organisation/silo.h
 *	  The type "silo_stats": each owner's own success against the success of
 *	  the journeys it touched.
 *
 * It is counted by rows, where a row is one owner's part in one journey, or by
 * journeys, where all touches of a journey are seen together. By rows a
 * journey counts as often as it has rows, and nobody knows which of them came
 * first; so the two forms never add up (22023).
 *
 * A touch (by rows: a row) is ok, not ok, or unknown; a journey is ok, failed,
 * or undecided. Touches of undecided journeys count as touches, and only as
 * that. A touch without an owner is counted as unowned and nowhere else.
 *
 * Broken: failed journeys in which the owner was the first, by stored order,
 * whose touch was not ok; by rows, rows that were not ok in a failed journey.
 *
 * THE STORED FORM, behind the version byte of core/stats.h:
 *
 *	  byte		0 by rows, 1 by journeys
 *	  varints	journeys that are ok, that failed, that are undecided; by rows,
 *				rows with an owner of such journeys
 *	  varint	unowned touches
 *	  names		nodes.h: varint how many, then each, ascending
 *	  for each	varints: touches ok, not ok, unknown, together at least 1;
 *				journeys with it that are ok, that failed; broken ones
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_SILO_H
#define CX_SILO_H

#include "core/stats.h"
#include "journey/nodes.h"

/* no count reaches it; past it 22003 */
#define CX_SILO_MAX		(UINT64CONST(1) << 61)

typedef enum CxSiloForm
{
	CX_SILO_UNKNOWN = -1,		/* until anything is counted or merged */
	CX_SILO_ROWS,
	CX_SILO_JOURNEYS
} CxSiloForm;

typedef struct CxSiloOwner
{
	uint64		ok;				/* touches */
	uint64		bad;
	uint64		unknown;
	uint64		journeys_ok;
	uint64		journeys_failed;
	uint64		broken;
	uint64		seen;			/* the last journey it was seen in, see CxSilo.journey */
} CxSiloOwner;

typedef struct CxSilo
{
	CxStats		stats;
	CxSiloForm	form;
	uint64		journeys_ok;
	uint64		journeys_failed;
	uint64		undecided;
	uint64		unowned;
	uint64		touches;		/* of all owners; not stored, since it is their sum */
	uint64		journey;		/* numbers the journeys counted here, from 1; not stored */
	CxNodes		nodes;			/* owners */
	CxSiloOwner *owner;			/* by node */
	uint32		room;
} CxSilo;

/* Scratch shared by all groups. */
typedef struct CxSiloBuffers
{
	CxNodeBuffers nodes;
	CxAnswer   *answers;		/* of the touches of the journey being counted */
	Size		answers_room;
} CxSiloBuffers;

/* silo.c */
extern const CxStatsType cx_silo_type;
extern void cx_silo_room(CxSilo *silo, Size owners);
extern void cx_silo_check(const CxSilo *silo);	/* 22003 */
extern void cx_silo_set_form(CxSilo *silo, CxSiloForm form);	/* 22023 */

#endif							/* CX_SILO_H */
