/*-------------------------------------------------------------------------
 *
 * src/drivers/text_words.c
 *	  Lists of words and phrases to be found in folded text.
 *
 *-------------------------------------------------------------------------
 */
#include "drivers/text.h"

#include "catalog/pg_type.h"
#include "core/args.h"
#include "journey/what.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/array.h"
#include "utils/builtins.h"

static int
cmp_bytes(const char *a, int a_len, const char *b, int b_len)
{
	int			result = memcmp(a, b, Min(a_len, b_len));

	return result != 0 ? result : (a_len > b_len) - (a_len < b_len);
}

static int
cmp_phrases(const void *a, const void *b)
{
	const CxPhrase *x = (const CxPhrase *) a;
	const CxPhrase *y = (const CxPhrase *) b;
	int			result = cmp_bytes(x->bytes, x->len, y->bytes, y->len);

	return result != 0 ? result : x->position - y->position;
}

static bool
begins_with(const char *text, int len, const CxPhrase *phrase)
{
	return phrase->len <= len && memcmp(text, phrase->bytes, phrase->len) == 0;
}

/* What is there twice, once; and which phrases are the beginning of others. */
static void
arrange(CxPhrases *list)
{
	int			kept = 0;

	qsort(list->phrase, list->n, sizeof(CxPhrase), cmp_phrases);
	for (int i = 0; i < list->n; i++)
	{
		CxPhrase   *p = &list->phrase[i];
		const CxPhrase *last = kept > 0 ? &list->phrase[kept - 1] : NULL;

		if (last == NULL || cmp_bytes(last->bytes, last->len, p->bytes, p->len) != 0)
			list->phrase[kept++] = *p;
		else if (last->weight != p->weight)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("words %d and %d are the same without case and accents, but have different weights",
							last->position, p->position),
					 errdetail("Both are \"%.*s\"; the weights are %g and %g.",
							   p->len - 1, p->bytes, last->weight, p->weight)));
	}
	list->n = kept;
	for (int i = 0; i < kept; i++)
	{
		CxPhrase   *p = &list->phrase[i];

		/* all beginnings of a phrase stand before it, and are beginnings of one another */
		p->shorter = i - 1;
		while (p->shorter >= 0 && !begins_with(p->bytes, p->len, &list->phrase[p->shorter]))
			p->shorter = list->phrase[p->shorter].shorter;
	}
}

static CxPhrase
phrase_from(const text *word, int position)
{
	StringInfoData folded;

	initStringInfo(&folded);
	cx_fold_text(&folded, VARDATA_ANY(word), (int) VARSIZE_ANY_EXHDR(word));
	if (folded.len == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("word %d has no letters or digits", position),
				 errdetail("It is \"%s\".", text_to_cstring(word))));
	return (CxPhrase) {repalloc(folded.data, folded.len), folded.len, position, -1, 0};
}

/* From the words, and the weights behind them if there are any. */
static void *
make_phrases(const void *bytes, Size len, MemoryContext context)
{
	MemoryContext old = MemoryContextSwitchTo(context);
	CxPhrases  *list = palloc0(sizeof(CxPhrases));
	ArrayType  *words = (ArrayType *) bytes;
	Size		skip = MAXALIGN(VARSIZE(words));
	double	   *weight = NULL;
	Datum	   *word;
	bool	   *nulls;

	deconstruct_array(words, TEXTOID, -1, false, TYPALIGN_INT, &word, &nulls, &list->n);
	if (len > skip)
	{
		ArrayType  *weights = (ArrayType *) ((char *) bytes + skip);
		int			n = ArrayGetNItems(ARR_NDIM(weights), ARR_DIMS(weights));

		if (n != list->n)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("words and weights are not equally many"),
					 errdetail("There are %d words and %d weights.", list->n, n)));
		if (array_contains_nulls(weights))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("weights contain NULL")));
		weight = (double *) ARR_DATA_PTR(weights);
	}
	list->phrase = palloc_extended(sizeof(CxPhrase) * Max(list->n, 1), MCXT_ALLOC_HUGE);
	for (int i = 0; i < list->n; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("word %d is NULL", i + 1)));
		list->phrase[i] = phrase_from((const text *) DatumGetPointer(word[i]), i + 1);
		if (weight != NULL)
			list->phrase[i].weight = cx_check_number(weight[i], "weight");
		CHECK_FOR_INTERRUPTS();
	}
	arrange(list);
	MemoryContextSwitchTo(old);
	return list;
}

const CxPhrases *
cx_phrases_arg(FunctionCallInfo fcinfo, int words_arg, int weights_arg)
{
	ArrayType  *words = PG_GETARG_ARRAYTYPE_P(words_arg);
	ArrayType  *weights;
	Size		skip = MAXALIGN(VARSIZE(words));
	Size		len;
	char	   *key;
	const CxPhrases *list;

	if (weights_arg < 0)
		return cx_kept(fcinfo->flinfo, words, VARSIZE(words), make_phrases);
	/* one array behind the other; what aligns the second is zero */
	weights = PG_GETARG_ARRAYTYPE_P(weights_arg);
	len = skip + VARSIZE(weights);
	key = palloc_extended(len, MCXT_ALLOC_HUGE);
	memset(key + skip - MAXIMUM_ALIGNOF, 0, MAXIMUM_ALIGNOF);
	memcpy(key, words, VARSIZE(words));
	memcpy(key + skip, weights, VARSIZE(weights));
	list = cx_kept(fcinfo->flinfo, key, len, make_phrases);
	pfree(key);
	return list;
}

/*
 * The last phrase that does not stand behind the text begins with every phrase
 * that the text begins with: those lie between it and them.
 */
const CxPhrase *
cx_phrase_at(const CxPhrases *list, const char *text, int len)
{
	int			low = 0;
	int			high = list->n;

	while (low < high)
	{
		int			middle = (low + high) / 2;
		const CxPhrase *p = &list->phrase[middle];

		if (cmp_bytes(p->bytes, p->len, text, len) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (int i = low - 1; i >= 0; i = list->phrase[i].shorter)
		if (begins_with(text, len, &list->phrase[i]))
			return &list->phrase[i];
	return NULL;
}
