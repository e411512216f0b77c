/*-------------------------------------------------------------------------
 *
 * src/journey/text_type.h
 *	  Types that are a text in a language of their own: journey_pattern,
 *	  funnel_def. Stored and in messages it is a version and the text.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_TEXT_TYPE_H
#define CX_TEXT_TYPE_H

#include "journey/what.h"
#include "lib/stringinfo.h"

typedef struct CxTextType
{
	const char *name;
	const char *noun;			/* what errors call a value */
	bool		placed;			/* is every fault at some character? */
	uint8		version;
} CxTextType;

/*
 * What is wrong with a text, where, and around it. sqlstate: 22P02, or 22P03
 * for the text of a message; faults that are none of syntax have their own.
 * With an escontext it returns.
 */
extern void cx_text_type_report(const CxTextType *type, const char *text, int len, const CxParseError *error,
								int sqlstate, Node *escontext);

/* The text of a message; 22P03 */
extern char *cx_text_type_receive(const CxTextType *type, StringInfo message, int *len);

extern bytea *cx_text_type_send(const CxTextType *type, const char *text, int len);

#endif							/* CX_TEXT_TYPE_H */
