/*-------------------------------------------------------------------------
 *
 * src/organisation/consistency.c
 *	  consistency(): one score over several channels (or anything else that has
 *	  a tally each), and whether they could all be the same.
 *
 * The test is Cochran's Q (1937, 1954): with the scores x_i and their standard
 * errors s_i, the sum of (x_i - m)^2 / s_i^2, where m is the mean of the x_i
 * weighted by 1 / s_i^2. If all true scores are equal, it is close to a
 * chi-square with one degree of freedom less than there are scores. Of two
 * scores it is the square of the z of compare().
 *
 *-------------------------------------------------------------------------
 */
#include "core/args.h"

#include "catalog/pg_type.h"
#include "core/srf.h"
#include "feedback/scores.h"
#include "maths/gamma.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/array.h"
#include "utils/builtins.h"

/* name, score, responses, low, high, difference, chi_square, df, p_value */
#define COLUMNS	9

typedef struct Test
{
	double		chi_square;		/* NaN: no test */
	double		p_value;
	int			df;
} Test;

/* The elements of both arrays, one tally for each name. */
typedef struct Parts
{
	int			n;
	Datum	   *names;
	Datum	   *tallies;
	bool	   *unknown;		/* is the tally NULL? */
} Parts;

static Parts
parts_from(ArrayType *names, ArrayType *tallies)
{
	Parts		parts;
	bool	   *nulls;
	int			n_tallies;

	deconstruct_array(names, TEXTOID, -1, false, TYPALIGN_INT, &parts.names, &nulls, &parts.n);
	deconstruct_array(tallies, ARR_ELEMTYPE(tallies), -1, false, TYPALIGN_INT, &parts.tallies, &parts.unknown, &n_tallies);
	if (parts.n != n_tallies)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("names and tallies are not equally many"),
				 errdetail("There are %d names and %d tallies.", parts.n, n_tallies)));
	for (int i = 0; i < parts.n; i++)
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("name %d is NULL", i + 1)));
	return parts;
}

static CxScore
score_of(TallyList list, const char *metric)
{
	CxScore		scores[CX_SCORES_POOLED];
	int			n = cx_scores_pooled(list, scores);

	return cx_score_find(scores, n, metric);
}

/* Means on different scales have no common unit. */
static bool
comparable(const CxScore *scores, int n)
{
	const CxScore *first = NULL;

	for (int i = 0; i < n; i++)
	{
		if (isnan(scores[i].score))
			continue;
		if (first == NULL)
			first = &scores[i];
		if (scores[i].low != first->low || scores[i].high != first->high)
			return false;
	}
	return true;
}

/* Scores without answers, without spread, or of unknown spread tell nothing about equality. */
static bool
tells(const CxScore *s)
{
	return !isnan(s->score) && s->std_error > 0.0;
}

static Test
test_equality(const CxScore *scores, int n)
{
	Test		test = {NAN, NAN, 0};
	double		weights = 0.0;
	double		sum = 0.0;
	double		mean;
	int			used = 0;

	for (int i = 0; i < n; i++)
	{
		double		variance = scores[i].std_error * scores[i].std_error;

		if (!tells(&scores[i]))
			continue;
		weights += 1.0 / variance;
		sum += scores[i].score / variance;
		used++;
	}
	if (used < 2 || !comparable(scores, n))
		return test;
	mean = sum / weights;
	test.chi_square = 0.0;
	for (int i = 0; i < n; i++)
		if (tells(&scores[i]))
		{
			double		away = (scores[i].score - mean) / scores[i].std_error;

			test.chi_square += away * away;
		}
	test.df = used - 1;
	test.p_value = cx_chi_square_upper(test.chi_square, test.df);
	return test;
}

/* Largest minus smallest score; NaN of fewer than two. */
static double
spread_of(const CxScore *scores, int n)
{
	double		low = NAN;
	double		high = NAN;
	int			scored = 0;

	for (int i = 0; i < n; i++)
	{
		if (isnan(scores[i].score))
			continue;
		low = scored == 0 ? scores[i].score : Min(low, scores[i].score);
		high = scored == 0 ? scores[i].score : Max(high, scores[i].score);
		scored++;
	}
	return scored < 2 || !comparable(scores, n) ? NAN : high - low;
}

static void
put_score(CxRows *rows, const Datum *name, const CxScore *s, double difference, Test test, double confidence)
{
	CxLimits	limits = cx_score_limits(s, confidence, CX_NPS_ADJUSTED_WALD);
	Datum		values[COLUMNS];
	bool		nulls[COLUMNS] = {false};

	nulls[0] = name == NULL;
	values[0] = name == NULL ? (Datum) 0 : *name;
	cx_set_float8(values, nulls, 1, s->score);
	values[2] = Int64GetDatum(s->responses);
	cx_set_float8(values, nulls, 3, limits.low);
	cx_set_float8(values, nulls, 4, limits.high);
	cx_set_float8(values, nulls, 5, difference);
	cx_set_float8(values, nulls, 6, test.chi_square);
	nulls[7] = isnan(test.chi_square);
	values[7] = Int32GetDatum(test.df);
	cx_set_float8(values, nulls, 8, test.p_value);
	cx_rows_put(rows, values, nulls);
}

/* consistency(names, tallies, metric, confidence): a row for each name, and one of all together */
PG_FUNCTION_INFO_V1(consistency);
Datum
consistency(PG_FUNCTION_ARGS)
{
	const Test	none = {NAN, NAN, 0};
	Parts		parts = parts_from(PG_GETARG_ARRAYTYPE_P(0), PG_GETARG_ARRAYTYPE_P(1));
	const char *metric = cx_score_names[cx_check_choice(PG_GETARG_TEXT_PP(2), "metric", cx_score_names)];
	double		confidence = cx_check_confidence(PG_GETARG_FLOAT8(3));
	CxRows		rows = cx_rows_begin(fcinfo, COLUMNS);
	CxScore    *scores = palloc(sizeof(CxScore) * Max(parts.n, 1));
	TallyState *all = tally_state_new();
	CxScore		pooled;

	for (int i = 0; i < parts.n; i++)
	{
		TallyList	list = {0};

		if (!parts.unknown[i])
		{
			list = tally_from_datum(parts.tallies[i]);
			all = tally_state_merge(all, &list);
		}
		scores[i] = score_of(list, metric);
		CHECK_FOR_INTERRUPTS();
	}
	pooled = score_of(tally_state_list(all), metric);
	for (int i = 0; i < parts.n; i++)
		put_score(&rows, &parts.names[i], &scores[i], scores[i].score - pooled.score, none, confidence);
	put_score(&rows, NULL, &pooled, spread_of(scores, parts.n), test_equality(scores, parts.n), confidence);
	return (Datum) 0;
}
