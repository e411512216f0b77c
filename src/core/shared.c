/*-------------------------------------------------------------------------
 *
 * src/core/shared.c
 *	  What all groups of an aggregate share.
 *
 *-------------------------------------------------------------------------
 */
#include "core/shared.h"

#include "utils/memutils.h"

/* Children looked at; past it a second context is made, which is no harm. */
#define LOOK	8

CxShared *
cx_shared(MemoryContext aggcontext, const char *name, Size size, bool *fresh)
{
	MemoryContext context = aggcontext->firstchild;
	CxShared   *shared;

	*fresh = false;
	for (int i = 0; i < LOOK && context != NULL; i++, context = context->nextchild)
		if (context->name == name && context->ident != NULL)
			return (CxShared *) context->ident;

	context = AllocSetContextCreateInternal(aggcontext, name, ALLOCSET_DEFAULT_SIZES);
	shared = MemoryContextAllocZero(context, size);
	strcpy(shared->ident, "shared");
	shared->context = context;
	MemoryContextSetIdentifier(context, shared->ident);
	*fresh = true;
	return shared;
}
