/*-------------------------------------------------------------------------
 *
 * src/churn/model_features.c
 *	  The features of a customer, as regressions take them.
 *
 *-------------------------------------------------------------------------
 */
#include "churn/model.h"

#include <math.h>

#include "core/args.h"
#include "maths/exactsum.h"
#include "utils/array.h"

bool
cx_features_arg(FunctionCallInfo fcinfo, int arg, const double **features, int *p)
{
	ArrayType  *array;

	if (PG_ARGISNULL(arg))
		return false;
	array = PG_GETARG_ARRAYTYPE_P(arg);
	if (unlikely(ARR_NDIM(array) != 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg(ARR_NDIM(array) == 0 ? "features are empty" : "features have several dimensions")));
	*p = ARR_DIMS(array)[0];
	if (unlikely(*p > CX_MODEL_FEATURES))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many features: %d", *p),
				 errdetail("They are at most %d.", CX_MODEL_FEATURES)));
	if (array_contains_nulls(array))
		return false;
	*features = (const double *) ARR_DATA_PTR(array);
	for (int k = 0; k < *p; k++)
		if (unlikely(!(fabs((*features)[k]) <= CX_SUM_MAX)))
			cx_check_number((*features)[k], "feature");
	return true;
}
