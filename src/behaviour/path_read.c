/*-------------------------------------------------------------------------
 *
 * src/behaviour/path_read.c
 *	  Reading path_stats: path_top() and path_count().
 *
 *-------------------------------------------------------------------------
 */
#include "behaviour/path.h"

#include "catalog/pg_type_d.h"
#include "core/sort.h"
#include "core/srf.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/array.h"

#define TOP_COLUMNS		3		/* path, journeys, share */

/* Most frequent first, in the order of paths among equals. */
static int
cmp_told(const void *a, const void *b)
{
	const CxPathInOrder *x = (const CxPathInOrder *) a;
	const CxPathInOrder *y = (const CxPathInOrder *) b;

	if (x->journeys != y->journeys)
		return x->journeys > y->journeys ? -1 : 1;
	return cx_path_cmp(x, y);
}

/* The first k only, in their order: what can be among them moves to the front. */
static void
select_first(CxPathInOrder *told, uint64 n, uint64 k)
{
	uint64		low = 0;
	uint64		high = n;

	while (k < n && high - low > 1)
	{
		CxPathInOrder pivot = told[low + (high - low) / 2];
		uint64		i = low;
		uint64		j = high - 1;

		for (;;)
		{
			CxPathInOrder swap;

			while (cmp_told(&told[i], &pivot) < 0)
				i++;
			while (cmp_told(&told[j], &pivot) > 0)
				j--;
			if (i >= j)
				break;
			swap = told[i];
			told[i++] = told[j];
			told[j--] = swap;
		}
		/* all before i are at most the pivot, all from i on at least */
		if (k <= i)
			high = i == high ? high - 1 : i;
		else
			low = i;
	}
	cx_sort(told, Min(n, k), sizeof(CxPathInOrder), cmp_told);
}

static Datum
path_array(const CxPathInOrder *path, const Datum *names)
{
	Datum	   *elements = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * (Size) path->n);
	ArrayType  *array;

	for (uint32 i = 0; i < path->n; i++)
		elements[i] = names[path->places[i]];
	array = construct_array(elements, (int) path->n, TEXTOID, -1, false, TYPALIGN_INT);
	pfree(elements);
	return PointerGetDatum(array);
}

/*
 * Paths that were read are in order, and so are their names: where a path
 * stands is its key, and its steps are wanted only if it is told.
 */
static CxPathInOrder *
paths_as_listed(const CxPaths *paths)
{
	CxPathInOrder *listed = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(CxPathInOrder) * Max(paths->n, 1));

	for (uint64 i = 0; i < paths->n; i++)
		listed[i] = (CxPathInOrder) {.journeys = paths->slots[i].journeys, .key = i};
	return listed;
}

static void
read_places(const CxPaths *paths, CxPathInOrder *told)
{
	const CxPath *path = &paths->slots[told->key];
	CxReader	r = cx_reader(cx_path_steps(path), path->len);

	told->places = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(uint32) * (Size) path->len);
	for (told->n = 0; cx_read_more(&r); told->n++)
		told->places[told->n] = (uint32) cx_read_varint(&r);
}

static void
put_top(CxRows *rows, const CxPaths *paths, uint64 k)
{
	uint32	   *order = cx_nodes_order(&paths->nodes);
	Datum	   *names = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * Max((Size) paths->nodes.n, 1));
	CxPathInOrder *told;

	cx_path_settle(paths);
	told = paths->listed ? paths_as_listed(paths) : cx_paths_by_place(paths, cx_nodes_ranks(order, paths->nodes.n));

	for (uint32 i = 0; i < paths->nodes.n; i++)
		names[i] = cx_name_datum(paths->nodes.name[order[i]]);
	select_first(told, paths->n, k);
	for (uint64 i = 0; i < Min(paths->n, k); i++)
	{
		Datum		values[TOP_COLUMNS];
		bool		nulls[TOP_COLUMNS] = {false};

		if (paths->listed)
			read_places(paths, &told[i]);
		values[0] = path_array(&told[i], names);
		values[1] = Int64GetDatum((int64) told[i].journeys);
		values[2] = Float8GetDatum((double) told[i].journeys / (double) paths->journeys);
		cx_rows_put(rows, values, nulls);
		pfree(DatumGetPointer(values[0]));
		if (paths->listed)
			pfree(told[i].places);
		CHECK_FOR_INTERRUPTS();
	}
}

/* path_top(paths, k): a k of NULL means all */
PG_FUNCTION_INFO_V1(path_top);
Datum
path_top(PG_FUNCTION_ARGS)
{
	CxRows		rows = cx_rows_begin(fcinfo, TOP_COLUMNS);
	uint64		k = PG_UINT64_MAX;

	if (!PG_ARGISNULL(1))
	{
		if (PG_GETARG_INT32(1) < 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("k is negative: %d", PG_GETARG_INT32(1)),
					 errhint("A k of NULL means all paths.")));
		k = PG_GETARG_INT32(1);
	}
	if (!PG_ARGISNULL(0))
		put_top(&rows, (const CxPaths *) cx_stats_arg(fcinfo, 0, &cx_path_type), k);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(path_count);
Datum
path_count(PG_FUNCTION_ARGS)
{
	const CxPaths *paths = (const CxPaths *) cx_stats_arg(fcinfo, 0, &cx_path_type);

	cx_path_settle(paths);
	PG_RETURN_INT64((int64) paths->n);
}
