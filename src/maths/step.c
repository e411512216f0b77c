/*-------------------------------------------------------------------------
 *
 * src/maths/step.c
 *	  Touch expressions: reading and printing.
 *
 *-------------------------------------------------------------------------
 */
#include "maths/step.h"

#include <string.h>

#define MAX_TERMS	10000		/* in one pair of brackets */

static const char markers[CX_STEP_FACETS] = {'\0', '@', '/', '#'};

typedef struct Parser
{
	const char *text;
	int			len;
	int			at;
	bool		whole;			/* else strict */
	bool		brackets;
	const CxMemory *memory;
	CxParseError *error;
} Parser;

void *
cx_grow(const CxMemory *memory, void *array, int n, int *capacity, size_t item)
{
	void	   *grown;

	if (n < *capacity)
		return array;
	*capacity = n < 4 ? 8 : 2 * n;
	grown = memory->alloc((size_t) *capacity * item, memory->arg);
	if (n > 0)
	{
		memcpy(grown, array, (size_t) n * item);
		memory->release(array, memory->arg);
	}
	return grown;
}

static bool
fail(Parser *p, int at, const char *message)
{
	*p->error = (CxParseError) {CX_FAULT_SYNTAX, at, message, NULL};
	return false;
}

static bool
fail_too_large(Parser *p, int at, const char *message)
{
	*p->error = (CxParseError) {CX_FAULT_TOO_LARGE, at, message, NULL};
	return false;
}

static bool
is_next(const Parser *p, char c)
{
	return p->at < p->len && p->text[p->at] == c;
}

static void
skip_blanks(Parser *p)
{
	while (p->at < p->len && cx_step_blank(p->text[p->at]))
		p->at++;
}

static bool
keep_name(Parser *p, CxStepName *name, const char *bytes, int len, int at)
{
	char	   *copy;

	if (len > CX_STEP_NAME_MAX)
		return fail_too_large(p, at, "a name may have up to 4095 bytes");
	copy = p->memory->alloc((size_t) len + 1, p->memory->arg);
	memcpy(copy, bytes, len);
	*name = (CxStepName) {copy, len};
	return true;
}

static bool
parse_quoted(Parser *p, CxStepName *name)
{
	int			begin = p->at++;
	char		bytes[CX_STEP_NAME_MAX + 1];
	int			len = 0;

	for (; p->at < p->len && p->text[p->at] != '"'; p->at++)
	{
		if (p->text[p->at] == '\\')
		{
			p->at++;
			if (!is_next(p, '"') && !is_next(p, '\\'))
				return fail(p, p->at, "expected \" or \\ after \\ in a quoted name");
		}
		if (len <= CX_STEP_NAME_MAX)
			bytes[len] = p->text[p->at];
		if (++len > CX_STEP_NAME_MAX)
			return keep_name(p, name, bytes, len, begin);
	}
	if (p->at == p->len)
		return fail(p, begin, "the quotes that open here are never closed");
	p->at++;
	return keep_name(p, name, bytes, len, begin);
}

/* How far a bare name reaches from "at" by the rules of patterns. */
static int
strict_end(const char *text, int len, int at)
{
	int			begin = at;

	for (; at < len; at++)
		if (!cx_step_bare(text[at]) &&
			(at == begin || (text[at] != '-' && text[at] != '.') || at + 1 == len || !cx_step_bare(text[at + 1])))
			break;
	return at;
}

static int
lenient_end(const Parser *p)
{
	int			at = p->at;

	while (at < p->len && memchr("@/#\"", p->text[at], 4) == NULL &&
		   !(p->brackets && (p->text[at] == '|' || p->text[at] == ']')))
		at++;
	return at;
}

static bool
is_keyword(const char *bytes, int len)
{
	return (len == 6 && memcmp(bytes, "within", 6) == 0) || (len == 5 && memcmp(bytes, "after", 5) == 0);
}

/*
 * A touch expression stands alone, so a bare name may hold what patterns give
 * a meaning to; but who writes "call|chat" or "call -> chat" means no such
 * name, and an answer of 0 would pass for one.
 */
static bool
fail_pattern_syntax(Parser *p, const char *bytes, int len, int at)
{
	static const char *const arrows[] = {"->", "~>", "~["};
	int			found = -1;

	for (int i = 0; i < len && found < 0; i++)
	{
		if (memchr("|[]", bytes[i], 3) != NULL || (i == 0 && memchr("^(", bytes[i], 2) != NULL))
			found = i;
		for (int a = 0; a < 3 && i + 1 < len; a++)
			if (memcmp(bytes + i, arrows[a], 2) == 0)
				found = i;
	}
	if (found < 0)
		return true;
	fail(p, at + found, "this belongs to patterns, not to a bare name");
	p->error->hint = "Write alternatives in brackets, as in [call|chat], use @~ for patterns, or put the name in double quotes.";
	return false;
}

/* False without an error set if there is no name here. */
static bool
parse_name(Parser *p, int facet, CxStepName *name)
{
	const char *bytes;
	int			begin;
	int			len;

	if (p->whole)
		skip_blanks(p);
	if (is_next(p, '"'))
		return parse_quoted(p, name);
	begin = p->at;
	bytes = p->text + begin;
	p->at = p->whole ? lenient_end(p) : strict_end(p->text, p->len, p->at);
	len = p->at - begin;
	while (p->whole && len > 0 && cx_step_blank(bytes[len - 1]))
		len--;
	if (len == 0)
	{
		p->at = begin;
		return false;
	}
	if (p->whole && len == 1 && *bytes == '.')
		return fail(p, begin, "a name that is a dot has to be in double quotes");
	if (!p->whole && !p->brackets && facet == 0 && is_keyword(bytes, len))
		return fail(p, begin, "expected a touch (a touchpoint called within or after has to be in double quotes)");
	if (p->whole && !p->brackets && !fail_pattern_syntax(p, bytes, len, begin))
		return false;
	return keep_name(p, name, bytes, len, begin);
}

/* False without an error set if there is no name here at all. */
static bool
parse_term(Parser *p, CxStepTerm *term)
{
	static const char *const twice[] = {
		NULL, "the channel is there twice", "the stage is there twice", "the owner is there twice"
	};
	static const char *const nameless[] = {
		NULL, "expected a channel after \"@\"", "expected a stage after \"/\"", "expected an owner after \"#\""
	};
	bool		found;

	for (int f = 0; f < CX_STEP_FACETS; f++)
		term->facet[f] = (CxStepName) {NULL, -1};
	found = parse_name(p, 0, &term->facet[0]);
	while (p->error->fault == CX_FAULT_NONE)
	{
		int			facet = 1;

		if (p->whole)
			skip_blanks(p);
		while (facet < CX_STEP_FACETS && !is_next(p, markers[facet]))
			facet++;
		if (facet == CX_STEP_FACETS)
			return found;
		if (term->facet[facet].len >= 0)
			return fail(p, p->at, twice[facet]);
		p->at++;
		found = parse_name(p, facet, &term->facet[facet]);
		if (!found && p->error->fault == CX_FAULT_NONE)
			return fail(p, p->at, nameless[facet]);
	}
	return false;
}

static bool
parse_brackets(Parser *p, CxStep *step)
{
	int			capacity = 0;
	int			begin = p->at++;

	p->brackets = true;
	if (is_next(p, '^'))
	{
		step->negated = true;
		p->at++;
	}
	do
	{
		skip_blanks(p);
		if (step->n == MAX_TERMS)
			return fail_too_large(p, begin, "brackets may hold up to 10000 touches");
		step->terms = cx_grow(p->memory, step->terms, step->n, &capacity, sizeof(CxStepTerm));
		if (!parse_term(p, &step->terms[step->n]))
			return p->error->fault == CX_FAULT_NONE ? fail(p, p->at, "expected a touch in the brackets") : false;
		step->n++;
		skip_blanks(p);
	} while (is_next(p, '|') && p->at++ < p->len);
	if (!is_next(p, ']'))
		return fail(p, p->at, p->at < p->len ? "expected \"|\" or \"]\"" : "the brackets are never closed");
	p->at++;
	return true;
}

static bool
parse_step(Parser *p, CxStep *step)
{
	*step = (CxStep) {false, 0, NULL};
	p->error->fault = CX_FAULT_NONE;
	if (is_next(p, '['))
		return parse_brackets(p, step);
	step->n = 1;
	step->terms = p->memory->alloc(sizeof(CxStepTerm), p->memory->arg);
	if (parse_term(p, step->terms))
		return true;
	return p->error->fault == CX_FAULT_NONE ? fail(p, p->at, "expected a touch") : false;
}

bool
cx_step_parse(const char *text, int len, const CxMemory *memory, CxStep *step, CxParseError *error)
{
	Parser		p = {text, len, 0, true, false, memory, error};

	skip_blanks(&p);
	while (p.len > p.at && cx_step_blank(text[p.len - 1]))
		p.len--;
	if (p.len - p.at == 1 && text[p.at] == '.')
	{
		*step = (CxStep) {true, 0, NULL};
		return true;
	}
	if (!parse_step(&p, step))
		return false;
	if (p.at < p.len)
		return fail(&p, p.at, p.brackets ? "expected the end of the text after the brackets" :
					"expected \"@\", \"/\", \"#\" or the end of the text");
	return true;
}

int
cx_step_parse_strict(const char *text, int len, int at, const CxMemory *memory, CxStep *step, CxParseError *error)
{
	Parser		p = {text, len, at, false, false, memory, error};

	if (is_next(&p, '.'))
	{
		*step = (CxStep) {true, 0, NULL};
		return at + 1;
	}
	return parse_step(&p, step) ? p.at : -1;
}

/* ---- printing ---- */

static void
put(char *out, size_t *len, const char *bytes, size_t n)
{
	if (out != NULL)
		memcpy(out + *len, bytes, n);
	*len += n;
}

static void
print_name(char *out, size_t *len, CxStepName name, int facet)
{
	if (name.len > 0 && strict_end(name.bytes, name.len, 0) == name.len &&
		!(facet == 0 && is_keyword(name.bytes, name.len)))
	{
		put(out, len, name.bytes, name.len);
		return;
	}
	put(out, len, "\"", 1);
	for (int i = 0; i < name.len; i++)
	{
		if (name.bytes[i] == '"' || name.bytes[i] == '\\')
			put(out, len, "\\", 1);
		put(out, len, name.bytes + i, 1);
	}
	put(out, len, "\"", 1);
}

size_t
cx_step_print(const CxStep *step, char *out)
{
	bool		brackets = step->negated || step->n != 1;
	size_t		len = 0;

	if (cx_step_is_any(step))
	{
		put(out, &len, ".", 1);
		return len;
	}
	if (brackets)
		put(out, &len, "[^", step->negated ? 2 : 1);
	for (int t = 0; t < step->n; t++)
	{
		if (t > 0)
			put(out, &len, "|", 1);
		for (int f = 0; f < CX_STEP_FACETS; f++)
		{
			if (step->terms[t].facet[f].len < 0)
				continue;
			if (f > 0)
				put(out, &len, &markers[f], 1);
			print_name(out, &len, step->terms[t].facet[f], f);
		}
	}
	if (brackets)
		put(out, &len, "]", 1);
	return len;
}

bool
cx_step_equal(const CxStep *a, const CxStep *b)
{
	if (a->negated != b->negated || a->n != b->n)
		return false;
	for (int t = 0; t < a->n; t++)
		for (int f = 0; f < CX_STEP_FACETS; f++)
		{
			CxStepName	x = a->terms[t].facet[f];
			CxStepName	y = b->terms[t].facet[f];

			if (x.len != y.len || (x.len > 0 && memcmp(x.bytes, y.bytes, x.len) != 0))
				return false;
		}
	return true;
}
