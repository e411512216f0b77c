/*-------------------------------------------------------------------------
 *
 * src/behaviour/rows_io.c
 *	  rows_state as a value: packed bytes, checking them, merging.
 *
 *-------------------------------------------------------------------------
 */
#include "behaviour/rows.h"

void
cx_rows_refuse(const CxAsked *before, const CxAsked *now)
{
	const char *what = "rows_state values of different aggregates cannot be merged";

	if (before->kind == now->kind)
	{
		if (before->conditions != now->conditions)
			what = "number of conditions changes within a group";
		else if (before->within != now->within)
			what = "within changes within a group";
		else if (before->modes != now->modes)
			what = "mode changes within a group";
		else
			what = before->kind == CX_ROWS_SEQUENCE ? "pattern changes within a group" :
				"grain or time zone changes within a group";
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s", what),
			 before->kind == now->kind && before->conditions != now->conditions ?
			 errdetail("There were %d, and now there are %d.", before->conditions, now->conditions) : 0));
}

static void
write_state(const CxStats *stats, CxWriter *w)
{
	const CxRowsState *state = (const CxRowsState *) stats;
	const CxAsked *asked = state->asked;
	int64		before = 0;

	cx_rows_sort(state);
	cx_write_byte(w, asked->kind);
	cx_write_byte(w, asked->modes);
	cx_write_varint(w, asked->within + 1);
	cx_write_varint(w, asked->conditions);
	cx_write_varint(w, asked->text_len);
	cx_write_bytes(w, asked->text, asked->text_len);
	cx_write_varint(w, state->marked.n);
	for (Size i = 0; i < state->marked.n; i++)
	{
		const uint64 *row = cx_marked_row(&state->marked, i);

		if (i == 0)
			cx_write_zigzag(w, (int64) row[0]);
		else
			cx_write_varint(w, row[0] - (uint64) before);
		before = (int64) row[0];
		for (int word = 1; word <= state->marked.words; word++)
			cx_write_varint(w, row[word]);
	}
}

static bool
sound_question(const CxAsked *asked)
{
	bool		funnel = asked->kind == CX_ROWS_FUNNEL;
	bool		textual = asked->kind == CX_ROWS_SEQUENCE || asked->kind == CX_ROWS_TIMES;

	if (asked->kind < CX_ROWS_FUNNEL || asked->kind > CX_ROWS_TIMES || (asked->modes & ~CX_CHAIN_MODES) != 0)
		return false;
	if (!funnel && (asked->modes != 0 || asked->within != CX_CHAIN_NO_LIMIT))
		return false;
	if ((asked->modes & CX_CHAIN_ONCE) && (asked->modes & (CX_CHAIN_ORDER | CX_CHAIN_DEDUPLICATE)))
		return false;
	return (asked->conditions == 0) == (asked->kind == CX_ROWS_TIMES) && asked->conditions <= CX_ROWS_MAX_CONDITIONS &&
		asked->text_len <= (textual ? CX_ROWS_MAX_TEXT : 0);
}

/* Patterns, grains and names of zones are printable ASCII. */
static bool
sound_text(const char *text, int len)
{
	for (int i = 0; i < len; i++)
		if (text[i] < ' ' || text[i] > '~')
			return false;
	return true;
}

/* The words of a row: no conditions beyond those there are, and some, unless such rows matter. */
static bool
read_words(const CxRowsState *state, CxReader *r, uint64 *words)
{
	const CxAsked *asked = state->asked;
	uint64		any = 0;

	for (int w = 0; w < state->marked.words; w++)
		any |= words[w] = cx_read_varint(r);
	if (asked->conditions % 64 != 0 && words[state->marked.words - 1] >> (asked->conditions % 64) != 0)
		return false;
	return r->ok && (any != 0 || asked->conditions == 0 || (asked->modes & CX_CHAIN_ORDER) != 0);
}

static bool
read_rows(CxRowsState *state, CxReader *r, uint64 n)
{
	uint64		words[CX_ROWS_MAX_WORDS];
	int64		at = 0;

	/* each takes a byte at least, so that there is never room made for more than the bytes can tell */
	if (!r->ok || n > (uint64) (r->end - r->at) || (state->asked->kind == CX_ROWS_SEEN && n > 1))
		return false;
	cx_rows_reserve(state, n);
	for (uint64 i = 0; i < n; i++)
	{
		if (i == 0)
			at = cx_read_zigzag(r);
		else
		{
			uint64		step = cx_read_varint(r);

			if (step > (uint64) END_TIMESTAMP - (uint64) at)
				return false;
			at += step;
		}
		if (!read_words(state, r, words) || !IS_VALID_TIMESTAMP(at) || (state->asked->kind == CX_ROWS_SEEN && at != 0))
			return false;
		cx_rows_add(state, at, words);
	}
	return state->sorted;
}

static bool
read_state(CxStats *stats, CxReader *r)
{
	CxRowsState *state = (CxRowsState *) stats;
	CxAsked		asked;
	uint64		conditions,
				text_len;

	asked.kind = cx_read_byte(r);
	asked.modes = cx_read_byte(r);
	asked.within = cx_read_varint(r) - 1;
	conditions = cx_read_varint(r);
	text_len = cx_read_varint(r);
	if (!r->ok || conditions > CX_ROWS_MAX_CONDITIONS ||
		text_len > (uint64) (r->end - r->at) || text_len > CX_ROWS_MAX_TEXT)
		return false;
	asked.conditions = (int) conditions;
	asked.text = (const char *) r->at;
	asked.text_len = (int) text_len;
	r->at += text_len;
	if (!sound_question(&asked) || !sound_text(asked.text, asked.text_len))
		return false;
	cx_rows_begin_state(state, &asked);
	return read_rows(state, r, cx_read_varint(r));
}

static void
merge_states(CxStats *into_stats, const CxStats *from_stats)
{
	CxRowsState *into = (CxRowsState *) into_stats;
	const CxRowsState *from = (const CxRowsState *) from_stats;

	cx_rows_settle(into);
	cx_rows_settle(from);
	if (from->asked == NULL)
		return;
	if (into->asked == NULL)
		cx_rows_begin_state(into, from->asked);
	else if (into->asked != from->asked && !cx_same_question(into->asked, from->asked))
		cx_rows_refuse(into->asked, from->asked);
	if (into->asked->kind == CX_ROWS_SEEN && into->marked.n > 0 && from->marked.n > 0)
	{
		for (int w = 1; w <= into->marked.words; w++)
			into->rows[w] |= from->rows[w];
		return;
	}
	cx_rows_reserve(into, from->marked.n);
	for (Size i = 0; i < from->marked.n; i++)
	{
		const uint64 *row = cx_marked_row(&from->marked, i);

		cx_rows_add(into, (TimestampTz) row[0], row + 1);
	}
}

static void
init_state(CxStats *stats)
{
	((CxRowsState *) stats)->sorted = true;
}

const CxStatsType cx_rows_state_type = {
	.name = "rows_state",
	.size = sizeof(CxRowsState),
	.shared_size = sizeof(CxRowsShared),
	.init = init_state,
	.write = write_state,
	.read = read_state,
	.merge = merge_states,
};

CX_STATS_FUNCTIONS(rows_state, &cx_rows_state_type);
