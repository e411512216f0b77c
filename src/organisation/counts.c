/*-------------------------------------------------------------------------
 *
 * src/organisation/counts.c
 *	  How often each number was seen (see counts.h).
 *
 *-------------------------------------------------------------------------
 */
#include "organisation/counts.h"

#include "core/sort.h"
#include "utils/memutils.h"

#define FIRST_ROOM	16

/* The slot of a key, or a free one. */
static CxCount *
find_slot(CxCount *slots, Size room, uint64 key)
{
	Size		at = (Size) ((key * UINT64CONST(0x9e3779b97f4a7c15)) >> 32) & (room - 1);

	while (slots[at].n != 0 && slots[at].key != key)
		at = (at + 1) & (room - 1);
	return &slots[at];
}

static void
grow(CxCounts *counts)
{
	Size		room = Max(FIRST_ROOM, counts->room * 2);
	CxCount    *slots = MemoryContextAllocExtended(counts->context, room * sizeof(CxCount),
												   MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);

	for (Size i = 0; i < counts->room; i++)
		if (counts->slots[i].n != 0)
			*find_slot(slots, room, counts->slots[i].key) = counts->slots[i];
	if (counts->slots != NULL)
		pfree(counts->slots);
	counts->slots = slots;
	counts->room = room;
}

bool
cx_counts_add(CxCounts *counts, uint64 key, uint64 n)
{
	CxCount    *slot;

	if (unlikely(n > CX_COUNTS_MAX - counts->total))
		return false;
	if ((counts->n + 1) * 2 > counts->room)
		grow(counts);
	slot = find_slot(counts->slots, counts->room, key);
	counts->n += slot->n == 0;
	counts->total += n;
	slot->key = key;
	slot->n += n;
	return true;
}

int
cx_count_cmp(const void *a, const void *b)
{
	uint64		x = ((const CxCount *) a)->key;
	uint64		y = ((const CxCount *) b)->key;

	return (x > y) - (x < y);
}

CxCount *
cx_counts_sorted(const CxCounts *counts)
{
	CxCount    *sorted = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(CxCount) * Max(counts->n, 1));
	Size		n = 0;

	for (Size i = 0; i < counts->room; i++)
		if (counts->slots[i].n != 0)
			sorted[n++] = counts->slots[i];
	cx_sort(sorted, n, sizeof(CxCount), cx_count_cmp);
	return sorted;
}
