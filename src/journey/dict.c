/*-------------------------------------------------------------------------
 *
 * src/journey/dict.c
 *	  The dictionary of touches in the making: names, and combinations of a
 *	  touchpoint with channel, stage and owner, each kept once.
 *
 * Two open-addressing tables of positions into two growing arrays. A position
 * never changes, so a code stays good while the dictionary lives. Nearly every
 * touch repeats a combination seen before: then one hash of its names and one
 * comparison is all there is to do.
 *
 *-------------------------------------------------------------------------
 */
#include "journey/dict.h"

#include "common/hashfn.h"
#include "common/pg_prng.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/memutils.h"

#define FIRST_SLOTS		16

/* Tables are at most half full, positions are stored plus 1, 0 is a free slot. */
static uint32 *
new_slots(CxDict *dict, uint32 n)
{
	return MemoryContextAllocExtended(dict->context, (Size) n * sizeof(uint32), MCXT_ALLOC_ZERO | MCXT_ALLOC_HUGE);
}

CxDict *
cx_dict_new(MemoryContext context)
{
	CxDict	   *dict = MemoryContextAllocZero(context, sizeof(CxDict));

	dict->context = context;
	dict->seed = pg_prng_uint64(&pg_global_prng_state);
	dict->names.slots_n = dict->entries.slots_n = FIRST_SLOTS;
	dict->names.slots = new_slots(dict, FIRST_SLOTS);
	dict->entries.slots = new_slots(dict, FIRST_SLOTS);
	return dict;
}

/* Twice the slots; "hash_of" gives the hash of an element by its position. */
static void
grow_slots(CxDict *dict, CxDictTable *table, uint32 (*hash_of) (const CxDict *, uint32))
{
	uint32		mask = table->slots_n * 2 - 1;
	uint32	   *slots = new_slots(dict, table->slots_n * 2);

	for (uint32 i = 0; i < table->n; i++)
	{
		uint32		at = hash_of(dict, i) & mask;

		while (slots[at] != 0)
			at = (at + 1) & mask;
		slots[at] = i + 1;
	}
	pfree(table->slots);
	table->slots = slots;
	table->slots_n *= 2;
}

static uint32
hash_of_name(const CxDict *dict, uint32 position)
{
	return dict->name[position].hash;
}

static uint32
hash_of_entry(const CxDict *dict, uint32 position)
{
	return dict->entry[position].hash;
}

/* Room for one more element of an array, doubling. */
static void *
more_room(CxDict *dict, void *array, CxDictTable *table, Size size)
{
	if (table->n < table->capacity)
		return array;
	table->capacity = Max(8, table->capacity * 2);
	if (array == NULL)
		return MemoryContextAlloc(dict->context, table->capacity * size);
	return repalloc_huge(array, table->capacity * size);
}

/*
 * The hash of the tables here, which nobody else sees. It is seeded anew for
 * each dictionary: names come from anybody, and with a known hash a customer
 * could choose touchpoints that all fall into one slot.
 */
static inline uint32
name_hash(const CxDict *dict, CxName name)
{
	if (name.number >= 0)
		return (uint32) hash_bytes_uint32_extended(name.number, dict->seed);
	return (uint32) hash_bytes_extended((const unsigned char *) name.bytes, name.len, dict->seed);
}

/* The first 8 bytes in the order of bytes, behind all numbers. */
static uint64
sort_key(CxName name)
{
	uint64		key = 0;

	if (name.number >= 0)
		return name.number;
	for (int i = 0; i < 8; i++)
		key = key << 8 | (i < name.len ? (uint8) name.bytes[i] : 0);
	return UINT64CONST(1) << 63 | key >> 1;
}

/*
 * Position of a name, plus 1; a name not seen before is copied. It may come
 * from a stored journey: bytes that damage made of it go no further.
 */
static uint32
intern_name(CxDict *dict, CxName name, uint32 hash)
{
	uint32		mask = dict->names.slots_n - 1;
	uint32		at = hash & mask;
	CxDictName *added;

	for (; dict->names.slots[at] != 0; at = (at + 1) & mask)
	{
		CxDictName *known = &dict->name[dict->names.slots[at] - 1];

		if (known->hash == hash && cx_name_equal(known->name, name))
			return dict->names.slots[at];
	}
	CHECK_FOR_INTERRUPTS();
	cx_journey_name_check(name);
	dict->name = more_room(dict, dict->name, &dict->names, sizeof(CxDictName));
	added = &dict->name[dict->names.n++];
	added->name = name;
	added->sort_key = sort_key(name);
	added->hash = hash;
	added->used_by = 0;
	added->signed_for = 0;
	if (name.number < 0)
	{
		char	   *copy = MemoryContextAlloc(dict->context, Max(name.len, 1));

		memcpy(copy, name.bytes, name.len);
		added->name.bytes = copy;
	}
	dict->names.slots[at] = dict->names.n;
	at = dict->names.n;
	if (dict->names.n * 2 > dict->names.slots_n)
		grow_slots(dict, &dict->names, hash_of_name);
	return at;
}

static bool
same_entry(const CxDict *dict, const CxDictEntry *entry, const CxName *facets)
{
	for (int f = 0; f < CX_FACETS; f++)
	{
		if ((entry->name[f] == 0) != cx_name_absent(facets[f]))
			return false;
		if (entry->name[f] != 0 && !cx_name_equal(dict->name[entry->name[f] - 1].name, facets[f]))
			return false;
	}
	return true;
}

uint32
cx_dict_code(CxDict *dict, const CxName *facets)
{
	uint32		mask = dict->entries.slots_n - 1;
	uint32		hashes[CX_FACETS] = {0};
	uint32		hash = 0;
	uint32		at;
	CxDictEntry added = {0};

	for (int f = 0; f < CX_FACETS; f++)
	{
		if (!cx_name_absent(facets[f]))
			hashes[f] = name_hash(dict, facets[f]);
		hash = (hash << 7 | hash >> 25) ^ hashes[f];
	}
	for (at = hash & mask; dict->entries.slots[at] != 0; at = (at + 1) & mask)
	{
		CxDictEntry *known = &dict->entry[dict->entries.slots[at] - 1];

		if (known->hash == hash && same_entry(dict, known, facets))
			return dict->entries.slots[at] - 1;
	}

	for (int f = 0; f < CX_FACETS; f++)
		if (!cx_name_absent(facets[f]))
		{
			cx_name_check(facets[f], (CxFacet) f);
			added.name[f] = intern_name(dict, facets[f], hashes[f]);
		}
	added.hash = hash;
	dict->entry = more_room(dict, dict->entry, &dict->entries, sizeof(CxDictEntry));
	dict->entry[dict->entries.n++] = added;
	dict->entries.slots[at] = dict->entries.n;
	if (dict->entries.n * 2 > dict->entries.slots_n)
		grow_slots(dict, &dict->entries, hash_of_entry);
	return dict->entries.n - 1;
}

CxName
cx_dict_name(const CxDict *dict, uint32 code, CxFacet facet)
{
	uint32		name = dict->entry[code].name[facet];

	return name == 0 ? CX_NO_NAME : dict->name[name - 1].name;
}
