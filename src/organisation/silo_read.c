/*-------------------------------------------------------------------------
 *
 * src/organisation/silo_read.c
 *	  Reading silo_stats: silo_report() and silo_total() (see silo.h).
 *
 * That every touchpoint can be above 90 per cent while customers leave over
 * the whole way is the observation of Maechler, Neher and Park (McKinsey,
 * 2016).
 *
 *-------------------------------------------------------------------------
 */
#include "organisation/silo.h"

#include <math.h>

#include "core/args.h"
#include "core/sort.h"
#include "core/srf.h"
#include "maths/intervals.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/memutils.h"

/*
 * owner, touches, unknown, ok, own_success, own_low, own_high, journeys,
 * journeys_ok, journey_success, low, high, gap, broken, broken_share
 */
#define REPORT_COLUMNS	15
/*
 * owners, touches, unknown, unowned, touch_success, touch_low, touch_high, journeys,
 * undecided, journey_success, low, high, gap, independent, worst_owner, fractured
 */
#define TOTAL_COLUMNS	16

/* A share with its interval; all NaN of none. */
typedef struct Rate
{
	double		rate;
	CxInterval	interval;
} Rate;

static Rate
rate_of(uint64 yes, uint64 no, double confidence)
{
	double		n = (double) (yes + no);
	Rate		r = {NAN, {NAN, NAN}};

	if (yes + no > 0)
	{
		r.rate = (double) yes / n;
		r.interval = cx_wilson_interval(r.rate, n, confidence);
	}
	return r;
}

static void
set_rate(Datum *values, bool *nulls, int i, Rate r)
{
	cx_set_float8(values, nulls, i, r.rate);
	cx_set_float8(values, nulls, i + 1, r.interval.low);
	cx_set_float8(values, nulls, i + 2, r.interval.high);
}

/* ---- the order of the report ---- */

typedef struct Line
{
	CxName		name;
	const CxSiloOwner *owner;
	double		gap;			/* NaN: nothing to compare */
} Line;

/* Those that break most, then those that look best from inside, then by name. */
static int
cmp_lines(const void *a, const void *b)
{
	const Line *x = (const Line *) a;
	const Line *y = (const Line *) b;

	if (x->owner->broken != y->owner->broken)
		return x->owner->broken > y->owner->broken ? -1 : 1;
	if (isnan(x->gap) != isnan(y->gap))
		return isnan(x->gap) ? 1 : -1;
	if (x->gap != y->gap && !isnan(x->gap))
		return x->gap > y->gap ? -1 : 1;
	return cx_name_cmp(x->name, y->name);
}

static double
plain_rate(uint64 yes, uint64 no)
{
	return yes + no > 0 ? (double) yes / (double) (yes + no) : NAN;
}

static Line *
lines_of(const CxSilo *silo)
{
	Line	   *lines = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Line) * Max((Size) silo->nodes.n, 1));

	for (uint32 i = 0; i < silo->nodes.n; i++)
	{
		const CxSiloOwner *owner = &silo->owner[i];
		double		gap = plain_rate(owner->ok, owner->bad) - plain_rate(owner->journeys_ok, owner->journeys_failed);

		lines[i] = (Line) {silo->nodes.name[i], owner, gap};
	}
	cx_sort(lines, silo->nodes.n, sizeof(Line), cmp_lines);
	return lines;
}

/* ---- by owner ---- */

static void
put_line(CxRows *rows, const CxSilo *silo, const Line *line, double confidence)
{
	const CxSiloOwner *owner = line->owner;
	Datum		values[REPORT_COLUMNS];
	bool		nulls[REPORT_COLUMNS] = {false};

	values[0] = cx_name_datum(line->name);
	values[1] = Int64GetDatum((int64) (owner->ok + owner->bad + owner->unknown));
	values[2] = Int64GetDatum((int64) owner->unknown);
	values[3] = Int64GetDatum((int64) owner->ok);
	set_rate(values, nulls, 4, rate_of(owner->ok, owner->bad, confidence));
	values[7] = Int64GetDatum((int64) (owner->journeys_ok + owner->journeys_failed));
	values[8] = Int64GetDatum((int64) owner->journeys_ok);
	set_rate(values, nulls, 9, rate_of(owner->journeys_ok, owner->journeys_failed, confidence));
	cx_set_float8(values, nulls, 12, line->gap);
	values[13] = Int64GetDatum((int64) owner->broken);
	cx_set_float8(values, nulls, 14, silo->journeys_failed == 0 ? NAN :
				  (double) owner->broken / (double) silo->journeys_failed);
	cx_rows_put(rows, values, nulls);
}

/* silo_report(silo, confidence) */
PG_FUNCTION_INFO_V1(silo_report);
Datum
silo_report(PG_FUNCTION_ARGS)
{
	double		confidence = cx_check_confidence(PG_GETARG_FLOAT8(1));
	CxRows		rows = cx_rows_begin(fcinfo, REPORT_COLUMNS);
	const CxSilo *silo = (const CxSilo *) cx_stats_arg(fcinfo, 0, &cx_silo_type);
	Line	   *lines = lines_of(silo);

	for (uint32 i = 0; i < silo->nodes.n; i++)
	{
		put_line(&rows, silo, &lines[i], confidence);
		CHECK_FOR_INTERRUPTS();
	}
	return (Datum) 0;
}

/* ---- end to end ---- */

typedef struct Whole
{
	uint64		ok;
	uint64		bad;
	uint64		unknown;
	uint32		judged;			/* owners with a touch that is ok or not ok */
	double		independent;	/* product of their own success, in the order of names */
	bool		all_above;		/* is each of them above the journeys? */
} Whole;

/* By cross products, so that no rounding decides. */
static bool
above(const CxSiloOwner *owner, const CxSilo *silo)
{
	return (CxUint128) owner->ok * (silo->journeys_ok + silo->journeys_failed) >
		(CxUint128) silo->journeys_ok * (owner->ok + owner->bad);
}

static Whole
whole_of(const CxSilo *silo)
{
	Whole		whole = {.independent = 1.0, .all_above = true};
	uint32	   *order = cx_nodes_order(&silo->nodes);

	for (uint32 i = 0; i < silo->nodes.n; i++)
	{
		const CxSiloOwner *owner = &silo->owner[order[i]];

		whole.unknown += owner->unknown;
		if (owner->ok + owner->bad == 0)
			continue;
		whole.judged++;
		whole.ok += owner->ok;
		whole.bad += owner->bad;
		whole.independent *= plain_rate(owner->ok, owner->bad);
		whole.all_above &= above(owner, silo);
	}
	pfree(order);
	return whole;
}

/* silo_total(silo, confidence): one row */
PG_FUNCTION_INFO_V1(silo_total);
Datum
silo_total(PG_FUNCTION_ARGS)
{
	double		confidence = cx_check_confidence(PG_GETARG_FLOAT8(1));
	CxRows		rows = cx_rows_begin(fcinfo, TOTAL_COLUMNS);
	const CxSilo *silo = (const CxSilo *) cx_stats_arg(fcinfo, 0, &cx_silo_type);
	Whole		whole = whole_of(silo);
	Rate		touches = rate_of(whole.ok, whole.bad, confidence);
	Rate		journeys = rate_of(silo->journeys_ok, silo->journeys_failed, confidence);
	Line	   *lines = lines_of(silo);
	Datum		values[TOTAL_COLUMNS];
	bool		nulls[TOTAL_COLUMNS] = {false};

	values[0] = Int64GetDatum((int64) silo->nodes.n);
	values[1] = Int64GetDatum((int64) (whole.ok + whole.bad + whole.unknown));
	values[2] = Int64GetDatum((int64) whole.unknown);
	values[3] = Int64GetDatum((int64) silo->unowned);
	set_rate(values, nulls, 4, touches);
	values[7] = Int64GetDatum((int64) (silo->journeys_ok + silo->journeys_failed));
	values[8] = Int64GetDatum((int64) silo->undecided);
	set_rate(values, nulls, 9, journeys);
	cx_set_float8(values, nulls, 12, touches.rate - journeys.rate);
	cx_set_float8(values, nulls, 13, whole.judged > 0 ? whole.independent : NAN);
	nulls[14] = silo->nodes.n == 0 || lines[0].owner->broken == 0;
	values[14] = nulls[14] ? (Datum) 0 : cx_name_datum(lines[0].name);
	nulls[15] = whole.judged == 0 || isnan(journeys.rate);
	values[15] = BoolGetDatum(whole.all_above);
	cx_rows_put(&rows, values, nulls);
	return (Datum) 0;
}
