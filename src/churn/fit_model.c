/*-------------------------------------------------------------------------
 *
 * src/churn/fit_model.c
 *	  Fitting: from fit_stats to a churn_model.
 *
 * Parameters are looked for as logarithms. Some starting points are tried on
 * few rows; from the best of them the climb begins, on few rows first, then on
 * all; where it ends at no maximum, from the next best. That there is none is
 * seen on a larger sample. Covariances of the parameters come from those of
 * the logarithms by the delta method.
 *
 *-------------------------------------------------------------------------
 */
#include "churn/fit.h"

#include <math.h>

#include "maths/exactsum.h"
#include "maths/optimise.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/memutils.h"

#define SAMPLE		2000		/* rows on which starting points are compared */
#define LARGE_SAMPLE 40000		/* rows that have to know a maximum, if those do not */
#define STARTS		24
#define TRIES		4			/* so many starting points are gone up from */

CxBtydKind
cx_btyd_kind(CxModelKind kind)
{
	switch (kind)
	{
		case CX_MODEL_BGNBD:
			return CX_BTYD_BG;
		case CX_MODEL_MBGNBD:
			return CX_BTYD_MBG;
		case CX_MODEL_PARETONBD:
			return CX_BTYD_PARETO;
		case CX_MODEL_GAMMAGAMMA:
			return CX_BTYD_SPEND;
		default:
			Assert(kind == CX_MODEL_SBG);
			return CX_BTYD_CONTRACT;
	}
}

double
cx_model_unit(const CxModel *model)
{
	return model->unit * USECS_PER_DAY;
}

static void
interrupt(void *arg)
{
	CHECK_FOR_INTERRUPTS();
}

/* ---- climbing ---- */

typedef struct Start
{
	double		x[4];
	double		value;
} Start;

static int
cmp_starts(const void *a, const void *b)
{
	double		x = ((const Start *) a)->value;
	double		y = ((const Start *) b)->value;

	return (x < y) - (x > y);
}

static void
cannot_be_fitted(CxModelKind kind, CxMaximum why, const double *log_parameters)
{
	CxModel		model = {.kind = kind};
	int			farthest = 0;
	int			n = cx_btyd_parameters(cx_btyd_kind(kind));

	for (int i = 1; i < n; i++)
		if (fabs(log_parameters[i]) > fabs(log_parameters[farthest]))
			farthest = i;
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("%s model cannot be fitted to these customers", cx_model_kind_name(kind)),
			 why == CX_MAXIMUM_FAR ?
			 errdetail("The likelihood has no maximum at parameters that are told apart: it was followed to %s = %g.",
					   cx_model_term(&model, farthest), exp(log_parameters[farthest])) :
			 errdetail("The search for the largest likelihood did not converge; it ended at %s = %g.",
					   cx_model_term(&model, farthest), exp(log_parameters[farthest])),
			 errhint("Try more customers, a longer time, or another model.")));
}

/* From the logarithms of the parameters and their covariances. */
static CxModel *
model_of(CxModelKind kind, const double *x, double log_likelihood, const double *covariance)
{
	CxModel    *model = palloc0(sizeof(CxModel));

	model->kind = kind;
	model->p = cx_btyd_parameters(cx_btyd_kind(kind));
	model->log_likelihood = log_likelihood;
	model->estimate = palloc(sizeof(double) * model->p);
	model->covariance = palloc(sizeof(double) * model->p * (model->p + 1) / 2);
	for (int i = 0; i < model->p; i++)
	{
		model->estimate[i] = exp(x[i]);
		for (int k = 0; k <= i; k++)
			model->covariance[i * (i + 1) / 2 + k] = covariance[i * model->p + k] * model->estimate[i] * model->estimate[k];
	}
	return model;
}

/* One of the rows for every so many, at most about "most". */
static CxBtydData
sample_of(const CxBtydData *all, Size most)
{
	CxBtydData	sample = *all;

	sample.stride = all->n / most + 1;
	return sample;
}

/* Climb among few rows and, if there is a maximum among them, from there among all. */
static CxMaximum
climb(const CxBtydData *few, const CxBtydData *all, double *x, double *value, double *covariance)
{
	int			p = cx_btyd_parameters(all->kind);
	CxMaximum	found = CX_MAXIMUM_FOUND;

	if (few->stride > 1)
		found = cx_maximise(cx_btyd_likelihood, unconstify(CxBtydData *, few), p, x, value, covariance);
	if (found == CX_MAXIMUM_FOUND)
		found = cx_maximise(cx_btyd_likelihood, unconstify(CxBtydData *, all), p, x, value, covariance);
	return found;
}

CxModel *
cx_fit_rows(CxModelKind kind, const CxBtydRow *row, Size n, const double (*starts)[4], int n_starts)
{
	CxBtydData	all = {cx_btyd_kind(kind), row, n, 1, interrupt, NULL};
	CxBtydData	few = sample_of(&all, SAMPLE);
	CxBtydData	many = sample_of(&all, LARGE_SAMPLE);
	Start		start[STARTS];
	double		gradient[4];
	double		covariance[CX_MAXIMISE_MOST * CX_MAXIMISE_MOST];
	double		value;
	double		x[4];
	CxMaximum	found;

	for (int i = 0; i < n_starts; i++)
	{
		memcpy(start[i].x, starts[i], sizeof(start[i].x));
		start[i].value = cx_btyd_likelihood(start[i].x, gradient, &few);
		if (!isfinite(start[i].value))
			start[i].value = -INFINITY;
	}
	qsort(start, n_starts, sizeof(Start), cmp_starts);
	for (int i = 0; i < Min(n_starts, TRIES); i++)
	{
		memcpy(x, start[i].x, sizeof(x));
		if (climb(&few, &all, x, &value, covariance) == CX_MAXIMUM_FOUND)
			return model_of(kind, x, value, covariance);
	}
	/* what is a plain among few may be a hill among more */
	memcpy(x, start[0].x, sizeof(x));
	found = climb(&many, &all, x, &value, covariance);
	if (found != CX_MAXIMUM_FOUND)
		cannot_be_fitted(kind, found, x);
	return model_of(kind, x, value, covariance);
}

/* ---- starting points ---- */

/* With so many repeat purchases in so much time. */
static int
buyer_starts(CxModelKind kind, double purchases, double time, double customers, double (*starts)[4])
{
	static const double shapes[] = {0.25, 1, 4};
	static const double faster[] = {1.2, 3};
	static const double leaving[][2] = {{0.5, 2}, {2, 4}, {1, 0.5}};
	int			n = 0;

	for (int i = 0; i < lengthof(shapes); i++)
		for (int k = 0; k < lengthof(faster); k++)
			for (int l = 0; l < lengthof(leaving); l++, n++)
			{
				starts[n][0] = log(shapes[i]);
				starts[n][1] = log(shapes[i] * time / (purchases * faster[k]));
				starts[n][2] = log(leaving[l][0]);
				starts[n][3] = kind == CX_MODEL_PARETONBD ? log(leaving[l][0] * time / customers * leaving[l][1]) :
					log(leaving[l][1]);
			}
	return n;
}

static int
spend_starts(double mean, double (*starts)[4])
{
	static const double shapes[] = {1, 5, 20};
	static const double priors[] = {1.5, 4, 15};
	int			n = 0;

	for (int i = 0; i < lengthof(shapes); i++)
		for (int k = 0; k < lengthof(priors); k++, n++)
		{
			starts[n][0] = log(shapes[i]);
			starts[n][1] = log(priors[k]);
			starts[n][2] = log(mean * (priors[k] - 1) / shapes[i]);
			starts[n][3] = 0;
		}
	return n;
}

/* ---- fit_stats ---- */

static void
refuse(CxModelKind kind, const char *why)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("%s model cannot be fitted to these customers", cx_model_kind_name(kind)),
			 errdetail_internal("%s", why)));
}

typedef struct Totals
{
	CxSum		first;			/* t_x, or mean spend */
	CxSum		time;
	double		purchases;
	uint64		repeaters;
} Totals;

/* Doubles for the numerics, and what the rows add up to. */
static CxBtydRow *
rows_of(const CxFit *fit, Totals *totals)
{
	CxBtydRow  *rows = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(CxBtydRow) * Max(fit->n, 1));

	memset(totals, 0, sizeof(Totals));
	for (uint32 i = 0; i < fit->n; i++)
	{
		const CxFitRow *row = &fit->row[i];
		double		n = (double) row->customers;

		rows[i] = (CxBtydRow) {row->x, row->t_x, row->t, n};
		cx_sum_add_product(&totals->first, row->t_x, n);
		cx_sum_add_product(&totals->time, row->t, n);
		totals->purchases += row->x * n;
		totals->repeaters += row->x > 0 ? row->customers : 0;
	}
	return rows;
}

static CxModel *
fit_model(const CxFit *fit)
{
	CxModelKind kind = (CxModelKind) fit->kind;
	double		starts[STARTS][4];
	Totals		totals;
	CxBtydRow  *rows = rows_of(fit, &totals);
	double		customers = (double) fit->customers;
	CxModel    *model;
	int			n;

	if (totals.repeaters == 0)
		refuse(kind, kind == CX_MODEL_GAMMAGAMMA ? "None of them has a repeat purchase of known spend." :
			   "None of them has a repeat purchase.");
	if (fit->customers < 2)
		refuse(kind, "There is one alone.");
	if (kind != CX_MODEL_GAMMAGAMMA && cx_sum_sign(&totals.time) == 0)
		refuse(kind, "No time has gone by for any of them.");
	n = kind == CX_MODEL_GAMMAGAMMA ? spend_starts(cx_sum_value(&totals.first) / customers, starts) :
		buyer_starts(kind, totals.purchases, cx_sum_value(&totals.time), customers, starts);
	model = cx_fit_rows(kind, rows, fit->n, starts, n);
	model->n = fit->customers;
	model->events = totals.repeaters;
	model->unit = (double) fit->unit / USECS_PER_DAY;
	return model;
}

/* Of a state, or of a stored value; nobody to learn from: NULL. */
PG_FUNCTION_INFO_V1(churn_fit);
Datum
churn_fit(PG_FUNCTION_ARGS)
{
	const CxFit *fit = cx_fit_arg(fcinfo, 0);

	if (fit->customers == 0)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(cx_model_pack(fit_model(fit)));
}

PG_FUNCTION_INFO_V1(fit_customers);
Datum
fit_customers(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64((int64) cx_fit_arg(fcinfo, 0)->customers);
}
