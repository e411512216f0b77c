/*-------------------------------------------------------------------------
 *
 * src/maths/exactsum.c
 *	  Sums of doubles without rounding: see exactsum.h.
 *
 *-------------------------------------------------------------------------
 */
#include "maths/exactsum.h"

#include <math.h>

#define LIMB_BITS		32
#define LIMB_MASK		UINT64_C(0xffffffff)
#define LOWEST			1074	/* the unit is 2^-LOWEST */
#define MANTISSA_BITS	53
/* each addition puts less than 2^32 into a limb, or passes that much on */
#define MAY_WAIT		(UINT32_C(1) << 29)
/* magnitudes that are read: 2^61 times the largest double; doubling them 61 times more stays inside the limbs */
#define READ_BITS		(LOWEST + 1024 + 61)
/* what would begin above it, 2^14 times the largest double, is added there: it reads as infinite all the same */
#define HIGHEST_BIT		((CX_SUM_LIMBS - 4) * LIMB_BITS)

/* ---- adding ---- */

/* All limbs but the last into 0 .. 2^32 - 1; the last one has the sign. */
static void
pass_on(int64_t *limb)
{
	int64_t		carry = 0;

	for (int i = 0; i < CX_SUM_LIMBS - 1; i++)
	{
		int64_t		all = limb[i] + carry;

		limb[i] = all & (int64_t) LIMB_MASK;
		carry = (all - limb[i]) / (INT64_C(1) << LIMB_BITS);
	}
	limb[CX_SUM_LIMBS - 1] += carry;
}

/* m * 2^bit units */
static void
add_bits(CxSum *sum, uint64_t m, int bit, bool negative)
{
	int			from = bit < HIGHEST_BIT ? bit : HIGHEST_BIT;
	CxUint128	shifted = (CxUint128) m << (from % LIMB_BITS);
	int64_t    *limb = sum->limb + from / LIMB_BITS;

	for (int i = 0; shifted != 0; i++)
	{
		int64_t		part = (int64_t) ((uint64_t) shifted & LIMB_MASK);

		limb[i] += negative ? -part : part;
		shifted >>= LIMB_BITS;
	}
	if (++sum->waiting >= MAY_WAIT)
	{
		pass_on(sum->limb);
		sum->waiting = 0;
	}
}

/* |x| = m * 2^(bit - LOWEST) */
static uint64_t
parts_of(double x, int *bit, bool *negative)
{
	uint64_t	bits;
	int			exponent;
	uint64_t	m;

	memcpy(&bits, &x, sizeof(bits));
	exponent = (int) (bits >> 52 & 0x7ff);
	m = bits & ((UINT64_C(1) << 52) - 1);
	*negative = (bits >> 63) != 0;
	*bit = exponent == 0 ? 0 : exponent - 1;
	return exponent == 0 ? m : m | UINT64_C(1) << 52;
}

void
cx_sum_add(CxSum *sum, double x)
{
	int			bit;
	bool		negative;
	uint64_t	m = parts_of(x, &bit, &negative);

	add_bits(sum, m, bit, negative);
}

void
cx_sum_add_product(CxSum *sum, double a, double b)
{
	int			bit_a;
	int			bit_b;
	bool		negative_a;
	bool		negative_b;
	CxUint128	m = (CxUint128) parts_of(a, &bit_a, &negative_a) * parts_of(b, &bit_b, &negative_b);
	int			bit = bit_a + bit_b - LOWEST;
	bool		negative = negative_a != negative_b;

	if (bit < 0)
	{
		m = bit <= -2 * MANTISSA_BITS ? 0 : m >> -bit;
		bit = 0;
	}
	add_bits(sum, (uint64_t) m, bit, negative);
	add_bits(sum, (uint64_t) (m >> 64), bit + 64, negative);
}

void
cx_sum_merge(CxSum *into, const CxSum *from)
{
	CxSum		other = *from;

	/* afterwards each limb of either is below 2^32, so one addition is waiting */
	pass_on(other.limb);
	pass_on(into->limb);
	for (int i = 0; i < CX_SUM_LIMBS; i++)
		into->limb[i] += other.limb[i];
	into->waiting = 1;
}

/* ---- reading ---- */

typedef struct Magnitude
{
	int			sign;
	int			first;			/* limb that is not 0 */
	int			last;
	uint32_t	limb[CX_SUM_LIMBS];
} Magnitude;

static Magnitude
magnitude_of(const CxSum *sum)
{
	CxSum		copy = *sum;
	Magnitude	mag = {0};
	bool		negative;

	pass_on(copy.limb);
	negative = copy.limb[CX_SUM_LIMBS - 1] < 0;
	if (negative)
	{
		for (int i = 0; i < CX_SUM_LIMBS; i++)
			copy.limb[i] = -copy.limb[i];
		pass_on(copy.limb);
	}
	mag.first = CX_SUM_LIMBS;
	for (int i = 0; i < CX_SUM_LIMBS; i++)
	{
		mag.limb[i] = (uint32_t) copy.limb[i];
		if (mag.limb[i] == 0)
			continue;
		mag.sign = negative ? -1 : 1;
		mag.last = i;
		if (mag.first == CX_SUM_LIMBS)
			mag.first = i;
	}
	return mag;
}

int
cx_sum_sign(const CxSum *sum)
{
	return magnitude_of(sum).sign;
}

static double
value_of(const Magnitude *mag)
{
	CxUint128	top = 0;
	uint64_t	m;
	int			last = mag->last;
	int			bit;			/* of the lowest bit of "top" */
	int			excess;

	if (mag->sign == 0)
		return 0;
	for (int i = last; i > last - 4 && i >= 0; i--)
		top |= (CxUint128) mag->limb[i] << (96 - (last - i) * LIMB_BITS);
	bit = (last - 3) * LIMB_BITS;
	/* what is below "top" matters only as being there */
	if (last >= 4 && mag->first < last - 3)
		top |= 1;
	while (top >> 127 == 0)
	{
		top <<= 1;
		bit--;
	}
	excess = 128 - MANTISSA_BITS;
	/* below the smallest normal number all bits there are fit */
	if (bit + excess < 0)
		excess = -bit < 128 ? -bit : 127;
	m = (uint64_t) (top >> excess);
	top <<= 128 - excess;
	if (top >> 127 != 0 && ((m & 1) != 0 || (top << 1) != 0))
		m++;
	return mag->sign * ldexp((double) m, bit + excess - LOWEST);
}

double
cx_sum_value(const CxSum *sum)
{
	Magnitude	mag = magnitude_of(sum);

	return value_of(&mag);
}

/* ---- stored form ---- */

void
cx_sum_write(const CxSum *sum, CxWriter *w)
{
	Magnitude	mag = magnitude_of(sum);

	cx_write_byte(w, mag.sign == 0 ? 0 : mag.sign > 0 ? 1 : 2);
	if (mag.sign == 0)
		return;
	cx_write_varint(w, mag.first);
	cx_write_varint(w, mag.last - mag.first + 1);
	for (int i = mag.first; i <= mag.last; i++)
		cx_write_fixed(w, mag.limb[i], 4);
}

bool
cx_sum_read(CxSum *sum, CxReader *r)
{
	uint8_t		sign = cx_read_byte(r);
	uint64_t	first;
	uint64_t	n;
	uint32_t	limb = 0;

	memset(sum, 0, sizeof(*sum));
	if (!r->ok || sign == 0)
		return r->ok;
	first = cx_read_varint(r);
	n = cx_read_varint(r);
	if (!r->ok || sign > 2 || n == 0 || first >= CX_SUM_LIMBS || n > CX_SUM_LIMBS - first ||
		(size_t) (r->end - r->at) < 4 * n)
		return false;
	for (uint64_t i = 0; i < n; i++, r->at += 4)
	{
		limb = (uint32_t) cx_load_fixed(r->at, 4);
		sum->limb[first + i] = sign == 2 ? -(int64_t) limb : limb;
		if (i == 0 && limb == 0)
			return false;
	}
	if (limb == 0)
		return false;
	for (n += first - 1, first = n * LIMB_BITS; limb != 0; limb >>= 1)
		first++;
	return first <= READ_BITS;
}

/* The slack is for the rounding of the product, not of the sum. */
bool
cx_sum_fits(const CxSum *sum, uint64_t n, double largest)
{
	return n == 0 ? cx_sum_sign(sum) == 0 : fabs(cx_sum_value(sum)) <= largest * (double) n * 1.000001;
}

/* ---- moments ---- */

/* A number as the sum of two doubles, the second below half a unit in the last place of the first. */
typedef struct Twin
{
	double		high;
	double		low;
} Twin;

static Twin
twin_sum(double a, double b)
{
	Twin		t = {a + b, 0};
	double		shift = t.high - a;

	t.low = (a - (t.high - shift)) + (b - shift);
	return t;
}

static Twin
twin_product(double a, double b)
{
	Twin		t = {a * b, 0};

	t.low = fma(a, b, -t.high);
	return t;
}

static Twin
twin_difference(Twin a, Twin b)
{
	Twin		high = twin_sum(a.high, -b.high);

	return twin_sum(high.high, high.low + (a.low - b.low));
}

static Twin
twin_quotient(Twin a, double d)
{
	double		first = a.high / d;
	Twin		back = twin_product(first, d);
	double		rest = ((a.high - back.high) - back.low) + a.low;

	return twin_sum(first, rest / d);
}

static Twin
twin_square(Twin a)
{
	Twin		high = twin_product(a.high, a.high);

	return twin_sum(high.high, high.low + 2 * a.high * a.low);
}

static Twin
twin_of(const CxSum *sum)
{
	CxSum		rest = *sum;
	Twin		t = {cx_sum_value(sum), 0};

	cx_sum_add(&rest, -t.high);
	t.low = cx_sum_value(&rest);
	return t;
}

void
cx_moments_add(CxMoments *m, double x)
{
	m->n++;
	cx_sum_add(&m->sum, x);
	cx_sum_add_product(&m->squares, x, x);
}

void
cx_moments_merge(CxMoments *into, const CxMoments *from)
{
	into->n += from->n;
	cx_sum_merge(&into->sum, &from->sum);
	cx_sum_merge(&into->squares, &from->squares);
}

double
cx_moments_mean(const CxMoments *m)
{
	return m->n == 0 ? NAN : cx_sum_value(&m->sum) / (double) m->n;
}

/* Mean square less square of the mean, with twice the digits of a double, since nearly all of them cancel. */
double
cx_moments_variance(const CxMoments *m)
{
	double		n = (double) m->n;
	Twin		mean;
	Twin		spread;

	if (m->n < 2)
		return NAN;
	mean = twin_quotient(twin_of(&m->sum), n);
	spread = twin_difference(twin_quotient(twin_of(&m->squares), n), twin_square(mean));
	return spread.high <= 0 ? 0 : spread.high * (n / (n - 1));
}

void
cx_moments_write(const CxMoments *m, CxWriter *w)
{
	cx_write_varint(w, m->n);
	cx_sum_write(&m->sum, w);
	cx_sum_write(&m->squares, w);
}

bool
cx_moments_read(CxMoments *m, CxReader *r)
{
	m->n = cx_read_varint(r);
	if (!r->ok || m->n >= UINT64_C(1) << 61 || !cx_sum_read(&m->sum, r) || !cx_sum_read(&m->squares, r))
		return false;
	return cx_sum_sign(&m->squares) >= 0 && cx_sum_fits(&m->sum, m->n, CX_SUM_MAX) &&
		cx_sum_fits(&m->squares, m->n, CX_SUM_MAX * CX_SUM_MAX);
}
