/*-------------------------------------------------------------------------
 *
 * src/core/bits.h
 *	  Fields of any number of bits, packed one after the other.
 *
 * Fields fill bytes from the lowest bit. A field is read by one 8-byte load
 * that ends with the field's last byte, so at least 7 readable bytes have to
 * stand before the fields, and nothing behind them is touched.
 *
 * No postgres.h here, as in bytes.h.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_BITS_H
#define CX_BITS_H

#include "core/bytes.h"

/* How many bits a value needs; 0 for 0. */
static inline int
cx_bits_for(uint64_t value)
{
	return value == 0 ? 0 : 64 - __builtin_clzll(value);
}

static inline int
cx_bytes_for(uint64_t value)
{
	return (cx_bits_for(value) + 7) / 8;
}

static inline uint64_t
cx_low_bits(int width)
{
	return width == 0 ? 0 : ~UINT64_C(0) >> (64 - width);
}

typedef struct CxBitWriter
{
	CxWriter   *to;
	uint64_t	held;			/* bits not written yet, the first one lowest */
	int			count;			/* how many; below 8 between calls */
} CxBitWriter;

static inline CxBitWriter
cx_bit_writer(CxWriter *to)
{
	CxBitWriter w = {to, 0, 0};

	return w;
}

/* "value" has no bits beyond "width", which is 0 to 64. */
static inline void
cx_write_bits(CxBitWriter *w, uint64_t value, int width)
{
	if (width > 56)
	{
		cx_write_bits(w, value & 0xffffffff, 32);
		value >>= 32;
		width -= 32;
	}
	w->held |= value << w->count;
	w->count += width;
	while (w->count >= 8)
	{
		cx_write_byte(w->to, (uint8_t) w->held);
		w->held >>= 8;
		w->count -= 8;
	}
}

/* Fill up the last byte with zero bits. */
static inline void
cx_bits_done(CxBitWriter *w)
{
	if (w->count > 0)
		cx_write_byte(w->to, (uint8_t) w->held);
	w->held = 0;
	w->count = 0;
}

/* The 8 bytes at "at", lowest first; compilers make one load of it. */
static inline uint64_t
cx_load_word(const uint8_t *at)
{
	uint64_t	word;

	memcpy(&word, at, 8);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	return word;
}

static inline void
cx_store_word(uint8_t *at, uint64_t word)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	memcpy(at, &word, 8);
}

/* The field of "width" bits, 1 to 57, that begins "bit" bits behind "base". */
static inline uint64_t
cx_read_narrow(const uint8_t *base, uint64_t bit, int width)
{
	uint64_t	last = bit + width - 1;
	int			spare = 7 - (int) (last & 7);	/* bits of the last byte that belong to the next field */

	return cx_load_word(base + (last >> 3) - 7) << spare >> (64 - width);
}

/* The same for any width from 0 to 64. */
static inline uint64_t
cx_read_bits(const uint8_t *base, uint64_t bit, int width)
{
	if (width == 0)
		return 0;
	if (width > 57)
		return cx_read_narrow(base, bit, 32) | cx_read_narrow(base, bit + 32, width - 32) << 32;
	return cx_read_narrow(base, bit, width);
}

static inline bool
cx_read_bit(const uint8_t *base, uint64_t bit)
{
	return (base[bit >> 3] >> (bit & 7)) & 1;
}

static inline size_t
cx_bits_size(uint64_t count, int width)
{
	return (size_t) ((count * width + 7) / 8);
}

#endif							/* CX_BITS_H */
