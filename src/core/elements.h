/*-------------------------------------------------------------------------
 *
 * src/core/elements.h
 *	  Arguments that are arrays of one dimension, often several in parallel.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_ELEMENTS_H
#define CX_ELEMENTS_H

#include "core/compat.h"

typedef struct CxElements
{
	const char *argument;		/* its name, for messages */
	int			n;
	Datum	   *values;			/* NULL if there are none */
	bool	   *nulls;
} CxElements;

/* Of an argument that is not NULL and an array of text, boolean or float8; 22023 if it has several dimensions. */
extern CxElements cx_elements_arg(FunctionCallInfo fcinfo, int arg, const char *argument);
/* 22023 unless they are of one length. */
extern void cx_elements_match(const CxElements *a, const CxElements *b);

#endif							/* CX_ELEMENTS_H */
