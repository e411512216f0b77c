/*-------------------------------------------------------------------------
 *
 * src/core/args.h
 *	  Checked reading of the arguments that many functions share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_ARGS_H
#define CX_ARGS_H

#include "core/compat.h"

/* A confidence level strictly between 0 and 1; anything else is 22023. */
extern double cx_check_confidence(double confidence);

/*
 * The position of a word in a NULL-terminated list of choices; 22023 naming
 * the argument and listing the choices when it is not there.
 */
extern int	cx_check_choice(const text *word, const char *argument, const char *const *choices);

/* A number that may be added up with others (maths/exactsum.h): finite and at most 1e140, else 22003 naming the argument. */
extern double cx_check_number(double x, const char *argument);

/* NaN means "undefined" in the pure numerics; in SQL that is NULL. */
#define CX_RETURN_FLOAT8_OR_NULL(x) \
	do { \
		double		cx_result_ = (x); \
		if (isnan(cx_result_)) \
			PG_RETURN_NULL(); \
		PG_RETURN_FLOAT8(cx_result_); \
	} while (0)

#endif							/* CX_ARGS_H */
