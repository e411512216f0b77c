/*-------------------------------------------------------------------------
 *
 * src/journey/touches.c
 *	  Touches in the making: collecting and sorting them.
 *
 *-------------------------------------------------------------------------
 */
#include "journey/touches.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/memutils.h"

#define FIRST_EVENTS	8

void
cx_touches_init(CxTouches *touches, CxDict *dict, MemoryContext context)
{
	memset(touches, 0, sizeof(CxTouches));
	touches->dict = dict;
	touches->context = context;
	touches->sorted = true;
}

void
cx_touches_too_many(void)
{
	ereport(ERROR, CX_TOO_MANY_TOUCHES);
}

static void *
grow(MemoryContext context, void *array, int *capacity, int needed, Size size)
{
	*capacity = Max(Max(needed, *capacity * 2), FIRST_EVENTS);
	if (array == NULL)
		return MemoryContextAlloc(context, *capacity * size);
	return repalloc(array, *capacity * size);
}

static inline void
room_for(CxTouches *touches, int more)
{
	if (unlikely(more > CX_JOURNEY_MAX_TOUCHES - touches->n))
		cx_touches_too_many();
	if (touches->n + more > touches->capacity)
		touches->events = grow(touches->context, touches->events, &touches->capacity, touches->n + more,
							   sizeof(CxEvent));
}

static inline void
put_event(CxTouches *touches, TimestampTz at, uint32 code)
{
	CxEvent    *event = &touches->events[touches->n];

	if (touches->n > 0 && at < event[-1].at)
		touches->sorted = false;
	event->at = at;
	event->code = code;
	event->place = touches->n++;
}

/* The code of an event that has feedback or a value. */
static uint32
put_extra(CxTouches *touches, uint32 code, CxAnswer feedback, double value)
{
	if (touches->n_extras == touches->extras_capacity)
		touches->extras = grow(touches->context, touches->extras, &touches->extras_capacity, 0, sizeof(CxExtra));
	/* + 0.0 makes -0 a plain 0: equal touches have equal bytes */
	touches->extras[touches->n_extras] = (CxExtra) {code, feedback, value + 0.0};
	return CX_EVENT_EXTRA | touches->n_extras++;
}

uint32
cx_touches_code(CxDict *dict, const CxTouch *touch)
{
	if (unlikely(TIMESTAMP_NOT_FINITE(touch->at)))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("the time of a touch cannot be infinite")));
	return cx_dict_code(dict, touch->facet);
}

void
cx_touches_add_event(CxTouches *touches, TimestampTz at, uint32 code)
{
	room_for(touches, 1);
	put_event(touches, at, code);
}

void
cx_touches_add(CxTouches *touches, const CxTouch *touch)
{
	uint32		code = cx_touches_code(touches->dict, touch);

	if (unlikely(touch->feedback != 0 || !isnan(touch->value)))
	{
		if (isinf(touch->value))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("the value of a touch cannot be infinite")));
		code = put_extra(touches, code, touch->feedback, touch->value);
	}
	cx_touches_add_event(touches, touch->at, code);
}

/* Touches from..until - 1 of a stored journey, behind those already there. */
void
cx_touches_append(CxTouches *touches, const CxJourney *j, int from, int until)
{
	CxUnpacked	u;
	uint32	   *codes;

	if (from >= until)
		return;
	room_for(touches, until - from);
	u = cx_journey_unpack(j, from, until - from);
	codes = palloc(sizeof(uint32) * j->entries);
	memset(codes, 0xff, sizeof(uint32) * j->entries);
	for (int i = 0; i < u.n; i++)
	{
		uint32	   *code = &codes[u.codes[i]];
		CxAnswer	feedback = u.answers == NULL ? 0 : u.answers[i];
		double		value = u.values == NULL ? NAN : u.values[i];

		/* only entries that occur go into the dictionary */
		if (*code == PG_UINT32_MAX)
		{
			CxName		facets[CX_FACETS];

			for (int f = 0; f < CX_FACETS; f++)
				facets[f] = cx_unpacked_name(&u, i, f);
			*code = cx_dict_code(touches->dict, facets);
		}
		put_event(touches, u.times[i],
				  feedback == 0 && isnan(value) ? *code : put_extra(touches, *code, feedback, value));
	}
	pfree(codes);
	cx_journey_unpacked_free(&u);
}

/* All touches of another collection, in the order they came; the dictionaries may differ. */
void
cx_touches_append_all(CxTouches *touches, const CxTouches *from)
{
	room_for(touches, from->n);
	for (int i = 0; i < from->n; i++)
	{
		const CxEvent *event = &from->events[i];
		const CxExtra *extra = event->code & CX_EVENT_EXTRA ? &from->extras[event->code & ~CX_EVENT_EXTRA] : NULL;
		uint32		code = extra != NULL ? extra->code : event->code;

		if (from->dict != touches->dict)
		{
			CxName		facets[CX_FACETS];

			for (int f = 0; f < CX_FACETS; f++)
				facets[f] = cx_dict_name(from->dict, code, f);
			code = cx_dict_code(touches->dict, facets);
		}
		put_event(touches, event->at, extra != NULL ? put_extra(touches, code, extra->feedback, extra->value) : code);
	}
}

static inline int
event_cmp(const CxEvent *a, const CxEvent *b)
{
	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return a->place < b->place ? -1 : 1;
}

#define ST_SORT sort_events
#define ST_ELEMENT_TYPE CxEvent
#define ST_COMPARE(a, b) event_cmp(a, b)
#define ST_SCOPE static
#define ST_DECLARE
#define ST_DEFINE
#define ST_CHECK_FOR_INTERRUPTS
#include "lib/sort_template.h"

/* Two sorted runs, the second beginning at "middle", into one; of equal times the first run's come first. */
static void
merge_runs(CxEvent *events, int middle, int n)
{
	CxEvent    *left = MemoryContextAllocHuge(CurrentMemoryContext, (Size) middle * sizeof(CxEvent));
	int			i = 0;
	int			k = middle;

	memcpy(left, events, (Size) middle * sizeof(CxEvent));
	for (int to = 0; i < middle; to++)
		events[to] = k < n && events[k].at < left[i].at ? events[k++] : left[i++];
	pfree(left);
}

/* Where the second and the third run begin; n if there is none. */
static void
find_runs(const CxTouches *touches, int *second, int *third)
{
	int			i = 1;

	while (i < touches->n && touches->events[i].at >= touches->events[i - 1].at)
		i++;
	*second = i++;
	while (i < touches->n && touches->events[i].at >= touches->events[i - 1].at)
		i++;
	*third = Min(i, touches->n);
}

void
cx_touches_sort(CxTouches *touches)
{
	int			n = touches->n;
	int			second;
	int			third;

	if (touches->sorted)
		return;
	find_runs(touches, &second, &third);
	if (third == n)
		merge_runs(touches->events, second, n);
	else
		sort_events(touches->events, n);
	/* what comes later, comes behind */
	for (int i = 0; i < n; i++)
		touches->events[i].place = i;
	touches->sorted = true;
}
