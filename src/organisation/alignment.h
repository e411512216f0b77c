/*-------------------------------------------------------------------------
 *
 * src/organisation/alignment.h
 *	  The type "alignment_stats": figures of departments by period, to see
 *	  whether they move together.
 *
 * It keeps every figure, since what a change is depends on the periods of all
 * series together: a change leads from one period to the next, and periods are
 * the times at which any series was asked. A figure that is NULL is kept, too:
 * the series has no value in that period, and the two changes around it are
 * unknown.
 *
 * THE STORED FORM, behind the version byte of core/stats.h:
 *
 *	  names		nodes.h: varint how many series, at least 1, then each, ascending
 *	  for each	varint figures, at least 1; then of each, by time: the first
 *				time zigzagged, of the others varint microseconds since the one
 *				before, at least 1; eight bytes of an IEEE double, little-endian,
 *				a NaN (7ff8000000000000) for NULL
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_ALIGNMENT_H
#define CX_ALIGNMENT_H

#include "core/stats.h"
#include "datatype/timestamp.h"
#include "journey/nodes.h"

/* documented size limit; past it 54000 */
#define CX_ALIGNMENT_MAX	(1 << 24)

typedef struct CxFigure
{
	uint32		series;			/* node */
	TimestampTz at;
	double		figure;			/* NaN: none */
} CxFigure;

typedef struct CxAlignment
{
	CxStats		stats;
	CxNodes		nodes;			/* series */
	CxFigure   *figures;
	uint32		n;
	uint32		capacity;
	bool		sorted;			/* by name of series, and time */
} CxAlignment;

/* alignment.c */
extern const CxStatsType cx_alignment_type;
/* Figures by series and time; 22023 if a series has two at one time. Changes nothing that can be seen. */
extern void cx_alignment_sort(const CxAlignment *alignment);

#endif							/* CX_ALIGNMENT_H */
