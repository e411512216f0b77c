/*-------------------------------------------------------------------------
 *
 * src/core/module.c
 *	  The loadable module itself: magic block and version.
 *
 * There is no _PG_init: the library has no settings, no hooks and no state.
 *
 *-------------------------------------------------------------------------
 */
#include "core/compat.h"

#include "utils/builtins.h"

PG_MODULE_MAGIC_EXT(.name = "cx_analytics", .version = CX_VERSION);

/* The version of the library, which may be newer than the installed SQL objects (pg_extension.extversion). */
PG_FUNCTION_INFO_V1(cx_analytics_version);
Datum
cx_analytics_version(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(CX_VERSION));
}
