/*-------------------------------------------------------------------------
 *
 * src/feedback/tally_ops.c
 *	  Comparing and hashing tallies, so that they can be grouped, joined and
 *	  made distinct.
 *
 * Equal tallies have equal bytes, so bytes are compared. The order means
 * nothing else; it is there for sorting.
 *
 *-------------------------------------------------------------------------
 */
#include "feedback/tally.h"

#include "common/hashfn.h"
#include "core/compare.h"

static int
compare_args(FunctionCallInfo fcinfo)
{
	struct varlena *a = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0));
	struct varlena *b = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(1));
	Size		a_len = VARSIZE_ANY_EXHDR(a);
	Size		b_len = VARSIZE_ANY_EXHDR(b);
	int			result = memcmp(VARDATA_ANY(a), VARDATA_ANY(b), Min(a_len, b_len));

	if (result == 0)
		result = (a_len > b_len) - (a_len < b_len);
	/* an index build compares very often in one memory context */
	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return (result > 0) - (result < 0);
}

CX_COMPARISON_FUNCTIONS(tally, compare_args);

static uint64
hash_bytes_of(FunctionCallInfo fcinfo, uint64 seed)
{
	struct varlena *tally = PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(0));
	uint64		hash = hash_bytes_extended((unsigned char *) VARDATA_ANY(tally), VARSIZE_ANY_EXHDR(tally), seed);

	PG_FREE_IF_COPY(tally, 0);
	return hash;
}

PG_FUNCTION_INFO_V1(tally_hash);
Datum
tally_hash(PG_FUNCTION_ARGS)
{
	PG_RETURN_UINT32((uint32) hash_bytes_of(fcinfo, 0));
}

PG_FUNCTION_INFO_V1(tally_hash_extended);
Datum
tally_hash_extended(PG_FUNCTION_ARGS)
{
	PG_RETURN_UINT64(hash_bytes_of(fcinfo, (uint64) PG_GETARG_INT64(1)));
}
