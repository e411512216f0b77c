/*-------------------------------------------------------------------------
 *
 * src/organisation/promise_time.c
 *	  time_to(): how long it took from one touch of a journey to another.
 *
 *-------------------------------------------------------------------------
 */
#include "organisation/contact_question.h"

#include "utils/timestamp.h"

/* Whole days and the rest, as the difference of two timestamps; no two of them are too far apart for that. */
static Interval *
interval_of(uint64 microseconds)
{
	Interval   *interval = palloc(sizeof(Interval));

	interval->month = 0;
	interval->day = (int32) (microseconds / USECS_PER_DAY);
	interval->time = (TimeOffset) (microseconds % USECS_PER_DAY);
	return interval;
}

/* time_to(journey, since, what) */
PG_FUNCTION_INFO_V1(time_to);
Datum
time_to(PG_FUNCTION_ARGS)
{
	static const char *const names[] = {"since", "what"};
	CxQuestion *q = cx_question_arg(fcinfo, 1, 2, 2, names);
	CxJourney	j;
	TimestampTz since;
	TimestampTz until;

	if (!cx_question_open(q, PG_GETARG_DATUM(0), &j) || cx_question_find(q, &j, CX_FIRST) == 0)
		PG_RETURN_NULL();
	/* the first one found is the first that fits "since" */
	for (int i = 1; i < q->found; i++)
	{
		if ((cx_question_fits(q, i) & CX_SECOND) == 0)
			continue;
		cx_journey_times(&j, q->position[0], 1, &since);
		cx_journey_times(&j, q->position[i], 1, &until);
		PG_RETURN_INTERVAL_P(interval_of(cx_time_between(since, until)));
	}
	PG_RETURN_NULL();
}
