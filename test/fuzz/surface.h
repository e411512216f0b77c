/*-------------------------------------------------------------------------
 *
 * test/fuzz/surface.h
 *	  The types and functions under test, as surface.pl takes them from a catalog.
 *
 *-------------------------------------------------------------------------
 */
#ifndef FZ_SURFACE_H
#define FZ_SURFACE_H

#include "postgres.h"

#include "fmgr.h"

typedef struct FzBytes
{
	int			len;
	const char *bytes;
} FzBytes;

typedef struct FzType
{
	const char *name;
	Oid			oid;
	int			len;
	bool		byval;
	char		align;
	int			elem;			/* of an array: index of the type of its elements; else -1 */
	bool		ours;
	bool		hex;			/* its text is its name and its bytes */
	PGFunction	in;				/* of ours */
	PGFunction	out;
	PGFunction	recv;
	PGFunction	send;
	const FzBytes *samples;		/* as sent */
	int			n_samples;
} FzType;

#define FZ_MAX_ARGS		20
#define FZ_MAX_COLUMNS	24

typedef struct FzArg
{
	int			type;
	const FzBytes *edges;		/* as sent */
	int			n_edges;
} FzArg;

typedef struct FzCall
{
	const char *label;
	const char *symbol;
	PGFunction	function;
	int			result;			/* of a set without columns, that of each row */
	bool		set;
	bool		strict;
	bool		transition;		/* may be called by an aggregate */
	int			nargs;
	FzArg		args[FZ_MAX_ARGS];
	int			ncolumns;
	int			columns[FZ_MAX_COLUMNS];
} FzCall;

extern const FzType fz_types[];
extern const int fz_n_types;
extern const FzCall fz_calls[];
extern const int fz_n_calls;

#endif							/* FZ_SURFACE_H */
