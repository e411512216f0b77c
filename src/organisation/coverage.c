/*-------------------------------------------------------------------------
 *
 * src/organisation/coverage.c
 *	  The type "coverage_stats": where customers are heard.
 *
 * Of each name of one facet it knows how many touches it had, how many of
 * those came with an answer, and when the newest of these was.
 *
 * THE STORED FORM, behind the version byte of core/stats.h:
 *
 *	  byte		grain
 *	  names		nodes.h: varint how many, then each, ascending
 *	  varints	for each name: touches, at least 1; answers; and, if there are
 *				any, the time of the newest, zigzagged microseconds since
 *				2000-01-01 UTC
 *
 *-------------------------------------------------------------------------
 */
#include "organisation/answered.h"

#include <math.h>

#include "core/args.h"
#include "core/srf.h"
#include "maths/intervals.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/timestamp.h"

#define COVERAGE_COLUMNS	7

/* no count reaches it; past it 22003 */
#define MAX_TOUCHES		(UINT64CONST(1) << 61)

typedef struct Heard
{
	uint64		touches;
	uint64		answers;
	TimestampTz newest;			/* of the answers */
} Heard;

typedef struct Coverage
{
	CxStats		stats;
	int			grain;			/* -1 until anything is counted or merged */
	CxNodes		nodes;
	Heard	   *heard;			/* by node */
	Size		room;
} Coverage;

static void
coverage_init(CxStats *stats)
{
	Coverage   *c = (Coverage *) stats;

	c->grain = -1;
	cx_nodes_init(&c->nodes, stats->context);
}

static void
make_room(Coverage *c, Size n)
{
	Size		room = Max(8, Max(n, c->room * 2));

	if (n <= c->room)
		return;
	c->heard = c->heard == NULL ? MemoryContextAllocHuge(c->stats.context, room * sizeof(Heard)) :
		repalloc_huge(c->heard, room * sizeof(Heard));
	memset(c->heard + c->room, 0, (room - c->room) * sizeof(Heard));
	c->room = room;
}

static void
set_grain(Coverage *c, int grain)
{
	if (c->grain >= 0 && c->grain != grain)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("coverage of different grains cannot be merged"),
				 errdetail("One is %s, the other %s.",
						   cx_facet_name((CxFacet) c->grain), cx_facet_name((CxFacet) grain))));
	c->grain = grain;
}

static void
add_heard(Heard *into, Heard more)
{
	if (more.answers > 0)
		into->newest = into->answers > 0 ? Max(into->newest, more.newest) : more.newest;
	into->touches += more.touches;
	into->answers += more.answers;
	if (unlikely(into->touches > MAX_TOUCHES))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("coverage_stats counts more than 2^61 touches")));
}

/* ---- stored form ---- */

static void
coverage_write(const CxStats *stats, CxWriter *w)
{
	const Coverage *c = (const Coverage *) stats;
	uint32	   *order = cx_nodes_order(&c->nodes);

	cx_write_byte(w, (uint8) Max(c->grain, 0));
	cx_nodes_write(&c->nodes, order, w);
	for (uint32 i = 0; i < c->nodes.n; i++)
	{
		const Heard *heard = &c->heard[order[i]];

		cx_write_varint(w, heard->touches);
		cx_write_varint(w, heard->answers);
		if (heard->answers > 0)
			cx_write_zigzag(w, heard->newest);
		CHECK_FOR_INTERRUPTS();
	}
	pfree(order);
}

static bool
coverage_read(CxStats *stats, CxReader *r)
{
	Coverage   *c = (Coverage *) stats;
	uint8		grain = cx_read_byte(r);

	if (!r->ok || grain >= CX_FACETS || !cx_nodes_read(&c->nodes, r))
		return false;
	c->grain = grain;
	make_room(c, c->nodes.n);
	for (uint32 i = 0; i < c->nodes.n; i++)
	{
		Heard	   *heard = &c->heard[i];

		heard->touches = cx_read_varint(r);
		heard->answers = cx_read_varint(r);
		if (heard->answers > 0)
			heard->newest = cx_read_zigzag(r);
		if (!r->ok || heard->touches < 1 || heard->touches > MAX_TOUCHES || heard->answers > heard->touches ||
			(heard->answers > 0 && !IS_VALID_TIMESTAMP(heard->newest)))
			return false;
		CHECK_FOR_INTERRUPTS();
	}
	return true;
}

static void
coverage_merge(CxStats *into, const CxStats *from)
{
	Coverage   *c = (Coverage *) into;
	const Coverage *other = (const Coverage *) from;

	if (other->grain < 0)
		return;
	set_grain(c, other->grain);
	for (uint32 i = 0; i < other->nodes.n; i++)
	{
		uint32		node = cx_nodes_number(&c->nodes, other->nodes.name[i]);

		make_room(c, (Size) node + 1);
		add_heard(&c->heard[node], other->heard[i]);
		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
	}
}

static const CxStatsType coverage_type = {
	.name = "coverage_stats",
	.size = sizeof(Coverage),
	.shared_size = sizeof(CxAnswerBuffers),
	.init = coverage_init,
	.write = coverage_write,
	.read = coverage_read,
	.merge = coverage_merge
};

CX_STATS_FUNCTIONS(coverage_stats, &coverage_type);

/* ---- counting ---- */

/* Answers and times are only looked at in journeys that have feedback. */
static void
count_journey(Coverage *c, const CxJourney *j)
{
	CxAnswerBuffers *buffers;
	CxNodeView	view;
	bool		answered = (j->flags & CX_JOURNEY_FEEDBACK) != 0;

	if (j->n == 0)
		return;
	buffers = cx_answer_buffers(&c->stats, j);
	view = cx_nodes_view(&c->nodes, &buffers->nodes, j, (CxFacet) c->grain, j->n);
	if (view.absent)
		return;
	make_room(c, (Size) c->nodes.n + j->names);
	cx_journey_codes(j, 0, j->n, buffers->nodes.codes);
	if (answered)
	{
		cx_journey_answers(j, 0, j->n, buffers->answers);
		cx_journey_times(j, 0, j->n, buffers->nodes.times);
	}
	for (int i = 0; i < j->n; i++)
	{
		int32		node = cx_answer_node(&view, buffers->nodes.codes[i]);
		bool		answer = answered && buffers->answers[i] != 0;

		if (node >= 0)
			add_heard(&c->heard[node], (Heard) {1, answer, answer ? buffers->nodes.times[i] : 0});
	}
}

PG_FUNCTION_INFO_V1(coverage_accum);
Datum
coverage_accum(PG_FUNCTION_ARGS)
{
	Coverage   *c;
	CxJourney	j;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	c = (Coverage *) cx_stats_state(fcinfo, &coverage_type);
	set_grain(c, PG_NARGS() > 2 ? (int) cx_grain_arg(fcinfo, 2, c->grain) : CX_TOUCHPOINT);
	cx_journey_open(&j, PG_GETARG_DATUM(1));
	count_journey(c, &j);
	return cx_stats_result(fcinfo, &c->stats);
}

/* ---- reading ---- */

static void
put_name(CxRows *rows, CxName name, const Heard *heard, double confidence)
{
	double		n = (double) heard->touches;
	double		rate = (double) heard->answers / n;
	CxInterval	interval = cx_wilson_interval(rate, n, confidence);
	Datum		values[COVERAGE_COLUMNS];
	bool		nulls[COVERAGE_COLUMNS] = {false};

	values[0] = cx_name_datum(name);
	values[1] = Int64GetDatum((int64) heard->touches);
	values[2] = Int64GetDatum((int64) heard->answers);
	cx_set_float8(values, nulls, 3, rate);
	cx_set_float8(values, nulls, 4, interval.low);
	cx_set_float8(values, nulls, 5, interval.high);
	nulls[6] = heard->answers == 0;
	values[6] = TimestampTzGetDatum(heard->newest);
	cx_rows_put(rows, values, nulls);
}

PG_FUNCTION_INFO_V1(coverage);
Datum
coverage(PG_FUNCTION_ARGS)
{
	const Coverage *c = (Coverage *) cx_stats_arg(fcinfo, 0, &coverage_type);
	double		confidence = cx_check_confidence(PG_GETARG_FLOAT8(1));
	CxRows		rows = cx_rows_begin(fcinfo, COVERAGE_COLUMNS);
	uint32	   *order = cx_nodes_order(&c->nodes);

	for (uint32 i = 0; i < c->nodes.n; i++)
	{
		put_name(&rows, c->nodes.name[order[i]], &c->heard[order[i]], confidence);
		CHECK_FOR_INTERRUPTS();
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(coverage_share);
Datum
coverage_share(PG_FUNCTION_ARGS)
{
	const Coverage *c = (Coverage *) cx_stats_arg(fcinfo, 0, &coverage_type);
	int64		min_answers = PG_GETARG_INT64(1);
	uint32		covered = 0;

	if (min_answers < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("min_answers " INT64_FORMAT " is not at least 1", min_answers)));
	if (c->nodes.n == 0)
		PG_RETURN_NULL();
	for (uint32 i = 0; i < c->nodes.n; i++)
		covered += c->heard[i].answers >= (uint64) min_answers;
	PG_RETURN_FLOAT8((double) covered / (double) c->nodes.n);
}
