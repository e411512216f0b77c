/*-------------------------------------------------------------------------
 *
 * src/organisation/conformance.c
 *	  conformance() and conformance_steps(): a journey against the steps that
 *	  are expected, in order (see conformance.h).
 *
 * The longest common subsequence is found with a bit for each step, 64 of them
 * at a time (Crochemore, Iliopoulos, Pinzon, Reid 2001, in the form of Hyyro
 * 2004). Let L(i, p) be its length for the template from step i on and the
 * trail from touch p on. Going from the last touch to the first, row p has bit
 * n - 1 - i clear if L(i, p) is one more than L(i + 1, p); so L(i, p) is the
 * number of clear bits up to that one, and the rows are all it takes to walk
 * along the subsequence.
 *
 *-------------------------------------------------------------------------
 */
#include "organisation/conformance.h"

#include "core/bits.h"
#include "core/renew.h"
#include "core/srf.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#define STEPS_COLUMNS	6		/* step, name, state, at, moved_before, moved_after */

/* ---- the template ---- */

static void
write_text(CxWriter *w, const CxStep *steps, int n)
{
	cx_write_varint(w, n);
	for (int i = 0; i < n; i++)
	{
		Size		len = cx_step_print(&steps[i], NULL);

		cx_write_varint(w, len);
		if (w->at <= w->end && len <= (Size) (w->end - w->at))
			cx_step_print(&steps[i], (char *) w->at);
		w->at += len;
	}
}

static void
check_steps(const CxWhatList *list)
{
	if (list->has_null)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("template has a step that is NULL")));
	if (list->n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("template has no steps")));
	if (list->n > CX_TEMPLATE_MAX_STEPS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("template has more than %d steps", CX_TEMPLATE_MAX_STEPS),
				 errdetail("It has %d.", list->n)));
}

static void *
make_template(const void *bytes, Size len, MemoryContext context)
{
	static uint64 last_id = 0;
	static uint8 nowhere[1];
	CxMemory	memory = cx_memory(context);
	CxWhatList	list = cx_what_parse_array((ArrayType *) bytes, &memory);
	CxTemplate *t = MemoryContextAllocZero(context, sizeof(CxTemplate));
	CxStep	   *backwards = MemoryContextAlloc(context, sizeof(CxStep) * Max(list.n, 1));
	CxWriter	w = cx_writer(nowhere, 0);

	check_steps(&list);
	t->context = context;
	t->n = list.n;
	t->id = ++last_id;
	write_text(&w, list.steps, list.n);
	t->text_len = w.at - nowhere;
	t->text = MemoryContextAllocHuge(context, t->text_len);
	w = cx_writer(t->text, t->text_len);
	write_text(&w, list.steps, list.n);
	for (int i = 0; i < list.n; i++)
		backwards[i] = list.steps[list.n - 1 - i];
	t->what = cx_what_make(backwards, list.n, cx_need_from_steps(backwards, list.n, false, &memory), context);
	t->masks = cx_masks_make(t->what, context);
	t->state = MemoryContextAlloc(context, sizeof(CxStepState) * list.n);
	t->touch = MemoryContextAlloc(context, sizeof(int32) * list.n);
	return t;
}

CxTemplate *
cx_template_arg(FunctionCallInfo fcinfo, int arg)
{
	ArrayType  *array;

	if (PG_ARGISNULL(arg))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("template is NULL")));
	array = PG_GETARG_ARRAYTYPE_P(arg);
	return cx_kept(fcinfo->flinfo, array, VARSIZE(array), make_template);
}

Datum
cx_template_step_name(const char *text, Size len, int step)
{
	CxReader	r = cx_reader(text, len);
	Size		bytes = 0;

	cx_read_varint(&r);
	for (int i = 0; i <= step; i++)
	{
		r.at += bytes;
		bytes = cx_read_varint(&r);
	}
	return PointerGetDatum(cstring_to_text_with_len((const char *) r.at, (int) bytes));
}

/* ---- the trail ---- */

static void
make_room(CxTemplate *t, const CxJourney *j)
{
	if (j->n > t->touches_room)
	{
		int			n = Max(j->n, Min(2 * t->touches_room, CX_JOURNEY_MAX_TOUCHES));

		t->touches_room = 0;
		CX_RENEW(t->position, t->context, n);
		CX_RENEW(t->codes, t->context, n);
		CX_RENEW(t->used, t->context, n);
		t->touches_room = n;
	}
	if (j->entries > t->entries_room)
	{
		int			n = Max(j->entries, CX_MASKS_FIRST);

		t->entries_room = 0;
		CX_RENEW(t->fits, t->context, (Size) n * t->what->row);
		t->entries_room = n;
	}
	if (j->names > t->names_room)
	{
		t->names_room = 0;
		CX_RENEW(t->of_names, t->context, j->names);
		t->names_room = j->names;
	}
}

static bool
fits_any(const uint64 *row, int words)
{
	for (int w = 0; w < words; w++)
		if (row[w] != 0)
			return true;
	return false;
}

/* As cx_masks_of() and cx_masks_scan(), of more than 64 steps. */
static int
long_trail(CxTemplate *t, const CxJourney *j)
{
	CxWhatView	view;
	int			words = t->what->row;
	int			n = 0;

	if (!cx_what_view(t->what, j, &view))
		return 0;
	for (int code = 0; code < view.n; code++)
		cx_what_row(t->what, &view, code, t->fits + (Size) code * words);
	cx_journey_codes(j, 0, j->n, t->codes);
	for (int i = 0; i < j->n; i++)
		if (fits_any(t->fits + (Size) t->codes[i] * words, words))
		{
			t->position[n] = i;
			t->codes[n++] = t->codes[i];
		}
	return n;
}

/* The touches that fit some step: how many. */
static int
find_trail(CxTemplate *t, const CxJourney *j)
{
	uint64		seen;

	if (j->n == 0 || !cx_what_possible(t->what, j->signature))
		return 0;
	make_room(t, j);
	if (t->masks == NULL)
		return long_trail(t, j);
	if (cx_masks_of(t->masks, j, t->of_names, t->fits) == 0)
		return 0;
	return cx_masks_scan(j, t->fits, ~UINT64CONST(0), t->position, t->codes, &seen);
}

static inline const uint64 *
fits_of(const CxTemplate *t, int touch)
{
	return t->fits + (Size) t->codes[touch] * t->what->row;
}

static inline bool
has_bit(const uint64 *row, int bit)
{
	return (row[bit / 64] >> (bit % 64)) & 1;
}

/* ---- the longest common subsequence ---- */

/* The row of a touch from that of the touch behind it; "to" may be "from". */
static inline void
next_row(const uint64 *fits, const uint64 *from, uint64 *to, int words)
{
	uint64		carry = 0;

	for (int w = 0; w < words; w++)
	{
		uint64		row = from[w];
		uint64		both = row & fits[w];
		uint64		sum = row + both;
		uint64		next = sum + carry;

		carry = (sum < row) | (next < sum);
		to[w] = next | (row & ~fits[w]);
	}
}

/* L(i, p): how many of the lowest "bits" bits are clear. */
static inline int
clear_bits(const uint64 *row, int bits)
{
	int			set = 0;
	int			w;

	for (w = 0; w < bits / 64; w++)
		set += __builtin_popcountll(row[w]);
	if (bits % 64 > 0)
		set += __builtin_popcountll(row[w] & cx_low_bits(bits % 64));
	return bits - set;
}

int
cx_template_in_order(CxTemplate *t, const CxJourney *j)
{
	int			words = t->what->row;
	int			n = find_trail(t, j);
	uint64		row[(CX_TEMPLATE_MAX_STEPS + 63) / 64];

	memset(row, -1, sizeof(uint64) * words);
	for (int p = n - 1; p >= 0; p--)
	{
		next_row(fits_of(t, p), row, row, words);
		if (p % 4096 == 4095)
			CHECK_FOR_INTERRUPTS();
	}
	return clear_bits(row, t->n);
}

/* All rows; row p of n is that of touch p, and row n all ones. */
static void
fill_table(CxTemplate *t, int n)
{
	Size		words = t->what->row;
	Size		need = words * ((Size) n + 1);

	if (need > t->table_room)
	{
		Size		room = Max(need, 64);

		t->table_room = 0;
		CX_RENEW(t->table, t->context, room);
		t->table_room = room;
	}
	memset(t->table + words * n, -1, sizeof(uint64) * words);
	for (int p = n - 1; p >= 0; p--)
	{
		next_row(fits_of(t, p), t->table + words * (p + 1), t->table + words * p, (int) words);
		if (p % 4096 == 4095)
			CHECK_FOR_INTERRUPTS();
	}
}

/* The first touch of the trail from p on that fits step i and is not used; n if there is none. */
static int
next_fitting(const CxTemplate *t, int i, int p, int n)
{
	int			bit = t->n - 1 - i;

	while (p < n && (t->used[p] || !has_bit(fits_of(t, p), bit)))
		p++;
	return p;
}

/* The subsequence: a step is taken if, with the earliest touch it can have, what is left stays as long as it can be. */
static int
walk_in_order(CxTemplate *t, int n)
{
	int			length = clear_bits(t->table, t->n);
	int			left = length;
	int			p = 0;

	for (int i = 0; i < t->n && left > 0; i++)
	{
		int			touch = next_fitting(t, i, p, n);
		int			behind;

		CHECK_FOR_INTERRUPTS();
		if (touch == n)
			continue;
		behind = clear_bits(t->table + (Size) t->what->row * (touch + 1), t->n - 1 - i);
		if (behind + 1 != left)
			continue;
		t->state[i] = CX_STEP_IN_ORDER;
		t->touch[i] = touch;
		t->used[touch] = true;
		left = behind;
		p = touch + 1;
	}
	Assert(left == 0);
	return length;
}

int
cx_template_fit(CxTemplate *t, const CxJourney *j)
{
	int			n = find_trail(t, j);
	int			length = 0;

	for (int i = 0; i < t->n; i++)
	{
		t->state[i] = CX_STEP_MISSING;
		t->touch[i] = -1;
	}
	if (n == 0)
		return 0;
	memset(t->used, 0, sizeof(bool) * n);
	fill_table(t, n);
	length = walk_in_order(t, n);
	for (int i = 0; i < t->n; i++)
	{
		int			touch = t->state[i] == CX_STEP_IN_ORDER ? n : next_fitting(t, i, 0, n);

		CHECK_FOR_INTERRUPTS();
		if (touch == n)
			continue;
		t->state[i] = CX_STEP_MOVED;
		t->touch[i] = touch;
		t->used[touch] = true;
	}
	/* from places in the trail to places in the journey */
	for (int i = 0; i < t->n; i++)
		if (t->touch[i] >= 0)
			t->touch[i] = t->position[t->touch[i]];
	return length;
}

/* ---- functions ---- */

PG_FUNCTION_INFO_V1(conformance);
Datum
conformance(PG_FUNCTION_ARGS)
{
	CxTemplate *t = cx_template_arg(fcinfo, 1);
	CxJourney	j;

	cx_journey_open(&j, PG_GETARG_DATUM(0));
	PG_RETURN_FLOAT8((double) cx_template_in_order(t, &j) / t->n);
}

/*
 * Where a step has moved to: before the first step of those in order that the
 * template has before it, or behind the last of those that it has behind it.
 * It is one of the two, or the step could have been in order.
 */
static int
moved_before(const CxTemplate *t, int step)
{
	for (int i = 0; i < step; i++)
		if (t->state[i] == CX_STEP_IN_ORDER && t->touch[i] > t->touch[step])
			return i;
	return -1;
}

static int
moved_after(const CxTemplate *t, int step)
{
	for (int i = t->n - 1; i > step; i--)
		if (t->state[i] == CX_STEP_IN_ORDER && t->touch[i] < t->touch[step])
			return i;
	return -1;
}

static void
put_step(CxRows *rows, const CxTemplate *t, const CxJourney *j, int step)
{
	static const char *const names[] = {"missing", "moved", "in order"};
	bool		moved = t->state[step] == CX_STEP_MOVED;
	int			before = moved ? moved_before(t, step) : -1;
	int			after = moved ? moved_after(t, step) : -1;
	TimestampTz at = 0;
	Datum		values[STEPS_COLUMNS];
	bool		nulls[STEPS_COLUMNS] = {false};

	if (t->touch[step] >= 0)
		cx_journey_times(j, t->touch[step], 1, &at);
	values[0] = Int32GetDatum(step + 1);
	values[1] = cx_template_step_name(t->text, t->text_len, step);
	values[2] = CStringGetTextDatum(names[t->state[step]]);
	nulls[3] = t->touch[step] < 0;
	values[3] = TimestampTzGetDatum(at);
	nulls[4] = before < 0;
	values[4] = Int32GetDatum(before + 1);
	nulls[5] = after < 0;
	values[5] = Int32GetDatum(after + 1);
	cx_rows_put(rows, values, nulls);
}

PG_FUNCTION_INFO_V1(conformance_steps);
Datum
conformance_steps(PG_FUNCTION_ARGS)
{
	CxTemplate *t = cx_template_arg(fcinfo, 1);
	CxRows		rows = cx_rows_begin(fcinfo, STEPS_COLUMNS);
	CxJourney	j;

	cx_journey_open(&j, PG_GETARG_DATUM(0));
	cx_template_fit(t, &j);
	for (int i = 0; i < t->n; i++)
	{
		put_step(&rows, t, &j, i);
		CHECK_FOR_INTERRUPTS();
	}
	return (Datum) 0;
}
