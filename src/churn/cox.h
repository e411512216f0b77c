/*-------------------------------------------------------------------------
 *
 * src/churn/cox.h
 *	  The working state "cox_stats" of cox_fit(): the rows themselves, since a
 *	  partial likelihood has no smaller sum; and what a fitted model holds.
 *
 * THE STORED FORM, behind the version byte of core/stats.h:
 *
 *	  byte		ties: 0 Efron, 1 Breslow
 *	  varint	rows with a NULL, which are left out
 *	  varint	rows
 *	  varint	features of a row; 0 if there are no rows
 *	  then per row the doubles that maths/cox.h asks for, eight bytes each, lowest
 *	  first: the duration, its sign bit set if the customer churned, and the
 *	  features; ascending by duration, those censored first, then by the features
 *
 * THE MODEL is a churn_model of the kind cox (model.h): an estimate per feature
 * and their covariance. Its extras are pairs of doubles:
 *
 *	  the longest duration, and the log-likelihood of no feature
 *	  rows left out, and ties as above
 *	  per feature its mean, and its standard deviation (divisor n)
 *	  per time at which somebody churned, ascending, the time, and the cumulative hazard of a
 *	  customer whose features are the means
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_COX_STATE_H
#define CX_COX_STATE_H

#include "churn/model.h"
#include "core/stats.h"

typedef struct CxCoxRows
{
	CxStats		stats;
	int			ties;			/* -1 until a row was seen */
	uint64		missing;
	uint64		n;
	int			p;
	uint64		room;			/* rows that fit */
	double	   *row;			/* n of p + 1 */
	bool		sorted;
} CxCoxRows;

extern const CxStatsType cx_cox_type;
extern void cx_cox_sort(CxCoxRows *rows);

/* Where what is in the extras of a model. */
#define CX_COX_LAST_TIME		0
#define CX_COX_NULL_LIKELIHOOD	1
#define CX_COX_MISSING			2
#define CX_COX_TIES				3
#define CX_COX_MEANS			4
#define CX_COX_BASELINE(p)		(CX_COX_MEANS + 2 * (p))

#endif							/* CX_COX_STATE_H */
