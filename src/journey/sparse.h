/*-------------------------------------------------------------------------
 *
 * src/journey/sparse.h
 *	  Feedback and values as they are packed into a journey.
 *
 * Reading never fails loudly (core/bytes.h): "ok" of the reader is cleared.
 * What is not in its only form counts as wrong, so that equal journeys have
 * equal bytes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_SPARSE_H
#define CX_SPARSE_H

#include "core/bytes.h"
#include "feedback/answer.h"

#define CX_ANSWER_KIND_BITS		0x07
#define CX_ANSWER_FINE			0x40	/* the score is in thousandths, else whole */
#define CX_ANSWER_SCALE			0x80	/* the scale follows, else it is the kind's own */

#define CX_PACKED_ANSWER_MAX	(1 + 3 * CX_VARINT_MAX)
#define CX_PACKED_VALUE_MAX		(CX_VARINT_MAX + 8)

extern void cx_write_answer(CxWriter *w, CxAnswer answer);
extern CxAnswer cx_read_answer(CxReader *r);
extern void cx_write_value(CxWriter *w, double value);
extern double cx_read_value(CxReader *r);

#endif							/* CX_SPARSE_H */
