/*-------------------------------------------------------------------------
 *
 * src/maths/funnel_text.c
 *	  Definitions of funnels: reading and printing (see funnel.h).
 *
 *-------------------------------------------------------------------------
 */
#include "maths/funnel.h"

#include <stdio.h>
#include <string.h>

#define MICROSECONDS	1000000

const char *const cx_funnel_modes[] = {"ordered", "strict", "any", "increasing", NULL};
const char *const cx_funnel_holds[] = {"touchpoint", "channel", "stage", "owner", NULL};

typedef struct Parser
{
	const char *text;
	int			len;
	int			at;
	const CxMemory *memory;
	CxParseError *error;
} Parser;

static bool
fail(Parser *p, CxFault fault, int at, const char *message)
{
	*p->error = (CxParseError) {fault, at, message, NULL};
	return false;
}

static bool
expected(Parser *p, const char *message)
{
	return fail(p, CX_FAULT_SYNTAX, p->at, message);
}

static void
skip_blanks(Parser *p)
{
	while (p->at < p->len && cx_step_blank(p->text[p->at]))
		p->at++;
}

static bool
accept(Parser *p, char c)
{
	skip_blanks(p);
	if (p->at == p->len || p->text[p->at] != c)
		return false;
	p->at++;
	return true;
}

static bool
accept_word(Parser *p, const char *word)
{
	int			len = (int) strlen(word);

	skip_blanks(p);
	if (p->len - p->at < len || memcmp(p->text + p->at, word, len) != 0 ||
		(p->at + len < p->len && cx_step_bare(p->text[p->at + len])))
		return false;
	p->at += len;
	return true;
}

static int
accept_choice(Parser *p, const char *const *words)
{
	for (int i = 0; words[i] != NULL; i++)
		if (accept_word(p, words[i]))
			return i;
	return -1;
}

/* ---- times: as patterns write them ---- */

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

static bool
parse_fraction(Parser *p, int64_t *millionths)
{
	int			begin = p->at;

	if (!parse_digits(p, MICROSECONDS - 1, millionths))
		return expected(p, "expected a digit after the decimal point");
	if (p->at - begin > 6)
		return fail(p, CX_FAULT_SYNTAX, begin, "a time may have up to six decimals");
	for (int i = p->at - begin; i < 6; i++)
		*millionths *= 10;
	return true;
}

static bool
parse_time_part(Parser *p, uint64_t *time)
{
	static const char units[] = "smhdw";
	static const int seconds[] = {1, 60, 3600, 86400, 604800};
	const char *unit = NULL;
	int			begin = p->at;
	int64_t		whole;
	int64_t		millionths = 0;
	unsigned __int128	sum;

	if (!parse_digits(p, INT64_MAX / MICROSECONDS, &whole))
		return expected(p, "expected a time, such as 7d, 12h 30m or 1.5s");
	if (p->at < p->len && p->text[p->at] == '.')
	{
		p->at++;
		if (!parse_fraction(p, &millionths))
			return false;
	}
	skip_blanks(p);
	if (p->at < p->len && p->text[p->at] != '\0')
		unit = strchr(units, p->text[p->at]);
	if (unit == NULL ||
		(p->at + 1 < p->len && cx_step_bare(p->text[p->at + 1]) &&
		 !(p->text[p->at + 1] >= '0' && p->text[p->at + 1] <= '9')))
		return expected(p, "expected a unit of time: s, m (minutes), h, d (24 hours) or w");
	p->at++;
	sum = *time + ((unsigned __int128) whole * MICROSECONDS + millionths) * seconds[unit - units];
	if (sum > INT64_MAX)
		return fail(p, CX_FAULT_TOO_LARGE, begin, "a time may be up to 2562047788 hours");
	*time = (uint64_t) sum;
	skip_blanks(p);
	return true;
}

static bool
parse_time(Parser *p, uint64_t *time)
{
	if (*time != CX_FUNNEL_NEVER)
		return expected(p, "this time is there twice");
	*time = 0;
	skip_blanks(p);
	do
	{
		if (!parse_time_part(p, time))
			return false;
	} while (p->at < p->len && p->text[p->at] >= '0' && p->text[p->at] <= '9');
	return true;
}

/* ---- the parts ---- */

static bool
parse_step(Parser *p, CxStep *step)
{
	int			end;

	skip_blanks(p);
	p->error->fault = CX_FAULT_NONE;
	end = cx_step_parse_strict(p->text, p->len, p->at, p->memory, step, p->error);
	if (end < 0)
		return false;
	p->at = end;
	cx_interrupt(p->memory);
	return true;
}

static bool
parse_steps(Parser *p, CxFunnelDef *def)
{
	int			room[3] = {0, 0, 0};

	do
	{
		int			i = def->n;

		if (i == CX_FUNNEL_MAX_STEPS)
			return fail(p, CX_FAULT_TOO_LARGE, p->at, "a funnel may have up to 10000 steps");
		def->steps = cx_grow(p->memory, def->steps, i, &room[0], sizeof(CxStep));
		def->step_within = cx_grow(p->memory, def->step_within, i, &room[1], sizeof(uint64_t));
		def->optional = cx_grow(p->memory, def->optional, i, &room[2], sizeof(bool));
		if (!parse_step(p, &def->steps[i]))
			return false;
		def->optional[i] = accept_word(p, "optional");
		def->step_within[i] = CX_FUNNEL_NEVER;
		if (accept_word(p, "within") && !parse_time(p, &def->step_within[i]))
			return false;
		def->n++;
	} while (accept(p, ','));
	return accept(p, ')') || expected(p, "expected \",\" or \")\" behind a step");
}

static bool
parse_excluded(Parser *p, CxFunnelDef *def)
{
	int			room = 0;

	if (def->n_excluded > 0)
		return expected(p, "exclusions are there twice");
	if (!accept(p, '('))
		return expected(p, "expected \"(\" behind exclude");
	do
	{
		if (def->n_excluded == CX_FUNNEL_MAX_STEPS)
			return fail(p, CX_FAULT_TOO_LARGE, p->at, "a funnel may have up to 10000 exclusions");
		def->excluded = cx_grow(p->memory, def->excluded, def->n_excluded, &room, sizeof(CxStep));
		if (!parse_step(p, &def->excluded[def->n_excluded]))
			return false;
		def->n_excluded++;
	} while (accept(p, ','));
	return accept(p, ')') || expected(p, "expected \",\" or \")\" behind an exclusion");
}

static bool
parse_options(Parser *p, CxFunnelDef *def)
{
	int			mode = -1;

	for (;;)
	{
		skip_blanks(p);
		if (p->at == p->len)
			break;
		if (accept_word(p, "within"))
		{
			if (!parse_time(p, &def->within))
				return false;
		}
		else if (accept_word(p, "tolerance"))
		{
			if (!parse_time(p, &def->tolerance))
				return false;
		}
		else if (accept_word(p, "exclude"))
		{
			if (!parse_excluded(p, def))
				return false;
		}
		else if (mode < 0 && accept_word(p, "mode"))
		{
			if ((mode = accept_choice(p, cx_funnel_modes)) < 0)
				return expected(p, "expected ordered, strict, any or increasing");
		}
		else if (def->hold < 0 && accept_word(p, "hold"))
		{
			if ((def->hold = accept_choice(p, cx_funnel_holds)) < 0)
				return expected(p, "expected touchpoint, channel, stage or owner");
		}
		else
			return expected(p, "expected within, mode, exclude, hold, tolerance, each once, or the end of the text");
	}
	if (mode >= 0)
		def->mode = (CxFunnelMode) mode;
	return true;
}

bool
cx_funnel_parse(const char *text, int len, const CxMemory *memory, CxFunnelDef *def, CxParseError *error)
{
	Parser		p = {text, len, 0, memory, error};

	*def = (CxFunnelDef) {.within = CX_FUNNEL_NEVER, .hold = -1, .tolerance = CX_FUNNEL_NEVER};
	if (!accept_word(&p, "funnel") || !accept(&p, '('))
		return expected(&p, "expected \"funnel(\"");
	return parse_steps(&p, def) && parse_options(&p, def) && cx_funnel_check(def, memory, error);
}

/* ---- printing ---- */

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

/* As days, hours, minutes and seconds, those that are not zero: 1d 12h */
static void
put_time(Printer *p, const char *keyword, uint64_t time)
{
	static const char units[] = "dhm";
	static const uint64_t sizes[] = {86400000000, 3600000000, 60000000};
	bool		zero = time == 0;
	char		part[48];

	if (time == CX_FUNNEL_NEVER)
		return;
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
		int			len = snprintf(part, sizeof(part), " %d.%06d", (int) (time / MICROSECONDS),
								   (int) (time % MICROSECONDS));

		while (part[len - 1] == '0')
			len--;
		len -= part[len - 1] == '.';
		strcpy(part + len, "s");
		put(p, part);
	}
}

/* In brackets; with the options of steps if "def" is given. */
static void
put_steps(Printer *p, const CxFunnelDef *def, const CxStep *steps, int n)
{
	put(p, "(");
	for (int i = 0; i < n; i++)
	{
		if (i > 0)
			put(p, ", ");
		p->len += cx_step_print(&steps[i], p->out == NULL ? NULL : p->out + p->len);
		if (def != NULL && def->optional[i])
			put(p, " optional");
		if (def != NULL)
			put_time(p, " within", def->step_within[i]);
	}
	put(p, ")");
}

size_t
cx_funnel_print(const CxFunnelDef *def, char *out)
{
	Printer		p = {out, 0};

	put(&p, "funnel");
	put_steps(&p, def, def->steps, def->n);
	put_time(&p, " within", def->within);
	if (def->mode != CX_FUNNEL_ORDERED)
	{
		put(&p, " mode ");
		put(&p, cx_funnel_modes[def->mode]);
	}
	if (def->n_excluded > 0)
	{
		put(&p, " exclude ");
		put_steps(&p, NULL, def->excluded, def->n_excluded);
	}
	if (def->hold >= 0)
	{
		put(&p, " hold ");
		put(&p, cx_funnel_holds[def->hold]);
	}
	put_time(&p, " tolerance", def->tolerance);
	return p.len;
}
