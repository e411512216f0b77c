/*-------------------------------------------------------------------------
 *
 * src/churn/rfm.c
 *	  The type rfm_stats: counting, storing, merging (see rfm.h).
 *
 *-------------------------------------------------------------------------
 */
#include "churn/rfm.h"

#include <math.h>

#include "core/args.h"
#include "core/interval.h"
#include "core/sort.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/memutils.h"
#include "utils/timestamp.h"

#define ORIGIN			(2 * USECS_PER_DAY) /* Monday 2000-01-03 */
#define LONGEST_GRAIN	(INT64CONST(36525) * USECS_PER_DAY)

/* amounts that are whole cents, and not too many of them to be told apart */
#define CENTS			100.0
#define MOST_CENTS		1e15

#define FORM_PURCHASES	0
#define FORM_SUMMARY	1

uint64
cx_unit_arg(FunctionCallInfo fcinfo, int arg, const char *argument)
{
	uint64		unit;

	if (PG_ARGISNULL(arg))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s is NULL", argument)));
	unit = cx_interval_microseconds(PG_GETARG_INTERVAL_P(arg), argument);
	if (unit == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s is not longer than 0", argument)));
	return unit;
}

int64
cx_rfm_period(TimestampTz at, uint64 grain)
{
	int64		since = at - ORIGIN;
	int64		length = (int64) grain;

	if (grain == 0)
		return at;
	return since / length - (since % length < 0);
}

/* ---- purchases ---- */

static void
make_room(CxRfm *rfm, Size n)
{
	Size		room = Max(4, Max(n, (Size) rfm->room * 2));

	if (n > CX_RFM_PURCHASES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("rfm_stats holds at most %d purchases", CX_RFM_PURCHASES),
				 errhint("It is meant for one customer: group by customer.")));
	if (n <= rfm->room)
		return;
	rfm->purchase = rfm->purchase == NULL ? MemoryContextAlloc(rfm->stats.context, sizeof(CxPurchase) * room) :
		repalloc(rfm->purchase, sizeof(CxPurchase) * room);
	rfm->room = (uint32) room;
}

static int
cmp_purchases(const void *a, const void *b)
{
	const CxPurchase *x = a;
	const CxPurchase *y = b;

	if (x->period != y->period)
		return x->period < y->period ? -1 : 1;
	if (isnan(x->amount) || isnan(y->amount))
		return (int) isnan(x->amount) - (int) isnan(y->amount);
	return (x->amount > y->amount) - (x->amount < y->amount);
}

static void
append(CxRfm *rfm, CxPurchase p)
{
	make_room(rfm, (Size) rfm->n + 1);
	rfm->sorted = rfm->n == 0 || (rfm->sorted && cmp_purchases(&rfm->purchase[rfm->n - 1], &p) <= 0);
	rfm->purchase[rfm->n++] = p;
}

/* Their order says nothing, so that it may be put right at any time. */
void
cx_rfm_sort(CxRfm *rfm)
{
	if (!rfm->summary && !rfm->sorted && rfm->n > 1)
		cx_sort(rfm->purchase, rfm->n, sizeof(CxPurchase), cmp_purchases);
	rfm->sorted = true;
}

static char *
told(TimestampTz at)
{
	return pstrdup(timestamptz_to_str(at));
}

static void
refuse_summary(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("an rfm_stats made of a summary cannot be merged")));
}

static void
same_parameters(CxRfm *rfm, TimestampTz as_of, uint64 grain)
{
	if (!rfm->known)
	{
		rfm->known = true;
		rfm->as_of = as_of;
		rfm->grain = grain;
	}
	if (unlikely(rfm->summary))
		refuse_summary();
	if (unlikely(rfm->as_of != as_of))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("purchases as of different times cannot be merged"),
				 errdetail("The times are %s and %s.", told(rfm->as_of), told(as_of))));
	if (unlikely(rfm->grain != grain))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("purchases of different grains cannot be merged"),
				 errdetail("The grains are %.15g and %.15g seconds.", (double) rfm->grain / USECS_PER_SEC,
						   (double) grain / USECS_PER_SEC)));
}

void
cx_rfm_add(CxRfm *rfm, TimestampTz at, double amount, TimestampTz as_of, uint64 grain)
{
	CxPurchase	p = {0, amount};

	same_parameters(rfm, as_of, grain);
	if (at > as_of)
		return;
	if (TIMESTAMP_IS_NOBEGIN(at))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("the time of a purchase is not finite")));
	p.period = cx_rfm_period(at, grain);
	append(rfm, p);
}

void
cx_rfm_add_row(FunctionCallInfo fcinfo, CxRfm *rfm, int as_of_arg, double amount, uint64 grain)
{
	TimestampTz as_of;

	if (PG_ARGISNULL(as_of_arg))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("as_of is NULL")));
	as_of = PG_GETARG_TIMESTAMPTZ(as_of_arg);
	if (TIMESTAMP_NOT_FINITE(as_of))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("as_of is not finite")));
	if (PG_ARGISNULL(1))
		same_parameters(rfm, as_of, grain);
	else
		cx_rfm_add(rfm, PG_GETARG_TIMESTAMPTZ(1), amount, as_of, grain);
}

static uint64
grain_arg(FunctionCallInfo fcinfo, int arg)
{
	uint64		grain;

	if (PG_NARGS() <= arg)
		return USECS_PER_DAY;
	if (PG_ARGISNULL(arg))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("grain is NULL")));
	grain = cx_interval_microseconds(PG_GETARG_INTERVAL_P(arg), "grain");
	if (grain > LONGEST_GRAIN)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("grain is longer than 36525 days"),
				 errdetail("It has %.15g days.", (double) grain / USECS_PER_DAY)));
	return grain;
}

/* rfm_accum(state, at, amount, as_of [, grain]) */
PG_FUNCTION_INFO_V1(rfm_accum);
Datum
rfm_accum(PG_FUNCTION_ARGS)
{
	CxRfm	   *rfm = (CxRfm *) cx_stats_state(fcinfo, &cx_rfm_type);
	double		amount = NAN;

	/* one zero only */
	if (!PG_ARGISNULL(2))
		amount = cx_check_number(PG_GETARG_FLOAT8(2), "amount") + 0.0;
	cx_rfm_add_row(fcinfo, rfm, 3, amount, grain_arg(fcinfo, 4));
	return cx_stats_result(fcinfo, &rfm->stats);
}

/* ---- stored form and merging ---- */

/* A finite one, within the bounds of sums; else the reader is no longer ok. */
static double
read_double(CxReader *r)
{
	double		x = cx_read_double(r);

	if (!(fabs(x) <= 1e140) || (x == 0 && signbit(x)))
		r->ok = false;
	return x;
}

/* Is it the double that is nearest to so many cents? */
static bool
whole_cents(double amount, int64 *cents)
{
	double		rounded = rint(amount * CENTS);

	if (!(fabs(rounded) <= MOST_CENTS) || rounded / CENTS != amount)
		return false;
	*cents = (int64) rounded;
	return true;
}

static void
write_amount(CxWriter *w, double amount)
{
	int64		cents;

	if (isnan(amount))
		cx_write_varint(w, 0);
	else if (whole_cents(amount, &cents))
		cx_write_varint(w, 2 + (((uint64) cents << 1) ^ (uint64) (cents >> 63)));
	else
	{
		cx_write_varint(w, 1);
		cx_write_double(w, amount);
	}
}

static double
read_amount(CxReader *r)
{
	uint64		code = cx_read_varint(r);
	int64		cents;

	if (code == 0)
		return NAN;
	if (code == 1)
		return read_double(r);
	code -= 2;
	cents = (int64) (code >> 1) ^ -(int64) (code & 1);
	if (fabs((double) cents) > MOST_CENTS)
		r->ok = false;
	return (double) cents / CENTS;
}

static void
write_purchases(CxRfm *rfm, CxWriter *w)
{
	int64		end = cx_rfm_period(rfm->as_of, rfm->grain);

	cx_rfm_sort(rfm);
	cx_write_zigzag(w, rfm->as_of);
	cx_write_varint(w, rfm->grain);
	cx_write_varint(w, rfm->n);
	for (uint32 i = 0; i < rfm->n; i++)
	{
		const CxPurchase *p = &rfm->purchase[i];

		cx_write_varint(w, i == 0 ? (uint64) end - (uint64) p->period : (uint64) p->period - (uint64) p[-1].period);
		write_amount(w, p->amount);
	}
}

void
cx_rfm_write(const CxRfm *rfm, CxWriter *w)
{
	cx_write_byte(w, rfm->summary ? FORM_SUMMARY : FORM_PURCHASES);
	if (!rfm->summary)
	{
		write_purchases(unconstify(CxRfm *, rfm), w);
		return;
	}
	cx_write_varint(w, rfm->frequency);
	cx_write_double(w, rfm->recency);
	cx_write_double(w, rfm->age);
	cx_write_byte(w, !isnan(rfm->monetary));
	if (!isnan(rfm->monetary))
		cx_write_double(w, rfm->monetary);
	cx_write_varint(w, rfm->unit);
}

static bool
read_summary(CxRfm *rfm, CxReader *r)
{
	uint64		frequency = cx_read_varint(r);
	uint8		known;

	rfm->summary = true;
	rfm->recency = read_double(r);
	rfm->age = read_double(r);
	known = cx_read_byte(r);
	rfm->monetary = known ? read_double(r) : NAN;
	rfm->unit = cx_read_varint(r);
	rfm->frequency = (uint32) frequency;
	return r->ok && frequency <= PG_INT32_MAX && known <= 1 && rfm->recency >= 0 && rfm->recency <= rfm->age &&
		rfm->unit >= 1 && rfm->unit <= PG_INT64_MAX && (frequency > 0 || (rfm->recency == 0 && !known));
}

static bool
read_purchases(CxRfm *rfm, CxReader *r)
{
	int64		end;
	uint64		left;
	uint64		n;

	rfm->as_of = cx_read_zigzag(r);
	rfm->grain = cx_read_varint(r);
	n = cx_read_varint(r);
	if (!r->ok || !IS_VALID_TIMESTAMP(rfm->as_of) || rfm->grain > LONGEST_GRAIN || n > CX_RFM_PURCHASES ||
		n > (uint64) (r->end - r->at) / 2)
		return false;
	if (n == 0)
		return true;
	end = cx_rfm_period(rfm->as_of, rfm->grain);
	/* as far back as the first time of the type */
	left = (uint64) end - (uint64) cx_rfm_period(MIN_TIMESTAMP, rfm->grain);
	make_room(rfm, n);
	for (uint64 i = 0; i < n; i++)
	{
		uint64		step = cx_read_varint(r);
		CxPurchase	p;

		p.amount = read_amount(r);
		if (!r->ok || step > left)
			return false;
		if (i == 0)
		{
			p.period = (int64) ((uint64) end - step);
			left = step;
		}
		else
		{
			p.period = (int64) ((uint64) rfm->purchase[i - 1].period + step);
			left -= step;
		}
		append(rfm, p);
	}
	return rfm->sorted;
}

bool
cx_rfm_read(CxRfm *rfm, CxReader *r)
{
	uint8		form = cx_read_byte(r);

	rfm->known = true;
	if (form == FORM_SUMMARY)
		return read_summary(rfm, r);
	return form == FORM_PURCHASES && read_purchases(rfm, r) && r->ok;
}

void
cx_rfm_merge(CxRfm *rfm, const CxRfm *other)
{
	if (!other->known)
		return;
	/* into a new one, which becomes a copy */
	if (!rfm->known && other->summary)
	{
		rfm->known = rfm->summary = true;
		rfm->frequency = other->frequency;
		rfm->recency = other->recency;
		rfm->age = other->age;
		rfm->monetary = other->monetary;
		rfm->unit = other->unit;
		return;
	}
	if (other->summary)
		refuse_summary();
	same_parameters(rfm, other->as_of, other->grain);
	if (other->n == 0)
		return;
	make_room(rfm, (Size) rfm->n + other->n);
	for (uint32 i = 0; i < other->n; i++)
		append(rfm, other->purchase[i]);
}

static void
rfm_write(const CxStats *stats, CxWriter *w)
{
	cx_rfm_write((const CxRfm *) stats, w);
}

static bool
rfm_read(CxStats *stats, CxReader *r)
{
	return cx_rfm_read((CxRfm *) stats, r);
}

static void
rfm_merge(CxStats *into, const CxStats *from)
{
	cx_rfm_merge((CxRfm *) into, (const CxRfm *) from);
}

const CxStatsType cx_rfm_type = {
	.name = "rfm_stats",
	.size = sizeof(CxRfm),
	.write = rfm_write,
	.read = rfm_read,
	.merge = rfm_merge
};

CX_STATS_FUNCTIONS(rfm_stats, &cx_rfm_type);

CxRfm *
cx_rfm_arg(FunctionCallInfo fcinfo, int arg)
{
	CxRfm	   *rfm = (CxRfm *) cx_stats_arg(fcinfo, arg, &cx_rfm_type);

	cx_rfm_sort(rfm);
	return rfm;
}
