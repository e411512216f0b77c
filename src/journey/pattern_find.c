/*-------------------------------------------------------------------------
 *
 * src/journey/pattern_find.c
 *	  Patterns in journeys: does one match, how often, and where.
 *
 * The cheapest question is asked first: the signature of a journey, then its
 * names, then its touches without their times, and times only if the pattern
 * has limits and would match without them.
 *
 *-------------------------------------------------------------------------
 */
#include "journey/pattern.h"

#include "catalog/pg_type_d.h"
#include "core/srf.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/timestamp.h"

#define FIND_COLUMNS	4		/* match, started_at, ended_at, positions */

/* ---- patterns, kept from call to call ---- */

static CxMatcher *
make_matcher(CxPattern *pattern, MemoryContext context)
{
	CxMatcher  *matcher = MemoryContextAlloc(context, sizeof(CxMatcher));

	matcher->pattern = pattern;
	matcher->what = cx_what_make(pattern->classes, pattern->n_classes, pattern->need, context);
	return matcher;
}

static void *
make_from_stored(const void *bytes, Size len, MemoryContext context)
{
	return make_matcher(cx_pattern_from_stored((const struct varlena *) bytes, context), context);
}

static void *
make_from_text(const void *bytes, Size len, MemoryContext context)
{
	const text *t = (const text *) bytes;

	return make_matcher(cx_pattern_from_text(VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t), ERRCODE_INVALID_TEXT_REPRESENTATION,
											 context, NULL), context);
}

CxMatcher *
cx_matcher_from_stored(FmgrInfo *flinfo, const struct varlena *stored)
{
	return (CxMatcher *) cx_kept(flinfo, stored, VARSIZE_ANY(stored), make_from_stored);
}

CxMatcher *
cx_matcher_from_text(FmgrInfo *flinfo, const text *t)
{
	return (CxMatcher *) cx_kept(flinfo, t, VARSIZE_ANY(t), make_from_text);
}

static CxMatcher *
matcher_arg(FunctionCallInfo fcinfo, int arg, bool is_text)
{
	return is_text ? cx_matcher_from_text(fcinfo->flinfo, PG_GETARG_TEXT_PP(arg)) :
		cx_matcher_from_stored(fcinfo->flinfo, PG_GETARG_VARLENA_PP(arg));
}

/* ---- a journey, opened as far as the pattern needs it ---- */

typedef struct Subject
{
	CxJourney	j;
	CxMemory	memory;
	CxTrack		track;
} Subject;

static void
read_times(Subject *s)
{
	TimestampTz *times = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(TimestampTz) * Max((Size) s->j.n, 1));

	cx_journey_times(&s->j, 0, s->j.n, times);
	s->track.times = times;
}

/*
 * False if the journey cannot match. Else its track is there, with times if the
 * pattern asks for them.
 */
static bool
subject_open(Subject *s, const CxMatcher *matcher, Datum journey)
{
	const CxWhat *what = matcher->what;
	CxWhatView	view;
	uint32	   *codes;

	cx_journey_head(&s->j, journey);
	if (!cx_what_possible(what, s->j.signature))
		return false;
	cx_journey_open(&s->j, journey);
	if (!cx_what_view(what, &s->j, &view))
		return false;
	codes = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(uint32) * Max((Size) s->j.n, 1));
	cx_journey_codes(&s->j, 0, s->j.n, codes);
	s->memory = cx_memory(CurrentMemoryContext);
	s->track = (CxTrack) {s->j.n, codes, view.n, cx_what_rows(what, &view), NULL};
	if (!cx_pattern_possible(matcher->pattern, &s->track, &s->memory))
		return false;
	if (matcher->pattern->needs_times)
		read_times(s);
	return true;
}

/* ---- journey_match, @~, ~@ ---- */

static bool
match(const CxMatcher *matcher, Datum journey)
{
	Subject		s;

	return subject_open(&s, matcher, journey) &&
		(!matcher->pattern->needs_times || cx_pattern_exists(matcher->pattern, &s.track, &s.memory));
}

PG_FUNCTION_INFO_V1(journey_match);
Datum
journey_match(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(match(matcher_arg(fcinfo, 1, false), PG_GETARG_DATUM(0)));
}

PG_FUNCTION_INFO_V1(journey_match_text);
Datum
journey_match_text(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(match(matcher_arg(fcinfo, 1, true), PG_GETARG_DATUM(0)));
}

PG_FUNCTION_INFO_V1(journey_pattern_matches);
Datum
journey_pattern_matches(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(match(matcher_arg(fcinfo, 0, false), PG_GETARG_DATUM(1)));
}

/* ---- journey_count ---- */

static int
count(const CxMatcher *matcher, Datum journey)
{
	Subject		s;

	return subject_open(&s, matcher, journey) ? cx_pattern_count(matcher->pattern, &s.track, &s.memory) : 0;
}

PG_FUNCTION_INFO_V1(journey_count);
Datum
journey_count(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(count(matcher_arg(fcinfo, 1, false), PG_GETARG_DATUM(0)));
}

PG_FUNCTION_INFO_V1(journey_count_text);
Datum
journey_count_text(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(count(matcher_arg(fcinfo, 1, true), PG_GETARG_DATUM(0)));
}

/* ---- journey_find ---- */

/* Touches are counted from 1 in SQL. */
static ArrayType *
positions_array(const int32 *positions, int n)
{
	Size		size = ARR_OVERHEAD_NONULLS(1) + sizeof(int32) * n;
	ArrayType  *array = palloc0(size);

	SET_VARSIZE(array, size);
	array->ndim = 1;
	array->dataoffset = 0;
	array->elemtype = INT4OID;
	ARR_DIMS(array)[0] = n;
	ARR_LBOUND(array)[0] = 1;
	for (int i = 0; i < n; i++)
		((int32 *) ARR_DATA_PTR(array))[i] = positions[i] + 1;
	return array;
}

static void
put_match(CxRows *rows, int number, const Subject *s, const CxPattern *pattern, int start, int end)
{
	int32	   *positions = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int32) * ((Size) end - start + 1));
	int			n = cx_pattern_positions(pattern, &s->track, start, end, positions, &s->memory);
	ArrayType  *array = positions_array(positions, n);
	Datum		values[FIND_COLUMNS];
	bool		nulls[FIND_COLUMNS] = {false};

	values[0] = Int32GetDatum(number);
	values[1] = TimestampTzGetDatum(s->track.times[start]);
	values[2] = TimestampTzGetDatum(s->track.times[end]);
	values[3] = PointerGetDatum(array);
	cx_rows_put(rows, values, nulls);
	pfree(positions);
	pfree(array);
}

static void
find(FunctionCallInfo fcinfo, const CxMatcher *matcher)
{
	CxRows		rows = cx_rows_begin(fcinfo, FIND_COLUMNS);
	Subject		s;
	int32	   *ends;
	int			number = 0;

	if (!subject_open(&s, matcher, PG_GETARG_DATUM(0)) || s.j.n == 0)
		return;
	ends = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int32) * (Size) s.j.n);
	cx_pattern_ends(matcher->pattern, &s.track, ends, &s.memory);
	if (s.track.times == NULL)
		read_times(&s);
	for (int i = 0; i < s.j.n; i++)
	{
		if (ends[i] < 0)
			continue;
		put_match(&rows, ++number, &s, matcher->pattern, i, ends[i]);
		i = ends[i];
		CHECK_FOR_INTERRUPTS();
	}
}

PG_FUNCTION_INFO_V1(journey_find);
Datum
journey_find(PG_FUNCTION_ARGS)
{
	find(fcinfo, matcher_arg(fcinfo, 1, false));
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(journey_find_text);
Datum
journey_find_text(PG_FUNCTION_ARGS)
{
	find(fcinfo, matcher_arg(fcinfo, 1, true));
	return (Datum) 0;
}
