/*-------------------------------------------------------------------------
 *
 * src/behaviour/retention_io.c
 *	  retention_stats as a value: packed bytes, checking them, merging.
 *
 *-------------------------------------------------------------------------
 */
#include "behaviour/retention.h"

#define COMPARE(a, b)	(((a) > (b)) - ((a) < (b)))

static inline int
compare_breaks(const CxBreak *a, const CxBreak *b)
{
	if (a->cohort != b->cohort)
		return COMPARE(a->cohort, b->cohort);
	if (a->last != b->last)
		return COMPARE(a->last, b->last);
	return COMPARE(a->next, b->next);
}

#define ST_SORT sort_breaks
#define ST_ELEMENT_TYPE CxBreak
#define ST_COMPARE(a, b) compare_breaks(a, b)
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

#define ST_SORT sort_by_next
#define ST_ELEMENT_TYPE CxBreak
#define ST_COMPARE(a, b) COMPARE((a)->next, (b)->next)
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

/* A value is asked for its size first and for its bytes then, so they are kept. */
const CxBreak *
cx_retention_breaks(const CxRetention *stats)
{
	CxRetention *owner = unconstify(CxRetention *, stats);
	uint32		n = 0;

	if (stats->ordered != NULL)
		return stats->ordered;
	owner->ordered = MemoryContextAllocHuge(stats->base.context, sizeof(CxBreak) * Max(stats->used, 1));
	for (uint32 i = 0; stats->bits > 0 && i < UINT32_C(1) << stats->bits; i++)
		if (stats->table[i].customers != 0)
			owner->ordered[n++] = stats->table[i];
	Assert(n == stats->used);
	sort_breaks(owner->ordered, n);
	return stats->ordered;
}

CxBreak *
cx_breaks_by_next(const CxBreak *breaks, uint32 n)
{
	CxBreak    *copy = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(CxBreak) * Max(n, 1));

	memcpy(copy, breaks, sizeof(CxBreak) * n);
	sort_by_next(copy, n);
	return copy;
}

static uint32
cohort_end(const CxBreak *breaks, uint32 i, uint32 n)
{
	int32		cohort = breaks[i].cohort;

	while (i < n && breaks[i].cohort == cohort)
		i++;
	return i;
}

static void
write_cohort(CxWriter *w, const CxBreak *breaks, uint32 n)
{
	int32		last = breaks[0].cohort;

	cx_write_varint(w, n);
	for (uint32 i = 0; i < n; i++)
	{
		cx_write_varint(w, (uint32) breaks[i].last - (uint32) last);
		cx_write_varint(w, breaks[i].next == CX_NEVER_AGAIN ? 0 :
						(uint32) breaks[i].next - (uint32) breaks[i].last - 1);
		cx_write_varint(w, breaks[i].customers);
		last = breaks[i].last;
	}
}

static void
write_stats(const CxStats *base, CxWriter *w)
{
	const CxRetention *stats = (const CxRetention *) base;
	const CxCalendar *calendar = stats->calendar;
	uint32		n = stats->used;
	const CxBreak *breaks = cx_retention_breaks(stats);
	uint64		cohorts = 0;

	for (uint32 i = 0; i < n; i = cohort_end(breaks, i, n))
		cohorts++;
	cx_write_byte(w, calendar->grain);
	cx_write_varint(w, calendar->tz_len);
	cx_write_bytes(w, calendar->tz, calendar->tz_len);
	cx_write_zigzag(w, stats->seen);
	cx_write_varint(w, cohorts);
	for (uint32 i = 0, end; i < n; i = end)
	{
		end = cohort_end(breaks, i, n);
		if (i == 0)
			cx_write_zigzag(w, breaks[i].cohort);
		else
			cx_write_varint(w, (uint32) breaks[i].cohort - (uint32) breaks[i - 1].cohort - 1);
		write_cohort(w, breaks + i, end - i);
	}
}

/* A step forward from a period to one that is possible; false if there is none. */
static bool
step_to(CxGrain grain, int32 from, uint64 step, int32 *to)
{
	if (step > PG_INT32_MAX || !cx_period_possible(grain, (int64) from + (int64) step))
		return false;
	*to = from + (int32) step;
	return true;
}

/* One break of a cohort, which must come behind "before". */
static bool
read_break(CxReader *r, CxGrain grain, CxBreak *b, const CxBreak *before)
{
	uint64		last = cx_read_varint(r);
	uint64		next = cx_read_varint(r);

	b->customers = cx_read_varint(r);
	if (!r->ok || b->customers < 1 || b->customers > PG_INT64_MAX)
		return false;
	if (!step_to(grain, before != NULL ? before->last : b->cohort, last, &b->last))
		return false;
	if (next == 0)
		b->next = CX_NEVER_AGAIN;
	else if (next > PG_INT32_MAX || !step_to(grain, b->last, next + 1, &b->next))
		return false;
	return before == NULL || compare_breaks(before, b) < 0;
}

/* Could customers have come and gone so? All are there at first, and none leaves who is not there. */
static bool
sound_cohort(const CxBreak *breaks, uint32 n)
{
	CxBreak    *back = cx_breaks_by_next(breaks, n);
	uint64		active = 0;
	uint32		i = 0,
				k = 0;
	bool		sound = true;

	for (uint32 b = 0; b < n; b++)
		if (breaks[b].next == CX_NEVER_AGAIN)
			sound &= !__builtin_add_overflow(active, breaks[b].customers, &active) && active <= PG_INT64_MAX;
	while (sound && i < n)
	{
		/* those who are back by the period in which these leave; they left before, so the sum fits */
		for (; k < n && back[k].next <= breaks[i].last; k++)
			active += back[k].customers;
		sound = breaks[i].customers <= active;
		active -= breaks[i].customers;
		i++;
	}
	pfree(back);
	return sound && active == 0;
}

static bool
read_cohort(CxRetention *stats, CxReader *r, int32 cohort)
{
	uint64		n = cx_read_varint(r);
	CxBreak    *breaks;
	bool		sound;

	/* each takes three bytes at least */
	if (!r->ok || n < 1 || n > (uint64) (r->end - r->at) / 3)
		return false;
	breaks = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(CxBreak) * n);
	for (uint64 i = 0; i < n; i++)
	{
		breaks[i].cohort = cohort;
		if (!read_break(r, stats->calendar->grain, &breaks[i], i > 0 ? &breaks[i - 1] : NULL))
			return false;
	}
	sound = sound_cohort(breaks, (uint32) n);
	for (uint64 i = 0; sound && i < n; i++)
	{
		if (breaks[i].next == CX_NEVER_AGAIN && breaks[i].customers > PG_INT64_MAX - stats->customers)
			sound = false;
		else
			cx_retention_add_break(stats, cohort, breaks[i].last, breaks[i].next, breaks[i].customers);
	}
	pfree(breaks);
	return sound;
}

/* Names of zones are printable ASCII. */
static bool
sound_zone(const char *tz, uint64 len)
{
	if (len < 1 || len > TZ_STRLEN_MAX)
		return false;
	for (uint64 i = 0; i < len; i++)
		if (tz[i] <= ' ' || tz[i] > '~')
			return false;
	return true;
}

static bool
read_stats(CxStats *base, CxReader *r)
{
	CxRetention *stats = (CxRetention *) base;
	uint8		grain = cx_read_byte(r);
	uint64		tz_len = cx_read_varint(r);
	const char *tz = (const char *) r->at;
	uint64		cohorts;
	int32		cohort = 0;

	if (!r->ok || grain >= CX_GRAINS || tz_len > (uint64) (r->end - r->at) || !sound_zone(tz, tz_len))
		return false;
	r->at += tz_len;
	cx_retention_ask(stats, (CxGrain) grain, tz, (int) tz_len);
	stats->seen = cx_read_zigzag(r);
	cohorts = cx_read_varint(r);
	if (!r->ok || !IS_VALID_TIMESTAMP(stats->seen) || cohorts < 1)
		return false;
	for (uint64 i = 0; i < cohorts; i++)
	{
		int64		first = i == 0 ? cx_read_zigzag(r) : 0;
		uint64		step = i == 0 ? 0 : cx_read_varint(r);

		if (!r->ok || !cx_period_possible((CxGrain) grain, first) || step >= PG_INT32_MAX)
			return false;
		if (i == 0)
			cohort = (int32) first;
		else if (!step_to((CxGrain) grain, cohort, step + 1, &cohort))
			return false;
		if (!read_cohort(stats, r, cohort))
			return false;
	}
	return true;
}

static void
merge_stats(CxStats *into_base, const CxStats *from_base)
{
	CxRetention *into = (CxRetention *) into_base;
	const CxRetention *from = (const CxRetention *) from_base;

	if (from->calendar == NULL)
		return;
	cx_retention_ask(into, from->calendar->grain, from->calendar->tz, from->calendar->tz_len);
	into->seen = Max(into->seen, from->seen);
	cx_retention_reserve(into, from->bits);
	for (uint32 i = 0; from->bits > 0 && i < UINT32_C(1) << from->bits; i++)
	{
		const CxBreak *b = &from->table[i];

		if (b->customers != 0)
			cx_retention_add_break(into, b->cohort, b->last, b->next, b->customers);
	}
}

static void
init_stats(CxStats *base)
{
	((CxRetention *) base)->seen = DT_NOBEGIN;
}

const CxStatsType cx_retention_type = {
	.name = "retention_stats",
	.size = sizeof(CxRetention),
	.shared_size = sizeof(CxRetentionShared),
	.init = init_stats,
	.write = write_stats,
	.read = read_stats,
	.merge = merge_stats,
};

CX_STATS_FUNCTIONS(retention_stats, &cx_retention_type);
