/*-------------------------------------------------------------------------
 *
 * src/churn/sbg.c
 *	  Contracts: the shifted-beta-geometric model of Fader and Hardie (2007).
 *	  sbg_fit(), sbg_retention().
 *
 * At the end of each period a customer does not renew with a chance of the
 * customer's own, and these chances are beta distributed. So retention grows
 * from period to period, though no customer changes: those who leave easily
 * have left.
 *
 *-------------------------------------------------------------------------
 */
#include "churn/fit.h"

#include <math.h>

#include "catalog/pg_type_d.h"
#include "core/srf.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/array.h"

#define RETENTION_COLUMNS	3	/* period, survival, retention */
#define MOST_PERIODS		100000
#define STARTS				6

/* The customers that were left after i periods. */
static int64
survivors_at(const Datum *values, const bool *nulls, int i)
{
	int64		left;

	if (nulls[i])
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("survivors %d is NULL", i + 1)));
	left = DatumGetInt64(values[i]);
	if (left < 0 || left > (int64) CX_FIT_CUSTOMERS)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("survivors " INT64_FORMAT " are not between 0 and 2^52", left)));
	if (i > 0 && left > DatumGetInt64(values[i - 1]))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("survivors grow from " INT64_FORMAT " to " INT64_FORMAT, DatumGetInt64(values[i - 1]), left),
				 errdetail("They are those of the customers at the start who are left.")));
	return left;
}

/* Those lost at the end of each period, and those who are left. */
static CxBtydRow *
rows_of(const Datum *values, const bool *nulls, int n, Size *n_rows)
{
	CxBtydRow  *rows = palloc(sizeof(CxBtydRow) * n);
	int64		before = survivors_at(values, nulls, 0);
	Size		k = 0;

	for (int i = 1; i < n; i++)
	{
		int64		left = survivors_at(values, nulls, i);

		if (left < before)
			rows[k++] = (CxBtydRow) {i - 1, 0, 1, (double) (before - left)};
		before = left;
	}
	if (before > 0)
		rows[k++] = (CxBtydRow) {n - 1, 0, 0, (double) before};
	*n_rows = k;
	return rows;
}

/* From the churn of the first period, for several spreads. */
static int
sbg_starts(double churn, double (*starts)[4])
{
	static const double sums[STARTS] = {0.5, 2, 5, 20, 100, 1000};

	memset(starts, 0, sizeof(double) * STARTS * 4);
	for (int i = 0; i < STARTS; i++)
	{
		starts[i][0] = log(sums[i] * churn);
		starts[i][1] = log(sums[i] * (1 - churn));
	}
	return STARTS;
}

/* sbg_fit(survivors) */
PG_FUNCTION_INFO_V1(sbg_fit);
Datum
sbg_fit(PG_FUNCTION_ARGS)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(0);
	double		starts[STARTS][4];
	Datum	   *values;
	bool	   *nulls;
	CxBtydRow  *rows;
	CxModel    *model;
	Size		n_rows;
	double		all;
	double		lost;
	int			n;

	deconstruct_array(array, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &values, &nulls, &n);
	if (ARR_NDIM(array) > 1 || n < 3 || n > MOST_PERIODS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("survivors has %d elements", n),
				 errdetail("They are those at the start and after each of 2 to %d periods, in one dimension.", MOST_PERIODS - 1)));
	rows = rows_of(values, nulls, n, &n_rows);
	all = (double) DatumGetInt64(values[0]);
	lost = all - (double) DatumGetInt64(values[n - 1]);
	if (lost == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("sbg model cannot be fitted to these customers"),
				 errdetail("None of them was lost.")));
	model = cx_fit_rows(CX_MODEL_SBG, rows, n_rows, starts, sbg_starts(lost / all / 2, starts));
	model->n = (uint64) all;
	model->events = (uint64) lost;
	PG_RETURN_POINTER(cx_model_pack(model));
}

/* sbg_retention(model, periods) */
PG_FUNCTION_INFO_V1(sbg_retention);
Datum
sbg_retention(PG_FUNCTION_ARGS)
{
	const CxModel *model = cx_model_arg_of(fcinfo, 0, 1 << CX_MODEL_SBG, "sbg_retention");
	int32		periods = PG_GETARG_INT32(1);
	CxRows		rows = cx_rows_begin(fcinfo, RETENTION_COLUMNS);
	double		survival = 1;

	if (periods < 0 || periods > MOST_PERIODS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("number of periods %d is not between 0 and %d", periods, MOST_PERIODS)));
	for (int i = 1; i <= periods; i++)
	{
		double		kept = model->estimate[1] + i - 1;
		double		retention = kept / (model->estimate[0] + kept);
		Datum		values[RETENTION_COLUMNS];
		bool		nulls[RETENTION_COLUMNS] = {false};

		survival *= retention;
		values[0] = Int32GetDatum(i);
		values[1] = Float8GetDatum(survival);
		values[2] = Float8GetDatum(retention);
		cx_rows_put(&rows, values, nulls);
	}
	return (Datum) 0;
}
