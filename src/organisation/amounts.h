/*-------------------------------------------------------------------------
 *
 * src/organisation/amounts.h
 *	  Amounts as arguments: money, demand, scores and weights, one by one or in
 *	  arrays.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_AMOUNTS_H
#define CX_AMOUNTS_H

#include "core/elements.h"
#include "maths/exactsum.h"

/* 22003 naming the argument, unless it is a finite number of at most CX_SUM_MAX */
extern double cx_check_amount(double amount, const char *argument);
/* 22003 unless low <= x <= high */
extern double cx_check_range(double x, const char *argument, double low, double high);
/* 22003 naming the column, if it is beyond the range of a double; NaN passes, it is NULL */
extern double cx_check_result(double x, const char *column);

/* An argument that is an array of float8, in the current memory context. */
typedef struct CxAmounts
{
	CxElements	elements;		/* its name, length and NULLs; no values */
	double	   *value;			/* NaN: NULL */
} CxAmounts;

/* 22003 naming the argument and the element, as cx_check_amount(); 22023 if it has several dimensions */
extern CxAmounts cx_amounts_arg(FunctionCallInfo fcinfo, int arg, const char *argument);
/* 22023 if an element is NULL */
extern void cx_check_known(const CxElements *elements);

#endif							/* CX_AMOUNTS_H */
