/*-------------------------------------------------------------------------
 *
 * src/core/bytes.h
 *	  Reading and writing packed bytes, always inside given bounds.
 *
 * Numbers are varints: seven bits a byte, lowest first, the high bit says that
 * more follow. Signed numbers are zigzagged first (0, -1, 1, -2, ... become 0,
 * 1, 2, 3, ...). The bytes are the same on every platform.
 *
 * A reader never fails loudly: the first read past the end, or of a number
 * that is not in its shortest form, clears "ok" and from then on everything
 * reads as zero. So a decoder is written straight down and asks once at the
 * end. The shortest form is demanded so that equal values have equal bytes.
 *
 * No postgres.h here: a fuzzer can include this file alone.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_BYTES_H
#define CX_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The longest varints: of 64 and of 128 bits. */
#define CX_VARINT_MAX		10
#define CX_VARINT128_MAX	19

/*
 * Aligned as the server aligns memory, which from PostgreSQL 16 on is less than
 * the 16 bytes that the compiler would count on.
 */
typedef unsigned __int128 CxUint128 __attribute__((aligned(8)));

typedef struct CxReader
{
	const uint8_t *at;
	const uint8_t *end;
	bool		ok;
} CxReader;

typedef struct CxWriter
{
	uint8_t    *at;
	uint8_t    *end;
} CxWriter;

static inline CxReader
cx_reader(const void *bytes, size_t len)
{
	CxReader	r = {(const uint8_t *) bytes, (const uint8_t *) bytes + len, true};

	return r;
}

static inline bool
cx_read_more(const CxReader *r)
{
	return r->ok && r->at < r->end;
}

static inline uint8_t
cx_read_byte(CxReader *r)
{
	if (!cx_read_more(r))
	{
		r->ok = false;
		return 0;
	}
	return *r->at++;
}

/* A varint of at most "bits" bits in its shortest form. */
static inline CxUint128
cx_read_wide(CxReader *r, int bits)
{
	CxUint128	value = 0;

	for (int shift = 0; shift < bits; shift += 7)
	{
		uint8_t		byte = cx_read_byte(r);
		CxUint128	part = byte & 0x7f;

		if (!r->ok)
			return 0;
		if (bits - shift < 7 && (part >> (bits - shift)) != 0)
			break;				/* bits that do not fit */
		value |= part << shift;
		if ((byte & 0x80) == 0)
		{
			if (byte == 0 && shift > 0)
				break;			/* a longer form than needed */
			return value;
		}
	}
	r->ok = false;
	return 0;
}

static inline uint64_t
cx_read_varint(CxReader *r)
{
	/* nearly every number is below 128 */
	if (r->ok && r->at < r->end && *r->at < 0x80)
		return *r->at++;
	return (uint64_t) cx_read_wide(r, 64);
}

static inline int64_t
cx_read_zigzag(CxReader *r)
{
	uint64_t	z = cx_read_varint(r);

	return (int64_t) (z >> 1) ^ -(int64_t) (z & 1);
}

static inline CxWriter
cx_writer(void *bytes, size_t len)
{
	CxWriter	w = {(uint8_t *) bytes, (uint8_t *) bytes + len};

	return w;
}

static inline void
cx_write_byte(CxWriter *w, uint8_t byte)
{
	if (w->at < w->end)
		*w->at = byte;
	w->at++;
}

static inline void
cx_write_wide(CxWriter *w, CxUint128 value)
{
	while (value >= 0x80)
	{
		cx_write_byte(w, (uint8_t) value | 0x80);
		value >>= 7;
	}
	cx_write_byte(w, (uint8_t) value);
}

static inline void
cx_write_varint(CxWriter *w, uint64_t value)
{
	while (value >= 0x80)
	{
		cx_write_byte(w, (uint8_t) value | 0x80);
		value >>= 7;
	}
	cx_write_byte(w, (uint8_t) value);
}

static inline void
cx_write_zigzag(CxWriter *w, int64_t value)
{
	cx_write_varint(w, ((uint64_t) value << 1) ^ (uint64_t) (value >> 63));
}

/* The lowest bytes of a number, lowest first. */
static inline void
cx_write_fixed(CxWriter *w, uint64_t value, int width)
{
	for (int i = 0; i < width; i++)
		cx_write_byte(w, (uint8_t) (value >> (8 * i)));
}

/* The same way back; the caller has checked that they are there. */
static inline uint64_t
cx_load_fixed(const uint8_t *at, int width)
{
	uint64_t	value = 0;

	for (int i = 0; i < width; i++)
		value |= (uint64_t) at[i] << (8 * i);
	return value;
}

/* A double as its IEEE bits, lowest byte first. */
static inline void
cx_write_double(CxWriter *w, double x)
{
	uint64_t	bits;

	memcpy(&bits, &x, sizeof(bits));
	cx_write_fixed(w, bits, 8);
}

static inline double
cx_read_double(CxReader *r)
{
	uint64_t	bits;
	double		x;

	if (!r->ok || r->end - r->at < 8)
	{
		r->ok = false;
		return 0;
	}
	bits = cx_load_fixed(r->at, 8);
	r->at += 8;
	memcpy(&x, &bits, sizeof(x));
	return x;
}

static inline void
cx_write_bytes(CxWriter *w, const void *bytes, size_t len)
{
	if (len > 0 && w->at <= w->end && len <= (size_t) (w->end - w->at))
		memcpy(w->at, bytes, len);
	w->at += len;
}

static inline int
cx_varint_size(uint64_t value)
{
	int			size = 1;

	while ((value >>= 7) > 0)
		size++;
	return size;
}

#endif							/* CX_BYTES_H */
