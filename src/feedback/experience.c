/*-------------------------------------------------------------------------
 *
 * src/feedback/experience.c
 *	  The experience index: did they reach their goal, was it easy, how did it
 *	  feel. The mean of three net scores, each percent good minus percent bad,
 *	  after the Temkin Experience Ratings (2011) and the early Forrester CXi.
 *	  Ease is asked in two directions, as ces (high is good) and as effort (low
 *	  is good); buckets know the direction, so their counts pool.
 *
 *-------------------------------------------------------------------------
 */
#include "feedback/experience.h"

#include "core/args.h"
#include "feedback/tally_agg.h"

const char *const cx_experience_part_names[CX_EXPERIENCE_PARTS] = {"success", "ease", "emotion"};

enum
{
	SUCCESS,
	EASE,
	EMOTION
};

/* Buckets of two kinds that ask the same thing; scores do not mix, so they are not summed. */
static CxReading
pool_buckets(CxReading a, CxReading b)
{
	CxReading	sum = {.scales = 0};

	sum.responses = cx_add_counts(a.responses, b.responses);
	sum.missing = cx_add_counts(a.missing, b.missing);
	sum.good = a.good + b.good;
	sum.bad = a.bad + b.bad;
	sum.weight = cx_add_weights(a.weight, b.weight);
	sum.squares = cx_add_weights(a.squares, b.squares);
	sum.good_weight = a.good_weight + b.good_weight;
	sum.bad_weight = a.bad_weight + b.bad_weight;
	return sum;
}

CxExperience
cx_experience_from(const CxReading *readings, int n)
{
	CxExperience e;

	e.part[SUCCESS] = cx_pool(readings, n, CX_SUCCESS);
	e.part[EASE] = pool_buckets(cx_pool(readings, n, CX_CES), cx_pool(readings, n, CX_EFFORT));
	e.part[EMOTION] = cx_pool(readings, n, CX_EMOTION);
	return e;
}

double
cx_experience_index(const CxExperience *e)
{
	return (cx_net(&e->part[SUCCESS]) + cx_net(&e->part[EASE]) + cx_net(&e->part[EMOTION])) / CX_EXPERIENCE_PARTS;
}

static CxExperience
experience_of_state(const TallyState *state)
{
	CxExperience e;

	e.part[SUCCESS] = cx_reading_of_state(state, CX_SUCCESS);
	e.part[EASE] = pool_buckets(cx_reading_of_state(state, CX_CES), cx_reading_of_state(state, CX_EFFORT));
	e.part[EMOTION] = cx_reading_of_state(state, CX_EMOTION);
	return e;
}

static CxExperience
experience_of(TallyList list)
{
	int			n;
	int64		unknown;
	CxReading  *readings = cx_readings(list, &n, &unknown);

	return cx_experience_from(readings, n);
}

static Datum
experience_row(FunctionCallInfo fcinfo, bool take)
{
	CxAnswer	answer = PG_GETARG_FEEDBACK(1);

	switch (cx_answer_kind(answer))
	{
		case CX_SUCCESS:
		case CX_CES:
		case CX_EFFORT:
		case CX_EMOTION:
			return tally_row(fcinfo, answer, take);
		default:
			PG_RETURN_POINTER(tally_state_writable(fcinfo));
	}
}

PG_FUNCTION_INFO_V1(experience_accum);
Datum
experience_accum(PG_FUNCTION_ARGS)
{
	return experience_row(fcinfo, false);
}

PG_FUNCTION_INFO_V1(experience_take);
Datum
experience_take(PG_FUNCTION_ARGS)
{
	return experience_row(fcinfo, true);
}

/* One function over a tally and one final function over the working state for each figure. */
#define EXPERIENCE_FUNCTION(name, experience, figure) \
PG_FUNCTION_INFO_V1(name); \
Datum \
name(PG_FUNCTION_ARGS) \
{ \
	CxExperience e = experience; \
\
	CX_RETURN_FLOAT8_OR_NULL(figure); \
} \
extern int no_such_variable

#define EXPERIENCE_FUNCTIONS(name, figure) \
EXPERIENCE_FUNCTION(name##_tally, experience_of(PG_GETARG_TALLY(0)), figure); \
EXPERIENCE_FUNCTION(name##_final, experience_of_state(tally_state_checked(PG_GETARG_DATUM(0))), figure)

EXPERIENCE_FUNCTIONS(experience_index, cx_experience_index(&e));
EXPERIENCE_FUNCTIONS(success, cx_net(&e.part[SUCCESS]));
EXPERIENCE_FUNCTIONS(ease, cx_net(&e.part[EASE]));
EXPERIENCE_FUNCTIONS(emotion, cx_net(&e.part[EMOTION]));
