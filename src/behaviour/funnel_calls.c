/*-------------------------------------------------------------------------
 *
 * src/behaviour/funnel_calls.c
 *	  How far one journey came: depth, times, a facet of the first touch.
 *
 *-------------------------------------------------------------------------
 */
#include "behaviour/funnel.h"

#include "catalog/pg_type.h"
#include "core/args.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

static Datum
depth_of(FunctionCallInfo fcinfo, CxFunnel *funnel)
{
	CxJourney	j;

	cx_journey_open(&j, PG_GETARG_DATUM(0));
	cx_funnel_find(funnel, &j, CX_FUNNEL_DEPTH);
	PG_RETURN_INT32(funnel->chain.depth);
}

static Datum
times_of(FunctionCallInfo fcinfo, CxFunnel *funnel)
{
	CxJourney	j;
	int			n;
	Datum	   *values;
	bool	   *nulls;
	int			one = 1;

	cx_journey_open(&j, PG_GETARG_DATUM(0));
	cx_funnel_find(funnel, &j, CX_FUNNEL_TIMES);
	n = funnel->chain.depth;
	if (n == 0)
		PG_RETURN_ARRAYTYPE_P(construct_empty_array(TIMESTAMPTZOID));
	values = palloc(sizeof(Datum) * n);
	nulls = palloc(sizeof(bool) * n);
	for (int k = 0; k < n; k++)
	{
		nulls[k] = funnel->reached_at[k] == CX_FUNNEL_SKIPPED;
		values[k] = nulls[k] ? (Datum) 0 : TimestampTzGetDatum(funnel->reached_at[k]);
	}
	PG_RETURN_ARRAYTYPE_P(construct_md_array(values, nulls, 1, &n, &one, TIMESTAMPTZOID, 8, FLOAT8PASSBYVAL,
											 TYPALIGN_DOUBLE));
}

/* (journey, steps, within, mode); within may be NULL */
#define CX_FUNNEL_OF_STEPS(fcinfo) \
	(PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(3) ? NULL : cx_funnel_from_steps(fcinfo, 1, 3))

PG_FUNCTION_INFO_V1(funnel_depth);
Datum
funnel_depth(PG_FUNCTION_ARGS)
{
	return depth_of(fcinfo, cx_funnel_from_def(fcinfo, 1));
}

PG_FUNCTION_INFO_V1(funnel_depth_steps);
Datum
funnel_depth_steps(PG_FUNCTION_ARGS)
{
	CxFunnel   *funnel = CX_FUNNEL_OF_STEPS(fcinfo);

	if (funnel == NULL)
		PG_RETURN_NULL();
	return depth_of(fcinfo, funnel);
}

PG_FUNCTION_INFO_V1(funnel_times);
Datum
funnel_times(PG_FUNCTION_ARGS)
{
	return times_of(fcinfo, cx_funnel_from_def(fcinfo, 1));
}

PG_FUNCTION_INFO_V1(funnel_times_steps);
Datum
funnel_times_steps(PG_FUNCTION_ARGS)
{
	CxFunnel   *funnel = CX_FUNNEL_OF_STEPS(fcinfo);

	if (funnel == NULL)
		PG_RETURN_NULL();
	return times_of(fcinfo, funnel);
}

/* What the touch that begins the best chain has in a facet. */
PG_FUNCTION_INFO_V1(funnel_facet);
Datum
funnel_facet(PG_FUNCTION_ARGS)
{
	CxFunnel   *funnel = cx_funnel_from_def(fcinfo, 1);
	CxFacet		facet = (CxFacet) cx_check_choice(PG_GETARG_TEXT_PP(2), "facet", cx_funnel_holds);
	CxJourney	j;
	CxEntry    *entries;
	CxName	   *names;
	CxName		name;
	char		digits[CX_NAME_DIGITS];
	const char *bytes;
	int			len;

	cx_journey_open(&j, PG_GETARG_DATUM(0));
	cx_funnel_find(funnel, &j, CX_FUNNEL_DEPTH);
	if (funnel->chain.depth == 0)
		PG_RETURN_NULL();
	entries = palloc(sizeof(CxEntry) * j.entries);
	names = palloc(sizeof(CxName) * j.names);
	cx_journey_entries(&j, entries);
	cx_journey_names(&j, names);
	name = cx_entry_name(&entries[funnel->first_code], names, facet);
	if (cx_name_absent(name))
		PG_RETURN_NULL();
	cx_journey_name_check(name);
	bytes = cx_name_text(name, digits, &len);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(bytes, len));
}
