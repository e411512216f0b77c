/*-------------------------------------------------------------------------
 *
 * src/feedback/scores.h
 *	  Every score that a tally holds, each with its spread: what score_report
 *	  and compare work on.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_SCORES_H
#define CX_SCORES_H

#include "feedback/tally_read.h"

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

#endif							/* CX_SCORES_H */
