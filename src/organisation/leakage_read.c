/*-------------------------------------------------------------------------
 *
 * src/organisation/leakage_read.c
 *	  Reading leakage_stats: leakage(), leaked().
 *
 *-------------------------------------------------------------------------
 */
#include "organisation/leakage.h"

#include <math.h>

#include "core/args.h"
#include "core/srf.h"
#include "maths/intervals.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */

#define LEAKAGE_COLUMNS	7

static void
put_cell(CxRows *rows, const CxLeakage *l, const uint32 *order, const CxCount *cell, uint64 begun, double confidence)
{
	uint32		names = l->nodes.n;
	uint32		source = CX_LEAK_SOURCE(cell->key);
	uint32		target = CX_LEAK_TARGET(cell->key);
	double		share = (double) cell->n / (double) begun;
	CxInterval	interval = cx_wilson_interval(share, (double) begun, confidence);
	Datum		values[LEAKAGE_COLUMNS] = {0};
	bool		nulls[LEAKAGE_COLUMNS] = {false};

	nulls[0] = source >= names;
	if (!nulls[0])
		values[0] = cx_name_datum(l->nodes.name[order[source]]);
	nulls[1] = target >= names;
	if (!nulls[1])
		values[1] = cx_name_datum(l->nodes.name[order[target]]);
	values[2] = BoolGetDatum(target <= names);
	values[3] = Int64GetDatum((int64) cell->n);
	cx_set_float8(values, nulls, 4, share);
	cx_set_float8(values, nulls, 5, interval.low);
	cx_set_float8(values, nulls, 6, interval.high);
	cx_rows_put(rows, values, nulls);
}

PG_FUNCTION_INFO_V1(leakage);
Datum
leakage(PG_FUNCTION_ARGS)
{
	const CxLeakage *l = (CxLeakage *) cx_stats_arg(fcinfo, 0, &cx_leakage_type);
	double		confidence = cx_check_confidence(PG_GETARG_FLOAT8(1));
	CxRows		rows = cx_rows_begin(fcinfo, LEAKAGE_COLUMNS);
	uint32	   *order = cx_nodes_order(&l->nodes);
	CxCount    *sorted = cx_leakage_sorted(l, order);
	Size		end;

	/* cells of one source stand together */
	for (Size from = 0; from < l->cells.n; from = end)
	{
		uint64		begun = 0;

		for (end = from; end < l->cells.n && CX_LEAK_SOURCE(sorted[end].key) == CX_LEAK_SOURCE(sorted[from].key); end++)
			begun += sorted[end].n;
		for (Size i = from; i < end; i++)
			put_cell(&rows, l, order, &sorted[i], begun, confidence);
		CHECK_FOR_INTERRUPTS();
	}
	return (Datum) 0;
}

/* Of those finished, with both names known: the share whose names differ. */
PG_FUNCTION_INFO_V1(leaked);
Datum
leaked(PG_FUNCTION_ARGS)
{
	const CxLeakage *l = (CxLeakage *) cx_stats_arg(fcinfo, 0, &cx_leakage_type);
	uint64		finished = 0;
	uint64		elsewhere = 0;

	for (Size i = 0; i < l->cells.room; i++)
	{
		const CxCount *cell = &l->cells.slots[i];

		if (cell->n == 0 || CX_LEAK_SOURCE(cell->key) < CX_LEAK_NODE || CX_LEAK_TARGET(cell->key) < CX_LEAK_NODE)
			continue;
		finished += cell->n;
		if (CX_LEAK_SOURCE(cell->key) != CX_LEAK_TARGET(cell->key))
			elsewhere += cell->n;
	}
	if (finished == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8((double) elsewhere / (double) finished);
}
