/*-------------------------------------------------------------------------
 *
 * src/organisation/effort.c
 *	  What a journey took its customer: effort_index() and effort_parts().
 *
 * Five counts of what the customer had to do, x, become points x / (x + h): none
 * at 0, one half at x = h, nearing 1 without ever being cut off. This is the
 * saturation of Michaelis and Menten (1913). The index is their weighted mean
 * in per cent. Nothing is stored.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>

#include "core/args.h"
#include "core/interval.h"
#include "core/srf.h"
#include "organisation/handoff.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#define EFFORT_COLUMNS	4		/* part, amount, points, share */

typedef enum Part
{
	STEPS,
	REPEATS,
	SWITCHES,
	HANDOFFS,
	WAITS
} Part;

#define PARTS	5

static const char *const part_names[PARTS] = {"steps", "repeats", "switches", "handoffs", "waits"};

typedef struct Effort
{
	int			amount[PARTS];
	double		points[PARTS];	/* of 100; NaN without touches */
	double		index;			/* their sum; NaN without touches */
} Effort;

/* ---- arguments ---- */

/* Five finite numbers: above 0, or at least 0 where "zero" is allowed; else 22023 naming the argument. */
static void
five_numbers(FunctionCallInfo fcinfo, int arg, const char *argument, bool zero, double *numbers)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(arg);
	int			n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));

	if (ARR_NDIM(array) != 1 || n != PARTS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s is not a list of five numbers", argument),
				 ARR_NDIM(array) > 1 ? errdetail("It has %d dimensions.", ARR_NDIM(array)) :
				 errdetail_plural("It has %d element.", "It has %d elements.", n, n),
				 errhint("Give one each for steps, repeats, switches, handoffs, waits.")));
	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s has a NULL among its elements", argument)));
	memcpy(numbers, ARR_DATA_PTR(array), sizeof(double) * PARTS);
	for (int i = 0; i < PARTS; i++)
		if (!isfinite(numbers[i]) || numbers[i] < 0 || (numbers[i] == 0 && !zero))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg(zero ? "%s must be finite and not negative" : "%s must be finite and above 0", argument),
					 errdetail("That of %s is %g.", part_names[i], numbers[i])));
}

/* The weights, adding up to 1. They are divided by the largest first, so that no sum overflows. */
static void
weights_arg(FunctionCallInfo fcinfo, int arg, double *weights)
{
	double		largest = 0.0;
	double		sum = 0.0;

	five_numbers(fcinfo, arg, "weights", true, weights);
	for (int i = 0; i < PARTS; i++)
		largest = Max(largest, weights[i]);
	if (largest == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("all weights are 0"),
				 errhint("Give at least one part a weight above 0.")));
	for (int i = 0; i < PARTS; i++)
		sum += weights[i] / largest;
	for (int i = 0; i < PARTS; i++)
		weights[i] = weights[i] / largest / sum;
}

/* ---- counting ---- */

/* Gaps between neighbours that are longer than the limit: whole units, which are longer if they are more units. */
static int
count_waits(const CxJourney *j, uint64 limit)
{
	uint64		units = limit / j->unit;
	uint64		steps[CX_STEPS_AT_ONCE];
	CxStepsAt	at = {0};
	int			waits = 0;
	int			count;

	while ((count = cx_next_steps(j, &at, steps)) > 0)
		for (int i = 0; i < count; i++)
			waits += steps[i] > units;
	return waits;
}

static void
count_parts(const CxJourney *j, uint64 wait, int *amount)
{
	CxTrace		trace;

	memset(amount, 0, sizeof(int) * PARTS);
	if (j->n == 0)
		return;
	amount[STEPS] = j->n;
	amount[REPEATS] = j->n - cx_distinct_names(j, CX_TOUCHPOINT);
	amount[WAITS] = count_waits(j, wait);
	if ((j->flags & (1 << (CX_CHANNEL - 1) | 1 << (CX_OWNER - 1))) == 0)
		return;
	trace = cx_trace(j, 1 << CX_CHANNEL | 1 << CX_OWNER);
	amount[SWITCHES] = cx_trace_changes(&trace, CX_CHANNEL);
	amount[HANDOFFS] = cx_trace_changes(&trace, CX_OWNER);
	cx_trace_free(&trace);
}

/* (journey, wait, weights, halfway) */
static Effort
effort_of(FunctionCallInfo fcinfo)
{
	uint64		wait = cx_interval_microseconds(PG_GETARG_INTERVAL_P(1), "wait");
	double		weights[PARTS];
	double		halfway[PARTS];
	CxJourney	j;
	Effort		effort = {.index = 0.0};

	weights_arg(fcinfo, 2, weights);
	five_numbers(fcinfo, 3, "halfway", false, halfway);
	cx_journey_open(&j, PG_GETARG_DATUM(0));
	count_parts(&j, wait, effort.amount);
	for (int i = 0; i < PARTS; i++)
	{
		double		x = effort.amount[i];

		effort.points[i] = j.n == 0 ? NAN : 100.0 * weights[i] * x / (x + halfway[i]);
		effort.index += effort.points[i];
	}
	/* weights that are rounded may add up to a little more than 1 */
	if (effort.index > 100.0)
		effort.index = 100.0;
	return effort;
}

PG_FUNCTION_INFO_V1(effort_index);
Datum
effort_index(PG_FUNCTION_ARGS)
{
	CX_RETURN_FLOAT8_OR_NULL(effort_of(fcinfo).index);
}

PG_FUNCTION_INFO_V1(effort_parts);
Datum
effort_parts(PG_FUNCTION_ARGS)
{
	Effort		effort = effort_of(fcinfo);
	CxRows		rows = cx_rows_begin(fcinfo, EFFORT_COLUMNS);

	for (int i = 0; i < PARTS; i++)
	{
		Datum		values[EFFORT_COLUMNS];
		bool		nulls[EFFORT_COLUMNS] = {false};

		values[0] = PointerGetDatum(cstring_to_text(part_names[i]));
		values[1] = Int32GetDatum(effort.amount[i]);
		cx_set_float8(values, nulls, 2, effort.points[i]);
		cx_set_float8(values, nulls, 3, effort.index > 0 ? Min(effort.points[i] / effort.index, 1.0) : NAN);
		cx_rows_put(&rows, values, nulls);
	}
	return (Datum) 0;
}
