/*-------------------------------------------------------------------------
 *
 * src/core/sort.h
 *	  qsort() that can be cancelled.
 *
 * The server's own looks for no interrupts, and millions of elements take it
 * more than a moment.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_SORT_H
#define CX_SORT_H

extern void cx_sort(void *elements, size_t n, size_t size, int (*compare) (const void *, const void *));
extern void cx_sort_arg(void *elements, size_t n, size_t size,
						int (*compare) (const void *, const void *, void *), void *arg);

#endif							/* CX_SORT_H */
