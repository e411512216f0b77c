/*-------------------------------------------------------------------------
 *
 * src/behaviour/funnel_read.c
 *	  Reading funnel_stats: one row for each step.
 *
 *-------------------------------------------------------------------------
 */
#include "behaviour/funnel_stats.h"

#include <math.h>

#include "core/args.h"
#include "core/srf.h"
#include "maths/intervals.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/builtins.h"

#define COLUMNS 9

static text *
name_of(const CxFunnelDef *def, int step)
{
	Size		len;
	text	   *name;

	if (def->mode == CX_FUNNEL_ANY)
		return cstring_to_text(psprintf("any %d of %d", step + 1, def->n));
	len = cx_step_print(&def->steps[step], NULL);
	name = palloc(VARHDRSZ + len);
	SET_VARSIZE(name, VARHDRSZ + len);
	cx_step_print(&def->steps[step], VARDATA(name));
	return name;
}

/* Microseconds to seconds; of the first step it is 0, of one that nobody reached unknown. */
static double
seconds_to(const CxFunnelStats *s, int step, double share)
{
	if (cx_funnel_reached(s, step) == 0)
		return NAN;
	return step == 0 ? 0.0 : cx_loghist_quantile(&s->hist[step - 1], share) / 1e6;
}

/* Of all that began, with Wilson's interval; of those that reached the step before that is not optional. */
static void
put_step(CxRows *rows, const CxFunnelStats *s, const CxFunnelDef *def, int step, uint64 before, double confidence)
{
	uint64		reached = cx_funnel_reached(s, step);
	double		share = s->begun == 0 ? NAN : (double) reached / (double) s->begun;
	CxInterval	interval = {NAN, NAN};
	Datum		values[COLUMNS];
	bool		nulls[COLUMNS] = {false};

	if (s->begun > 0)
		interval = cx_wilson_interval(share, (double) s->begun, confidence);
	values[0] = Int32GetDatum(step + 1);
	values[1] = PointerGetDatum(name_of(def, step));
	values[2] = Int64GetDatum((int64) reached);
	cx_set_float8(values, nulls, 3, share);
	cx_set_float8(values, nulls, 4, step == 0 || before == 0 ? NAN : (double) reached / (double) before);
	cx_set_float8(values, nulls, 5, interval.low);
	cx_set_float8(values, nulls, 6, interval.high);
	cx_set_float8(values, nulls, 7, seconds_to(s, step, 0.5));
	cx_set_float8(values, nulls, 8, seconds_to(s, step, 0.9));
	cx_rows_put(rows, values, nulls);
}

PG_FUNCTION_INFO_V1(funnel_steps);
Datum
funnel_steps(PG_FUNCTION_ARGS)
{
	double		confidence = cx_check_confidence(PG_GETARG_FLOAT8(1));
	CxFunnelStats *s = (CxFunnelStats *) cx_stats_arg(fcinfo, 0, &cx_funnel_stats_type);
	CxMemory	memory = cx_memory(CurrentMemoryContext);
	CxRows		rows = cx_rows_begin(fcinfo, COLUMNS);
	CxFunnelDef def;
	uint64		before = 0;

	if (!cx_funnel_def_from_text(s->text, s->text_len, &memory, &def))
		elog(ERROR, "definition of a funnel cannot be read again");
	for (int k = 0; k < s->n; k++)
	{
		put_step(&rows, s, &def, k, before, confidence);
		if (!def.optional[k])
			before = cx_funnel_reached(s, k);
		CHECK_FOR_INTERRUPTS();
	}
	return (Datum) 0;
}

/* How many journeys were asked, those that never began included. */
PG_FUNCTION_INFO_V1(funnel_total);
Datum
funnel_total(PG_FUNCTION_ARGS)
{
	CxFunnelStats *s = (CxFunnelStats *) cx_stats_arg(fcinfo, 0, &cx_funnel_stats_type);

	PG_RETURN_INT64((int64) s->asked);
}

/* The definition that it holds. */
PG_FUNCTION_INFO_V1(funnel_stats_def);
Datum
funnel_stats_def(PG_FUNCTION_ARGS)
{
	CxFunnelStats *s = (CxFunnelStats *) cx_stats_arg(fcinfo, 0, &cx_funnel_stats_type);
	struct varlena *stored = palloc(VARHDRSZ + 1 + s->text_len);

	SET_VARSIZE(stored, VARHDRSZ + 1 + s->text_len);
	VARDATA(stored)[0] = CX_FUNNEL_VERSION;
	memcpy(VARDATA(stored) + 1, s->text, s->text_len);
	PG_RETURN_POINTER(stored);
}
