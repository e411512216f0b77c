/*-------------------------------------------------------------------------
 *
 * src/journey/journey_io.c
 *	  Text and binary form of journey.
 *
 * Text: [2026-01-05T09:04:10.5Z cart@web/buy#shop csat:2/5 =49.9, ...]
 * A touch is a time, a touchpoint, and as far as known @channel, /stage,
 * #owner, an answer in feedback's own text form, and = with a value. Facets
 * may come in any order, blanks stand anywhere between these, and touches may
 * come in any order: those of one time keep theirs. How names, times and values
 * are spelled is told in journey_text.c.
 *
 * Binary: the packed bytes (journey.h). Names are in the encoding of the
 * server, as they are stored.
 *
 *-------------------------------------------------------------------------
 */
#include "journey/touches.h"

#include <math.h>

#include "feedback/feedback.h"
#include "journey/journey_text.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */

/* Marks of the facets; a touchpoint has none. */
static const char marks[CX_FACETS] = {'\0', '@', '/', '#'};

/* ---- writing ---- */

static void
append_touch(StringInfo buf, const CxUnpacked *u, const CxNameTexts *names, int i)
{
	const CxEntry *entry = &u->entries[u->codes[i]];
	char		text[Max(Max(CX_TIME_TEXT_MAX, CX_VALUE_TEXT_MAX), CX_ANSWER_TEXT_MAX)];

	appendBinaryStringInfo(buf, text, cx_time_to_text(u->times[i], text));
	appendStringInfoChar(buf, ' ');
	for (int f = 0; f < CX_FACETS; f++)
	{
		if (entry->name[f] < 0)
			continue;
		if (f != CX_TOUCHPOINT)
			appendStringInfoChar(buf, marks[f]);
		cx_append_name_text(buf, names, entry->name[f]);
	}
	if (u->answers != NULL && u->answers[i] != 0)
	{
		appendStringInfoChar(buf, ' ');
		appendBinaryStringInfo(buf, text, cx_answer_to_text(u->answers[i], text));
	}
	if (u->values != NULL && !isnan(u->values[i]))
	{
		appendStringInfoString(buf, " =");
		appendBinaryStringInfo(buf, text, cx_value_to_text(u->values[i], text));
	}
}

PG_FUNCTION_INFO_V1(journey_out);
Datum
journey_out(PG_FUNCTION_ARGS)
{
	CxJourney	j;
	StringInfoData buf;

	cx_journey_open(&j, PG_GETARG_DATUM(0));
	initStringInfo(&buf);
	appendStringInfoChar(&buf, '[');
	if (j.n > 0)
	{
		CxUnpacked	u = cx_journey_unpack(&j, 0, j.n);
		CxNameTexts names = cx_name_texts(u.names, j.names, cx_append_name);

		for (int i = 0; i < u.n; i++)
		{
			if (i > 0)
				appendStringInfoString(&buf, ", ");
			append_touch(&buf, &u, &names, i);
			CHECK_FOR_INTERRUPTS();
		}
	}
	appendStringInfoChar(&buf, ']');
	PG_RETURN_CSTRING(buf.data);
}

/* ---- reading ---- */

typedef struct Parser
{
	const char *at;
	CxTouches	touches;
	char	   *scratch[CX_FACETS];
	CxMistake	mistake;
	Node	   *escontext;
} Parser;

static bool
malformed(Parser *p, const char *at, const char *detail)
{
	p->mistake = (CxMistake) {ERRCODE_INVALID_TEXT_REPRESENTATION, at, NULL, detail};
	return false;
}

/* The facet with this mark; CX_TOUCHPOINT if it is none. */
static CxFacet
facet_of_mark(char c)
{
	for (int f = CX_FACETS - 1; f > CX_TOUCHPOINT; f--)
		if (marks[f] == c)
			return f;
	return CX_TOUCHPOINT;
}

static bool
parse_facets(Parser *p, CxTouch *touch)
{
	CxFacet		facet = CX_TOUCHPOINT;

	for (;;)
	{
		const char *mark;

		if (!cx_parse_name(&p->at, facet, &p->scratch[facet], &touch->facet[facet], &p->mistake))
			return false;
		mark = cx_skip_blanks(p->at);
		facet = facet_of_mark(*mark);
		if (facet == CX_TOUCHPOINT)
		{
			/* strchr() finds the end of the text too */
			if (mark > p->at || strchr("=,]", *mark) != NULL)
				return true;
			return malformed(p, mark,
							 "names with other characters than letters, digits and _ stand in double quotes");
		}
		if (!cx_name_absent(touch->facet[facet]))
			return malformed(p, mark, psprintf("the %s is there twice", cx_facet_name(facet)));
		p->at = cx_skip_blanks(mark + 1);
	}
}

/* Behind a blank, anything that does not end the touch and is no value. */
static bool
parse_feedback(Parser *p, CxTouch *touch)
{
	const char *start = cx_skip_blanks(p->at);
	CxTypedAnswer typed;
	const char *wrong;

	if (start == p->at || strchr("=,]", *start) != NULL)
		return true;
	p->at = start + strspn(start, "abcdefghijklmnopqrstuvwxyz");
	if (p->at == start || *p->at != ':')
		return malformed(p, start, "expected feedback, a value, a comma or ]; names with blanks stand in double quotes");
	p->at = start;
	wrong = cx_parse_answer(&p->at, &typed);
	if (wrong != NULL)			/* a sentence; the full stop comes with the message */
		return malformed(p, start, psprintf("expected feedback. %.*s", (int) strlen(wrong) - 1, wrong));
	return cx_typed_answer(&typed, &touch->feedback, p->escontext);
}

static bool
parse_value(Parser *p, CxTouch *touch)
{
	const char *start = cx_skip_blanks(p->at);

	if (*start != '=')
		return true;
	p->at = cx_skip_blanks(start + 1);
	return cx_parse_value(&p->at, &touch->value, &p->mistake);
}

static bool
parse_touch(Parser *p)
{
	CxTouch		touch = {.facet = {CX_NO_NAME, CX_NO_NAME, CX_NO_NAME, CX_NO_NAME}, .value = NAN};

	if (!cx_parse_time(&p->at, &touch.at, &p->mistake))
		return false;
	if (!cx_blank(*p->at))
		return malformed(p, p->at, "expected a blank behind the time");
	p->at = cx_skip_blanks(p->at);
	if (!parse_facets(p, &touch) || !parse_feedback(p, &touch) || !parse_value(p, &touch))
		return false;
	/* asked here, where it can be a soft error */
	if (p->touches.n >= CX_JOURNEY_MAX_TOUCHES)
		ereturn(p->escontext, false, CX_TOO_MANY_TOUCHES);
	cx_touches_add(&p->touches, &touch);
	p->at = cx_skip_blanks(p->at);
	return true;
}

static bool
parse_journey(Parser *p)
{
	p->at = cx_skip_blanks(p->at);
	if (*p->at != '[')
		return malformed(p, p->at, "expected [");
	p->at = cx_skip_blanks(p->at + 1);
	while (*p->at != ']')
	{
		if (!parse_touch(p))
			return false;
		if (*p->at == '\0')
			return malformed(p, p->at, "the closing bracket is missing");
		if (*p->at == ',')
		{
			p->at = cx_skip_blanks(p->at + 1);
			if (*p->at == ']')
				return malformed(p, p->at, "expected a touch behind the comma");
		}
		else if (*p->at != ']')
			return malformed(p, p->at, "expected a comma or ]");
		CHECK_FOR_INTERRUPTS();
	}
	p->at = cx_skip_blanks(p->at + 1);
	if (*p->at != '\0')
		return malformed(p, p->at, "nothing may follow the closing bracket");
	return true;
}

/* Bytes of the input that a message shows before and after the mistake; characters are not split. */
#define SHOWN_BEFORE	60
#define SHOWN_AFTER		60

static Datum
report_mistake(const char *input, const CxMistake *mistake, Node *escontext)
{
	int			len = (int) strlen(input);
	int			at = (int) (mistake->at - input);
	int			from = at > SHOWN_BEFORE ? pg_mbcliplen(input, len, at - SHOWN_BEFORE) : 0;
	int			shown = pg_mbcliplen(input + from, len - from, at - from + SHOWN_AFTER);
	int			character = pg_mbstrlen_with_len(input, at) + 1;

	if (mistake->message != NULL)
		ereturn(escontext, (Datum) 0,
				(errcode(mistake->sqlstate),
				 errmsg("%s", mistake->message),
				 errdetail("At character %d: %s.", character, mistake->detail)));
	ereturn(escontext, (Datum) 0,
			(errcode(mistake->sqlstate),
			 errmsg("invalid input syntax for type %s: \"%s%.*s%s\"", "journey",
					from > 0 ? "..." : "", shown, input + from, from + shown < len ? "..." : ""),
			 errdetail("At character %d: %s.", character, mistake->detail)));
}

PG_FUNCTION_INFO_V1(journey_in);
Datum
journey_in(PG_FUNCTION_ARGS)
{
	const char *input = PG_GETARG_CSTRING(0);
	Parser		p = {.at = input, .escontext = fcinfo->context};

	cx_touches_init(&p.touches, cx_dict_new(CurrentMemoryContext), CurrentMemoryContext);
	if (!parse_journey(&p))
	{
		/* what is wrong with feedback or with the number of touches has been told already */
		return p.mistake.sqlstate == 0 ? (Datum) 0 : report_mistake(input, &p.mistake, p.escontext);
	}
	PG_RETURN_JOURNEY(cx_touches_pack(&p.touches));
}

/* ---- binary ---- */

PG_FUNCTION_INFO_V1(journey_recv);
Datum
journey_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			len = buf->len - buf->cursor;
	const char *bytes = pq_getmsgbytes(buf, len);
	struct varlena *packed;

	if (!cx_journey_valid(bytes, len, true))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary representation of type %s", "journey")));
	packed = palloc(VARHDRSZ + len);
	SET_VARSIZE(packed, VARHDRSZ + len);
	memcpy(VARDATA(packed), bytes, len);
	PG_RETURN_JOURNEY(packed);
}

/* Looked through first, so that damage is told and not sent. */
PG_FUNCTION_INFO_V1(journey_send);
Datum
journey_send(PG_FUNCTION_ARGS)
{
	CxJourney	j;
	StringInfoData buf;

	cx_journey_open(&j, PG_GETARG_DATUM(0));
	if (!cx_journey_valid(j.bytes, j.len, false))
		cx_journey_damaged();
	pq_begintypsend(&buf);
	pq_sendbytes(&buf, (const char *) j.bytes, (int) j.len);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}
