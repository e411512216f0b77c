/*-------------------------------------------------------------------------
 *
 * src/churn/rfm.h
 *	  The type "rfm_stats": the purchases of one customer.
 *
 * Times are counted in periods of the grain, from Monday 2000-01-03 00:00 UTC
 * on, so that the days and weeks of UTC are periods; without a grain (0) in
 * microseconds, and every purchase is its own. Purchases of one period are one,
 * but they are kept apart and added up exactly when read: so pieces of a
 * customer merge in any order.
 *
 * THE STORED FORM, behind the version byte:
 *
 *	  byte		0: purchases
 *	  zigzag	as_of, microseconds since 2000-01-01 UTC
 *	  varint	grain, microseconds
 *	  varint	purchases, n
 *	  n times, ascending by period and amount, unknown amounts last:
 *		varint	the first: periods before that of as_of; others: periods behind the one before
 *		amount	varint: 0 unknown, 1 a double follows, else 2 + zigzag of cents
 *
 * or, where a customer was given by a summary:
 *
 *	  byte		1: summary
 *	  varint	frequency
 *	  doubles	recency, age, in units
 *	  byte		1 if the mean spend is known; a double follows then
 *	  varint	unit, microseconds
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_RFM_H
#define CX_RFM_H

#include "core/stats.h"

#include "datatype/timestamp.h"

#define CX_RFM_PURCHASES	(1 << 24)	/* documented size limit; past it 54000 */
#define CX_RFM_WEEK			(INT64CONST(7) * USECS_PER_DAY)

typedef struct CxPurchase
{
	int64		period;
	double		amount;			/* NaN: unknown */
} CxPurchase;

typedef struct CxRfm
{
	CxStats		stats;
	bool		known;			/* are as_of and grain, or a summary, set? */
	bool		summary;

	/* purchases */
	bool		sorted;
	TimestampTz as_of;
	uint64		grain;
	uint32		n;
	uint32		room;
	CxPurchase *purchase;

	/* a summary */
	uint32		frequency;
	double		recency;
	double		age;
	double		monetary;		/* NaN: unknown */
	uint64		unit;
} CxRfm;

/* What the models want to know. */
typedef struct CxBuyer
{
	double		x;				/* repeat purchases */
	double		t_x;			/* from the first to the last, in units */
	double		t;				/* from the first to as_of */
} CxBuyer;

extern const CxStatsType cx_rfm_type;

/* For states that hold purchases and something besides. */
extern void cx_rfm_add(CxRfm *rfm, TimestampTz at, double amount, TimestampTz as_of, uint64 grain);
extern int64 cx_rfm_period(TimestampTz at, uint64 grain);
extern void cx_rfm_write(const CxRfm *rfm, CxWriter *w);
extern bool cx_rfm_read(CxRfm *rfm, CxReader *r);
extern void cx_rfm_merge(CxRfm *rfm, const CxRfm *other);

extern CxRfm *cx_rfm_arg(FunctionCallInfo fcinfo, int arg); /* in order */
extern void cx_rfm_sort(CxRfm *rfm);
/* False if there is no purchase. "unit" in microseconds. */
extern bool cx_rfm_buyer(const CxRfm *rfm, double unit, CxBuyer *buyer);
/* The repeat purchases whose spend is known, and their mean; NaN if there are none. */
extern double cx_rfm_spend(const CxRfm *rfm, uint32 *purchases);
/* A row of an aggregate, whose time is argument 1. */
extern void cx_rfm_add_row(FunctionCallInfo fcinfo, CxRfm *rfm, int as_of_arg, double amount, uint64 grain);
/* An interval above 0, in microseconds; else 22023. */
extern uint64 cx_unit_arg(FunctionCallInfo fcinfo, int arg, const char *argument);

#endif							/* CX_RFM_H */
