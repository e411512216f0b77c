/*-------------------------------------------------------------------------
 *
 * src/maths/pattern_print.c
 *	  Patterns: from tree to canonical text.
 *
 * Blanks, quotes and times are written in one way, the structure as it was.
 *
 *-------------------------------------------------------------------------
 */
#include "maths/pattern_tree.h"

#include <stdio.h>
#include <string.h>

typedef struct Printer
{
	char	   *out;			/* NULL: measure only */
	size_t		len;
} Printer;

static void
put(Printer *p, const char *text)
{
	size_t		n = strlen(text);

	if (p->out != NULL)
		memcpy(p->out + p->len, text, n);
	p->len += n;
}

static void
put_step(Printer *p, const CxStep *step)
{
	p->len += cx_step_print(step, p->out == NULL ? NULL : p->out + p->len);
}

/* As days, hours, minutes and seconds, those that are not zero: 1d 12h */
static void
put_time(Printer *p, const char *keyword, uint64_t time)
{
	static const char units[] = "dhm";
	static const uint64_t sizes[] = {86400000000, 3600000000, 60000000};
	bool		zero = time == 0;
	char		part[48];

	put(p, keyword);
	for (int i = 0; i < 3; i++)
		if (time >= sizes[i])
		{
			snprintf(part, sizeof(part), " %llu%c", (unsigned long long) (time / sizes[i]), units[i]);
			put(p, part);
			time %= sizes[i];
		}
	if (time > 0 || zero)
	{
		int			len = snprintf(part, sizeof(part), " %d.%06d", (int) (time / 1000000), (int) (time % 1000000));

		while (part[len - 1] == '0')
			len--;
		len -= part[len - 1] == '.';
		strcpy(part + len, "s");
		put(p, part);
	}
}

static void
put_quantifier(Printer *p, const CxItem *item)
{
	char		count[48];

	if (item->quantifier != '{')
		snprintf(count, sizeof(count), "%c", item->quantifier);
	else if (item->max == item->min)
		snprintf(count, sizeof(count), "{%d}", item->min);
	else if (item->max == CX_MANY)
		snprintf(count, sizeof(count), "{%d,}", item->min);
	else
		snprintf(count, sizeof(count), "{%d,%d}", item->min, item->max);
	put(p, count);
}

static void
put_alternatives(Printer *p, const CxAlt *alt)
{
	for (const CxAlt *a = alt; a != NULL; a = a->next)
	{
		if (a != alt)
			put(p, " | ");
		for (const CxItem *item = a->items; item != NULL; item = item->next)
		{
			if (item->hop == CX_HOP_CLEAR)
			{
				put(p, " ~");
				put_step(p, &item->skipped);
				put(p, "> ");
			}
			else if (item->hop != CX_HOP_NONE)
				put(p, item->hop == CX_HOP_NEXT ? " -> " : " ~> ");
			if (item->group != NULL)
			{
				put(p, "(");
				put_alternatives(p, item->group);
				put(p, ")");
			}
			else
				put_step(p, &item->touch);
			put_quantifier(p, item);
			if (item->after)
				put_time(p, " after", item->limit.after);
			if (item->within)
				put_time(p, " within", item->limit.within);
		}
	}
}

size_t
cx_pattern_print(const CxTree *tree, char *out)
{
	Printer		p = {out, 0};

	if (tree->from_start)
		put(&p, "^");
	put_alternatives(&p, tree->body);
	if (tree->to_end)
		put(&p, "$");
	if (tree->whole)
		put_time(&p, " within", tree->whole_within);
	return p.len;
}
