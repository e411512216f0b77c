/*-------------------------------------------------------------------------
 *
 * src/journey/nodes.c
 *	  The names of one facet, numbered as they are met (see nodes.h).
 *
 *-------------------------------------------------------------------------
 */
#include "journey/nodes.h"

#include "core/args.h"
#include "core/sort.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/memutils.h"

#define LOOK	16384			/* for interrupts, each time that so many names were gone through */

#define FIRST_SLOTS_BITS	4
#define FIRST_SLOTS		(1 << FIRST_SLOTS_BITS)
#define MIX				UINT64CONST(0x9e3779b97f4a7c15)
#define MIX_LAST		UINT64CONST(0xd6e8feb86659fd92) /* even: first and last are one word in short names */

void
cx_nodes_init(CxNodes *nodes, MemoryContext context)
{
	memset(nodes, 0, sizeof(CxNodes));
	nodes->context = context;
	nodes->slots_n = FIRST_SLOTS;
	nodes->shift = 32 - FIRST_SLOTS_BITS;
	nodes->slots = MemoryContextAllocZero(context, sizeof(CxNodeSlot) * FIRST_SLOTS);
}

/* ---- names to numbers ---- */

typedef struct Key
{
	uint64		first;
	uint64		last;
	int32		len;
	uint32		hash;
} Key;

static const uint64 first_bytes[9] = {
	0, UINT64CONST(0xff), UINT64CONST(0xffff), UINT64CONST(0xffffff), UINT64CONST(0xffffffff),
	UINT64CONST(0xffffffffff), UINT64CONST(0xffffffffffff), UINT64CONST(0xffffffffffffff), ~UINT64CONST(0)
};

/* The highest bits of the sum depend on all bits of both words, so slots go by those. */
static inline Key
make_key(uint64 first, uint64 last, int32 len)
{
	return (Key) {first, last, len, (uint32) ((first * MIX + last * MIX_LAST) >> 32)};
}

static inline Key
key_of_number(int32 number)
{
	return make_key(number, 0, -1);
}

/* At least eight bytes, whatever the length, can be read at "bytes". */
static inline Key
key_of_bytes(const char *bytes, int len)
{
	uint64		mask = first_bytes[Min(len, 8)];

	return make_key(cx_load_word((const uint8 *) bytes) & mask,
					cx_load_word((const uint8 *) bytes + (Max(len, 8) - 8)) & mask, len);
}

/* Names longer than two words are hashed from end to end. */
static inline void
add_middle(Key *key, const char *bytes)
{
	uint64		hash = key->hash;

	for (int i = 8; i + 8 < key->len; i += 8)
	{
		hash = (hash ^ cx_load_word((const uint8 *) bytes + i)) * MIX;
		hash ^= hash >> 29;
	}
	key->hash = (uint32) (hash ^ hash >> 32);
}

static Key
key_of(CxName name)
{
	char		copy[8] = {0};
	Key			key;

	if (name.number >= 0)
		return key_of_number(name.number);
	if (name.len < 8)
	{
		if (name.len > 0)
			memcpy(copy, name.bytes, name.len);
		return key_of_bytes(copy, name.len);
	}
	key = key_of_bytes(name.bytes, name.len);
	if (name.len > 16)
		add_middle(&key, name.bytes);
	return key;
}

/* The slot that has the key, or a free one. */
static inline CxNodeSlot *
find_slot(const CxNodes *nodes, const Key *key, const char *bytes)
{
	uint32		mask = nodes->slots_n - 1;
	uint32		at = key->hash >> nodes->shift;

	for (; nodes->slots[at].number != 0; at = (at + 1) & mask)
	{
		CxNodeSlot *slot = &nodes->slots[at];

		if (slot->first == key->first && slot->last == key->last && slot->len == key->len &&
			(key->len <= 16 || memcmp(nodes->name[slot->number - 1].bytes + 8, bytes + 8, key->len - 16) == 0))
			break;
	}
	return &nodes->slots[at];
}

static void
grow_slots(CxNodes *nodes)
{
	nodes->slots_n *= 2;
	nodes->shift--;
	pfree(nodes->slots);
	nodes->slots = MemoryContextAllocExtended(nodes->context, nodes->slots_n * sizeof(CxNodeSlot),
											  MCXT_ALLOC_ZERO | MCXT_ALLOC_HUGE);
	for (uint32 i = 0; i < nodes->n; i++)
	{
		Key			key = key_of(nodes->name[i]);

		*find_slot(nodes, &key, nodes->name[i].bytes) = (CxNodeSlot) {key.first, key.last, key.len, i + 1};
		if (i % LOOK == LOOK - 1)
			CHECK_FOR_INTERRUPTS();
	}
}

static void *
more_room(MemoryContext context, void *array, Size items, Size size)
{
	return array == NULL ? MemoryContextAllocHuge(context, items * size) : repalloc_huge(array, items * size);
}

static inline void
note_number(CxNodes *nodes, uint32 node)
{
	int32		number = nodes->name[node].number;

	if (number >= 0 && number < CX_NODES_DIRECT)
		nodes->of_number[number] = node + 1;
}

/* Names that are small numbers, once there are so many names that it does not matter. */
static void
note_numbers(CxNodes *nodes)
{
	nodes->of_number = MemoryContextAllocZero(nodes->context, sizeof(uint32) * CX_NODES_DIRECT);
	for (uint32 i = 0; i < nodes->n; i++)
		note_number(nodes, i);
}

uint32
cx_nodes_number(CxNodes *nodes, CxName name)
{
	Key			key = key_of(name);
	CxNodeSlot *slot = find_slot(nodes, &key, name.bytes);

	if (slot->number != 0)
		return slot->number - 1;
	if (nodes->n >= CX_NODES_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("journeys have more than %d different names", CX_NODES_MAX)));
	/* it may come from a damaged journey, and will be text again */
	cx_journey_name_check(name);
	if (nodes->n == nodes->capacity)
	{
		nodes->capacity = Max(8, nodes->capacity * 2);
		nodes->name = more_room(nodes->context, nodes->name, nodes->capacity, sizeof(CxName));
	}
	if (name.number < 0)
	{
		char	   *copy = MemoryContextAlloc(nodes->context, Max(name.len, 1));

		memcpy(copy, name.bytes, name.len);
		name.bytes = copy;
	}
	nodes->name[nodes->n++] = name;
	*slot = (CxNodeSlot) {key.first, key.last, key.len, nodes->n};
	if (nodes->of_number != NULL)
		note_number(nodes, nodes->n - 1);
	else if (nodes->n >= CX_NODES_SMALL)
		note_numbers(nodes);
	if (nodes->n * (nodes->n < CX_NODES_SMALL || nodes->n > CX_NODES_LARGE ? 2 : 4) > nodes->slots_n)
		grow_slots(nodes);
	return nodes->n - 1;
}

/* ---- buffers ---- */

CxNodeBuffers *
cx_node_buffers(CxShared *shared, MemoryContext context)
{
	CxNodeBuffers *buffers = (CxNodeBuffers *) shared;

	if (buffers == NULL)
		buffers = MemoryContextAllocZero(context, sizeof(CxNodeBuffers));
	if (buffers->context == NULL)
		buffers->context = context;
	return buffers;
}

void
cx_node_buffers_for(CxNodeBuffers *buffers, const CxJourney *j)
{
	MemoryContext context = buffers->context;

	if (buffers->names_room < j->names)
	{
		buffers->names_room = Max(j->names, 64);
		buffers->names = more_room(context, buffers->names, buffers->names_room, sizeof(CxName));
		buffers->numbers = more_room(context, buffers->numbers, buffers->names_room, sizeof(int32));
		buffers->places = more_room(context, buffers->places, buffers->names_room, sizeof(uint32));
	}
	if (buffers->codes_room < j->entries)
	{
		buffers->codes_room = Max(j->entries, 64);
		buffers->of_code = more_room(context, buffers->of_code, buffers->codes_room, sizeof(int32));
	}
	if (buffers->touches_room < j->n)
	{
		buffers->touches_room = Min(Max(j->n * 2, 256), CX_JOURNEY_MAX_TOUCHES);
		buffers->codes = more_room(context, buffers->codes, buffers->touches_room, sizeof(uint32));
		buffers->times = more_room(context, buffers->times, buffers->touches_room, sizeof(TimestampTz));
	}
}

/* ---- a journey's names ---- */

/*
 * All names that have a number already. Stops short where a head is longer than
 * a byte, the order unusual or the end of the value too near: those names are
 * looked up as they are asked for.
 */
static void
find_names(CxNodeView *view)
{
	/* copies, so that they stay in registers while numbers are written */
	const CxJourney *j = view->j;
	const CxNodes nodes = *view->nodes;
	const uint8 *at = j->names_at;
	const uint8 *end = Min(j->entries_at != NULL ? j->entries_at : j->codes_at, j->bytes + j->len - 8);
	const int	n = j->names;
	int32	   *numbers = view->buffers->numbers;
	int			i = 0;

	/* heads of numbers, which come first, are odd */
	if (nodes.of_number != NULL)
		for (; i < n && at < end && (*at & 0x81) == 1; i++, at++)
			numbers[i] = (int32) nodes.of_number[*at >> 1] - 1;
	for (; i < n && at < end && (*at & 0x81) == 1; i++, at++)
	{
		Key			key = key_of_number(*at >> 1);

		numbers[i] = (int32) find_slot(&nodes, &key, NULL)->number - 1;
	}
	for (; i < n && at < end && (*at & 0x81) == 0; i++)
	{
		int			len = *at++ >> 1;
		Key			key;

		if (unlikely(end - at < len))
			break;
		key = key_of_bytes((const char *) at, len);
		if (unlikely(len > 16))
			add_middle(&key, (const char *) at);
		numbers[i] = (int32) find_slot(&nodes, &key, (const char *) at)->number - 1;
		at += len;
	}
	for (; i < n; i++)
		numbers[i] = CX_NODE_NONE;
}

/*
 * Where each name begins. Names with a head longer than a byte, and those too
 * near to the end of the value, are left to cx_journey_names().
 */
static void
find_places(CxNodeView *view)
{
	const CxJourney *j = view->j;
	const uint8 *at = j->names_at;
	const uint8 *end = Min(j->entries_at != NULL ? j->entries_at : j->codes_at, j->bytes + j->len - 8);
	uint32	   *places = view->buffers->places;
	int			i = 0;

	for (; i < j->names && at < end && (*at & 0x80) == 0; i++)
	{
		places[i] = (uint32) (at - j->names_at);
		at += 1 + (*at & 1 ? 0 : *at >> 1);
	}
	view->have_places = i == j->names && at <= end;
	memset(view->buffers->numbers, -1, sizeof(int32) * j->names);
}

CxNodeView
cx_nodes_view(CxNodes *nodes, CxNodeBuffers *buffers, const CxJourney *j, CxFacet facet, int touches)
{
	CxNodeView	view = {.nodes = nodes, .buffers = buffers, .j = j};
	int			fields = 1;

	/* the order of the fields of an entry: journey.h */
	for (int f = CX_CHANNEL; f < CX_FACETS; f++)
	{
		if (f == facet)
			view.field_bit = (uint64) fields * j->name_bits;
		fields += (j->flags >> (f - 1)) & 1;
	}
	view.entry_bits = (uint64) fields * j->name_bits;
	view.optional = facet != CX_TOUCHPOINT;
	view.absent = view.optional && (j->flags & (1 << (facet - 1))) == 0;
	if (view.absent)
		return view;
	if (touches < j->names)
		find_places(&view);
	else
		find_names(&view);
	return view;
}

/* The number of the name at a place, or CX_NODE_NONE if it has none yet. */
static int32
number_at(const CxNodes *nodes, const uint8 *at)
{
	int			len = *at >> 1;
	Key			key;

	if (*at++ & 1)
		key = key_of_number(len);
	else
	{
		key = key_of_bytes((const char *) at, len);
		if (unlikely(len > 16))
			add_middle(&key, (const char *) at);
	}
	return (int32) find_slot(nodes, &key, (const char *) at)->number - 1;
}

int32
cx_nodes_look_up(CxNodeView *view, int32 name)
{
	if (view->have_places)
	{
		int32		number = number_at(view->nodes, view->j->names_at + view->buffers->places[name]);

		if (number >= 0)
			return view->buffers->numbers[name] = number;
	}
	if (!view->have_names)
		cx_journey_names(view->j, view->buffers->names);
	view->have_names = true;
	return view->buffers->numbers[name] = (int32) cx_nodes_number(view->nodes, view->buffers->names[name]);
}

/* cx_nodes_of_codes() where entries are fields, as far as names have numbers; gives the lowest, CX_NODE_NONE among them. */
static int32
numbers_of_entries(CxNodeView *view)
{
	/* copies, so that they stay in registers while results are written */
	const uint8 *fields = view->j->entries_at;
	const int	width = view->j->name_bits;
	const int	names = view->j->names;
	const int	n = view->j->entries;
	const int	optional = view->optional;
	const uint64 stride = view->entry_bits;
	const int32 *numbers = view->buffers->numbers;
	int32	   *of_code = view->buffers->of_code;
	uint64		bit = view->field_bit;
	int32		lowest = 0;
	int32		highest = -1;

	for (int i = 0; i < n; i++, bit += stride)
	{
		int32		name = (int32) cx_read_narrow(fields, bit, width) - optional;
		int32		number = name >= 0 && name < names ? numbers[name] : CX_NODE_NONE;

		highest = Max(highest, name);
		lowest = Min(lowest, number);
		of_code[i] = number;
	}
	if (unlikely(highest >= names))
		cx_journey_damaged();
	return lowest;
}

bool
cx_nodes_of_codes(CxNodeView *view)
{
	const CxJourney *j = view->j;
	const int32 *numbers = view->buffers->numbers;
	int32	   *of_code = view->buffers->of_code;
	int32		lowest = 0;
	bool		some_absent = false;

	/* in nearly all journeys every name is known and every touch has the facet */
	if (view->absent)
		lowest = CX_NODE_NONE;
	else if (j->entries_at == NULL)
		for (int i = 0; i < j->entries; i++)
			lowest = Min(lowest, of_code[i] = numbers[i]);
	else
		lowest = numbers_of_entries(view);
	if (lowest >= 0)
		return false;
	for (int i = 0; i < j->entries; i++)
	{
		of_code[i] = cx_node_of(view, i);
		some_absent |= of_code[i] < 0;
		if (i % LOOK == LOOK - 1)
			CHECK_FOR_INTERRUPTS();
	}
	return some_absent;
}

/* ---- order, reading, writing ---- */

static int
cmp_numbers(const void *a, const void *b, void *nodes)
{
	const CxName *name = ((const CxNodes *) nodes)->name;

	return cx_name_cmp(name[*(const uint32 *) a], name[*(const uint32 *) b]);
}

uint32 *
cx_nodes_order(const CxNodes *nodes)
{
	uint32	   *order = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(uint32) * Max((Size) nodes->n, 1));

	for (uint32 i = 0; i < nodes->n; i++)
		order[i] = i;
	cx_sort_arg(order, nodes->n, sizeof(uint32), cmp_numbers, unconstify(CxNodes *, nodes));
	return order;
}

uint32 *
cx_nodes_ranks(const uint32 *order, uint32 n)
{
	uint32	   *ranks = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(uint32) * Max((Size) n, 1));

	for (uint32 i = 0; i < n; i++)
		ranks[order[i]] = i;
	return ranks;
}

/* As in the dictionary of a journey: 2 * number + 1, or 2 * length and the bytes. */
void
cx_write_name(CxWriter *w, CxName name)
{
	if (name.number >= 0)
	{
		cx_write_varint(w, (uint64) name.number * 2 + 1);
		return;
	}
	cx_write_varint(w, (uint64) name.len * 2);
	cx_write_bytes(w, name.bytes, name.len);
}

bool
cx_read_name(CxReader *r, CxName *name)
{
	uint64		head = cx_read_varint(r);
	uint64		rest = head >> 1;
	const char *bytes = (const char *) r->at;

	if (!r->ok)
		return false;
	if (head & 1)
	{
		if (rest > PG_INT32_MAX)
			return false;
		*name = cx_name_number((int32) rest);
		return true;
	}
	if (rest > CX_NAME_MAX || rest > (uint64) (r->end - r->at))
		return false;
	r->at += rest;
	*name = cx_name(bytes, (int) rest);
	return name->number < 0 && pg_verifymbstr(bytes, (int) rest, true);
}

void
cx_nodes_write(const CxNodes *nodes, const uint32 *order, CxWriter *w)
{
	cx_write_varint(w, nodes->n);
	for (uint32 i = 0; i < nodes->n; i++)
	{
		cx_write_name(w, nodes->name[order[i]]);
		if (i % LOOK == LOOK - 1)
			CHECK_FOR_INTERRUPTS();
	}
}

bool
cx_nodes_read(CxNodes *nodes, CxReader *r)
{
	uint64		n = cx_read_varint(r);

	if (!r->ok || n > CX_NODES_MAX)
		return false;
	for (uint64 i = 0; i < n; i++)
	{
		CxName		name;

		if (!cx_read_name(r, &name) || (i > 0 && cx_name_cmp(nodes->name[i - 1], name) >= 0))
			return false;
		cx_nodes_number(nodes, name);
		if (i % LOOK == LOOK - 1)
			CHECK_FOR_INTERRUPTS();
	}
	return true;
}

/* ---- arguments and results ---- */

CxFacet
cx_grain_arg(FunctionCallInfo fcinfo, int arg, int known)
{
	static const char *const grains[] = {"touchpoint", "channel", "stage", "owner", NULL};
	const text *grain;

	if (PG_ARGISNULL(arg))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("grain is NULL"),
				 errhint("Use one of: touchpoint, channel, stage, owner.")));
	grain = PG_GETARG_TEXT_PP(arg);
	/* in nearly every row it is the same as before */
	if (known >= 0 && VARSIZE_ANY_EXHDR(grain) == strlen(grains[known]) &&
		memcmp(VARDATA_ANY(grain), grains[known], VARSIZE_ANY_EXHDR(grain)) == 0)
		return (CxFacet) known;
	return (CxFacet) cx_check_choice(grain, "grain", grains);
}
