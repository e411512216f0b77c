/*-------------------------------------------------------------------------
 *
 * src/maths/pattern_tree.h
 *	  A pattern as it was written: between parsing and compiling.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_PATTERN_TREE_H
#define CX_PATTERN_TREE_H

#include "maths/pattern.h"

typedef enum CxHop
{
	CX_HOP_NONE,				/* before the first item of a sequence */
	CX_HOP_NEXT,				/* -> */
	CX_HOP_LATER,				/* ~> */
	CX_HOP_CLEAR				/* ~[^x]> */
} CxHop;

#define CX_MANY		(-1)		/* no upper end */

#define CX_PATTERN_TOO_LARGE "a pattern may have up to 10000 touches and hops, repetitions written out"

struct CxAlt;

/* An item and the hop before it. */
typedef struct CxItem
{
	struct CxItem *prev;
	struct CxItem *next;
	int			at;				/* where it is written */
	CxHop		hop;
	CxStep		skipped;		/* of CX_HOP_CLEAR: what may be passed over */
	bool		within;
	bool		after;
	CxLimit		limit;
	int			limit_at;		/* where it is written */
	struct CxAlt *group;		/* parentheses; NULL: a touch */
	CxStep		touch;
	char		quantifier;		/* as written: 0, * + ? { */
	int			min;
	int			max;			/* CX_MANY */
	bool		nullable;		/* may be absent */
	int			touch_class;	/* numbers that compiling gives */
	int			skipped_class;
} CxItem;

/* One of the alternatives, a sequence. */
typedef struct CxAlt
{
	struct CxAlt *next;
	CxItem	   *items;			/* NULL: the empty body of ^$ */
} CxAlt;

typedef struct CxTree
{
	bool		from_start;
	bool		to_end;
	bool		whole;
	uint64_t	whole_within;
	CxAlt	   *body;
} CxTree;

/* pattern_parse.c */
extern bool cx_pattern_parse(const char *text, int len, const CxMemory *memory, CxTree *tree, CxParseError *error);
/* pattern_check.c: are its time limits where they may be, and is it small enough? */
extern bool cx_pattern_check(const CxTree *tree, CxParseError *error);

/* pattern_print.c: length, written if out is not NULL */
extern size_t cx_pattern_print(const CxTree *tree, char *out);

/* pattern_need.c */
extern CxNeed cx_pattern_need(const CxTree *tree, const CxMemory *memory);

/* pattern_quick.c: NULL if it is too large for that */
extern struct CxQuick *cx_quick_compile(const CxPattern *pattern, const CxMemory *memory);
extern bool cx_quick_possible(const CxPattern *pattern, const CxTrack *track, const CxMemory *memory);

static inline bool
cx_alt_nullable(const CxAlt *alt)
{
	for (; alt != NULL; alt = alt->next)
	{
		const CxItem *item = alt->items;

		while (item != NULL && item->nullable)
			item = item->next;
		if (item == NULL)
			return true;
	}
	return false;
}

#endif							/* CX_PATTERN_TREE_H */
