/*-------------------------------------------------------------------------
 *
 * src/organisation/emotion.c
 *	  How a customer felt along one journey: mean, first, last, lowest, highest,
 *	  slope, and peak-end of the answers, in percent, 100 at the good end.
 *
 * What is remembered of an experience is less its mean than its most intense
 * moment and its end (Kahneman, Fredrickson, Schreiber, Redelmeier 1993;
 * Cojuharenco, Ryvkin 2008). The peak is the answer farthest from the middle,
 * 50, so it may be a low one; of equally far ones the later.
 *
 *-------------------------------------------------------------------------
 */
#include "journey/journey.h"

#include <math.h>

#include "core/args.h"
#include "core/srf.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

/* answers, mean, first, last, lowest, highest, slope, peak, peak_end */
#define PATH_COLUMNS	9

/* Answers of one journey; all but their number NaN without any. */
typedef struct Path
{
	int			answers;
	double		mean;
	double		first;
	double		last;
	double		lowest;
	double		highest;
	double		slope;			/* points per day; NaN if all were given at one time */
	double		peak;
} Path;

/* The answers of a kind in stored order, as percents, and their places in the journey. */
typedef struct Answers
{
	int			n;
	CxAnswer   *answer;
	double	   *percent;
	int		   *place;
} Answers;

/* By CxKind, which begins with 1. */
#define ANY_KIND		0
static const char *const kinds[] = {
	"any", "nps", "csat", "ces", "effort", "success", "emotion", "rating", NULL
};

static int
kind_arg(FunctionCallInfo fcinfo, int arg)
{
	StaticAssertStmt(lengthof(kinds) == CX_KIND_LAST + 2, "a kind has no name");
	if (PG_ARGISNULL(arg))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("kind is NULL"),
				 errhint("Use 'any' for answers of all kinds.")));
	return cx_check_choice(PG_GETARG_TEXT_PP(arg), "kind", kinds);
}

static Answers
answers_of(const CxJourney *j, int kind)
{
	Answers		a = {0, NULL, NULL, NULL};

	if (j->n == 0 || (j->flags & CX_JOURNEY_FEEDBACK) == 0)
		return a;
	a.answer = palloc(sizeof(CxAnswer) * j->n);
	cx_journey_answers(j, 0, j->n, a.answer);
	a.percent = palloc(sizeof(double) * j->n);
	a.place = palloc(sizeof(int) * j->n);
	for (int i = 0; i < j->n; i++)
		if (a.answer[i] != 0 && (kind == ANY_KIND || (int) cx_answer_kind(a.answer[i]) == kind))
		{
			a.percent[a.n] = cx_answer_percent(a.answer[i]);
			a.place[a.n] = i;
			a.answer[a.n++] = a.answer[i];
		}
	return a;
}

static void
free_answers(Answers *a)
{
	if (a->percent == NULL)
		return;
	pfree(a->answer);
	pfree(a->percent);
	pfree(a->place);
}

/* Is a not closer to the middle of its scale than b? In whole numbers: 2 of 7 and 6 of 7 are equally far. */
static bool
as_far(CxAnswer a, CxAnswer b)
{
	CxScale		x = cx_answer_scale(a);
	CxScale		y = cx_answer_scale(b);
	int64		x_range = (int64) (x.hi - x.lo) * CX_UNIT;
	int64		y_range = (int64) (y.hi - y.lo) * CX_UNIT;
	int64		x_away = 2 * (int64) cx_answer_offset(a) - x_range;
	int64		y_away = 2 * (int64) cx_answer_offset(b) - y_range;

	return Max(x_away, -x_away) * y_range >= Max(y_away, -y_away) * x_range;
}

/* The answer farthest from the middle, the later of equals. */
static double
peak_of(const Answers *a)
{
	int			peak = 0;

	for (int i = 1; i < a->n; i++)
		if (as_far(a->answer[i], a->answer[peak]))
			peak = i;
	return a->percent[peak];
}

/* Twice over: what rounding has cost the first sum, the second one finds. */
static double
mean_of(const double *x, int n)
{
	double		mean = 0.0;
	double		rest = 0.0;

	for (int i = 0; i < n; i++)
		mean += x[i];
	mean /= n;
	for (int i = 0; i < n; i++)
		rest += x[i] - mean;
	return mean + rest / n;
}

/* Least squares of the answers over their times, in points per day. */
static double
slope_of(const CxJourney *j, const Answers *a, double mean)
{
	int			from = a->place[0];
	int			count = a->place[a->n - 1] - from + 1;
	TimestampTz *times = palloc(sizeof(TimestampTz) * count);
	double	   *since = palloc(sizeof(double) * a->n);	/* microseconds: whole numbers lose nothing */
	double		middle;
	double		squares = 0.0;
	double		products = 0.0;
	bool		apart;

	cx_journey_times(j, from, count, times);
	apart = times[count - 1] != times[0];
	for (int i = 0; i < a->n; i++)
		since[i] = (double) ((uint64) times[a->place[i] - from] - (uint64) times[0]);
	middle = mean_of(since, a->n);
	for (int i = 0; i < a->n; i++)
	{
		squares += (since[i] - middle) * (since[i] - middle);
		products += (since[i] - middle) * (a->percent[i] - mean);
	}
	pfree(times);
	pfree(since);
	return apart ? products / squares * USECS_PER_DAY : NAN;
}

static Path
path_of(Datum journey, int kind, bool want_slope)
{
	Path		path = {0, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
	CxJourney	j;
	Answers		a;

	cx_journey_open(&j, journey);
	a = answers_of(&j, kind);
	if (a.n > 0)
	{
		path.answers = a.n;
		path.mean = mean_of(a.percent, a.n);
		path.first = path.lowest = path.highest = a.percent[0];
		path.last = a.percent[a.n - 1];
		path.peak = peak_of(&a);
		for (int i = 1; i < a.n; i++)
		{
			path.lowest = Min(path.lowest, a.percent[i]);
			path.highest = Max(path.highest, a.percent[i]);
		}
		if (want_slope)
			path.slope = slope_of(&j, &a, path.mean);
	}
	free_answers(&a);
	return path;
}

static double
peak_end_of(const Path *path)
{
	return (path->peak + path->last) / 2.0;
}

/* emotion_path(journey, kind): one row; of a journey without answers only their number, 0 */
PG_FUNCTION_INFO_V1(emotion_path);
Datum
emotion_path(PG_FUNCTION_ARGS)
{
	int			kind = kind_arg(fcinfo, 1);
	CxRows		rows = cx_rows_begin(fcinfo, PATH_COLUMNS);
	Path		path;
	Datum		values[PATH_COLUMNS];
	bool		nulls[PATH_COLUMNS] = {false};

	if (PG_ARGISNULL(0))
		return (Datum) 0;
	path = path_of(PG_GETARG_DATUM(0), kind, true);
	values[0] = Int32GetDatum(path.answers);
	cx_set_float8(values, nulls, 1, path.mean);
	cx_set_float8(values, nulls, 2, path.first);
	cx_set_float8(values, nulls, 3, path.last);
	cx_set_float8(values, nulls, 4, path.lowest);
	cx_set_float8(values, nulls, 5, path.highest);
	cx_set_float8(values, nulls, 6, path.slope);
	cx_set_float8(values, nulls, 7, path.peak);
	cx_set_float8(values, nulls, 8, peak_end_of(&path));
	cx_rows_put(&rows, values, nulls);
	return (Datum) 0;
}

/* One figure of it, as name(journey, kind). */
#define FIGURE_FUNCTION(name, want_slope, figure) \
PG_FUNCTION_INFO_V1(name); \
Datum \
name(PG_FUNCTION_ARGS) \
{ \
	int			kind = kind_arg(fcinfo, 1); \
	Path		path; \
\
	if (PG_ARGISNULL(0)) \
		PG_RETURN_NULL(); \
	path = path_of(PG_GETARG_DATUM(0), kind, want_slope); \
	CX_RETURN_FLOAT8_OR_NULL(figure); \
} \
extern int no_such_variable

FIGURE_FUNCTION(emotion_mean, false, path.mean);
FIGURE_FUNCTION(emotion_last, false, path.last);
FIGURE_FUNCTION(emotion_lowest, false, path.lowest);
FIGURE_FUNCTION(emotion_slope, true, path.slope);
FIGURE_FUNCTION(peak_end, false, peak_end_of(&path));
