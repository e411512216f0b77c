/*-------------------------------------------------------------------------
 *
 * alignment.h
 *		Do series move together?  Changes from period to period, the
 *		correlation of two series' changes, and the resultant of all.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_MATHS_ALIGNMENT_H
#define CX_MATHS_ALIGNMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The known changes of one series: each with the number of the period it leads
 * into, ascending.  They are in a unit of the series' own, a power of two, so
 * that no square leaves the range of a double.
 */
typedef struct CxChanges
{
	int64_t		n;
	int32_t    *period;
	double	   *change;
	double		noise;			/* changes that differ by no more may be equal, but for rounding */
} CxChanges;

/* The change of one figure to the next, 0 if it is within rounding. */
extern double cx_change(double before, double after);

/* Choose the unit; "largest" is the largest magnitude among the figures. */
extern void cx_changes_scale(CxChanges *c, double largest);

typedef struct CxTogether
{
	int64_t		changes;		/* known to both */
	int64_t		alike;			/* both up, both down, or both unchanged */
	double		correlation;	/* Pearson's; NaN if either does not vary, or of fewer than two changes */
} CxTogether;

extern CxTogether cx_changes_together(const CxChanges *a, const CxChanges *b);

/*
 * Each series that moved is an arrow in the space of periods: its changes,
 * divided by the length of all of them.  The resultant is the length of the
 * arrows' sum, divided by their number (Mardia 1972): 1 if all point the same
 * way, 0 if they cancel.  Only periods count whose change is known to all
 * series that have any known change.  NaN of fewer than two such periods or
 * arrows.  "known" and "sum" are work space of as many items as there are
 * periods.
 */
typedef struct CxResultant
{
	int64_t		changes;		/* known to all */
	int64_t		moving;			/* arrows */
	double		length;
} CxResultant;

extern CxResultant cx_changes_resultant(const CxChanges *series, int64_t n, int64_t periods, uint32_t *known, double *sum);

#endif							/* CX_MATHS_ALIGNMENT_H */
