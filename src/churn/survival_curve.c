/*-------------------------------------------------------------------------
 *
 * src/churn/survival_curve.c
 *	  The curve of Kaplan and Meier (1958), and what is read from it.
 *
 * S(t) is the product, over all times up to t at which somebody churned, of
 * 1 - churned / at risk. Who is censored at a time was still at risk then.
 *
 *-------------------------------------------------------------------------
 */
#include "churn/survival.h"

#include <math.h>

#include "core/args.h"
#include "core/srf.h"
#include "maths/distributions.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */

#define CURVE_COLUMNS	8		/* time, at_risk, churned, censored, survival, std_error, low, high */
#define REPORT_COLUMNS	8		/* customers, missing, churned, censored, last_time, median, low, high */

/* S(t) <= share is asked with this relative slack: the product of 1 - d/n is rounded at each step */
#define SLACK			1e-12

static double
customers(CxUint128 weight)
{
	return (double) weight / CX_SURVIVAL_UNIT;
}

CxCurve
cx_curve(const CxSurvival *survival)
{
	CxCurve		curve = {.of = survival, .survival = 1.0, .base = 1.0};

	for (uint32 i = 0; i < survival->n; i++)
		curve.left += survival->duration[i].churned + survival->duration[i].censored;
	return curve;
}

/* While nobody is censored, the product is the share of those who are left: then it is not rounded at each step. */
bool
cx_curve_next(CxCurve *curve)
{
	const CxSurvival *s = curve->of;
	const CxDuration *d = &s->duration[curve->next];
	CxUint128	stay;
	CxUint128	censored;

	while (curve->next < s->n && d->churned == 0)
	{
		/* before the first of those that churned, or there is nobody left who did */
		curve->left -= d->censored;
		curve->next++;
		d++;
	}
	if (curve->next == s->n)
		return false;
	curve->at = d->at;
	curve->at_risk = customers(curve->left);
	curve->churned = customers(d->churned);
	if (curve->base_at_risk == 0 || curve->left != curve->base_left)
	{
		curve->base = curve->survival;
		curve->base_at_risk = curve->at_risk;
	}
	stay = curve->left - d->churned;
	curve->survival = curve->base * (customers(stay) / curve->base_at_risk);
	curve->spread += curve->churned / (curve->at_risk * customers(stay));
	curve->base_left = stay;
	censored = d->censored;
	for (curve->next++, d++; curve->next < s->n && d->churned == 0; curve->next++, d++)
		censored += d->censored;
	curve->censored = customers(censored);
	curve->left = stay - censored;
	return true;
}

/* ---- the limits ---- */

/*
 * The interval of Kalbfleisch and Prentice (1980): symmetric for log(-log S),
 * so it is within 0..1. NaN where S is 0, or nothing has been lost from 1.
 */
static void
limits(const CxCurve *curve, double z, double *low, double *high)
{
	double		log_survival = log(curve->survival);
	double		reach;

	*low = *high = NAN;
	if (!(curve->survival > 0.0) || !(log_survival < 0.0))
		return;
	reach = z * sqrt(curve->spread) / -log_survival;
	*low = exp(log_survival * exp(reach));
	*high = exp(log_survival * exp(-reach));
}

static double
z_of(double confidence)
{
	return -cx_normal_quantile((1.0 - cx_check_confidence(confidence)) / 2.0);
}

PG_FUNCTION_INFO_V1(survival_curve);
Datum
survival_curve(PG_FUNCTION_ARGS)
{
	double		z = z_of(PG_GETARG_FLOAT8(1));
	CxRows		rows = cx_rows_begin(fcinfo, CURVE_COLUMNS);
	CxCurve		curve = cx_curve(cx_survival_arg(fcinfo, 0));

	while (cx_curve_next(&curve))
	{
		Datum		values[CURVE_COLUMNS];
		bool		nulls[CURVE_COLUMNS] = {false};
		double		low;
		double		high;

		CHECK_FOR_INTERRUPTS();
		limits(&curve, z, &low, &high);
		values[0] = Float8GetDatum(curve.at);
		values[1] = Float8GetDatum(curve.at_risk);
		values[2] = Float8GetDatum(curve.churned);
		values[3] = Float8GetDatum(curve.censored);
		values[4] = Float8GetDatum(curve.survival);
		cx_set_float8(values, nulls, 5, curve.survival > 0.0 ? curve.survival * sqrt(curve.spread) : NAN);
		cx_set_float8(values, nulls, 6, low);
		cx_set_float8(values, nulls, 7, high);
		cx_rows_put(&rows, values, nulls);
	}
	return (Datum) 0;
}

/* One row; the limits of the median are where those of the curve come down to a half (Brookmeyer, Crowley 1982). */
PG_FUNCTION_INFO_V1(survival_report);
Datum
survival_report(PG_FUNCTION_ARGS)
{
	double		z = z_of(PG_GETARG_FLOAT8(1));
	CxRows		rows = cx_rows_begin(fcinfo, REPORT_COLUMNS);
	const CxSurvival *s = cx_survival_arg(fcinfo, 0);
	CxCurve		curve = cx_curve(s);
	CxUint128	churned = 0;
	CxUint128	censored = 0;
	double		median[3] = {NAN, NAN, NAN};	/* of the curve, of its low limit, of its high one */
	Datum		values[REPORT_COLUMNS];
	bool		nulls[REPORT_COLUMNS] = {false};

	for (uint32 i = 0; i < s->n; i++)
	{
		churned += s->duration[i].churned;
		censored += s->duration[i].censored;
	}
	while (isnan(median[2]) && cx_curve_next(&curve))
	{
		double		height[3] = {curve.survival};

		limits(&curve, z, &height[1], &height[2]);
		for (int i = 0; i < 3; i++)
			if (isnan(median[i]) && height[i] <= 0.5 * (1.0 + SLACK))
				median[i] = curve.at;
	}
	values[0] = Int64GetDatum((int64) s->rows);
	values[1] = Int64GetDatum((int64) s->missing);
	values[2] = Float8GetDatum(customers(churned));
	values[3] = Float8GetDatum(customers(censored));
	cx_set_float8(values, nulls, 4, s->n > 0 ? s->duration[s->n - 1].at : NAN);
	for (int i = 0; i < 3; i++)
		cx_set_float8(values, nulls, 5 + i, median[i]);
	cx_rows_put(&rows, values, nulls);
	return (Datum) 0;
}

/* ---- single figures ---- */

/* The first time at which at least this share has churned; NaN if that never was. */
static double
quantile(const CxSurvival *s, double share)
{
	CxCurve		curve = cx_curve(s);

	while (cx_curve_next(&curve))
		if (curve.survival <= (1.0 - share) * (1.0 + SLACK))
			return curve.at;
	return NAN;
}

PG_FUNCTION_INFO_V1(median_survival);
Datum
median_survival(PG_FUNCTION_ARGS)
{
	CX_RETURN_FLOAT8_OR_NULL(quantile(cx_survival_arg(fcinfo, 0), 0.5));
}

PG_FUNCTION_INFO_V1(survival_quantile);
Datum
survival_quantile(PG_FUNCTION_ARGS)
{
	double		share = PG_GETARG_FLOAT8(1);

	if (!(share > 0.0 && share <= 1.0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("share %g is not above 0 and at most 1", share)));
	CX_RETURN_FLOAT8_OR_NULL(quantile(cx_survival_arg(fcinfo, 0), share));
}

/* A time since the start, for which the curve is read. */
static double
time_arg(FunctionCallInfo fcinfo, int arg, const char *argument)
{
	double		at = cx_check_number(PG_GETARG_FLOAT8(arg), argument);

	if (at < 0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s %.15g is negative", argument, at)));
	return at;
}

/* Behind the last duration the curve goes on only if nobody is left. */
static bool
ends_before(const CxSurvival *s, double at)
{
	return s->n == 0 || (s->duration[s->n - 1].at < at && s->duration[s->n - 1].censored > 0);
}

PG_FUNCTION_INFO_V1(survival_at);
Datum
survival_at(PG_FUNCTION_ARGS)
{
	double		at = time_arg(fcinfo, 1, "at");
	const CxSurvival *s = cx_survival_arg(fcinfo, 0);
	CxCurve		curve = cx_curve(s);
	double		survival = 1.0;

	if (ends_before(s, at))
		PG_RETURN_NULL();
	while (cx_curve_next(&curve) && curve.at <= at)
		survival = curve.survival;
	PG_RETURN_FLOAT8(survival);
}

/* The area under the curve up to "until". */
PG_FUNCTION_INFO_V1(restricted_mean);
Datum
restricted_mean(PG_FUNCTION_ARGS)
{
	double		until = time_arg(fcinfo, 1, "until");
	const CxSurvival *s = cx_survival_arg(fcinfo, 0);
	CxCurve		curve = cx_curve(s);
	double		survival = 1.0;
	double		from = 0.0;
	double		area = 0.0;

	if (ends_before(s, until))
		PG_RETURN_NULL();
	while (cx_curve_next(&curve) && curve.at < until)
	{
		area += survival * (curve.at - from);
		from = curve.at;
		survival = curve.survival;
	}
	PG_RETURN_FLOAT8(area + survival * (until - from));
}

PG_FUNCTION_INFO_V1(survival_missing);
Datum
survival_missing(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64((int64) cx_survival_arg(fcinfo, 0)->missing);
}
