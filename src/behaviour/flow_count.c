/*-------------------------------------------------------------------------
 *
 * src/behaviour/flow_count.c
 *	  Counting transitions: flow_agg().
 *
 * Codes become numbers of nodes once per journey; then a transition costs one
 * look into a table of edges and three additions, without a branch that could
 * be guessed wrong: "has this journey been counted for this edge" is a
 * comparison whose result is added.
 *
 *-------------------------------------------------------------------------
 */
#include "behaviour/flow.h"

#include "journey/codes.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/memutils.h"

#define FIRST_SIDE		8
/* a table of source by target has at most this many places for each edge, and for that many edges always */
#define PLACES_PER_EDGE 16

/* ---- edges ---- */

static inline uint32
hash_edge(uint32 source, uint32 target)
{
	uint64		hash = ((uint64) source << 32 | target) * UINT64CONST(0x9e3779b97f4a7c15);

	return (uint32) (hash >> 32);
}

/* The place of an edge in the table; what is there is 0 if it is new. */
static inline uint32 *
place_of(CxFlow *flow, uint32 source, uint32 target)
{
	uint32		mask = flow->slots - 1;
	uint32		at;

	if (flow->side > 0)
		return &flow->table[(Size) source * flow->side + target];
	for (at = hash_edge(source, target) & mask; flow->table[at] != 0; at = (at + 1) & mask)
	{
		const CxFlowEdge *edge = &flow->edges[flow->table[at]];

		if (edge->source == source && edge->target == target)
			break;
	}
	return &flow->table[at];
}

/* A table for the nodes there are, of the kind that suits. */
static void
make_table(CxFlow *flow)
{
	uint64		side = FIRST_SIDE;
	uint64		places;

	while (side < flow->nodes.n)
		side *= 2;
	places = side * side;
	flow->slots = 0;
	flow->side = (uint32) side;
	if (places > PLACES_PER_EDGE * ((uint64) flow->n_edges + PLACES_PER_EDGE))
	{
		for (places = 64; places < 4 * (uint64) flow->n_edges;)
			places *= 2;
		flow->slots = (uint32) places;
		flow->side = 0;
	}
	if (flow->table != NULL)
		pfree(flow->table);
	flow->table = MemoryContextAllocExtended(flow->stats.context, sizeof(uint32) * places,
											 MCXT_ALLOC_ZERO | MCXT_ALLOC_HUGE);
	for (uint32 i = 1; i < flow->n_edges; i++)
		*place_of(flow, flow->edges[i].source, flow->edges[i].target) = i;
}

static void *
grow(CxFlow *flow, void *array, uint32 from, uint32 to, Size size)
{
	array = array == NULL ? MemoryContextAllocHuge(flow->stats.context, to * size) : repalloc_huge(array, to * size);
	memset((char *) array + from * size, 0, (to - from) * size);
	return array;
}

void
cx_flow_ready(CxFlow *flow)
{
	if (flow->nodes.n > flow->nodes_room)
	{
		uint32		room = Max(FIRST_SIDE, Max(flow->nodes.n, flow->nodes_room * 2));

		flow->node = grow(flow, flow->node, flow->nodes_room, room, sizeof(CxFlowNode));
		flow->nodes_room = room;
	}
	if (flow->table == NULL || (flow->side > 0 && flow->nodes.n > flow->side))
		make_table(flow);
}

/* An edge at an empty place. Tables of source by target stay as they are. */
static pg_noinline uint32
add_edge(CxFlow *flow, uint32 *place, uint32 source, uint32 target)
{
	uint32		number = Max(flow->n_edges, 1);
	CxFlowEdge *edge;

	if (number >= PG_INT32_MAX / 4)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("journeys have more than %d different transitions", PG_INT32_MAX / 4)));
	if (number >= flow->edges_room)
	{
		uint32		room = Max(16, flow->edges_room * 2);

		flow->edges = grow(flow, flow->edges, flow->edges_room, room, sizeof(CxFlowEdge));
		flow->edges_room = room;
	}
	edge = &flow->edges[number];
	edge->source = source;
	edge->target = target;
	if (flow->timed)
		edge->times = MemoryContextAllocZero(flow->stats.context, sizeof(CxFlowTimes));
	*place = number;
	flow->n_edges = number + 1;
	if (flow->side == 0 && flow->n_edges * 2 > flow->slots)
		make_table(flow);
	return number;
}

CxFlowEdge *
cx_flow_edge(CxFlow *flow, uint32 source, uint32 target)
{
	uint32	   *place = place_of(flow, source, target);
	uint32		number = *place != 0 ? *place : add_edge(flow, place, source, target);

	return &flow->edges[number];
}

/* In the context that is current: its callers see to that. */
void *
cx_flow_alloc(size_t size)
{
	return palloc0(size);
}

/* ---- times ---- */

CxLogHist *
cx_flow_counted(CxFlow *flow, CxFlowTimes *times)
{
	if (times->counted == NULL)
		times->counted = MemoryContextAllocZero(flow->stats.context, sizeof(CxLogHist));
	return times->counted;
}

static pg_noinline void
count_waiting(CxFlow *flow, CxFlowTimes *times)
{
	CxLogHist  *counted = cx_flow_counted(flow, times);

	for (int i = 0; i < times->n_waiting; i++)
		cx_loghist_add(counted, times->waiting[i], 1, cx_flow_alloc);
	times->n_waiting = 0;
}

static inline void
add_time(CxFlow *flow, CxFlowTimes *times, uint64 microseconds)
{
	if (unlikely(times->n_waiting == CX_FLOW_WAITING))
		count_waiting(flow, times);
	times->waiting[times->n_waiting++] = microseconds;
}

void
cx_flow_merge_times(CxFlow *flow, CxFlowTimes *times, const CxFlowTimes *from)
{
	if (from->counted != NULL)
		cx_loghist_merge(cx_flow_counted(flow, times), from->counted, cx_flow_alloc);
	for (int i = 0; i < from->n_waiting; i++)
		add_time(flow, times, from->waiting[i]);
}

CxLogHist
cx_flow_times(const CxFlowTimes *times)
{
	CxLogHist	all = {0};

	if (times->counted != NULL)
		cx_loghist_merge(&all, times->counted, cx_flow_alloc);
	for (int i = 0; i < times->n_waiting; i++)
		cx_loghist_add(&all, times->waiting[i], 1, cx_flow_alloc);
	return all;
}

void
cx_flow_times_free(CxLogHist *all)
{
	for (int row = 0; row < CX_LOGHIST_ROWS; row++)
		if (all->row[row] != NULL)
			pfree(all->row[row]);
}

/* ---- a journey ---- */

/* Every touch has a node, codes have a byte at most, no times, and a table of source by target. */
static void
count_transitions(CxFlow *flow, const CxJourney *j, const int32 *of_code)
{
	const uint64 now = flow->now;
	const Size	side = flow->side;
	uint32	   *const table = flow->table;
	CxFlowEdge *edges = flow->edges;
	Size		source = 0;
	uint8		codes[CX_CODES_AT_ONCE];

	for (int from = 0; from < j->n; from += CX_CODES_AT_ONCE)
	{
		int			n = cx_codes_next(j, from, codes);
		int			i = 0;

		if (from == 0)
		{
			source = of_code[codes[i++]];
			flow->node[source].starts++;
		}
		for (; i < n; i++)
		{
			uint32		target = of_code[codes[i]];
			uint32	   *place = &table[source * side + target];
			CxFlowEdge *edge;

			if (unlikely(*place == 0))
			{
				add_edge(flow, place, (uint32) source, target);
				edges = flow->edges;
			}
			edge = &edges[*place];
			edge->n++;
			edge->journeys += edge->seen != now;
			edge->seen = now;
			source = target;
		}
	}
}

/* The same for any table, and with times. */
static void
count_any(CxFlow *flow, const CxNodeBuffers *buffers, int n)
{
	uint32		source = buffers->of_code[buffers->codes[0]];

	flow->node[source].starts++;
	for (int i = 1; i < n; i++)
	{
		uint32		target = buffers->of_code[buffers->codes[i]];
		CxFlowEdge *edge = cx_flow_edge(flow, source, target);

		edge->n++;
		edge->journeys += edge->seen != flow->now;
		edge->seen = flow->now;
		if (edge->times != NULL)
			add_time(flow, edge->times, (uint64) buffers->times[i] - (uint64) buffers->times[i - 1]);
		source = target;
	}
}

/* Leave out the touches that have not got the facet; gives how many are left. */
static int
leave_out(CxNodeBuffers *buffers, int n, bool timed)
{
	int			left = 0;

	for (int i = 0; i < n; i++)
	{
		buffers->codes[left] = buffers->codes[i];
		if (timed)
			buffers->times[left] = buffers->times[i];
		left += buffers->of_code[buffers->codes[i]] >= 0;
	}
	return left;
}

/* Each entry of a dictionary occurs in its journey, so nodes are counted by entry, not by touch. */
static void
count_nodes(CxFlow *flow, const int32 *of_code, int entries)
{
	uint64		now = flow->now;

	for (int i = 0; i < entries; i++)
		if (of_code[i] >= 0)
		{
			CxFlowNode *node = &flow->node[of_code[i]];

			node->journeys += node->seen != now;
			node->seen = now;
		}
}

static void
count_journey(CxFlow *flow, CxNodeBuffers *buffers, const CxJourney *j)
{
	CxNodeView	view;
	bool		some_absent;
	bool		quick;
	int			n = j->n;

	cx_node_buffers_for(buffers, j);
	view = cx_nodes_view(&flow->nodes, buffers, j, (CxFacet) flow->grain, n);
	if (view.absent)
		return;
	some_absent = cx_nodes_of_codes(&view);
	cx_flow_ready(flow);
	quick = !some_absent && !flow->timed && flow->side > 0 && j->code_bits <= CX_CODE_BITS;
	if (!quick)
		cx_journey_codes(j, 0, n, buffers->codes);
	if (flow->timed)
		cx_journey_times(j, 0, n, buffers->times);
	if (some_absent)
		n = leave_out(buffers, n, flow->timed);
	/* some touch of a sound journey has the facet */
	if (unlikely(n == 0))
		cx_journey_damaged();
	flow->now++;
	cx_flow_add_counts(flow, 1, n - 1);
	count_nodes(flow, buffers->of_code, j->entries);
	if (quick)
		count_transitions(flow, j, buffers->of_code);
	else
		count_any(flow, buffers, n);
}

void
cx_flow_add_counts(CxFlow *flow, uint64 journeys, uint64 transitions)
{
	flow->journeys += journeys;
	flow->transitions += transitions;
	if (unlikely(flow->journeys > CX_FLOW_MAX || flow->transitions > CX_FLOW_MAX))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("flow_stats counts more than 2^61 transitions")));
}

/* The state with the journey counted; a NULL journey adds nothing. */
static Datum
accum(FunctionCallInfo fcinfo, CxFlow *flow, int grain, bool timed)
{
	CxJourney	j;
	MemoryContext old;

	cx_flow_same_kind(flow, grain, timed);
	/* opened in the memory of the call: a value out of line is copied there */
	cx_journey_open(&j, PG_GETARG_DATUM(1));
	if (j.n > 0)
	{
		old = MemoryContextSwitchTo(flow->stats.context);
		count_journey(flow, cx_node_buffers(flow->stats.shared, flow->stats.shared != NULL ?
											flow->stats.shared->context : flow->stats.context), &j);
		MemoryContextSwitchTo(old);
	}
	return cx_stats_result(fcinfo, &flow->stats);
}

static Datum
unchanged(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

/* flow_accum(state, journey [, grain [, timed]]) */
PG_FUNCTION_INFO_V1(flow_accum);
Datum
flow_accum(PG_FUNCTION_ARGS)
{
	CxFlow	   *flow;
	int			grain = CX_TOUCHPOINT;
	bool		timed = true;

	if (PG_ARGISNULL(1))
		return unchanged(fcinfo);
	flow = (CxFlow *) cx_stats_state(fcinfo, &cx_flow_type);
	if (PG_NARGS() > 2)
		grain = cx_grain_arg(fcinfo, 2, flow->grain);
	if (PG_NARGS() > 3)
	{
		if (PG_ARGISNULL(3))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("timed is NULL")));
		timed = PG_GETARG_BOOL(3);
	}
	return accum(fcinfo, flow, grain, timed);
}

/* handover_accum(state, journey): the same between owners */
PG_FUNCTION_INFO_V1(handover_accum);
Datum
handover_accum(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(1))
		return unchanged(fcinfo);
	return accum(fcinfo, (CxFlow *) cx_stats_state(fcinfo, &cx_flow_type), CX_OWNER, true);
}
