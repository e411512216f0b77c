/*-------------------------------------------------------------------------
 *
 * src/journey/journey_text.c
 *	  Names, times and values as text, the same under every setting.
 *
 * A name is bare when all its bytes are letters, digits, _ or beyond ASCII; a
 * hyphen or a point inside is fine as well when such a byte follows. Any other
 * name stands in double quotes, with \" and \\ for these two characters. No
 * byte of a character beyond ASCII is an ASCII byte in any server encoding, so
 * names are read byte by byte.
 *
 * A time is ISO 8601 with a zone, always, and is printed in UTC. Years count
 * astronomically: 0000 is 1 BC, -0001 is 2 BC. The server's own input and
 * output of times follow its settings, so they are of no use here.
 *
 *-------------------------------------------------------------------------
 */
#include "journey/journey_text.h"

#include <math.h>

#include "common/int.h"
#include "common/shortest_dec.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/datetime.h"
#include "utils/memutils.h"

StaticAssertDecl(CX_VALUE_TEXT_MAX >= DOUBLE_SHORTEST_DECIMAL_LEN, "a value has to fit");

#define FRACTION_DIGITS		6
/* Years that are looked at; in the last one only a zone can bring a time back into range. */
#define YEAR_FIRST			JULIAN_MINYEAR
#define YEAR_LAST			294277
#define YEAR_MANY			1000000
/* Bytes of a number that are shown in a message. */
#define SHOWN				48

static bool
malformed(CxMistake *mistake, const char *at, const char *detail)
{
	*mistake = (CxMistake) {ERRCODE_INVALID_TEXT_REPRESENTATION, at, NULL, detail};
	return false;
}

/* start..end is ASCII, of any length */
static bool
out_of_range(CxMistake *mistake, int sqlstate, const char *what, const char *start, const char *end,
			 const char *detail)
{
	const char *message = psprintf("%s out of range: \"%.*s%s\"", what, (int) Min(end - start, SHOWN), start,
								   end - start > SHOWN ? "..." : "");

	*mistake = (CxMistake) {sqlstate, start, message, detail};
	return false;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* ---- names ---- */

bool
cx_bare_byte(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c >= 0x80;
}

/* How many bytes of at..end a bare name has; 0 if there is none. */
static Size
bare_length(const char *at, const char *end)
{
	const char *from = at;

	if (at == end || !cx_bare_byte(*at))
		return 0;
	for (at++; at < end; at++)
	{
		if (cx_bare_byte(*at))
			continue;
		if (!((*at == '-' || *at == '.') && at + 1 < end && cx_bare_byte(at[1])))
			break;
	}
	return at - from;
}

void
cx_append_name(StringInfo buf, CxName name)
{
	char		digits[CX_NAME_DIGITS];
	int			len;
	const char *bytes = cx_name_text(name, digits, &len);
	bool		bare = len > 0 && bare_length(bytes, bytes + len) == (Size) len;

	if (bare)
	{
		appendBinaryStringInfo(buf, bytes, len);
		return;
	}
	appendStringInfoChar(buf, '"');
	for (int i = 0; i < len; i++)
	{
		if (bytes[i] == '"' || bytes[i] == '\\')
			appendStringInfoChar(buf, '\\');
		appendStringInfoChar(buf, bytes[i]);
	}
	appendStringInfoChar(buf, '"');
}

CxNameTexts
cx_name_texts(const CxName *names, int n, void (*append) (StringInfo buf, CxName name))
{
	CxNameTexts texts;
	StringInfoData buf;

	initStringInfo(&buf);
	texts.from = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int) * ((Size) n + 1));
	for (int i = 0; i < n; i++)
	{
		/* damaged bytes must not leave as text; names that came in as text or as a message were looked at then */
		cx_journey_name_check(names[i]);
		texts.from[i] = buf.len;
		append(&buf, names[i]);
		CHECK_FOR_INTERRUPTS();
	}
	texts.from[n] = buf.len;
	texts.text = buf.data;
	return texts;
}

static bool
name_too_long(CxMistake *mistake, const char *at, CxFacet facet)
{
	const char *message = psprintf("%s is longer than %d bytes", cx_facet_name(facet), CX_NAME_MAX);

	*mistake = (CxMistake) {ERRCODE_PROGRAM_LIMIT_EXCEEDED, at, message, "it begins here"};
	return false;
}

/* Behind the opening quote, up to and with the closing one. */
static bool
parse_quoted(const char **at, CxFacet facet, char **scratch, CxName *name, CxMistake *mistake)
{
	const char *start = *at;
	const char *p = start;
	bool		escaped = false;
	int			len = 0;

	for (; *p != '"'; p++, len++)
	{
		if (*p == '\0')
			return malformed(mistake, p, "the closing quote is missing");
		if (len == CX_NAME_MAX)
			return name_too_long(mistake, start - 1, facet);
		if (*p == '\\')
		{
			if (!escaped)
			{
				if (*scratch == NULL)
					*scratch = palloc(CX_NAME_MAX);
				memcpy(*scratch, start, len);
				escaped = true;
			}
			p++;
			if (*p != '"' && *p != '\\')
				return malformed(mistake, p, "expected \" or \\ behind a backslash");
		}
		if (escaped)
			(*scratch)[len] = *p;
	}
	*name = cx_name(escaped ? *scratch : start, len);
	*at = p + 1;
	return true;
}

bool
cx_parse_name(const char **at, CxFacet facet, char **scratch, CxName *name, CxMistake *mistake)
{
	const char *start = *at;
	Size		len;

	if (*start == '"')
	{
		(*at)++;
		return parse_quoted(at, facet, scratch, name, mistake);
	}
	/* one byte more than is allowed, and one to look ahead */
	len = bare_length(start, start + strnlen(start, CX_NAME_MAX + 2));
	if (len == 0)
		return malformed(mistake, start,
						 psprintf("expected the %s: letters, digits and _, or anything in double quotes",
								  cx_facet_name(facet)));
	if (len > CX_NAME_MAX)
		return name_too_long(mistake, start, facet);
	*name = cx_name(start, (int) len);
	*at = start + len;
	return true;
}

/* ---- times ---- */

/* A time as it was typed. */
typedef struct Clock
{
	int			year;
	int			month;
	int			day;
	int			hour;
	int			minute;
	int			second;
	int			micro;
	bool		west;
	int			zone_hour;
	int			zone_minute;
	int			zone_second;
} Clock;

static char *
put_digits(char *at, uint32 value, int width)
{
	for (int i = width; i-- > 0; value /= 10)
		at[i] = '0' + value % 10;
	return at + width;
}

static char *
put_year(char *at, int year)
{
	uint32		size = abs(year);

	if (year < 0)
		*at++ = '-';
	return put_digits(at, size, size > 99999 ? 6 : size > 9999 ? 5 : 4);
}

int
cx_time_to_text(TimestampTz time, char *buf)
{
	int64		day = time / USECS_PER_DAY;
	int64		micro = time % USECS_PER_DAY;
	uint32		second;
	int			year;
	int			month;
	int			mday;
	char	   *at;

	if (micro < 0)
	{
		micro += USECS_PER_DAY;
		day--;
	}
	second = (uint32) (micro / USECS_PER_SEC);
	micro %= USECS_PER_SEC;
	j2date((int) (day + POSTGRES_EPOCH_JDATE), &year, &month, &mday);
	at = put_year(buf, year);
	*at++ = '-';
	at = put_digits(at, month, 2);
	*at++ = '-';
	at = put_digits(at, mday, 2);
	*at++ = 'T';
	at = put_digits(at, second / SECS_PER_HOUR, 2);
	*at++ = ':';
	at = put_digits(at, second / SECS_PER_MINUTE % MINS_PER_HOUR, 2);
	*at++ = ':';
	at = put_digits(at, second % SECS_PER_MINUTE, 2);
	if (micro != 0)
	{
		*at++ = '.';
		at = put_digits(at, (uint32) micro, FRACTION_DIGITS);
		while (at[-1] == '0')
			at--;
	}
	*at++ = 'Z';
	*at = '\0';
	return at - buf;
}

static bool
parse_two(const char **at, int *value)
{
	if (!is_digit((*at)[0]) || !is_digit((*at)[1]))
		return false;
	*value = ((*at)[0] - '0') * 10 + ((*at)[1] - '0');
	*at += 2;
	return true;
}

/* The mark and two digits behind it. */
static bool
parse_marked(const char **at, char mark, int *value)
{
	if (**at != mark)
		return false;
	(*at)++;
	return parse_two(at, value);
}

static bool
parse_date(const char **at, Clock *clock, CxMistake *mistake)
{
	const char *start = *at;
	const char *digits;
	bool		minus = *start == '-';

	if (*start == '-' || *start == '+')
		(*at)++;
	digits = *at;
	for (; is_digit(**at); (*at)++)
		if (clock->year < YEAR_MANY)
			clock->year = clock->year * 10 + (**at - '0');
	if (*at - digits < 4 || !parse_marked(at, '-', &clock->month) || !parse_marked(at, '-', &clock->day))
		return malformed(mistake, start, "expected a time such as 2026-01-05T09:00:00Z");
	if (minus)
		clock->year = -clock->year;
	return true;
}

/* Behind the T. */
static bool
parse_clock(const char **at, Clock *clock, CxMistake *mistake)
{
	const char *start = *at;
	int			digits = 0;

	if (!parse_two(at, &clock->hour) || !parse_marked(at, ':', &clock->minute))
		return malformed(mistake, start, "expected a time of the day such as 09:00:00");
	if (**at != ':')
		return true;
	if (!parse_marked(at, ':', &clock->second))
		return malformed(mistake, *at, "expected two digits of seconds");
	if (**at != '.')
		return true;
	for ((*at)++; is_digit(**at); (*at)++)
	{
		if (digits++ == FRACTION_DIGITS)
			return malformed(mistake, *at, "times are exact to the microsecond: no more than six decimals");
		clock->micro = clock->micro * 10 + (**at - '0');
	}
	if (digits == 0)
		return malformed(mistake, *at, "expected decimals of seconds");
	for (; digits < FRACTION_DIGITS; digits++)
		clock->micro *= 10;
	return true;
}

/* Z, +hh, +hh:mm, +hh:mm:ss or +hhmm */
static bool
parse_zone(const char **at, Clock *clock, CxMistake *mistake)
{
	const char *start = *at;
	char		sign = *start;
	bool		ok;

	if (sign != 'Z' && sign != 'z' && sign != '+' && sign != '-')
		return malformed(mistake, start, "expected the zone of the time: Z, or an offset from UTC such as +02:00");
	(*at)++;
	if (sign == 'Z' || sign == 'z')
		return true;
	clock->west = sign == '-';
	ok = parse_two(at, &clock->zone_hour);
	if (ok && **at == ':')
	{
		ok = parse_marked(at, ':', &clock->zone_minute);
		if (ok && **at == ':')
			ok = parse_marked(at, ':', &clock->zone_second);
	}
	else if (ok && is_digit(**at))
		ok = parse_two(at, &clock->zone_minute);
	if (!ok)
		return malformed(mistake, start, "expected an offset from UTC: +hh, +hh:mm, +hh:mm:ss or +hhmm");
	return true;
}

/* What is wrong with the numbers of a time, or NULL. The year is in reach of the server's calendar. */
static const char *
wrong_number(const Clock *clock)
{
	if (clock->month < 1 || clock->month > MONTHS_PER_YEAR)
		return "months run from 01 to 12";
	if (clock->day < 1 || clock->day > day_tab[isleap(clock->year)][clock->month - 1])
		return psprintf("this month has %d days", day_tab[isleap(clock->year)][clock->month - 1]);
	if (clock->hour >= HOURS_PER_DAY)
		return "hours run from 00 to 23";
	if (clock->minute >= MINS_PER_HOUR)
		return "minutes run from 00 to 59";
	if (clock->second >= SECS_PER_MINUTE)
		return "seconds run from 00 to 59";
	if (clock->zone_hour > MAX_TZDISP_HOUR || clock->zone_minute >= MINS_PER_HOUR ||
		clock->zone_second >= SECS_PER_MINUTE)
		return "a zone is less than 16 hours away from UTC";
	return NULL;
}

static bool
clock_to_time(const Clock *clock, TimestampTz *time)
{
	int64		day = date2j(clock->year, clock->month, clock->day) - POSTGRES_EPOCH_JDATE;
	int64		second = (clock->hour * MINS_PER_HOUR + clock->minute) * SECS_PER_MINUTE + clock->second;
	int64		zone = (clock->zone_hour * MINS_PER_HOUR + clock->zone_minute) * SECS_PER_MINUTE + clock->zone_second;

	second += clock->west ? zone : -zone;
	return !pg_mul_s64_overflow(day, USECS_PER_DAY, time) &&
		!pg_add_s64_overflow(*time, second * USECS_PER_SEC + clock->micro, time) &&
		IS_VALID_TIMESTAMP(*time);
}

bool
cx_parse_time(const char **at, TimestampTz *time, CxMistake *mistake)
{
	const char *start = *at;
	Clock		clock = {0};
	const char *wrong = NULL;
	bool		in_reach;

	if (!parse_date(at, &clock, mistake))
		return false;
	if (**at != 'T' && **at != 't' && **at != ' ')
		return malformed(mistake, *at, "expected T between date and time of the day");
	(*at)++;
	if (!parse_clock(at, &clock, mistake) || !parse_zone(at, &clock, mistake))
		return false;
	in_reach = clock.year >= YEAR_FIRST && clock.year <= YEAR_LAST;
	if (in_reach)
		wrong = wrong_number(&clock);
	if (wrong == NULL && !(in_reach && clock_to_time(&clock, time)))
		wrong = "times run from -4713-11-24T00:00:00Z to 294276-12-31T23:59:59.999999Z";
	if (wrong != NULL)
		return out_of_range(mistake, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE, "time", start, *at, wrong);
	return true;
}

/* ---- values ---- */

int
cx_value_to_text(double value, char *buf)
{
	/* + 0.0 makes -0 a plain 0 */
	return double_to_shortest_decimal_buf(value + 0.0, buf);
}

/* digits, a point among them, and an exponent */
static bool
skip_number(const char **at)
{
	int			digits = 0;

	if (**at == '-' || **at == '+')
		(*at)++;
	for (; is_digit(**at); (*at)++)
		digits = 1;
	if (**at == '.')
		for ((*at)++; is_digit(**at); (*at)++)
			digits = 1;
	if (digits == 0)
		return false;
	if (**at == 'e' || **at == 'E')
	{
		(*at)++;
		if (**at == '-' || **at == '+')
			(*at)++;
		if (!is_digit(**at))
			return false;
		while (is_digit(**at))
			(*at)++;
	}
	return true;
}

/* A word for what is no finite number, in the spellings of float8. */
static bool
skip_nonfinite(const char **at)
{
	static const char *const words[] = {"nan", "infinity", "inf"};

	if (**at == '-' || **at == '+')
		(*at)++;
	for (int i = 0; i < lengthof(words); i++)
		if (pg_strncasecmp(*at, words[i], strlen(words[i])) == 0)
		{
			*at += strlen(words[i]);
			return true;
		}
	return false;
}

bool
cx_parse_value(const char **at, double *value, CxMistake *mistake)
{
	const char *start = *at;
	bool		finite = skip_number(at);

	if (finite)
	{
		/* as in float8: what is nearer to 0 or farther from it than any float8 is not silently rounded */
		errno = 0;
		*value = strtod(start, NULL);
		finite = isfinite(*value) && !(errno == ERANGE && *value == 0);
	}
	else
	{
		*at = start;
		if (!skip_nonfinite(at))
			return malformed(mistake, start, "expected a value: a number");
	}
	if (finite)
	{
		*value += 0.0;			/* -0 is a plain 0 */
		return true;
	}
	return out_of_range(mistake, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "value", start, *at,
						"a value is a finite number in the range of float8");
}
