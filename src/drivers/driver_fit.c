/*-------------------------------------------------------------------------
 *
 * src/drivers/driver_fit.c
 *	  The regression of an outcome on its drivers, and driver_fit().
 *
 *-------------------------------------------------------------------------
 */
#include "drivers/driver.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "core/srf.h"
#include "maths/centred.h"
#include "maths/distributions.h"
#include "maths/eigen.h"
#include "maths/importance.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/array.h"
#include "utils/builtins.h"

/* n, missing, r_squared, adjusted_r_squared, drivers, f, p_value */
#define FIT_COLUMNS	7

/* sums of squares below it have lost digits to the end of the range of a double: such numbers count as equal */
#define SMALLEST_SQUARES	1e-290
/* what correlations, R squared and eigenvalues may be off by rounding, and much more */
#define SOUND				1e-6
/* 1 - R squared below it is nothing but rounding */
#define PERFECT				1e-12

void
cx_driver_interrupt(void *arg)
{
	CHECK_FOR_INTERRUPTS();
}

pg_noreturn static void
error_damaged(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("stored driver_stats value is damaged"),
			 errdetail("No rows have its sums.")));
	pg_unreachable();
}

CxDriverSums
cx_driver_sums(const CxDrivers *d)
{
	int			rows = d->p + 1;
	CxDriverSums s = {.n = d->n, .missing = d->missing, .p = d->p};
	CxCentre   *centre = palloc(sizeof(CxCentre) * rows);
	const CxSum *product = d->product;

	s.mean = palloc(sizeof(double) * rows);
	s.sums = palloc0(sizeof(double) * rows * rows);
	for (int i = 0; i < rows; i++)
	{
		s.mean[i] = NAN;
		if (d->n == 0)
			continue;
		centre[i] = cx_centre(&d->sum[i], d->n);
		s.mean[i] = centre[i].mean;
		if (!(fabs(s.mean[i]) <= CX_SUM_MAX))
			error_damaged();
	}
	for (int i = 0; i < rows && d->n > 0; i++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int j = i; j < rows; j++)
			s.sums[i * rows + j] = s.sums[j * rows + i] = cx_centred(product++, &centre[i], &centre[j], d->n);
		if (!isfinite(s.sums[i * rows + i]))
			error_damaged();
	}
	return s;
}

/* Correlations of the drivers that vary, and with the outcome. */
static void
correlate(CxDriverFit *fit, const CxDriverSums *s)
{
	int			rows = s->p + 1;
	int			k = fit->kept;

	for (int i = 0; i <= k; i++)
	{
		int			a = i < k ? fit->which[i] + 1 : 0;

		for (int j = 0; j <= k; j++)
		{
			int			b = j < k ? fit->which[j] + 1 : 0;
			double		r = 0;

			if (i == j)
				r = 1;
			else if (fit->spread[a] > 0 && fit->spread[b] > 0)
				r = s->sums[a * rows + b] / fit->spread[a] / fit->spread[b];
			if (!(fabs(r) <= 1 + SOUND))
				error_damaged();
			fit->matrix[i * (k + 1) + j] = Max(-1.0, Min(1.0, r));
		}
	}
	for (int i = 0; i < k; i++)
		fit->r[i] = fit->matrix[i * (k + 1) + k];
}

CxDriverFit
cx_driver_fit(const CxDriverSums *s)
{
	int			rows = s->p + 1;
	Size		size = sizeof(double) * rows;
	CxDriverFit fit = {.kept = 0, .r_squared = NAN};
	double	   *spoilt = palloc(size * rows);

	fit.which = palloc(sizeof(int) * rows);
	fit.spread = palloc(size);
	fit.matrix = palloc(size * rows);
	fit.r = palloc(size);
	fit.values = palloc(size);
	fit.vectors = palloc(size * rows);
	fit.beta = palloc(size);
	fit.inverse = palloc(size);
	fit.lost = palloc(size);
	for (int i = 0; i < rows; i++)
	{
		double		squares = s->sums[i * rows + i];

		fit.spread[i] = squares < SMALLEST_SQUARES ? 0 : sqrt(squares);
		if (i > 0 && fit.spread[i] > 0)
			fit.which[fit.kept++] = i - 1;
	}
	correlate(&fit, s);
	for (int i = 0; i < fit.kept; i++)
		for (int j = 0; j < fit.kept; j++)
			spoilt[i * fit.kept + j] = fit.matrix[i * (fit.kept + 1) + j];
	if (!cx_eigen(spoilt, fit.kept, fit.values, fit.vectors, cx_driver_interrupt, NULL) ||
		(fit.kept > 0 && fit.values[fit.kept - 1] < -SOUND))
		error_damaged();
	fit.rank = cx_coefficients(fit.values, fit.vectors, fit.r, fit.kept, fit.beta, fit.inverse, fit.lost);
	if (fit.spread[0] > 0)
	{
		fit.r_squared = 0;
		for (int i = 0; i < fit.kept; i++)
			fit.r_squared += fit.beta[i] * fit.r[i];
		if (!(fit.r_squared <= 1 + SOUND))
			error_damaged();
		fit.r_squared = Max(0.0, Min(1.0, fit.r_squared));
	}
	return fit;
}

Datum *
cx_driver_names(FunctionCallInfo fcinfo, int arg, int p)
{
	Datum	   *names = palloc(sizeof(Datum) * Max(p, 1));
	bool	   *nulls;
	int			n;

	if (PG_ARGISNULL(arg))
	{
		for (int i = 0; i < p; i++)
			names[i] = CStringGetTextDatum(psprintf("x%d", i + 1));
		return names;
	}
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(arg), TEXTOID, -1, false, TYPALIGN_INT, &names, &nulls, &n);
	/* no features are known while all rows had NULL for them */
	if (n != p && p > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("names and features are not equally many"),
				 errdetail("There are %d names and %d features.", n, p)));
	for (int i = 0; i < n; i++)
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("name %d is NULL", i + 1)));
	return names;
}

/* driver_fit(stats): one row */
PG_FUNCTION_INFO_V1(driver_fit);
Datum
driver_fit(PG_FUNCTION_ARGS)
{
	CxRows		rows = cx_rows_begin(fcinfo, FIT_COLUMNS);
	CxDriverSums s = cx_driver_sums((const CxDrivers *) cx_stats_arg(fcinfo, 0, &cx_driver_type));
	CxDriverFit fit = cx_driver_fit(&s);
	double		rank = fit.rank;
	double		df = (double) s.n - rank - 1;
	double		adjusted = NAN;
	double		f = NAN;
	double		p_value = NAN;
	Datum		values[FIT_COLUMNS];
	bool		nulls[FIT_COLUMNS] = {false};

	if (df >= 1)
		adjusted = 1 - (1 - fit.r_squared) * ((double) s.n - 1) / df;
	/* F has the tail of the beta distribution, at 1 - R squared */
	if (df >= 1 && rank > 0 && 1 - fit.r_squared > PERFECT)
	{
		f = fit.r_squared / rank / ((1 - fit.r_squared) / df);
		p_value = cx_incomplete_beta(df / 2, rank / 2, 1 - fit.r_squared);
	}
	values[0] = Int64GetDatum((int64) s.n);
	values[1] = Int64GetDatum((int64) s.missing);
	cx_set_float8(values, nulls, 2, fit.r_squared);
	cx_set_float8(values, nulls, 3, adjusted);
	values[4] = Int32GetDatum(fit.rank);
	cx_set_float8(values, nulls, 5, f);
	cx_set_float8(values, nulls, 6, p_value);
	cx_rows_put(&rows, values, nulls);
	return (Datum) 0;
}
