/*-------------------------------------------------------------------------
 *
 * src/feedback/csat.c
 *	  Customer satisfaction: percent satisfied, mean, mean of percent.
 *
 *-------------------------------------------------------------------------
 */
#include "core/args.h"
#include "feedback/tally_agg.h"
#include "feedback/tally_read.h"

TALLY_METRIC_FUNCTIONS(csat, CX_CSAT, 1, 5);

PG_FUNCTION_INFO_V1(csat_final);
Datum
csat_final(PG_FUNCTION_ARGS)
{
	CxReading	r = cx_reading_of_state(tally_state_checked(PG_GETARG_DATUM(0)), CX_CSAT);

	CX_RETURN_FLOAT8_OR_NULL(cx_percent_good(&r));
}

/* csat(tally, method) */
PG_FUNCTION_INFO_V1(csat_tally);
Datum
csat_tally(PG_FUNCTION_ARGS)
{
	static const char *const methods[] = {"top", "mean", "percent", NULL};
	CxReading	r = cx_reading_of(PG_GETARG_TALLY(0), CX_CSAT);

	switch (cx_check_choice(PG_GETARG_TEXT_PP(1), "method", methods))
	{
		case 0:
			CX_RETURN_FLOAT8_OR_NULL(cx_percent_good(&r));
		case 1:
			CX_RETURN_FLOAT8_OR_NULL(cx_mean(&r));
		default:
			CX_RETURN_FLOAT8_OR_NULL(r.percent);
	}
}
