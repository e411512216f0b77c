/*-------------------------------------------------------------------------
 *
 * src/feedback/kind.c
 *	  The kinds of feedback: scale, direction, and which answers are good.
 *
 * Sources: NPS, Reichheld (2003), "The One Number You Need to Grow"; CES,
 * Dixon, Freeman and Toman (2010) for effort on 1-5 and Dixon, Toman and
 * DeLisi (2013) for ease on 1-7; success and emotion, Temkin (2011), the
 * Experience Ratings. The cut-offs of csat follow common vendor practice.
 *
 *-------------------------------------------------------------------------
 */
#include "feedback/answer.h"

#include "utils/builtins.h"

typedef struct KindInfo
{
	const char *name;
	int			lo;
	int			hi;
	bool		low_is_good;
	const char *bucket[3];		/* indexed by CxBucket; NULL: the kind has no buckets */
} KindInfo;

static const KindInfo kinds[CX_KIND_LAST + 1] = {
	[CX_NPS] = {"nps", 0, 10, false, {"detractor", "passive", "promoter"}},
	[CX_CSAT] = {"csat", 1, 5, false, {"not satisfied", "not satisfied", "satisfied"}},
	[CX_CES] = {"ces", 1, 7, false, {"hard", "neutral", "easy"}},
	[CX_EFFORT] = {"effort", 1, 5, true, {"hard", "neutral", "easy"}},
	[CX_SUCCESS] = {"success", 0, 1, false, {"not reached", "partial", "reached"}},
	[CX_EMOTION] = {"emotion", 1, 7, false, {"bad", "neutral", "good"}},
	[CX_RATING] = {"rating", 1, 5, false, {NULL, NULL, NULL}},
};

/*
 * Scales whose buckets are agreed: first and last answer, the good and the bad
 * answer next to the middle. For csat everything short of good is bad. Other
 * scales have the outer two fifths as buckets.
 */
static const struct
{
	CxKind		kind;
	int			lo;
	int			hi;
	int			good;
	int			bad;
}			cuts[] = {
	{CX_NPS, 0, 10, 9, 6},
	{CX_CSAT, 1, 3, 3, 2},
	{CX_CSAT, 1, 4, 3, 2},
	{CX_CSAT, 1, 5, 4, 3},
	{CX_CSAT, 1, 6, 5, 4},
	{CX_CSAT, 1, 7, 6, 5},
	{CX_CSAT, 1, 10, 9, 8},
	{CX_CSAT, 0, 10, 9, 8},
	{CX_CSAT, 0, 100, 80, 79},
	{CX_CES, 1, 7, 5, 3},
	{CX_CES, 1, 5, 4, 2},
	{CX_EFFORT, 1, 5, 2, 4},
	{CX_SUCCESS, 0, 1, 1, 0},
	{CX_SUCCESS, 1, 7, 6, 3},
	{CX_EMOTION, 1, 7, 6, 3},
};

const char *
cx_kind_name(CxKind kind)
{
	return kinds[kind].name;
}

bool
cx_kind_lookup(const char *name, size_t len, CxKind *kind)
{
	for (int k = 1; k <= CX_KIND_LAST; k++)
	{
		if (strlen(kinds[k].name) == len && memcmp(kinds[k].name, name, len) == 0)
		{
			*kind = (CxKind) k;
			return true;
		}
	}
	return false;
}

/* The kind an argument names; 22023 when there is none. */
CxKind
cx_kind_from_text(const text *name)
{
	CxKind		kind;

	if (!cx_kind_lookup(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name), &kind))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unrecognized kind of feedback: \"%s\"", text_to_cstring(name)),
				 errhint("Use one of: nps, csat, ces, effort, success, emotion, rating.")));
	return kind;
}

CxScale
cx_kind_scale(CxKind kind)
{
	CxScale		scale = {kind, kinds[kind].lo, kinds[kind].hi};

	return scale;
}

/* The lowest answer of a scale of which only the highest is said: 8/10 is 1..10, but a score out of 100 starts at 0. */
int
cx_kind_lo_for(CxKind kind, int hi)
{
	return hi == 100 ? 0 : kinds[kind].lo;
}

bool
cx_kind_low_is_good(CxKind kind)
{
	return kinds[kind].low_is_good;
}

bool
cx_kind_has_buckets(CxKind kind)
{
	return kinds[kind].bucket[0] != NULL;
}

const char *
cx_kind_bucket_name(CxKind kind, CxBucket bucket)
{
	return kinds[kind].bucket[bucket];
}

CxBuckets
cx_scale_buckets(CxScale scale)
{
	CxBuckets	b;

	b.range = (scale.hi - scale.lo) * CX_UNIT;
	b.low_is_good = kinds[scale.kind].low_is_good;
	/* exact: the range is a multiple of five of these units */
	b.good_from = b.range / 5 * 3;
	b.bad_to = b.range / 5 * 2;
	for (int i = 0; i < lengthof(cuts); i++)
	{
		if (cuts[i].kind == scale.kind && cuts[i].lo == scale.lo && cuts[i].hi == scale.hi)
		{
			/* both are counted from the bad end */
			b.good_from = abs(cuts[i].good - (b.low_is_good ? scale.hi : scale.lo)) * CX_UNIT;
			b.bad_to = abs(cuts[i].bad - (b.low_is_good ? scale.hi : scale.lo)) * CX_UNIT;
			break;
		}
	}
	if (scale.kind == CX_CSAT)
		b.bad_to = b.good_from - 1;
	return b;
}

/* NPS is defined on 0..10 alone: other scales have no promoters, and mapping stars to them invents answers. */
bool
cx_scale_valid(CxScale scale)
{
	if (scale.kind < 1 || scale.kind > CX_KIND_LAST ||
		scale.lo < -CX_SCALE_LIMIT || scale.hi > CX_SCALE_LIMIT || scale.lo >= scale.hi)
		return false;
	return scale.kind != CX_NPS || (scale.lo == 0 && scale.hi == 10);
}

bool
cx_answer_valid(CxAnswer answer)
{
	CxScale		scale = cx_answer_scale(answer);

	return cx_scale_valid(scale) && cx_answer_offset(answer) <= (scale.hi - scale.lo) * CX_UNIT;
}
