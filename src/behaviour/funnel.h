/*-------------------------------------------------------------------------
 *
 * src/behaviour/funnel.h
 *	  The type "funnel_def", and funnels against stored journeys.
 *
 * THE STORED FORM of funnel_def is a varlena: byte 0 is the format version, 1;
 * the rest is the canonical text (maths/funnel.h) in the server's encoding. As
 * with patterns it is parsed again when it is used, once per query, so a
 * stored definition needs no trust.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_BEHAVIOUR_FUNNEL_H
#define CX_BEHAVIOUR_FUNNEL_H

#include "core/compat.h"

#include "journey/masks.h"
#include "maths/trail.h"

#define CX_FUNNEL_VERSION	1

/* A definition, ready for journeys, and what was found in the last one. */
typedef struct CxFunnel
{
	uint64		id;				/* no other one of this session has it */
	CxFunnelDef def;
	const char *text;			/* canonical */
	int			text_len;
	bool		quick;			/* cx_trail_find_quick() does it */
	CxWhat	   *what;			/* the steps, then the exclusions; it needs the first step, in mode any some step */
	CxMasks    *masks;			/* NULL if there are more than 64 of them */
	MemoryContext context;		/* of all of it */
	CxMemory	memory;			/* of that context */

	/* scratch: for each touch of the journey or of the trail, for each entry, for each name */
	int			room;			/* touches */
	int			entries_room;
	int			names_room;
	uint32	   *codes;
	TimestampTz *times;
	int32	   *position;
	int64	   *trail_time;
	uint32	   *trail_code;
	int32	   *void_before;
	uint64	   *rows;
	uint8	   *kind;
	uint64	   *of_names;

	/* the best chain; times are there as far as they were asked for */
	CxBest		chain;
	int32		first_code;		/* entry of the touch that begins it */
	TimestampTz *reached_at;	/* CX_FUNNEL_SKIPPED for a step that was skipped */
} CxFunnel;

#define CX_FUNNEL_SKIPPED	PG_INT64_MIN

/* funnel_def.c */
extern CxFunnelDef *cx_funnel_def_from_stored(const struct varlena *stored, MemoryContext context); /* XX001 */
/* false: malformed */
extern bool cx_funnel_def_from_text(const char *text, int len, const CxMemory *memory, CxFunnelDef *def);
extern struct varlena *cx_funnel_def_to_stored(const CxFunnelDef *def);
/* From arguments that are not NULL, but for "within"; 22P02, 22023, 54000. */
extern struct varlena *cx_funnel_def_make(ArrayType *steps, const Interval *within, const text *mode);

/* funnel_args.c: as cx_kept(), from a funnel_def, or from steps, within and mode, beginning at an argument */
extern CxFunnel *cx_funnel_from_def(FunctionCallInfo fcinfo, int arg);
extern CxFunnel *cx_funnel_from_steps(FunctionCallInfo fcinfo, int arg, int mode_arg);

/* funnel_find.c */
extern CxFunnel *cx_funnel_make(CxFunnelDef *def, MemoryContext context);
typedef enum CxFunnelWant
{
	CX_FUNNEL_DEPTH,			/* depth and first_code */
	CX_FUNNEL_GAPS,				/* and reached_at, if more than the first step is reached */
	CX_FUNNEL_TIMES				/* and reached_at */
} CxFunnelWant;

extern void cx_funnel_find(CxFunnel *funnel, const CxJourney *j, CxFunnelWant want);

#endif							/* CX_BEHAVIOUR_FUNNEL_H */
