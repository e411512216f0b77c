/*-------------------------------------------------------------------------
 *
 * src/organisation/handoff.h
 *	  The touches of one journey without their times: who had it, and where.
 *
 * What is asked here is asked of neighbours in stored order. A touch without
 * the facet in question is passed over: its neighbours are neighbours then.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_HANDOFF_H
#define CX_HANDOFF_H

#include "journey/journey.h"

/* Touch i has the names entries[codes[i]], told as positions among the names of the journey. */
typedef struct CxTrace
{
	int			n;				/* touches; 0: nothing below is set */
	int			names;
	int			n_entries;
	CxEntry    *entries;		/* of the facets asked for */
	uint32	   *codes;
} CxTrace;

/* In the current memory context; "facets" has bit 1 << f for each facet f that will be asked for. */
extern CxTrace cx_trace(const CxJourney *j, int facets);
extern void cx_trace_free(CxTrace *trace);

/* Neighbours whose names differ. */
extern int	cx_trace_changes(const CxTrace *trace, CxFacet facet);

/* Different names of a facet: each entry of a dictionary occurs, so codes are not read. */
extern int	cx_distinct_names(const CxJourney *j, CxFacet facet);

#endif							/* CX_HANDOFF_H */
