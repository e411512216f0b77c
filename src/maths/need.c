/*-------------------------------------------------------------------------
 *
 * src/maths/need.c
 *	  Conditions on names: building them from steps, and evaluating them.
 *
 *-------------------------------------------------------------------------
 */
#include "maths/need.h"

static void
add(CxNeedBuilder *builder, CxNeedItem item)
{
	builder->items = cx_grow(builder->memory, builder->items, builder->n, &builder->capacity, sizeof(CxNeedItem));
	builder->items[builder->n++] = item;
}

void
cx_need_add_op(CxNeedBuilder *builder, CxNeedOp op)
{
	CxNeedItem	item = {op, 0, {NULL, -1}};

	add(builder, item);
}

bool
cx_need_add_step(CxNeedBuilder *builder, const CxStep *step)
{
	if (step->negated)
		return false;
	for (int t = 0; t < step->n; t++)
	{
		bool		first = true;

		for (int f = 0; f < CX_STEP_FACETS; f++)
		{
			if (step->terms[t].facet[f].len < 0)
				continue;
			add(builder, (CxNeedItem) {CX_NEED_NAME, f, step->terms[t].facet[f]});
			if (!first)
				cx_need_add_op(builder, CX_NEED_AND);
			first = false;
		}
		if (t > 0)
			cx_need_add_op(builder, CX_NEED_OR);
	}
	return true;
}

CxNeed
cx_need_finish(CxNeedBuilder *builder, bool exact)
{
	if (builder->n == 0)
		cx_need_add_op(builder, CX_NEED_TRUE);
	return (CxNeed) {builder->n, builder->items, exact};
}

/* Does "needed" tell all there is to know: is it never about two names of one touch? */
static bool
is_exact(const CxStep *step)
{
	if (step->negated)
		return false;
	for (int t = 0; t < step->n; t++)
	{
		int			names = 0;

		for (int f = 0; f < CX_STEP_FACETS; f++)
			names += step->terms[t].facet[f].len >= 0;
		if (names > 1)
			return false;
	}
	return true;
}

CxNeed
cx_need_from_steps(const CxStep *steps, int n, bool all, const CxMemory *memory)
{
	CxNeedBuilder builder = {memory, NULL, 0, 0};
	bool		exact = true;
	int			parts = 0;

	for (int i = 0; i < n; i++)
	{
		exact = exact && is_exact(&steps[i]);
		if (cx_need_add_step(&builder, &steps[i]))
		{
			if (parts++ > 0)
				cx_need_add_op(&builder, all ? CX_NEED_AND : CX_NEED_OR);
		}
		else if (!all)
		{
			builder.n = 0;		/* or anything: always */
			break;
		}
	}
	if (n == 0 && !all)
		cx_need_add_op(&builder, CX_NEED_FALSE);
	return cx_need_finish(&builder, exact);
}

/* The values of the operands are at the front of the array, which is behind where we read. */
signed char
cx_need_evaluate(const CxNeed *need, signed char *values)
{
	/* no, not known, yes as 0, 1, 2: AND is the lower, OR the higher */
	static const signed char rank[] = {0, 2, 1};
	int			depth = 0;

	for (int i = 0; i < need->n; i++)
	{
		signed char a;
		signed char b;

		switch (need->items[i].op)
		{
			case CX_NEED_FALSE:
			case CX_NEED_TRUE:
				values[depth++] = need->items[i].op == CX_NEED_TRUE;
				break;
			case CX_NEED_NAME:
				values[depth++] = values[i];
				break;
			case CX_NEED_AND:
			case CX_NEED_OR:
				b = values[--depth];
				a = values[--depth];
				values[depth++] = (rank[(int) a] < rank[(int) b]) == (need->items[i].op == CX_NEED_AND) ? a : b;
				break;
		}
	}
	return values[0];
}
