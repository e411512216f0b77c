/*-------------------------------------------------------------------------
 *
 * src/behaviour/path_io.c
 *	  The type path_stats: stored form and merging (see path.h).
 *
 *-------------------------------------------------------------------------
 */
#include "behaviour/path.h"

#include "mb/pg_wchar.h"
#include "maths/pattern.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/memutils.h"

static void path_init(CxStats *stats);
static void path_write(const CxStats *stats, CxWriter *w);
static Size path_room(const CxStats *stats);
static bool path_read(CxStats *stats, CxReader *r);
static void path_merge(CxStats *into, const CxStats *from);

const CxStatsType cx_path_type = {
	.name = "path_stats",
	.size = sizeof(CxPaths),
	.shared_size = sizeof(CxNodeBuffers),
	.init = path_init,
	.write = path_write,
	.room = path_room,
	.read = path_read,
	.merge = path_merge
};

CX_STATS_FUNCTIONS(path_stats, &cx_path_type);

static void
path_init(CxStats *stats)
{
	CxPaths    *paths = (CxPaths *) stats;

	paths->grain = -1;
	cx_nodes_init(&paths->nodes, stats->context);
}

static void
set_kind(CxPaths *paths, CxPathKind kind)
{
	paths->grain = kind.grain;
	paths->depth = kind.depth;
	paths->pattern_len = kind.pattern_len;
	if (kind.pattern_len > 0)
	{
		paths->pattern = MemoryContextAlloc(paths->stats.context, kind.pattern_len);
		memcpy(paths->pattern, kind.pattern, kind.pattern_len);
	}
}

void
cx_path_same_kind(CxPaths *paths, CxPathKind kind)
{
	if (unlikely(paths->grain < 0))
		set_kind(paths, kind);
	if (unlikely(paths->grain != kind.grain))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("paths of different grain cannot be merged: %s and %s",
						cx_facet_name((CxFacet) paths->grain), cx_facet_name((CxFacet) kind.grain))));
	if (unlikely(paths->depth != kind.depth))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("paths of different depth cannot be merged"),
				 errdetail("The depths are %d and %d, where 0 stands for whole journeys.", paths->depth, kind.depth)));
	if (unlikely(paths->pattern_len != kind.pattern_len ||
				 (kind.pattern_len > 0 && memcmp(paths->pattern, kind.pattern, kind.pattern_len) != 0)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("paths with different starts cannot be merged"),
				 errdetail("The starts are \"%.*s\" and \"%.*s\".", Min(paths->pattern_len, 100),
						   paths->pattern_len > 0 ? paths->pattern : "", Min(kind.pattern_len, 100),
						   kind.pattern_len > 0 ? kind.pattern : "")));
}

/* ---- paths in order ---- */

/* As many steps as are whole in 64 bits, the first one highest; 0 stands for no more steps. */
static uint64
key_of(const CxPathInOrder *path, int bits)
{
	uint64		key = 0;
	int			room = 64;

	for (uint32 i = 0; room >= bits; i++, room -= bits)
		key = key << bits | (i < path->n ? path->places[i] + 1 : 0);
	return key;
}

int
cx_path_cmp(const CxPathInOrder *x, const CxPathInOrder *y)
{
	uint32		n = Min(x->n, y->n);

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	for (uint32 i = 0; i < n; i++)
		if (x->places[i] != y->places[i])
			return x->places[i] < y->places[i] ? -1 : 1;
	return (x->n > y->n) - (x->n < y->n);
}

CxPathInOrder *
cx_paths_by_place(const CxPaths *paths, const uint32 *ranks)
{
	CxPathInOrder *by_place = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(CxPathInOrder) * Max(paths->n, 1));
	int			bits = cx_bits_for(paths->nodes.n);
	uint32	   *places;
	uint64		n = 0;

	/* a step takes at least a byte; the places of the first path begin the chunk */
	places = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(uint32) * Max(paths->bytes, 1));
	for (uint64 i = 0; i < paths->slots_n; i++)
	{
		const CxPath *path = &paths->slots[i];
		CxReader	r = cx_reader(cx_path_steps(path), path->len);
		CxPathInOrder *one = &by_place[n];

		if (path->journeys == 0)
			continue;
		one->journeys = path->journeys;
		one->places = places;
		while (cx_read_more(&r))
			*places++ = ranks[cx_read_varint(&r)];
		one->n = (uint32) (places - one->places);
		one->key = key_of(one, bits);
		n++;
	}
	return by_place;
}

#define ST_SORT sort_paths
#define ST_ELEMENT_TYPE CxPathInOrder
#define ST_COMPARE(a, b) ((a)->key != (b)->key ? ((a)->key < (b)->key ? -1 : 1) : cx_path_cmp(a, b))
#define ST_SCOPE static
#define ST_DECLARE
#define ST_DEFINE
#define ST_CHECK_FOR_INTERRUPTS
#include "lib/sort_template.h"

/* ---- stored form ---- */

static void
path_write(const CxStats *stats, CxWriter *w)
{
	const CxPaths *paths = (const CxPaths *) stats;
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "cx_analytics path_stats", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(scratch);
	uint32	   *order = cx_nodes_order(&paths->nodes);
	CxPathInOrder *in_order;

	cx_path_settle(paths);
	in_order = cx_paths_by_place(paths, cx_nodes_ranks(order, paths->nodes.n));
	sort_paths(in_order, paths->n);
	cx_write_byte(w, (uint8) Max(paths->grain, 0));
	cx_write_varint(w, paths->depth);
	cx_write_varint(w, paths->pattern_len);
	cx_write_bytes(w, paths->pattern, paths->pattern_len);
	cx_nodes_write(&paths->nodes, order, w);
	cx_write_varint(w, paths->n);
	for (uint64 i = 0; i < paths->n; i++)
	{
		cx_write_varint(w, in_order[i].n);
		for (uint32 k = 0; k < in_order[i].n; k++)
			cx_write_varint(w, in_order[i].places[k]);
		cx_write_varint(w, in_order[i].journeys);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(scratch);
}

/* A number and the place that is written for it can differ in length, but a place is no longer than the last one. */
static Size
path_room(const CxStats *stats)
{
	const CxPaths *paths = (const CxPaths *) stats;
	uint64		names = 0;

	cx_path_settle(paths);
	for (uint32 i = 0; i < paths->nodes.n; i++)
		names += CX_VARINT_MAX + Max(paths->nodes.name[i].len, 0);
	return 2 + 4 * CX_VARINT_MAX + paths->pattern_len + names + paths->n * 2 * CX_VARINT_MAX +
		paths->bytes * (cx_bits_for(paths->nodes.n) / 7 + 1);
}

static bool
read_kind(CxPaths *paths, CxReader *r)
{
	CxPathKind	kind = {.grain = cx_read_byte(r)};
	uint64		depth = cx_read_varint(r);
	uint64		len = cx_read_varint(r);

	if (!r->ok || kind.grain >= CX_FACETS || depth > PG_INT32_MAX || len > CX_PATTERN_MAX_TEXT ||
		len > (uint64) (r->end - r->at) || !pg_verifymbstr((const char *) r->at, (int) len, true))
		return false;
	kind.depth = (int) depth;
	kind.pattern = (const char *) r->at;
	kind.pattern_len = (int) len;
	r->at += len;
	set_kind(paths, kind);
	return true;
}

/* The places of a path, checked, copied to "steps" as they stand; its bytes, 0 if it is unsound. */
static uint32
read_steps(const CxPaths *paths, CxReader *r, bool *used)
{
	const uint8 *start;
	uint64		n = cx_read_varint(r);

	start = r->at;
	if (!r->ok || n < 1 || n > (paths->depth == 0 ? CX_JOURNEY_MAX_TOUCHES : (uint64) paths->depth) ||
		n > (uint64) (r->end - r->at))
		return 0;
	for (; n > 0; n--)
	{
		uint64		place = cx_read_varint(r);

		if (!r->ok || place >= paths->nodes.n)
			return 0;
		used[place] = true;
	}
	return (uint32) (r->at - start);
}

/* Do the names of the second path, as places, come behind those of the first? */
static bool
ascends(const uint8 *a, uint32 a_len, const uint8 *b, uint32 b_len)
{
	CxReader	x = cx_reader(a, a_len);
	CxReader	y = cx_reader(b, b_len);

	while (cx_read_more(&x) && cx_read_more(&y))
	{
		uint64		place = cx_read_varint(&x);
		uint64		other = cx_read_varint(&y);

		if (place != other)
			return place < other;
	}
	return cx_read_more(&y);
}

static bool
path_read(CxStats *stats, CxReader *r)
{
	CxPaths    *paths = (CxPaths *) stats;
	const uint8 *before = NULL;
	uint32		before_len = 0;
	uint64		n;
	bool	   *used;

	if (!read_kind(paths, r) || !cx_nodes_read(&paths->nodes, r))
		return false;
	used = MemoryContextAllocExtended(CurrentMemoryContext, Max(paths->nodes.n, 1), MCXT_ALLOC_ZERO | MCXT_ALLOC_HUGE);
	n = cx_read_varint(r);
	/* each takes three bytes or more, so no damaged count asks for memory */
	if (!r->ok || n > (uint64) (r->end - r->at) / 3)
		return false;
	cx_path_list(paths, n);
	for (uint64 i = 0; r->ok && i < n; i++)
	{
		uint32		len = read_steps(paths, r, used);
		const uint8 *steps = r->at - len;
		uint64		journeys = cx_read_varint(r);

		if (len == 0 || !r->ok || journeys < 1 || journeys > CX_PATH_MAX - paths->journeys ||
			(before != NULL && !ascends(before, before_len, steps, len)))
			return false;
		/* names were read in order: the place of one is its number */
		cx_path_append(paths, steps, len, journeys);
		before = steps;
		before_len = len;
		if (i % 1024 == 0)
			CHECK_FOR_INTERRUPTS();
	}
	for (uint32 i = 0; i < paths->nodes.n; i++)
		if (!used[i])
			return false;
	pfree(used);
	return r->ok;
}

/* ---- merging ---- */

static void
path_merge(CxStats *into, const CxStats *from)
{
	CxPaths    *paths = (CxPaths *) into;
	const CxPaths *other = (const CxPaths *) from;
	uint32	   *number = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(uint32) * Max((Size) other->nodes.n, 1));
	uint8	   *steps = NULL;
	Size		room = 0;

	cx_path_same_kind(paths, (CxPathKind) {other->grain, other->depth, other->pattern, other->pattern_len});
	cx_path_settle(other);
	for (uint32 i = 0; i < other->nodes.n; i++)
		number[i] = cx_nodes_number(&paths->nodes, other->nodes.name[i]);
	for (uint64 i = 0; i < other->slots_n; i++)
	{
		const CxPath *path = &other->slots[i];
		CxReader	r = cx_reader(cx_path_steps(path), path->len);
		Size		needed = (Size) path->len * CX_VARINT_MAX;
		CxWriter	w;

		if (path->journeys == 0)
			continue;
		if (room < needed)
		{
			room = needed;
			steps = steps == NULL ? MemoryContextAllocHuge(CurrentMemoryContext, room) : repalloc_huge(steps, room);
		}
		w = cx_writer(steps, room);
		while (cx_read_more(&r))
			cx_write_varint(&w, number[cx_read_varint(&r)]);
		cx_path_add(paths, steps, (uint32) (w.at - steps), path->journeys);
		if (i % 1024 == 0)
			CHECK_FOR_INTERRUPTS();
	}
	if (steps != NULL)
		pfree(steps);
	pfree(number);
}
