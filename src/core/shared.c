/*-------------------------------------------------------------------------
 *
 * src/core/shared.c
 *	  What all groups of an aggregate share.
 *
 *-------------------------------------------------------------------------
 */
#include "core/shared.h"

#include "utils/memutils.h"

/*
 * Children looked at: more than there are types whose aggregates one query can
 * mix. Past it another context is made, and then another for each group, which
 * a hash aggregate pays for with each group it adds.
 */
#define LOOK	64
#define FAR		16				/* children of other aggregates push ours back: from here it is brought forward */

CxShared *
cx_shared(MemoryContext aggcontext, const char *name, Size size, bool *fresh)
{
	MemoryContext context = aggcontext->firstchild;
	CxShared   *shared;

	*fresh = false;
	for (int i = 0; i < LOOK && context != NULL; i++, context = context->nextchild)
		if (context->name == name && context->ident != NULL)
		{
			shared = (CxShared *) context->ident;
			if (i >= FAR)
			{
				MemoryContextSetParent(context, NULL);
				MemoryContextSetParent(context, aggcontext);
			}
			return shared;
		}

	context = AllocSetContextCreateInternal(aggcontext, name, ALLOCSET_DEFAULT_SIZES);
	shared = MemoryContextAllocZero(context, size);
	strcpy(shared->ident, "shared");
	shared->context = context;
	MemoryContextSetIdentifier(context, shared->ident);
	*fresh = true;
	return shared;
}
