/*-------------------------------------------------------------------------
 *
 * src/maths/need.h
 *	  What a journey has to hold to have a chance: a condition on names.
 *
 * A search first asks which names are there at all, of an index or of the
 * dictionary of a journey, and only then looks at touches. The condition is a
 * program in postfix order: CX_NEED_NAME pushes whether some touch has this
 * name in this facet, CX_NEED_AND and CX_NEED_OR take two and push one.
 *
 * It is necessary, not sufficient, unless "exact": call@phone needs a touch at
 * call and one by phone, not of one and the same touch. What cannot be told
 * from names (anything negated, what may be absent) is taken as true and
 * simplified away: CX_NEED_TRUE and CX_NEED_FALSE are only ever the whole
 * program.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_NEED_H
#define CX_NEED_H

#include "maths/step.h"

typedef enum CxNeedOp
{
	CX_NEED_FALSE,				/* can never be: any of no steps at all */
	CX_NEED_TRUE,				/* nothing to be told; empty journeys may fit too */
	CX_NEED_NAME,
	CX_NEED_AND,
	CX_NEED_OR
} CxNeedOp;

typedef struct CxNeedItem
{
	CxNeedOp	op;
	int			facet;			/* of CX_NEED_NAME: 0 touchpoint, 1 channel, 2 stage, 3 owner, as CxFacet */
	CxStepName	name;			/* of CX_NEED_NAME: len >= 0; shares its bytes with the step */
} CxNeedItem;

typedef struct CxNeed
{
	int			n;				/* at least 1 */
	CxNeedItem *items;
	bool		exact;			/* sufficient, too */
} CxNeed;

/* All of the steps (of none: true), or any of them (of none: false). */
extern CxNeed cx_need_from_steps(const CxStep *steps, int n, bool all, const CxMemory *memory);

/*
 * Evaluate with values 0 (no), 1 (yes) and 2 (not known; as GinTernaryValue).
 * values[i] of each CX_NEED_NAME at i is given by the caller, n values in all;
 * they are overwritten.
 */
extern signed char cx_need_evaluate(const CxNeed *need, signed char *values);

/* For those who build a program from parts: need.c, pattern_need.c. */
typedef struct CxNeedBuilder
{
	const CxMemory *memory;
	CxNeedItem *items;
	int			n;
	int			capacity;
} CxNeedBuilder;

/* Each appends a program and gives true, or appends nothing and gives false if it is always true. */
extern bool cx_need_add_step(CxNeedBuilder *builder, const CxStep *step);
/* Behind the second and each later part of an AND or OR. */
extern void cx_need_add_op(CxNeedBuilder *builder, CxNeedOp op);
extern CxNeed cx_need_finish(CxNeedBuilder *builder, bool exact);

#endif							/* CX_NEED_H */
