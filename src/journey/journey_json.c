/*-------------------------------------------------------------------------
 *
 * src/journey/journey_json.c
 *	  A journey as a JSON array of touches, and back.
 *
 * [{"at": "2026-01-05T09:04:10.5Z", "touchpoint": "cart", "channel": "web",
 *	 "feedback": "csat:2", "value": 49.9}, ...]
 * What a touch does not have is left out. Names come out as strings always, so
 * that a key has one type; numbers are taken as names too, since that is what a
 * table's integer keys become in JSON. Feedback is taken as text or as the
 * object that feedback itself turns into.
 *
 *-------------------------------------------------------------------------
 */
#include "journey/touches.h"

#include <math.h>

#include "feedback/feedback.h"
#include "journey/journey_text.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"	/* jsonb_in, numeric_out */
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

/* ---- writing ---- */

static void
append_json_name(StringInfo buf, CxName name)
{
	char		digits[CX_NAME_DIGITS];
	int			len;
	const char *bytes = cx_name_text(name, digits, &len);
	char	   *text = pnstrdup(bytes, len);

	escape_json(buf, text);
	pfree(text);
}

static void
append_touch(StringInfo buf, const CxUnpacked *u, const CxNameTexts *names, int i)
{
	const CxEntry *entry = &u->entries[u->codes[i]];
	char		text[Max(Max(CX_TIME_TEXT_MAX, CX_VALUE_TEXT_MAX), CX_ANSWER_TEXT_MAX)];

	cx_time_to_text(u->times[i], text);
	appendStringInfo(buf, "{\"at\": \"%s\"", text);
	for (int f = 0; f < CX_FACETS; f++)
	{
		if (entry->name[f] < 0)
			continue;
		appendStringInfo(buf, ", \"%s\": ", cx_facet_name(f));
		cx_append_name_text(buf, names, entry->name[f]);
	}
	if (u->answers != NULL && u->answers[i] != 0)
	{
		cx_answer_to_text(u->answers[i], text);
		appendStringInfo(buf, ", \"feedback\": \"%s\"", text);
	}
	if (u->values != NULL && !isnan(u->values[i]))
	{
		cx_value_to_text(u->values[i], text);
		appendStringInfo(buf, ", \"value\": %s", text);
	}
	appendStringInfoChar(buf, '}');
}

/*
 * One element more behind the others of a jsonb array (utils/jsonb.h): data
 * aligned as integers, an entry with its length or, for every so many, with
 * where it ends.
 */
static void
append_element(StringInfo array, int i, const Jsonb *element, Size *end)
{
	int			before = array->len;
	JEntry		entry;

	while (array->len != INTALIGN(array->len))
		appendStringInfoChar(array, '\0');
	appendBinaryStringInfo(array, VARDATA(element), VARSIZE(element) - VARHDRSZ);
	*end += array->len - before;
	if (*end > JENTRY_OFFLENMASK)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("journey is too large for jsonb"),
				 errdetail("The elements of a jsonb array take at most %d bytes.", JENTRY_OFFLENMASK)));
	entry = JENTRY_ISCONTAINER | (i % JB_OFFSET_STRIDE == 0 ? JENTRY_HAS_OFF | *end : array->len - before);
	memcpy(array->data + offsetof(Jsonb, root.children) + i * sizeof(JEntry), &entry, sizeof(JEntry));
}

/*
 * Through the server's JSON parser: the functions that build jsonb piece by
 * piece differ between versions. Touch by touch, since it looks for no
 * interrupts while it makes a jsonb of a text.
 */
PG_FUNCTION_INFO_V1(journey_to_jsonb);
Datum
journey_to_jsonb(PG_FUNCTION_ARGS)
{
	CxJourney	j;
	StringInfoData array;
	uint32		header;
	Size		end = 0;

	cx_journey_open(&j, PG_GETARG_DATUM(0));
	header = JB_FARRAY | j.n;
	initStringInfo(&array);
	enlargeStringInfo(&array, offsetof(Jsonb, root.children) + j.n * sizeof(JEntry));
	array.len = offsetof(Jsonb, root.children) + j.n * sizeof(JEntry);
	memcpy(array.data + offsetof(Jsonb, root.header), &header, sizeof(header));
	if (j.n > 0)
	{
		CxUnpacked	u = cx_journey_unpack(&j, 0, j.n);
		CxNameTexts names = cx_name_texts(u.names, j.names, append_json_name);
		MemoryContext each = AllocSetContextCreate(CurrentMemoryContext, "touch as jsonb", ALLOCSET_SMALL_SIZES);
		StringInfoData text;

		initStringInfo(&text);
		for (int i = 0; i < u.n; i++)
		{
			MemoryContext old;
			Datum		element;

			resetStringInfo(&text);
			append_touch(&text, &u, &names, i);
			old = MemoryContextSwitchTo(each);
			element = DirectFunctionCall1(jsonb_in, CStringGetDatum(text.data));
			MemoryContextSwitchTo(old);
			append_element(&array, i, DatumGetJsonbP(element), &end);
			MemoryContextReset(each);
			CHECK_FOR_INTERRUPTS();
		}
		MemoryContextDelete(each);
	}
	SET_VARSIZE(array.data, array.len);
	PG_RETURN_POINTER(array.data);
}

/* ---- reading ---- */

#define SHOWN		64			/* bytes of a key in a message */

/* Keys of a touch; the first ones are the facets in their order. */
enum
{
	KEY_AT = CX_FACETS,
	KEY_FEEDBACK,
	KEY_VALUE
};

static const char *const keys[] = {"touchpoint", "channel", "stage", "owner", "at", "feedback", "value", NULL};

/* Keys of an answer. */
enum
{
	KEY_KIND,
	KEY_SCORE,
	KEY_SCALE_MIN,
	KEY_SCALE_MAX,
	ANSWER_KEYS
};

static const char *const answer_keys[] = {"kind", "score", "scale_min", "scale_max", NULL};

typedef struct Reader
{
	JsonbIterator *at;
	int			touch;			/* its number, from 1, for messages */
	const char *key;
	CxTouches	touches;
} Reader;

pg_noreturn static void wrong(const char *detail);
pg_noreturn static void wrong_value(const Reader *r, const char *expected);

static void
wrong(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid JSON for type %s", "journey"),
			 errdetail("%s", detail)));
}

static void
wrong_value(const Reader *r, const char *expected)
{
	wrong(psprintf("Touch %d, key \"%s\": expected %s.", r->touch, r->key, expected));
}

/* What a parser of journey_text.c did not like, or what it did not read to its end. */
static void
check_parsed(const Reader *r, bool ok, const char *rest, CxMistake *mistake)
{
	if (ok && *rest == '\0')
		return;
	if (ok)
		wrong_value(r, "nothing more behind it");
	if (mistake->message == NULL)
		wrong(psprintf("Touch %d, key \"%s\": %s.", r->touch, r->key, mistake->detail));
	ereport(ERROR,
			(errcode(mistake->sqlstate),
			 errmsg("%s", mistake->message),
			 errdetail("Touch %d, key \"%s\": %s.", r->touch, r->key, mistake->detail)));
}

static int
find_key(const JsonbValue *key, const char *const *known)
{
	for (int i = 0; known[i] != NULL; i++)
		if (strlen(known[i]) == (size_t) key->val.string.len &&
			memcmp(known[i], key->val.string.val, key->val.string.len) == 0)
			return i;
	return -1;
}

static char *
string_of(const JsonbValue *v)
{
	return pnstrdup(v->val.string.val, v->val.string.len);
}

/* A key of the user's in a message: not all of it if it is long. */
static char *
shown(const JsonbValue *key)
{
	int			len = pg_mbcliplen(key->val.string.val, key->val.string.len, SHOWN);

	return psprintf("%.*s%s", len, key->val.string.val, len < key->val.string.len ? "..." : "");
}

static char *
number_of(const JsonbValue *v)
{
	return DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(v->val.numeric)));
}

/* The digits of a whole number, also where JSON says 7.0; NULL if it is none. */
static char *
whole_of(const JsonbValue *v)
{
	char	   *text = number_of(v);
	size_t		digits = strspn(text + (*text == '-'), "0123456789") + (*text == '-');

	if (text[digits] == '.' && text[digits + 1 + strspn(text + digits + 1, "0")] == '\0')
		text[digits] = '\0';
	return text[digits] == '\0' ? text : NULL;
}

static CxName
read_name(const Reader *r, const JsonbValue *v, CxFacet facet)
{
	CxName		name;

	if (v->type == jbvString)
		name = cx_name(v->val.string.val, v->val.string.len);
	else
	{
		char	   *digits = v->type == jbvNumeric ? whole_of(v) : NULL;

		if (digits == NULL || *digits == '-')
			wrong_value(r, "a string or a whole number from 0 on");
		name = cx_name(digits, (int) strlen(digits));
	}
	cx_name_check(name, facet);
	return name;
}

static TimestampTz
read_time(const Reader *r, const JsonbValue *v)
{
	TimestampTz time = 0;
	CxMistake	mistake;
	const char *at;
	bool		ok;

	if (v->type != jbvString)
		wrong_value(r, "a time such as \"2026-01-05T09:00:00Z\"");
	at = string_of(v);
	ok = cx_parse_time(&at, &time, &mistake);
	check_parsed(r, ok, at, &mistake);
	return time;
}

static double
read_value(const Reader *r, const JsonbValue *v)
{
	double		value = NAN;
	CxMistake	mistake;
	const char *at;
	bool		ok;

	if (v->type != jbvNumeric)
		wrong_value(r, "a number");
	at = number_of(v);
	ok = cx_parse_value(&at, &value, &mistake);
	check_parsed(r, ok, at, &mistake);
	return value;
}

static CxAnswer
read_answer(const Reader *r, const char *text)
{
	CxTypedAnswer typed;
	CxAnswer	answer = 0;
	const char *at = text;
	const char *no = cx_parse_answer(&at, &typed);

	if (no == NULL && *at != '\0')
		no = "Something stands behind the answer.";
	if (no != NULL)
		wrong(psprintf("Touch %d, key \"%s\": expected feedback. %s", r->touch, r->key, no));
	(void) cx_typed_answer(&typed, &answer, NULL);
	return answer;
}

/* The object is opened already. It is put together to the text of an answer, and read as that. */
static CxAnswer
read_answer_object(Reader *r)
{
	char	   *part[ANSWER_KEYS] = {NULL};
	JsonbValue	v;

	while (JsonbIteratorNext(&r->at, &v, true) == WJB_KEY)
	{
		int			key = find_key(&v, answer_keys);

		if (key < 0)
			wrong_value(r, psprintf("kind, score, scale_min and scale_max, not \"%s\"", shown(&v)));
		(void) JsonbIteratorNext(&r->at, &v, true);
		if (v.type == jbvNull)
			continue;
		if (v.type != (key == KEY_KIND ? jbvString : jbvNumeric))
			wrong_value(r, "a string as kind, and numbers");
		part[key] = key == KEY_KIND ? string_of(&v) : key == KEY_SCORE ? number_of(&v) : whole_of(&v);
		if (part[key] == NULL)
			wrong_value(r, "whole numbers as bounds of the scale");
	}
	if (part[KEY_KIND] == NULL || part[KEY_SCORE] == NULL)
		wrong_value(r, "kind and score");
	if ((part[KEY_SCALE_MIN] == NULL) != (part[KEY_SCALE_MAX] == NULL))
		wrong_value(r, "both ends of the scale, or none");
	if (part[KEY_SCALE_MIN] == NULL)
		return read_answer(r, psprintf("%s:%s", part[KEY_KIND], part[KEY_SCORE]));
	return read_answer(r, psprintf("%s:%s/%s..%s", part[KEY_KIND], part[KEY_SCORE], part[KEY_SCALE_MIN],
								   part[KEY_SCALE_MAX]));
}

static CxAnswer
read_feedback(Reader *r, JsonbIteratorToken token, const JsonbValue *v)
{
	if (token == WJB_BEGIN_OBJECT)
		return read_answer_object(r);
	if (v->type != jbvString)
		wrong_value(r, "a string such as \"csat:4\", or an object");
	return read_answer(r, string_of(v));
}

/* The object of a touch is opened already. */
static void
read_touch(Reader *r)
{
	CxTouch		touch = {DT_NOBEGIN, {CX_NO_NAME, CX_NO_NAME, CX_NO_NAME, CX_NO_NAME}, 0, NAN};
	JsonbValue	v;

	while (JsonbIteratorNext(&r->at, &v, false) == WJB_KEY)
	{
		int			key = find_key(&v, keys);
		JsonbIteratorToken token;

		if (key < 0)
			wrong(psprintf("Touch %d has the unknown key \"%s\".", r->touch, shown(&v)));
		r->key = keys[key];
		token = JsonbIteratorNext(&r->at, &v, false);
		if (token == WJB_VALUE && v.type == jbvNull)
			continue;
		if (key == KEY_AT)
			touch.at = read_time(r, &v);
		else if (key == KEY_FEEDBACK)
			touch.feedback = read_feedback(r, token, &v);
		else if (key == KEY_VALUE)
			touch.value = read_value(r, &v);
		else
			touch.facet[key] = read_name(r, &v, (CxFacet) key);
	}
	if (touch.at == DT_NOBEGIN)
		wrong(psprintf("Touch %d has no time (key \"at\").", r->touch));
	if (cx_name_absent(touch.facet[CX_TOUCHPOINT]))
		wrong(psprintf("Touch %d has no touchpoint.", r->touch));
	cx_touches_add(&r->touches, &touch);
}

PG_FUNCTION_INFO_V1(journey_from_jsonb);
Datum
journey_from_jsonb(PG_FUNCTION_ARGS)
{
	Jsonb	   *jsonb = PG_GETARG_JSONB_P(0);
	Reader		r = {0};
	/* what reading a touch leaves behind goes before the next one */
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "touch", ALLOCSET_SMALL_SIZES);
	JsonbIteratorToken token;
	JsonbValue	v;

	cx_touches_init(&r.touches, cx_dict_new(CurrentMemoryContext), CurrentMemoryContext);
	r.at = JsonbIteratorInit(&jsonb->root);
	/* a scalar is kept as an array of one */
	if (JsonbIteratorNext(&r.at, &v, false) != WJB_BEGIN_ARRAY || v.val.array.rawScalar)
		wrong("It is not an array of touches.");
	while ((token = JsonbIteratorNext(&r.at, &v, false)) != WJB_END_ARRAY)
	{
		MemoryContext caller = MemoryContextSwitchTo(scratch);

		r.touch++;
		if (token != WJB_BEGIN_OBJECT)
			wrong(psprintf("Touch %d is not an object.", r.touch));
		read_touch(&r);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(scratch);
		CHECK_FOR_INTERRUPTS();
	}
	MemoryContextDelete(scratch);
	PG_RETURN_JOURNEY(cx_touches_pack(&r.touches));
}
