/*-------------------------------------------------------------------------
 *
 * src/journey/what_parse.c
 *	  Touch expressions as arguments: reading them, and keeping what was made
 *	  of them from row to row.
 *
 *-------------------------------------------------------------------------
 */
#include "journey/what.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/memutils.h"

static void *
context_alloc(size_t size, void *arg)
{
	return MemoryContextAllocHuge((MemoryContext) arg, Max(size, 1));
}

static void
context_release(void *chunk, void *arg)
{
	pfree(chunk);
}

static void
context_interrupt(void *arg)
{
	CHECK_FOR_INTERRUPTS();
}

CxMemory
cx_memory(MemoryContext context)
{
	return (CxMemory) {context_alloc, context_release, context_interrupt, context};
}

int
cx_fault_code(CxFault fault)
{
	switch (fault)
	{
		case CX_FAULT_UNSUPPORTED:
			return ERRCODE_INVALID_PARAMETER_VALUE;
		case CX_FAULT_TOO_LARGE:
			return ERRCODE_PROGRAM_LIMIT_EXCEEDED;
		default:
			return ERRCODE_INVALID_TEXT_REPRESENTATION;
	}
}

void
cx_what_parse(const text *t, const CxMemory *memory, CxStep *step)
{
	const char *bytes = VARDATA_ANY(t);
	int			len = VARSIZE_ANY_EXHDR(t);
	CxParseError error;

	if (cx_step_parse(bytes, len, memory, step, &error))
		return;
	ereport(ERROR,
			(errcode(cx_fault_code(error.fault)),
			 error.fault == CX_FAULT_TOO_LARGE ? errmsg("touch expression is too large") :
			 errmsg("invalid touch expression: \"%s\"", pnstrdup(bytes, len)),
			 CX_FAULT_PLACE(bytes, &error)));
}

CxWhatList
cx_what_parse_array(ArrayType *array, const CxMemory *memory)
{
	ArrayIterator elements = array_create_iterator(array, 0, NULL);
	CxWhatList	list = {0, NULL, false};
	int64		terms = 0;
	int			capacity = 0;
	Datum		element;
	bool		is_null;

	while (array_iterate(elements, &element, &is_null))
	{
		if (is_null)
		{
			list.has_null = true;
			continue;
		}
		list.steps = cx_grow(memory, list.steps, list.n, &capacity, sizeof(CxStep));
		cx_what_parse((const text *) DatumGetPointer(element), memory, &list.steps[list.n]);
		/* told here as well as in cx_what_make(), before memory is spent on the rest; "." counts, too */
		terms += Max(list.steps[list.n].n, 1);
		list.n++;
		if (terms > CX_WHAT_MAX_TERMS)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("touch expressions have more than %d alternatives in all", CX_WHAT_MAX_TERMS)));
		CHECK_FOR_INTERRUPTS();
	}
	array_free_iterator(elements);
	return list;
}

typedef struct Kept
{
	MemoryContext context;		/* of all of it */
	void	   *made;
	Size		len;
	char		bytes[FLEXIBLE_ARRAY_MEMBER];
} Kept;

void *
cx_kept(FmgrInfo *flinfo, const void *bytes, Size len, CxMake make)
{
	Kept	   *kept = (Kept *) flinfo->fn_extra;
	Kept	   *fresh;
	MemoryContext context;

	if (kept != NULL && kept->len == len && memcmp(kept->bytes, bytes, len) == 0)
		return kept->made;
	/* a child of the current context, so that an error leaves nothing behind; only then handed over */
	context = AllocSetContextCreate(CurrentMemoryContext, "cx_analytics argument", ALLOCSET_SMALL_SIZES);
	fresh = MemoryContextAllocHuge(context, offsetof(Kept, bytes) + len);
	fresh->context = context;
	fresh->len = len;
	memcpy(fresh->bytes, bytes, len);
	fresh->made = make(bytes, len, context);
	MemoryContextSetParent(context, flinfo->fn_mcxt);
	flinfo->fn_extra = fresh;
	if (kept != NULL)
		MemoryContextDelete(kept->context);
	return fresh->made;
}
