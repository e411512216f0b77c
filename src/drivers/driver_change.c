/*-------------------------------------------------------------------------
 *
 * src/drivers/driver_change.c
 *	  driver_change(): a change of the mean outcome between two periods, split
 *	  into what the drivers changed and the rest.
 *
 * The twofold decomposition of Oaxaca (1973) and Blinder (1973): coefficient
 * times change of the driver's mean is what the driver brought. The
 * coefficients are those of one regression over both periods in which each
 * period has its own constant (Jann 2008), so that a change of level that has
 * nothing to do with the drivers does not creep into them. Sums of products
 * around the means of each period, added up, are all that this regression
 * needs.
 *
 *-------------------------------------------------------------------------
 */
#include "drivers/driver.h"

#include <math.h>

#include "core/srf.h"
#include "utils/builtins.h"

/* driver, before_mean, after_mean, coefficient, effect, note */
#define COLUMNS	6

typedef struct Change
{
	double		before;
	double		after;
	double		coefficient;	/* NaN where there is none, or where it is one of many */
	double		effect;			/* NaN where there is none */
	const char *note;
} Change;

/* A period in which no row told its features says as much as one without rows. */
static CxDriverSums
sums_of(const CxDrivers *d, int p)
{
	CxDrivers	none = {.p = p, .missing = d->missing};

	return cx_driver_sums(d->p == 0 ? &none : d);
}

static CxDriverSums
sums_within(const CxDriverSums *a, const CxDriverSums *b)
{
	CxDriverSums s = {.n = a->n + b->n, .p = a->p};
	int			size = (a->p + 1) * (a->p + 1);

	s.sums = palloc(sizeof(double) * size);
	for (int i = 0; i < size; i++)
		s.sums[i] = a->sums[i] + b->sums[i];
	return s;
}

/* By feature. */
static Change *
changes_of(const CxDriverSums *before, const CxDriverSums *after)
{
	CxDriverSums within = sums_within(before, after);
	CxDriverFit fit = cx_driver_fit(&within);
	Change	   *changes = palloc(sizeof(Change) * Max(before->p, 1));
	bool		known = before->n > 0 && after->n > 0;

	for (int i = 0; i < before->p; i++)
		changes[i] = (Change) {before->mean[i + 1], after->mean[i + 1], NAN, NAN, known ? "constant" : NULL};
	for (int k = 0; k < fit.kept && known; k++)
	{
		int			feature = fit.which[k];
		Change	   *c = &changes[feature];
		double		coefficient = fit.beta[k] * (fit.spread[0] / fit.spread[feature + 1]);

		/* drivers that only come together share what they brought evenly */
		c->note = fit.lost[k] > CX_DRIVER_LOST ? "collinear" : NULL;
		c->coefficient = c->note == NULL ? coefficient : NAN;
		c->effect = coefficient * (c->after - c->before);
		if (!isfinite(c->effect))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("effect of driver %d is out of range", feature + 1)));
	}
	return changes;
}

static void
put_change(CxRows *rows, Datum name, const Change *c)
{
	Datum		values[COLUMNS];
	bool		nulls[COLUMNS] = {false};

	values[0] = name;
	cx_set_float8(values, nulls, 1, c->before);
	cx_set_float8(values, nulls, 2, c->after);
	cx_set_float8(values, nulls, 3, c->coefficient);
	cx_set_float8(values, nulls, 4, c->effect);
	nulls[5] = c->note == NULL;
	values[5] = nulls[5] ? (Datum) 0 : CStringGetTextDatum(c->note);
	cx_rows_put(rows, values, nulls);
}

/* driver_change(before, after, names): a row for each driver, one for the rest, and one for the whole change */
PG_FUNCTION_INFO_V1(driver_change);
Datum
driver_change(PG_FUNCTION_ARGS)
{
	CxRows		rows = cx_rows_begin(fcinfo, COLUMNS);
	Change		rest = {NAN, NAN, NAN, NAN, NULL};
	Change		total = rest;
	const CxDrivers *a;
	const CxDrivers *b;
	CxDriverSums before;
	CxDriverSums after;
	Change	   *changes;
	Datum	   *names;

	/* names alone may be NULL */
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return (Datum) 0;
	a = (const CxDrivers *) cx_stats_arg(fcinfo, 0, &cx_driver_type);
	b = (const CxDrivers *) cx_stats_arg(fcinfo, 1, &cx_driver_type);
	if (a->p != b->p && a->p != 0 && b->p != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("features are not equally many before and after"),
				 errdetail("There are %d and %d.", a->p, b->p)));
	before = sums_of(a, b->p);
	after = sums_of(b, a->p);
	names = cx_driver_names(fcinfo, 2, before.p);
	changes = changes_of(&before, &after);
	total.before = before.mean[0];
	total.after = after.mean[0];
	total.effect = total.after - total.before;
	rest.effect = total.effect;
	for (int i = 0; i < before.p; i++)
	{
		put_change(&rows, names[i], &changes[i]);
		if (!isnan(changes[i].effect))
			rest.effect -= changes[i].effect;
	}
	put_change(&rows, CStringGetTextDatum("(coefficients)"), &rest);
	put_change(&rows, CStringGetTextDatum("(total)"), &total);
	return (Datum) 0;
}
