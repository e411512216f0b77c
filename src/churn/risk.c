/*-------------------------------------------------------------------------
 *
 * src/churn/risk.c
 *	  churn_risk(at, as_of, model): the aggregate over raw purchases. Its state
 *	  is the type "risk_stats": the purchases of a customer, and the model.
 *
 * THE STORED FORM, behind the version byte:
 *
 *	  varint	bytes of the model, without its header
 *	  bytes		the model, as churn/model.h stores it
 *	  bytes		the purchases, as churn/rfm.h stores them
 *
 *-------------------------------------------------------------------------
 */
#include "churn/fit.h"

#include <math.h>

#include "utils/memutils.h"

typedef struct Risk
{
	CxRfm		rfm;			/* begins with CxStats */
	Size		len;
	char	   *model;			/* NULL: not known yet */
} Risk;

static void risk_write(const CxStats *stats, CxWriter *w);
static bool risk_read(CxStats *stats, CxReader *r);
static void risk_merge(CxStats *into, const CxStats *from);

static const CxStatsType risk_type = {
	.name = "risk_stats",
	.size = sizeof(Risk),
	.write = risk_write,
	.read = risk_read,
	.merge = risk_merge
};

CX_STATS_FUNCTIONS(risk_stats, &risk_type);

static void
set_model(Risk *risk, const char *bytes, Size len)
{
	if (risk->model == NULL)
	{
		risk->model = MemoryContextAlloc(risk->rfm.stats.context, Max(len, 1));
		memcpy(risk->model, bytes, len);
		risk->len = len;
	}
	if (unlikely(risk->len != len || memcmp(risk->model, bytes, len) != 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the model is not the same in all rows")));
}

static void
risk_write(const CxStats *stats, CxWriter *w)
{
	const Risk *risk = (const Risk *) stats;

	cx_write_varint(w, risk->len);
	cx_write_bytes(w, risk->model, risk->len);
	cx_rfm_write(&risk->rfm, w);
}

static CxModel *
buyer_model(const char *bytes, Size len)
{
	CxModel    *model = cx_model_unpack(bytes, len);

	return model != NULL && ((1 << model->kind) & CX_BUYER_KINDS) != 0 ? model : NULL;
}

static bool
risk_read(CxStats *stats, CxReader *r)
{
	Risk	   *risk = (Risk *) stats;
	uint64		len = cx_read_varint(r);

	if (!r->ok || len > (uint64) (r->end - r->at) || buyer_model((const char *) r->at, (Size) len) == NULL)
		return false;
	set_model(risk, (const char *) r->at, (Size) len);
	r->at += len;
	return cx_rfm_read(&risk->rfm, r) && !risk->rfm.summary;
}

static void
risk_merge(CxStats *into, const CxStats *from)
{
	const Risk *other = (const Risk *) from;

	if (other->model != NULL)
		set_model((Risk *) into, other->model, other->len);
	cx_rfm_merge(&((Risk *) into)->rfm, &other->rfm);
}

/* churn_risk_accum(state, at, as_of, model): by day, without amounts */
PG_FUNCTION_INFO_V1(risk_accum);
Datum
risk_accum(PG_FUNCTION_ARGS)
{
	Risk	   *risk = (Risk *) cx_stats_state(fcinfo, &risk_type);
	struct varlena *model;

	if (PG_ARGISNULL(3))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("model is NULL")));
	model = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(3));
	if (risk->model == NULL)
		/* is it one that can be used? */
		cx_model_arg_of(fcinfo, 3, CX_BUYER_KINDS, "churn_risk");
	set_model(risk, VARDATA_ANY(model), VARSIZE_ANY_EXHDR(model));
	cx_rfm_add_row(fcinfo, &risk->rfm, 2, NAN, USECS_PER_DAY);
	return cx_stats_result(fcinfo, &risk->rfm.stats);
}

PG_FUNCTION_INFO_V1(risk_final);
Datum
risk_final(PG_FUNCTION_ARGS)
{
	Risk	   *risk = (Risk *) cx_stats_arg(fcinfo, 0, &risk_type);
	const CxModel *model = buyer_model(risk->model, risk->len);
	CxBuyer		b;
	double		p;

	cx_rfm_sort(&risk->rfm);
	if (!cx_rfm_buyer(&risk->rfm, cx_model_unit(model), &b))
		PG_RETURN_NULL();
	p = cx_btyd_risk(cx_btyd_kind(model->kind), model->estimate, b.x, b.t_x, b.t);
	if (!isfinite(p))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("parameters of the model are too large or too small")));
	PG_RETURN_FLOAT8(p);
}
