/*-------------------------------------------------------------------------
 *
 * src/churn/fit.c
 *	  The type fit_stats: counting, storing, merging (see fit.h).
 *
 *-------------------------------------------------------------------------
 */
#include "churn/fit.h"

#include <math.h>

#include "core/args.h"
#include "core/sort.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/memutils.h"

/* so few are found by looking at each */
#define FEW			8

/* the largest number of days that a time is told in */
#define MOST_DAYS	1e9

/* In the order of the kinds. */
static const char *const kind_names[] = {"bgnbd", "mbgnbd", "paretonbd", "gammagamma", NULL};

#define DEFAULT_KIND	CX_MODEL_MBGNBD

/* ---- rows ---- */

static uint64
mixed(uint64 bits, double x)
{
	uint64		more;

	memcpy(&more, &x, sizeof(more));
	/* the finishing step of MurmurHash3 */
	bits = (bits * 31) ^ more;
	bits = (bits ^ (bits >> 33)) * UINT64CONST(0xff51afd7ed558ccd);
	bits = (bits ^ (bits >> 33)) * UINT64CONST(0xc4ceb9fe1a85ec53);
	return bits ^ (bits >> 33);
}

static bool
same_row(const CxFitRow *a, const CxFitRow *b)
{
	return a->x == b->x && a->t_x == b->t_x && a->t == b->t;
}

/* The slot in which the row stands, or the free one where it belongs. */
static uint32
slot_of(const CxFit *fit, const CxFitRow *row)
{
	uint32		slot = (uint32) mixed(mixed(row->x, row->t_x), row->t) & (fit->slots - 1);

	while (fit->slot[slot] != 0 && !same_row(&fit->row[fit->slot[slot] - 1], row))
		slot = (slot + 1) & (fit->slots - 1);
	return slot;
}

/* For at least twice as many as there are. */
static void
make_slots(CxFit *fit)
{
	uint32		slots = 8 * FEW;

	while (slots < fit->n * 3)
		slots *= 2;
	if (fit->slot != NULL)
		pfree(fit->slot);
	fit->slot = MemoryContextAllocExtended(fit->stats.context, sizeof(uint32) * (Size) slots, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	fit->slots = slots;
	for (uint32 i = 0; i < fit->n; i++)
		fit->slot[slot_of(fit, &fit->row[i])] = i + 1;
}

static int
cmp_rows(const void *a, const void *b)
{
	const CxFitRow *x = a;
	const CxFitRow *y = b;

	if (x->x != y->x)
		return x->x < y->x ? -1 : 1;
	if (x->t_x != y->t_x)
		return x->t_x < y->t_x ? -1 : 1;
	return (x->t > y->t) - (x->t < y->t);
}

static void
make_room(CxFit *fit, uint32 n)
{
	uint32		room = Max(FEW, Max(n, fit->room * 2));

	if (n <= fit->room)
		return;
	fit->row = fit->row == NULL ? MemoryContextAllocHuge(fit->stats.context, sizeof(CxFitRow) * (Size) room) :
		repalloc_huge(fit->row, sizeof(CxFitRow) * (Size) room);
	fit->room = room;
}

static void
append(CxFit *fit, const CxFitRow *row)
{
	if (unlikely(fit->n >= CX_FIT_ROWS))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("fit_stats holds at most %d different customers", CX_FIT_ROWS),
				 errhint("Count purchases by a coarser grain, for example weeks.")));
	make_room(fit, fit->n + 1);
	fit->sorted = fit->n == 0 || (fit->sorted && cmp_rows(&fit->row[fit->n - 1], row) < 0);
	fit->row[fit->n++] = *row;
}

static CxFitRow *
find_row(CxFit *fit, const CxFitRow *row)
{
	uint32		slot;

	if (fit->n <= FEW)
	{
		for (uint32 i = 0; i < fit->n; i++)
			if (same_row(&fit->row[i], row))
				return &fit->row[i];
		return NULL;
	}
	if (fit->slot == NULL || fit->n + fit->n / 2 >= fit->slots)
		make_slots(fit);
	slot = slot_of(fit, row);
	if (fit->slot[slot] != 0)
		return &fit->row[fit->slot[slot] - 1];
	fit->slot[slot] = fit->n + 1;
	return NULL;
}

static void
add_row(CxFit *fit, const CxFitRow *row)
{
	CxFitRow   *known;

	if (unlikely(row->customers > CX_FIT_CUSTOMERS - fit->customers))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("fit_stats counts more than 2^52 customers")));
	known = find_row(fit, row);
	if (known == NULL)
		append(fit, row);
	else
		known->customers += row->customers;
	fit->customers += row->customers;
}

/* Their order says nothing, so that it may be put right at any time; the slots are made again when they are needed. */
static void
sort(CxFit *fit)
{
	if (fit->sorted || fit->n < 2)
		return;
	if (fit->slot != NULL)
		pfree(fit->slot);
	fit->slot = NULL;
	cx_sort(fit->row, fit->n, sizeof(CxFitRow), cmp_rows);
	fit->sorted = true;
}

/* ---- counting ---- */

static void
set_kind(CxFit *fit, int kind, uint64 unit)
{
	if (fit->kind < 0)
	{
		fit->kind = kind;
		fit->unit = unit;
	}
	if (unlikely(fit->kind != kind))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("customers for different models cannot be merged"),
				 errdetail("The models are %s and %s.", kind_names[fit->kind], kind_names[kind])));
	if (unlikely(fit->unit != unit))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("customers in different units of time cannot be merged"),
				 errdetail("The units are %.15g and %.15g days.", (double) fit->unit / USECS_PER_DAY, (double) unit / USECS_PER_DAY)));
}

static int
kind_arg(FunctionCallInfo fcinfo, int arg)
{
	if (PG_NARGS() <= arg)
		return DEFAULT_KIND;
	if (PG_ARGISNULL(arg))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("model is NULL")));
	return cx_check_choice(PG_GETARG_TEXT_PP(arg), "model", kind_names);
}

/* A spend that the model knows a probability of. */
static void
check_spend(double mean)
{
	if (!(mean > 0))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("mean spend %.15g of repeat purchases is not above 0", mean),
				 errdetail("The gammagamma model is one of positive amounts."),
				 errhint("Leave such customers out: FILTER (WHERE monetary(...) > 0).")));
}

static void
add_customer(CxFit *fit, const CxRfm *rfm)
{
	CxFitRow	row = {.customers = 1};
	CxBuyer		buyer;

	if (fit->kind == CX_MODEL_GAMMAGAMMA)
	{
		row.t_x = cx_rfm_spend(rfm, &row.x);
		if (row.x == 0)
			return;
		check_spend(row.t_x);
	}
	else
	{
		if (!cx_rfm_buyer(rfm, (double) fit->unit, &buyer))
			return;
		if (!(buyer.t <= 1e140))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("age %.15g is too large", buyer.t)));
		row.x = (uint32) buyer.x;
		row.t_x = buyer.t_x;
		row.t = buyer.t;
	}
	add_row(fit, &row);
}

/* fit_accum(state, rfm_stats [, model [, unit]]) */
PG_FUNCTION_INFO_V1(fit_accum);
Datum
fit_accum(PG_FUNCTION_ARGS)
{
	CxFit	   *fit;
	int			kind;
	uint64		unit;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	fit = (CxFit *) cx_stats_state(fcinfo, &cx_fit_type);
	kind = kind_arg(fcinfo, 2);
	unit = PG_NARGS() > 3 ? cx_unit_arg(fcinfo, 3, "unit") : CX_RFM_WEEK;
	set_kind(fit, kind, kind == CX_MODEL_GAMMAGAMMA ? 0 : unit);
	add_customer(fit, cx_rfm_arg(fcinfo, 1));
	return cx_stats_result(fcinfo, &fit->stats);
}

/* ---- stored form and merging ---- */

static void
fit_init(CxStats *stats)
{
	((CxFit *) stats)->kind = -1;
}

static double
in_units(double days, uint64 unit)
{
	return days * USECS_PER_DAY / (double) unit;
}

static void
write_time(CxWriter *w, double t, uint64 unit)
{
	double		days = rint(t * (double) unit / USECS_PER_DAY);

	if (days <= MOST_DAYS && in_units(days, unit) == t)
		cx_write_varint(w, (uint64) days + 1);
	else
	{
		cx_write_varint(w, 0);
		cx_write_double(w, t);
	}
}

/* Not below 0 and at most 1e140, else the reader is no longer ok. */
static double
read_double(CxReader *r)
{
	double		x = cx_read_double(r);

	if (!(x <= 1e140) || signbit(x))
		r->ok = false;
	return x;
}

static double
read_time(CxReader *r, uint64 unit)
{
	uint64		days = cx_read_varint(r);

	if (days == 0)
		return read_double(r);
	if (days - 1 > (uint64) MOST_DAYS)
		r->ok = false;
	return in_units((double) (days - 1), unit);
}

static void
fit_write(const CxStats *stats, CxWriter *w)
{
	CxFit	   *fit = (CxFit *) unconstify(CxStats *, stats);
	bool		spend = fit->kind == CX_MODEL_GAMMAGAMMA;
	uint32		x = 0;

	sort(fit);
	cx_write_byte(w, (uint8) Max(fit->kind, 0));
	cx_write_varint(w, fit->unit);
	cx_write_varint(w, fit->n);
	for (uint32 i = 0; i < fit->n; i++)
	{
		const CxFitRow *row = &fit->row[i];

		cx_write_varint(w, row->x - x);
		x = row->x;
		if (spend)
			cx_write_double(w, row->t_x);
		else
		{
			write_time(w, row->t_x, fit->unit);
			write_time(w, row->t, fit->unit);
		}
		cx_write_varint(w, row->customers);
		if (i % 65536 == 0)
			CHECK_FOR_INTERRUPTS();
	}
}

static bool
sound(const CxFit *fit, const CxFitRow *row)
{
	if (row->customers < 1 || row->customers > CX_FIT_CUSTOMERS - fit->customers)
		return false;
	if (fit->n > 0 && cmp_rows(&fit->row[fit->n - 1], row) >= 0)
		return false;
	if (fit->kind == CX_MODEL_GAMMAGAMMA)
		return row->x > 0 && row->t_x > 0;
	return row->t_x <= row->t && (row->x > 0 || row->t_x == 0);
}

static bool
fit_read(CxStats *stats, CxReader *r)
{
	CxFit	   *fit = (CxFit *) stats;
	uint64		x = 0;
	uint64		n;

	fit->kind = cx_read_byte(r);
	fit->unit = cx_read_varint(r);
	n = cx_read_varint(r);
	if (!r->ok || fit->kind > CX_MODEL_GAMMAGAMMA || n > CX_FIT_ROWS || n > (uint64) (r->end - r->at) / 4 ||
		(fit->kind == CX_MODEL_GAMMAGAMMA ? fit->unit != 0 : fit->unit < 1 || fit->unit > PG_INT64_MAX))
		return false;
	make_room(fit, (uint32) n);
	for (uint64 i = 0; i < n; i++)
	{
		CxFitRow	row = {0};
		uint64		more = cx_read_varint(r);

		if (more > PG_INT32_MAX - x)
			return false;
		row.x = (uint32) (x += more);
		row.t_x = fit->kind == CX_MODEL_GAMMAGAMMA ? read_double(r) : read_time(r, fit->unit);
		row.t = fit->kind == CX_MODEL_GAMMAGAMMA ? 0 : read_time(r, fit->unit);
		row.customers = cx_read_varint(r);
		if (!r->ok || !sound(fit, &row))
			return false;
		append(fit, &row);
		fit->customers += row.customers;
		if (i % 65536 == 0)
			CHECK_FOR_INTERRUPTS();
	}
	return true;
}

static void
fit_merge(CxStats *into, const CxStats *from)
{
	CxFit	   *fit = (CxFit *) into;
	const CxFit *other = (const CxFit *) from;

	if (other->kind < 0)
		return;
	set_kind(fit, other->kind, other->unit);
	for (uint32 i = 0; i < other->n; i++)
	{
		add_row(fit, &other->row[i]);
		if (i % 65536 == 0)
			CHECK_FOR_INTERRUPTS();
	}
}

const CxStatsType cx_fit_type = {
	.name = "fit_stats",
	.size = sizeof(CxFit),
	.init = fit_init,
	.write = fit_write,
	.read = fit_read,
	.merge = fit_merge
};

CX_STATS_FUNCTIONS(fit_stats, &cx_fit_type);

CxFit *
cx_fit_arg(FunctionCallInfo fcinfo, int arg)
{
	CxFit	   *fit = (CxFit *) cx_stats_arg(fcinfo, arg, &cx_fit_type);

	sort(fit);
	return fit;
}
