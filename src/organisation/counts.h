/*-------------------------------------------------------------------------
 *
 * src/organisation/counts.h
 *	  How often each number was seen: an open hash table with a total.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_COUNTS_H
#define CX_COUNTS_H

#include "core/compat.h"

/* no total goes past it */
#define CX_COUNTS_MAX		(UINT64CONST(1) << 61)

typedef struct CxCount
{
	uint64		key;
	uint64		n;				/* 0: the slot is free */
} CxCount;

typedef struct CxCounts
{
	MemoryContext context;
	uint64		total;
	Size		n;				/* keys */
	Size		room;			/* slots, a power of two, at least twice as many; 0 at first */
	CxCount    *slots;
} CxCounts;

/* False if the total would go past its limit; nothing is added then. n is at least 1. */
extern bool cx_counts_add(CxCounts *counts, uint64 key, uint64 n);
/* Ascending by key, in the current memory context. */
extern CxCount *cx_counts_sorted(const CxCounts *counts);
extern int	cx_count_cmp(const void *a, const void *b);

#endif							/* CX_COUNTS_H */
