/*-------------------------------------------------------------------------
 *
 * src/behaviour/flow_read.c
 *	  Reading flow_stats: flow_edges(), handover_matrix() and flow_nodes().
 *
 *-------------------------------------------------------------------------
 */
#include "behaviour/flow.h"

#include <math.h>

#include "core/sort.h"
#include "core/srf.h"

#define EDGE_COLUMNS	6		/* source, target, n, journeys, share, median_seconds */
#define NODE_COLUMNS	6		/* node, visits, journeys, starts, ends, exits */

/* What is told first: the larger count, then the lower names. */
typedef struct Told
{
	uint64		n;
	uint32		source;			/* place among the names */
	uint32		target;
	uint32		at;				/* edge or node */
} Told;

static int
cmp_told(const void *a, const void *b)
{
	const Told *x = (const Told *) a;
	const Told *y = (const Told *) b;

	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	if (x->source != y->source)
		return x->source < y->source ? -1 : 1;
	return (x->target > y->target) - (x->target < y->target);
}

static Told *
room_for(Size n)
{
	return MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Told) * Max(n, 1));
}

static Datum *
names_of(const CxFlow *flow)
{
	Datum	   *names = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * Max((Size) flow->nodes.n, 1));

	for (uint32 i = 0; i < flow->nodes.n; i++)
		names[i] = cx_name_datum(flow->nodes.name[i]);
	return names;
}

static double
median_seconds(const CxFlowEdge *edge)
{
	CxLogHist	times;
	double		median;

	if (edge->times == NULL)
		return NAN;
	times = cx_flow_times(edge->times);
	median = cx_loghist_quantile(&times, 0.5);
	cx_flow_times_free(&times);
	return median / (double) USECS_PER_SEC;
}

/* The edges, all or those between different nodes; shares are of what is told. */
static Datum
edges(FunctionCallInfo fcinfo, bool loops)
{
	CxRows		rows = cx_rows_begin(fcinfo, EDGE_COLUMNS);
	const CxFlow *flow = (const CxFlow *) cx_stats_arg(fcinfo, 0, &cx_flow_type);
	uint32	   *ranks = cx_nodes_ranks(cx_nodes_order(&flow->nodes), flow->nodes.n);
	Datum	   *names = names_of(flow);
	Told	   *told = room_for(flow->n_edges);
	uint64		transitions = 0;
	uint32		n = 0;

	for (uint32 i = 1; i < flow->n_edges; i++)
	{
		if (!loops && flow->edges[i].source == flow->edges[i].target)
			continue;
		transitions += flow->edges[i].n;
		told[n++] = (Told) {flow->edges[i].n, ranks[flow->edges[i].source], ranks[flow->edges[i].target], i};
	}
	cx_sort(told, n, sizeof(Told), cmp_told);
	for (uint32 i = 0; i < n; i++)
	{
		const CxFlowEdge *edge = &flow->edges[told[i].at];
		Datum		values[EDGE_COLUMNS];
		bool		nulls[EDGE_COLUMNS] = {false};

		values[0] = names[edge->source];
		values[1] = names[edge->target];
		values[2] = Int64GetDatum((int64) edge->n);
		values[3] = Int64GetDatum((int64) edge->journeys);
		values[4] = Float8GetDatum((double) edge->n / (double) transitions);
		cx_set_float8(values, nulls, 5, median_seconds(edge));
		cx_rows_put(&rows, values, nulls);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(flow_edges);
Datum
flow_edges(PG_FUNCTION_ARGS)
{
	return edges(fcinfo, true);
}

PG_FUNCTION_INFO_V1(handover_matrix);
Datum
handover_matrix(PG_FUNCTION_ARGS)
{
	return edges(fcinfo, false);
}

PG_FUNCTION_INFO_V1(flow_nodes);
Datum
flow_nodes(PG_FUNCTION_ARGS)
{
	CxRows		rows = cx_rows_begin(fcinfo, NODE_COLUMNS);
	const CxFlow *flow = (const CxFlow *) cx_stats_arg(fcinfo, 0, &cx_flow_type);
	uint32	   *ranks = cx_nodes_ranks(cx_nodes_order(&flow->nodes), flow->nodes.n);
	Datum	   *names = names_of(flow);
	Told	   *told = room_for(flow->nodes.n);

	(void) cx_flow_visits(flow);
	for (uint32 i = 0; i < flow->nodes.n; i++)
		told[i] = (Told) {flow->node[i].starts + flow->node[i].entered, ranks[i], 0, i};
	cx_sort(told, flow->nodes.n, sizeof(Told), cmp_told);
	for (uint32 i = 0; i < flow->nodes.n; i++)
	{
		const CxFlowNode *node = &flow->node[told[i].at];
		uint64		ends = told[i].n - node->left;
		Datum		values[NODE_COLUMNS];
		bool		nulls[NODE_COLUMNS] = {false};

		values[0] = names[told[i].at];
		values[1] = Int64GetDatum((int64) told[i].n);
		values[2] = Int64GetDatum((int64) node->journeys);
		values[3] = Int64GetDatum((int64) node->starts);
		values[4] = Int64GetDatum((int64) ends);
		cx_set_float8(values, nulls, 5, told[i].n == 0 ? NAN : (double) ends / (double) told[i].n);
		cx_rows_put(&rows, values, nulls);
	}
	return (Datum) 0;
}
