/*-------------------------------------------------------------------------
 *
 * src/organisation/apdex.c
 *	  The type "apdex_stats": how many waited briefly, bearably, too long.
 *
 * With a threshold T, a wait of at most T is satisfied, of at most 4T
 * tolerating, a longer one frustrated (Apdex Alliance 2007, Application
 * Performance Index, technical specification 1.1). The index counts 1 for the
 * first, 1/2 for the second, 0 for the third. Those are the scores 1, 0, -1 of
 * promoters, passives and detractors, halved and shifted: so the interval is
 * that of NPS by the adjusted Wald method.
 *
 * THE STORED FORM, behind the version byte of core/stats.h:
 *
 *	  8 bytes	T in seconds, an IEEE double, little-endian; finite, above 0
 *	  varints	missing, satisfied, tolerating, frustrated; together at most 2^61
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "core/args.h"
#include "core/srf.h"
#include "core/stats.h"
#include "maths/intervals.h"

/* threshold, samples, missing, satisfied, tolerating, frustrated, apdex, low, high */
#define REPORT_COLUMNS	9

/* of all counts together; past it 22003 */
#define MAX_ROWS	(UINT64CONST(1) << 61)

#define TOLERATED	4.0			/* times the threshold */

typedef struct Apdex
{
	CxStats		stats;
	double		threshold;		/* seconds; 0 until anything is counted or merged */
	uint64		missing;
	uint64		satisfied;
	uint64		tolerating;
	uint64		frustrated;
} Apdex;

static void apdex_write(const CxStats *stats, CxWriter *w);
static bool apdex_read(CxStats *stats, CxReader *r);
static void apdex_merge(CxStats *into, const CxStats *from);

static const CxStatsType apdex_type = {
	.name = "apdex_stats",
	.size = sizeof(Apdex),
	.write = apdex_write,
	.read = apdex_read,
	.merge = apdex_merge
};

CX_STATS_FUNCTIONS(apdex_stats, &apdex_type);

static void
same_threshold(Apdex *apdex, double threshold)
{
	if (apdex->threshold == 0)
		apdex->threshold = threshold;
	if (unlikely(apdex->threshold != threshold))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("waits of different thresholds cannot be merged"),
				 errdetail("The thresholds are %.15g and %.15g seconds.", apdex->threshold, threshold)));
}

static uint64
samples_of(const Apdex *apdex)
{
	return apdex->satisfied + apdex->tolerating + apdex->frustrated;
}

/* Each part is at most 2^61 before, so no sum wraps around. */
static void
check_counts(const Apdex *apdex)
{
	if (unlikely(apdex->missing + samples_of(apdex) > MAX_ROWS))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("apdex_stats counts more than 2^61 waits")));
}

/* ---- counting ---- */

static double
threshold_arg(FunctionCallInfo fcinfo, int arg)
{
	double		threshold;

	if (PG_ARGISNULL(arg))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("threshold is NULL")));
	threshold = PG_GETARG_FLOAT8(arg);
	if (unlikely(!(threshold > 0.0) || isinf(threshold)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("threshold is not a finite number above 0"),
				 errdetail("It is %.15g seconds.", threshold)));
	return threshold;
}

static void
count_wait(Apdex *apdex, double seconds)
{
	if (unlikely(!isfinite(seconds)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("seconds is not a finite number"),
				 errdetail("It is %.15g.", seconds)));
	if (unlikely(seconds < 0.0))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("seconds is negative"),
				 errdetail("It is %.15g.", seconds)));
	if (seconds <= apdex->threshold)
		apdex->satisfied++;
	else if (seconds <= TOLERATED * apdex->threshold)
		apdex->tolerating++;
	else
		apdex->frustrated++;
}

/* apdex_accum(state, seconds, threshold) */
PG_FUNCTION_INFO_V1(apdex_accum);
Datum
apdex_accum(PG_FUNCTION_ARGS)
{
	Apdex	   *apdex = (Apdex *) cx_stats_state(fcinfo, &apdex_type);

	same_threshold(apdex, threshold_arg(fcinfo, 2));
	if (PG_ARGISNULL(1))
		apdex->missing++;
	else
		count_wait(apdex, PG_GETARG_FLOAT8(1));
	check_counts(apdex);
	return cx_stats_result(fcinfo, &apdex->stats);
}

/* ---- stored form and merging ---- */

static void
apdex_write(const CxStats *stats, CxWriter *w)
{
	const Apdex *apdex = (const Apdex *) stats;
	uint64		bits;

	memcpy(&bits, &apdex->threshold, sizeof(bits));
	cx_write_fixed(w, bits, sizeof(bits));
	cx_write_varint(w, apdex->missing);
	cx_write_varint(w, apdex->satisfied);
	cx_write_varint(w, apdex->tolerating);
	cx_write_varint(w, apdex->frustrated);
}

static bool
apdex_read(CxStats *stats, CxReader *r)
{
	Apdex	   *apdex = (Apdex *) stats;
	uint64		bits;

	if (r->end - r->at < (ptrdiff_t) sizeof(bits))
		return false;
	bits = cx_load_fixed(r->at, sizeof(bits));
	r->at += sizeof(bits);
	memcpy(&apdex->threshold, &bits, sizeof(bits));
	apdex->missing = cx_read_varint(r);
	apdex->satisfied = cx_read_varint(r);
	apdex->tolerating = cx_read_varint(r);
	apdex->frustrated = cx_read_varint(r);
	return r->ok && apdex->threshold > 0.0 && !isinf(apdex->threshold) &&
		apdex->missing <= MAX_ROWS && apdex->satisfied <= MAX_ROWS && apdex->tolerating <= MAX_ROWS &&
		apdex->frustrated <= MAX_ROWS && apdex->missing + samples_of(apdex) <= MAX_ROWS;
}

static void
apdex_merge(CxStats *into, const CxStats *from)
{
	Apdex	   *apdex = (Apdex *) into;
	const Apdex *other = (const Apdex *) from;

	same_threshold(apdex, other->threshold);
	apdex->missing += other->missing;
	apdex->satisfied += other->satisfied;
	apdex->tolerating += other->tolerating;
	apdex->frustrated += other->frustrated;
	check_counts(apdex);
}

/* ---- reading ---- */

/* (satisfied + tolerating / 2) / samples, rounded once while counts are below 2^52; NaN without samples */
static double
index_of(const Apdex *apdex)
{
	uint64		samples = samples_of(apdex);

	return samples == 0 ? NAN : ((double) apdex->satisfied + 0.5 * (double) apdex->tolerating) / (double) samples;
}

PG_FUNCTION_INFO_V1(apdex_value);
Datum
apdex_value(PG_FUNCTION_ARGS)
{
	CX_RETURN_FLOAT8_OR_NULL(index_of((const Apdex *) cx_stats_arg(fcinfo, 0, &apdex_type)));
}

/* apdex_report(apdex, confidence): one row; the index of no samples is NULL */
PG_FUNCTION_INFO_V1(apdex_report);
Datum
apdex_report(PG_FUNCTION_ARGS)
{
	double		confidence = cx_check_confidence(PG_GETARG_FLOAT8(1));
	CxRows		rows = cx_rows_begin(fcinfo, REPORT_COLUMNS);
	const Apdex *apdex = (const Apdex *) cx_stats_arg(fcinfo, 0, &apdex_type);
	double		n = (double) samples_of(apdex);
	CxInterval	net = {NAN, NAN};
	Datum		values[REPORT_COLUMNS];
	bool		nulls[REPORT_COLUMNS] = {false};

	if (n > 0)
		net = cx_nps_interval((double) apdex->satisfied / n, (double) apdex->frustrated / n, n, confidence,
							  CX_NPS_ADJUSTED_WALD);
	values[0] = Float8GetDatum(apdex->threshold);
	values[1] = Int64GetDatum((int64) samples_of(apdex));
	values[2] = Int64GetDatum((int64) apdex->missing);
	values[3] = Int64GetDatum((int64) apdex->satisfied);
	values[4] = Int64GetDatum((int64) apdex->tolerating);
	values[5] = Int64GetDatum((int64) apdex->frustrated);
	cx_set_float8(values, nulls, 6, index_of(apdex));
	cx_set_float8(values, nulls, 7, (1.0 + net.low) / 2.0);
	cx_set_float8(values, nulls, 8, (1.0 + net.high) / 2.0);
	cx_rows_put(&rows, values, nulls);
	return (Datum) 0;
}
