/*-------------------------------------------------------------------------
 *
 * src/organisation/promise.c
 *	  Counting promises: promise_agg() over rows, and over journeys.
 *
 *-------------------------------------------------------------------------
 */
#include "organisation/promise.h"

#include "utils/timestamp.h"

/* ---- rows ---- */

static TimestampTz
finite_arg(FunctionCallInfo fcinfo, int arg, const char *name)
{
	TimestampTz at = PG_GETARG_TIMESTAMPTZ(arg);

	if (TIMESTAMP_NOT_FINITE(at))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("%s is infinite", name),
				 errhint("What has no time is NULL.")));
	return at;
}

/* promise_accum(state, due, done, as_of) */
PG_FUNCTION_INFO_V1(promise_accum);
Datum
promise_accum(PG_FUNCTION_ARGS)
{
	CxPromises *p = (CxPromises *) cx_stats_state(fcinfo, &cx_promise_type);
	MemoryContext old = MemoryContextSwitchTo(p->stats.context);
	TimestampTz as_of;
	TimestampTz due;

	cx_not_null(fcinfo, 3, "as_of");
	as_of = PG_GETARG_TIMESTAMPTZ(3);
	cx_asked_same(&p->asked, cx_promise_kinds, CX_PROMISE_ROWS, NULL, 0, p->stats.context, "promises");
	if (PG_ARGISNULL(1))
		p->unknown++;
	else
	{
		due = finite_arg(fcinfo, 1, "due");
		if (!PG_ARGISNULL(2) && finite_arg(fcinfo, 2, "done") <= as_of)
		{
			TimestampTz done = PG_GETARG_TIMESTAMPTZ(2);

			if (done <= due)
				p->kept++;
			else
				cx_promise_late(p, cx_time_between(due, done));
		}
		else if (due < as_of)
			p->broken++;
		else
			p->undecided++;
	}
	cx_promise_check(p);
	MemoryContextSwitchTo(old);
	return cx_stats_result(fcinfo, &p->stats);
}

/* ---- journeys ---- */

#define PROMISE	CX_FIRST
#define KEPT	CX_SECOND

/*
 * Promises of one journey that are not done, as two queues, both in the order
 * of time: those whose window is open, and behind it those that are overdue.
 * All have the same window, so who came first is due first, and a promise moves
 * from the end of one queue to the end of the other. Their memory is that of
 * the times: of the first behind where they are read, as there are no more
 * promises than touches, of the second where they were decoded.
 */
typedef struct Queues
{
	TimestampTz *open;
	int			open_from;
	int			open_until;
	TimestampTz *overdue;
	int			overdue_from;
	int			overdue_until;
} Queues;

static void
pass_time(Queues *queues, TimestampTz at, uint64 within)
{
	while (queues->open_from < queues->open_until && cx_time_between(queues->open[queues->open_from], at) > within)
		queues->overdue[queues->overdue_until++] = queues->open[queues->open_from++];
}

/*
 * A touch keeps one promise: the earliest that can still be kept, so that as
 * many are kept in time as possible; if there is none, the earliest that is
 * overdue.
 */
static void
keep(CxPromises *p, Queues *queues, TimestampTz at, uint64 within)
{
	if (queues->open_from < queues->open_until)
	{
		queues->open_from++;
		p->kept++;
	}
	else if (queues->overdue_from < queues->overdue_until)
		cx_promise_late(p, cx_time_between(queues->overdue[queues->overdue_from++], at) - within);
}

static void
count_promises(CxPromises *p, CxQuestion *q, uint64 within, TimestampTz as_of)
{
	Queues		queues = {.open = q->times, .overdue = q->between};

	for (int i = 0; i < q->found && q->times[i] <= as_of; i++)
	{
		TimestampTz at = q->times[i];
		uint64		fits = cx_question_fits(q, i);

		pass_time(&queues, at, within);
		if (fits & KEPT)
			keep(p, &queues, at, within);
		if (fits & PROMISE)
			queues.open[queues.open_until++] = at;
	}
	pass_time(&queues, as_of, within);
	p->broken += queues.overdue_until - queues.overdue_from;
	p->undecided += queues.open_until - queues.open_from;
}

/* promise_accum(state, journey, promise, kept, within, as_of) */
PG_FUNCTION_INFO_V1(promise_journey_accum);
Datum
promise_journey_accum(PG_FUNCTION_ARGS)
{
	static const char *const names[] = {"promise", "kept"};
	CxPromises *p;
	CxQuestion *q;
	CxJourney	j;
	uint64		within;
	MemoryContext old;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	p = (CxPromises *) cx_stats_state(fcinfo, &cx_promise_type);
	q = cx_question_arg(fcinfo, 2, 2, 1, names);
	within = cx_window_arg(fcinfo, 4, "within");
	cx_not_null(fcinfo, 5, "as_of");
	cx_asked_same(&p->asked, cx_promise_kinds, CX_PROMISE_JOURNEYS, q, within, p->stats.context, "promises");
	if (cx_question_open(q, PG_GETARG_DATUM(1), &j) && cx_question_find(q, &j, PROMISE) > 0)
	{
		cx_question_times(q, &j, 0, q->found);
		old = MemoryContextSwitchTo(p->stats.context);
		count_promises(p, q, within, PG_GETARG_TIMESTAMPTZ(5));
		cx_promise_check(p);
		MemoryContextSwitchTo(old);
	}
	return cx_stats_result(fcinfo, &p->stats);
}
