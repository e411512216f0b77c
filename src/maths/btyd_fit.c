/*-------------------------------------------------------------------------
 *
 * btyd_fit.c
 *		The log-likelihoods of the models in btyd.h, and their gradients.
 *
 * A customer is alive or gone: the likelihood is a sum of two terms, whose
 * ratio, the odds of being gone, is kept as a logarithm: nothing overflows,
 * however many the purchases.  Derivatives weigh those of either term by the
 * probabilities.
 *
 *-------------------------------------------------------------------------
 */
#include "btyd.h"

#include <math.h>

#include "rising.h"

#define INTERRUPT_EVERY		4096

/* 1 if customers may be gone right after their first purchase */
static double
early(CxBtydKind kind)
{
	return kind == CX_BTYD_MBG ? 1.0 : 0.0;
}

int
cx_btyd_parameters(CxBtydKind kind)
{
	switch (kind)
	{
		case CX_BTYD_SPEND:
			return 3;
		case CX_BTYD_CONTRACT:
			return 2;
		default:
			return 4;
	}
}

/* ln(1 + e^d) and the probability e^d / (1 + e^d) */
static double
soft_plus(double d)
{
	return d > 0.0 ? d + log1p(exp(-d)) : log1p(exp(d));
}

static double
logistic(double d)
{
	return 1.0 / (1.0 + exp(-d));
}

/* ---- what depends on x alone ---- */

typedef struct Term
{
	double		of_x;
	double		by[4];			/* its derivatives by the parameters */
} Term;

static Term
term_of_x(CxBtydKind kind, const double *par, double x)
{
	Term		term = {0.0, {0.0}};
	double		m = x + early(kind);

	switch (kind)
	{
		case CX_BTYD_SPEND:
			term.of_x = -cx_log_beta(par[0] * x, par[1]);
			term.by[0] = x * cx_digamma_rise(par[0] * x, par[1]);
			term.by[1] = cx_digamma_rise(par[1], par[0] * x);
			return term;
		case CX_BTYD_CONTRACT:
			term.of_x = cx_log_rising(par[1], x) - cx_log_rising(par[0] + par[1], x);
			term.by[0] = -cx_digamma_rise(par[0] + par[1], x);
			term.by[1] = cx_digamma_rise(par[1], x) + term.by[0];
			return term;
		default:
			term.of_x = cx_log_rising(par[0], x) + par[0] * log(par[1]);
			term.by[0] = cx_digamma_rise(par[0], x) + log(par[1]);
			term.by[1] = par[0] / par[1];
	}
	if (kind == CX_BTYD_PARETO)
	{
		term.of_x += par[2] * log(par[3]);
		term.by[2] = log(par[3]);
		term.by[3] = par[2] / par[3];
		return term;
	}
	term.of_x += cx_log_rising(par[3], m) - cx_log_rising(par[2] + par[3], m);
	term.by[2] = -cx_digamma_rise(par[2] + par[3], m);
	term.by[3] = cx_digamma_rise(par[3], m) + term.by[2];
	return term;
}

/* ---- the rest; "by" takes its derivatives ---- */

static double
rest_of_bg(CxBtydKind kind, const double *par, const CxBtydRow *row, double *by)
{
	double		r = par[0] + row->x;
	double		bought = par[3] + row->x + early(kind) - 1.0;
	double		log_now = log(par[1] + row->t);
	double		log_last;
	double		odds;
	double		gone;

	by[0] = -log_now;
	by[1] = -r / (par[1] + row->t);
	if (row->x == 0.0 && kind == CX_BTYD_BG)
		return -r * log_now;
	log_last = log(par[1] + row->t_x);
	odds = log(par[2] / bought) + r * (log_now - log_last);
	gone = logistic(odds);
	by[0] -= gone * (log_last - log_now);
	by[1] = -r * ((1.0 - gone) / (par[1] + row->t) + gone / (par[1] + row->t_x));
	by[2] = gone / par[2];
	by[3] = -gone / bought;
	return -r * log_now + soft_plus(odds);
}

static double
rest_of_pareto(const double *par, const CxBtydRow *row, double *by)
{
	double		r = par[0] + row->x;
	double		log_r = log(par[1] + row->t);
	double		log_s = log(par[3] + row->t);
	CxParetoDeath death = cx_pareto_death(par, row->x, row->t_x, row->t);
	double		gone = logistic(death.log_odds);

	by[0] = -(1.0 - gone) * log_r - gone * death.log_r;
	by[1] = -r * ((1.0 - gone) / (par[1] + row->t) + gone * death.by_alpha);
	by[2] = -(1.0 - gone) * log_s + gone * (1.0 / par[2] - death.log_s);
	by[3] = -(1.0 - gone) * par[2] / (par[3] + row->t) - gone * (par[2] + 1.0) * death.by_beta;
	return -r * log_r - par[2] * log_s + soft_plus(death.log_odds);
}

static double
rest_of_spend(const double *par, const CxBtydRow *row, double *by)
{
	double		spent = row->x * row->t_x;
	double		prior = -log1p(spent / par[2]);
	double		seen = -log1p(par[2] / spent);

	by[0] = row->x * seen;
	by[1] = prior;
	by[2] = par[1] / par[2] - (par[0] * row->x + par[1]) / (par[2] + spent);
	return par[1] * prior + par[0] * row->x * seen - log(row->t_x);
}

static double
rest_of_contract(const double *par, const CxBtydRow *row, double *by)
{
	double		all = par[0] + par[1] + row->x;

	if (row->t == 0.0)
		return 0.0;
	by[0] = 1.0 / par[0] - 1.0 / all;
	by[1] = -1.0 / all;
	return log(par[0] / all);
}

static double
rest(CxBtydKind kind, const double *par, const CxBtydRow *row, double *by)
{
	for (int i = 0; i < 4; i++)
		by[i] = 0.0;
	switch (kind)
	{
		case CX_BTYD_PARETO:
			return rest_of_pareto(par, row, by);
		case CX_BTYD_SPEND:
			return rest_of_spend(par, row, by);
		case CX_BTYD_CONTRACT:
			return rest_of_contract(par, row, by);
		default:
			return rest_of_bg(kind, par, row, by);
	}
}

double
cx_btyd_likelihood(const double *log_parameters, double *gradient, void *arg)
{
	const CxBtydData *data = arg;
	int			n = cx_btyd_parameters(data->kind);
	double		par[4];
	double		by[4];
	Term		term = {0.0, {0.0}};
	double		last = -1.0;
	double		sum = 0.0;
	double		lost = 0.0;		/* by rounding: Neumaier (1974) */
	size_t		count = 0;

	for (int k = 0; k < n; k++)
	{
		par[k] = exp(log_parameters[k]);
		gradient[k] = 0.0;
		if (!isfinite(par[k]) || par[k] == 0.0)
			return -INFINITY;
	}
	for (size_t i = 0; i < data->n; i += data->stride)
	{
		const CxBtydRow *row = &data->row[i];
		double		value;
		double		next;

		if (row->x != last)
			term = term_of_x(data->kind, par, row->x);
		last = row->x;
		value = row->n * (term.of_x + rest(data->kind, par, row, by));
		next = sum + value;
		lost += fabs(sum) >= fabs(value) ? (sum - next) + value : (value - next) + sum;
		sum = next;
		for (int k = 0; k < n; k++)
			gradient[k] += row->n * (term.by[k] + by[k]);
		if (data->interrupt != NULL && ++count % INTERRUPT_EVERY == 0)
			data->interrupt(data->arg);
	}
	for (int k = 0; k < n; k++)
		gradient[k] *= par[k];
	return sum + lost;
}
