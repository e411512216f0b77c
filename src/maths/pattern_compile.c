/*-------------------------------------------------------------------------
 *
 * src/maths/pattern_compile.c
 *	  Patterns: from tree to automaton.
 *
 * First a raw graph: built from the end of the pattern to its beginning, so
 * that whatever is built knows what comes next. Its gates may lead in circles
 * (a repetition leads to itself) and many of them only join ways. Then its
 * strongly connected gates become one each (Tarjan 1972); his algorithm gives
 * them in just the order that matching wants, each behind all it leads to.
 *
 *-------------------------------------------------------------------------
 */
#include "maths/pattern_tree.h"

#include <string.h>

typedef struct RawGate
{
	bool		any;
	int			class;			/* -1: passes over nothing, or any */
	bool		timed;
	CxLimit		limit;
	int			n_targets;
	int			capacity;
	CxTarget   *targets;
	/* for Tarjan's algorithm */
	int			order;			/* in which it was met; 0: not yet */
	int			low;
	int			target;			/* from which to go on */
	bool		open;			/* on the stack of what is not yet part of a component */
	/* what became of it, once it is part of one */
	CxTarget	becomes;
} RawGate;

typedef struct Compiler
{
	const CxMemory *memory;
	CxPattern  *pattern;
	int			classes_capacity;
	int			positions_capacity;
	int			gates_capacity;
	RawGate    *raw;
	int			n_raw;
	int			raw_capacity;
	bool	   *accepts;		/* for each gate: leads to the end */
	int			accepts_capacity;
} Compiler;

static CxTarget build_alternatives(Compiler *c, const CxAlt *alt, CxTarget next);

/* ---- the raw graph ---- */

static int
class_of(Compiler *c, const CxStep *step)
{
	CxPattern  *p = c->pattern;

	for (int i = 0; i < p->n_classes; i++)
		if (cx_step_equal(&p->classes[i], step))
			return i;
	p->classes = cx_grow(c->memory, p->classes, p->n_classes, &c->classes_capacity, sizeof(CxStep));
	p->classes[p->n_classes] = *step;
	return p->n_classes++;
}

static void
number_classes(Compiler *c, CxAlt *alt)
{
	for (; alt != NULL; alt = alt->next)
		for (CxItem *item = alt->items; item != NULL; item = item->next)
		{
			if (item->group != NULL)
				number_classes(c, item->group);
			else
				item->touch_class = class_of(c, &item->touch);
			if (item->hop == CX_HOP_CLEAR && !cx_step_is_any(&item->skipped))
				item->skipped_class = class_of(c, &item->skipped);
			cx_interrupt(c->memory);
		}
}

static CxTarget
new_position(Compiler *c, int class, CxTarget next)
{
	CxPattern  *p = c->pattern;

	p->positions = cx_grow(c->memory, p->positions, p->n_positions, &c->positions_capacity, sizeof(CxPosition));
	p->positions[p->n_positions] = (CxPosition) {class, next, false, false};
	return p->n_positions++;
}

static int
new_gate(Compiler *c)
{
	RawGate    *gate;

	c->raw = cx_grow(c->memory, c->raw, c->n_raw, &c->raw_capacity, sizeof(RawGate));
	gate = &c->raw[c->n_raw];
	memset(gate, 0, sizeof(RawGate));
	gate->class = -1;
	return c->n_raw++;
}

static void
lead(Compiler *c, int gate, CxTarget target)
{
	RawGate    *g = &c->raw[gate];

	g->targets = cx_grow(c->memory, g->targets, g->n_targets, &g->capacity, sizeof(CxTarget));
	g->targets[g->n_targets++] = target;
}

static CxTarget
build_once(Compiler *c, const CxItem *item, CxTarget next)
{
	if (item->group != NULL)
		return build_alternatives(c, item->group, next);
	return new_position(c, item->touch_class, next);
}

static CxTarget
build_item(Compiler *c, const CxItem *item, CxTarget next)
{
	CxTarget	target = next;
	int			required = item->min;
	int			gate;

	if (item->max == CX_MANY)
	{
		gate = new_gate(c);
		target = build_once(c, item, CX_TARGET_GATE(gate));
		lead(c, gate, target);
		lead(c, gate, next);
		if (required == 0)
			return CX_TARGET_GATE(gate);
		required--;
	}
	for (int i = item->max; i > item->min; i--)
	{
		gate = new_gate(c);
		lead(c, gate, build_once(c, item, target));
		lead(c, gate, next);
		target = CX_TARGET_GATE(gate);
	}
	for (int i = 0; i < required; i++)
		target = build_once(c, item, target);
	return target;
}

static CxTarget
build_hop(Compiler *c, const CxItem *item, CxTarget next)
{
	RawGate    *gate;
	int			g;

	if (item->hop == CX_HOP_NONE || (item->hop == CX_HOP_NEXT && !item->within && !item->after))
		return next;
	g = new_gate(c);
	gate = &c->raw[g];
	gate->any = item->hop == CX_HOP_LATER || (item->hop == CX_HOP_CLEAR && cx_step_is_any(&item->skipped));
	gate->class = item->hop == CX_HOP_CLEAR && !gate->any ? item->skipped_class : -1;
	gate->timed = item->within || item->after;
	gate->limit = item->limit;
	c->pattern->needs_times = c->pattern->needs_times || gate->timed;
	lead(c, g, next);
	return CX_TARGET_GATE(g);
}

static CxTarget
build_sequence(Compiler *c, const CxItem *item, CxTarget next)
{
	while (item != NULL && item->next != NULL)
		item = item->next;
	for (; item != NULL; item = item->prev)
		next = build_hop(c, item, build_item(c, item, next));
	cx_interrupt(c->memory);
	return next;
}

static CxTarget
build_alternatives(Compiler *c, const CxAlt *alt, CxTarget next)
{
	int			gate;

	if (alt->next == NULL)
		return build_sequence(c, alt->items, next);
	gate = new_gate(c);
	for (; alt != NULL; alt = alt->next)
		lead(c, gate, build_sequence(c, alt->items, next));
	return CX_TARGET_GATE(gate);
}

/* ---- from raw gates to gates ---- */

static CxTarget
finished(const Compiler *c, CxTarget target)
{
	return CX_IS_GATE(target) ? c->raw[CX_GATE_OF(target)].becomes : target;
}

static void
add_class(Compiler *c, CxGate *gate, int *capacity, int class)
{
	for (int i = 0; i < gate->n_classes; i++)
		if (gate->classes[i] == class)
			return;
	gate->classes = cx_grow(c->memory, gate->classes, gate->n_classes, capacity, sizeof(int));
	gate->classes[gate->n_classes++] = class;
}

/*
 * The gates in members[0 .. n-1] become one. What they lead to outside is
 * finished; inside it is still open. One that passes over nothing and leads to
 * one thing only is that thing.
 */
static void
finish_component(Compiler *c, const int *members, int n)
{
	CxPattern  *p = c->pattern;
	CxGate		gate = {false, 0, NULL, 0, NULL, c->raw[members[0]].timed, c->raw[members[0]].limit};
	int			classes_capacity = 0;
	int			targets_capacity = 0;
	bool		accepts = false;
	CxTarget	becomes = CX_TARGET_GATE(p->n_gates);

	for (int m = 0; m < n; m++)
	{
		RawGate    *raw = &c->raw[members[m]];

		gate.any = gate.any || raw->any;
		if (raw->class >= 0)
			add_class(c, &gate, &classes_capacity, raw->class);
		for (int t = 0; t < raw->n_targets; t++)
		{
			CxTarget	target = raw->targets[t];

			if (CX_IS_GATE(target) && c->raw[CX_GATE_OF(target)].open)
				continue;
			target = finished(c, target);
			accepts = accepts || target == CX_TARGET_END || (CX_IS_GATE(target) && c->accepts[CX_GATE_OF(target)]);
			if (target == CX_TARGET_END)
				continue;
			gate.targets = cx_grow(c->memory, gate.targets, gate.n_targets, &targets_capacity, sizeof(CxTarget));
			gate.targets[gate.n_targets++] = target;
		}
	}
	if (!gate.timed && !gate.any && gate.n_classes == 0 && gate.n_targets == 1 && !accepts)
		becomes = gate.targets[0];
	else
	{
		p->gates = cx_grow(c->memory, p->gates, p->n_gates, &c->gates_capacity, sizeof(CxGate));
		c->accepts = cx_grow(c->memory, c->accepts, p->n_gates, &c->accepts_capacity, sizeof(bool));
		c->accepts[p->n_gates] = accepts;
		p->gates[p->n_gates++] = gate;
	}
	for (int m = 0; m < n; m++)
	{
		c->raw[members[m]].open = false;
		c->raw[members[m]].becomes = becomes;
	}
}

/* Tarjan's algorithm from one gate, with stacks of our own: a graph can be deeper than the stack of the process. */
static void
finish_from(Compiler *c, int root, int *path, int *open, int *n_open, int *met)
{
	int			depth = 0;

	path[depth++] = root;
	while (depth > 0)
	{
		int			g = path[depth - 1];
		RawGate    *gate = &c->raw[g];

		if (gate->order == 0)
		{
			gate->order = gate->low = ++*met;
			gate->open = true;
			open[(*n_open)++] = g;
		}
		while (gate->target < gate->n_targets)
		{
			RawGate    *other;

			if (CX_IS_GATE(gate->targets[gate->target]))
			{
				other = &c->raw[CX_GATE_OF(gate->targets[gate->target])];
				if (other->order == 0)
					break;
				if (other->open && other->low < gate->low)
					gate->low = other->low;
			}
			gate->target++;
		}
		if (gate->target < gate->n_targets)
		{
			path[depth++] = CX_GATE_OF(gate->targets[gate->target]);
			continue;
		}
		depth--;
		if (gate->low == gate->order)
		{
			int			begin = *n_open;

			while (open[--begin] != g)
				;
			finish_component(c, open + begin, *n_open - begin);
			*n_open = begin;
		}
	}
}

static void
finish_gates(Compiler *c)
{
	size_t		size = (size_t) (c->n_raw + 1) * sizeof(int);
	int		   *path = c->memory->alloc(size, c->memory->arg);
	int		   *open = c->memory->alloc(size, c->memory->arg);
	int			n_open = 0;
	int			met = 0;

	for (int g = 0; g < c->n_raw; g++)
		if (c->raw[g].order == 0)
			finish_from(c, g, path, open, &n_open, &met);
	c->memory->release(path, c->memory->arg);
	c->memory->release(open, c->memory->arg);
}

/* ---- what follows from the gates ---- */

static bool
leads_to_end(const Compiler *c, CxTarget target)
{
	return target == CX_TARGET_END || (CX_IS_GATE(target) && c->accepts[CX_GATE_OF(target)]);
}

static void
mark_first(CxPattern *p, bool *reached, CxTarget target)
{
	if (CX_IS_GATE(target))
		reached[CX_GATE_OF(target)] = true;
	else if (target != CX_TARGET_END)
		p->positions[target].first = true;
}

static void
mark_ends(Compiler *c, CxTarget entry)
{
	CxPattern  *p = c->pattern;
	size_t		size = (size_t) (p->n_gates + 1) * sizeof(bool);
	bool	   *reached = memset(c->memory->alloc(size, c->memory->arg), 0, size);

	p->nullable = leads_to_end(c, entry);
	mark_first(p, reached, entry);
	for (int g = p->n_gates - 1; g >= 0; g--)
		if (reached[g])
			for (int t = 0; t < p->gates[g].n_targets; t++)
				mark_first(p, reached, p->gates[g].targets[t]);
	for (int i = 0; i < p->n_positions; i++)
		p->positions[i].last = leads_to_end(c, p->positions[i].next);
	c->memory->release(reached, c->memory->arg);
}

/* The positions behind a target, joined by gates that pass over nothing, added to those of a gate. */
static void
add_positions(Compiler *c, CxGate *gate, int *capacity, CxTarget target)
{
	if (CX_IS_GATE(target))
	{
		const CxGate *through = &c->pattern->gates[CX_GATE_OF(target)];

		for (int t = 0; t < through->n_targets; t++)
			add_positions(c, gate, capacity, through->targets[t]);
		return;
	}
	gate->targets = cx_grow(c->memory, gate->targets, gate->n_targets, capacity, sizeof(CxTarget));
	gate->targets[gate->n_targets++] = target;
}

static void
straighten_timed(Compiler *c)
{
	for (int g = 0; g < c->pattern->n_gates; g++)
	{
		CxGate	   *gate = &c->pattern->gates[g];
		CxGate		old = *gate;
		int			capacity = 0;

		if (!gate->timed)
			continue;
		gate->n_targets = 0;
		gate->targets = NULL;
		for (int t = 0; t < old.n_targets; t++)
			add_positions(c, gate, &capacity, old.targets[t]);
	}
}

/* No anchor, and behind each touch a gate that passes over any: then no touch is in the way of another. */
static bool
is_sparse(const CxPattern *p)
{
	for (int i = 0; i < p->n_positions; i++)
	{
		CxTarget	next = p->positions[i].next;

		if (next != CX_TARGET_END && !(CX_IS_GATE(next) && p->gates[CX_GATE_OF(next)].any))
			return false;
	}
	return !p->from_start && !p->to_end;
}

CxPattern *
cx_pattern_compile(const char *text, int len, const CxMemory *memory, CxParseError *error)
{
	CxPattern  *p = memset(memory->alloc(sizeof(CxPattern), memory->arg), 0, sizeof(CxPattern));
	Compiler	c = {.memory = memory, .pattern = p};
	CxTree		tree;
	CxTarget	entry;

	if (!cx_pattern_parse(text, len, memory, &tree, error))
		return NULL;
	p->from_start = tree.from_start;
	p->to_end = tree.to_end;
	p->whole_within = tree.whole_within;
	p->needs_times = tree.whole;
	p->text_len = (int) cx_pattern_print(&tree, NULL);
	if (p->text_len > CX_PATTERN_MAX_TEXT)
	{
		*error = (CxParseError) {CX_FAULT_TOO_LARGE, len, "a pattern may have up to 1 MB of text", NULL};
		return NULL;
	}
	p->text = memory->alloc((size_t) p->text_len + 1, memory->arg);
	cx_pattern_print(&tree, p->text);
	p->text[p->text_len] = '\0';
	p->need = cx_pattern_need(&tree, memory);

	number_classes(&c, tree.body);
	p->row = (p->n_classes + 63) / 64;
	entry = build_alternatives(&c, tree.body, CX_TARGET_END);
	finish_gates(&c);
	for (int i = 0; i < p->n_positions; i++)
		p->positions[i].next = finished(&c, p->positions[i].next);
	mark_ends(&c, finished(&c, entry));
	straighten_timed(&c);
	p->sparse = is_sparse(p);
	p->quick = cx_quick_compile(p, memory);
	return p;
}
