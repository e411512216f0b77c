/*-------------------------------------------------------------------------
 *
 * test/fuzz/mutate.c
 *	  How inputs are changed: as what they are, not as mere bytes.
 *
 * Messages and stored values are varints, doubles and bytes one behind the
 * other (core/bytes.h): a number becomes one at an edge, or one more or less,
 * goes, comes twice, changes places. Text that is hexadecimal is changed as
 * the bytes it stands for. Other text: numbers become edges, pieces between
 * punctuation go, come twice, change places, or come from a sample. Now and
 * then a text is read and written by the type itself, so that bytes change in
 * ways that only the type knows. The signature of a journey, which nobody
 * would guess, is made to fit its names.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

#include <ctype.h>
#include <math.h>

#include "journey/journey.h"
#include "server.h"

extern Datum journey_recv(PG_FUNCTION_ARGS);

extern size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);

/* Room for an input and what comes in between. */
typedef struct Work
{
	uint8		bytes[1 << 16];
	Size		len;
	Size		max;
	uint64		rng;
} Work;

static uint32
some(Work *w, uint32 below)
{
	w->rng = w->rng * UINT64CONST(6364136223846793005) + UINT64CONST(1442695040888963407);
	return below == 0 ? 0 : (uint32) (w->rng >> 33) % below;
}

/* Put bytes in the place of others. */
static void
replace(Work *w, Size at, Size gone, const void *bytes, Size len)
{
	uint8		copy[512];

	len = Min(len, sizeof(copy));
	if (w->len - gone + len > w->max)
		return;
	memcpy(copy, bytes, len);
	memmove(w->bytes + at + len, w->bytes + at + gone, w->len - at - gone);
	memcpy(w->bytes + at, copy, len);
	w->len = w->len - gone + len;
}

static uint64
edge_number(Work *w, uint64 old)
{
	switch (some(w, 6))
	{
		case 0:
			return old + 1;
		case 1:
			return old - 1;
		case 2:
			return some(w, 20);
		case 3:
			return old ^ UINT64CONST(1) << some(w, 64);
		case 4:
			return old * 2;
		default:
			return (UINT64CONST(1) << some(w, 64)) + some(w, 3) - 1;
	}
}

static double
edge_double(Work *w)
{
	static const double edges[] = {0, -0.0, 1, -1, 0.5, 5e-324, 1e-300, 1e300, 1.7976931348623157e308,
		-1.7976931348623157e308, INFINITY, NAN, 1e15, 9007199254740993.0, 1e9, 365.25, 0.1, 1e150, -1e150,
		2.2250738585072014e-308};

	return edges[some(w, lengthof(edges))];
}

/* The end of the varint at a place. */
static Size
varint_end(const Work *w, Size at)
{
	while (at < w->len && (w->bytes[at] & 0x80) != 0)
		at++;
	return Min(at + 1, w->len);
}

static Size
put_varint(uint8 *to, uint64 value)
{
	Size		n = 0;

	while (value >= 0x80)
	{
		to[n++] = (uint8) value | 0x80;
		value >>= 7;
	}
	to[n++] = (uint8) value;
	return n;
}

static void
change_bytes(Work *w, const FzType *type)
{
	Size		at = some(w, w->len + 1);
	Size		end = varint_end(w, at);
	Size		from = some(w, w->len + 1);
	Size		n = some(w, 20);
	uint8		buf[16];
	uint64		value = 0;
	double		x;
	const FzBytes *sample = &type->samples[some(w, type->n_samples)];

	for (Size i = at, shift = 0; i < end && shift < 64; i++, shift += 7)
		value |= (uint64) (w->bytes[i] & 0x7f) << shift;
	switch (some(w, 9))
	{
		case 0:
		case 1:
			replace(w, at, end - at, buf, put_varint(buf, edge_number(w, value)));
			break;
		case 2:
			replace(w, at, 0, buf, put_varint(buf, edge_number(w, value)));
			break;
		case 3:
			replace(w, at, end - at, "", 0);
			break;
		case 4:					/* a piece comes twice */
			n = Min(n, w->len - from);
			replace(w, at, 0, w->bytes + from, n);
			break;
		case 5:					/* or goes */
			replace(w, at, Min(n, w->len - at), "", 0);
			break;
		case 6:					/* or comes from a sample */
			from = some(w, sample->len + 1);
			n = Min(n, sample->len - from);
			replace(w, at, some(w, 2) ? Min(n, w->len - at) : 0, sample->bytes + from, n);
			break;
		case 7:
			x = edge_double(w);
			memcpy(buf, &x, 8);
			replace(w, at, some(w, 4) ? Min(8, w->len - at) : 0, buf, 8);
			break;
		default:
			if (w->len > 0)
				w->bytes[some(w, w->len)] ^= 1 << some(w, 8);
	}
}

static bool
is_break(uint8 c)
{
	return c < 0x80 && !isalnum(c) && c != '.' && c != '_';
}

/* The piece of text around a place: up to a few breaks. */
static void
piece(Work *w, const uint8 *text, Size len, Size *from, Size *to)
{
	int			breaks = 1 + some(w, 5);
	Size		at = some(w, len + 1);

	*from = at;
	while (*from > 0 && !is_break(text[*from - 1]))
		(*from)--;
	*to = at;
	while (*to < len && (!is_break(text[*to]) || breaks-- > 1))
		(*to)++;
}

static void
change_text(Work *w, const uint8 *sample, Size sample_len)
{
	static const char *const edges[] = {"0", "-0", "1", "-1", "2147483647", "2147483648", "4294967295", "4294967296",
		"9223372036854775807", "9223372036854775808", "18446744073709551616", "72057594037927936", "72057594037927937",
		"1e308", "1e-320", "0.5", "0.0005", "999.999", "1000", "1001", "NaN", "Infinity", "1e400", "00", "0x1",
		"294276", "294277", "-4713", "12", "24", "60", "366"};
	static const char marks[] = "\" \\ \n{}[]()<>|^$*+?.,;:@/#=~-->\t'%";
	Size		from,
				to,
				from2,
				to2,
				at;
	const char *edge;

	piece(w, w->bytes, w->len, &from, &to);
	at = some(w, w->len + 1);
	switch (some(w, 6))
	{
		case 0:					/* a number, if there is one from here on */
			while (at < w->len && !isdigit(w->bytes[at]))
				at++;
			to = at;
			while (to < w->len && (isdigit(w->bytes[to]) || w->bytes[to] == '.'))
				to++;
			edge = edges[some(w, lengthof(edges))];
			if (at < w->len)
				replace(w, at, to - at, edge, strlen(edge));
			break;
		case 1:
			replace(w, from, to - from, "", 0);
			break;
		case 2:
			replace(w, at, 0, w->bytes + from, to - from);
			break;
		case 3:					/* a piece of a sample instead of one */
			piece(w, sample, sample_len, &from2, &to2);
			replace(w, from, to - from, sample + from2, to2 - from2);
			break;
		case 4:					/* or beside it */
			piece(w, sample, sample_len, &from2, &to2);
			replace(w, from, 0, sample + from2, to2 - from2);
			break;
		default:
			edge = &marks[some(w, sizeof(marks) - 1)];
			if (some(w, 2) && w->len > 0)
				replace(w, Min(at, w->len - 1), 1, edge, 1);
			else
				replace(w, at, 0, edge, 1);
	}
}

/* ------------------------------------------------------------------------------- by the type */

/* The text of a sample, in the memory of this call. */
static const char *
sample_text(Work *w, const FzType *type)
{
	const FzBytes *sample = &type->samples[some(w, type->n_samples)];
	Datum		v,
				text;

	if (!fz_receive(type, sample->bytes, sample->len, &v) || !fz_call1(type->out, v, &text))
		return "";
	return DatumGetCString(text);
}

/* Bytes of the type, changed as a text. */
static void
change_by_text(Work *w, const FzType *type)
{
	Datum		v,
				text;

	if (!fz_receive(type, w->bytes, w->len, &v) || !fz_call1(type->out, v, &text))
		return;
	w->len = Min(strlen(DatumGetCString(text)), w->max);
	memcpy(w->bytes, DatumGetCString(text), w->len);
	for (int i = some(w, 3); i >= 0; i--)
	{
		const char *sample = sample_text(w, type);

		change_text(w, (const uint8 *) sample, strlen(sample));
	}
	if (!fz_call1(type->in, CStringGetDatum(pnstrdup((const char *) w->bytes, w->len)), &v) ||
		!fz_call1(type->send, v, &text))
		return;
	w->len = Min(VARSIZE_ANY_EXHDR(text), w->max);
	memcpy(w->bytes, VARDATA_ANY(text), w->len);
}

typedef struct Signing
{
	Work	   *w;
} Signing;

static void
sign(void *arg)
{
	Work	   *w = ((Signing *) arg)->w;
	Datum		d = fz_varlena(w->bytes, w->len, false);
	CxJourney	j;
	CxName	   *names;
	CxEntry    *entries;
	uint64		signature = 0;

	cx_journey_open(&j, d);
	if (j.n == 0)
		return;
	names = palloc(sizeof(CxName) * j.names);
	entries = palloc(sizeof(CxEntry) * j.entries);
	cx_journey_names(&j, names);
	cx_journey_entries(&j, entries);
	for (int i = 0; i < j.entries; i++)
		for (int f = 0; f < CX_FACETS; f++)
			if (entries[i].name[f] >= 0)
				signature |= CX_SIGNATURE_BIT(cx_name_hash(names[entries[i].name[f]], f));
	for (int i = 0; i < 8; i++)
		w->bytes[CX_JOURNEY_SIGNATURE_AT + i] = (uint8) (signature >> (8 * i));
}

static void
change_hex(Work *w, const FzType *type)
{
	static Work inner;
	Size		name = strlen(type->name) + 1;

	inner.len = 0;
	inner.rng = w->rng;
	inner.max = Min((w->max > name ? w->max - name : 0) / 2, sizeof(inner.bytes));
	for (Size i = name; i + 1 < w->len && inner.len < inner.max; i += 2)
	{
		unsigned int byte = 0;

		sscanf((char[]) {(char) w->bytes[i], (char) w->bytes[i + 1], '\0'}, "%2x", &byte);
		inner.bytes[inner.len++] = (uint8) byte;
	}
	for (int i = some(&inner, 3); i >= 0; i--)
		change_bytes(&inner, type);
	w->rng = inner.rng;
	memcpy(w->bytes, type->name, name - 1);
	w->bytes[name - 1] = ':';
	w->len = name;
	for (Size i = 0; i < inner.len; i++)
	{
		w->bytes[w->len++] = "0123456789abcdef"[inner.bytes[i] >> 4];
		w->bytes[w->len++] = "0123456789abcdef"[inner.bytes[i] & 15];
	}
}

static void
change(Work *w, const FzType *type)
{
	const char *sample;

	if (fz_mode == FZ_TEXT && type->hex)
	{
		change_hex(w, type);
		return;
	}
	if (fz_mode != FZ_TEXT && !type->byval && !type->hex && some(w, 6) == 0)
		change_by_text(w, type);
	else
		for (int i = some(w, 4); i >= 0; i--)
			if (fz_mode != FZ_TEXT)
				change_bytes(w, type);
			else
			{
				sample = sample_text(w, type);
				change_text(w, (const uint8 *) sample, strlen(sample));
			}
	if (fz_mode != FZ_TEXT && type->recv == journey_recv && some(w, 4) != 0 && w->len > CX_JOURNEY_COUNTS_AT)
		fz_try(sign, &(Signing) {w});
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed)
{
	static Work work;
	Size		head = (fz_mode != FZ_PATTERN && fz_type < 0) + (fz_mode == FZ_STORED ? FZ_CONTROL : 0);
	const FzType *type;
	Work	   *w = &work;

	w->rng = seed * UINT64CONST(0x9E3779B97F4A7C15) + 1;
	if (fz_mode == FZ_PATTERN || size <= head || max <= head || some(w, 4) == 0)
		return LLVMFuzzerMutate(data, size, max);
	if (fz_mode == FZ_STORED && some(w, 3) == 0)
	{
		/* another function, or another way to call it */
		data[head - FZ_CONTROL + some(w, some(w, 2) ? 4 : FZ_CONTROL)] = (uint8) some(w, 256);
		return size;
	}
	if ((type = fz_type_of(data, size)) == NULL)
		return LLVMFuzzerMutate(data, size, max);
	w->len = Min(size - head, sizeof(w->bytes));
	w->max = Min(max - head, sizeof(w->bytes));
	memcpy(w->bytes, data + head, w->len);
	fz_begin();
	change(w, type);
	fz_end();
	memcpy(data + head, w->bytes, w->len);
	return head + w->len;
}
