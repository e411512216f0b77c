/*-------------------------------------------------------------------------
 *
 * src/behaviour/calendar.h
 *	  Calendar periods as numbers: the same days, weeks, months, quarters and
 *	  years as period() gives, counted so that the one after p is p + 1.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_CALENDAR_H
#define CX_CALENDAR_H

#include "core/compat.h"

#include "pgtime.h"
#include "utils/date.h"
#include "utils/timestamp.h"

typedef enum CxGrain
{
	CX_DAY,
	CX_WEEK,
	CX_MONTH,
	CX_QUARTER,
	CX_YEAR
} CxGrain;

#define CX_GRAINS	5

/* A grain in a time zone. */
typedef struct CxCalendar
{
	CxGrain		grain;
	int			tz_len;
	char		tz[TZ_STRLEN_MAX + 1];
	bool		utc;
	text	   *tz_text;		/* what period() is called with */
	text	   *day_text;
	FmgrInfo	period;			/* of period(), with what it remembers of the zone */
} CxCalendar;

/* The grain of a word; 22023 for any other. */
extern CxGrain cx_grain_from_text(const text *word);
extern const char *cx_grain_name(CxGrain grain);

/* In the current memory context. Whether the zone exists shows when a time is asked for. */
extern CxCalendar *cx_calendar_new(CxGrain grain, const char *tz, int tz_len);
extern bool cx_calendar_same(const CxCalendar *calendar, CxGrain grain, const char *tz, int tz_len);

/* Of a day counted from 2000-01-01, one that some moment can lie in. */
extern int32 cx_period_of_day(CxGrain grain, int32 day);
/* The first day of a period; may lie before the first date or behind the last. */
extern int32 cx_period_first_day(CxGrain grain, int32 number);
/* Is it a period that some moment can lie in? */
extern bool cx_period_possible(CxGrain grain, int64 number);
/* The first day as a date; 22008 if there is none. */
extern DateADT cx_period_date(CxGrain grain, int32 number);
/* Of a finite moment, in any zone. */
extern int32 cx_period_of(CxCalendar *calendar, TimestampTz at);

/* Of a moment in UTC. */
static inline int32
cx_period_of_time(CxGrain grain, TimestampTz at)
{
	return cx_period_of_day(grain, (int32) (at / USECS_PER_DAY - (at % USECS_PER_DAY < 0)));
}

#endif							/* CX_CALENDAR_H */
