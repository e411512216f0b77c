/*-------------------------------------------------------------------------
 *
 * src/organisation/answered.h
 *	  Journeys, touch by touch, with the name and the answer of each: what
 *	  coverage and pain points have in common.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_ANSWERED_H
#define CX_ANSWERED_H

#include "core/stats.h"
#include "journey/nodes.h"
#include "utils/memutils.h"

#define CX_NODE_UNKNOWN		(-2)	/* of a code that nobody has asked about yet; CX_NODE_NONE: it has no name */

/* Buffers that all groups of an aggregate use one after the other; begins what they share. */
typedef struct CxAnswerBuffers
{
	CxNodeBuffers nodes;
	int			room;
	CxAnswer   *answers;		/* 0: none */
} CxAnswerBuffers;

/* Those of the aggregate, or fresh ones, with room for the journey; no node of a code is known. */
static inline CxAnswerBuffers *
cx_answer_buffers(const CxStats *stats, const CxJourney *j)
{
	CxShared   *shared = stats->shared;
	CxAnswerBuffers *buffers;

	if (shared == NULL)
		shared = MemoryContextAllocZero(stats->context, sizeof(CxAnswerBuffers));
	buffers = (CxAnswerBuffers *) cx_node_buffers(shared, stats->context);
	cx_node_buffers_for(&buffers->nodes, j);
	if ((j->flags & CX_JOURNEY_FEEDBACK) && buffers->room < j->n)
	{
		int			room = Min(Max(j->n * 2, 256), CX_JOURNEY_MAX_TOUCHES);

		buffers->room = 0;
		if (buffers->answers != NULL)
			pfree(buffers->answers);
		buffers->answers = NULL;
		buffers->answers = MemoryContextAllocHuge(buffers->nodes.context, sizeof(CxAnswer) * room);
		buffers->room = room;
	}
	for (int code = 0; code < j->entries; code++)
		buffers->nodes.of_code[code] = CX_NODE_UNKNOWN;
	return buffers;
}

/* The node of a code, asked for when it is met: an entry that does not occur gets no number. */
static inline int32
cx_answer_node(CxNodeView *view, uint32 code)
{
	int32	   *node = &view->buffers->of_code[code];

	if (*node == CX_NODE_UNKNOWN)
		*node = cx_node_of(view, code);
	return *node;
}

#endif							/* CX_ANSWERED_H */
