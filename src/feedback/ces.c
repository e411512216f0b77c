/*-------------------------------------------------------------------------
 *
 * src/feedback/ces.c
 *	  Customer Effort Score: agreement that it was easy (Dixon, Toman and
 *	  DeLisi 2013): mean, percent easy, easy minus hard, mean of percent.
 *
 *-------------------------------------------------------------------------
 */
#include "core/args.h"
#include "feedback/tally_agg.h"
#include "feedback/tally_read.h"

TALLY_METRIC_FUNCTIONS(ces, CX_CES, 1, 7);

PG_FUNCTION_INFO_V1(ces_final);
Datum
ces_final(PG_FUNCTION_ARGS)
{
	CxReading	r = cx_reading_of_state(tally_state_checked(PG_GETARG_DATUM(0)), CX_CES);

	CX_RETURN_FLOAT8_OR_NULL(cx_mean(&r));
}

/* ces(tally, method) */
PG_FUNCTION_INFO_V1(ces_tally);
Datum
ces_tally(PG_FUNCTION_ARGS)
{
	static const char *const methods[] = {"mean", "easy", "net", "percent", NULL};
	CxReading	r = cx_reading_of(PG_GETARG_TALLY(0), CX_CES);

	switch (cx_check_choice(PG_GETARG_TEXT_PP(1), "method", methods))
	{
		case 0:
			CX_RETURN_FLOAT8_OR_NULL(cx_mean(&r));
		case 1:
			CX_RETURN_FLOAT8_OR_NULL(cx_percent_good(&r));
		case 2:
			CX_RETURN_FLOAT8_OR_NULL(cx_net(&r));
		default:
			CX_RETURN_FLOAT8_OR_NULL(r.percent);
	}
}
