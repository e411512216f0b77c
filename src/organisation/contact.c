/*-------------------------------------------------------------------------
 *
 * src/organisation/contact.c
 *	  Contacts that were hit: preceded_by(), overlapping(), repeat_contacts(),
 *	  and the aggregates that count them over many journeys.
 *
 * Times run upwards in the stored order, so each is one walk along the touches
 * that fit, and only between those that can make a difference times are read.
 *
 *-------------------------------------------------------------------------
 */
#include "organisation/contact.h"

#include "core/interval.h"

/* ---- hits in one journey, whose touches have been found ---- */

/* What fits the first expression and has a touch before it that fits the second, at most "within" earlier. */
static int
count_preceded(CxQuestion *q, const CxJourney *j, uint64 within)
{
	int			from = 0;
	int			until = q->found;
	int			hits = 0;
	TimestampTz last;

	while (from < until && (cx_question_fits(q, from) & CX_SECOND) == 0)
		from++;
	while (until > from && (cx_question_fits(q, until - 1) & CX_FIRST) == 0)
		until--;
	if (until - from < 2)
		return 0;
	cx_question_times(q, j, from, until);
	last = q->times[from];
	for (int i = from + 1; i < until; i++)
	{
		uint64		fits = cx_question_fits(q, i);
		TimestampTz at = q->times[i];

		hits += (fits & CX_FIRST) != 0 && cx_time_between(last, at) <= within;
		if (fits & CX_SECOND)
			last = at;
	}
	return hits;
}

/*
 * What fits the first expression while a session of touches that fit the
 * second was open. Whether one was at a touch behind the last one of a session
 * is told by the next one that fits: those in between wait for it.
 */
static int
count_overlapping(CxQuestion *q, const CxJourney *j, uint64 gap)
{
	bool		open = false;	/* was there a session? */
	TimestampTz last = 0;		/* its last touch so far */
	TimestampTz tied_at = 0;
	int			waiting = 0;
	int			tied = 0;		/* of those waiting the ones at tied_at, the last time among them */
	int			hits = 0;

	if ((q->seen & CX_FIRST) == 0 || (q->seen & CX_SECOND) == 0)
		return 0;
	cx_question_times(q, j, 0, q->found);
	for (int i = 0; i < q->found; i++)
	{
		uint64		fits = cx_question_fits(q, i);
		TimestampTz at = q->times[i];

		if (fits & CX_SECOND)
		{
			if (open && cx_time_between(last, at) <= gap)
				hits += waiting;
			else if (tied > 0 && tied_at == at)
				hits += tied;
			hits += (fits & CX_FIRST) != 0;
			waiting = tied = 0;
			open = true;
			last = at;
		}
		else if (open && at == last)
			hits++;
		else
		{
			tied = tied > 0 && tied_at == at ? tied + 1 : 1;
			tied_at = at;
			waiting++;
		}
	}
	return hits;
}

/* What comes at most "within" after the one before. */
static int
count_repeats(CxQuestion *q, const CxJourney *j, uint64 within)
{
	int			hits = 0;

	if (q->found < 2)
		return 0;
	cx_question_times(q, j, 0, q->found);
	for (int i = 1; i < q->found; i++)
		hits += cx_time_between(q->times[i - 1], q->times[i]) <= within;
	return hits;
}

/* ---- the three measures ---- */

typedef struct Measure
{
	int			(*count) (CxQuestion *q, const CxJourney *j, uint64 window);
	int			expressions;
	uint64		begin;			/* where hits can begin */
	const char *names[CX_QUESTION_MAX]; /* of the arguments */
	const char *window;
} Measure;

static const Measure measures[CX_CONTACT_KINDS] = {
	[CX_PRECEDED] = {count_preceded, 2, CX_SECOND, {"what", "by"}, "within"},
	[CX_OVERLAPPING] = {count_overlapping, 2, CX_FIRST | CX_SECOND, {"what", "session_of"}, "gap"},
	[CX_REPEAT] = {count_repeats, 1, CX_FIRST, {"what"}, "within"}
};

const CxAskedKind cx_contact_kinds[CX_CONTACT_KINDS] = {
	[CX_PRECEDED] = {"preceded_agg", 2},
	[CX_OVERLAPPING] = {"overlapping_agg", 2},
	[CX_REPEAT] = {"repeat_agg", 1}
};

/* measure(journey, expressions, window) */
static Datum
measure(FunctionCallInfo fcinfo, CxContactKind kind)
{
	const Measure *m = &measures[kind];
	uint64		window = cx_window_arg(fcinfo, 1 + m->expressions, m->window);
	CxQuestion *q = cx_question_arg(fcinfo, 1, m->expressions, m->expressions, m->names);
	CxJourney	j;

	if (!cx_question_open(q, PG_GETARG_DATUM(0), &j) || cx_question_find(q, &j, m->begin) == 0)
		PG_RETURN_INT32(0);
	PG_RETURN_INT32(m->count(q, &j, window));
}

PG_FUNCTION_INFO_V1(preceded_by);
Datum
preceded_by(PG_FUNCTION_ARGS)
{
	return measure(fcinfo, CX_PRECEDED);
}

PG_FUNCTION_INFO_V1(overlapping);
Datum
overlapping(PG_FUNCTION_ARGS)
{
	return measure(fcinfo, CX_OVERLAPPING);
}

PG_FUNCTION_INFO_V1(repeat_contacts);
Datum
repeat_contacts(PG_FUNCTION_ARGS)
{
	return measure(fcinfo, CX_REPEAT);
}

/* ---- over many journeys ---- */

static int
count_contacts(const CxQuestion *q)
{
	int			n = 0;

	for (int i = 0; i < q->found; i++)
		n += (cx_question_fits(q, i) & CX_FIRST) != 0;
	return n;
}

static void
add_customer(CxContacts *c, uint64 x, uint64 y)
{
	c->customers++;
	c->hit_customers += y > 0;
	c->contacts += x;
	c->hits += y;
	c->xx += (CxUint128) (x * x);
	c->xy += (CxUint128) (x * y);
	c->yy += (CxUint128) (y * y);
	cx_contact_check(c);
}

/* accum(state, journey, expressions, window) */
static Datum
accum(FunctionCallInfo fcinfo, CxContactKind kind)
{
	const Measure *m = &measures[kind];
	CxContacts *c;
	CxQuestion *q;
	CxJourney	j;
	uint64		window;
	int			x;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	c = (CxContacts *) cx_stats_state(fcinfo, &cx_contact_type);
	q = cx_question_arg(fcinfo, 2, m->expressions, 1, m->names);
	window = cx_window_arg(fcinfo, 2 + m->expressions, m->window);
	cx_asked_same(&c->asked, cx_contact_kinds, kind, q, window, c->stats.context, "contacts");
	if (cx_question_open(q, PG_GETARG_DATUM(1), &j) && cx_question_find(q, &j, CX_FIRST | CX_SECOND) > 0)
	{
		x = count_contacts(q);
		if (x > 0)
			add_customer(c, x, m->count(q, &j, window));
	}
	return cx_stats_result(fcinfo, &c->stats);
}

PG_FUNCTION_INFO_V1(preceded_accum);
Datum
preceded_accum(PG_FUNCTION_ARGS)
{
	return accum(fcinfo, CX_PRECEDED);
}

PG_FUNCTION_INFO_V1(overlapping_accum);
Datum
overlapping_accum(PG_FUNCTION_ARGS)
{
	return accum(fcinfo, CX_OVERLAPPING);
}

PG_FUNCTION_INFO_V1(repeat_accum);
Datum
repeat_accum(PG_FUNCTION_ARGS)
{
	return accum(fcinfo, CX_REPEAT);
}
