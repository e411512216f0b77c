/*-------------------------------------------------------------------------
 *
 * src/behaviour/attribution_agg.c
 *	  attribution_agg(): walking the paths of journeys.
 *
 * Each touch of a path costs one look into the table of cells, for the
 * transition to it; the other cells, times and values are touched only when a
 * path converts.
 *
 *-------------------------------------------------------------------------
 */
#include "behaviour/attribution.h"

#include <math.h>

#include "core/interval.h"
#include "journey/what.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/* What touches of a code are when they are no channel and not passed over, CX_NODE_NONE. */
#define UNKNOWN			(-2)	/* not looked up yet */
#define CONVERSION		(-3)

/* The conversion argument. */
typedef struct Conversion
{
	CxWhat	   *what;
	char	   *text;			/* as it is printed */
	int			len;
} Conversion;

static void *
make_conversion(const void *bytes, Size len, MemoryContext context)
{
	CxMemory	memory = cx_memory(context);
	Conversion *conversion = MemoryContextAlloc(context, sizeof(Conversion));
	CxStep	   *step = MemoryContextAlloc(context, sizeof(CxStep));

	cx_what_parse(bytes, &memory, step);
	conversion->what = cx_what_make(step, 1, cx_need_from_steps(step, 1, true, &memory), context);
	conversion->len = (int) cx_step_print(step, NULL);
	conversion->text = MemoryContextAllocHuge(context, Max(conversion->len, 1));
	cx_step_print(step, conversion->text);
	return conversion;
}

/* A journey on the way. */
typedef struct Walk
{
	CxAttribution *a;
	CxAttributionBuffers *buffers;
	const CxJourney *j;
	CxNodeView	view;
	int32	   *fate;			/* by code */
	bool		has_values;		/* are they in the buffer? */
	uint32		n;				/* touches on the path */
	uint32		from;			/* of the next edge */
	int64		steps;
} Walk;

static CxAttributionBuffers *
buffers_of(CxAttribution *a)
{
	CxShared   *shared = a->stats.shared;

	if (shared == NULL)
		shared = MemoryContextAllocZero(a->stats.context, sizeof(CxAttributionBuffers));
	return (CxAttributionBuffers *) cx_node_buffers(shared, a->stats.context);
}

static void *
room_for(MemoryContext context, void *array, Size bytes)
{
	return array == NULL ? MemoryContextAllocHuge(context, bytes) : repalloc_huge(array, bytes);
}

static void
make_room(CxAttributionBuffers *buffers, const CxJourney *j, const CxNodes *nodes)
{
	MemoryContext context = buffers->nodes.context;

	if (buffers->path_room < (uint32) j->n)
	{
		Size		room = Min(Max(j->n * 2, 256), CX_JOURNEY_MAX_TOUCHES);

		buffers->path = room_for(context, buffers->path, room * sizeof(uint32));
		buffers->place = room_for(context, buffers->place, room * sizeof(int32));
		buffers->distinct = room_for(context, buffers->distinct, room * sizeof(uint32));
		buffers->values = room_for(context, buffers->values, room * sizeof(double));
		buffers->path_room = (uint32) room;
	}
	/* the journey may bring as many new channels as it has names */
	if (buffers->presence_room < nodes->n + (uint32) j->names)
	{
		Size		room = ((Size) nodes->n + j->names) * 2;

		buffers->presence = room_for(context, buffers->presence, room * sizeof(CxPresence));
		memset(buffers->presence + buffers->presence_room, 0, (room - buffers->presence_room) * sizeof(CxPresence));
		buffers->presence_room = (uint32) room;
	}
}

static inline void
step_to(Walk *walk, uint32 to)
{
	cx_cell_add(walk->a, cx_cell_key(CX_ROLE_EDGE, walk->from, to), 1, 0);
	walk->steps++;
}

/* The value of a touch in millionths; 0 if it has none. */
static int128
micros_of(Walk *walk, int touch)
{
	double		value;

	if ((walk->j->flags & CX_JOURNEY_VALUES) == 0)
		return 0;
	if (!walk->has_values)
		cx_journey_values(walk->j, 0, walk->j->n, walk->buffers->values);
	walk->has_values = true;
	value = walk->buffers->values[touch];
	if (isnan(value))
		return 0;
	if (fabs(value) > CX_MAX_VALUE)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("value %.15g of a conversion is too large for attribution", value),
				 errdetail("It may be %g at most, either side of 0.", CX_MAX_VALUE)));
	return (int128) (int64) rint(value * CX_MICRO);
}

/*
 * Weights that halve with each half-life between a touch and the conversion,
 * by channel; gives their sum. Times are measured from the last touch: what
 * lies behind it is the same for all, and so nothing underflows.
 */
static double
weigh_by_decay(Walk *walk)
{
	const uint32 *path = walk->buffers->path;
	const int32 *place = walk->buffers->place;
	CxPresence *presence = walk->buffers->presence;
	TimestampTz *times = walk->buffers->nodes.times;
	uint32		last = walk->n - 1;
	double		sum = 1.0;

	presence[path[last]].weight = 1.0;
	if (last == 0)
		return sum;
	cx_journey_times(walk->j, place[0], place[last] - place[0] + 1, times);
	for (uint32 i = 0; i < last; i++)
	{
		int64		age = times[place[last] - place[0]] - times[place[i] - place[0]];
		double		weight = exp2(-(double) age / (double) walk->a->half_life);

		presence[path[i]].weight += weight;
		sum += weight;
	}
	return sum;
}

static inline void
add_decay(CxAttribution *a, uint32 channel, int64 credit, int128 value)
{
	if (credit > 0)
		cx_cell_add(a, cx_cell_key(CX_ROLE_DECAY, 0, channel), 0, credit);
	if (value != 0)
		cx_cell_add(a, cx_cell_key(CX_ROLE_DECAY_VALUE, 0, channel), 0, value);
}

/* Which channels are on the path, each once; gives how many. */
static uint32
find_distinct(Walk *walk)
{
	const uint32 *path = walk->buffers->path;
	CxPresence *presence = walk->buffers->presence;
	uint32		n = 0;

	for (uint32 i = 0; i < walk->n; i++)
	{
		if (presence[path[i]].touches++ == 0)
			walk->buffers->distinct[n++] = path[i];
		presence[path[i]].middle += i > 0 && i + 1 < walk->n;
	}
	return n;
}

/* Credit for a conversion of this value to the channels on the path, by all models that the edges do not tell. */
static void
credit_path(Walk *walk, int128 micros)
{
	CxAttribution *a = walk->a;
	const uint32 *path = walk->buffers->path;
	uint32		n = walk->n;
	uint32		distinct = find_distinct(walk);
	double		sum = weigh_by_decay(walk);
	int64		credit_left = CX_CREDIT;
	int128		value_left = micros;

	cx_cell_add(a, cx_cell_key(CX_ROLE_FIRST, n, path[0]), 1, micros);
	if (n > 1)
		cx_cell_add(a, cx_cell_key(CX_ROLE_LAST, n, path[n - 1]), 1, micros);
	for (uint32 i = 0; i < distinct; i++)
	{
		uint32		channel = walk->buffers->distinct[i];
		CxPresence *presence = &walk->buffers->presence[channel];

		cx_cell_add(a, cx_cell_key(CX_ROLE_AMONG, distinct, channel), 1, micros);
		if (presence->middle > 0)
			cx_cell_add(a, cx_cell_key(CX_ROLE_MIDDLE, n, channel), presence->middle, micros * presence->middle);
		/* whole numbers, of which the last channel gets what rounding leaves: nothing is lost */
		if (channel != path[n - 1])
		{
			int64		credit = (int64) (presence->weight / sum * (double) CX_CREDIT);
			int128		value = micros == 0 ? 0 : micros * credit / CX_CREDIT;

			credit_left -= credit;
			value_left -= value;
			add_decay(a, channel, credit, value);
		}
		memset(presence, 0, sizeof(CxPresence));
	}
	add_decay(a, path[n - 1], credit_left, value_left);
}

/* A conversion at this touch. */
static void
close_path(Walk *walk, int touch)
{
	int128		micros = micros_of(walk, touch);

	cx_cell_add(walk->a, cx_cell_key(CX_ROLE_EDGE, walk->from, CX_TO_WON), 1, micros);
	walk->steps++;
	if (walk->n > 0)
		credit_path(walk, micros);
	walk->from = CX_FROM_START;
	walk->n = 0;
}

/* The fate of touches by code: conversions are told now, channels when they are met. */
static void
tell_conversions(Walk *walk, const CxWhat *what)
{
	CxWhatView	view;

	for (int code = 0; code < walk->j->entries; code++)
		walk->fate[code] = UNKNOWN;
	if (!cx_what_view(what, walk->j, &view))
		return;
	for (int code = 0; code < view.n; code++)
	{
		uint64		row;

		cx_what_row(what, &view, code, &row);
		if (row & 1)
			walk->fate[code] = CONVERSION;
	}
}

static void
walk_touches(Walk *walk)
{
	const uint32 *codes = walk->buffers->nodes.codes;
	uint32	   *path = walk->buffers->path;
	int32	   *place = walk->buffers->place;

	for (int i = 0; i < walk->j->n; i++)
	{
		int32		fate = walk->fate[codes[i]];

		if (unlikely(fate == UNKNOWN))
			fate = walk->fate[codes[i]] = cx_node_of(&walk->view, codes[i]);
		if (fate >= 0)
		{
			step_to(walk, CX_TO((uint32) fate));
			path[walk->n] = (uint32) fate;
			place[walk->n++] = i;
			walk->from = CX_FROM((uint32) fate);
		}
		else if (fate == CONVERSION)
			close_path(walk, i);
	}
	if (walk->n > 0)
		step_to(walk, CX_TO_LOST);
}

static void
count_journey(CxAttribution *a, const Conversion *conversion, const CxJourney *j)
{
	CxAttributionBuffers *buffers = buffers_of(a);
	Walk		walk = {.a = a, .buffers = buffers, .j = j};

	if (j->n > 0)
	{
		cx_node_buffers_for(&buffers->nodes, j);
		make_room(buffers, j, &a->nodes);
		walk.view = cx_nodes_view(&a->nodes, &buffers->nodes, j, (CxFacet) a->grain, j->n);
		walk.fate = buffers->nodes.of_code;
		tell_conversions(&walk, conversion->what);
		cx_journey_codes(j, 0, j->n, buffers->nodes.codes);
		walk_touches(&walk);
	}
	cx_attribution_add_counts(a, 1, walk.steps);
}

#define DEFAULT_HALF_LIFE	((uint64) 7 * USECS_PER_DAY)

static uint64
half_life_arg(FunctionCallInfo fcinfo, int arg)
{
	uint64		half_life;

	if (PG_NARGS() <= arg)
		return DEFAULT_HALF_LIFE;
	if (PG_ARGISNULL(arg))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("half-life is NULL")));
	half_life = cx_interval_microseconds(PG_GETARG_INTERVAL_P(arg), "half_life");
	if (half_life == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("half-life is zero")));
	return half_life;
}

PG_FUNCTION_INFO_V1(attribution_accum);
Datum
attribution_accum(PG_FUNCTION_ARGS)
{
	CxAttribution *a;
	const Conversion *conversion;
	const text *expression;
	CxJourney	j;
	int			grain;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	if (PG_ARGISNULL(2))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("conversion is NULL")));
	a = (CxAttribution *) cx_stats_state(fcinfo, &cx_attribution_type);
	expression = PG_GETARG_TEXT_PP(2);
	conversion = cx_kept(fcinfo->flinfo, expression, VARSIZE_ANY(expression), make_conversion);
	grain = PG_NARGS() > 3 ? (int) cx_grain_arg(fcinfo, 3, a->grain) : CX_CHANNEL;
	cx_attribution_define(a, grain, half_life_arg(fcinfo, 4), conversion->text, conversion->len);
	cx_journey_open(&j, PG_GETARG_DATUM(1));
	count_journey(a, conversion, &j);
	return cx_stats_result(fcinfo, &a->stats);
}
