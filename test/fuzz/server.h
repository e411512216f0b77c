/*-------------------------------------------------------------------------
 *
 * test/fuzz/server.h
 *	  What stands in for the server under the fuzzer.
 *
 * Each palloc is a malloc of its own, so that the address sanitizer sees every
 * read and write outside a chunk and every use of a freed one; all chunks of a
 * run are freed when it ends. An error is a longjmp to fz_error.
 *
 *-------------------------------------------------------------------------
 */
#ifndef FZ_SERVER_H
#define FZ_SERVER_H

#include "postgres.h"

#include <setjmp.h>

#include "access/tupdesc.h"
#include "fmgr.h"

#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* The innermost catcher, and what it caught. */
extern sigjmp_buf *fz_error;
extern char fz_state[6];		/* SQLSTATE */
extern char fz_message[400];

/* New memory is filled with this; fz_begin() makes the contexts of a run, fz_end() frees all of them. */
extern int	fz_fill;
extern MemoryContext fz_run_context;
extern void fz_begin(void);
extern void fz_end(void);
extern MemoryContext fz_context(MemoryContext parent, const char *name);

/* What a set-returning function is told about its result, and who gets its rows. */
extern TupleDesc fz_desc;
extern void (*fz_row) (const Datum *values, const bool *nulls);

/* The context of an aggregate while one is simulated: what AggCheckCallContext() gives. */
extern MemoryContext fz_aggregate;

/* A breach of one of our laws: told, and then it is a crash like any other. */
extern void fz_broken(const char *fmt,...) __attribute__((noreturn, format(printf, 1, 2)));

/* Everything that can be seen from outside goes in here: equal runs give equal digests. */
extern uint64 fz_digest;
extern void fz_see(const void *bytes, size_t len);

#endif							/* FZ_SERVER_H */
