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

/* An answer as it is typed: NULL, or what is wrong with it. */
const char *
cx_parse_answer(const char **at, CxTypedAnswer *typed)
{
	if (!cx_parse_kind(at, &typed->scale.kind))
		return "It begins with no known kind: nps, csat, ces, effort, success, emotion or rating.";
	if (**at != ':')
		return "The kind is not followed by a colon.";
	typed->score = ++(*at);
	if (!cx_parse_milli(at, &typed->milli, &typed->too_fine))
		return "The colon is not followed by a score.";
	typed->score_len = *at - typed->score;
	if (!cx_parse_scale(at, &typed->scale))
		return "The scale is neither hi nor lo..hi, whole numbers from -1000 to 1000.";
	return NULL;
}

/* The answer, if it is one that can be given. */
bool
cx_typed_answer(const CxTypedAnswer *typed, CxAnswer *answer, Node *escontext)
{
	CxScale		scale = typed->scale;
	int64		offset = typed->milli - (int64) scale.lo * CX_UNIT;

	if (typed->too_fine)
		ereturn(escontext, false,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("score %s has more than three decimals", pnstrdup(typed->score, typed->score_len))));
	if (!cx_scale_check(scale, escontext))
		return false;
	if (offset < 0 || offset > (int64) (scale.hi - scale.lo) * CX_UNIT)
		ereturn(escontext, false, CX_OFF_SCALE(scale, pnstrdup(typed->score, typed->score_len)));
	*answer = CX_ANSWER_PACK(scale.kind, scale.lo, scale.hi, offset);
	return true;
}

PG_FUNCTION_INFO_V1(feedback_in);
Datum
feedback_in(PG_FUNCTION_ARGS)
{
	const char *input = PG_GETARG_CSTRING(0);
	const char *at = skip_blanks(input);
	CxTypedAnswer typed;
	CxAnswer	answer;
	const char *wrong = cx_parse_answer(&at, &typed);

	if (wrong == NULL && *skip_blanks(at) != '\0')
		wrong = "Something stands behind the answer.";
	if (wrong != NULL)
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s: \"%s\"", "feedback", input),
				 errdetail("%s", wrong)));
	if (!cx_typed_answer(&typed, &answer, fcinfo->context))
		return (Datum) 0;
	PG_RETURN_FEEDBACK(answer);
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
