/*-------------------------------------------------------------------------
 *
 * mix.c
 *		Why an average moved: see mix.h.
 *
 *-------------------------------------------------------------------------
 */
#include "maths/mix.h"

#include <math.h>

/* Scores that differ by less than this part of the largest have not moved: that is rounding. */
#define STILL	1e-12

void
cx_mix_add(CxMixSum *sum, double n, double score)
{
	cx_sum_add(&sum->n, n);
	cx_sum_add_product(&sum->score, n, score);
}

void
cx_mix_merge(CxMixSum *into, const CxMixSum *from)
{
	cx_sum_merge(&into->n, &from->n);
	cx_sum_merge(&into->score, &from->score);
}

/* The quotient of two rounded sums is off by an ulp or two; what the exact sum says is left over puts it right. */
CxMixSide
cx_mix_side(const CxMixSum *sum)
{
	CxMixSide	side = {cx_sum_value(&sum->n), NAN};
	CxSum		rest = sum->score;

	if (side.n == 0)
		return side;
	side.score = cx_sum_value(&sum->score) / side.n;
	if (isfinite(side.score) && isfinite(side.n))
	{
		cx_sum_add_product(&rest, -side.score, side.n);
		side.score += cx_sum_value(&rest) / side.n;
	}
	return side;
}

static void
effects_of(CxMixPart *part, const CxMixPart *whole, double center)
{
	double		w0 = part->before.n / whole->before.n;
	double		w1 = part->after.n / whole->after.n;
	double		s0 = w0 > 0 ? part->before.score : part->after.score;
	double		s1 = w1 > 0 ? part->after.score : part->before.score;

	/* + 0.0 makes -0 a plain 0 */
	part->rate = (w0 + w1) / 2 * (s1 - s0) + 0.0;
	part->mix = (w1 - w0) * ((s0 - center) / 2 + (s1 - center) / 2) + 0.0;
	part->total = part->rate + part->mix;
}

static double
scale_of(const CxMixPart *parts, size_t n)
{
	double		largest = 0;

	for (size_t i = 0; i < n; i++)
	{
		/* fmax passes over the NaN of an empty side */
		largest = fmax(largest, fabs(parts[i].before.score));
		largest = fmax(largest, fabs(parts[i].after.score));
	}
	return largest;
}

static int
direction(CxMixSide before, CxMixSide after, double still)
{
	double		change = after.score - before.score;

	if (fabs(change) <= still)
		return 0;
	return change > 0 ? 1 : -1;
}

static CxMixParadox
paradox_of(const CxMixPart *parts, size_t n, const CxMixPart *whole)
{
	double		still = STILL * scale_of(parts, n);
	int			all = direction(whole->before, whole->after, still);
	bool		any = false;

	for (size_t i = 0; i < n; i++)
	{
		if (parts[i].before.n == 0 || parts[i].after.n == 0)
			continue;
		any = true;
		if (all == 0 || direction(parts[i].before, parts[i].after, still) != -all)
			return CX_PARADOX_NO;
	}
	return any ? CX_PARADOX_YES : CX_PARADOX_UNDEFINED;
}

CxMixParadox
cx_mix_effects(CxMixPart *parts, size_t n, CxMixPart *whole)
{
	bool		defined = whole->before.n > 0 && whole->after.n > 0;
	double		center = (whole->before.score + whole->after.score) / 2;
	double		rate = 0;
	double		mix = 0;

	for (size_t i = 0; i < n; i++)
	{
		parts[i].rate = parts[i].mix = parts[i].total = NAN;
		if (!defined || (parts[i].before.n == 0 && parts[i].after.n == 0))
			continue;
		effects_of(&parts[i], whole, center);
		rate += parts[i].rate;
		mix += parts[i].mix;
	}
	whole->rate = defined ? rate : NAN;
	whole->mix = defined ? mix : NAN;
	whole->total = defined ? whole->after.score - whole->before.score : NAN;
	return defined ? paradox_of(parts, n, whole) : CX_PARADOX_UNDEFINED;
}
