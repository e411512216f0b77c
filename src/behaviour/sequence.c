/*-------------------------------------------------------------------------
 *
 * src/behaviour/sequence.c
 *	  sequence_match(pattern, at, conditions ...) and sequence_count over plain
 *	  rows, with the meaning they have in ClickHouse's documentation.
 *
 *-------------------------------------------------------------------------
 */
#include "behaviour/rows.h"

#include "maths/sequence.h"
#include "mb/pg_wchar.h"
#include "utils/timestamp.h"

/* The tokens of a pattern in the memory of this call; 22023 if it is none. */
static CxSequenceToken *
tokens_of(const char *pattern, int len, int conditions, int *count)
{
	CxSequenceToken *tokens = palloc(sizeof(CxSequenceToken) * (len + 1));
	const char *error;
	int			error_at;

	*count = cx_sequence_parse(pattern, len, tokens, &error, &error_at);
	if (*count < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid pattern: %s", error),
				 errdetail("At character %d of the pattern \"%.*s\".", error_at + 1,
						   pg_mbcliplen(pattern, len, 1000), pattern)));
	for (int i = 0; i < *count; i++)
		if (tokens[i].condition >= conditions)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("pattern names condition %d", tokens[i].condition + 1),
					 errdetail("There are %d conditions.", conditions)));
	return tokens;
}

/* A mistake in the pattern shows at the first row, not after the last. */
static void
check_pattern(const CxAsked *asked)
{
	int			count;

	pfree(tokens_of(asked->text, asked->text_len, asked->conditions, &count));
}

/* Only rows in which something holds stand in the sequence. */
static Datum
add_row(FunctionCallInfo fcinfo, bool array)
{
	uint64		words[CX_ROWS_MAX_WORDS];
	CxAsked		asked = {.kind = CX_ROWS_SEQUENCE, .within = CX_CHAIN_NO_LIMIT};
	const text *pattern;
	bool		any;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || (array && PG_ARGISNULL(3)))
		return cx_rows_unchanged(fcinfo);
	asked.conditions = array ? cx_rows_array_conditions(fcinfo, 3, words, &any) :
		cx_rows_conditions(fcinfo, 3, words, &any);
	pattern = PG_GETARG_TEXT_PP(1);
	asked.text = VARDATA_ANY(pattern);
	asked.text_len = VARSIZE_ANY_EXHDR(pattern);
	if (asked.text_len > CX_ROWS_MAX_TEXT)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("pattern is longer than %d bytes", CX_ROWS_MAX_TEXT)));
	return cx_rows_collect(fcinfo, &asked, PG_GETARG_TIMESTAMPTZ(2), any ? words : NULL, check_pattern);
}

PG_FUNCTION_INFO_V1(sequence_accum);
Datum
sequence_accum(PG_FUNCTION_ARGS)
{
	return add_row(fcinfo, false);
}

PG_FUNCTION_INFO_V1(sequence_accum_array);
Datum
sequence_accum_array(PG_FUNCTION_ARGS)
{
	return add_row(fcinfo, true);
}

/* Matches in a state; at most "most" are looked for. */
static uint64
matches(FunctionCallInfo fcinfo, uint64 most)
{
	CxRowsState *state = cx_rows_arg(fcinfo, CX_ROWS_SEQUENCE);
	const CxAsked *asked = state->asked;
	Size		n = state->marked.n;
	int			count;
	CxSequenceToken *tokens = tokens_of(asked->text, asked->text_len, asked->conditions, &count);
	uint32		few[256];
	uint32	   *ends = few;
	uint64		found;

	if (2 * n + 1 > lengthof(few))
		ends = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(uint32) * (2 * n + 1));
	cx_sequence_ends(&state->marked, tokens, count, ends, ends + n);
	found = cx_sequence_count(ends, n, most);
	if (ends != few)
		pfree(ends);
	pfree(tokens);
	return found;
}

PG_FUNCTION_INFO_V1(sequence_match_final);
Datum
sequence_match_final(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(matches(fcinfo, 1) > 0);
}

PG_FUNCTION_INFO_V1(sequence_count_final);
Datum
sequence_count_final(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64((int64) matches(fcinfo, PG_UINT64_MAX));
}
