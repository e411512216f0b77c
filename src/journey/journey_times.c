/*-------------------------------------------------------------------------
 *
 * src/journey/journey_times.c
 *	  The times of a stored journey: decoding them, and finding one.
 *
 *-------------------------------------------------------------------------
 */
#include "journey/journey.h"

#include "core/bits.h"
#include "port/pg_bitutils.h"

typedef CxStepsAt Position;

/* Time of the first touch of a block after the first of all. */
static inline uint64
skip_offset(const CxJourney *j, int block)
{
	return block == 0 ? 0 : cx_load_fixed(j->skips_at + (Size) (block - 1) * j->skip_width, j->skip_width);
}

static Position
skip_to(const CxJourney *j, int block)
{
	Position	p = {.touch = block * CX_JOURNEY_SKIP};
	uint64		longs = 0;

	if (block == 0)
		return p;
	p.offset = skip_offset(j, block);
	if (j->selectors_at != NULL)
		longs = pg_popcount((const char *) j->selectors_at, p.touch / 8);
	p.bit = (uint64) p.touch * j->short_bits + longs * (j->long_bits - j->short_bits);
	return p;
}

/* One touch on; false if the time is beyond the span. */
static inline bool
next_step(const CxJourney *j, Position *p)
{
	int			width = j->short_bits;
	uint64		step;

	if (j->selectors_at != NULL && cx_read_bit(j->selectors_at, p->touch))
		width = j->long_bits;
	step = cx_read_bits(j->steps_at, p->bit, width);
	p->bit += width;
	p->touch++;
	p->offset += step;
	return step <= j->span && p->offset <= j->span;
}

static inline TimestampTz
time_of(const CxJourney *j, uint64 offset)
{
	return (TimestampTz) ((uint64) j->start + offset * j->unit);
}

/* Steps so short that a journey of them cannot overflow: their sum is checked at its end only. */
#define SHORT_ENOUGH	43

typedef enum Wanted
{
	TIMES,
	STEPS,
	OFFSETS
} Wanted;

/*
 * The next "count" steps, up to the next multiple of CX_STEPS_AT_ONCE: the time
 * of the touch behind each, or the step itself, or its time after the first
 * touch. A step's width is told by a bit that is known ahead, so that the
 * processor works on several steps at once. As in bits.h a field is read by a
 * load that ends with its last byte. "end" is the bit behind it, plus 7, so that
 * its upper bits count bytes.
 */
static pg_attribute_always_inline void
quick_steps(const CxJourney *j, Position *p, int count, Wanted wanted, uint64 *out)
{
	/* copies, so that they stay in registers while results are written */
	const uint8 *before = j->steps_at - 8;
	const uint64 low[2] = {cx_low_bits(j->short_bits), cx_low_bits(j->long_bits)};
	const uint64 width[2] = {j->short_bits, j->long_bits};
	const uint32 shift[2] = {57 - j->short_bits, 57 - j->long_bits};
	const uint64 unit = j->unit;
	uint64		longs = j->selectors_at == NULL ? 0 : cx_read_narrow(j->selectors_at, p->touch, count);
	uint64		end = p->bit + 7;
	uint64		offset = p->offset;
	uint64		at = (uint64) time_of(j, offset);

	for (int i = 0; i < count; i++, longs >>= 1)
	{
		uint64		step;

		end += width[longs & 1];
		step = cx_load_word(before + (end >> 3)) >> ((shift[longs & 1] + (end & 7)) & 63) & low[longs & 1];
		if (wanted == TIMES)
			at += step * unit;
		offset += step;
		out[i] = wanted == TIMES ? at : wanted == STEPS ? step : offset;
	}
	p->bit = end - 7;
	p->offset = offset;
	p->touch += count;
}

/*
 * How many of the steps from p on quick_steps() can take: where the selectors
 * end in the word that they are in. That no field lies outside the value, has
 * been seen: it begins with cx_journey_steps_end().
 */
static inline int
quick_count(const CxJourney *j, const Position *p, int count)
{
	return j->long_bits > SHORT_ENOUGH ? 0 : Min(count, CX_STEPS_AT_ONCE - p->touch % CX_STEPS_AT_ONCE);
}

/* false: damaged */
bool
cx_read_times(const CxJourney *j, int from, int count, TimestampTz *times)
{
	Position	p = skip_to(j, from / CX_JOURNEY_SKIP);
	bool		ok = p.offset <= j->span;

	if (cx_journey_steps_end(j) == NULL)
		return false;
	while (p.touch < from)
	{
		uint64		passed[CX_STEPS_AT_ONCE];
		int			n = quick_count(j, &p, from - p.touch);

		if (n > 0)
			quick_steps(j, &p, n, OFFSETS, passed);
		else
			ok &= next_step(j, &p);
	}
	times[0] = time_of(j, p.offset);
	for (int i = 1; i < count;)
	{
		int			n = quick_count(j, &p, count - i);

		if (n > 0)
			quick_steps(j, &p, n, TIMES, (uint64 *) times + i);
		else
		{
			ok &= next_step(j, &p);
			times[i] = time_of(j, p.offset);
			n = 1;
		}
		i += n;
		/* times never step back, and each skip is what the steps add up to */
		if (p.touch % CX_JOURNEY_SKIP == 0)
			ok &= skip_offset(j, p.touch / CX_JOURNEY_SKIP) == p.offset;
	}
	return ok && p.offset <= j->span && (p.touch < j->n - 1 || p.offset == j->span);
}

/* The next steps, or where they lead. */
static pg_attribute_always_inline int
next_some(const CxJourney *j, CxStepsAt *p, Wanted wanted, uint64 *out)
{
	int			left = j->n - 1 - p->touch;
	int			n = Max(quick_count(j, p, left), Min(left, 1));
	uint64		before = p->offset;
	bool		ok = p->touch > 0 || cx_journey_steps_end(j) != NULL;

	if (likely(ok && n > 0 && j->long_bits <= SHORT_ENOUGH))
		quick_steps(j, p, n, wanted, out);
	else if (ok && n == 1)
	{
		ok = next_step(j, p);
		out[0] = wanted == OFFSETS ? p->offset : p->offset - before;
	}
	if (p->touch % CX_JOURNEY_SKIP == 0 && p->touch < j->n)
		ok &= skip_offset(j, p->touch / CX_JOURNEY_SKIP) == p->offset;
	if (unlikely(!ok || p->offset > j->span || (p->touch == j->n - 1 && p->offset != j->span)))
		cx_journey_damaged();
	return n;
}

int
cx_next_steps(const CxJourney *j, CxStepsAt *p, uint64 *steps)
{
	return next_some(j, p, STEPS, steps);
}

int
cx_next_offsets(const CxJourney *j, CxStepsAt *p, uint64 *offsets)
{
	return next_some(j, p, OFFSETS, offsets);
}

int
cx_journey_first_at(const CxJourney *j, TimestampTz at)
{
	uint64		target;
	int			low = 0;
	int			high = (j->n - 1) / CX_JOURNEY_SKIP;
	Position	p;

	if (j->n == 0 || at <= j->start)
		return 0;
	if (at > j->end)
		return j->n;
	if (cx_journey_steps_end(j) == NULL)
		cx_journey_damaged();
	target = ((uint64) at - (uint64) j->start + j->unit - 1) / j->unit;
	/* the last block that begins before the time looked for */
	while (low < high)
	{
		int			middle = (low + high + 1) / 2;

		if (skip_offset(j, middle) < target)
			low = middle;
		else
			high = middle - 1;
	}
	for (p = skip_to(j, low); p.offset < target;)
		if (p.touch >= j->n - 1 || !next_step(j, &p))
			cx_journey_damaged();
	return p.touch;
}
