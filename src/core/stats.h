/*-------------------------------------------------------------------------
 *
 * src/core/stats.h
 *	  The types whose name ends in _stats: what many rows say together, kept
 *	  small, merged exactly, stored, and read by functions.
 *
 * The type of the value is also the type of the aggregate's state. While rows
 * are counted it is an expanded object of the room's own structure; where it
 * leaves the process, or is stored, the server asks for the flat form: a
 * varlena with a version byte and what the room's write() puts behind it,
 * packed as core/bytes.h does. That is the binary form on the wire, too. The
 * text form is the type's name, a colon, and those bytes in hexadecimal.
 *
 * write() has to be canonical: states that say the same give the same bytes,
 * in whatever order they were counted and merged. read() checks everything,
 * since its bytes may come from anywhere.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_STATS_H
#define CX_STATS_H

#include "core/bytes.h"
#include "core/compat.h"
#include "core/shared.h"
#include "utils/expandeddatum.h"

typedef struct CxStatsType CxStatsType;

/* Begins a room's own structure, which is zeroed behind it when made. */
typedef struct CxStats
{
	ExpandedObjectHeader header;
	const CxStatsType *type;
	MemoryContext context;		/* everything that belongs to it is allocated here */
	CxShared   *shared;			/* of its aggregate; NULL outside of one */
	struct varlena *flat;
} CxStats;

struct CxStatsType
{
	const char *name;			/* of the SQL type */
	Size		size;			/* of the structure */
	Size		shared_size;	/* of what groups share; at least sizeof(CxShared) */
	void		(*init) (CxStats *stats);	/* may be NULL */
	void		(*write) (const CxStats *stats, CxWriter *w);
	Size		(*room) (const CxStats *stats); /* as many bytes as are written, or more; may be NULL */
	bool		(*read) (CxStats *stats, CxReader *r);	/* false: malformed; that all is consumed is checked here */
	void		(*merge) (CxStats *into, const CxStats *from);
};

#define CX_STATS_VERSION	1

/*
 * For a transition function: the state in argument 0, to be changed in place,
 * or a new one if it is NULL. Outside an aggregate it is a copy.
 */
extern CxStats *cx_stats_state(FunctionCallInfo fcinfo, const CxStatsType *type);
/* What the transition function returns then. */
extern Datum cx_stats_result(FunctionCallInfo fcinfo, CxStats *stats);
/* For readers: an argument, whichever form it has; XX001 if it is damaged. Not to be changed. */
extern CxStats *cx_stats_arg(FunctionCallInfo fcinfo, int arg, const CxStatsType *type);
/* A new one in the current memory context, and its flat form. */
extern CxStats *cx_stats_new(const CxStatsType *type);
extern struct varlena *cx_stats_pack(const CxStats *stats);

extern Datum cx_stats_in(FunctionCallInfo fcinfo, const CxStatsType *type);
extern Datum cx_stats_out(FunctionCallInfo fcinfo, const CxStatsType *type);
extern Datum cx_stats_recv(FunctionCallInfo fcinfo, const CxStatsType *type);
extern Datum cx_stats_send(FunctionCallInfo fcinfo, const CxStatsType *type);
extern Datum cx_stats_merge(FunctionCallInfo fcinfo, const CxStatsType *type);
extern Datum cx_stats_final(FunctionCallInfo fcinfo, const CxStatsType *type);

#define CX_STATS_FUNCTION(sqlname, function, type) \
PG_FUNCTION_INFO_V1(sqlname); \
Datum \
sqlname(PG_FUNCTION_ARGS) \
{ \
	return function(fcinfo, type); \
} \
extern int no_such_variable

/*
 * The functions that every such type has: NAME_in, _out, _recv, _send; NAME_merge(a, b),
 * which is the combine function of its aggregates, the transition function of
 * rollup(NAME) and not strict; NAME_final(state), strict.
 */
#define CX_STATS_FUNCTIONS(name, type) \
CX_STATS_FUNCTION(name##_in, cx_stats_in, type); \
CX_STATS_FUNCTION(name##_out, cx_stats_out, type); \
CX_STATS_FUNCTION(name##_recv, cx_stats_recv, type); \
CX_STATS_FUNCTION(name##_send, cx_stats_send, type); \
CX_STATS_FUNCTION(name##_merge, cx_stats_merge, type); \
CX_STATS_FUNCTION(name##_final, cx_stats_final, type)

#endif							/* CX_STATS_H */
