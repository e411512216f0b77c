/*-------------------------------------------------------------------------
 *
 * src/feedback/feedback_io.c
 *	  Text and binary form of feedback, and its casts.
 *
 *-------------------------------------------------------------------------
 */
#include "feedback/feedback.h"

#include "libpq/pqformat.h"
#include "utils/fmgrprotos.h"	/* jsonb_in */

static const char *
skip_blanks(const char *at)
{
	while (*at == ' ' || (*at >= '\t' && *at <= '\r'))
		at++;
	return at;
}

/* A score in thousandths, and as it was typed, for messages. */
static bool
parse_score(const char **at, char **typed, int64 *milli, bool *too_fine)
{
	const char *start = *at;

	if (!cx_parse_milli(at, milli, too_fine))
		return false;
	*typed = pnstrdup(start, *at - start);
	return true;
}

PG_FUNCTION_INFO_V1(feedback_in);
Datum
feedback_in(PG_FUNCTION_ARGS)
{
	const char *input = PG_GETARG_CSTRING(0);
	Node	   *escontext = fcinfo->context;
	const char *at = skip_blanks(input);
	const char *wrong = NULL;
	char	   *score = NULL;
	int64		milli = 0;
	int64		offset;
	bool		too_fine = false;
	CxScale		scale = {0};

	if (!cx_parse_kind(&at, &scale.kind))
		wrong = "It begins with no known kind: nps, csat, ces, effort, success, emotion or rating.";
	else if (*at++ != ':')
		wrong = "The kind is not followed by a colon.";
	else if (!parse_score(&at, &score, &milli, &too_fine))
		wrong = "The colon is not followed by a score.";
	else if (!cx_parse_scale(&at, &scale))
		wrong = "The scale is neither hi nor lo..hi, whole numbers from -1000 to 1000.";
	else if (*skip_blanks(at) != '\0')
		wrong = "Something stands behind the answer.";
	if (wrong != NULL)
		ereturn(escontext, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s: \"%s\"", "feedback", input),
				 errdetail("%s", wrong)));
	if (too_fine)
		ereturn(escontext, (Datum) 0,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("score %s has more than three decimals", score)));
	if (!cx_scale_check(scale, escontext))
		return (Datum) 0;
	offset = milli - (int64) scale.lo * CX_UNIT;
	if (offset < 0 || offset > (int64) (scale.hi - scale.lo) * CX_UNIT)
		ereturn(escontext, (Datum) 0, CX_OFF_SCALE(scale, score));
	PG_RETURN_FEEDBACK(CX_ANSWER_PACK(scale.kind, scale.lo, scale.hi, offset));
}

PG_FUNCTION_INFO_V1(feedback_out);
Datum
feedback_out(PG_FUNCTION_ARGS)
{
	char	   *buf = palloc(CX_ANSWER_TEXT_MAX);

	cx_answer_to_text(PG_GETARG_FEEDBACK(0), buf);
	PG_RETURN_CSTRING(buf);
}

PG_FUNCTION_INFO_V1(feedback_recv);
Datum
feedback_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	CxAnswer	answer = 0;

	/* a short message is malformed too; zero is no answer */
	if (buf->len - buf->cursor >= (int) sizeof(CxAnswer))
		answer = (CxAnswer) pq_getmsgint64(buf);
	if (!cx_answer_valid(answer))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary representation of type %s", "feedback")));
	PG_RETURN_FEEDBACK(answer);
}

PG_FUNCTION_INFO_V1(feedback_send);
Datum
feedback_send(PG_FUNCTION_ARGS)
{
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendint64(&buf, (int64) PG_GETARG_FEEDBACK(0));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/* Through the server's JSON parser: the functions that build jsonb piece by piece differ between versions. */
PG_FUNCTION_INFO_V1(feedback_to_jsonb);
Datum
feedback_to_jsonb(PG_FUNCTION_ARGS)
{
	CxAnswer	answer = PG_GETARG_FEEDBACK(0);
	CxScale		scale = cx_answer_scale(answer);
	char		score[CX_ANSWER_TEXT_MAX];
	char		json[4 * CX_ANSWER_TEXT_MAX];

	cx_milli_to_text(cx_answer_milli(answer), score);
	snprintf(json, sizeof(json), "{\"kind\": \"%s\", \"score\": %s, \"scale_min\": %d, \"scale_max\": %d}",
			 cx_kind_name(scale.kind), score, scale.lo, scale.hi);
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(json)));
}
