/*-------------------------------------------------------------------------
 *
 * src/organisation/health.c
 *	  Health score of a customer: the weighted mean of several scores, with a
 *	  stated rule for those that are missing.
 *
 *-------------------------------------------------------------------------
 */
#include "organisation/amounts.h"

#include <math.h>

#include "core/args.h"
#include "core/srf.h"
#include "maths/sum2.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/builtins.h"

/* part, score, weight, share, points */
#define PART_COLUMNS	5

/* what becomes of a part without a score */
typedef enum Missing
{
	REBASE,						/* it and its weight are left out */
	ZERO,						/* it counts as 0 */
	NOTHING						/* the score is NULL */
} Missing;

static const char *const missing_choices[] = {"rebase", "zero", "null", NULL};

typedef struct Health
{
	CxElements	scores;			/* as an argument */
	int			n;
	const double *score;		/* NaN: missing */
	const double *weight;
	Missing		missing;
	double		weights;		/* sum of those that count; NaN if that is 0 */
	double		value;			/* NaN: NULL */
} Health;

/* Does a part count? One of weight 0 never does, so that it cannot make the score NULL either. */
static bool
counts(const Health *h, int i)
{
	return h->weight[i] > 0 && (h->missing != REBASE || !isnan(h->score[i]));
}

static void
weigh(Health *h)
{
	CxSum2		points = {0};
	CxSum2		weights = {0};
	int			known = 0;
	int			unknown = 0;

	for (int i = 0; i < h->n; i++)
	{
		if (i % 65536 == 65535)
			CHECK_FOR_INTERRUPTS();
		if (!counts(h, i))
			continue;
		cx_sum2_add(&weights, h->weight[i]);
		if (isnan(h->score[i]))
			unknown++;
		else
		{
			cx_sum2_add_product(&points, h->weight[i], h->score[i]);
			known++;
		}
	}
	h->weights = known + unknown > 0 ? cx_sum2_value(&weights) : NAN;
	h->value = known == 0 || (h->missing == NOTHING && unknown > 0) ? NAN : cx_sum2_ratio(&points, &weights);
}

/* health_score(scores, weights, missing), and the first arguments of health_parts() */
static Health
health_args(FunctionCallInfo fcinfo)
{
	CxAmounts	scores = cx_amounts_arg(fcinfo, 0, "scores");
	CxAmounts	weights = cx_amounts_arg(fcinfo, 1, "weights");
	Health		h = {
		.scores = scores.elements,
		.n = scores.elements.n,
		.score = scores.value,
		.weight = weights.value,
		.missing = (Missing) cx_check_choice(PG_GETARG_TEXT_PP(2), "missing", missing_choices)
	};

	cx_check_known(&weights.elements);
	cx_elements_match(&scores.elements, &weights.elements);
	for (int i = 0; i < h.n; i++)
		if (h.weight[i] < 0)
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("weights has an element that is negative"),
					 errdetail("Element %d is %g.", i + 1, h.weight[i])));
	weigh(&h);
	return h;
}

PG_FUNCTION_INFO_V1(health_score);
Datum
health_score(PG_FUNCTION_ARGS)
{
	Health		h = health_args(fcinfo);

	CX_RETURN_FLOAT8_OR_NULL(h.value);
}

/* The names of parts, or NULL where they are not told: then they are numbered. */
static Datum *
names_arg(FunctionCallInfo fcinfo, int arg, const CxElements *scores)
{
	CxElements	names;

	if (PG_ARGISNULL(arg))
		return NULL;
	names = cx_elements_arg(fcinfo, arg, "names");
	cx_check_known(&names);
	cx_elements_match(scores, &names);
	return names.values;
}

/* health_parts(scores, weights, missing, names): what each part adds to the score; the points add up to it */
PG_FUNCTION_INFO_V1(health_parts);
Datum
health_parts(PG_FUNCTION_ARGS)
{
	CxRows		rows = cx_rows_begin(fcinfo, PART_COLUMNS);
	Datum	   *names;
	Health		h;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return (Datum) 0;
	h = health_args(fcinfo);
	names = names_arg(fcinfo, 3, &h.scores);
	for (int i = 0; i < h.n; i++)
	{
		double		share = counts(&h, i) ? h.weight[i] / h.weights : NAN;
		Datum		values[PART_COLUMNS];
		bool		nulls[PART_COLUMNS] = {false};
		char		number[16];

		snprintf(number, sizeof(number), "%d", i + 1);
		values[0] = names != NULL ? names[i] : CStringGetTextDatum(number);
		cx_set_float8(values, nulls, 1, h.score[i]);
		cx_set_float8(values, nulls, 2, h.weight[i]);
		cx_set_float8(values, nulls, 3, share);
		cx_set_float8(values, nulls, 4, isnan(h.value) ? NAN : share * (isnan(h.score[i]) ? 0.0 : h.score[i]));
		cx_rows_put(&rows, values, nulls);
		CHECK_FOR_INTERRUPTS();
	}
	return (Datum) 0;
}
