/*-------------------------------------------------------------------------
 *
 * src/feedback/scores.c
 *	  Every score that a tally holds, each with its spread.
 *
 *-------------------------------------------------------------------------
 */
#include "feedback/scores.h"

#include "feedback/experience.h"
#include "feedback/nps.h"
#include "maths/distributions.h"

/* The scores of each kind, in the order of reports: the headline first. */
static const struct
{
	CxKind		kind;
	const char *metric;
	CxScoreForm form;
}			metrics[] = {
	{CX_NPS, "nps", CX_FORM_NET},
	{CX_CSAT, "csat", CX_FORM_SHARE},
	{CX_CSAT, "csat_mean", CX_FORM_MEAN},
	{CX_CES, "ces", CX_FORM_MEAN},
	{CX_CES, "ces_easy", CX_FORM_SHARE},
	{CX_EFFORT, "effort", CX_FORM_MEAN},
	{CX_EFFORT, "effort_easy", CX_FORM_SHARE},
	{CX_SUCCESS, "success_rate", CX_FORM_SHARE},
	{CX_EMOTION, "emotion_mean", CX_FORM_MEAN},
	{CX_EMOTION, "emotion_good", CX_FORM_SHARE},
	{CX_RATING, "rating", CX_FORM_MEAN},
};

static CxScore
score_from(const CxReading *r, const char *metric, CxScoreForm form)
{
	CxScore		s = {.metric = metric, .form = form};

	s.n = cx_effective_n(r);
	s.good = cx_share_good(r);
	s.bad = cx_share_bad(r);
	s.responses = r->responses;
	s.missing = r->missing;
	switch (form)
	{
		case CX_FORM_NET:
			s.low = -100.0;
			s.high = 100.0;
			s.score = cx_net(r);
			s.variance = 1e4 * cx_nps_variance(s.good, s.bad);
			break;
		case CX_FORM_SHARE:
			s.low = 0.0;
			s.high = 100.0;
			s.score = cx_percent_good(r);
			s.variance = 1e4 * s.good * (1.0 - s.good);
			break;
		default:
			s.low = r->scale.lo;
			s.high = r->scale.hi;
			s.score = cx_mean(r);
			s.variance = cx_stddev(r) * cx_stddev(r);
			break;
	}
	s.std_error = sqrt(s.variance / s.n);
	return s;
}

int
cx_scores_of(const CxReading *r, CxScore *scores)
{
	int			n = 0;

	for (int i = 0; i < lengthof(metrics); i++)
		if (metrics[i].kind == r->scale.kind)
			scores[n++] = score_from(r, metrics[i].metric, metrics[i].form);
	return n;
}

/*
 * The three parts are usually answered by the same people, so they move
 * together to an extent that a tally cannot know. Whatever it is, the standard
 * error of a mean of three is at most the mean of the three standard errors
 * (Cauchy-Schwarz): that is what the index reports.
 */
int
cx_scores_experience(const CxReading *readings, int n, CxScore *scores)
{
	CxExperience e = cx_experience_from(readings, n);
	CxScore		index = {.metric = "experience_index", .form = CX_FORM_INDEX, .low = -100.0, .high = 100.0};
	int			written = 0;

	index.score = cx_experience_index(&e);
	for (int i = 0; i < CX_EXPERIENCE_PARTS; i++)
	{
		CxScore		part = score_from(&e.part[i], cx_experience_part_names[i], CX_FORM_NET);

		if (!isnan(part.score))
			scores[written++] = part;
		index.std_error += part.std_error / CX_EXPERIENCE_PARTS;
		index.responses = cx_add_counts(index.responses, part.responses);
		index.missing = cx_add_counts(index.missing, part.missing);
	}
	/* a test asks for variance and number: one answer with that spread */
	index.n = 1.0;
	index.variance = index.std_error * index.std_error;
	if (!isnan(index.score))
		scores[written++] = index;
	return written;
}

const char *const cx_score_names[] = {
	"nps", "csat", "csat_mean", "ces", "ces_easy", "effort", "effort_easy", "success_rate", "emotion_mean",
	"emotion_good", "rating", "success", "ease", "emotion", "experience_index", NULL
};

int
cx_scores_pooled(TallyList list, CxScore *scores)
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
	Assert(n <= CX_SCORES_POOLED);
	return n;
}

CxScore
cx_score_find(const CxScore *scores, int n, const char *metric)
{
	for (int i = 0; i < n; i++)
		if (strcmp(scores[i].metric, metric) == 0)
			return scores[i];
	return (CxScore) {.metric = metric, .score = NAN};
}

CxLimits
cx_score_limits(const CxScore *s, double confidence, CxNpsMethod nps_method)
{
	CxLimits	l = {NAN, NAN, NULL};
	CxInterval	i;

	if (isnan(s->score) || isnan(s->std_error))
		return l;
	switch (s->form)
	{
		case CX_FORM_NET:
			i = cx_nps_interval(s->good, s->bad, s->n, confidence, nps_method);
			l = (CxLimits) {100.0 * i.low, 100.0 * i.high, cx_nps_methods[nps_method]};
			break;
		case CX_FORM_SHARE:
			i = cx_wilson_interval(s->good, s->n, confidence);
			l = (CxLimits) {100.0 * i.low, 100.0 * i.high, "wilson"};
			break;
		case CX_FORM_MEAN:
			i = cx_t_interval(s->score, sqrt(s->variance), s->n, confidence);
			l = (CxLimits) {i.low, i.high, "t"};
			break;
		case CX_FORM_INDEX:
			{
				double		z = -cx_normal_quantile((1.0 - confidence) / 2.0);

				l = (CxLimits) {s->score - z * s->std_error, s->score + z * s->std_error, "conservative"};
				break;
			}
	}
	l.low = Max(l.low, s->low);
	l.high = Min(l.high, s->high);
	return l;
}
