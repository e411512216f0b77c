/*-------------------------------------------------------------------------
 *
 * src/maths/trail_quick.c
 *	  The best chain of touches where nothing but the window limits it (see
 *	  trail.h).
 *
 * For each step the chain that reached it and began latest is kept: whatever
 * other chain that reached it could go on with, this one can, too. A touch is
 * asked for its last step first, so that it goes on from what was before it.
 *
 *-------------------------------------------------------------------------
 */
#include "maths/trail.h"

#include <string.h>

#define QUICK_STEPS 64

typedef struct Quick
{
	uint64_t	reached;		/* bits of steps */
	int32_t		first[QUICK_STEPS]; /* where the chain began that reached the step */
	/* increasing: what the touches of one time have reached, to be counted behind the last of them */
	uint64_t	pending;
	int32_t		pending_first[QUICK_STEPS];
} Quick;

static inline int
highest(uint64_t bits)
{
	return 63 - __builtin_clzll(bits);
}

static inline void
keep(uint64_t *reached, int32_t *first, int step, int from)
{
	uint64_t	bit = UINT64_C(1) << step;

	if ((*reached & bit) == 0 || first[step] < from)
		first[step] = from;
	*reached |= bit;
}

/* Can the chain of the step before still go on? If so, where did it begin? Else -1, and it is forgotten. */
static inline int
go_on(Quick *q, const CxFunnelDef *def, const CxTrail *trail, int step, int i)
{
	int			first = q->first[step - 1];

	if (def->within == CX_FUNNEL_NEVER || (uint64_t) trail->time[i] - (uint64_t) trail->time[first] <= def->within)
		return first;
	q->reached &= ~(UINT64_C(1) << (step - 1));
	return -1;
}

/*
 * Mode ordered has no step to take back, so it can do without branches that
 * are hard to foresee: first[k] is where the chain began that has come as far
 * as to try step k, latest of all. It becomes first[k + 1] even where it has
 * come too late for that: a chain that began before it is too late, too.
 */
static inline void
find_ordered(const CxFunnelDef *def, const CxTrail *trail, CxBest *chain, bool timed)
{
	/* copies, so that they stay in registers while first[] is written */
	const uint64_t *rows = trail->rows;
	const uint32_t *code = trail->code;
	const int64_t *time = trail->time;
	const uint64_t within = def->within;
	const int	n = trail->n;
	int32_t		first[QUICK_STEPS + 1];
	uint64_t	open = 1;		/* bit k: there is such a chain */
	int			depth = 0;

	memset(first, 0, sizeof(int32_t) * (def->n + 1));
	for (int i = 0; i < n; i++)
	{
		uint64_t	fits = rows[code[i]];

		first[0] = i;
		while (fits != 0)
		{
			int			k = highest(fits);
			int32_t		from = first[k];
			uint64_t	on = open >> k & 1;

			if (timed)
				on &= (uint64_t) time[i] - (uint64_t) time[from] <= within;
			fits ^= UINT64_C(1) << k;
			first[k + 1] = from;
			open |= on << k << 1;
			if (on & (k >= depth))
			{
				depth = k + 1;
				chain->first = from;
				chain->last = i;
				if (depth == def->n)
					goto done;
			}
		}
	}
done:
	chain->depth = depth;
}

static void
count_pending(Quick *q)
{
	for (; q->pending != 0; q->pending &= q->pending - 1)
	{
		int			k = __builtin_ctzll(q->pending);

		keep(&q->reached, q->first, k, q->pending_first[k]);
	}
}

static void
find_increasing(const CxFunnelDef *def, const CxTrail *trail, CxBest *chain)
{
	Quick		q;

	q.reached = q.pending = 0;
	for (int i = 0; i < trail->n; i++)
	{
		uint64_t	live;

		if (i > 0 && trail->time[i] != trail->time[i - 1])
			count_pending(&q);
		live = trail->rows[trail->code[i]] & (q.reached << 1 | 1);
		while (live != 0)
		{
			int			k = highest(live);
			int			from = k == 0 ? i : go_on(&q, def, trail, k, i);

			live ^= UINT64_C(1) << k;
			if (from < 0)
				continue;
			keep(&q.pending, q.pending_first, k, from);
			if (k < chain->depth)
				continue;
			chain->depth = k + 1;
			chain->first = from;
			chain->last = i;
			if (chain->depth == def->n)
				return;
		}
	}
}

void
cx_trail_find_quick(const CxFunnelDef *def, const CxTrail *trail, CxBest *chain, bool touches)
{
	int			k = 1;

	chain->depth = 0;
	chain->first = chain->last = -1;
	if (def->mode == CX_FUNNEL_INCREASING)
		find_increasing(def, trail, chain);
	else if (def->within == CX_FUNNEL_NEVER || trail->time == NULL)
		find_ordered(def, trail, chain, false);
	else
		find_ordered(def, trail, chain, true);
	if (!touches || chain->depth == 0)
		return;
	chain->touch[0] = chain->first;
	for (int i = chain->first + 1; k < chain->depth - 1; i++)
		if (cx_trail_fits(trail, i, k) &&
			(def->mode != CX_FUNNEL_INCREASING || trail->time[i] > trail->time[chain->touch[k - 1]]))
			chain->touch[k++] = i;
	if (chain->depth > 1)
		chain->touch[chain->depth - 1] = chain->last;
}
