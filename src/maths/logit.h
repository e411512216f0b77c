/*-------------------------------------------------------------------------
 *
 * logit.h
 *		Logistic regression: the probability of an event as
 *		1 / (1 + exp(-(b0 + b1 x1 + ... + bp xp))), fitted by maximum likelihood,
 *		or with a ridge.
 *
 * The data are n rows of p + 2 doubles: p features, finite and at most 1e140,
 * then how many with these features had no event, and how many had it.
 *
 * Inside, features are standardised: mean 0, standard deviation 1 (divisor n).
 * The ridge takes half of it times the sum of the squares of the standardised
 * coefficients, but for the intercept, from the log-likelihood (le Cessie, van
 * Houwelingen 1992).
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_MATHS_LOGIT_H
#define CX_MATHS_LOGIT_H

#include <stdbool.h>
#include <stddef.h>

typedef enum CxLogitOutcome
{
	CX_LOGIT_FITTED,
	CX_LOGIT_ALL,				/* every row is an event */
	CX_LOGIT_NONE,				/* no row is */
	CX_LOGIT_DEPENDENT,			/* a feature is a linear combination of those before it */
	CX_LOGIT_SEPARATED,			/* the likelihood grows without end, most with this feature */
	CX_LOGIT_STUCK				/* no convergence */
} CxLogitOutcome;

/* Room for all pointers is the caller's to give. */
typedef struct CxLogit
{
	size_t		n;
	int			p;
	const double *rows;
	double		ridge;			/* 0 or more */
	void		(*interrupt) (void *arg);	/* called now and then, may not return; or NULL */
	void	   *arg;

	/* what comes out */
	int			feature;		/* that the outcome is about, from 0 */
	int			iterations;
	double		log_likelihood; /* without the ridge */
	double		null_log_likelihood;	/* of an intercept alone */
	double	   *estimate;		/* p + 1: intercept first; 0 of a feature that is the same in all rows */
	double	   *covariance;		/* (p + 1) x (p + 1): inverse of the curvature, ridge included; 0 of such a feature */

	double	   *work;			/* cx_logit_work(p) doubles */
} CxLogit;

extern size_t cx_logit_work(int p);
extern CxLogitOutcome cx_logit_fit(CxLogit *logit);

#endif							/* CX_MATHS_LOGIT_H */
