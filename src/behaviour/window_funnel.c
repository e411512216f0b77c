/*-------------------------------------------------------------------------
 *
 * src/behaviour/window_funnel.c
 *	  window_funnel(within [, mode], at, conditions ...) and retention(conditions
 *	  ...) over plain rows, with the meaning they have in ClickHouse.
 *
 *-------------------------------------------------------------------------
 */
#include "behaviour/rows.h"

#include "core/interval.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

typedef struct Mode
{
	const char *name;
	unsigned	modes;
} Mode;

static const Mode mode_names[] = {
	{"default", 0},
	{"strict_deduplication", CX_CHAIN_DEDUPLICATE},
	{"strict_order", CX_CHAIN_ORDER},
	{"strict_increase", CX_CHAIN_INCREASE},
	{"strict_once", CX_CHAIN_ONCE},
};

static unsigned
mode_from_word(const char *word, int len)
{
	for (int i = 0; i < lengthof(mode_names); i++)
		if (strlen(mode_names[i].name) == (Size) len && memcmp(word, mode_names[i].name, len) == 0)
			return mode_names[i].modes;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unrecognized mode: \"%.*s\"", len, word),
			 errhint("Use one of: default, strict_deduplication, strict_order, strict_increase, strict_once, "
					 "or several with commas between them.")));
	return 0;					/* not reached */
}

/* One mode, or several with commas between them. */
static unsigned
modes_from_text(const text *mode)
{
	const char *at = VARDATA_ANY(mode);
	const char *end = at + VARSIZE_ANY_EXHDR(mode);
	unsigned	modes = 0;

	for (;;)
	{
		const char *comma = memchr(at, ',', end - at);
		const char *word_end = comma != NULL ? comma : end;

		while (at < word_end && *at == ' ')
			at++;
		while (word_end > at && word_end[-1] == ' ')
			word_end--;
		modes |= mode_from_word(at, (int) (word_end - at));
		if (comma == NULL)
			break;
		at = comma + 1;
	}
	if ((modes & CX_CHAIN_ONCE) && (modes & (CX_CHAIN_ORDER | CX_CHAIN_DEDUPLICATE)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("strict_once goes together with strict_increase only"),
				 errdetail("The modes are \"%s\".", text_to_cstring(mode))));
	return modes;
}

/*
 * One row. A row in which nothing holds says nothing, except where it stands
 * between others. "within" is argument 1; "at" and what is behind it tell the row.
 */
static Datum
add_row(FunctionCallInfo fcinfo, unsigned modes, int at, bool array)
{
	uint64		words[CX_ROWS_MAX_WORDS];
	CxAsked		asked = {.kind = CX_ROWS_FUNNEL, .modes = modes, .within = CX_CHAIN_NO_LIMIT};
	bool		any;

	if (PG_ARGISNULL(at) || (array && PG_ARGISNULL(at + 1)))
		return cx_rows_unchanged(fcinfo);
	asked.conditions = array ? cx_rows_array_conditions(fcinfo, at + 1, words, &any) :
		cx_rows_conditions(fcinfo, at + 1, words, &any);
	if (!PG_ARGISNULL(1))
		asked.within = cx_interval_microseconds(PG_GETARG_INTERVAL_P(1), "within");
	any |= (modes & CX_CHAIN_ORDER) != 0;
	return cx_rows_collect(fcinfo, &asked, PG_GETARG_TIMESTAMPTZ(at), any ? words : NULL, NULL);
}

static unsigned
modes_of_call(FunctionCallInfo fcinfo)
{
	return PG_ARGISNULL(2) ? 0 : modes_from_text(PG_GETARG_TEXT_PP(2));
}

/* window_funnel(within, at, c1, c2, ...) */
PG_FUNCTION_INFO_V1(window_funnel_accum);
Datum
window_funnel_accum(PG_FUNCTION_ARGS)
{
	return add_row(fcinfo, 0, 2, false);
}

PG_FUNCTION_INFO_V1(window_funnel_accum_array);
Datum
window_funnel_accum_array(PG_FUNCTION_ARGS)
{
	return add_row(fcinfo, 0, 2, true);
}

/* window_funnel(within, mode, at, c1, c2, ...) */
PG_FUNCTION_INFO_V1(window_funnel_accum_mode);
Datum
window_funnel_accum_mode(PG_FUNCTION_ARGS)
{
	return add_row(fcinfo, modes_of_call(fcinfo), 3, false);
}

PG_FUNCTION_INFO_V1(window_funnel_accum_mode_array);
Datum
window_funnel_accum_mode_array(PG_FUNCTION_ARGS)
{
	return add_row(fcinfo, modes_of_call(fcinfo), 3, true);
}

PG_FUNCTION_INFO_V1(window_funnel_final);
Datum
window_funnel_final(PG_FUNCTION_ARGS)
{
	CxRowsState *state = cx_rows_arg(fcinfo, CX_ROWS_FUNNEL);
	const CxAsked *asked = state->asked;
	int64		few[128];
	Size		size = cx_chain_scratch(&state->marked, asked->conditions, asked->modes);
	void	   *scratch = size <= sizeof(few) ? few : MemoryContextAllocHuge(CurrentMemoryContext, size);

	PG_RETURN_INT32(cx_chain_length(&state->marked, asked->conditions, asked->within, asked->modes, scratch));
}

/* retention(c1, c2, ...) */
PG_FUNCTION_INFO_V1(retention_seen_accum);
Datum
retention_seen_accum(PG_FUNCTION_ARGS)
{
	uint64		words[CX_ROWS_MAX_WORDS];
	CxAsked		asked = {.kind = CX_ROWS_SEEN, .within = CX_CHAIN_NO_LIMIT};
	bool		any;

	if (PG_ARGISNULL(1))
		return cx_rows_unchanged(fcinfo);
	asked.conditions = cx_rows_array_conditions(fcinfo, 1, words, &any);
	return cx_rows_collect(fcinfo, &asked, 0, any ? words : NULL, NULL);
}

PG_FUNCTION_INFO_V1(retention_seen_final);
Datum
retention_seen_final(PG_FUNCTION_ARGS)
{
	CxRowsState *state = cx_rows_arg(fcinfo, CX_ROWS_SEEN);
	int			n = state->asked->conditions;
	Datum	   *values = palloc(sizeof(Datum) * n);

	for (int i = 0; i < n; i++)
		values[i] = BoolGetDatum(state->marked.n > 0 && cx_marked_has(state->rows, 0) && cx_marked_has(state->rows, i));
	PG_RETURN_ARRAYTYPE_P(construct_array(values, n, BOOLOID, 1, true, TYPALIGN_CHAR));
}
