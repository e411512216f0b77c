/*-------------------------------------------------------------------------
 *
 * src/feedback/answer_text.c
 *	  The text form of answers and scales, shared by feedback and tally.
 *
 * An answer reads kind:score or kind:score/scale, and a scale reads hi or
 * lo..hi. The parsers take a NUL-terminated string, move "at" past what they
 * read, and say no without moving an error along: the callers know what the
 * user typed.
 *
 *-------------------------------------------------------------------------
 */
#include "feedback/answer.h"

/* Digits read of a whole number before it is surely off every scale, and a bound that is no bound. */
#define MANY_DIGITS				12
#define MANY_TIMES_TOO_LARGE	1000000

int
cx_milli_to_text(int32 milli, char *buf)
{
	uint32		size = milli < 0 ? -(uint32) milli : (uint32) milli;
	int			len = sprintf(buf, "%s%u", milli < 0 ? "-" : "", size / CX_UNIT);
	uint32		rest = size % CX_UNIT;

	if (rest != 0)
	{
		len += sprintf(buf + len, ".%03u", rest);
		while (buf[len - 1] == '0')
			buf[--len] = '\0';
	}
	return len;
}

/* Always in full: what people read in reports. */
int
cx_scale_to_text(CxScale scale, char *buf)
{
	return sprintf(buf, "%d..%d", scale.lo, scale.hi);
}

/* The scale as it stands behind a kind: nothing, /hi, or /lo..hi, the shortest that reads back as the same. */
static int
scale_suffix(CxScale scale, char *buf)
{
	CxScale		own = cx_kind_scale(scale.kind);

	buf[0] = '\0';
	if (scale.lo == own.lo && scale.hi == own.hi)
		return 0;
	if (scale.lo == cx_kind_lo_for(scale.kind, scale.hi))
		return sprintf(buf, "/%d", scale.hi);
	return sprintf(buf, "/%d..%d", scale.lo, scale.hi);
}

/* kind or kind/scale: the heading of a section in a tally. */
int
cx_section_to_text(CxScale scale, char *buf)
{
	int			len = sprintf(buf, "%s", cx_kind_name(scale.kind));

	return len + scale_suffix(scale, buf + len);
}

int
cx_answer_to_text(CxAnswer answer, char *buf)
{
	CxScale		scale = cx_answer_scale(answer);
	int			len = sprintf(buf, "%s:", cx_kind_name(scale.kind));

	len += cx_milli_to_text(cx_answer_milli(answer), buf + len);
	return len + scale_suffix(scale, buf + len);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Digits, of which no more are added up than any scale needs. */
static bool
parse_digits(const char **at, int64 *value)
{
	int			digits = 0;

	if (!is_digit(**at))
		return false;
	for (*value = 0; is_digit(**at); (*at)++)
	{
		if (digits < MANY_DIGITS)
			*value = *value * 10 + (**at - '0');
		if (*value != 0)
			digits++;
	}
	return true;
}

bool
cx_parse_whole(const char **at, int *value)
{
	bool		minus = **at == '-';
	int64		size;

	if (minus)
		(*at)++;
	if (!parse_digits(at, &size))
		return false;
	if (size > MANY_TIMES_TOO_LARGE)
		return false;
	*value = (int) (minus ? -size : size);
	return true;
}

/* A number with up to three decimals, in thousandths; "too_fine" when it has more that are not zero. */
bool
cx_parse_milli(const char **at, int64 *milli, bool *too_fine)
{
	bool		minus = **at == '-';

	*too_fine = false;
	if (minus)
		(*at)++;
	if (!parse_digits(at, milli))
		return false;
	*milli *= CX_UNIT;
	if (**at == '.' && is_digit((*at)[1]))
	{
		int			weight = CX_UNIT / 10;

		for ((*at)++; is_digit(**at); (*at)++)
		{
			int			digit = **at - '0';

			if (weight == 0 && digit != 0)
				*too_fine = true;
			*milli += weight * digit;
			weight /= 10;
		}
	}
	if (minus)
		*milli = -*milli;
	return true;
}

bool
cx_parse_kind(const char **at, CxKind *kind)
{
	const char *start = *at;

	while (**at >= 'a' && **at <= 'z')
		(*at)++;
	return cx_kind_lookup(start, *at - start, kind);
}

/* What may follow a kind: nothing (its own scale), /hi or /lo..hi. Says nothing about the bounds being sensible. */
bool
cx_parse_scale(const char **at, CxScale *scale)
{
	int			first;

	*scale = cx_kind_scale(scale->kind);
	if (**at != '/')
		return true;
	(*at)++;
	if (!cx_parse_whole(at, &first))
		return false;
	if ((*at)[0] == '.' && (*at)[1] == '.')
	{
		*at += 2;
		scale->lo = first;
		return cx_parse_whole(at, &scale->hi);
	}
	scale->hi = first;
	scale->lo = cx_kind_lo_for(scale->kind, first);
	return true;
}
