/*-------------------------------------------------------------------------
 *
 * src/feedback/feedback.h
 *	  The type "feedback": one answer (see answer.h), passed by value.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_FEEDBACK_H
#define CX_FEEDBACK_H

#include "feedback/answer.h"

#define FeedbackGetDatum(answer)	Int64GetDatum((int64) (answer))

/* Any 64 bits may come from a damaged page: XX001 then, and everything behind it may rely on a valid answer. */
static inline CxAnswer
DatumGetFeedback(Datum d)
{
	CxAnswer	answer = (CxAnswer) DatumGetInt64(d);

	if (unlikely(!cx_answer_valid(answer)))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored feedback value is damaged")));
	return answer;
}

/* An answer as it was typed, before it is asked whether such an answer can be given. */
typedef struct CxTypedAnswer
{
	CxScale		scale;
	int64		milli;
	bool		too_fine;		/* more than three decimals */
	const char *score;			/* in the text, for messages */
	int			score_len;
} CxTypedAnswer;

/* feedback_io.c: text that is, or holds, an answer; "at" is moved past it */
extern const char *cx_parse_answer(const char **at, CxTypedAnswer *typed);
extern bool cx_typed_answer(const CxTypedAnswer *typed, CxAnswer *answer, Node *escontext);

#define PG_GETARG_FEEDBACK(n)		DatumGetFeedback(PG_GETARG_DATUM(n))
#define PG_RETURN_FEEDBACK(answer)	return FeedbackGetDatum(answer)

#endif							/* CX_FEEDBACK_H */
