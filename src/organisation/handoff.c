/*-------------------------------------------------------------------------
 *
 * src/organisation/handoff.c
 *	  How one journey falls apart among owners and channels: owners_touched(),
 *	  handoffs(), pingpongs(), fragmentation(), channel_switches(),
 *	  mode_switches(), time_at_boundaries().
 *
 * Nothing is stored. Names are told apart by their position in the dictionary
 * of the journey, so that no text is compared.
 *
 *-------------------------------------------------------------------------
 */
#include "organisation/handoff.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "core/args.h"
#include "utils/array.h"

CxTrace
cx_trace(const CxJourney *j, int facets)
{
	CxTrace		trace = {.n = j->n, .names = j->names, .n_entries = j->entries};

	if (j->n == 0)
		return trace;
	trace.entries = palloc(sizeof(CxEntry) * j->entries);
	trace.codes = palloc(sizeof(uint32) * j->n);
	cx_journey_entry_names(j, facets, trace.entries);
	cx_journey_codes(j, 0, j->n, trace.codes);
	return trace;
}

void
cx_trace_free(CxTrace *trace)
{
	if (trace->n == 0)
		return;
	pfree(trace->entries);
	pfree(trace->codes);
}

static inline int32
name_of(const CxTrace *trace, int touch, CxFacet facet)
{
	return trace->entries[trace->codes[touch]].name[facet];
}

int
cx_trace_changes(const CxTrace *trace, CxFacet facet)
{
	int32		last = -1;
	int			changes = 0;

	for (int i = 0; i < trace->n; i++)
	{
		int32		name = name_of(trace, i, facet);

		if (name < 0)
			continue;
		changes += last >= 0 && name != last;
		last = name;
	}
	return changes;
}

int
cx_distinct_names(const CxJourney *j, CxFacet facet)
{
	CxEntry    *entries;
	bool	   *seen;
	int			n = 0;

	if (j->n == 0)
		return 0;
	entries = palloc(sizeof(CxEntry) * j->entries);
	seen = palloc0(sizeof(bool) * j->names);
	cx_journey_entry_names(j, 1 << facet, entries);
	for (int i = 0; i < j->entries; i++)
	{
		int32		name = entries[i].name[facet];

		if (name < 0)
			continue;
		n += !seen[name];
		seen[name] = true;
	}
	pfree(entries);
	pfree(seen);
	return n;
}

/* ---- owners ---- */

PG_FUNCTION_INFO_V1(journey_owners_touched);
Datum
journey_owners_touched(PG_FUNCTION_ARGS)
{
	CxJourney	j;

	cx_journey_open(&j, PG_GETARG_DATUM(0));
	PG_RETURN_INT32(cx_distinct_names(&j, CX_OWNER));
}

static int
changes_of(Datum journey, CxFacet facet)
{
	CxJourney	j;
	CxTrace		trace;
	int			changes;

	cx_journey_open(&j, journey);
	/* flags 0..2 say which facets occur at all */
	if ((j.flags & (1 << (facet - 1))) == 0)
		return 0;
	trace = cx_trace(&j, 1 << facet);
	changes = cx_trace_changes(&trace, facet);
	cx_trace_free(&trace);
	return changes;
}

PG_FUNCTION_INFO_V1(journey_handoffs);
Datum
journey_handoffs(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(changes_of(PG_GETARG_DATUM(0), CX_OWNER));
}

/*
 * Touches of one owner in a row are one run. Of runs a, b, a the third is a
 * pingpong; so a, b, a, b has two.
 */
static int
count_pingpongs(const CxTrace *trace)
{
	int32		last = -1;
	int32		before = -1;	/* the owner of the run before */
	int			n = 0;

	for (int i = 0; i < trace->n; i++)
	{
		int32		owner = name_of(trace, i, CX_OWNER);

		if (owner < 0 || owner == last)
			continue;
		n += owner == before;
		before = last;
		last = owner;
	}
	return n;
}

PG_FUNCTION_INFO_V1(journey_pingpongs);
Datum
journey_pingpongs(PG_FUNCTION_ARGS)
{
	CxJourney	j;
	CxTrace		trace;
	int			n;

	cx_journey_open(&j, PG_GETARG_DATUM(0));
	trace = cx_trace(&j, 1 << CX_OWNER);
	n = count_pingpongs(&trace);
	cx_trace_free(&trace);
	PG_RETURN_INT32(n);
}

/*
 * 1 - sum of (c / n)^2 as (n^2 - sum of c^2) / n^2, both whole numbers up to
 * 2^40: the result is the double nearest to it. NaN without owners.
 */
static double
fragmentation_of(const CxTrace *trace)
{
	int		   *touches = palloc0(sizeof(int) * Max(trace->names, 1));
	int64		n = 0;
	int64		squares = 0;

	for (int i = 0; i < trace->n; i++)
	{
		int32		owner = name_of(trace, i, CX_OWNER);

		if (owner < 0)
			continue;
		touches[owner]++;
		n++;
	}
	for (int i = 0; i < trace->names; i++)
		squares += (int64) touches[i] * touches[i];
	pfree(touches);
	return n == 0 ? NAN : (double) (n * n - squares) / (double) (n * n);
}

PG_FUNCTION_INFO_V1(journey_fragmentation);
Datum
journey_fragmentation(PG_FUNCTION_ARGS)
{
	CxJourney	j;
	CxTrace		trace;
	double		result;

	cx_journey_open(&j, PG_GETARG_DATUM(0));
	trace = cx_trace(&j, 1 << CX_OWNER);
	result = fragmentation_of(&trace);
	cx_trace_free(&trace);
	CX_RETURN_FLOAT8_OR_NULL(result);
}

/* Microseconds between owners over microseconds from the first to the last touch with an owner. */
static double
boundary_share(const CxTrace *trace, const TimestampTz *times)
{
	int			first = -1;
	int			last = -1;
	uint64		between = 0;

	for (int i = 0; i < trace->n; i++)
	{
		if (name_of(trace, i, CX_OWNER) < 0)
			continue;
		if (first < 0)
			first = i;
		else if (name_of(trace, i, CX_OWNER) != name_of(trace, last, CX_OWNER))
			between += (uint64) times[i] - (uint64) times[last];
		last = i;
	}
	if (first < 0 || times[first] == times[last])
		return NAN;
	return (double) between / (double) ((uint64) times[last] - (uint64) times[first]);
}

PG_FUNCTION_INFO_V1(journey_time_at_boundaries);
Datum
journey_time_at_boundaries(PG_FUNCTION_ARGS)
{
	CxJourney	j;
	CxTrace		trace;
	TimestampTz *times;
	double		share;

	cx_journey_open(&j, PG_GETARG_DATUM(0));
	if ((j.flags & (1 << (CX_OWNER - 1))) == 0)
		PG_RETURN_NULL();
	trace = cx_trace(&j, 1 << CX_OWNER);
	times = palloc(sizeof(TimestampTz) * j.n);
	cx_journey_times(&j, 0, j.n, times);
	share = boundary_share(&trace, times);
	pfree(times);
	cx_trace_free(&trace);
	CX_RETURN_FLOAT8_OR_NULL(share);
}

/* ---- channels ---- */

PG_FUNCTION_INFO_V1(journey_channel_switches);
Datum
journey_channel_switches(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(changes_of(PG_GETARG_DATUM(0), CX_CHANNEL));
}

/* Which names of the journey are listed? Its names are ascending; NULL elements name nothing. */
static bool *
listed_names(const CxJourney *j, ArrayType *list)
{
	CxName	   *names = palloc(sizeof(CxName) * j->names);
	bool	   *listed = palloc0(sizeof(bool) * j->names);
	Datum	   *elements;
	bool	   *nulls;
	int			n;

	cx_journey_names(j, names);
	deconstruct_array(list, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &n);
	for (int i = 0; i < n; i++)
	{
		CxName		name = nulls[i] ? CX_NO_NAME : cx_name_from_text(DatumGetTextPP(elements[i]));
		int			low = 0;
		int			high = j->names;

		while (low < high)
		{
			int			middle = low + (high - low) / 2;

			if (cx_name_cmp(names[middle], name) < 0)
				low = middle + 1;
			else
				high = middle;
		}
		if (low < j->names && cx_name_equal(names[low], name))
			listed[low] = true;
	}
	pfree(elements);
	pfree(nulls);
	pfree(names);
	return listed;
}

/* mode_switches(journey, offline): neighbours of which one is offline and the other is not */
PG_FUNCTION_INFO_V1(journey_mode_switches);
Datum
journey_mode_switches(PG_FUNCTION_ARGS)
{
	CxJourney	j;
	CxTrace		trace;
	bool	   *offline;
	int			last = -1;
	int			switches = 0;

	cx_journey_open(&j, PG_GETARG_DATUM(0));
	if ((j.flags & (1 << (CX_CHANNEL - 1))) == 0)
		PG_RETURN_INT32(0);
	offline = listed_names(&j, PG_GETARG_ARRAYTYPE_P(1));
	trace = cx_trace(&j, 1 << CX_CHANNEL);
	for (int i = 0; i < trace.n; i++)
	{
		int32		channel = name_of(&trace, i, CX_CHANNEL);

		if (channel < 0)
			continue;
		switches += last >= 0 && last != offline[channel];
		last = offline[channel];
	}
	pfree(offline);
	cx_trace_free(&trace);
	PG_RETURN_INT32(switches);
}
