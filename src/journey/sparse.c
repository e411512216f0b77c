/*-------------------------------------------------------------------------
 *
 * src/journey/sparse.c
 *	  Feedback and values as they are packed into a journey.
 *
 *-------------------------------------------------------------------------
 */
#include "journey/sparse.h"

#include <math.h>

void
cx_write_answer(CxWriter *w, CxAnswer answer)
{
	CxScale		scale = cx_answer_scale(answer);
	CxScale		own = cx_kind_scale(scale.kind);
	int32		offset = cx_answer_offset(answer);
	bool		fine = offset % CX_UNIT != 0;
	bool		other = scale.lo != own.lo || scale.hi != own.hi;

	cx_write_byte(w, scale.kind | (fine ? CX_ANSWER_FINE : 0) | (other ? CX_ANSWER_SCALE : 0));
	if (other)
	{
		cx_write_zigzag(w, scale.lo);
		cx_write_zigzag(w, scale.hi);
	}
	cx_write_varint(w, fine ? offset : offset / CX_UNIT);
}

CxAnswer
cx_read_answer(CxReader *r)
{
	uint8		head = cx_read_byte(r);
	int			kind = head & CX_ANSWER_KIND_BITS;
	bool		fine = (head & CX_ANSWER_FINE) != 0;
	CxScale		own;
	int64		lo;
	int64		hi;
	uint64		offset;
	CxAnswer	answer;

	if (kind < 1 || kind > CX_KIND_LAST ||
		(head & ~(CX_ANSWER_KIND_BITS | CX_ANSWER_FINE | CX_ANSWER_SCALE)) != 0)
	{
		r->ok = false;
		return 0;
	}
	own = cx_kind_scale(kind);
	lo = own.lo;
	hi = own.hi;
	if (head & CX_ANSWER_SCALE)
	{
		lo = cx_read_zigzag(r);
		hi = cx_read_zigzag(r);
		r->ok = r->ok && !(lo == own.lo && hi == own.hi);
	}
	offset = cx_read_varint(r);
	if (!r->ok || lo < -CX_SCALE_LIMIT || hi > CX_SCALE_LIMIT || lo >= hi || offset > 2 * CX_SCALE_LIMIT * CX_UNIT ||
		(fine && offset % CX_UNIT == 0))
	{
		r->ok = false;
		return 0;
	}
	if (!fine)
		offset *= CX_UNIT;
	if (offset > (uint64) (hi - lo) * CX_UNIT)
	{
		r->ok = false;
		return 0;
	}
	answer = CX_ANSWER_PACK(kind, lo, hi, offset);
	r->ok = cx_answer_valid(answer);
	return r->ok ? answer : 0;
}

/*
 * Most values are amounts with few decimals: whole / 10^e then gives the very
 * double that was there. What is no such decimal is kept bit by bit.
 */
#define DECIMALS		4
#define LARGEST_WHOLE	9007199254740992.0	/* 2^53: up to here doubles hold all whole numbers */
#define RAW				(DECIMALS + 1)

static const double powers[DECIMALS + 1] = {1, 10, 100, 1000, 10000};

/* The fewest decimals that a value has, or RAW. */
static int
decimals_of(double value, int64 *whole)
{
	for (int e = 0; e <= DECIMALS; e++)
	{
		double		scaled = rint(value * powers[e]);

		if (fabs(scaled) > LARGEST_WHOLE)
			break;
		if (scaled / powers[e] == value)
		{
			*whole = (int64) scaled;
			return e;
		}
	}
	return RAW;
}

void
cx_write_value(CxWriter *w, double value)
{
	int64		whole;
	int			e = decimals_of(value, &whole);
	uint64		bits;

	if (e < RAW)
	{
		cx_write_varint(w, (((uint64) whole << 1) ^ (uint64) (whole >> 63)) * (RAW + 1) + e);
		return;
	}
	memcpy(&bits, &value, sizeof(bits));
	cx_write_varint(w, RAW);
	cx_write_fixed(w, bits, 8);
}

double
cx_read_value(CxReader *r)
{
	uint64		packed = cx_read_varint(r);
	uint64		zigzag = packed / (RAW + 1);
	int			e = packed % (RAW + 1);
	int64		whole = (int64) (zigzag >> 1) ^ -(int64) (zigzag & 1);
	int64		again;
	uint64		bits;
	double		value;

	if (e < RAW)
	{
		value = whole / powers[e];
		/* not the fewest decimals, or too large to be exact */
		if (decimals_of(value, &again) != e || again != whole)
			r->ok = false;
		return value;
	}
	if (zigzag != 0 || !r->ok || r->end - r->at < 8)
	{
		r->ok = false;
		return 0;
	}
	bits = cx_load_fixed(r->at, 8);
	r->at += 8;
	memcpy(&value, &bits, sizeof(value));
	/* not finite, or a decimal after all; -0 is one */
	if (!isfinite(value) || decimals_of(value, &again) != RAW)
		r->ok = false;
	return value;
}
