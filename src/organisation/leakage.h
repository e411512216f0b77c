/*-------------------------------------------------------------------------
 *
 * src/organisation/leakage.h
 *	  The type "leakage_stats" (see leakage.c).
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_LEAKAGE_H
#define CX_LEAKAGE_H

#include "core/stats.h"
#include "journey/nodes.h"
#include "journey/what.h"
#include "organisation/counts.h"

/* An end of a cell: a touch without a name, no touch at all (only as target), or the number of a name behind them. */
#define CX_LEAK_NONE		0
#define CX_LEAK_OPEN		1
#define CX_LEAK_NODE		2

#define CX_LEAK_KEY(source, target)	((uint64) (source) << 32 | (target))
#define CX_LEAK_SOURCE(key)			((uint32) ((key) >> 32))
#define CX_LEAK_TARGET(key)			((uint32) (key))

typedef struct CxLeakageText
{
	const char *bytes;			/* not terminated */
	int			len;
} CxLeakageText;

typedef struct CxLeakage
{
	CxStats		stats;
	int			grain;			/* -1 until anything is counted or merged */
	CxLeakageText expression[2];	/* begin and finish */
	CxNodes		nodes;
	CxCounts	cells;			/* journeys by CX_LEAK_KEY */
} CxLeakage;

extern const CxStatsType cx_leakage_type;

/*
 * The cells ascending, with places in "order" for the numbers of names: of N
 * names 0 to N - 1, N for no name, N + 1 for not finished.
 */
extern CxCount *cx_leakage_sorted(const CxLeakage *l, const uint32 *order);

#endif							/* CX_LEAKAGE_H */
