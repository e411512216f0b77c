/*-------------------------------------------------------------------------
 *
 * src/core/srf.h
 *	  Set-returning functions that hand over all their rows at once.
 *
 * Our own few lines, since the server's helper for this changed its name
 * inside the life of PostgreSQL 15 and one library has to load on every minor.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_SRF_H
#define CX_SRF_H

#include "core/compat.h"

#include "access/tupdesc.h"
#include "utils/tuplestore.h"

typedef struct CxRows
{
	Tuplestorestate *store;
	TupleDesc	desc;
} CxRows;

extern CxRows cx_rows_begin(FunctionCallInfo fcinfo, int columns);
extern void cx_rows_put(CxRows *rows, const Datum *values, const bool *nulls);

/* Set column i to a number, or to NULL when the number is NaN. */
static inline void
cx_set_float8(Datum *values, bool *nulls, int i, double x)
{
	nulls[i] = (x != x);
	values[i] = nulls[i] ? (Datum) 0 : Float8GetDatum(x);
}

#endif							/* CX_SRF_H */
