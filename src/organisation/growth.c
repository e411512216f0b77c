/*-------------------------------------------------------------------------
 *
 * src/organisation/growth.c
 *	  Earned growth, and the type "growth_stats" that it is read from:
 *	  Reichheld, Darnell and Burns, Winning on Purpose (2021), appendix B.
 *
 * Revenue of a period is set against that of the period before, the base: from
 * who was a customer then (retained), and from who is new, by whether they came
 * by recommendation (earned), were bought by advertising and the like (bought), or
 * nobody knows (unknown). All is told as a share of the base.
 *
 * THE STORED FORM, behind the version byte of core/stats.h:
 *
 *	  varints	customers of the period before; new ones: earned, bought, unknown
 *	  sums		maths/exactsum.h: revenue of the period before; of this period
 *				from the same customers, from earned, bought and unknown new ones;
 *				0 where there are no such customers
 *
 *-------------------------------------------------------------------------
 */
#include "organisation/amounts.h"

#include <math.h>

#include "core/srf.h"
#include "core/stats.h"

/* nrr, earned_share, bought_share, growth, earned_growth, ratio */
#define FIGURES_COLUMNS	6
/*
 * customers, new_customers, unknown_customers, base, nrr, earned_share, bought_share, unknown_share, growth,
 * earned_growth, ratio
 */
#define STATS_COLUMNS	11

/* No count reaches it. */
#define MAX_CUSTOMERS	(UINT64CONST(1) << 61)

/* who a customer of this period is */
typedef enum Origin
{
	BEFORE,
	EARNED,
	BOUGHT,
	UNKNOWN
} Origin;

#define ORIGINS	4

typedef struct Growth
{
	CxStats		stats;
	uint64		n[ORIGINS];
	CxSum		base;
	CxSum		now[ORIGINS];
} Growth;

static void
check_customers(const Growth *g)
{
	if (unlikely(g->n[BEFORE] + g->n[EARNED] + g->n[BOUGHT] + g->n[UNKNOWN] >= MAX_CUSTOMERS))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("growth_stats counts more than 2^61 customers")));
}

/* ---- stored form and merging ---- */

static void
growth_write(const CxStats *stats, CxWriter *w)
{
	const Growth *g = (const Growth *) stats;

	for (int o = 0; o < ORIGINS; o++)
		cx_write_varint(w, g->n[o]);
	cx_sum_write(&g->base, w);
	for (int o = 0; o < ORIGINS; o++)
		cx_sum_write(&g->now[o], w);
}

/* Can it be that of n customers, each with up to CX_SUM_MAX? */
static bool
sound_sum(const CxSum *sum, uint64 n)
{
	return fabs(cx_sum_value(sum)) <= (double) n * (CX_SUM_MAX * (1.0 + 1e-9));
}

static bool
growth_read(CxStats *stats, CxReader *r)
{
	Growth	   *g = (Growth *) stats;
	uint64		all = 0;

	for (int o = 0; o < ORIGINS; o++)
	{
		g->n[o] = cx_read_varint(r);
		if (!r->ok || g->n[o] >= MAX_CUSTOMERS)
			return false;
		all += g->n[o];
	}
	if (all >= MAX_CUSTOMERS || !cx_sum_read(&g->base, r) || !sound_sum(&g->base, g->n[BEFORE]))
		return false;
	for (int o = 0; o < ORIGINS; o++)
		if (!cx_sum_read(&g->now[o], r) || !sound_sum(&g->now[o], g->n[o]))
			return false;
	return true;
}

static void
growth_merge(CxStats *into, const CxStats *from)
{
	Growth	   *g = (Growth *) into;
	const Growth *other = (const Growth *) from;

	cx_sum_merge(&g->base, &other->base);
	for (int o = 0; o < ORIGINS; o++)
	{
		g->n[o] += other->n[o];
		cx_sum_merge(&g->now[o], &other->now[o]);
	}
	check_customers(g);
}

static const CxStatsType growth_type = {
	.name = "growth_stats",
	.size = sizeof(Growth),
	.write = growth_write,
	.read = growth_read,
	.merge = growth_merge
};

CX_STATS_FUNCTIONS(growth_stats, &growth_type);

/* ---- counting ---- */

/* A revenue; NULL is none. */
static double
revenue_arg(FunctionCallInfo fcinfo, int arg, const char *name)
{
	return PG_ARGISNULL(arg) ? 0.0 : cx_check_amount(PG_GETARG_FLOAT8(arg), name);
}

/* growth_accum(state, before, after, earned); a row without revenue in either period is no customer of either */
PG_FUNCTION_INFO_V1(growth_accum);
Datum
growth_accum(PG_FUNCTION_ARGS)
{
	Growth	   *g = (Growth *) cx_stats_state(fcinfo, &growth_type);
	double		before = revenue_arg(fcinfo, 1, "before");
	double		after = revenue_arg(fcinfo, 2, "after");
	Origin		origin;

	if (before == 0 && after == 0)
		return cx_stats_result(fcinfo, &g->stats);
	if (before != 0)
		origin = BEFORE;
	else if (PG_ARGISNULL(3))
		origin = UNKNOWN;
	else
		origin = PG_GETARG_BOOL(3) ? EARNED : BOUGHT;
	g->n[origin]++;
	check_customers(g);
	cx_sum_add(&g->base, before);
	cx_sum_add(&g->now[origin], after);
	return cx_stats_result(fcinfo, &g->stats);
}

/* ---- reading ---- */

typedef struct Figures
{
	double		nrr;
	double		share[ORIGINS];
	double		growth;
	double		earned_growth;
	double		ratio;
} Figures;

/* Differences are taken before dividing: 85 + 25 - 100 is 10, but 0.85 + 0.25 - 1 is not 0.1. */
static Figures
figures_of(double base, const double *now)
{
	double		earned = now[BEFORE] + now[EARNED] - base;
	double		all = now[BEFORE] + now[EARNED] + now[BOUGHT] + now[UNKNOWN] - base;
	Figures		f = {NAN, {NAN, NAN, NAN, NAN}, NAN, NAN, NAN};

	/* of nothing, or of net refunds, there are no shares */
	if (!(base > 0))
		return f;
	f.nrr = cx_check_result(now[BEFORE] / base, "nrr");
	for (int o = EARNED; o < ORIGINS; o++)
		f.share[o] = cx_check_result(now[o] / base, o == EARNED ? "earned_share" : o == BOUGHT ? "bought_share" : "unknown_share");
	f.growth = cx_check_result(all / base, "growth");
	f.earned_growth = cx_check_result(earned / base, "earned_growth");
	if (all != 0)
		f.ratio = cx_check_result(earned / all, "ratio");
	return f;
}

/* earned_growth(base, retained, earned, bought) */
PG_FUNCTION_INFO_V1(earned_growth);
Datum
earned_growth(PG_FUNCTION_ARGS)
{
	double		base = cx_check_amount(PG_GETARG_FLOAT8(0), "base");
	double		now[ORIGINS] = {
		cx_check_amount(PG_GETARG_FLOAT8(1), "retained"),
		cx_check_amount(PG_GETARG_FLOAT8(2), "earned"),
		cx_check_amount(PG_GETARG_FLOAT8(3), "bought"),
		0
	};
	CxRows		rows = cx_rows_begin(fcinfo, FIGURES_COLUMNS);
	Figures		f = figures_of(base, now);
	Datum		values[FIGURES_COLUMNS];
	bool		nulls[FIGURES_COLUMNS];

	cx_set_float8(values, nulls, 0, f.nrr);
	cx_set_float8(values, nulls, 1, f.share[EARNED]);
	cx_set_float8(values, nulls, 2, f.share[BOUGHT]);
	cx_set_float8(values, nulls, 3, f.growth);
	cx_set_float8(values, nulls, 4, f.earned_growth);
	cx_set_float8(values, nulls, 5, f.ratio);
	cx_rows_put(&rows, values, nulls);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(earned_growth_stats);
Datum
earned_growth_stats(PG_FUNCTION_ARGS)
{
	CxRows		rows = cx_rows_begin(fcinfo, STATS_COLUMNS);
	const Growth *g = (const Growth *) cx_stats_arg(fcinfo, 0, &growth_type);
	double		base = cx_sum_value(&g->base);
	double		now[ORIGINS];
	Figures		f;
	Datum		values[STATS_COLUMNS];
	bool		nulls[STATS_COLUMNS] = {false};

	for (int o = 0; o < ORIGINS; o++)
		now[o] = cx_sum_value(&g->now[o]);
	f = figures_of(base, now);
	values[0] = Int64GetDatum((int64) g->n[BEFORE]);
	values[1] = Int64GetDatum((int64) (g->n[EARNED] + g->n[BOUGHT] + g->n[UNKNOWN]));
	values[2] = Int64GetDatum((int64) g->n[UNKNOWN]);
	cx_set_float8(values, nulls, 3, g->n[BEFORE] > 0 ? base : NAN);
	cx_set_float8(values, nulls, 4, f.nrr);
	cx_set_float8(values, nulls, 5, f.share[EARNED]);
	cx_set_float8(values, nulls, 6, f.share[BOUGHT]);
	cx_set_float8(values, nulls, 7, f.share[UNKNOWN]);
	cx_set_float8(values, nulls, 8, f.growth);
	cx_set_float8(values, nulls, 9, f.earned_growth);
	cx_set_float8(values, nulls, 10, f.ratio);
	cx_rows_put(&rows, values, nulls);
	return (Datum) 0;
}
