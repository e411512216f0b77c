/*-------------------------------------------------------------------------
 *
 * src/churn/fit.h
 *	  The type "fit_stats": the purchases of many customers, for one kind of
 *	  model.
 *
 * Customers with the same frequency, recency and age are counted together; for
 * the spend model those with the same number of repeat purchases and the same
 * mean. A fit depends on nothing else, so that it is the same for every order
 * of rows and number of workers.
 *
 * THE STORED FORM, behind the version byte:
 *
 *	  byte		kind of model, as in churn/model.h
 *	  varint	unit, microseconds; 0 for the spend model
 *	  varint	rows
 *	  the rows, ascending by frequency, recency (or mean spend) and age:
 *		varint	frequency, less that of the row before
 *		time	recency, or a double: mean spend
 *		time	age; not for the spend model
 *		varint	customers
 *
 * A time is a varint, 1 + days, if it is the double nearest to so many days in
 * units, or 0 and a double.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_FIT_H
#define CX_FIT_H

#include "churn/model.h"
#include "churn/rfm.h"
#include "core/stats.h"
#include "maths/btyd.h"

#define CX_FIT_ROWS			(1 << 25)	/* documented size limit; past it 54000 */
#define CX_FIT_CUSTOMERS	(UINT64CONST(1) << 52)	/* so that they are doubles exactly; past it 22003 */

typedef struct CxFitRow
{
	double		t_x;			/* mean spend for the spend model */
	double		t;
	uint64		customers;
	uint32		x;
} CxFitRow;

typedef struct CxFit
{
	CxStats		stats;
	int			kind;			/* -1 until anything is known */
	uint64		unit;			/* microseconds */
	uint64		customers;
	bool		sorted;
	uint32		n;
	uint32		room;
	CxFitRow   *row;
	uint32		slots;
	uint32	   *slot;			/* where a row is, plus 1; 0: nothing. NULL while there are few, or after sorting */
} CxFit;

extern const CxStatsType cx_fit_type;

extern CxFit *cx_fit_arg(FunctionCallInfo fcinfo, int arg); /* sorted */

/*
 * fit_model.c: the model of the largest likelihood, of rows that ascend by x;
 * 22003 if there is none. "starts" are the logarithms of parameters to begin at.
 */
extern CxModel *cx_fit_rows(CxModelKind kind, const CxBtydRow *row, Size n, const double (*starts)[4], int n_starts);

/* A kind that a buyer can be told by, for cx_model_arg_of. */
#define CX_BUYER_KINDS	(1 << CX_MODEL_BGNBD | 1 << CX_MODEL_MBGNBD | 1 << CX_MODEL_PARETONBD)
extern CxBtydKind cx_btyd_kind(CxModelKind kind);
extern double cx_model_unit(const CxModel *model);	/* microseconds */

#endif							/* CX_FIT_H */
