/*-------------------------------------------------------------------------
 *
 * src/feedback/tally_io.c
 *	  Text and binary form of tally, and the same for its working state.
 *
 * Text: tally{unknown: missing=1; nps: 0=1 7=2 9=3 missing=2; csat/10: 8=5}
 * A section per kind and scale; in it, how often each answer was given. With
 * weights, the sum of the weights and of their squares stand in parentheses:
 * 9=3(4.5,6.75). The tag in front keeps tally('nps:9'), which PostgreSQL reads
 * as a cast, from being anything but an error.
 *
 *-------------------------------------------------------------------------
 */
#include "feedback/tally.h"

#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */

#define TAG			"tally{"
#define UNKNOWN		"unknown"
#define MISSING		"missing"

#define SUM_DECIMALS		6
#define SQUARES_DECIMALS	12

/* ---- writing ---- */

/* A whole number of 10^-decimals, without trailing zeros. */
static void
append_fixed(StringInfo buf, int128 value, int decimals)
{
	char		digits[64];
	char	   *at = digits + sizeof(digits);
	bool		started = false;

	*--at = '\0';
	for (int i = 0; i <= decimals || value != 0; i++)
	{
		char		digit = '0' + (char) (value % 10);

		value /= 10;
		if (i < decimals && digit == '0' && !started)
			continue;
		if (i == decimals && started)
			*--at = '.';
		started = true;
		*--at = digit;
	}
	appendStringInfoString(buf, at);
}

static char *
tally_to_text(TallyList list)
{
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfoString(&buf, TAG);
	for (int i = 0; i < list.n; i++)
	{
		CxAnswer	answer = list.items[i].answer;
		TallyWeight unit = tally_unit_weight(list.items[i].count);
		char		text[CX_ANSWER_TEXT_MAX];

		if (i == 0 || CX_ANSWER_SCALE_BITS(answer) != CX_ANSWER_SCALE_BITS(list.items[i - 1].answer))
		{
			if (answer == CX_MISSING_UNKNOWN)
				strcpy(text, UNKNOWN);
			else
				cx_section_to_text(cx_answer_scale(answer), text);
			appendStringInfo(&buf, "%s%s:", i > 0 ? "; " : "", text);
		}
		if (cx_answer_is_missing(answer))
			strcpy(text, MISSING);
		else
			cx_milli_to_text(cx_answer_milli(answer), text);
		appendStringInfo(&buf, " %s=" INT64_FORMAT, text, list.items[i].count);
		if (list.items[i].weight.sum != unit.sum || list.items[i].weight.squares != unit.squares)
		{
			appendStringInfoChar(&buf, '(');
			append_fixed(&buf, list.items[i].weight.sum, SUM_DECIMALS);
			appendStringInfoChar(&buf, ',');
			append_fixed(&buf, list.items[i].weight.squares, SQUARES_DECIMALS);
			appendStringInfoChar(&buf, ')');
		}
		if (i % 65536 == 65535)
			CHECK_FOR_INTERRUPTS();
	}
	appendStringInfoChar(&buf, '}');
	return buf.data;
}

/* ---- reading ---- */

typedef struct Parser
{
	const char *at;
	const char *wrong;			/* what is wrong at "at", once something is */
	bool		too_many;		/* or more answers than a tally may hold */
} Parser;

static void
skip_blanks(Parser *p)
{
	while (*p->at == ' ' || (*p->at >= '\t' && *p->at <= '\r'))
		p->at++;
}

static bool
expect(Parser *p, const char *word, const char *wrong)
{
	size_t		len = strlen(word);

	if (strncmp(p->at, word, len) != 0)
	{
		if (wrong != NULL)
			p->wrong = wrong;
		return false;
	}
	p->at += len;
	return true;
}

/* A number from 0 to "most" in units of 10^-decimals. */
static bool
parse_fixed(Parser *p, int decimals, int128 most, int128 *value)
{
	int			left = -1;		/* decimals still to come; -1 before the point */

	if (!(*p->at >= '0' && *p->at <= '9'))
		return false;
	for (*value = 0; left != 0; p->at++)
	{
		if (*p->at == '.' && left < 0 && p->at[1] >= '0' && p->at[1] <= '9')
		{
			if (decimals == 0)
				break;
			left = decimals;
			continue;
		}
		if (!(*p->at >= '0' && *p->at <= '9'))
			break;
		*value = *value * 10 + (*p->at - '0');
		if (*value > most)
			return false;
		if (left > 0)
			left--;
	}
	for (left = left < 0 ? decimals : left; left > 0; left--)
	{
		*value *= 10;
		if (*value > most)
			return false;
	}
	return true;
}

/* score=count, score=count(sum,squares) or missing=count */
static bool
parse_item(Parser *p, CxScale scale, bool unknown, TallyItem *item, bool *weighted)
{
	int64		milli;
	int128		number;
	bool		too_fine;
	CxAnswer	answer;

	*weighted = false;
	if (expect(p, MISSING, NULL))
		answer = unknown ? CX_MISSING_UNKNOWN : cx_answer_missing(scale);
	else if (unknown || !cx_parse_milli(&p->at, &milli, &too_fine) || too_fine)
	{
		p->wrong = "an answer with up to three decimals, or missing, is expected";
		return false;
	}
	else
	{
		int64		offset = milli - (int64) scale.lo * CX_UNIT;

		if (offset < 0 || offset > (int64) (scale.hi - scale.lo) * CX_UNIT)
		{
			p->wrong = "the answer before it is off its scale";
			return false;
		}
		answer = CX_ANSWER_PACK(scale.kind, scale.lo, scale.hi, offset);
	}
	if (!expect(p, "=", "= is expected"))
		return false;
	if (!parse_fixed(p, 0, CX_MAX_COUNT, &number) || number == 0)
	{
		p->wrong = "a count from 1 to 2^56 is expected";
		return false;
	}
	item->answer = answer;
	item->count = (int64) number;
	item->weight = tally_unit_weight(item->count);
	if (cx_answer_is_missing(answer) || !expect(p, "(", NULL))
		return true;
	*weighted = true;
	if (!parse_fixed(p, SUM_DECIMALS, CX_MAX_WEIGHTS, &item->weight.sum) || !expect(p, ",", NULL) ||
		!parse_fixed(p, SQUARES_DECIMALS, CX_MAX_SQUARES, &item->weight.squares) || !expect(p, ")", NULL) ||
		!tally_item_valid(item))
	{
		p->wrong = "a sum of weights and of their squares is expected before it, as in (4.5,6.75)";
		return false;
	}
	return true;
}

static bool
parse_heading(Parser *p, CxScale *scale, bool *unknown)
{
	*unknown = expect(p, UNKNOWN, NULL);
	if (!*unknown)
	{
		if (!cx_parse_kind(&p->at, &scale->kind))
			p->wrong = "a kind is expected: nps, csat, ces, effort, success, emotion, rating or unknown";
		else if (!cx_parse_scale(&p->at, scale) || !cx_scale_valid(*scale))
			p->wrong = "the scale before it is none of this kind";
		if (p->wrong != NULL)
			return false;
	}
	return expect(p, ":", "a colon is expected behind the kind");
}

/* NULL with "wrong" set when the text is no tally */
static TallyState *
parse_tally(Parser *p)
{
	TallyState *state = tally_state_new();
	int			answers = 0;

	skip_blanks(p);
	if (!expect(p, TAG, "it has to begin with tally{"))
		return NULL;
	skip_blanks(p);
	while (*p->at != '}')
	{
		CxScale		scale = {0};
		bool		unknown;

		if (!parse_heading(p, &scale, &unknown))
			return NULL;
		skip_blanks(p);
		do
		{
			TallyItem	item;
			bool		weighted;

			if (!parse_item(p, scale, unknown, &item, &weighted))
				return NULL;
			if (tally_state_holds(state, item.answer))
			{
				p->wrong = "the answer before it is there twice";
				return NULL;
			}
			p->too_many = answers++ == CX_TALLY_MAX_ANSWERS;
			if (p->too_many)
				return NULL;
			state = tally_state_add(state, &item, weighted);
			skip_blanks(p);
			CHECK_FOR_INTERRUPTS();
		} while (*p->at != ';' && *p->at != '}' && *p->at != '\0');
		if (*p->at == ';')
		{
			p->at++;
			skip_blanks(p);
			if (*p->at != '}')
				continue;
			p->wrong = "a section is expected behind the semicolon";
			return NULL;
		}
		if (*p->at == '\0')
			break;
	}
	if (!expect(p, "}", "the closing brace is missing"))
		return NULL;
	skip_blanks(p);
	if (*p->at != '\0')
		p->wrong = "nothing may follow the closing brace";
	return p->wrong == NULL ? state : NULL;
}

static TallyState *
tally_from_text(const char *input, const char *type, Node *escontext)
{
	Parser		p = {input, NULL, false};
	TallyState *state = parse_tally(&p);

	if (p.too_many)
		ereturn(escontext, NULL, CX_TOO_MANY_ANSWERS);
	if (state == NULL)
		ereturn(escontext, NULL,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s: \"%s\"", type, input),
				 errdetail("At character %d %s.", (int) (p.at - input) + 1, p.wrong)));
	return state;
}

/* ---- the SQL functions ---- */

PG_FUNCTION_INFO_V1(tally_in);
Datum
tally_in(PG_FUNCTION_ARGS)
{
	TallyState *state = tally_from_text(PG_GETARG_CSTRING(0), "tally", fcinfo->context);

	if (state == NULL)
		return (Datum) 0;
	PG_RETURN_TALLY(tally_state_list(state));
}

PG_FUNCTION_INFO_V1(tally_out);
Datum
tally_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(tally_to_text(PG_GETARG_TALLY(0)));
}

static TallyList
tally_from_message(StringInfo buf, const char *type)
{
	int			len = buf->len - buf->cursor;
	TallyList	list;

	if (!tally_unpack(pq_getmsgbytes(buf, len), len, &list))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary representation of type %s", type)));
	return list;
}

PG_FUNCTION_INFO_V1(tally_recv);
Datum
tally_recv(PG_FUNCTION_ARGS)
{
	PG_RETURN_TALLY(tally_from_message((StringInfo) PG_GETARG_POINTER(0), "tally"));
}

/* Opened and packed again, so that damage is told and not sent. */
PG_FUNCTION_INFO_V1(tally_send);
Datum
tally_send(PG_FUNCTION_ARGS)
{
	PG_RETURN_TALLY(PG_GETARG_TALLY(0));
}

PG_FUNCTION_INFO_V1(tally_state_in);
Datum
tally_state_in(PG_FUNCTION_ARGS)
{
	TallyState *state = tally_from_text(PG_GETARG_CSTRING(0), "tally_state", fcinfo->context);

	if (state == NULL)
		return (Datum) 0;
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(tally_state_out);
Datum
tally_state_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(tally_to_text(tally_state_list(tally_state_checked(PG_GETARG_DATUM(0)))));
}

PG_FUNCTION_INFO_V1(tally_state_recv);
Datum
tally_state_recv(PG_FUNCTION_ARGS)
{
	TallyList	list = tally_from_message((StringInfo) PG_GETARG_POINTER(0), "tally_state");

	PG_RETURN_POINTER(tally_state_merge(tally_state_new(), &list));
}

PG_FUNCTION_INFO_V1(tally_state_send);
Datum
tally_state_send(PG_FUNCTION_ARGS)
{
	PG_RETURN_TALLY(tally_state_list(tally_state_checked(PG_GETARG_DATUM(0))));
}
