/*-------------------------------------------------------------------------
 *
 * src/churn/model_read.c
 *	  What can be read from a model of any kind: model_terms(), model_summary();
 *	  and the ratios that coefficients of regressions are read as.
 *
 *-------------------------------------------------------------------------
 */
#include "churn/model.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "core/args.h"
#include "core/srf.h"
#include "maths/distributions.h"
#include "utils/array.h"
#include "utils/builtins.h"

#define TERM_COLUMNS	7		/* term, estimate, std_error, z, p_value, low, high */
#define SUMMARY_COLUMNS 8		/* kind, n, events, terms, unit_days, log_likelihood, aic, bic */
#define RATIO_COLUMNS	6		/* term, ratio, low, high, z, p_value */

/* The names that the caller gives to the terms, but for the intercept; NULL: none given. */
static Datum *
given_names(FunctionCallInfo fcinfo, int arg, const CxModel *model)
{
	int			skip = model->kind == CX_MODEL_LOGIT ? 1 : 0;
	Datum	   *names;
	bool	   *nulls;
	int			n;

	if (PG_ARGISNULL(arg))
		return NULL;
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(arg), TEXTOID, -1, false, TYPALIGN_INT, &names, &nulls, &n);
	if (n != model->p - skip)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("names has %d elements, the model %d terms", n, model->p - skip),
				 skip > 0 ? errdetail("The intercept has a name already.") : 0));
	for (int i = 0; i < n; i++)
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("name %d is NULL", i + 1)));
	return names;
}

/* A coefficient by its error; NaN where that is 0, unknown, or too small. */
static double
z_of(double estimate, double error)
{
	double		z = estimate / error;

	return error > 0 && isfinite(z) ? z : NAN;
}

/* Beyond the range of a double there is no figure: NULL. */
static double
figure(double x)
{
	return isfinite(x) ? x : NAN;
}

/*
 * model_terms(model, names, confidence). Parameters that are above 0 by their
 * nature get their limits on the scale of the logarithm, and no test of being 0.
 */
PG_FUNCTION_INFO_V1(model_terms);
Datum
model_terms(PG_FUNCTION_ARGS)
{
	CxRows		rows = cx_rows_begin(fcinfo, TERM_COLUMNS);
	const CxModel *model;
	const Datum *names;
	double		z;
	int			skip;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(2))
		return (Datum) 0;
	z = -cx_normal_quantile((1 - cx_check_confidence(PG_GETARG_FLOAT8(2))) / 2);
	model = cx_model_arg(fcinfo, 0);
	names = given_names(fcinfo, 1, model);
	skip = model->kind == CX_MODEL_LOGIT ? 1 : 0;
	for (int i = 0; i < model->p; i++)
	{
		bool		positive = cx_model_fixed_terms(model->kind) >= 0;
		double		estimate = model->estimate[i];
		double		error = sqrt(cx_model_covariance(model, i, i));
		double		ratio = z_of(estimate, error);
		double		reach = !(error > 0) ? NAN : positive ? exp(z * error / estimate) : z * error;
		Datum		values[TERM_COLUMNS];
		bool		nulls[TERM_COLUMNS] = {false};

		if (!isfinite(reach))
			reach = NAN;
		values[0] = names != NULL && i >= skip ? names[i - skip] : CStringGetTextDatum(cx_model_term(model, i));
		values[1] = Float8GetDatum(estimate);
		cx_set_float8(values, nulls, 2, error > 0 ? error : NAN);
		cx_set_float8(values, nulls, 3, positive ? NAN : ratio);
		cx_set_float8(values, nulls, 4, positive ? NAN : cx_normal_two_sided_p(ratio));
		cx_set_float8(values, nulls, 5, figure(positive ? estimate / reach : estimate - reach));
		cx_set_float8(values, nulls, 6, figure(positive ? estimate * reach : estimate + reach));
		cx_rows_put(&rows, values, nulls);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(model_summary);
Datum
model_summary(PG_FUNCTION_ARGS)
{
	CxRows		rows = cx_rows_begin(fcinfo, SUMMARY_COLUMNS);
	const CxModel *model = cx_model_arg(fcinfo, 0);
	/* a partial likelihood knows only the events */
	double		n = (double) (model->kind == CX_MODEL_COX ? model->events : model->n);
	Datum		values[SUMMARY_COLUMNS];
	bool		nulls[SUMMARY_COLUMNS] = {false};

	values[0] = CStringGetTextDatum(cx_model_kind_name(model->kind));
	values[1] = Int64GetDatum((int64) model->n);
	values[2] = Int64GetDatum((int64) model->events);
	values[3] = Int32GetDatum(model->p);
	cx_set_float8(values, nulls, 4, model->unit == 0 ? NAN : model->unit);
	values[5] = Float8GetDatum(model->log_likelihood);
	cx_set_float8(values, nulls, 6, figure(2 * model->p - 2 * model->log_likelihood));
	cx_set_float8(values, nulls, 7, n > 0 ? figure(model->p * log(n) - 2 * model->log_likelihood) : NAN);
	cx_rows_put(&rows, values, nulls);
	return (Datum) 0;
}

Datum
cx_model_ratios(FunctionCallInfo fcinfo, CxModelKind kind, const char *function)
{
	CxRows		rows = cx_rows_begin(fcinfo, RATIO_COLUMNS);
	const CxModel *model;
	const Datum *names;
	double		reach;
	int			skip = kind == CX_MODEL_LOGIT ? 1 : 0;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(2))
		return (Datum) 0;
	reach = -cx_normal_quantile((1 - cx_check_confidence(PG_GETARG_FLOAT8(2))) / 2);
	model = cx_model_arg_of(fcinfo, 0, 1 << kind, function);
	names = given_names(fcinfo, 1, model);
	for (int i = skip; i < model->p; i++)
	{
		double		estimate = model->estimate[i];
		double		error = sqrt(cx_model_covariance(model, i, i));
		bool		known = error > 0;
		double		z = z_of(estimate, error);
		Datum		values[RATIO_COLUMNS];
		bool		nulls[RATIO_COLUMNS] = {false};

		values[0] = names != NULL ? names[i - skip] : CStringGetTextDatum(cx_model_term(model, i));
		cx_set_float8(values, nulls, 1, figure(exp(estimate)));
		cx_set_float8(values, nulls, 2, known ? figure(exp(estimate - reach * error)) : NAN);
		cx_set_float8(values, nulls, 3, known ? figure(exp(estimate + reach * error)) : NAN);
		cx_set_float8(values, nulls, 4, z);
		cx_set_float8(values, nulls, 5, cx_normal_two_sided_p(z));
		cx_rows_put(&rows, values, nulls);
	}
	return (Datum) 0;
}
