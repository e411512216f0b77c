/*-------------------------------------------------------------------------
 *
 * src/maths/loghist.c
 *	  Counts of whole numbers in buckets whose width grows with the number.
 *
 *-------------------------------------------------------------------------
 */
#include "maths/loghist.h"

#include <math.h>

#define BITS	6				/* of a place within a row */
#define BUCKETS (CX_LOGHIST_ROWS * CX_LOGHIST_SUB)

/* Row 0 holds 0..63; row r holds 64 << (r - 1) and on, in steps of 1 << (r - 1). */
static inline int
bucket_of(uint64_t value)
{
	int			row;

	if (value < CX_LOGHIST_SUB)
		return (int) value;
	row = 64 - __builtin_clzll(value) - BITS;
	return row * CX_LOGHIST_SUB + (int) (value >> (row - 1)) - CX_LOGHIST_SUB;
}

/* The middle of a bucket of whole numbers. */
static double
middle_of(int bucket)
{
	int			row = bucket / CX_LOGHIST_SUB;
	double		width;

	if (row == 0)
		return bucket;
	width = ldexp(1.0, row - 1);
	return (bucket % CX_LOGHIST_SUB + CX_LOGHIST_SUB) * width + (width - 1) / 2;
}

static void
add_to_bucket(CxLogHist *h, int bucket, uint64_t times, CxAllocZero alloc)
{
	uint64_t  **row = &h->row[bucket / CX_LOGHIST_SUB];

	if (*row == NULL)
		*row = alloc(CX_LOGHIST_SUB * sizeof(uint64_t));
	(*row)[bucket % CX_LOGHIST_SUB] += times;
	h->n += times;
}

void
cx_loghist_add(CxLogHist *h, uint64_t value, uint64_t times, CxAllocZero alloc)
{
	add_to_bucket(h, bucket_of(value), times, alloc);
}

void
cx_loghist_merge(CxLogHist *into, const CxLogHist *from, CxAllocZero alloc)
{
	for (int row = 0; row < CX_LOGHIST_ROWS; row++)
		for (int i = 0; from->row[row] != NULL && i < CX_LOGHIST_SUB; i++)
			if (from->row[row][i] > 0)
				add_to_bucket(into, row * CX_LOGHIST_SUB + i, from->row[row][i], alloc);
}

double
cx_loghist_quantile(const CxLogHist *h, double q)
{
	double		rank = fmax(1.0, ceil(q * (double) h->n));
	uint64_t	seen = 0;
	int			last = 0;

	for (int row = 0; row < CX_LOGHIST_ROWS; row++)
		for (int i = 0; h->row[row] != NULL && i < CX_LOGHIST_SUB; i++)
			if (h->row[row][i] > 0)
			{
				last = row * CX_LOGHIST_SUB + i;
				seen += h->row[row][i];
				if ((double) seen >= rank)
					return middle_of(last);
			}
	return middle_of(last);
}

void
cx_loghist_write(const CxLogHist *h, CxWriter *w)
{
	uint64_t	used = 0;
	int			next = 0;

	for (int row = 0; row < CX_LOGHIST_ROWS; row++)
		for (int i = 0; h->row[row] != NULL && i < CX_LOGHIST_SUB; i++)
			used += h->row[row][i] > 0;
	cx_write_varint(w, used);
	for (int row = 0; row < CX_LOGHIST_ROWS; row++)
		for (int i = 0; h->row[row] != NULL && i < CX_LOGHIST_SUB; i++)
			if (h->row[row][i] > 0)
			{
				int			bucket = row * CX_LOGHIST_SUB + i;

				cx_write_varint(w, bucket - next);
				cx_write_varint(w, h->row[row][i]);
				next = bucket + 1;
			}
}

bool
cx_loghist_read(CxLogHist *h, CxReader *r, CxAllocZero alloc)
{
	uint64_t	used = cx_read_varint(r);
	uint64_t	next = 0;

	for (; r->ok && used > 0; used--)
	{
		uint64_t	gap = cx_read_varint(r);
		uint64_t	count = cx_read_varint(r);

		/* no sum of counts may pass 2^63 */
		if (!r->ok || gap >= BUCKETS - next || count == 0 || count > (UINT64_C(1) << 62) - h->n)
			return false;
		next += gap;
		add_to_bucket(h, (int) next, count, alloc);
		next++;
	}
	return r->ok;
}
