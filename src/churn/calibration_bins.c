/*-------------------------------------------------------------------------
 *
 * src/churn/calibration_bins.c
 *	  What a calibration_stats says by bins of risk: calibration_curve(),
 *	  lift(), brier_report().
 *
 * A bin holds about as many customers as any other. Customers of equal risk
 * stay together, where the middle of them is: with b of n customers before them
 * (of lower risk, for lift() of higher) and m in all, they are in bin
 * floor(bins (b + m / 2) / n), counted from 0. A bin may remain empty and is not told
 * then.
 *
 *-------------------------------------------------------------------------
 */
#include "churn/calibration.h"

#include <math.h>

#include "core/args.h"
#include "core/srf.h"
#include "maths/intervals.h"
#include "maths/sum2.h"

#define CURVE_COLUMNS	7		/* bin, n, mean_risk, churned, rate, low, high */
#define LIFT_COLUMNS	8		/* bin, n, churned, rate, low, high, lift, cumulative_share */

/* n, churned, missing, brier, reliability, resolution, uncertainty, within_bins, calibration_error, log_loss */
#define BRIER_COLUMNS	10

typedef struct Bin
{
	int			bin;			/* from 1 */
	uint64		n;
	uint64		churned;
	CxSum2		risk;			/* sum over the customers */
} Bin;

/* Walks through the bins that are not empty, from the lowest risk up or from the highest down. */
typedef struct Walk
{
	const CxCounted *rows;
	int			bins;
	bool		down;
	uint64		next;			/* rows done */
	uint64		before;			/* customers in them */
} Walk;

static int
bins_arg(FunctionCallInfo fcinfo, int arg)
{
	int			bins = PG_GETARG_INT32(arg);

	if (bins < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("bins %d is not above 0", bins)));
	return bins;
}

static double
customers(const CxCounted *rows)
{
	return (double) (rows->stayed + rows->churned);
}

static bool
next_bin(Walk *walk, Bin *bin)
{
	CxUint128	twice = 2 * (CxUint128) (walk->rows->stayed + walk->rows->churned);

	memset(bin, 0, sizeof(Bin));
	for (; walk->next < walk->rows->n; walk->next++)
	{
		CxRisk		at = cx_risk(walk->rows, walk->down ? walk->rows->n - 1 - walk->next : walk->next);
		uint64		many = at.stayed + at.churned;
		int			in = 1 + (int) ((CxUint128) walk->bins * (2 * walk->before + many) / twice);

		if (bin->bin != 0 && bin->bin != in)
			break;
		bin->bin = in;
		bin->n += many;
		bin->churned += at.churned;
		cx_sum2_add_product(&bin->risk, many, at.risk);
		walk->before += many;
	}
	return bin->bin != 0;
}

/* Columns i, i + 1 and i + 2: who churned as a share, and its interval. */
static double
set_rate(Datum *values, bool *nulls, int i, const Bin *bin, double confidence)
{
	double		rate = (double) bin->churned / (double) bin->n;
	CxInterval	interval = cx_wilson_interval(rate, (double) bin->n, confidence);

	cx_set_float8(values, nulls, i, rate);
	cx_set_float8(values, nulls, i + 1, interval.low);
	cx_set_float8(values, nulls, i + 2, interval.high);
	return rate;
}

static double
mean_risk(const Bin *bin)
{
	return fmin(cx_sum2_value(&bin->risk) / (double) bin->n, 1);
}

/* calibration_curve(stats, bins, confidence) */
PG_FUNCTION_INFO_V1(calibration_curve);
Datum
calibration_curve(PG_FUNCTION_ARGS)
{
	int			bins = bins_arg(fcinfo, 1);
	double		confidence = cx_check_confidence(PG_GETARG_FLOAT8(2));
	CxRows		rows = cx_rows_begin(fcinfo, CURVE_COLUMNS);
	Walk		walk = {.rows = cx_calibration_arg(fcinfo, 0), .bins = bins};
	Bin			bin;

	while (next_bin(&walk, &bin))
	{
		Datum		values[CURVE_COLUMNS];
		bool		nulls[CURVE_COLUMNS] = {false};

		values[0] = Int32GetDatum(bin.bin);
		values[1] = Int64GetDatum((int64) bin.n);
		cx_set_float8(values, nulls, 2, mean_risk(&bin));
		values[3] = Int64GetDatum((int64) bin.churned);
		set_rate(values, nulls, 4, &bin, confidence);
		cx_rows_put(&rows, values, nulls);
	}
	return (Datum) 0;
}

/* lift(stats, bins, confidence) */
PG_FUNCTION_INFO_V1(calibration_lift);
Datum
calibration_lift(PG_FUNCTION_ARGS)
{
	int			bins = bins_arg(fcinfo, 1);
	double		confidence = cx_check_confidence(PG_GETARG_FLOAT8(2));
	CxRows		rows = cx_rows_begin(fcinfo, LIFT_COLUMNS);
	const CxCounted *risks = cx_calibration_arg(fcinfo, 0);
	double		churned = risks->churned > 0 ? (double) risks->churned : NAN;
	Walk		walk = {.rows = risks, .bins = bins, .down = true};
	uint64		so_far = 0;
	Bin			bin;

	while (next_bin(&walk, &bin))
	{
		Datum		values[LIFT_COLUMNS];
		bool		nulls[LIFT_COLUMNS] = {false};
		double		rate;

		so_far += bin.churned;
		values[0] = Int32GetDatum(bin.bin);
		values[1] = Int64GetDatum((int64) bin.n);
		values[2] = Int64GetDatum((int64) bin.churned);
		rate = set_rate(values, nulls, 3, &bin, confidence);
		cx_set_float8(values, nulls, 6, rate * customers(risks) / churned);
		cx_set_float8(values, nulls, 7, (double) so_far / churned);
		cx_rows_put(&rows, values, nulls);
	}
	return (Datum) 0;
}

/* Murphy's parts of the Brier score over bins; means over all customers. */
typedef struct Parts
{
	double		reliability;
	double		resolution;
	double		uncertainty;
	double		error;			/* mean distance of risk and rate */
} Parts;

static Parts
parts_of(const CxCounted *risks, int bins)
{
	double		n = customers(risks);
	double		overall = (double) risks->churned / n;
	CxSum2		reliability = {0};
	CxSum2		resolution = {0};
	CxSum2		error = {0};
	Walk		walk = {.rows = risks, .bins = bins};
	Parts		parts;
	Bin			bin;

	while (next_bin(&walk, &bin))
	{
		double		rate = (double) bin.churned / (double) bin.n;
		double		off = mean_risk(&bin) - rate;

		cx_sum2_add_product(&reliability, bin.n, off * off);
		cx_sum2_add_product(&resolution, bin.n, (rate - overall) * (rate - overall));
		cx_sum2_add_product(&error, bin.n, fabs(off));
	}
	parts.reliability = cx_sum2_value(&reliability) / n;
	parts.resolution = cx_sum2_value(&resolution) / n;
	parts.uncertainty = overall * (1 - overall);
	parts.error = cx_sum2_value(&error) / n;
	return parts;
}

/* brier_report(stats, bins): without customers all parts are 0 / 0 */
PG_FUNCTION_INFO_V1(brier_report);
Datum
brier_report(PG_FUNCTION_ARGS)
{
	int			bins = bins_arg(fcinfo, 1);
	CxRows		rows = cx_rows_begin(fcinfo, BRIER_COLUMNS);
	const CxCounted *risks = cx_calibration_arg(fcinfo, 0);
	double		brier = cx_brier(risks);
	Parts		parts = parts_of(risks, bins);
	Datum		values[BRIER_COLUMNS];
	bool		nulls[BRIER_COLUMNS] = {false};

	values[0] = Int64GetDatum((int64) (risks->stayed + risks->churned));
	values[1] = Int64GetDatum((int64) risks->churned);
	values[2] = Int64GetDatum((int64) risks->missing);
	cx_set_float8(values, nulls, 3, brier);
	cx_set_float8(values, nulls, 4, parts.reliability);
	cx_set_float8(values, nulls, 5, parts.resolution);
	cx_set_float8(values, nulls, 6, parts.uncertainty);
	cx_set_float8(values, nulls, 7, brier - (parts.reliability - parts.resolution + parts.uncertainty));
	cx_set_float8(values, nulls, 8, parts.error);
	cx_set_float8(values, nulls, 9, cx_log_loss(risks));
	cx_rows_put(&rows, values, nulls);
	return (Datum) 0;
}
