/*-------------------------------------------------------------------------
 *
 * src/organisation/alignment_read.c
 *	  Do departments' figures move together? alignment() of an array and of
 *	  alignment_stats, and alignment_pairs() (formulas: maths/alignment.h).
 *
 *-------------------------------------------------------------------------
 */
#include "organisation/alignment.h"

#include <math.h>

#include "catalog/pg_type_d.h"
#include "core/args.h"
#include "core/sort.h"
#include "core/srf.h"
#include "maths/alignment.h"
#include "maths/intervals.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/array.h"
#include "utils/memutils.h"

/* series, periods, pairs, mean_correlation, moving, resultant */
#define ALIGNMENT_COLUMNS	6
/* a, b, changes, correlation, agreement, low, high */
#define PAIR_COLUMNS		7

/* All series' changes. Figures come series by series and period by period. */
typedef struct Table
{
	int64		periods;
	int64		n;				/* series */
	CxChanges  *series;
	int32	   *period;			/* of all changes, one series behind the other */
	double	   *change;
	int64		used;
	double		largest;		/* figure of the series being filled */
	double		before;			/* its last figure, NaN: none */
	int64		before_at;		/* and when that was */
} Table;

static void *
alloc_many(Size n, Size size)
{
	return MemoryContextAllocHuge(CurrentMemoryContext, Max(n, 1) * size);
}

/* Room for the changes of as many figures. */
static Table
begin_table(int64 series, int64 periods, int64 figures)
{
	Table		t = {.periods = periods};

	t.series = alloc_many(series, sizeof(CxChanges));
	t.period = alloc_many(figures, sizeof(int32));
	t.change = alloc_many(figures, sizeof(double));
	return t;
}

static void
begin_series(Table *t)
{
	t->series[t->n] = (CxChanges) {0, t->period + t->used, t->change + t->used, 0};
	t->largest = 0;
	t->before = NAN;
	t->before_at = -1;
}

/* A change is known between neighbouring periods only, and if both have a figure. */
static void
put_figure(Table *t, int64 period, double figure)
{
	if (!isnan(figure) && !isnan(t->before) && t->before_at == period - 1)
	{
		t->period[t->used] = (int32) period;
		t->change[t->used] = cx_change(t->before, figure);
		t->used++;
		t->series[t->n].n++;
	}
	if (!isnan(figure))
		t->largest = Max(t->largest, fabs(figure));
	t->before = figure;
	t->before_at = period;
}

static void
end_series(Table *t)
{
	cx_changes_scale(&t->series[t->n], t->largest);
	t->n++;
	CHECK_FOR_INTERRUPTS();
}

/* ---- from the value ---- */

static int
cmp_times(const void *a, const void *b)
{
	TimestampTz x = *(const TimestampTz *) a;
	TimestampTz y = *(const TimestampTz *) b;

	CHECK_FOR_INTERRUPTS();
	return (x > y) - (x < y);
}

/* The times at which any series was asked, ascending; how many. */
static int64
periods_of(const CxAlignment *a, TimestampTz *times)
{
	int64		n = 0;

	for (uint32 i = 0; i < a->n; i++)
		times[i] = a->figures[i].at;
	cx_sort(times, a->n, sizeof(TimestampTz), cmp_times);
	for (uint32 i = 0; i < a->n; i++)
		if (n == 0 || times[n - 1] != times[i])
			times[n++] = times[i];
	return n;
}

static int64
period_of(const TimestampTz *times, int64 n, TimestampTz at)
{
	int64		low = 0;
	int64		high = n - 1;

	while (low < high)
	{
		int64		middle = low + (high - low) / 2;

		if (times[middle] < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static Table
table_of_value(const CxAlignment *a)
{
	TimestampTz *times = alloc_many(a->n, sizeof(TimestampTz));
	int64		periods = periods_of(a, times);
	Table		t = begin_table(a->nodes.n, periods, a->n);

	cx_alignment_sort(a);
	for (uint32 i = 0; i < a->n; i++)
	{
		if (i == 0 || a->figures[i].series != a->figures[i - 1].series)
			begin_series(&t);
		put_figure(&t, period_of(times, periods, a->figures[i].at), a->figures[i].figure);
		if (i + 1 == a->n || a->figures[i].series != a->figures[i + 1].series)
			end_series(&t);
	}
	pfree(times);
	return t;
}

/* ---- from an array ---- */

static Table
table_of_array(ArrayType *array)
{
	Datum	   *figures;
	bool	   *nulls;
	int			n;
	int			series;
	int			periods;
	Table		t;

	if (ARR_NDIM(array) != 2 && ARR_NDIM(array) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("series has %d %s", ARR_NDIM(array), ARR_NDIM(array) == 1 ? "dimension" : "dimensions"),
				 errhint("Use an array of arrays: one for each series, with one figure for each period.")));
	deconstruct_array(array, FLOAT8OID, 8, FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &figures, &nulls, &n);
	series = n == 0 ? 0 : ARR_DIMS(array)[0];
	periods = n == 0 ? 0 : ARR_DIMS(array)[1];
	t = begin_table(series, periods, n);
	for (int s = 0; s < series; s++)
	{
		begin_series(&t);
		for (int p = 0; p < periods; p++)
		{
			Size		at = (Size) s * periods + p;

			put_figure(&t, p, nulls[at] ? NAN : cx_check_number(DatumGetFloat8(figures[at]), "figure"));
		}
		end_series(&t);
	}
	return t;
}

/* ---- results ---- */

/* One row. Of one series, or fewer than two changes, nothing can be said. */
static Datum
put_alignment(FunctionCallInfo fcinfo, const Table *t)
{
	CxRows		rows = cx_rows_begin(fcinfo, ALIGNMENT_COLUMNS);
	CxResultant resultant = cx_changes_resultant(t->series, t->n, t->periods, alloc_many(t->periods, sizeof(uint32)),
												 alloc_many(t->periods, sizeof(double)));
	Datum		values[ALIGNMENT_COLUMNS];
	bool		nulls[ALIGNMENT_COLUMNS] = {false};
	int64		pairs = 0;
	double		sum = 0;

	for (int64 i = 0; i < t->n; i++)
		for (int64 k = i + 1; k < t->n; k++)
		{
			CxTogether	together = cx_changes_together(&t->series[i], &t->series[k]);

			CHECK_FOR_INTERRUPTS();
			if (isnan(together.correlation))
				continue;
			pairs++;
			sum += together.correlation;
		}
	values[0] = Int64GetDatum(t->n);
	values[1] = Int64GetDatum(t->periods);
	values[2] = Int64GetDatum(pairs);
	cx_set_float8(values, nulls, 3, pairs > 0 ? sum / (double) pairs : NAN);
	values[4] = Int64GetDatum(resultant.moving);
	cx_set_float8(values, nulls, 5, resultant.length);
	cx_rows_put(&rows, values, nulls);
	return (Datum) 0;
}

/* alignment(series) */
PG_FUNCTION_INFO_V1(alignment_array);
Datum
alignment_array(PG_FUNCTION_ARGS)
{
	Table		t = table_of_array(PG_GETARG_ARRAYTYPE_P(0));

	return put_alignment(fcinfo, &t);
}

/* alignment(alignment) */
PG_FUNCTION_INFO_V1(alignment_value);
Datum
alignment_value(PG_FUNCTION_ARGS)
{
	Table		t = table_of_value((const CxAlignment *) cx_stats_arg(fcinfo, 0, &cx_alignment_type));

	return put_alignment(fcinfo, &t);
}

static void
put_pair(CxRows *rows, CxName a, CxName b, CxTogether together, double confidence)
{
	Datum		values[PAIR_COLUMNS];
	bool		nulls[PAIR_COLUMNS] = {false};
	double		n = (double) together.changes;
	double		agreement = together.changes > 0 ? (double) together.alike / n : NAN;
	CxInterval	interval = {NAN, NAN};

	if (together.changes > 0)
		interval = cx_wilson_interval(agreement, n, confidence);
	values[0] = cx_name_datum(a);
	values[1] = cx_name_datum(b);
	values[2] = Int64GetDatum(together.changes);
	cx_set_float8(values, nulls, 3, together.correlation);
	cx_set_float8(values, nulls, 4, agreement);
	cx_set_float8(values, nulls, 5, interval.low);
	cx_set_float8(values, nulls, 6, interval.high);
	cx_rows_put(rows, values, nulls);
	pfree(DatumGetPointer(values[0]));
	pfree(DatumGetPointer(values[1]));
}

/* alignment_pairs(alignment, confidence): each two series, the first by name first */
PG_FUNCTION_INFO_V1(alignment_pairs);
Datum
alignment_pairs(PG_FUNCTION_ARGS)
{
	double		confidence = cx_check_confidence(PG_GETARG_FLOAT8(1));
	CxRows		rows = cx_rows_begin(fcinfo, PAIR_COLUMNS);
	const CxAlignment *a = (const CxAlignment *) cx_stats_arg(fcinfo, 0, &cx_alignment_type);
	Table		t = table_of_value(a);
	uint32	   *order = cx_nodes_order(&a->nodes);

	for (int64 i = 0; i < t.n; i++)
		for (int64 k = i + 1; k < t.n; k++)
		{
			put_pair(&rows, a->nodes.name[order[i]], a->nodes.name[order[k]],
					 cx_changes_together(&t.series[i], &t.series[k]), confidence);
			CHECK_FOR_INTERRUPTS();
		}
	return (Datum) 0;
}
