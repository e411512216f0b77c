/*-------------------------------------------------------------------------
 *
 * src/behaviour/session_stats.c
 *	  The type session_stats: session_agg(), session_report(), and the number
 *	  of sessions of one journey, session_count().
 *
 *-------------------------------------------------------------------------
 */
#include "behaviour/session.h"

#include <math.h>

#include "core/args.h"
#include "core/interval.h"
#include "core/srf.h"
#include "maths/intervals.h"
#include "utils/timestamp.h"

/*
 * journeys, sessions, touches, per_journey, mean_touches, mean_seconds,
 * median_seconds, p90_seconds, bounces, bounce_share, low, high
 */
#define REPORT_COLUMNS	12

static void session_write(const CxStats *stats, CxWriter *w);
static bool session_read(CxStats *stats, CxReader *r);
static void session_merge(CxStats *into, const CxStats *from);

const CxStatsType cx_session_type = {
	.name = "session_stats",
	.size = sizeof(CxSessions),
	.write = session_write,
	.read = session_read,
	.merge = session_merge
};

CX_STATS_FUNCTIONS(session_stats, &cx_session_type);

/* In the context that is current: its callers see to that. */
void *
cx_session_alloc(size_t size)
{
	return palloc0(size);
}

void
cx_session_same_limit(CxSessions *sessions, uint64 limit)
{
	if (!sessions->known)
	{
		sessions->known = true;
		sessions->limit = limit;
	}
	if (unlikely(sessions->limit != limit))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("sessions of different gaps cannot be merged"),
				 errdetail("The gaps are %.15g and %.15g seconds.", (double) sessions->limit / USECS_PER_SEC,
						   (double) limit / USECS_PER_SEC)));
}

/* Touches are the largest of the counts. */
void
cx_session_check(const CxSessions *sessions)
{
	if (unlikely(sessions->touches > CX_SESSION_MAX))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("session_stats counts more than 2^61 touches")));
}

/* ---- counting ---- */

static void
count_session(CxSessions *sessions, uint64 length, int touches)
{
	sessions->bounces += touches == 1;
	sessions->microseconds += length;
	cx_loghist_add(&sessions->lengths, length, 1, cx_session_alloc);
}

static uint64
gap_arg(FunctionCallInfo fcinfo, int arg)
{
	if (PG_ARGISNULL(arg))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("gap is NULL")));
	return cx_interval_microseconds(PG_GETARG_INTERVAL_P(arg), "gap");
}

/* session_accum(state, journey, gap) */
PG_FUNCTION_INFO_V1(session_accum);
Datum
session_accum(PG_FUNCTION_ARGS)
{
	CxSessions *sessions;
	CxJourney	j;
	MemoryContext old;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	sessions = (CxSessions *) cx_stats_state(fcinfo, &cx_session_type);
	cx_session_same_limit(sessions, gap_arg(fcinfo, 2));
	cx_journey_open(&j, PG_GETARG_DATUM(1));
	if (j.n > 0)
	{
		old = MemoryContextSwitchTo(sessions->stats.context);
		sessions->journeys++;
		sessions->touches += j.n;
		sessions->sessions += cx_sessions_of(&j, sessions->limit, sessions, count_session);
		cx_session_check(sessions);
		MemoryContextSwitchTo(old);
	}
	return cx_stats_result(fcinfo, &sessions->stats);
}

PG_FUNCTION_INFO_V1(session_count);
Datum
session_count(PG_FUNCTION_ARGS)
{
	uint64		limit = cx_interval_microseconds(PG_GETARG_INTERVAL_P(1), "gap");
	CxJourney	j;

	cx_journey_open(&j, PG_GETARG_DATUM(0));
	PG_RETURN_INT32(j.n == 0 ? 0 : cx_sessions_of(&j, limit, NULL, NULL));
}

/* ---- stored form and merging ---- */

static void
session_write(const CxStats *stats, CxWriter *w)
{
	const CxSessions *sessions = (const CxSessions *) stats;

	cx_write_varint(w, sessions->limit);
	cx_write_varint(w, sessions->journeys);
	cx_write_varint(w, sessions->sessions);
	cx_write_varint(w, sessions->touches);
	cx_write_varint(w, sessions->bounces);
	cx_write_wide(w, sessions->microseconds);
	cx_loghist_write(&sessions->lengths, w);
}

/* Each session has a length, those of one touch have 0, all others two touches or more. */
static bool
sound(const CxSessions *sessions)
{
	uint64		zeros = sessions->lengths.row[0] == NULL ? 0 : sessions->lengths.row[0][0];

	return sessions->limit <= PG_INT64_MAX && sessions->touches <= CX_SESSION_MAX &&
		sessions->sessions <= sessions->touches && sessions->journeys <= sessions->sessions &&
		(sessions->journeys > 0 || sessions->touches == 0) && sessions->bounces <= sessions->sessions &&
		sessions->touches - sessions->bounces >= 2 * (sessions->sessions - sessions->bounces) &&
		(sessions->bounces < sessions->sessions || sessions->touches == sessions->bounces) &&
		sessions->lengths.n == sessions->sessions && zeros >= sessions->bounces &&
		sessions->microseconds <= (CxUint128) (sessions->sessions - zeros) * PG_UINT64_MAX &&
		sessions->microseconds >= sessions->sessions - zeros;
}

static bool
session_read(CxStats *stats, CxReader *r)
{
	CxSessions *sessions = (CxSessions *) stats;

	sessions->known = true;
	sessions->limit = cx_read_varint(r);
	sessions->journeys = cx_read_varint(r);
	sessions->sessions = cx_read_varint(r);
	sessions->touches = cx_read_varint(r);
	sessions->bounces = cx_read_varint(r);
	sessions->microseconds = cx_read_wide(r, 128);
	return r->ok && cx_loghist_read(&sessions->lengths, r, cx_session_alloc) && sound(sessions);
}

static void
session_merge(CxStats *into, const CxStats *from)
{
	CxSessions *sessions = (CxSessions *) into;
	const CxSessions *other = (const CxSessions *) from;

	cx_session_same_limit(sessions, other->limit);
	sessions->journeys += other->journeys;
	sessions->sessions += other->sessions;
	sessions->touches += other->touches;
	sessions->bounces += other->bounces;
	sessions->microseconds += other->microseconds;
	cx_session_check(sessions);
	cx_loghist_merge(&sessions->lengths, &other->lengths, cx_session_alloc);
}

/* ---- reading ---- */

static double
seconds(double microseconds)
{
	return microseconds / USECS_PER_SEC;
}

/* session_report(sessions, confidence): one row; shares and means of nothing are NULL */
PG_FUNCTION_INFO_V1(session_report);
Datum
session_report(PG_FUNCTION_ARGS)
{
	double		confidence = cx_check_confidence(PG_GETARG_FLOAT8(1));
	CxRows		rows = cx_rows_begin(fcinfo, REPORT_COLUMNS);
	const CxSessions *s = (const CxSessions *) cx_stats_arg(fcinfo, 0, &cx_session_type);
	bool		any = s->sessions > 0;
	double		n = any ? (double) s->sessions : NAN;
	CxInterval	interval = {NAN, NAN};
	Datum		values[REPORT_COLUMNS];
	bool		nulls[REPORT_COLUMNS] = {false};

	if (any)
		interval = cx_wilson_interval((double) s->bounces / n, n, confidence);
	values[0] = Int64GetDatum((int64) s->journeys);
	values[1] = Int64GetDatum((int64) s->sessions);
	values[2] = Int64GetDatum((int64) s->touches);
	cx_set_float8(values, nulls, 3, n / (double) s->journeys);
	cx_set_float8(values, nulls, 4, (double) s->touches / n);
	cx_set_float8(values, nulls, 5, seconds((double) s->microseconds / n));
	cx_set_float8(values, nulls, 6, any ? seconds(cx_loghist_quantile(&s->lengths, 0.5)) : NAN);
	cx_set_float8(values, nulls, 7, any ? seconds(cx_loghist_quantile(&s->lengths, 0.9)) : NAN);
	values[8] = Int64GetDatum((int64) s->bounces);
	cx_set_float8(values, nulls, 9, (double) s->bounces / n);
	cx_set_float8(values, nulls, 10, interval.low);
	cx_set_float8(values, nulls, 11, interval.high);
	cx_rows_put(&rows, values, nulls);
	return (Datum) 0;
}
