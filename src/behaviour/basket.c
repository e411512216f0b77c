/*-------------------------------------------------------------------------
 *
 * src/behaviour/basket.c
 *	  basket_stats and basket_agg() (see basket.h).
 *
 *-------------------------------------------------------------------------
 */
#include "behaviour/basket.h"

#include "catalog/pg_type_d.h"
#include "core/sort.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/array.h"
#include "utils/memutils.h"

#define LOOK	65536			/* for interrupts, each time that so many slots were gone through */
#define FIRST_SLOTS		32

static void
new_pairs(CxBasket *b, uint64 slots)
{
	b->pairs = MemoryContextAllocExtended(b->stats.context, sizeof(CxBasketPair) * slots,
										  MCXT_ALLOC_ZERO | MCXT_ALLOC_HUGE);
	b->slots = slots;
	b->used = 0;
}

static void
basket_init(CxStats *stats)
{
	CxBasket   *b = (CxBasket *) stats;

	cx_nodes_init(&b->nodes, stats->context);
	new_pairs(b, FIRST_SLOTS);
}

void
cx_basket_grow(CxBasket *b)
{
	CxBasketPair *old = b->pairs;
	uint64		slots = b->slots;

	new_pairs(b, slots * 2);
	for (uint64 i = 0; i < slots; i++)
	{
		if (old[i].key != 0)
			cx_basket_add_pair(b, (uint32) (old[i].key >> 32), (uint32) old[i].key, old[i].n);
		if (i % LOOK == LOOK - 1)
			CHECK_FOR_INTERRUPTS();
	}
	pfree(old);
}

/* A count for each of n items. */
void
cx_basket_room(CxBasket *b, Size items)
{
	Size		room = Max(8, Max(items, (Size) b->room * 2));

	if (items <= b->room)
		return;
	b->count = b->count == NULL ? MemoryContextAllocHuge(b->stats.context, room * sizeof(int64)) :
		repalloc_huge(b->count, room * sizeof(int64));
	memset(b->count + b->room, 0, (room - b->room) * sizeof(int64));
	b->room = (uint32) room;
}

void
cx_basket_add_baskets(CxBasket *b, int64 baskets)
{
	if (unlikely(baskets > CX_BASKETS_MAX - b->baskets))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("there are more than " INT64_FORMAT " baskets", CX_BASKETS_MAX)));
	b->baskets += baskets;
}

/* ---- stored form ---- */

static int
cmp_pairs(const void *a, const void *b)
{
	uint64		x = ((const CxBasketPair *) a)->key;
	uint64		y = ((const CxBasketPair *) b)->key;

	return (x > y) - (x < y);
}

/* The pairs with places among the names rather than numbers, in order. */
static CxBasketPair *
pairs_in_order(const CxBasket *b, const uint32 *ranks)
{
	CxBasketPair *pairs = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(CxBasketPair) * Max(b->used, 1));
	uint64		n = 0;

	for (uint64 i = 0; i < b->slots; i++)
	{
		if (b->pairs[i].key != 0)
		{
			uint32		x = ranks[b->pairs[i].key >> 32];
			uint32		y = ranks[(uint32) b->pairs[i].key];

			pairs[n++] = (CxBasketPair) {(uint64) Min(x, y) << 32 | Max(x, y), b->pairs[i].n};
		}
		if (i % LOOK == LOOK - 1)
			CHECK_FOR_INTERRUPTS();
	}
	cx_sort(pairs, n, sizeof(CxBasketPair), cmp_pairs);
	return pairs;
}

static void
basket_write(const CxStats *stats, CxWriter *w)
{
	const CxBasket *b = (const CxBasket *) stats;
	uint32	   *order = cx_nodes_order(&b->nodes);
	uint32	   *ranks = cx_nodes_ranks(order, b->nodes.n);
	CxBasketPair *pairs = pairs_in_order(b, ranks);
	uint64		at = 0;

	cx_write_varint(w, b->baskets);
	cx_nodes_write(&b->nodes, order, w);
	for (uint32 i = 0; i < b->nodes.n; i++)
	{
		uint64		end = at;
		uint32		next = i + 1;

		while (end < b->used && pairs[end].key >> 32 == i)
			end++;
		cx_write_varint(w, b->count[order[i]]);
		cx_write_varint(w, end - at);
		for (; at < end; at++)
		{
			uint32		other = (uint32) pairs[at].key;

			cx_write_varint(w, other - next);
			cx_write_varint(w, pairs[at].n);
			next = other + 1;
		}
		CHECK_FOR_INTERRUPTS();
	}
	pfree(pairs);
	pfree(ranks);
	pfree(order);
}

/* How often two items can have met. */
static bool
plausible(const CxBasket *b)
{
	for (uint64 i = 0; i < b->slots; i++)
	{
		const CxBasketPair *pair = &b->pairs[i];
		int64		x;
		int64		y;

		if (i % LOOK == LOOK - 1)
			CHECK_FOR_INTERRUPTS();
		if (pair->key == 0)
			continue;
		x = b->count[pair->key >> 32];
		y = b->count[(uint32) pair->key];
		if (pair->n > x || pair->n > y || pair->n < x + y - b->baskets)
			return false;
	}
	return true;
}

static bool
read_item(CxBasket *b, uint32 item, CxReader *r)
{
	uint64		count = cx_read_varint(r);
	uint64		pairs = cx_read_varint(r);
	uint64		next = (uint64) item + 1;

	if (!r->ok || count < 1 || count > (uint64) b->baskets || pairs > b->nodes.n)
		return false;
	b->count[item] = (int64) count;
	for (; pairs > 0; pairs--)
	{
		uint64		gap = cx_read_varint(r);
		uint64		n = cx_read_varint(r);

		if (!r->ok || next >= b->nodes.n || gap >= b->nodes.n - next || n < 1 || n > (uint64) b->baskets)
			return false;
		next += gap + 1;
		cx_basket_add_pair(b, item, (uint32) next - 1, (int64) n);
	}
	return true;
}

static bool
basket_read(CxStats *stats, CxReader *r)
{
	CxBasket   *b = (CxBasket *) stats;
	uint64		baskets = cx_read_varint(r);

	if (!r->ok || baskets < 1 || baskets > (uint64) CX_BASKETS_MAX)
		return false;
	b->baskets = (int64) baskets;
	if (!cx_nodes_read(&b->nodes, r))
		return false;
	cx_basket_room(b, b->nodes.n);
	for (uint32 i = 0; i < b->nodes.n; i++)
	{
		if (!read_item(b, i, r))
			return false;
		CHECK_FOR_INTERRUPTS();
	}
	return plausible(b);
}

static void
basket_merge(CxStats *into, const CxStats *from)
{
	CxBasket   *b = (CxBasket *) into;
	const CxBasket *other = (const CxBasket *) from;
	uint32	   *number = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(uint32) * Max((Size) other->nodes.n, 1));

	cx_basket_add_baskets(b, other->baskets);
	for (uint32 i = 0; i < other->nodes.n; i++)
	{
		number[i] = cx_nodes_number(&b->nodes, other->nodes.name[i]);
		cx_basket_room(b, (Size) number[i] + 1);
		b->count[number[i]] += other->count[i];
	}
	for (uint64 i = 0; i < other->slots; i++)
	{
		const CxBasketPair *pair = &other->pairs[i];

		if (pair->key != 0)
			cx_basket_add_pair(b, number[pair->key >> 32], number[(uint32) pair->key], pair->n);
		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
	}
	pfree(number);
}

const CxStatsType cx_basket_type = {
	.name = "basket_stats",
	.size = sizeof(CxBasket),
	.shared_size = sizeof(CxBasketBuffers),
	.init = basket_init,
	.write = basket_write,
	.read = basket_read,
	.merge = basket_merge
};

CX_STATS_FUNCTIONS(basket_stats, &cx_basket_type);

/* ---- counting ---- */

/* The basket being filled. */
typedef struct Filling
{
	CxBasket   *b;
	CxBasketBuffers *buffers;
	uint32		n;
} Filling;

static Filling
begin_basket(CxBasket *b)
{
	CxShared   *shared = b->stats.shared;

	if (shared == NULL)
		shared = MemoryContextAllocZero(b->stats.context, sizeof(CxBasketBuffers));
	return (Filling) {b, (CxBasketBuffers *) cx_node_buffers(shared, b->stats.context), 0};
}

static void *
more(MemoryContext context, void *array, Size old, Size room)
{
	array = array == NULL ? MemoryContextAllocHuge(context, room) : repalloc_huge(array, room);
	memset((char *) array + old, 0, room - old);
	return array;
}

/* An item, once however often it comes. */
static inline void
put_item(Filling *f, uint32 item)
{
	CxBasketBuffers *buffers = f->buffers;
	MemoryContext context = buffers->nodes.context;

	if (item >= buffers->seen_room)
	{
		uint32		room = Max(64, (item + 1) * 2);

		buffers->seen = more(context, buffers->seen, buffers->seen_room, room);
		buffers->seen_room = room;
	}
	if (buffers->seen[item])
		return;
	if (f->n >= CX_BASKET_ITEMS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("basket has more than %d different items", CX_BASKET_ITEMS)));
	if (f->n >= buffers->items_room)
	{
		uint32		room = Max(64, buffers->items_room * 2);

		buffers->items = more(context, buffers->items, buffers->items_room * sizeof(uint32), room * sizeof(uint32));
		buffers->items_room = room;
	}
	buffers->seen[item] = true;
	buffers->items[f->n++] = item;
}

static Datum
count_basket(FunctionCallInfo fcinfo, Filling *f)
{
	CxBasket   *b = f->b;
	const uint32 *items = f->buffers->items;

	cx_basket_add_baskets(b, 1);
	cx_basket_room(b, b->nodes.n);
	for (uint32 i = 0; i < f->n; i++)
	{
		b->count[items[i]]++;
		f->buffers->seen[items[i]] = false;
		for (uint32 k = 0; k < i; k++)
			cx_basket_add_pair(b, items[k], items[i], 1);
		CHECK_FOR_INTERRUPTS();
	}
	return cx_stats_result(fcinfo, &b->stats);
}

PG_FUNCTION_INFO_V1(basket_accum_items);
Datum
basket_accum_items(PG_FUNCTION_ARGS)
{
	Filling		f;
	Datum	   *items;
	bool	   *nulls;
	int			n;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	f = begin_basket((CxBasket *) cx_stats_state(fcinfo, &cx_basket_type));
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false, TYPALIGN_INT, &items, &nulls, &n);
	for (int i = 0; i < n; i++)
	{
		CxName		name;

		if (nulls[i])
			continue;
		name = cx_name_from_text(DatumGetTextPP(items[i]));
		if (name.len > CX_NAME_MAX)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("item is longer than %d bytes", CX_NAME_MAX),
					 errdetail("It has %d bytes.", name.len)));
		put_item(&f, cx_nodes_number(&f.b->nodes, name));
	}
	return count_basket(fcinfo, &f);
}

/* The dictionary of a journey has such entries only as occur: codes are not read. */
PG_FUNCTION_INFO_V1(basket_accum_journey);
Datum
basket_accum_journey(PG_FUNCTION_ARGS)
{
	Filling		f;
	CxJourney	j;
	CxNodeView	view;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	f = begin_basket((CxBasket *) cx_stats_state(fcinfo, &cx_basket_type));
	cx_journey_open(&j, PG_GETARG_DATUM(1));
	if (j.n > 0)
	{
		cx_node_buffers_for(&f.buffers->nodes, &j);
		view = cx_nodes_view(&f.b->nodes, &f.buffers->nodes, &j,
							 PG_NARGS() > 2 ? cx_grain_arg(fcinfo, 2, -1) : CX_TOUCHPOINT, j.n);
		for (int code = 0; code < j.entries && !view.absent; code++)
		{
			int32		item = cx_node_of(&view, code);

			if (item >= 0)
				put_item(&f, (uint32) item);
		}
	}
	return count_basket(fcinfo, &f);
}
