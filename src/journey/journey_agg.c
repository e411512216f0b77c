/*-------------------------------------------------------------------------
 *
 * src/journey/journey_agg.c
 *	  The aggregates that make journeys: journey_agg(at, touchpoint, ...),
 *	  journey_agg(journey), rollup(journey).
 *
 *-------------------------------------------------------------------------
 */
#include "journey/growing.h"

#include <math.h>

#include "feedback/feedback.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

/* All touches of a journey in either form. */
static void
append_journey(CxTouches *touches, Datum d)
{
	CxGrowing  *growing = cx_growing_of(d);
	CxJourney	j;

	if (growing != NULL)
	{
		cx_touches_append_all(touches, cx_growing_touches(growing));
		return;
	}
	cx_journey_open(&j, d);
	cx_touches_append(touches, &j, 0, j.n);
}

/* Outside an aggregate the result is a new journey and the state is left alone. */
static void
copy_of_state(FunctionCallInfo fcinfo, CxTouches *touches)
{
	cx_touches_init(touches, cx_dict_new(CurrentMemoryContext), CurrentMemoryContext);
	if (!PG_ARGISNULL(0))
		append_journey(touches, PG_GETARG_DATUM(0));
}

static Datum
add_touch(FunctionCallInfo fcinfo, const CxTouch *touch)
{
	MemoryContext aggcontext;
	CxTouches	touches;

	if (likely(AggCheckCallContext(fcinfo, &aggcontext)))
		return cx_growing_add(fcinfo, aggcontext, touch);
	copy_of_state(fcinfo, &touches);
	cx_touches_add(&touches, touch);
	PG_RETURN_JOURNEY(cx_touches_pack(&touches));
}

static Datum
add_journey(FunctionCallInfo fcinfo, Datum other)
{
	MemoryContext aggcontext;
	CxTouches	touches;
	CxGrowing  *growing;

	if (likely(AggCheckCallContext(fcinfo, &aggcontext)))
	{
		growing = cx_growing_state(fcinfo, aggcontext);
		append_journey(cx_growing_touches(growing), other);
		return cx_growing_datum(growing);
	}
	copy_of_state(fcinfo, &touches);
	append_journey(&touches, other);
	PG_RETURN_JOURNEY(cx_touches_pack(&touches));
}

static Datum
state_unchanged(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

/* The facets behind the touchpoint, as far as there are arguments for them. */
static void
optional_facets(FunctionCallInfo fcinfo, CxTouch *touch, int first)
{
	touch->feedback = 0;
	touch->value = NAN;
	for (int f = CX_CHANNEL; f < CX_FACETS; f++)
	{
		int			arg = first + f - CX_CHANNEL;

		touch->facet[f] = arg >= PG_NARGS() || PG_ARGISNULL(arg) ? CX_NO_NAME :
			cx_name_from_text(PG_GETARG_TEXT_PP(arg));
	}
}

/* A touchpoint that is a number in its table; what is no name's number is kept as its digits. */
static CxName
name_from_int8(int64 number, char *digits)
{
	if (number >= 0 && number <= PG_INT32_MAX)
		return cx_name_number((int32) number);
	return cx_name(digits, pg_lltoa(number, digits));
}

/* journey_agg(at, touchpoint, ...): a row without a time or without a touchpoint is no touch */
PG_FUNCTION_INFO_V1(journey_accum);
Datum
journey_accum(PG_FUNCTION_ARGS)
{
	CxTouch		touch;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return state_unchanged(fcinfo);
	touch.at = PG_GETARG_TIMESTAMPTZ(1);
	touch.facet[CX_TOUCHPOINT] = cx_name_from_text(PG_GETARG_TEXT_PP(2));
	optional_facets(fcinfo, &touch, 3);
	return add_touch(fcinfo, &touch);
}

PG_FUNCTION_INFO_V1(journey_accum_int8);
Datum
journey_accum_int8(PG_FUNCTION_ARGS)
{
	CxTouch		touch;
	char		digits[MAXINT8LEN + 1];

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return state_unchanged(fcinfo);
	touch.at = PG_GETARG_TIMESTAMPTZ(1);
	touch.facet[CX_TOUCHPOINT] = name_from_int8(PG_GETARG_INT64(2), digits);
	optional_facets(fcinfo, &touch, 3);
	return add_touch(fcinfo, &touch);
}

/* journey_agg(journey), rollup(journey), and the combine function of all */
PG_FUNCTION_INFO_V1(journey_accum_journey);
Datum
journey_accum_journey(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(1))
		return state_unchanged(fcinfo);
	return add_journey(fcinfo, PG_GETARG_DATUM(1));
}

/* The state may be asked for its result more than once; putting it in order changes nothing for later touches. */
PG_FUNCTION_INFO_V1(journey_final);
Datum
journey_final(PG_FUNCTION_ARGS)
{
	CxGrowing  *growing = cx_growing_of(PG_GETARG_DATUM(0));

	if (growing != NULL)
		PG_RETURN_JOURNEY(cx_touches_pack(cx_growing_touches(growing)));
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

/* touch(at, touchpoint, channel, stage, owner, feedback, value): a journey of one touch */
static Datum
journey_of_touch(FunctionCallInfo fcinfo, CxName touchpoint)
{
	CxTouch		touch;
	CxTouches	touches;

	touch.at = PG_GETARG_TIMESTAMPTZ(0);
	touch.facet[CX_TOUCHPOINT] = touchpoint;
	optional_facets(fcinfo, &touch, 2);
	if (!PG_ARGISNULL(5))
		touch.feedback = PG_GETARG_FEEDBACK(5);
	if (!PG_ARGISNULL(6))
		touch.value = PG_GETARG_FLOAT8(6);
	if (!PG_ARGISNULL(6) && isnan(touch.value))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("the value of a touch cannot be NaN")));
	cx_touches_init(&touches, cx_dict_new(CurrentMemoryContext), CurrentMemoryContext);
	cx_touches_add(&touches, &touch);
	PG_RETURN_JOURNEY(cx_touches_pack(&touches));
}

PG_FUNCTION_INFO_V1(journey_touch);
Datum
journey_touch(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	return journey_of_touch(fcinfo, cx_name_from_text(PG_GETARG_TEXT_PP(1)));
}

PG_FUNCTION_INFO_V1(journey_touch_int8);
Datum
journey_touch_int8(PG_FUNCTION_ARGS)
{
	char		digits[MAXINT8LEN + 1];

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	return journey_of_touch(fcinfo, name_from_int8(PG_GETARG_INT64(1), digits));
}
