/*-------------------------------------------------------------------------
 *
 * src/behaviour/basket.h
 *	  The type "basket_stats": which items come together, by pairs.
 *
 * Of each item it knows in how many baskets it is, and of each two items that
 * ever met in how many both are. Memory is bounded by the pairs that met.
 *
 * THE STORED FORM, behind the version byte of core/stats.h:
 *
 *	  varint	baskets, at least 1
 *	  names		nodes.h: varint how many, then each, ascending
 *	  for each	varint baskets with it, at least 1; varint pairs with items behind
 *				it; for each of those, ascending: varint items passed over since the
 *				one before, or since this item; varint baskets with both
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_BASKET_H
#define CX_BASKET_H

#include "journey/nodes.h"
#include "core/stats.h"

/* documented limit of different items in one basket; past it 54000 */
#define CX_BASKET_ITEMS		4096
/* baskets; all counts are doubles exactly then */
#define CX_BASKETS_MAX		(INT64CONST(1) << 52)

typedef struct CxBasketPair
{
	uint64		key;			/* lower item's number << 32 | higher one's; 0: free, since they differ */
	int64		n;
} CxBasketPair;

typedef struct CxBasket
{
	CxStats		stats;
	int64		baskets;
	CxNodes		nodes;			/* items */
	int64	   *count;			/* by item */
	uint32		room;
	CxBasketPair *pairs;		/* a hash table */
	uint64		slots;			/* a power of two */
	uint64		used;
} CxBasket;

/* Scratch shared by all groups: the items of the basket being counted. */
typedef struct CxBasketBuffers
{
	CxNodeBuffers nodes;
	uint32	   *items;
	uint32		items_room;
	bool	   *seen;			/* by item; false between baskets */
	uint32		seen_room;
} CxBasketBuffers;

/* basket.c */
extern const CxStatsType cx_basket_type;
extern void cx_basket_room(CxBasket *b, Size items);
extern void cx_basket_add_baskets(CxBasket *b, int64 baskets);	/* 22003 past the limit */
extern void cx_basket_grow(CxBasket *b);

static inline void
cx_basket_add_pair(CxBasket *b, uint32 x, uint32 y, int64 n)
{
	uint64		key = (uint64) Min(x, y) << 32 | Max(x, y);
	uint64		mask = b->slots - 1;
	uint64		at = ((key * UINT64CONST(0x9e3779b97f4a7c15)) >> 29) & mask;

	while (b->pairs[at].key != key)
	{
		if (b->pairs[at].key == 0)
		{
			b->pairs[at].key = key;
			b->pairs[at].n = n;
			if (unlikely(++b->used > b->slots / 2))
				cx_basket_grow(b);
			return;
		}
		at = (at + 1) & mask;
	}
	b->pairs[at].n += n;
}

#endif							/* CX_BASKET_H */
