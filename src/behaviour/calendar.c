/*-------------------------------------------------------------------------
 *
 * src/behaviour/calendar.c
 *	  Calendar periods as numbers (see calendar.h).
 *
 *-------------------------------------------------------------------------
 */
#include "behaviour/calendar.h"

#include "utils/builtins.h"
#include "utils/datetime.h"

/* 2000-01-01, day 0, was a Saturday; weeks begin on Monday */
#define FIRST_MONDAY	2

/* The days whose months are kept: 1970-01-01 to 2099-12-31. Months count from 2000-01, in the table from 1960-01. */
#define TABLE_FIRST		(UNIX_EPOCH_JDATE - POSTGRES_EPOCH_JDATE)
#define TABLE_DAYS		47482
#define MONTH_SHIFT		(40 * 12)

/* period(at, unit, tz), core/period.c */
extern Datum period_timestamptz(PG_FUNCTION_ARGS);

static const char *const grain_names[CX_GRAINS] = {"day", "week", "month", "quarter", "year"};
static const int months_of[CX_GRAINS] = {0, 0, 1, 3, 12};

const char *
cx_grain_name(CxGrain grain)
{
	return grain_names[grain];
}

/* Any case, as period() takes it. */
CxGrain
cx_grain_from_text(const text *word)
{
	Size		len = VARSIZE_ANY_EXHDR(word);

	for (int i = 0; i < CX_GRAINS; i++)
		if (len == strlen(grain_names[i]) && memcmp(VARDATA_ANY(word), grain_names[i], len) == 0)
			return (CxGrain) i;
	for (int i = 0; i < CX_GRAINS; i++)
		if (len == strlen(grain_names[i]) && pg_strncasecmp(VARDATA_ANY(word), grain_names[i], len) == 0)
			return (CxGrain) i;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unrecognized grain: \"%s\"", text_to_cstring(word)),
			 errhint("Use one of: day, week, month, quarter, year.")));
	return CX_DAY;				/* not reached */
}

CxCalendar *
cx_calendar_new(CxGrain grain, const char *tz, int tz_len)
{
	CxCalendar *calendar = palloc0(sizeof(CxCalendar));

	if (tz_len < 1 || tz_len > TZ_STRLEN_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("time zone \"%.*s\" not recognized", tz_len, tz)));
	calendar->grain = grain;
	calendar->tz_len = tz_len;
	memcpy(calendar->tz, tz, tz_len);
	calendar->utc = strcmp(calendar->tz, "UTC") == 0;
	calendar->tz_text = cstring_to_text_with_len(tz, tz_len);
	calendar->day_text = cstring_to_text("day");
	calendar->period.fn_mcxt = CurrentMemoryContext;
	return calendar;
}

bool
cx_calendar_same(const CxCalendar *calendar, CxGrain grain, const char *tz, int tz_len)
{
	return calendar->grain == grain && calendar->tz_len == tz_len && memcmp(calendar->tz, tz, tz_len) == 0;
}

static int32
floor_div(int32 a, int32 b)
{
	return a / b - (a % b < 0);
}

/* Months are looked up for nearly all days that are ever asked for. */
static int16 month_table[TABLE_DAYS];

static int32
month_of_day(int32 day)
{
	int			year,
				month,
				mday;

	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &mday);
	return (year - 2000) * 12 + month - 1;
}

static void
fill_month_table(void)
{
	for (int i = TABLE_DAYS - 1; i >= 0; i--)
		month_table[i] = (int16) (month_of_day(TABLE_FIRST + i) + MONTH_SHIFT);
}

int32
cx_period_of_day(CxGrain grain, int32 day)
{
	int32		month;

	if (grain == CX_DAY)
		return day;
	if (grain == CX_WEEK)
		return floor_div(day - FIRST_MONDAY, 7);
	if (day >= TABLE_FIRST && day < TABLE_FIRST + TABLE_DAYS)
	{
		/* the table holds no 0 once it is filled, and its first entry is filled last */
		if (unlikely(month_table[0] == 0))
			fill_month_table();
		month = month_table[day - TABLE_FIRST] - MONTH_SHIFT;
	}
	else
		month = month_of_day(day);
	return grain == CX_MONTH ? month : floor_div(month, months_of[grain]);
}

static int32
first_day_of_month(int32 month)
{
	int32		year = floor_div(month, 12);

	return date2j(2000 + year, month - year * 12 + 1, 1) - POSTGRES_EPOCH_JDATE;
}

int32
cx_period_first_day(CxGrain grain, int32 number)
{
	if (grain == CX_DAY)
		return number;
	if (grain == CX_WEEK)
		return number * 7 + FIRST_MONDAY;
	return first_day_of_month(number * months_of[grain]);
}

/* A day to either side, since a zone may be ahead or behind. */
bool
cx_period_possible(CxGrain grain, int64 number)
{
	int32		first = MIN_TIMESTAMP / USECS_PER_DAY;
	int32		last = (END_TIMESTAMP - 1) / USECS_PER_DAY + 1;

	return number >= cx_period_of_day(grain, first) && number <= cx_period_of_day(grain, last);
}

DateADT
cx_period_date(CxGrain grain, int32 number)
{
	int32		day = cx_period_first_day(grain, number);

	if (!IS_VALID_DATE(day))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("period out of range for type %s", "date")));
	return (DateADT) day;
}

int32
cx_period_of(CxCalendar *calendar, TimestampTz at)
{
	LOCAL_FCINFO(fcinfo, 3);

	if (calendar->utc)
		return cx_period_of_time(calendar->grain, at);
	InitFunctionCallInfoData(*fcinfo, &calendar->period, 3, InvalidOid, NULL, NULL);
	fcinfo->args[0] = (NullableDatum) {TimestampTzGetDatum(at), false};
	fcinfo->args[1] = (NullableDatum) {PointerGetDatum(calendar->day_text), false};
	fcinfo->args[2] = (NullableDatum) {PointerGetDatum(calendar->tz_text), false};
	return cx_period_of_day(calendar->grain, DatumGetDateADT(period_timestamptz(fcinfo)));
}
