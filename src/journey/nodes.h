/*-------------------------------------------------------------------------
 *
 * src/journey/nodes.h
 *	  The names of one facet, numbered as they are met.
 *
 * A journey has its own dictionary; what sums up many journeys needs one for
 * all. So each code of a journey is turned into a number of CxNodes once, and
 * its touches are then counted by number.
 *
 * A name is looked up by its first and its last eight bytes, which overlap in
 * short ones: up to 16 bytes that is all of it, so nearly every name costs a
 * hash of two words and one comparison.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_NODES_H
#define CX_NODES_H

#include "core/bits.h"
#include "core/shared.h"
#include "journey/journey.h"

#define CX_NODE_NONE	(-1)	/* no such name, or it has no number yet */

/* documented size limit of flow_stats and path_stats; past it 54000 */
#define CX_NODES_MAX	(1 << 24)

/*
 * A name that is not in its own slot costs a wrong guess of the processor, so
 * slots are plenty in between: where many groups have few names each they
 * would cost memory, and where names are many they would leave its cache.
 */
#define CX_NODES_SMALL	16
#define CX_NODES_LARGE	1024
#define CX_NODES_DIRECT	64		/* in a journey the head of such a name is all there is of it, and one byte */

typedef struct CxNodeSlot
{
	uint64		first;			/* eight bytes, zeros behind a shorter name; a number */
	uint64		last;
	int32		len;			/* -1: a number */
	uint32		number;			/* + 1, 0 = free */
} CxNodeSlot;

typedef struct CxNodes
{
	MemoryContext context;
	uint32		n;
	uint32		capacity;
	CxName	   *name;			/* by number */
	uint32		slots_n;		/* a power of two, at least 2n, in between 4n */
	int			shift;			/* 32 - its logarithm */
	CxNodeSlot *slots;
	uint32	   *of_number;		/* number + 1 of each name that is a number below CX_NODES_DIRECT; NULL while there
								 * are few names */
} CxNodes;

/* Buffers that all groups of an aggregate use one after the other; begins what they share. */
typedef struct CxNodeBuffers
{
	CxShared	shared;
	MemoryContext context;
	int			names_room;
	CxName	   *names;
	int32	   *numbers;
	uint32	   *places;			/* of names, from the first one on */
	int			codes_room;
	int32	   *of_code;
	int			touches_room;
	uint32	   *codes;
	TimestampTz *times;
} CxNodeBuffers;

/* A journey as CxNodes sees it. */
typedef struct CxNodeView
{
	CxNodes    *nodes;
	CxNodeBuffers *buffers;
	const CxJourney *j;
	bool		have_names;		/* are they in the buffers? */
	bool		have_places;	/* is it there where each name begins? */
	bool		absent;			/* no touch has the facet */
	uint64		entry_bits;		/* of an entry */
	uint64		field_bit;		/* where the facet stands in it */
	bool		optional;		/* the field holds 0 for "none", else position + 1 */
} CxNodeView;

extern void cx_nodes_init(CxNodes *nodes, MemoryContext context);
/* The number of a name, copied when it is met first. */
extern uint32 cx_nodes_number(CxNodes *nodes, CxName name);

/* Those of the aggregate, or fresh ones where there is none. */
extern CxNodeBuffers *cx_node_buffers(CxShared *shared, MemoryContext context);
extern void cx_node_buffers_for(CxNodeBuffers *buffers, const CxJourney *j);

/*
 * The journey must have touches; the buffers must be made ready for it.
 * "touches" is how many of them will be asked for: where there are fewer than
 * names, names are looked up as they are asked for.
 */
extern CxNodeView cx_nodes_view(CxNodes *nodes, CxNodeBuffers *buffers, const CxJourney *j, CxFacet facet, int touches);
extern int32 cx_nodes_look_up(CxNodeView *view, int32 name);
/* cx_node_of() for all codes, into buffers->of_code; are there touches without the facet? */
extern bool cx_nodes_of_codes(CxNodeView *view);

/* The position of the name that touches of a code have, or -1. */
static inline int32
cx_node_name(const CxNodeView *view, uint32 code)
{
	const CxJourney *j = view->j;
	int32		name;

	if (view->absent)
		return -1;
	if (j->entries_at == NULL)
		return (int32) code;
	name = (int32) cx_read_narrow(j->entries_at, code * view->entry_bits + view->field_bit, j->name_bits) - view->optional;
	if (unlikely(name >= j->names))
		cx_journey_damaged();
	return name;
}

/* The number of what touches of a code have, or CX_NODE_NONE. */
static inline int32
cx_node_of(CxNodeView *view, uint32 code)
{
	int32		name = cx_node_name(view, code);

	if (name < 0)
		return CX_NODE_NONE;
	if (likely(view->buffers->numbers[name] >= 0))
		return view->buffers->numbers[name];
	return cx_nodes_look_up(view, name);
}

/* Numbers in the order of their names, and the place of each in it; in the current memory context. */
extern uint32 *cx_nodes_order(const CxNodes *nodes);
extern uint32 *cx_nodes_ranks(const uint32 *order, uint32 n);

/* Names in the stored form; reading checks everything but the order, and does not copy. */
extern void cx_write_name(CxWriter *w, CxName name);
extern bool cx_read_name(CxReader *r, CxName *name);
/* The names of all, ascending; read into empty nodes, where number = place. */
extern void cx_nodes_write(const CxNodes *nodes, const uint32 *order, CxWriter *w);
extern bool cx_nodes_read(CxNodes *nodes, CxReader *r);

/* The argument "grain" as a facet, 22023; "known" is the name of the one seen in the row before, or -1. */
extern CxFacet cx_grain_arg(FunctionCallInfo fcinfo, int arg, int known);

#endif							/* CX_NODES_H */
