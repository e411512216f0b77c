/*-------------------------------------------------------------------------
 *
 * src/behaviour/funnel_stats.h
 *	  The type "funnel_stats": how far many journeys came through one funnel.
 *
 * THE STORED FORM, behind the version byte (core/stats.h):
 *
 *	  varint	  bytes of the definition
 *	  definition  the canonical text of the funnel_def
 *	  varint	  journeys asked
 *	  varint	  journeys that reached the first step, not more than those
 *	  for each further step a histogram (maths/loghist.h) of the microseconds
 *	  from the first step to it: as many as journeys that reached the step,
 *	  which are not more than those that reached the last step before it that
 *	  is not optional
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_FUNNEL_STATS_H
#define CX_FUNNEL_STATS_H

#include "behaviour/funnel.h"
#include "core/stats.h"
#include "maths/loghist.h"

#define CX_FUNNEL_MAX_JOURNEYS	(UINT64CONST(1) << 62)

typedef struct CxFunnelStats
{
	CxStats		stats;
	const char *text;			/* the definition; NULL in one that is still empty */
	int			text_len;
	int			n;				/* steps */
	uint64		funnel_id;		/* of the CxFunnel last counted with */
	uint64		asked;
	uint64		begun;			/* reached the first step */
	CxLogHist  *hist;			/* of each step but the first: [step - 1] */
} CxFunnelStats;

extern const CxStatsType cx_funnel_stats_type;

static inline uint64
cx_funnel_reached(const CxFunnelStats *stats, int step)
{
	return step == 0 ? stats->begun : stats->hist[step - 1].n;
}

#endif							/* CX_FUNNEL_STATS_H */
