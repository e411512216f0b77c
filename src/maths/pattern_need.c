/*-------------------------------------------------------------------------
 *
 * src/maths/pattern_need.c
 *	  Patterns: which names a journey has to hold to match.
 *
 *-------------------------------------------------------------------------
 */
#include "maths/pattern_tree.h"

static bool add_alternatives(CxNeedBuilder *builder, const CxAlt *alt);

/* All items that cannot be absent. Gives false, with nothing appended, if they ask for nothing. */
static bool
add_sequence(CxNeedBuilder *builder, const CxItem *item)
{
	bool		found = false;

	for (; item != NULL; item = item->next)
	{
		bool		added = false;

		if (item->nullable)
			continue;
		if (item->group != NULL)
			added = add_alternatives(builder, item->group);
		else
			added = cx_need_add_step(builder, &item->touch);
		if (added && found)
			cx_need_add_op(builder, CX_NEED_AND);
		found = found || added;
	}
	return found;
}

static bool
add_alternatives(CxNeedBuilder *builder, const CxAlt *alt)
{
	int			begin = builder->n;

	for (const CxAlt *a = alt; a != NULL; a = a->next)
	{
		if (!add_sequence(builder, a->items))
		{
			builder->n = begin;
			return false;
		}
		if (a != alt)
			cx_need_add_op(builder, CX_NEED_OR);
	}
	return true;
}

CxNeed
cx_pattern_need(const CxTree *tree, const CxMemory *memory)
{
	CxNeedBuilder builder = {memory, NULL, 0, 0};

	add_alternatives(&builder, tree->body);
	return cx_need_finish(&builder, false);
}
