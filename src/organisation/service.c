/*-------------------------------------------------------------------------
 *
 * src/organisation/service.c
 *	  The type "service_stats": how long callers waited, and who gave up.
 *
 * A row is a call that was offered: its wait, and whether the caller gave up
 * (abandoned) or was answered. Waits are compared with two limits, both
 * inclusive: the threshold of the service level, and "short", up to which
 * somebody who gave up is taken not to have meant to wait at all. A call whose
 * wait or end is not known is missing.
 *
 * THE STORED FORM, behind the version byte of core/stats.h:
 *
 *	  varints	threshold and short, in microseconds, below 2^63
 *	  varints	missing; answered within the threshold; abandoned within the
 *				threshold; abandoned within short
 *	  varints	sum of the waits in microseconds, up to 128 bits, of calls
 *				answered, and of calls abandoned
 *	  waits		in microseconds, of calls answered, and of calls abandoned, as
 *				maths/loghist.h writes them
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "core/args.h"
#include "core/interval.h"
#include "core/srf.h"
#include "core/stats.h"
#include "maths/intervals.h"
#include "maths/loghist.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#define LEVEL_COLUMNS		7	/* variant, offered, counted, within, rate, low, high */
#define ABANDON_COLUMNS		6	/* variant, offered, abandoned, rate, low, high */
#define WAITS_COLUMNS		5	/* outcome, calls, mean_seconds, median_seconds, p90_seconds */

#define DEFAULT_SHORT		(UINT64CONST(5) * USECS_PER_SEC)

/* of all calls together; past it 22003 */
#define MAX_CALLS			(UINT64CONST(1) << 61)

/* Calls that ended one way. */
typedef struct Calls
{
	uint64		within;			/* the threshold */
	CxUint128	microseconds;
	CxLogHist	waits;			/* its n is their number */
} Calls;

typedef struct Service
{
	CxStats		stats;
	bool		known;			/* are there limits yet? */
	uint64		threshold;		/* microseconds */
	uint64		brief;			/* the argument "short" */
	uint64		missing;
	uint64		short_calls;
	Calls		answered;
	Calls		abandoned;
} Service;

static void service_write(const CxStats *stats, CxWriter *w);
static bool service_read(CxStats *stats, CxReader *r);
static void service_merge(CxStats *into, const CxStats *from);

static const CxStatsType service_type = {
	.name = "service_stats",
	.size = sizeof(Service),
	.write = service_write,
	.read = service_read,
	.merge = service_merge
};

CX_STATS_FUNCTIONS(service_stats, &service_type);

/* In the context that is current: its callers see to that. */
static void *
alloc_zero(size_t size)
{
	return palloc0(size);
}

static void
different(const char *what, uint64 a, uint64 b)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("calls of different %s cannot be merged", what),
			 errdetail("They are %.15g and %.15g seconds.", (double) a / USECS_PER_SEC, (double) b / USECS_PER_SEC)));
}

static void
same_limits(Service *service, uint64 threshold, uint64 brief)
{
	if (!service->known)
	{
		service->known = true;
		service->threshold = threshold;
		service->brief = brief;
	}
	if (unlikely(service->threshold != threshold))
		different("thresholds", service->threshold, threshold);
	if (unlikely(service->brief != brief))
		different("limits of short", service->brief, brief);
}

static inline uint64
offered_of(const Service *service)
{
	return service->answered.waits.n + service->abandoned.waits.n;
}

static void
check_counts(const Service *service)
{
	if (unlikely(service->missing + offered_of(service) > MAX_CALLS))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("service_stats counts more than 2^61 calls")));
}

/* ---- counting ---- */

static uint64
limit_arg(FunctionCallInfo fcinfo, int arg, const char *name)
{
	if (PG_ARGISNULL(arg))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s is NULL", name)));
	return cx_interval_microseconds(PG_GETARG_INTERVAL_P(arg), name);
}

static void
count_call(Service *service, uint64 wait, bool abandoned)
{
	Calls	   *calls = abandoned ? &service->abandoned : &service->answered;

	service->short_calls += abandoned && wait <= service->brief;
	calls->within += wait <= service->threshold;
	calls->microseconds += wait;
	cx_loghist_add(&calls->waits, wait, 1, alloc_zero);
}

/* service_accum(state, wait, abandoned, threshold [, short]) */
PG_FUNCTION_INFO_V1(service_accum);
Datum
service_accum(PG_FUNCTION_ARGS)
{
	Service    *service = (Service *) cx_stats_state(fcinfo, &service_type);
	uint64		brief = PG_NARGS() > 4 ? limit_arg(fcinfo, 4, "short") : DEFAULT_SHORT;
	MemoryContext old;

	same_limits(service, limit_arg(fcinfo, 3, "threshold"), brief);
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		service->missing++;
	else
	{
		uint64		wait = cx_interval_microseconds(PG_GETARG_INTERVAL_P(1), "wait");

		old = MemoryContextSwitchTo(service->stats.context);
		count_call(service, wait, PG_GETARG_BOOL(2));
		MemoryContextSwitchTo(old);
	}
	check_counts(service);
	return cx_stats_result(fcinfo, &service->stats);
}

/* ---- stored form and merging ---- */

static void
service_write(const CxStats *stats, CxWriter *w)
{
	const Service *service = (const Service *) stats;

	cx_write_varint(w, service->threshold);
	cx_write_varint(w, service->brief);
	cx_write_varint(w, service->missing);
	cx_write_varint(w, service->answered.within);
	cx_write_varint(w, service->abandoned.within);
	cx_write_varint(w, service->short_calls);
	cx_write_wide(w, service->answered.microseconds);
	cx_write_wide(w, service->abandoned.microseconds);
	cx_loghist_write(&service->answered.waits, w);
	cx_loghist_write(&service->abandoned.waits, w);
}

static bool
calls_sound(const Calls *calls)
{
	uint64		zeros = calls->waits.row[0] == NULL ? 0 : calls->waits.row[0][0];

	return calls->waits.n <= MAX_CALLS && zeros <= calls->within && calls->within <= calls->waits.n &&
		calls->microseconds >= calls->waits.n - zeros &&
		calls->microseconds <= (CxUint128) (calls->waits.n - zeros) * PG_INT64_MAX;
}

/* Of two limits the longer one has not fewer calls within it. */
static bool
sound(const Service *service)
{
	uint64		within = service->abandoned.within;

	return service->threshold <= PG_INT64_MAX && service->brief <= PG_INT64_MAX && service->missing <= MAX_CALLS &&
		calls_sound(&service->answered) && calls_sound(&service->abandoned) &&
		service->missing + offered_of(service) <= MAX_CALLS &&
		service->short_calls <= service->abandoned.waits.n &&
		(service->brief > service->threshold || service->short_calls <= within) &&
		(service->brief < service->threshold || service->short_calls >= within);
}

static bool
service_read(CxStats *stats, CxReader *r)
{
	Service    *service = (Service *) stats;

	service->known = true;
	service->threshold = cx_read_varint(r);
	service->brief = cx_read_varint(r);
	service->missing = cx_read_varint(r);
	service->answered.within = cx_read_varint(r);
	service->abandoned.within = cx_read_varint(r);
	service->short_calls = cx_read_varint(r);
	service->answered.microseconds = cx_read_wide(r, 128);
	service->abandoned.microseconds = cx_read_wide(r, 128);
	return r->ok && cx_loghist_read(&service->answered.waits, r, alloc_zero) &&
		cx_loghist_read(&service->abandoned.waits, r, alloc_zero) && sound(service);
}

static void
merge_calls(Calls *into, const Calls *from)
{
	into->within += from->within;
	into->microseconds += from->microseconds;
	cx_loghist_merge(&into->waits, &from->waits, alloc_zero);
}

static void
service_merge(CxStats *into, const CxStats *from)
{
	Service    *service = (Service *) into;
	const Service *other = (const Service *) from;

	same_limits(service, other->threshold, other->brief);
	service->missing += other->missing;
	service->short_calls += other->short_calls;
	merge_calls(&service->answered, &other->answered);
	merge_calls(&service->abandoned, &other->abandoned);
	check_counts(service);
}

/* ---- reading ---- */

/* A rate with its Wilson interval into three columns; NULL of nothing. */
static void
set_rate(Datum *values, bool *nulls, int column, uint64 part, uint64 whole, double confidence)
{
	double		rate = whole == 0 ? NAN : (double) part / (double) whole;
	CxInterval	interval = {NAN, NAN};

	if (whole > 0)
		interval = cx_wilson_interval(rate, (double) whole, confidence);
	cx_set_float8(values, nulls, column, rate);
	cx_set_float8(values, nulls, column + 1, interval.low);
	cx_set_float8(values, nulls, column + 2, interval.high);
}

static void
put_level(CxRows *rows, const Service *service, const char *variant, uint64 within, uint64 counted, double confidence)
{
	Datum		values[LEVEL_COLUMNS];
	bool		nulls[LEVEL_COLUMNS] = {false};

	values[0] = CStringGetTextDatum(variant);
	values[1] = Int64GetDatum((int64) offered_of(service));
	values[2] = Int64GetDatum((int64) counted);
	values[3] = Int64GetDatum((int64) within);
	set_rate(values, nulls, 4, within, counted, confidence);
	cx_rows_put(rows, values, nulls);
}

/* service_level(service, confidence): a row for each of the four usual meanings */
PG_FUNCTION_INFO_V1(service_level);
Datum
service_level(PG_FUNCTION_ARGS)
{
	double		confidence = cx_check_confidence(PG_GETARG_FLOAT8(1));
	CxRows		rows = cx_rows_begin(fcinfo, LEVEL_COLUMNS);
	const Service *service = (const Service *) cx_stats_arg(fcinfo, 0, &service_type);
	uint64		within = service->answered.within;
	uint64		offered = offered_of(service);

	put_level(&rows, service, "answered", within, service->answered.waits.n, confidence);
	put_level(&rows, service, "offered", within, offered, confidence);
	put_level(&rows, service, "no_short", within, offered - service->short_calls, confidence);
	put_level(&rows, service, "with_abandoned", within + service->abandoned.within, offered, confidence);
	return (Datum) 0;
}

static void
put_abandonment(CxRows *rows, const char *variant, uint64 abandoned, uint64 offered, double confidence)
{
	Datum		values[ABANDON_COLUMNS];
	bool		nulls[ABANDON_COLUMNS] = {false};

	values[0] = CStringGetTextDatum(variant);
	values[1] = Int64GetDatum((int64) offered);
	values[2] = Int64GetDatum((int64) abandoned);
	set_rate(values, nulls, 3, abandoned, offered, confidence);
	cx_rows_put(rows, values, nulls);
}

/* abandonment(service, confidence): with short abandons, and without them */
PG_FUNCTION_INFO_V1(service_abandonment);
Datum
service_abandonment(PG_FUNCTION_ARGS)
{
	double		confidence = cx_check_confidence(PG_GETARG_FLOAT8(1));
	CxRows		rows = cx_rows_begin(fcinfo, ABANDON_COLUMNS);
	const Service *service = (const Service *) cx_stats_arg(fcinfo, 0, &service_type);
	uint64		abandoned = service->abandoned.waits.n;
	uint64		offered = offered_of(service);

	put_abandonment(&rows, "all", abandoned, offered, confidence);
	put_abandonment(&rows, "no_short", abandoned - service->short_calls, offered - service->short_calls, confidence);
	return (Datum) 0;
}

static void
put_waits(CxRows *rows, const char *outcome, const Calls *calls)
{
	uint64		n = calls->waits.n;
	Datum		values[WAITS_COLUMNS];
	bool		nulls[WAITS_COLUMNS] = {false};

	values[0] = CStringGetTextDatum(outcome);
	values[1] = Int64GetDatum((int64) n);
	cx_set_float8(values, nulls, 2, n == 0 ? NAN : (double) calls->microseconds / (double) n / USECS_PER_SEC);
	cx_set_float8(values, nulls, 3, n == 0 ? NAN : cx_loghist_quantile(&calls->waits, 0.5) / USECS_PER_SEC);
	cx_set_float8(values, nulls, 4, n == 0 ? NAN : cx_loghist_quantile(&calls->waits, 0.9) / USECS_PER_SEC);
	cx_rows_put(rows, values, nulls);
}

PG_FUNCTION_INFO_V1(service_waits);
Datum
service_waits(PG_FUNCTION_ARGS)
{
	CxRows		rows = cx_rows_begin(fcinfo, WAITS_COLUMNS);
	const Service *service = (const Service *) cx_stats_arg(fcinfo, 0, &service_type);

	put_waits(&rows, "answered", &service->answered);
	put_waits(&rows, "abandoned", &service->abandoned);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(service_missing);
Datum
service_missing(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64((int64) ((const Service *) cx_stats_arg(fcinfo, 0, &service_type))->missing);
}
