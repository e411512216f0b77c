/*-------------------------------------------------------------------------
 *
 * src/maths/trail.c
 *	  The best chain of touches, where steps follow each other (see trail.h).
 *
 * Forwards, step by step: of all chains that end with touch i as step k, the
 * one that began latest is worth keeping, since all others it can be continued
 * as. Its beginning is the greatest one among the touches that may come before
 * i, and those are an interval of the trail whose two ends only ever move on
 * with i: a queue of falling values gives the greatest one in constant time.
 *
 * That gives depth, end and beginning. Backwards from there, which touches can
 * still be continued to that end, step by step; and forwards once more, always
 * to the first of those.
 *
 *-------------------------------------------------------------------------
 */
#include "maths/trail.h"

#include <string.h>

#define OFTEN	0x3fff			/* touches between two looks at interrupts, as a mask */

/* Which touches may be neighbours in a chain, as step k and the reached step before it. */
typedef struct Rule
{
	const CxFunnelDef *def;
	const CxTrail *trail;
	const CxMemory *memory;
	uint64_t	longest;		/* between the two */
	uint64_t	slack;			/* the later one may be so far before (ordered), has to be farther behind (increasing) */
} Rule;

static Rule
rule_of(const CxFunnelDef *def, const CxTrail *trail, const CxMemory *memory)
{
	uint64_t	slack = def->tolerance == CX_FUNNEL_NEVER ? 0 : def->tolerance;

	return (Rule) {def, trail, memory, CX_FUNNEL_NEVER, slack};
}

static inline uint64_t
time_between(const CxTrail *trail, int from, int until)
{
	return (uint64_t) trail->time[until] - (uint64_t) trail->time[from];
}

/* Is q late enough behind p, or not too far before it? True from some q on, for each p. */
static inline bool
late_enough(const Rule *rule, int p, int q)
{
	const CxTrail *trail = rule->trail;

	if (rule->def->mode == CX_FUNNEL_INCREASING)
		return q > p && time_between(trail, p, q) > rule->slack;
	if (rule->def->tolerance == CX_FUNNEL_NEVER)
		return q > p;
	/* an exclusion between the two counts in either direction */
	return q >= p || (time_between(trail, q, p) <= rule->slack &&
					  (trail->void_before == NULL || trail->position[q] >= trail->void_before[p]));
}

/* Is q early enough behind p? True up to some q, for each p. */
static inline bool
early_enough(const Rule *rule, int p, int q)
{
	const CxTrail *trail = rule->trail;

	if (q <= p)
		return true;
	if (rule->def->mode == CX_FUNNEL_STRICT && trail->position[q] != trail->position[p] + 1)
		return false;
	return time_between(trail, p, q) <= rule->longest &&
		(trail->void_before == NULL || trail->position[p] >= trail->void_before[q]);
}

static void *
allocate(const CxMemory *memory, size_t n, size_t item)
{
	return memory->alloc(n * item + 1, memory->arg);
}

/* ---- forwards ---- */

typedef struct Forward
{
	int32_t    *before;			/* of a chain that may go on, by its last touch: where it began, -1 */
	int32_t    *reached;		/* the same, of chains that reach it */
	int32_t    *queue;
} Forward;

/*
 * One step on: fills reached[] from before[]. Gives the first touch that
 * reaches it, -1 if none does.
 */
static int
advance(const Rule *rule, int step, Forward *f)
{
	const CxTrail *trail = rule->trail;
	int			head = 0;
	int			tail = 0;
	int			next = 0;		/* first touch that is not in the queue yet */
	int			found = -1;

	for (int i = 0; i < trail->n; i++)
	{
		for (; next < trail->n && late_enough(rule, next, i); next++)
		{
			if (f->before[next] < 0)
				continue;
			while (tail > head && f->before[f->queue[tail - 1]] <= f->before[next])
				tail--;
			f->queue[tail++] = next;
		}
		while (tail > head && !early_enough(rule, f->queue[head], i))
			head++;
		f->reached[i] = -1;
		if (tail > head && cx_trail_fits(trail, i, step))
		{
			int			first = f->before[f->queue[head]];

			if (i <= first || time_between(trail, first, i) <= rule->def->within)
			{
				f->reached[i] = first;
				if (found < 0)
					found = i;
			}
		}
		if ((i & OFTEN) == OFTEN)
			cx_interrupt(rule->memory);
	}
	return found;
}

/* The first step; gives the first touch that fits it, -1 if none does. */
static int
begin(const CxTrail *trail, Forward *f)
{
	int			found = -1;

	for (int i = 0; i < trail->n; i++)
	{
		f->before[i] = cx_trail_fits(trail, i, 0) ? i : -1;
		if (f->before[i] >= 0 && found < 0)
			found = i;
	}
	return found;
}

/* Depth, first and last. */
static void
find_ends(Rule *rule, CxBest *chain)
{
	const CxTrail *trail = rule->trail;
	Forward		f;
	bool		alive;

	f.before = allocate(rule->memory, trail->n, sizeof(int32_t));
	f.reached = allocate(rule->memory, trail->n, sizeof(int32_t));
	f.queue = allocate(rule->memory, trail->n, sizeof(int32_t));
	chain->last = chain->first = begin(trail, &f);
	chain->depth = alive = chain->last >= 0;
	for (int k = 1; alive && k < rule->def->n; k++)
	{
		int			found;

		rule->longest = rule->def->step_within[k];
		found = advance(rule, k, &f);
		if (found >= 0)
		{
			chain->depth = k + 1;
			chain->last = found;
			chain->first = f.reached[found];
		}
		alive = found >= 0 || rule->def->optional[k];
		/* a chain that skips an optional step goes on from where it was */
		for (int i = 0; i < trail->n; i++)
			if (!rule->def->optional[k] || f.reached[i] > f.before[i])
				f.before[i] = f.reached[i];
		cx_interrupt(rule->memory);
	}
	rule->memory->release(f.before, rule->memory->arg);
	rule->memory->release(f.reached, rule->memory->arg);
	rule->memory->release(f.queue, rule->memory->arg);
}

/* ---- backwards, and forwards again ---- */

/* Bits of touches, for each step: can it be this step of a chain with the ends that were found? */
typedef struct Backward
{
	uint64_t   *can;
	size_t		words;			/* of a step */
	uint8_t    *later;			/* can a chain go on from here with some step behind the one looked at? */
	int32_t    *next;			/* the first touch from here on that can be the step looked at */
} Backward;

static inline bool
can_be(const Backward *b, int step, int i)
{
	return (b->can[step * b->words + i / 64] >> (i % 64)) & 1;
}

/* Does the first touch that is late enough and can be the step come early enough? It is given then, else -1. */
static inline int
next_touch(const Rule *rule, const int32_t *next, int from, int p)
{
	int			q = from < rule->trail->n ? next[from] : -1;

	return q >= 0 && q != p && early_enough(rule, p, q) ? q : -1;
}

/* Which touches can go on with "step"; adds to b->later, or replaces it if the step cannot be skipped. */
static void
retreat(Rule *rule, int step, Backward *b)
{
	const CxTrail *trail = rule->trail;
	int			from = 0;

	rule->longest = rule->def->step_within[step];
	for (int i = trail->n - 1, next = -1; i >= 0; i--)
	{
		if (can_be(b, step, i))
			next = i;
		b->next[i] = next;
	}
	for (int p = 0; p < trail->n; p++)
	{
		bool		can;

		while (from < trail->n && !late_enough(rule, p, from))
			from++;
		can = next_touch(rule, b->next, from, p) >= 0;
		b->later[p] = can || (rule->def->optional[step] && b->later[p]);
		if ((p & OFTEN) == OFTEN)
			cx_interrupt(rule->memory);
	}
}

static void
find_continuable(Rule *rule, const CxBest *chain, Backward *b)
{
	const CxTrail *trail = rule->trail;

	memset(b->can, 0, sizeof(uint64_t) * b->words * chain->depth);
	memset(b->later, 0, trail->n);
	b->can[(chain->depth - 1) * b->words + chain->last / 64] |= UINT64_C(1) << (chain->last % 64);
	for (int k = chain->depth - 2; k >= 0; k--)
	{
		retreat(rule, k + 1, b);
		for (int i = 0; i < trail->n; i++)
			if (b->later[i] && cx_trail_fits(trail, i, k) &&
				(i <= chain->first || time_between(trail, chain->first, i) <= rule->def->within))
				b->can[k * b->words + i / 64] |= UINT64_C(1) << (i % 64);
		cx_interrupt(rule->memory);
	}
}

/* Of the touches that may follow p as "step", the first. */
static int
follow(Rule *rule, const Backward *b, int step, int p)
{
	const CxTrail *trail = rule->trail;
	bool		forwards = rule->def->tolerance == CX_FUNNEL_NEVER || rule->def->mode != CX_FUNNEL_ORDERED;

	rule->longest = rule->def->step_within[step];
	for (int q = forwards ? p + 1 : 0; q < trail->n && early_enough(rule, p, q); q++)
		if (q != p && can_be(b, step, q) && late_enough(rule, p, q))
			return q;
	return -1;
}

static void
find_touches(Rule *rule, CxBest *chain)
{
	const CxTrail *trail = rule->trail;
	const CxMemory *memory = rule->memory;
	Backward	b = {.words = ((size_t) trail->n + 63) / 64};
	int			at = chain->first;

	b.can = allocate(memory, b.words * chain->depth, sizeof(uint64_t));
	b.later = allocate(memory, trail->n, 1);
	b.next = allocate(memory, trail->n, sizeof(int32_t));
	find_continuable(rule, chain, &b);
	chain->touch[0] = at;
	for (int k = 1; k < chain->depth; k++)
	{
		int			q = follow(rule, &b, k, at);

		chain->touch[k] = q;
		if (q >= 0)
			at = q;
		cx_interrupt(memory);
	}
	memory->release(b.can, memory->arg);
	memory->release(b.later, memory->arg);
	memory->release(b.next, memory->arg);
}

void
cx_trail_find(const CxFunnelDef *def, const CxTrail *trail, const CxMemory *memory, CxBest *chain, bool touches)
{
	Rule		rule = rule_of(def, trail, memory);

	chain->depth = 0;
	chain->first = chain->last = -1;
	if (trail->n == 0)
		return;
	find_ends(&rule, chain);
	if (touches && chain->depth > 0)
		find_touches(&rule, chain);
}
