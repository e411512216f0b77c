/*-------------------------------------------------------------------------
 *
 * src/journey/journey_pack.c
 *	  From touches in the making to the stored form (see journey.h).
 *
 * What one journey uses of a dictionary is marked with the number of the
 * journey, so that packing costs the same however large a dictionary that many
 * groups share has grown.
 *
 *-------------------------------------------------------------------------
 */
#include "journey/dict.h"

#include <math.h>

#include "core/bits.h"
#include "core/sort.h"
#include "journey/sparse.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/memutils.h"

const int64 cx_journey_units[CX_UNIT_LAST + 1] = {
	1, 1000, USECS_PER_SEC, USECS_PER_MINUTE, USECS_PER_HOUR, USECS_PER_DAY
};

/* Everything that is decided before a byte is written. */
typedef struct Plan
{
	CxTouches  *t;
	uint8		flags;
	int			names_n;
	int			entries_n;
	uint32	   *names;			/* of the dictionary, ascending */
	uint32	   *entries;		/* of the dictionary, ascending */
	Size		names_size;
	uint64		signature;
	int			unit;
	uint64	   *steps;			/* in units; step i leads to touch i */
	uint64		span;			/* in units */
	int			short_bits;
	int			long_bits;
	int			name_bits;		/* as all widths: what the largest value needs */
	int			code_bits;
	int			answers;
	int			values;
} Plan;

static inline const CxExtra *
extra_of(const CxTouches *t, const CxEvent *event)
{
	return event->code & CX_EVENT_EXTRA ? &t->extras[event->code & ~CX_EVENT_EXTRA] : NULL;
}

static inline uint32
code_of(const CxTouches *t, const CxEvent *event)
{
	return unlikely(event->code & CX_EVENT_EXTRA) ? t->extras[event->code & ~CX_EVENT_EXTRA].code : event->code;
}

/* Something to be ordered: by its key, and where that does not tell, by its name. */
typedef struct Ordered
{
	uint64		key;
	uint32		item;
} Ordered;

static inline int
ordered_cmp(const Ordered *a, const Ordered *b, const CxDict *dict)
{
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return dict == NULL ? 0 : cx_name_cmp(dict->name[a->item].name, dict->name[b->item].name);
}

#define ST_SORT sort_ordered
#define ST_ELEMENT_TYPE Ordered
#define ST_COMPARE_ARG_TYPE const CxDict
#define ST_COMPARE(a, b, dict) ordered_cmp(a, b, dict)
#define ST_SCOPE static
#define ST_DECLARE
#define ST_DEFINE
#define ST_CHECK_FOR_INTERRUPTS
#include "lib/sort_template.h"

static void
use_name(Plan *plan, uint32 name, CxFacet facet)
{
	CxDictName *used = &plan->t->dict->name[name];

	if (facet != CX_TOUCHPOINT)
		plan->flags |= 1 << (facet - 1);
	if ((used->signed_for & (1 << facet)) == 0)
	{
		used->bit[facet] = cx_name_hash(used->name, facet) >> 58;
		used->signed_for |= 1 << facet;
	}
	plan->signature |= UINT64CONST(1) << used->bit[facet];
	if (used->used_by != plan->t->dict->packed)
	{
		used->used_by = plan->t->dict->packed;
		plan->names[plan->names_n++] = name;
	}
}

static void
order_names(Plan *plan)
{
	CxDict	   *dict = plan->t->dict;
	Ordered    *order = palloc(plan->names_n * sizeof(Ordered));

	for (int i = 0; i < plan->names_n; i++)
		order[i] = (Ordered) {dict->name[plan->names[i]].sort_key, plan->names[i]};
	sort_ordered(order, plan->names_n, dict);
	for (int i = 0; i < plan->names_n; i++)
	{
		plan->names[i] = order[i].item;
		dict->name[order[i].item].position = i;
	}
	pfree(order);
}

/* The names have their positions by now, in their order; 0 and so first is "none". */
static inline uint32
place_in_order(const CxDict *dict, const CxDictEntry *entry, CxFacet facet)
{
	return entry->name[facet] == 0 ? 0 : dict->name[entry->name[facet] - 1].position + 1;
}

/* For journeys of so many names that an entry does not fit a key. */
static int
cmp_entries(const void *a, const void *b, void *arg)
{
	const CxDict *dict = arg;

	CHECK_FOR_INTERRUPTS();
	for (int f = 0; f < CX_FACETS; f++)
	{
		uint32		i = place_in_order(dict, &dict->entry[*(const uint32 *) a], f);
		uint32		k = place_in_order(dict, &dict->entry[*(const uint32 *) b], f);

		if (i != k)
			return i < k ? -1 : 1;
	}
	return 0;
}

static void
order_entries(Plan *plan)
{
	CxDict	   *dict = plan->t->dict;

	if (plan->names_n < PG_UINT16_MAX)
	{
		Ordered    *order = palloc(plan->entries_n * sizeof(Ordered));

		for (int i = 0; i < plan->entries_n; i++)
		{
			order[i] = (Ordered) {0, plan->entries[i]};
			for (int f = 0; f < CX_FACETS; f++)
				order[i].key = order[i].key << 16 | place_in_order(dict, &dict->entry[plan->entries[i]], f);
		}
		sort_ordered(order, plan->entries_n, NULL);
		for (int i = 0; i < plan->entries_n; i++)
			plan->entries[i] = order[i].item;
		pfree(order);
	}
	else
		cx_sort_arg(plan->entries, plan->entries_n, sizeof(uint32), cmp_entries, dict);
	for (int i = 0; i < plan->entries_n; i++)
		dict->entry[plan->entries[i]].position = i;
}

/* Which entries and names occur; put them in order, and give them their positions. */
static void
plan_dictionary(Plan *plan)
{
	CxTouches  *t = plan->t;
	CxDict	   *dict = t->dict;
	uint32		most = Min((uint32) t->n, dict->entries.n);

	/* the numbers of journeys have come round: forget all marks */
	if (++dict->packed == 0)
	{
		for (uint32 i = 0; i < dict->names.n; i++)
			dict->name[i].used_by = 0;
		for (uint32 i = 0; i < dict->entries.n; i++)
			dict->entry[i].used_by = 0;
		dict->packed = 1;
	}
	plan->entries = palloc(most * sizeof(uint32));
	plan->names = palloc(Min((Size) most * CX_FACETS, dict->names.n) * sizeof(uint32));
	for (int i = 0; i < t->n; i++)
	{
		uint32		code = code_of(t, &t->events[i]);
		CxDictEntry *entry = &dict->entry[code];

		if (entry->used_by == dict->packed)
			continue;
		CHECK_FOR_INTERRUPTS();
		entry->used_by = dict->packed;
		plan->entries[plan->entries_n++] = code;
		for (int f = 0; f < CX_FACETS; f++)
			if (entry->name[f] != 0)
				use_name(plan, entry->name[f] - 1, f);
	}
	order_names(plan);
	order_entries(plan);
	for (int i = 0; i < plan->names_n; i++)
	{
		CxName		name = dict->name[plan->names[i]].name;

		plan->names_size += name.number >= 0 ? cx_varint_size(2 * (uint64) name.number + 1) :
			cx_varint_size(2 * (uint64) name.len) + name.len;
	}
	plan->name_bits = cx_bits_for(plan->names_n);
	plan->code_bits = cx_bits_for(plan->entries_n - 1);
}

/* A division by a constant is a multiplication; by a variable it would cost more than all the rest. */
static inline uint64
in_units(uint64 microseconds, int unit)
{
	switch (unit)
	{
		case 0:
			return microseconds;
		case 1:
			return microseconds / 1000;
		case 2:
			return microseconds / USECS_PER_SEC;
		case 3:
			return microseconds / USECS_PER_MINUTE;
		case 4:
			return microseconds / USECS_PER_HOUR;
		default:
			return microseconds / USECS_PER_DAY;
	}
}

static inline uint64
step_before(const CxTouches *t, int i)
{
	return (uint64) t->events[i].at - (uint64) t->events[i - 1].at;
}

/* The largest unit that divides all steps, and the two widths that need the fewest bits. */
static void
plan_times(Plan *plan)
{
	CxTouches  *t = plan->t;
	int			unit = CX_UNIT_LAST;
	uint32		needing[65] = {0};	/* steps by the bits they need */
	uint64		best;
	uint64		longer = 0;		/* steps that need more than the short width */

	for (int i = 1; i < t->n; i++)
	{
		uint64		step = step_before(t, i);

		while (in_units(step, unit) * cx_journey_units[unit] != step)
			unit--;
	}
	plan->steps = MemoryContextAllocHuge(CurrentMemoryContext, t->n * sizeof(uint64));
	for (int i = 1; i < t->n; i++)
	{
		plan->steps[i] = in_units(step_before(t, i), unit);
		needing[cx_bits_for(plan->steps[i])]++;
	}
	plan->unit = unit;
	plan->span = in_units((uint64) t->events[t->n - 1].at - (uint64) t->events[0].at, unit);

	for (int bits = 0; bits <= 64; bits++)
		if (needing[bits] > 0)
			plan->long_bits = bits;
	plan->short_bits = plan->long_bits;
	best = (uint64) (t->n - 1) * plan->long_bits;
	for (int bits = plan->long_bits; bits-- > 0;)
	{
		uint64		total;

		longer += needing[bits + 1];
		total = (t->n - 1) * (uint64) (1 + bits) + longer * (plan->long_bits - bits);
		if (total < best || (total == best && plan->short_bits < plan->long_bits))
		{
			best = total;
			plan->short_bits = bits;
		}
	}
}

/* The text form of a name is at most this long: each byte may need a backslash, and there are quotes and a mark. */
static inline Size
name_text_size(CxName name)
{
	return 2 * (Size) Max(name.len, CX_NAME_DIGITS) + 3;
}

#define TOUCH_TEXT_SIZE		128 /* time, feedback, value and what stands between */

/* A journey that cannot be written down could not be dumped. */
static void
check_text_size(const Plan *plan)
{
	const CxTouches *t = plan->t;
	uint64		total = (uint64) t->n * TOUCH_TEXT_SIZE;

	if ((uint64) t->n * (TOUCH_TEXT_SIZE + CX_FACETS * (2 * CX_NAME_MAX + 3)) <= CX_JOURNEY_MAX_TEXT)
		return;
	for (int i = 0; i < t->n; i++)
	{
		const CxDictEntry *entry = &t->dict->entry[code_of(t, &t->events[i])];

		for (int f = 0; f < CX_FACETS; f++)
			if (entry->name[f] != 0)
				total += name_text_size(t->dict->name[entry->name[f] - 1].name);
	}
	if (total > CX_JOURNEY_MAX_TEXT)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("journey is too large"),
				 errdetail("Its text form could have %llu bytes, the limit is %d.",
						   (unsigned long long) total, CX_JOURNEY_MAX_TEXT)));
}

static void
write_header(const Plan *plan, CxWriter *w)
{
	cx_write_byte(w, CX_JOURNEY_VERSION);
	cx_write_byte(w, plan->flags);
	cx_write_byte(w, plan->unit);
	cx_write_byte(w, plan->short_bits);
	cx_write_byte(w, plan->long_bits);
	cx_write_fixed(w, (uint64) plan->t->events[0].at, 8);
	cx_write_fixed(w, plan->signature, 8);
	cx_write_varint(w, plan->t->n);
	cx_write_varint(w, plan->span);
	cx_write_varint(w, plan->names_n);
	if (plan->flags & CX_JOURNEY_FACETS)
		cx_write_varint(w, plan->entries_n);
	cx_write_varint(w, plan->names_size);
}

static void
write_dictionary(const Plan *plan, CxWriter *w)
{
	const CxDict *dict = plan->t->dict;
	CxBitWriter bits;

	for (int i = 0; i < plan->names_n; i++)
	{
		CxName		name = dict->name[plan->names[i]].name;

		if (name.number >= 0)
			cx_write_varint(w, 2 * (uint64) name.number + 1);
		else
		{
			cx_write_varint(w, 2 * (uint64) name.len);
			cx_write_bytes(w, name.bytes, name.len);
		}
	}
	if ((plan->flags & CX_JOURNEY_FACETS) == 0)
		return;
	bits = cx_bit_writer(w);
	for (int i = 0; i < plan->entries_n; i++)
	{
		const CxDictEntry *entry = &dict->entry[plan->entries[i]];

		for (int f = 0; f < CX_FACETS; f++)
		{
			uint32		position = place_in_order(dict, entry, f);

			if (f == CX_TOUCHPOINT)
				cx_write_bits(&bits, position - 1, plan->name_bits);
			else if (plan->flags & (1 << (f - 1)))
				cx_write_bits(&bits, position, plan->name_bits);
		}
	}
	cx_bits_done(&bits);
}

static void
write_codes(const Plan *plan, CxWriter *w)
{
	const CxTouches *t = plan->t;
	CxBitWriter bits = cx_bit_writer(w);

	if (plan->code_bits == 0)
		return;
	for (int i = 0; i < t->n; i++)
		cx_write_bits(&bits, t->dict->entry[code_of(t, &t->events[i])].position, plan->code_bits);
	cx_bits_done(&bits);
}

static void
write_times(const Plan *plan, CxWriter *w)
{
	const CxTouches *t = plan->t;
	int			skip_width = cx_bytes_for(plan->span);
	CxBitWriter bits;

	for (int i = CX_JOURNEY_SKIP; i < t->n; i += CX_JOURNEY_SKIP)
		cx_write_fixed(w, in_units((uint64) t->events[i].at - (uint64) t->events[0].at, plan->unit), skip_width);
	bits = cx_bit_writer(w);
	if (plan->short_bits < plan->long_bits)
	{
		for (int i = 1; i < t->n; i++)
			cx_write_bits(&bits, cx_bits_for(plan->steps[i]) > plan->short_bits, 1);
		cx_bits_done(&bits);
	}
	for (int i = 1; i < t->n; i++)
		cx_write_bits(&bits, plan->steps[i],
					  cx_bits_for(plan->steps[i]) > plan->short_bits ? plan->long_bits : plan->short_bits);
	cx_bits_done(&bits);
}

/* Feedback and values, each with the touches passed over since the one before. */
static void
write_extras(const Plan *plan, CxWriter *w)
{
	const CxTouches *t = plan->t;
	const CxExtra *extra;
	int			before = 0;

	if (plan->answers > 0)
		cx_write_varint(w, plan->answers);
	for (int i = 0; plan->answers > 0 && i < t->n; i++)
		if ((extra = extra_of(t, &t->events[i])) != NULL && extra->feedback != 0)
		{
			cx_write_varint(w, i - before);
			cx_write_answer(w, extra->feedback);
			before = i + 1;
		}
	if (plan->values > 0)
		cx_write_varint(w, plan->values);
	before = 0;
	for (int i = 0; plan->values > 0 && i < t->n; i++)
		if ((extra = extra_of(t, &t->events[i])) != NULL && !isnan(extra->value))
		{
			cx_write_varint(w, i - before);
			cx_write_value(w, extra->value);
			before = i + 1;
		}
}

static void
plan_extras(Plan *plan)
{
	const CxTouches *t = plan->t;

	for (int i = 0; i < t->n && t->n_extras > 0; i++)
	{
		const CxExtra *extra = extra_of(t, &t->events[i]);

		plan->answers += extra != NULL && extra->feedback != 0;
		plan->values += extra != NULL && !isnan(extra->value);
	}
	plan->flags |= (plan->answers > 0 ? CX_JOURNEY_FEEDBACK : 0) | (plan->values > 0 ? CX_JOURNEY_VALUES : 0);
}

static void
write_journey(const Plan *plan, CxWriter *w)
{
	write_header(plan, w);
	write_dictionary(plan, w);
	write_codes(plan, w);
	write_times(plan, w);
	write_extras(plan, w);
}

/* An upper bound of the packed size, so that one pass suffices. */
static Size
size_bound(const Plan *plan)
{
	Size		n = plan->t->n;

	return CX_JOURNEY_HEAD + 4 * CX_VARINT_MAX + plan->names_size +
		((Size) plan->entries_n * CX_FACETS * plan->name_bits + 7) / 8 +
		(n * plan->code_bits + 7) / 8 +
		n / CX_JOURNEY_SKIP * 8 +
		(n + 7) / 8 + (n * plan->long_bits + 7) / 8 + 16 +
		(Size) plan->answers * (CX_VARINT_MAX + CX_PACKED_ANSWER_MAX) +
		(Size) plan->values * (CX_VARINT_MAX + CX_PACKED_VALUE_MAX);
}

struct varlena *
cx_touches_pack(CxTouches *touches)
{
	Plan		plan = {.t = touches};
	Size		size = 2;
	struct varlena *packed;
	CxWriter	w;

	if (touches->n > 0)
	{
		cx_touches_sort(touches);
		plan_dictionary(&plan);
		plan_times(&plan);
		plan_extras(&plan);
		check_text_size(&plan);
		size = size_bound(&plan);
	}
	packed = palloc(VARHDRSZ + size);
	w = cx_writer(VARDATA(packed), size);
	if (touches->n > 0)
	{
		write_journey(&plan, &w);
		pfree(plan.names);
		pfree(plan.entries);
		pfree(plan.steps);
	}
	else
	{
		cx_write_byte(&w, CX_JOURNEY_VERSION);
		cx_write_byte(&w, 0);
	}
	Assert(w.at <= w.end);
	SET_VARSIZE(packed, (char *) w.at - (char *) packed);
	return packed;
}
