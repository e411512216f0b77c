/*-------------------------------------------------------------------------
 *
 * src/core/elements.c
 *	  Arguments that are arrays of one dimension (see elements.h).
 *
 *-------------------------------------------------------------------------
 */
#include "core/elements.h"

#include "catalog/pg_type_d.h"
#include "utils/array.h"

CxElements
cx_elements_arg(FunctionCallInfo fcinfo, int arg, const char *argument)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(arg);
	CxElements	e = {.argument = argument};

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s has %d dimensions", argument, ARR_NDIM(array)),
				 errhint("Use an array of one dimension.")));
	switch (ARR_ELEMTYPE(array))
	{
		case TEXTOID:
			deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &e.values, &e.nulls, &e.n);
			break;
		case BOOLOID:
			deconstruct_array(array, BOOLOID, 1, true, TYPALIGN_CHAR, &e.values, &e.nulls, &e.n);
			break;
		case FLOAT8OID:
			deconstruct_array(array, FLOAT8OID, 8, FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &e.values, &e.nulls, &e.n);
			break;
		default:
			elog(ERROR, "unexpected type of elements in %s", argument);
	}
	return e;
}

void
cx_elements_match(const CxElements *a, const CxElements *b)
{
	if (unlikely(a->n != b->n))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s and %s differ in length", a->argument, b->argument),
				 errdetail("They have %d and %d elements.", a->n, b->n)));
}
