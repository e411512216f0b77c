/*-------------------------------------------------------------------------
 *
 * intervals.h
 *		Confidence intervals, comparisons and sample sizes of survey scores.
 *
 * Everything is a share, not points: promoters and detractors 0..1 each and
 * together at most 1, a net promoter score -1..1.  n is a number of answers
 * above 0 that may be fractional (Kish's effective number of weighted
 * answers).  confidence is strictly between 0 and 1 and always two-sided.
 * Callers check these ranges.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_MATHS_INTERVALS_H
#define CX_MATHS_INTERVALS_H

typedef struct CxInterval
{
	double		low;
	double		high;
} CxInterval;

typedef enum CxNpsMethod
{
	CX_NPS_WALD,
	CX_NPS_ADJUSTED_WALD,
	CX_NPS_SCORE,
	CX_NPS_GOODMAN
} CxNpsMethod;

/* A sample of answers as the shares p and d of n answers. */
typedef struct CxNpsSample
{
	double		promoters;
	double		detractors;
	double		n;
} CxNpsSample;

/*
 * a - b with its spread.  z holds z or t.  Where the standard error is 0 or
 * unknown, z, p_value and the limits are NaN: no spread is no certainty.  The
 * limits are not clamped: the range of a difference is the caller's to know.
 */
typedef struct CxComparison
{
	double		difference;
	double		std_error;
	double		z;
	double		p_value;
	double		low;
	double		high;
} CxComparison;

/* Variance of one answer scored 1, 0, -1: p + d - (p - d)^2, never negative. */
extern double cx_nps_variance(double p, double d);

/*
 * The sample with the pseudo-answers of the adjusted Wald method: 3/4 of a
 * promoter, 3/2 passives, 3/4 of a detractor.  For comparisons each sample
 * gets them in full.
 */
extern CxNpsSample cx_nps_adjust(double p, double d, double n);

/* Always inside -1..1 and low <= high, whatever the method. */
extern CxInterval cx_nps_interval(double p, double d, double n, double confidence,
								  CxNpsMethod method);

/* Wilson (1927), of a proportion p of n answers; inside 0..1 and around p. */
extern CxInterval cx_wilson_interval(double p, double n, double confidence);

/*
 * Student (1908), of a mean; sd with divisor n - 1; n > 1.  Not clamped; the
 * limits are infinite where n is so little over 1 that the t quantile is.
 */
extern CxInterval cx_t_interval(double mean, double sd, double n, double confidence);

/*
 * Two independent samples, by mean, variance of one answer, and number.
 * cx_compare_t is Welch's (1947) test and needs n > 1 on each side whose
 * variance is not 0; elsewhere z, p_value, low and high are NaN.  Its limits
 * are infinite under the same condition as those of cx_t_interval.
 */
extern CxComparison cx_compare_z(double a, double var_a, double n_a,
								 double b, double var_b, double n_b, double confidence);
extern CxComparison cx_compare_t(double a, double var_a, double n_a,
								 double b, double var_b, double n_b, double confidence);

/*
 * Smallest whole number of answers, at least 1, whose Wald (or, if adjusted,
 * adjusted Wald) half-width is at most margin > 0, a share.  population is
 * the number of customers there are, at least 1, INFINITY for no limit; the
 * result never exceeds it rounded up.  A number that misses the margin by
 * rounding alone counts as keeping it.  INFINITY for margins below 1e-150.
 */
extern double cx_nps_sample_size(double margin, double p, double d, double confidence,
								 double population, int adjusted);

#endif							/* CX_MATHS_INTERVALS_H */
