/*-------------------------------------------------------------------------
 *
 * src/organisation/amounts.c
 *	  Amounts as arguments (see amounts.h).
 *
 *-------------------------------------------------------------------------
 */
#include "organisation/amounts.h"

#include <math.h>

#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */

double
cx_check_amount(double amount, const char *argument)
{
	if (unlikely(!isfinite(amount)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s is not a finite number", argument),
				 errdetail("It is %s.", isnan(amount) ? "NaN" : amount > 0 ? "Infinity" : "-Infinity")));
	if (unlikely(fabs(amount) > CX_SUM_MAX))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s is too large", argument),
				 errdetail("It is %g; the limit is %g.", amount, CX_SUM_MAX)));
	return amount;
}

double
cx_check_range(double x, const char *argument, double low, double high)
{
	if (x >= low && x <= high)
		return x;
	cx_check_amount(x, argument);
	if (isinf(high))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s is below %g", argument, low),
				 errdetail("It is %g.", x)));
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("%s is not between %g and %g", argument, low, high),
			 errdetail("It is %g.", x)));
	return x;					/* not reached */
}

double
cx_check_result(double x, const char *column)
{
	if (unlikely(isinf(x)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s is out of range", column),
				 errdetail("It is beyond the range of double precision.")));
	return x + 0.0;				/* no -0 */
}

static void
bad_element(const char *argument, int i, double amount)
{
	if (isfinite(amount))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s has an element that is too large", argument),
				 errdetail("Element %d is %g; the limit is %g.", i + 1, amount, CX_SUM_MAX)));
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("%s has an element that is not a finite number", argument),
			 errdetail("Element %d is %g.", i + 1, amount)));
}

CxAmounts
cx_amounts_arg(FunctionCallInfo fcinfo, int arg, const char *argument)
{
	CxAmounts	amounts = {.elements = cx_elements_arg(fcinfo, arg, argument)};
	const CxElements *e = &amounts.elements;

	amounts.value = palloc(sizeof(double) * Max(e->n, 1));
	for (int i = 0; i < e->n; i++)
	{
		amounts.value[i] = e->nulls[i] ? NAN : DatumGetFloat8(e->values[i]);
		if (unlikely(!e->nulls[i] && !(fabs(amounts.value[i]) <= CX_SUM_MAX)))
			bad_element(argument, i, amounts.value[i]);
		if (i % 65536 == 65535)
			CHECK_FOR_INTERRUPTS();
	}
	if (e->values != NULL)
		pfree(e->values);
	amounts.elements.values = NULL;
	return amounts;
}

void
cx_check_known(const CxElements *elements)
{
	for (int i = 0; i < elements->n; i++)
		if (unlikely(elements->nulls[i]))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s has an element that is NULL", elements->argument),
					 errdetail("It is element %d.", i + 1)));
}
