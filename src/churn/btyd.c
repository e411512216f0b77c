/*-------------------------------------------------------------------------
 *
 * src/churn/btyd.c
 *	  What a fitted model says of a customer: churn_risk(),
 *	  expected_purchases(), purchase_probability(), expected_spend(), clv().
 *
 *-------------------------------------------------------------------------
 */
#include "churn/fit.h"

#include <math.h>

#include "core/args.h"
#include "core/interval.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/timestamp.h"

#define YEAR_DAYS		365.25
#define STEP			(7.0 * USECS_PER_DAY)	/* of discounting, microseconds */
#define LONGEST			(36525.0 * USECS_PER_DAY)	/* horizon of clv() */

/* A horizon, in units of the model. */
static double
horizon_arg(FunctionCallInfo fcinfo, int arg, const CxModel *model)
{
	return (double) cx_interval_microseconds(PG_GETARG_INTERVAL_P(arg), "horizon") / cx_model_unit(model);
}

/* Only what is not a number can come of numbers at the edge of their range. */
static double
known(double x)
{
	if (!isfinite(x))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("parameters of the model are too large or too small")));
	return x;
}

/* churn_risk(purchases, model) */
PG_FUNCTION_INFO_V1(btyd_risk);
Datum
btyd_risk(PG_FUNCTION_ARGS)
{
	const CxModel *model = cx_model_arg_of(fcinfo, 1, CX_BUYER_KINDS, "churn_risk");
	CxBuyer		b;

	if (!cx_rfm_buyer(cx_rfm_arg(fcinfo, 0), cx_model_unit(model), &b))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(known(cx_btyd_risk(cx_btyd_kind(model->kind), model->estimate, b.x, b.t_x, b.t)));
}

/* expected_purchases(purchases, model, horizon) */
PG_FUNCTION_INFO_V1(btyd_expected);
Datum
btyd_expected(PG_FUNCTION_ARGS)
{
	const CxModel *model = cx_model_arg_of(fcinfo, 1, CX_BUYER_KINDS, "expected_purchases");
	double		ahead = horizon_arg(fcinfo, 2, model);
	CxBuyer		b;

	if (!cx_rfm_buyer(cx_rfm_arg(fcinfo, 0), cx_model_unit(model), &b))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(known(cx_btyd_expected(cx_btyd_kind(model->kind), model->estimate, b.x, b.t_x, b.t, ahead)));
}

/* expected_purchases(model, horizon): of a new customer */
PG_FUNCTION_INFO_V1(btyd_expected_new);
Datum
btyd_expected_new(PG_FUNCTION_ARGS)
{
	const CxModel *model = cx_model_arg_of(fcinfo, 0, CX_BUYER_KINDS, "expected_purchases");
	double		ahead = horizon_arg(fcinfo, 1, model);

	PG_RETURN_FLOAT8(known(cx_btyd_expected(cx_btyd_kind(model->kind), model->estimate, 0, 0, 0, ahead)));
}

/* purchase_probability(model, purchases, horizon) */
PG_FUNCTION_INFO_V1(btyd_probability);
Datum
btyd_probability(PG_FUNCTION_ARGS)
{
	const CxModel *model = cx_model_arg_of(fcinfo, 0, CX_BUYER_KINDS, "purchase_probability");
	int32		purchases = PG_GETARG_INT32(1);
	double		ahead = horizon_arg(fcinfo, 2, model);
	double		p;

	if (purchases < 0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("number of purchases %d is negative", purchases)));
	p = known(cx_btyd_probability(cx_btyd_kind(model->kind), model->estimate, purchases, ahead));
	PG_RETURN_FLOAT8(Min(Max(p, 0.0), 1.0));
}

/* ---- money ---- */

/*
 * Of a customer with so many known repeat purchases, mean spend of a purchase
 * to come: Fader, Hardie (2013), equation 5. NaN: the model has no mean.
 */
static double
spend_of(const CxModel *model, const CxRfm *rfm)
{
	double		p = model->estimate[0];
	double		q = model->estimate[1];
	double		gamma = model->estimate[2];
	uint32		x;
	double		mean = cx_rfm_spend(rfm, &x);

	if (x == 0)
		mean = 0;
	else if (mean < 0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("mean spend %.15g of repeat purchases is negative", mean)));
	if (!(p * x + q > 1))
		return NAN;
	return known(p * (gamma + x * mean) / (p * x + q - 1));
}

/* expected_spend(purchases, model) */
PG_FUNCTION_INFO_V1(btyd_spend);
Datum
btyd_spend(PG_FUNCTION_ARGS)
{
	const CxModel *model = cx_model_arg_of(fcinfo, 1, 1 << CX_MODEL_GAMMAGAMMA, "expected_spend");
	const CxRfm *rfm = cx_rfm_arg(fcinfo, 0);
	CxBuyer		b;

	if (!cx_rfm_buyer(rfm, 1, &b))
		PG_RETURN_NULL();
	CX_RETURN_FLOAT8_OR_NULL(spend_of(model, rfm));
}

/* Purchases of the steps of the horizon, each discounted to the middle of its step. */
static double
discounted(const CxModel *model, const CxBuyer *b, double horizon, double rate)
{
	CxBtydKind	kind = cx_btyd_kind(model->kind);
	double		unit = cx_model_unit(model);
	double		before = 0;
	double		sum = 0;

	if (rate == 0)
		return cx_btyd_expected(kind, model->estimate, b->x, b->t_x, b->t, horizon / unit);
	for (int i = 0; i * STEP < horizon; i++)
	{
		double		from = i * STEP;
		double		until = Min(from + STEP, horizon);
		double		bought = cx_btyd_expected(kind, model->estimate, b->x, b->t_x, b->t, until / unit);
		double		years = (from + until) / 2 / (YEAR_DAYS * USECS_PER_DAY);

		sum += (bought - before) * exp(-years * log1p(rate));
		before = bought;
		if (i % 64 == 0)
			CHECK_FOR_INTERRUPTS();
	}
	return sum;
}

/* clv(purchases, model, spend, horizon, margin, discount) */
PG_FUNCTION_INFO_V1(btyd_clv);
Datum
btyd_clv(PG_FUNCTION_ARGS)
{
	const CxModel *model = cx_model_arg_of(fcinfo, 1, CX_BUYER_KINDS, "clv");
	const CxModel *spend = cx_model_arg_of(fcinfo, 2, 1 << CX_MODEL_GAMMAGAMMA, "the spend of clv");
	double		horizon = (double) cx_interval_microseconds(PG_GETARG_INTERVAL_P(3), "horizon");
	double		margin = cx_check_number(PG_GETARG_FLOAT8(4), "margin");
	double		rate = cx_check_number(PG_GETARG_FLOAT8(5), "discount");
	const CxRfm *rfm = cx_rfm_arg(fcinfo, 0);
	CxBuyer		b;
	double		mean;

	if (!(rate > -1))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("discount %.15g is not above -1", rate)));
	if (horizon > LONGEST)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("horizon is longer than 36525 days"),
				 errdetail("It has %.15g days.", horizon / USECS_PER_DAY)));
	if (!cx_rfm_buyer(rfm, cx_model_unit(model), &b))
		PG_RETURN_NULL();
	mean = spend_of(spend, rfm);
	if (isnan(mean))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(known(margin * mean * discounted(model, &b, horizon, rate)));
}
