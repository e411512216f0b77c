/*-------------------------------------------------------------------------
 *
 * src/behaviour/retention_life.c
 *	  lifecycle and stickiness: all customers together, period by period.
 *
 *-------------------------------------------------------------------------
 */
#include "behaviour/retention.h"

#include <math.h>

#include "core/sort.h"
#include "core/srf.h"
#include "miscadmin.h"
#include "utils/builtins.h"

/* A walk through the calendar: who was there in "period", of all that were counted. */
typedef struct Life
{
	CxBreak    *breaks;			/* by last */
	CxBreak    *back;			/* by next */
	const CxBreak *first;		/* by cohort */
	uint32		n;
	uint32		left_at;
	uint32		back_at;
	uint32		first_at;
	int32		begin;			/* the first period of all */
	int32		end;			/* the last one to be told of */
	int32		period;
	uint64		active;
	uint64		new_ones;
	uint64		resurrected;
	uint64		dormant;		/* active in the period before, not in this one */
} Life;

static int
compare_last(const void *a, const void *b)
{
	int32		x = ((const CxBreak *) a)->last;
	int32		y = ((const CxBreak *) b)->last;

	return (x > y) - (x < y);
}

/* From the first period to the last one of which anything is known or in which nobody was seen until "open". */
static Life
life_of(const CxRetention *stats, int32 open)
{
	Life		life = {0};

	life.n = stats->used;
	life.first = cx_retention_breaks(stats);
	life.back = cx_breaks_by_next(life.first, life.n);
	life.breaks = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(CxBreak) * Max(life.n, 1));
	memcpy(life.breaks, life.first, sizeof(CxBreak) * life.n);
	cx_sort(life.breaks, life.n, sizeof(CxBreak), compare_last);
	life.begin = life.first[0].cohort;
	life.end = Max(open, life.breaks[life.n - 1].last);
	cx_retention_check_span(life.begin, life.end);
	life.period = life.begin - 1;
	return life;
}

static void
next_period(Life *life)
{
	int32		p = ++life->period;

	life->new_ones = life->resurrected = life->dormant = 0;
	for (; life->first_at < life->n && life->first[life->first_at].cohort == p; life->first_at++)
		if (life->first[life->first_at].next == CX_NEVER_AGAIN)
			life->new_ones += life->first[life->first_at].customers;
	for (; life->left_at < life->n && life->breaks[life->left_at].last < p; life->left_at++)
		life->dormant += life->breaks[life->left_at].customers;
	for (; life->back_at < life->n && life->back[life->back_at].next <= p; life->back_at++)
		life->resurrected += life->back[life->back_at].customers;
	life->active += life->new_ones + life->resurrected;
	life->active -= life->dormant;
}

/* lifecycle(stats, as_of) */
PG_FUNCTION_INFO_V1(retention_lifecycle);
Datum
retention_lifecycle(PG_FUNCTION_ARGS)
{
	CxRows		rows = cx_rows_begin(fcinfo, 7);
	const CxRetention *stats;
	int32		open;
	Life		life;

	if (PG_ARGISNULL(0))
		return (Datum) 0;
	stats = (const CxRetention *) cx_stats_arg(fcinfo, 0, &cx_retention_type);
	open = cx_retention_open_period(fcinfo, 1, stats);
	life = life_of(stats, open);
	while (life.period < life.end)
	{
		Datum		values[7];
		bool		nulls[7] = {false};
		bool		complete;

		CHECK_FOR_INTERRUPTS();
		next_period(&life);
		complete = life.period < open;
		values[0] = DateADTGetDatum(cx_period_date(stats->calendar->grain, life.period));
		values[1] = Int64GetDatum((int64) life.active);
		values[2] = Int64GetDatum((int64) life.new_ones);
		values[3] = Int64GetDatum((int64) (life.active - life.new_ones - life.resurrected));
		values[4] = Int64GetDatum((int64) life.resurrected);
		/* who is missing may still come as long as the period lasts */
		nulls[5] = !complete;
		values[5] = Int64GetDatum((int64) life.dormant);
		values[6] = BoolGetDatum(complete);
		cx_rows_put(&rows, values, nulls);
	}
	return (Datum) 0;
}

/*
 * Customers active in each of "units" longer periods: those who first came in
 * it, and of those who came before, all but the ones with a break around it.
 * Changes from one unit to the next are noted first and added up then, modulo
 * 2^64, so that none needs a sign.
 */
static uint64 *
active_in_units(const Life *life, CxGrain grain, CxGrain unit, int32 first_unit, int32 units)
{
	uint64	   *change = MemoryContextAllocExtended(CurrentMemoryContext, sizeof(uint64) * ((Size) units + 1),
													MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);

	for (uint32 i = 0; i < life->n; i++)
	{
		const CxBreak *b = &life->first[i];
		int32		last_in = cx_period_of_day(unit, cx_period_first_day(grain, b->last)) - first_unit;
		int32		back_in = units;

		CHECK_FOR_INTERRUPTS();
		if (b->next == CX_NEVER_AGAIN)
			change[cx_period_of_day(unit, cx_period_first_day(grain, b->cohort)) - first_unit] += b->customers;
		else
			back_in = cx_period_of_day(unit, cx_period_first_day(grain, b->next)) - first_unit;
		/* units behind that of "last" and before that of "next" */
		if (last_in + 1 < back_in)
		{
			change[last_in + 1] -= b->customers;
			change[back_in] += b->customers;
		}
	}
	for (int32 i = 1; i < units; i++)
		change[i] += change[i - 1];
	return change;
}

static CxGrain
check_unit(const text *word, CxGrain grain)
{
	CxGrain		unit = cx_grain_from_text(word);

	if (unit <= grain || (grain == CX_WEEK && unit > CX_WEEK))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unit %s is not made up of periods of grain %s", cx_grain_name(unit), cx_grain_name(grain)),
				 errdetail("The unit has to be longer than the grain, and weeks do not make up months."),
				 errhint("Count by day: retention_agg(journey, 'day').")));
	return unit;
}

/* stickiness(stats, unit, as_of) */
PG_FUNCTION_INFO_V1(retention_stickiness);
Datum
retention_stickiness(PG_FUNCTION_ARGS)
{
	CxRows		rows = cx_rows_begin(fcinfo, 6);
	const CxRetention *stats;
	CxGrain		grain,
				unit;
	int32		open,
				first_unit,
				units;
	uint64	   *active;
	Life		life;

	if (PG_ARGISNULL(0))
		return (Datum) 0;
	stats = (const CxRetention *) cx_stats_arg(fcinfo, 0, &cx_retention_type);
	grain = stats->calendar->grain;
	unit = PG_ARGISNULL(1) ? check_unit(cstring_to_text("month"), grain) : check_unit(PG_GETARG_TEXT_PP(1), grain);
	open = cx_retention_open_period(fcinfo, 2, stats);
	life = life_of(stats, open);
	first_unit = cx_period_of_day(unit, cx_period_first_day(grain, life.begin));
	units = cx_period_of_day(unit, cx_period_first_day(grain, life.end)) - first_unit + 1;
	active = active_in_units(&life, grain, unit, first_unit, units);
	for (int32 i = 0; i < units; i++)
	{
		Datum		values[6];
		bool		nulls[6] = {false};
		int32		begin = cx_period_of_day(grain, cx_period_first_day(unit, first_unit + i));
		int32		end = cx_period_of_day(grain, cx_period_first_day(unit, first_unit + i + 1));
		bool		complete = end <= open;
		double		sum = 0;

		while (life.period < end - 1 && life.period < life.end)
		{
			CHECK_FOR_INTERRUPTS();
			next_period(&life);
			sum += (double) life.active;
		}
		values[0] = DateADTGetDatum(cx_period_date(unit, first_unit + i));
		values[1] = Int64GetDatum((int64) active[i]);
		values[2] = Int32GetDatum(end - begin);
		cx_set_float8(values, nulls, 3, complete && active[i] > 0 ? sum / (double) active[i] : NAN);
		cx_set_float8(values, nulls, 4, complete && active[i] > 0 ? sum / (double) active[i] / (end - begin) : NAN);
		values[5] = BoolGetDatum(complete);
		cx_rows_put(&rows, values, nulls);
	}
	return (Datum) 0;
}
