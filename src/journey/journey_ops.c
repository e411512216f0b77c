/*-------------------------------------------------------------------------
 *
 * src/journey/journey_ops.c
 *	  Merging, comparing and hashing journeys.
 *
 *-------------------------------------------------------------------------
 */
#include "journey/touches.h"

#include <math.h>

#include "common/hashfn.h"
#include "core/compare.h"
#include "core/sort.h"
#include "miscadmin.h"

/* a || b: all touches of both, by time; of one time those of a first */
PG_FUNCTION_INFO_V1(journey_concat);
Datum
journey_concat(PG_FUNCTION_ARGS)
{
	CxTouches	touches;
	CxJourney	j;

	cx_touches_init(&touches, cx_dict_new(CurrentMemoryContext), CurrentMemoryContext);
	for (int arg = 0; arg < 2; arg++)
	{
		cx_journey_open(&j, PG_GETARG_DATUM(arg));
		cx_touches_append(&touches, &j, 0, j.n);
	}
	PG_RETURN_JOURNEY(cx_touches_pack(&touches));
}

/* A touch as it is compared for being the same, codes being of one dictionary. */
typedef struct Mark
{
	uint32		code;
	CxAnswer	feedback;
	double		value;
	int			place;			/* in the collection; not compared */
} Mark;

static Mark
mark_of(const CxTouches *touches, int i)
{
	uint32		code = touches->events[i].code;

	if (code & CX_EVENT_EXTRA)
	{
		const CxExtra *extra = &touches->extras[code & ~CX_EVENT_EXTRA];

		return (Mark) {extra->code, extra->feedback, isnan(extra->value) ? INFINITY : extra->value, i};
	}
	return (Mark) {code, 0, INFINITY, i};
}

static int
mark_cmp(const Mark *a, const Mark *b)
{
	if (a->code != b->code)
		return a->code < b->code ? -1 : 1;
	if (a->feedback != b->feedback)
		return a->feedback < b->feedback ? -1 : 1;
	return (a->value > b->value) - (a->value < b->value);
}

/* equal ones in the order they stand in */
static int
mark_sort_cmp(const void *a, const void *b)
{
	int			result = mark_cmp(a, b);

	return result != 0 ? result : ((const Mark *) a)->place - ((const Mark *) b)->place;
}

static Mark *
sorted_marks(const CxTouches *touches, int from, int until)
{
	Mark	   *marks = palloc(sizeof(Mark) * Max(until - from, 1));

	for (int i = from; i < until; i++)
		marks[i - from] = mark_of(touches, i);
	if (until - from > 1)
		cx_sort(marks, until - from, sizeof(Mark), mark_sort_cmp);
	return marks;
}

/*
 * Of the touches of one time in "b", drop each that has its like in "a", as
 * often as "a" has it: dropped[] of their places.
 */
static void
drop_common(const CxTouches *a, int a_from, int a_until, const CxTouches *b, int b_from, int b_until, bool *dropped)
{
	Mark	   *a_marks = sorted_marks(a, a_from, a_until);
	Mark	   *b_marks = sorted_marks(b, b_from, b_until);
	int			i = 0;

	for (int k = 0; k < b_until - b_from; k++)
	{
		while (i < a_until - a_from && mark_cmp(&a_marks[i], &b_marks[k]) < 0)
			i++;
		if (i < a_until - a_from && mark_cmp(&a_marks[i], &b_marks[k]) == 0)
		{
			dropped[b_marks[k].place] = true;
			i++;
		}
	}
	pfree(a_marks);
	pfree(b_marks);
}

static int
end_of_tie(const CxTouches *touches, int from)
{
	int			until = from;

	while (until < touches->n && touches->events[until].at == touches->events[from].at)
		until++;
	return until;
}

/* Which touches of b, in time order, are in a already? */
static bool *
find_common(const CxTouches *a, const CxTouches *b)
{
	bool	   *dropped = palloc0(Max(b->n, 1));
	int			i = 0;

	for (int k = 0; k < b->n;)
	{
		int			k_until = end_of_tie(b, k);
		int			i_until;

		CHECK_FOR_INTERRUPTS();
		while (i < a->n && a->events[i].at < b->events[k].at)
			i++;
		i_until = i < a->n && a->events[i].at == b->events[k].at ? end_of_tie(a, i) : i;
		if (i_until > i)
			drop_common(a, i, i_until, b, k, k_until, dropped);
		k = k_until;
	}
	return dropped;
}

/*
 * journey_union(a, b): a touch that both hold stands as often as in the one
 * that holds it more often. What b has more than a stands behind a's touches
 * of the same time.
 */
PG_FUNCTION_INFO_V1(journey_union);
Datum
journey_union(PG_FUNCTION_ARGS)
{
	CxDict	   *dict = cx_dict_new(CurrentMemoryContext);
	CxTouches	both[2];
	bool	   *dropped;
	CxJourney	j;
	int			kept = 0;

	for (int arg = 0; arg < 2; arg++)
	{
		cx_touches_init(&both[arg], dict, CurrentMemoryContext);
		cx_journey_open(&j, PG_GETARG_DATUM(arg));
		cx_touches_append(&both[arg], &j, 0, j.n);
	}
	dropped = find_common(&both[0], &both[1]);
	for (int k = 0; k < both[1].n; k++)
		if (!dropped[k])
			both[1].events[kept++] = both[1].events[k];
	both[1].n = kept;
	cx_touches_append_all(&both[0], &both[1]);
	PG_RETURN_JOURNEY(cx_touches_pack(&both[0]));
}

/* By the first touch's time, then by bytes; one without touches comes first. */
static int
compare_args(FunctionCallInfo fcinfo)
{
	struct varlena *a = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0));
	struct varlena *b = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(1));
	CxJourney	x;
	CxJourney	y;
	int			result;

	if (!cx_journey_view(&x, VARDATA_ANY(a), VARSIZE_ANY_EXHDR(a)) ||
		!cx_journey_view(&y, VARDATA_ANY(b), VARSIZE_ANY_EXHDR(b)))
		cx_journey_damaged();
	result = (x.n > 0) - (y.n > 0);
	if (result == 0)
		result = (x.start > y.start) - (x.start < y.start);
	if (result == 0)
		result = memcmp(x.bytes, y.bytes, Min(x.len, y.len));
	if (result == 0)
		result = (x.len > y.len) - (x.len < y.len);
	/* an index build compares very often in one memory context */
	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return (result > 0) - (result < 0);
}

CX_COMPARISON_FUNCTIONS(journey, compare_args);

static uint64
hash_of(FunctionCallInfo fcinfo, uint64 seed)
{
	struct varlena *v = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0));
	uint64		hash = hash_bytes_extended((unsigned char *) VARDATA_ANY(v), VARSIZE_ANY_EXHDR(v), seed);

	PG_FREE_IF_COPY(v, 0);
	return hash;
}

PG_FUNCTION_INFO_V1(journey_hash);
Datum
journey_hash(PG_FUNCTION_ARGS)
{
	PG_RETURN_UINT32((uint32) hash_of(fcinfo, 0));
}

PG_FUNCTION_INFO_V1(journey_hash_extended);
Datum
journey_hash_extended(PG_FUNCTION_ARGS)
{
	PG_RETURN_UINT64(hash_of(fcinfo, (uint64) PG_GETARG_INT64(1)));
}
