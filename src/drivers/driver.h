/*-------------------------------------------------------------------------
 *
 * src/drivers/driver.h
 *	  The type "driver_stats": an outcome and what may drive it, by their sums.
 *
 * Regression, correlation and relative importance need no rows: how many there
 * are, the sums of all variables, and the sums of products of any two of them.
 * All sums are exact (maths/exactsum.h), so merging them is, too, and nothing
 * cancels. A row in which anything is NULL is left out, and counted.
 *
 * THE STORED FORM, behind the version byte of core/stats.h:
 *
 *	  varint	rows without a NULL
 *	  varint	rows with one; not both 0
 *	  varint	features in a row; 0 while all rows had NULL for them
 *	  if there are rows without a NULL, as maths/exactsum.h writes them:
 *	  sums		of outcome and features
 *	  sums		of products: outcome * outcome, outcome * x1, ... outcome * xp,
 *				x1 * x1, x1 * x2, ...
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_DRIVER_H
#define CX_DRIVER_H

#include "core/stats.h"
#include "maths/exactsum.h"

#define CX_DRIVERS_MAX		64	/* features; more are 54000 */
#define CX_DRIVER_ROWS_MAX	(UINT64CONST(1) << 61)

typedef struct CxDrivers
{
	CxStats		stats;
	uint64		n;
	uint64		missing;
	int			p;				/* features; 0: not known yet */
	CxSum	   *sum;			/* p + 1, the outcome first */
	CxSum	   *product;		/* (p + 1)(p + 2) / 2 */
} CxDrivers;

extern const CxStatsType cx_driver_type;

/*
 * Means, and sums of products around them: p + 1 rows, the outcome first. What
 * varies less than numbers of its size can tell has sums of 0.
 */
typedef struct CxDriverSums
{
	uint64		n;
	uint64		missing;
	int			p;
	double	   *mean;			/* NaN if there are no rows */
	double	   *sums;
} CxDriverSums;

/*
 * The regression on all drivers that vary, standardised. Those are numbered
 * 0 .. kept - 1; which[] tells their features, from 0.
 */
typedef struct CxDriverFit
{
	int			kept;
	int		   *which;
	double	   *spread;			/* p + 1, the outcome first: root of the sum of squares */
	double	   *matrix;			/* correlations, kept + 1 rows, the outcome last */
	double	   *r;				/* correlations with the outcome; 0 if it does not vary */
	double	   *values;			/* of the matrix without the outcome: maths/eigen.h */
	double	   *vectors;
	double	   *beta;			/* maths/importance.h, and the next two */
	double	   *inverse;
	double	   *lost;
	int			rank;
	double		r_squared;		/* NaN if the outcome does not vary */
} CxDriverFit;

/* A driver of whose coefficient more than this is arbitrary (CxDriverFit.lost) has none of its own. */
#define CX_DRIVER_LOST	1e-6

extern CxDriverSums cx_driver_sums(const CxDrivers *drivers);
extern CxDriverFit cx_driver_fit(const CxDriverSums *sums); /* XX001 of sums that no rows can have */
extern void cx_driver_interrupt(void *arg);

/* The names of p drivers: those of an argument, or x1, x2, ... if it is NULL; 22023 */
extern Datum *cx_driver_names(FunctionCallInfo fcinfo, int arg, int p);

#endif							/* CX_DRIVER_H */
