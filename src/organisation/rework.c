/*-------------------------------------------------------------------------
 *
 * src/organisation/rework.c
 *	  The type "rework_stats": what is done again, by the same owner or by
 *	  another; and repeats(), how much of one journey is.
 *
 * A touch is rework if its touchpoint was there before in the journey. It is a
 * repeat if the last one who did it is the same owner, and redone if it is
 * another. Touches without an owner are passed over altogether.
 *
 * THE STORED FORM, behind the version byte of core/stats.h:
 *
 *	  names		of the owners, nodes.h: varint how many, then each, ascending
 *	  varints	for each owner: touches, journeys, repeats, redone
 *
 * What must hold of an owner: a journey has at least one touch of it, of which
 * the first cannot be a repeat. Of all: what is redone has an owner before; the
 * first touch of each journey is no rework.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "core/args.h"
#include "core/sort.h"
#include "core/srf.h"
#include "core/stats.h"
#include "journey/nodes.h"
#include "maths/intervals.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "organisation/handoff.h"
#include "utils/memutils.h"

#define REWORK_COLUMNS	8

/* No count reaches it; past it 22003. */
#define MAX_TOUCHES		(UINT64CONST(1) << 61)

typedef struct Owner
{
	uint64		touches;
	uint64		journeys;
	uint64		repeats;
	uint64		redone;
} Owner;

typedef struct Rework
{
	CxStats		stats;
	uint64		touches;		/* of all owners together */
	CxNodes		nodes;
	Owner	   *owner;			/* by node */
	uint32		room;
} Rework;

/* Shared by all groups, for the journey at hand. */
typedef struct ReworkBuffers
{
	CxNodeBuffers nodes;
	int			entries_room;
	CxEntry    *entries;		/* the touchpoint of each code */
	int			names_room;
	int32	   *last;			/* by name: the owner who did it last, CX_NODE_NONE if nobody did */
	uint32		owners_room;
	bool	   *seen;			/* by node; false between journeys */
} ReworkBuffers;

static void
rework_init(CxStats *stats)
{
	cx_nodes_init(&((Rework *) stats)->nodes, stats->context);
}

static void *
grow(MemoryContext context, void *array, Size from, Size to, Size size)
{
	array = array == NULL ? MemoryContextAllocHuge(context, to * size) : repalloc_huge(array, to * size);
	memset((char *) array + from * size, 0, (to - from) * size);
	return array;
}

/* Counts for n owners. */
static void
make_room(Rework *rework, Size n)
{
	Size		room = Max(8, Max(n, (Size) rework->room * 2));

	if (n <= rework->room)
		return;
	rework->owner = grow(rework->stats.context, rework->owner, rework->room, room, sizeof(Owner));
	rework->room = (uint32) room;
}

static void
add_touches(Rework *rework, uint64 touches)
{
	if (unlikely(touches > MAX_TOUCHES - rework->touches))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("rework_stats counts more than 2^61 touches")));
	rework->touches += touches;
}

/* ---- stored form ---- */

static void
rework_write(const CxStats *stats, CxWriter *w)
{
	const Rework *rework = (const Rework *) stats;
	uint32	   *order = cx_nodes_order(&rework->nodes);

	cx_nodes_write(&rework->nodes, order, w);
	for (uint32 i = 0; i < rework->nodes.n; i++)
	{
		const Owner *owner = &rework->owner[order[i]];

		cx_write_varint(w, owner->touches);
		cx_write_varint(w, owner->journeys);
		cx_write_varint(w, owner->repeats);
		cx_write_varint(w, owner->redone);
		CHECK_FOR_INTERRUPTS();
	}
	pfree(order);
}

static bool
sound(const Owner *owner, uint32 owners)
{
	return owner->journeys >= 1 && owner->journeys <= owner->touches &&
		owner->repeats <= owner->touches - owner->journeys && owner->redone <= owner->touches - owner->repeats &&
		(owners > 1 || owner->redone == 0);
}

static bool
rework_read(CxStats *stats, CxReader *r)
{
	Rework	   *rework = (Rework *) stats;
	uint64		first = 0;		/* touches that are no rework */
	uint64		journeys = 0;	/* at least so many */

	if (!cx_nodes_read(&rework->nodes, r))
		return false;
	make_room(rework, rework->nodes.n);
	for (uint32 i = 0; i < rework->nodes.n; i++)
	{
		Owner	   *owner = &rework->owner[i];

		owner->touches = cx_read_varint(r);
		owner->journeys = cx_read_varint(r);
		owner->repeats = cx_read_varint(r);
		owner->redone = cx_read_varint(r);
		if (!r->ok || owner->touches > MAX_TOUCHES - rework->touches || !sound(owner, rework->nodes.n))
			return false;
		rework->touches += owner->touches;
		first += owner->touches - owner->repeats - owner->redone;
		journeys = Max(journeys, owner->journeys);
		CHECK_FOR_INTERRUPTS();
	}
	return first >= journeys;
}

static void
rework_merge(CxStats *into, const CxStats *from)
{
	Rework	   *rework = (Rework *) into;
	const Rework *other = (const Rework *) from;

	add_touches(rework, other->touches);
	for (uint32 i = 0; i < other->nodes.n; i++)
	{
		uint32		node = cx_nodes_number(&rework->nodes, other->nodes.name[i]);
		Owner	   *owner;

		make_room(rework, (Size) node + 1);
		owner = &rework->owner[node];
		owner->touches += other->owner[i].touches;
		owner->journeys += other->owner[i].journeys;
		owner->repeats += other->owner[i].repeats;
		owner->redone += other->owner[i].redone;
		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
	}
}

static const CxStatsType rework_type = {
	.name = "rework_stats",
	.size = sizeof(Rework),
	.shared_size = sizeof(ReworkBuffers),
	.init = rework_init,
	.write = rework_write,
	.read = rework_read,
	.merge = rework_merge
};

CX_STATS_FUNCTIONS(rework_stats, &rework_type);

/* ---- counting ---- */

static ReworkBuffers *
buffers_of(Rework *rework)
{
	CxShared   *shared = rework->stats.shared;

	if (shared == NULL)
		shared = MemoryContextAllocZero(rework->stats.context, sizeof(ReworkBuffers));
	return (ReworkBuffers *) cx_node_buffers(shared, rework->stats.context);
}

/* Behind those of nodes.h. */
static void
buffers_for(ReworkBuffers *buffers, const CxJourney *j, uint32 owners)
{
	MemoryContext context = buffers->nodes.context;

	if (buffers->entries_room < j->entries)
	{
		buffers->entries = grow(context, buffers->entries, 0, Max(64, j->entries), sizeof(CxEntry));
		buffers->entries_room = Max(64, j->entries);
	}
	if (buffers->names_room < j->names)
	{
		buffers->last = grow(context, buffers->last, 0, Max(64, j->names), sizeof(int32));
		buffers->names_room = Max(64, j->names);
	}
	if (buffers->owners_room < owners)
	{
		Size		room = Max(64, (Size) owners * 2);

		buffers->seen = grow(context, buffers->seen, buffers->owners_room, room, sizeof(bool));
		buffers->owners_room = (uint32) room;
	}
}

/* Each entry of a dictionary occurs in its journey; if one does not, its owner would have been counted without touches. */
static void
clear_seen(ReworkBuffers *buffers, const CxJourney *j)
{
	const int32 *of_code = buffers->nodes.of_code;
	bool		all = true;

	for (int code = 0; code < j->entries; code++)
		all &= of_code[code] < 0 || buffers->seen[of_code[code]];
	for (int code = 0; code < j->entries; code++)
		if (of_code[code] >= 0)
			buffers->seen[of_code[code]] = false;
	if (unlikely(!all))
		cx_journey_damaged();
}

static void
count_touches(Rework *rework, ReworkBuffers *buffers, const CxJourney *j)
{
	const int32 *of_code = buffers->nodes.of_code;
	const uint32 *codes = buffers->nodes.codes;
	uint64		touches = 0;

	for (int i = 0; i < j->names; i++)
		buffers->last[i] = CX_NODE_NONE;
	for (int i = 0; i < j->n; i++)
	{
		int32		node = of_code[codes[i]];
		int32	   *last = &buffers->last[buffers->entries[codes[i]].name[CX_TOUCHPOINT]];
		Owner	   *owner;

		if (node < 0)
			continue;
		owner = &rework->owner[node];
		owner->touches++;
		owner->journeys += !buffers->seen[node];
		buffers->seen[node] = true;
		owner->repeats += *last == node;
		owner->redone += *last >= 0 && *last != node;
		*last = node;
		touches++;
	}
	clear_seen(buffers, j);
	add_touches(rework, touches);
}

static void
count_journey(Rework *rework, const CxJourney *j)
{
	ReworkBuffers *buffers = buffers_of(rework);
	CxNodeView	view;

	cx_node_buffers_for(&buffers->nodes, j);
	view = cx_nodes_view(&rework->nodes, &buffers->nodes, j, CX_OWNER, j->n);
	if (view.absent)
		return;
	cx_nodes_of_codes(&view);
	make_room(rework, rework->nodes.n);
	buffers_for(buffers, j, rework->nodes.n);
	cx_journey_entry_names(j, 1 << CX_TOUCHPOINT, buffers->entries);
	cx_journey_codes(j, 0, j->n, buffers->nodes.codes);
	count_touches(rework, buffers, j);
}

/* rework_accum(state, journey) */
PG_FUNCTION_INFO_V1(rework_accum);
Datum
rework_accum(PG_FUNCTION_ARGS)
{
	Rework	   *rework;
	CxJourney	j;
	MemoryContext old;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	rework = (Rework *) cx_stats_state(fcinfo, &rework_type);
	/* opened in the memory of the call: a value out of line is copied there */
	cx_journey_open(&j, PG_GETARG_DATUM(1));
	if (j.n > 0)
	{
		old = MemoryContextSwitchTo(rework->stats.context);
		count_journey(rework, &j);
		MemoryContextSwitchTo(old);
	}
	return cx_stats_result(fcinfo, &rework->stats);
}

/* repeats(journey): touches less those that are the first of their touchpoint */
PG_FUNCTION_INFO_V1(journey_repeats);
Datum
journey_repeats(PG_FUNCTION_ARGS)
{
	CxJourney	j;

	cx_journey_open(&j, PG_GETARG_DATUM(0));
	PG_RETURN_INT32(j.n - cx_distinct_names(&j, CX_TOUCHPOINT));
}

/* ---- reading ---- */

/* Most rework first; equals, which come in the order of their names, by their place in it. */
static int
cmp_owners(const void *a, const void *b, void *owners)
{
	uint32		i = *(const uint32 *) a;
	uint32		k = *(const uint32 *) b;
	const Owner *x = &((const Owner *) owners)[i];
	const Owner *y = &((const Owner *) owners)[k];
	uint64		x_rework = x->repeats + x->redone;
	uint64		y_rework = y->repeats + y->redone;

	if (x_rework != y_rework)
		return x_rework > y_rework ? -1 : 1;
	return (i > k) - (i < k);
}

static void
put_owner(CxRows *rows, CxName name, const Owner *owner, double confidence)
{
	double		n = (double) owner->touches;
	double		share = (double) (owner->repeats + owner->redone) / n;
	CxInterval	interval = cx_wilson_interval(share, n, confidence);
	Datum		values[REWORK_COLUMNS];
	bool		nulls[REWORK_COLUMNS] = {false};

	values[0] = cx_name_datum(name);
	values[1] = Int64GetDatum((int64) owner->touches);
	values[2] = Int64GetDatum((int64) owner->journeys);
	values[3] = Int64GetDatum((int64) owner->repeats);
	values[4] = Int64GetDatum((int64) owner->redone);
	cx_set_float8(values, nulls, 5, share);
	cx_set_float8(values, nulls, 6, interval.low);
	cx_set_float8(values, nulls, 7, interval.high);
	cx_rows_put(rows, values, nulls);
}

/* rework(rework, confidence): a row for each owner */
PG_FUNCTION_INFO_V1(rework_report);
Datum
rework_report(PG_FUNCTION_ARGS)
{
	const Rework *rework = (const Rework *) cx_stats_arg(fcinfo, 0, &rework_type);
	double		confidence = cx_check_confidence(PG_GETARG_FLOAT8(1));
	CxRows		rows = cx_rows_begin(fcinfo, REWORK_COLUMNS);
	uint32		n = rework->nodes.n;
	uint32	   *order = cx_nodes_order(&rework->nodes);
	uint32	   *places = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(uint32) * Max((Size) n, 1));
	Owner	   *owners = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Owner) * Max((Size) n, 1));

	for (uint32 i = 0; i < n; i++)
	{
		owners[i] = rework->owner[order[i]];
		places[i] = i;
	}
	cx_sort_arg(places, n, sizeof(uint32), cmp_owners, owners);
	for (uint32 i = 0; i < n; i++)
	{
		put_owner(&rows, rework->nodes.name[order[places[i]]], &owners[places[i]], confidence);
		CHECK_FOR_INTERRUPTS();
	}
	return (Datum) 0;
}
