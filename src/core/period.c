/*-------------------------------------------------------------------------
 *
 * src/core/period.c
 *	  period(at, unit, tz): the calendar bucket of a moment, as a date.
 *
 * What date_trunc() gives for the same zone, at a fraction of its cost: days
 * are counted by integer arithmetic, and the offset of a zone is looked up
 * once per span between two changes of its clock. Zones other than UTC follow
 * the server's time zone database.
 *
 *-------------------------------------------------------------------------
 */
#include "core/compat.h"

#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

/* 2000-01-01, day 0 of a date, was a Saturday; weeks begin on Monday (ISO 8601) */
#define DAY_OF_FIRST_MONDAY		2
#define UNIX_EPOCH_SECONDS		((int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY)

/* A stretch of time through which a zone keeps its offset, in seconds since 1970; as far as it was looked at. */
typedef struct Span
{
	pg_time_t	from;
	pg_time_t	until;
	long		offset;
} Span;

/* What fn_extra remembers between calls; only a shortcut. */
#define SPANS	8
typedef struct ZoneCache
{
	char		name[TZ_STRLEN_MAX + 1];
	pg_tz	   *zone;
	int			next;			/* the span to overwrite */
	Span		span[SPANS];
} ZoneCache;

static int64
floor_div(int64 a, int64 b)
{
	return a / b - (a % b < 0);
}

static ZoneCache *
zone_cache(FunctionCallInfo fcinfo, const text *tz)
{
	ZoneCache  *cache = (ZoneCache *) fcinfo->flinfo->fn_extra;
	size_t		len = VARSIZE_ANY_EXHDR(tz);
	char		name[TZ_STRLEN_MAX + 1];
	pg_tz	   *zone = NULL;

	if (cache != NULL && strlen(cache->name) == len && memcmp(cache->name, VARDATA_ANY(tz), len) == 0)
		return cache;
	if (len <= TZ_STRLEN_MAX)
	{
		memcpy(name, VARDATA_ANY(tz), len);
		name[len] = '\0';
		zone = pg_tzset(name);
	}
	if (zone == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("time zone \"%s\" not recognized", text_to_cstring(tz))));
	if (cache == NULL)
		cache = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(ZoneCache));
	memset(cache, 0, sizeof(ZoneCache));
	strcpy(cache->name, name);
	cache->zone = zone;
	fcinfo->flinfo->fn_extra = cache;
	return cache;
}

/*
 * Seconds east of Greenwich at a moment. Before 1970 the server does not know
 * the changes of a zone that is given as a rule, so nothing is remembered.
 */
static long
zone_offset(ZoneCache *cache, pg_time_t at)
{
	Span		found = {at, PG_INT64_MAX, 0};
	long		after;
	int			dst,
				dst_after;

	if (at < 0)
	{
		struct pg_tm *local = pg_localtime(&at, cache->zone);

		return local != NULL ? local->tm_gmtoff : 0;
	}
	for (int i = 0; i < SPANS; i++)
		if (at >= cache->span[i].from && at < cache->span[i].until)
			return cache->span[i].offset;

	if (pg_next_dst_boundary(&at, &found.offset, &dst, &found.until, &after, &dst_after, cache->zone) <= 0)
		found.until = PG_INT64_MAX;
	for (int i = 0; i < SPANS; i++)
	{
		/* the same span, seen from an earlier moment */
		if (cache->span[i].until == found.until)
		{
			cache->span[i].from = Min(cache->span[i].from, at);
			return found.offset;
		}
	}
	cache->span[cache->next] = found;
	cache->next = (cache->next + 1) % SPANS;
	return found.offset;
}

typedef enum Unit
{
	UNIT_DAY,
	UNIT_WEEK,
	UNIT_MONTH,
	UNIT_QUARTER,
	UNIT_YEAR
} Unit;

static const struct
{
	const char *name;
	Size		len;
}			units[] = {
	[UNIT_DAY] = {"day", 3},
	[UNIT_WEEK] = {"week", 4},
	[UNIT_MONTH] = {"month", 5},
	[UNIT_QUARTER] = {"quarter", 7},
	[UNIT_YEAR] = {"year", 4},
};

/* Asked once a row: words in small letters first, as nearly everybody writes them. */
static Unit
unit_from_text(const text *word)
{
	Size		len = VARSIZE_ANY_EXHDR(word);

	for (int i = 0; i < lengthof(units); i++)
		if (len == units[i].len && memcmp(VARDATA_ANY(word), units[i].name, len) == 0)
			return (Unit) i;
	for (int i = 0; i < lengthof(units); i++)
		if (len == units[i].len && pg_strncasecmp(VARDATA_ANY(word), units[i].name, len) == 0)
			return (Unit) i;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unrecognized unit: \"%s\"", text_to_cstring(word)),
			 errhint("Use one of: day, week, month, quarter, year.")));
	return UNIT_DAY;			/* not reached */
}

/* The first day of the bucket that holds a day; days count from 2000-01-01. */
static int64
bucket_start(int64 day, Unit unit)
{
	int			year,
				month,
				mday;

	if (unit == UNIT_DAY)
		return day;
	if (unit == UNIT_WEEK)
		return floor_div(day - DAY_OF_FIRST_MONDAY, 7) * 7 + DAY_OF_FIRST_MONDAY;
	j2date((int) day + POSTGRES_EPOCH_JDATE, &year, &month, &mday);
	if (unit == UNIT_MONTH)
		return day - (mday - 1);
	month = unit == UNIT_QUARTER ? (month - 1) / 3 * 3 + 1 : 1;
	return date2j(year, month, 1) - POSTGRES_EPOCH_JDATE;
}

static Datum
bucket_datum(int64 day, const text *unit)
{
	day = bucket_start(day, unit_from_text(unit));
	if (!IS_VALID_DATE(day))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("period out of range for type %s", "date")));
	return DateADTGetDatum((DateADT) day);
}

/* Infinity stays; the unit is checked all the same. */
static Datum
infinite_bucket(bool past, const text *unit)
{
	(void) unit_from_text(unit);
	return DateADTGetDatum(past ? DATEVAL_NOBEGIN : DATEVAL_NOEND);
}

/* period(timestamptz, unit, tz) */
PG_FUNCTION_INFO_V1(period_timestamptz);
Datum
period_timestamptz(PG_FUNCTION_ARGS)
{
	TimestampTz at = PG_GETARG_TIMESTAMPTZ(0);
	const text *unit = PG_GETARG_TEXT_PP(1);
	const text *tz = PG_GETARG_TEXT_PP(2);
	bool		utc = VARSIZE_ANY_EXHDR(tz) == 3 && memcmp(VARDATA_ANY(tz), "UTC", 3) == 0;
	ZoneCache  *zone = utc ? NULL : zone_cache(fcinfo, tz);
	int64		seconds;

	if (TIMESTAMP_NOT_FINITE(at))
		return infinite_bucket(TIMESTAMP_IS_NOBEGIN(at), unit);
	seconds = floor_div(at, USECS_PER_SEC);
	if (!utc)
		seconds += zone_offset(zone, seconds + UNIX_EPOCH_SECONDS);
	return bucket_datum(floor_div(seconds, SECS_PER_DAY), unit);
}

/*
 * period(timestamp, unit) and period(date, unit): no zone is involved. Without
 * them, PostgreSQL would turn such arguments into moments by the session's
 * time zone, and east of Greenwich the first of a month would fall into the
 * month before.
 */
PG_FUNCTION_INFO_V1(period_timestamp);
Datum
period_timestamp(PG_FUNCTION_ARGS)
{
	Timestamp	at = PG_GETARG_TIMESTAMP(0);
	const text *unit = PG_GETARG_TEXT_PP(1);

	if (TIMESTAMP_NOT_FINITE(at))
		return infinite_bucket(TIMESTAMP_IS_NOBEGIN(at), unit);
	return bucket_datum(floor_div(at, USECS_PER_DAY), unit);
}

PG_FUNCTION_INFO_V1(period_date);
Datum
period_date(PG_FUNCTION_ARGS)
{
	DateADT		day = PG_GETARG_DATEADT(0);
	const text *unit = PG_GETARG_TEXT_PP(1);

	if (DATE_NOT_FINITE(day))
		return infinite_bucket(DATE_IS_NOBEGIN(day), unit);
	return bucket_datum(day, unit);
}
