/*-------------------------------------------------------------------------
 *
 * src/organisation/mix.c
 *	  Did the whole fall although every part rose? mix_effect(), and the type
 *	  "mix_stats" of mix_agg().
 *
 * Of each segment it knows the weights of two periods, and the sums of weight
 * times score, both without rounding. The formulas are in maths/mix.h.
 *
 * THE STORED FORM, behind the version byte of core/stats.h:
 *
 *	  varint	rows left out, since segment, period or score was NULL
 *	  names		nodes.h: varint how many segments, then each, ascending
 *	  for each	four sums (maths/exactsum.h): weight before, weight times score
 *				before, weight after, weight times score after; no weight is
 *				negative, and without a weight there is no score
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "core/args.h"
#include "core/elements.h"
#include "core/srf.h"
#include "core/stats.h"
#include "journey/nodes.h"
#include "maths/mix.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/builtins.h"
#include "utils/memutils.h"

/* segment, n_before, score_before, n_after, score_after, rate_effect, mix_effect, total, paradox */
#define MIX_COLUMNS		9

#define MAX_MISSING		(UINT64CONST(1) << 61)

typedef struct Segment
{
	CxMixSum	before;
	CxMixSum	after;
} Segment;

typedef struct Mix
{
	CxStats		stats;
	uint64		missing;
	CxNodes		nodes;			/* segments */
	Segment    *segment;		/* by node */
	uint32		room;
} Mix;

static void
mix_init(CxStats *stats)
{
	cx_nodes_init(&((Mix *) stats)->nodes, stats->context);
}

/* Sums for each of n segments. */
static void
make_room(Mix *mix, Size n)
{
	Size		room = Max(4, Max(n, (Size) mix->room * 2));

	if (likely(n <= mix->room))
		return;
	mix->segment = mix->segment == NULL ? MemoryContextAllocHuge(mix->stats.context, room * sizeof(Segment)) :
		repalloc_huge(mix->segment, room * sizeof(Segment));
	/* not all at once: of many segments they are gigabytes */
	while (mix->room < room)
	{
		Size		more = Min(room - mix->room, 4096);

		CHECK_FOR_INTERRUPTS();
		memset(mix->segment + mix->room, 0, more * sizeof(Segment));
		mix->room += (uint32) more;
	}
}

static void
add_missing(Mix *mix, uint64 missing)
{
	mix->missing += missing;
	if (unlikely(mix->missing > MAX_MISSING))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("mix_stats counts more than 2^61 missing rows")));
}

/* ---- stored form ---- */

static void
mix_write(const CxStats *stats, CxWriter *w)
{
	const Mix  *mix = (const Mix *) stats;
	uint32	   *order = cx_nodes_order(&mix->nodes);

	cx_write_varint(w, mix->missing);
	cx_nodes_write(&mix->nodes, order, w);
	for (uint32 i = 0; i < mix->nodes.n; i++)
	{
		const Segment *segment = &mix->segment[order[i]];

		cx_sum_write(&segment->before.n, w);
		cx_sum_write(&segment->before.score, w);
		cx_sum_write(&segment->after.n, w);
		cx_sum_write(&segment->after.score, w);
		CHECK_FOR_INTERRUPTS();
	}
	pfree(order);
}

static bool
read_side(CxMixSum *side, CxReader *r)
{
	if (!cx_sum_read(&side->n, r) || !cx_sum_read(&side->score, r))
		return false;
	return cx_sum_sign(&side->n) > 0 || (cx_sum_sign(&side->n) == 0 && cx_sum_sign(&side->score) == 0);
}

static bool
mix_read(CxStats *stats, CxReader *r)
{
	Mix		   *mix = (Mix *) stats;

	mix->missing = cx_read_varint(r);
	if (!r->ok || mix->missing > MAX_MISSING || !cx_nodes_read(&mix->nodes, r) ||
		(mix->nodes.n == 0 && mix->missing == 0))
		return false;
	/* a sum takes a byte at least */
	if ((uint64) mix->nodes.n * 4 > (uint64) (r->end - r->at))
		return false;
	make_room(mix, mix->nodes.n);
	for (uint32 i = 0; i < mix->nodes.n; i++)
	{
		if (!read_side(&mix->segment[i].before, r) || !read_side(&mix->segment[i].after, r))
			return false;
		CHECK_FOR_INTERRUPTS();
	}
	return true;
}

static void
mix_merge(CxStats *into, const CxStats *from)
{
	Mix		   *mix = (Mix *) into;
	const Mix  *other = (const Mix *) from;

	add_missing(mix, other->missing);
	for (uint32 i = 0; i < other->nodes.n; i++)
	{
		uint32		node = cx_nodes_number(&mix->nodes, other->nodes.name[i]);

		make_room(mix, (Size) node + 1);
		cx_mix_merge(&mix->segment[node].before, &other->segment[i].before);
		cx_mix_merge(&mix->segment[node].after, &other->segment[i].after);
		CHECK_FOR_INTERRUPTS();
	}
}

static const CxStatsType mix_type = {
	.name = "mix_stats",
	.size = sizeof(Mix),
	.init = mix_init,
	.write = mix_write,
	.read = mix_read,
	.merge = mix_merge
};

CX_STATS_FUNCTIONS(mix_stats, &mix_type);

/* ---- arguments ---- */

/* A weight and a score as they were given; a weight that is NULL is 0, and then there is no score. */
static CxMixSide
side_of(NullableDatum n, const char *n_name, NullableDatum score, const char *score_name)
{
	CxMixSide	side = {0, NAN};

	if (!n.isnull)
		side.n = cx_check_number(DatumGetFloat8(n.value), n_name);
	if (side.n < 0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s %g is negative", n_name, side.n)));
	if (!score.isnull)
		side.score = cx_check_number(DatumGetFloat8(score.value), score_name);
	else if (side.n > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s is NULL where %s is %g", score_name, n_name, side.n),
				 errhint("Leave out answers without a score, in the number as in the mean.")));
	if (side.n == 0)
		return (CxMixSide) {0, NAN};
	return side;
}

static CxName
segment_name(Datum segment)
{
	CxName		name = cx_name_from_text(DatumGetTextPP(segment));

	if (unlikely(name.len > CX_NAME_MAX))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("segment is longer than %d bytes", CX_NAME_MAX),
				 errdetail("It has %d bytes.", name.len)));
	return name;
}

/* ---- counting ---- */

static Segment *
segment_arg(Mix *mix, Datum segment)
{
	uint32		node = cx_nodes_number(&mix->nodes, segment_name(segment));

	make_room(mix, (Size) node + 1);
	return &mix->segment[node];
}

static void
add_side(CxMixSum *sum, CxMixSide side)
{
	if (side.n > 0)
		cx_mix_add(sum, side.n, side.score);
}

/* mix_accum(state, segment, n_before, score_before, n_after, score_after) */
PG_FUNCTION_INFO_V1(mix_accum);
Datum
mix_accum(PG_FUNCTION_ARGS)
{
	Mix		   *mix = (Mix *) cx_stats_state(fcinfo, &mix_type);
	CxMixSide	before = side_of(fcinfo->args[2], "n_before", fcinfo->args[3], "score_before");
	CxMixSide	after = side_of(fcinfo->args[4], "n_after", fcinfo->args[5], "score_after");

	if (PG_ARGISNULL(1))
		add_missing(mix, 1);
	else
	{
		Segment    *segment = segment_arg(mix, PG_GETARG_DATUM(1));

		add_side(&segment->before, before);
		add_side(&segment->after, after);
	}
	return cx_stats_result(fcinfo, &mix->stats);
}

/* mix_accum(state, segment, later, score): one answer */
PG_FUNCTION_INFO_V1(mix_accum_answer);
Datum
mix_accum_answer(PG_FUNCTION_ARGS)
{
	Mix		   *mix = (Mix *) cx_stats_state(fcinfo, &mix_type);

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		add_missing(mix, 1);
	else
	{
		double		score = cx_check_number(PG_GETARG_FLOAT8(3), "score");
		Segment    *segment = segment_arg(mix, PG_GETARG_DATUM(1));

		cx_mix_add(PG_GETARG_BOOL(2) ? &segment->after : &segment->before, 1.0, score);
	}
	return cx_stats_result(fcinfo, &mix->stats);
}

/* mix_missing(mix) */
PG_FUNCTION_INFO_V1(mix_missing);
Datum
mix_missing(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64((int64) ((Mix *) cx_stats_arg(fcinfo, 0, &mix_type))->missing);
}

/* ---- reading ---- */

/* Sums of what may be added up stay far inside; bytes from outside can say anything. */
static CxMixSide
checked_side(const CxMixSum *sum)
{
	CxMixSide	side = cx_mix_side(sum);

	if (!isfinite(side.n) || fabs(side.score) > CX_SUM_MAX * 1.001)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("mix_stats holds a sum that is out of range")));
	return side;
}

/* "name" has no segment for the whole, which alone tells of a paradox. */
static void
put_part(CxRows *rows, CxName name, const CxMixPart *part, CxMixParadox paradox)
{
	Datum		values[MIX_COLUMNS];
	bool		nulls[MIX_COLUMNS] = {false};

	nulls[0] = cx_name_absent(name);
	values[0] = nulls[0] ? (Datum) 0 : cx_name_datum(name);
	values[1] = Float8GetDatum(part->before.n);
	cx_set_float8(values, nulls, 2, part->before.score);
	values[3] = Float8GetDatum(part->after.n);
	cx_set_float8(values, nulls, 4, part->after.score);
	cx_set_float8(values, nulls, 5, part->rate);
	cx_set_float8(values, nulls, 6, part->mix);
	cx_set_float8(values, nulls, 7, part->total);
	nulls[8] = paradox == CX_PARADOX_UNDEFINED;
	values[8] = BoolGetDatum(paradox == CX_PARADOX_YES);
	cx_rows_put(rows, values, nulls);
}

/* A row for each segment in the order of "order" (NULL: as they come), and the whole behind them. */
static void
put_effects(CxRows *rows, const CxNodes *nodes, const uint32 *order, CxMixPart *parts, CxMixPart *whole)
{
	CxMixParadox paradox = cx_mix_effects(parts, nodes->n, whole);

	for (uint32 i = 0; i < nodes->n; i++)
	{
		put_part(rows, nodes->name[order != NULL ? order[i] : i], &parts[i], CX_PARADOX_UNDEFINED);
		CHECK_FOR_INTERRUPTS();
	}
	put_part(rows, CX_NO_NAME, whole, paradox);
}

static CxMixPart *
alloc_parts(Size n)
{
	return MemoryContextAllocExtended(CurrentMemoryContext, sizeof(CxMixPart) * Max(n, 1),
									  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
}

/* mix_effect(mix): segments in the order of their names */
PG_FUNCTION_INFO_V1(mix_effect_stats);
Datum
mix_effect_stats(PG_FUNCTION_ARGS)
{
	CxRows		rows = cx_rows_begin(fcinfo, MIX_COLUMNS);
	const Mix  *mix = (const Mix *) cx_stats_arg(fcinfo, 0, &mix_type);
	uint32	   *order = cx_nodes_order(&mix->nodes);
	CxMixPart  *parts = alloc_parts(mix->nodes.n);
	Segment    *all = palloc0(sizeof(Segment));
	CxMixPart	whole = {0};

	for (uint32 i = 0; i < mix->nodes.n; i++)
	{
		const Segment *segment = &mix->segment[order[i]];

		parts[i].before = checked_side(&segment->before);
		parts[i].after = checked_side(&segment->after);
		cx_mix_merge(&all->before, &segment->before);
		cx_mix_merge(&all->after, &segment->after);
		CHECK_FOR_INTERRUPTS();
	}
	whole.before = checked_side(&all->before);
	whole.after = checked_side(&all->after);
	put_effects(&rows, &mix->nodes, order, parts, &whole);
	return (Datum) 0;
}

/* The segments as given, numbered in that order; none twice. */
static void
read_segments(CxNodes *nodes, const CxElements *segments)
{
	cx_nodes_init(nodes, CurrentMemoryContext);
	for (int i = 0; i < segments->n; i++)
	{
		if (segments->nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("segments has an element that is NULL"),
					 errhint("Name what is left, for example coalesce(segment, 'other').")));
		if (cx_nodes_number(nodes, segment_name(segments->values[i])) != (uint32) i)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("segment \"%s\" is given twice", TextDatumGetCString(segments->values[i])),
					 errhint("mix_agg() adds up the rows of a segment.")));
	}
}

static NullableDatum
element(const CxElements *e, int i)
{
	return (NullableDatum) {.value = e->values[i], .isnull = e->nulls[i]};
}

/* mix_effect(segments, n_before, score_before, n_after, score_after) */
PG_FUNCTION_INFO_V1(mix_effect_arrays);
Datum
mix_effect_arrays(PG_FUNCTION_ARGS)
{
	static const char *const names[] = {"segments", "n_before", "score_before", "n_after", "score_after"};
	CxRows		rows = cx_rows_begin(fcinfo, MIX_COLUMNS);
	CxElements	e[lengthof(names)];
	CxNodes		nodes;
	CxMixPart  *parts;
	Segment    *all = palloc0(sizeof(Segment));
	CxMixPart	whole = {0};

	for (int k = 0; k < lengthof(names); k++)
	{
		e[k] = cx_elements_arg(fcinfo, k, names[k]);
		cx_elements_match(&e[0], &e[k]);
	}
	read_segments(&nodes, &e[0]);
	parts = alloc_parts(nodes.n);
	for (int i = 0; i < e[0].n; i++)
	{
		parts[i].before = side_of(element(&e[1], i), names[1], element(&e[2], i), names[2]);
		parts[i].after = side_of(element(&e[3], i), names[3], element(&e[4], i), names[4]);
		add_side(&all->before, parts[i].before);
		add_side(&all->after, parts[i].after);
	}
	whole.before = cx_mix_side(&all->before);
	whole.after = cx_mix_side(&all->after);
	put_effects(&rows, &nodes, NULL, parts, &whole);
	return (Datum) 0;
}
