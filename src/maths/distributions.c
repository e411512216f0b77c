/*-------------------------------------------------------------------------
 *
 * distributions.c
 *		The normal, beta and Student distributions.
 *
 * Both tails of every distribution are computed where they are small, never
 * as one minus the other, so p-values and extreme quantiles keep all their
 * digits.
 *
 *-------------------------------------------------------------------------
 */
#include "distributions.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

#define PI				3.14159265358979323846
#define SQRT_PI			1.77245385090551602730
#define SQRT_HALF		0.70710678118654752440
#define SQRT_TWO_PI		2.50662827463100050242

/*
 * The fraction settles in about 5.5 times the cube root of the parameters at
 * worst (54,000 steps at 1e12), and for Student's t in at most 65 steps
 * whatever df is.  Far above 1e12 doubles no longer tell its terms apart.
 */
#define MAX_BETA_PARAMETER	1e12
#define MAX_FRACTION_STEPS	1000000

/* From here on Student's t and the normal agree in every digit of a double. */
#define NORMAL_DF			1e20

/* |t| / sqrt(df) beyond which the tail is a pure power of t. */
#define POWER_TAIL			1e100

/*
 * A bracket over the whole range of a double, halved on a logarithmic scale,
 * closes in 63 steps; the rest is room for Newton steps in between.
 */
#define MAX_QUANTILE_STEPS	200

/* What one evaluation at x tells: I_x, 1 - I_x, and x^a y^b / B(a, b). */
typedef struct BetaParts
{
	double		lower;
	double		upper;
	double		kernel;
} BetaParts;

/* For t > 0: P(|T| > t), P(|T| < t), and t times the density at t. */
typedef struct StudentParts
{
	double		tail;
	double		centre;
	double		kernel;
} StudentParts;

double
cx_normal_two_sided_p(double z)
{
	return erfc(fabs(z) * SQRT_HALF);
}

/* Quotient of two polynomials of degree 7, lowest coefficient first. */
static double
ratio_of_polynomials(const double *numerator, const double *denominator, double x)
{
	double		top = numerator[7];
	double		bottom = denominator[7];
	int			i;

	for (i = 6; i >= 0; i--)
	{
		top = top * x + numerator[i];
		bottom = bottom * x + denominator[i];
	}
	return top / bottom;
}

/* The tail part of AS 241: the upper quantile of 0 < p < 0.075. */
static double
normal_tail_quantile(double p)
{
	static const double near_top[8] = {
		1.42343711074968357734e0, 4.63033784615654529590e0,
		5.76949722146069140550e0, 3.64784832476320460504e0,
		1.27045825245236838258e0, 2.41780725177450611770e-1,
		2.27238449892691845833e-2, 7.74545014278341407640e-4
	};
	static const double near_bottom[8] = {
		1.0, 2.05319162663775882187e0,
		1.67638483018380384940e0, 6.89767334985100004550e-1,
		1.48103976427480074590e-1, 1.51986665636164571966e-2,
		5.47593808499534494600e-4, 1.05075007164441684324e-9
	};
	static const double far_top[8] = {
		6.65790464350110377720e0, 5.46378491116411436990e0,
		1.78482653991729133580e0, 2.96560571828504891230e-1,
		2.65321895265761230930e-2, 1.24266094738807843860e-3,
		2.71155556874348757815e-5, 2.01033439929228813265e-7
	};
	static const double far_bottom[8] = {
		1.0, 5.99832206555887937690e-1,
		1.36929880922735805310e-1, 1.48753612908506148525e-2,
		7.86869131145613259100e-4, 1.84631831751005468180e-5,
		1.42151175831644588870e-7, 2.04426310338993978564e-15
	};
	double		r = sqrt(-log(p));

	if (r <= 5.0)
		return ratio_of_polynomials(near_top, near_bottom, r - 1.6);
	return ratio_of_polynomials(far_top, far_bottom, r - 5.0);
}

/* Wichura (1988), Applied Statistics algorithm AS 241, function PPND16. */
double
cx_normal_quantile(double p)
{
	static const double top[8] = {
		3.3871328727963666080e0, 1.3314166789178437745e2,
		1.9715909503065514427e3, 1.3731693765509461125e4,
		4.5921953931549871457e4, 6.7265770927008700853e4,
		3.3430575583588128105e4, 2.5090809287301226727e3
	};
	static const double bottom[8] = {
		1.0, 4.2313330701600911252e1,
		6.8718700749205790830e2, 5.3941960214247511077e3,
		2.1213794301586595867e4, 3.9307895800092710610e4,
		2.8729085735721942674e4, 5.2264952788528545610e3
	};
	double		q = p - 0.5;

	if (isnan(p))
		return p;
	if (p <= 0.0)
		return -INFINITY;
	if (p >= 1.0)
		return INFINITY;
	if (fabs(q) <= 0.425)
		return q * ratio_of_polynomials(top, bottom, 0.180625 - q * q);
	return q < 0.0 ? -normal_tail_quantile(p) : normal_tail_quantile(1.0 - p);
}

/*
 * ln Gamma(x) - ((x - 1/2) ln x - x + ln(2 pi) / 2), the error of Stirling's
 * formula, for x > 0.  Small x are led up to 16 by the recurrence, where six
 * terms of the asymptotic series leave less than 2e-18.  (Not lgamma: it
 * writes to a global, and the differences taken of it lose eight digits at
 * 1e8.)
 */
double
cx_stirling_error(double x)
{
	double		shift = 0.0;
	double		w;
	double		tail;

	for (; x < 16.0; x += 1.0)
		shift += (x + 0.5) * log1p(1.0 / x) - 1.0;

	w = 1.0 / (x * x);
	tail = 1.0 / 1680.0 - w * (1.0 / 1188.0 - w * (691.0 / 360360.0));
	return shift + (1.0 / 12.0 - w * (1.0 / 360.0 - w * (1.0 / 1260.0 - w * tail))) / x;
}

/*
 * e - ln(1 + e) >= 0 for e > -1, without cancellation for small e: with
 * v = e / (2 + e), ln(1 + e) = 2 atanh(v).  Idea of Loader (2000), "Fast and
 * accurate computation of binomial probabilities".  The caller gives 1 + e
 * apart: close to 0, e cannot tell it.
 */
double
cx_log_defect(double e, double one_plus_e)
{
	double		v;
	double		power;
	double		sum;
	int			k;

	if (fabs(e) > 0.4)
		return e - log(one_plus_e);

	v = e / (2.0 + e);
	power = 1.0;
	sum = 0.0;
	for (k = 3; k < 35; k += 2)
	{
		power *= v * v;
		sum += power / k;
	}
	return v * (e - 2.0 * sum);
}

/*
 * x^a y^b / B(a, b) with x + y = 1 and excess = b x - a y.  In Loader's
 * saddle-point form the large powers cancel on paper instead of in doubles.
 */
static double
beta_kernel(double a, double b, double x, double y, double excess)
{
	double		n = a + b;
	double		exponent;

	exponent = cx_stirling_error(n) - cx_stirling_error(a) - cx_stirling_error(b)
		- a * cx_log_defect(excess / a, x * (n / a))
		- b * cx_log_defect(-excess / b, y * (n / b));
	return sqrt(a) * sqrt(b / n) / SQRT_TWO_PI * exp(exponent);
}

/*
 * kernel / I_x(a, b), by the even part of the continued fraction of DiDonato
 * and Morris (1992), ACM TOMS algorithm 708, evaluated after Lentz (1976) as
 * modified by Thompson and Barnett (1986).  Wants x (b + 1) <= y (a + 1), which
 * makes the first denominator positive.  NaN if it does not settle.
 */
static double
beta_fraction(double a, double b, double x, double y, double excess)
{
	const double tiny = 1e-290;
	double		value = a * (1.0 - excess) / (a + 1.0);
	double		c;
	double		d = 0.0;
	int			m;

	if (value < tiny)
		value = tiny;
	c = value;
	for (m = 1; m <= MAX_FRACTION_STEPS; m++)
	{
		double		s = a + 2.0 * m;
		double		top = ((a + m - 1.0) / (s - 1.0)) * ((a + b + m - 1.0) / (s - 1.0));
		double		bottom = m + m * (b - m) * x / (s - 1.0);
		double		factor;

		top = top * x * (m * (b - m) * x);
		bottom += (a + m) * (1.0 - excess + m * (1.0 + y)) / (s + 1.0);
		d = bottom + top * d;
		if (fabs(d) < tiny)
			d = tiny;
		d = 1.0 / d;
		c = bottom + top / c;
		if (fabs(c) < tiny)
			c = tiny;
		factor = c * d;
		value *= factor;
		if (fabs(factor - 1.0) <= DBL_EPSILON)
			return value;
	}
	return NAN;
}

/*
 * Both sides of I_x(a, b), each with its own relative accuracy.  The caller
 * gives y = 1 - x and excess = b x - a y apart, since it can know them better
 * than x alone tells.
 */
static BetaParts
beta_parts(double a, double b, double x, double y, double excess)
{
	BetaParts	parts = {0.0, 1.0, 0.0};

	if (x <= 0.0)
		return parts;
	if (y <= 0.0)
	{
		parts.lower = 1.0;
		parts.upper = 0.0;
		return parts;
	}

	parts.kernel = beta_kernel(a, b, x, y, excess);
	if (x * (b + 1.0) <= y * (a + 1.0))
	{
		if (parts.kernel > 0.0)
			parts.lower = fmin(1.0, parts.kernel / beta_fraction(a, b, x, y, excess));
		parts.upper = 1.0 - parts.lower;
	}
	else
	{
		parts.upper = 0.0;
		if (parts.kernel > 0.0)
			parts.upper = fmin(1.0, parts.kernel / beta_fraction(b, a, y, x, -excess));
		parts.lower = 1.0 - parts.upper;
	}
	return parts;
}

double
cx_incomplete_beta(double a, double b, double x)
{
	double		y = 1.0 - x;
	double		bx = b * x;
	double		ay = a * y;
	double		excess;

	if (isnan(x) || !(a > 0.0 && a <= MAX_BETA_PARAMETER)
		|| !(b > 0.0 && b <= MAX_BETA_PARAMETER))
		return NAN;

	/*
	 * The difference of two large products decides the digits: carry what each product, and y, lost to rounding.
	 */
	excess = (bx - ay) + (fma(b, x, -bx) - fma(a, y, -ay) - a * ((1.0 - y) - x));
	return beta_parts(a, b, x, y, excess).lower;
}

/*
 * P(|T| > t) for t so large that it is a power of t; beyond df = 4 it is
 * below the smallest double there.
 */
static double
student_power_tail(double t, double df)
{
	double		a = 0.5 * df;

	if (df > 4.0)
		return 0.0;
	return exp(-df * (log(t) - 0.5 * log(df)))
		* tgamma(a + 0.5) / (tgamma(a + 1.0) * SQRT_PI);
}

/* For t >= 0 and df > 0. */
static StudentParts
student_parts(double t, double df)
{
	StudentParts parts;
	BetaParts	beta;
	double		square = t * t;
	double		x;

	if (df >= NORMAL_DF)
	{
		parts.tail = cx_normal_two_sided_p(t);
		parts.centre = erf(t * SQRT_HALF);
		parts.kernel = t * exp(-0.5 * square) / SQRT_TWO_PI;
		return parts;
	}
	if (t > POWER_TAIL * sqrt(df))
	{
		parts.tail = student_power_tail(t, df);
		parts.centre = 1.0 - parts.tail;
		parts.kernel = 0.5 * df * parts.tail;
		return parts;
	}

	x = df / (df + square);
	beta = beta_parts(0.5 * df, 0.5, x, square / (df + square),
					  0.5 * x * (1.0 - t) * (1.0 + t));
	parts.tail = beta.lower;
	parts.centre = beta.upper;
	parts.kernel = beta.kernel;
	return parts;
}

double
cx_t_two_sided_p(double t, double df)
{
	if (isnan(t) || !(df > 0.0))
		return NAN;
	if (isinf(t))
		return 0.0;
	return student_parts(fabs(t), df).tail;
}

/*
 * The t > 0 with P(|T| > t) = tail and P(|T| < t) = centre, by Newton's method
 * in ln t on the logarithm of the smaller of the two, kept inside a bracket.
 * Both logarithms are concave in ln t, so after one step Newton approaches
 * from one side.  The normal quantile z is a lower bound: Student's tails are
 * heavier.
 */
static double
student_solve(double z, double tail, double centre, double df)
{
	bool		by_tail = tail < centre;
	double		low = z;
	double		high = DBL_MAX;
	double		t = z;
	int			i;

	if (student_parts(high, df).tail >= tail)
		return INFINITY;

	for (i = 0; i < MAX_QUANTILE_STEPS && high - low > DBL_EPSILON * low; i++)
	{
		StudentParts parts = student_parts(t, df);
		double		share = by_tail ? parts.tail : parts.centre;
		double		gap = by_tail ? log(share / tail) : log(centre / share);
		double		next;

		if (fabs(gap) <= DBL_EPSILON)
			break;
		if (gap > 0.0)
			low = t;
		else
			high = t;
		next = t * exp(gap * share / (2.0 * parts.kernel));
		if (next == t)
			break;
		if (!(next > low && next < high))
			next = sqrt(low) * sqrt(high);
		t = next;
	}
	return t;
}

double
cx_t_quantile(double p, double df)
{
	double		q = p - 0.5;
	double		smaller = q < 0.0 ? p : 1.0 - p;
	double		t;

	if (isnan(p) || !(df > 0.0))
		return NAN;
	if (p <= 0.0)
		return -INFINITY;
	if (p >= 1.0)
		return INFINITY;
	if (q == 0.0)
		return 0.0;
	if (df >= NORMAL_DF)
		return cx_normal_quantile(p);

	if (df == 1.0)
		t = smaller < 0.25 ? 1.0 / tan(PI * smaller) : tan(PI * fabs(q));
	else if (df == 2.0)
		t = fabs(q) / sqrt(0.5 * smaller * (1.0 - smaller));
	else
		t = student_solve(fabs(cx_normal_quantile(p)), 2.0 * smaller, 2.0 * fabs(q), df);
	return q < 0.0 ? -t : t;
}
