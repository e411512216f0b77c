/*-------------------------------------------------------------------------
 *
 * btyd.h
 *		Models of customers who buy until they are gone, and nobody tells when.
 *
 * A customer is what is known of the purchases: x repeats, the last of them
 * t_x after the first purchase, seen until t.  While alive customers buy at a
 * rate that is gamma distributed among them (shape r, rate alpha).  They go
 *
 *		BG/NBD		after a repeat purchase, with a chance that is beta
 *					distributed (a, b): Fader, Hardie, Lee (2005)
 *		MBG/NBD		after the first one, too: Batislam, Denizel, Filiztekin (2007)
 *		Pareto/NBD	at any time, at a rate that is gamma distributed (s, beta):
 *					Schmittlein, Morrison, Colombo (1987)
 *
 * Parameters are arrays in this order: r, alpha, a, b or r, alpha, s, beta.
 * The spend of purchases is gamma distributed (p, rate nu), nu gamma among
 * customers (q, gamma): Fader, Hardie (2013); p, q, gamma.  Contracts end with
 * a chance per period that is beta distributed (alpha, beta): Fader, Hardie (2007).
 *
 * Nothing is allocated.  Everything is in one unit of time.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_MATHS_BTYD_H
#define CX_MATHS_BTYD_H

#include <stdbool.h>
#include <stddef.h>

typedef enum CxBtydKind
{
	CX_BTYD_BG,
	CX_BTYD_MBG,
	CX_BTYD_PARETO,
	CX_BTYD_SPEND,				/* gamma-gamma: x purchases of mean spend t_x each */
	CX_BTYD_CONTRACT			/* sBG: x periods, then lost (t = 1) or still there (t = 0) */
} CxBtydKind;

typedef struct CxBtydRow
{
	double		x;
	double		t_x;
	double		t;
	double		n;				/* customers of whom this is true */
} CxBtydRow;

/* Rows ascend by x: what depends on x alone is worked out once. */
typedef struct CxBtydData
{
	CxBtydKind	kind;
	const CxBtydRow *row;
	size_t		n;
	size_t		stride;			/* every so many-th row is looked at */
	void		(*interrupt) (void *arg);	/* now and then, unless NULL; may not return */
	void	   *arg;
} CxBtydData;

/*
 * An objective for cx_maximise: the log-likelihood of CxBtydData at the
 * logarithms of the parameters, with its gradient by them.
 */
extern double cx_btyd_likelihood(const double *log_parameters, double *gradient, void *data);
extern int	cx_btyd_parameters(CxBtydKind kind);

/* Of the first three kinds, at parameters: is the customer gone?  0..1 */
extern double cx_btyd_risk(CxBtydKind kind, const double *parameters, double x, double t_x, double t);
/* The purchases of a customer in a time "ahead" after t; of a new one with x = t_x = t = 0. */
extern double cx_btyd_expected(CxBtydKind kind, const double *parameters, double x, double t_x, double t, double ahead);
/* The probability that a new customer makes x repeat purchases in a time. */
extern double cx_btyd_probability(CxBtydKind kind, const double *parameters, double x, double ahead);

/* btyd_pareto.c */
typedef struct CxParetoDeath
{
	double		log_odds;		/* of being gone */
	double		log_r;			/* means over the time of death: of ln(alpha + y) */
	double		log_s;			/* of ln(beta + y) */
	double		by_alpha;		/* of 1 / (alpha + y) */
	double		by_beta;		/* of 1 / (beta + y) */
} CxParetoDeath;

extern CxParetoDeath cx_pareto_death(const double *parameters, double x, double t_x, double t);

#endif							/* CX_MATHS_BTYD_H */
