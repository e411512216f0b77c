/*-------------------------------------------------------------------------
 *
 * src/churn/rfm_read.c
 *	  What can be read from rfm_stats: frequency(), recency(), age(),
 *	  monetary(), the plain rule of churn_risk(); and rfm_stats(), which makes
 *	  one of a summary.
 *
 *-------------------------------------------------------------------------
 */
#include "churn/rfm.h"

#include <math.h>

#include "core/args.h"
#include "maths/exactsum.h"
#include "utils/timestamp.h"

/* The first purchase behind those of the same period; without a grain each is its own. */
static uint32
period_end(const CxRfm *rfm, uint32 i)
{
	int64		period = rfm->purchase[i++].period;

	while (rfm->grain > 0 && i < rfm->n && rfm->purchase[i].period == period)
		i++;
	return i;
}

/* Between two periods, in microseconds. */
static double
span(const CxRfm *rfm, int64 from, int64 to)
{
	return (double) (((uint64) to - (uint64) from) * Max(rfm->grain, 1));
}

bool
cx_rfm_buyer(const CxRfm *rfm, double unit, CxBuyer *buyer)
{
	buyer->x = -1;
	if (rfm->summary)
	{
		/* not a single rounding if it is the unit in which it was given */
		double		ratio = (double) rfm->unit / unit;

		buyer->x = rfm->frequency;
		buyer->t_x = rfm->recency * ratio;
		buyer->t = rfm->age * ratio;
		return true;
	}
	if (rfm->n == 0)
		return false;
	for (uint32 i = 0; i < rfm->n; i = period_end(rfm, i))
		buyer->x++;
	buyer->t_x = span(rfm, rfm->purchase[0].period, rfm->purchase[rfm->n - 1].period) / unit;
	buyer->t = span(rfm, rfm->purchase[0].period, cx_rfm_period(rfm->as_of, rfm->grain)) / unit;
	return true;
}

double
cx_rfm_spend(const CxRfm *rfm, uint32 *purchases)
{
	CxSum		sum = {{0}, 0};

	*purchases = 0;
	if (rfm->summary)
	{
		*purchases = isnan(rfm->monetary) ? 0 : rfm->frequency;
		return rfm->monetary;
	}
	for (uint32 i = rfm->n > 0 ? period_end(rfm, 0) : 0; i < rfm->n;)
	{
		uint32		end = period_end(rfm, i);

		/* unknown ones stand last in their period; with one of them the period's spend is not known */
		if (!isnan(rfm->purchase[end - 1].amount))
		{
			(*purchases)++;
			for (; i < end; i++)
				cx_sum_add(&sum, rfm->purchase[i].amount);
		}
		i = end;
	}
	return *purchases == 0 ? NAN : cx_sum_value(&sum) / *purchases;
}

/* ---- a summary ---- */

static double
length_arg(FunctionCallInfo fcinfo, int arg, const char *argument)
{
	double		length = cx_check_number(PG_GETARG_FLOAT8(arg), argument) + 0.0;

	if (length < 0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s %.15g is negative", argument, length)));
	return length;
}

static void
check_summary(const CxRfm *rfm, int32 frequency)
{
	if (frequency < 0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("frequency %d is negative", frequency)));
	if (rfm->recency > rfm->age)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("recency %.15g is greater than age %.15g", rfm->recency, rfm->age),
				 errdetail("Recency is the time from the first purchase to the last, age that to the end of the observation.")));
	if (frequency == 0 && (rfm->recency > 0 || fabs(rfm->monetary) > 0))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("without repeat purchases recency and spend are 0"),
				 errdetail("They are %.15g and %.15g.", rfm->recency, isnan(rfm->monetary) ? 0 : rfm->monetary)));
}

/* rfm_stats(frequency, recency, age, monetary, unit) */
PG_FUNCTION_INFO_V1(rfm_summary);
Datum
rfm_summary(PG_FUNCTION_ARGS)
{
	CxRfm	   *rfm;
	int32		frequency;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	frequency = PG_GETARG_INT32(0);
	rfm = (CxRfm *) cx_stats_new(&cx_rfm_type);
	rfm->known = rfm->summary = true;
	rfm->recency = length_arg(fcinfo, 1, "recency");
	rfm->age = length_arg(fcinfo, 2, "age");
	rfm->monetary = PG_ARGISNULL(3) ? NAN : cx_check_number(PG_GETARG_FLOAT8(3), "monetary") + 0.0;
	rfm->unit = cx_unit_arg(fcinfo, 4, "unit");
	check_summary(rfm, frequency);
	if (frequency == 0)
		rfm->monetary = NAN;
	rfm->frequency = (uint32) frequency;
	PG_RETURN_POINTER(cx_stats_pack(&rfm->stats));
}

/* ---- readers ---- */

PG_FUNCTION_INFO_V1(rfm_frequency);
Datum
rfm_frequency(PG_FUNCTION_ARGS)
{
	CxBuyer		buyer;

	if (!cx_rfm_buyer(cx_rfm_arg(fcinfo, 0), 1, &buyer))
		PG_RETURN_NULL();
	PG_RETURN_INT32((int32) buyer.x);
}

PG_FUNCTION_INFO_V1(rfm_recency);
Datum
rfm_recency(PG_FUNCTION_ARGS)
{
	CxBuyer		buyer;
	uint64		unit = cx_unit_arg(fcinfo, 1, "unit");

	if (!cx_rfm_buyer(cx_rfm_arg(fcinfo, 0), (double) unit, &buyer))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(buyer.t_x);
}

PG_FUNCTION_INFO_V1(rfm_age);
Datum
rfm_age(PG_FUNCTION_ARGS)
{
	CxBuyer		buyer;
	uint64		unit = cx_unit_arg(fcinfo, 1, "unit");

	if (!cx_rfm_buyer(cx_rfm_arg(fcinfo, 0), (double) unit, &buyer))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(buyer.t);
}

PG_FUNCTION_INFO_V1(rfm_monetary);
Datum
rfm_monetary(PG_FUNCTION_ARGS)
{
	uint32		purchases;

	CX_RETURN_FLOAT8_OR_NULL(cx_rfm_spend(cx_rfm_arg(fcinfo, 0), &purchases));
}

/* 1 - (t_x / T)^x; with one purchase, or no time gone by, nothing can be said */
PG_FUNCTION_INFO_V1(rfm_plain_risk);
Datum
rfm_plain_risk(PG_FUNCTION_ARGS)
{
	CxBuyer		buyer;

	if (!cx_rfm_buyer(cx_rfm_arg(fcinfo, 0), 1, &buyer) || buyer.x < 1 || !(buyer.t > 0))
		PG_RETURN_NULL();
	if (buyer.t_x == buyer.t)
		PG_RETURN_FLOAT8(0);
	PG_RETURN_FLOAT8(-expm1(buyer.x * log(buyer.t_x / buyer.t)));
}

/* churn_risk_accum(state, at, as_of): by day, without amounts */
PG_FUNCTION_INFO_V1(rfm_plain_accum);
Datum
rfm_plain_accum(PG_FUNCTION_ARGS)
{
	CxRfm	   *rfm = (CxRfm *) cx_stats_state(fcinfo, &cx_rfm_type);

	cx_rfm_add_row(fcinfo, rfm, 2, NAN, USECS_PER_DAY);
	return cx_stats_result(fcinfo, &rfm->stats);
}
