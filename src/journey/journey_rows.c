/*-------------------------------------------------------------------------
 *
 * src/journey/journey_rows.c
 *	  Taking a journey out again: touches(j) and sessions(j, gap) as rows.
 *
 *-------------------------------------------------------------------------
 */
#include "journey/touches.h"

#include <math.h>

#include "core/interval.h"
#include "core/srf.h"
#include "feedback/feedback.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/pathnodes.h"
#include "nodes/supportnodes.h"
#include "parser/parsetree.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#define TOUCH_COLUMNS	8		/* position, at, four names, feedback, value */
#define SESSION_COLUMNS 4		/* session, started_at, ended_at, touches */

/* The texts of all names, made once: a touch only points at them. */
static Datum *
name_texts(const CxJourney *j, const CxName *names)
{
	Datum	   *texts = palloc(sizeof(Datum) * Max(j->names, 1));

	for (int i = 0; i < j->names; i++)
	{
		cx_journey_name_check(names[i]);
		texts[i] = cx_name_datum(names[i]);
		CHECK_FOR_INTERRUPTS();
	}
	return texts;
}

PG_FUNCTION_INFO_V1(journey_touches);
Datum
journey_touches(PG_FUNCTION_ARGS)
{
	CxRows		rows = cx_rows_begin(fcinfo, TOUCH_COLUMNS);
	CxJourney	j;
	CxUnpacked	u;
	Datum	   *texts;

	cx_journey_open(&j, PG_GETARG_DATUM(0));
	u = cx_journey_unpack(&j, 0, j.n);
	texts = name_texts(&j, u.names);
	for (int i = 0; i < u.n; i++)
	{
		Datum		values[TOUCH_COLUMNS];
		bool		nulls[TOUCH_COLUMNS] = {false};
		const CxEntry *entry = &u.entries[u.codes[i]];

		values[0] = Int32GetDatum(i + 1);
		values[1] = TimestampTzGetDatum(u.times[i]);
		for (int f = 0; f < CX_FACETS; f++)
		{
			nulls[2 + f] = entry->name[f] < 0;
			values[2 + f] = nulls[2 + f] ? (Datum) 0 : texts[entry->name[f]];
		}
		nulls[6] = u.answers == NULL || u.answers[i] == 0;
		values[6] = nulls[6] ? (Datum) 0 : FeedbackGetDatum(u.answers[i]);
		cx_set_float8(values, nulls, 7, u.values == NULL ? NAN : u.values[i]);
		cx_rows_put(&rows, values, nulls);
		CHECK_FOR_INTERRUPTS();
	}
	return (Datum) 0;
}

static void
put_session(CxRows *rows, int session, TimestampTz started_at, TimestampTz ended_at, int touches)
{
	Datum		values[SESSION_COLUMNS] = {
		Int32GetDatum(session), TimestampTzGetDatum(started_at), TimestampTzGetDatum(ended_at), Int32GetDatum(touches)
	};
	bool		nulls[SESSION_COLUMNS] = {false};

	cx_rows_put(rows, values, nulls);
}

/* sessions(j, gap): a gap longer than the limit opens a new one */
PG_FUNCTION_INFO_V1(journey_sessions);
Datum
journey_sessions(PG_FUNCTION_ARGS)
{
	uint64		limit = cx_interval_microseconds(PG_GETARG_INTERVAL_P(1), "gap");
	CxRows		rows = cx_rows_begin(fcinfo, SESSION_COLUMNS);
	CxJourney	j;
	TimestampTz *times;
	int			session = 0;
	int			first = 0;

	cx_journey_open(&j, PG_GETARG_DATUM(0));
	times = palloc(sizeof(TimestampTz) * Max(j.n, 1));
	cx_journey_times(&j, 0, j.n, times);
	for (int i = 1; i <= j.n; i++)
		if (i == j.n || (uint64) times[i] - (uint64) times[i - 1] > limit)
		{
			put_session(&rows, ++session, times[first], times[i - 1], i - first);
			first = i;
			CHECK_FOR_INTERRUPTS();
		}
	return (Datum) 0;
}

/*
 * How many rows a set of touches has, for the planner: told by a constant, and
 * by the mean width of a column, a touch taking about 4 bytes.
 */
#define BYTES_PER_TOUCH		4.0
#define BYTES_BESIDE		80.0	/* header and dictionary of a usual journey */
#define BYTES_OUT_OF_LINE	((int32) (VARHDRSZ_EXTERNAL + sizeof(varatt_external)))

static double
estimated_touches(PlannerInfo *root, Node *arg)
{
	int32		width = 0;

	if (arg == NULL)
		return -1;
	if (IsA(arg, Const) && !((Const *) arg)->constisnull)
	{
		CxJourney	j;

		cx_journey_head(&j, ((Const *) arg)->constvalue);
		return Max(j.n, 1);
	}
	if (IsA(arg, Var) && root != NULL && ((Var *) arg)->varlevelsup == 0)
	{
		RangeTblEntry *rte = planner_rt_fetch(((Var *) arg)->varno, root);

		if (rte->rtekind == RTE_RELATION)
			width = get_attavgwidth(rte->relid, ((Var *) arg)->varattno);
	}
	/* a pointer to a value out of line tells nothing about it */
	return width <= BYTES_OUT_OF_LINE ? -1 : Max(1.0, (width - BYTES_BESIDE) / BYTES_PER_TOUCH);
}

PG_FUNCTION_INFO_V1(journey_touches_support);
Datum
journey_touches_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);

	if (IsA(request, SupportRequestRows))
	{
		SupportRequestRows *rows = (SupportRequestRows *) request;
		double		estimate = -1;

		if (is_funcclause(rows->node))
			estimate = estimated_touches(rows->root, linitial(((FuncExpr *) rows->node)->args));
		if (estimate > 0)
		{
			rows->rows = estimate;
			PG_RETURN_POINTER(request);
		}
	}
	PG_RETURN_POINTER(NULL);
}
