/*-------------------------------------------------------------------------
 *
 * src/behaviour/path_count.c
 *	  Counting paths: path_agg().
 *
 *-------------------------------------------------------------------------
 */
#include "behaviour/path.h"

#include "journey/pattern.h"
#include "utils/memutils.h"

#define FIRST_SLOTS		16
#define MIX				UINT64CONST(0x9e3779b97f4a7c15)
#define NUMBER_BYTES	4		/* of the varint of a number below CX_NODES_MAX */
#define CHUNK			64		/* codes decoded at once */

StaticAssertDecl(CX_NODES_MAX <= 1 << 28, "a number takes at most NUMBER_BYTES");

/* ---- the table of paths ---- */

static uint32
hash_steps(const uint8 *steps, uint32 len)
{
	uint64		hash = (uint64) len * MIX;
	uint64		word = 0;
	uint32		i = 0;

	for (; i + 8 <= len; i += 8)
	{
		hash = (hash ^ cx_load_word(steps + i)) * MIX;
		hash ^= hash >> 29;
	}
	for (; i < len; i++)
		word = word << 8 | steps[i];
	hash = (hash ^ word) * MIX;
	hash = (hash ^ hash >> 32) * MIX;
	return (uint32) (hash >> 32);
}

/* A hash table with room for one more path. */
static void
make_table(CxPaths *paths)
{
	uint64		n = FIRST_SLOTS;
	CxPath	   *slots;

	while (n <= paths->n * 2)
		n *= 2;
	slots = MemoryContextAllocExtended(paths->stats.context, n * sizeof(CxPath), MCXT_ALLOC_ZERO | MCXT_ALLOC_HUGE);
	for (uint64 i = 0; i < paths->slots_n; i++)
	{
		CxPath	   *path = &paths->slots[i];
		uint64		at;

		if (path->journeys == 0)
			continue;
		if (paths->listed)
			path->hash = hash_steps(cx_path_steps(path), path->len);
		for (at = path->hash & (n - 1); slots[at].journeys != 0;)
			at = (at + 1) & (n - 1);
		slots[at] = *path;
	}
	if (paths->slots != NULL)
		pfree(paths->slots);
	paths->slots = slots;
	paths->slots_n = n;
	paths->listed = false;
}

static CxPath *
find_path(CxPaths *paths, const uint8 *steps, uint32 len, uint32 hash)
{
	uint64		at = hash & (paths->slots_n - 1);

	for (; paths->slots[at].journeys != 0; at = (at + 1) & (paths->slots_n - 1))
	{
		const CxPath *path = &paths->slots[at];

		if (path->hash == hash && path->len == len && memcmp(cx_path_steps(path), steps, len) == 0)
			break;
	}
	return &paths->slots[at];
}

/* A new path into an empty slot. */
static void
put_path(CxPaths *paths, CxPath *path, const uint8 *steps, uint32 len)
{
	uint8	   *copy = path->steps.here;

	if (len > CX_PATH_HERE)
		path->steps.there = copy = MemoryContextAlloc(paths->stats.context, len);
	memcpy(copy, steps, len);
	path->len = len;
	paths->bytes += len;
	paths->n++;
}

void
cx_path_list(CxPaths *paths, uint64 n)
{
	paths->slots = MemoryContextAllocExtended(paths->stats.context, Max(n, 1) * sizeof(CxPath), MCXT_ALLOC_HUGE);
	paths->listed = true;
}

void
cx_path_append(CxPaths *paths, const uint8 *steps, uint32 len, uint64 journeys)
{
	CxPath	   *path = &paths->slots[paths->slots_n++];

	put_path(paths, path, steps, len);
	path->journeys = journeys;
	paths->journeys += journeys;
}

static void
add_now(CxPaths *paths, const uint8 *steps, uint32 len, uint32 hash, uint64 journeys)
{
	CxPath	   *path;

	/* hashes of 32 bits: more paths than that would find each other slowly, yet rightly */
	if (paths->listed || paths->n * 2 >= paths->slots_n)
		make_table(paths);
	path = find_path(paths, steps, len, hash);
	if (path->journeys == 0)
	{
		put_path(paths, path, steps, len);
		path->hash = hash;
	}
	path->journeys += journeys;
}

/*
 * Where paths are so many that no cache holds them, each lies somewhere else in
 * memory. So they wait until there are some, while their places are fetched.
 */
static bool
let_wait(CxPaths *paths, const uint8 *steps, uint32 len, uint32 hash, uint64 journeys)
{
	CxPathsWaiting *waiting = paths->waiting;
	CxPath	   *path;

	if (paths->listed || paths->slots_n < CX_PATHS_LARGE || len > CX_PATH_HERE)
		return false;
	if (waiting == NULL)
		paths->waiting = waiting = MemoryContextAllocZero(paths->stats.context, sizeof(CxPathsWaiting));
	path = &waiting->path[waiting->n++];
	path->journeys = journeys;
	path->hash = hash;
	path->len = len;
	memcpy(path->steps.here, steps, len);
	__builtin_prefetch(&paths->slots[hash & (paths->slots_n - 1)], 1);
	if (waiting->n == CX_PATHS_WAITING)
		cx_path_settle(paths);
	return true;
}

void
cx_path_settle(const CxPaths *paths)
{
	CxPathsWaiting *waiting = paths->waiting;

	if (waiting == NULL)
		return;
	/* each is let go when it has its place, so that an error on the way counts none twice */
	for (; waiting->n > 0; waiting->n--)
	{
		const CxPath *path = &waiting->path[waiting->n - 1];

		add_now(unconstify(CxPaths *, paths), path->steps.here, path->len, path->hash, path->journeys);
	}
}

void
cx_path_add(CxPaths *paths, const uint8 *steps, uint32 len, uint64 journeys)
{
	uint32		hash = hash_steps(steps, len);

	paths->journeys += journeys;
	if (unlikely(paths->journeys > CX_PATH_MAX))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("path_stats counts more than 2^61 journeys")));
	if (!let_wait(paths, steps, len, hash, journeys))
		add_now(paths, steps, len, hash, journeys);
}

/* ---- a journey ---- */

/* The touch at which the leftmost match of at least one touch begins, or -1. */
static int
first_match(const CxMatcher *matcher, const CxJourney *j)
{
	CxMemory	memory = cx_memory(CurrentMemoryContext);
	CxWhatView	view;
	CxTrack		track;
	uint32	   *codes;
	int32	   *ends;

	if (!cx_what_possible(matcher->what, j->signature) || !cx_what_view(matcher->what, j, &view))
		return -1;
	codes = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(uint32) * (Size) j->n);
	cx_journey_codes(j, 0, j->n, codes);
	track = (CxTrack) {j->n, codes, view.n, cx_what_rows(matcher->what, &view), NULL};
	if (!cx_pattern_possible(matcher->pattern, &track, &memory))
		return -1;
	if (matcher->pattern->needs_times)
	{
		TimestampTz *times = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(TimestampTz) * (Size) j->n);

		cx_journey_times(j, 0, j->n, times);
		track.times = times;
	}
	ends = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int32) * (Size) j->n);
	cx_pattern_ends(matcher->pattern, &track, ends, &memory);
	for (int i = 0; i < j->n; i++)
		if (ends[i] >= 0)
			return i;
	return -1;
}

/* Up to "depth" steps from touch "from" on, as varints of numbers; gives their bytes. */
static uint32
take_steps(CxNodeView *view, int from, int depth, uint8 *steps)
{
	const CxJourney *j = view->j;
	CxWriter	w = cx_writer(steps, (Size) depth * NUMBER_BYTES);
	uint32		codes[CHUNK];
	int			left = depth;

	while (from < j->n && left > 0)
	{
		/* no more than can be needed if no touch is passed over; whole groups of eight are decoded faster */
		int			count = Min(Min(CHUNK - from % 8, j->n - from), TYPEALIGN(8, left + from % 8) - from % 8);

		cx_journey_codes(j, from, count, codes);
		for (int i = 0; i < count && left > 0; i++)
		{
			int32		number = cx_node_of(view, codes[i]);

			if (number < 0)
				continue;
			cx_write_varint(&w, number);
			left--;
		}
		from += count;
	}
	return (uint32) (w.at - steps);
}

static void
count_journey(CxPaths *paths, CxNodeBuffers *buffers, const CxJourney *j, int from)
{
	int			depth = paths->depth == 0 ? j->n - from : Min(paths->depth, j->n - from);
	CxNodeView	view;
	uint32		len;

	cx_node_buffers_for(buffers, j);
	view = cx_nodes_view(&paths->nodes, buffers, j, (CxFacet) paths->grain, depth);
	if (view.absent)
		return;
	/* a number takes no more bytes than a code in the buffer */
	len = take_steps(&view, from, depth, (uint8 *) buffers->codes);
	if (len > 0)
		cx_path_add(paths, (const uint8 *) buffers->codes, len, 1);
}

/* What the arguments ask for, NULL meaning the default; but for the pattern, which is compiled here. */
static CxPathKind
kind_of(FunctionCallInfo fcinfo, const CxPaths *paths, CxMatcher **matcher)
{
	CxPathKind	kind = {CX_TOUCHPOINT, 0, NULL, 0};

	*matcher = NULL;
	if (!PG_ARGISNULL(2))
	{
		kind.depth = PG_GETARG_INT32(2);
		if (kind.depth < 1)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("depth %d is not positive", kind.depth),
					 errhint("A depth of NULL means whole journeys.")));
	}
	if (PG_NARGS() > 3 && !PG_ARGISNULL(3))
	{
		*matcher = cx_matcher_from_text(fcinfo->flinfo, PG_GETARG_TEXT_PP(3));
		kind.pattern = (*matcher)->pattern->text;
		kind.pattern_len = (*matcher)->pattern->text_len;
	}
	if (PG_NARGS() > 4)
		kind.grain = cx_grain_arg(fcinfo, 4, paths->grain);
	return kind;
}

/* path_accum(state, journey, depth [, start [, grain]]) */
PG_FUNCTION_INFO_V1(path_accum);
Datum
path_accum(PG_FUNCTION_ARGS)
{
	CxPaths    *paths;
	CxMatcher  *matcher;
	CxJourney	j;
	int			from = 0;
	MemoryContext context;
	MemoryContext old;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	paths = (CxPaths *) cx_stats_state(fcinfo, &cx_path_type);
	cx_path_same_kind(paths, kind_of(fcinfo, paths, &matcher));
	cx_journey_open(&j, PG_GETARG_DATUM(1));
	if (j.n > 0 && matcher != NULL)
		from = first_match(matcher, &j);
	if (j.n > 0 && from >= 0)
	{
		context = paths->stats.shared != NULL ? paths->stats.shared->context : paths->stats.context;
		old = MemoryContextSwitchTo(paths->stats.context);
		count_journey(paths, cx_node_buffers(paths->stats.shared, context), &j, from);
		MemoryContextSwitchTo(old);
	}
	return cx_stats_result(fcinfo, &paths->stats);
}
