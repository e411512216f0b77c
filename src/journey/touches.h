/*-------------------------------------------------------------------------
 *
 * src/journey/touches.h
 *	  Touches in the making: what a journey is built from and unpacked into.
 *
 * Touches are collected in any order; packing sorts them by time, those of one
 * time staying in the order they came. Names and their combinations are kept
 * once in a dictionary that many collections can share, as those of all groups
 * of an aggregate do.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_TOUCHES_H
#define CX_TOUCHES_H

#include "journey/journey.h"

typedef struct CxDict CxDict;

/* A touch with its names spelled out. */
typedef struct CxTouch
{
	TimestampTz at;
	CxName		facet[CX_FACETS];
	CxAnswer	feedback;		/* 0: none */
	double		value;			/* NaN: none */
} CxTouch;

/* A touch with its names looked up. */
typedef struct CxEvent
{
	TimestampTz at;
	uint32		code;			/* entry of the dictionary, or CX_EVENT_EXTRA and a position among the extras */
	uint32		place;			/* how many came before it, so that any sort is stable */
} CxEvent;

#define CX_EVENT_EXTRA		0x80000000

/* What few touches have, kept apart. */
typedef struct CxExtra
{
	uint32		code;
	CxAnswer	feedback;
	double		value;
} CxExtra;

typedef struct CxTouches
{
	CxDict	   *dict;
	MemoryContext context;		/* of the arrays */
	CxEvent    *events;
	CxExtra    *extras;
	int			n;
	int			capacity;
	int			n_extras;
	int			extras_capacity;
	bool		sorted;			/* times never step back */
} CxTouches;

/* dict.c */
extern CxDict *cx_dict_new(MemoryContext context);
extern uint32 cx_dict_code(CxDict *dict, const CxName *facets); /* interned: copied at its first appearance */
extern CxName cx_dict_name(const CxDict *dict, uint32 code, CxFacet facet);

/* touches.c: 22008 for an infinite time, 22003 for a value that is not finite, 54000 past the limits */
extern void cx_touches_init(CxTouches *touches, CxDict *dict, MemoryContext context);
extern void cx_touches_add(CxTouches *touches, const CxTouch *touch);
/* the same in two steps, for a touch without feedback and value */
extern uint32 cx_touches_code(CxDict *dict, const CxTouch *touch);
extern void cx_touches_add_event(CxTouches *touches, TimestampTz at, uint32 code);
extern void cx_touches_append(CxTouches *touches, const CxJourney *j, int from, int until);
extern void cx_touches_append_all(CxTouches *touches, const CxTouches *from);
extern void cx_touches_sort(CxTouches *touches);
pg_noreturn extern void cx_touches_too_many(void);

#define CX_TOO_MANY_TOUCHES \
	(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), \
	 errmsg("journey has more than %d touches", CX_JOURNEY_MAX_TOUCHES))

/* journey_pack.c: the stored form; sorts first */
extern struct varlena *cx_touches_pack(CxTouches *touches);

/*
 * Touches of a journey unpacked into arrays, all in the current memory
 * context. The name of touch i in facet f is cx_unpacked_name(&u, i, f).
 */
typedef struct CxUnpacked
{
	int			n;
	CxName	   *names;
	CxEntry    *entries;
	uint32	   *codes;
	TimestampTz *times;
	CxAnswer   *answers;		/* NULL if there is no feedback at all */
	double	   *values;			/* NULL if there are no values at all */
} CxUnpacked;

static inline CxName
cx_unpacked_name(const CxUnpacked *u, int i, CxFacet facet)
{
	return cx_entry_name(&u->entries[u->codes[i]], u->names, facet);
}

extern bool cx_journey_read(const CxJourney *j, int from, int count, CxUnpacked *u);	/* false: damaged */
extern CxUnpacked cx_journey_unpack(const CxJourney *j, int from, int count);
extern void cx_journey_unpacked_free(CxUnpacked *u);

#endif							/* CX_TOUCHES_H */
