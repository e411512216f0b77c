/*-------------------------------------------------------------------------
 *
 * src/core/aggstate.h
 *	  What every aggregate support function asks about its call.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_AGGSTATE_H
#define CX_AGGSTATE_H

#include "core/compat.h"

#include "nodes/execnodes.h"

/*
 * May the first argument be changed in place? Only when the executor calls us
 * as (part of) an aggregate; it owns the state then and nobody else sees it.
 * The same question as AggCheckCallContext(), asked without a call, because it
 * is asked once a row.
 */
static inline bool
cx_in_aggregate(FunctionCallInfo fcinfo)
{
	return fcinfo->context != NULL &&
		(IsA(fcinfo->context, AggState) || IsA(fcinfo->context, WindowAggState));
}

#endif							/* CX_AGGSTATE_H */
