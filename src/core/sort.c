/*-------------------------------------------------------------------------
 *
 * src/core/sort.c
 *	  qsort() that can be cancelled (see sort.h).
 *
 *-------------------------------------------------------------------------
 */
#include "core/compat.h"

#include "core/sort.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */

#define ST_SORT sort_interruptibly
#define ST_ELEMENT_TYPE_VOID
#define ST_COMPARATOR_TYPE_NAME CxSortCompare
#define ST_COMPARE_RUNTIME_POINTER
#define ST_SCOPE static
#define ST_DECLARE
#define ST_DEFINE
#define ST_CHECK_FOR_INTERRUPTS
#include "lib/sort_template.h"

void
cx_sort(void *elements, size_t n, size_t size, int (*compare) (const void *, const void *))
{
	sort_interruptibly(elements, n, size, compare);
}

#define ST_SORT sort_interruptibly_arg
#define ST_ELEMENT_TYPE_VOID
#define ST_COMPARATOR_TYPE_NAME CxSortCompareArg
#define ST_COMPARE_RUNTIME_POINTER
#define ST_COMPARE_ARG_TYPE void
#define ST_SCOPE static
#define ST_DECLARE
#define ST_DEFINE
#define ST_CHECK_FOR_INTERRUPTS
#include "lib/sort_template.h"

void
cx_sort_arg(void *elements, size_t n, size_t size, int (*compare) (const void *, const void *, void *), void *arg)
{
	sort_interruptibly_arg(elements, n, size, compare, arg);
}
