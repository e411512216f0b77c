/*-------------------------------------------------------------------------
 *
 * src/behaviour/flow_io.c
 *	  The type flow_stats: stored form and merging (see flow.h).
 *
 *-------------------------------------------------------------------------
 */
#include "behaviour/flow.h"

#include "core/sort.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/memutils.h"

#define TIMED	4				/* in the first byte */

static void flow_init(CxStats *stats);
static void flow_write(const CxStats *stats, CxWriter *w);
static bool flow_read(CxStats *stats, CxReader *r);
static void flow_merge(CxStats *into, const CxStats *from);

const CxStatsType cx_flow_type = {
	.name = "flow_stats",
	.size = sizeof(CxFlow),
	.shared_size = sizeof(CxNodeBuffers),
	.init = flow_init,
	.write = flow_write,
	.read = flow_read,
	.merge = flow_merge
};

CX_STATS_FUNCTIONS(flow_stats, &cx_flow_type);

static void
flow_init(CxStats *stats)
{
	CxFlow	   *flow = (CxFlow *) stats;

	flow->grain = -1;
	cx_nodes_init(&flow->nodes, stats->context);
}

void
cx_flow_same_kind(CxFlow *flow, int grain, bool timed)
{
	if (flow->grain < 0)
	{
		flow->grain = grain;
		flow->timed = timed;
	}
	if (unlikely(flow->grain != grain))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("flows of different grain cannot be merged: %s and %s",
						cx_facet_name((CxFacet) flow->grain), cx_facet_name((CxFacet) grain))));
	if (unlikely(flow->timed != timed))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("flows with and without times cannot be merged")));
}

/* ---- stored form ---- */

/* Edges by source and target in the order of their names. */
typedef struct Placed
{
	uint64		key;
	uint32		edge;
} Placed;

static int
cmp_placed(const void *a, const void *b)
{
	uint64		x = ((const Placed *) a)->key;
	uint64		y = ((const Placed *) b)->key;

	return (x > y) - (x < y);
}

static Placed *
edges_in_order(const CxFlow *flow, const uint32 *ranks)
{
	Placed	   *placed = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Placed) * Max((Size) flow->n_edges, 1));
	uint32		n = 0;

	for (uint32 i = 1; i < flow->n_edges; i++)
		placed[n++] = (Placed) {(uint64) ranks[flow->edges[i].source] << 32 | ranks[flow->edges[i].target], i};
	cx_sort(placed, n, sizeof(Placed), cmp_placed);
	return placed;
}

static void
write_edge(const CxFlowEdge *edge, uint32 gap, CxWriter *w)
{
	cx_write_varint(w, gap);
	cx_write_varint(w, edge->n);
	cx_write_varint(w, edge->journeys);
	if (edge->times != NULL)
	{
		CxLogHist	times = cx_flow_times(edge->times);

		cx_loghist_write(&times, w);
		cx_flow_times_free(&times);
	}
}

static void
flow_write(const CxStats *stats, CxWriter *w)
{
	const CxFlow *flow = (const CxFlow *) stats;
	uint32	   *order = cx_nodes_order(&flow->nodes);
	uint32	   *ranks = cx_nodes_ranks(order, flow->nodes.n);
	Placed	   *placed = edges_in_order(flow, ranks);
	uint32		edges = flow->n_edges > 0 ? flow->n_edges - 1 : 0;
	uint32		at = 0;

	/* a stored journey whose dictionary holds what none of its touches has */
	if (!cx_flow_visits(flow))
		cx_journey_damaged();
	cx_write_byte(w, (uint8) (Max(flow->grain, 0) | (flow->timed ? TIMED : 0)));
	cx_nodes_write(&flow->nodes, order, w);
	for (uint32 i = 0; i < flow->nodes.n; i++)
	{
		const CxFlowNode *node = &flow->node[order[i]];
		uint32		end = at;
		uint32		next = 0;

		while (end < edges && placed[end].key >> 32 == i)
			end++;
		cx_write_varint(w, node->starts);
		cx_write_varint(w, node->journeys);
		cx_write_varint(w, end - at);
		for (; at < end; at++)
		{
			uint32		target = (uint32) placed[at].key;

			write_edge(&flow->edges[placed[at].edge], target - next, w);
			next = target + 1;
		}
		CHECK_FOR_INTERRUPTS();
	}
	pfree(placed);
	pfree(ranks);
	pfree(order);
}

static bool
read_edge(CxFlow *flow, uint32 source, uint32 target, CxReader *r)
{
	CxFlowEdge *edge = cx_flow_edge(flow, source, target);
	CxLogHist  *times;

	edge->n = cx_read_varint(r);
	edge->journeys = cx_read_varint(r);
	if (!r->ok || edge->n < 1 || edge->n > CX_FLOW_MAX - flow->transitions ||
		edge->journeys < 1 || edge->journeys > edge->n)
		return false;
	flow->transitions += edge->n;
	if (!flow->timed)
		return true;
	times = cx_flow_counted(flow, edge->times);
	return cx_loghist_read(times, r, cx_flow_alloc) && times->n == edge->n;
}

static bool
read_node(CxFlow *flow, uint32 number, CxReader *r)
{
	CxFlowNode *node = &flow->node[number];
	uint64		edges;
	uint64		next = 0;

	node->starts = cx_read_varint(r);
	node->journeys = cx_read_varint(r);
	edges = cx_read_varint(r);
	if (!r->ok || node->starts > CX_FLOW_MAX - flow->journeys || node->journeys < 1 || node->journeys > CX_FLOW_MAX ||
		node->starts > node->journeys || edges > flow->nodes.n)
		return false;
	flow->journeys += node->starts;
	for (; edges > 0; edges--)
	{
		uint64		gap = cx_read_varint(r);

		if (!r->ok || gap >= flow->nodes.n - next)
			return false;
		next += gap + 1;
		if (!read_edge(flow, number, (uint32) next - 1, r))
			return false;
	}
	return true;
}

static bool
flow_read(CxStats *stats, CxReader *r)
{
	CxFlow	   *flow = (CxFlow *) stats;
	uint8		kind = cx_read_byte(r);

	if (!r->ok || kind >= 2 * TIMED)
		return false;
	flow->grain = kind % TIMED;
	flow->timed = kind >= TIMED;
	if (!cx_nodes_read(&flow->nodes, r))
		return false;
	cx_flow_ready(flow);
	for (uint32 i = 0; i < flow->nodes.n; i++)
	{
		if (!read_node(flow, i, r))
			return false;
		CHECK_FOR_INTERRUPTS();
	}
	return cx_flow_visits(flow);
}

/* A visit is a start or entered, and is left or an end: what left cannot be more than what came. */
bool
cx_flow_visits(const CxFlow *flow)
{
	for (uint32 i = 0; i < flow->nodes.n; i++)
		flow->node[i].entered = flow->node[i].left = 0;
	for (uint32 i = 1; i < flow->n_edges; i++)
	{
		flow->node[flow->edges[i].target].entered += flow->edges[i].n;
		flow->node[flow->edges[i].source].left += flow->edges[i].n;
	}
	for (uint32 i = 0; i < flow->nodes.n; i++)
	{
		uint64		visits = flow->node[i].starts + flow->node[i].entered;

		if (flow->node[i].left > visits || flow->node[i].journeys > visits)
			return false;
	}
	return true;
}

/* ---- merging ---- */

static void
flow_merge(CxStats *into, const CxStats *from)
{
	CxFlow	   *flow = (CxFlow *) into;
	const CxFlow *other = (const CxFlow *) from;
	uint32	   *number = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(uint32) * Max((Size) other->nodes.n, 1));

	cx_flow_same_kind(flow, other->grain, other->timed);
	cx_flow_add_counts(flow, other->journeys, other->transitions);
	for (uint32 i = 0; i < other->nodes.n; i++)
		number[i] = cx_nodes_number(&flow->nodes, other->nodes.name[i]);
	cx_flow_ready(flow);
	for (uint32 i = 0; i < other->nodes.n; i++)
	{
		flow->node[number[i]].starts += other->node[i].starts;
		flow->node[number[i]].journeys += other->node[i].journeys;
		if (flow->node[number[i]].journeys > CX_FLOW_MAX)
			cx_flow_add_counts(flow, CX_FLOW_MAX, 0);
	}
	for (uint32 i = 1; i < other->n_edges; i++)
	{
		const CxFlowEdge *added = &other->edges[i];
		CxFlowEdge *edge = cx_flow_edge(flow, number[added->source], number[added->target]);

		edge->n += added->n;
		edge->journeys += added->journeys;
		if (edge->times != NULL)
			cx_flow_merge_times(flow, edge->times, added->times);
		if (i % 1024 == 0)
			CHECK_FOR_INTERRUPTS();
	}
	pfree(number);
}
