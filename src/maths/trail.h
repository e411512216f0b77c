/*-------------------------------------------------------------------------
 *
 * src/maths/trail.h
 *	  The best chain of touches through the steps of a funnel.
 *
 * A chain takes steps 1, 2, 3, ... to touches, one each, as the rules of the
 * funnel want it. The best one is the deepest; of those the one whose last
 * touch comes first; of those the one whose first touch comes last; and of
 * those the one whose second step is filled rather than skipped, and by the
 * earliest touch, then the third, and so on. So there is one best chain.
 *
 * The touches that fit any step are given in their order, by time and then as
 * they arrived. Steps count from 0 here.
 *
 * No postgres.h here, see step.h.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_TRAIL_H
#define CX_TRAIL_H

#include "maths/funnel.h"

typedef struct CxTrail
{
	int			n;
	const int32_t *position;	/* in the journey, ascending */
	const int64_t *time;		/* microseconds, never stepping back */
	const uint32_t *code;		/* what a touch fits: steps are bits of rows[code] */
	const uint64_t *rows;
	int			row;			/* words of a row */
	const int32_t *void_before; /* position of the last excluded touch before it, -1 if none; NULL: no exclusions */
} CxTrail;

static inline bool
cx_trail_fits(const CxTrail *trail, int i, int step)
{
	return (trail->rows[(size_t) trail->code[i] * trail->row + step / 64] >> (step % 64)) & 1;
}

typedef struct CxBest
{
	int			depth;			/* steps, the last reached one included; in mode any how many are reached */
	int			first;			/* touch of the trail that begins it */
	int			last;			/* and that completes it */
	int32_t    *touch;			/* of each step below depth: touch of the trail, -1 if skipped; mode any: ascending */
} CxBest;

/*
 * In any mode but "any". Time and memory are linear in touches times steps, "touch" is
 * filled only if asked for, and then in the given array of def->n.
 */
extern void cx_trail_find(const CxFunnelDef *def, const CxTrail *trail, const CxMemory *memory, CxBest *chain,
						  bool touches);

/*
 * The same for plain funnels (cx_funnel_is_plain) of up to 64 steps in mode
 * ordered or increasing: one pass, without memory. In mode ordered times may be
 * NULL where there is no window, or no touch for the second step.
 */
extern void cx_trail_find_quick(const CxFunnelDef *def, const CxTrail *trail, CxBest *chain, bool touches);

/* In mode any: the most steps that different touches within the window fill. */
extern void cx_trail_find_any(const CxFunnelDef *def, const CxTrail *trail, const CxMemory *memory, CxBest *chain,
							  bool touches);

#endif							/* CX_TRAIL_H */
