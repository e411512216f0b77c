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
#include "core/renew.h"
#include "core/srf.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/timestamp.h"

#define FIND_COLUMNS	4		/* match, started_at, ended_at, positions */

/* ---- patterns, kept from call to call ---- */

static CxMatcher *
make_matcher(CxPattern *pattern, MemoryContext context)
{
	CxMatcher  *matcher = MemoryContextAllocZero(context, sizeof(CxMatcher));

	matcher->pattern = pattern;
	matcher->what = cx_what_make(pattern->classes, pattern->n_classes, pattern->need, context);
	matcher->masks = cx_masks_make(matcher->what, context);
	matcher->context = context;
	for (int i = 0; matcher->masks != NULL && i < pattern->n_positions; i++)
	{
		uint64		bit = UINT64CONST(1) << pattern->positions[i].class;

		matcher->first |= pattern->positions[i].first ? bit : 0;
		matcher->last |= pattern->positions[i].last ? bit : 0;
	}
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
	bool		whole;			/* does the track have all touches? */
} Subject;

static void *
new_array(MemoryContext context, Size n, Size size)
{
	return MemoryContextAllocHuge(context, Max(n, 1) * size);
}

static void
make_room(CxMatcher *m, const CxJourney *j)
{
	if (j->n > m->room)
	{
		int			n = Max(j->n, Min(2 * m->room, CX_JOURNEY_MAX_TOUCHES));

		m->room = 0;
		CX_RENEW(m->codes, m->context, n);
		CX_RENEW(m->position, m->context, n);
		CX_RENEW(m->times, m->context, n);
		m->room = n;
	}
	if (j->entries > m->entries_room)
	{
		m->entries_room = 0;
		CX_RENEW(m->rows, m->context, Max(j->entries, CX_MASKS_FIRST));
		m->entries_room = Max(j->entries, CX_MASKS_FIRST);
	}
	if (j->names > m->names_room)
	{
		m->names_room = 0;
		CX_RENEW(m->of_names, m->context, j->names);
		m->names_room = j->names;
	}
}

/* Of a journey with touches. False if it cannot match. */
static bool
track_by_masks(Subject *s, CxMatcher *m)
{
	uint64		all;
	uint64		seen;
	int			n = s->j.n;

	make_room(m, &s->j);
	all = cx_masks_of(m->masks, &s->j, m->of_names, m->rows);
	if (!m->pattern->nullable && ((all & m->first) == 0 || (all & m->last) == 0))
		return false;
	if (all == 0)
		memset(m->rows, 0, sizeof(uint64) * s->j.entries);
	if (s->whole)
		cx_journey_codes(&s->j, 0, n, m->codes);
	else
		n = cx_masks_scan(&s->j, m->rows, m->first, m->position, m->codes, &seen);
	s->track = (CxTrack) {n, m->codes, s->j.entries, m->rows, NULL};
	return true;
}

static bool
track_by_rows(Subject *s, const CxWhat *what)
{
	CxWhatView	view;
	uint32	   *codes;

	if (!cx_what_view(what, &s->j, &view))
		return false;
	s->whole = true;
	codes = new_array(CurrentMemoryContext, s->j.n, sizeof(uint32));
	cx_journey_codes(&s->j, 0, s->j.n, codes);
	s->track = (CxTrack) {s->j.n, codes, view.n, cx_what_rows(what, &view), NULL};
	return true;
}

/* Times of the touches of the track. */
static void
read_times(Subject *s, const CxMatcher *m)
{
	TimestampTz *times;
	int			from;

	if (s->whole)
	{
		times = new_array(CurrentMemoryContext, s->j.n, sizeof(TimestampTz));
		cx_journey_times(&s->j, 0, s->j.n, times);
		s->track.times = times;
		return;
	}
	s->track.times = m->times;
	if (s->track.n == 0)
		return;
	from = m->position[0];
	cx_journey_times(&s->j, from, m->position[s->track.n - 1] - from + 1, m->times);
	/* positions ascend, so none is overwritten before it is read */
	for (int i = 0; i < s->track.n; i++)
		m->times[i] = m->times[m->position[i] - from];
}

/*
 * False if the journey cannot match. Else its track is there, with times if the
 * pattern asks for them; the whole of it, or touches that make no difference
 * left out.
 */
static bool
subject_open(Subject *s, CxMatcher *matcher, Datum journey, bool whole)
{
	const CxWhat *what = matcher->what;

	cx_journey_head(&s->j, journey);
	if (!cx_what_possible(what, s->j.signature))
		return false;
	cx_journey_open(&s->j, journey);
	s->memory = cx_memory(CurrentMemoryContext);
	s->whole = whole || !matcher->pattern->sparse;
	if (!(matcher->masks != NULL && s->j.n > 0 ? track_by_masks(s, matcher) : track_by_rows(s, what)) ||
		!cx_pattern_possible(matcher->pattern, &s->track, &s->memory))
		return false;
	if (matcher->pattern->needs_times)
		read_times(s, matcher);
	return true;
}

/* ---- journey_match, @~, ~@ ---- */

static bool
match(CxMatcher *matcher, Datum journey)
{
	Subject		s;

	return subject_open(&s, matcher, journey, false) &&
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
count(CxMatcher *matcher, Datum journey)
{
	Subject		s;

	return subject_open(&s, matcher, journey, false) ? cx_pattern_count(matcher->pattern, &s.track, &s.memory) : 0;
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
find(FunctionCallInfo fcinfo, CxMatcher *matcher)
{
	CxRows		rows = cx_rows_begin(fcinfo, FIND_COLUMNS);
	Subject		s;
	int32	   *ends;
	int			number = 0;

	if (!subject_open(&s, matcher, PG_GETARG_DATUM(0), true) || s.j.n == 0)
		return;
	ends = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int32) * (Size) s.j.n);
	cx_pattern_ends(matcher->pattern, &s.track, ends, &s.memory);
	if (s.track.times == NULL)
		read_times(&s, matcher);
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
