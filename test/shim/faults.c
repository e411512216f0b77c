/*-------------------------------------------------------------------------
 *
 * test/shim/faults.c
 *	  Functions for tests alone: allocations fail, interrupts are awaited.
 *
 * Built and loaded by test/tap/Shim.pm. Two kinds of allocation can fail: the
 * k-th malloc, where failmalloc.so is preloaded, and the k-th palloc in a plain
 * memory context. The server takes memory by the block, so of a hundred
 * pallocs hardly one is a malloc: failing pallocs tries every path out.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "nodes/memnodes.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#if PG_VERSION_NUM >= 170000
#include "utils/memutils_internal.h"
#endif

PG_MODULE_MAGIC;

/* ---- the k-th palloc ---- */

static long left;				/* until one fails, counting it; 0: none will */
static MemoryContextMethods plain;	/* as the server has them */

static bool
fails(void)
{
	return left > 0 && --left == 0;
}

/* What a method gives when the system has no more memory: from 17 on it reports that itself. */
#if PG_VERSION_NUM >= 170000
static void *
failing_alloc(MemoryContext context, Size size, int flags)
{
	return fails() ? MemoryContextAllocationFailure(context, size, flags) : plain.alloc(context, size, flags);
}

static void *
failing_realloc(void *pointer, Size size, int flags)
{
	return fails() ? MemoryContextAllocationFailure(GetMemoryChunkContext(pointer), size, flags) :
		plain.realloc(pointer, size, flags);
}
#else
static void *
failing_alloc(MemoryContext context, Size size)
{
	return fails() ? NULL : plain.alloc(context, size);
}

#if PG_VERSION_NUM >= 160000
static void *
failing_realloc(void *pointer, Size size)
{
	return fails() ? NULL : plain.realloc(pointer, size);
}
#else
static void *
failing_realloc(MemoryContext context, void *pointer, Size size)
{
	return fails() ? NULL : plain.realloc(context, pointer, size);
}
#endif
#endif

/* All plain contexts share one table of methods, which the server does not write to. */
static void
stand_between(void)
{
	MemoryContextMethods *methods = unconstify(MemoryContextMethods *, TopMemoryContext->methods);
	uintptr_t	page = (uintptr_t) sysconf(_SC_PAGESIZE);
	uintptr_t	first = (uintptr_t) methods & ~(page - 1);
	uintptr_t	end = (uintptr_t) (methods + 1);

	if (plain.alloc != NULL)
		return;
	if (mprotect((void *) first, end - first, PROT_READ | PROT_WRITE) != 0)
		elog(ERROR, "could not change the methods of memory contexts: %m");
	plain = *methods;
	methods->alloc = failing_alloc;
	methods->realloc = failing_realloc;
}

/*
 * fail_palloc(k bigint) and fail_malloc(k bigint) returns bigint: the k-th
 * allocation from now on fails, once; 0: none. They tell how many were left of
 * the last k, so 0 when one has failed.
 */
PG_FUNCTION_INFO_V1(fail_palloc);
Datum
fail_palloc(PG_FUNCTION_ARGS)
{
	long		before = left;

	stand_between();
	left = PG_GETARG_INT64(0);
	PG_RETURN_INT64(before);
}

PG_FUNCTION_INFO_V1(fail_malloc);
Datum
fail_malloc(PG_FUNCTION_ARGS)
{
	static long (*arm) (long k);

	if (arm == NULL && (arm = (long (*) (long)) dlsym(RTLD_DEFAULT, "failmalloc_arm")) == NULL)
		elog(ERROR, "failmalloc.so is not preloaded");
	PG_RETURN_INT64(arm(PG_GETARG_INT64(0)));
}

/* The server tells all its memory on standard error each time an allocation fails: this backend does not. */
PG_FUNCTION_INFO_V1(hush);
Datum
hush(PG_FUNCTION_ARGS)
{
	int			nowhere = open("/dev/null", O_WRONLY);

	if (nowhere < 0 || dup2(nowhere, STDERR_FILENO) < 0)
		elog(ERROR, "could not open /dev/null: %m");
	close(nowhere);
	PG_RETURN_VOID();
}

/* limit_memory(bytes bigint) returns void: this backend's address space can grow by so much; NULL: as it pleases. */
PG_FUNCTION_INFO_V1(limit_memory);
Datum
limit_memory(PG_FUNCTION_ARGS)
{
	struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
	long		pages;
	FILE	   *statm;

	if (!PG_ARGISNULL(0))
	{
		if ((statm = fopen("/proc/self/statm", "r")) == NULL || fscanf(statm, "%ld", &pages) != 1)
			elog(ERROR, "could not read /proc/self/statm: %m");
		fclose(statm);
		limit.rlim_cur = pages * sysconf(_SC_PAGESIZE) + PG_GETARG_INT64(0);
	}
	malloc_trim(0);
	if (setrlimit(RLIMIT_AS, &limit) != 0)
		elog(ERROR, "could not limit the address space: %m");
	PG_RETURN_VOID();
}

/* ---- how long no interrupt is looked for ---- */

/*
 * A timer that counts processor time, so that a busy machine changes nothing,
 * says every few milliseconds that there is an interrupt. Where the last one
 * is still not taken, the stretch since then goes on.
 */
#define TICK_US		2000

static double began,			/* of the present stretch, in ms of processor time */
			started,
			longest,
			longest_at;			/* its end, since listening began */
static void *where;				/* the instruction at the end of the longest */

static double
processor_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static void
tick(int signal, siginfo_t *info, void *context)
{
	double		now = processor_ms();

	if (!InterruptPending)
		began = now;
	else if (now - began > longest)
	{
		longest = now - began;
		longest_at = now - started;
#if defined(__x86_64__)
		where = (void *) ((ucontext_t *) context)->uc_mcontext.gregs[REG_RIP];
#endif
	}
	InterruptPending = true;
}

static void
set_ticks(int us)
{
	struct itimerval every = {{0, us}, {0, us}};

	if (setitimer(ITIMER_PROF, &every, NULL) != 0)
		elog(ERROR, "could not set a timer: %m");
}

/* listen() returns void: from now on the stretches are measured. */
PG_FUNCTION_INFO_V1(listen_interrupts);
Datum
listen_interrupts(PG_FUNCTION_ARGS)
{
	struct sigaction action = {.sa_sigaction = tick, .sa_flags = SA_RESTART | SA_SIGINFO};

	sigemptyset(&action.sa_mask);
	if (sigaction(SIGPROF, &action, NULL) != 0)
		elog(ERROR, "could not set a signal handler: %m");
	began = started = processor_ms();
	longest = longest_at = 0;
	where = NULL;
	set_ticks(TICK_US);
	PG_RETURN_VOID();
}

/* heard() returns text: the longest stretch, its end, the time in all, in ms, and where it ended. Ends listening. */
PG_FUNCTION_INFO_V1(heard_interrupts);
Datum
heard_interrupts(PG_FUNCTION_ARGS)
{
	Dl_info		module;
	char		place[256] = "";

	set_ticks(0);
	if (where != NULL && dladdr(where, &module) != 0)
		snprintf(place, sizeof(place), "%s+0x%lx", strrchr(module.dli_fname, '/') ? strrchr(module.dli_fname, '/') + 1 :
				 module.dli_fname, (unsigned long) ((char *) where - (char *) module.dli_fbase));
	PG_RETURN_TEXT_P(cstring_to_text(psprintf("%.0f\t%.0f\t%.0f\t%s",
											  longest, longest_at, processor_ms() - started, place)));
}

/* busy(ms) returns void: is what a function must not be. */
PG_FUNCTION_INFO_V1(busy);
Datum
busy(PG_FUNCTION_ARGS)
{
	double		end = processor_ms() + PG_GETARG_FLOAT8(0);

	while (processor_ms() < end)
		;
	PG_RETURN_VOID();
}

/* ---- functions of type internal ---- */

/* receive(function regprocedure, message bytea) returns boolean: it was taken. */
PG_FUNCTION_INFO_V1(receive);
Datum
receive(PG_FUNCTION_ARGS)
{
	bytea	   *message = PG_GETARG_BYTEA_PP(1);
	StringInfoData buffer;

	initStringInfo(&buffer);
	appendBinaryStringInfo(&buffer, VARDATA_ANY(message), VARSIZE_ANY_EXHDR(message));
	PG_RETURN_BOOL(OidReceiveFunctionCall(PG_GETARG_OID(0), &buffer, InvalidOid, -1) != (Datum) 0);
}
