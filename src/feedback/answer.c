/*-------------------------------------------------------------------------
 *
 * src/feedback/answer.c
 *	  Making answers out of what users give, with the errors they should see.
 *
 *-------------------------------------------------------------------------
 */
#include "feedback/answer.h"

#include <float.h>
#include <math.h>

#include "common/shortest_dec.h"	/* the server's own digits for float8 */
#include "utils/float.h"

/*
 * Scores are kept in thousandths. A float8 may carry the noise of earlier
 * arithmetic (0.1 + 0.2) in its last bits, and a real that was widened carries
 * the noise of its 24 bits; neither is a fourth decimal.
 */
static double
noise(double score)
{
	return 16 * DBL_EPSILON * Max(1.0, fabs(score));
}

void
cx_error_off_scale(CxScale scale, const char *score)
{
	ereport(ERROR, CX_OFF_SCALE(scale, score));
	pg_unreachable();
}

/* The same for a whole number on the kind's own scale; out of line, so that its buffer costs the counting nothing. */
void
cx_error_whole_off_scale(CxKind kind, int64 score)
{
	char		buf[32];

	snprintf(buf, sizeof(buf), INT64_FORMAT, score);
	cx_error_off_scale(cx_kind_scale(kind), buf);
}

/* The bound of a scale as an argument: a whole number in reach. */
int
cx_bound_from_float8(double bound)
{
	if (isnan(bound) || fabs(bound) > CX_SCALE_LIMIT || bound != floor(bound))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the bound %g of a scale is not a whole number from %d to %d",
						bound, -CX_SCALE_LIMIT, CX_SCALE_LIMIT)));
	return (int) bound;
}

bool
cx_scale_check(CxScale scale, Node *escontext)
{
	if (scale.kind == CX_NPS && !(scale.lo == 0 && scale.hi == 10))
		ereturn(escontext, false,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("nps is asked on the scale 0..10, not %d..%d", scale.lo, scale.hi),
				 errhint("Use the kind csat or rating for other scales.")));
	if (!cx_scale_valid(scale))
		ereturn(escontext, false,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%d..%d is not a scale", scale.lo, scale.hi),
				 errdetail("Bounds are whole numbers from %d to %d, the lower one first.",
						   -CX_SCALE_LIMIT, CX_SCALE_LIMIT)));
	return true;
}

void
cx_check_scale(CxScale scale)
{
	(void) cx_scale_check(scale, NULL);
}

/* The caller has checked the scale. */
CxAnswer
cx_answer_from_float8(CxScale scale, double score)
{
	double		milli;

	if (unlikely(!(score >= scale.lo && score <= scale.hi)))
	{
		double		end = score > scale.hi ? scale.hi : scale.lo;
		char		buf[DOUBLE_SHORTEST_DECIMAL_LEN];

		if (!(fabs(score - end) <= noise(end)))
		{
			double_to_shortest_decimal_buf(score, buf);
			cx_error_off_scale(scale, buf);
		}
		score = end;
	}
	milli = rint(score * CX_UNIT);
	if (unlikely(fabs(score - milli / CX_UNIT) > noise(score)) &&
		!((double) (float) score == score && (float) (milli / CX_UNIT) == (float) score))
	{
		char		buf[DOUBLE_SHORTEST_DECIMAL_LEN];

		double_to_shortest_decimal_buf(score, buf);
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("score %s has more than three decimals", buf),
				 errhint("Round it first, for example round(score::numeric, 3).")));
	}
	return CX_ANSWER_PACK(scale.kind, scale.lo, scale.hi, (int64) milli - (int64) scale.lo * CX_UNIT);
}

/* 0..100 along the scale, 100 at the good end */
double
cx_answer_percent(CxAnswer answer)
{
	CxScale		scale = cx_answer_scale(answer);
	int32		range = (scale.hi - scale.lo) * CX_UNIT;
	int32		offset = cx_answer_offset(answer);

	if (cx_kind_low_is_good(scale.kind))
		offset = range - offset;
	return 100.0 * offset / range;
}
