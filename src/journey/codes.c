/*-------------------------------------------------------------------------
 *
 * src/journey/codes.c
 *	  Unpacking codes to bytes, and finding some of them (see codes.h).
 *
 *-------------------------------------------------------------------------
 */
#include "journey/codes.h"

#include "core/bits.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define QUICK	__attribute__((target("avx2,bmi2")))
#include <immintrin.h>
#endif

/* ---- as all processors do it ---- */

/*
 * Eight fields of "width" bits, at most 8, to eight bytes: each step halves
 * the groups of fields and moves the upper half to its place.
 */
static inline uint64
spread(uint64 x, int width)
{
	uint64		four = cx_low_bits(4 * width);
	uint64		two = cx_low_bits(2 * width) * UINT64CONST(0x0000000100000001);
	uint64		one = cx_low_bits(width) * UINT64CONST(0x0001000100010001);

	x = (x & four) | ((x >> (4 * width)) & four) << 32;
	x = (x & two) | ((x >> (2 * width)) & two) << 16;
	return (x & one) | ((x >> width) & one) << 8;
}

static void
unpack_plainly(const uint8 *at, int groups, int width, uint8 *codes)
{
	for (int g = 0; g < groups; g++, at += width)
		cx_store_word(codes + 8 * g, spread(cx_load_word(at), width));
}

static bool
within_plainly(const uint8 *codes, uint8 last)
{
	bool		within = true;

	for (int i = 0; i < CX_CODES_AT_ONCE; i++)
		within &= codes[i] <= last;
	return within;
}

static uint64
in_plainly(const uint8 *codes, uint64 set)
{
	uint64		in = 0;

	for (int i = 0; i < CX_CODES_AT_ONCE; i++)
		in |= ((set >> codes[i]) & 1) << i;
	return in;
}

/* ---- as newer ones do ---- */

#ifdef QUICK
static bool quick = false;

__attribute__((constructor)) static void
find_out(void)
{
	quick = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
}

QUICK static void
unpack_quickly(const uint8 *at, int groups, int width, uint8 *codes)
{
	uint64		places = cx_low_bits(width) * UINT64CONST(0x0101010101010101);

	for (int g = 0; g < groups; g++, at += width)
		cx_store_word(codes + 8 * g, _pdep_u64(cx_load_word(at), places));
}

QUICK static bool
within_quickly(const uint8 *codes, uint8 last)
{
	__m256i		largest = _mm256_max_epu8(_mm256_loadu_si256((const __m256i *) codes),
										  _mm256_loadu_si256((const __m256i *) (codes + 32)));
	__m256i		lasts = _mm256_set1_epi8((char) last);

	return _mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_max_epu8(largest, lasts), lasts)) == -1;
}

/* Bit code & 7 of byte code >> 3 of the set: both are looked up for 32 codes at once. */
QUICK static inline uint32
in_32(__m256i codes, __m256i set)
{
	const		__m256i bits = _mm256_set1_epi64x((long long) UINT64CONST(0x8040201008040201));
	__m256i		byte = _mm256_shuffle_epi8(set, _mm256_and_si256(_mm256_srli_epi16(codes, 3), _mm256_set1_epi8(7)));
	__m256i		bit = _mm256_shuffle_epi8(bits, _mm256_and_si256(codes, _mm256_set1_epi8(7)));

	return (uint32) _mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_and_si256(byte, bit), bit));
}

QUICK static uint64
in_quickly(const uint8 *codes, uint64 set)
{
	__m256i		sets = _mm256_set1_epi64x((long long) set);

	return in_32(_mm256_loadu_si256((const __m256i *) codes), sets) |
		(uint64) in_32(_mm256_loadu_si256((const __m256i *) (codes + 32)), sets) << 32;
}
#endif

/* ---- for all ---- */

static inline void
unpack(const uint8 *at, int groups, int width, uint8 *codes)
{
#ifdef QUICK
	if (likely(quick))
	{
		unpack_quickly(at, groups, width, codes);
#ifdef USE_ASSERT_CHECKING
		{
			uint8		plain[CX_CODES_AT_ONCE];

			unpack_plainly(at, groups, width, plain);
			Assert(memcmp(plain, codes, 8 * groups) == 0);
		}
#endif
		return;
	}
#endif
	unpack_plainly(at, groups, width, codes);
}

static inline bool
within(const uint8 *codes, uint8 last)
{
#ifdef QUICK
	if (likely(quick))
	{
		Assert(within_quickly(codes, last) == within_plainly(codes, last));
		return within_quickly(codes, last);
	}
#endif
	return within_plainly(codes, last);
}

int
cx_codes_next(const CxJourney *j, int from, uint8 *codes)
{
	const int	width = j->code_bits;
	const int	count = Min(j->n - from, CX_CODES_AT_ONCE);
	const uint8 *at = j->codes_at + (Size) (from / 8) * width;
	const Size	room = j->bytes + j->len - at;
	int			groups = 0;

	Assert(from % 8 == 0 && width <= CX_CODE_BITS);
	memset(codes, 0, CX_CODES_AT_ONCE);
	/* a group is read as a word, though it has fewer bytes: as many as end inside the value */
	if (width > 0 && room >= 8)
		groups = (int) Min((Size) (count + 7) / 8, (room - 8) / width + 1);
	unpack(at, groups, width, codes);
	for (int i = 8 * groups; i < count; i++)
		codes[i] = (uint8) cx_read_bits(j->codes_at, (uint64) (from + i) * width, width);
	/* the last group goes on with bits of what follows */
	if (count % 8 > 0)
		cx_store_word(codes + count / 8 * 8, cx_load_word(codes + count / 8 * 8) & cx_low_bits(count % 8 * 8));
#ifdef USE_ASSERT_CHECKING
	for (int i = 0; i < CX_CODES_AT_ONCE; i++)
		Assert(codes[i] == (i < count ? cx_read_bits(j->codes_at, (uint64) (from + i) * width, width) : 0));
#endif
	if (unlikely(!within(codes, (uint8) Min(j->entries - 1, PG_UINT8_MAX))))
		cx_journey_damaged();
	return count;
}

uint64
cx_codes_in(const uint8 *codes, uint64 set)
{
#ifdef QUICK
	if (likely(quick))
	{
		Assert(in_quickly(codes, set) == in_plainly(codes, set));
		return in_quickly(codes, set);
	}
#endif
	return in_plainly(codes, set);
}
