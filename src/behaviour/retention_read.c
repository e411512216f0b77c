/*-------------------------------------------------------------------------
 *
 * src/behaviour/retention_read.c
 *	  retention_matrix and retention_curve: how many of those who came were
 *	  there again, period by period.
 *
 * Whether customers came back in a period is known when it is over. As long as
 * it is not they are undecided: they are counted as such and stand in no rate.
 *
 *-------------------------------------------------------------------------
 */
#include "behaviour/retention.h"

#include <math.h>

#include "core/args.h"
#include "core/srf.h"
#include "maths/intervals.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

typedef enum Kind
{
	KIND_DAY,					/* active in period k */
	KIND_UNBOUNDED,				/* active in period k or later */
	KIND_BRACKET				/* active in some period of a bracket */
} Kind;

static const char *const kind_names[] = {"day", "unbounded", "bracket", NULL};

/* Brackets end where the next one begins; the last number only ends one. */
typedef struct Brackets
{
	const int32 *bound;
	int			n;
} Brackets;

/* The breaks of a cohort, and a walk through its periods. */
typedef struct Cohort
{
	int32		number;
	uint32		n;
	const CxBreak *breaks;		/* by last */
	const CxBreak *back;		/* by next */
	uint64		customers;
	/* of the walk: */
	uint32		left_at;
	uint32		back_at;
	uint64		active;
	uint64		gone;			/* for good */
} Cohort;

typedef struct Question
{
	Kind		kind;
	Brackets	brackets;
	int32		open;			/* the first period that is not over */
	double		confidence;
	CxGrain		grain;
	Cohort	   *cohorts;
	uint32		n;
	CxRows		rows;
	bool		by_cohort;		/* is there a column for the cohort? */
} Question;

/* What is known of some customers in a period or bracket. */
typedef struct Cell
{
	uint64		customers;		/* decided ones */
	uint64		retained;
	uint64		undecided;
} Cell;

int32
cx_retention_open_period(FunctionCallInfo fcinfo, int arg, const CxRetention *stats)
{
	TimestampTz at = PG_ARGISNULL(arg) ? stats->seen : PG_GETARG_TIMESTAMPTZ(arg);

	if (TIMESTAMP_NOT_FINITE(at))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("as_of is infinite")));
	return cx_period_of(stats->calendar, at);
}

/* A time far from all others, as a slip of the pen gives it, would make more rows than the disk takes. */
void
cx_retention_check_span(int32 first, int32 last)
{
	if ((int64) last - first >= CX_RETENTION_PERIODS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("retention over more than %d periods", CX_RETENTION_PERIODS),
				 errdetail("From the first touch to as_of, or to the last touch, there are " INT64_FORMAT ".", (int64) last - first + 1),
				 errhint("Count by a longer grain, or leave out the times that cannot be right.")));
}

static Brackets
brackets_of(FunctionCallInfo fcinfo, int arg, Kind kind)
{
	Brackets	brackets = {NULL, 0};
	ArrayType  *array;

	if (PG_ARGISNULL(arg) != (kind != KIND_BRACKET))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 kind == KIND_BRACKET ? errmsg("kind bracket needs brackets") :
				 errmsg("kind %s has no brackets", kind_names[kind]),
				 errhint("Use kind => 'bracket' with, for example, brackets => '{0,1,7,30}'.")));
	if (kind != KIND_BRACKET)
		return brackets;
	array = PG_GETARG_ARRAYTYPE_P(arg);
	brackets.n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)) - 1;
	brackets.bound = (const int32 *) ARR_DATA_PTR(array);
	if (brackets.n < 1 || array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("brackets must be at least two numbers, none of them NULL")));
	for (int i = 0; i <= brackets.n; i++)
		if (brackets.bound[i] < 0 || (i > 0 && brackets.bound[i] <= brackets.bound[i - 1]))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("brackets must ascend from 0 or above"),
					 errdetail("Number %d is %d.", i + 1, brackets.bound[i])));
	return brackets;
}

static void
split_into_cohorts(Question *q, const CxRetention *stats)
{
	uint32		n = stats->used;
	const CxBreak *breaks = cx_retention_breaks(stats);

	q->cohorts = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Cohort) * Max(n, 1));
	q->n = 0;
	for (uint32 i = 0, end; i < n; i = end)
	{
		Cohort		c = {.number = breaks[i].cohort, .breaks = breaks + i};

		for (end = i; end < n && breaks[end].cohort == c.number; end++)
			if (breaks[end].next == CX_NEVER_AGAIN)
				c.customers += breaks[end].customers;
		c.n = end - i;
		c.back = cx_breaks_by_next(c.breaks, c.n);
		c.active = c.customers;
		q->cohorts[q->n++] = c;
	}
}

/* On to a period, counted from that of the cohort; not before the one it was at. */
static void
walk_to(Cohort *c, int32 k)
{
	int64		period = (int64) c->number + k;

	for (; c->left_at < c->n && c->breaks[c->left_at].last < period; c->left_at++)
	{
		const CxBreak *b = &c->breaks[c->left_at];

		c->active -= b->customers;
		if (b->next == CX_NEVER_AGAIN)
			c->gone += b->customers;
	}
	for (; c->back_at < c->n && c->back[c->back_at].next <= period; c->back_at++)
		c->active += c->back[c->back_at].customers;
}

/* How many were there in some period from..until - 1: all but those with a break around them. */
static uint64
active_within(const Cohort *c, int32 from, int32 until)
{
	uint64		active = c->customers;

	for (uint32 i = 0; i < c->n && c->breaks[i].last < (int64) c->number + from; i++)
		if (c->breaks[i].next >= (int64) c->number + until)
			active -= c->breaks[i].customers;
	return active;
}

/* Adds what a cohort says of periods from..until - 1 to a cell; false if the first of them has not even begun. */
static bool
add_to_cell(const Question *q, Cohort *c, int32 from, int32 until, Cell *cell)
{
	if ((int64) c->number + from > q->open)
		return false;
	if ((int64) c->number + until > q->open)
	{
		cell->undecided += c->customers;
		return true;
	}
	cell->customers += c->customers;
	if (q->kind == KIND_BRACKET)
	{
		cell->retained += active_within(c, from, until);
		return true;
	}
	walk_to(c, from);
	cell->retained += q->kind == KIND_DAY ? c->active : c->customers - c->gone;
	return true;
}

static void
put_cell(Question *q, const Cohort *cohort, int32 from, int32 until, const Cell *cell)
{
	Datum		values[9];
	bool		nulls[9] = {false};
	double		rate = cell->customers == 0 ? NAN : (double) cell->retained / (double) cell->customers;
	CxInterval	interval = {NAN, NAN};
	int			i = 0;

	if (cell->customers > 0)
		interval = cx_wilson_interval(rate, (double) cell->customers, q->confidence);
	if (q->by_cohort)
		values[i++] = DateADTGetDatum(cx_period_date(q->grain, cohort->number));
	values[i++] = Int32GetDatum(from);
	nulls[i] = q->kind == KIND_UNBOUNDED;
	values[i++] = Int32GetDatum(until - 1);
	values[i++] = Int64GetDatum((int64) cell->customers);
	values[i++] = Int64GetDatum((int64) cell->retained);
	values[i++] = Int64GetDatum((int64) cell->undecided);
	cx_set_float8(values, nulls, i++, rate);
	cx_set_float8(values, nulls, i++, interval.low);
	cx_set_float8(values, nulls, i++, interval.high);
	cx_rows_put(&q->rows, values, nulls);
}

/* Period or bracket i; false if there is no such bracket. */
static bool
bounds_of(const Question *q, int i, int32 *from, int32 *until)
{
	if (q->kind == KIND_BRACKET)
	{
		if (i >= q->brackets.n)
			return false;
		*from = q->brackets.bound[i];
		*until = q->brackets.bound[i + 1];
		return true;
	}
	*from = i;
	*until = i + 1;
	return true;
}

static Question
ask(FunctionCallInfo fcinfo, bool by_cohort)
{
	const CxRetention *stats = (const CxRetention *) cx_stats_arg(fcinfo, 0, &cx_retention_type);
	Question	q = {.by_cohort = by_cohort, .confidence = 0.95};

	q.grain = stats->calendar->grain;
	q.kind = PG_ARGISNULL(1) ? KIND_DAY : (Kind) cx_check_choice(PG_GETARG_TEXT_PP(1), "kind", kind_names);
	q.brackets = brackets_of(fcinfo, 2, q.kind);
	q.open = cx_retention_open_period(fcinfo, 3, stats);
	if (!PG_ARGISNULL(4))
		q.confidence = cx_check_confidence(PG_GETARG_FLOAT8(4));
	split_into_cohorts(&q, stats);
	if (q.kind != KIND_BRACKET)
		cx_retention_check_span(q.cohorts[0].number, q.open);
	q.rows = cx_rows_begin(fcinfo, by_cohort ? 9 : 8);
	return q;
}

/* retention_matrix(stats, kind, brackets, as_of, confidence) */
PG_FUNCTION_INFO_V1(retention_matrix);
Datum
retention_matrix(PG_FUNCTION_ARGS)
{
	Question	q;
	int32		from,
				until;

	if (PG_ARGISNULL(0))
	{
		(void) cx_rows_begin(fcinfo, 9);
		return (Datum) 0;
	}
	q = ask(fcinfo, true);
	for (uint32 c = 0; c < q.n; c++)
	{
		for (int i = 0; bounds_of(&q, i, &from, &until); i++)
		{
			Cell		cell = {0};

			CHECK_FOR_INTERRUPTS();
			if (!add_to_cell(&q, &q.cohorts[c], from, until, &cell))
				break;
			put_cell(&q, &q.cohorts[c], from, until, &cell);
		}
	}
	return (Datum) 0;
}

/* retention_curve(stats, kind, brackets, as_of, confidence): all cohorts together */
PG_FUNCTION_INFO_V1(retention_curve);
Datum
retention_curve(PG_FUNCTION_ARGS)
{
	Question	q;
	int32		from,
				until;

	if (PG_ARGISNULL(0))
	{
		(void) cx_rows_begin(fcinfo, 8);
		return (Datum) 0;
	}
	q = ask(fcinfo, false);
	for (int i = 0; bounds_of(&q, i, &from, &until); i++)
	{
		Cell		cell = {0};

		/* a cohort that has not got so far is undecided, too */
		for (uint32 c = 0; c < q.n; c++)
		{
			CHECK_FOR_INTERRUPTS();
			if (!add_to_cell(&q, &q.cohorts[c], from, until, &cell))
				cell.undecided += q.cohorts[c].customers;
		}
		if (cell.customers == 0)
			break;
		put_cell(&q, NULL, from, until, &cell);
	}
	return (Datum) 0;
}
