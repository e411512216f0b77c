/*-------------------------------------------------------------------------
 *
 * src/churn/features.c
 *	  A journey as numbers that a regression can use: journey_features().
 *
 * Only touches up to "as_of" are looked at, so that nothing of what is to be
 * foretold is known. No feature is NULL, since a regression leaves out rows
 * with NULLs: where there is nothing to tell, a feature has a neutral value,
 * and has_feedback tells which rows have none.
 *
 *-------------------------------------------------------------------------
 */
#include "core/compat.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "feedback/answer.h"
#include "journey/touches.h"
#include "journey/what.h"
#include "maths/sum2.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

typedef enum Feature
{
	RECENCY,
	FREQUENCY,
	MEAN_GAP,
	GAP_TREND,
	CONTACTS,
	REPEATS,
	CHANNEL_SWITCHES,
	HANDOFFS,
	HAS_FEEDBACK,
	LAST_FEEDBACK,
	MEAN_FEEDBACK,
	LOWEST_FEEDBACK,
	EFFORT
} Feature;

#define FEATURES	13

static const char *const feature_names[FEATURES] = {
	"recency", "frequency", "mean_gap", "gap_trend", "contacts", "repeats", "channel_switches", "handoffs",
	"has_feedback", "last_feedback", "mean_feedback", "lowest_feedback", "effort"
};

#define NEUTRAL_FEEDBACK	50.0	/* percent of the scale, where there is none */

/* Between two times, the later one first; their difference may need 64 bits. */
static inline uint64
between(TimestampTz later, TimestampTz earlier)
{
	return (uint64) later - (uint64) earlier;
}

static inline double
days(double microseconds)
{
	return microseconds / (double) USECS_PER_DAY;
}

/*
 * Slope of the line of least squares through the gaps 1..m, in microseconds a
 * gap. With d = 2 i - (m + 1) it is 6 sum(d gap) / (m (m^2 - 1)), whose sum is
 * a whole number below 2^105.
 */
static double
trend(const TimestampTz *times, int n)
{
	double		m = n - 1;
	__int128	sum = 0;

	if (n < 3)
		return 0;
	for (int i = 1; i < n; i++)
		sum += (__int128) (2 * i - n) * between(times[i], times[i - 1]);
	return 6.0 * (double) sum / (m * (m * m - 1));
}

static void
time_features(const CxUnpacked *u, TimestampTz as_of, double *feature)
{
	TimestampTz first = u->times[0];
	TimestampTz last = u->times[u->n - 1];

	feature[RECENCY] = days((double) between(as_of, last));
	feature[FREQUENCY] = u->n;
	feature[MEAN_GAP] = u->n == 1 ? feature[RECENCY] : days((double) between(last, first) / (u->n - 1));
	feature[GAP_TREND] = days(trend(u->times, u->n));
}

/* Neighbours whose names differ; touches without a name are passed over. */
static int
changes(const CxUnpacked *u, CxFacet facet)
{
	int32		last = -1;
	int			n = 0;

	for (int i = 0; i < u->n; i++)
	{
		int32		name = u->entries[u->codes[i]].name[facet];

		if (name < 0)
			continue;
		n += last >= 0 && name != last;
		last = name;
	}
	return n;
}

/* Touches whose touchpoint came before. */
static int
repeats(const CxUnpacked *u, int names)
{
	bool	   *seen = palloc0(sizeof(bool) * names);
	int			n = 0;

	for (int i = 0; i < u->n; i++)
	{
		int32		name = u->entries[u->codes[i]].name[CX_TOUCHPOINT];

		n += seen[name];
		seen[name] = true;
	}
	pfree(seen);
	return n;
}

/* effort_index() with its defaults: five counts x, each worth 20 x / (x + halfway) points. */
static double
effort(const CxUnpacked *u, const double *feature)
{
	double		waits = 0;
	double		index = 0;

	for (int i = 1; i < u->n; i++)
		waits += between(u->times[i], u->times[i - 1]) > USECS_PER_DAY;
	index += 100.0 * 0.2 * u->n / (u->n + 10.0);
	index += 100.0 * 0.2 * feature[REPEATS] / (feature[REPEATS] + 2.0);
	index += 100.0 * 0.2 * feature[CHANNEL_SWITCHES] / (feature[CHANNEL_SWITCHES] + 2.0);
	index += 100.0 * 0.2 * feature[HANDOFFS] / (feature[HANDOFFS] + 2.0);
	index += 100.0 * 0.2 * waits / (waits + 2.0);
	return index;
}

static void
feedback_features(const CxUnpacked *u, double *feature)
{
	CxSum2		sum = {0};
	double		lowest = INFINITY;
	int			n = 0;

	feature[LAST_FEEDBACK] = feature[MEAN_FEEDBACK] = feature[LOWEST_FEEDBACK] = NEUTRAL_FEEDBACK;
	for (int i = 0; u->answers != NULL && i < u->n; i++)
	{
		double		percent;

		if (u->answers[i] == 0)
			continue;
		percent = cx_answer_percent(u->answers[i]);
		feature[LAST_FEEDBACK] = percent;
		lowest = fmin(lowest, percent);
		cx_sum2_add(&sum, percent);
		n++;
	}
	feature[HAS_FEEDBACK] = n > 0;
	if (n == 0)
		return;
	feature[MEAN_FEEDBACK] = cx_sum2_value(&sum) / n;
	feature[LOWEST_FEEDBACK] = lowest;
}

/* ---- contacts ---- */

static void *
make_contact(const void *bytes, Size len, MemoryContext context)
{
	CxMemory	memory = cx_memory(context);
	CxStep	   *step = MemoryContextAlloc(context, sizeof(CxStep));

	cx_what_parse(bytes, &memory, step);
	return cx_what_make(step, 1, cx_need_from_steps(step, 1, true, &memory), context);
}

static int
contacts(const CxWhat *what, const CxJourney *j, const CxUnpacked *u)
{
	CxWhatView	view;
	uint64	   *fits;
	int			n = 0;

	if (!cx_what_possible(what, j->signature) || !cx_what_view(what, j, &view))
		return 0;
	fits = cx_what_rows(what, &view);
	for (int i = 0; i < u->n; i++)
		n += fits[u->codes[i]] != 0;
	pfree(fits);
	return n;
}

/* ---- what SQL sees ---- */

/* journey_features(journey, as_of, contact): NULL without touches up to then */
PG_FUNCTION_INFO_V1(journey_features);
Datum
journey_features(PG_FUNCTION_ARGS)
{
	TimestampTz as_of = PG_GETARG_TIMESTAMPTZ(1);
	text	   *contact = PG_GETARG_TEXT_PP(2);
	const CxWhat *what = cx_kept(fcinfo->flinfo, contact, VARSIZE_ANY(contact), make_contact);
	double		feature[FEATURES];
	Datum		values[FEATURES];
	CxJourney	j;
	CxUnpacked	u;
	int			n;

	if (TIMESTAMP_NOT_FINITE(as_of))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("as_of is infinite")));
	cx_journey_open(&j, PG_GETARG_DATUM(0));
	n = j.n == 0 ? 0 : cx_journey_first_at(&j, as_of + 1);
	if (n == 0)
		PG_RETURN_NULL();
	u = cx_journey_unpack(&j, 0, n);
	time_features(&u, as_of, feature);
	feature[CONTACTS] = contacts(what, &j, &u);
	feature[REPEATS] = repeats(&u, j.names);
	feature[CHANNEL_SWITCHES] = changes(&u, CX_CHANNEL);
	feature[HANDOFFS] = changes(&u, CX_OWNER);
	feedback_features(&u, feature);
	feature[EFFORT] = effort(&u, feature);
	cx_journey_unpacked_free(&u);
	for (int i = 0; i < FEATURES; i++)
		values[i] = Float8GetDatum(feature[i]);
	PG_RETURN_ARRAYTYPE_P(construct_array(values, FEATURES, FLOAT8OID, 8, FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

PG_FUNCTION_INFO_V1(journey_feature_names);
Datum
journey_feature_names(PG_FUNCTION_ARGS)
{
	Datum		values[FEATURES];

	for (int i = 0; i < FEATURES; i++)
		values[i] = CStringGetTextDatum(feature_names[i]);
	PG_RETURN_ARRAYTYPE_P(construct_array(values, FEATURES, TEXTOID, -1, false, TYPALIGN_INT));
}
