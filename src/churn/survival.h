/*-------------------------------------------------------------------------
 *
 * src/churn/survival.h
 *	  The type "survival_stats": how long customers stayed, and which of them
 *	  have left.
 *
 * Of each different duration it knows how many customers churned then, and how
 * many were last seen then, still there (censored). That is all that the curve
 * of Kaplan and Meier and the log-rank test ask for.
 *
 * THE STORED FORM, behind the version byte of core/stats.h:
 *
 *	  byte		1 = durations have fractions, 2 = weights have fractions; or both
 *	  varint	rows that count
 *	  varint	rows that are missing: no duration, not known whether churned, or no weight
 *	  varint	different durations
 *	  then per duration, ascending:
 *		varint	  step from the one before (the first: from 0)  } or, with fractions, the
 *				  duration as an IEEE double, lowest byte first }
 *		wide	  weight of those that churned   } whole customers, or
 *		wide	  weight of those censored       } millionths of one; not both 0
 *
 * The form is canonical: fractions only where there are some. Without weights
 * a row is one customer.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_SURVIVAL_H
#define CX_SURVIVAL_H

#include "core/stats.h"

/* documented size limits; past them 54000 (durations) or 22003 (rows) */
#define CX_SURVIVAL_TIMES	(1 << 24)
#define CX_SURVIVAL_ROWS	(UINT64CONST(1) << 61)

/* weights in millionths, so that sums are exact; 2^61 rows of at most 10^9 stay far inside of 128 bits */
#define CX_SURVIVAL_UNIT	1000000
#define CX_SURVIVAL_WEIGHT	1e9

typedef struct CxDuration
{
	double		at;
	CxUint128	churned;		/* millionths */
	CxUint128	censored;
} CxDuration;

typedef struct CxSurvival
{
	CxStats		stats;
	uint64		rows;
	uint64		missing;
	uint32		n;				/* durations; ascending if "sorted", else as they came */
	uint32		room;
	CxDuration *duration;
	bool		sorted;
	uint32	   *slot;			/* hash table of 1 + positions, 0 is free; NULL while there are few, or none is known */
	uint32		slots;			/* a power of two */
} CxSurvival;

extern const CxStatsType cx_survival_type;

/* An argument, its durations ascending. */
extern const CxSurvival *cx_survival_arg(FunctionCallInfo fcinfo, int arg);

/*
 * The curve of Kaplan and Meier, one time after the other at which somebody
 * churned. Begin with cx_curve(); cx_curve_next() is false at the end.
 */
typedef struct CxCurve
{
	const CxSurvival *of;
	uint32		next;			/* position in the durations */
	CxUint128	left;			/* of the customers, behind this time and those censored until the next one */
	double		at;
	double		at_risk;
	double		churned;
	double		censored;		/* from this time to before the next row */
	double		survival;
	double		spread;			/* the sum of Greenwood; infinite when nobody is left */
	double		base;			/* survival, and customers at risk, when somebody was last censored */
	double		base_at_risk;
	CxUint128	base_left;		/* who would be at risk if nobody had been censored since */
} CxCurve;

extern CxCurve cx_curve(const CxSurvival *survival);
extern bool cx_curve_next(CxCurve *curve);

#endif							/* CX_SURVIVAL_H */
