/*-------------------------------------------------------------------------
 *
 * src/maths/pattern_scan.c
 *	  Patterns: where do matches begin and end?
 *
 * One pass over the touches, from the last to the first. It knows, for each
 * position, where the shortest completion ends if the position consumes touch
 * i ("ends"), and for each gate, where it ends if the gate is entered behind
 * touch i ("beyond"). Touch i needs only what was known of touch i + 1, and
 * each gate only those of lower numbers, so a touch costs the size of the
 * automaton and nothing is ever tried twice.
 *
 * A gate with a time limit asks for the lowest end in a window of touches. Its
 * two sides move one way only as i falls, so a queue of touches that may still
 * become the lowest (a later touch stays only as long as it ends earlier than
 * all before it) answers in constant time, spread over the touches.
 *
 *-------------------------------------------------------------------------
 */
#include "maths/pattern_tree.h"

#include <string.h>

#define NONE	INT32_MAX
#define LARGE	256				/* positions: from here on interrupts are looked for at each touch */

typedef struct Candidate
{
	int32_t		touch;
	int32_t		end;
} Candidate;

typedef struct Queue
{
	Candidate  *items;
	int			head;
	int			tail;
	int			capacity;
} Queue;

typedef struct Window
{
	Queue		waiting;		/* nearer than "after" */
	Queue		lowest;			/* ends rise from head to tail, touches fall */
} Window;

typedef struct Scan
{
	const CxPattern *pattern;
	const CxTrack *track;
	const CxMemory *memory;
	int			from;			/* touches from .. until - 1 */
	int			until;
	bool		only_at_end;	/* a match ends at until - 1 */
	bool		timeless;		/* as if there were no limits */
	int32_t    *ends;			/* of positions, for the touch at hand */
	int32_t    *ends_next;		/* for the touch behind it */
	int32_t    *beyond;			/* of gates */
	Window	   *windows;		/* of gates; used by those with a limit */
	int		   *first;			/* positions where a match may begin */
	int			n_first;
} Scan;

/* ---- queues ---- */

static void
queue_put(Queue *q, Candidate candidate, const CxMemory *memory)
{
	if (q->tail == q->capacity && q->head > q->capacity / 2)
	{
		memmove(q->items, q->items + q->head, (size_t) (q->tail - q->head) * sizeof(Candidate));
		q->tail -= q->head;
		q->head = 0;
	}
	q->items = cx_grow(memory, q->items, q->tail, &q->capacity, sizeof(Candidate));
	q->items[q->tail++] = candidate;
}

static void
queue_clear(Queue *q)
{
	q->head = q->tail = 0;
}

/* ---- gates ---- */

static bool
passes_over(const Scan *s, const CxGate *gate, int i)
{
	if (gate->any)
		return true;
	for (int c = 0; c < gate->n_classes; c++)
		if (cx_track_fits(s->pattern, s->track, i, gate->classes[c]))
			return true;
	return false;
}

/* Differences of times may need all 64 bits. */
static uint64_t
time_between(const Scan *s, int a, int b)
{
	return s->timeless ? 0 : (uint64_t) s->track->times[b] - (uint64_t) s->track->times[a];
}

static void
window_admit(Scan *s, Window *w, Candidate candidate)
{
	while (w->lowest.tail > w->lowest.head && w->lowest.items[w->lowest.tail - 1].end >= candidate.end)
		w->lowest.tail--;
	queue_put(&w->lowest, candidate, s->memory);
}

/* The lowest end of a touch inside the limit, counted from touch i; "nearest" is that of touch i + 1. */
static int32_t
window_lowest(Scan *s, const CxGate *gate, Window *w, int i, int32_t nearest)
{
	uint64_t	after = s->timeless ? 0 : gate->limit.after;

	if (i + 1 < s->until && !passes_over(s, gate, i + 1))
	{
		queue_clear(&w->waiting);
		queue_clear(&w->lowest);
	}
	if (nearest != NONE)
	{
		if (after > 0)
			queue_put(&w->waiting, (Candidate) {i + 1, nearest}, s->memory);
		else
			window_admit(s, w, (Candidate) {i + 1, nearest});
	}
	while (w->waiting.head < w->waiting.tail && time_between(s, i, w->waiting.items[w->waiting.head].touch) >= after)
		window_admit(s, w, w->waiting.items[w->waiting.head++]);
	while (w->lowest.head < w->lowest.tail &&
		   time_between(s, i, w->lowest.items[w->lowest.head].touch) > gate->limit.within)
		w->lowest.head++;
	return w->lowest.head < w->lowest.tail ? w->lowest.items[w->lowest.head].end : NONE;
}

/* What is known behind touch i, from what is known at touch i + 1 and behind it. */
static void
scan_gates(Scan *s, int i)
{
	const CxPattern *p = s->pattern;

	for (int g = 0; g < p->n_gates; g++)
	{
		const CxGate *gate = &p->gates[g];
		int32_t		lowest = NONE;

		for (int t = 0; t < gate->n_targets; t++)
		{
			CxTarget	target = gate->targets[t];
			int32_t		end = CX_IS_GATE(target) ? s->beyond[CX_GATE_OF(target)] : s->ends_next[target];

			if (end < lowest)
				lowest = end;
		}
		if (gate->timed)
			lowest = window_lowest(s, gate, &s->windows[g], i, lowest);
		else if (s->beyond[g] < lowest && passes_over(s, gate, i + 1))
			lowest = s->beyond[g];
		s->beyond[g] = lowest;
	}
}

/* ---- the pass ---- */

static void
scan_begin(Scan *s, const CxPattern *pattern, const CxTrack *track, int from, int until, const CxMemory *memory)
{
	size_t		ints = (size_t) (3 * pattern->n_positions + pattern->n_gates + 1) * sizeof(int32_t);
	size_t		windows = (size_t) (pattern->n_gates + 1) * sizeof(Window);
	int			n = 0;

	memset(s, 0, sizeof(Scan));
	s->pattern = pattern;
	s->track = track;
	s->memory = memory;
	s->from = from;
	s->until = until;
	s->only_at_end = pattern->to_end;
	s->ends = memory->alloc(ints, memory->arg);
	s->ends_next = s->ends + pattern->n_positions;
	s->first = s->ends_next + pattern->n_positions;
	s->beyond = s->first + pattern->n_positions;
	for (int p = 0; p < pattern->n_positions; p++)
	{
		s->ends[p] = s->ends_next[p] = NONE;
		if (pattern->positions[p].first)
			s->first[n++] = p;
	}
	s->n_first = n;
	for (int g = 0; g < pattern->n_gates; g++)
		s->beyond[g] = NONE;
	s->windows = memset(memory->alloc(windows, memory->arg), 0, windows);
}

static void
scan_end(Scan *s)
{
	int32_t    *ints = s->ends < s->ends_next ? s->ends : s->ends_next;

	for (int g = 0; g < s->pattern->n_gates; g++)
	{
		if (s->windows[g].waiting.capacity > 0)
			s->memory->release(s->windows[g].waiting.items, s->memory->arg);
		if (s->windows[g].lowest.capacity > 0)
			s->memory->release(s->windows[g].lowest.items, s->memory->arg);
	}
	s->memory->release(s->windows, s->memory->arg);
	s->memory->release(ints, s->memory->arg);
}

/* Go to touch i; calls come with i falling from until - 1 to from. */
static void
scan_touch(Scan *s, int i)
{
	const CxPattern *p = s->pattern;
	int32_t    *swap = s->ends_next;
	bool		may_end = !s->only_at_end || i == s->until - 1;

	s->ends_next = s->ends;
	s->ends = swap;
	if (i + 1 < s->until)
		scan_gates(s, i);
	for (int q = 0; q < p->n_positions; q++)
	{
		const CxPosition *position = &p->positions[q];
		int32_t		end = NONE;

		if (cx_track_fits(p, s->track, i, position->class))
		{
			if (position->last && may_end)
				end = i;
			else if (position->next == CX_TARGET_END)
				end = NONE;
			else if (CX_IS_GATE(position->next))
				end = s->beyond[CX_GATE_OF(position->next)];
			else
				end = s->ends_next[position->next];
		}
		s->ends[q] = end;
	}
	if ((i & 0xfff) == 0xfff || p->n_positions >= LARGE)
		cx_interrupt(s->memory);
}

/* Where the shortest match that begins at touch i ends; -1 if there is none. */
static int32_t
scan_shortest(const Scan *s, int i)
{
	int32_t		end = NONE;

	if (s->pattern->from_start && i > 0)
		return -1;
	for (int f = 0; f < s->n_first; f++)
		if (s->ends[s->first[f]] < end)
			end = s->ends[s->first[f]];
	if (end == NONE ||
		(s->pattern->whole_within != UINT64_MAX && time_between(s, i, end) > s->pattern->whole_within))
		return -1;
	return end;
}

/* ---- questions ---- */

static bool
fits_nothing(const CxPattern *pattern, const CxTrack *track)
{
	return pattern->nullable && (track->n == 0 || !pattern->from_start || !pattern->to_end);
}

static bool
scan_exists(const CxPattern *pattern, const CxTrack *track, bool timeless, const CxMemory *memory)
{
	Scan		s;
	bool		found = false;

	scan_begin(&s, pattern, track, 0, track->n, memory);
	s.timeless = timeless;
	for (int i = track->n - 1; i >= 0 && !found; i--)
	{
		scan_touch(&s, i);
		found = scan_shortest(&s, i) >= 0;
	}
	scan_end(&s);
	return found;
}

bool
cx_pattern_possible(const CxPattern *pattern, const CxTrack *track, const CxMemory *memory)
{
	if (fits_nothing(pattern, track))
		return true;
	if (pattern->quick != NULL)
		return cx_quick_possible(pattern, track, memory);
	return scan_exists(pattern, track, true, memory);
}

bool
cx_pattern_exists(const CxPattern *pattern, const CxTrack *track, const CxMemory *memory)
{
	if (!pattern->needs_times)
		return cx_pattern_possible(pattern, track, memory);
	return fits_nothing(pattern, track) || scan_exists(pattern, track, false, memory);
}

void
cx_pattern_ends(const CxPattern *pattern, const CxTrack *track, int32_t *ends, const CxMemory *memory)
{
	Scan		s;

	scan_begin(&s, pattern, track, 0, track->n, memory);
	s.timeless = !pattern->needs_times;
	for (int i = track->n - 1; i >= 0; i--)
	{
		scan_touch(&s, i);
		ends[i] = scan_shortest(&s, i);
	}
	scan_end(&s);
}

int
cx_pattern_count(const CxPattern *pattern, const CxTrack *track, const CxMemory *memory)
{
	int32_t    *ends = memory->alloc((size_t) track->n * sizeof(int32_t) + 1, memory->arg);
	int			count = 0;

	cx_pattern_ends(pattern, track, ends, memory);
	for (int i = 0; i < track->n; i++)
		if (ends[i] >= 0)
		{
			count++;
			i = ends[i];
		}
	memory->release(ends, memory->arg);
	return count;
}

/* ---- which touches a match consumes ---- */

/*
 * Knowing which positions can complete the match from which touch, go forward
 * with all positions that agree on the touches so far, always to the nearest
 * touch at which one of them can go on.
 */
typedef struct Replay
{
	const Scan *scan;
	const uint64_t *can;		/* for each touch, a bit for each position: it completes the match from here */
	size_t		row;
	bool	   *now;			/* positions that consumed the last touch */
	bool	   *next;			/* those that may consume the one at hand */
	bool	   *open;			/* gates that lead here */
} Replay;

static void
reach(Replay *r, CxTarget target)
{
	if (CX_IS_GATE(target))
		r->open[CX_GATE_OF(target)] = true;
	else if (target != CX_TARGET_END)
		r->next[target] = true;
}

/* What may consume touch j, if the last touch consumed is i. */
static void
replay_gates(Replay *r, int i, int j)
{
	const CxPattern *p = r->scan->pattern;

	for (int g = p->n_gates - 1; g >= 0; g--)
	{
		const CxGate *gate = &p->gates[g];

		if (!r->open[g])
			continue;
		if (gate->timed &&
			(time_between(r->scan, i, j) > gate->limit.within || time_between(r->scan, i, j) < gate->limit.after))
			continue;
		for (int t = 0; t < gate->n_targets; t++)
			reach(r, gate->targets[t]);
	}
}

/* Does one of the positions that may consume touch j complete the match? Then these are now. */
static bool
replay_touch(Replay *r, int j)
{
	const uint64_t *can = r->can + (size_t) (j - r->scan->from) * r->row;
	bool		found = false;

	for (int q = 0; q < r->scan->pattern->n_positions; q++)
		if (r->next[q] && ((can[q / 64] >> (q % 64)) & 1))
			found = true;
	if (found)
		for (int q = 0; q < r->scan->pattern->n_positions; q++)
			r->now[q] = r->next[q] && ((can[q / 64] >> (q % 64)) & 1);
	return found;
}

static int
replay(Replay *r, int32_t *positions)
{
	const CxPattern *p = r->scan->pattern;
	int			n = 0;

	for (int q = 0; q < p->n_positions; q++)
		r->next[q] = p->positions[q].first;
	for (int i = r->scan->from, j = i; j < r->scan->until; j++)
	{
		if (replay_touch(r, j))
		{
			positions[n++] = i = j;
			memset(r->open, 0, p->n_gates);
			memset(r->next, 0, p->n_positions);
			for (int q = 0; q < p->n_positions; q++)
				if (r->now[q])
					reach(r, p->positions[q].next);
		}
		else
		{
			memset(r->next, 0, p->n_positions);
			for (int g = 0; g < p->n_gates; g++)
				r->open[g] = r->open[g] && passes_over(r->scan, &p->gates[g], j);
		}
		if (j + 1 < r->scan->until)
			replay_gates(r, i, j + 1);
		if ((j & 0xfff) == 0xfff || p->n_positions >= LARGE)
			cx_interrupt(r->scan->memory);
	}
	return n;
}

int
cx_pattern_positions(const CxPattern *pattern, const CxTrack *track, int start, int end,
					 int32_t *positions, const CxMemory *memory)
{
	Scan		s;
	size_t		row = ((size_t) pattern->n_positions + 63) / 64;
	uint64_t   *can = memory->alloc((size_t) (end - start + 1) * row * sizeof(uint64_t) + 1, memory->arg);
	bool	   *flags = memory->alloc(2 * (size_t) pattern->n_positions + pattern->n_gates + 1, memory->arg);
	Replay		r = {&s, can, row, flags, flags + pattern->n_positions, flags + 2 * pattern->n_positions};
	int			n;

	scan_begin(&s, pattern, track, start, end + 1, memory);
	s.only_at_end = true;
	s.timeless = !pattern->needs_times;
	memset(can, 0, (size_t) (end - start + 1) * row * sizeof(uint64_t));
	for (int i = end; i >= start; i--)
	{
		scan_touch(&s, i);
		for (int q = 0; q < pattern->n_positions; q++)
			if (s.ends[q] != NONE)
				can[(size_t) (i - start) * row + q / 64] |= UINT64_C(1) << (q % 64);
	}
	memset(flags, 0, 2 * (size_t) pattern->n_positions + pattern->n_gates);
	n = replay(&r, positions);
	scan_end(&s);
	memory->release(can, memory->arg);
	memory->release(flags, memory->arg);
	return n;
}
