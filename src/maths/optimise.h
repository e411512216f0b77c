/*-------------------------------------------------------------------------
 *
 * optimise.h
 *		The maximum of a smooth function of a few variables.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_MATHS_OPTIMISE_H
#define CX_MATHS_OPTIMISE_H

#define CX_MAXIMISE_MOST	4	/* variables */

/* The value at x, and its gradient; not finite where there is none. */
typedef double (*CxObjective) (const double *x, double *gradient, void *arg);

typedef enum CxMaximum
{
	CX_MAXIMUM_FOUND,
	CX_MAXIMUM_FAR,				/* it goes on growing, be it by ever less, as far as was looked */
	CX_MAXIMUM_NONE				/* no step leads upwards, and yet it is no maximum */
} CxMaximum;

/*
 * Climb from x, n variables, to a maximum, which x is then.  The method is
 * BFGS (Broyden, Fletcher, Goldfarb, Shanno 1970) to get near, and Newton's to
 * get there; second derivatives are differences of gradients.  "covariance",
 * n x n, becomes the inverse of the negative Hessian.  Variables are
 * logarithms of something: steps of 1 are large, and an inverse curvature
 * above 100^2 is no maximum but a plain.
 */
extern CxMaximum cx_maximise(CxObjective f, void *arg, int n, double *x, double *value, double *covariance);

#endif							/* CX_MATHS_OPTIMISE_H */
