/*-------------------------------------------------------------------------
 *
 * src/organisation/loyalty.c
 *	  Loyalty of one customer: by satisfaction and staying (Jones and Sasser,
 *	  1995), and by the share of the wallet that a rank among brands stands for
 *	  (Keiningham, Aksoy, Buoye and Cooil, 2011).
 *
 *-------------------------------------------------------------------------
 */
#include "organisation/amounts.h"

#include "utils/builtins.h"

/* loyalty_quadrant(satisfied, retained) */
PG_FUNCTION_INFO_V1(loyalty_quadrant);
Datum
loyalty_quadrant(PG_FUNCTION_ARGS)
{
	static const char *const quadrant[2][2] = {
		{"defector", "hostage"},
		{"mercenary", "loyal"}
	};

	PG_RETURN_TEXT_P(cstring_to_text(quadrant[PG_GETARG_BOOL(0)][PG_GETARG_BOOL(1)]));
}

/* wallet_share(rank, brands): the shares of all ranks add up to 1, tied ones sharing the mean of their ranks */
PG_FUNCTION_INFO_V1(wallet_share);
Datum
wallet_share(PG_FUNCTION_ARGS)
{
	double		rank = PG_GETARG_FLOAT8(0);
	double		n = PG_GETARG_INT32(1);

	if (n < 1)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("brands is below 1"),
				 errdetail("It is %d.", PG_GETARG_INT32(1))));
	cx_check_range(rank, "rank", 1, n);
	/* (1 - rank / (n + 1)) * 2 / n, without losing digits near the last rank */
	PG_RETURN_FLOAT8((n + 1.0 - rank) * 2.0 / (n * (n + 1.0)));
}
