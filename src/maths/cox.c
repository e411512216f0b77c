/*-------------------------------------------------------------------------
 *
 * cox.c
 *		The proportional hazards model of Cox (1972): see cox.h.
 *
 * The logarithm of the partial likelihood is concave, so Newton's method finds
 * its maximum, with steps cut where they are too long. Features are centred
 * and divided by their standard deviation first, so that tolerances mean the
 * same for all. Sums over those at risk are built from the longest duration
 * down: terms are added, never taken away.
 *
 *-------------------------------------------------------------------------
 */
#include "cox.h"

#include <math.h>
#include <string.h>

#include "cholesky.h"

#define MAX_STEPS		100
#define MAX_HALVINGS	40
#define LONGEST_STEP	4.0		/* in standard deviations of a feature */
/*
 * Twice the gain in log-likelihood that a step promises: the distance to go, in
 * standard errors, squared. The step is still made, and the next would be the
 * square of it.
 */
#define CLOSE			1e-16
/* a feature with so little of its own, in shares of its variance, depends on others */
#define DEPENDENT		1e-10
/* the information about a coefficient has fallen to this share: it runs away */
#define RUNAWAY			1e-9
#define ROWS_BETWEEN_INTERRUPTS	65536

/* Weighted sums over rows: of 1, of z, and of z z', lower triangle in p x p. */
typedef struct Sums
{
	double		s0;
	double	   *s1;
	double	   *s2;
} Sums;

/* Parts of the caller's room. */
typedef struct Work
{
	double	   *eta;			/* n */
	double	   *z;				/* p: a row, centred and scaled */
	double	   *beta;			/* p: of scaled features */
	double	   *tried;			/* p */
	double	   *average;		/* p: of z over those at risk */
	double	   *gradient;		/* p */
	double	   *information;	/* p x p */
	double	   *factor;			/* p x p */
	double	   *own;			/* p: information of each feature of its own, all coefficients 0 */
	Sums		risk;			/* of the rows at risk */
	Sums		lost;			/* of those with an event at this time */
} Work;

size_t
cx_cox_work(size_t n, int p)
{
	return n + (size_t) p * (8 + 4 * (size_t) p);
}

static double *
take(double **room, size_t n)
{
	double	   *taken = *room;

	*room += n;
	return taken;
}

static Work
work_of(const CxCox *cox)
{
	double	   *room = cox->work;
	size_t		p = (size_t) cox->p;
	Work		w;

	w.eta = take(&room, cox->n);
	w.z = take(&room, p);
	w.beta = take(&room, p);
	w.tried = take(&room, p);
	w.average = take(&room, p);
	w.gradient = take(&room, p);
	w.own = take(&room, p);
	w.risk.s1 = take(&room, p);
	w.lost.s1 = take(&room, p);
	w.information = take(&room, p * p);
	w.factor = take(&room, p * p);
	w.risk.s2 = take(&room, p * p);
	w.lost.s2 = take(&room, p * p);
	return w;
}

static const double *
row_of(const CxCox *cox, size_t i)
{
	return cox->rows + i * ((size_t) cox->p + 1);
}

static void
breathe(const CxCox *cox, size_t i)
{
	if (i % ROWS_BETWEEN_INTERRUPTS == 0 && cox->interrupt != NULL)
		cox->interrupt(cox->arg);
}

/* ---- the features ---- */

/* The first row that is at risk when there is an event; those before it say nothing. */
static size_t
first_at_risk(const CxCox *cox)
{
	size_t		first = 0;
	double		at;

	while (!signbit(row_of(cox, first)[0]))
		first++;
	at = fabs(row_of(cox, first)[0]);
	while (first > 0 && fabs(row_of(cox, first - 1)[0]) == at)
		first--;
	return first;
}

static bool
varies(const CxCox *cox, int k, size_t from)
{
	for (size_t i = from + 1; i < cox->n; i++)
		if (row_of(cox, i)[1 + k] != row_of(cox, from)[1 + k])
			return true;
	return false;
}

/* Means and standard deviations; is there anything to fit? */
static CxCoxOutcome
describe(CxCox *cox)
{
	int			p = cox->p;
	size_t		first;

	cox->events = cox->event_times = 0;
	memset(cox->mean, 0, sizeof(double) * p);
	memset(cox->spread, 0, sizeof(double) * p);
	for (size_t i = 0; i < cox->n; i++)
	{
		for (int k = 0; k < p; k++)
			cox->mean[k] += row_of(cox, i)[1 + k];
		cox->events += signbit(row_of(cox, i)[0]) != 0;
	}
	if (cox->events == 0)
		return CX_COX_NO_EVENTS;
	for (int k = 0; k < p; k++)
		cox->mean[k] /= (double) cox->n;
	for (size_t i = 0; i < cox->n; i++)
		for (int k = 0; k < p; k++)
		{
			double		off = row_of(cox, i)[1 + k] - cox->mean[k];

			cox->spread[k] += off * off;
		}
	first = first_at_risk(cox);
	for (int k = 0; k < p; k++)
	{
		cox->spread[k] = sqrt(cox->spread[k] / (double) cox->n);
		cox->feature = k;
		/* differences may be too small for their squares */
		if (!varies(cox, k, 0) || !(cox->spread[k] > 0.0))
			return CX_COX_CONSTANT;
		if (!varies(cox, k, first))
			return CX_COX_IDLE;
	}
	return CX_COX_FITTED;
}

static void
scale_row(const CxCox *cox, size_t i, double *z)
{
	const double *row = row_of(cox, i);

	for (int k = 0; k < cox->p; k++)
		z[k] = (row[1 + k] - cox->mean[k]) / cox->spread[k];
}

/* ---- the likelihood ---- */

static void
clear(Sums *sums, int p)
{
	sums->s0 = 0.0;
	memset(sums->s1, 0, sizeof(double) * p);
	memset(sums->s2, 0, sizeof(double) * p * p);
}

static void
add_row(Sums *sums, int p, const double *z, double weight)
{
	sums->s0 += weight;
	for (int i = 0; i < p; i++)
	{
		double	   *line = sums->s2 + (size_t) i * p;
		double		wz = weight * z[i];

		sums->s1[i] += wz;
		for (int k = 0; k <= i; k++)
			line[k] += wz * z[k];
	}
}

/* One of the "events" of a time; of those lost then the share "gone" is no longer at risk. */
static double
add_event(Work *w, int p, double gone)
{
	double		s0 = w->risk.s0 - gone * w->lost.s0;

	for (int i = 0; i < p; i++)
		w->average[i] = (w->risk.s1[i] - gone * w->lost.s1[i]) / s0;
	for (int i = 0; i < p; i++)
	{
		size_t		line = (size_t) i * p;

		w->gradient[i] -= w->average[i];
		for (int k = 0; k <= i; k++)
			w->information[line + k] += (w->risk.s2[line + k] - gone * w->lost.s2[line + k]) / s0 -
				w->average[i] * w->average[k];
	}
	return -log(s0);
}

/* Linear predictors of all rows; the largest is returned. */
static double
predict(const CxCox *cox, Work *w, const double *beta)
{
	double		most = -INFINITY;

	for (size_t i = 0; i < cox->n; i++)
	{
		double		eta = 0.0;

		scale_row(cox, i, w->z);
		for (int k = 0; k < cox->p; k++)
			eta += beta[k] * w->z[k];
		w->eta[i] = eta;
		most = eta > most ? eta : most;
		breathe(cox, i);
	}
	return most;
}

/*
 * The log-likelihood, its gradient and the information, at coefficients of
 * scaled features. Not finite where a weight has left the range of a double.
 */
static double
evaluate(CxCox *cox, Work *w, const double *beta)
{
	int			p = cox->p;
	double		most = predict(cox, w, beta);
	double		sum = 0.0;

	clear(&w->risk, p);
	memset(w->gradient, 0, sizeof(double) * p);
	memset(w->information, 0, sizeof(double) * p * p);
	cox->event_times = 0;
	for (size_t i = cox->n; i > 0;)
	{
		double		at = fabs(row_of(cox, i - 1)[0]);
		size_t		events = 0;

		clear(&w->lost, p);
		for (; i > 0 && fabs(row_of(cox, i - 1)[0]) == at; i--)
		{
			double		weight = exp(w->eta[i - 1] - most);

			scale_row(cox, i - 1, w->z);
			add_row(&w->risk, p, w->z, weight);
			breathe(cox, i);
			if (!signbit(row_of(cox, i - 1)[0]))
				continue;
			events++;
			add_row(&w->lost, p, w->z, weight);
			sum += w->eta[i - 1] - most;
			for (int k = 0; k < p; k++)
				w->gradient[k] += w->z[k];
		}
		for (size_t e = 0; e < events; e++)
		{
			sum += add_event(w, p, cox->breslow ? 0.0 : (double) e / (double) events);
			breathe(cox, e + 1);
		}
		cox->event_times += events > 0;
	}
	return sum;
}

/* ---- the maximum ---- */

static int
factor_information(const CxCox *cox, Work *w, double tolerance, const double *scale)
{
	memcpy(w->factor, w->information, sizeof(double) * cox->p * cox->p);
	return cx_cholesky_factor(w->factor, cox->p, tolerance, scale, cox->interrupt, cox->arg);
}

static int
largest(const double *x, int p)
{
	int			at = 0;

	for (int i = 1; i < p; i++)
		if (fabs(x[i]) > fabs(x[at]))
			at = i;
	return at;
}

/* At coefficients of 0: does each feature tell something that those before it do not? */
static CxCoxOutcome
check_features(CxCox *cox, Work *w)
{
	int			p = cox->p;

	cox->feature = factor_information(cox, w, DEPENDENT, NULL);
	if (cox->feature >= 0)
		return CX_COX_DEPENDENT;
	for (int k = 0; k < p; k++)
		w->own[k] = w->factor[(size_t) k * p + k] * w->factor[(size_t) k * p + k];
	return CX_COX_FITTED;
}

/*
 * A Newton step, halved until the likelihood does not fall by more than
 * rounding explains. Returns the gain that the whole step promised, twice;
 * NaN if no step helps.
 */
static double
advance(CxCox *cox, Work *w)
{
	int			p = cox->p;
	double		before = cox->log_likelihood;
	double		promise = 0.0;
	double		length;

	cx_cholesky_solve(w->factor, p, w->gradient, w->tried);
	for (int k = 0; k < p; k++)
		promise += w->gradient[k] * w->tried[k];
	length = LONGEST_STEP / fabs(w->tried[largest(w->tried, p)]);
	length = length < 1.0 ? length : 1.0;
	for (int k = 0; k < p; k++)
		w->tried[k] = w->beta[k] + length * w->tried[k];
	for (int halvings = 0; halvings < MAX_HALVINGS; halvings++)
	{
		cox->log_likelihood = evaluate(cox, w, w->tried);
		if (cox->log_likelihood >= before - 1e-10 * (fabs(before) + 1.0) && isfinite(cox->log_likelihood))
		{
			memcpy(w->beta, w->tried, sizeof(double) * p);
			return promise;
		}
		for (int k = 0; k < p; k++)
			w->tried[k] = w->beta[k] + (w->tried[k] - w->beta[k]) / 2.0;
	}
	return NAN;
}

static CxCoxOutcome
climb(CxCox *cox, Work *w)
{
	CxCoxOutcome outcome;
	double		promise = INFINITY;

	memset(w->beta, 0, sizeof(double) * cox->p);
	cox->null_log_likelihood = cox->log_likelihood = evaluate(cox, w, w->beta);
	outcome = check_features(cox, w);
	if (outcome != CX_COX_FITTED)
		return outcome;
	for (int steps = 0; steps < MAX_STEPS; steps++)
	{
		promise = advance(cox, w);
		cox->feature = largest(w->beta, cox->p);
		if (isnan(promise))
			return CX_COX_STUCK;
		if (factor_information(cox, w, RUNAWAY, w->own) >= 0)
			return CX_COX_RUNAWAY;
		if (promise < CLOSE)
			return CX_COX_FITTED;
	}
	return CX_COX_STUCK;
}

CxCoxOutcome
cx_cox_fit(CxCox *cox)
{
	int			p = cox->p;
	Work		w = work_of(cox);
	CxCoxOutcome outcome = describe(cox);

	if (outcome == CX_COX_FITTED)
		outcome = climb(cox, &w);
	if (outcome != CX_COX_FITTED)
		return outcome;
	cx_cholesky_inverse(w.factor, p, cox->covariance);
	for (int i = 0; i < p; i++)
	{
		cox->estimate[i] = w.beta[i] / cox->spread[i];
		for (int k = 0; k < p; k++)
			cox->covariance[(size_t) i * p + k] /= cox->spread[i] * cox->spread[k];
	}
	return outcome;
}

/* ---- the baseline ---- */

void
cx_cox_baseline(const CxCox *cox, double *time, double *hazard)
{
	Work		w = work_of(cox);
	double		most = predict(cox, &w, w.beta);
	double		at_risk = 0.0;
	size_t		at_time = cox->event_times;

	for (size_t i = cox->n; i > 0;)
	{
		double		at = fabs(row_of(cox, i - 1)[0]);
		double		lost = 0.0;
		size_t		events = 0;

		for (; i > 0 && fabs(row_of(cox, i - 1)[0]) == at; i--)
		{
			double		weight = exp(w.eta[i - 1] - most);

			at_risk += weight;
			if (signbit(row_of(cox, i - 1)[0]))
			{
				lost += weight;
				events++;
			}
		}
		if (events == 0)
			continue;
		at_time--;
		time[at_time] = at;
		hazard[at_time] = 0.0;
		for (size_t e = 0; e < events; e++)
			hazard[at_time] += exp(-most) / (at_risk - (cox->breslow ? 0.0 : (double) e / (double) events) * lost);
	}
	for (size_t i = 1; i < cox->event_times; i++)
		hazard[i] += hazard[i - 1];
}
