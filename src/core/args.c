/*-------------------------------------------------------------------------
 *
 * src/core/args.c
 *	  Checked reading of the arguments that many functions share.
 *
 *-------------------------------------------------------------------------
 */
#include "core/args.h"

#include <math.h>

#include "lib/stringinfo.h"
#include "maths/exactsum.h"
#include "utils/builtins.h"

double
cx_check_confidence(double confidence)
{
	if (!(confidence > 0.0 && confidence < 1.0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("confidence %g is not between 0 and 1", confidence),
				 confidence > 1.0 && confidence < 100.0 ?
				 errhint("Write %g %% as %g.", confidence, confidence / 100.0) : 0));
	return confidence;
}

int
cx_check_choice(const text *word, const char *argument, const char *const *choices)
{
	size_t		len = VARSIZE_ANY_EXHDR(word);
	StringInfoData list;

	for (int i = 0; choices[i] != NULL; i++)
		if (strlen(choices[i]) == len && memcmp(VARDATA_ANY(word), choices[i], len) == 0)
			return i;

	initStringInfo(&list);
	for (int i = 0; choices[i] != NULL; i++)
		appendStringInfo(&list, "%s%s", i > 0 ? ", " : "", choices[i]);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("unrecognized %s: \"%s\"", argument, text_to_cstring(word)),
			 errhint("Use one of: %s.", list.data)));
	return -1;					/* not reached */
}

double
cx_check_number(double x, const char *argument)
{
	if (!isfinite(x))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s is not a finite number", argument)));
	if (fabs(x) > CX_SUM_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s %g is too large", argument, x),
				 errdetail("Numbers that are added up are at most %g.", CX_SUM_MAX)));
	return x;
}
