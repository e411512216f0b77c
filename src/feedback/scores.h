/*-------------------------------------------------------------------------
 *
 * src/feedback/scores.h
 *	  Every score that a tally holds, each with its spread: what score_report,
 *	  compare and consistency work on.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_SCORES_H
#define CX_SCORES_H

#include "feedback/tally_read.h"
#include "maths/intervals.h"

typedef enum CxScoreForm
{
	CX_FORM_NET,				/* good minus bad, in points */
	CX_FORM_SHARE,				/* percent good */
	CX_FORM_MEAN,				/* in units of the scale */
	CX_FORM_INDEX				/* mean of net scores whose joint spread is unknown */
} CxScoreForm;

typedef struct CxScore
{
	const char *metric;
	CxScoreForm form;
	double		low;			/* range of the score itself */
	double		high;
	double		score;			/* NaN without answers */
	double		variance;		/* of one answer, in squared units of the score */
	double		std_error;
	double		n;				/* effective number of answers */
	double		good;			/* shares 0..1 */
	double		bad;
	int64		responses;
	int64		missing;
} CxScore;

/* The most scores one kind and scale can have, and the experience index with its parts. */
#define CX_SCORES_PER_READING	2
#define CX_SCORES_EXPERIENCE	4

/* The scores of one reading (of one scale, or pooled): how many were written to "scores". */
extern int	cx_scores_of(const CxReading *r, CxScore *scores);

/* The parts of the experience index that have answers, and the index if all have. */
extern int	cx_scores_experience(const CxReading *readings, int n, CxScore *scores);

/* Scores of one tally that a comparison can meet: the pooled ones of every kind, and the experience index. */
#define CX_SCORES_POOLED		(CX_KIND_LAST * CX_SCORES_PER_READING + CX_SCORES_EXPERIENCE)

/* All scores of a tally, each kind over all its scales: how many. */
extern int	cx_scores_pooled(TallyList list, CxScore *scores);

/* The score of a name, or one without answers. */
extern CxScore cx_score_find(const CxScore *scores, int n, const char *metric);

/* Every score by name, in the order of reports; NULL at the end. */
extern const char *const cx_score_names[];

/* Its interval, inside the range of the score, and how it was made; NaN and NULL where it is unknown. */
typedef struct CxLimits
{
	double		low;
	double		high;
	const char *method;
} CxLimits;

extern CxLimits cx_score_limits(const CxScore *s, double confidence, CxNpsMethod nps_method);

#endif							/* CX_SCORES_H */
