/*-------------------------------------------------------------------------
 *
 * src/core/srf.c
 *	  Set-returning functions that hand over all their rows at once.
 *
 *-------------------------------------------------------------------------
 */
#include "core/srf.h"

#include "funcapi.h"
#include "miscadmin.h"			/* work_mem */
#include "nodes/execnodes.h"	/* ReturnSetInfo */

CxRows
cx_rows_begin(FunctionCallInfo fcinfo, int columns)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext old;
	CxRows		rows;

	if (rsinfo == NULL || !IsA(rsinfo, ReturnSetInfo) || (rsinfo->allowedModes & SFRM_Materialize) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("set-valued function called in context that cannot accept a set")));

	if (get_call_result_type(fcinfo, NULL, &rows.desc) != TYPEFUNC_COMPOSITE || rows.desc->natts != columns)
		elog(ERROR, "unexpected result type of a set-returning function of cx_analytics");
	/*
	 * The rows and one copy of the descriptor live as long as the query, and the executor frees them; anything else
	 * allocated there would stay for each of a million calls.
	 */
	old = MemoryContextSwitchTo(rsinfo->econtext->ecxt_per_query_memory);
	rows.desc = CreateTupleDescCopy(rows.desc);
	rows.store = tuplestore_begin_heap((rsinfo->allowedModes & SFRM_Materialize_Random) != 0, false, work_mem);
	rsinfo->returnMode = SFRM_Materialize;
	rsinfo->setResult = rows.store;
	rsinfo->setDesc = rows.desc;
	MemoryContextSwitchTo(old);
	return rows;
}

void
cx_rows_put(CxRows *rows, const Datum *values, const bool *nulls)
{
	CHECK_FOR_INTERRUPTS();
	tuplestore_putvalues(rows->store, rows->desc, unconstify(Datum *, values), unconstify(bool *, nulls));
}
