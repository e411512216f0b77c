/*-------------------------------------------------------------------------
 *
 * src/drivers/theme.c
 *	  theme_impact(): the score with a theme and without it.
 *
 * A theme has a tally of the answers that mention it, and there is one of all
 * answers. What is left when the first is taken out of the second is the tally
 * of those who do not mention it; tallies are exact, so nothing is asked twice.
 *
 *-------------------------------------------------------------------------
 */
#include "core/args.h"

#include "catalog/pg_type.h"
#include "core/srf.h"
#include "feedback/scores.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/array.h"
#include "utils/builtins.h"

/* theme, responses, share, score, without, impact, p_value */
#define COLUMNS	7

static CxScore
score_of(TallyList list, const char *metric)
{
	CxScore		scores[CX_SCORES_POOLED];
	int			n = cx_scores_pooled(list, scores);

	return cx_score_find(scores, n, metric);
}

pg_noreturn static void
error_not_contained(Datum theme)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("theme \"%s\" has answers that the total does not have", TextDatumGetCString(theme)),
			 errhint("The tally of a theme is of those answers in the total that mention it.")));
	pg_unreachable();
}

/* An answer of the total, less those of the theme: false if there are more of these. */
static bool
take(TallyItem *item, const TallyItem *part)
{
	item->count -= part->count;
	item->weight.sum -= part->weight.sum;
	item->weight.squares -= part->weight.squares;
	if (item->count == 0)
		return item->weight.sum == 0 && item->weight.squares == 0;
	return item->count > 0 && tally_item_valid(item);
}

/* Both lists ascend by answer. */
static TallyList
without(TallyList total, TallyList part, Datum theme)
{
	TallyList	rest = {palloc_extended(sizeof(TallyItem) * Max(total.n, 1), MCXT_ALLOC_HUGE), 0, total.weighted};
	int			taken = 0;

	for (int i = 0; i < total.n; i++)
	{
		TallyItem	item = total.items[i];

		if (taken < part.n && part.items[taken].answer == item.answer && !take(&item, &part.items[taken++]))
			error_not_contained(theme);
		if (item.count > 0)
			rest.items[rest.n++] = item;
	}
	if (taken < part.n)
		error_not_contained(theme);
	return rest;
}

/* Could those who mention the theme and those who do not have one true score? As compare() asks. */
static double
p_value_of(const CxScore *with, const CxScore *rest)
{
	CxComparison c;

	if (isnan(with->score) || isnan(rest->score))
		return NAN;
	if (with->form != CX_FORM_MEAN)
		c = cx_compare_z(with->score, with->variance, with->n, rest->score, rest->variance, rest->n, 0.95);
	else if (with->low == rest->low && with->high == rest->high)
		c = cx_compare_t(with->score, with->variance, with->n, rest->score, rest->variance, rest->n, 0.95);
	else
		return NAN;
	return c.p_value;
}

static void
put_theme(CxRows *rows, Datum theme, const CxScore *all, const CxScore *with, const CxScore *rest)
{
	Datum		values[COLUMNS];
	bool		nulls[COLUMNS] = {false};

	values[0] = theme;
	values[1] = Int64GetDatum(with->responses);
	cx_set_float8(values, nulls, 2,
				  all->responses > 0 ? (double) with->responses / (double) all->responses : NAN);
	cx_set_float8(values, nulls, 3, with->score);
	cx_set_float8(values, nulls, 4, rest->score);
	cx_set_float8(values, nulls, 5, all->score - rest->score);
	cx_set_float8(values, nulls, 6, p_value_of(with, rest));
	cx_rows_put(rows, values, nulls);
}

/* theme_impact(themes, with_theme, total, metric): a row for each theme */
PG_FUNCTION_INFO_V1(theme_impact);
Datum
theme_impact(PG_FUNCTION_ARGS)
{
	ArrayType  *tallies = PG_GETARG_ARRAYTYPE_P(1);
	TallyList	total = PG_GETARG_TALLY(2);
	const char *metric = cx_score_names[cx_check_choice(PG_GETARG_TEXT_PP(3), "metric", cx_score_names)];
	CxRows		rows = cx_rows_begin(fcinfo, COLUMNS);
	CxScore		all = score_of(total, metric);
	Datum	   *theme;
	Datum	   *tally;
	bool	   *unnamed;
	bool	   *unknown;
	int			n;
	int			n_tallies;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), TEXTOID, -1, false, TYPALIGN_INT, &theme, &unnamed, &n);
	deconstruct_array(tallies, ARR_ELEMTYPE(tallies), -1, false, TYPALIGN_INT, &tally, &unknown, &n_tallies);
	if (n != n_tallies)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("themes and tallies are not equally many"),
				 errdetail("There are %d themes and %d tallies.", n, n_tallies)));
	for (int i = 0; i < n; i++)
	{
		TallyList	part = {0};
		TallyList	left;
		CxScore		with;
		CxScore		rest;

		CHECK_FOR_INTERRUPTS();
		if (unnamed[i])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("theme %d is NULL", i + 1)));
		if (!unknown[i])
			part = tally_from_datum(tally[i]);
		left = without(total, part, theme[i]);
		with = score_of(part, metric);
		rest = score_of(left, metric);
		put_theme(&rows, theme[i], &all, &with, &rest);
		pfree(left.items);
	}
	return (Datum) 0;
}
