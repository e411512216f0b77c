/*-------------------------------------------------------------------------
 *
 * src/drivers/driver_importance.c
 *	  driver_importance(): what each driver has to do with the outcome.
 *
 *-------------------------------------------------------------------------
 */
#include "drivers/driver.h"

#include <math.h>

#include "core/args.h"
#include "core/srf.h"
#include "maths/distributions.h"
#include "maths/importance.h"
#include "utils/builtins.h"

/* driver, weight, share, beta, correlation, low, high, note */
#define COLUMNS	8

typedef struct Driver
{
	int			feature;		/* from 0 */
	double		weight;			/* this and all below NaN where there is none */
	double		share;
	double		beta;
	double		correlation;
	double		low;
	double		high;
	const char *note;
} Driver;

static double *
lmg_weights(const CxDriverFit *fit)
{
	double	   *weights = palloc(sizeof(double) * (fit->kept + 1));
	double	   *explained;

	if (fit->kept > CX_LMG_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("method lmg takes at most %d drivers", CX_LMG_MAX),
				 errdetail("There are %d; it looks at each subset of them.", fit->kept),
				 errhint("Use method johnson, which takes %d.", CX_DRIVERS_MAX)));
	explained = palloc(sizeof(double) << fit->kept);
	cx_lmg(fit->matrix, fit->kept, weights, explained, palloc(sizeof(double) * cx_lmg_work(fit->kept)),
		   cx_driver_interrupt, NULL);
	pfree(explained);
	return weights;
}

/* What is known of a driver that varies, when the outcome does, too. */
static void
describe(Driver *driver, const CxDriverFit *fit, int k, double weight, double df, double confidence)
{
	driver->weight = Max(weight, 0.0);
	driver->share = fit->r_squared > 0 ? driver->weight / fit->r_squared : NAN;
	driver->correlation = fit->r[k];
	if (fit->lost[k] > CX_DRIVER_LOST)
	{
		driver->note = "collinear";
		return;
	}
	driver->beta = fit->beta[k];
	if (df >= 1)
	{
		double		t = -cx_t_quantile((1 - confidence) / 2, df);
		double		half = t * sqrt((1 - fit->r_squared) * fit->inverse[k] / df);

		driver->low = driver->beta - half;
		driver->high = driver->beta + half;
	}
}

/* Weights are compared to twelve digits, so that twins come in the order given. */
static int
cmp_drivers(const void *a, const void *b)
{
	const Driver *x = (const Driver *) a;
	const Driver *y = (const Driver *) b;

	if (isnan(x->weight) != isnan(y->weight))
		return isnan(x->weight) ? 1 : -1;
	if (!isnan(x->weight) && rint(x->weight * 1e12) != rint(y->weight * 1e12))
		return x->weight > y->weight ? -1 : 1;
	return x->feature - y->feature;
}

static Driver *
describe_all(const CxDriverSums *s, bool lmg, double confidence)
{
	CxDriverFit fit = cx_driver_fit(s);
	Driver	   *drivers = palloc(sizeof(Driver) * Max(s->p, 1));
	double	   *weights;

	if (lmg)
		weights = lmg_weights(&fit);
	else
	{
		weights = palloc(sizeof(double) * (fit.kept + 1));
		cx_johnson(fit.values, fit.vectors, fit.r, fit.kept, weights);
	}
	for (int i = 0; i < s->p; i++)
		drivers[i] = (Driver) {i, NAN, NAN, NAN, NAN, NAN, NAN, s->n == 0 ? NULL : "constant"};
	for (int k = 0; k < fit.kept; k++)
	{
		Driver	   *driver = &drivers[fit.which[k]];

		driver->note = isnan(fit.r_squared) ? "constant outcome" : NULL;
		if (!isnan(fit.r_squared))
			describe(driver, &fit, k, weights[k], (double) s->n - fit.rank - 1, confidence);
	}
	qsort(drivers, s->p, sizeof(Driver), cmp_drivers);
	return drivers;
}

/* driver_importance(stats, method, names, confidence): a row for each driver */
PG_FUNCTION_INFO_V1(driver_importance);
Datum
driver_importance(PG_FUNCTION_ARGS)
{
	CxRows		rows = cx_rows_begin(fcinfo, COLUMNS);
	CxDriverSums s;
	Driver	   *drivers;
	Datum	   *names;
	bool		lmg;
	double		confidence;

	/* names alone may be NULL */
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(3))
		return (Datum) 0;
	lmg = cx_check_choice(PG_GETARG_TEXT_PP(1), "method", (const char *const[]) {"johnson", "lmg", NULL}) == 1;
	confidence = cx_check_confidence(PG_GETARG_FLOAT8(3));
	s = cx_driver_sums((const CxDrivers *) cx_stats_arg(fcinfo, 0, &cx_driver_type));
	names = cx_driver_names(fcinfo, 2, s.p);
	drivers = describe_all(&s, lmg, confidence);
	for (int i = 0; i < s.p; i++)
	{
		const Driver *d = &drivers[i];
		Datum		values[COLUMNS];
		bool		nulls[COLUMNS] = {false};

		values[0] = names[d->feature];
		cx_set_float8(values, nulls, 1, d->weight);
		cx_set_float8(values, nulls, 2, d->share);
		cx_set_float8(values, nulls, 3, d->beta);
		cx_set_float8(values, nulls, 4, d->correlation);
		cx_set_float8(values, nulls, 5, d->low);
		cx_set_float8(values, nulls, 6, d->high);
		nulls[7] = d->note == NULL;
		values[7] = nulls[7] ? (Datum) 0 : CStringGetTextDatum(d->note);
		cx_rows_put(&rows, values, nulls);
	}
	return (Datum) 0;
}
