/*-------------------------------------------------------------------------
 *
 * src/organisation/cost.c
 *	  Cost to serve: what the touches of a journey cost, by what they are.
 *
 * What a touch costs depends on its names only, so on its code: the touches
 * are counted by code, and each code has one price.
 *
 *-------------------------------------------------------------------------
 */
#include "organisation/amounts.h"

#include "journey/masks.h"
#include "maths/sum2.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */

#define CODES_AT_ONCE	1024	/* a multiple of 8, so that all but the last are unpacked in groups */

typedef struct Prices
{
	CxWhat	   *what;
	CxMasks    *masks;			/* NULL with more than 64 expressions */
	bool		has_null;
} Prices;

static void *
make_prices(const void *bytes, Size len, MemoryContext context)
{
	CxMemory	memory = cx_memory(context);
	Prices	   *prices = MemoryContextAlloc(context, sizeof(Prices));
	CxWhatList	list = cx_what_parse_array((ArrayType *) bytes, &memory);

	prices->has_null = list.has_null;
	prices->what = cx_what_make(list.steps, list.n, cx_need_from_steps(list.steps, list.n, false, &memory), context);
	prices->masks = cx_masks_make(prices->what, context);
	return prices;
}

/* For each code a row of bits, one for each expression that it fits; NULL if none fits any. */
static uint64 *
rows_of(const Prices *prices, const CxJourney *j)
{
	CxWhatView	view;
	uint64	   *scratch;
	uint64	   *rows;

	if (prices->masks == NULL)
		return cx_what_view(prices->what, j, &view) ? cx_what_rows(prices->what, &view) : NULL;
	scratch = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(uint64) * j->names);
	rows = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(uint64) * j->entries);
	if (cx_masks_of(prices->masks, j, scratch, rows) == 0)
		rows = NULL;
	pfree(scratch);
	return rows;
}

/* The first expression that a row has a bit of, or -1. */
static int
first_of(const uint64 *row, int words)
{
	for (int w = 0; w < words; w++)
		if (row[w] != 0)
			return 64 * w + __builtin_ctzll(row[w]);
	return -1;
}

static int32 *
count_codes(const CxJourney *j)
{
	int32	   *count = MemoryContextAllocExtended(CurrentMemoryContext, sizeof(int32) * j->entries,
												   MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	uint32		codes[CODES_AT_ONCE];

	for (int from = 0; from < j->n; from += CODES_AT_ONCE)
	{
		int			n = Min(CODES_AT_ONCE, j->n - from);

		cx_journey_codes(j, from, n, codes);
		for (int i = 0; i < n; i++)
			count[codes[i]]++;
	}
	return count;
}

/* cost_to_serve(journey, what, cost): each touch costs what the first expression says that it fits */
PG_FUNCTION_INFO_V1(cost_to_serve);
Datum
cost_to_serve(PG_FUNCTION_ARGS)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(1);
	const Prices *prices = cx_kept(fcinfo->flinfo, array, VARSIZE(array), make_prices);
	CxAmounts	cost = cx_amounts_arg(fcinfo, 2, "cost");
	CxElements	what = {.argument = "what", .n = prices->what->n};
	CxSum2		sum = {0};
	CxJourney	j;
	uint64	   *rows;
	int32	   *count;

	if (prices->has_null)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("what has an element that is NULL")));
	cx_check_known(&cost.elements);
	cx_elements_match(&what, &cost.elements);
	cx_journey_head(&j, PG_GETARG_DATUM(0));
	if (j.n == 0 || !cx_what_possible(prices->what, j.signature))
		PG_RETURN_FLOAT8(0);
	cx_journey_open(&j, PG_GETARG_DATUM(0));
	rows = rows_of(prices, &j);
	if (rows == NULL)
		PG_RETURN_FLOAT8(0);
	count = count_codes(&j);
	for (int code = 0; code < j.entries; code++)
	{
		int			first = first_of(rows + (Size) code * prices->what->row, prices->what->row);

		if (first >= 0)
			cx_sum2_add_product(&sum, count[code], cost.value[first]);
		if (code % 1024 == 1023)
			CHECK_FOR_INTERRUPTS();
	}
	pfree(count);
	pfree(rows);
	PG_RETURN_FLOAT8(cx_sum2_value(&sum));
}
