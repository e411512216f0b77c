/*-------------------------------------------------------------------------
 *
 * src/churn/survival_test.c
 *	  Do groups of customers churn alike? The log-rank test (Mantel 1966; Peto
 *	  and Peto 1972).
 *
 * Whenever somebody churns, those at risk are an urn: had groups no bearing,
 * each would lose in proportion to its customers at risk. Observed and
 * expected losses are added up over all times, with the variance of the
 * hypergeometric distribution.
 *
 *-------------------------------------------------------------------------
 */
#include "churn/survival.h"

#include <math.h>

#include "core/srf.h"
#include "maths/cholesky.h"
#include "maths/gamma.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/array.h"
#include "utils/lsyscache.h"

#define PAIR_COLUMNS	7		/* observed_a, expected_a, observed_b, expected_b, chi_square, df, p_value */
#define GROUP_COLUMNS	6		/* position, observed, expected, chi_square, df, p_value */
#define MAX_GROUPS		1000	/* documented; more is 54000 */

/* a column of the variance that depends on others to this relative tolerance says nothing of its own */
#define DEPENDENT		1e-10

typedef struct Group
{
	const CxSurvival *of;
	uint32		next;			/* of its durations */
	CxUint128	left;			/* at risk, millionths */
	double		at_risk;
	double		churned;		/* at the time that is looked at */
	double		observed;
	double		expected;
} Group;

typedef struct LogRank
{
	int			k;
	Group	   *group;
	double	   *variance;		/* k x k, lower triangle */
	double		chi_square;		/* NaN where no two groups were ever at risk together */
	int			df;
	double		p_value;
} LogRank;

static LogRank
log_rank_new(int k)
{
	LogRank		test = {.k = k, .chi_square = NAN, .p_value = NAN};

	test.group = palloc0(sizeof(Group) * k);
	test.variance = palloc0(sizeof(double) * k * k);
	return test;
}

static void
set_group(LogRank *test, int i, const CxSurvival *s)
{
	Group	   *g = &test->group[i];

	g->of = s;
	for (uint32 d = 0; d < s->n; d++)
		g->left += s->duration[d].churned + s->duration[d].censored;
}

/* The earliest duration that was not looked at yet; infinite at the end. */
static double
next_time(const LogRank *test)
{
	double		at = INFINITY;

	for (int i = 0; i < test->k; i++)
	{
		const Group *g = &test->group[i];

		if (g->of != NULL && g->next < g->of->n)
			at = Min(at, g->of->duration[g->next].at);
	}
	return at;
}

/* Those who churned and those at risk at this time; who is seen no longer than this is not at risk later. */
static void
look_at(LogRank *test, double at, double *churned, double *at_risk)
{
	*churned = *at_risk = 0;
	for (int i = 0; i < test->k; i++)
	{
		Group	   *g = &test->group[i];

		g->churned = 0;
		g->at_risk = (double) g->left / CX_SURVIVAL_UNIT;
		if (g->of != NULL && g->next < g->of->n && g->of->duration[g->next].at == at)
		{
			const CxDuration *d = &g->of->duration[g->next++];

			g->churned = (double) d->churned / CX_SURVIVAL_UNIT;
			g->left -= d->churned + d->censored;
		}
		*churned += g->churned;
		*at_risk += g->at_risk;
	}
}

static void
count_time(LogRank *test, double churned, double at_risk)
{
	/* the last customer has no choice; with weights below 1 there may be less than one */
	double		factor = at_risk > 1 ? churned * Max(at_risk - churned, 0) / (at_risk - 1) : 0;

	for (int i = 0; i < test->k; i++)
	{
		Group	   *g = &test->group[i];
		double		share = g->at_risk / at_risk;
		double	   *row = test->variance + (Size) i * test->k;

		g->observed += g->churned;
		g->expected += churned * share;
		if (share == 0)
			continue;
		for (int c = 0; c < i; c++)
			row[c] -= factor * share * (test->group[c].at_risk / at_risk);
		row[i] += factor * share * (1 - share);
	}
}

/*
 * (O - E)' V^-1 (O - E). The differences add up to 0, so one group tells
 * nothing that the others do not; nor does one that never met the others.
 * Such are left out, and df counts the rest.
 */
static void
conclude(LogRank *test)
{
	int			k = test->k;
	int		   *kept = palloc(sizeof(int) * k);
	double	   *v = palloc(sizeof(double) * k * k);
	double	   *difference = palloc(sizeof(double) * k * 2);
	int			n = 0;
	int			dependent = 0;

	for (int i = 0; i < k; i++)
		if (test->variance[(Size) i * k + i] > 0)
			kept[n++] = i;
	while (dependent >= 0)
	{
		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < n; i++)
			for (int c = 0; c <= i; c++)
				v[(Size) i * n + c] = test->variance[(Size) kept[i] * k + kept[c]];
		dependent = cx_cholesky_factor(v, n, DEPENDENT, NULL, NULL, NULL);
		if (dependent >= 0)
			memmove(&kept[dependent], &kept[dependent + 1], sizeof(int) * (--n - dependent));
	}
	test->df = n;
	if (n > 0)
	{
		for (int i = 0; i < n; i++)
			difference[i] = test->group[kept[i]].observed - test->group[kept[i]].expected;
		cx_cholesky_solve(v, n, difference, difference + n);
		test->chi_square = 0;
		for (int i = 0; i < n; i++)
			test->chi_square += difference[i] * difference[n + i];
		test->chi_square = Max(test->chi_square, 0);
		test->p_value = cx_chi_square_upper(test->chi_square, n);
	}
	pfree(kept);
	pfree(v);
	pfree(difference);
}

static void
log_rank(LogRank *test)
{
	double		at;

	while (isfinite(at = next_time(test)))
	{
		double		churned;
		double		at_risk;

		CHECK_FOR_INTERRUPTS();
		look_at(test, at, &churned, &at_risk);
		if (churned > 0)
			count_time(test, churned, at_risk);
	}
	conclude(test);
}

PG_FUNCTION_INFO_V1(logrank);
Datum
logrank(PG_FUNCTION_ARGS)
{
	CxRows		rows = cx_rows_begin(fcinfo, PAIR_COLUMNS);
	LogRank		test = log_rank_new(2);
	Datum		values[PAIR_COLUMNS];
	bool		nulls[PAIR_COLUMNS] = {false};

	for (int i = 0; i < 2; i++)
		set_group(&test, i, cx_survival_arg(fcinfo, i));
	log_rank(&test);
	for (int i = 0; i < 2; i++)
	{
		values[2 * i] = Float8GetDatum(test.group[i].observed);
		values[2 * i + 1] = Float8GetDatum(test.group[i].expected);
	}
	cx_set_float8(values, nulls, 4, test.chi_square);
	values[5] = Int32GetDatum(test.df);
	cx_set_float8(values, nulls, 6, test.p_value);
	cx_rows_put(&rows, values, nulls);
	return (Datum) 0;
}

/* An element of an array, as if it were the argument of a call. */
static const CxSurvival *
element(Datum value)
{
	LOCAL_FCINFO(call, 1);

	call->args[0].value = value;
	call->args[0].isnull = false;
	return cx_survival_arg(call, 0);
}

PG_FUNCTION_INFO_V1(logrank_groups);
Datum
logrank_groups(PG_FUNCTION_ARGS)
{
	CxRows		rows = cx_rows_begin(fcinfo, GROUP_COLUMNS);
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(0);
	LogRank		test;
	Datum	   *elements;
	bool	   *missing;
	int16		length;
	bool		by_value;
	char		align;
	int			k;

	get_typlenbyvalalign(ARR_ELEMTYPE(array), &length, &by_value, &align);
	deconstruct_array(array, ARR_ELEMTYPE(array), length, by_value, align, &elements, &missing, &k);
	if (k > MAX_GROUPS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many groups: %d", k),
				 errdetail("They are at most %d.", MAX_GROUPS)));
	test = log_rank_new(Max(k, 1));
	test.k = k;
	for (int i = 0; i < k; i++)
		if (!missing[i])
			set_group(&test, i, element(elements[i]));
	log_rank(&test);
	for (int i = 0; i < k; i++)
	{
		Datum		values[GROUP_COLUMNS];
		bool		nulls[GROUP_COLUMNS] = {false};

		values[0] = Int32GetDatum(i + 1);
		values[1] = Float8GetDatum(test.group[i].observed);
		values[2] = Float8GetDatum(test.group[i].expected);
		cx_set_float8(values, nulls, 3, test.chi_square);
		values[4] = Int32GetDatum(test.df);
		cx_set_float8(values, nulls, 5, test.p_value);
		cx_rows_put(&rows, values, nulls);
	}
	return (Datum) 0;
}
