/*-------------------------------------------------------------------------
 *
 * exact.c
 *		Exact tests of tables with two rows and two columns.
 *
 * Probabilities are computed by C. Loader (2000), "Fast and accurate
 * computation of binomial probabilities": differences of logarithms of
 * factorials lose all digits for large counts, the saddle point expansion
 * does not.
 *
 *-------------------------------------------------------------------------
 */
#include "exact.h"

#include <math.h>
#include <stdbool.h>

#define TWO_PI			6.283185307179586476925286766559

/* Terms of a tail below this share of their sum are left out, with all that follow. */
#define NEGLIGIBLE		1e-18

/* Tables that are as probable but for rounding count as that. */
#define SAME_CHANCE		(1.0 + 1e-7)

/* log(n!) - log(sqrt(2 pi n) (n/e)^n) */
static double
stirling_error(double n)
{
	static const double small[16] = {
		0.0, 0.08106146679532725822, 0.04134069595540929409, 0.02767792568499833915, 0.02079067210376509311,
		0.01664469118982119216, 0.01387612882307074800, 0.01189670994589177010, 0.01041126526197209650,
		0.00925546218271273292, 0.00833056343336287126, 0.00757367548795184079, 0.00694284010720952987,
		0.00640899418800420707, 0.00595137011275884773, 0.00555473355196280137
	};
	double		nn = n * n;

	if (n <= 15.0)
		return small[(int) n];
	return (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - 1.0 / 1188.0 / nn) / nn) / nn) / nn) / n;
}

/* x log(x / m) + m - x, without cancellation where x is near m */
static double
deviance(double x, double m)
{
	double		v = (x - m) / (x + m);
	double		sum;
	double		term;

	if (fabs(x - m) >= 0.1 * (x + m))
		return x * log(x / m) + m - x;
	sum = (x - m) * v;
	term = 2.0 * x * v;
	for (int i = 1; i < 1000; i++)
	{
		double		next;

		term *= v * v;
		next = sum + term / (2 * i + 1);
		if (next == sum)
			break;
		sum = next;
	}
	return sum;
}

/* P(x of n) with probability p, q = 1 - p. */
static double
binomial(double x, double n, double p, double q)
{
	if (p == 0.0)
		return x == 0.0;
	if (q == 0.0)
		return x == n;
	if (x == 0.0)
		return exp(p < 0.1 ? -deviance(n, n * q) - n * p : n * log(q));
	if (x == n)
		return exp(q < 0.1 ? -deviance(n, n * p) - n * q : n * log(p));
	return exp(stirling_error(n) - stirling_error(x) - stirling_error(n - x) -
			   deviance(x, n * p) - deviance(n - x, n * q)) *
		sqrt(n / (TWO_PI * x * (n - x)));
}

/* A hypergeometric variable: how many good ones among the draws. */
typedef struct Urn
{
	double		good;
	double		bad;
	double		draws;
	double		low;			/* the range of the variable */
	double		high;
} Urn;

static Urn
urn_of(double good, double bad, double draws)
{
	Urn			urn = {good, bad, draws, fmax(0.0, draws - bad), fmin(good, draws)};

	return urn;
}

static double
chance(const Urn *urn, double x)
{
	double		all = urn->good + urn->bad;
	double		p = urn->draws / all;
	double		q = (all - urn->draws) / all;

	if (urn->low == urn->high)
		return 1.0;
	return binomial(x, urn->good, p, q) * binomial(urn->draws - x, urn->bad, p, q) /
		binomial(urn->draws, all, p, q);
}

/* P(X >= x) for x beyond the mode, where terms fall. */
static double
upper_tail(const Urn *urn, double x)
{
	double		term = chance(urn, x);
	double		sum = term;

	while (x < urn->high && term > sum * NEGLIGIBLE)
	{
		term *= (urn->good - x) * (urn->draws - x) / ((x + 1.0) * (urn->bad - urn->draws + x + 1.0));
		sum += term;
		x += 1.0;
	}
	return sum;
}

/* P(X <= x) for x below the mode. */
static double
lower_tail(const Urn *urn, double x)
{
	double		term = chance(urn, x);
	double		sum = term;

	while (x > urn->low && term > sum * NEGLIGIBLE)
	{
		term *= x * (urn->bad - urn->draws + x) / ((urn->good - x + 1.0) * (urn->draws - x + 1.0));
		sum += term;
		x -= 1.0;
	}
	return sum;
}

static double
mode_of(const Urn *urn)
{
	double		mode = floor((urn->draws + 1.0) / (urn->good + urn->bad + 2.0) * (urn->good + 1.0));

	return fmin(fmax(mode, urn->low), urn->high);
}

double
cx_hypergeometric_upper(double k, double good, double bad, double draws)
{
	Urn			urn = urn_of(good, bad, draws);

	if (k <= urn.low)
		return 1.0;
	if (k > urn.high)
		return 0.0;
	if (k > mode_of(&urn))
		return fmin(1.0, upper_tail(&urn, k));
	return fmax(0.0, 1.0 - lower_tail(&urn, k - 1.0));
}

/*
 * Of the values from the mode to one end of the range, the one next to the
 * mode whose chance is at most "limit"; -1 if there is none.
 */
static double
next_rare(const Urn *urn, double mode, bool up, double limit)
{
	double		near = mode;
	double		far = up ? urn->high : urn->low;

	if (chance(urn, far) > limit)
		return -1.0;
	if (chance(urn, near) <= limit)
		return near;
	while (fabs(far - near) > 1.0)
	{
		double		middle = floor((far + near) / 2.0);

		if (chance(urn, middle) <= limit)
			far = middle;
		else
			near = middle;
	}
	return far;
}

double
cx_fisher_two_sided(double a, double b, double c, double d)
{
	Urn			urn = urn_of(a + c, b + d, a + b);
	double		mode = mode_of(&urn);
	double		limit;
	double		other;
	double		sum;

	if (urn.low == urn.high)
		return 1.0;
	limit = chance(&urn, a) * SAME_CHANCE;
	if (chance(&urn, mode) <= limit)
		return 1.0;
	other = next_rare(&urn, mode, a < mode, limit);
	if (a < mode)
		sum = lower_tail(&urn, a) + (other < 0.0 ? 0.0 : upper_tail(&urn, other));
	else
		sum = upper_tail(&urn, a) + (other < 0.0 ? 0.0 : lower_tail(&urn, other));
	return fmin(1.0, sum);
}

void
cx_false_discovery(double *p, int n)
{
	double		least = 1.0;

	for (int i = n - 1; i >= 0; i--)
	{
		least = fmin(least, p[i] * n / (i + 1));
		p[i] = least;
	}
}
