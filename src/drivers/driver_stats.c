/*-------------------------------------------------------------------------
 *
 * src/drivers/driver_stats.c
 *	  The type driver_stats: driver_agg() and merging (see driver.h).
 *
 *-------------------------------------------------------------------------
 */
#include "drivers/driver.h"

#include <math.h>

#include "core/args.h"
#include "utils/array.h"

static void driver_write(const CxStats *stats, CxWriter *w);
static bool driver_read(CxStats *stats, CxReader *r);
static void driver_merge(CxStats *into, const CxStats *from);

const CxStatsType cx_driver_type = {
	.name = "driver_stats",
	.size = sizeof(CxDrivers),
	.write = driver_write,
	.read = driver_read,
	.merge = driver_merge
};

CX_STATS_FUNCTIONS(driver_stats, &cx_driver_type);

static int
products_of(int p)
{
	return (p + 1) * (p + 2) / 2;
}

static void
set_features(CxDrivers *d, int p)
{
	if (likely(d->p == p))
		return;
	if (d->p != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("features are not equally many in all rows"),
				 errdetail("There are %d and %d.", d->p, p)));
	d->p = p;
	d->sum = MemoryContextAllocZero(d->stats.context, sizeof(CxSum) * (p + 1));
	d->product = MemoryContextAllocZero(d->stats.context, sizeof(CxSum) * products_of(p));
}

static void
check_rows(const CxDrivers *d)
{
	if (unlikely(d->n >= CX_DRIVER_ROWS_MAX || d->missing >= CX_DRIVER_ROWS_MAX))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("driver_stats counts more than 2^61 rows")));
}

/* ---- counting ---- */

static int
features_in(const ArrayType *features)
{
	int			p = ArrayGetNItems(ARR_NDIM(features), ARR_DIMS(features));

	if (unlikely(ARR_NDIM(features) > 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("features have %d dimensions", ARR_NDIM(features)),
				 errhint("A row has one list of numbers.")));
	if (unlikely(p == 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("features are empty")));
	if (unlikely(p > CX_DRIVERS_MAX))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("features are more than %d", CX_DRIVERS_MAX),
				 errdetail("There are %d.", p)));
	return p;
}

static void
add_row(CxDrivers *d, double outcome, const double *feature)
{
	double		row[1 + CX_DRIVERS_MAX];
	CxSum	   *product = d->product;

	row[0] = cx_check_number(outcome, "outcome");
	memcpy(row + 1, feature, sizeof(double) * d->p);
	for (int i = 1; i <= d->p; i++)
		if (unlikely(!(fabs(row[i]) <= CX_SUM_MAX)))
			(void) cx_check_number(row[i], psprintf("feature %d", i));
	d->n++;
	for (int i = 0; i <= d->p; i++)
	{
		cx_sum_add(&d->sum[i], row[i]);
		for (int j = i; j <= d->p; j++)
			cx_sum_add_product(product++, row[i], row[j]);
	}
}

/* driver_accum(state, outcome, features) */
PG_FUNCTION_INFO_V1(driver_accum);
Datum
driver_accum(PG_FUNCTION_ARGS)
{
	CxDrivers  *d = (CxDrivers *) cx_stats_state(fcinfo, &cx_driver_type);
	ArrayType  *features = PG_ARGISNULL(2) ? NULL : PG_GETARG_ARRAYTYPE_P(2);

	if (features != NULL)
		set_features(d, features_in(features));
	if (PG_ARGISNULL(1) || features == NULL || array_contains_nulls(features))
		d->missing++;
	else
		add_row(d, PG_GETARG_FLOAT8(1), (const double *) ARR_DATA_PTR(features));
	check_rows(d);
	return cx_stats_result(fcinfo, &d->stats);
}

/* ---- stored form and merging ---- */

static void
driver_write(const CxStats *stats, CxWriter *w)
{
	const CxDrivers *d = (const CxDrivers *) stats;

	cx_write_varint(w, d->n);
	cx_write_varint(w, d->missing);
	cx_write_varint(w, d->p);
	if (d->n == 0)
		return;
	for (int i = 0; i <= d->p; i++)
		cx_sum_write(&d->sum[i], w);
	for (int i = 0; i < products_of(d->p); i++)
		cx_sum_write(&d->product[i], w);
}

/* That the sums go together is found out by who reads them: cx_driver_fit(). */
static bool
driver_read(CxStats *stats, CxReader *r)
{
	CxDrivers  *d = (CxDrivers *) stats;
	uint64		p;

	d->n = cx_read_varint(r);
	d->missing = cx_read_varint(r);
	p = cx_read_varint(r);
	if (!r->ok || d->n >= CX_DRIVER_ROWS_MAX || d->missing >= CX_DRIVER_ROWS_MAX || p > CX_DRIVERS_MAX ||
		(d->n == 0 && d->missing == 0) || (d->n > 0 && p == 0))
		return false;
	/* each sum is a byte or more */
	if (d->n > 0 && (size_t) (r->end - r->at) < (size_t) (p + 1 + products_of((int) p)))
		return false;
	if (p > 0)
		set_features(d, (int) p);
	for (int i = 0; d->n > 0 && i <= d->p; i++)
		if (!cx_sum_read(&d->sum[i], r))
			return false;
	for (int i = 0, k = 0; d->n > 0 && i <= d->p; i++)
		for (int j = i; j <= d->p; j++, k++)
			if (!cx_sum_read(&d->product[k], r) || (i == j && cx_sum_sign(&d->product[k]) < 0))
				return false;
	return true;
}

static void
driver_merge(CxStats *into, const CxStats *from)
{
	CxDrivers  *d = (CxDrivers *) into;
	const CxDrivers *other = (const CxDrivers *) from;

	if (other->p > 0)
		set_features(d, other->p);
	d->n += other->n;
	d->missing += other->missing;
	check_rows(d);
	if (other->n == 0)
		return;
	for (int i = 0; i <= d->p; i++)
		cx_sum_merge(&d->sum[i], &other->sum[i]);
	for (int i = 0; i < products_of(d->p); i++)
		cx_sum_merge(&d->product[i], &other->product[i]);
}
