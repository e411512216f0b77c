/*-------------------------------------------------------------------------
 *
 * src/feedback/tally_counts.c
 *	  How many answered, how many did not, and what they answered on average.
 *
 *-------------------------------------------------------------------------
 */
#include "core/args.h"
#include "feedback/tally_read.h"

typedef struct Counts
{
	int64		responses;
	int64		missing;
} Counts;

/* Of one kind if a second argument names it, else of all kinds and of none. */
static Counts
counts_of(FunctionCallInfo fcinfo)
{
	int			n;
	int64		unknown;
	CxReading  *readings = cx_readings(PG_GETARG_TALLY(0), &n, &unknown);
	Counts		c = {0, 0};

	if (PG_NARGS() == 2)
	{
		CxReading	r = cx_pool(readings, n, cx_kind_from_text(PG_GETARG_TEXT_PP(1)));

		c.responses = r.responses;
		c.missing = r.missing;
		return c;
	}
	c.missing = unknown;
	for (int i = 0; i < n; i++)
	{
		c.responses = cx_add_counts(c.responses, readings[i].responses);
		c.missing = cx_add_counts(c.missing, readings[i].missing);
	}
	return c;
}

PG_FUNCTION_INFO_V1(tally_responses);
Datum
tally_responses(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(counts_of(fcinfo).responses);
}

PG_FUNCTION_INFO_V1(tally_missing);
Datum
tally_missing(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(counts_of(fcinfo).missing);
}

PG_FUNCTION_INFO_V1(tally_response_rate);
Datum
tally_response_rate(PG_FUNCTION_ARGS)
{
	Counts		c = counts_of(fcinfo);
	double		asked = (double) c.responses + (double) c.missing;

	if (asked == 0.0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8((double) c.responses / asked);
}

PG_FUNCTION_INFO_V1(tally_mean);
Datum
tally_mean(PG_FUNCTION_ARGS)
{
	CxReading	r = cx_reading_of(PG_GETARG_TALLY(0), cx_kind_from_text(PG_GETARG_TEXT_PP(1)));

	CX_RETURN_FLOAT8_OR_NULL(cx_mean(&r));
}

PG_FUNCTION_INFO_V1(tally_stddev);
Datum
tally_stddev(PG_FUNCTION_ARGS)
{
	CxReading	r = cx_reading_of(PG_GETARG_TALLY(0), cx_kind_from_text(PG_GETARG_TEXT_PP(1)));

	CX_RETURN_FLOAT8_OR_NULL(cx_stddev(&r));
}
