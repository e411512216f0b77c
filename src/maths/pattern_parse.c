/*-------------------------------------------------------------------------
 *
 * src/maths/pattern_parse.c
 *	  Patterns: from text to tree.
 *
 * Recursive descent, one function for each rule of the grammar in pattern.h;
 * each gives false or NULL once an error is set. How deep parentheses nest is
 * limited, so the stack is too.
 *
 *-------------------------------------------------------------------------
 */
#include "maths/pattern_tree.h"

#include <string.h>

#define MICROSECONDS	1000000

typedef struct Parser
{
	const char *text;
	int			len;
	int			at;
	int			depth;			/* open parentheses */
	int			items;
	const CxMemory *memory;
	CxParseError *error;
} Parser;

static CxAlt *parse_alternatives(Parser *p, const char *missing);

/* ---- helpers ---- */

static bool
fail(Parser *p, CxFault fault, int at, const char *message, const char *hint)
{
	*p->error = (CxParseError) {fault, at, message, hint};
	return false;
}

static void
skip_blanks(Parser *p)
{
	while (p->at < p->len && cx_step_blank(p->text[p->at]))
		p->at++;
}

/* The next byte that is not blank; 0 at the end. */
static char
peek(Parser *p)
{
	skip_blanks(p);
	return p->at < p->len ? p->text[p->at] : '\0';
}

static bool
accept(Parser *p, const char *token)
{
	int			len = strlen(token);

	skip_blanks(p);
	if (p->len - p->at < len || memcmp(p->text + p->at, token, len) != 0)
		return false;
	p->at += len;
	return true;
}

static bool
is_keyword(Parser *p, const char *word)
{
	int			begin;
	bool		found;

	skip_blanks(p);
	begin = p->at;
	found = accept(p, word) && (p->at == p->len || !cx_step_bare(p->text[p->at]));
	p->at = begin;
	return found;
}

static void *
allocate(Parser *p, size_t size)
{
	return memset(p->memory->alloc(size, p->memory->arg), 0, size);
}

/* ---- times ---- */

/* Digits; "most" plus one if they are more. False if there are none. */
static bool
parse_digits(Parser *p, int64_t most, int64_t *value)
{
	int			begin = p->at;

	*value = 0;
	for (; p->at < p->len && p->text[p->at] >= '0' && p->text[p->at] <= '9'; p->at++)
	{
		if (*value <= most)
			*value = *value * 10 + (p->text[p->at] - '0');
		if (*value > most)
			*value = most + 1;
	}
	return p->at > begin;
}

/* Millionths behind a decimal point. */
static bool
parse_fraction(Parser *p, int64_t *millionths)
{
	int			begin = p->at;

	if (!parse_digits(p, MICROSECONDS - 1, millionths))
		return fail(p, CX_FAULT_SYNTAX, p->at, "expected a digit after the decimal point", NULL);
	if (p->at - begin > 6)
		return fail(p, CX_FAULT_SYNTAX, begin, "a time may have up to six decimals", NULL);
	for (int i = p->at - begin; i < 6; i++)
		*millionths *= 10;
	return true;
}

/* One number and its unit, added to *time. */
static bool
parse_time_part(Parser *p, uint64_t *time)
{
	static const char units[] = "smhdw";
	static const int seconds[] = {1, 60, 3600, 86400, 604800};
	const char *unit;
	int			begin = p->at;
	int64_t		whole;
	int64_t		millionths = 0;
	unsigned __int128	sum;

	if (!parse_digits(p, INT64_MAX / MICROSECONDS, &whole))
		return fail(p, CX_FAULT_SYNTAX, p->at, "expected a time, such as 7d, 12h 30m or 1.5s", NULL);
	if (p->at < p->len && p->text[p->at] == '.')
	{
		p->at++;
		if (!parse_fraction(p, &millionths))
			return false;
	}
	unit = peek(p) == '\0' ? NULL : strchr(units, p->text[p->at]);
	if (unit == NULL ||
		(p->at + 1 < p->len && cx_step_bare(p->text[p->at + 1]) &&
		 !(p->text[p->at + 1] >= '0' && p->text[p->at + 1] <= '9')))
		return fail(p, CX_FAULT_SYNTAX, p->at, "expected a unit of time: s, m (minutes), h, d (24 hours) or w", NULL);
	p->at++;
	sum = *time + ((unsigned __int128) whole * MICROSECONDS + millionths) * seconds[unit - units];
	if (sum > INT64_MAX)
		return fail(p, CX_FAULT_TOO_LARGE, begin, "a time may be up to 2562047788 hours", NULL);
	*time = (uint64_t) sum;
	return true;
}

static bool
parse_time(Parser *p, uint64_t *time)
{
	*time = 0;
	skip_blanks(p);
	do
	{
		if (!parse_time_part(p, time))
			return false;
	} while (peek(p) >= '0' && peek(p) <= '9');
	return true;
}

/* ---- items ---- */

/* {n}, {n,} or {n,m}, behind the brace */
static bool
parse_count(Parser *p, CxItem *item)
{
	int			begin = p->at;
	int64_t		min;
	int64_t		max;

	skip_blanks(p);
	if (!parse_digits(p, CX_PATTERN_MAX_COUNT, &min))
		return fail(p, CX_FAULT_SYNTAX, p->at, "expected how many times, as in {2}, {2,} or {2,5}", NULL);
	max = min;
	if (accept(p, ","))
	{
		skip_blanks(p);
		if (!parse_digits(p, CX_PATTERN_MAX_COUNT, &max))
			max = CX_MANY;
	}
	if (!accept(p, "}"))
		return fail(p, CX_FAULT_SYNTAX, p->at, "expected \"}\" behind the number of repetitions", NULL);
	if (min > CX_PATTERN_MAX_COUNT || max > CX_PATTERN_MAX_COUNT)
		return fail(p, CX_FAULT_TOO_LARGE, begin, "a touch can be asked for up to 1000 times", NULL);
	if (max != CX_MANY && max < min)
		return fail(p, CX_FAULT_SYNTAX, begin, "the highest number of repetitions is below the lowest", NULL);
	item->min = (int) min;
	item->max = (int) max;
	return true;
}

static bool
parse_quantifier(Parser *p, CxItem *item)
{
	char		c = peek(p);

	item->min = item->max = 1;
	if (c == '\0' || strchr("*+?{", c) == NULL)
		return true;
	p->at++;
	item->quantifier = c;
	item->min = c == '+';
	item->max = c == '?' ? 1 : CX_MANY;
	if (c == '{' && !parse_count(p, item))
		return false;
	c = peek(p);
	if (c != '\0' && strchr("*+?{", c) != NULL)
		return fail(p, CX_FAULT_SYNTAX, p->at, "a repetition of a repetition needs parentheses", NULL);
	return true;
}

static bool
parse_atom(Parser *p, CxItem *item, const char *missing)
{
	char		c = peek(p);

	item->at = p->at;
	if (c == '(')
	{
		p->at++;
		if (++p->depth > CX_PATTERN_MAX_DEPTH)
			return fail(p, CX_FAULT_TOO_LARGE, item->at, "parentheses may nest up to 100 deep", NULL);
		item->group = parse_alternatives(p, "expected a touch after \"(\"");
		if (item->group == NULL)
			return false;
		if (!accept(p, ")"))
			return fail(p, CX_FAULT_SYNTAX, p->at, p->at < p->len ? "expected \"->\", \"~>\", \"|\" or \")\"" :
						"a parenthesis is never closed", NULL);
		p->depth--;
		return true;
	}
	if (c == '^' || c == '$')
		return fail(p, CX_FAULT_SYNTAX, p->at, missing,
					"\"^\" can stand only at the beginning of a pattern and \"$\" only at its end.");
	if (!cx_step_bare(c) && (c == '\0' || strchr("\"@/#.[", c) == NULL))
		return fail(p, CX_FAULT_SYNTAX, p->at, missing, NULL);
	p->at = cx_step_parse_strict(p->text, p->len, p->at, p->memory, &item->touch, p->error);
	return p->at >= 0;
}

/* An item that a hop leads to, or the first of a sequence; "missing": what to say if there is none. */
static CxItem *
parse_item(Parser *p, const char *missing)
{
	CxItem	   *item = allocate(p, sizeof(CxItem));

	if (p->items++ == CX_PATTERN_MAX_SIZE)
	{
		fail(p, CX_FAULT_TOO_LARGE, p->at, CX_PATTERN_TOO_LARGE, NULL);
		return NULL;
	}
	item->limit.within = UINT64_MAX;
	if (!parse_atom(p, item, missing) || !parse_quantifier(p, item))
		return NULL;
	item->nullable = item->min == 0 || (item->group != NULL && cx_alt_nullable(item->group));
	return item;
}

/* False with no error set if there is no hop. */
static bool
parse_hop(Parser *p, CxHop *hop, CxStep *skipped, const char **missing)
{
	int			begin;

	*hop = CX_HOP_NONE;
	skip_blanks(p);
	begin = p->at;
	if (accept(p, "->"))
	{
		*hop = CX_HOP_NEXT;
		*missing = "expected a touch after \"->\"";
	}
	else if (accept(p, "~>"))
	{
		*hop = CX_HOP_LATER;
		*missing = "expected a touch after \"~>\"";
	}
	else if (accept(p, "~["))
	{
		p->at = cx_step_parse_strict(p->text, p->len, begin + 1, p->memory, skipped, p->error);
		if (p->at < 0)
			return false;
		if (!skipped->negated)
			return fail(p, CX_FAULT_SYNTAX, begin, "expected \"^\" after \"~[\": a hop names what may not be between", NULL);
		if (p->at == p->len || p->text[p->at] != '>')
			return fail(p, CX_FAULT_SYNTAX, p->at, "expected \">\" right behind the brackets of a hop", NULL);
		p->at++;
		*hop = CX_HOP_CLEAR;
		*missing = "expected a touch after the hop";
	}
	else if (p->at < p->len && (p->text[p->at] == '~' || p->text[p->at] == '-'))
		return fail(p, CX_FAULT_SYNTAX, begin, "expected \"->\", \"~>\" or a hop such as \"~[^x]>\"", NULL);
	return *hop != CX_HOP_NONE;
}

static bool
has_hops(const CxAlt *alt)
{
	for (; alt != NULL; alt = alt->next)
		for (const CxItem *item = alt->items; item != NULL; item = item->next)
			if (item->hop != CX_HOP_NONE || (item->group != NULL && has_hops(item->group)))
				return true;
	return false;
}

static bool
fail_around(Parser *p)
{
	return fail(p, CX_FAULT_UNSUPPORTED, p->at,
				"a time limit around parentheses is possible only as \"within\" around the whole pattern",
				"Write it behind a hop and its touch, as in a ~> b within 7d, or around all, as in (a ~> b ~> c) within 7d.");
}

/* The time limits behind an item. */
static bool
parse_limits(Parser *p, CxItem *item, bool around_all)
{
	while (is_keyword(p, "within") || is_keyword(p, "after"))
	{
		bool		within = is_keyword(p, "within");

		if (item->hop == CX_HOP_NONE && item->group == NULL)
			return fail(p, CX_FAULT_SYNTAX, p->at, "a time limit needs a hop before its touch, as in a ~> b within 7d", NULL);
		if (item->hop == CX_HOP_NONE && around_all && within && item->quantifier == '\0')
			return true;		/* perhaps around the whole: for cx_pattern_parse() to see */
		if (item->hop == CX_HOP_NONE || (item->group != NULL && has_hops(item->group)))
			return fail_around(p);
		if (within ? item->within : item->after)
			return fail(p, CX_FAULT_SYNTAX, p->at, "this time limit is there already", NULL);
		if (!item->within && !item->after)
			item->limit_at = p->at;
		p->at += within ? 6 : 5;
		if (!parse_time(p, within ? &item->limit.within : &item->limit.after))
			return false;
		*(within ? &item->within : &item->after) = true;
	}
	return true;
}

static CxItem *
parse_sequence(Parser *p, const char *missing, bool around_all)
{
	CxItem	   *first = NULL;
	CxItem	   *last = NULL;
	CxHop		hop = CX_HOP_NONE;
	CxStep		skipped = {false, 0, NULL};

	do
	{
		CxItem	   *item = parse_item(p, missing);

		if (item == NULL)
			return NULL;
		item->hop = hop;
		item->skipped = skipped;
		item->prev = last;
		if (last == NULL)
			first = item;
		else
			last->next = item;
		last = item;
		if (!parse_limits(p, item, around_all))
			return NULL;
	} while (parse_hop(p, &hop, &skipped, &missing));
	return p->error->fault == CX_FAULT_NONE ? first : NULL;
}

static CxAlt *
parse_alternatives(Parser *p, const char *missing)
{
	CxAlt	   *first = NULL;
	CxAlt	  **link = &first;

	do
	{
		CxAlt	   *alt = allocate(p, sizeof(CxAlt));

		alt->items = parse_sequence(p, missing, p->depth == 0 && first == NULL);
		if (alt->items == NULL)
			return NULL;
		*link = alt;
		link = &alt->next;
		missing = "expected a touch after \"|\"";
	} while (accept(p, "|"));
	return first;
}

/* ---- the whole ---- */

static bool
parse_whole_limit(Parser *p, CxTree *tree)
{
	const CxItem *item = tree->body->items;

	if (item == NULL || item->group == NULL || item->quantifier != '\0' || item->next != NULL || tree->body->next != NULL)
		return fail(p, CX_FAULT_SYNTAX, p->at, "a time limit around the whole pattern needs parentheses around the whole",
					"As in ^(a ~> b ~> c)$ within 7d.");
	p->at += 6;
	tree->whole = true;
	if (!parse_time(p, &tree->whole_within))
		return false;
	if (is_keyword(p, "after") || peek(p) == '-' || peek(p) == '~' || peek(p) == '|')
		return fail_around(p);
	return true;
}

bool
cx_pattern_parse(const char *text, int len, const CxMemory *memory, CxTree *tree, CxParseError *error)
{
	Parser		p = {text, len, 0, 0, 0, memory, error};
	int			begin;

	*error = (CxParseError) {CX_FAULT_NONE, 0, NULL, NULL};
	*tree = (CxTree) {false, false, false, UINT64_MAX, NULL};
	if (len > CX_PATTERN_MAX_TEXT)
		return fail(&p, CX_FAULT_TOO_LARGE, CX_PATTERN_MAX_TEXT, "a pattern may have up to 1 MB of text", NULL);
	tree->from_start = accept(&p, "^");
	skip_blanks(&p);
	begin = p.at;
	if (tree->from_start && peek(&p) == '$')
		tree->body = allocate(&p, sizeof(CxAlt));
	else
		tree->body = parse_alternatives(&p, "expected a touch");
	if (tree->body == NULL)
		return false;
	tree->to_end = accept(&p, "$");
	if (tree->body->next != NULL && (tree->from_start || tree->to_end))
		return fail(&p, CX_FAULT_SYNTAX, tree->from_start ? begin - 1 : p.at - 1,
					"alternatives beside \"^\" or \"$\" need parentheses", "Put the alternatives into parentheses: ^(a|b)$.");
	if (is_keyword(&p, "within") && !parse_whole_limit(&p, tree))
		return false;
	skip_blanks(&p);
	if (p.at < len)
		return fail(&p, CX_FAULT_SYNTAX, p.at,
					text[p.at] == ')' ? "this parenthesis was never opened" :
					text[p.at] == '$' ? "\"$\" stands before a time limit around the whole" :
					tree->to_end || tree->whole ? "expected the end of the pattern" :
					"expected \"->\", \"~>\", \"|\" or the end of the pattern", NULL);
	return cx_pattern_check(tree, error);
}
