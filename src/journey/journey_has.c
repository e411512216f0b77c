/*-------------------------------------------------------------------------
 *
 * src/journey/journey_has.c
 *	  Journeys and touch expressions: @& (all of them are met), @| (any), and
 *	  how many touches fit one.
 *
 * A stored journey has only such entries in its dictionary as occur, so an
 * expression is met by some touch if it is by some entry, and neither codes
 * nor times are read. (Of a damaged value the answer may differ.)
 *
 *-------------------------------------------------------------------------
 */
#include "journey/what.h"

#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */

typedef struct Question
{
	CxWhat	   *what;
	bool		has_null;
} Question;

static void *
make_question(const void *bytes, MemoryContext context, bool all)
{
	CxMemory	memory = cx_memory(context);
	Question   *question = MemoryContextAlloc(context, sizeof(Question));
	CxWhatList	list = cx_what_parse_array((ArrayType *) bytes, &memory);

	question->has_null = list.has_null;
	question->what = cx_what_make(list.steps, list.n, cx_need_from_steps(list.steps, list.n, all, &memory), context);
	return question;
}

static void *
make_all(const void *bytes, Size len, MemoryContext context)
{
	return make_question(bytes, context, true);
}

static void *
make_any(const void *bytes, Size len, MemoryContext context)
{
	return make_question(bytes, context, false);
}

/* Expressions that no entry has met yet, a bit for each. */
typedef struct Unmet
{
	uint64	   *rows;
	int			n;
} Unmet;

static inline void
mark_met(Unmet *unmet, int step)
{
	uint64		bit = UINT64CONST(1) << (step % 64);

	unmet->n -= (unmet->rows[step / 64] & bit) != 0;
	unmet->rows[step / 64] &= ~bit;
}

/* Does each of the expressions fit some entry, or some expression some entry? */
static bool
met(const CxWhat *what, const CxWhatView *view, bool all)
{
	uint64	   *row = palloc(sizeof(uint64) * Max(what->row, 1));
	Unmet		unmet = {palloc(sizeof(uint64) * Max(what->row, 1)), what->n};

	memset(unmet.rows, -1, sizeof(uint64) * what->row);
	for (int code = 0; code < view->n && unmet.n > (all ? 0 : what->n - 1); code++)
	{
		if (what->any_negated)
		{
			cx_what_row(what, view, code, row);
			for (int w = 0; w < what->row; w++)
			{
				unmet.n -= __builtin_popcountll(row[w] & unmet.rows[w]);
				unmet.rows[w] &= ~row[w];
			}
		}
		else
		{
			int			n = cx_what_fitting(what, view, code);

			for (int i = 0; i < n; i++)
				mark_met(&unmet, what->fitting[i]);
		}
		if (code % 1024 == 1023)
			CHECK_FOR_INTERRUPTS();
	}
	return all ? unmet.n == 0 : unmet.n < what->n;
}

static bool
has(FunctionCallInfo fcinfo, int journey_arg, bool all)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(1 - journey_arg);
	Question   *question = cx_kept(fcinfo->flinfo, array, VARSIZE(array), all ? make_all : make_any);
	CxJourney	j;
	CxWhatView	view;

	if (all && question->has_null)
		return false;
	/* the head first: of a large value, which is compressed or elsewhere, that may be all it takes */
	cx_journey_head(&j, PG_GETARG_DATUM(journey_arg));
	if (!cx_what_possible(question->what, j.signature))
		return false;
	cx_journey_open(&j, PG_GETARG_DATUM(journey_arg));
	return cx_what_view(question->what, &j, &view) && met(question->what, &view, all);
}

PG_FUNCTION_INFO_V1(journey_has_all);
Datum
journey_has_all(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(has(fcinfo, 0, true));
}

PG_FUNCTION_INFO_V1(journey_has_any);
Datum
journey_has_any(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(has(fcinfo, 0, false));
}

PG_FUNCTION_INFO_V1(journey_all_in);
Datum
journey_all_in(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(has(fcinfo, 1, true));
}

PG_FUNCTION_INFO_V1(journey_any_in);
Datum
journey_any_in(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(has(fcinfo, 1, false));
}

static void *
make_one(const void *bytes, Size len, MemoryContext context)
{
	CxMemory	memory = cx_memory(context);
	CxStep	   *step = MemoryContextAlloc(context, sizeof(CxStep));

	cx_what_parse(bytes, &memory, step);
	return cx_what_make(step, 1, cx_need_from_steps(step, 1, true, &memory), context);
}

#define CODES_AT_ONCE	1024	/* a multiple of 8, so that all but the last are unpacked in groups */

PG_FUNCTION_INFO_V1(journey_count_of);
Datum
journey_count_of(PG_FUNCTION_ARGS)
{
	text	   *expression = PG_GETARG_TEXT_PP(1);
	CxWhat	   *what = cx_kept(fcinfo->flinfo, expression, VARSIZE_ANY(expression), make_one);
	CxJourney	j;
	CxWhatView	view;
	uint64	   *fits;
	int32		count = 0;
	bool		any = false;

	cx_journey_head(&j, PG_GETARG_DATUM(0));
	if (!cx_what_possible(what, j.signature))
		PG_RETURN_INT32(0);
	cx_journey_open(&j, PG_GETARG_DATUM(0));
	if (!cx_what_view(what, &j, &view))
		PG_RETURN_INT32(0);
	fits = cx_what_rows(what, &view);
	for (int code = 0; code < view.n; code++)
		any |= fits[code] != 0;
	for (int from = 0; any && from < j.n; from += CODES_AT_ONCE)
	{
		uint32		codes[CODES_AT_ONCE];
		int			n = Min(CODES_AT_ONCE, j.n - from);

		cx_journey_codes(&j, from, n, codes);
		for (int i = 0; i < n; i++)
			count += (int32) fits[codes[i]];
		CHECK_FOR_INTERRUPTS();
	}
	PG_RETURN_INT32(count);
}
