/*-------------------------------------------------------------------------
 *
 * src/churn/calibration.h
 *	  The type "calibration_stats": risks that were told, and who churned then.
 *
 * THE STORED FORM, behind the version byte of core/stats.h, is that of
 * counted.h with one number in a row: the risk, 0..1. So a stored value has
 * about 10 bytes for each different risk.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_CALIBRATION_H
#define CX_CALIBRATION_H

#include "churn/counted.h"
#include "core/stats.h"

typedef struct CxCalibration
{
	CxStats		stats;
	CxCounted	rows;			/* of one number each */
} CxCalibration;

extern const CxStatsType cx_calibration_type;

/* An argument with its risks in order. */
extern const CxCounted *cx_calibration_arg(FunctionCallInfo fcinfo, int arg);

/* NaN of nothing; the log loss also where it is infinite. */
extern double cx_brier(const CxCounted *rows);
extern double cx_log_loss(const CxCounted *rows);

/* Row i: a risk and the customers who had it. */
typedef struct CxRisk
{
	double		risk;
	uint64		stayed;
	uint64		churned;
} CxRisk;

static inline CxRisk
cx_risk(const CxCounted *rows, uint64 i)
{
	const double *row = cx_counted_row(rows, i);
	CxRisk		risk = {row[0], (uint64) row[1], (uint64) row[2]};

	return risk;
}

#endif							/* CX_CALIBRATION_H */
