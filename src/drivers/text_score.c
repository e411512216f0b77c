/*-------------------------------------------------------------------------
 *
 * src/drivers/text_score.c
 *	  text_score() and text_hits(): the words of a list in a comment.
 *
 *-------------------------------------------------------------------------
 */
#include "drivers/text.h"

#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */

typedef struct Hits
{
	int64		n;
	double		weights;
} Hits;

/*
 * From the left: at each word the longest phrase that begins there counts, and
 * the search goes on behind it, so that "not good" is not "good", too.
 */
static Hits
hits_in(const text *comment, const CxPhrases *list)
{
	Hits		hits = {0, 0};
	StringInfoData folded;
	const char *at;
	const char *end;

	initStringInfo(&folded);
	cx_fold_text(&folded, VARDATA_ANY(comment), (int) VARSIZE_ANY_EXHDR(comment));
	end = folded.data + folded.len;
	for (at = folded.data; at < end;)
	{
		const CxPhrase *found = cx_phrase_at(list, at, (int) (end - at));

		if (found == NULL)
			at = (const char *) memchr(at, ' ', end - at) + 1;
		else
		{
			hits.n++;
			hits.weights += found->weight;
			at += found->len;
		}
		CHECK_FOR_INTERRUPTS();
	}
	pfree(folded.data);
	return hits;
}

/* text_hits(comment, words) */
PG_FUNCTION_INFO_V1(text_hits);
Datum
text_hits(PG_FUNCTION_ARGS)
{
	Hits		hits = hits_in(PG_GETARG_TEXT_PP(0), cx_phrases_arg(fcinfo, 1, -1));

	PG_RETURN_INT32((int32) hits.n);
}

/* text_score(comment, words, weights) */
PG_FUNCTION_INFO_V1(text_score);
Datum
text_score(PG_FUNCTION_ARGS)
{
	Hits		hits = hits_in(PG_GETARG_TEXT_PP(0), cx_phrases_arg(fcinfo, 1, 2));

	if (hits.n == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(hits.weights / (double) hits.n);
}
