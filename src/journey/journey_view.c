/*-------------------------------------------------------------------------
 *
 * src/journey/journey_view.c
 *	  Reading the stored form of a journey (see journey.h).
 *
 * Whatever the bytes are, nothing outside them is read. Functions named
 * read_... tell by their result whether what they read is sound; those that
 * others use make an error of it.
 *
 *-------------------------------------------------------------------------
 */
#include "journey/journey.h"

#include <math.h>

#include "core/bits.h"
#include "journey/codes.h"
#include "journey/sparse.h"
#include "journey/touches.h"
#include "mb/pg_wchar.h"
#include "port/pg_bitutils.h"

void
cx_journey_damaged(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("stored journey value is damaged")));
}

static inline uint64
steps_of(const CxJourney *j)
{
	return j->n - 1;
}

/* Version to span, and nothing else of *j. The reader stands behind them then. */
static inline bool
view_head(CxJourney *j, const uint8 *bytes, Size len, CxReader *r)
{
	uint64		n;
	uint64		room;

	j->bytes = bytes;
	j->len = len;
	j->n = 0;
	j->signature = 0;			/* an empty journey holds no name */
	if (len < 2 || bytes[0] != CX_JOURNEY_VERSION || (bytes[1] & ~CX_JOURNEY_FLAGS) != 0)
		return false;
	j->flags = bytes[1];
	if (len == 2)
		return j->flags == 0;
	if (len <= CX_JOURNEY_COUNTS_AT || bytes[2] > CX_UNIT_LAST || bytes[3] > bytes[4] || bytes[4] > 64)
		return false;
	j->unit = cx_journey_units[bytes[2]];
	j->short_bits = bytes[3];
	j->long_bits = bytes[4];
	j->start = (TimestampTz) cx_load_word(bytes + CX_JOURNEY_START_AT);
	j->signature = cx_load_word(bytes + CX_JOURNEY_SIGNATURE_AT);

	*r = cx_reader(bytes + CX_JOURNEY_COUNTS_AT, len - CX_JOURNEY_COUNTS_AT);
	n = cx_read_varint(r);
	j->span = cx_read_varint(r);
	if (!r->ok || n < 1 || n > CX_JOURNEY_MAX_TOUCHES || !IS_VALID_TIMESTAMP(j->start))
		return false;
	room = (uint64) (END_TIMESTAMP - 1) - (uint64) j->start;
	if (j->span > room / j->unit)
		return false;
	j->n = (int) n;
	j->end = (TimestampTz) ((uint64) j->start + j->span * j->unit);
	return true;
}

/* The next section of the value, or NULL if it is not there. */
static const uint8 *
section(CxReader *r, uint64 size)
{
	const uint8 *at = r->at;

	if (!r->ok || size > (uint64) (r->end - r->at))
	{
		r->ok = false;
		return NULL;
	}
	r->at += size;
	return at;
}

static bool
view_dictionary(CxJourney *j, CxReader *r)
{
	uint64		names = cx_read_varint(r);
	uint64		entries = j->flags & CX_JOURNEY_FACETS ? cx_read_varint(r) : names;
	uint64		names_size = cx_read_varint(r);
	int			fields = 1;

	if (!r->ok || entries < 1 || entries > (uint64) j->n || names < 1 || names > entries * CX_FACETS)
		return false;
	j->names = (int) names;
	j->entries = (int) entries;
	j->name_bits = cx_bits_for(names);
	j->code_bits = cx_bits_for(entries - 1);
	j->names_at = section(r, names_size);
	if (j->flags & CX_JOURNEY_FACETS)
	{
		for (int f = CX_CHANNEL; f < CX_FACETS; f++)
			fields += (j->flags >> (f - 1)) & 1;
		j->entries_at = section(r, cx_bits_size(entries * fields, j->name_bits));
	}
	j->codes_at = section(r, cx_bits_size(j->n, j->code_bits));
	return r->ok;
}

/*
 * Where the steps end is told by counting the selectors, so it is asked only by
 * those who go there. false: outside the value.
 */
static bool
view_times(CxJourney *j, CxReader *r)
{
	uint64		steps = steps_of(j);

	j->skip_width = cx_bytes_for(j->span);
	j->skips_at = section(r, steps / CX_JOURNEY_SKIP * j->skip_width);
	if (j->short_bits < j->long_bits)
		j->selectors_at = section(r, cx_bits_size(steps, 1));
	j->steps_at = section(r, cx_bits_size(steps * j->short_bits, 1));
	return r->ok;
}

/* Selectors of most journeys fit few words, which is less than the server's function for long runs of bytes is made for. */
static inline uint64
count_bits(const uint8 *bytes, Size size, const uint8 *end)
{
	uint64		n = 0;

	if (size > 64 || end - bytes < (ptrdiff_t) size + 8)
		return (uint64) pg_popcount((const char *) bytes, (int) size);
	for (; size >= 8; size -= 8, bytes += 8)
		n += pg_popcount64(cx_load_word(bytes));
	return n + pg_popcount64(cx_load_word(bytes) & cx_low_bits(8 * (int) size));
}

const uint8 *
cx_journey_steps_end(const CxJourney *j)
{
	uint64		steps = steps_of(j);
	uint64		bits = steps * j->short_bits;
	const uint8 *end = j->bytes + j->len;

	if (j->selectors_at != NULL)
		bits += count_bits(j->selectors_at, cx_bits_size(steps, 1), end) * (j->long_bits - j->short_bits);
	return cx_bits_size(bits, 1) <= (Size) (end - j->steps_at) ? j->steps_at + cx_bits_size(bits, 1) : NULL;
}

bool
cx_journey_view(CxJourney *j, const void *bytes, Size len)
{
	CxReader	r;

	if (len <= 2)
		memset(j, 0, sizeof(CxJourney));	/* of no touches; else all of it will be set but these */
	j->entries_at = NULL;
	j->selectors_at = NULL;
	if (!view_head(j, bytes, len, &r))
		return false;
	return j->n == 0 || (view_dictionary(j, &r) && view_times(j, &r));
}

#define CACHE_LINE		64
#define FETCHED_AHEAD	512		/* bytes; behind so many the processor has seen by itself where it goes */

/*
 * A scan meets each journey for the first time. To ask for all its lines at
 * once takes as long as to wait for one of them.
 */
static inline void
fetch_ahead(const uint8 *bytes, Size len)
{
	for (Size at = CACHE_LINE; at < Min(len, FETCHED_AHEAD); at += CACHE_LINE)
		__builtin_prefetch(bytes + at);
}

/*
 * The next journey mostly lies right before this one, since pages are filled
 * from their end. Once the head of this one is there, so that nobody waits, the
 * bytes before it are asked for: they come while this journey is looked at. To
 * wait for memory would cost as much as that. No address is too wild to ask.
 */
static inline void
fetch_next(const uint8 *bytes)
{
	for (Size at = CACHE_LINE; at <= FETCHED_AHEAD; at += CACHE_LINE)
		__builtin_prefetch(bytes - at);
}

void
cx_journey_open(CxJourney *j, Datum d)
{
	struct varlena *v = PG_DETOAST_DATUM_PACKED(d);

	fetch_ahead((const uint8 *) VARDATA_ANY(v), VARSIZE_ANY_EXHDR(v));
	if (unlikely(!cx_journey_view(j, VARDATA_ANY(v), VARSIZE_ANY_EXHDR(v))))
		cx_journey_damaged();
	fetch_next(j->bytes);
}

/* For questions that the first bytes answer: of a value out of line only these are fetched. */
void
cx_journey_head(CxJourney *j, Datum d)
{
	struct varlena *v = (struct varlena *) DatumGetPointer(d);
	CxReader	r;

	if (VARATT_IS_EXTERNAL(v) || VARATT_IS_COMPRESSED(v))
		v = PG_DETOAST_DATUM_SLICE(d, 0, CX_JOURNEY_HEAD);
	if (unlikely(!view_head(j, (const uint8 *) VARDATA_ANY(v), VARSIZE_ANY_EXHDR(v), &r)))
		cx_journey_damaged();
	fetch_next(j->bytes);
}

static bool
read_names(const CxJourney *j, CxName *names)
{
	CxReader	r = cx_reader(j->names_at, (j->entries_at != NULL ? j->entries_at : j->codes_at) - j->names_at);

	for (int i = 0; i < j->names; i++)
	{
		uint64		head = cx_read_varint(&r);
		uint64		rest = head >> 1;

		if (!r.ok || rest > PG_INT32_MAX)
			return false;
		if (head & 1)
			names[i] = cx_name_number((int32) rest);
		else
		{
			const uint8 *bytes = section(&r, rest);

			/* a number spelled out would be a second form of the same name */
			if (bytes == NULL || (rest <= CX_NAME_DIGITS && cx_name((const char *) bytes, (int) rest).number >= 0))
				return false;
			names[i] = (CxName) {(const char *) bytes, (int32) rest, -1};
		}
	}
	return r.at == r.end;
}

/* One name of all entries: fields of equal width, 1 or more, "stride" bits apart. The largest is given back. */
static inline int32
read_entry_names(const CxJourney *j, CxEntry *entries, CxFacet facet, uint64 bit, int stride, int none)
{
	int32		largest = -1;

	for (int i = 0; i < j->entries; i++, bit += stride)
	{
		int32		name = (int32) cx_read_narrow(j->entries_at, bit, j->name_bits) - none;

		entries[i].name[facet] = name;
		largest = Max(largest, name);
	}
	return largest;
}

static bool
read_entries(const CxJourney *j, CxEntry *entries, int facets)
{
	int			stride = j->name_bits;
	int			bit = 0;
	int32		largest = -1;

	for (int f = CX_CHANNEL; f < CX_FACETS; f++)
		if (j->flags & (1 << (f - 1)))
			stride += j->name_bits;
	for (int f = 0; f < CX_FACETS; f++)
	{
		if (f == CX_TOUCHPOINT && j->entries_at == NULL && (facets & 1))
		{
			for (int i = 0; i < j->entries; i++)
				entries[i].name[f] = i;
		}
		else if (j->entries_at != NULL && (f == CX_TOUCHPOINT || (j->flags & (1 << (f - 1))) != 0))
		{
			if (facets & (1 << f))
				largest = Max(largest, read_entry_names(j, entries, f, bit, stride, f != CX_TOUCHPOINT));
			bit += j->name_bits;
		}
		else if (facets & (1 << f))
		{
			for (int i = 0; i < j->entries; i++)
				entries[i].name[f] = -1;
		}
	}
	return largest < j->names;
}

static bool
read_codes(const CxJourney *j, int from, int count, uint32 *codes)
{
	int			width = j->code_bits;
	uint32		largest = 0;

	for (int i = 0; i < count; i++)
		codes[i] = (uint32) cx_read_bits(j->codes_at, (uint64) (from + i) * width, width);
	for (int i = 0; i < count; i++)
		largest = Max(largest, codes[i]);
	return largest < (uint32) j->entries;
}

/* The same of codes of a byte, by groups that begin at one. */
static void
widen_codes(const CxJourney *j, int from, int count, uint32 *codes)
{
	uint8		bytes[CX_CODES_AT_ONCE];
	int			at = from / 8 * 8;

	while (at < from + count)
	{
		int			n = cx_codes_next(j, at, bytes);
		int			first = Max(from - at, 0);
		int			last = Min(from + count - at, n);

		for (int i = first; i < last; i++)
			codes[at + i - from] = bytes[i];
		at += n;
	}
}

/* The position of the next item of a sparse part that "left" more items will follow; n if that is wrong. */
static inline int
next_place(const CxJourney *j, CxReader *r, int at, uint64 left)
{
	uint64		gap = cx_read_varint(r);

	return r->ok && left < (uint64) (j->n - at) && gap < j->n - at - left ? at + (int) gap : j->n;
}

static bool
read_answers(const CxJourney *j, CxReader *r, int from, int count, CxAnswer *answers)
{
	uint64		left = cx_read_varint(r);
	int			at = 0;

	if (answers != NULL)
		memset(answers, 0, sizeof(CxAnswer) * count);
	if (!r->ok || left < 1)
		return false;
	for (; left > 0; at++)
	{
		CxAnswer	answer;

		at = next_place(j, r, at, --left);
		answer = cx_read_answer(r);
		if (!r->ok || at == j->n)
			return false;
		if (answers != NULL && at >= from && at - from < count)
			answers[at - from] = answer;
	}
	return true;
}

static bool
read_values(const CxJourney *j, CxReader *r, int from, int count, double *values)
{
	uint64		left = cx_read_varint(r);
	int			at = 0;

	for (int i = 0; i < count; i++)
		values[i] = NAN;
	if (!r->ok || left < 1)
		return false;
	for (; left > 0; at++)
	{
		double		value;

		at = next_place(j, r, at, --left);
		value = cx_read_value(r);
		if (!r->ok || at == j->n)
			return false;
		if (at >= from && at - from < count)
			values[at - from] = value;
	}
	return r->at == r->end;
}

/* Both sparse parts; either array may be NULL. */
static bool
read_rest(const CxJourney *j, int from, int count, CxAnswer *answers, double *values)
{
	const uint8 *rest = cx_journey_steps_end(j);
	CxReader	r;

	if (rest == NULL)
		return false;
	r = cx_reader(rest, j->bytes + j->len - rest);
	if ((j->flags & CX_JOURNEY_FEEDBACK) && !read_answers(j, &r, from, count, answers))
		return false;
	if ((j->flags & CX_JOURNEY_VALUES) && values != NULL)
		return read_values(j, &r, from, count, values);
	return (j->flags & CX_JOURNEY_VALUES) != 0 || r.at == r.end;
}

#define SOUND_OR_ERROR(sound) \
	do { \
		if (unlikely(!(sound))) \
			cx_journey_damaged(); \
	} while (0)

void
cx_journey_names(const CxJourney *j, CxName *names)
{
	SOUND_OR_ERROR(j->n == 0 || read_names(j, names));
}

/* Reading does not look at encodings; whoever lets a name out as text, or takes it along, asks for it. */
void
cx_journey_name_check(CxName name)
{
	SOUND_OR_ERROR(name.number >= 0 || (name.len <= CX_NAME_MAX && pg_verifymbstr(name.bytes, name.len, true)));
}

void
cx_journey_entries(const CxJourney *j, CxEntry *entries)
{
	SOUND_OR_ERROR(j->n == 0 || read_entries(j, entries, CX_ALL_FACETS));
}

void
cx_journey_entry_names(const CxJourney *j, int facets, CxEntry *entries)
{
	SOUND_OR_ERROR(j->n == 0 || read_entries(j, entries, facets));
}

void
cx_journey_codes(const CxJourney *j, int from, int count, uint32 *codes)
{
	if (j->code_bits <= CX_CODE_BITS)
		widen_codes(j, from, count, codes);
	else
		SOUND_OR_ERROR(count == 0 || read_codes(j, from, count, codes));
}

void
cx_journey_times(const CxJourney *j, int from, int count, TimestampTz *times)
{
	SOUND_OR_ERROR(count == 0 || cx_read_times(j, from, count, times));
}

void
cx_journey_answers(const CxJourney *j, int from, int count, CxAnswer *answers)
{
	memset(answers, 0, sizeof(CxAnswer) * count);
	if (j->flags & CX_JOURNEY_FEEDBACK)
		SOUND_OR_ERROR(read_rest(j, from, count, answers, NULL));
}

void
cx_journey_values(const CxJourney *j, int from, int count, double *values)
{
	for (int i = 0; i < count; i++)
		values[i] = NAN;
	if (j->flags & CX_JOURNEY_VALUES)
		SOUND_OR_ERROR(read_rest(j, from, count, NULL, values));
}

bool
cx_journey_read(const CxJourney *j, int from, int count, CxUnpacked *u)
{
	memset(u, 0, sizeof(CxUnpacked));
	u->n = count;
	if (j->n == 0)
		return true;
	u->names = palloc(sizeof(CxName) * j->names);
	u->entries = palloc(sizeof(CxEntry) * j->entries);
	u->codes = palloc(sizeof(uint32) * Max(count, 1));
	u->times = palloc(sizeof(TimestampTz) * Max(count, 1));
	if (j->flags & CX_JOURNEY_FEEDBACK)
		u->answers = palloc(sizeof(CxAnswer) * Max(count, 1));
	if (j->flags & CX_JOURNEY_VALUES)
		u->values = palloc(sizeof(double) * Max(count, 1));
	return read_names(j, u->names) && read_entries(j, u->entries, CX_ALL_FACETS) &&
		(count == 0 || (read_codes(j, from, count, u->codes) && cx_read_times(j, from, count, u->times))) &&
		read_rest(j, from, count, u->answers, u->values);
}

CxUnpacked
cx_journey_unpack(const CxJourney *j, int from, int count)
{
	CxUnpacked	u;

	SOUND_OR_ERROR(cx_journey_read(j, from, count, &u));
	return u;
}

void
cx_journey_unpacked_free(CxUnpacked *u)
{
	if (u->names != NULL)
	{
		pfree(u->names);
		pfree(u->entries);
		pfree(u->codes);
		pfree(u->times);
	}
	if (u->answers != NULL)
		pfree(u->answers);
	if (u->values != NULL)
		pfree(u->values);
}
