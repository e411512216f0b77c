/*-------------------------------------------------------------------------
 *
 * src/behaviour/funnel_args.c
 *	  Definitions as arguments: what was made of them is kept from row to row.
 *
 *-------------------------------------------------------------------------
 */
#include "behaviour/funnel.h"

#include "utils/array.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

static void *
make_from_def(const void *bytes, Size len, MemoryContext context)
{
	return cx_funnel_make(cx_funnel_def_from_stored(bytes, context), context);
}

CxFunnel *
cx_funnel_from_def(FunctionCallInfo fcinfo, int arg)
{
	struct varlena *stored = PG_GETARG_VARLENA_PP(arg);

	return cx_kept(fcinfo->flinfo, stored, VARSIZE_ANY(stored), make_from_def);
}

/* The arguments that a funnel was made from; as cx_kept(), but of three of them. */
typedef struct Kept
{
	MemoryContext context;
	CxFunnel   *funnel;
	ArrayType  *steps;
	bool		has_within;
	Interval	within;
	text	   *mode;			/* NULL: no such argument */
} Kept;

static bool
same_bytes(const void *a, const void *b)
{
	return VARSIZE_ANY(a) == VARSIZE_ANY(b) && memcmp(a, b, VARSIZE_ANY(a)) == 0;
}

static bool
same(const Kept *kept, const ArrayType *steps, const Interval *within, const text *mode)
{
	if (kept->has_within != (within != NULL) || (kept->mode != NULL) != (mode != NULL))
		return false;
	if (within != NULL && (kept->within.time != within->time || kept->within.day != within->day ||
						   kept->within.month != within->month))
		return false;
	return same_bytes(kept->steps, steps) && (mode == NULL || same_bytes(kept->mode, mode));
}

static void *
copy(const void *value, MemoryContext context)
{
	return memcpy(MemoryContextAllocHuge(context, VARSIZE_ANY(value)), value, VARSIZE_ANY(value));
}

static Kept *
make(ArrayType *steps, const Interval *within, const text *mode)
{
	/* a child of the current context, so that an error leaves nothing behind */
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "cx_analytics funnel", ALLOCSET_SMALL_SIZES);
	Kept	   *kept = MemoryContextAllocZero(context, sizeof(Kept));
	struct varlena *stored = cx_funnel_def_make(steps, within, mode);

	kept->context = context;
	kept->funnel = cx_funnel_make(cx_funnel_def_from_stored(stored, context), context);
	kept->steps = copy(steps, context);
	kept->has_within = within != NULL;
	if (within != NULL)
		kept->within = *within;
	if (mode != NULL)
		kept->mode = copy(mode, context);
	return kept;
}

/* steps at arg, within, which may be NULL, at arg + 1, mode at mode_arg if that is not -1 */
CxFunnel *
cx_funnel_from_steps(FunctionCallInfo fcinfo, int arg, int mode_arg)
{
	ArrayType  *steps = PG_GETARG_ARRAYTYPE_P(arg);
	Interval   *within = PG_ARGISNULL(arg + 1) ? NULL : PG_GETARG_INTERVAL_P(arg + 1);
	text	   *mode = mode_arg < 0 ? NULL : PG_GETARG_TEXT_PP(mode_arg);
	Kept	   *kept = (Kept *) fcinfo->flinfo->fn_extra;
	Kept	   *fresh;

	if (kept != NULL && same(kept, steps, within, mode))
		return kept->funnel;
	fresh = make(steps, within, mode);
	MemoryContextSetParent(fresh->context, fcinfo->flinfo->fn_mcxt);
	fcinfo->flinfo->fn_extra = fresh;
	if (kept != NULL)
		MemoryContextDelete(kept->context);
	return fresh->funnel;
}
