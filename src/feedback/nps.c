/*-------------------------------------------------------------------------
 *
 * src/feedback/nps.c
 *	  Net Promoter Score: counting, reading, interval, sample size, audit.
 *
 * NPS (Reichheld 2003): the share of promoters (9-10) minus the share of
 * detractors (0-6) among all who answered, in points -100..100.
 *
 *-------------------------------------------------------------------------
 */
#include "feedback/nps.h"

#include <math.h>

#include "core/args.h"
#include "feedback/tally_agg.h"
#include "feedback/tally_read.h"
#include "utils/builtins.h"

TALLY_METRIC_FUNCTIONS(nps, CX_NPS, 0, 10);

const char *const cx_nps_methods[] = {"wald", "adjusted_wald", "score", "goodman", NULL};

PG_FUNCTION_INFO_V1(nps_final);
Datum
nps_final(PG_FUNCTION_ARGS)
{
	CxReading	r = cx_reading_of_state(tally_state_checked(PG_GETARG_DATUM(0)), CX_NPS);

	CX_RETURN_FLOAT8_OR_NULL(cx_net(&r));
}

PG_FUNCTION_INFO_V1(nps_tally);
Datum
nps_tally(PG_FUNCTION_ARGS)
{
	CxReading	r = cx_reading_of(PG_GETARG_TALLY(0), CX_NPS);

	CX_RETURN_FLOAT8_OR_NULL(cx_net(&r));
}

PG_FUNCTION_INFO_V1(tally_promoters);
Datum
tally_promoters(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(cx_reading_of(PG_GETARG_TALLY(0), CX_NPS).good);
}

PG_FUNCTION_INFO_V1(tally_detractors);
Datum
tally_detractors(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(cx_reading_of(PG_GETARG_TALLY(0), CX_NPS).bad);
}

PG_FUNCTION_INFO_V1(tally_passives);
Datum
tally_passives(PG_FUNCTION_ARGS)
{
	CxReading	r = cx_reading_of(PG_GETARG_TALLY(0), CX_NPS);

	PG_RETURN_INT64(r.responses - r.good - r.bad);
}

static Datum
nps_limit(FunctionCallInfo fcinfo, bool high)
{
	CxReading	r = cx_reading_of(PG_GETARG_TALLY(0), CX_NPS);
	double		confidence = cx_check_confidence(PG_GETARG_FLOAT8(1));
	CxNpsMethod method = (CxNpsMethod) cx_check_choice(PG_GETARG_TEXT_PP(2), "interval_method", cx_nps_methods);
	CxInterval	interval;

	if (r.weight <= 0)
		PG_RETURN_NULL();
	interval = cx_nps_interval(cx_share_good(&r), cx_share_bad(&r), cx_effective_n(&r), confidence, method);
	PG_RETURN_FLOAT8(100.0 * (high ? interval.high : interval.low));
}

PG_FUNCTION_INFO_V1(nps_low);
Datum
nps_low(PG_FUNCTION_ARGS)
{
	return nps_limit(fcinfo, false);
}

PG_FUNCTION_INFO_V1(nps_high);
Datum
nps_high(PG_FUNCTION_ARGS)
{
	return nps_limit(fcinfo, true);
}

/*
 * sample_size(margin, promoters, detractors, confidence, population,
 * interval_method): answers needed for a margin of so many points.
 */
PG_FUNCTION_INFO_V1(nps_sample_size);
Datum
nps_sample_size(PG_FUNCTION_ARGS)
{
	double		margin,
				promoters,
				detractors,
				population = INFINITY,
				size;
	int			method;

	for (int i = 0; i < PG_NARGS(); i++)
		if (i != 4 && PG_ARGISNULL(i))
			PG_RETURN_NULL();
	margin = PG_GETARG_FLOAT8(0);
	promoters = PG_GETARG_FLOAT8(1);
	detractors = PG_GETARG_FLOAT8(2);
	cx_check_confidence(PG_GETARG_FLOAT8(3));
	if (!(margin > 0.0 && margin <= 200.0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("margin %g is not between 0 and 200 points", margin)));
	if (!(promoters >= 0.0 && detractors >= 0.0 && promoters + detractors <= 1.0 + 1e-9))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("promoters %g and detractors %g are not shares that add up to at most 1",
						promoters, detractors)));
	if (!PG_ARGISNULL(4))
	{
		population = (double) PG_GETARG_INT64(4);
		if (population < 1.0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("population " INT64_FORMAT " is less than 1", PG_GETARG_INT64(4))));
	}
	method = cx_check_choice(PG_GETARG_TEXT_PP(5), "interval_method",
							 (const char *const[]) {"wald", "adjusted_wald", NULL});
	size = cx_nps_sample_size(margin / 100.0, promoters, detractors, PG_GETARG_FLOAT8(3), population, method == 1);
	if (!(size < (double) PG_INT64_MAX))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("a margin of %g points needs more answers than a bigint can hold", margin)));
	PG_RETURN_INT64((int64) size);
}

#define CLAIM_NOISE		1e-12

/*
 * nps_possible(nps, n, digits): can n answers give this score? With n whole
 * answers it is 100 k / n for a whole k, and the claim has to be such a
 * number, rounded to that many digits.
 */
PG_FUNCTION_INFO_V1(nps_possible);
Datum
nps_possible(PG_FUNCTION_ARGS)
{
	double		claim = PG_GETARG_FLOAT8(0);
	double		n = (double) PG_GETARG_INT64(1);
	int32		digits = PG_GETARG_INT32(2);
	double		unit;
	double		k;

	if (n < 1.0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("number of answers " INT64_FORMAT " is less than 1", PG_GETARG_INT64(1))));
	if (digits < 0 || digits > 9)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("number of digits %d is not between 0 and 9", digits)));
	unit = pow(10.0, -digits);
	/* off the scale, or finer than it says it was rounded to (give or take the last bits of a float8) */
	if (!(fabs(claim) <= 100.0) || fabs(claim - rint(claim / unit) * unit) > CLAIM_NOISE)
		PG_RETURN_BOOL(false);
	/* halves may have been rounded either way */
	k = rint(claim * n / 100.0);
	PG_RETURN_BOOL(fabs(100.0 * k / n - claim) <= unit / 2.0 + CLAIM_NOISE);
}
