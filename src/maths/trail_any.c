/*-------------------------------------------------------------------------
 *
 * src/maths/trail_any.c
 *	  The most steps that touches fill, in whatever order (see trail.h).
 *
 * One touch fills one step, and a touch may fit several: which sets of touches
 * can fill as many steps is a matching of touches to steps, and such sets form
 * a matroid. So of all touches up to i there is one largest set whose touches
 * come as late as possible, and its touches that lie in a window which ends at
 * i are a largest set of that window, however long it is. The set is kept from
 * touch to touch: a new one joins it if it can be matched, perhaps moving
 * others to other steps; if not, it takes the place of the earliest of those
 * that stand in its way (Edmonds 1971; the paths are those of Berge 1957).
 *
 * A touch that fits one step takes constant time, any other one at most the
 * square of the number of steps over 64.
 *
 *-------------------------------------------------------------------------
 */
#include "maths/trail.h"

#include <string.h>

#define OFTEN	0x3ff

typedef struct Matching
{
	const CxTrail *trail;
	int			n;				/* steps */
	int32_t    *touch;			/* of each step, -1 if it is free */
	/* of the last search: */
	uint64_t   *seen;			/* bits of steps */
	int32_t    *via;			/* of each step seen: the step whose touch led to it, -1 the new touch itself */
	int32_t    *queue;			/* steps */
} Matching;

static Matching
matching_new(const CxFunnelDef *def, const CxTrail *trail, const CxMemory *memory)
{
	size_t		n = (size_t) def->n;
	Matching	m = {.trail = trail, .n = def->n};

	m.touch = memory->alloc(n * sizeof(int32_t), memory->arg);
	m.via = memory->alloc(n * sizeof(int32_t), memory->arg);
	m.queue = memory->alloc(n * sizeof(int32_t), memory->arg);
	m.seen = memory->alloc((n + 63) / 64 * sizeof(uint64_t), memory->arg);
	memset(m.touch, -1, n * sizeof(int32_t));
	return m;
}

static void
matching_free(Matching *m, const CxMemory *memory)
{
	memory->release(m->touch, memory->arg);
	memory->release(m->via, memory->arg);
	memory->release(m->queue, memory->arg);
	memory->release(m->seen, memory->arg);
}

/* The steps that a touch fits and that were not seen yet go into the queue. Gives the length of the queue. */
static int
look_from(Matching *m, int touch, int via, int tail)
{
	const uint64_t *row = m->trail->rows + (size_t) m->trail->code[touch] * m->trail->row;

	for (int w = 0; w < (m->n + 63) / 64; w++)
	{
		uint64_t	fresh = row[w] & ~m->seen[w];

		/* behind the last step there may be other bits */
		if (w == m->n / 64)
			fresh &= (UINT64_C(1) << (m->n % 64)) - 1;
		m->seen[w] |= fresh;
		for (; fresh != 0; fresh &= fresh - 1)
		{
			int			step = w * 64 + __builtin_ctzll(fresh);

			m->via[step] = via;
			m->queue[tail++] = step;
		}
	}
	return tail;
}

/* A free step that the touch can get, directly or by moving others; -1 if there is none. *tail: steps seen. */
static int
search(Matching *m, int touch, int *tail)
{
	memset(m->seen, 0, ((size_t) m->n + 63) / 64 * sizeof(uint64_t));
	*tail = look_from(m, touch, -1, 0);
	for (int head = 0; head < *tail; head++)
	{
		int			step = m->queue[head];

		if (m->touch[step] < 0)
			return step;
		*tail = look_from(m, m->touch[step], step, *tail);
	}
	return -1;
}

/* Everyone on the way to "step" moves up by one, and the new touch comes in. */
static void
move_up(Matching *m, int step, int touch)
{
	for (; m->via[step] >= 0; step = m->via[step])
		m->touch[step] = m->touch[m->via[step]];
	m->touch[step] = touch;
}

/* The earliest of the touches that stand in the way, by its step. */
static int
earliest_seen(const Matching *m, int tail)
{
	int			step = m->queue[0];

	for (int i = 1; i < tail; i++)
		if (m->touch[m->queue[i]] < m->touch[step])
			step = m->queue[i];
	return step;
}

/* The set is in the window from "from" on: where does it begin? */
static int
first_from(const Matching *m, int from)
{
	int			first = m->trail->n;

	for (int s = 0; s < m->n; s++)
		if (m->touch[s] >= from && m->touch[s] < first)
			first = m->touch[s];
	return first;
}

/* Depth, first and last. */
static void
find_ends(const CxFunnelDef *def, const CxTrail *trail, const CxMemory *memory, CxBest *chain)
{
	Matching	m = matching_new(def, trail, memory);
	bool	   *member = memory->alloc(trail->n, memory->arg);	/* of the set, and in the window */
	int			from = 0;		/* begin of the window */
	int			count = 0;

	memset(member, 0, trail->n);
	for (int i = 0; i < trail->n && chain->depth < def->n; i++)
	{
		int			tail;
		int			step = search(&m, i, &tail);

		for (; (uint64_t) trail->time[i] - (uint64_t) trail->time[from] > def->within; from++)
		{
			count -= member[from];
			member[from] = false;
		}
		if (tail == 0)
			continue;
		if (step < 0)
		{
			step = earliest_seen(&m, tail);
			count -= member[m.touch[step]];
			member[m.touch[step]] = false;
		}
		move_up(&m, step, i);
		member[i] = true;
		count++;
		if (count > chain->depth)
		{
			chain->depth = count;
			chain->last = i;
			chain->first = first_from(&m, from);
		}
		if ((i & OFTEN) == OFTEN || def->n > 256)
			cx_interrupt(memory);
	}
	matching_free(&m, memory);
	memory->release(member, memory->arg);
}

/* From the first to the last, whoever can join: the earliest set. */
static void
find_touches(const CxFunnelDef *def, const CxTrail *trail, const CxMemory *memory, CxBest *chain)
{
	Matching	m = matching_new(def, trail, memory);
	int			n = 0;

	for (int i = chain->first; i <= chain->last && n < chain->depth; i++)
	{
		int			tail;
		int			step = search(&m, i, &tail);

		if (step < 0)
			continue;
		move_up(&m, step, i);
		chain->touch[n++] = i;
		if ((i & OFTEN) == OFTEN || def->n > 256)
			cx_interrupt(memory);
	}
	matching_free(&m, memory);
}

void
cx_trail_find_any(const CxFunnelDef *def, const CxTrail *trail, const CxMemory *memory, CxBest *chain, bool touches)
{
	chain->depth = 0;
	chain->first = chain->last = -1;
	if (trail->n == 0)
		return;
	find_ends(def, trail, memory, chain);
	if (touches && chain->depth > 0)
		find_touches(def, trail, memory, chain);
}
