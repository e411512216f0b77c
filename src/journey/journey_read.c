/*-------------------------------------------------------------------------
 *
 * src/journey/journey_read.c
 *	  Looking into a journey: counts, times, names, slices.
 *
 *-------------------------------------------------------------------------
 */
#include "journey/touches.h"

#include "catalog/pg_type.h"
#include "core/interval.h"
#include "core/sort.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(journey_touch_count);
Datum
journey_touch_count(PG_FUNCTION_ARGS)
{
	CxJourney	j;

	cx_journey_head(&j, PG_GETARG_DATUM(0));
	PG_RETURN_INT32(j.n);
}

PG_FUNCTION_INFO_V1(journey_started_at);
Datum
journey_started_at(PG_FUNCTION_ARGS)
{
	CxJourney	j;

	cx_journey_head(&j, PG_GETARG_DATUM(0));
	if (j.n == 0)
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(j.start);
}

PG_FUNCTION_INFO_V1(journey_ended_at);
Datum
journey_ended_at(PG_FUNCTION_ARGS)
{
	CxJourney	j;

	cx_journey_head(&j, PG_GETARG_DATUM(0));
	if (j.n == 0)
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(j.end);
}

/* As ended_at - started_at gives it. */
PG_FUNCTION_INFO_V1(journey_duration);
Datum
journey_duration(PG_FUNCTION_ARGS)
{
	CxJourney	j;
	Interval   *span;

	cx_journey_head(&j, PG_GETARG_DATUM(0));
	if (j.n == 0)
		PG_RETURN_NULL();
	if ((uint64) j.end - (uint64) j.start > (uint64) PG_INT64_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("duration of the journey is too long for an interval")));
	span = palloc0(sizeof(Interval));
	span->time = j.end - j.start;
	PG_RETURN_DATUM(DirectFunctionCall1(interval_justify_hours, IntervalPGetDatum(span)));
}

/* The distinct names of a facet, ascending by bytes. */
static int
cmp_texts(const void *a, const void *b)
{
	const text *x = (const text *) DatumGetPointer(*(const Datum *) a);
	const text *y = (const text *) DatumGetPointer(*(const Datum *) b);
	int			x_len = VARSIZE(x) - VARHDRSZ;
	int			y_len = VARSIZE(y) - VARHDRSZ;
	int			result = memcmp(VARDATA(x), VARDATA(y), Min(x_len, y_len));

	return result != 0 ? result : x_len - y_len;
}

static Datum
names_of(FunctionCallInfo fcinfo, CxFacet facet)
{
	CxJourney	j;
	CxName	   *names;
	CxEntry    *entries;
	bool	   *occurs;
	Datum	   *texts;
	int			n = 0;

	cx_journey_open(&j, PG_GETARG_DATUM(0));
	if (j.n == 0)
		PG_RETURN_ARRAYTYPE_P(construct_empty_array(TEXTOID));
	names = palloc(sizeof(CxName) * j.names);
	entries = palloc(sizeof(CxEntry) * j.entries);
	occurs = palloc0(sizeof(bool) * j.names);
	texts = palloc(sizeof(Datum) * j.names);
	cx_journey_names(&j, names);
	cx_journey_entries(&j, entries);
	for (int i = 0; i < j.entries; i++)
		if (entries[i].name[facet] >= 0)
			occurs[entries[i].name[facet]] = true;
	for (int i = 0; i < j.names; i++)
	{
		if (!occurs[i])
			continue;
		cx_journey_name_check(names[i]);
		texts[n++] = cx_name_datum(names[i]);
		CHECK_FOR_INTERRUPTS();
	}
	cx_sort(texts, n, sizeof(Datum), cmp_texts);
	PG_RETURN_ARRAYTYPE_P(construct_array(texts, n, TEXTOID, -1, false, TYPALIGN_INT));
}

#define NAMES_FUNCTION(name, facet) \
PG_FUNCTION_INFO_V1(name); \
Datum \
name(PG_FUNCTION_ARGS) \
{ \
	return names_of(fcinfo, facet); \
} \
extern int no_such_variable

NAMES_FUNCTION(journey_touchpoints, CX_TOUCHPOINT);
NAMES_FUNCTION(journey_channels, CX_CHANNEL);
NAMES_FUNCTION(journey_stages, CX_STAGE);
NAMES_FUNCTION(journey_owners, CX_OWNER);

/* slice(j, since, until): the touches with since <= at < until; a bound that is NULL does not bind */
PG_FUNCTION_INFO_V1(journey_slice);
Datum
journey_slice(PG_FUNCTION_ARGS)
{
	CxJourney	j;
	CxTouches	touches;
	int			from;
	int			until;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	cx_journey_open(&j, PG_GETARG_DATUM(0));
	from = PG_ARGISNULL(1) ? 0 : cx_journey_first_at(&j, PG_GETARG_TIMESTAMPTZ(1));
	until = PG_ARGISNULL(2) ? j.n : cx_journey_first_at(&j, PG_GETARG_TIMESTAMPTZ(2));
	if (from == 0 && until == j.n)
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	cx_touches_init(&touches, cx_dict_new(CurrentMemoryContext), CurrentMemoryContext);
	cx_touches_append(&touches, &j, from, until);
	PG_RETURN_JOURNEY(cx_touches_pack(&touches));
}
