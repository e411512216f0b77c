/*-------------------------------------------------------------------------
 *
 * src/churn/model_io.c
 *	  Text and binary form of churn_model.
 *
 *-------------------------------------------------------------------------
 */
#include "churn/model.h"

#include "common/shortest_dec.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"

/* bytes of the input that a message shows, and from the place of the fault on */
#define SHOWN			100
#define SHOWN_THERE		40

/* ---- from text ---- */

typedef struct Input
{
	const char *at;
	const char *what;			/* is missing there; NULL: all is well */
	bool		too_many;		/* it is more than a model may have */
} Input;

static void
skip_blanks(Input *in)
{
	while (*in->at == ' ' || *in->at == '\t' || *in->at == '\n' || *in->at == '\r')
		in->at++;
}

/* name=; if it is not there, nothing is consumed */
static bool
try_name(Input *in, const char *name)
{
	Size		len = strlen(name);

	if (in->what != NULL)
		return false;
	skip_blanks(in);
	if (strncmp(in->at, name, len) != 0 || in->at[len] != '=')
		return false;
	in->at += len + 1;
	return true;
}

static void
need_name(Input *in, const char *name)
{
	if (in->what == NULL && !try_name(in, name))
		in->what = psprintf("\"%s=\" is missing", name);
}

static double
number(Input *in)
{
	Size		len = strspn(in->at, "0123456789+-.eE");
	char	   *end = NULL;
	double		x;

	if (in->what != NULL)
		return 0;
	x = strtod(in->at, &end);
	if (len == 0 || end != in->at + len)
		in->what = "a number is missing";
	else
		in->at = end;
	return x;
}

static uint64
whole(Input *in)
{
	char	   *end = NULL;
	uint64		x;

	if (in->what != NULL)
		return 0;
	errno = 0;
	x = strtoull(in->at, &end, 10);
	if (*in->at < '0' || *in->at > '9' || errno != 0)
		in->what = "a whole number is missing";
	else
		in->at = end;
	return x;
}

/* More than a model may have, whatever they are. */
static void
too_many(Input *in)
{
	in->what = "there are too many numbers";
	in->too_many = true;
}

/* numbers between commas; their number in *n */
static double *
numbers(Input *in, int most, int *n)
{
	int			room = 16;
	double	   *x = palloc(sizeof(double) * room);

	*n = 0;
	do
	{
		if (*n == most)
			too_many(in);
		if (*n == room)
		{
			room *= 2;
			x = repalloc_huge(x, sizeof(double) * room);
		}
		in->at += *n > 0;
		x[(*n)++] = number(in);
	} while (in->what == NULL && *in->at == ',');
	return x;
}

static void
read_kind(Input *in, CxModel *model)
{
	Size		len;

	skip_blanks(in);
	len = strcspn(in->at, " \t\n\r");
	for (int kind = 0; kind < CX_MODEL_KINDS; kind++)
		if (strlen(cx_model_kind_name(kind)) == len && strncmp(in->at, cx_model_kind_name(kind), len) == 0)
		{
			model->kind = (CxModelKind) kind;
			in->at += len;
			return;
		}
	in->what = "a kind of model is missing";
}

static void
read_terms(Input *in, CxModel *model)
{
	int			fixed = cx_model_fixed_terms(model->kind);

	model->estimate = palloc(sizeof(double) * CX_MODEL_TERMS);
	while (in->what == NULL && model->p < (fixed < 0 ? CX_MODEL_TERMS : fixed))
	{
		char	   *name = cx_model_term(model, model->p);

		if (fixed < 0 && model->p > 0)
		{
			if (!try_name(in, name))
				break;
		}
		else
			need_name(in, name);
		model->estimate[model->p++] = number(in);
		pfree(name);
	}
	if (model->p == CX_MODEL_TERMS && try_name(in, cx_model_term(model, model->p)))
		too_many(in);
}

static CxModel *
from_text(const char *text, Input *in)
{
	CxModel    *model = palloc0(sizeof(CxModel));
	int			count = 0;
	int			code;

	in->at = text;
	in->what = NULL;
	in->too_many = false;
	read_kind(in, model);
	need_name(in, "n");
	model->n = whole(in);
	need_name(in, "events");
	model->events = whole(in);
	if (try_name(in, "unit"))
		model->unit = number(in);
	need_name(in, "log_likelihood");
	model->log_likelihood = number(in);
	read_terms(in, model);
	if (try_name(in, "covariance"))
	{
		model->covariance = numbers(in, CX_MODEL_TERMS * (CX_MODEL_TERMS + 1) / 2, &count);
		if (in->what == NULL && count != model->p * (model->p + 1) / 2)
			in->what = "the number of covariances is not that of a triangle";
	}
	if (try_name(in, "extra"))
		model->extra = numbers(in, CX_MODEL_EXTRAS, &model->n_extra);
	skip_blanks(in);
	if (in->what == NULL && *in->at != '\0')
		in->what = "the end is expected";
	if (in->what == NULL)
		in->what = cx_model_fault(model, &code);
	return model;
}

PG_FUNCTION_INFO_V1(churn_model_in);
Datum
churn_model_in(PG_FUNCTION_ARGS)
{
	const char *text = PG_GETARG_CSTRING(0);
	Input		in;
	CxModel    *model = from_text(text, &in);

	if (in.what != NULL)
	{
		int			len = (int) strlen(text);
		int			shown = pg_mbcliplen(text, len, SHOWN);

		ereturn(fcinfo->context, (Datum) 0,
				(errcode(in.too_many ? ERRCODE_PROGRAM_LIMIT_EXCEEDED : ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s: \"%.*s%s\"", "churn_model", shown, text, shown < len ? "..." : ""),
				 *in.at == '\0' ? errdetail("At the end: %s.", in.what) :
				 errdetail("At \"%.*s\": %s.", pg_mbcliplen(in.at, (int) strlen(in.at), SHOWN_THERE), in.at, in.what)));
	}
	PG_RETURN_POINTER(cx_model_pack(model));
}

/* ---- to text and binary ---- */

static void
append_number(StringInfo text, double x)
{
	char		digits[DOUBLE_SHORTEST_DECIMAL_LEN];

	digits[double_to_shortest_decimal_bufn(x, digits)] = '\0';
	appendStringInfoString(text, digits);
}

static void
append_named(StringInfo text, const char *name, double x)
{
	appendStringInfo(text, " %s=", name);
	append_number(text, x);
}

static void
append_list(StringInfo text, const char *name, const double *x, int n)
{
	if (n == 0 || x == NULL)
		return;
	appendStringInfo(text, " %s=", name);
	for (int i = 0; i < n; i++)
	{
		if (i > 0)
			appendStringInfoChar(text, ',');
		append_number(text, x[i]);
	}
}

PG_FUNCTION_INFO_V1(churn_model_out);
Datum
churn_model_out(PG_FUNCTION_ARGS)
{
	const CxModel *model = cx_model_arg(fcinfo, 0);
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfo(&text, "%s n=" UINT64_FORMAT " events=" UINT64_FORMAT, cx_model_kind_name(model->kind), model->n,
					 model->events);
	if (model->unit != 0)
		append_named(&text, "unit", model->unit);
	append_named(&text, "log_likelihood", model->log_likelihood);
	for (int i = 0; i < model->p; i++)
		append_named(&text, cx_model_term(model, i), model->estimate[i]);
	append_list(&text, "covariance", model->covariance, model->p * (model->p + 1) / 2);
	append_list(&text, "extra", model->extra, model->n_extra);
	PG_RETURN_CSTRING(text.data);
}

PG_FUNCTION_INFO_V1(churn_model_recv);
Datum
churn_model_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	int			len = message->len - message->cursor;
	CxModel    *model = cx_model_unpack(pq_getmsgbytes(message, len), len);

	if (model == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary representation of type %s", "churn_model")));
	PG_RETURN_POINTER(cx_model_pack(model));
}

PG_FUNCTION_INFO_V1(churn_model_send);
Datum
churn_model_send(PG_FUNCTION_ARGS)
{
	struct varlena *packed = cx_model_pack(cx_model_arg(fcinfo, 0));

	PG_RETURN_BYTEA_P((bytea *) packed);
}
