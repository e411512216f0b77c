/*-------------------------------------------------------------------------
 *
 * src/maths/loghist.h
 *	  Counts of whole numbers in buckets whose width grows with the number.
 *
 * Each power of two is cut into 64 buckets, so a quantile read from them, the
 * middle of its bucket, is off by at most 1/128 (0.8 %); numbers below 128 are
 * exact. Counts add up, so histograms merge exactly in any order. The idea is
 * that of HDR histograms (G. Tene, 2012) and of DDSketch (Masson, Rim, Lee,
 * 2019), with powers of two for the logarithm.
 *
 * No postgres.h here. Zero bytes are an empty histogram.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_LOGHIST_H
#define CX_LOGHIST_H

#include "core/bytes.h"

#define CX_LOGHIST_SUB		64	/* buckets of a power of two */
#define CX_LOGHIST_ROWS		59	/* 0 .. 63 in row 0, then one row per power of two up to 2^63 */

typedef struct CxLogHist
{
	uint64_t	n;
	uint64_t   *row[CX_LOGHIST_ROWS];	/* NULL: all 0 */
} CxLogHist;

/* Memory for a row, zeroed; does not return when there is none. */
typedef void *(*CxAllocZero) (size_t size);

/* "times" times "value" */
extern void cx_loghist_add(CxLogHist *h, uint64_t value, uint64_t times, CxAllocZero alloc);
extern void cx_loghist_merge(CxLogHist *into, const CxLogHist *from, CxAllocZero alloc);

/*
 * The value of rank ceil(q * n), the smallest for q = 0, as the middle of its
 * bucket; n must not be 0.
 */
extern double cx_loghist_quantile(const CxLogHist *h, double q);

/* Sparse and canonical; reading gives false if it is not. */
extern void cx_loghist_write(const CxLogHist *h, CxWriter *w);
extern bool cx_loghist_read(CxLogHist *h, CxReader *r, CxAllocZero alloc);

#endif							/* CX_LOGHIST_H */
