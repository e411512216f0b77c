/*-------------------------------------------------------------------------
 *
 * src/feedback/feedback_ops.c
 *	  Building, reading, comparing and hashing feedback.
 *
 *-------------------------------------------------------------------------
 */
#include "feedback/feedback.h"

#include <math.h>

#include "common/hashfn.h"
#include "core/compare.h"
#include "utils/builtins.h"
#include "utils/sortsupport.h"

/* feedback(kind, score) on the kind's own scale */
PG_FUNCTION_INFO_V1(feedback_build);
Datum
feedback_build(PG_FUNCTION_ARGS)
{
	CxScale		scale = cx_kind_scale(cx_kind_from_text(PG_GETARG_TEXT_PP(0)));

	PG_RETURN_FEEDBACK(cx_answer_from_float8(scale, PG_GETARG_FLOAT8(1)));
}

/* feedback(kind, score, lo, hi) */
PG_FUNCTION_INFO_V1(feedback_build_scale);
Datum
feedback_build_scale(PG_FUNCTION_ARGS)
{
	CxScale		scale;

	scale.kind = cx_kind_from_text(PG_GETARG_TEXT_PP(0));
	scale.lo = cx_bound_from_float8(PG_GETARG_FLOAT8(2));
	scale.hi = cx_bound_from_float8(PG_GETARG_FLOAT8(3));
	cx_check_scale(scale);
	PG_RETURN_FEEDBACK(cx_answer_from_float8(scale, PG_GETARG_FLOAT8(1)));
}

PG_FUNCTION_INFO_V1(feedback_kind);
Datum
feedback_kind(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(cx_kind_name(cx_answer_kind(PG_GETARG_FEEDBACK(0)))));
}

PG_FUNCTION_INFO_V1(feedback_score);
Datum
feedback_score(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(cx_answer_score(PG_GETARG_FEEDBACK(0)));
}

PG_FUNCTION_INFO_V1(feedback_scale_min);
Datum
feedback_scale_min(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(cx_answer_lo(PG_GETARG_FEEDBACK(0)));
}

PG_FUNCTION_INFO_V1(feedback_scale_max);
Datum
feedback_scale_max(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(cx_answer_hi(PG_GETARG_FEEDBACK(0)));
}

PG_FUNCTION_INFO_V1(feedback_percent);
Datum
feedback_percent(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(cx_answer_percent(PG_GETARG_FEEDBACK(0)));
}

PG_FUNCTION_INFO_V1(feedback_category);
Datum
feedback_category(PG_FUNCTION_ARGS)
{
	CxAnswer	answer = PG_GETARG_FEEDBACK(0);
	CxBuckets	buckets;

	if (!cx_kind_has_buckets(cx_answer_kind(answer)))
		PG_RETURN_NULL();
	buckets = cx_scale_buckets(cx_answer_scale(answer));
	PG_RETURN_TEXT_P(cstring_to_text(cx_kind_bucket_name(cx_answer_kind(answer),
														 cx_answer_bucket(&buckets, cx_answer_offset(answer)))));
}

/*
 * Order, equality and hash work on the 64 bits as they stand, so that even a
 * damaged value has its one place in every index.
 */
static inline int
compare_args(FunctionCallInfo fcinfo)
{
	CxAnswer	a = (CxAnswer) PG_GETARG_INT64(0);
	CxAnswer	b = (CxAnswer) PG_GETARG_INT64(1);

	return (a > b) - (a < b);
}

CX_COMPARISON_FUNCTIONS(feedback, compare_args);

static int
compare_datums(Datum x, Datum y, SortSupport ssup)
{
	CxAnswer	a = (CxAnswer) DatumGetInt64(x);
	CxAnswer	b = (CxAnswer) DatumGetInt64(y);

	return (a > b) - (a < b);
}

PG_FUNCTION_INFO_V1(feedback_sortsupport);
Datum
feedback_sortsupport(PG_FUNCTION_ARGS)
{
	((SortSupport) PG_GETARG_POINTER(0))->comparator = compare_datums;
	PG_RETURN_VOID();
}

/* By arithmetic on 32-bit halves, so that hashes agree on every platform; the low half of the 64-bit hash is the 32-bit one. */
static uint64
hash_answer(CxAnswer answer, uint64 seed)
{
	return hash_combine64(hash_bytes_uint32_extended((uint32) answer, seed),
						  hash_bytes_uint32_extended((uint32) (answer >> 32), seed));
}

PG_FUNCTION_INFO_V1(feedback_hash);
Datum
feedback_hash(PG_FUNCTION_ARGS)
{
	PG_RETURN_UINT32((uint32) hash_answer((CxAnswer) PG_GETARG_INT64(0), 0));
}

PG_FUNCTION_INFO_V1(feedback_hash_extended);
Datum
feedback_hash_extended(PG_FUNCTION_ARGS)
{
	PG_RETURN_UINT64(hash_answer((CxAnswer) PG_GETARG_INT64(0), (uint64) PG_GETARG_INT64(1)));
}

/* on_scale(score, lo, hi): the score, or NULL when it lies off the scale (NaN and infinity lie off every scale). */
static void
check_bounds(double lo, double hi)
{
	if (!(lo <= hi))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%g..%g is not a scale", lo, hi),
				 errdetail("The lower bound comes first.")));
}

PG_FUNCTION_INFO_V1(on_scale_int4);
Datum
on_scale_int4(PG_FUNCTION_ARGS)
{
	int32		score = PG_GETARG_INT32(0);

	check_bounds(PG_GETARG_INT32(1), PG_GETARG_INT32(2));
	if (score < PG_GETARG_INT32(1) || score > PG_GETARG_INT32(2))
		PG_RETURN_NULL();
	PG_RETURN_INT32(score);
}

PG_FUNCTION_INFO_V1(on_scale_float8);
Datum
on_scale_float8(PG_FUNCTION_ARGS)
{
	double		score = PG_GETARG_FLOAT8(0);

	check_bounds(PG_GETARG_FLOAT8(1), PG_GETARG_FLOAT8(2));
	if (isinf(score) || !(score >= PG_GETARG_FLOAT8(1) && score <= PG_GETARG_FLOAT8(2)))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(score);
}
