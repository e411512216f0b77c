/*-------------------------------------------------------------------------
 *
 * src/organisation/profit.c
 *	  Profit: the whale curve over customers (Kaplan and Narayanan, 2001), and
 *	  what less churn, more wins and cheaper service would do to it.
 *
 *-------------------------------------------------------------------------
 */
#include "organisation/amounts.h"

#include <math.h>

#include "core/sort.h"
#include "core/srf.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/builtins.h"

/* customers, customer_share, profit, cumulative, cumulative_share */
#define WHALE_COLUMNS	5
/* lever, change, profit_before, profit_after, effect */
#define LEVER_COLUMNS	5

/* ---- whale curve ---- */

static int
cmp_descending(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x < y) - (x > y);
}

/* Those that are known to the front, best first; gives how many. */
static int
sort_known(CxAmounts *profits)
{
	int			n = 0;

	for (int i = 0; i < profits->elements.n; i++)
		if (!isnan(profits->value[i]))
			profits->value[n++] = profits->value[i];
	cx_sort(profits->value, n, sizeof(double), cmp_descending);
	return n;
}

static void
add_all(CxSum *sum, const double *value, int n)
{
	for (int i = 0; i < n; i++)
	{
		cx_sum_add(sum, value[i]);
		if (i % 65536 == 65535)
			CHECK_FOR_INTERRUPTS();
	}
}

/* whale_curve(profits, points): a row for each share of the customers, none twice where customers are fewer */
PG_FUNCTION_INFO_V1(whale_curve);
Datum
whale_curve(PG_FUNCTION_ARGS)
{
	CxAmounts	profits = cx_amounts_arg(fcinfo, 0, "profits");
	int			points = PG_GETARG_INT32(1);
	CxRows		rows = cx_rows_begin(fcinfo, WHALE_COLUMNS);
	int			n = sort_known(&profits);
	CxSum		total = {0};
	CxSum		cumulative = {0};
	double		whole;
	int			done = 0;

	if (points < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("points is below 1"),
				 errdetail("It is %d.", points)));
	add_all(&total, profits.value, n);
	whole = cx_sum_value(&total);
	points = Min(points, n);
	for (int k = 1; k <= points; k++)
	{
		int			upto = (int) (((int64) k * n + points - 1) / points);
		CxSum		slice = {0};
		Datum		values[WHALE_COLUMNS];
		bool		nulls[WHALE_COLUMNS] = {false};

		add_all(&slice, profits.value + done, upto - done);
		cx_sum_merge(&cumulative, &slice);
		done = upto;
		values[0] = Int64GetDatum(upto);
		cx_set_float8(values, nulls, 1, (double) upto / n);
		cx_set_float8(values, nulls, 2, cx_sum_value(&slice));
		cx_set_float8(values, nulls, 3, cx_sum_value(&cumulative));
		cx_set_float8(values, nulls, 4, whole > 0 ? cx_check_result(cx_sum_value(&cumulative) / whole, "cumulative_share") : NAN);
		cx_rows_put(&rows, values, nulls);
		CHECK_FOR_INTERRUPTS();
	}
	return (Datum) 0;
}

/* ---- what if ---- */

/* A year, in money and shares. */
typedef struct Year
{
	double		revenue;
	double		margin;
	double		churn;
	double		wins;
	double		cost;
} Year;

static double
profit_of(Year y)
{
	return cx_check_result(y.margin * (y.revenue * (1.0 - y.churn) + y.wins) - y.cost, "profit");
}

/* margin and churn are shares: who writes 40 for 40 % is told */
static double
share_arg(FunctionCallInfo fcinfo, int arg, const char *name, double low)
{
	double		x = PG_GETARG_FLOAT8(arg);

	if (x > 1 && x <= 100)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s is above 1", name),
				 errdetail("It is %g.", x),
				 errhint("Write %g %% as %g.", x, x / 100.0)));
	return cx_check_range(x, name, low, 1);
}

static void
put_lever(CxRows *rows, const char *lever, double change, double before, double after)
{
	Datum		values[LEVER_COLUMNS];
	bool		nulls[LEVER_COLUMNS] = {false};

	values[0] = CStringGetTextDatum(lever);
	cx_set_float8(values, nulls, 1, change);
	cx_set_float8(values, nulls, 2, before);
	cx_set_float8(values, nulls, 3, after);
	cx_set_float8(values, nulls, 4, cx_check_result(after - before, "effect"));
	cx_rows_put(rows, values, nulls);
}

/* what_if(revenue, margin, churn, wins, cost_to_serve, churn_change, win_change, cost_change) */
PG_FUNCTION_INFO_V1(what_if);
Datum
what_if(PG_FUNCTION_ARGS)
{
	Year		base = {
		.revenue = cx_check_range(cx_check_amount(PG_GETARG_FLOAT8(0), "revenue"), "revenue", 0, INFINITY),
		.margin = share_arg(fcinfo, 1, "margin", -CX_SUM_MAX),
		.churn = share_arg(fcinfo, 2, "churn", 0),
		.wins = cx_check_range(cx_check_amount(PG_GETARG_FLOAT8(3), "wins"), "wins", 0, INFINITY),
		.cost = cx_check_range(cx_check_amount(PG_GETARG_FLOAT8(4), "cost_to_serve"), "cost_to_serve", 0, INFINITY)
	};
	double		churn_change = cx_check_range(cx_check_amount(PG_GETARG_FLOAT8(5), "churn_change"), "churn_change", -1, INFINITY);
	double		win_change = cx_check_range(cx_check_amount(PG_GETARG_FLOAT8(6), "win_change"), "win_change", -1, INFINITY);
	double		cost_change = cx_check_range(cx_check_amount(PG_GETARG_FLOAT8(7), "cost_change"), "cost_change", -1, INFINITY);
	double		before = profit_of(base);
	Year		churn = base;
	Year		wins = base;
	Year		cost = base;
	Year		together = base;
	CxRows		rows = cx_rows_begin(fcinfo, LEVER_COLUMNS);

	together.churn = churn.churn = cx_check_range(base.churn * (1.0 + churn_change), "churn after the change", 0, 1);
	together.wins = wins.wins = base.wins * (1.0 + win_change);
	together.cost = cost.cost = base.cost * (1.0 + cost_change);
	put_lever(&rows, "churn", churn_change, before, profit_of(churn));
	put_lever(&rows, "win rate", win_change, before, profit_of(wins));
	put_lever(&rows, "cost to serve", cost_change, before, profit_of(cost));
	put_lever(&rows, "together", NAN, before, profit_of(together));
	return (Datum) 0;
}
