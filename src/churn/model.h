/*-------------------------------------------------------------------------
 *
 * src/churn/model.h
 *	  The type "churn_model": a fitted model of any kind, as a value.
 *
 * THE STORED FORM is a varlena; its bytes behind the header are also its form
 * on the wire. All numbers with a fraction are IEEE doubles, eight bytes each,
 * little-endian, and finite:
 *
 *	  byte		format version, 1
 *	  byte		kind, as in CxModelKind
 *	  varint	n, observations: customers, or rows
 *	  varint	events: how many of them churned, or came back; 0 if that is not counted
 *	  double	unit: days of a unit of time; 0 if the caller's own
 *	  double	log-likelihood
 *	  varint	parameters, p
 *	  p doubles	their estimates
 *	  byte		1 if covariances follow, else 0
 *	  doubles	the lower triangle of their covariance, row by row: p (p + 1) / 2
 *	  varint	extras
 *	  doubles	what the kind needs besides, in an order of its own
 *
 * The text form says the same in words:
 *
 *	  bgnbd n=2357 events=946 unit=7 log_likelihood=-9582.429 r=0.2426 alpha=4.4136 a=0.7929 b=2.4259
 *	  covariance=0.1,0.2,... extra=...
 *
 * in this order; unit, covariance and extra are left out where there are none.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_MODEL_H
#define CX_MODEL_H

#include "core/compat.h"

#define CX_MODEL_VERSION	1
#define CX_MODEL_TERMS		1000	/* documented size limits; past them 54000 */
#define CX_MODEL_EXTRAS		(1 << 24)

/* Stored, so the order must stay. */
typedef enum CxModelKind
{
	CX_MODEL_BGNBD,				/* r, alpha, a, b */
	CX_MODEL_MBGNBD,			/* r, alpha, a, b */
	CX_MODEL_PARETONBD,			/* r, alpha, s, beta */
	CX_MODEL_GAMMAGAMMA,		/* p, q, gamma */
	CX_MODEL_SBG,				/* alpha, beta */
	CX_MODEL_LOGIT,				/* intercept, x1, x2, ... */
	CX_MODEL_COX,				/* x1, x2, ...; extra: as cox.h tells */
	CX_MODEL_KINDS
} CxModelKind;

typedef struct CxModel
{
	CxModelKind kind;
	uint64		n;
	uint64		events;
	double		unit;
	double		log_likelihood;
	int			p;
	double	   *estimate;
	double	   *covariance;		/* NULL: not known */
	int			n_extra;
	double	   *extra;
} CxModel;

extern const char *cx_model_kind_name(CxModelKind kind);
/* x3, alpha; in the current memory context */
extern char *cx_model_term(const CxModel *model, int i);
/* Checks it first: 22003 for what is not finite or out of its range, 54000. */
extern struct varlena *cx_model_pack(const CxModel *model);
/* An argument, unpacked in the current memory context; XX001 if it is damaged. */
extern CxModel *cx_model_arg(FunctionCallInfo fcinfo, int arg);
/* The same, of one of the kinds (bits 1 << kind), else 22023 naming the function that asks. */
extern CxModel *cx_model_arg_of(FunctionCallInfo fcinfo, int arg, int kinds, const char *function);
/* The covariance of terms i and j; NaN if it is not known. */
extern double cx_model_covariance(const CxModel *model, int i, int j);

/*
 * model_read.c: a function of (model, names, confidence) that gives a row for
 * each feature: term, exp(estimate), its limits, z, p_value.
 */
extern Datum cx_model_ratios(FunctionCallInfo fcinfo, CxModelKind kind, const char *function);

/*
 * model_features.c: the features in an array argument. False if one of them is NULL, or the
 * array is; 22023 for an array of several dimensions or without elements,
 * 22003 for what is not finite or too large, 54000 for more than
 * CX_MODEL_FEATURES.
 */
#define CX_MODEL_FEATURES	250
extern bool cx_features_arg(FunctionCallInfo fcinfo, int arg, const double **features, int *p);

/* model_io.c and model.c share: NULL if it may stand in a model, else what is wrong with it; *code is set then */
extern const char *cx_model_fault(const CxModel *model, int *code);
extern CxModel *cx_model_unpack(const void *bytes, Size len);	/* NULL: malformed */
extern int	cx_model_fixed_terms(CxModelKind kind); /* -1: any number */

#endif							/* CX_MODEL_H */
