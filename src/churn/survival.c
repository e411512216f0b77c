/*-------------------------------------------------------------------------
 *
 * src/churn/survival.c
 *	  The type survival_stats: counting, storing, merging (see survival.h).
 *
 *-------------------------------------------------------------------------
 */
#include "churn/survival.h"

#include <math.h>

#include "core/args.h"
#include "core/sort.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/memutils.h"

#define FRACTIONAL_TIMES	1
#define FRACTIONAL_WEIGHTS	2

/* so few are found by looking at each */
#define FEW					16

/* ---- finding a duration ---- */

static uint32
home_of(const CxSurvival *s, double at)
{
	uint64		bits;

	memcpy(&bits, &at, sizeof(bits));
	/* the finishing step of MurmurHash3 */
	bits = (bits ^ (bits >> 33)) * UINT64CONST(0xff51afd7ed558ccd);
	bits = (bits ^ (bits >> 33)) * UINT64CONST(0xc4ceb9fe1a85ec53);
	return (uint32) (bits ^ (bits >> 33)) & (s->slots - 1);
}

/* The slot in which the duration stands, or the free one where it belongs. */
static uint32
slot_of(const CxSurvival *s, double at)
{
	uint32		slot = home_of(s, at);

	while (s->slot[slot] != 0 && s->duration[s->slot[slot] - 1].at != at)
		slot = (slot + 1) & (s->slots - 1);
	return slot;
}

/* For at least twice as many as there are. */
static void
make_slots(CxSurvival *s)
{
	uint32		slots = 4 * FEW;

	while (slots < s->n * 3)
		slots *= 2;
	if (s->slot != NULL)
		pfree(s->slot);
	s->slot = MemoryContextAllocExtended(s->stats.context, sizeof(uint32) * (Size) slots,
										 MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	s->slots = slots;
	for (uint32 i = 0; i < s->n; i++)
		s->slot[slot_of(s, s->duration[i].at)] = i + 1;
}

static void
make_room(CxSurvival *s, uint32 n)
{
	uint32		room = Max(8, Max(n, s->room * 2));

	if (n <= s->room)
		return;
	s->duration = s->duration == NULL ? MemoryContextAllocHuge(s->stats.context, sizeof(CxDuration) * (Size) room) :
		repalloc_huge(s->duration, sizeof(CxDuration) * (Size) room);
	s->room = room;
}

static CxDuration *
append(CxSurvival *s, double at)
{
	CxDuration *d;

	if (unlikely(s->n >= CX_SURVIVAL_TIMES))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("survival_stats holds at most %d different durations", CX_SURVIVAL_TIMES),
				 errhint("Count in a coarser unit, for example whole days.")));
	make_room(s, s->n + 1);
	s->sorted = s->n == 0 || (s->sorted && s->duration[s->n - 1].at < at);
	d = &s->duration[s->n++];
	d->at = at;
	d->churned = d->censored = 0;
	return d;
}

static CxDuration *
duration_of(CxSurvival *s, double at)
{
	uint32		slot;

	if (s->n <= FEW)
	{
		for (uint32 i = 0; i < s->n; i++)
			if (s->duration[i].at == at)
				return &s->duration[i];
		return append(s, at);
	}
	if (s->slot == NULL || s->n + s->n / 2 >= s->slots)
		make_slots(s);
	slot = slot_of(s, at);
	if (s->slot[slot] != 0)
		return &s->duration[s->slot[slot] - 1];
	s->slot[slot] = s->n + 1;
	return append(s, at);
}

static int
cmp_durations(const void *a, const void *b)
{
	double		x = ((const CxDuration *) a)->at;
	double		y = ((const CxDuration *) b)->at;

	return (x > y) - (x < y);
}

/* Their order says nothing, so that it may be put right at any time; the hash table is made again when it is needed. */
static void
sort(CxSurvival *s)
{
	if (s->n > 0 && !s->sorted)
	{
		if (s->slot != NULL)
			pfree(s->slot);
		s->slot = NULL;
		cx_sort(s->duration, s->n, sizeof(CxDuration), cmp_durations);
		s->sorted = true;
	}
}

/* ---- counting ---- */

static void
add_rows(CxSurvival *s, uint64 rows, uint64 missing)
{
	s->rows += rows;
	s->missing += missing;
	if (unlikely(s->rows + s->missing > CX_SURVIVAL_ROWS))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("survival_stats counts more than 2^61 rows")));
}

/* In millionths, as those of a tally are: one that would lose more than a thousandth of itself is refused. */
static uint64
weight_arg(double weight)
{
	double		units = rint(weight * CX_SURVIVAL_UNIT);

	if (!(weight >= 0.0 && weight <= CX_SURVIVAL_WEIGHT))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("weight %.15g is not between 0 and %.15g", weight, CX_SURVIVAL_WEIGHT)));
	if (unlikely(fabs(weight * CX_SURVIVAL_UNIT - units) > 1e-3 * weight * CX_SURVIVAL_UNIT))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("weight %.15g is too small to be kept in millionths", weight),
				 errhint("Scale the weights, for example to a mean of 1.")));
	return (uint64) units;
}

static double
duration_arg(double at)
{
	cx_check_number(at, "duration");
	if (at < 0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("duration %.15g is negative", at)));
	/* one zero only */
	return at + 0.0;
}

/* survival_accum(state, duration, churned [, weight]) */
PG_FUNCTION_INFO_V1(survival_accum);
Datum
survival_accum(PG_FUNCTION_ARGS)
{
	CxSurvival *s = (CxSurvival *) cx_stats_state(fcinfo, &cx_survival_type);
	bool		weighted = PG_NARGS() > 3;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || (weighted && PG_ARGISNULL(3)))
		add_rows(s, 0, 1);
	else
	{
		double		at = duration_arg(PG_GETARG_FLOAT8(1));
		uint64		weight = weighted ? weight_arg(PG_GETARG_FLOAT8(3)) : CX_SURVIVAL_UNIT;

		add_rows(s, 1, 0);
		/* who weighs nothing leaves no trace but the row */
		if (weight > 0)
		{
			CxDuration *d = duration_of(s, at);

			if (PG_GETARG_BOOL(2))
				d->churned += weight;
			else
				d->censored += weight;
		}
	}
	return cx_stats_result(fcinfo, &s->stats);
}

/* ---- stored form and merging ---- */

static uint8
flags_of(const CxSurvival *s)
{
	uint8		flags = 0;

	for (uint32 i = 0; i < s->n; i++)
	{
		const CxDuration *d = &s->duration[i];

		if (d->at != floor(d->at) || d->at > 9007199254740992.0)
			flags |= FRACTIONAL_TIMES;
		if (d->churned % CX_SURVIVAL_UNIT != 0 || d->censored % CX_SURVIVAL_UNIT != 0)
			flags |= FRACTIONAL_WEIGHTS;
	}
	return flags;
}

static void
survival_write(const CxStats *stats, CxWriter *w)
{
	CxSurvival *s = (CxSurvival *) unconstify(CxStats *, stats);
	uint8		flags = flags_of(s);
	unsigned	unit = flags & FRACTIONAL_WEIGHTS ? 1 : CX_SURVIVAL_UNIT;
	uint64		before = 0;

	sort(s);
	cx_write_byte(w, flags);
	cx_write_varint(w, s->rows);
	cx_write_varint(w, s->missing);
	cx_write_varint(w, s->n);
	for (uint32 i = 0; i < s->n; i++)
	{
		const CxDuration *d = &s->duration[i];

		if (flags & FRACTIONAL_TIMES)
			cx_write_double(w, d->at);
		else
		{
			cx_write_varint(w, (uint64) d->at - before);
			before = (uint64) d->at;
		}
		cx_write_wide(w, d->churned / unit);
		cx_write_wide(w, d->censored / unit);
	}
}

/* NaN if it cannot be read */
static double
read_duration(CxReader *r, uint8 flags, const CxSurvival *s)
{
	double		before = s->n > 0 ? s->duration[s->n - 1].at : 0.0;
	uint64		bits;
	double		at;

	if (flags & FRACTIONAL_TIMES)
	{
		at = cx_read_double(r);
		/* the sign of a zero, too */
		return r->ok && !signbit(at) && fabs(at) <= 1e140 ? at : NAN;
	}
	bits = cx_read_varint(r);
	return r->ok && bits <= UINT64CONST(9007199254740992) - (uint64) before ? (double) ((uint64) before + bits) : NAN;
}

/* Each duration has a row at least, and no row weighs more than a weight may. */
static bool
survival_read(CxStats *stats, CxReader *r)
{
	CxSurvival *s = (CxSurvival *) stats;
	uint8		flags = cx_read_byte(r);
	unsigned	unit = flags & FRACTIONAL_WEIGHTS ? 1 : CX_SURVIVAL_UNIT;
	CxUint128	all = 0;
	CxUint128	most;
	uint64		n;

	s->rows = cx_read_varint(r);
	s->missing = cx_read_varint(r);
	n = cx_read_varint(r);
	if (!r->ok || flags > (FRACTIONAL_TIMES | FRACTIONAL_WEIGHTS) || s->rows > CX_SURVIVAL_ROWS ||
		s->missing > CX_SURVIVAL_ROWS - s->rows || s->rows + s->missing == 0 || n > s->rows || n > CX_SURVIVAL_TIMES ||
		n > (uint64) (r->end - r->at) / 3)
		return false;
	most = (CxUint128) s->rows * (uint64) CX_SURVIVAL_WEIGHT * (CX_SURVIVAL_UNIT / unit);
	make_room(s, (uint32) n);
	for (uint64 i = 0; i < n; i++)
	{
		double		at = read_duration(r, flags, s);
		CxUint128	churned = cx_read_wide(r, 112);
		CxUint128	censored = cx_read_wide(r, 112);
		CxDuration *d;

		all += churned + censored;
		if (!r->ok || isnan(at) || (i > 0 && at <= s->duration[i - 1].at) || churned + censored == 0 || all > most)
			return false;
		d = append(s, at);
		d->churned = churned * unit;
		d->censored = censored * unit;
		if (i % 65536 == 0)
			CHECK_FOR_INTERRUPTS();
	}
	return true;
}

static void
survival_merge(CxStats *into, const CxStats *from)
{
	CxSurvival *s = (CxSurvival *) into;
	const CxSurvival *other = (const CxSurvival *) from;

	add_rows(s, other->rows, other->missing);
	for (uint32 i = 0; i < other->n; i++)
	{
		CxDuration *d = duration_of(s, other->duration[i].at);

		d->churned += other->duration[i].churned;
		d->censored += other->duration[i].censored;
		if (i % 65536 == 0)
			CHECK_FOR_INTERRUPTS();
	}
}

const CxStatsType cx_survival_type = {
	.name = "survival_stats",
	.size = sizeof(CxSurvival),
	.write = survival_write,
	.read = survival_read,
	.merge = survival_merge
};

CX_STATS_FUNCTIONS(survival_stats, &cx_survival_type);

const CxSurvival *
cx_survival_arg(FunctionCallInfo fcinfo, int arg)
{
	CxSurvival *s = (CxSurvival *) cx_stats_arg(fcinfo, arg, &cx_survival_type);

	sort(s);
	return s;
}
