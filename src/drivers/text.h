/*-------------------------------------------------------------------------
 *
 * src/drivers/text.h
 *	  Comments as words without case and accents, and lists of words to be
 *	  found in them.
 *
 * FOLDED TEXT is the words of a text, each with one space behind it: nothing
 * else is left of what stood between them. A word begins where the text begins
 * or behind a space, and a word (or several in a row) of a list, folded the
 * same way, is there if its bytes are there.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_TEXT_H
#define CX_TEXT_H

#include "core/compat.h"

#include "lib/stringinfo.h"

/* text_fold.c: adds the words of a text in the server's encoding */
extern void cx_fold_text(StringInfo folded, const char *text, int len);

/* text_words.c */
typedef struct CxPhrase
{
	const char *bytes;			/* folded */
	int			len;
	int			position;		/* in the list as it was given, from 1 */
	int			shorter;		/* the longest other phrase that this one begins with, or -1 */
	double		weight;			/* 0 without weights */
} CxPhrase;

typedef struct CxPhrases
{
	int			n;
	CxPhrase   *phrase;			/* distinct, ascending by bytes */
} CxPhrases;

/* The list in an argument, with weights or without; 22023, 22003. Kept between calls. */
extern const CxPhrases *cx_phrases_arg(FunctionCallInfo fcinfo, int words, int weights);
/* The longest phrase that folded text begins with, or NULL. */
extern const CxPhrase *cx_phrase_at(const CxPhrases *list, const char *text, int len);

#endif							/* CX_TEXT_H */
