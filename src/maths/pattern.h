/*-------------------------------------------------------------------------
 *
 * src/maths/pattern.h
 *	  Patterns over the touches of a journey: reading, compiling, matching.
 *
 *	  pattern  := ['^'] alt ['$'] ['within' time, if alt is one pair of parentheses]
 *	  alt	   := seq ('|' seq)*
 *	  seq	   := item (hop item ('within' time | 'after' time)*)*
 *	  hop	   := '->' | '~>' | '~[^x|y]>'
 *	  item	   := atom ['*' | '+' | '?' | '{n}' | '{n,}' | '{n,m}']
 *	  atom	   := touch expression (step.h, strict) | '(' alt ')'
 *	  time	   := (number ('s' | 'm' | 'h' | 'd' | 'w'))+
 *
 * What it means, formally, is in docs/patterns.md.
 *
 * THE AUTOMATON. With counts written out, each touch expression is a
 * POSITION, which consumes one touch, and each hop that may pass over touches
 * is a GATE, which passes over those it admits. From each position an
 * epsilon graph of gates leads to the positions that may come next. Gates on
 * a cycle of that graph are one gate that admits what any of them admits; so
 * the graph has no cycles, and its gates are kept in an order in which each
 * stands behind all that it leads to. The size of all this is linear in that
 * of the pattern.
 *
 * An item that may be absent is a way around it in the graph, so the hops on
 * both of its sides combine by themselves. That a match begins and ends with
 * a consumed touch comes from asking for it: it begins at a position to which
 * the graph leads without passing over anything, and ends at one likewise.
 *
 * TIME LIMITS stand at a gate which every path enters straight from a consumed
 * touch and leaves straight to one. So one clock is enough: the limit asks
 * for a next touch inside a window whose both ends move one way only.
 *
 * No postgres.h here: a fuzzer can compile src/maths alone.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_PATTERN_H
#define CX_PATTERN_H

#include "maths/need.h"
#include "maths/step.h"

/* Documented limits, past them CX_FAULT_TOO_LARGE. */
#define CX_PATTERN_MAX_SIZE		10000	/* touches and hops, counts written out */
#define CX_PATTERN_MAX_COUNT	1000	/* n and m of {n,m} */
#define CX_PATTERN_MAX_DEPTH	100 /* parentheses inside parentheses */
#define CX_PATTERN_MAX_TEXT		(1 << 20)	/* bytes */
#define CX_PATTERN_MAX_TERMS	100000	/* alternatives in all brackets together */

/* What a position or gate leads to: a position, a gate, or the end. */
typedef int32_t CxTarget;

#define CX_TARGET_END			INT32_MAX
#define CX_TARGET_GATE(g)		(-1 - (g))
#define CX_IS_GATE(target)		((target) < 0)
#define CX_GATE_OF(target)		(-1 - (target))

typedef struct CxLimit
{
	uint64_t	within;			/* microseconds; UINT64_MAX: none */
	uint64_t	after;			/* 0: none */
} CxLimit;

typedef struct CxPosition
{
	int			class;			/* of the touches it consumes */
	CxTarget	next;
	bool		first;			/* a match may begin here */
	bool		last;			/* and end here */
} CxPosition;

/* Targets of a gate are never the end: who could end is known as "last". */
typedef struct CxGate
{
	bool		any;			/* passes over any touch */
	int			n_classes;		/* or those of one of these classes */
	int		   *classes;
	int			n_targets;
	CxTarget   *targets;		/* gates among them have lower numbers */
	bool		timed;			/* targets are positions only, and no other gate leads here by passing over */
	CxLimit		limit;
} CxGate;

typedef struct CxPattern
{
	bool		from_start;		/* ^ */
	bool		to_end;			/* $ */
	bool		nullable;		/* fits an empty journey, or empty parts of any */
	bool		needs_times;	/* there is a limit somewhere */
	uint64_t	whole_within;	/* from the first to the last touch; UINT64_MAX: no limit */
	int			n_classes;
	CxStep	   *classes;		/* distinct touch expressions */
	int			row;			/* 64-bit words that a bit for each class takes */
	bool		sparse;			/* whether it matches, and how often, is the same without touches that fit no class */
	int			n_positions;
	CxPosition *positions;
	int			n_gates;
	CxGate	   *gates;
	CxNeed		need;
	char	   *text;			/* canonical */
	int			text_len;
	struct CxQuick *quick;		/* for patterns of up to 64 positions and gates */
} CxPattern;

/* NULL with *error set if the text is no pattern. The pattern does not refer to the text. */
extern CxPattern *cx_pattern_compile(const char *text, int len, const CxMemory *memory, CxParseError *error);

/*
 * A journey, as matching sees it. Bit c of the row of a code tells whether a
 * touch of this code fits class c: rows[code * pattern->row + c / 64] >> c % 64.
 */
typedef struct CxTrack
{
	int			n;
	const uint32_t *codes;
	int			n_codes;		/* all codes are below */
	const uint64_t *rows;
	const int64_t *times;		/* in microseconds, never stepping back; read only if pattern->needs_times */
} CxTrack;

/* Could it match if there were no time limits? Does not read times. */
extern bool cx_pattern_possible(const CxPattern *pattern, const CxTrack *track, const CxMemory *memory);

/* Does it match, be it nothing? */
extern bool cx_pattern_exists(const CxPattern *pattern, const CxTrack *track, const CxMemory *memory);

/*
 * ends[i], for each touch: where the shortest match that begins at i and
 * consumes a touch ends, -1 if there is none. A match that would be shorter
 * than what a limit asks for is none; one too long is none.
 */
extern void cx_pattern_ends(const CxPattern *pattern, const CxTrack *track, int32_t *ends, const CxMemory *memory);

/* How many matches do not overlap, going from left to right. */
extern int	cx_pattern_count(const CxPattern *pattern, const CxTrack *track, const CxMemory *memory);

/*
 * The touches consumed by the match from start to end, counted from 0; of all
 * the ways to match there the one with the lowest first touch, then second and
 * so on. Room for end - start + 1 is the caller's. Gives how many.
 */
extern int	cx_pattern_positions(const CxPattern *pattern, const CxTrack *track, int start, int end,
								 int32_t *positions, const CxMemory *memory);

static inline bool
cx_track_fits(const CxPattern *pattern, const CxTrack *track, int i, int class)
{
	return (track->rows[(size_t) track->codes[i] * pattern->row + class / 64] >> (class % 64)) & 1;
}

#endif							/* CX_PATTERN_H */
