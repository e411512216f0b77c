/*-------------------------------------------------------------------------
 *
 * src/feedback/tally_agg.c
 *	  The aggregates tally(...) and rollup(tally), and what all aggregates of
 *	  this room share: counting a row, taking it out again, merging states.
 *
 *-------------------------------------------------------------------------
 */
#include "feedback/tally_agg.h"

#include <math.h>

#include "utils/builtins.h"
#include "utils/float.h"

static Datum
count_item(FunctionCallInfo fcinfo, const TallyItem *item, bool weighted, bool take)
{
	TallyState *state = tally_state_writable(fcinfo);

	if (!take)
		PG_RETURN_POINTER(tally_state_add(state, item, weighted));
	tally_state_take(state, item, weighted);
	PG_RETURN_POINTER(state);
}

Datum
tally_row_slow(FunctionCallInfo fcinfo, CxAnswer answer, bool take)
{
	TallyItem	item = {answer, 1, tally_unit_weight(1)};

	return count_item(fcinfo, &item, false, take);
}

/* A weight in millionths. One that would lose more than a thousandth of itself is not kept silently. */
static int64
weight_units(double weight)
{
	double		units = rint(weight * CX_WEIGHT_UNIT);

	if (!(weight >= 0.0 && weight <= CX_WEIGHT_LIMIT))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("weight %.15g is not between 0 and %.15g", weight, CX_WEIGHT_LIMIT)));
	if (unlikely(fabs(weight * CX_WEIGHT_UNIT - units) > 1e-3 * weight * CX_WEIGHT_UNIT))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("weight %.15g is too small to be kept in millionths", weight),
				 errhint("Scale the weights, for example to a mean of 1.")));
	return (int64) units;
}

Datum
tally_row_weighted(FunctionCallInfo fcinfo, CxAnswer answer, double weight, bool take)
{
	TallyItem	item = {.answer = answer, .count = 1};

	item.weight.sum = weight_units(weight);
	item.weight.squares = item.weight.sum * item.weight.sum;
	return count_item(fcinfo, &item, true, take);
}

Datum
tally_row_args(FunctionCallInfo fcinfo, CxKind kind, bool take)
{
	int			nargs = PG_NARGS();
	CxScale		scale = cx_kind_scale(kind);
	CxAnswer	answer;

	if (nargs >= 4)
	{
		scale.lo = cx_bound_from_float8(PG_GETARG_FLOAT8(2));
		scale.hi = cx_bound_from_float8(PG_GETARG_FLOAT8(3));
		cx_check_scale(scale);
	}
	answer = cx_answer_from_float8(scale, PG_GETARG_FLOAT8(1));
	if (nargs == 4)
		return tally_row(fcinfo, answer, take);
	return tally_row_weighted(fcinfo, answer, PG_GETARG_FLOAT8(nargs - 1), take);
}

Datum
tally_row_feedback(FunctionCallInfo fcinfo, CxKind kind, bool take)
{
	CxAnswer	answer = PG_GETARG_FEEDBACK(1);

	if (cx_answer_kind(answer) != kind)
	{
		/* passed over, but not with a weight that cannot be meant */
		if (PG_NARGS() == 3)
			(void) weight_units(PG_GETARG_FLOAT8(2));
		PG_RETURN_POINTER(tally_state_writable(fcinfo));
	}
	if (PG_NARGS() == 2)
		return tally_row(fcinfo, answer, take);
	return tally_row_weighted(fcinfo, answer, PG_GETARG_FLOAT8(2), take);
}

/*
 * The functions of tally() are not strict, since they count NULLs; inside an
 * aggregate the state is never NULL, by hand it may be.
 */
static inline Datum
row_or_null_state(FunctionCallInfo fcinfo, CxAnswer answer, bool take)
{
	if (unlikely(PG_ARGISNULL(0)))
		return tally_row_slow(fcinfo, answer, take);
	return tally_row(fcinfo, answer, take);
}

/* tally(feedback): a NULL is missing, of no known kind */
static inline Datum
feedback_row(FunctionCallInfo fcinfo, bool take)
{
	return row_or_null_state(fcinfo, PG_ARGISNULL(1) ? CX_MISSING_UNKNOWN : PG_GETARG_FEEDBACK(1), take);
}

PG_FUNCTION_INFO_V1(tally_accum_feedback);
Datum
tally_accum_feedback(PG_FUNCTION_ARGS)
{
	return feedback_row(fcinfo, false);
}

PG_FUNCTION_INFO_V1(tally_take_feedback);
Datum
tally_take_feedback(PG_FUNCTION_ARGS)
{
	return feedback_row(fcinfo, true);
}

/* tally(feedback, weight): an answer whose weight is unknown cannot be weighed, so it is missing */
static Datum
weighted_row(FunctionCallInfo fcinfo, bool take)
{
	CxAnswer	answer;

	if (!PG_ARGISNULL(2))
		(void) weight_units(PG_GETARG_FLOAT8(2));
	if (PG_ARGISNULL(1))
		return tally_row_slow(fcinfo, CX_MISSING_UNKNOWN, take);
	answer = PG_GETARG_FEEDBACK(1);
	if (PG_ARGISNULL(2))
		return tally_row_slow(fcinfo, cx_answer_missing(cx_answer_scale(answer)), take);
	return tally_row_weighted(fcinfo, answer, PG_GETARG_FLOAT8(2), take);
}

PG_FUNCTION_INFO_V1(tally_accum_weighted);
Datum
tally_accum_weighted(PG_FUNCTION_ARGS)
{
	return weighted_row(fcinfo, false);
}

PG_FUNCTION_INFO_V1(tally_take_weighted);
Datum
tally_take_weighted(PG_FUNCTION_ARGS)
{
	return weighted_row(fcinfo, true);
}

/* tally(kind, score [, lo, hi]): what is NULL makes the answer missing, of its kind where that is known */
static Datum
score_row(FunctionCallInfo fcinfo, bool take)
{
	CxScale		scale;

	if (PG_ARGISNULL(1))
		return row_or_null_state(fcinfo, CX_MISSING_UNKNOWN, take);
	scale = cx_kind_scale(cx_kind_from_text(PG_GETARG_TEXT_PP(1)));
	if (PG_NARGS() == 5)
	{
		if (PG_ARGISNULL(3) || PG_ARGISNULL(4))
			return row_or_null_state(fcinfo, cx_answer_missing(scale), take);
		scale.lo = cx_bound_from_float8(PG_GETARG_FLOAT8(3));
		scale.hi = cx_bound_from_float8(PG_GETARG_FLOAT8(4));
		cx_check_scale(scale);
	}
	if (PG_ARGISNULL(2))
		return row_or_null_state(fcinfo, cx_answer_missing(scale), take);
	return row_or_null_state(fcinfo, cx_answer_from_float8(scale, PG_GETARG_FLOAT8(2)), take);
}

PG_FUNCTION_INFO_V1(tally_accum_score);
Datum
tally_accum_score(PG_FUNCTION_ARGS)
{
	return score_row(fcinfo, false);
}

PG_FUNCTION_INFO_V1(tally_take_score);
Datum
tally_take_score(PG_FUNCTION_ARGS)
{
	return score_row(fcinfo, true);
}

/* Two states into one: the combine function of every aggregate of this room. */
PG_FUNCTION_INFO_V1(tally_state_combine);
Datum
tally_state_combine(PG_FUNCTION_ARGS)
{
	TallyState *state = tally_state_writable(fcinfo);
	TallyList	other = tally_state_list(tally_state_checked(PG_GETARG_DATUM(1)));

	PG_RETURN_POINTER(tally_state_merge(state, &other));
}

/* rollup(tally) */
PG_FUNCTION_INFO_V1(rollup_accum_tally);
Datum
rollup_accum_tally(PG_FUNCTION_ARGS)
{
	TallyState *state = tally_state_writable(fcinfo);
	TallyList	more = PG_GETARG_TALLY(1);

	PG_RETURN_POINTER(tally_state_merge(state, &more));
}

PG_FUNCTION_INFO_V1(rollup_take_tally);
Datum
rollup_take_tally(PG_FUNCTION_ARGS)
{
	TallyState *state = tally_state_writable(fcinfo);
	TallyList	less = PG_GETARG_TALLY(1);

	for (int i = 0; i < less.n; i++)
		tally_state_take(state, &less.items[i], less.weighted);
	PG_RETURN_POINTER(state);
}

/* The stored form; NULL when nothing was counted, not even a NULL. */
PG_FUNCTION_INFO_V1(tally_final);
Datum
tally_final(PG_FUNCTION_ARGS)
{
	TallyList	list = tally_state_list(tally_state_checked(PG_GETARG_DATUM(0)));

	if (list.n == 0)
		PG_RETURN_NULL();
	PG_RETURN_TALLY(list);
}

/* tally + tally */
PG_FUNCTION_INFO_V1(tally_add);
Datum
tally_add(PG_FUNCTION_ARGS)
{
	TallyList	a = PG_GETARG_TALLY(0);
	TallyList	b = PG_GETARG_TALLY(1);
	TallyState *sum = tally_state_merge(tally_state_new(), &a);

	PG_RETURN_TALLY(tally_state_list(tally_state_merge(sum, &b)));
}
