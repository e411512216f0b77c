/*-------------------------------------------------------------------------
 *
 * src/feedback/tally_pack.c
 *	  Between the packed form of a tally and its working form. The bytes are
 *	  told in tally.h.
 *
 *-------------------------------------------------------------------------
 */
#include "feedback/tally.h"

#include "core/bytes.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */

#define LOOK	65536			/* for interrupts, each time that so many answers were gone through */

/* The most bytes that the parts can take. */
#define HEADER_MAX		2
#define SECTION_MAX		(1 + 2 * 2 + 2 * CX_VARINT_MAX)
#define ITEM_MAX		(4 + CX_VARINT_MAX + 2 * CX_VARINT128_MAX)

/* Items of one scale: items[first .. end - 1], of which the last may be its NULLs. */
typedef struct Section
{
	int			first;
	int			end;
	int64		missing;
} Section;

static Section
section_from(const TallyItem *items, int n, int first)
{
	Section		s = {first, first, 0};

	while (s.end < n && CX_ANSWER_SCALE_BITS(items[s.end].answer) == CX_ANSWER_SCALE_BITS(items[first].answer))
		s.end++;
	if (cx_answer_is_missing(items[s.end - 1].answer))
		s.missing = items[s.end - 1].count;
	return s;
}

static bool
all_weights_are_one(const TallyItem *items, int n)
{
	for (int i = 0; i < n; i++)
	{
		TallyWeight unit = tally_unit_weight(items[i].count);

		if (items[i].weight.sum != unit.sum || items[i].weight.squares != unit.squares)
			return false;
	}
	return true;
}

static void
pack_section(CxWriter *w, const TallyItem *items, Section s, bool weighted)
{
	CxAnswer	head = items[s.first].answer;
	int			answers = s.end - s.first - (s.missing > 0);
	uint8		byte = cx_answer_kind(head);
	int32		unit = CX_UNIT;
	int32		before = 0;

	for (int i = 0; i < answers; i++)
		if (cx_answer_offset(items[s.first + i].answer) % CX_UNIT != 0)
			unit = 1;
	if (unit == 1)
		byte |= CX_SECTION_FINE;
	if (head != CX_MISSING_UNKNOWN)
	{
		CxScale		own = cx_kind_scale(cx_answer_kind(head));

		if (cx_answer_lo(head) != own.lo || cx_answer_hi(head) != own.hi)
			byte |= CX_SECTION_SCALE;
	}
	cx_write_byte(w, byte);
	if (byte & CX_SECTION_SCALE)
	{
		cx_write_zigzag(w, cx_answer_lo(head));
		cx_write_zigzag(w, cx_answer_hi(head));
	}
	cx_write_varint(w, s.missing);
	cx_write_varint(w, answers);
	for (const TallyItem *item = items + s.first; item < items + s.first + answers; item++)
	{
		int32		offset = cx_answer_offset(item->answer);

		cx_write_varint(w, (offset - before) / unit);
		cx_write_varint(w, item->count);
		if (weighted)
		{
			cx_write_wide(w, item->weight.sum);
			cx_write_wide(w, item->weight.squares);
		}
		before = offset;
		if ((item - items) % LOOK == LOOK - 1)
			CHECK_FOR_INTERRUPTS();
	}
}

struct varlena *
tally_pack(TallyList list)
{
	bool		weighted = list.weighted && !all_weights_are_one(list.items, list.n);
	Size		most = VARHDRSZ + HEADER_MAX + (Size) list.n * (SECTION_MAX + ITEM_MAX);
	struct varlena *packed = palloc(most);
	CxWriter	w = {(uint8_t *) VARDATA(packed), (uint8_t *) packed + most};
	Section		s;

	cx_write_byte(&w, CX_TALLY_VERSION);
	cx_write_byte(&w, weighted ? CX_TALLY_WEIGHTED : 0);
	for (int i = 0; i < list.n; i = s.end)
	{
		s = section_from(list.items, list.n, i);
		pack_section(&w, list.items, s, weighted);
	}
	Assert(w.at <= w.end);
	SET_VARSIZE(packed, w.at - (uint8_t *) packed);
	return packed;
}

/* Heading of a section: its scale, canonical or not at all. */
static bool
read_scale(CxReader *r, uint8 byte, CxScale *scale)
{
	CxScale		own;

	scale->kind = byte & CX_SECTION_KIND;
	if (scale->kind < 1 || scale->kind > CX_KIND_LAST)
		return false;
	own = *scale = cx_kind_scale(scale->kind);
	if (byte & CX_SECTION_SCALE)
	{
		int64		lo = cx_read_zigzag(r);
		int64		hi = cx_read_zigzag(r);

		if (lo < -CX_SCALE_LIMIT || lo > CX_SCALE_LIMIT || hi < -CX_SCALE_LIMIT || hi > CX_SCALE_LIMIT ||
			(lo == own.lo && hi == own.hi))
			return false;
		scale->lo = (int) lo;
		scale->hi = (int) hi;
	}
	return r->ok && cx_scale_valid(*scale);
}

/* Room for one item more; the list grows with what is really there, never with what a count in the bytes claims. */
static TallyItem *
next_item(TallyList *list, int *room)
{
	if (list->n == *room)
	{
		if (list->n >= CX_TALLY_MAX_ANSWERS)
			cx_error_too_many_answers();
		*room *= 2;
		list->items = repalloc_huge(list->items, (Size) *room * sizeof(TallyItem));
	}
	return &list->items[list->n++];
}

/* The answers of a section; false when the bytes are not what tally_pack() would write. */
static bool
read_answers(CxReader *r, TallyList *list, int *room, CxScale scale, uint64 answers, bool fine)
{
	uint64		head = CX_ANSWER_PACK(scale.kind, scale.lo, scale.hi, 0);
	uint32		unit = fine ? 1 : CX_UNIT;
	uint32		range = (uint32) (scale.hi - scale.lo) * CX_UNIT;
	uint32		offset = 0;
	bool		fraction = false;

	for (uint64 i = 0; i < answers; i++)
	{
		uint64		step = cx_read_varint(r);
		uint64		count = cx_read_varint(r);
		TallyItem  *item;

		if (!r->ok || step > (range - offset) / unit || (step == 0 && i > 0) || count < 1 || count > CX_MAX_COUNT)
			return false;
		offset += (uint32) step * unit;
		fraction |= offset % CX_UNIT != 0;
		item = next_item(list, room);
		item->answer = head + offset;
		item->count = (int64) count;
		item->weight = tally_unit_weight(item->count);
		if (list->weighted)
		{
			item->weight.sum = (int128) cx_read_wide(r, 81);
			item->weight.squares = (int128) cx_read_wide(r, 121);
			if (!tally_item_valid(item))
				return false;
		}
		if (i % LOOK == LOOK - 1)
			CHECK_FOR_INTERRUPTS();
	}
	return fraction == fine;
}

/* One section; false when the bytes are not what tally_pack() would write. */
static bool
read_section(CxReader *r, TallyList *list, int *room)
{
	uint8		byte = cx_read_byte(r);
	CxScale		scale = {0};
	CxAnswer	null_answer = CX_MISSING_UNKNOWN;
	uint64		missing;
	uint64		answers;

	if (byte != 0)
	{
		if ((byte & ~(CX_SECTION_KIND | CX_SECTION_FINE | CX_SECTION_SCALE)) != 0 || !read_scale(r, byte, &scale))
			return false;
		null_answer = cx_answer_missing(scale);
	}
	missing = cx_read_varint(r);
	answers = cx_read_varint(r);
	if (!r->ok || (missing == 0 && answers == 0) || missing > CX_MAX_COUNT || (byte == 0 && answers != 0) ||
		(list->n > 0 &&
		 CX_ANSWER_SCALE_BITS(null_answer) <= CX_ANSWER_SCALE_BITS(list->items[list->n - 1].answer)))
		return false;
	if (!read_answers(r, list, room, scale, answers, (byte & CX_SECTION_FINE) != 0))
		return false;
	if (missing != 0)
	{
		TallyItem  *item = next_item(list, room);

		item->answer = null_answer;
		item->count = (int64) missing;
		item->weight = tally_unit_weight(item->count);
	}
	return true;
}

/* The one validator of packed bytes: false when they are not in canonical form. */
bool
tally_unpack(const void *bytes, Size len, TallyList *list)
{
	CxReader	r = cx_reader(bytes, len);
	uint8		version = cx_read_byte(&r);
	uint8		flags = cx_read_byte(&r);
	int			room = 16;

	list->items = palloc(room * sizeof(TallyItem));
	list->n = 0;
	list->weighted = (flags & CX_TALLY_WEIGHTED) != 0;
	if (!r.ok || version != CX_TALLY_VERSION || (flags & ~CX_TALLY_WEIGHTED) != 0)
		return false;
	while (cx_read_more(&r))
	{
		if (!read_section(&r, list, &room))
			return false;
		CHECK_FOR_INTERRUPTS();
	}
	return r.ok && !(list->weighted && all_weights_are_one(list->items, list->n));
}

/* A stored tally, opened; XX001 when its bytes are damaged. */
TallyList
tally_from_datum(Datum d)
{
	struct varlena *packed = PG_DETOAST_DATUM_PACKED(d);
	TallyList	list;

	if (!tally_unpack(VARDATA_ANY(packed), VARSIZE_ANY_EXHDR(packed), &list))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored tally value is damaged")));
	if ((Pointer) packed != DatumGetPointer(d))
		pfree(packed);
	return list;
}
