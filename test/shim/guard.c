/*
 * Lets the address sanitizer see the memory that the extension takes from the
 * server. The server cuts small pieces out of blocks of 8 kB and more, and the
 * sanitizer knows blocks only: a read past a piece looks fine to it. So, in
 * the build that script/sanitize makes, the linker (--wrap) sends each call of
 * an allocator here. A piece is made as large as the server needs it to give
 * it a block of its own, and what lies behind the part asked for is poisoned:
 * one byte too far is reported. Values that come as arguments are copied to
 * such pieces, every second one: the others are read where they lie, where
 * they may not be aligned.
 *
 * Pieces are freed with the block around them; the sanitizer lifts the poison
 * then. Where a memory context already holds much, pieces are as usual, lest
 * a hundred thousand groups take 8 kB each.
 */
#include "postgres.h"

#include "fmgr.h"
#include "nodes/memnodes.h"
#include "utils/memutils.h"

#define BLOCK_OF_ITS_OWN ((Size) 8192 + 1)	/* above the limit of every kind of context */
#define PAD ((Size) 16)
#define MUCH ((Size) 32 << 20)

#if PG_VERSION_NUM >= 160000
#define HEADER 8
#else
#define HEADER 16
#endif

extern void __asan_poison_memory_region(void const volatile *p, size_t size);
extern void __asan_unpoison_memory_region(void const volatile *p, size_t size);

extern void *__real_MemoryContextAllocExtended(MemoryContext context, Size size, int flags);
extern void *__real_repalloc_huge(void *p, Size size);
extern struct varlena *__real_pg_detoast_datum(struct varlena *d);
extern struct varlena *__real_pg_detoast_datum_packed(struct varlena *d);
extern struct varlena *__real_pg_detoast_datum_slice(struct varlena *d, int32 first, int32 count);

/* under what the wrapped functions are known to the linker */
extern void *__wrap_palloc(Size size);
extern void *__wrap_palloc0(Size size);
extern void *__wrap_palloc_extended(Size size, int flags);
extern void *__wrap_MemoryContextAlloc(MemoryContext context, Size size);
extern void *__wrap_MemoryContextAllocZero(MemoryContext context, Size size);
extern void *__wrap_MemoryContextAllocExtended(MemoryContext context, Size size, int flags);
extern void *__wrap_MemoryContextAllocHuge(MemoryContext context, Size size);
extern void *__wrap_repalloc(void *p, Size size);
extern void *__wrap_repalloc_huge(void *p, Size size);
extern struct varlena *__wrap_pg_detoast_datum(struct varlena *d);
extern struct varlena *__wrap_pg_detoast_datum_packed(struct varlena *d);
extern struct varlena *__wrap_pg_detoast_datum_slice(struct varlena *d, int32 first, int32 count);

static Size
padded(Size size)
{
	return Max(MAXALIGN(size) + PAD, BLOCK_OF_ITS_OWN + PAD);
}

/* not where it would make an error of a size that is allowed, or another error of one that is not */
static bool
roomy(MemoryContext context, Size size, int flags)
{
	return context->mem_allocated < MUCH && padded(size) <= ((flags & MCXT_ALLOC_HUGE) ? MaxAllocHugeSize : MaxAllocSize)
		&& size <= MaxAllocHugeSize / 2;
}

static void *
fenced(void *p, Size size)
{
	if (p != NULL)
		__asan_poison_memory_region((char *) p + size, padded(size) - size);
	return p;
}

void *
__wrap_MemoryContextAllocExtended(MemoryContext context, Size size, int flags)
{
	void	   *p;

	if (!roomy(context, size, flags))
		return __real_MemoryContextAllocExtended(context, size, flags);
	p = fenced(__real_MemoryContextAllocExtended(context, padded(size), flags & ~MCXT_ALLOC_ZERO), size);
	if (p != NULL && (flags & MCXT_ALLOC_ZERO))
		memset(p, 0, size);
	return p;
}

void *
__wrap_palloc_extended(Size size, int flags)
{
	return __wrap_MemoryContextAllocExtended(CurrentMemoryContext, size, flags);
}

void *
__wrap_palloc(Size size)
{
	return __wrap_palloc_extended(size, 0);
}

void *
__wrap_palloc0(Size size)
{
	return __wrap_palloc_extended(size, MCXT_ALLOC_ZERO);
}

void *
__wrap_MemoryContextAlloc(MemoryContext context, Size size)
{
	return __wrap_MemoryContextAllocExtended(context, size, 0);
}

void *
__wrap_MemoryContextAllocZero(MemoryContext context, Size size)
{
	return __wrap_MemoryContextAllocExtended(context, size, MCXT_ALLOC_ZERO);
}

void *
__wrap_MemoryContextAllocHuge(MemoryContext context, Size size)
{
	return __wrap_MemoryContextAllocExtended(context, size, MCXT_ALLOC_HUGE);
}

/* the piece may be one of the server's, or become one */
static void *
reallocated(void *p, Size size, int flags)
{
	MemoryContext context = GetMemoryChunkContext(p);

	__asan_unpoison_memory_region(p, GetMemoryChunkSpace(p) - HEADER);
	if (!roomy(context, size, flags))
	{
		if (!(flags & MCXT_ALLOC_HUGE) && !AllocSizeIsValid(size))
			elog(ERROR, "invalid memory alloc request size %zu", size);
		return __real_repalloc_huge(p, size);
	}
	return fenced(__real_repalloc_huge(p, padded(size)), size);
}

void *
__wrap_repalloc(void *p, Size size)
{
	return reallocated(p, size, 0);
}

void *
__wrap_repalloc_huge(void *p, Size size)
{
	return reallocated(p, size, MCXT_ALLOC_HUGE);
}

static struct varlena *
read_from_a_copy(struct varlena *in, struct varlena *out)
{
	static uint32 calls = 0;
	Size		size = VARSIZE_ANY(out);
	struct varlena *copy;

	if ((in == out && calls++ % 2 == 0) || !roomy(CurrentMemoryContext, size, 0))
		return out;
	copy = __wrap_palloc(size);
	memcpy(copy, out, size);
	if (in != out)
		pfree(out);
	return copy;
}

struct varlena *
__wrap_pg_detoast_datum(struct varlena *d)
{
	return read_from_a_copy(d, __real_pg_detoast_datum(d));
}

struct varlena *
__wrap_pg_detoast_datum_packed(struct varlena *d)
{
	return read_from_a_copy(d, __real_pg_detoast_datum_packed(d));
}

struct varlena *
__wrap_pg_detoast_datum_slice(struct varlena *d, int32 first, int32 count)
{
	struct varlena *slice = __real_pg_detoast_datum_slice(d, first, count);

	return read_from_a_copy(slice == d ? slice : NULL, slice);
}
