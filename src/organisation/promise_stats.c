/*-------------------------------------------------------------------------
 *
 * src/organisation/promise_stats.c
 *	  The type promise_stats (see promise.h): stored form, merging, and
 *	  kept_promises().
 *
 *-------------------------------------------------------------------------
 */
#include "organisation/promise.h"

#include <math.h>

#include "core/args.h"
#include "core/srf.h"
#include "maths/intervals.h"
#include "utils/timestamp.h"

/* promises, kept, late, broken, undecided, unknown, rate, low, high, median_late_seconds */
#define KEPT_COLUMNS	10

static void promise_write(const CxStats *stats, CxWriter *w);
static bool promise_read(CxStats *stats, CxReader *r);
static void promise_merge(CxStats *into, const CxStats *from);

const CxStatsType cx_promise_type = {
	.name = "promise_stats",
	.size = sizeof(CxPromises),
	.write = promise_write,
	.read = promise_read,
	.merge = promise_merge
};

CX_STATS_FUNCTIONS(promise_stats, &cx_promise_type);

const CxAskedKind cx_promise_kinds[2] = {
	[CX_PROMISE_ROWS] = {"promise_agg", 0},
	[CX_PROMISE_JOURNEYS] = {"promise_agg", 2}
};

static void *
alloc(size_t size)
{
	return palloc0(size);
}

void
cx_promise_late(CxPromises *p, uint64 microseconds)
{
	cx_loghist_add(&p->lateness, microseconds, 1, alloc);
}

/* Each number is at most the limit, or twice that when two are merged: the sum does not wrap around. */
static bool
too_many(const CxPromises *p)
{
	CxUint128	all = (CxUint128) p->kept + p->broken + p->undecided + p->unknown + p->lateness.n;

	return all > CX_PROMISE_MAX;
}

void
cx_promise_check(const CxPromises *p)
{
	if (unlikely(too_many(p)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("promise_stats counts more than 2^61 promises")));
}

static void
promise_write(const CxStats *stats, CxWriter *w)
{
	const CxPromises *p = (const CxPromises *) stats;

	cx_asked_write(&p->asked, w);
	cx_write_varint(w, p->kept);
	cx_write_varint(w, p->broken);
	cx_write_varint(w, p->undecided);
	cx_write_varint(w, p->unknown);
	cx_loghist_write(&p->lateness, w);
}

static bool
promise_read(CxStats *stats, CxReader *r)
{
	CxPromises *p = (CxPromises *) stats;

	if (!cx_asked_read(&p->asked, cx_promise_kinds, lengthof(cx_promise_kinds), r))
		return false;
	p->kept = cx_read_varint(r);
	p->broken = cx_read_varint(r);
	p->undecided = cx_read_varint(r);
	p->unknown = cx_read_varint(r);
	/* nothing is late by no time */
	return r->ok && cx_loghist_read(&p->lateness, r, alloc) && !too_many(p) &&
		(p->lateness.row[0] == NULL || p->lateness.row[0][0] == 0) &&
		(p->asked.kind == CX_PROMISE_ROWS || p->unknown == 0);
}

static void
promise_merge(CxStats *into, const CxStats *from)
{
	CxPromises *p = (CxPromises *) into;
	const CxPromises *other = (const CxPromises *) from;

	cx_asked_merge(&p->asked, &other->asked, p->stats.context, "promises");
	p->kept += other->kept;
	p->broken += other->broken;
	p->undecided += other->undecided;
	p->unknown += other->unknown;
	cx_loghist_merge(&p->lateness, &other->lateness, alloc);
	cx_promise_check(p);
}

/* kept_promises(promises, confidence): one row; rates of nothing are NULL */
PG_FUNCTION_INFO_V1(kept_promises);
Datum
kept_promises(PG_FUNCTION_ARGS)
{
	double		confidence = cx_check_confidence(PG_GETARG_FLOAT8(1));
	CxRows		rows = cx_rows_begin(fcinfo, KEPT_COLUMNS);
	const CxPromises *p = (const CxPromises *) cx_stats_arg(fcinfo, 0, &cx_promise_type);
	uint64		late = p->lateness.n;
	uint64		decided = p->kept + late + p->broken;
	double		rate = decided > 0 ? (double) p->kept / (double) decided : NAN;
	CxInterval	interval = {NAN, NAN};
	Datum		values[KEPT_COLUMNS];
	bool		nulls[KEPT_COLUMNS] = {false};

	if (decided > 0)
		interval = cx_wilson_interval(rate, (double) decided, confidence);
	values[0] = Int64GetDatum((int64) (decided + p->undecided));
	values[1] = Int64GetDatum((int64) p->kept);
	values[2] = Int64GetDatum((int64) late);
	values[3] = Int64GetDatum((int64) p->broken);
	values[4] = Int64GetDatum((int64) p->undecided);
	values[5] = Int64GetDatum((int64) p->unknown);
	cx_set_float8(values, nulls, 6, rate);
	cx_set_float8(values, nulls, 7, interval.low);
	cx_set_float8(values, nulls, 8, interval.high);
	cx_set_float8(values, nulls, 9, late > 0 ? cx_loghist_quantile(&p->lateness, 0.5) / USECS_PER_SEC : NAN);
	cx_rows_put(&rows, values, nulls);
	return (Datum) 0;
}
