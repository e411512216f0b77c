/*-------------------------------------------------------------------------
 *
 * sequence.c
 *		Patterns of rows as ClickHouse writes them (see sequence.h).
 *
 *-------------------------------------------------------------------------
 */
#include "maths/sequence.h"

#include <string.h>

typedef struct Input
{
	const char *at;
	const char *begin;
	const char *end;
	const char *error;
} Input;

static bool
next_is(Input *in, const char *word)
{
	size_t		len = strlen(word);

	if ((size_t) (in->end - in->at) < len || memcmp(in->at, word, len) != 0)
		return false;
	in->at += len;
	return true;
}

static bool
digit_next(const Input *in)
{
	return in->at < in->end && *in->at >= '0' && *in->at <= '9';
}

static bool
fail(Input *in, const char *error)
{
	if (in->error == NULL)
		in->error = error;
	return false;
}

/* A whole number below "limit". */
static bool
read_number(Input *in, uint64_t limit, uint64_t *number)
{
	if (!digit_next(in))
		return fail(in, "expected a number");
	for (*number = 0; digit_next(in); in->at++)
	{
		*number = *number * 10 + (*in->at - '0');
		if (*number >= limit)
			return fail(in, "number is too large");
	}
	return true;
}

static bool
read_time(Input *in, CxSequenceToken *token)
{
	uint64_t	seconds;
	uint64_t	unit = 1000000;

	if (next_is(in, "<="))
		token->hop = CX_HOP_AT_MOST;
	else if (next_is(in, "<"))
		token->hop = CX_HOP_LESS;
	else if (next_is(in, ">="))
		token->hop = CX_HOP_AT_LEAST;
	else if (next_is(in, ">"))
		token->hop = CX_HOP_MORE;
	else if (next_is(in, "=="))
		token->hop = CX_HOP_EQUAL;
	else
		return fail(in, "expected <=, <, >=, > or ==");
	if (!read_number(in, UINT64_C(10000000000000), &seconds))
		return false;
	token->apart = seconds * 1000000;
	if (next_is(in, "."))
	{
		if (!digit_next(in))
			return fail(in, "expected a number");
		for (; digit_next(in); in->at++)
		{
			unit /= 10;
			if (unit == 0 && *in->at != '0')
				return fail(in, "times have at most six decimals");
			token->apart += unit * (*in->at - '0');
		}
	}
	return true;
}

/* A token behind the others; no time stands behind it yet. */
static void
add_token(CxSequenceToken *tokens, int *count, int condition, bool *timed)
{
	tokens[(*count)++] = (CxSequenceToken) {condition, CX_HOP_NEXT, 0};
	*timed = false;
}

/* One item of the pattern. */
static bool
read_item(Input *in, CxSequenceToken *tokens, int *count, bool *timed)
{
	CxSequenceToken *last = tokens + *count - 1;
	uint64_t	number;

	if (next_is(in, ".*"))
	{
		if (*count > 0 && last->hop == CX_HOP_NEXT)
			last->hop = CX_HOP_LATER;
	}
	else if (next_is(in, "."))
		add_token(tokens, count, CX_ANY_ROW, timed);
	else if (next_is(in, "(?t"))
	{
		if (*count == 0)
			return fail(in, "a time stands between two events, and there is none before it");
		if (*timed)
			return fail(in, "two times stand side by side");
		if (!read_time(in, last))
			return false;
		if (!next_is(in, ")"))
			return fail(in, "expected )");
		*timed = true;
	}
	else if (next_is(in, "(?"))
	{
		if (!read_number(in, CX_SEQUENCE_MAX_CONDITION, &number))
			return false;
		if (number == 0)
			return fail(in, "conditions are counted from 1");
		if (!next_is(in, ")"))
			return fail(in, "expected )");
		add_token(tokens, count, (int) number - 1, timed);
	}
	else
		return fail(in, "expected (?1), (?t<=60), . or .*");
	return true;
}

int
cx_sequence_parse(const char *pattern, int len, CxSequenceToken *tokens, const char **error, int *error_at)
{
	Input		in = {pattern, pattern, pattern + len, NULL};
	int			count = 0;
	bool		timed = false;

	while (in.at < in.end)
		if (!read_item(&in, tokens, &count, &timed))
			break;
	if (in.error == NULL && count == 0)
		fail(&in, "there is no event in it");
	if (in.error == NULL && timed)
		fail(&in, "a time stands between two events, and there is none behind it");
	*error = in.error;
	*error_at = (int) (in.at - in.begin);
	return in.error == NULL ? count : -1;
}

static inline uint64_t
apart(const CxMarked *marked, size_t from, size_t to)
{
	return cx_marked_row(marked, to)[0] - cx_marked_row(marked, from)[0];
}

/* Is "to" too nearest to be reached by a hop from "from"? Once it is not, no later row is. */
static inline bool
too_near(const CxMarked *marked, const CxSequenceToken *token, size_t from, size_t to)
{
	if (token->hop == CX_HOP_MORE)
		return apart(marked, from, to) <= token->apart;
	return token->hop >= CX_HOP_EQUAL && apart(marked, from, to) < token->apart;
}

static inline bool
too_far(const CxMarked *marked, const CxSequenceToken *token, size_t from, size_t to)
{
	switch (token->hop)
	{
		case CX_HOP_NEXT:
			return to > from + 1;
		case CX_HOP_LESS:
			return apart(marked, from, to) >= token->apart;
		case CX_HOP_AT_MOST:
		case CX_HOP_EQUAL:
			return apart(marked, from, to) > token->apart;
		default:
			return false;
	}
}

static inline bool
fits(const CxMarked *marked, const CxSequenceToken *token, size_t row)
{
	return token->condition == CX_ANY_ROW || cx_marked_has(cx_marked_row(marked, row), token->condition);
}

/*
 * From the ends of the rest of the pattern to those of the pattern from this
 * token on, in place: a row needs the ends of later rows only. "soonest" is, for
 * each row, the first one from there on at which the rest matches; of all that
 * the hop can reach, that one also ends first.
 */
static void
prepend(const CxMarked *marked, const CxSequenceToken *token, uint32_t *ends, uint32_t *soonest)
{
	size_t		n = marked->n;
	size_t		nearest = 0;

	soonest[n] = CX_NO_ROW;
	for (size_t i = n; i-- > 0;)
		soonest[i] = ends[i] != CX_NO_ROW ? (uint32_t) i : soonest[i + 1];
	for (size_t i = 0; i < n; i++)
	{
		uint32_t	row;

		if (nearest <= i)
			nearest = i + 1;
		while (nearest < n && too_near(marked, token, i, nearest))
			nearest++;
		row = fits(marked, token, i) ? soonest[nearest] : CX_NO_ROW;
		ends[i] = row != CX_NO_ROW && !too_far(marked, token, i, row) ? ends[row] : CX_NO_ROW;
	}
}

void
cx_sequence_ends(const CxMarked *marked, const CxSequenceToken *tokens, int count, uint32_t *ends, uint32_t *scratch)
{
	for (size_t i = 0; i < marked->n; i++)
		ends[i] = fits(marked, &tokens[count - 1], i) ? (uint32_t) i : CX_NO_ROW;
	for (int i = count - 2; i >= 0; i--)
		prepend(marked, &tokens[i], ends, scratch);
}

uint64_t
cx_sequence_count(const uint32_t *ends, size_t n, uint64_t most)
{
	uint64_t	count = 0;

	for (size_t i = 0; i < n && count < most; i++)
	{
		if (ends[i] != CX_NO_ROW)
		{
			count++;
			i = ends[i];
		}
	}
	return count;
}
