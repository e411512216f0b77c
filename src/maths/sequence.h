/*-------------------------------------------------------------------------
 *
 * sequence.h
 *		Patterns of rows as ClickHouse writes them: (?1)(?2), ., .*, (?t<=60).
 *
 * A pattern is a chain of tokens, each of which takes one row, with a hop
 * between two of them: the next row, a later one, or a later one whose time is
 * so far away. Rows are as in chain.h, sorted by time.
 *
 * Since the rows that a hop can reach from a row are a range whose two ends
 * never move back as the row moves on, the earliest completions can be found
 * from the last token to the first, each in one pass: rows times tokens, no
 * backtracking.
 *
 * No postgres.h here: a test can include this file alone.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_MATHS_SEQUENCE_H
#define CX_MATHS_SEQUENCE_H

#include <stdbool.h>

#include "maths/chain.h"

typedef enum CxSequenceHop
{
	CX_HOP_NEXT,
	CX_HOP_LATER,
	CX_HOP_LESS,
	CX_HOP_AT_MOST,
	CX_HOP_EQUAL,
	CX_HOP_AT_LEAST,
	CX_HOP_MORE
} CxSequenceHop;

#define CX_ANY_ROW	(-1)

typedef struct CxSequenceToken
{
	int			condition;		/* from 0, or CX_ANY_ROW */
	CxSequenceHop hop;			/* to the next token */
	uint64_t	apart;			/* microseconds */
} CxSequenceToken;

#define CX_SEQUENCE_MAX_CONDITION	1000000

/*
 * Read a pattern into tokens, of which there are at most len. Times are seconds
 * with at most six decimals. Gives the number of tokens, or -1 with what is
 * wrong and at which byte.
 */
extern int	cx_sequence_parse(const char *pattern, int len, CxSequenceToken *tokens,
							  const char **error, int *error_at);

#define CX_NO_ROW	UINT32_MAX

/*
 * For each row, the last row of the match that begins there and ends first,
 * or CX_NO_ROW. Fewer than CX_NO_ROW rows; "scratch" is n + 1 long.
 */
extern void cx_sequence_ends(const CxMarked *marked, const CxSequenceToken *tokens, int count,
							 uint32_t *ends, uint32_t *scratch);

/* How many matches from left to right that do not overlap; at most "most". */
extern uint64_t cx_sequence_count(const uint32_t *ends, size_t n, uint64_t most);

#endif							/* CX_MATHS_SEQUENCE_H */
