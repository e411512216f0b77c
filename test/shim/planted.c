/*
 * Mistakes on purpose, one per function: script/sanitize trusts its silence
 * only after each of these has been reported, as it has been told to.
 */
#include "postgres.h"

#include <limits.h>

#include "fmgr.h"

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(no_mistake);
PG_FUNCTION_INFO_V1(read_past_malloc);
PG_FUNCTION_INFO_V1(read_past_palloc);
PG_FUNCTION_INFO_V1(read_past_repalloc);
PG_FUNCTION_INFO_V1(read_past_argument);
PG_FUNCTION_INFO_V1(write_past_array);
PG_FUNCTION_INFO_V1(read_after_free);
PG_FUNCTION_INFO_V1(signed_overflow);
PG_FUNCTION_INFO_V1(float_too_large);
PG_FUNCTION_INFO_V1(misaligned_read);
PG_FUNCTION_INFO_V1(wrong_assertion);

/* every byte of all kinds of memory, and none behind it */
Datum
no_mistake(PG_FUNCTION_ARGS)
{
	text	   *t = PG_GETARG_TEXT_PP(0);
	char	   *p = palloc(100);
	char	   *zero = palloc0(VARSIZE_ANY_EXHDR(t) + 1);
	int32		sum = 0;

	memset(p, 1, 100);
	p = repalloc(p, 10001);
	memset(p, 1, 10001);
	p = repalloc(p, 13);
	for (int i = 0; i < 13; i++)
		sum += p[i];
	for (Size i = 0; i < VARSIZE_ANY_EXHDR(t); i++)
		sum += VARDATA_ANY(t)[i] + zero[i];
	pfree(p);
	PG_RETURN_INT32(sum);
}

Datum
read_past_malloc(PG_FUNCTION_ARGS)
{
	volatile char *p = malloc(VARSIZE_ANY_EXHDR(PG_GETARG_TEXT_PP(0)));

	PG_RETURN_INT32(p[VARSIZE_ANY_EXHDR(PG_GETARG_TEXT_PP(0))]);
}

Datum
read_past_palloc(PG_FUNCTION_ARGS)
{
	int			n = VARSIZE_ANY_EXHDR(PG_GETARG_TEXT_PP(0));
	volatile char *p = palloc0(n);

	PG_RETURN_INT32(p[n]);
}

Datum
read_past_repalloc(PG_FUNCTION_ARGS)
{
	int			n = VARSIZE_ANY_EXHDR(PG_GETARG_TEXT_PP(0));
	volatile char *p = repalloc(palloc0(n), 2 * n);

	PG_RETURN_INT32(p[2 * n]);
}

/* every second argument is copied: read two */
Datum
read_past_argument(PG_FUNCTION_ARGS)
{
	int32		sum = 0;

	for (int i = 0; i < 2; i++)
	{
		text	   *t = PG_GETARG_TEXT_PP(0);

		sum += ((volatile char *) VARDATA_ANY(t))[VARSIZE_ANY_EXHDR(t)];
	}
	PG_RETURN_INT32(sum);
}

Datum
write_past_array(PG_FUNCTION_ARGS)
{
	char		array[8] = {0};
	char	   *volatile p = array;

	p[VARSIZE_ANY_EXHDR(PG_GETARG_TEXT_PP(0))] = 1;
	PG_RETURN_INT32(p[0]);
}

Datum
read_after_free(PG_FUNCTION_ARGS)
{
	volatile char *p = palloc0(VARSIZE_ANY_EXHDR(PG_GETARG_TEXT_PP(0)));

	pfree((void *) p);
	PG_RETURN_INT32(p[0]);
}

Datum
signed_overflow(PG_FUNCTION_ARGS)
{
	volatile int x = INT_MAX;

	x += VARSIZE_ANY_EXHDR(PG_GETARG_TEXT_PP(0)) > 0 ? 1 : 0;
	PG_RETURN_INT32(x);
}

Datum
float_too_large(PG_FUNCTION_ARGS)
{
	volatile double x = 1e10;

	PG_RETURN_INT32((int32) x);
}

Datum
misaligned_read(PG_FUNCTION_ARGS)
{
	char	   *p = palloc0(100);

	PG_RETURN_INT32(*(volatile int32 *) (p + VARSIZE_ANY_EXHDR(PG_GETARG_TEXT_PP(0)) % 2 + 1));
}

Datum
wrong_assertion(PG_FUNCTION_ARGS)
{
	Assert(VARSIZE_ANY_EXHDR(PG_GETARG_TEXT_PP(0)) == 0);
	PG_RETURN_INT32(0);
}
