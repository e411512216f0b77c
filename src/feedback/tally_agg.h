/*-------------------------------------------------------------------------
 *
 * src/feedback/tally_agg.h
 *	  Counting one row: the hot path under every aggregate of this room.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_TALLY_AGG_H
#define CX_TALLY_AGG_H

#include "core/aggstate.h"
#include "feedback/feedback.h"
#include "feedback/tally.h"

/* Add or take one row by hand: growth, weights, calls outside an aggregate. */
extern Datum tally_row_slow(FunctionCallInfo fcinfo, CxAnswer answer, bool take);

/* One row with its weight. */
extern Datum tally_row_weighted(FunctionCallInfo fcinfo, CxAnswer answer, double weight, bool take);

/* One row of (score [, lo, hi] [, weight]), told apart by the number of arguments. */
extern Datum tally_row_args(FunctionCallInfo fcinfo, CxKind kind, bool take);

/* One row of (feedback [, weight]); answers of other kinds are passed over. */
extern Datum tally_row_feedback(FunctionCallInfo fcinfo, CxKind kind, bool take);

static inline bool
tally_sized(const TallyState *state, Size size)
{
	return VARATT_IS_4B_U(state) && VARSIZE_4B(state) == size;
}

/*
 * Count one answer, unweighted. Nearly always the state is dense and of the
 * answer's scale, and this is an increment; "index" is the answer's counter
 * then, -1 for a fraction. Next comes a table in which the first slot looked at
 * holds the answer. All else is for the slow path.
 *
 * Once a row, so the state is only asked what keeps the access inside it. Even
 * inside an aggregate it may come from damaged bytes, if somebody built an
 * aggregate of their own around these functions.
 */
static pg_attribute_always_inline Datum
tally_row_at(FunctionCallInfo fcinfo, CxAnswer answer, int index, bool take)
{
	if (likely(cx_in_aggregate(fcinfo)))
	{
		TallyState *state = (TallyState *) PG_GETARG_POINTER(0);

		/* the size first: it is all that a datum is sure to have */
		if (likely(tally_sized(state, tally_dense_size(cx_answer_scale(answer))) && tally_dense(state)))
		{
			TallyDense *dense = (TallyDense *) state;

			if (likely(dense->scale == CX_ANSWER_SCALE_BITS(answer) && index >= 0 &&
					   dense->count[index] != (take ? 0 : PG_UINT32_MAX)))
			{
				dense->count[index] += take ? -1 : 1;
				PG_RETURN_POINTER(state);
			}
		}
		else if (VARATT_IS_4B_U(state) && VARSIZE_4B(state) > offsetof(TallyState, entry) &&
				 state->magic == TALLY_STATE_PLAIN && state->capacity <= TALLY_MAX_CAPACITY &&
				 tally_sized(state, tally_state_size(state->capacity, false)))
		{
			TallyEntry *entry = &state->entry[tally_home(answer) & (state->capacity - 1)];

			if (likely(entry->answer == answer && (!take || entry->count > 0)))
			{
				entry->count += take ? -1 : 1;
				PG_RETURN_POINTER(state);
			}
		}
	}
	return tally_row_slow(fcinfo, answer, take);
}

/* The state must not be NULL. */
static pg_attribute_always_inline Datum
tally_row(FunctionCallInfo fcinfo, CxAnswer answer, bool take)
{
	return tally_row_at(fcinfo, answer, tally_dense_index(answer), take);
}

/* A whole number on a constant scale: all but the check of the score folds away. */
static pg_attribute_always_inline Datum
tally_row_whole(FunctionCallInfo fcinfo, CxScale scale, int64 score, bool take)
{
	uint64		head = CX_ANSWER_PACK(scale.kind, scale.lo, scale.hi, 0);
	uint32		step = (uint32) score - (uint32) scale.lo;

	if (unlikely(score < scale.lo || score > scale.hi))
		cx_error_whole_off_scale(scale.kind, score);
	/* the range of the score tells the compiler that its bits do not reach the scale's */
	return tally_row_at(fcinfo, head | (step * CX_UNIT & CX_MISSING_OFFSET), (int) step, take);
}

/* The functions metric_accum_T and metric_take_T(state, score) for a kind on its own scale and a column type T. */
#define TALLY_SCORE_FUNCTION(name, kind, lo, hi, row) \
PG_FUNCTION_INFO_V1(name); \
Datum \
name(PG_FUNCTION_ARGS) \
{ \
	CxScale		scale = {kind, lo, hi}; \
\
	return row; \
} \
extern int no_such_variable

#define TALLY_WHOLE_FUNCTIONS(metric, suffix, getarg, kind, lo, hi) \
TALLY_SCORE_FUNCTION(metric##_accum_##suffix, kind, lo, hi, tally_row_whole(fcinfo, scale, getarg(1), false)); \
TALLY_SCORE_FUNCTION(metric##_take_##suffix, kind, lo, hi, tally_row_whole(fcinfo, scale, getarg(1), true))

#define TALLY_ROW_FUNCTION(name, row, kind, take) \
PG_FUNCTION_INFO_V1(name); \
Datum \
name(PG_FUNCTION_ARGS) \
{ \
	return row(fcinfo, kind, take); \
} \
extern int no_such_variable

/*
 * Everything a metric aggregates over: columns of each number type on the
 * kind's own scale, scores with a scale or a weight beside them, and feedback.
 * The SQL functions are strict.
 */
#define TALLY_METRIC_FUNCTIONS(metric, kind, lo, hi) \
TALLY_WHOLE_FUNCTIONS(metric, int2, PG_GETARG_INT16, kind, lo, hi); \
TALLY_WHOLE_FUNCTIONS(metric, int4, PG_GETARG_INT32, kind, lo, hi); \
TALLY_WHOLE_FUNCTIONS(metric, int8, PG_GETARG_INT64, kind, lo, hi); \
TALLY_SCORE_FUNCTION(metric##_accum_float8, kind, lo, hi, \
					 tally_row(fcinfo, cx_answer_from_float8(scale, PG_GETARG_FLOAT8(1)), false)); \
TALLY_SCORE_FUNCTION(metric##_take_float8, kind, lo, hi, \
					 tally_row(fcinfo, cx_answer_from_float8(scale, PG_GETARG_FLOAT8(1)), true)); \
TALLY_ROW_FUNCTION(metric##_accum_args, tally_row_args, kind, false); \
TALLY_ROW_FUNCTION(metric##_take_args, tally_row_args, kind, true); \
TALLY_ROW_FUNCTION(metric##_accum_feedback, tally_row_feedback, kind, false); \
TALLY_ROW_FUNCTION(metric##_take_feedback, tally_row_feedback, kind, true)

#endif							/* CX_TALLY_AGG_H */
