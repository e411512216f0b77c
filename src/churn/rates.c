/*-------------------------------------------------------------------------
 *
 * src/churn/rates.c
 *	  Churn and retention as rates, defined once: customer_rates(),
 *	  revenue_rates(), annualise().
 *
 * The denominator is always what was there at the start. Who came in between
 * could not be lost from there, and what they bring does not count.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "core/args.h"
#include "core/srf.h"
#include "maths/intervals.h"
#include "maths/sum2.h"

#define CUSTOMER_COLUMNS	9	/* at_start, lost, won, at_end, churn, low, high, retention, growth */
#define REVENUE_COLUMNS		5	/* at_end, gross_retention, net_retention, gross_churn, net_churn */

/* ---- customers ---- */

static int64
count_arg(FunctionCallInfo fcinfo, int arg, const char *argument)
{
	int64		count = PG_GETARG_INT64(arg);

	if (count < 0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s is negative: " INT64_FORMAT, argument, count)));
	return count;
}

/* customer_rates(at_start, lost, won, confidence) */
PG_FUNCTION_INFO_V1(customer_rates);
Datum
customer_rates(PG_FUNCTION_ARGS)
{
	int64		at_start = count_arg(fcinfo, 0, "at_start");
	int64		lost = count_arg(fcinfo, 1, "lost");
	int64		won = count_arg(fcinfo, 2, "won");
	double		confidence = cx_check_confidence(PG_GETARG_FLOAT8(3));
	double		n = at_start > 0 ? (double) at_start : NAN;
	CxInterval	interval = {NAN, NAN};
	CxRows		rows = cx_rows_begin(fcinfo, CUSTOMER_COLUMNS);
	Datum		values[CUSTOMER_COLUMNS];
	bool		nulls[CUSTOMER_COLUMNS] = {false};

	if (lost > at_start)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("more customers were lost than there were at the start"),
				 errdetail(INT64_FORMAT " of " INT64_FORMAT ".", lost, at_start),
				 errhint("Count only those lost who were there at the start.")));
	if (won > PG_INT64_MAX - (at_start - lost))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("customers at the end are more than a bigint holds")));
	if (at_start > 0)
		interval = cx_wilson_interval((double) lost / n, n, confidence);
	values[0] = Int64GetDatum(at_start);
	values[1] = Int64GetDatum(lost);
	values[2] = Int64GetDatum(won);
	values[3] = Int64GetDatum(at_start - lost + won);
	cx_set_float8(values, nulls, 4, (double) lost / n);
	cx_set_float8(values, nulls, 5, interval.low);
	cx_set_float8(values, nulls, 6, interval.high);
	cx_set_float8(values, nulls, 7, (double) (at_start - lost) / n);
	cx_set_float8(values, nulls, 8, (double) (won - lost) / n);
	cx_rows_put(&rows, values, nulls);
	return (Datum) 0;
}

/* ---- revenue ---- */

static double
amount_arg(FunctionCallInfo fcinfo, int arg, const char *argument)
{
	double		amount = cx_check_number(PG_GETARG_FLOAT8(arg), argument);

	if (amount < 0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s is negative: %.15g", argument, amount),
				 errhint("Give what was lost as a number above 0.")));
	return amount;
}

/* a + b + c + d over e; NaN if that is 0 or leaves the range of a double */
static double
share(double a, double b, double c, double d, double whole)
{
	CxSum2		sum = {0};
	double		result;

	cx_sum2_add(&sum, a);
	cx_sum2_add(&sum, b);
	cx_sum2_add(&sum, c);
	cx_sum2_add(&sum, d);
	result = whole > 0 ? cx_sum2_value(&sum) / whole : NAN;
	return isfinite(result) ? result : NAN;
}

/* revenue_rates(at_start, churned, contraction, expansion) */
PG_FUNCTION_INFO_V1(revenue_rates);
Datum
revenue_rates(PG_FUNCTION_ARGS)
{
	double		at_start = amount_arg(fcinfo, 0, "at_start");
	double		churned = amount_arg(fcinfo, 1, "churned");
	double		contraction = amount_arg(fcinfo, 2, "contraction");
	double		expansion = amount_arg(fcinfo, 3, "expansion");
	double		at_end = share(at_start, -churned, -contraction, expansion, 1);
	double		left = share(at_start, -churned, -contraction, 0, 1);
	CxRows		rows = cx_rows_begin(fcinfo, REVENUE_COLUMNS);
	Datum		values[REVENUE_COLUMNS];
	bool		nulls[REVENUE_COLUMNS] = {false};

	/* sums of money in binary miss by their last digits, which is no mistake */
	if (left < -1e-9 * at_start)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("more revenue was lost than there was at the start"),
				 errdetail("%.15g of %.15g.", churned + contraction, at_start),
				 errhint("Count only what customers lost who were there at the start.")));
	if (left <= 0)
	{
		left = 0;
		at_end = expansion;
	}
	cx_set_float8(values, nulls, 0, at_end);
	cx_set_float8(values, nulls, 1, share(left, 0, 0, 0, at_start));
	cx_set_float8(values, nulls, 2, share(at_end, 0, 0, 0, at_start));
	cx_set_float8(values, nulls, 3, fmin(share(churned, contraction, 0, 0, at_start), 1));
	cx_set_float8(values, nulls, 4, share(at_start, -at_end, 0, 0, at_start));
	nulls[3] = nulls[1];
	cx_rows_put(&rows, values, nulls);
	return (Datum) 0;
}

/* ---- periods ---- */

/* annualise(rate, periods): 1 - (1 - rate)^periods, without cancellation */
PG_FUNCTION_INFO_V1(annualise);
Datum
annualise(PG_FUNCTION_ARGS)
{
	double		rate = PG_GETARG_FLOAT8(0);
	double		periods = PG_GETARG_FLOAT8(1);

	if (!(rate >= 0 && rate <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("rate %g is not between 0 and 1", rate),
				 rate > 1 && rate <= 100 ? errhint("Write %g %% as %g.", rate, rate / 100) : 0));
	if (!(periods > 0 && isfinite(periods)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("periods %g is not a finite number above 0", periods)));
	PG_RETURN_FLOAT8(rate == 1 ? 1 : -expm1(periods * log1p(-rate)) + 0.0);
}
