/*-------------------------------------------------------------------------
 *
 * src/maths/pattern_check.c
 *	  Patterns: what the grammar allows but an automaton with one clock cannot.
 *
 *-------------------------------------------------------------------------
 */
#include "maths/pattern_tree.h"

static bool
fail(CxParseError *error, CxFault fault, int at, const char *message, const char *hint)
{
	*error = (CxParseError) {fault, at, message, hint};
	return false;
}

/*
 * Can something be passed over between the last touch and the end? That is so
 * if what comes behind a hop that passes over touches is absent.
 */
static bool
is_open(const CxItem *item)
{
	for (const CxAlt *alt = item->group; alt != NULL; alt = alt->next)
	{
		const CxItem *last = alt->items;

		while (last->next != NULL)
			last = last->next;
		for (; last != NULL; last = last->prev)
		{
			if (is_open(last) || (last->nullable && last->hop != CX_HOP_NEXT && last->hop != CX_HOP_NONE))
				return true;
			if (!last->nullable)
				break;
		}
	}
	return false;
}

static bool
check_limit(const CxItem *item, bool repeated, CxParseError *error)
{
	if (repeated)
		return fail(error, CX_FAULT_UNSUPPORTED, item->limit_at,
					"a time limit inside a repetition would need several running clocks",
					"Move the limit to a hop outside the repetition, or put it around the whole pattern.");
	if (item->nullable || item->prev->nullable)
		return fail(error, CX_FAULT_UNSUPPORTED, item->limit_at,
					"a time limit needs touches that cannot be absent on both sides of its hop",
					"Write the cases with and without the touch as alternatives.");
	if (is_open(item->prev))
		return fail(error, CX_FAULT_UNSUPPORTED, item->limit_at,
					"a time limit needs a touch that cannot be absent right before its hop",
					"Write the cases with and without the touch as alternatives.");
	return true;
}

/*
 * Size with repetitions written out, and touches in brackets, added up as far
 * as the limits: past them there is an error.
 */
static bool
check_items(const CxAlt *alt, bool repeated, int64_t *size, int *terms, CxParseError *error)
{
	for (; alt != NULL; alt = alt->next)
		for (const CxItem *item = alt->items; item != NULL; item = item->next)
		{
			int64_t		inner = 1;
			int			times = item->max == CX_MANY ? item->min : item->max;

			if ((item->within || item->after) && !check_limit(item, repeated, error))
				return false;
			if (item->group != NULL)
			{
				inner = 0;
				if (!check_items(item->group, repeated || item->quantifier != '\0', &inner, terms, error))
					return false;
			}
			*size += inner * (times > 1 ? times : 1) + (item->hop != CX_HOP_NONE);
			if (*size > CX_PATTERN_MAX_SIZE)
				return fail(error, CX_FAULT_TOO_LARGE, item->at, CX_PATTERN_TOO_LARGE, NULL);
			*terms += item->touch.n + item->skipped.n;
			if (*terms > CX_PATTERN_MAX_TERMS)
				return fail(error, CX_FAULT_TOO_LARGE, item->at, "a pattern may have up to 100000 touches in brackets", NULL);
		}
	return true;
}

bool
cx_pattern_check(const CxTree *tree, CxParseError *error)
{
	int64_t		size = 0;
	int			terms = 0;

	return check_items(tree->body, false, &size, &terms, error);
}
