/*-------------------------------------------------------------------------
 *
 * src/organisation/pain.c
 *	  pain_points(): frequency x severity x reach, ranked, with what the worst
 *	  ones have of the whole. Of figures that are given, and of pain_stats.
 *
 * A cousin of the risk priority number of FMEA, severity x occurrence x
 * detection (MIL-P-1629, 1949); the cumulated share is Pareto's.
 *
 *-------------------------------------------------------------------------
 */
#include "organisation/pain.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "core/sort.h"
#include "core/srf.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/array.h"
#include "utils/memutils.h"

#define GIVEN_COLUMNS	5
#define FOUND_COLUMNS	11

typedef struct Point
{
	double		pain;			/* NaN: not known */
	int			place;			/* in the order that decides between equal ones */
	double		share;			/* of all; NaN if there is no pain at all */
	double		cumulative;		/* with all that rank before it */
} Point;

/* The most painful first, the unknown last. */
static int
cmp_points(const void *a, const void *b)
{
	const Point *x = a;
	const Point *y = b;

	if (isnan(x->pain) != isnan(y->pain))
		return isnan(x->pain) ? 1 : -1;
	if (x->pain != y->pain && !isnan(x->pain))
		return x->pain > y->pain ? -1 : 1;
	return (x->place > y->place) - (x->place < y->place);
}

static Point *
new_points(Size n)
{
	return MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Point) * Max(n, 1));
}

/*
 * Ranks, and shares in the order of the ranks. Scaled by a power of two, so
 * that the largest is below 1: the sum cannot leave the range of a double then.
 */
static void
rank(Point *points, Size n)
{
	double		largest;
	double		sum = 0.0;
	int			exponent;

	cx_sort(points, n, sizeof(Point), cmp_points);
	largest = n == 0 || isnan(points[0].pain) ? 0.0 : points[0].pain;
	(void) frexp(largest, &exponent);
	for (Size i = 0; i < n; i++)
	{
		bool		known = largest > 0.0 && !isnan(points[i].pain);

		points[i].share = known ? ldexp(points[i].pain, -exponent) : NAN;
		sum += known ? points[i].share : 0.0;
		points[i].cumulative = known ? sum : NAN;
	}
	for (Size i = 0; i < n; i++)
	{
		points[i].share /= sum;
		points[i].cumulative /= sum;
	}
}

/* ---- figures that are given ---- */

typedef struct Given
{
	int			n;
	Datum	   *items;
	bool	   *nulls;
} Given;

static Given
array_arg(FunctionCallInfo fcinfo, int arg, Oid type)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(arg);
	Given		given;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("pain points need arrays of one dimension")));
	if (type == TEXTOID)
		deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &given.items, &given.nulls, &given.n);
	else
		deconstruct_array(array, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &given.items,
						  &given.nulls, &given.n);
	return given;
}

/* A factor of the product: NaN for NULL; 22003 if it is negative or not finite. */
static double
factor(const Given *given, const char *name, int i)
{
	double		x;

	if (given->nulls[i])
		return NAN;
	x = DatumGetFloat8(given->items[i]);
	if (!isfinite(x))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s is not a finite number", name),
				 errdetail("Element %d is %s.", i + 1, isnan(x) ? "NaN" : x > 0 ? "Infinity" : "-Infinity")));
	if (x < 0.0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s %g is negative", name, x),
				 errdetail("It is element %d.", i + 1)));
	return x;
}

static double
product(double frequency, double severity, double reach, int i)
{
	double		pain = frequency * severity * reach;

	if (!isfinite(pain) && !isnan(frequency) && !isnan(severity) && !isnan(reach))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("pain is out of range"),
				 errdetail("Element %d is %g * %g * %g.", i + 1, frequency, severity, reach)));
	/* no -0 */
	return pain + 0.0;
}

/* pain_points(names, frequency, severity, reach) */
PG_FUNCTION_INFO_V1(pain_points_given);
Datum
pain_points_given(PG_FUNCTION_ARGS)
{
	Given		names = array_arg(fcinfo, 0, TEXTOID);
	Given		frequency = array_arg(fcinfo, 1, FLOAT8OID);
	Given		severity = array_arg(fcinfo, 2, FLOAT8OID);
	Given		reach = array_arg(fcinfo, 3, FLOAT8OID);
	CxRows		rows = cx_rows_begin(fcinfo, GIVEN_COLUMNS);
	Point	   *points = new_points(names.n);

	if (frequency.n != names.n || severity.n != names.n || reach.n != names.n)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("pain points need as many frequencies, severities and reaches as names"),
				 errdetail("There are %d names, %d frequencies, %d severities and %d reaches.", names.n, frequency.n,
						   severity.n, reach.n)));
	for (int i = 0; i < names.n; i++)
	{
		if (names.nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("name %d of the pain points is NULL", i + 1)));
		points[i].place = i;
		points[i].pain = product(factor(&frequency, "frequency", i), factor(&severity, "severity", i),
								 factor(&reach, "reach", i), i);
	}
	rank(points, names.n);
	for (int i = 0; i < names.n; i++)
	{
		Datum		values[GIVEN_COLUMNS];
		bool		nulls[GIVEN_COLUMNS] = {false};

		values[0] = Int32GetDatum(i + 1);
		nulls[0] = isnan(points[i].pain);
		values[1] = names.items[points[i].place];
		cx_set_float8(values, nulls, 2, points[i].pain);
		cx_set_float8(values, nulls, 3, points[i].share);
		cx_set_float8(values, nulls, 4, points[i].cumulative);
		cx_rows_put(&rows, values, nulls);
		CHECK_FOR_INTERRUPTS();
	}
	return (Datum) 0;
}

/* ---- figures that were counted ---- */

static double
frequency_of(const CxHurt *hurt)
{
	return (double) hurt->incidents / (double) hurt->answers;
}

static double
severity_of(const CxHurt *hurt)
{
	return hurt->incidents == 0 ? NAN : ldexp((double) hurt->severity, -CX_SEVERITY_BITS) / (double) hurt->incidents;
}

static double
reach_of(const CxPain *p, const CxHurt *hurt)
{
	return (double) hurt->journeys / (double) p->journeys;
}

static void
put_found(CxRows *rows, int number, const CxPain *p, uint32 node, const Point *point)
{
	const CxHurt *hurt = &p->hurt[node];
	Datum		values[FOUND_COLUMNS];
	bool		nulls[FOUND_COLUMNS] = {false};

	values[0] = Int32GetDatum(number);
	values[1] = cx_name_datum(p->nodes.name[node]);
	values[2] = Int64GetDatum((int64) hurt->incidents);
	values[3] = Int64GetDatum((int64) hurt->answers);
	values[4] = Int64GetDatum((int64) hurt->journeys);
	cx_set_float8(values, nulls, 5, frequency_of(hurt));
	cx_set_float8(values, nulls, 6, severity_of(hurt));
	cx_set_float8(values, nulls, 7, reach_of(p, hurt));
	cx_set_float8(values, nulls, 8, point->pain);
	cx_set_float8(values, nulls, 9, point->share);
	cx_set_float8(values, nulls, 10, point->cumulative);
	cx_rows_put(rows, values, nulls);
}

/* pain_points(pain_stats) */
PG_FUNCTION_INFO_V1(pain_points);
Datum
pain_points(PG_FUNCTION_ARGS)
{
	const CxPain *p = (CxPain *) cx_stats_arg(fcinfo, 0, &cx_pain_type);
	CxRows		rows = cx_rows_begin(fcinfo, FOUND_COLUMNS);
	uint32	   *order = cx_nodes_order(&p->nodes);
	Point	   *points = new_points(p->nodes.n);

	for (uint32 i = 0; i < p->nodes.n; i++)
	{
		const CxHurt *hurt = &p->hurt[order[i]];

		points[i].place = (int) i;
		/* where nothing happened there is no severity, and no pain either */
		points[i].pain = hurt->incidents == 0 ? 0.0 : frequency_of(hurt) * severity_of(hurt) * reach_of(p, hurt);
	}
	rank(points, p->nodes.n);
	for (uint32 i = 0; i < p->nodes.n; i++)
	{
		put_found(&rows, (int) i + 1, p, order[points[i].place], &points[i]);
		CHECK_FOR_INTERRUPTS();
	}
	return (Datum) 0;
}
