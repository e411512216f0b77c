/*-------------------------------------------------------------------------
 *
 * src/feedback/tally_read.c
 *	  What a tally says of one kind on one scale, or of a kind altogether.
 *
 * Weighted scores use the effective number of answers of Kish (1965), Survey
 * Sampling: (sum of weights)^2 / (sum of squared weights). Answers that all
 * weigh the same give their plain number.
 *
 *-------------------------------------------------------------------------
 */
#include "feedback/tally_read.h"

#include "common/int.h"

static void
error_out_of_range(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("sum over the answers of a tally is out of range")));
}

int64
cx_add_counts(int64 a, int64 b)
{
	int64		sum;

	if (pg_add_s64_overflow(a, b, &sum))
		error_out_of_range();
	return sum;
}

int128
cx_add_weights(int128 a, int128 b)
{
	int128		sum;

	if (__builtin_add_overflow(a, b, &sum))
		error_out_of_range();
	return sum;
}

static void
read_item(CxReading *r, const CxBuckets *buckets, const TallyItem *item)
{
	r->responses = cx_add_counts(r->responses, item->count);
	r->weight = cx_add_weights(r->weight, item->weight.sum);
	r->squares = cx_add_weights(r->squares, item->weight.squares);
	/* a sum of weights has 80 bits and a score 21: the product fits */
	r->moment = cx_add_weights(r->moment, item->weight.sum * cx_answer_milli(item->answer));
	if (!cx_kind_has_buckets(r->scale.kind))
		return;
	switch (cx_answer_bucket(buckets, cx_answer_offset(item->answer)))
	{
		case CX_GOOD:
			r->good += item->count;
			r->good_weight += item->weight.sum;
			break;
		case CX_BAD:
			r->bad += item->count;
			r->bad_weight += item->weight.sum;
			break;
		case CX_MIDDLE:
			break;
	}
}

/* The mean place on the scale in percent, 100 at the good end. */
static double
mean_percent(const CxReading *r)
{
	double		percent = 100.0 * (cx_mean(r) - r->scale.lo) / (r->scale.hi - r->scale.lo);

	return cx_kind_low_is_good(r->scale.kind) ? 100.0 - percent : percent;
}

CxReading *
cx_readings(TallyList list, int *n, int64 *unknown)
{
	const TallyItem *items = list.items;
	int			n_items = list.n;
	CxReading  *readings;
	int			scales = 0;

	for (int i = 0; i < n_items; i++)
		scales += i == 0 || CX_ANSWER_SCALE_BITS(items[i].answer) != CX_ANSWER_SCALE_BITS(items[i - 1].answer);
	readings = palloc_extended(Max(scales, 1) * sizeof(CxReading), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);

	*n = 0;
	*unknown = 0;
	for (int i = 0; i < n_items;)
	{
		CxReading  *r = &readings[*n];
		int			first = i;
		CxBuckets	buckets;

		if (items[i].answer == CX_MISSING_UNKNOWN)
		{
			*unknown = items[i++].count;
			continue;
		}
		r->scale = cx_answer_scale(items[i].answer);
		r->scales = 1;
		r->items = items + i;
		buckets = cx_scale_buckets(r->scale);
		for (; i < n_items && CX_ANSWER_SCALE_BITS(items[i].answer) == CX_ANSWER_SCALE_BITS(items[first].answer); i++)
		{
			if (cx_answer_is_missing(items[i].answer))
				r->missing = items[i].count;
			else
			{
				read_item(r, &buckets, &items[i]);
				r->n_items++;
			}
		}
		r->percent = mean_percent(r);
		(*n)++;
	}
	return readings;
}

CxReading
cx_pool(const CxReading *readings, int n, CxKind kind)
{
	CxReading	all = {.scale = {.kind = kind}};
	double		percents = 0.0;

	for (int i = 0; i < n; i++)
	{
		const CxReading *r = &readings[i];

		if (r->scale.kind != kind)
			continue;
		if (r->weight > 0 && all.scales++ == 0)
		{
			all.scale = r->scale;
			all.items = r->items;
			all.n_items = r->n_items;
		}
		all.responses = cx_add_counts(all.responses, r->responses);
		all.missing = cx_add_counts(all.missing, r->missing);
		all.good += r->good;
		all.bad += r->bad;
		all.weight = cx_add_weights(all.weight, r->weight);
		all.squares = cx_add_weights(all.squares, r->squares);
		all.good_weight += r->good_weight;
		all.bad_weight += r->bad_weight;
		all.moment = cx_add_weights(all.moment, r->moment);
		if (r->weight > 0)
			percents += (double) r->weight * r->percent;
	}
	all.percent = all.weight > 0 ? percents / (double) all.weight : NAN;
	return all;
}

CxReading
cx_reading_of(TallyList list, CxKind kind)
{
	int			n;
	int64		unknown;
	CxReading  *readings = cx_readings(list, &n, &unknown);

	return cx_pool(readings, n, kind);
}

CxReading
cx_reading_of_state(const TallyState *state, CxKind kind)
{
	CxReading	r = {.scale = {.kind = kind}, .percent = NAN};
	CxBuckets	buckets = {0};
	uint64		scale_bits = 0;
	uint64		first_scale = 0;
	uint32		at = 0;
	TallyItem	item;

	while (tally_state_next(state, &at, &item))
	{
		if (cx_answer_kind(item.answer) != kind)
			continue;
		if (cx_answer_is_missing(item.answer))
		{
			r.missing = cx_add_counts(r.missing, item.count);
			continue;
		}
		if (CX_ANSWER_SCALE_BITS(item.answer) != scale_bits)
		{
			scale_bits = CX_ANSWER_SCALE_BITS(item.answer);
			buckets = cx_scale_buckets(cx_answer_scale(item.answer));
		}
		/* more than one is all that anybody asks of the number of scales */
		if (item.weight.sum > 0 && first_scale != scale_bits)
		{
			r.scales++;
			if (first_scale == 0)
				first_scale = scale_bits;
		}
		r.scale = cx_answer_scale(item.answer);
		read_item(&r, &buckets, &item);
	}
	return r;
}

double
cx_share_good(const CxReading *r)
{
	return r->weight > 0 ? (double) r->good_weight / (double) r->weight : NAN;
}

double
cx_share_bad(const CxReading *r)
{
	return r->weight > 0 ? (double) r->bad_weight / (double) r->weight : NAN;
}

/* Not 100 times the share, which would round twice. */
double
cx_percent_good(const CxReading *r)
{
	return r->weight > 0 ? 100.0 * (double) r->good_weight / (double) r->weight : NAN;
}

/* The difference is taken before anything is rounded. */
double
cx_net(const CxReading *r)
{
	return r->weight > 0 ? 100.0 * (double) (r->good_weight - r->bad_weight) / (double) r->weight : NAN;
}

double
cx_effective_n(const CxReading *r)
{
	if (r->weight <= 0)
		return NAN;
	if (r->squares == r->weight * CX_WEIGHT_UNIT && r->weight == (int128) r->responses * CX_WEIGHT_UNIT)
		return (double) r->responses;
	return (double) r->weight / (double) r->squares * (double) r->weight;
}

/* Means of different scales do not mix. */
double
cx_mean(const CxReading *r)
{
	return r->weight > 0 && r->scales == 1 ? (double) r->moment / ((double) r->weight * CX_UNIT) : NAN;
}

/*
 * Squares are summed exactly around the whole thousandth next to the mean, so
 * that neither large means nor the order of answers costs a digit.
 */
double
cx_stddev(const CxReading *r)
{
	double		n = cx_effective_n(r);
	double		mean = cx_mean(r) * CX_UNIT;
	int64		near;
	int128		squares = 0;
	double		variance;

	if (!(n > 1.0) || isnan(mean))
		return NAN;
	near = (int64) rint(mean);
	for (int i = 0; i < r->n_items; i++)
	{
		int64		away = cx_answer_milli(r->items[i].answer) - near;

		squares = cx_add_weights(squares, r->items[i].weight.sum * (int128) (away * away));
	}
	variance = (double) squares / (double) r->weight - (mean - near) * (mean - near);
	return sqrt(Max(variance, 0.0) * (n / (n - 1.0))) / CX_UNIT;
}
