/*-------------------------------------------------------------------------
 *
 * src/behaviour/basket_read.c
 *	  basket_rules(), basket_items(), basket_count().
 *
 *-------------------------------------------------------------------------
 */
#include "behaviour/basket.h"

#include <math.h>

#include "core/sort.h"
#include "core/srf.h"
#include "maths/exact.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/memutils.h"

#define RULE_COLUMNS	9
#define ITEM_COLUMNS	3

PG_FUNCTION_INFO_V1(basket_count);
Datum
basket_count(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(((CxBasket *) cx_stats_arg(fcinfo, 0, &cx_basket_type))->baskets);
}

PG_FUNCTION_INFO_V1(basket_items);
Datum
basket_items(PG_FUNCTION_ARGS)
{
	const CxBasket *b = (CxBasket *) cx_stats_arg(fcinfo, 0, &cx_basket_type);
	uint32	   *order = cx_nodes_order(&b->nodes);
	CxRows		rows = cx_rows_begin(fcinfo, ITEM_COLUMNS);

	for (uint32 i = 0; i < b->nodes.n; i++)
	{
		Datum		values[ITEM_COLUMNS];
		bool		nulls[ITEM_COLUMNS] = {false};

		values[0] = cx_name_datum(b->nodes.name[order[i]]);
		values[1] = Int64GetDatum(b->count[order[i]]);
		values[2] = Float8GetDatum((double) b->count[order[i]] / (double) b->baskets);
		cx_rows_put(&rows, values, nulls);
	}
	return (Datum) 0;
}

/* Items x and y, by number, met n times. */
typedef struct Rule
{
	uint32		x;
	uint32		y;
	uint64		order;			/* places of x and y among the names */
	int64		n;
} Rule;

static int
cmp_rules(const void *a, const void *b)
{
	uint64		x = ((const Rule *) a)->order;
	uint64		y = ((const Rule *) b)->order;

	return (x > y) - (x < y);
}

typedef struct Thresholds
{
	double		support;
	double		confidence;
} Thresholds;

static Size
rules_above(const CxBasket *b, Thresholds least, const uint32 *ranks, Rule *rules)
{
	Size		n = 0;

	for (uint64 i = 0; i < b->slots; i++)
	{
		const CxBasketPair *pair = &b->pairs[i];
		uint32		items[2] = {(uint32) (pair->key >> 32), (uint32) pair->key};

		if (i % 65536 == 65535)
			CHECK_FOR_INTERRUPTS();
		if (pair->key == 0 || (double) pair->n / (double) b->baskets < least.support)
			continue;
		for (int k = 0; k < 2; k++)
		{
			uint32		x = items[k];
			uint32		y = items[1 - k];

			if ((double) pair->n / (double) b->count[x] >= least.confidence)
				rules[n++] = (Rule) {x, y, (uint64) ranks[x] << 32 | ranks[y], pair->n};
		}
	}
	cx_sort(rules, n, sizeof(Rule), cmp_rules);
	return n;
}

static void
put_rule(CxRows *rows, const CxBasket *b, const Rule *rule)
{
	double		baskets = (double) b->baskets;
	double		n = (double) rule->n;
	double		x = (double) b->count[rule->x];
	double		y = (double) b->count[rule->y];
	Datum		values[RULE_COLUMNS];
	bool		nulls[RULE_COLUMNS] = {false};

	values[0] = cx_name_datum(b->nodes.name[rule->x]);
	values[1] = cx_name_datum(b->nodes.name[rule->y]);
	values[2] = Int64GetDatum(rule->n);
	values[3] = Float8GetDatum(n / baskets);
	values[4] = Float8GetDatum(n / x);
	/* the same to the last bit whichever way round, as they are meant to be */
	values[5] = Float8GetDatum(n * baskets / (x * y));
	values[6] = Float8GetDatum((n * baskets - x * y) / (baskets * baskets));
	/* of a rule that never fails it is infinite */
	cx_set_float8(values, nulls, 7, n < x ? (baskets - y) * x / (baskets * (x - n)) : NAN);
	values[8] = Float8GetDatum(cx_hypergeometric_upper(n, Max(x, y), baskets - Max(x, y), Min(x, y)));
	cx_rows_put(rows, values, nulls);
}

static double
share_arg(FunctionCallInfo fcinfo, int arg, const char *name)
{
	double		share = PG_GETARG_FLOAT8(arg);

	if (!(share >= 0.0 && share <= 1.0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s %g is not between 0 and 1", name, share)));
	return share;
}

PG_FUNCTION_INFO_V1(basket_rules);
Datum
basket_rules(PG_FUNCTION_ARGS)
{
	const CxBasket *b = (CxBasket *) cx_stats_arg(fcinfo, 0, &cx_basket_type);
	Thresholds	least = {share_arg(fcinfo, 1, "min_support"), share_arg(fcinfo, 2, "min_confidence")};
	uint32	   *order = cx_nodes_order(&b->nodes);
	uint32	   *ranks = cx_nodes_ranks(order, b->nodes.n);
	Rule	   *rules = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Rule) * Max(b->used * 2, 1));
	Size		n = rules_above(b, least, ranks, rules);
	CxRows		rows = cx_rows_begin(fcinfo, RULE_COLUMNS);

	for (Size i = 0; i < n; i++)
	{
		put_rule(&rows, b, &rules[i]);
		CHECK_FOR_INTERRUPTS();
	}
	return (Datum) 0;
}
