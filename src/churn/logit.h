/*-------------------------------------------------------------------------
 *
 * src/churn/logit.h
 *	  The working state "logit_stats" of logit_fit(): customers counted by their
 *	  features, since a regression has no smaller sum; and what a fitted model
 *	  holds.
 *
 * THE STORED FORM, behind the version byte of core/stats.h:
 *
 *	  double	ridge, eight bytes, lowest first; 0: none
 *	  customers	as counted.h tells
 *
 * THE MODEL is a churn_model of the kind logit (model.h): the intercept and an
 * estimate per feature, and their covariance. Its extras are the ridge, the
 * log-likelihood of an intercept alone, and the customers left out for a NULL.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_LOGIT_STATE_H
#define CX_LOGIT_STATE_H

#include "churn/counted.h"
#include "churn/model.h"
#include "core/stats.h"

typedef struct CxLogitStats
{
	CxStats		stats;
	double		ridge;			/* -1 until a row was seen */
	CxCounted	rows;
} CxLogitStats;

/* Where what is in the extras of a model. */
#define CX_LOGIT_RIDGE				0
#define CX_LOGIT_NULL_LIKELIHOOD	1
#define CX_LOGIT_MISSING			2
#define CX_LOGIT_EXTRAS				3

#endif							/* CX_LOGIT_STATE_H */
