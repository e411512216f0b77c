/*-------------------------------------------------------------------------
 *
 * cox.h
 *		The proportional hazards model of Cox (1972), fitted by its partial
 *		likelihood.
 *
 * The data are n rows of p + 1 doubles, ascending by duration: first the
 * duration, 0 or more, with the sign bit set if it ended in an event (and not
 * in being censored), then p features, finite. Ties are treated as Efron (1977)
 * or Breslow (1974) did.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_MATHS_COX_H
#define CX_MATHS_COX_H

#include <stdbool.h>
#include <stddef.h>

typedef enum CxCoxOutcome
{
	CX_COX_FITTED,
	CX_COX_NO_EVENTS,
	CX_COX_CONSTANT,			/* a feature is the same in all rows */
	CX_COX_IDLE,				/* a feature is the same in all rows at risk, whenever there is an event */
	CX_COX_DEPENDENT,			/* a feature is a linear combination of those before it */
	CX_COX_RUNAWAY,				/* the likelihood grows without end with a coefficient */
	CX_COX_STUCK				/* no convergence */
} CxCoxOutcome;

/* Room for all pointers is the caller's to give. */
typedef struct CxCox
{
	size_t		n;
	int			p;
	const double *rows;
	bool		breslow;
	void		(*interrupt) (void *arg);	/* called now and then, may not return; or NULL */
	void	   *arg;

	/* what comes out */
	size_t		events;
	size_t		event_times;	/* different ones */
	int			feature;		/* that the outcome is about, from 0 */
	double		log_likelihood;
	double		null_log_likelihood;	/* of all coefficients 0 */
	double	   *mean;			/* p: of the features */
	double	   *spread;			/* p: their standard deviations, divisor n */
	double	   *estimate;		/* p: coefficients */
	double	   *covariance;		/* p x p: of the coefficients */

	double	   *work;			/* cx_cox_work(n, p) doubles */
} CxCox;

extern size_t cx_cox_work(size_t n, int p);
extern CxCoxOutcome cx_cox_fit(CxCox *cox);

/*
 * The cumulative hazard of a row whose features are the means, behind each of
 * the event_times, ascending; after a fit. In the manner of the ties.
 */
extern void cx_cox_baseline(const CxCox *cox, double *time, double *hazard);

#endif							/* CX_MATHS_COX_H */
