/*-------------------------------------------------------------------------
 *
 * src/feedback/tally.h
 *	  Many answers, summed up: the stored type "tally" and the working state
 *	  "tally_state" that every aggregate of this room counts in.
 *
 * THE STORED FORM (tally) is a packed varlena. Its bytes, behind the varlena
 * header (which may be short, so nothing is aligned), are also its binary
 * form on the wire:
 *
 *	  byte 0	  format version, 1
 *	  byte 1	  flags: bit 0 = answers carry weights; other bits 0
 *	  then one section per kind and scale, ascending in (kind, lo, hi):
 *		byte	  bits 2..0 kind, 0 for NULLs of no known kind
 *				  bit 7 = the scale follows (else it is the kind's own)
 *				  bit 6 = steps are thousandths (else whole)
 *				  other bits 0
 *		zigzag	  lo	} only with bit 7
 *		zigzag	  hi	}
 *		varint	  missing answers
 *		varint	  number of different answers (always 0 for kind 0)
 *		then per different answer, ascending:
 *		  varint	step from the answer before (the first: from lo)
 *		  varint	how often it was given, 1 to 2^56
 *		  wide		sum of its weights in millionths, up to 2^80	  } only with
 *		  wide		sum of their squares, in 10^-12, up to 2^120	  } weights
 *
 * The form is canonical: no empty section, no answer with count 0, no default
 * scale spelled out, thousandths only where needed, weights only if some
 * weight is not 1. So equal tallies have equal bytes. Varints: core/bytes.h.
 *
 * THE WORKING FORM (tally_state) is a flat varlena in one of two shapes.
 *
 *	  dense: one scale of up to 11 whole answers, without weights: a 32-bit
 *	  counter per answer and one for NULLs, 64 bytes at most. What nearly every
 *	  group of every query needs.
 *
 *	  table: anything else: open addressing from answer to 64-bit count, of a
 *	  power-of-two capacity and never more than three quarters full. An
 *	  answer's home is its whole number plus a seed of its scale, so the whole
 *	  answers of one scale lie side by side and never collide. A NULL is an
 *	  answer too, to which all bits of the score are set; counts that fell back
 *	  to 0 stay until the next growth. Capacity 0 is the empty state.
 *
 * The empty state becomes dense at its first answer if it can, and a table when
 * it must (another scale, a fraction, a weight, a count past 2^32). Flat, so
 * the executor can copy it and ship it between workers, and growing costs no
 * memory context per group. Always 8-byte aligned: its storage is PLAIN, so it
 * never has a short header. Its text and binary forms are those of tally.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_TALLY_H
#define CX_TALLY_H

#include "feedback/answer.h"

#define CX_TALLY_VERSION		1
#define CX_TALLY_WEIGHTED		0x01
#define CX_SECTION_KIND			0x07
#define CX_SECTION_FINE			0x40
#define CX_SECTION_SCALE		0x80

/* documented size limits; past them 54000 (different answers) or 22003 (sums) */
#define CX_TALLY_MAX_ANSWERS	(1 << 20)
#define CX_MAX_COUNT			(INT64CONST(1) << 56)
#define CX_MAX_WEIGHTS			((int128) 1 << 80)
#define CX_MAX_SQUARES			((int128) 1 << 120)

/* a weight is at most 10^9, kept in millionths */
#define CX_WEIGHT_UNIT			INT64CONST(1000000)
#define CX_WEIGHT_LIMIT			1e9

/* the score bits of a NULL, and the key of a NULL of no known kind */
#define CX_MISSING_OFFSET		0xffffff
#define CX_MISSING_UNKNOWN		((CxAnswer) CX_MISSING_OFFSET)

typedef struct TallyEntry
{
	CxAnswer	answer;			/* 0: the slot is free */
	int64		count;
} TallyEntry;

typedef struct TallyWeight
{
	int128		sum;			/* millionths */
	int128		squares;		/* 10^-12 */
} TallyWeight;

/* One different answer of a tally; unit weights are filled in. */
typedef struct TallyItem
{
	CxAnswer	answer;
	int64		count;
	TallyWeight weight;
} TallyItem;

/*
 * What all readers and writers work on, whichever form it came from: the
 * different answers, ascending by kind, scale and score, a scale's NULLs last.
 */
typedef struct TallyList
{
	TallyItem  *items;
	int			n;
	bool		weighted;		/* false: each answer weighs 1 */
} TallyList;

typedef struct TallyState
{
	int32		vl_len_;
	uint32		magic;			/* TALLY_STATE_PLAIN, or _WEIGHTED if there are weights behind the slots */
	uint32		capacity;		/* slots, a power of two, or 0 */
	uint32		used;			/* slots that hold an answer */
	TallyEntry	entry[FLEXIBLE_ARRAY_MEMBER];
	/* if weighted: TallyWeight weight[capacity] */
} TallyState;

/* The other shape; begins like TallyState, so that magic tells which it is. */
typedef struct TallyDense
{
	int32		vl_len_;
	uint32		magic;			/* TALLY_STATE_DENSE */
	uint64		scale;			/* CX_ANSWER_SCALE_BITS */
	uint32		count[FLEXIBLE_ARRAY_MEMBER];	/* lo, lo + 1, ... hi, then NULLs */
} TallyDense;

#define TALLY_STATE_PLAIN		0x43585431
#define TALLY_STATE_WEIGHTED	0x43585457
#define TALLY_STATE_DENSE		0x43585444

#define TALLY_DENSE_RANGE		10	/* hi - lo of a dense scale at most */
#define TALLY_MIN_CAPACITY		4
#define TALLY_MAX_CAPACITY		(2 * CX_TALLY_MAX_ANSWERS)

static inline TallyWeight *
tally_weights(const TallyState *state)
{
	return (TallyWeight *) (state->entry + state->capacity);
}

static inline Size
tally_state_size(uint32 capacity, bool weighted)
{
	return offsetof(TallyState, entry) +
		(Size) capacity * (sizeof(TallyEntry) + (weighted ? sizeof(TallyWeight) : 0));
}

static inline bool
tally_weighted(const TallyState *state)
{
	return state->magic == TALLY_STATE_WEIGHTED;
}

static inline bool
tally_dense(const TallyState *state)
{
	return state->magic == TALLY_STATE_DENSE;
}

static inline bool
cx_answer_is_missing(CxAnswer answer)
{
	return (answer & CX_MISSING_OFFSET) == CX_MISSING_OFFSET;
}

static inline CxAnswer
cx_answer_missing(CxScale scale)
{
	return CX_ANSWER_PACK(scale.kind, scale.lo, scale.hi, CX_MISSING_OFFSET);
}

static inline CxScale
tally_dense_scale(const TallyDense *dense)
{
	return cx_answer_scale(dense->scale << 24);
}

static inline Size
tally_dense_size(CxScale scale)
{
	return offsetof(TallyDense, count) + (scale.hi - scale.lo + 2) * sizeof(uint32);
}

/* The counter of an answer on a dense scale, or -1 for a fraction. */
static inline int
tally_dense_index(CxAnswer answer)
{
	uint32		offset = (uint32) (answer & CX_MISSING_OFFSET);

	if (offset == CX_MISSING_OFFSET)
		return cx_answer_hi(answer) - cx_answer_lo(answer) + 1;
	return offset % CX_UNIT == 0 ? (int) (offset / CX_UNIT) : -1;
}

/* Where the answers of a scale begin in the table; constant for a constant scale. */
#define TALLY_SEED(scale_bits)	((uint32) (((scale_bits) * UINT64CONST(0x9e3779b97f4a7c15)) >> 44))

static inline uint32
tally_home(CxAnswer answer)
{
	uint32		offset = (uint32) (answer & 0xffffff);

	return TALLY_SEED(CX_ANSWER_SCALE_BITS(answer)) + offset / CX_UNIT + (offset % CX_UNIT) * 0x9e37;
}

/* tally_state.c: the working form */
extern TallyState *tally_state_new(void);
extern bool tally_state_holds(const TallyState *state, CxAnswer answer);
extern TallyState *tally_state_add(TallyState *state, const TallyItem *item, bool weighted);
extern TallyState *tally_state_merge(TallyState *into, const TallyList *from);
extern void tally_state_take(TallyState *from, const TallyItem *item, bool weighted);
extern TallyState *tally_state_checked(Datum d);
extern TallyState *tally_state_writable(FunctionCallInfo fcinfo);
extern TallyList tally_state_list(const TallyState *state);
extern bool tally_state_next(const TallyState *state, uint32 *at, TallyItem *item);
extern TallyWeight tally_unit_weight(int64 count);
extern bool tally_item_valid(const TallyItem *item);
pg_noreturn extern void cx_error_too_many_answers(void);

#define CX_TOO_MANY_ANSWERS \
	(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), \
	 errmsg("tally holds more than %d different answers", CX_TALLY_MAX_ANSWERS))

/* tally_pack.c: the stored form */
extern struct varlena *tally_pack(TallyList list);
extern bool tally_unpack(const void *bytes, Size len, TallyList *list);
extern TallyList tally_from_datum(Datum d);

#define PG_GETARG_TALLY(n)		tally_from_datum(PG_GETARG_DATUM(n))
#define PG_RETURN_TALLY(list)	PG_RETURN_POINTER(tally_pack(list))

#endif							/* CX_TALLY_H */
