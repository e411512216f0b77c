/*-------------------------------------------------------------------------
 *
 * src/organisation/promise_gap.c
 *	  The type "gap_stats": what customers expected and what they got.
 *
 * Of each customer both are known, so the gap is a mean of differences. All
 * sums are exact (maths/exactsum.h), so that they merge in any order.
 *
 * THE STORED FORM, behind the version byte:
 *
 *	  varint	pairs of which a part is missing
 *	  moments	of the differences, expected - perceived; their number is that of
 *				the pairs
 *	  sum		of what was expected
 *	  sum		of what was perceived
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "core/args.h"
#include "core/srf.h"
#include "core/stats.h"
#include "maths/exactsum.h"
#include "maths/intervals.h"

/* n, missing, expected, perceived, gap, std_error, low, high */
#define GAP_COLUMNS	8

/* no count of rows reaches it; past it 22003 */
#define MAX_ROWS	(UINT64CONST(1) << 61)

typedef struct Gap
{
	CxStats		stats;
	uint64		missing;
	CxMoments	difference;
	CxSum		expected;
	CxSum		perceived;
} Gap;

static void
check(const Gap *g)
{
	if (unlikely(g->missing + g->difference.n >= MAX_ROWS))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("gap_stats counts 2^61 pairs or more")));
}

static void
gap_write(const CxStats *stats, CxWriter *w)
{
	const Gap  *g = (const Gap *) stats;

	cx_write_varint(w, g->missing);
	cx_moments_write(&g->difference, w);
	cx_sum_write(&g->expected, w);
	cx_sum_write(&g->perceived, w);
}

static bool
gap_read(CxStats *stats, CxReader *r)
{
	Gap		   *g = (Gap *) stats;
	uint64		n;

	g->missing = cx_read_varint(r);
	if (!r->ok || !cx_moments_read(&g->difference, r) || !cx_sum_read(&g->expected, r) || !cx_sum_read(&g->perceived, r))
		return false;
	n = g->difference.n;
	return g->missing < MAX_ROWS && g->difference.n < MAX_ROWS && g->missing + g->difference.n < MAX_ROWS &&
		cx_sum_fits(&g->expected, n, CX_SUM_MAX) && cx_sum_fits(&g->perceived, n, CX_SUM_MAX);
}

static void
gap_merge(CxStats *into, const CxStats *from)
{
	Gap		   *g = (Gap *) into;
	const Gap  *other = (const Gap *) from;

	g->missing += other->missing;
	cx_moments_merge(&g->difference, &other->difference);
	cx_sum_merge(&g->expected, &other->expected);
	cx_sum_merge(&g->perceived, &other->perceived);
	check(g);
}

static const CxStatsType gap_type = {
	.name = "gap_stats",
	.size = sizeof(Gap),
	.write = gap_write,
	.read = gap_read,
	.merge = gap_merge
};

CX_STATS_FUNCTIONS(gap_stats, &gap_type);

/* gap_accum(state, expected, perceived) */
PG_FUNCTION_INFO_V1(gap_accum);
Datum
gap_accum(PG_FUNCTION_ARGS)
{
	Gap		   *g = (Gap *) cx_stats_state(fcinfo, &gap_type);

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		g->missing++;
	else
	{
		double		expected = cx_check_number(PG_GETARG_FLOAT8(1), "expected");
		double		perceived = cx_check_number(PG_GETARG_FLOAT8(2), "perceived");

		cx_moments_add(&g->difference, cx_check_number(expected - perceived, "expected minus perceived"));
		cx_sum_add(&g->expected, expected);
		cx_sum_add(&g->perceived, perceived);
	}
	check(g);
	return cx_stats_result(fcinfo, &g->stats);
}

/* promise_gap(gap, confidence): one row; means of nothing, and the spread of one pair, are NULL */
PG_FUNCTION_INFO_V1(promise_gap);
Datum
promise_gap(PG_FUNCTION_ARGS)
{
	double		confidence = cx_check_confidence(PG_GETARG_FLOAT8(1));
	CxRows		rows = cx_rows_begin(fcinfo, GAP_COLUMNS);
	const Gap  *g = (const Gap *) cx_stats_arg(fcinfo, 0, &gap_type);
	double		n = g->difference.n > 0 ? (double) g->difference.n : NAN;
	double		gap = cx_moments_mean(&g->difference);
	double		sd = sqrt(cx_moments_variance(&g->difference));
	CxInterval	interval = {NAN, NAN};
	Datum		values[GAP_COLUMNS];
	bool		nulls[GAP_COLUMNS] = {false};

	if (!isnan(sd))
		interval = cx_t_interval(gap, sd, n, confidence);
	values[0] = Int64GetDatum((int64) g->difference.n);
	values[1] = Int64GetDatum((int64) g->missing);
	cx_set_float8(values, nulls, 2, cx_sum_value(&g->expected) / n);
	cx_set_float8(values, nulls, 3, cx_sum_value(&g->perceived) / n);
	cx_set_float8(values, nulls, 4, gap);
	cx_set_float8(values, nulls, 5, sd / sqrt(n));
	/* no Infinity, whatever the confidence */
	cx_set_float8(values, nulls, 6, isinf(interval.low) ? NAN : interval.low);
	cx_set_float8(values, nulls, 7, isinf(interval.high) ? NAN : interval.high);
	cx_rows_put(&rows, values, nulls);
	return (Datum) 0;
}
