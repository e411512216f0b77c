/*-------------------------------------------------------------------------
 *
 * src/journey/masks.c
 *	  Which of up to 64 touch expressions touches of each code fit.
 *
 * For each journey that is asked once per name and entry of its dictionary,
 * and costs more than looking at its touches does. So a name is found by its
 * length and its first eight bytes in a small hash table, in which most names
 * of most journeys hit an empty slot; and what a name means for a facet is a
 * word, a bit for each expression it fits, so that an entry costs one look and
 * OR for each facet that is asked about at all.
 *
 *-------------------------------------------------------------------------
 */
#include "journey/masks.h"

#include "core/bits.h"
#include "journey/codes.h"
#include "port/pg_bitutils.h"

#define NUMBER_LEN	(-2)		/* in place of the length of a name that is a number */
#define NUMBERS		64			/* a name that is a number below has a head of one byte */

/* A slot of the hash table; an empty one has the length -1, which no name has. */
typedef struct Slot
{
	uint64		head;			/* the first eight bytes of the name, lowest first, or the number */
	uint64		alone;			/* what the name fits as a touchpoint */
	int32		len;
	uint16		id;				/* position of the name among those wanted + 1; 0 is any other */
	bool		next;			/* a name that hashes to here is in the next slot, or further */
	const char *bytes;
} Slot;

/* A term that asks for several names: the expression's bit if all of them are there. */
typedef struct Mix
{
	uint16		id[CX_FACETS];	/* 0: any */
	uint64		bit;
} Mix;

struct CxMasks
{
	int			n_names;
	uint64		factor;			/* of the hash, chosen so that if possible each name has its own slot */
	int			shift;			/* hash to slot */
	int			slots_mask;
	Slot	   *slots;
	uint64	   *alone;			/* what each of the NUMBERS fits as a touchpoint */
	uint16	   *number_id;		/* and its id */
	bool		asked[CX_FACETS];
	uint64	   *of[CX_FACETS];	/* for each id what it fits on its own */
	int			n_mixes;
	Mix		   *mixes;
	uint64		negated;
};

static inline uint32
slot_of(const CxMasks *m, uint64 head, int32 len)
{
	return (uint32) (((head ^ ((uint64) (uint32) len << 56)) * m->factor) >> m->shift);
}

/* The first bytes of a name, as one load of eight of them gives it where there are as many. */
static inline uint64
head_of(const uint8 *bytes, int32 len, const uint8 *end)
{
	if (likely(end - bytes >= 8))
		return len >= 8 ? cx_load_word(bytes) : cx_load_word(bytes) & ((UINT64CONST(1) << (8 * len)) - 1);
	return cx_load_fixed(bytes, Min(len, 8));
}

static inline bool
is_name(const Slot *slot, uint64 head, int32 len, const uint8 *bytes)
{
	return slot->head == head && slot->len == len &&
		(likely(len <= 8) || memcmp(slot->bytes + 8, bytes + 8, len - 8) == 0);
}

/* The slot of a name, or one that is empty: its id and masks are 0. */
static inline const Slot *
find_name(const CxMasks *m, uint64 head, int32 len, const uint8 *bytes)
{
	static const Slot none = {.len = -1};
	uint32		at = slot_of(m, head, len);

	for (;; at = (at + 1) & m->slots_mask)
	{
		const Slot *slot = &m->slots[at];

		if (is_name(slot, head, len, bytes))
			return slot;
		if (likely(!slot->next))
			return &none;
	}
}

static Slot
slot_for(CxName name, uint16 id)
{
	Slot		slot = {.id = id};

	if (name.number >= 0)
	{
		slot.head = name.number;
		slot.len = NUMBER_LEN;
	}
	else
	{
		slot.head = cx_load_fixed((const uint8 *) name.bytes, Min(name.len, 8));
		slot.len = name.len;
		slot.bytes = name.bytes;
	}
	return slot;
}

/* All names into the table; gives how many are not in their own slot. */
static int
fill_slots(CxMasks *m, const CxWhat *what)
{
	int			moved = 0;

	for (int i = 0; i <= m->slots_mask; i++)
		m->slots[i] = (Slot) {.len = -1};
	for (int i = 0; i < what->n_names; i++)
	{
		Slot		slot = slot_for(what->names[i], (uint16) (i + 1));
		uint32		at = slot_of(m, slot.head, slot.len);

		for (; m->slots[at].id != 0; at = (at + 1) & m->slots_mask)
		{
			m->slots[at].next = true;
			moved++;
		}
		slot.next = m->slots[at].next;
		m->slots[at] = slot;
	}
	return moved;
}

static void
make_names(CxMasks *m, const CxWhat *what, MemoryContext context)
{
	int			bits = 6;

	m->n_names = what->n_names;
	while ((1 << bits) < 8 * m->n_names)
		bits++;
	m->shift = 64 - bits;
	m->slots_mask = (1 << bits) - 1;
	m->slots = MemoryContextAlloc(context, sizeof(Slot) << bits);
	m->factor = UINT64CONST(0x9E3779B97F4A7C15);
	for (int tries = 0; fill_slots(m, what) > 0 && tries < 20; tries++)
		m->factor = m->factor * UINT64CONST(6364136223846793005) + 2;
}

static void
add_term(CxMasks *m, const CxWhatTerm *term)
{
	Mix			mix = {{0}, UINT64CONST(1) << term->step};
	int			names = 0;

	for (int f = 0; f < CX_FACETS; f++)
	{
		mix.id[f] = (uint16) (term->name[f] + 1);
		names += mix.id[f] != 0;
		m->asked[f] |= mix.id[f] != 0;
	}
	if (names > 1)
		m->mixes[m->n_mixes++] = mix;
	else
		for (int f = 0; f < CX_FACETS; f++)
			if (mix.id[f] != 0)
				m->of[f][mix.id[f]] |= mix.bit;
}

CxMasks *
cx_masks_make(const CxWhat *what, MemoryContext context)
{
	CxMasks    *m;

	if (what->row != 1 || what->n_names >= PG_UINT16_MAX)
		return NULL;
	m = MemoryContextAllocZero(context, sizeof(CxMasks));
	make_names(m, what, context);
	for (int f = 0; f < CX_FACETS; f++)
		m->of[f] = MemoryContextAllocZero(context, sizeof(uint64) * (m->n_names + 1));
	m->mixes = MemoryContextAlloc(context, sizeof(Mix) * Max(what->n_terms, 1));
	for (int t = 0; t < what->n_terms; t++)
		add_term(m, &what->terms[t]);
	for (int i = 0; i <= m->slots_mask; i++)
		m->slots[i].alone = m->of[CX_TOUCHPOINT][m->slots[i].id];
	m->alone = MemoryContextAlloc(context, sizeof(uint64) * NUMBERS);
	m->number_id = MemoryContextAlloc(context, sizeof(uint16) * NUMBERS);
	for (int i = 0; i < NUMBERS; i++)
	{
		const Slot *slot = find_name(m, i, NUMBER_LEN, NULL);

		m->alone[i] = slot->alone;
		m->number_id[i] = slot->id;
	}
	m->negated = what->negated[0];
	return m;
}

/* ---- a journey ---- */

/* What stands before a name: its length or the number. */
static inline uint64
next_head(const uint8 **at, const uint8 *end)
{
	CxReader	r;
	uint64		head;

	if (unlikely(*at >= end))
		cx_journey_damaged();
	if (likely(**at < 0x80))
		return *(*at)++;
	r = cx_reader(*at, end - *at);
	head = cx_read_varint(&r);
	if (!r.ok || head >> 1 > PG_INT32_MAX)
		cx_journey_damaged();
	*at = r.at;
	return head;
}

/* The slot of the name at *at, which moves on behind it. */
static const Slot *
next_name(const CxMasks *m, const uint8 **at, const uint8 *end, const uint8 *value_end)
{
	uint64		head = next_head(at, end);
	int32		len = (int32) (head >> 1);
	const Slot *slot;

	if (head & 1)
		return find_name(m, head >> 1, NUMBER_LEN, NULL);
	if (len > end - *at)
		cx_journey_damaged();
	slot = find_name(m, head_of(*at, len, value_end), len, *at);
	*at += len;
	return slot;
}

/*
 * What each name fits as a touchpoint, into of[], with the OR of all as result;
 * or its id, into ids[]: one of them is NULL. The loop that nearly all names of
 * nearly all journeys stay in has no branch that is hard to foresee: a number
 * below NUMBERS, or a text of up to 63 bytes, 8 more bytes readable behind all
 * names, and its slot, be it its own, empty, or that of another one.
 */
static pg_attribute_always_inline uint64
look_up(const CxMasks *m, const CxJourney *j, uint64 *of, uint16 *ids)
{
	static const uint64 low[9] = {
		0, 0xff, 0xffff, 0xffffff, 0xffffffff, UINT64CONST(0xffffffffff), UINT64CONST(0xffffffffffff),
		UINT64CONST(0xffffffffffffff), UINT64CONST(0xffffffffffffffff)
	};
	static const Slot none = {.len = -1};
	const uint8 *at = j->names_at;
	const uint8 *end = j->entries_at != NULL ? j->entries_at : j->codes_at;
	const uint8 *value_end = j->bytes + j->len;
	const uint8 *quick_end = value_end - end >= 8 ? end : at;
	/* copies, so that they stay in registers */
	const CxMasks local = *m;
	const int	n = j->names;
	uint64		all = 0;

	for (int i = 0; i < n; i++)
	{
		uint64		fits;
		uint16		id;

		if (likely(at < quick_end && (*at & 0x81) == 0))
		{
			uint32		len = *at++ >> 1;
			uint64		head = cx_load_word(at) & low[Min(len, 8)];
			const Slot *slot = &local.slots[slot_of(&local, head, len)];
			bool		same = slot->head == head && slot->len == (int32) len;

			if (unlikely(slot->next || (same && len > 8)))
			{
				slot = (int32) len <= end - at ? find_name(m, head, len, at) : &none;
				same = true;
			}
			fits = same ? slot->alone : 0;
			id = same ? slot->id : 0;
			at += len;
		}
		else if (likely(at < end && (*at & 0x81) == 1))
		{
			fits = local.alone[*at >> 1];
			id = local.number_id[*at++ >> 1];
		}
		else
		{
			const Slot *slot = next_name(m, &at, end, value_end);

			fits = slot->alone;
			id = slot->id;
		}
		if (ids != NULL)
			ids[i] = id;
		else
		{
			fits ^= local.negated;
			of[i] = fits;
			all |= fits;
		}
	}
	if (unlikely(at != end))
		cx_journey_damaged();
	return all;
}

/*
 * Touchpoints only, and that is what most funnels ask about. Entry i is the
 * touchpoint with name i if no other facet is there.
 */
static uint64
masks_of_touchpoints(const CxMasks *m, const CxJourney *j, uint64 *of_names, uint64 *masks)
{
	uint64	   *of = j->entries_at != NULL ? of_names : masks;
	uint64		all = look_up(m, j, of, NULL);
	int			stride = j->name_bits;
	uint64		bit = 0;
	const uint64 names = j->names;
	const int	entries = j->entries;
	const int	width = j->name_bits;
	const uint8 *fields = j->entries_at;
	bool		sound = true;

	if (j->entries_at == NULL || all == 0)
		return all;
	for (int f = CX_CHANNEL; f < CX_FACETS; f++)
		stride += ((j->flags >> (f - 1)) & 1) * j->name_bits;
	all = 0;
	for (int i = 0; i < entries; i++, bit += stride)
	{
		uint64		name = cx_read_narrow(fields, bit, width);
		uint64		fits = of[name < names ? name : 0];

		sound &= name < names;
		masks[i] = fits;
		all |= fits;
	}
	if (!sound)
		cx_journey_damaged();
	return all;
}

static uint64
mask_of(const CxMasks *m, const uint16 *id)
{
	uint64		mask = 0;

	for (int f = 0; f < CX_FACETS; f++)
		mask |= m->of[f][id[f]];
	for (int i = 0; i < m->n_mixes; i++)
	{
		const Mix  *mix = &m->mixes[i];
		bool		fits = true;

		for (int f = 0; f < CX_FACETS; f++)
			fits &= mix->id[f] == 0 || mix->id[f] == id[f];
		if (fits)
			mask |= mix->bit;
	}
	return mask ^ m->negated;
}

/* What entries fit by one facet of theirs, added to their masks. false: damaged */
static inline bool
add_facet(const CxJourney *j, const uint64 *of, const uint16 *ids, uint64 bit, int stride, int optional, uint64 *masks)
{
	/* copies, so that they stay in registers while masks are written */
	const uint8 *fields = j->entries_at;
	const int	width = j->name_bits;
	const int	n = j->entries;
	const uint64 names = j->names;
	bool		sound = true;

	for (int i = 0; i < n; i++, bit += stride)
	{
		uint64		name = cx_read_narrow(fields, bit, width) - optional;

		sound &= (name < names) | (name == ~UINT64CONST(0));
		masks[i] |= name < names ? of[ids[name]] : 0;
	}
	return sound;
}

/* Terms that ask for one name only: their bits are simply added up, facet by facet. */
static uint64
masks_by_facet(const CxMasks *m, const CxJourney *j, const uint16 *ids, int stride, uint64 *masks)
{
	int			bit = 0;
	bool		sound = true;
	uint64		all = 0;

	memset(masks, 0, sizeof(uint64) * j->entries);
	for (int f = 0; f < CX_FACETS; f++)
	{
		if (f != CX_TOUCHPOINT && (j->flags & (1 << (f - 1))) == 0)
			continue;
		if (m->asked[f])
			sound &= add_facet(j, m->of[f], ids, bit, stride, f != CX_TOUCHPOINT, masks);
		bit += j->name_bits;
	}
	if (!sound)
		cx_journey_damaged();
	for (int i = 0; i < j->entries; i++)
	{
		masks[i] ^= m->negated;
		all |= masks[i];
	}
	return all;
}

static uint64
masks_of_facets(const CxMasks *m, const CxJourney *j, uint16 *ids, uint64 *masks)
{
	int			stride = j->name_bits;
	uint64		bit = 0;
	uint64		all = 0;

	look_up(m, j, NULL, ids);
	for (int f = CX_CHANNEL; f < CX_FACETS; f++)
		stride += ((j->flags >> (f - 1)) & 1) * j->name_bits;
	if (m->n_mixes == 0)
		return masks_by_facet(m, j, ids, stride, masks);
	for (int i = 0; i < j->entries; i++)
	{
		uint16		id[CX_FACETS] = {0};

		for (int f = 0; f < CX_FACETS; f++)
		{
			uint64		name;

			if (f != CX_TOUCHPOINT && (j->flags & (1 << (f - 1))) == 0)
				continue;
			name = cx_read_narrow(j->entries_at, bit, j->name_bits);
			bit += j->name_bits;
			if (f != CX_TOUCHPOINT && name-- == 0)
				continue;
			if (unlikely(name >= (uint64) j->names))
				cx_journey_damaged();
			id[f] = ids[name];
		}
		masks[i] = mask_of(m, id);
		all |= masks[i];
	}
	return all;
}

uint64
cx_masks_of(const CxMasks *m, const CxJourney *j, uint64 *scratch, uint64 *masks)
{
	if (j->entries_at != NULL && (m->asked[CX_CHANNEL] || m->asked[CX_STAGE] || m->asked[CX_OWNER]))
		return masks_of_facets(m, j, (uint16 *) scratch, masks);
	return masks_of_touchpoints(m, j, scratch, masks);
}

#define FEW_CODES		64		/* as many as a word has bits */

/* Which of n codes, up to CX_CODES_AT_ONCE, have a mask with one of some bits. */
static inline uint64
which_fit(const uint8 *codes, int n, const uint64 *masks, uint64 bits)
{
	uint64		in = 0;

	for (int i = 0; i < n; i++)
		in |= (uint64) ((masks[codes[i]] & bits) != 0) << i;
	return in;
}

/*
 * cx_masks_scan() where codes are bytes: only touches that fit something are
 * looked at one by one. Few codes are a set of bits.
 */
static int
scan_bytes(const CxJourney *j, const uint64 *masks, uint64 begin, int32 *position, uint32 *codes, uint64 *seen)
{
	const bool	few = j->entries <= FEW_CODES;
	uint64		fit = 0;
	uint64		begins = 0;
	bool		begun = false;
	uint64		all = 0;
	int			h = 0;

	for (int c = 0; few && c < j->entries; c++)
	{
		fit |= (uint64) (masks[c] != 0) << c;
		begins |= (uint64) ((masks[c] & begin) != 0) << c;
	}
	for (int from = 0; from < j->n; from += CX_CODES_AT_ONCE)
	{
		uint8		bytes[CX_CODES_AT_ONCE];
		int			n = cx_codes_next(j, from, bytes);
		uint64		here = cx_low_bits(n);

		if (!begun)
		{
			uint64		first = few ? cx_codes_in(bytes, begins) & here : which_fit(bytes, n, masks, begin);

			if (first == 0)
				continue;
			begun = true;
			here &= ~((first & -first) - 1);
		}
		here &= few ? cx_codes_in(bytes, fit) : which_fit(bytes, n, masks, ~UINT64CONST(0));
		for (; here != 0; here &= here - 1)
		{
			int			i = pg_rightmost_one_pos64(here);

			position[h] = from + i;
			codes[h++] = bytes[i];
			all |= masks[bytes[i]];
		}
	}
	*seen = all;
	return h;
}

/*
 * The touches whose mask is not 0, from the first on whose mask has a bit of
 * "begin": their positions and codes. Gives how many; *seen is the OR of their
 * masks.
 */
int
cx_masks_scan(const CxJourney *j, const uint64 *masks, uint64 begin, int32 *position, uint32 *codes, uint64 *seen)
{
	int			width = j->code_bits;
	uint64		all = 0;
	int			h = 0;

	if (width <= CX_CODE_BITS)
		return scan_bytes(j, masks, begin, position, codes, seen);
	for (int i = 0; i < j->n; i++)
	{
		uint64		code = cx_read_bits(j->codes_at, (uint64) i * width, width);

		if (code >= (uint64) j->entries)
			cx_journey_damaged();
		if (masks[code] == 0 || (h == 0 && (masks[code] & begin) == 0))
			continue;
		all |= masks[code];
		position[h] = i;
		codes[h++] = (uint32) code;
	}
	*seen = all;
	return h;
}
