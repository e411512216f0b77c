/*-------------------------------------------------------------------------
 *
 * src/organisation/contact_question.c
 *	  Questions of one or two touch expressions (see contact_question.h).
 *
 *-------------------------------------------------------------------------
 */
#include "organisation/contact_question.h"

#include "core/interval.h"
#include "core/renew.h"
#include "mb/pg_wchar.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

void
cx_not_null(FunctionCallInfo fcinfo, int arg, const char *name)
{
	if (PG_ARGISNULL(arg))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s is NULL", name)));
}

uint64
cx_window_arg(FunctionCallInfo fcinfo, int arg, const char *name)
{
	cx_not_null(fcinfo, arg, name);
	return cx_interval_microseconds(PG_GETARG_INTERVAL_P(arg), name);
}

/* ---- making a question ---- */

/* What a question is made of: these bytes, and for each expression an int32 with its length and the bytes. */
typedef struct Key
{
	char		n;
	char		needed;
} Key;

#define SHORT_KEY	256

/* What patterns would write for it, in "context". */
static char *
spell(const CxStep *step, int *len, MemoryContext context)
{
	char	   *text;

	*len = (int) cx_step_print(step, NULL);
	text = MemoryContextAlloc(context, Max(*len, 1));
	cx_step_print(step, text);
	return text;
}

static void *
make_question(const void *bytes, Size size, MemoryContext context)
{
	static uint64 last_id = 0;
	const Key  *key = bytes;
	const char *at = (const char *) bytes + sizeof(Key);
	CxQuestion *q = MemoryContextAllocZero(context, sizeof(CxQuestion));
	CxStep	   *steps = MemoryContextAllocZero(context, sizeof(CxStep) * CX_QUESTION_MAX);
	CxMemory	memory = cx_memory(context);

	q->context = context;
	q->n = key->n;
	for (int i = 0; i < q->n; i++)
	{
		int32		len;
		text	   *t;

		memcpy(&len, at, sizeof(len));
		at += sizeof(len);
		t = palloc(VARHDRSZ + (Size) len);
		SET_VARSIZE(t, VARHDRSZ + (Size) len);
		memcpy(VARDATA(t), at, len);
		at += len;
		cx_what_parse(t, &memory, &steps[i]);
		q->text[i] = spell(&steps[i], &q->len[i], context);
		pfree(t);
	}
	q->what = cx_what_make(steps, q->n, cx_need_from_steps(steps, key->needed, true, &memory), context);
	q->masks = cx_masks_make(q->what, context);
	q->id = ++last_id;
	return q;
}

CxQuestion *
cx_question_arg(FunctionCallInfo fcinfo, int arg, int n, int needed, const char *const *names)
{
	const text *expression[CX_QUESTION_MAX];
	union
	{
		Key			key;
		char		bytes[SHORT_KEY];
	}			small;
	Key		   *key = &small.key;
	char	   *at;
	Size		size = sizeof(Key);
	CxQuestion *q;

	for (int i = 0; i < n; i++)
	{
		cx_not_null(fcinfo, arg + i, names[i]);
		expression[i] = PG_GETARG_TEXT_PP(arg + i);
		size += sizeof(int32) + VARSIZE_ANY_EXHDR(expression[i]);
	}
	if (size > SHORT_KEY)
		key = MemoryContextAllocHuge(CurrentMemoryContext, size);
	key->n = (char) n;
	key->needed = (char) needed;
	at = (char *) key + sizeof(Key);
	for (int i = 0; i < n; i++)
	{
		int32		len = (int32) VARSIZE_ANY_EXHDR(expression[i]);

		memcpy(at, &len, sizeof(len));
		memcpy(at + sizeof(len), VARDATA_ANY(expression[i]), len);
		at += sizeof(len) + len;
	}
	q = cx_kept(fcinfo->flinfo, key, size, make_question);
	if (key != &small.key)
		pfree(key);
	return q;
}

/* ---- asking a journey ---- */

bool
cx_question_open(const CxQuestion *q, Datum journey, CxJourney *j)
{
	/* the head first: of a large value, which is compressed or elsewhere, that may be all it takes */
	cx_journey_head(j, journey);
	if (j->n == 0 || !cx_what_possible(q->what, j->signature))
		return false;
	cx_journey_open(j, journey);
	return true;
}

static void
make_room(CxQuestion *q, const CxJourney *j)
{
	if (j->n > q->room)
	{
		int			n = Max(j->n, Min(2 * q->room, CX_JOURNEY_MAX_TOUCHES));

		q->room = 0;
		CX_RENEW(q->position, q->context, n);
		CX_RENEW(q->codes, q->context, n);
		CX_RENEW(q->times, q->context, n);
		CX_RENEW(q->between, q->context, n);
		q->room = n;
	}
	if (j->entries > q->entries_room)
	{
		int			n = Max(j->entries, CX_MASKS_FIRST);

		q->entries_room = 0;
		CX_RENEW(q->fits, q->context, n);
		q->entries_room = n;
	}
	if (j->names > q->names_room)
	{
		q->names_room = 0;
		CX_RENEW(q->of_names, q->context, j->names);
		q->names_room = j->names;
	}
}

/* What touches of each code fit; gives what any of them does, or more. */
static uint64
read_dictionary(CxQuestion *q, const CxJourney *j)
{
	CxWhatView	view;
	uint64	   *rows;

	if (likely(q->masks != NULL))
		return cx_masks_of(q->masks, j, q->of_names, q->fits);
	if (!cx_what_view(q->what, j, &view))
		return 0;
	rows = cx_what_rows(q->what, &view);
	memcpy(q->fits, rows, sizeof(uint64) * view.n);
	return CX_FIRST | CX_SECOND;
}

int
cx_question_find(CxQuestion *q, const CxJourney *j, uint64 begin)
{
	make_room(q, j);
	q->found = 0;
	q->seen = 0;
	if ((read_dictionary(q, j) & begin) != 0)
		q->found = cx_masks_scan(j, q->fits, begin, q->position, q->codes, &q->seen);
	return q->found;
}

void
cx_question_times(CxQuestion *q, const CxJourney *j, int from, int until)
{
	int32		first;

	if (from >= until)
		return;
	first = q->position[from];
	cx_journey_times(j, first, q->position[until - 1] - first + 1, q->between);
	for (int i = from; i < until; i++)
		q->times[i] = q->between[q->position[i] - first];
}

/* ---- what was asked ---- */

#define SHOWN	100				/* bytes of an expression in messages */

/* "preceded_agg(call, web, 86400 seconds)" */
static const char *
describe(const CxAskedKind *kind, char *const *text, const int *len, uint64 window)
{
	if (kind->n == 0)
		return psprintf("%s()", kind->name);
	if (kind->n == 1)
		return psprintf("%s(%.*s, %.15g seconds)", kind->name, pg_mbcliplen(text[0], len[0], SHOWN), text[0],
						(double) window / USECS_PER_SEC);
	return psprintf("%s(%.*s, %.*s, %.15g seconds)", kind->name, pg_mbcliplen(text[0], len[0], SHOWN), text[0],
					pg_mbcliplen(text[1], len[1], SHOWN), text[1], (double) window / USECS_PER_SEC);
}

static bool
same(const CxAsked *asked, int kind, char *const *text, const int *len, uint64 window)
{
	if (asked->kind != kind || asked->window != window)
		return false;
	for (int i = 0; i < asked->kinds[kind].n; i++)
		if (asked->len[i] != len[i] || memcmp(asked->text[i], text[i], len[i]) != 0)
			return false;
	return true;
}

static void
need(CxAsked *asked, const CxAskedKind *kinds, int kind, char *const *text, const int *len, uint64 window,
	 MemoryContext context, const char *noun)
{
	if (!asked->known)
	{
		asked->kinds = kinds;
		asked->kind = kind;
		asked->window = window;
		for (int i = 0; i < kinds[kind].n; i++)
		{
			asked->text[i] = MemoryContextAlloc(context, Max(len[i], 1));
			memcpy(asked->text[i], text[i], len[i]);
			asked->len[i] = len[i];
		}
		asked->known = true;
	}
	else if (unlikely(!same(asked, kind, text, len, window)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s that were asked for differently cannot be merged", noun),
				 errdetail("One is of %s, the other of %s.",
						   describe(&kinds[asked->kind], asked->text, asked->len, asked->window),
						   describe(&kinds[kind], text, len, window))));
}

void
cx_asked_same(CxAsked *asked, const CxAskedKind *kinds, int kind, const CxQuestion *question, uint64 window,
			  MemoryContext context, const char *noun)
{
	static char *const no_text[CX_QUESTION_MAX] = {NULL, NULL};
	static const int no_len[CX_QUESTION_MAX] = {0, 0};
	uint64		id = question != NULL ? question->id : 0;

	if (asked->known && asked->id == id && asked->kind == kind && asked->window == window)
		return;
	need(asked, kinds, kind, question != NULL ? question->text : no_text, question != NULL ? question->len : no_len,
		 window, context, noun);
	asked->id = id;
}

void
cx_asked_merge(CxAsked *asked, const CxAsked *from, MemoryContext context, const char *noun)
{
	if (from->known)
		need(asked, from->kinds, from->kind, from->text, from->len, from->window, context, noun);
}

void
cx_asked_write(const CxAsked *asked, CxWriter *w)
{
	int			n = asked->known ? asked->kinds[asked->kind].n : 0;

	cx_write_byte(w, (uint8) asked->kind);
	if (n > 0)
		cx_write_varint(w, asked->window);
	for (int i = 0; i < n; i++)
	{
		cx_write_varint(w, asked->len[i]);
		cx_write_bytes(w, asked->text[i], asked->len[i]);
	}
}

/* An expression just as spell() writes it. */
static bool
read_expression(CxReader *r, char **text, int *len)
{
	CxMemory	memory = cx_memory(CurrentMemoryContext);
	uint64		n = cx_read_varint(r);
	const char *bytes = (const char *) r->at;
	CxStep		step;
	CxParseError error;
	bool		equal;

	if (!r->ok || n == 0 || n > (uint64) (r->end - r->at) || n > PG_INT32_MAX ||
		!pg_verify_mbstr(GetDatabaseEncoding(), bytes, (int) n, true) ||
		cx_step_parse_strict(bytes, (int) n, 0, &memory, &step, &error) != (int) n)
		return false;
	*text = spell(&step, len, CurrentMemoryContext);
	equal = *len == (int) n && memcmp(*text, bytes, n) == 0;
	r->at += n;
	return equal;
}

bool
cx_asked_read(CxAsked *asked, const CxAskedKind *kinds, int n_kinds, CxReader *r)
{
	uint8		kind = cx_read_byte(r);

	if (!r->ok || kind >= n_kinds)
		return false;
	asked->known = true;
	asked->id = 0;
	asked->kinds = kinds;
	asked->kind = kind;
	if (kinds[kind].n == 0)
		return true;
	asked->window = cx_read_varint(r);
	if (!r->ok || asked->window > PG_INT64_MAX)
		return false;
	for (int i = 0; i < kinds[kind].n; i++)
		if (!read_expression(r, &asked->text[i], &asked->len[i]))
			return false;
	return true;
}
