/*-------------------------------------------------------------------------
 *
 * src/feedback/report.c
 *	  score_report, compare and histogram: a tally told as rows.
 *
 *-------------------------------------------------------------------------
 */
#include "core/args.h"
#include "core/srf.h"
#include "feedback/nps.h"
#include "feedback/scores.h"
#include "utils/builtins.h"

#define REPORT_COLUMNS		9
#define COMPARE_COLUMNS		9
#define HISTOGRAM_COLUMNS	5

static void
set_text(Datum *values, bool *nulls, int i, const char *text)
{
	nulls[i] = text == NULL;
	values[i] = text == NULL ? (Datum) 0 : CStringGetTextDatum(text);
}

static void
put_scores(CxRows *rows, const CxScore *scores, int n, const char *scale, double confidence, CxNpsMethod method)
{
	for (int i = 0; i < n; i++)
	{
		CxLimits	l = cx_score_limits(&scores[i], confidence, method);
		Datum		values[REPORT_COLUMNS];
		bool		nulls[REPORT_COLUMNS] = {false};

		set_text(values, nulls, 0, scores[i].metric);
		set_text(values, nulls, 1, scale);
		cx_set_float8(values, nulls, 2, scores[i].score);
		values[3] = Int64GetDatum(scores[i].responses);
		values[4] = Int64GetDatum(scores[i].missing);
		cx_set_float8(values, nulls, 5, scores[i].std_error);
		cx_set_float8(values, nulls, 6, l.low);
		cx_set_float8(values, nulls, 7, l.high);
		set_text(values, nulls, 8, l.method);
		cx_rows_put(rows, values, nulls);
	}
}

/* score_report(tally, confidence, interval_method): one row per score, kind and scale */
PG_FUNCTION_INFO_V1(score_report);
Datum
score_report(PG_FUNCTION_ARGS)
{
	int			n;
	int64		unknown;
	CxReading  *readings = cx_readings(PG_GETARG_TALLY(0), &n, &unknown);
	double		confidence = cx_check_confidence(PG_GETARG_FLOAT8(1));
	CxNpsMethod method = (CxNpsMethod) cx_check_choice(PG_GETARG_TEXT_PP(2), "interval_method", cx_nps_methods);
	CxRows		rows = cx_rows_begin(fcinfo, REPORT_COLUMNS);
	CxScore		scores[CX_SCORES_EXPERIENCE];

	StaticAssertStmt(CX_SCORES_EXPERIENCE >= CX_SCORES_PER_READING, "scores of a reading need room");
	for (int i = 0; i < n; i++)
	{
		char		scale[CX_ANSWER_TEXT_MAX];

		cx_scale_to_text(readings[i].scale, scale);
		put_scores(&rows, scores, cx_scores_of(&readings[i], scores), scale, confidence, method);
	}
	put_scores(&rows, scores, cx_scores_experience(readings, n, scores), "-100..100", confidence, method);
	if (unknown > 0)
	{
		CxScore		nobody_knows = {.metric = "unknown", .score = NAN, .std_error = NAN, .missing = unknown};

		put_scores(&rows, &nobody_knows, 1, NULL, confidence, method);
	}
	return (Datum) 0;
}

static CxComparison
compare_scores(const CxScore *a, const CxScore *b, double confidence, bool adjusted)
{
	CxComparison c = {NAN, NAN, NAN, NAN, NAN, NAN};
	double		range = Max(a->high, b->high) - Min(a->low, b->low);

	if (isnan(a->score) || isnan(b->score))
		return c;
	/* means of different scales have no common unit */
	if (a->form == CX_FORM_MEAN && (a->low != b->low || a->high != b->high))
		return c;
	if (a->form == CX_FORM_MEAN)
		c = cx_compare_t(a->score, a->variance, a->n, b->score, b->variance, b->n, confidence);
	else if (a->form == CX_FORM_NET && adjusted)
	{
		CxNpsSample x = cx_nps_adjust(a->good, a->bad, a->n);
		CxNpsSample y = cx_nps_adjust(b->good, b->bad, b->n);

		c = cx_compare_z(100.0 * (x.promoters - x.detractors), 1e4 * cx_nps_variance(x.promoters, x.detractors), x.n,
						 100.0 * (y.promoters - y.detractors), 1e4 * cx_nps_variance(y.promoters, y.detractors), y.n,
						 confidence);
	}
	else
		c = cx_compare_z(a->score, a->variance, a->n, b->score, b->variance, b->n, confidence);
	c.difference = a->score - b->score;
	if (!isnan(c.z))
	{
		c.low = Max(c.low, -range);
		c.high = Min(c.high, range);
	}
	return c;
}

/* compare(a, b, confidence, interval_method): a minus b, per score that one of them has */
PG_FUNCTION_INFO_V1(tally_compare);
Datum
tally_compare(PG_FUNCTION_ARGS)
{
	CxScore		a[CX_SCORES_POOLED];
	CxScore		b[CX_SCORES_POOLED];
	int			n_a = cx_scores_pooled(PG_GETARG_TALLY(0), a);
	int			n_b = cx_scores_pooled(PG_GETARG_TALLY(1), b);
	double		confidence = cx_check_confidence(PG_GETARG_FLOAT8(2));
	bool		adjusted = cx_check_choice(PG_GETARG_TEXT_PP(3), "interval_method",
										   (const char *const[]) {"wald", "adjusted_wald", NULL}) == 1;
	CxRows		rows = cx_rows_begin(fcinfo, COMPARE_COLUMNS);

	for (int i = 0; cx_score_names[i] != NULL; i++)
	{
		CxScore		x = cx_score_find(a, n_a, cx_score_names[i]);
		CxScore		y = cx_score_find(b, n_b, cx_score_names[i]);
		Datum		values[COMPARE_COLUMNS];
		bool		nulls[COMPARE_COLUMNS] = {false};
		CxComparison c;

		if (!(x.responses > 0 || y.responses > 0))
			continue;
		c = compare_scores(&x, &y, confidence, adjusted);
		set_text(values, nulls, 0, cx_score_names[i]);
		cx_set_float8(values, nulls, 1, x.score);
		cx_set_float8(values, nulls, 2, y.score);
		cx_set_float8(values, nulls, 3, c.difference);
		cx_set_float8(values, nulls, 4, c.std_error);
		cx_set_float8(values, nulls, 5, c.z);
		cx_set_float8(values, nulls, 6, c.p_value);
		cx_set_float8(values, nulls, 7, c.low);
		cx_set_float8(values, nulls, 8, c.high);
		cx_rows_put(&rows, values, nulls);
	}
	return (Datum) 0;
}

/* histogram(tally): one row per different answer; share is of the weight of its kind and scale */
PG_FUNCTION_INFO_V1(tally_histogram);
Datum
tally_histogram(PG_FUNCTION_ARGS)
{
	int			n;
	int64		unknown;
	CxReading  *readings = cx_readings(PG_GETARG_TALLY(0), &n, &unknown);
	CxRows		rows = cx_rows_begin(fcinfo, HISTOGRAM_COLUMNS);

	for (int i = 0; i < n; i++)
	{
		const CxReading *r = &readings[i];
		char		scale[CX_ANSWER_TEXT_MAX];

		cx_scale_to_text(r->scale, scale);
		for (int k = 0; k < r->n_items; k++)
		{
			Datum		values[HISTOGRAM_COLUMNS];
			bool		nulls[HISTOGRAM_COLUMNS] = {false};

			set_text(values, nulls, 0, cx_kind_name(r->scale.kind));
			set_text(values, nulls, 1, scale);
			values[2] = Float8GetDatum(cx_answer_score(r->items[k].answer));
			values[3] = Int64GetDatum(r->items[k].count);
			cx_set_float8(values, nulls, 4,
						  r->weight > 0 ? (double) r->items[k].weight.sum / (double) r->weight : NAN);
			cx_rows_put(&rows, values, nulls);
		}
	}
	return (Datum) 0;
}
