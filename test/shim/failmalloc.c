/*-------------------------------------------------------------------------
 *
 * test/shim/failmalloc.c
 *	  Preloaded into a server: the k-th allocation from now on fails.
 *
 * cc -shared -fPIC -o failmalloc.so failmalloc.c; LD_PRELOAD=failmalloc.so.
 * Nothing fails until failmalloc_arm() is called (see faults.c), in the thread
 * that called it. It fails once.
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <stddef.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *pointer, size_t size);

static __thread long left;

/* The k-th allocation fails; 0: none. Returns how many were left of the last k: 0 if one has failed. */
long
failmalloc_arm(long k)
{
	long		before = left;

	left = k;
	return before;
}

static int
fails(void)
{
	if (left == 0 || --left > 0)
		return 0;
	errno = ENOMEM;
	return 1;
}

void *
malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t n, size_t size)
{
	return fails() ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *pointer, size_t size)
{
	return fails() ? NULL : __libc_realloc(pointer, size);
}
