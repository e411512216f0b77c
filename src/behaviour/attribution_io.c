/*-------------------------------------------------------------------------
 *
 * src/behaviour/attribution_io.c
 *	  The cells of attribution_stats in order, as they are stored and read.
 *
 *-------------------------------------------------------------------------
 */
#include "behaviour/attribution.h"

#include "core/sort.h"
#include "journey/what.h"
#include "mb/pg_wchar.h"
#include "utils/memutils.h"

#define HAS_VALUES		0x04
#define GRAIN_BITS		0x03

static int
cmp_cells(const void *a, const void *b)
{
	uint64		x = ((const CxCell *) a)->key;
	uint64		y = ((const CxCell *) b)->key;

	return (x > y) - (x < y);
}

/* The key of a cell with places among the names in it rather than numbers. */
static uint64
placed_key(uint64 key, const uint32 *ranks)
{
	uint32		a = CX_CELL_A(key);
	uint32		b = CX_CELL_B(key);

	if (CX_CELL_ROLE(key) != CX_ROLE_EDGE)
		return cx_cell_key(CX_CELL_ROLE(key), a, ranks[b]);
	return cx_cell_key(CX_ROLE_EDGE, a == CX_FROM_START ? a : CX_FROM(ranks[a - CX_FROM(0)]),
					   b < CX_TO(0) ? b : CX_TO(ranks[b - CX_TO(0)]));
}

static void
set_first(CxPaths *paths, uint32 n)
{
	uint32		at = 0;

	for (int role = 0; role <= CX_ROLES + 1; role++)
	{
		while (at < n && CX_CELL_ROLE(paths->cells[at].key) < role)
			at++;
		paths->first[role] = at;
	}
}

void
cx_attribution_paths(const CxAttribution *a, CxPaths *paths)
{
	uint32	   *order = cx_nodes_order(&a->nodes);
	uint32	   *ranks = cx_nodes_ranks(order, a->nodes.n);
	CxName	   *names = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(CxName) * Max((Size) a->nodes.n, 1));
	uint32		n = 0;

	memset(paths, 0, sizeof(CxPaths));
	for (uint32 i = 0; i < a->nodes.n; i++)
		names[i] = a->nodes.name[order[i]];
	paths->n_names = a->nodes.n;
	paths->names = names;
	paths->cells = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(CxCell) * Max((Size) a->used, 1));
	for (uint32 i = 0; i < a->slots; i++)
	{
		const CxCell *cell = &a->cells[i];

		/* credit that is nothing, or came to nothing, leaves no trace */
		if (cell->key == 0 || (CX_CELL_ROLE(cell->key) >= CX_ROLE_DECAY && cell->value == 0))
			continue;
		paths->cells[n] = *cell;
		paths->cells[n++].key = placed_key(cell->key, ranks);
	}
	cx_sort(paths->cells, n, sizeof(CxCell), cmp_cells);
	set_first(paths, n);
	pfree(order);
	pfree(ranks);
}

/* ---- writing ---- */

static void
write_signed(CxWriter *w, int128 value)
{
	cx_write_wide(w, ((CxUint128) value << 1) ^ (CxUint128) (value >> 127));
}

void
cx_attribution_write(const CxStats *stats, CxWriter *w)
{
	const CxAttribution *a = (const CxAttribution *) stats;
	CxPaths		paths;
	bool		values = false;

	cx_attribution_paths(a, &paths);
	for (uint32 i = 0; i < paths.first[CX_ROLES + 1]; i++)
		values |= CX_CELL_ROLE(paths.cells[i].key) != CX_ROLE_DECAY && paths.cells[i].value != 0;
	cx_write_byte(w, (uint8) (Max(a->grain, 0) | (values ? HAS_VALUES : 0)));
	cx_write_varint(w, a->half_life);
	cx_write_varint(w, a->conversion_len);
	cx_write_bytes(w, a->conversion, a->conversion_len);
	cx_write_varint(w, a->journeys);
	cx_write_varint(w, paths.n_names);
	for (uint32 i = 0; i < paths.n_names; i++)
		cx_write_name(w, paths.names[i]);
	for (int role = 1; role <= (values ? CX_ROLE_DECAY_VALUE : CX_ROLE_DECAY); role++)
	{
		cx_write_varint(w, paths.first[role + 1] - paths.first[role]);
		for (uint32 i = paths.first[role]; i < paths.first[role + 1]; i++)
		{
			const CxCell *cell = &paths.cells[i];

			if (role < CX_ROLE_DECAY)
				cx_write_varint(w, CX_CELL_A(cell->key));
			cx_write_varint(w, CX_CELL_B(cell->key));
			if (role < CX_ROLE_DECAY)
				cx_write_varint(w, cell->n);
			if (values || role >= CX_ROLE_DECAY)
				write_signed(w, cell->value);
		}
	}
	pfree(paths.cells);
	pfree(unconstify(CxName *, paths.names));
}

/* ---- what the cells say in all ---- */

typedef struct Sum
{
	int128		n;
	int128		value;
} Sum;

static void
add_cell(Sum *sum, const CxCell *cell)
{
	sum->n += cell->n;
	sum->value += cell->value;
}

static bool
same_sum(Sum a, Sum b)
{
	return a.n == b.n && a.value == b.value;
}

/* The cells of a role with the first part "a", from *at on, which is moved behind them. */
static Sum
sum_of_group(const CxPaths *paths, CxRole role, uint32 *at, uint32 a)
{
	Sum			sum = {0, 0};

	for (; *at < paths->first[role + 1] && CX_CELL_A(paths->cells[*at].key) == a; (*at)++)
		add_cell(&sum, &paths->cells[*at]);
	return sum;
}

/* What comes to a channel leaves it; fills in the totals. */
static bool
sum_up_edges(CxPaths *paths)
{
	Size		n = Max((Size) paths->n_names, 1);
	int64	   *balance = MemoryContextAllocExtended(CurrentMemoryContext, sizeof(int64) * n,
													 MCXT_ALLOC_ZERO | MCXT_ALLOC_HUGE);
	bool	   *used = MemoryContextAllocExtended(CurrentMemoryContext, n, MCXT_ALLOC_ZERO | MCXT_ALLOC_HUGE);
	bool		sound = true;

	for (uint32 i = paths->first[CX_ROLE_EDGE]; i < paths->first[CX_ROLE_EDGE + 1]; i++)
	{
		const CxCell *cell = &paths->cells[i];
		uint32		from = CX_CELL_A(cell->key);
		uint32		to = CX_CELL_B(cell->key);

		if (from > paths->n_names || to > paths->n_names + 1 || (to != CX_TO_WON && cell->value != 0) ||
			(from == CX_FROM_START && to == CX_TO_LOST))
			return false;
		if (from == CX_FROM_START)
			paths->paths += cell->n;
		else
			balance[from - CX_FROM(0)] -= cell->n;
		if (to >= CX_TO(0))
		{
			balance[to - CX_TO(0)] += cell->n;
			used[to - CX_TO(0)] = true;
		}
		else if (to == CX_TO_WON && from == CX_FROM_START)
		{
			paths->unattributed += cell->n;
			paths->unattributed_value += cell->value;
		}
		else if (to == CX_TO_WON)
		{
			paths->won += cell->n;
			paths->value += cell->value;
		}
	}
	for (uint32 i = 0; i < paths->n_names; i++)
		sound &= balance[i] == 0 && used[i];
	pfree(balance);
	pfree(used);
	return sound;
}

/* Each path has one first touch, one last, and the others between. */
static bool
check_sizes(const CxPaths *paths)
{
	uint32		first = paths->first[CX_ROLE_FIRST];
	uint32		middle = paths->first[CX_ROLE_MIDDLE];
	uint32		last = paths->first[CX_ROLE_LAST];
	Sum			all = {0, 0};

	while (first < paths->first[CX_ROLE_FIRST + 1])
	{
		uint32		size = CX_CELL_A(paths->cells[first].key);
		Sum			begun = sum_of_group(paths, CX_ROLE_FIRST, &first, size);
		Sum			inside = sum_of_group(paths, CX_ROLE_MIDDLE, &middle, size);
		Sum			ended = sum_of_group(paths, CX_ROLE_LAST, &last, size);
		Sum			expected = {0, 0};

		if (size < 1 || size > CX_JOURNEY_MAX_TOUCHES)
			return false;
		if (size > 2)
			expected = (Sum) {begun.n * (size - 2), begun.value * (size - 2)};
		if (!same_sum(inside, expected) || !same_sum(ended, size > 1 ? begun : (Sum) {0, 0}))
			return false;
		all = (Sum) {all.n + begun.n, all.value + begun.value};
	}
	return middle == paths->first[CX_ROLE_MIDDLE + 1] && last == paths->first[CX_ROLE_LAST + 1] &&
		same_sum(all, (Sum) {paths->won, paths->value});
}

/* Each path with k different channels is told of by k of them. */
static bool
check_among(const CxPaths *paths)
{
	uint32		at = paths->first[CX_ROLE_AMONG];
	Sum			all = {0, 0};

	while (at < paths->first[CX_ROLE_AMONG + 1])
	{
		uint32		k = CX_CELL_A(paths->cells[at].key);
		Sum			sum = sum_of_group(paths, CX_ROLE_AMONG, &at, k);

		if (k < 1 || k > paths->n_names || sum.n % k != 0 || sum.value % k != 0)
			return false;
		all = (Sum) {all.n + sum.n / k, all.value + sum.value / k};
	}
	return same_sum(all, (Sum) {paths->won, paths->value});
}

bool
cx_attribution_sum_up(CxPaths *paths)
{
	int128		credit = 0;
	int128		value = 0;

	if (!sum_up_edges(paths) || !check_sizes(paths) || !check_among(paths))
		return false;
	for (uint32 i = paths->first[CX_ROLE_DECAY]; i < paths->first[CX_ROLE_DECAY + 1]; i++)
		credit += paths->cells[i].value;
	for (uint32 i = paths->first[CX_ROLE_DECAY_VALUE]; i < paths->first[CX_ROLE_DECAY_VALUE + 1]; i++)
		value += paths->cells[i].value;
	return credit == (int128) paths->won * CX_CREDIT && value == paths->value;
}

/* ---- reading ---- */

static bool
read_cell(CxReader *r, CxRole role, bool values, uint32 n_names, int64 *steps, CxCell *cell)
{
	uint64		a = role < CX_ROLE_DECAY ? cx_read_varint(r) : 0;
	uint64		b = cx_read_varint(r);
	uint64		n = role < CX_ROLE_DECAY ? cx_read_varint(r) : 0;
	CxUint128	z = values || role >= CX_ROLE_DECAY ? cx_read_wide(r, 128) : 0;
	int128		bound = (role < CX_ROLE_DECAY ? (int128) n : CX_MAX_STEPS) * CX_MAX_MICROS;

	/* the first part of the key is bounded by what it means; that is asked when all is there */
	if (!r->ok || a > CX_JOURNEY_MAX_TOUCHES + CX_NODES_MAX || b > (uint64) n_names + (role == CX_ROLE_EDGE ? 1 : 0) ||
		(role != CX_ROLE_EDGE && b >= n_names) || (role < CX_ROLE_DECAY && (n < 1 || n > CX_MAX_STEPS)))
		return false;
	cell->key = cx_cell_key(role, (uint32) a, (uint32) b);
	cell->n = (int64) n;
	cell->value = (int128) (z >> 1) ^ -(int128) (z & 1);
	if (role == CX_ROLE_EDGE)
	{
		if ((int64) n > CX_MAX_STEPS - *steps)
			return false;
		*steps += (int64) n;
	}
	if (role == CX_ROLE_DECAY && cell->value < 0)
		return false;
	return cell->value >= -bound && cell->value <= bound && (role < CX_ROLE_DECAY || cell->value != 0);
}

static bool
read_cells(CxAttribution *a, CxReader *r, bool values)
{
	CxPaths		paths = {.n_names = a->nodes.n};
	Size		room = 0;
	uint32		n = 0;

	for (int role = 1; role <= (values ? CX_ROLE_DECAY_VALUE : CX_ROLE_DECAY); role++)
	{
		uint64		count = cx_read_varint(r);

		/* a cell takes two bytes at least */
		if (!r->ok || count > (uint64) (r->end - r->at) / 2 || count > PG_INT32_MAX / 4)
			return false;
		if (n + count > room)
		{
			room = Max(n + count, room * 2);
			paths.cells = paths.cells == NULL ? MemoryContextAllocHuge(CurrentMemoryContext, room * sizeof(CxCell)) :
				repalloc_huge(paths.cells, room * sizeof(CxCell));
		}
		for (; count > 0; count--, n++)
			if (!read_cell(r, role, values, paths.n_names, &a->steps, &paths.cells[n]) ||
				(n > 0 && paths.cells[n - 1].key >= paths.cells[n].key))
				return false;
	}
	set_first(&paths, n);
	if (!cx_attribution_sum_up(&paths))
		return false;
	for (uint32 i = 0; i < n; i++)
		cx_cell_add(a, paths.cells[i].key, paths.cells[i].n, paths.cells[i].value);
	if (paths.cells != NULL)
		pfree(paths.cells);
	return true;
}

/* Is it an expression, as it is printed? */
static bool
sound_expression(const char *text, int len)
{
	CxMemory	memory = cx_memory(CurrentMemoryContext);
	CxStep		step;
	CxParseError error;
	char	   *again;
	bool		sound;

	if (!pg_verifymbstr(text, len, true) || !cx_step_parse(text, len, &memory, &step, &error) ||
		cx_step_print(&step, NULL) != (size_t) len)
		return false;
	again = palloc(Max(len, 1));
	cx_step_print(&step, again);
	sound = memcmp(again, text, len) == 0;
	pfree(again);
	return sound;
}

bool
cx_attribution_read(CxStats *stats, CxReader *r)
{
	CxAttribution *a = (CxAttribution *) stats;
	uint8		flags = cx_read_byte(r);
	uint64		half_life = cx_read_varint(r);
	uint64		len = cx_read_varint(r);
	const char *conversion = (const char *) r->at;
	uint64		journeys;

	if (!r->ok || flags > (GRAIN_BITS | HAS_VALUES) || half_life < 1 || half_life > PG_INT64_MAX ||
		len > (uint64) (r->end - r->at) || !sound_expression(conversion, (int) len))
		return false;
	r->at += len;
	journeys = cx_read_varint(r);
	if (!r->ok || journeys < 1 || journeys > CX_MAX_STEPS || !cx_nodes_read(&a->nodes, r))
		return false;
	cx_attribution_define(a, flags & GRAIN_BITS, half_life, conversion, (int) len);
	a->journeys = (int64) journeys;
	return read_cells(a, r, (flags & HAS_VALUES) != 0);
}
