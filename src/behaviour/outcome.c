/*-------------------------------------------------------------------------
 *
 * src/behaviour/outcome.c
 *	  The type "outcome_stats": which touches go with an outcome.
 *
 * Of each name of one facet it knows how many journeys with it had the outcome
 * and how many had not. The dictionary of a journey has such entries only as
 * occur, so neither codes nor times are read.
 *
 * THE STORED FORM, behind the version byte of core/stats.h:
 *
 *	  byte		grain
 *	  varints	journeys with the outcome, without it, and with none known
 *	  names		nodes.h: varint how many, then each, ascending
 *	  varints	for each name: journeys that have it with the outcome, and without;
 *				not both 0
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "journey/nodes.h"
#include "core/args.h"
#include "core/sort.h"
#include "core/srf.h"
#include "core/stats.h"
#include "maths/distributions.h"
#include "maths/exact.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/memutils.h"

#define OUTCOME_COLUMNS	13

/* Journeys; all counts are doubles exactly then. */
#define MAX_JOURNEYS	(INT64CONST(1) << 52)

typedef struct Pair
{
	int64		yes;
	int64		no;
} Pair;

typedef struct Outcome
{
	CxStats		stats;
	int			grain;			/* -1 until anything is counted or merged */
	Pair		all;
	int64		undecided;
	CxNodes		nodes;
	Pair	   *count;			/* by node */
	uint32		room;
} Outcome;

/* Shared by all groups: which nodes the journey has shown; false between journeys. */
typedef struct OutcomeBuffers
{
	CxNodeBuffers nodes;
	bool	   *seen;
	uint32		seen_room;
} OutcomeBuffers;

static void
outcome_init(CxStats *stats)
{
	Outcome    *o = (Outcome *) stats;

	o->grain = -1;
	cx_nodes_init(&o->nodes, stats->context);
}

/* A count for each of n nodes. */
static void
make_room(Outcome *o, Size n)
{
	Size		room = Max(8, Max(n, (Size) o->room * 2));

	if (n <= o->room)
		return;
	o->count = o->count == NULL ? MemoryContextAllocHuge(o->stats.context, room * sizeof(Pair)) :
		repalloc_huge(o->count, room * sizeof(Pair));
	memset(o->count + o->room, 0, (room - o->room) * sizeof(Pair));
	o->room = (uint32) room;
}

static void
set_grain(Outcome *o, int grain)
{
	if (o->grain >= 0 && o->grain != grain)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("outcomes cannot add up different grains"),
				 errdetail("One is %s, the other %s.",
						   cx_facet_name((CxFacet) o->grain), cx_facet_name((CxFacet) grain))));
	o->grain = grain;
}

static void
add_journeys(Outcome *o, Pair journeys, int64 undecided)
{
	if (unlikely(journeys.yes + journeys.no + undecided > MAX_JOURNEYS - o->all.yes - o->all.no - o->undecided))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("outcomes count more than " INT64_FORMAT " journeys", MAX_JOURNEYS)));
	o->all.yes += journeys.yes;
	o->all.no += journeys.no;
	o->undecided += undecided;
}

/* ---- stored form ---- */

static void
outcome_write(const CxStats *stats, CxWriter *w)
{
	const Outcome *o = (const Outcome *) stats;
	uint32	   *order = cx_nodes_order(&o->nodes);

	cx_write_byte(w, (uint8) Max(o->grain, 0));
	cx_write_varint(w, o->all.yes);
	cx_write_varint(w, o->all.no);
	cx_write_varint(w, o->undecided);
	cx_nodes_write(&o->nodes, order, w);
	for (uint32 i = 0; i < o->nodes.n; i++)
	{
		cx_write_varint(w, o->count[order[i]].yes);
		cx_write_varint(w, o->count[order[i]].no);
		CHECK_FOR_INTERRUPTS();
	}
	pfree(order);
}

static bool
read_count(CxReader *r, int64 *count)
{
	uint64		n = cx_read_varint(r);

	*count = (int64) Min(n, (uint64) MAX_JOURNEYS);
	return r->ok && n <= (uint64) MAX_JOURNEYS;
}

static bool
outcome_read(CxStats *stats, CxReader *r)
{
	Outcome    *o = (Outcome *) stats;
	uint8		grain = cx_read_byte(r);

	if (!r->ok || grain >= CX_FACETS || !read_count(r, &o->all.yes) || !read_count(r, &o->all.no) ||
		!read_count(r, &o->undecided) || o->all.yes + o->all.no + o->undecided < 1 ||
		o->all.yes + o->all.no + o->undecided > MAX_JOURNEYS || !cx_nodes_read(&o->nodes, r))
		return false;
	o->grain = grain;
	make_room(o, o->nodes.n);
	for (uint32 i = 0; i < o->nodes.n; i++)
	{
		Pair	   *count = &o->count[i];

		if (!read_count(r, &count->yes) || !read_count(r, &count->no) || count->yes > o->all.yes ||
			count->no > o->all.no || count->yes + count->no < 1)
			return false;
		CHECK_FOR_INTERRUPTS();
	}
	return true;
}

static void
outcome_merge(CxStats *into, const CxStats *from)
{
	Outcome    *o = (Outcome *) into;
	const Outcome *other = (const Outcome *) from;

	if (other->grain < 0)
		return;
	set_grain(o, other->grain);
	add_journeys(o, other->all, other->undecided);
	for (uint32 i = 0; i < other->nodes.n; i++)
	{
		uint32		node = cx_nodes_number(&o->nodes, other->nodes.name[i]);

		make_room(o, (Size) node + 1);
		o->count[node].yes += other->count[i].yes;
		o->count[node].no += other->count[i].no;
		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
	}
}

static const CxStatsType outcome_type = {
	.name = "outcome_stats",
	.size = sizeof(Outcome),
	.shared_size = sizeof(OutcomeBuffers),
	.init = outcome_init,
	.write = outcome_write,
	.read = outcome_read,
	.merge = outcome_merge
};

CX_STATS_FUNCTIONS(outcome_stats, &outcome_type);

/* ---- counting ---- */

static OutcomeBuffers *
buffers_of(Outcome *o)
{
	CxShared   *shared = o->stats.shared;

	if (shared == NULL)
		shared = MemoryContextAllocZero(o->stats.context, sizeof(OutcomeBuffers));
	return (OutcomeBuffers *) cx_node_buffers(shared, o->stats.context);
}

static void
make_seen(OutcomeBuffers *buffers, Size n)
{
	if (n <= buffers->seen_room)
		return;
	n = Max(64, n * 2);
	buffers->seen = buffers->seen == NULL ? MemoryContextAllocHuge(buffers->nodes.context, n * sizeof(bool)) :
		repalloc_huge(buffers->seen, n * sizeof(bool));
	memset(buffers->seen + buffers->seen_room, 0, n - buffers->seen_room);
	buffers->seen_room = (uint32) n;
}

static void
count_journey(Outcome *o, const CxJourney *j, bool yes)
{
	OutcomeBuffers *buffers = buffers_of(o);
	CxNodeView	view;
	int32	   *node;

	if (j->n == 0)
		return;
	cx_node_buffers_for(&buffers->nodes, j);
	view = cx_nodes_view(&o->nodes, &buffers->nodes, j, (CxFacet) o->grain, j->n);
	if (view.absent)
		return;
	make_room(o, (Size) o->nodes.n + j->names);
	make_seen(buffers, (Size) o->nodes.n + j->names);
	node = buffers->nodes.of_code;
	for (int code = 0; code < j->entries; code++)
	{
		node[code] = cx_node_of(&view, code);
		if (node[code] < 0 || buffers->seen[node[code]])
			continue;
		buffers->seen[node[code]] = true;
		if (yes)
			o->count[node[code]].yes++;
		else
			o->count[node[code]].no++;
	}
	for (int code = 0; code < j->entries; code++)
		if (node[code] >= 0)
			buffers->seen[node[code]] = false;
}

PG_FUNCTION_INFO_V1(outcome_accum);
Datum
outcome_accum(PG_FUNCTION_ARGS)
{
	Outcome    *o;
	CxJourney	j;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	o = (Outcome *) cx_stats_state(fcinfo, &outcome_type);
	set_grain(o, PG_NARGS() > 3 ? (int) cx_grain_arg(fcinfo, 3, o->grain) : CX_TOUCHPOINT);
	if (PG_ARGISNULL(2))
		add_journeys(o, (Pair) {0, 0}, 1);
	else
	{
		bool		yes = PG_GETARG_BOOL(2);

		add_journeys(o, (Pair) {yes, !yes}, 0);
		cx_journey_open(&j, PG_GETARG_DATUM(1));
		count_journey(o, &j, yes);
	}
	return cx_stats_result(fcinfo, &o->stats);
}

/* ---- reading ---- */

PG_FUNCTION_INFO_V1(outcome_undecided);
Datum
outcome_undecided(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(((Outcome *) cx_stats_arg(fcinfo, 0, &outcome_type))->undecided);
}

/* One name's table, and what is said of it. */
typedef struct Verdict
{
	Pair		with;
	Pair		without;
	double		odds_ratio;
	double		low;
	double		high;
	double		p_value;
	double		q_value;
} Verdict;

/*
 * Odds ratio with the interval of Woolf (1955). With an empty cell the ratio
 * is 0 or infinite and its spread unknown: then half a journey is added to
 * each cell (Haldane 1956, Anscombe 1956). With an empty row or column nothing
 * can be said.
 */
static Verdict
judge(Pair with, Pair all, double z)
{
	Verdict		v = {with, {all.yes - with.yes, all.no - with.no}, NAN, NAN, NAN, NAN, NAN};
	double		a = (double) v.with.yes;
	double		b = (double) v.with.no;
	double		c = (double) v.without.yes;
	double		d = (double) v.without.no;
	double		log_ratio;
	double		spread;

	if (a + b == 0 || c + d == 0 || a + c == 0 || b + d == 0)
		return v;
	v.p_value = cx_fisher_two_sided(a, b, c, d);
	if (a == 0 || b == 0 || c == 0 || d == 0)
	{
		a += 0.5;
		b += 0.5;
		c += 0.5;
		d += 0.5;
	}
	v.odds_ratio = (a / b) / (c / d);
	log_ratio = log(v.odds_ratio);
	spread = z * sqrt(1.0 / a + 1.0 / b + 1.0 / c + 1.0 / d);
	v.low = exp(log_ratio - spread);
	v.high = exp(log_ratio + spread);
	/* no Infinity, whatever the counts and the confidence */
	if (isinf(v.high))
		v.high = NAN;
	return v;
}

static int
cmp_p(const void *a, const void *b)
{
	double		x = (*(Verdict *const *) a)->p_value;
	double		y = (*(Verdict *const *) b)->p_value;

	return (x > y) - (x < y);
}

/* All names are tested at once; what has no p-value is no test. */
static void
set_q_values(Verdict *verdicts, uint32 n)
{
	Verdict   **tested = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Verdict *) * Max((Size) n, 1));
	double	   *p = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(double) * Max((Size) n, 1));
	int			m = 0;

	for (uint32 i = 0; i < n; i++)
		if (!isnan(verdicts[i].p_value))
			tested[m++] = &verdicts[i];
	cx_sort(tested, m, sizeof(Verdict *), cmp_p);
	for (int i = 0; i < m; i++)
		p[i] = tested[i]->p_value;
	cx_false_discovery(p, m);
	for (int i = 0; i < m; i++)
		tested[i]->q_value = p[i];
}

static double
rate_of(Pair pair)
{
	return pair.yes + pair.no == 0 ? NAN : (double) pair.yes / (double) (pair.yes + pair.no);
}

static void
put_verdict(CxRows *rows, CxName name, const Verdict *v)
{
	Datum		values[OUTCOME_COLUMNS];
	bool		nulls[OUTCOME_COLUMNS] = {false};

	values[0] = cx_name_datum(name);
	values[1] = Int64GetDatum(v->with.yes + v->with.no);
	values[2] = Int64GetDatum(v->with.yes);
	cx_set_float8(values, nulls, 3, rate_of(v->with));
	values[4] = Int64GetDatum(v->without.yes + v->without.no);
	values[5] = Int64GetDatum(v->without.yes);
	cx_set_float8(values, nulls, 6, rate_of(v->without));
	cx_set_float8(values, nulls, 7, rate_of(v->with) - rate_of(v->without));
	cx_set_float8(values, nulls, 8, v->odds_ratio);
	cx_set_float8(values, nulls, 9, v->low);
	cx_set_float8(values, nulls, 10, v->high);
	cx_set_float8(values, nulls, 11, v->p_value);
	cx_set_float8(values, nulls, 12, v->q_value);
	cx_rows_put(rows, values, nulls);
}

PG_FUNCTION_INFO_V1(outcome_touches);
Datum
outcome_touches(PG_FUNCTION_ARGS)
{
	const Outcome *o = (Outcome *) cx_stats_arg(fcinfo, 0, &outcome_type);
	double		z = -cx_normal_quantile((1.0 - cx_check_confidence(PG_GETARG_FLOAT8(1))) / 2.0);
	CxRows		rows = cx_rows_begin(fcinfo, OUTCOME_COLUMNS);
	uint32	   *order = cx_nodes_order(&o->nodes);
	Verdict    *verdicts = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Verdict) * Max((Size) o->nodes.n, 1));

	for (uint32 i = 0; i < o->nodes.n; i++)
	{
		verdicts[i] = judge(o->count[order[i]], o->all, z);
		CHECK_FOR_INTERRUPTS();
	}
	set_q_values(verdicts, o->nodes.n);
	for (uint32 i = 0; i < o->nodes.n; i++)
		put_verdict(&rows, o->nodes.name[order[i]], &verdicts[i]);
	return (Datum) 0;
}
