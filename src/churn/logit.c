/*-------------------------------------------------------------------------
 *
 * src/churn/logit.c
 *	  logit_fit(): counting customers in a logit_stats, and fitting them (see
 *	  logit.h; the numerics are in maths/logit.c).
 *
 *-------------------------------------------------------------------------
 */
#include "churn/logit.h"

#include <math.h>

#include "core/args.h"
#include "maths/exactsum.h"
#include "maths/logit.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/array.h"

/* ---- counting ---- */

static void
set_ridge(CxLogitStats *state, double ridge)
{
	if (unlikely(state->ridge >= 0 && state->ridge != ridge))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("ridge is not the same in all rows"),
				 errdetail("It is %.15g and %.15g.", state->ridge, ridge)));
	state->ridge = ridge;
}

static double
ridge_arg(FunctionCallInfo fcinfo, int arg)
{
	double		ridge;

	if (PG_NARGS() <= arg)
		return 0;
	if (PG_ARGISNULL(arg))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("ridge is NULL")));
	ridge = cx_check_number(PG_GETARG_FLOAT8(arg), "ridge");
	if (ridge < 0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("ridge %.15g is negative", ridge)));
	return ridge + 0.0;			/* one zero only */
}

static void
logit_init(CxStats *stats)
{
	CxLogitStats *state = (CxLogitStats *) stats;

	state->ridge = -1;
	cx_counted_init(&state->rows, "logit_stats", stats->context);
}

/* ---- stored form and merging ---- */

static void
logit_write(const CxStats *stats, CxWriter *w)
{
	const CxLogitStats *state = (const CxLogitStats *) stats;

	cx_write_double(w, Max(state->ridge, 0));
	cx_counted_write(&state->rows, w);
}

static bool
logit_read(CxStats *stats, CxReader *r)
{
	CxLogitStats *state = (CxLogitStats *) stats;

	state->ridge = cx_read_double(r);
	if (!r->ok || !(state->ridge >= 0 && state->ridge <= CX_SUM_MAX) || signbit(state->ridge))
		return false;
	return cx_counted_read(&state->rows, r, CX_MODEL_FEATURES, -CX_SUM_MAX, CX_SUM_MAX);
}

static void
logit_merge(CxStats *into, const CxStats *from)
{
	CxLogitStats *state = (CxLogitStats *) into;
	const CxLogitStats *other = (const CxLogitStats *) from;

	if (other->ridge < 0)
		return;
	set_ridge(state, other->ridge);
	cx_counted_merge(&state->rows, &other->rows);
}

static const CxStatsType logit_type = {
	.name = "logit_stats",
	.size = sizeof(CxLogitStats),
	.init = logit_init,
	.write = logit_write,
	.read = logit_read,
	.merge = logit_merge
};

CX_STATS_FUNCTION(logit_stats_in, cx_stats_in, &logit_type);
CX_STATS_FUNCTION(logit_stats_out, cx_stats_out, &logit_type);
CX_STATS_FUNCTION(logit_stats_recv, cx_stats_recv, &logit_type);
CX_STATS_FUNCTION(logit_stats_send, cx_stats_send, &logit_type);
CX_STATS_FUNCTION(logit_stats_merge, cx_stats_merge, &logit_type);

/* logit_accum(state, churned, features [, ridge]) */
PG_FUNCTION_INFO_V1(logit_accum);
Datum
logit_accum(PG_FUNCTION_ARGS)
{
	CxLogitStats *state = (CxLogitStats *) cx_stats_state(fcinfo, &logit_type);
	const double *features;
	int			p;

	set_ridge(state, ridge_arg(fcinfo, 3));
	/* the features are looked at in any case, so that a mistake in them does not hide behind a NULL */
	if (!cx_features_arg(fcinfo, 2, &features, &p) || PG_ARGISNULL(1))
		cx_counted_add_missing(&state->rows, 1);
	else
		cx_counted_add(&state->rows, features, p, PG_GETARG_BOOL(1));
	return cx_stats_result(fcinfo, &state->stats);
}

/* ---- fitting ---- */

static void
interrupt(void *arg)
{
	CHECK_FOR_INTERRUPTS();
}

static void
refuse(CxLogitOutcome outcome, const CxLogit *fit)
{
	int			feature = fit->feature + 1;
	const char *detail = NULL;
	const char *hint = "Leave it out, or give a ridge: logit_fit(churned, features, 1).";

	switch (outcome)
	{
		case CX_LOGIT_FITTED:
			return;
		case CX_LOGIT_ALL:
			detail = "Every customer churned.";
			hint = NULL;
			break;
		case CX_LOGIT_NONE:
			detail = "No customer churned.";
			hint = NULL;
			break;
		case CX_LOGIT_DEPENDENT:
			detail = psprintf("Feature %d is a linear combination of those before it.", feature);
			break;
		case CX_LOGIT_SEPARATED:
			detail = psprintf("The data are separated: feature %d, or a combination of features with it, "
							  "tells without fail who churned, so its coefficient grows without end.", feature);
			break;
		case CX_LOGIT_STUCK:
			detail = "The iteration did not converge.";
			hint = fit->ridge == 0 ? "Give a ridge: logit_fit(churned, features, 1)." : "Give a larger ridge.";
			break;
	}
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("logit model cannot be fitted"),
			 errdetail_internal("%s", detail),
			 hint != NULL ? errhint("%s", hint) : 0));
}

static Datum
model_of(const CxLogitStats *state, const CxLogit *fit)
{
	int			terms = fit->p + 1;
	CxModel		model = {.kind = CX_MODEL_LOGIT, .p = terms};
	double		extra[CX_LOGIT_EXTRAS];
	int			at = 0;

	model.n = state->rows.stayed + state->rows.churned;
	model.events = state->rows.churned;
	model.log_likelihood = fit->log_likelihood;
	model.estimate = fit->estimate;
	model.covariance = palloc(sizeof(double) * terms * (terms + 1) / 2);
	for (int i = 0; i < terms; i++)
		for (int k = 0; k <= i; k++)
			model.covariance[at++] = fit->covariance[(Size) i * terms + k];
	extra[CX_LOGIT_RIDGE] = fit->ridge;
	extra[CX_LOGIT_NULL_LIKELIHOOD] = fit->null_log_likelihood;
	extra[CX_LOGIT_MISSING] = (double) state->rows.missing;
	model.n_extra = CX_LOGIT_EXTRAS;
	model.extra = extra;
	return PointerGetDatum(cx_model_pack(&model));
}

/* logit_final(state): NULL if no row counts */
PG_FUNCTION_INFO_V1(logit_final);
Datum
logit_final(PG_FUNCTION_ARGS)
{
	const CxLogitStats *state = (const CxLogitStats *) cx_stats_arg(fcinfo, 0, &logit_type);
	CxLogit		fit = {.p = state->rows.p, .ridge = state->ridge, .interrupt = interrupt};
	Size		terms = (Size) fit.p + 1;

	if (state->rows.n == 0)
		PG_RETURN_NULL();
	cx_counted_sort(&state->rows);
	fit.n = state->rows.n;
	fit.rows = state->rows.cell;
	fit.estimate = palloc(sizeof(double) * terms);
	fit.covariance = palloc(sizeof(double) * terms * terms);
	fit.work = palloc(sizeof(double) * cx_logit_work(fit.p));
	refuse(cx_logit_fit(&fit), &fit);
	return model_of(state, &fit);
}
