/*-------------------------------------------------------------------------
 *
 * test/fuzz/matcher.c
 *	  Patterns against a matcher that tries everything, and against the index.
 *
 * The bytes of an input are choices: from them a short journey and a pattern
 * are made, so that every input is a case. What docs/patterns.md says a
 * pattern means is tried out here as it stands there, touch by touch, with
 * sets of states and nothing clever. Whether there is a match, how many, and
 * which touches they consume has to be the same as what the extension says;
 * and a journey that matches has to be one that the index would give.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

#include "access/gin.h"
#include "catalog/pg_type_d.h"
#include "datatype/timestamp.h"
#include "nodes/execnodes.h"
#include "server.h"
#include "utils/array.h"
#include "utils/builtins.h"

extern Datum journey_in(PG_FUNCTION_ARGS);
extern Datum journey_pattern_in(PG_FUNCTION_ARGS);
extern Datum journey_match(PG_FUNCTION_ARGS);
extern Datum journey_match_text(PG_FUNCTION_ARGS);
extern Datum journey_count(PG_FUNCTION_ARGS);
extern Datum journey_has_all(PG_FUNCTION_ARGS);
extern Datum journey_has_any(PG_FUNCTION_ARGS);
extern Datum journey_gin_extract_value(PG_FUNCTION_ARGS);
extern Datum journey_gin_extract_query(PG_FUNCTION_ARGS);
extern Datum journey_gin_consistent(PG_FUNCTION_ARGS);
extern Datum journey_gin_tri_consistent(PG_FUNCTION_ARGS);

#define MAX_TOUCHES 7
#define MAX_NODES	90
#define MAX_STATES	400
#define MAX_LIMITS	3
#define HOUR		((int64) 60)	/* times here are in minutes */

/* -------------------------------------------------------------------------------- the journey */

typedef struct Touch
{
	int			name;			/* 1..3 */
	int			channel;		/* 0: none, 1, 2 */
	int64		at;
} Touch;

/* Of a touch; 0: whichever. */
typedef struct Term
{
	int			name;
	int			channel;
} Term;

typedef struct Class
{
	int			n;				/* 0: any touch */
	Term		terms[2];
	bool		negated;
} Class;

static const char *const names[] = {"", "a", "7", "c d"};
static const char *const channels[] = {"", "w", "v"};

/* -------------------------------------------------------------------------------- the pattern */

typedef enum Kind
{
	STEP,
	ALT,
	SEQ,
	REP
} Kind;

typedef struct Hop
{
	enum
	{
		NEXT,
		LATER,
		LATER_BUT
	}			kind;
	Class		but;			/* what may not be passed over */
	int64		within;			/* -1: no limit */
	int64		after;
} Hop;

typedef struct PatternNode
{
	Kind		kind;
	Class		class;
	int			n;
	int			kids[3];
	Hop			hops[3];		/* before kid i */
	int			min;
	int			max;			/* -1: any number */
} PatternNode;

static struct
{
	const uint8 *at;
	const uint8 *end;
	Touch		touches[MAX_TOUCHES];
	int			n;
	PatternNode nodes[MAX_NODES];
	int			n_nodes;
	bool		from_start;
	bool		to_end;
	int64		whole;			/* -1: no limit */
	char		text[1 << 14];
	int			len;
} c;

static int
pick(int below)
{
	return c.at < c.end ? *c.at++ % below : 0;
}

static Class
make_class(bool brackets)
{
	Class		class = {0};
	int			form = brackets ? 2 + pick(2) : pick(6);

	if (form == 5)
		return class;
	class.n = form < 2 || form == 4 ? 1 : 1 + pick(2);
	class.negated = form == 3;
	for (int i = 0; i < class.n; i++)
	{
		class.terms[i].name = pick(4);
		class.terms[i].channel = pick(4) % 3;
		if (class.terms[i].name == 0 && class.terms[i].channel == 0)
			class.terms[i].name = 1;
	}
	return class;
}

static int	make_alt(int depth);

static int
new_node(Kind kind)
{
	c.nodes[c.n_nodes].kind = kind;
	c.nodes[c.n_nodes].n = 0;
	return c.n_nodes++;
}

static int
make_item(int depth)
{
	int			inner,
				rep;
	static const int counts[][2] = {{0, 1}, {0, -1}, {1, -1}, {2, 2}, {2, -1}, {1, 2}, {0, 2}, {1, 3}};
	int			which = pick(16);

	if (depth < 3 && c.n_nodes < MAX_NODES - 40 && pick(3) == 2)
		inner = make_alt(depth + 1);
	else
	{
		inner = new_node(STEP);
		c.nodes[inner].class = make_class(false);
	}
	if (which < 16 - lengthof(counts) || c.n_nodes >= MAX_NODES - 40)
		return inner;
	which -= 16 - lengthof(counts);
	rep = new_node(REP);
	c.nodes[rep].kids[0] = inner;
	c.nodes[rep].n = 1;
	c.nodes[rep].min = counts[which][0];
	c.nodes[rep].max = counts[which][1];
	return rep;
}

static int
make_seq(int depth)
{
	int			seq = new_node(SEQ);
	int			n = 1 + pick(3);

	for (int i = 0; i < n && (i == 0 || c.n_nodes < MAX_NODES - 40); i++)
	{
		Hop			hop = {.within = -1,.after = -1};
		int			kid;

		hop.kind = pick(3);
		if (hop.kind == LATER_BUT)
		{
			hop.but = make_class(true);
			hop.but.negated = false;
		}
		if (i > 0)
		{
			int			limit = pick(10);

			if (limit == 7 || limit == 9)
				hop.within = pick(4) * HOUR;
			if (limit == 8 || limit == 9)
				hop.after = (1 + pick(3)) * HOUR;
		}
		kid = make_item(depth);
		c.nodes[seq].kids[c.nodes[seq].n] = kid;
		c.nodes[seq].hops[c.nodes[seq].n++] = hop;
	}
	return seq;
}

static int
make_alt(int depth)
{
	int			alt = new_node(ALT);
	int			n = 1 + pick(4) / 3;

	for (int i = 0; i < n; i++)
	{
		int			kid = make_seq(depth);

		c.nodes[alt].kids[c.nodes[alt].n++] = kid;
	}
	return alt;
}

/* ----------------------------------------------------------------------------------- as text */

static void
say(const char *fmt,...)
{
	va_list		args;

	va_start(args, fmt);
	c.len += pg_vsnprintf(c.text + c.len, sizeof(c.text) - c.len, fmt, args);
	va_end(args);
}

static void
say_class(Class class)
{
	bool		bare = class.n == 1 && !class.negated;

	if (class.n == 0)
	{
		say(".");
		return;
	}
	if (!bare)
		say(class.negated ? "[^" : "[");
	for (int i = 0; i < class.n; i++)
	{
		const char *name = names[class.terms[i].name];

		say(i > 0 ? "|" : "");
		say(strchr(name, ' ') != NULL ? "\"%s\"" : "%s", name);
		if (class.terms[i].channel > 0)
			say("@%s", channels[class.terms[i].channel]);
	}
	if (!bare)
		say("]");
}

static void
say_node(int k)
{
	const PatternNode *node = &c.nodes[k];
	bool		inner;

	if (node->kind == STEP)
		say_class(node->class);
	else if (node->kind == REP)
	{
		inner = c.nodes[node->kids[0]].kind == REP;
		say(inner ? "(" : "");
		say_node(node->kids[0]);
		say(inner ? ")" : "");
		if (node->max < 0 && node->min < 2)
			say(node->min == 0 ? "*" : "+");
		else if (node->max == 1)
			say("?");
		else if (node->max < 0)
			say("{%d,}", node->min);
		else if (node->max == node->min)
			say("{%d}", node->min);
		else
			say("{%d,%d}", node->min, node->max);
	}
	else if (node->kind == ALT)
	{
		say("(");
		for (int i = 0; i < node->n; i++)
		{
			say(i > 0 ? " | " : "");
			say_node(node->kids[i]);
		}
		say(")");
	}
	else
		for (int i = 0; i < node->n; i++)
		{
			const Hop  *hop = &node->hops[i];

			if (i > 0 && hop->kind == NEXT)
				say(" -> ");
			else if (i > 0 && hop->kind == LATER)
				say(" ~> ");
			else if (i > 0)
			{
				Class		but = hop->but;

				but.negated = true;
				say(" ~");
				say_class(but);
				say("> ");
			}
			say_node(node->kids[i]);
			if (i > 0 && hop->within >= 0)
				say(" within %dm", (int) hop->within);
			if (i > 0 && hop->after >= 0)
				say(" after %dm", (int) hop->after);
		}
}

/* ----------------------------------------------------------------------- trying everything */

typedef struct State
{
	enum
	{
		FORK,
		CONSUME,
		PASS,
		ACCEPT
	}			kind;
	int			out[2];			/* -1: none */
	Class		class;			/* CONSUME */
	Hop			hop;			/* PASS */
	int			limit;			/* number of the hop's limit; 0: none */
} State;

static struct
{
	State		states[MAX_STATES];
	int			n;
	Hop			limits[MAX_LIMITS + 1];
	int			n_limits;
	bool		too_large;
} m;

static int
new_state(int kind, int out0, int out1)
{
	if (m.n >= MAX_STATES)
	{
		m.too_large = true;
		return 0;
	}
	m.states[m.n].kind = kind;
	m.states[m.n].out[0] = out0;
	m.states[m.n].out[1] = out1;
	m.states[m.n].limit = 0;
	return m.n++;
}

/* The states of a node that lead on to others; gives the first one. */
static int
build(int k, int next)
{
	const PatternNode *node = &c.nodes[k];
	int			first = next;
	int			pass;

	if (m.too_large)
		return 0;
	switch (node->kind)
	{
		case STEP:
			first = new_state(CONSUME, next, -1);
			m.states[first].class = node->class;
			return first;
		case ALT:
			first = build(node->kids[0], next);
			for (int i = 1; i < node->n; i++)
				first = new_state(FORK, first, build(node->kids[i], next));
			return first;
		case SEQ:
			for (int i = node->n - 1; i >= 0; i--)
			{
				first = build(node->kids[i], first);
				if (i == 0)
					break;
				pass = new_state(PASS, first, -1);
				m.states[pass].hop = node->hops[i];
				if (node->hops[i].within >= 0 || node->hops[i].after >= 0)
				{
					if (m.n_limits == MAX_LIMITS)
						m.too_large = true;
					else
						m.limits[++m.n_limits] = node->hops[i];
					m.states[pass].limit = m.n_limits;
				}
				first = pass;
			}
			return first;
		default:
			if (node->max < 0)
			{
				first = new_state(FORK, next, -1);
				pass = build(node->kids[0], first);
				m.states[first].out[1] = pass;
			}
			else
				for (int i = node->min; i < node->max; i++)
					first = new_state(FORK, build(node->kids[0], first), next);
			for (int i = 0; i < node->min; i++)
				first = build(node->kids[0], first);
			return first;
	}
}

static bool
fits(Class class, int touch)
{
	bool		any = class.n == 0;

	for (int i = 0; i < class.n; i++)
		any |= (class.terms[i].name == 0 || class.terms[i].name == c.touches[touch].name) &&
			(class.terms[i].channel == 0 || class.terms[i].channel == c.touches[touch].channel);
	return any != class.negated;
}

/* Where one is: in a state, the last touch consumed (-1: none), the next one, a limit that runs. */
typedef struct Place
{
	int			state;
	int			last;
	int			next;
	int			limit;
} Place;

#define PLACES	(MAX_STATES * (MAX_TOUCHES + 1) * (MAX_TOUCHES + 1) * (MAX_LIMITS + 1))

typedef struct Places
{
	Place		at[PLACES];
	int			n;
	uint8		seen[PLACES / 8 + 1];
} Places;

static void
clear(Places *places)
{
	places->n = 0;
	memset(places->seen, 0, sizeof(places->seen));
}

static void
put(Places *places, int state, int last, int next, int limit)
{
	int			key = ((state * (MAX_TOUCHES + 1) + last + 1) * (MAX_TOUCHES + 1) + next) * (MAX_LIMITS + 1) + limit;

	if (state < 0 || (places->seen[key / 8] >> key % 8 & 1))
		return;
	places->seen[key / 8] |= 1 << key % 8;
	places->at[places->n++] = (Place) {state, last, next, limit};
}

static bool
in_time(int limit, int last, int touch)
{
	int64		gap = limit > 0 && last >= 0 ? c.touches[touch].at - c.touches[last].at : 0;

	if (limit == 0 || last < 0)
		return true;
	return (m.limits[limit].within < 0 || gap <= m.limits[limit].within) &&
		(m.limits[limit].after < 0 || gap >= m.limits[limit].after);
}

/*
 * Follow all ways from these places, a match beginning at touch "start". The
 * last touches of matches, as bits; bit 31: a match of nothing. With "only" not
 * -1, the next touch consumed has to be that one, and the places behind it go
 * to "behind".
 */
static uint32
follow(Places *places, int start, int only, Places *behind)
{
	uint32		ends = 0;

	for (int i = 0; i < places->n; i++)
	{
		Place		p = places->at[i];
		const State *s = &m.states[p.state];

		switch (s->kind)
		{
			case FORK:
				put(places, s->out[0], p.last, p.next, p.limit);
				put(places, s->out[1], p.last, p.next, p.limit);
				break;
			case PASS:
				/* before the first touch a hop is none */
				if (p.last < 0)
				{
					put(places, s->out[0], p.last, p.next, p.limit);
					break;
				}
				put(places, s->out[0], p.last, p.next, s->limit > 0 ? s->limit : p.limit);
				if (p.next < c.n && s->hop.kind != NEXT && (s->hop.kind == LATER || !fits(s->hop.but, p.next)))
					put(places, p.state, p.last, p.next + 1, p.limit);
				break;
			case CONSUME:
				if (p.next >= c.n || (p.last < 0 && p.next != start) || !fits(s->class, p.next) ||
					!in_time(p.limit, p.last, p.next))
					break;
				if (only < 0)
					put(places, s->out[0], p.next, p.next + 1, 0);
				else if (only == p.next)
					put(behind, s->out[0], p.next, p.next + 1, 0);
				break;
			case ACCEPT:
				/* behind the last touch, too */
				if (p.last < 0)
					ends |= (uint32) 1 << 31;
				else if (p.next == p.last + 1)
					ends |= (uint32) 1 << p.last;
				break;
		}
	}
	return ends;
}

static Places places,
			behind,
			ahead,
			before;

static void
copy(Places *to, const Places *from)
{
	memcpy(to->at, from->at, sizeof(Place) * from->n);
	memcpy(to->seen, from->seen, sizeof(to->seen));
	to->n = from->n;
}

/* Where the shortest match that begins at a touch ends; -1: there is none. */
static int
end_of_match(int first, int start)
{
	uint32		ends;

	if (c.from_start && start > 0)
		return -1;
	clear(&places);
	put(&places, first, -1, start, 0);
	ends = follow(&places, start, -1, NULL);
	for (int end = start; end < c.n; end++)
		if ((ends >> end & 1) && (!c.to_end || end == c.n - 1) &&
			(c.whole < 0 || c.touches[end].at - c.touches[start].at <= c.whole))
			return end;
	return -1;
}

/* The touches it consumes, the lowest first one, then the lowest second one, and so on, as bits. */
static uint32
positions_of_match(int first, int start, int end)
{
	uint32		positions = 0;

	clear(&places);
	put(&places, first, -1, start, 0);
	for (int touch = start; touch <= end; touch++)
	{
		copy(&before, &places);
		clear(&behind);
		follow(&places, start, touch, &behind);
		copy(&ahead, &behind);
		if (behind.n > 0 && (follow(&ahead, start, -1, NULL) >> end & 1))
		{
			positions |= (uint32) 1 << touch;
			copy(&places, &behind);
		}
		else
			copy(&places, &before);
	}
	return positions;
}

/* --------------------------------------------------------------------------------- the index */

typedef struct Asking
{
	PGFunction	function;
	int			n;
	Datum		args[8];
	bool		set;
	Datum		result;
	bool		isnull;
} Asking;

static void
ask_it(void *arg)
{
	Asking	   *a = arg;
	LOCAL_FCINFO(fcinfo, 8);
	FmgrInfo	flinfo = {.fn_mcxt = fz_run_context};

	InitFunctionCallInfoData(*fcinfo, &flinfo, a->n, InvalidOid, NULL, NULL);
	for (int i = 0; i < a->n; i++)
	{
		fcinfo->args[i].value = a->args[i];
		fcinfo->args[i].isnull = false;
	}
	a->result = a->function(fcinfo);
	a->isnull = fcinfo->isnull;
}

#define ASK(function, ...) \
	ask(#function, function, sizeof((Datum[]) {__VA_ARGS__}) / sizeof(Datum), (Datum[]) {__VA_ARGS__})

static Datum
ask(const char *name, PGFunction function, int n, const Datum *args)
{
	Asking		a = {function, n};

	memcpy(a.args, args, sizeof(Datum) * n);
	if (!fz_try(ask_it, &a))
		fz_broken("%s fails: %s %s (%s)", name, fz_state, fz_message, c.text);
	return a.result;
}

/* What an index scan would do; "found" is what the operator says. */
static void
check_index(Datum journey, Datum query, int strategy, bool found, const char *what)
{
	int32		n_keys = 0,
				n_query = 0,
				mode = GIN_SEARCH_MODE_DEFAULT;
	bool	   *partial = NULL,
			   *null_flags = NULL,
				recheck = false,
				given,
				maybe;
	void	  **extra = NULL;
	Datum	   *keys,
			   *wanted;
	bool	   *check;
	char	   *ternary;
	GinTernaryValue tri;

	keys = (Datum *) DatumGetPointer(ASK(journey_gin_extract_value, journey, PointerGetDatum(&n_keys),
		PointerGetDatum(&null_flags)));
	wanted = (Datum *) DatumGetPointer(ASK(journey_gin_extract_query, query, PointerGetDatum(&n_query),
										   UInt16GetDatum(strategy), PointerGetDatum(&partial), PointerGetDatum(&extra),
										   PointerGetDatum(&null_flags), PointerGetDatum(&mode)));
	if (n_query == 0 && mode == GIN_SEARCH_MODE_DEFAULT)
	{
		if (found)
			fz_broken("the index looks for nothing: %s in %s", what, c.text);
		return;
	}
	if (n_query == 0)
		return;					/* all of it is read */
	check = palloc0(n_query);
	ternary = palloc0(n_query);
	for (int i = 0; i < n_query; i++)
	{
		for (int k = 0; k < n_keys; k++)
			check[i] |= DatumGetInt32(keys[k]) == DatumGetInt32(wanted[i]);
		ternary[i] = check[i] ? GIN_TRUE : GIN_FALSE;
	}
	given = DatumGetBool(ASK(journey_gin_consistent, PointerGetDatum(check), UInt16GetDatum(strategy), query,
							 Int32GetDatum(n_query), PointerGetDatum(extra), PointerGetDatum(&recheck),
							 PointerGetDatum(wanted), PointerGetDatum(NULL)));
	if (found && !given)
		fz_broken("the index loses a journey: %s in %s", what, c.text);
	if (given && !recheck)
		fz_broken("the index claims to know: %s in %s", what, c.text);
	tri = DatumGetGinTernaryValue(ASK(journey_gin_tri_consistent, PointerGetDatum(ternary), UInt16GetDatum(strategy),
									  query, Int32GetDatum(n_query), PointerGetDatum(extra), PointerGetDatum(wanted),
									  PointerGetDatum(NULL)));
	if ((tri != GIN_FALSE) != given)
		fz_broken("the two answers of the index differ: %s in %s", what, c.text);
	/* knowing less never turns a yes into a no */
	for (int i = 0; i < n_query; i++)
		if (pick(2))
			ternary[i] = GIN_MAYBE;
	tri = DatumGetGinTernaryValue(ASK(journey_gin_tri_consistent, PointerGetDatum(ternary), UInt16GetDatum(strategy),
									  query, Int32GetDatum(n_query), PointerGetDatum(extra), PointerGetDatum(wanted),
									  PointerGetDatum(NULL)));
	maybe = tri != GIN_FALSE;
	if (given && !maybe)
		fz_broken("the index loses a journey it knows less of: %s in %s", what, c.text);
}

/* All of, any of: a list of touch expressions. */
static void
check_lists(Datum journey)
{
	Datum		elems[4];
	bool		nulls[4] = {0};
	int			n = pick(4);
	int			lower = 1;
	bool		all = true,
				any = false;
	Datum		list;

	for (int i = 0; i < n; i++)
	{
		Class		class = make_class(false);
		bool		here = false;

		nulls[i] = pick(16) == 15;
		c.len = 0;
		say_class(class);
		/* outside of patterns a bare name may hold a blank; quoted is right in both places */
		elems[i] = PointerGetDatum(cstring_to_text(c.text));
		for (int k = 0; k < c.n; k++)
			here |= fits(class, k);
		here &= !nulls[i];
		all &= here;
		any |= here;
	}
	list = PointerGetDatum(construct_md_array(elems, nulls, n > 0, &n, &lower, TEXTOID, -1, false, TYPALIGN_INT));
	if (DatumGetBool(ASK(journey_has_all, journey, list)) != all)
		fz_broken("journey_has_all gives %d (the last of %d: %s)", !all, n, c.text);
	if (DatumGetBool(ASK(journey_has_any, journey, list)) != any)
		fz_broken("journey_has_any gives %d (the last of %d: %s)", !any, n, c.text);
	check_index(journey, list, 1, all, "all of a list");
	check_index(journey, list, 2, any, "any of a list");
}

/* ------------------------------------------------------------------------------------ a case */

static int
make_case(char *journey)
{
	int			root;
	int64		at = 0;

	c.n = pick(MAX_TOUCHES + 1);
	c.len = 0;
	say("[");
	for (int i = 0; i < c.n; i++)
	{
		static const int64 gaps[] = {0, 1, 30, HOUR, HOUR + 1, 2 * HOUR, 3 * HOUR, 24 * HOUR};
		Touch	   *touch = &c.touches[i];

		at += gaps[pick(lengthof(gaps))];
		touch->at = at;
		touch->name = 1 + pick(3);
		touch->channel = pick(4) % 3;
		say("%s2026-03-%02dT%02d:%02d:00Z ", i > 0 ? ", " : "", (int) (1 + at / 1440), (int) (at / 60 % 24),
			(int) (at % 60));
		say(touch->name == 3 ? "\"%s\"" : "%s", names[touch->name]);
		if (touch->channel > 0)
			say("@%s", channels[touch->channel]);
	}
	say("]");
	strcpy(journey, c.text);

	c.n_nodes = 0;
	c.len = 0;
	c.from_start = pick(5) == 4;
	c.to_end = pick(5) == 4;
	c.whole = pick(6) == 5 ? pick(5) * HOUR : -1;
	root = make_alt(0);
	if (c.from_start)
		say("^ ");
	say_node(root);
	if (c.to_end)
		say(" $");
	if (c.whole >= 0)
		say(" within %dm", (int) c.whole);
	return root;
}

static Datum found[100][4];
static int	n_found;

static void
keep_row(const Datum *values, const bool *nulls)
{
	if (n_found < lengthof(found))
	{
		memcpy(found[n_found], values, sizeof(found[0]));
		found[n_found][3] = fz_varlena(VARDATA_ANY(values[3]), VARSIZE_ANY_EXHDR(values[3]), false);
	}
	n_found++;
}

extern Datum journey_find(PG_FUNCTION_ARGS);

static Datum
find_rows(PG_FUNCTION_ARGS)
{
	ExprContext econtext = {.type = T_ExprContext,.ecxt_per_query_memory = fz_run_context};
	ReturnSetInfo rsinfo = {.type = T_ReturnSetInfo,.econtext = &econtext,.allowedModes = SFRM_Materialize};

	fcinfo->resultinfo = (Node *) &rsinfo;
	fz_desc = palloc0(sizeof(TupleDescData));
	fz_desc->natts = 4;
	fz_row = keep_row;
	n_found = 0;
	return journey_find(fcinfo);
}

void
fz_run_pattern(const uint8 *data, Size size)
{
	char		journey_text[1 << 12];
	char	   *pattern_text;
	Datum		journey,
				pattern;
	int			root,
				first,
				matches = 0,
				said;
	bool		nothing,
				exists;

	c.at = data;
	c.end = data + size;
	root = make_case(journey_text);
	if (c.len >= sizeof(c.text) - 1)
		return;
	pattern_text = pstrdup(c.text);
	if (!fz_call1(journey_in, CStringGetDatum(journey_text), &journey))
		fz_broken("no journey: %s: %s %s", journey_text, fz_state, fz_message);
	if (!fz_call1(journey_pattern_in, CStringGetDatum(pattern_text), &pattern))
	{
		/* limits that would need several clocks */
		if (strcmp(fz_state, "22023") != 0)
			fz_broken("no pattern: %s: %s %s", pattern_text, fz_state, fz_message);
		return;
	}

	m.n = m.n_limits = 0;
	m.too_large = false;
	first = build(root, new_state(ACCEPT, -1, -1));
	if (m.too_large)
		return;
	clear(&places);
	put(&places, first, -1, 0, 0);
	nothing = (follow(&places, -1, -1, NULL) >> 31 & 1) && !(c.from_start && c.to_end && c.n > 0);
	exists = nothing;

	ASK(find_rows, journey, pattern);
	for (int start = 0; start < c.n; start++)
	{
		int			end = end_of_match(first, start);
		uint32		expected,
					given = 0;
		Datum	   *at;
		bool	   *nulls;
		int			n;

		if (end < 0)
			continue;
		exists = true;
		if (matches >= n_found)
			fz_broken("%s in %s: no match from %d to %d", pattern_text, journey_text, start + 1, end + 1);
		expected = positions_of_match(first, start, end);
		deconstruct_array(DatumGetArrayTypeP(found[matches][3]), INT4OID, 4, true, TYPALIGN_INT, &at, &nulls, &n);
		for (int i = 0; i < n; i++)
			if (DatumGetInt32(at[i]) >= 1 && DatumGetInt32(at[i]) <= c.n)
				given |= (uint32) 1 << (DatumGetInt32(at[i]) - 1);
		if (given != expected || n != __builtin_popcount(expected) || DatumGetInt32(found[matches][0]) != matches + 1 ||
			DatumGetInt64(found[matches][2]) - DatumGetInt64(found[matches][1]) !=
			(c.touches[end].at - c.touches[start].at) * USECS_PER_MINUTE)
			fz_broken("%s in %s: match %d has touches %x, not %x", pattern_text, journey_text, matches + 1, given,
				expected);
		matches++;
		start = end;
	}
	if (matches != n_found)
		fz_broken("%s in %s: %d matches, not %d", pattern_text, journey_text, n_found, matches);
	said = DatumGetInt32(ASK(journey_count, journey, pattern));
	if (said != matches)
		fz_broken("%s in %s: counts %d matches, not %d", pattern_text, journey_text, said, matches);
	if (DatumGetBool(ASK(journey_match, journey, pattern)) != exists)
		fz_broken("%s in %s: match is %d", pattern_text, journey_text, !exists);
	if (DatumGetBool(ASK(journey_match_text, journey, PointerGetDatum(cstring_to_text(pattern_text)))) != exists)
		fz_broken("%s in %s: match of text is %d", pattern_text, journey_text, !exists);
	fz_see(&matches, sizeof(matches));
	strcpy(c.text, journey_text);
	check_index(journey, pattern, 3, exists, pattern_text);
	check_lists(journey);
}
