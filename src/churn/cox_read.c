/*-------------------------------------------------------------------------
 *
 * src/churn/cox_read.c
 *	  What is read from a model of cox_fit(): hazard_ratios(), cox_summary(),
 *	  baseline_survival(), churn_risk(features, model, horizon).
 *
 *-------------------------------------------------------------------------
 */
#include "churn/cox.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "core/args.h"
#include "core/srf.h"
#include "maths/distributions.h"
#include "maths/gamma.h"
#include "utils/array.h"
#include "utils/builtins.h"

#define SUMMARY_COLUMNS		9	/* n, missing, events, ties, log_likelihood, null_log_likelihood, chi_square, df,
								 * p_value */
#define BASELINE_COLUMNS	3	/* time, cumulative_hazard, survival */

/* Is the baseline in the extras what cox_fit() would write? It may have come as text. */
static bool
sound(const CxModel *model)
{
	const double *extra = model->extra;
	int			from = CX_COX_BASELINE(model->p);

	if (model->n_extra <= from || extra[CX_COX_LAST_TIME] < extra[model->n_extra - 2] || extra[CX_COX_MISSING] < 0 ||
		extra[CX_COX_MISSING] > 2305843009213693952.0 || (extra[CX_COX_TIES] != 0 && extra[CX_COX_TIES] != 1))
		return false;
	for (int i = from; i < model->n_extra; i += 2)
		if (extra[i] < 0 || extra[i + 1] < 0 || (i > from && (extra[i] <= extra[i - 2] || extra[i + 1] < extra[i - 1])))
			return false;
	return true;
}

static CxModel *
cox_arg(FunctionCallInfo fcinfo, int arg, const char *function)
{
	CxModel    *model = cx_model_arg_of(fcinfo, arg, 1 << CX_MODEL_COX, function);

	if (!sound(model))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s cannot use a cox model without the baseline that cox_fit gave it", function)));
	return model;
}

/* hazard_ratios(model, names, confidence) */
PG_FUNCTION_INFO_V1(hazard_ratios);
Datum
hazard_ratios(PG_FUNCTION_ARGS)
{
	return cx_model_ratios(fcinfo, CX_MODEL_COX, "hazard_ratios");
}

PG_FUNCTION_INFO_V1(cox_summary);
Datum
cox_summary(PG_FUNCTION_ARGS)
{
	CxRows		rows = cx_rows_begin(fcinfo, SUMMARY_COLUMNS);
	const CxModel *model = cox_arg(fcinfo, 0, "cox_summary");
	double		gain = 2 * (model->log_likelihood - model->extra[CX_COX_NULL_LIKELIHOOD]);
	Datum		values[SUMMARY_COLUMNS];
	bool		nulls[SUMMARY_COLUMNS] = {false};

	gain = isfinite(gain) ? Max(gain, 0) : NAN;
	values[0] = Int64GetDatum((int64) model->n);
	values[1] = Int64GetDatum((int64) model->extra[CX_COX_MISSING]);
	values[2] = Int64GetDatum((int64) model->events);
	values[3] = CStringGetTextDatum(model->extra[CX_COX_TIES] != 0 ? "breslow" : "efron");
	values[4] = Float8GetDatum(model->log_likelihood);
	values[5] = Float8GetDatum(model->extra[CX_COX_NULL_LIKELIHOOD]);
	cx_set_float8(values, nulls, 6, gain);
	values[7] = Int32GetDatum(model->p);
	cx_set_float8(values, nulls, 8, cx_chi_square_upper(gain, model->p));
	cx_rows_put(&rows, values, nulls);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(baseline_survival);
Datum
baseline_survival(PG_FUNCTION_ARGS)
{
	CxRows		rows = cx_rows_begin(fcinfo, BASELINE_COLUMNS);
	const CxModel *model = cox_arg(fcinfo, 0, "baseline_survival");

	for (int i = CX_COX_BASELINE(model->p); i < model->n_extra; i += 2)
	{
		Datum		values[BASELINE_COLUMNS];
		bool		nulls[BASELINE_COLUMNS] = {false};

		values[0] = Float8GetDatum(model->extra[i]);
		values[1] = Float8GetDatum(model->extra[i + 1]);
		values[2] = Float8GetDatum(exp(-model->extra[i + 1]));
		cx_rows_put(&rows, values, nulls);
	}
	return (Datum) 0;
}

/* The cumulative hazard of the means at a time: that of the last row of the baseline up to it. */
static double
baseline_at(const CxModel *model, double at)
{
	int			low = 0;
	int			high = (model->n_extra - CX_COX_BASELINE(model->p)) / 2;
	const double *baseline = model->extra + CX_COX_BASELINE(model->p);

	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (baseline[2 * middle] <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return low == 0 ? 0.0 : baseline[2 * low - 1];
}

/* churn_risk(features, model, horizon): 1 - exp(-H(horizon) exp(beta (x - mean))) */
PG_FUNCTION_INFO_V1(cox_churn_risk);
Datum
cox_churn_risk(PG_FUNCTION_ARGS)
{
	const CxModel *model;
	const double *features;
	double		horizon = cx_check_number(PG_GETARG_FLOAT8(2), "horizon");
	double		eta = 0.0;
	double		hazard;
	int			p;

	if (horizon < 0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("horizon %.15g is negative", horizon)));
	model = cox_arg(fcinfo, 1, "churn_risk with a horizon");
	if (!cx_features_arg(fcinfo, 0, &features, &p))
		PG_RETURN_NULL();
	if (p != model->p)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("features has %d elements, the model %d terms", p, model->p)));
	if (horizon > model->extra[CX_COX_LAST_TIME])
		PG_RETURN_NULL();
	for (int k = 0; k < p; k++)
		eta += model->estimate[k] * (features[k] - model->extra[CX_COX_MEANS + 2 * k]);
	hazard = baseline_at(model, horizon);
	/* 0 of anything is 0; too large an exponent is certainty */
	CX_RETURN_FLOAT8_OR_NULL(hazard == 0.0 ? 0.0 : -expm1(-exp(log(hazard) + eta)));
}
