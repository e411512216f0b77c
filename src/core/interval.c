/*-------------------------------------------------------------------------
 *
 * src/core/interval.c
 *	  Intervals as exact lengths of time.
 *
 *-------------------------------------------------------------------------
 */
#include "core/interval.h"

#include "common/int.h"

uint64
cx_interval_microseconds(const Interval *interval, const char *argument)
{
	int64		length;

	if (interval->month != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s has months or years, which have no fixed length", argument),
				 errdetail_plural("It has %d month.", "It has %d months.", abs(interval->month), interval->month),
				 errhint("Use days, hours, minutes or seconds; a day has 24 hours.")));
	if (pg_mul_s64_overflow(interval->day, USECS_PER_DAY, &length) ||
		pg_add_s64_overflow(length, interval->time, &length))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s is too long", argument),
				 errdetail("It has %d days.", interval->day)));
	if (length < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s is negative", argument),
				 errdetail("It has %g seconds.", (double) length / USECS_PER_SEC)));
	return (uint64) length;
}
