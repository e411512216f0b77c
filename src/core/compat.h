/*-------------------------------------------------------------------------
 *
 * src/core/compat.h
 *	  The differences between the servers we build for, PostgreSQL 15 to 19.
 *
 * The only place that reads PG_VERSION_NUM. Call sites are written as for the
 * newest server; older ones are brought up to it here.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_COMPAT_H
#define CX_COMPAT_H

#include "postgres.h"

#include "fmgr.h"
#include "nodes/nodes.h"		/* Node, the context of soft errors */

#if PG_VERSION_NUM < 150000
#error "cx_analytics needs PostgreSQL 15 or newer"
#endif

#ifndef HAVE_INT128
#error "cx_analytics needs a compiler with 128-bit integers: sums of weights are exact"
#endif

/* Soft input errors came with 16; before that, every input error is a hard one. */
#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#include "varatt.h"
#else
#define ereturn(context, dummy_value, ...) \
	do { \
		(void) (context); \
		ereport(ERROR, __VA_ARGS__); \
		return dummy_value; \
	} while (0)
#endif

/* Until 17 the server spelled this pg_attribute_noreturn(), behind the declaration. */
#ifndef pg_noreturn
#define pg_noreturn __attribute__((noreturn))
#endif

/* From 18 the server can list name and version of a loaded module. */
#ifndef PG_MODULE_MAGIC_EXT
#define PG_MODULE_MAGIC_EXT(...) PG_MODULE_MAGIC
#endif

#endif							/* CX_COMPAT_H */
