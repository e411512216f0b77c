/*-------------------------------------------------------------------------
 *
 * src/churn/calibration.c
 *	  The type calibration_stats: calibration_agg(), and the scores of how good
 *	  the risks were: auc(), auc_report(), brier(), log_loss(). What is read by
 *	  bins is in calibration_bins.c.
 *
 *-------------------------------------------------------------------------
 */
#include "churn/calibration.h"

#include <math.h>

#include "core/args.h"
#include "core/srf.h"
#include "maths/distributions.h"
#include "maths/sum2.h"

#define AUC_COLUMNS		7		/* auc, std_error, low, high, n, churned, missing */

/* ---- the type ---- */

static void
calibration_init(CxStats *stats)
{
	cx_counted_init(&((CxCalibration *) stats)->rows, "calibration_stats", stats->context);
}

static void
calibration_write(const CxStats *stats, CxWriter *w)
{
	cx_counted_write(&((const CxCalibration *) stats)->rows, w);
}

static bool
calibration_read(CxStats *stats, CxReader *r)
{
	return cx_counted_read(&((CxCalibration *) stats)->rows, r, 1, 0, 1);
}

static void
calibration_merge(CxStats *into, const CxStats *from)
{
	cx_counted_merge(&((CxCalibration *) into)->rows, &((const CxCalibration *) from)->rows);
}

const CxStatsType cx_calibration_type = {
	.name = "calibration_stats",
	.size = sizeof(CxCalibration),
	.init = calibration_init,
	.write = calibration_write,
	.read = calibration_read,
	.merge = calibration_merge
};

CX_STATS_FUNCTIONS(calibration_stats, &cx_calibration_type);

const CxCounted *
cx_calibration_arg(FunctionCallInfo fcinfo, int arg)
{
	const CxCounted *rows = &((const CxCalibration *) cx_stats_arg(fcinfo, arg, &cx_calibration_type))->rows;

	cx_counted_sort(rows);
	return rows;
}

/* calibration_accum(state, risk, churned) */
PG_FUNCTION_INFO_V1(calibration_accum);
Datum
calibration_accum(PG_FUNCTION_ARGS)
{
	CxCalibration *state = (CxCalibration *) cx_stats_state(fcinfo, &cx_calibration_type);
	double		risk = PG_ARGISNULL(1) ? 0 : PG_GETARG_FLOAT8(1);

	if (unlikely(!(risk >= 0 && risk <= 1)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("risk %g is not between 0 and 1", risk),
				 risk > 1 && risk <= 100 ? errhint("Write %g %% as %g.", risk, risk / 100) : 0));
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		cx_counted_add_missing(&state->rows, 1);
	else
		cx_counted_add(&state->rows, &risk, 1, PG_GETARG_BOOL(2));
	return cx_stats_result(fcinfo, &state->stats);
}

/* ---- the area under the curve ---- */

/*
 * Pairs of one who churned and one who stayed, twice over: those in which the
 * one who churned had the higher risk count twice, those of equal risk once. At
 * most 2^107. NaN if there are no pairs.
 */
static double
area(const CxCounted *rows)
{
	CxUint128	twice = 0;
	CxUint128	pairs = (CxUint128) rows->stayed * rows->churned;
	uint64		below = 0;		/* who stayed, with a lower risk */

	for (uint64 i = 0; i < rows->n; i++)
	{
		CxRisk		at = cx_risk(rows, i);

		twice += (CxUint128) at.churned * (2 * below + at.stayed);
		below += at.stayed;
	}
	return pairs == 0 ? NAN : (double) twice / (2.0 * (double) pairs);
}

/*
 * DeLong, DeLong, Clarke-Pearson (1988): each one who churned has a share of
 * those who stayed below it, and each one who stayed a share of those who
 * churned above it; their variances, over their numbers, add up. NaN with fewer
 * than two of either.
 */
static double
area_error(const CxCounted *rows, double auc)
{
	double		stayed = (double) rows->stayed;
	double		churned = (double) rows->churned;
	uint64		stayed_below = 0;
	uint64		churned_below = 0;
	CxSum2		of_churned = {0};
	CxSum2		of_stayed = {0};

	if (rows->stayed < 2 || rows->churned < 2)
		return NAN;
	for (uint64 i = 0; i < rows->n; i++)
	{
		CxRisk		at = cx_risk(rows, i);
		double		below = (stayed_below + at.stayed / 2.0) / stayed - auc;
		double		above = (rows->churned - churned_below - at.churned + at.churned / 2.0) / churned - auc;

		cx_sum2_add_product(&of_churned, at.churned, below * below);
		cx_sum2_add_product(&of_stayed, at.stayed, above * above);
		stayed_below += at.stayed;
		churned_below += at.churned;
	}
	return sqrt(cx_sum2_value(&of_churned) / (churned - 1) / churned +
				cx_sum2_value(&of_stayed) / (stayed - 1) / stayed);
}

PG_FUNCTION_INFO_V1(calibration_auc);
Datum
calibration_auc(PG_FUNCTION_ARGS)
{
	CX_RETURN_FLOAT8_OR_NULL(area(cx_calibration_arg(fcinfo, 0)));
}

PG_FUNCTION_INFO_V1(auc_report);
Datum
auc_report(PG_FUNCTION_ARGS)
{
	double		confidence = cx_check_confidence(PG_GETARG_FLOAT8(1));
	CxRows		rows = cx_rows_begin(fcinfo, AUC_COLUMNS);
	const CxCounted *risks = cx_calibration_arg(fcinfo, 0);
	double		auc = area(risks);
	double		error = area_error(risks, auc);
	double		reach;
	Datum		values[AUC_COLUMNS];
	bool		nulls[AUC_COLUMNS] = {false};

	/* no spread is no certainty */
	if (!(error > 0))
		error = NAN;
	reach = -cx_normal_quantile((1 - confidence) / 2) * error;
	cx_set_float8(values, nulls, 0, auc);
	cx_set_float8(values, nulls, 1, error);
	cx_set_float8(values, nulls, 2, isnan(reach) ? NAN : fmax(auc - reach, 0));
	cx_set_float8(values, nulls, 3, isnan(reach) ? NAN : fmin(auc + reach, 1));
	values[4] = Int64GetDatum((int64) (risks->stayed + risks->churned));
	values[5] = Int64GetDatum((int64) risks->churned);
	values[6] = Int64GetDatum((int64) risks->missing);
	cx_rows_put(&rows, values, nulls);
	return (Datum) 0;
}

/* ---- losses ---- */

double
cx_brier(const CxCounted *rows)
{
	CxSum2		sum = {0};

	for (uint64 i = 0; i < rows->n; i++)
	{
		CxRisk		at = cx_risk(rows, i);

		cx_sum2_add_product(&sum, at.stayed, at.risk * at.risk);
		cx_sum2_add_product(&sum, at.churned, (1 - at.risk) * (1 - at.risk));
	}
	return rows->n == 0 ? NAN : cx_sum2_value(&sum) / (double) (rows->stayed + rows->churned);
}

/* NaN, too, if it is infinite: who was sure was wrong. */
double
cx_log_loss(const CxCounted *rows)
{
	CxSum2		sum = {0};

	for (uint64 i = 0; i < rows->n; i++)
	{
		CxRisk		at = cx_risk(rows, i);

		if ((at.risk == 0 && at.churned > 0) || (at.risk == 1 && at.stayed > 0))
			return NAN;
		if (at.churned > 0)
			cx_sum2_add_product(&sum, at.churned, -log(at.risk));
		if (at.stayed > 0)
			cx_sum2_add_product(&sum, at.stayed, -log1p(-at.risk));
	}
	return rows->n == 0 ? NAN : cx_sum2_value(&sum) / (double) (rows->stayed + rows->churned);
}

PG_FUNCTION_INFO_V1(calibration_brier);
Datum
calibration_brier(PG_FUNCTION_ARGS)
{
	CX_RETURN_FLOAT8_OR_NULL(cx_brier(cx_calibration_arg(fcinfo, 0)));
}

PG_FUNCTION_INFO_V1(calibration_log_loss);
Datum
calibration_log_loss(PG_FUNCTION_ARGS)
{
	CX_RETURN_FLOAT8_OR_NULL(cx_log_loss(cx_calibration_arg(fcinfo, 0)));
}
