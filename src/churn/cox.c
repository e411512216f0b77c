/*-------------------------------------------------------------------------
 *
 * src/churn/cox.c
 *	  cox_fit(): collecting the rows in a cox_stats, and fitting them (see
 *	  cox.h; the numerics are in maths/cox.c).
 *
 *-------------------------------------------------------------------------
 */
#include "churn/cox.h"

#include <math.h>

#include "core/args.h"
#include "core/sort.h"
#include "maths/cox.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/array.h"
#include "utils/memutils.h"

#define MAX_ROWS	(UINT64CONST(1) << 61)

static const char *const ties_words[] = {"efron", "breslow", NULL};

/* ---- collecting ---- */

static Size
row_size(const CxCoxRows *rows)
{
	return sizeof(double) * (Size) (rows->p + 1);
}

static double *
row_at(const CxCoxRows *rows, uint64 i)
{
	return rows->row + i * (uint64) (rows->p + 1);
}

static void
set_ties(CxCoxRows *rows, int ties)
{
	if (rows->ties >= 0 && rows->ties != ties)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("ties are not the same in all rows"),
				 errdetail("They are %s and %s.", ties_words[rows->ties], ties_words[ties])));
	rows->ties = ties;
}

static void
set_features(CxCoxRows *rows, int p)
{
	if (rows->n > 0 && rows->p != p)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("rows have different numbers of features"),
				 errdetail("One has %d, another %d.", Min(rows->p, p), Max(rows->p, p))));
	rows->p = p;
}

static void
make_room(CxCoxRows *rows, uint64 n)
{
	uint64		room = Max(16, Max(n, rows->room * 2));

	if (n <= rows->room)
		return;
	rows->row = rows->row == NULL ? MemoryContextAllocHuge(rows->stats.context, room * row_size(rows)) :
		repalloc_huge(rows->row, room * row_size(rows));
	rows->room = room;
}

static void
add_missing(CxCoxRows *rows, uint64 missing)
{
	if (unlikely(missing > MAX_ROWS - rows->missing))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("cox_fit counts more than 2^61 rows")));
	rows->missing += missing;
}

static void
add_row(CxCoxRows *rows, double duration, bool churned, const double *features, int p)
{
	double	   *row;

	set_features(rows, p);
	make_room(rows, rows->n + 1);
	row = row_at(rows, rows->n++);
	row[0] = churned ? -duration : duration;
	for (int k = 0; k < p; k++)
		row[1 + k] = features[k] + 0.0; /* one zero only */
	rows->sorted = rows->n == 1;
}

/* cox_accum(state, duration, churned, features [, ties]) */
PG_FUNCTION_INFO_V1(cox_accum);
Datum
cox_accum(PG_FUNCTION_ARGS)
{
	CxCoxRows  *rows = (CxCoxRows *) cx_stats_state(fcinfo, &cx_cox_type);
	const double *features;
	double		duration;
	int			p;

	if (PG_NARGS() > 4 && PG_ARGISNULL(4))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("ties is NULL")));
	set_ties(rows, PG_NARGS() > 4 ? cx_check_choice(PG_GETARG_TEXT_PP(4), "ties", ties_words) : 0);
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || !cx_features_arg(fcinfo, 3, &features, &p))
		add_missing(rows, 1);
	else
	{
		duration = cx_check_number(PG_GETARG_FLOAT8(1), "duration");
		if (duration < 0)
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("duration %.15g is negative", duration)));
		add_row(rows, duration + 0.0, PG_GETARG_BOOL(2), features, p);
	}
	return cx_stats_result(fcinfo, &rows->stats);
}

/* ---- stored form and merging ---- */

static int
cmp_rows(const void *a, const void *b, void *arg)
{
	const double *x = (const double *) a;
	const double *y = (const double *) b;
	int			p = *(const int *) arg;

	if (fabs(x[0]) != fabs(y[0]))
		return fabs(x[0]) < fabs(y[0]) ? -1 : 1;
	if (signbit(x[0]) != signbit(y[0]))
		return signbit(x[0]) ? 1 : -1;
	for (int k = 1; k <= p; k++)
		if (x[k] != y[k])
			return x[k] < y[k] ? -1 : 1;
	return 0;
}

/* The order of the rows says nothing, so that it may be put right at any time. */
void
cx_cox_sort(CxCoxRows *rows)
{
	if (!rows->sorted && rows->n > 0)
		cx_sort_arg(rows->row, rows->n, row_size(rows), cmp_rows, &rows->p);
	rows->sorted = true;
}

static void
cox_init(CxStats *stats)
{
	((CxCoxRows *) stats)->ties = -1;
}

static void
cox_write(const CxStats *stats, CxWriter *w)
{
	CxCoxRows  *rows = (CxCoxRows *) unconstify(CxStats *, stats);
	uint64		numbers = rows->n * (uint64) (rows->p + 1);

	cx_cox_sort(rows);
	cx_write_byte(w, (uint8) Max(rows->ties, 0));
	cx_write_varint(w, rows->missing);
	cx_write_varint(w, rows->n);
	cx_write_varint(w, rows->p);
	for (uint64 i = 0; i < numbers; i++)
		cx_write_double(w, rows->row[i]);
}

static Size
cox_room(const CxStats *stats)
{
	const CxCoxRows *rows = (const CxCoxRows *) stats;

	return 2 + 3 * CX_VARINT_MAX + rows->n * row_size(rows);
}

/* A number as it may stand in a row: finite, in its range, no negative zero but in a duration. */
static bool
read_row(CxReader *r, double *row, int p)
{
	for (int k = 0; k <= p; k++)
	{
		row[k] = cx_read_double(r);
		if (!r->ok || !(fabs(row[k]) <= 1e140) || (k > 0 && row[k] == 0 && signbit(row[k])))
			return false;
	}
	return true;
}

static bool
cox_read(CxStats *stats, CxReader *r)
{
	CxCoxRows  *rows = (CxCoxRows *) stats;
	uint8		ties = cx_read_byte(r);
	uint64		n;
	uint64		p;

	rows->missing = cx_read_varint(r);
	n = cx_read_varint(r);
	p = cx_read_varint(r);
	if (!r->ok || ties > 1 || rows->missing > MAX_ROWS || p > CX_MODEL_FEATURES || (n > 0) != (p > 0) ||
		n + rows->missing == 0 || n > (uint64) (r->end - r->at) / (8 * (p + 1)))
		return false;
	rows->ties = ties;
	rows->p = (int) p;
	make_room(rows, n);
	for (; rows->n < n; rows->n++)
	{
		double	   *row = row_at(rows, rows->n);

		if (!read_row(r, row, rows->p) ||
			(rows->n > 0 && cmp_rows(row_at(rows, rows->n - 1), row, &rows->p) > 0))
			return false;
		if (rows->n % 65536 == 0)
			CHECK_FOR_INTERRUPTS();
	}
	rows->sorted = true;
	return true;
}

static void
cox_merge(CxStats *into, const CxStats *from)
{
	CxCoxRows  *rows = (CxCoxRows *) into;
	const CxCoxRows *other = (const CxCoxRows *) from;

	if (other->ties < 0)
		return;
	set_ties(rows, other->ties);
	add_missing(rows, other->missing);
	if (other->n == 0)
		return;
	set_features(rows, other->p);
	make_room(rows, rows->n + other->n);
	memcpy(row_at(rows, rows->n), other->row, other->n * row_size(other));
	rows->sorted = rows->n == 0 && other->sorted;
	rows->n += other->n;
}

const CxStatsType cx_cox_type = {
	.name = "cox_stats",
	.size = sizeof(CxCoxRows),
	.init = cox_init,
	.write = cox_write,
	.room = cox_room,
	.read = cox_read,
	.merge = cox_merge
};

CX_STATS_FUNCTION(cox_stats_in, cx_stats_in, &cx_cox_type);
CX_STATS_FUNCTION(cox_stats_out, cx_stats_out, &cx_cox_type);
CX_STATS_FUNCTION(cox_stats_recv, cx_stats_recv, &cx_cox_type);
CX_STATS_FUNCTION(cox_stats_send, cx_stats_send, &cx_cox_type);
CX_STATS_FUNCTION(cox_stats_merge, cx_stats_merge, &cx_cox_type);

/* ---- fitting ---- */

static void
interrupt(void *arg)
{
	CHECK_FOR_INTERRUPTS();
}

static void *
allocate(Size doubles)
{
	return MemoryContextAllocHuge(CurrentMemoryContext, sizeof(double) * Max(doubles, 1));
}

static void
refuse(CxCoxOutcome outcome, const CxCox *cox)
{
	int			feature = cox->feature + 1;
	const char *detail = NULL;
	const char *hint = NULL;

	switch (outcome)
	{
		case CX_COX_FITTED:
			return;
		case CX_COX_NO_EVENTS:
			detail = "Nobody churned.";
			break;
		case CX_COX_CONSTANT:
			detail = psprintf("Feature %d is the same in all rows.", feature);
			hint = "Leave it out.";
			break;
		case CX_COX_IDLE:
			detail = psprintf("Whenever somebody churned, feature %d was the same for all who were at risk.", feature);
			hint = "Leave it out.";
			break;
		case CX_COX_DEPENDENT:
			detail = psprintf("Feature %d is a linear combination of those before it.", feature);
			hint = "Leave it out.";
			break;
		case CX_COX_RUNAWAY:
			detail = psprintf("The coefficient of feature %d grows without end: it tells without fail who churns first.",
							  feature);
			hint = "Leave it out, or join it with others.";
			break;
		case CX_COX_STUCK:
			detail = "The iteration did not converge.";
			break;
	}
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("Cox model cannot be fitted"),
			 errdetail_internal("%s", detail),
			 hint != NULL ? errhint("%s", hint) : 0));
}

/* What cox.h tells of a model. */
static Datum
model_of(const CxCoxRows *rows, const CxCox *cox)
{
	int			p = cox->p;
	CxModel		model = {.kind = CX_MODEL_COX, .n = rows->n, .events = cox->events, .p = p};
	double	   *time = allocate(cox->event_times);
	double	   *hazard = allocate(cox->event_times);
	double	   *extra = allocate(CX_COX_BASELINE(p) + 2 * cox->event_times);

	if (cox->event_times > (CX_MODEL_EXTRAS - CX_COX_BASELINE(p)) / 2)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("customers churned at too many different times: %zu", cox->event_times),
				 errdetail("They are at most %d.", (CX_MODEL_EXTRAS - CX_COX_BASELINE(p)) / 2),
				 errhint("Count durations in a coarser unit, for example whole days.")));
	cx_cox_baseline(cox, time, hazard);
	model.log_likelihood = cox->log_likelihood;
	model.estimate = cox->estimate;
	model.covariance = allocate((Size) p * (p + 1) / 2);
	for (int i = 0, at = 0; i < p; i++)
		for (int k = 0; k <= i; k++)
			model.covariance[at++] = cox->covariance[(Size) i * p + k];
	extra[CX_COX_LAST_TIME] = fabs(row_at(rows, rows->n - 1)[0]);
	extra[CX_COX_NULL_LIKELIHOOD] = cox->null_log_likelihood;
	extra[CX_COX_MISSING] = (double) rows->missing;
	extra[CX_COX_TIES] = rows->ties;
	for (int k = 0; k < p; k++)
	{
		extra[CX_COX_MEANS + 2 * k] = cox->mean[k];
		extra[CX_COX_MEANS + 2 * k + 1] = cox->spread[k];
	}
	for (size_t i = 0; i < cox->event_times; i++)
	{
		extra[CX_COX_BASELINE(p) + 2 * i] = time[i];
		extra[CX_COX_BASELINE(p) + 2 * i + 1] = hazard[i];
	}
	model.n_extra = CX_COX_BASELINE(p) + 2 * (int) cox->event_times;
	model.extra = extra;
	PG_RETURN_POINTER(cx_model_pack(&model));
}

/* cox_final(state): NULL if no row counts */
PG_FUNCTION_INFO_V1(cox_final);
Datum
cox_final(PG_FUNCTION_ARGS)
{
	CxCoxRows  *rows = (CxCoxRows *) cx_stats_arg(fcinfo, 0, &cx_cox_type);
	CxCox		cox = {.n = rows->n, .p = rows->p, .rows = rows->row, .breslow = rows->ties == 1, .interrupt = interrupt};

	if (rows->n == 0)
		PG_RETURN_NULL();
	cx_cox_sort(rows);
	cox.mean = allocate(rows->p);
	cox.spread = allocate(rows->p);
	cox.estimate = allocate(rows->p);
	cox.covariance = allocate((Size) rows->p * rows->p);
	cox.work = allocate(cx_cox_work(rows->n, rows->p));
	refuse(cx_cox_fit(&cox), &cox);
	return model_of(rows, &cox);
}
