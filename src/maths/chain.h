/*-------------------------------------------------------------------------
 *
 * chain.h
 *		How far a chain of conditions gets, over rows that say at what time
 *		which of them held: the meaning of ClickHouse's windowFunnel, exact.
 *
 * A row is 1 + words numbers of 64 bits: the time, a signed number in any
 * unit, and the conditions that held, condition i as bit i % 64 of word i / 64.
 * Rows come sorted by time; those of one time in any order.
 *
 * A chain of length l is a choice of rows for the conditions 0 .. l - 1 with
 * times that do not go back, the last at most "within" after the first.
 * Without modes, one row may stand for several conditions.
 *
 * No postgres.h here: a test can include this file alone.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_MATHS_CHAIN_H
#define CX_MATHS_CHAIN_H

#include <stddef.h>
#include <stdint.h>

typedef struct CxMarked
{
	const uint64_t *rows;
	size_t		n;
	int			words;
} CxMarked;

/*
 * Rows of one time count, for the first two, in the order of their conditions:
 * first those where none held, then those where condition 0 did, and so on.
 *
 * DEDUPLICATE	nothing is looked at from where a condition holds again, other
 *				than the first, that a chain has reached before
 * ORDER		from the first row of condition 0 on, nothing is looked at from
 *				a row without conditions, or with one whose predecessor no
 *				chain has reached
 * INCREASE		the times of a chain are strictly increasing
 * ONCE			a row stands for one condition of a chain at most
 *
 * ONCE goes with INCREASE only, where it says nothing new.
 */
#define CX_CHAIN_DEDUPLICATE	0x01
#define CX_CHAIN_ORDER			0x02
#define CX_CHAIN_INCREASE		0x04
#define CX_CHAIN_ONCE			0x08
#define CX_CHAIN_MODES			0x0f

#define CX_CHAIN_NO_LIMIT		UINT64_MAX

/* Bytes of working memory that cx_chain_length() needs, aligned for int64_t. */
extern size_t cx_chain_scratch(const CxMarked *marked, int conditions, unsigned modes);

/* The length of the longest chain, 0 to conditions. Times are above INT64_MIN. */
extern int	cx_chain_length(const CxMarked *marked, int conditions, uint64_t within, unsigned modes, void *scratch);

static inline const uint64_t *
cx_marked_row(const CxMarked *marked, size_t i)
{
	return marked->rows + i * (1 + (size_t) marked->words);
}

static inline int
cx_marked_has(const uint64_t *row, int condition)
{
	return (row[1 + condition / 64] >> (condition % 64)) & 1;
}

#endif							/* CX_MATHS_CHAIN_H */
