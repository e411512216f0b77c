/*-------------------------------------------------------------------------
 *
 * src/organisation/share.c
 *	  The type "share_stats": how much of an amount falls where a flag is true.
 *	  Bad profit is that of revenue, task coverage that of demand.
 *
 * Rows whose amount and flag are both known are kept apart by the flag, each
 * side by its number, sum and sum of squares; that is enough for the share and
 * for its spread. The others are only counted.
 *
 * THE STORED FORM, behind the version byte of core/stats.h:
 *
 *	  varint	rows whose flag is unknown, but not their amount
 *	  varint	rows whose amount is missing
 *	  varint	rows of both known whose amount is negative
 *	  moments	exactsum.h: rows where the flag is false: varint how many, sum
 *				of the amounts, sum of their squares
 *	  moments	the same where it is true
 *
 *-------------------------------------------------------------------------
 */
#include "organisation/amounts.h"

#include <math.h>

#include "core/args.h"
#include "core/srf.h"
#include "core/stats.h"
#include "maths/intervals.h"

/* rows, flagged, unknown, missing, amount, flagged amount, share, low, high */
#define SHARE_COLUMNS	9

/* No count reaches it. */
#define MAX_ROWS	(UINT64CONST(1) << 61)

typedef struct Share
{
	CxStats		stats;
	uint64		unknown;
	uint64		missing;
	uint64		negative;
	CxMoments	of[2];			/* by flag */
} Share;

static void
check_rows(const Share *share)
{
	if (unlikely(share->of[0].n + share->of[1].n + share->unknown + share->missing >= MAX_ROWS))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("share_stats counts more than 2^61 rows")));
}

/* ---- stored form and merging ---- */

static void
share_write(const CxStats *stats, CxWriter *w)
{
	const Share *share = (const Share *) stats;

	cx_write_varint(w, share->unknown);
	cx_write_varint(w, share->missing);
	cx_write_varint(w, share->negative);
	cx_moments_write(&share->of[0], w);
	cx_moments_write(&share->of[1], w);
}

/*
 * Could numbers of up to CX_SUM_MAX have these moments? The square of their
 * mean is at most the mean of their squares; 1e-290 for what is lost of the
 * squares of tiny numbers.
 */
static bool
sound_moments(const CxMoments *m)
{
	double		n = (double) m->n;
	double		mean = cx_moments_mean(m);
	double		square = cx_sum_value(&m->squares) / n;
	double		near = 1.0 + 1e-9;

	return m->n == 0 || (square <= CX_SUM_MAX * CX_SUM_MAX * near && mean * mean <= square * near + 1e-290);
}

static bool
share_read(CxStats *stats, CxReader *r)
{
	Share	   *share = (Share *) stats;
	uint64		known;

	share->unknown = cx_read_varint(r);
	share->missing = cx_read_varint(r);
	share->negative = cx_read_varint(r);
	if (!r->ok || !cx_moments_read(&share->of[0], r) || !cx_moments_read(&share->of[1], r))
		return false;
	known = share->of[0].n + share->of[1].n;
	return share->unknown < MAX_ROWS && share->missing < MAX_ROWS && known < MAX_ROWS &&
		known + share->unknown + share->missing < MAX_ROWS && share->negative <= known &&
		sound_moments(&share->of[0]) && sound_moments(&share->of[1]) &&
		(share->negative > 0 || (cx_sum_sign(&share->of[0].sum) >= 0 && cx_sum_sign(&share->of[1].sum) >= 0)) &&
		(share->negative == 0 || share->negative < known ||
		 (cx_sum_sign(&share->of[0].sum) <= 0 && cx_sum_sign(&share->of[1].sum) <= 0));
}

static void
share_merge(CxStats *into, const CxStats *from)
{
	Share	   *share = (Share *) into;
	const Share *other = (const Share *) from;

	share->unknown += other->unknown;
	share->missing += other->missing;
	share->negative += other->negative;
	cx_moments_merge(&share->of[0], &other->of[0]);
	cx_moments_merge(&share->of[1], &other->of[1]);
	check_rows(share);
}

static const CxStatsType share_type = {
	.name = "share_stats",
	.size = sizeof(Share),
	.write = share_write,
	.read = share_read,
	.merge = share_merge
};

CX_STATS_FUNCTIONS(share_stats, &share_type);

/* ---- counting ---- */

/* A row; its amount is checked. */
static Datum
count_row(FunctionCallInfo fcinfo, double amount)
{
	Share	   *share = (Share *) cx_stats_state(fcinfo, &share_type);

	if (PG_ARGISNULL(1))
		share->missing++;
	else if (PG_ARGISNULL(2))
		share->unknown++;
	else
	{
		share->negative += amount < 0;
		cx_moments_add(&share->of[PG_GETARG_BOOL(2)], amount);
	}
	check_rows(share);
	return cx_stats_result(fcinfo, &share->stats);
}

/* bad_profit_accum(state, amount, bad) */
PG_FUNCTION_INFO_V1(bad_profit_accum);
Datum
bad_profit_accum(PG_FUNCTION_ARGS)
{
	return count_row(fcinfo, PG_ARGISNULL(1) ? NAN : cx_check_amount(PG_GETARG_FLOAT8(1), "amount"));
}

/* task_coverage_accum(state, demand, supported): demand is how often, or how badly, the task is wanted */
PG_FUNCTION_INFO_V1(task_coverage_accum);
Datum
task_coverage_accum(PG_FUNCTION_ARGS)
{
	double		demand = PG_ARGISNULL(1) ? NAN : cx_check_amount(PG_GETARG_FLOAT8(1), "demand");

	if (demand < 0)
		cx_check_range(demand, "demand", 0, INFINITY);
	return count_row(fcinfo, demand);
}

/* ---- reading ---- */

/*
 * How many rows of equal amounts would know the share p = F / A as well as
 * these do. Rows count by their amount, so few large ones tell less.
 *
 * The variance of a ratio, linearised (Cochran 1977, 2.11 and 6.3), is
 * sum (a (f - p))^2 / A^2 = (p^2 Q0 + (1 - p)^2 Q1) / A^2, with sums of squares
 * Q0 and Q1; p (1 - p) over it is that number (Korn and Graubard 1998), never
 * more than there are rows. At p = 0 or 1 the variance is 0 and says nothing;
 * then it is A^2 / Q (Kish 1965), to which the other comes down where amounts
 * do not depend on the flag.
 */
static double
effective_rows(const Share *share, double amount, double flagged, double rest)
{
	double		n = (double) (share->of[0].n + share->of[1].n);
	double		q0 = cx_sum_value(&share->of[0].squares);
	double		q1 = cx_sum_value(&share->of[1].squares);
	double		p = flagged / amount;
	double		q = rest / amount;
	double		effective;

	if (p > 0 && q > 0)
		effective = p * q / (p * (q0 / amount / amount) * p + q * (q1 / amount / amount) * q);
	else
		effective = 1.0 / ((q0 + q1) / amount / amount);
	/* NaN where the squares are too small for a double: then nothing is known but how many rows there are */
	return effective < n ? Max(effective, 1.0) : n;
}

/*
 * One row, for bad_profit() and task_coverage(): rows of known amount and
 * flag, how many of them are flagged, rows of unknown flag, of missing amount;
 * the amount, the flagged amount, its share and interval.
 */
PG_FUNCTION_INFO_V1(share_report);
Datum
share_report(PG_FUNCTION_ARGS)
{
	double		confidence = cx_check_confidence(PG_GETARG_FLOAT8(1));
	CxRows		rows = cx_rows_begin(fcinfo, SHARE_COLUMNS);
	const Share *share = (const Share *) cx_stats_arg(fcinfo, 0, &share_type);
	CxSum		all = share->of[0].sum;
	uint64		n = share->of[0].n + share->of[1].n;
	double		flagged = cx_sum_value(&share->of[1].sum);
	double		amount;
	double		p = NAN;
	CxInterval	interval = {NAN, NAN};
	Datum		values[SHARE_COLUMNS];
	bool		nulls[SHARE_COLUMNS] = {false};

	cx_sum_merge(&all, &share->of[1].sum);
	amount = cx_sum_value(&all);
	if (amount > 0)
	{
		p = cx_check_result(flagged / amount, "share");
		if (share->negative == 0)
			interval = cx_wilson_interval(p, effective_rows(share, amount, flagged, cx_sum_value(&share->of[0].sum)),
										  confidence);
	}
	values[0] = Int64GetDatum((int64) n);
	values[1] = Int64GetDatum((int64) share->of[1].n);
	values[2] = Int64GetDatum((int64) share->unknown);
	values[3] = Int64GetDatum((int64) share->missing);
	cx_set_float8(values, nulls, 4, n > 0 ? amount : NAN);
	cx_set_float8(values, nulls, 5, n > 0 ? flagged : NAN);
	cx_set_float8(values, nulls, 6, p);
	cx_set_float8(values, nulls, 7, interval.low);
	cx_set_float8(values, nulls, 8, interval.high);
	cx_rows_put(&rows, values, nulls);
	return (Datum) 0;
}
