/*-------------------------------------------------------------------------
 *
 * src/core/renew.h
 *	  A larger array in place of one whose content is no longer needed.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_RENEW_H
#define CX_RENEW_H

#include "postgres.h"

#include "utils/memutils.h"

/* No pointer dangles if memory gives out; whoever keeps how large the array is, has to say none before. */
#define CX_RENEW(array, context, n) \
	do { \
		void	   *old_ = (array); \
		(array) = NULL; \
		if (old_ != NULL) \
			pfree(old_); \
		(array) = MemoryContextAllocHuge((context), (Size) (n) * sizeof(*(array))); \
	} while (0)

#endif							/* CX_RENEW_H */
