/*-------------------------------------------------------------------------
 *
 * src/journey/pattern.h
 *	  The type "journey_pattern", and patterns against stored journeys.
 *
 * THE STORED FORM is a varlena: byte 0 is the format version, 1; the rest is
 * the canonical text in the server's encoding. It is parsed and compiled again
 * when it is used, once per query: that takes microseconds, and so a stored
 * pattern needs no trust and the automaton no format.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_JOURNEY_PATTERN_H
#define CX_JOURNEY_PATTERN_H

#include "core/compat.h"

#include "journey/masks.h"
#include "maths/pattern.h"

#define CX_PATTERN_VERSION	1

/* A pattern, ready for journeys. */
typedef struct CxMatcher
{
	CxPattern  *pattern;
	CxWhat	   *what;			/* its touch expressions, and what it needs */
	CxMasks    *masks;			/* NULL if they are more than 64 */
	uint64		first;			/* with masks: what the first touch of a match may fit */
	uint64		last;			/* and the last one */

	/* scratch, with masks: for each touch of the longest journey seen, each entry, each name */
	MemoryContext context;		/* of all of it */
	int			room;
	int			entries_room;
	int			names_room;
	uint32	   *codes;
	int32	   *position;
	TimestampTz *times;
	uint64	   *rows;
	uint64	   *of_names;
} CxMatcher;

/*
 * From its text; soft errors if there is an escontext, NULL then. "sqlstate" is
 * that of a malformed text: 22P02, or 22P03 where it came in a message.
 */
extern CxPattern *cx_pattern_from_text(const char *text, int len, int sqlstate, MemoryContext context, Node *escontext);

/* From a stored value, header and all; XX001 if it is damaged. For its need, ask pattern->need. */
extern CxPattern *cx_pattern_from_stored(const struct varlena *stored, MemoryContext context);

/* As cx_kept(): made again only if the argument is another than in the call before. */
extern CxMatcher *cx_matcher_from_stored(FmgrInfo *flinfo, const struct varlena *stored);
extern CxMatcher *cx_matcher_from_text(FmgrInfo *flinfo, const text *t);

#endif							/* CX_JOURNEY_PATTERN_H */
