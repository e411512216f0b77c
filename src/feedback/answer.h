/*-------------------------------------------------------------------------
 *
 * src/feedback/answer.h
 *	  One answer, packed into 64 bits: the value behind the type "feedback"
 *	  and the key of a tally.
 *
 *	  bits 63..56  kind, 1..7 (CxKind)
 *	  bits 55..40  lowest answer of the scale, plus 32768
 *	  bits 39..24  highest answer of the scale, plus 32768
 *	  bits 23..0   score: thousandths above the lowest answer
 *
 * Compared as an unsigned number this orders by kind, scale and score, so
 * equality, order and hash need not look inside. Bounds of a scale are whole
 * numbers from -1000 to 1000, so the score needs 21 of its 24 bits; a tally
 * uses the score with all bits set for "no answer" (see tally.h).
 *
 * The number is the format: in memory, on disk, on the wire (big-endian).
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_ANSWER_H
#define CX_ANSWER_H

#include "core/compat.h"

typedef uint64 CxAnswer;

typedef enum CxKind
{
	CX_NPS = 1,
	CX_CSAT,
	CX_CES,
	CX_EFFORT,
	CX_SUCCESS,
	CX_EMOTION,
	CX_RATING
} CxKind;

#define CX_KIND_LAST		CX_RATING
#define CX_SCALE_LIMIT		1000	/* bounds lie in -CX_SCALE_LIMIT..CX_SCALE_LIMIT */
#define CX_UNIT				1000	/* a whole step of a scale, in thousandths */

typedef struct CxScale
{
	CxKind		kind;
	int			lo;
	int			hi;
} CxScale;

/* Where an answer falls. What the good end is called depends on the kind. */
typedef enum CxBucket
{
	CX_BAD,
	CX_MIDDLE,
	CX_GOOD
} CxBucket;

/*
 * The buckets of one scale, in thousandths counted from its bad end: good from
 * good_from on, bad up to bad_to, and the rest in the middle.
 */
typedef struct CxBuckets
{
	int32		good_from;
	int32		bad_to;
	int32		range;
	bool		low_is_good;
} CxBuckets;

#define CX_ANSWER_PACK(kind, lo, hi, offset) \
	(((uint64) (kind) << 56) | ((uint64) ((lo) + 32768) << 40) | \
	 ((uint64) ((hi) + 32768) << 24) | (uint64) (offset))
#define CX_ANSWER_SCALE_BITS(answer)	((answer) >> 24)

static inline CxKind
cx_answer_kind(CxAnswer answer)
{
	return (CxKind) (answer >> 56);
}

static inline int
cx_answer_lo(CxAnswer answer)
{
	return (int) ((answer >> 40) & 0xffff) - 32768;
}

static inline int
cx_answer_hi(CxAnswer answer)
{
	return (int) ((answer >> 24) & 0xffff) - 32768;
}

/* thousandths above the lowest answer */
static inline int32
cx_answer_offset(CxAnswer answer)
{
	return (int32) (answer & 0xffffff);
}

static inline CxScale
cx_answer_scale(CxAnswer answer)
{
	CxScale		scale = {cx_answer_kind(answer), cx_answer_lo(answer), cx_answer_hi(answer)};

	return scale;
}

/* the score in thousandths of its own unit */
static inline int32
cx_answer_milli(CxAnswer answer)
{
	return cx_answer_lo(answer) * CX_UNIT + cx_answer_offset(answer);
}

static inline double
cx_answer_score(CxAnswer answer)
{
	return cx_answer_milli(answer) / (double) CX_UNIT;
}

static inline CxBucket
cx_answer_bucket(const CxBuckets *buckets, int32 offset)
{
	int32		from_bad_end = buckets->low_is_good ? buckets->range - offset : offset;

	if (from_bad_end >= buckets->good_from)
		return CX_GOOD;
	return from_bad_end <= buckets->bad_to ? CX_BAD : CX_MIDDLE;
}

/* kind.c: what is known of each kind */
extern const char *cx_kind_name(CxKind kind);
extern bool cx_kind_lookup(const char *name, size_t len, CxKind *kind);
extern CxKind cx_kind_from_text(const text *name);
extern CxScale cx_kind_scale(CxKind kind);
extern int	cx_kind_lo_for(CxKind kind, int hi);
extern bool cx_kind_low_is_good(CxKind kind);
extern bool cx_kind_has_buckets(CxKind kind);
extern const char *cx_kind_bucket_name(CxKind kind, CxBucket bucket);
extern CxBuckets cx_scale_buckets(CxScale scale);
extern bool cx_scale_valid(CxScale scale);
extern bool cx_answer_valid(CxAnswer answer);

/* What a score off its scale is told, in ereport() as in ereturn(). */
#define CX_OFF_SCALE(scale, score) \
	(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE), \
	 errmsg("score %s is off the scale %d..%d of %s", (score), (scale).lo, (scale).hi, cx_kind_name((scale).kind)), \
	 errhint("Use on_scale(score, %d, %d) to count answers off the scale as missing.", (scale).lo, (scale).hi))

/* answer.c: making answers out of what users give */
extern int	cx_bound_from_float8(double bound);
extern void cx_check_scale(CxScale scale);
extern CxAnswer cx_answer_from_float8(CxScale scale, double score);
extern bool cx_scale_check(CxScale scale, Node *escontext);
extern double cx_answer_percent(CxAnswer answer);
pg_noreturn extern void cx_error_off_scale(CxScale scale, const char *score);
pg_noreturn extern void cx_error_whole_off_scale(CxKind kind, int64 score);

/* answer_text.c: the text form, shared by feedback and tally */
#define CX_ANSWER_TEXT_MAX	64
extern int	cx_milli_to_text(int32 milli, char *buf);
extern int	cx_scale_to_text(CxScale scale, char *buf);
extern int	cx_section_to_text(CxScale scale, char *buf);
extern int	cx_answer_to_text(CxAnswer answer, char *buf);
extern bool cx_parse_whole(const char **at, int *value);
extern bool cx_parse_milli(const char **at, int64 *milli, bool *too_fine);
extern bool cx_parse_kind(const char **at, CxKind *kind);
extern bool cx_parse_scale(const char **at, CxScale *scale);

#endif							/* CX_ANSWER_H */
