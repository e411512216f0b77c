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
#include "maths/distributions.h"
#include "utils/builtins.h"

#define REPORT_COLUMNS		9
#define COMPARE_COLUMNS		9
#define HISTOGRAM_COLUMNS	5

/* Scores of one tally that a comparison can meet: the pooled ones of every kind, and the experience index. */
#define POOLED_SCORES_MAX	(CX_KIND_LAST * CX_SCORES_PER_READING + CX_SCORES_EXPERIENCE)

typedef struct Limits
{
	double		low;
	double		high;
	const char *method;
} Limits;

static Limits
limits_of(const CxScore *s, double confidence, CxNpsMethod nps_method)
{
	Limits		l = {NAN, NAN, NULL};
	CxInterval	i;

	if (isnan(s->score) || isnan(s->std_error))
		return l;
	switch (s->form)
	{
		case CX_FORM_NET:
			i = cx_nps_interval(s->good, s->bad, s->n, confidence, nps_method);
			l = (Limits) {100.0 * i.low, 100.0 * i.high, cx_nps_methods[nps_method]};
			break;
		case CX_FORM_SHARE:
			i = cx_wilson_interval(s->good, s->n, confidence);
			l = (Limits) {100.0 * i.low, 100.0 * i.high, "wilson"};
			break;
		case CX_FORM_MEAN:
			i = cx_t_interval(s->score, sqrt(s->variance), s->n, confidence);
			l = (Limits) {i.low, i.high, "t"};
			break;
		case CX_FORM_INDEX:
			{
				double		z = -cx_normal_quantile((1.0 - confidence) / 2.0);

				l = (Limits) {s->score - z * s->std_error, s->score + z * s->std_error, "conservative"};
				break;
			}
	}
	l.low = Max(l.low, s->low);
	l.high = Min(l.high, s->high);
	return l;
}

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
		Limits		l = limits_of(&scores[i], confidence, method);
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

/* All scores of a tally, each kind over all its scales: how many. */
static int
pooled_scores(TallyList list, CxScore *scores)
{
	int			n_readings;
	int64		unknown;
	CxReading  *readings = cx_readings(list, &n_readings, &unknown);
	int			n = 0;

	for (int kind = 1; kind <= CX_KIND_LAST; kind++)
	{
		CxReading	r = cx_pool(readings, n_readings, (CxKind) kind);

		n += cx_scores_of(&r, scores + n);
	}
	n += cx_scores_experience(readings, n_readings, scores + n);
	Assert(n <= POOLED_SCORES_MAX);
	return n;
}

/* The score of a name, or one without answers. */
static CxScore
find_score(const CxScore *scores, int n, const char *metric)
{
	for (int i = 0; i < n; i++)
		if (strcmp(scores[i].metric, metric) == 0)
			return scores[i];
	return (CxScore) {.metric = metric, .score = NAN};
}

/* Every score by name, in the order of reports. */
static const char *const compared[] = {
	"nps", "csat", "csat_mean", "ces", "ces_easy", "effort", "effort_easy", "success_rate", "emotion_mean",
	"emotion_good", "rating", "success", "ease", "emotion", "experience_index"
};

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
	CxScore		a[POOLED_SCORES_MAX];
	CxScore		b[POOLED_SCORES_MAX];
	int			n_a = pooled_scores(PG_GETARG_TALLY(0), a);
	int			n_b = pooled_scores(PG_GETARG_TALLY(1), b);
	double		confidence = cx_check_confidence(PG_GETARG_FLOAT8(2));
	bool		adjusted = cx_check_choice(PG_GETARG_TEXT_PP(3), "interval_method",
										   (const char *const[]) {"wald", "adjusted_wald", NULL}) == 1;
	CxRows		rows = cx_rows_begin(fcinfo, COMPARE_COLUMNS);

	for (int i = 0; i < lengthof(compared); i++)
	{
		CxScore		x = find_score(a, n_a, compared[i]);
		CxScore		y = find_score(b, n_b, compared[i]);
		Datum		values[COMPARE_COLUMNS];
		bool		nulls[COMPARE_COLUMNS] = {false};
		CxComparison c;

		if (!(x.responses > 0 || y.responses > 0))
			continue;
		c = compare_scores(&x, &y, confidence, adjusted);
		set_text(values, nulls, 0, compared[i]);
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
