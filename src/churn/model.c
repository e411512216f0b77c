/*-------------------------------------------------------------------------
 *
 * src/churn/model.c
 *	  Fitted models as values: packing, unpacking, checking.
 *
 *-------------------------------------------------------------------------
 */
#include "churn/model.h"

#include <math.h>

#include "core/bytes.h"

typedef struct KindInfo
{
	const char *name;
	int			terms;			/* -1: any number */
	bool		positive;		/* are all parameters above 0? */
	bool		timed;			/* does it have a unit of time? */
	const char *term[4];
} KindInfo;

static const KindInfo kinds[CX_MODEL_KINDS] = {
	[CX_MODEL_BGNBD] = {"bgnbd", 4, true, true, {"r", "alpha", "a", "b"}},
	[CX_MODEL_MBGNBD] = {"mbgnbd", 4, true, true, {"r", "alpha", "a", "b"}},
	[CX_MODEL_PARETONBD] = {"paretonbd", 4, true, true, {"r", "alpha", "s", "beta"}},
	[CX_MODEL_GAMMAGAMMA] = {"gammagamma", 3, true, false, {"p", "q", "gamma"}},
	[CX_MODEL_SBG] = {"sbg", 2, true, false, {"alpha", "beta"}},
	[CX_MODEL_LOGIT] = {"logit", -1, false, false, {0}},
	[CX_MODEL_COX] = {"cox", -1, false, false, {0}}
};

const char *
cx_model_kind_name(CxModelKind kind)
{
	return kinds[kind].name;
}

int
cx_model_fixed_terms(CxModelKind kind)
{
	return kinds[kind].terms;
}

char *
cx_model_term(const CxModel *model, int i)
{
	if (kinds[model->kind].terms >= 0)
		return pstrdup(kinds[model->kind].term[i]);
	if (model->kind == CX_MODEL_LOGIT)
		return i == 0 ? pstrdup("intercept") : psprintf("x%d", i);
	return psprintf("x%d", i + 1);
}

double
cx_model_covariance(const CxModel *model, int i, int j)
{
	int			row = Max(i, j);

	if (model->covariance == NULL)
		return NAN;
	return model->covariance[(Size) row * (row + 1) / 2 + Min(i, j)];
}

static Size
triangle(int p)
{
	return (Size) p * (p + 1) / 2;
}

static bool
all_finite(const double *x, Size n)
{
	for (Size i = 0; i < n; i++)
		if (!isfinite(x[i]))
			return false;
	return true;
}

const char *
cx_model_fault(const CxModel *model, int *code)
{
	const KindInfo *kind = &kinds[model->kind];

	*code = ERRCODE_PROGRAM_LIMIT_EXCEEDED;
	if (model->p > CX_MODEL_TERMS || model->n_extra > CX_MODEL_EXTRAS)
		return "it has too many numbers";
	*code = ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE;
	if (kind->terms >= 0 ? model->p != kind->terms : model->p < 1)
		return "it has another number of parameters";
	if (!all_finite(model->estimate, model->p) || !isfinite(model->log_likelihood) || !isfinite(model->unit) ||
		(model->covariance != NULL && !all_finite(model->covariance, triangle(model->p))) ||
		!all_finite(model->extra, model->n_extra))
		return "a number in it is not finite";
	/* -0 would be a second form of the same */
	if (kind->timed ? model->unit <= 0 : model->unit != 0 || signbit(model->unit))
		return kind->timed ? "its unit of time is not above 0" : "it has a unit of time";
	for (int i = 0; i < model->p && kind->positive; i++)
		if (model->estimate[i] <= 0)
			return "a parameter is not above 0";
	for (int i = 0; i < model->p && model->covariance != NULL; i++)
		if (cx_model_covariance(model, i, i) < 0)
			return "a variance is below 0";
	if (model->events > model->n || model->n > (uint64) PG_INT64_MAX)
		return "it counts more events than observations";
	if (model->kind == CX_MODEL_COX && model->n_extra % 2 != 0)
		return "its baseline is cut off";
	return NULL;
}

/* ---- bytes ---- */

static void
write_model(const CxModel *model, CxWriter *w)
{
	cx_write_byte(w, CX_MODEL_VERSION);
	cx_write_byte(w, model->kind);
	cx_write_varint(w, model->n);
	cx_write_varint(w, model->events);
	cx_write_double(w, model->unit);
	cx_write_double(w, model->log_likelihood);
	cx_write_varint(w, model->p);
	for (int i = 0; i < model->p; i++)
		cx_write_double(w, model->estimate[i]);
	cx_write_byte(w, model->covariance != NULL);
	for (Size i = 0; model->covariance != NULL && i < triangle(model->p); i++)
		cx_write_double(w, model->covariance[i]);
	cx_write_varint(w, model->n_extra);
	for (int i = 0; i < model->n_extra; i++)
		cx_write_double(w, model->extra[i]);
}

struct varlena *
cx_model_pack(const CxModel *model)
{
	int			code;
	const char *fault = cx_model_fault(model, &code);
	CxWriter	w = cx_writer(NULL, 0);
	struct varlena *packed;
	Size		len;

	if (fault != NULL)
		ereport(ERROR,
				(errcode(code),
				 errmsg("%s model cannot be stored", cx_model_kind_name(model->kind)),
				 errdetail("What is wrong: %s.", fault)));
	write_model(model, &w);
	len = w.at - (uint8 *) NULL;
	packed = palloc(VARHDRSZ + len);
	SET_VARSIZE(packed, VARHDRSZ + len);
	w = cx_writer(VARDATA(packed), len);
	write_model(model, &w);
	return packed;
}

/* n doubles, whose number is looked at against the bytes that are left first */
static double *
read_doubles(CxReader *r, uint64 n)
{
	double	   *x;

	if (!r->ok || n > (uint64) (r->end - r->at) / 8)
	{
		r->ok = false;
		return NULL;
	}
	x = palloc(sizeof(double) * Max(n, 1));
	for (uint64 i = 0; i < n; i++)
		x[i] = cx_read_double(r);
	return x;
}

CxModel *
cx_model_unpack(const void *bytes, Size len)
{
	CxReader	r = cx_reader(bytes, len);
	CxModel    *model = palloc0(sizeof(CxModel));
	int			version = cx_read_byte(&r);
	int			kind = cx_read_byte(&r);
	uint64		p;
	uint64		n_extra;
	int			code;
	uint8		known;

	model->n = cx_read_varint(&r);
	model->events = cx_read_varint(&r);
	model->unit = cx_read_double(&r);
	model->log_likelihood = cx_read_double(&r);
	p = cx_read_varint(&r);
	if (!r.ok || version != CX_MODEL_VERSION || kind >= CX_MODEL_KINDS || p > CX_MODEL_TERMS)
		return NULL;
	model->kind = (CxModelKind) kind;
	model->p = (int) p;
	model->estimate = read_doubles(&r, p);
	known = cx_read_byte(&r);
	if (!r.ok || known > 1)
		return NULL;
	if (known)
		model->covariance = read_doubles(&r, triangle((int) p));
	n_extra = cx_read_varint(&r);
	if (!r.ok || n_extra > CX_MODEL_EXTRAS)
		return NULL;
	model->n_extra = (int) n_extra;
	model->extra = read_doubles(&r, n_extra);
	if (!r.ok || r.at != r.end || cx_model_fault(model, &code) != NULL)
		return NULL;
	return model;
}

/* ---- arguments ---- */

CxModel *
cx_model_arg(FunctionCallInfo fcinfo, int arg)
{
	struct varlena *packed = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(arg));
	CxModel    *model = cx_model_unpack(VARDATA_ANY(packed), VARSIZE_ANY_EXHDR(packed));

	if (model == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored churn_model value is damaged")));
	return model;
}

CxModel *
cx_model_arg_of(FunctionCallInfo fcinfo, int arg, int wanted, const char *function)
{
	CxModel    *model = cx_model_arg(fcinfo, arg);

	if ((wanted & (1 << model->kind)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s cannot use a %s model", function, cx_model_kind_name(model->kind))));
	return model;
}
