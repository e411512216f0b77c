/*-------------------------------------------------------------------------
 *
 * src/core/compare.h
 *	  The seven SQL functions of a total order, from one comparison.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_COMPARE_H
#define CX_COMPARE_H

#include "core/compat.h"

#define CX_COMPARISON_FUNCTION(name, result) \
PG_FUNCTION_INFO_V1(name); \
Datum \
name(PG_FUNCTION_ARGS) \
{ \
	return result; \
} \
extern int no_such_variable

/* type_lt, _le, _eq, _ne, _ge, _gt and _cmp; compare(fcinfo) gives a number below, at or above 0 */
#define CX_COMPARISON_FUNCTIONS(type, compare) \
CX_COMPARISON_FUNCTION(type##_lt, BoolGetDatum(compare(fcinfo) < 0)); \
CX_COMPARISON_FUNCTION(type##_le, BoolGetDatum(compare(fcinfo) <= 0)); \
CX_COMPARISON_FUNCTION(type##_eq, BoolGetDatum(compare(fcinfo) == 0)); \
CX_COMPARISON_FUNCTION(type##_ne, BoolGetDatum(compare(fcinfo) != 0)); \
CX_COMPARISON_FUNCTION(type##_ge, BoolGetDatum(compare(fcinfo) >= 0)); \
CX_COMPARISON_FUNCTION(type##_gt, BoolGetDatum(compare(fcinfo) > 0)); \
CX_COMPARISON_FUNCTION(type##_cmp, Int32GetDatum(compare(fcinfo)))

#endif							/* CX_COMPARE_H */
