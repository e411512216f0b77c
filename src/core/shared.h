/*-------------------------------------------------------------------------
 *
 * src/core/shared.h
 *	  What all groups of an aggregate share.
 *
 * The executor walks all contexts whenever a hash aggregate adds a group, so a
 * memory context for each group would cost quadratic time. All groups of an
 * aggregate therefore live in one context below the aggregate's. It is found
 * again as a child of the aggregate's context, by its name: nothing has to be
 * remembered between calls, and nothing can dangle.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_SHARED_H
#define CX_SHARED_H

#include "core/compat.h"

/* Begins the caller's own structure; lies in the context it describes, as its identifier. */
typedef struct CxShared
{
	char		ident[8];		/* what the server shows beside the name */
	MemoryContext context;
} CxShared;

/*
 * The shared structure of this name below an aggregate's context, "size" bytes
 * long. A new one is zeroed behind CxShared, and *fresh is set. "name" must be
 * the same pointer each time.
 */
extern CxShared *cx_shared(MemoryContext aggcontext, const char *name, Size size, bool *fresh);

#endif							/* CX_SHARED_H */
