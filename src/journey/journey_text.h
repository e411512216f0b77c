/*-------------------------------------------------------------------------
 *
 * src/journey/journey_text.h
 *	  Names, times and values as text: the pieces that the text form of a
 *	  journey and its JSON form share.
 *
 * A parser takes a NUL-terminated string, moves "at" past what it read and
 * does not mind what follows. When it fails it fills in the mistake, and "at"
 * is left anywhere; callers report, since they know what the user typed.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_JOURNEY_TEXT_H
#define CX_JOURNEY_TEXT_H

#include "journey/journey.h"
#include "lib/stringinfo.h"

/* Up to six digits of a year and its sign, 24 more bytes, and a NUL. */
#define CX_TIME_TEXT_MAX		32
/* DOUBLE_SHORTEST_DECIMAL_LEN is 25 */
#define CX_VALUE_TEXT_MAX		32

/* What is wrong with a text. */
typedef struct CxMistake
{
	int			sqlstate;
	const char *at;				/* the place in the text */
	const char *message;		/* what is wrong; NULL if the text is malformed (22P02) */
	const char *detail;			/* about the place: no capital, no full stop */
} CxMistake;

static inline bool
cx_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline const char *
cx_skip_blanks(const char *at)
{
	while (cx_blank(*at))
		at++;
	return at;
}

/* Bare where that is possible, else in double quotes. */
extern void cx_append_name(StringInfo buf, CxName name);

/* The names of a journey, each written once, since many touches refer to it; XX001 if one is no text. */
typedef struct CxNameTexts
{
	char	   *text;
	int		   *from;			/* one more than there are names */
} CxNameTexts;

extern CxNameTexts cx_name_texts(const CxName *names, int n, void (*append) (StringInfo buf, CxName name));

static inline void
cx_append_name_text(StringInfo buf, const CxNameTexts *texts, int name)
{
	appendBinaryStringInfo(buf, texts->text + texts->from[name], texts->from[name + 1] - texts->from[name]);
}

/*
 * The name points into the text, or into "scratch" if it had to be unescaped;
 * that is allocated when first needed, CX_NAME_MAX bytes.
 */
extern bool cx_parse_name(const char **at, CxFacet facet, char **scratch, CxName *name, CxMistake *mistake);

/* In UTC; both return the length. */
extern int	cx_time_to_text(TimestampTz time, char *buf);
extern int	cx_value_to_text(double value, char *buf);

extern bool cx_parse_time(const char **at, TimestampTz *time, CxMistake *mistake);
extern bool cx_parse_value(const char **at, double *value, CxMistake *mistake);

#endif							/* CX_JOURNEY_TEXT_H */
