/*-------------------------------------------------------------------------
 *
 * src/organisation/conformance_stats.c
 *	  The type "conformance_stats": which steps of a template many journeys
 *	  followed, moved or left out.
 *
 * THE STORED FORM, behind the version byte of core/stats.h:
 *
 *	  template	varint steps, 1 to 1000; then for each: varint bytes, and its
 *				canonical text as patterns write it
 *	  varints	journeys, at least 1; those with all steps in order; with a step
 *				moved; with a step missing
 *	  varints	for each step: journeys that have it in order, and moved
 *
 *-------------------------------------------------------------------------
 */
#include "organisation/conformance.h"

#include <math.h>

#include "core/args.h"
#include "core/srf.h"
#include "maths/intervals.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */

/* step, name, journeys, in_order, moved, missing, share, low, high */
#define REPORT_COLUMNS	9

/* past it 22003 */
#define MAX_JOURNEYS	(UINT64CONST(1) << 61)

typedef struct StepCount
{
	uint64		in_order;
	uint64		moved;
} StepCount;

typedef struct Conformance
{
	CxStats		stats;
	int			n;				/* steps; 0 until anything is counted or merged */
	const char *text;			/* of the template, as CxTemplate has it */
	Size		text_len;
	uint64		template_id;	/* of the CxTemplate last counted with */
	uint64		journeys;
	StepCount	whole;			/* all steps in order; any moved */
	uint64		incomplete;		/* any missing */
	StepCount  *steps;
} Conformance;

static void conformance_write(const CxStats *stats, CxWriter *w);
static bool conformance_read(CxStats *stats, CxReader *r);
static void conformance_merge(CxStats *into, const CxStats *from);

static const CxStatsType conformance_type = {
	.name = "conformance_stats",
	.size = sizeof(Conformance),
	.write = conformance_write,
	.read = conformance_read,
	.merge = conformance_merge
};

CX_STATS_FUNCTIONS(conformance_stats, &conformance_type);

/* ---- the template ---- */

static void
set_template(Conformance *c, const char *text, Size len, int n)
{
	char	   *copy = MemoryContextAllocHuge(c->stats.context, len);

	c->steps = MemoryContextAllocZero(c->stats.context, sizeof(StepCount) * n);
	memcpy(copy, text, len);
	c->text = copy;
	c->text_len = len;
	c->n = n;
}

/* Where two templates part, for the message. */
static int
first_difference(const char *a, Size a_len, int a_n, const char *b, Size b_len, int b_n)
{
	int			i = 0;

	while (i < Min(a_n, b_n))
	{
		text	   *x = (text *) DatumGetPointer(cx_template_step_name(a, a_len, i));
		text	   *y = (text *) DatumGetPointer(cx_template_step_name(b, b_len, i));

		if (VARSIZE(x) != VARSIZE(y) || memcmp(x, y, VARSIZE(x)) != 0)
			break;
		i++;
	}
	return i;
}

static void
same_template(Conformance *c, const char *text, Size len, int n)
{
	if (c->n == 0)
		set_template(c, text, len, n);
	else if (c->text_len != len || memcmp(c->text, text, len) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("journeys of different templates cannot be counted together"),
				 errdetail("The templates have %d and %d steps, and part at step %d.", c->n, n,
						   first_difference(c->text, c->text_len, c->n, text, len, n) + 1)));
}

/* ---- counting ---- */

static void
check_journeys(const Conformance *c)
{
	if (unlikely(c->journeys > MAX_JOURNEYS))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("conformance_stats counts more than 2^61 journeys")));
}

static void
count_journey(Conformance *c, CxTemplate *t, const CxJourney *j)
{
	int			in_order = cx_template_fit(t, j);
	int			moved = 0;

	for (int i = 0; i < t->n; i++)
	{
		c->steps[i].in_order += t->state[i] == CX_STEP_IN_ORDER;
		c->steps[i].moved += t->state[i] == CX_STEP_MOVED;
		moved += t->state[i] == CX_STEP_MOVED;
	}
	c->journeys++;
	c->whole.in_order += in_order == t->n;
	c->whole.moved += moved > 0;
	c->incomplete += in_order + moved < t->n;
}

/* conformance_accum(state, journey, template) */
PG_FUNCTION_INFO_V1(conformance_accum);
Datum
conformance_accum(PG_FUNCTION_ARGS)
{
	Conformance *c;
	CxTemplate *t;
	CxJourney	j;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	c = (Conformance *) cx_stats_state(fcinfo, &conformance_type);
	t = cx_template_arg(fcinfo, 2);
	if (c->template_id != t->id)
	{
		same_template(c, t->text, t->text_len, t->n);
		c->template_id = t->id;
	}
	cx_journey_open(&j, PG_GETARG_DATUM(1));
	count_journey(c, t, &j);
	check_journeys(c);
	return cx_stats_result(fcinfo, &c->stats);
}

/* ---- stored form and merging ---- */

static void
conformance_write(const CxStats *stats, CxWriter *w)
{
	const Conformance *c = (const Conformance *) stats;

	cx_write_bytes(w, c->text, c->text_len);
	cx_write_varint(w, c->journeys);
	cx_write_varint(w, c->whole.in_order);
	cx_write_varint(w, c->whole.moved);
	cx_write_varint(w, c->incomplete);
	for (int i = 0; i < c->n; i++)
	{
		cx_write_varint(w, c->steps[i].in_order);
		cx_write_varint(w, c->steps[i].moved);
	}
}

/* One touch expression in its canonical text. Its parse is scratch. */
static bool
step_sound(const char *text, int len, const CxMemory *memory, int *terms)
{
	CxParseError error;
	CxStep		step;
	char	   *again;
	bool		same;

	if (!pg_verify_mbstr(GetDatabaseEncoding(), text, len, true) ||
		cx_step_parse_strict(text, len, 0, memory, &step, &error) != len ||
		cx_step_print(&step, NULL) != (Size) len)
		return false;
	again = palloc(len);
	cx_step_print(&step, again);
	same = memcmp(again, text, len) == 0;
	pfree(again);
	*terms += Max(step.n, 1);
	return same && *terms <= CX_WHAT_MAX_TERMS;
}

static bool
read_template(Conformance *c, CxReader *r)
{
	CxMemory	memory = cx_memory(CurrentMemoryContext);
	const char *text = (const char *) r->at;
	uint64		n = cx_read_varint(r);
	int			terms = 0;

	if (!r->ok || n < 1 || n > CX_TEMPLATE_MAX_STEPS)
		return false;
	for (uint64 i = 0; i < n; i++)
	{
		uint64		len = cx_read_varint(r);

		if (!r->ok || len < 1 || len > (uint64) (r->end - r->at) ||
			!step_sound((const char *) r->at, (int) len, &memory, &terms))
			return false;
		r->at += len;
		CHECK_FOR_INTERRUPTS();
	}
	set_template(c, text, (const char *) r->at - text, (int) n);
	return true;
}

/* What is said of some step lies between the most that is said of one, and the sum of all. */
static bool
sound(const Conformance *c)
{
	CxUint128	all_moved = 0;
	CxUint128	all_missing = 0;
	uint64		rest = c->journeys - c->whole.in_order;

	if (c->journeys < 1 || c->journeys > MAX_JOURNEYS || c->whole.in_order > c->journeys ||
		c->whole.moved > rest || c->incomplete > rest || c->whole.moved + c->incomplete < rest)
		return false;
	for (int i = 0; i < c->n; i++)
	{
		const StepCount *step = &c->steps[i];
		uint64		missing;

		if (step->in_order > c->journeys || step->moved > c->journeys - step->in_order)
			return false;
		missing = c->journeys - step->in_order - step->moved;
		if (step->in_order < c->whole.in_order || step->moved > c->whole.moved || missing > c->incomplete)
			return false;
		all_moved += step->moved;
		all_missing += missing;
	}
	return c->whole.moved <= all_moved && c->incomplete <= all_missing;
}

static bool
conformance_read(CxStats *stats, CxReader *r)
{
	Conformance *c = (Conformance *) stats;

	if (!read_template(c, r))
		return false;
	c->journeys = cx_read_varint(r);
	c->whole.in_order = cx_read_varint(r);
	c->whole.moved = cx_read_varint(r);
	c->incomplete = cx_read_varint(r);
	for (int i = 0; i < c->n; i++)
	{
		c->steps[i].in_order = cx_read_varint(r);
		c->steps[i].moved = cx_read_varint(r);
	}
	return r->ok && sound(c);
}

static void
conformance_merge(CxStats *into, const CxStats *from)
{
	Conformance *c = (Conformance *) into;
	const Conformance *other = (const Conformance *) from;

	same_template(c, other->text, other->text_len, other->n);
	c->journeys += other->journeys;
	c->whole.in_order += other->whole.in_order;
	c->whole.moved += other->whole.moved;
	c->incomplete += other->incomplete;
	check_journeys(c);
	for (int i = 0; i < c->n; i++)
	{
		c->steps[i].in_order += other->steps[i].in_order;
		c->steps[i].moved += other->steps[i].moved;
	}
}

/* ---- reading ---- */

/* step -1 is the whole template */
static void
put_row(CxRows *rows, const Conformance *c, int step, double confidence)
{
	const StepCount *count = step < 0 ? &c->whole : &c->steps[step];
	uint64		missing = step < 0 ? c->incomplete : c->journeys - count->in_order - count->moved;
	double		share = (double) count->in_order / (double) c->journeys;
	CxInterval	interval = cx_wilson_interval(share, (double) c->journeys, confidence);
	Datum		values[REPORT_COLUMNS];
	bool		nulls[REPORT_COLUMNS] = {false};

	nulls[0] = nulls[1] = step < 0;
	values[0] = Int32GetDatum(step + 1);
	values[1] = step < 0 ? (Datum) 0 : cx_template_step_name(c->text, c->text_len, step);
	values[2] = Int64GetDatum((int64) c->journeys);
	values[3] = Int64GetDatum((int64) count->in_order);
	values[4] = Int64GetDatum((int64) count->moved);
	values[5] = Int64GetDatum((int64) missing);
	cx_set_float8(values, nulls, 6, share);
	cx_set_float8(values, nulls, 7, interval.low);
	cx_set_float8(values, nulls, 8, interval.high);
	cx_rows_put(rows, values, nulls);
}

/* conformance_report(conformance, confidence): a row for each step, and one of the whole template */
PG_FUNCTION_INFO_V1(conformance_report);
Datum
conformance_report(PG_FUNCTION_ARGS)
{
	double		confidence = cx_check_confidence(PG_GETARG_FLOAT8(1));
	CxRows		rows = cx_rows_begin(fcinfo, REPORT_COLUMNS);
	const Conformance *c = (const Conformance *) cx_stats_arg(fcinfo, 0, &conformance_type);

	for (int i = 0; i < c->n; i++)
	{
		put_row(&rows, c, i, confidence);
		CHECK_FOR_INTERRUPTS();
	}
	put_row(&rows, c, -1, confidence);
	return (Datum) 0;
}
