/*-------------------------------------------------------------------------
 *
 * src/churn/logit_read.c
 *	  What is read from a model of logit_fit(): churn_risk(features, model),
 *	  odds_ratios(), logit_summary().
 *
 *-------------------------------------------------------------------------
 */
#include "churn/logit.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "core/args.h"
#include "core/srf.h"
#include "maths/distributions.h"
#include "maths/gamma.h"
#include "maths/sum2.h"
#include "utils/array.h"
#include "utils/builtins.h"


/* n, missing, churned, ridge, log_likelihood, null_log_likelihood, chi_square, df, p_value, pseudo_r_squared */
#define SUMMARY_COLUMNS	10

/* ---- risk ---- */

/* churn_risk(features, model) */
PG_FUNCTION_INFO_V1(logit_churn_risk);
Datum
logit_churn_risk(PG_FUNCTION_ARGS)
{
	const CxModel *model = cx_model_arg_of(fcinfo, 1, 1 << CX_MODEL_LOGIT, "churn_risk(features, model)");
	const double *features;
	double		eta;
	CxSum2		sum = {0};
	int			p;

	if (!cx_features_arg(fcinfo, 0, &features, &p))
		PG_RETURN_NULL();
	if (p != model->p - 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("features have %d elements, the model %d", p, model->p - 1)));
	cx_sum2_add(&sum, model->estimate[0]);
	for (int k = 0; k < p; k++)
		cx_sum2_add_product(&sum, model->estimate[k + 1], features[k]);
	eta = cx_sum2_value(&sum);
	if (!isfinite(eta))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("features times coefficients are out of range")));
	PG_RETURN_FLOAT8(eta >= 0 ? 1 / (1 + exp(-eta)) : exp(eta) / (1 + exp(eta)));
}

/* ---- tables ---- */

PG_FUNCTION_INFO_V1(odds_ratios);
Datum
odds_ratios(PG_FUNCTION_ARGS)
{
	return cx_model_ratios(fcinfo, CX_MODEL_LOGIT, "odds_ratios");
}

/* Extras may have come as text: what cannot be is told as unknown. */
PG_FUNCTION_INFO_V1(logit_summary);
Datum
logit_summary(PG_FUNCTION_ARGS)
{
	CxRows		rows = cx_rows_begin(fcinfo, SUMMARY_COLUMNS);
	const CxModel *model = cx_model_arg_of(fcinfo, 0, 1 << CX_MODEL_LOGIT, "logit_summary");
	bool		known = model->n_extra == CX_LOGIT_EXTRAS;
	double		ridge = known ? model->extra[CX_LOGIT_RIDGE] : NAN;
	double		nothing = known ? model->extra[CX_LOGIT_NULL_LIKELIHOOD] : NAN;
	double		missing = known ? model->extra[CX_LOGIT_MISSING] : NAN;
	double		chi_square = ridge == 0 ? fmax(2 * (model->log_likelihood - nothing), 0) : NAN;
	int			df = 0;
	Datum		values[SUMMARY_COLUMNS];
	bool		nulls[SUMMARY_COLUMNS] = {false};

	/* features that did not vary were not fitted */
	for (int i = 1; i < model->p; i++)
		df += model->estimate[i] != 0 || cx_model_covariance(model, i, i) > 0;
	values[0] = Int64GetDatum((int64) model->n);
	nulls[1] = !(missing >= 0 && missing <= (double) CX_COUNTED_MAX);
	values[1] = Int64GetDatum(nulls[1] ? 0 : (int64) missing);
	values[2] = Int64GetDatum((int64) model->events);
	cx_set_float8(values, nulls, 3, ridge);
	values[4] = Float8GetDatum(model->log_likelihood);
	cx_set_float8(values, nulls, 5, nothing);
	cx_set_float8(values, nulls, 6, isfinite(chi_square) ? chi_square : NAN);
	values[7] = Int32GetDatum(df);
	cx_set_float8(values, nulls, 8, isfinite(chi_square) && df > 0 ? cx_chi_square_upper(chi_square, df) : NAN);
	cx_set_float8(values, nulls, 9, nothing < 0 ? 1 - model->log_likelihood / nothing : NAN);
	nulls[9] = nulls[9] || !isfinite(DatumGetFloat8(values[9]));
	cx_rows_put(&rows, values, nulls);
	return (Datum) 0;
}
