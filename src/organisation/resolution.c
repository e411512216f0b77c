/*-------------------------------------------------------------------------
 *
 * src/organisation/resolution.c
 *	  The type "resolution_stats": cases that were solved at first contact.
 *
 * A case comes as a row that says whether it was solved at first contact, and
 * maybe whether it could have been; or it is read from a journey: contacts no
 * further apart than a window are one case, and a case of a single contact was
 * solved by it once the window has passed without another one.
 *
 * THE STORED FORM, behind the version byte:
 *
 *	  what was asked	contact_question.h; kind 0 rows, 1 journeys
 *	  varints	cases that were not resolved, were resolved, are undecided; each
 *				of them as three: cannot be solved at first contact, can be, not
 *				known. Of journeys only the middle ones are not 0.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "core/args.h"
#include "core/srf.h"
#include "core/stats.h"
#include "maths/intervals.h"
#include "organisation/contact_question.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

/* measure, cases, resolved, undecided, rate, low, high */
#define RESOLUTION_COLUMNS	7

/* no count of cases reaches it; past it 22003 */
#define MAX_CASES	(UINT64CONST(1) << 61)

typedef enum Answer
{
	NO,
	YES,
	UNKNOWN
} Answer;

#define ANSWERS	3

typedef enum Kind
{
	OF_ROWS,
	OF_JOURNEYS
} Kind;

static const CxAskedKind kinds[] = {
	[OF_ROWS] = {"resolution_agg", 0},
	[OF_JOURNEYS] = {"resolution_agg", 1}
};

typedef struct Resolution
{
	CxStats		stats;
	CxAsked		asked;
	uint64		cases[ANSWERS][ANSWERS];	/* resolved, solvable */
} Resolution;

static uint64
all_cases(const Resolution *r)
{
	uint64		all = 0;

	/* a sum of nine numbers up to 2^61 could pass 2^64: it stays above the limit */
	for (int i = 0; i < ANSWERS; i++)
		for (int k = 0; k < ANSWERS; k++)
			all = Min(r->cases[i][k], MAX_CASES + 1) + Min(all, MAX_CASES + 1);
	return all;
}

static void
check(const Resolution *r)
{
	if (unlikely(all_cases(r) > MAX_CASES))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("resolution_stats counts more than 2^61 cases")));
}

/* ---- stored form and merging ---- */

static void
resolution_write(const CxStats *stats, CxWriter *w)
{
	const Resolution *r = (const Resolution *) stats;

	cx_asked_write(&r->asked, w);
	for (int i = 0; i < ANSWERS; i++)
		for (int k = 0; k < ANSWERS; k++)
			cx_write_varint(w, r->cases[i][k]);
}

static bool
resolution_read(CxStats *stats, CxReader *reader)
{
	Resolution *r = (Resolution *) stats;

	if (!cx_asked_read(&r->asked, kinds, lengthof(kinds), reader))
		return false;
	for (int i = 0; i < ANSWERS; i++)
		for (int k = 0; k < ANSWERS; k++)
		{
			r->cases[i][k] = cx_read_varint(reader);
			if (r->asked.kind == OF_JOURNEYS && k != YES && r->cases[i][k] != 0)
				return false;
		}
	return reader->ok && all_cases(r) <= MAX_CASES;
}

static void
resolution_merge(CxStats *into, const CxStats *from)
{
	Resolution *r = (Resolution *) into;
	const Resolution *other = (const Resolution *) from;

	cx_asked_merge(&r->asked, &other->asked, r->stats.context, "cases");
	for (int i = 0; i < ANSWERS; i++)
		for (int k = 0; k < ANSWERS; k++)
			r->cases[i][k] += other->cases[i][k];
	check(r);
}

static const CxStatsType resolution_type = {
	.name = "resolution_stats",
	.size = sizeof(Resolution),
	.write = resolution_write,
	.read = resolution_read,
	.merge = resolution_merge
};

CX_STATS_FUNCTIONS(resolution_stats, &resolution_type);

/* ---- counting ---- */

static Answer
answer_arg(FunctionCallInfo fcinfo, int arg)
{
	return PG_ARGISNULL(arg) ? UNKNOWN : PG_GETARG_BOOL(arg) ? YES : NO;
}

/* resolution_accum(state, resolved [, solvable]) */
PG_FUNCTION_INFO_V1(resolution_accum);
Datum
resolution_accum(PG_FUNCTION_ARGS)
{
	Resolution *r = (Resolution *) cx_stats_state(fcinfo, &resolution_type);
	Answer		solvable = PG_NARGS() > 2 ? answer_arg(fcinfo, 2) : YES;

	cx_asked_same(&r->asked, kinds, OF_ROWS, NULL, 0, r->stats.context, "cases");
	r->cases[answer_arg(fcinfo, 1)][solvable]++;
	check(r);
	return cx_stats_result(fcinfo, &r->stats);
}

/*
 * The cases of a journey whose contacts were found. One that is repeated is
 * decided at once, one that is not only when more than the window has passed:
 * another contact at its very end would still belong to it.
 */
static void
count_cases(Resolution *r, const CxQuestion *q, uint64 within, TimestampTz as_of)
{
	int			n = q->found;
	int			first = 0;		/* contact of the case */

	while (n > 0 && q->times[n - 1] > as_of)
		n--;
	for (int i = 1; i <= n; i++)
	{
		if (i < n && cx_time_between(q->times[i - 1], q->times[i]) <= within)
			continue;
		if (i - first > 1)
			r->cases[NO][YES]++;
		else if (cx_time_between(q->times[first], as_of) > within)
			r->cases[YES][YES]++;
		else
			r->cases[UNKNOWN][YES]++;
		first = i;
	}
}

/* resolution_accum(state, journey, what, within, as_of) */
PG_FUNCTION_INFO_V1(resolution_journey_accum);
Datum
resolution_journey_accum(PG_FUNCTION_ARGS)
{
	static const char *const names[] = {"what"};
	Resolution *r;
	CxQuestion *q;
	CxJourney	j;
	uint64		within;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	r = (Resolution *) cx_stats_state(fcinfo, &resolution_type);
	q = cx_question_arg(fcinfo, 2, 1, 1, names);
	within = cx_window_arg(fcinfo, 3, "within");
	cx_not_null(fcinfo, 4, "as_of");
	cx_asked_same(&r->asked, kinds, OF_JOURNEYS, q, within, r->stats.context, "cases");
	if (cx_question_open(q, PG_GETARG_DATUM(1), &j) && cx_question_find(q, &j, CX_FIRST) > 0)
	{
		cx_question_times(q, &j, 0, q->found);
		count_cases(r, q, within, PG_GETARG_TIMESTAMPTZ(4));
		check(r);
	}
	return cx_stats_result(fcinfo, &r->stats);
}

/* ---- reading ---- */

static void
put_measure(CxRows *rows, const char *measure, uint64 cases, uint64 resolved, uint64 undecided, double confidence)
{
	Datum		values[RESOLUTION_COLUMNS];
	bool		nulls[RESOLUTION_COLUMNS] = {false};
	double		rate = cases > 0 ? (double) resolved / (double) cases : NAN;
	CxInterval	interval = {NAN, NAN};

	if (cases > 0)
		interval = cx_wilson_interval(rate, (double) cases, confidence);
	values[0] = CStringGetTextDatum(measure);
	values[1] = Int64GetDatum((int64) cases);
	values[2] = Int64GetDatum((int64) resolved);
	values[3] = Int64GetDatum((int64) undecided);
	cx_set_float8(values, nulls, 4, rate);
	cx_set_float8(values, nulls, 5, interval.low);
	cx_set_float8(values, nulls, 6, interval.high);
	cx_rows_put(rows, values, nulls);
}

/* first_contact_resolution(resolution, confidence): a row of all cases, and one of those that could be solved */
PG_FUNCTION_INFO_V1(first_contact_resolution);
Datum
first_contact_resolution(PG_FUNCTION_ARGS)
{
	double		confidence = cx_check_confidence(PG_GETARG_FLOAT8(1));
	CxRows		rows = cx_rows_begin(fcinfo, RESOLUTION_COLUMNS);
	const Resolution *r = (const Resolution *) cx_stats_arg(fcinfo, 0, &resolution_type);
	uint64		of[ANSWERS];	/* by resolved */

	for (int i = 0; i < ANSWERS; i++)
		of[i] = r->cases[i][NO] + r->cases[i][YES] + r->cases[i][UNKNOWN];
	put_measure(&rows, "gross", of[NO] + of[YES], of[YES], of[UNKNOWN], confidence);
	/* what may or may not have been solvable is undecided here */
	put_measure(&rows, "net", r->cases[NO][YES] + r->cases[YES][YES], r->cases[YES][YES],
				r->cases[UNKNOWN][YES] + r->cases[NO][UNKNOWN] + r->cases[YES][UNKNOWN] + r->cases[UNKNOWN][UNKNOWN],
				confidence);
	return (Datum) 0;
}
