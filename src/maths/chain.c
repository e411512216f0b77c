/*-------------------------------------------------------------------------
 *
 * chain.c
 *		How far a chain of conditions gets (see chain.h).
 *
 * One pass over the rows. For each length it is enough to know the latest
 * start of the chains of that length so far: whatever can follow another one
 * can follow that. So the work is rows times the conditions that hold in them.
 *
 * Rows of one time are taken together where their order must not matter.
 * With INCREASE they extend what was there before them. With ONCE a chain may
 * take several of them for as many conditions: that is a matching of
 * conditions to rows, found by augmenting paths, and as the conditions of a
 * chain stand in a row, one matching slides over all of them.
 *
 *-------------------------------------------------------------------------
 */
#include "maths/chain.h"

#include <stdbool.h>
#include <string.h>

#define NEVER		INT64_MIN
#define NO_STEP		UINT32_MAX

/* A length of chains: their latest start, and what it was before the time "changed_at". */
typedef struct Level
{
	int64_t		start;
	int64_t		before;
	int64_t		changed_at;
} Level;

typedef struct Chain
{
	const CxMarked *marked;
	int			conditions;
	uint64_t	within;
	unsigned	modes;
	int			longest;
	Level	   *level;			/* of the chains that end with this condition */
	/* matching of rows of one time, each array as long as conditions or the most such rows */
	uint32_t   *row_of;			/* condition -> row */
	uint32_t   *queue;
	uint32_t   *step_of;		/* row -> condition */
	uint32_t   *reached_by;		/* row -> condition, while a path is looked for */
} Chain;

static inline int64_t
time_of(const uint64_t *row)
{
	return (int64_t) row[0];
}

/* The first row after i with a time other than its own. */
static inline size_t
end_of_time(const CxMarked *marked, size_t i)
{
	int64_t		at = time_of(cx_marked_row(marked, i));

	for (i++; i < marked->n && time_of(cx_marked_row(marked, i)) == at; i++)
		;
	return i;
}

static inline bool
in_time(const Chain *c, int64_t start, int64_t at)
{
	return start != NEVER && (uint64_t) at - (uint64_t) start <= c->within;
}

static inline void
set_level(Chain *c, int condition, int64_t start, int64_t at)
{
	Level	   *level = &c->level[condition];

	if (level->changed_at != at)
	{
		level->before = level->start;
		level->changed_at = at;
	}
	level->start = start;
	if (condition >= c->longest)
		c->longest = condition + 1;
}

/* A condition holds at a time: the chains that end with the one before go on. */
static inline void
extend(Chain *c, int condition, int64_t at)
{
	const Level *level;
	int64_t		start;

	if (condition == 0)
	{
		set_level(c, 0, at, at);
		return;
	}
	level = &c->level[condition - 1];
	start = level->start;
	if ((c->modes & CX_CHAIN_INCREASE) && level->changed_at == at)
		start = level->before;
	if (in_time(c, start, at))
		set_level(c, condition, start, at);
}

/* Without modes, or with INCREASE: rows of one time are as one, conditions in their order. */
static void
plain_rows(Chain *c)
{
	const CxMarked *marked = c->marked;
	size_t		next;

	for (size_t i = 0; i < marked->n && c->longest < c->conditions; i = next)
	{
		int64_t		at = time_of(cx_marked_row(marked, i));

		next = end_of_time(marked, i);
		for (int w = 0; w < marked->words; w++)
		{
			uint64_t	held = 0;

			for (size_t k = i; k < next; k++)
				held |= cx_marked_row(marked, k)[1 + w];
			for (; held != 0; held &= held - 1)
				extend(c, w * 64 + __builtin_ctzll(held), at);
		}
	}
}

/* DEDUPLICATE and ORDER: false where a condition that holds ends it all. */
static bool
may_go_on(const Chain *c, int condition)
{
	if (condition == 0)
		return true;
	if ((c->modes & CX_CHAIN_DEDUPLICATE) && c->level[condition].start != NEVER)
		return false;
	if ((c->modes & CX_CHAIN_ORDER) && c->level[0].start != NEVER && c->level[condition - 1].start == NEVER)
		return false;
	return true;
}

/* How many rows of i .. next - 1 a condition holds in; all that matters is none, one, more. */
static int
times_held(const CxMarked *marked, size_t i, size_t next, int condition)
{
	int			held = 0;

	for (; i < next && held < 2; i++)
		held += cx_marked_has(cx_marked_row(marked, i), condition);
	return held;
}

static bool
any_row_without(const CxMarked *marked, size_t i, size_t next)
{
	for (; i < next; i++)
	{
		uint64_t	held = 0;

		for (int w = 0; w < marked->words; w++)
			held |= cx_marked_row(marked, i)[1 + w];
		if (held == 0)
			return true;
	}
	return false;
}

static void
guarded_rows(Chain *c)
{
	const CxMarked *marked = c->marked;
	size_t		next;

	for (size_t i = 0; i < marked->n && c->longest < c->conditions; i = next)
	{
		int64_t		at = time_of(cx_marked_row(marked, i));

		next = end_of_time(marked, i);
		if ((c->modes & CX_CHAIN_ORDER) && c->level[0].start != NEVER && any_row_without(marked, i, next))
			return;
		for (int condition = 0; condition < c->conditions; condition++)
		{
			for (int held = times_held(marked, i, next, condition); held > 0; held--)
			{
				if (!may_go_on(c, condition))
					return;
				extend(c, condition, at);
			}
		}
	}
}

/*
 * Find a row for one more condition, moving others to other rows where needed
 * (breadth first). Rows are those from "rows" on, n of them.
 */
static bool
augment(Chain *c, size_t rows, size_t n, int condition)
{
	size_t		head = 0,
				tail = 0;

	for (size_t r = 0; r < n; r++)
		c->reached_by[r] = NO_STEP;
	c->queue[tail++] = condition;
	while (head < tail)
	{
		uint32_t	step = c->queue[head++];

		for (size_t r = 0; r < n; r++)
		{
			if (c->reached_by[r] != NO_STEP || !cx_marked_has(cx_marked_row(c->marked, rows + r), step))
				continue;
			c->reached_by[r] = step;
			if (c->step_of[r] != NO_STEP)
			{
				c->queue[tail++] = c->step_of[r];
				continue;
			}
			/* a free row: walk back, each condition on the way takes the row it was reached by */
			for (uint32_t row = (uint32_t) r, freed; row != NO_STEP; row = freed)
			{
				step = c->reached_by[row];
				freed = c->row_of[step];
				c->row_of[step] = row;
				c->step_of[row] = step;
			}
			return true;
		}
	}
	return false;
}

/*
 * Several rows of one time. For each condition i, how many conditions from
 * there on find a row of their own? The end never moves back as i goes up, so
 * each condition comes and goes once. Chains that ended before i then get so
 * far, and of those the one with the lowest i started last.
 */
static void
rows_of_one_time(Chain *c, size_t rows, size_t n)
{
	int64_t		at = time_of(cx_marked_row(c->marked, rows));
	int			end = 0;
	int			filled = 0;		/* conditions below have been given what they get at this time */

	for (size_t r = 0; r < n; r++)
		c->step_of[r] = NO_STEP;
	for (int i = 0; i < c->conditions; i++)
		c->row_of[i] = NO_STEP;
	for (int i = 0; i < c->conditions; i++)
	{
		const Level *level = &c->level[i - (i > 0)];
		int64_t		start = i == 0 ? at : level->changed_at == at ? level->before : level->start;

		if (end < i)
			end = i;
		while (end < c->conditions && augment(c, rows, n, end))
			end++;
		if (filled < i)
			filled = i;
		if (in_time(c, start, at))
			for (; filled < end; filled++)
				set_level(c, filled, start, at);
		if (c->row_of[i] != NO_STEP)
		{
			c->step_of[c->row_of[i]] = NO_STEP;
			c->row_of[i] = NO_STEP;
		}
	}
}

static void
rows_taken_once(Chain *c)
{
	const CxMarked *marked = c->marked;
	size_t		next;

	for (size_t i = 0; i < marked->n && c->longest < c->conditions; i = next)
	{
		const uint64_t *row = cx_marked_row(marked, i);

		next = end_of_time(marked, i);
		if (next - i > 1)
		{
			rows_of_one_time(c, i, next - i);
			continue;
		}
		/* downwards, so that a row cannot follow itself */
		for (int w = marked->words - 1; w >= 0; w--)
		{
			uint64_t	held = row[1 + w];

			for (; held != 0; held &= ~(UINT64_C(1) << (63 - __builtin_clzll(held))))
				extend(c, w * 64 + 63 - __builtin_clzll(held), time_of(row));
		}
	}
}

static bool
needs_matching(unsigned modes)
{
	return (modes & CX_CHAIN_ONCE) && !(modes & CX_CHAIN_INCREASE);
}

static size_t
most_rows_of_one_time(const CxMarked *marked)
{
	size_t		most = 0,
				next;

	for (size_t i = 0; i < marked->n; i = next)
	{
		next = end_of_time(marked, i);
		if (next - i > most)
			most = next - i;
	}
	return most;
}

size_t
cx_chain_scratch(const CxMarked *marked, int conditions, unsigned modes)
{
	size_t		size = sizeof(Level) * conditions;

	if (needs_matching(modes))
		size += sizeof(uint32_t) * (2 * (size_t) conditions + 2 * most_rows_of_one_time(marked) + 1);
	return size;
}

int
cx_chain_length(const CxMarked *marked, int conditions, uint64_t within, unsigned modes, void *scratch)
{
	Chain		c = {.marked = marked, .conditions = conditions, .within = within, .modes = modes, .level = scratch};

	for (int i = 0; i < conditions; i++)
		c.level[i] = (Level) {NEVER, NEVER, NEVER};
	if (modes & (CX_CHAIN_DEDUPLICATE | CX_CHAIN_ORDER))
		guarded_rows(&c);
	else if (needs_matching(modes))
	{
		c.row_of = (uint32_t *) (c.level + conditions);
		c.queue = c.row_of + conditions;
		/* a path ends at the first free row, so the queue holds at most all conditions, and one more */
		c.step_of = c.queue + conditions + 1;
		c.reached_by = c.step_of + most_rows_of_one_time(marked);
		rows_taken_once(&c);
	}
	else
		plain_rows(&c);
	return c.longest;
}
