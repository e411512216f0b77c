/*-------------------------------------------------------------------------
 *
 * src/maths/pattern_quick.c
 *	  Patterns: is there a match at all, leaving time limits aside?
 *
 * Small patterns, and nearly all are, run forward over the touches with one
 * bit for each position and one for each gate that passes over touches. Most
 * touches change nothing and cost a few instructions.
 *
 *-------------------------------------------------------------------------
 */
#include "maths/pattern_tree.h"

#include <string.h>

#define MOST		64
#define STACK_CODES 256

typedef struct Reach
{
	uint64_t	positions;
	uint64_t	gates;			/* those that pass over touches */
} Reach;

typedef struct CxQuick
{
	uint64_t	first;
	uint64_t	last;
	uint64_t	any;			/* gates that pass over any touch */
	Reach		from_position[MOST];	/* once it has consumed */
	Reach		from_gate[MOST];	/* itself among them */
	Reach	   *of_class;		/* positions that consume, gates that pass over touches of this class */
} CxQuick;

static void
join(Reach *into, Reach other)
{
	into->positions |= other.positions;
	into->gates |= other.gates;
}

static Reach
reach_of(CxTarget target, const Reach *gates)
{
	if (target == CX_TARGET_END)
		return (Reach) {0, 0};
	if (CX_IS_GATE(target))
		return gates[CX_GATE_OF(target)];
	return (Reach) {UINT64_C(1) << target, 0};
}

static bool
passes_over(const CxGate *gate)
{
	return gate->any || gate->n_classes > 0;
}

struct CxQuick *
cx_quick_compile(const CxPattern *pattern, const CxMemory *memory)
{
	CxQuick    *quick;
	Reach	   *gates;
	int			bits = 0;

	for (int g = 0; g < pattern->n_gates; g++)
		bits += passes_over(&pattern->gates[g]);
	if (pattern->n_positions > MOST || bits > MOST)
		return NULL;
	quick = memset(memory->alloc(sizeof(CxQuick), memory->arg), 0, sizeof(CxQuick));
	gates = memory->alloc((size_t) (pattern->n_gates + 1) * sizeof(Reach), memory->arg);
	quick->of_class = memory->alloc((size_t) (pattern->n_classes + 1) * sizeof(Reach), memory->arg);
	memset(quick->of_class, 0, (size_t) (pattern->n_classes + 1) * sizeof(Reach));
	bits = 0;
	for (int g = 0; g < pattern->n_gates; g++)
	{
		const CxGate *gate = &pattern->gates[g];
		uint64_t	bit = UINT64_C(1) << (bits % MOST);

		gates[g] = (Reach) {0, 0};
		for (int t = 0; t < gate->n_targets; t++)
			join(&gates[g], reach_of(gate->targets[t], gates));
		if (!passes_over(gate))
			continue;
		gates[g].gates |= bit;
		quick->from_gate[bits++] = gates[g];
		if (gate->any)
			quick->any |= bit;
		for (int i = 0; i < gate->n_classes; i++)
			quick->of_class[gate->classes[i]].gates |= bit;
	}
	for (int i = 0; i < pattern->n_positions; i++)
	{
		const CxPosition *position = &pattern->positions[i];
		uint64_t	bit = UINT64_C(1) << i;

		quick->from_position[i] = reach_of(position->next, gates);
		quick->of_class[position->class].positions |= bit;
		quick->first |= position->first ? bit : 0;
		quick->last |= position->last ? bit : 0;
	}
	memory->release(gates, memory->arg);
	return quick;
}

/* What touches of each code do: the union over the classes they fit. */
static void
prepare_codes(const CxPattern *pattern, const CxTrack *track, Reach *of_code)
{
	const uint64_t *row = track->rows;

	for (int code = 0; code < track->n_codes; code++)
	{
		Reach		reach = {0, pattern->quick->any};

		for (int word = 0; word < pattern->row; word++)
			for (uint64_t bits = *row++; bits != 0; bits &= bits - 1)
				join(&reach, pattern->quick->of_class[64 * word + __builtin_ctzll(bits)]);
		of_code[code] = reach;
	}
}

static bool
run(const CxPattern *pattern, const CxTrack *track, const Reach *of_code, const CxMemory *memory)
{
	const CxQuick *quick = pattern->quick;
	uint64_t	again = pattern->from_start ? 0 : quick->first; /* where a match may begin at the next touch */
	Reach		open = {0, 0};	/* gates that are open, and the positions behind them */
	uint64_t	next = quick->first;

	for (int i = 0; i < track->n; i++)
	{
		Reach		touch = of_code[track->codes[i]];
		uint64_t	consumed = next & touch.positions;
		uint64_t	closed = open.gates & ~touch.gates;

		if ((i & 0xffff) == 0xffff)
			cx_interrupt(memory);
		next = open.positions | again;
		if ((consumed | closed) == 0)
		{
			if (next == 0)
				return false;
			continue;
		}
		if ((consumed & quick->last) != 0 && (!pattern->to_end || i == track->n - 1))
			return true;
		if (closed != 0)
		{
			uint64_t	left = open.gates & touch.gates;

			open = (Reach) {0, 0};
			for (; left != 0; left &= left - 1)
				join(&open, quick->from_gate[__builtin_ctzll(left)]);
		}
		next = open.positions | again;
		for (; consumed != 0; consumed &= consumed - 1)
		{
			Reach		reach = quick->from_position[__builtin_ctzll(consumed)];

			next |= reach.positions;
			for (uint64_t gates = reach.gates & ~open.gates; gates != 0; gates &= gates - 1)
				join(&open, quick->from_gate[__builtin_ctzll(gates)]);
		}
	}
	return false;
}

bool
cx_quick_possible(const CxPattern *pattern, const CxTrack *track, const CxMemory *memory)
{
	Reach		on_stack[STACK_CODES];
	Reach	   *of_code = on_stack;
	bool		found;

	if (track->n_codes > STACK_CODES)
		of_code = memory->alloc((size_t) track->n_codes * sizeof(Reach), memory->arg);
	prepare_codes(pattern, track, of_code);
	found = run(pattern, track, of_code, memory);
	if (of_code != on_stack)
		memory->release(of_code, memory->arg);
	return found;
}
