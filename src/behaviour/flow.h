/*-------------------------------------------------------------------------
 *
 * src/behaviour/flow.h
 *	  The type "flow_stats": which touch follows which, over many journeys.
 *
 * Nodes are the names of one facet, the grain. Touches without that facet are
 * passed over. Each two visits of a journey that follow one another are a
 * transition from node to node, maybe to the same one: an edge.
 *
 * THE STORED FORM, behind the version byte:
 *
 *	  byte		grain (0 touchpoint, 1 channel, 2 stage, 3 owner), + 4 if timed
 *	  varint	nodes
 *	  names		ascending, each as in the dictionary of a journey
 *	  for each node, in that order:
 *		varint	journeys that begin there
 *		varint	journeys that come by
 *		varint	edges that leave it
 *		for each of them, by target:
 *		  varint	nodes passed over since the target before
 *		  varint	transitions
 *		  varint	journeys with such a transition
 *		  times		only if timed: microseconds, as maths/loghist.h writes them
 *
 * How often a node is visited and how many journeys end there follows: each
 * visit is begun or entered, and is left or the end.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_FLOW_H
#define CX_FLOW_H

#include "journey/nodes.h"
#include "core/stats.h"
#include "maths/loghist.h"

/* no count reaches it, so that sums of two and their difference fit 64 bits with a sign; past it 22003 */
#define CX_FLOW_MAX		(UINT64CONST(1) << 61)

typedef struct CxFlowNode
{
	uint64		starts;
	uint64		journeys;
	uint64		seen;			/* the last journey counted */
	/* worked out by cx_flow_visits() */
	uint64		entered;
	uint64		left;
} CxFlowNode;

/*
 * Times of an edge. Those of a rare edge need no histogram, and those of a
 * frequent one are added to it some at a time, since the histograms of all edges
 * together do not fit the processor's caches.
 */
#define CX_FLOW_WAITING 14		/* makes 128 bytes of it */

typedef struct CxFlowTimes
{
	CxLogHist  *counted;		/* NULL: none yet */
	int			n_waiting;
	uint64		waiting[CX_FLOW_WAITING];
} CxFlowTimes;

typedef struct CxFlowEdge
{
	uint64		n;
	uint64		seen;			/* the last journey counted */
	uint64		journeys;
	CxFlowTimes *times;			/* NULL unless timed */
	uint32		source;
	uint32		target;
} CxFlowEdge;

/*
 * Edges are found through a table of their positions: source * side + target
 * while that is not much larger than what it holds, else a hash table. Edge 0
 * stands for none.
 */
typedef struct CxFlow
{
	CxStats		stats;
	int			grain;			/* CxFacet; -1: nothing known yet */
	bool		timed;
	CxNodes		nodes;
	uint32		nodes_room;
	CxFlowNode *node;
	uint32		n_edges;		/* with edge 0 */
	uint32		edges_room;
	CxFlowEdge *edges;
	uint32		side;			/* a power of two; 0: hash table */
	uint32		slots;			/* of the hash table, a power of two */
	uint32	   *table;
	uint64		journeys;		/* those with visits */
	uint64		transitions;
	uint64		now;			/* number of the journey being counted; never one of "seen" before */
} CxFlow;

extern const CxStatsType cx_flow_type;

/* flow_count.c */
extern void cx_flow_ready(CxFlow *flow);	/* after nodes were added: room for them and their edges */
extern CxFlowEdge *cx_flow_edge(CxFlow *flow, uint32 source, uint32 target);	/* added if new */
extern void *cx_flow_alloc(size_t size);
extern void cx_flow_merge_times(CxFlow *flow, CxFlowTimes *times, const CxFlowTimes *from);
extern CxLogHist *cx_flow_counted(CxFlow *flow, CxFlowTimes *times);	/* made if there is none */
/* All of them as one histogram of the caller's; its rows are freed by the other. */
extern CxLogHist cx_flow_times(const CxFlowTimes *times);
extern void cx_flow_times_free(CxLogHist *all);
extern void cx_flow_add_counts(CxFlow *flow, uint64 journeys, uint64 transitions);	/* 22003 */

/* flow_io.c */
extern bool cx_flow_visits(const CxFlow *flow); /* false: the counts contradict each other */
extern void cx_flow_same_kind(CxFlow *flow, int grain, bool timed); /* 22023 */

#endif							/* CX_FLOW_H */
