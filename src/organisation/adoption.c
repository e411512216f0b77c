/*-------------------------------------------------------------------------
 *
 * src/organisation/adoption.c
 *	  The type "adoption_stats": how many customers installed what was built,
 *	  how many of them activated it, and how many of those are active.
 *
 * Kept is how many customers there are of each combination of the three. The
 * funnel is strict: whoever is active without having activated is said to be
 * out of order, and counts up to the last step before the gap.
 *
 * THE STORED FORM, behind the version byte of core/stats.h:
 *
 *	  varints	customers of each combination, from 0 to 7: bit 0 installed, bit 1
 *				activated, bit 2 active; not all 0
 *
 *-------------------------------------------------------------------------
 */
#include "core/stats.h"

#include <math.h>

#include "core/args.h"
#include "core/srf.h"
#include "maths/intervals.h"
#include "utils/builtins.h"

#define STEPS				3
#define COMBINATIONS		(1 << STEPS)
#define ADOPTION_COLUMNS	6

/* no count reaches it; past it 22003 */
#define MAX_CUSTOMERS		(UINT64CONST(1) << 61)

typedef struct Adoption
{
	CxStats		stats;
	uint64		customers[COMBINATIONS];
} Adoption;

static uint64
all_customers(const Adoption *a)
{
	uint64		all = 0;

	for (int i = 0; i < COMBINATIONS; i++)
		all += a->customers[i];
	return all;
}

/* Together they never go past MAX_CUSTOMERS, so one more count of as many cannot overflow. */
static void
add_customers(Adoption *a, int combination, uint64 customers)
{
	a->customers[combination] += customers;
	if (unlikely(a->customers[combination] > MAX_CUSTOMERS || all_customers(a) > MAX_CUSTOMERS))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("adoption_stats counts more than 2^61 customers")));
}

static void
adoption_write(const CxStats *stats, CxWriter *w)
{
	for (int i = 0; i < COMBINATIONS; i++)
		cx_write_varint(w, ((const Adoption *) stats)->customers[i]);
}

static bool
adoption_read(CxStats *stats, CxReader *r)
{
	Adoption   *a = (Adoption *) stats;
	uint64		left = MAX_CUSTOMERS;

	for (int i = 0; i < COMBINATIONS; i++)
	{
		a->customers[i] = cx_read_varint(r);
		if (!r->ok || a->customers[i] > left)
			return false;
		left -= a->customers[i];
	}
	return left < MAX_CUSTOMERS;
}

static void
adoption_merge(CxStats *into, const CxStats *from)
{
	for (int i = 0; i < COMBINATIONS; i++)
		add_customers((Adoption *) into, i, ((const Adoption *) from)->customers[i]);
}

static const CxStatsType adoption_type = {
	.name = "adoption_stats",
	.size = sizeof(Adoption),
	.write = adoption_write,
	.read = adoption_read,
	.merge = adoption_merge
};

CX_STATS_FUNCTIONS(adoption_stats, &adoption_type);

/* adoption_accum(state, installed, activated, active): a customer; NULL is no */
PG_FUNCTION_INFO_V1(adoption_accum);
Datum
adoption_accum(PG_FUNCTION_ARGS)
{
	Adoption   *a = (Adoption *) cx_stats_state(fcinfo, &adoption_type);
	int			combination = 0;

	for (int step = 0; step < STEPS; step++)
		if (!PG_ARGISNULL(1 + step) && PG_GETARG_BOOL(1 + step))
			combination |= 1 << step;
	add_customers(a, combination, 1);
	return cx_stats_result(fcinfo, &a->stats);
}

/* ---- reading ---- */

/* Customers that have taken the first "steps" steps, all of them. */
static uint64
reached(const Adoption *a, int steps)
{
	int			all = (1 << steps) - 1;
	uint64		customers = 0;

	for (int i = 0; i < COMBINATIONS; i++)
		if ((i & all) == all)
			customers += a->customers[i];
	return customers;
}

PG_FUNCTION_INFO_V1(adoption);
Datum
adoption(PG_FUNCTION_ARGS)
{
	static const char *const names[STEPS + 1] = {"customers", "installed", "activated", "active"};
	const Adoption *a = (Adoption *) cx_stats_arg(fcinfo, 0, &adoption_type);
	double		confidence = cx_check_confidence(PG_GETARG_FLOAT8(1));
	CxRows		rows = cx_rows_begin(fcinfo, ADOPTION_COLUMNS);
	double		n = (double) all_customers(a);

	for (int step = 0; step <= STEPS; step++)
	{
		uint64		customers = reached(a, step);
		uint64		before = step == 0 ? 0 : reached(a, step - 1);
		double		share = (double) customers / n;
		CxInterval	interval = cx_wilson_interval(share, n, confidence);
		Datum		values[ADOPTION_COLUMNS];
		bool		nulls[ADOPTION_COLUMNS] = {false};

		values[0] = CStringGetTextDatum(names[step]);
		values[1] = Int64GetDatum((int64) customers);
		cx_set_float8(values, nulls, 2, share);
		cx_set_float8(values, nulls, 3, before == 0 ? NAN : (double) customers / (double) before);
		/* that all are all is no estimate */
		cx_set_float8(values, nulls, 4, step == 0 ? NAN : interval.low);
		cx_set_float8(values, nulls, 5, step == 0 ? NAN : interval.high);
		cx_rows_put(&rows, values, nulls);
	}
	return (Datum) 0;
}

/* Customers with a later step but not all before it. */
PG_FUNCTION_INFO_V1(adoption_out_of_order);
Datum
adoption_out_of_order(PG_FUNCTION_ARGS)
{
	const Adoption *a = (Adoption *) cx_stats_arg(fcinfo, 0, &adoption_type);
	uint64		customers = 0;

	/* in order are none, the first, the first two, all: bits without a gap from the lowest on */
	for (int i = 0; i < COMBINATIONS; i++)
		if ((i & (i + 1)) != 0)
			customers += a->customers[i];
	PG_RETURN_INT64((int64) customers);
}
