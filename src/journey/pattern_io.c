/*-------------------------------------------------------------------------
 *
 * src/journey/pattern_io.c
 *	  The type journey_pattern: text and binary form, comparison, hashing.
 *
 *-------------------------------------------------------------------------
 */
#include "journey/pattern.h"

#include "common/hashfn.h"
#include "core/compare.h"
#include "journey/text_type.h"
#include "mb/pg_wchar.h"

static const CxTextType pattern_type = {"journey_pattern", "pattern", true, CX_PATTERN_VERSION};

/* ---- from text ---- */

CxPattern *
cx_pattern_from_text(const char *text, int len, int sqlstate, MemoryContext context, Node *escontext)
{
	CxMemory	memory = cx_memory(context);
	CxParseError error;
	CxPattern  *pattern = cx_pattern_compile(text, len, &memory, &error);

	if (pattern == NULL)
		cx_text_type_report(&pattern_type, text, len, &error, sqlstate, escontext);
	return pattern;
}

/* ---- the stored form ---- */

static bytea *
to_stored(const CxPattern *pattern)
{
	bytea	   *stored = palloc(VARHDRSZ + 1 + pattern->text_len);

	SET_VARSIZE(stored, VARHDRSZ + 1 + pattern->text_len);
	VARDATA(stored)[0] = CX_PATTERN_VERSION;
	memcpy(VARDATA(stored) + 1, pattern->text, pattern->text_len);
	return stored;
}

CxPattern *
cx_pattern_from_stored(const struct varlena *stored, MemoryContext context)
{
	const char *bytes = VARDATA_ANY(stored);
	int			len = VARSIZE_ANY_EXHDR(stored);
	CxMemory	memory = cx_memory(context);
	CxParseError error;
	CxPattern  *pattern = NULL;

	if (len > 0 && bytes[0] == CX_PATTERN_VERSION &&
		pg_verify_mbstr(GetDatabaseEncoding(), bytes + 1, len - 1, true))
		pattern = cx_pattern_compile(bytes + 1, len - 1, &memory, &error);
	if (pattern == NULL || pattern->text_len != len - 1 || memcmp(pattern->text, bytes + 1, len - 1) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored journey_pattern value is damaged")));
	return pattern;
}

/* ---- the SQL functions ---- */

PG_FUNCTION_INFO_V1(journey_pattern_in);
Datum
journey_pattern_in(PG_FUNCTION_ARGS)
{
	const char *input = PG_GETARG_CSTRING(0);
	CxPattern  *pattern = cx_pattern_from_text(input, (int) strlen(input), ERRCODE_INVALID_TEXT_REPRESENTATION,
											   CurrentMemoryContext, fcinfo->context);

	if (pattern == NULL)
		return (Datum) 0;
	PG_RETURN_BYTEA_P(to_stored(pattern));
}

PG_FUNCTION_INFO_V1(journey_pattern_out);
Datum
journey_pattern_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(cx_pattern_from_stored(PG_GETARG_VARLENA_PP(0), CurrentMemoryContext)->text);
}

PG_FUNCTION_INFO_V1(journey_pattern_recv);
Datum
journey_pattern_recv(PG_FUNCTION_ARGS)
{
	int			len;
	char	   *input = cx_text_type_receive(&pattern_type, (StringInfo) PG_GETARG_POINTER(0), &len);

	PG_RETURN_BYTEA_P(to_stored(cx_pattern_from_text(input, len, ERRCODE_INVALID_BINARY_REPRESENTATION,
													 CurrentMemoryContext, NULL)));
}

PG_FUNCTION_INFO_V1(journey_pattern_send);
Datum
journey_pattern_send(PG_FUNCTION_ARGS)
{
	CxPattern  *pattern = cx_pattern_from_stored(PG_GETARG_VARLENA_PP(0), CurrentMemoryContext);

	PG_RETURN_BYTEA_P(cx_text_type_send(&pattern_type, pattern->text, pattern->text_len));
}

/* By bytes of the canonical text, the shorter first among those that begin alike. */
static int
compare(FunctionCallInfo fcinfo)
{
	struct varlena *a = PG_GETARG_VARLENA_PP(0);
	struct varlena *b = PG_GETARG_VARLENA_PP(1);
	Size		a_len = VARSIZE_ANY_EXHDR(a);
	Size		b_len = VARSIZE_ANY_EXHDR(b);
	int			result = memcmp(VARDATA_ANY(a), VARDATA_ANY(b), Min(a_len, b_len));

	if (result == 0)
		result = (a_len > b_len) - (a_len < b_len);
	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return result < 0 ? -1 : result > 0;
}

CX_COMPARISON_FUNCTIONS(journey_pattern, compare);

static uint64
hash_of(FunctionCallInfo fcinfo, uint64 seed)
{
	struct varlena *v = PG_GETARG_VARLENA_PP(0);
	uint64		hash = hash_bytes_extended((unsigned char *) VARDATA_ANY(v), VARSIZE_ANY_EXHDR(v), seed);

	PG_FREE_IF_COPY(v, 0);
	return hash;
}

PG_FUNCTION_INFO_V1(journey_pattern_hash);
Datum
journey_pattern_hash(PG_FUNCTION_ARGS)
{
	PG_RETURN_UINT32((uint32) hash_of(fcinfo, 0));
}

PG_FUNCTION_INFO_V1(journey_pattern_hash_extended);
Datum
journey_pattern_hash_extended(PG_FUNCTION_ARGS)
{
	PG_RETURN_UINT64(hash_of(fcinfo, PG_GETARG_INT64(1)));
}
