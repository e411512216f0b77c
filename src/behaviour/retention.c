/*-------------------------------------------------------------------------
 *
 * src/behaviour/retention.c
 *	  retention_agg: counting who came back when (see retention.h).
 *
 *-------------------------------------------------------------------------
 */
#include "behaviour/retention.h"

#include "behaviour/rows.h"
#include "core/renew.h"
#include "core/sort.h"
#include "journey/journey.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#define FIRST_BITS	3
#define FETCH_BITS	12			/* larger tables are in no near cache */
#define FEW			256			/* touches whose periods stand on the stack */

static inline uint32
place_of(int32 cohort, int32 last, int32 next, int bits)
{
	uint64		h = (uint64) (uint32) cohort << 32 | (uint32) last;

	h += (uint64) (uint32) next * UINT64CONST(0x9e3779b97f4a7c15);
	return (uint32) ((h * UINT64CONST(0xd6e8feb86659fd93)) >> (64 - bits));
}

/* The place of a break, or the free one where it belongs. */
static inline CxBreak *
find(CxBreak *table, int bits, int32 cohort, int32 last, int32 next)
{
	uint32		mask = (UINT32_C(1) << bits) - 1;
	uint32		i = place_of(cohort, last, next, bits);

	while (table[i].customers != 0 &&
		   (table[i].last != last || table[i].next != next || table[i].cohort != cohort))
		i = (i + 1) & mask;
	return &table[i];
}

/*
 * A table of at least so many bits. Breaks that are read from a table come in
 * the order of their hashes: put into a smaller one, they would crowd at its
 * beginning, so merging asks for the size of the other table first.
 */
void
cx_retention_reserve(CxRetention *stats, int bits)
{
	CxBreak    *table;

	if (bits <= stats->bits)
		return;
	if (bits > 30)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%s value is too large", "retention_stats"),
				 errhint("Use a coarser grain.")));
	table = MemoryContextAllocExtended(stats->base.context, sizeof(CxBreak) << bits, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (uint32 i = 0; stats->bits > 0 && i < UINT32_C(1) << stats->bits; i++)
		if (stats->table[i].customers != 0)
			*find(table, bits, stats->table[i].cohort, stats->table[i].last, stats->table[i].next) = stats->table[i];
	if (stats->table != NULL)
		pfree(stats->table);
	stats->table = table;
	stats->bits = bits;
}

/* For so many breaks more. */
static inline void
make_room(CxRetention *stats, int breaks)
{
	while (unlikely(stats->bits == 0 || (uint64) stats->used + breaks > (UINT64CONST(1) << stats->bits) / 2))
		cx_retention_reserve(stats, Max(stats->bits + 1, FIRST_BITS));
}

/* The customers together are below 2^63, and so is every sum that is ever made of them. */
static void
add_customers(CxRetention *stats, uint64 customers)
{
	stats->customers += customers;
	if (unlikely(stats->customers > PG_INT64_MAX))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("number of customers is out of range")));
}

void
cx_retention_add_break(CxRetention *stats, int32 cohort, int32 last, int32 next, uint64 customers)
{
	CxBreak    *found;

	make_room(stats, 1);
	if (stats->ordered != NULL)
	{
		pfree(stats->ordered);
		stats->ordered = NULL;
	}
	if (next == CX_NEVER_AGAIN)
		add_customers(stats, customers);
	found = find(stats->table, stats->bits, cohort, last, next);
	if (found->customers == 0)
	{
		*found = (CxBreak) {cohort, last, next, 0};
		stats->used++;
	}
	/* no more customers can make this break than there are, so this fits if all of them do */
	found->customers += customers;
}

/* The calendar of a value that counts for the first time, or 22023 if it has another one. */
void
cx_retention_ask(CxRetention *stats, CxGrain grain, const char *tz, int tz_len)
{
	CxRetentionShared *shared = (CxRetentionShared *) stats->base.shared;
	MemoryContext old;

	if (likely(stats->calendar != NULL))
	{
		if (likely(cx_calendar_same(stats->calendar, grain, tz, tz_len)))
			return;
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("retention by %s in %.*s cannot be added to retention by %s in %s", cx_grain_name(grain),
						tz_len, tz, cx_grain_name(stats->calendar->grain), stats->calendar->tz)));
	}
	if (shared != NULL && shared->calendar != NULL && cx_calendar_same(shared->calendar, grain, tz, tz_len))
	{
		stats->calendar = shared->calendar;
		return;
	}
	old = MemoryContextSwitchTo(stats->base.context);
	stats->calendar = cx_calendar_new(grain, tz, tz_len);
	MemoryContextSwitchTo(old);
	if (shared != NULL)
		shared->calendar = stats->calendar;
}

/*
 * The numbers of the periods in which there are touches, each once, in UTC. A
 * branch at each new period would be guessed wrong half the time, so there is
 * none: a touch in the period of the one before is written over by the next.
 * The division is by a constant, that is a multiplication. "from" is a moment
 * at which a period begins, not after the first touch.
 */
static inline int
periods_of_length(const TimestampTz *times, int n, int64 from, int32 number, uint64 length, int32 *periods)
{
	int32		before = number + (int32) (((uint64) times[0] - (uint64) from) / length);
	int			count = 0;

	periods[0] = before;
	for (int i = 1; i < n; i++)
	{
		int32		p = number + (int32) (((uint64) times[i] - (uint64) from) / length);

		count += p != before;
		periods[count] = before = p;
	}
	return count + 1;
}

static int
periods_in_utc(CxGrain grain, const TimestampTz *times, int n, int32 *periods)
{
	int32		first = cx_period_of_time(grain, times[0]);
	int32		before;
	int			days;
	int			count = 0;

	if (grain == CX_DAY)
		return periods_of_length(times, n, first * USECS_PER_DAY, first, USECS_PER_DAY, periods);
	if (grain == CX_WEEK)
		return periods_of_length(times, n, cx_period_first_day(grain, first) * USECS_PER_DAY, first,
								 7 * USECS_PER_DAY, periods);
	first = cx_period_of_time(CX_DAY, times[0]);
	days = periods_of_length(times, n, first * USECS_PER_DAY, first, USECS_PER_DAY, periods);
	periods[0] = cx_period_of_day(grain, periods[0]);
	before = periods[0];
	for (int i = 1; i < days; i++)
	{
		int32		p = cx_period_of_day(grain, periods[i]);

		count += p != before;
		periods[count] = before = p;
	}
	return count + 1;
}

static int
compare_periods(const void *a, const void *b)
{
	int32		x = *(const int32 *) a;
	int32		y = *(const int32 *) b;

	return (x > y) - (x < y);
}

/*
 * In other zones each touch is looked up. Where clocks are set back over
 * midnight a later touch can lie in an earlier period.
 */
static int
periods_in_zone(CxCalendar *calendar, const TimestampTz *times, int n, int32 *periods)
{
	bool		ascending = true;
	int			count = 1;
	int			distinct = 1;

	periods[0] = cx_period_of(calendar, times[0]);
	for (int i = 1; i < n; i++)
	{
		int32		p = cx_period_of(calendar, times[i]);

		if (periods[count - 1] == p)
			continue;
		ascending &= periods[count - 1] < p;
		periods[count++] = p;
	}
	if (ascending)
		return count;
	cx_sort(periods, count, sizeof(int32), compare_periods);
	for (int i = 1; i < count; i++)
		if (periods[i] != periods[i - 1])
			periods[distinct++] = periods[i];
	return distinct;
}

/*
 * A customer, by the periods of activity, ascending. Where there are many
 * different breaks, each lies somewhere else in memory: their places are
 * fetched together.
 */
static void
add_customer(CxRetention *stats, const int32 *periods, int n)
{
	int32		cohort = periods[0];

	make_room(stats, n);
	if (stats->bits > FETCH_BITS)
		for (int i = 1; i < n; i++)
			if (periods[i] != periods[i - 1] + 1)
				__builtin_prefetch(&stats->table[place_of(cohort, periods[i - 1], periods[i], stats->bits)], 1);
	for (int i = 1; i < n; i++)
		if (periods[i] != periods[i - 1] + 1)
			cx_retention_add_break(stats, cohort, periods[i - 1], periods[i], 1);
	cx_retention_add_break(stats, cohort, periods[n - 1], CX_NEVER_AGAIN, 1);
}

void
cx_retention_add_times(CxRetention *stats, const TimestampTz *times, int n)
{
	int32		few[FEW];
	int32	   *periods = n <= FEW ? few : palloc(sizeof(int32) * n);
	int			count;

	stats->seen = Max(stats->seen, times[n - 1]);
	count = stats->calendar->utc ? periods_in_utc(stats->calendar->grain, times, n, periods) :
		periods_in_zone(stats->calendar, times, n, periods);
	add_customer(stats, periods, count);
	if (periods != few)
		pfree(periods);
}

/* Room for the times of a journey: that of the aggregate, used again for each. */
static TimestampTz *
room_for_times(CxRetention *stats, int n)
{
	CxRetentionShared *shared = (CxRetentionShared *) stats->base.shared;

	if (shared == NULL)
		return palloc(sizeof(TimestampTz) * n);
	if (shared->room < n)
	{
		int			room = Max(2 * n, 1024);

		shared->room = 0;
		CX_RENEW(shared->times, shared->base.context, room);
		shared->room = room;
	}
	return shared->times;
}

/* The zone of a call: an argument that may not be there. */
static const char *
zone_argument(FunctionCallInfo fcinfo, int arg, int *len)
{
	const text *tz;

	if (PG_NARGS() <= arg)
	{
		*len = 3;
		return "UTC";
	}
	tz = PG_GETARG_TEXT_PP(arg);
	*len = VARSIZE_ANY_EXHDR(tz);
	return VARDATA_ANY(tz);
}

static bool
argument_missing(FunctionCallInfo fcinfo)
{
	for (int i = 1; i < PG_NARGS(); i++)
		if (PG_ARGISNULL(i))
			return true;
	return false;
}

/* retention_agg(journey, grain [, tz]): a journey without touches, or a NULL argument, adds nothing */
PG_FUNCTION_INFO_V1(retention_accum);
Datum
retention_accum(PG_FUNCTION_ARGS)
{
	CxRetention *stats;
	CxJourney	j;
	TimestampTz *times;
	const char *tz;
	int			tz_len;

	if (argument_missing(fcinfo))
		return cx_rows_unchanged(fcinfo);
	cx_journey_open(&j, PG_GETARG_DATUM(1));
	if (j.n == 0)
		return cx_rows_unchanged(fcinfo);
	stats = (CxRetention *) cx_stats_state(fcinfo, &cx_retention_type);
	tz = zone_argument(fcinfo, 3, &tz_len);
	cx_retention_ask(stats, cx_grain_from_text(PG_GETARG_TEXT_PP(2)), tz, tz_len);
	times = room_for_times(stats, j.n);
	cx_journey_times(&j, 0, j.n, times);
	cx_retention_add_times(stats, times, j.n);
	return cx_stats_result(fcinfo, &stats->base);
}

/* retention_agg(at, grain [, tz]): the times of one customer are kept until the end */
PG_FUNCTION_INFO_V1(retention_times_accum);
Datum
retention_times_accum(PG_FUNCTION_ARGS)
{
	char		text_buffer[2 + TZ_STRLEN_MAX];
	CxAsked		asked = {.kind = CX_ROWS_TIMES, .within = CX_CHAIN_NO_LIMIT, .text = text_buffer};
	const char *tz;
	int			tz_len;
	uint64		no_words = 0;

	if (argument_missing(fcinfo))
		return cx_rows_unchanged(fcinfo);
	tz = zone_argument(fcinfo, 3, &tz_len);
	if (tz_len > TZ_STRLEN_MAX)
		(void) cx_calendar_new(CX_DAY, tz, tz_len);
	text_buffer[0] = 'a' + (char) cx_grain_from_text(PG_GETARG_TEXT_PP(2));
	memcpy(text_buffer + 1, tz, tz_len);
	asked.text_len = 1 + tz_len;
	return cx_rows_collect(fcinfo, &asked, PG_GETARG_TIMESTAMPTZ(1), &no_words, NULL);
}

PG_FUNCTION_INFO_V1(retention_times_final);
Datum
retention_times_final(PG_FUNCTION_ARGS)
{
	CxRowsState *state = cx_rows_arg(fcinfo, CX_ROWS_TIMES);
	const CxAsked *asked = state->asked;
	CxRetention *stats = (CxRetention *) cx_stats_new(&cx_retention_type);

	if (state->marked.n == 0)
		PG_RETURN_NULL();
	if (asked->text_len < 1 || asked->text[0] < 'a' || asked->text[0] >= 'a' + CX_GRAINS)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored %s value is damaged", "rows_state")));
	cx_retention_ask(stats, (CxGrain) (asked->text[0] - 'a'), asked->text + 1, asked->text_len - 1);
	/* a row without conditions is its time */
	cx_retention_add_times(stats, (const TimestampTz *) state->rows, (int) state->marked.n);
	PG_RETURN_POINTER(cx_stats_pack(&stats->base));
}
