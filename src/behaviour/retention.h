/*-------------------------------------------------------------------------
 *
 * src/behaviour/retention.h
 *	  retention_stats: who came when, and came back when.
 *
 * A customer belongs to the cohort of the first period (day, week, ...) in which
 * there is a touch, and is active in every period in which there is one. What is
 * counted are breaks: for each cohort, how many customers were active in period
 * "last", then not for at least one period, and again in period "next"; or never
 * again. That is enough for every question, exactly:
 *
 *	  customers of a cohort			= breaks without a next
 *	  active in p, but not in p + 1	= breaks with last = p
 *	  back in p, not active in p - 1	= breaks with next = p
 *	  active in p					= active in p - 1, less the former, and the latter
 *	  not active in any of a .. b	= breaks with last < a and next > b
 *
 * and so for any bracket of periods, and for months over days. Its size is
 * bounded by the customers' breaks and by periods cubed over six, not by
 * customers or touches.
 *
 * Packed, behind the version byte: byte grain; varint length of the name of the
 * zone and its bytes; zigzag of the last moment at which anybody was seen;
 * varint cohorts, and for each of them, ascending: its period (zigzag; behind
 * the first: varint, less one, after the one before), varint breaks, and for
 * each, ascending by last and then next: varint last after the one before it
 * (the first: after the cohort), varint next after last, less 1, 0 for never;
 * varint customers.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_RETENTION_H
#define CX_RETENTION_H

#include "behaviour/calendar.h"
#include "core/stats.h"

#define CX_NEVER_AGAIN	PG_INT32_MAX

/* documented limit of periods that readers walk through, 2,870 years of days; past it 54000 */
#define CX_RETENTION_PERIODS	(1 << 20)

typedef struct CxBreak
{
	int32		cohort;
	int32		last;
	int32		next;			/* at least last + 2 */
	uint64		customers;		/* 0: a free place in the table */
} CxBreak;

typedef struct CxRetention
{
	CxStats		base;
	CxCalendar *calendar;		/* NULL until something is counted */
	TimestampTz seen;			/* the last moment */
	uint64		customers;
	CxBreak    *table;			/* hashed, open addressing */
	uint32		used;
	int			bits;			/* of its size; 0: none yet */
	CxBreak    *ordered;		/* all breaks by cohort, last, next, as long as nothing is added; or NULL */
} CxRetention;

/* What the groups of an aggregate share: a calendar and room for the times of a journey. */
typedef struct CxRetentionShared
{
	CxShared	base;
	CxCalendar *calendar;
	TimestampTz *times;
	int			room;
} CxRetentionShared;

extern const CxStatsType cx_retention_type;

/* retention.c */
extern void cx_retention_ask(CxRetention *stats, CxGrain grain, const char *tz, int tz_len);
extern void cx_retention_reserve(CxRetention *stats, int bits);
extern void cx_retention_add_break(CxRetention *stats, int32 cohort, int32 last, int32 next, uint64 customers);
/* A customer, by the times of all touches, ascending; at least one. */
extern void cx_retention_add_times(CxRetention *stats, const TimestampTz *times, int n);

/* retention_io.c: all breaks, used of them, by cohort, last, next */
extern const CxBreak *cx_retention_breaks(const CxRetention *stats);
/* a copy of breaks, by next */
extern CxBreak *cx_breaks_by_next(const CxBreak *breaks, uint32 n);

/* retention_read.c: the first period that is not over at a moment, or at the last touch if the argument is NULL */
extern int32 cx_retention_open_period(FunctionCallInfo fcinfo, int arg, const CxRetention *stats);
extern void cx_retention_check_span(int32 first, int32 last);	/* 54000 */

#endif							/* CX_RETENTION_H */
