/*-------------------------------------------------------------------------
 *
 * src/organisation/usage.c
 *	  The type "usage_stats": how many customers used something how often.
 *
 * THE STORED FORM, behind the version byte of core/stats.h:
 *
 *	  varint	customers of whom it is not known
 *	  varint	how many different numbers of uses; then, ascending:
 *	  varints	the number of uses, as the difference to the one before (the
 *				first as it is); customers, at least 1
 *
 *-------------------------------------------------------------------------
 */
#include "core/stats.h"

#include <math.h>

#include "core/args.h"
#include "core/srf.h"
#include "maths/intervals.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "organisation/counts.h"

#define FREQUENCY_COLUMNS	6

/* documented size limit: different numbers of uses; past it 54000 */
#define MAX_DISTINCT		(1 << 20)

typedef struct Usage
{
	CxStats		stats;
	uint64		missing;
	CxCounts	customers;		/* by uses */
} Usage;

static void
usage_init(CxStats *stats)
{
	((Usage *) stats)->customers.context = stats->context;
}

static void
add_customers(Usage *u, uint64 uses, uint64 customers)
{
	if (unlikely(!cx_counts_add(&u->customers, uses, customers)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("usage_stats counts more than 2^61 customers")));
	if (unlikely(u->customers.n > MAX_DISTINCT))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("usage_stats has more than %d different numbers of uses", MAX_DISTINCT),
				 errhint("Count uses in larger units, such as days with a use.")));
}

static void
add_missing(Usage *u, uint64 customers)
{
	u->missing += customers;
	if (unlikely(u->missing > CX_COUNTS_MAX))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("usage_stats counts more than 2^61 customers")));
}

/* ---- stored form ---- */

static void
usage_write(const CxStats *stats, CxWriter *w)
{
	const Usage *u = (const Usage *) stats;
	CxCount    *sorted = cx_counts_sorted(&u->customers);
	uint64		before = 0;

	cx_write_varint(w, u->missing);
	cx_write_varint(w, u->customers.n);
	for (Size i = 0; i < u->customers.n; i++)
	{
		cx_write_varint(w, sorted[i].key - before);
		cx_write_varint(w, sorted[i].n);
		before = sorted[i].key;
	}
	pfree(sorted);
}

static bool
usage_read(CxStats *stats, CxReader *r)
{
	Usage	   *u = (Usage *) stats;
	uint64		before = 0;
	uint64		n;

	u->missing = cx_read_varint(r);
	n = cx_read_varint(r);
	if (!r->ok || u->missing > CX_COUNTS_MAX || n > MAX_DISTINCT || u->missing + n == 0)
		return false;
	for (uint64 i = 0; i < n; i++)
	{
		uint64		step = cx_read_varint(r);
		uint64		customers = cx_read_varint(r);

		if (!r->ok || (i > 0 && step == 0) || step > PG_INT64_MAX - before || customers < 1 ||
			!cx_counts_add(&u->customers, before + step, customers))
			return false;
		before += step;
	}
	return true;
}

static void
usage_merge(CxStats *into, const CxStats *from)
{
	Usage	   *u = (Usage *) into;
	const Usage *other = (const Usage *) from;

	add_missing(u, other->missing);
	for (Size i = 0; i < other->customers.room; i++)
	{
		if (other->customers.slots[i].n != 0)
			add_customers(u, other->customers.slots[i].key, other->customers.slots[i].n);
		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
	}
}

static const CxStatsType usage_type = {
	.name = "usage_stats",
	.size = sizeof(Usage),
	.init = usage_init,
	.write = usage_write,
	.read = usage_read,
	.merge = usage_merge
};

CX_STATS_FUNCTIONS(usage_stats, &usage_type);

/* usage_accum(state, uses): a customer */
PG_FUNCTION_INFO_V1(usage_accum);
Datum
usage_accum(PG_FUNCTION_ARGS)
{
	Usage	   *u = (Usage *) cx_stats_state(fcinfo, &usage_type);

	if (PG_ARGISNULL(1))
		add_missing(u, 1);
	else
	{
		int64		uses = PG_GETARG_INT64(1);

		if (uses < 0)
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("uses " INT64_FORMAT " are negative", uses)));
		add_customers(u, (uint64) uses, 1);
	}
	return cx_stats_result(fcinfo, &u->stats);
}

/* ---- reading ---- */

static void
put_uses(CxRows *rows, const CxCount *count, uint64 all, uint64 so_far, double confidence)
{
	double		n = (double) all;
	double		share = (double) count->n / n;
	CxInterval	interval = cx_wilson_interval(share, n, confidence);
	Datum		values[FREQUENCY_COLUMNS];
	bool		nulls[FREQUENCY_COLUMNS] = {false};

	values[0] = Int64GetDatum((int64) count->key);
	values[1] = Int64GetDatum((int64) count->n);
	cx_set_float8(values, nulls, 2, share);
	cx_set_float8(values, nulls, 3, interval.low);
	cx_set_float8(values, nulls, 4, interval.high);
	cx_set_float8(values, nulls, 5, (double) so_far / n);
	cx_rows_put(rows, values, nulls);
}

/* A row for each number of uses, and one for the customers of whom it is not known, if there are any. */
PG_FUNCTION_INFO_V1(usage_frequency);
Datum
usage_frequency(PG_FUNCTION_ARGS)
{
	const Usage *u = (Usage *) cx_stats_arg(fcinfo, 0, &usage_type);
	double		confidence = cx_check_confidence(PG_GETARG_FLOAT8(1));
	CxRows		rows = cx_rows_begin(fcinfo, FREQUENCY_COLUMNS);
	CxCount    *sorted = cx_counts_sorted(&u->customers);
	uint64		so_far = 0;
	Datum		values[FREQUENCY_COLUMNS] = {0};
	bool		nulls[FREQUENCY_COLUMNS] = {true, false, true, true, true, true};

	for (Size i = 0; i < u->customers.n; i++)
	{
		so_far += sorted[i].n;
		put_uses(&rows, &sorted[i], u->customers.total, so_far, confidence);
		CHECK_FOR_INTERRUPTS();
	}
	values[1] = Int64GetDatum((int64) u->missing);
	if (u->missing > 0)
		cx_rows_put(&rows, values, nulls);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(dormant_share);
Datum
dormant_share(PG_FUNCTION_ARGS)
{
	const Usage *u = (Usage *) cx_stats_arg(fcinfo, 0, &usage_type);
	uint64		dormant = 0;

	if (u->customers.total == 0)
		PG_RETURN_NULL();
	for (Size i = 0; i < u->customers.room; i++)
		if (u->customers.slots[i].n != 0 && u->customers.slots[i].key == 0)
			dormant = u->customers.slots[i].n;
	PG_RETURN_FLOAT8((double) dormant / (double) u->customers.total);
}
