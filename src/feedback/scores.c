/*-------------------------------------------------------------------------
 *
 * src/feedback/scores.c
 *	  Every score that a tally holds, each with its spread.
 *
 *-------------------------------------------------------------------------
 */
#include "feedback/scores.h"

#include "feedback/experience.h"
#include "maths/intervals.h"

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
