/*-------------------------------------------------------------------------
 *
 * src/behaviour/funnel_find.c
 *	  From a journey to the trail of touches that matter, and the best chain.
 *
 * In the order of cost: the signature, the names, the entries, the codes, and
 * times only from the first to the last touch that fits a step. Scratch memory
 * belongs to the funnel and grows with the longest journey it has seen.
 *
 *-------------------------------------------------------------------------
 */
#include "behaviour/funnel.h"

#include "core/bits.h"
#include "core/renew.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/memutils.h"

/* A journey in the making of its trail. */
typedef struct Walk
{
	CxFunnel   *funnel;
	const CxJourney *j;
	const uint64 *rows;			/* what touches of each code fit */
	int			row;			/* words */
	uint64		seen;			/* quick: what is fit by touches from the first that fits the first step */
} Walk;

static CxNeed
need_of(CxFunnel *funnel)
{
	bool		any = funnel->def.mode == CX_FUNNEL_ANY;

	return cx_need_from_steps(funnel->def.steps, any ? funnel->def.n : 1, !any, &funnel->memory);
}

CxFunnel *
cx_funnel_make(CxFunnelDef *def, MemoryContext context)
{
	static uint64 last_id = 0;
	CxFunnel   *funnel = MemoryContextAllocZero(context, sizeof(CxFunnel));
	CxStep	   *all = MemoryContextAlloc(context, sizeof(CxStep) * ((Size) def->n + def->n_excluded));
	char	   *text;

	funnel->def = *def;
	funnel->context = context;
	funnel->memory = cx_memory(context);
	funnel->text_len = (int) cx_funnel_print(def, NULL);
	funnel->text = text = MemoryContextAlloc(context, Max(funnel->text_len, 1));
	cx_funnel_print(def, text);
	memcpy(all, def->steps, sizeof(CxStep) * def->n);
	if (def->n_excluded > 0)
		memcpy(all + def->n, def->excluded, sizeof(CxStep) * def->n_excluded);
	funnel->what = cx_what_make(all, def->n + def->n_excluded, need_of(funnel), context);
	funnel->masks = cx_masks_make(funnel->what, context);
	funnel->quick = funnel->masks != NULL && cx_funnel_is_plain(def) &&
		(def->mode == CX_FUNNEL_ORDERED || def->mode == CX_FUNNEL_INCREASING);
	funnel->chain.touch = MemoryContextAlloc(context, sizeof(int32) * def->n);
	funnel->reached_at = MemoryContextAlloc(context, sizeof(TimestampTz) * def->n);
	funnel->id = ++last_id;
	return funnel;
}

/* ---- room ---- */

static void
make_room(CxFunnel *f, const CxJourney *j)
{
	if (j->n > f->room)
	{
		int			n = Max(j->n, Min(2 * f->room, CX_JOURNEY_MAX_TOUCHES));

		f->room = 0;
		CX_RENEW(f->codes, f->context, n);
		CX_RENEW(f->times, f->context, n);
		CX_RENEW(f->position, f->context, n);
		CX_RENEW(f->trail_time, f->context, n);
		CX_RENEW(f->trail_code, f->context, n);
		CX_RENEW(f->void_before, f->context, n);
		f->room = n;
	}
	if (j->entries > f->entries_room)
	{
		int			n = Max(j->entries, CX_MASKS_FIRST);

		f->entries_room = 0;
		CX_RENEW(f->rows, f->context, n);
		CX_RENEW(f->kind, f->context, n);
		f->entries_room = n;
	}
	if (j->names > f->names_room)
	{
		f->names_room = 0;
		CX_RENEW(f->of_names, f->context, j->names);
		f->names_room = j->names;
	}
}

/* ---- the trail ---- */

/* What touches of each code fit. False if the journey cannot begin the funnel. */
static bool
read_dictionary(Walk *w)
{
	CxFunnel   *f = w->funnel;

	if (f->masks != NULL)
	{
		uint64		all = cx_masks_of(f->masks, w->j, f->of_names, f->rows);

		w->rows = f->rows;
		w->row = 1;
		return (all & (f->def.mode == CX_FUNNEL_ANY ? cx_low_bits(f->def.n) : 1)) != 0;
	}
	else
	{
		CxWhatView	view;

		if (!cx_what_view(f->what, w->j, &view))
			return false;
		w->rows = cx_what_rows(f->what, &view);
		w->row = f->what->row;
		return true;
	}
}

/* Times of the touches of the trail, from position[0] on. */
static void
read_times(Walk *w, CxTrail *trail)
{
	CxFunnel   *f = w->funnel;
	int			from = trail->position[0];

	cx_journey_times(w->j, from, trail->position[trail->n - 1] - from + 1, f->times);
	for (int i = 0; i < trail->n; i++)
		f->trail_time[i] = f->times[trail->position[i] - from];
	trail->time = f->trail_time;
}

/* Touches that fit a step, from the first that fits the first one on. */
static CxTrail
quick_trail(Walk *w)
{
	CxFunnel   *f = w->funnel;
	CxTrail		trail = {.position = f->position, .code = f->trail_code, .rows = w->rows, .row = 1};

	trail.n = cx_masks_scan(w->j, f->rows, 1, f->position, f->trail_code, &w->seen);
	return trail;
}

#define FITS_STEP	1
#define EXCLUDED	2

/* Does a touch of each code fit a step, an exclusion? */
static void
tell_kinds(Walk *w)
{
	CxFunnel   *f = w->funnel;
	int			n = f->def.n;

	for (int c = 0; c < w->j->entries; c++)
	{
		const uint64 *row = w->rows + (Size) c * w->row;
		uint8		kind = 0;

		for (int i = 0; i < w->row; i++)
		{
			uint64		steps = i < n / 64 ? ~UINT64CONST(0) : i == n / 64 ? cx_low_bits(n % 64) : 0;

			if (row[i] & steps)
				kind |= FITS_STEP;
			if (row[i] & ~steps)
				kind |= EXCLUDED;
		}
		f->kind[c] = kind;
	}
}

static CxTrail
full_trail(Walk *w)
{
	CxFunnel   *f = w->funnel;
	CxTrail		trail = {.rows = w->rows, .row = w->row};
	int32		last_void = -1;
	int			h = 0;

	tell_kinds(w);
	cx_journey_codes(w->j, 0, w->j->n, f->codes);
	for (int i = 0; i < w->j->n; i++)
	{
		uint8		kind = f->kind[f->codes[i]];

		f->position[h] = i;
		f->trail_code[h] = f->codes[i];
		f->void_before[h] = last_void;
		h += (kind & FITS_STEP) != 0;
		if (kind & EXCLUDED)
			last_void = i;
	}
	trail.n = h;
	trail.position = f->position;
	trail.code = f->trail_code;
	trail.void_before = f->def.n_excluded > 0 ? f->void_before : NULL;
	return trail;
}

/* ---- one facet held ---- */

/* For each touch of the trail the name it has in the facet that is held, -1 if none. */
static int32 *
held_names(Walk *w, const CxTrail *trail)
{
	CxEntry    *entries = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(CxEntry) * w->j->entries);
	int32	   *names = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int32) * trail->n);

	cx_journey_entries(w->j, entries);
	for (int i = 0; i < trail->n; i++)
		names[i] = entries[trail->code[i]].name[w->funnel->def.hold];
	pfree(entries);
	return names;
}

/* A trail sorted by the name that its touches have, those without one left out; it owns its arrays. */
typedef struct Split
{
	int32	   *begin;			/* of the touches with each name, and one more */
	int32	   *position;
	int64	   *time;
	uint32	   *code;
	int32	   *void_before;
} Split;

static Split
split_trail(Walk *w, const CxTrail *trail)
{
	int32	   *names = held_names(w, trail);
	Split		s;
	int32	   *next;

	s.begin = palloc0(sizeof(int32) * ((Size) w->j->names + 2));
	s.position = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int32) * trail->n);
	s.time = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int64) * trail->n);
	s.code = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(uint32) * trail->n);
	s.void_before = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int32) * trail->n);
	/* begin[name + 1] is where the next touch with the name goes, so in the end it is where the next name begins */
	next = s.begin + 1;
	for (int i = 0; i < trail->n; i++)
		if (names[i] >= 0)
			next[names[i] + 1]++;
	for (int i = 1; i <= w->j->names; i++)
		next[i] += next[i - 1];
	for (int i = 0; i < trail->n; i++)
	{
		int32		to;

		if (names[i] < 0)
			continue;
		to = next[names[i]]++;
		s.position[to] = trail->position[i];
		s.time[to] = trail->time[i];
		s.code[to] = trail->code[i];
		s.void_before[to] = trail->void_before == NULL ? -1 : trail->void_before[i];
	}
	pfree(names);
	return s;
}

static CxTrail
part_of(const CxTrail *trail, const Split *s, int name)
{
	int			begin = s->begin[name];
	CxTrail		part = {.rows = trail->rows, .row = trail->row};

	part.n = s->begin[name + 1] - begin;
	part.position = s->position + begin;
	part.time = s->time + begin;
	part.code = s->code + begin;
	part.void_before = trail->void_before == NULL ? NULL : s->void_before + begin;
	return part;
}

static void
find_chain(CxFunnel *f, const CxTrail *trail, CxBest *chain, bool touches)
{
	CxMemory	memory = cx_memory(CurrentMemoryContext);

	if (f->def.mode == CX_FUNNEL_ANY)
		cx_trail_find_any(&f->def, trail, &memory, chain, touches);
	else
		cx_trail_find(&f->def, trail, &memory, chain, touches);
}

/* The best of the chains that each name has; the trail becomes that of its name. */
static void
find_held(Walk *w, CxTrail *trail, bool times)
{
	CxFunnel   *f = w->funnel;
	Split		split = split_trail(w, trail);
	int			best = -1;
	int			best_depth = 0;
	int32		best_last = 0;

	for (int name = 0; name < w->j->names; name++)
	{
		CxTrail		part = part_of(trail, &split, name);
		CxBest		chain = f->chain;

		CHECK_FOR_INTERRUPTS();
		if (part.n == 0)
			continue;
		find_chain(f, &part, &chain, false);
		if (chain.depth == 0 ||
			chain.depth < best_depth || (chain.depth == best_depth && part.position[chain.last] > best_last))
			continue;
		best = name;
		best_depth = chain.depth;
		best_last = part.position[chain.last];
	}
	if (best < 0)
		return;
	*trail = part_of(trail, &split, best);
	find_chain(f, trail, &f->chain, times);
}

/* ---- the whole ---- */

/* Do times have to be read at all? */
static bool
wants_times(const Walk *w, CxFunnelWant want)
{
	const CxFunnel *f = w->funnel;

	if (want == CX_FUNNEL_TIMES || !f->quick)
		return true;
	/* without a touch for the second step no time matters */
	if (f->def.n < 2 || (w->seen & 2) == 0)
		return false;
	return want == CX_FUNNEL_GAPS || f->def.within != CX_FUNNEL_NEVER || f->def.mode != CX_FUNNEL_ORDERED;
}

static void
tell(CxFunnel *f, const CxTrail *trail, bool times)
{
	int			n = f->chain.depth;

	if (n == 0)
		return;
	f->first_code = trail->code[f->chain.first];
	for (int k = 0; times && k < n; k++)
		f->reached_at[k] = f->chain.touch[k] < 0 ? CX_FUNNEL_SKIPPED : trail->time[f->chain.touch[k]];
}

void
cx_funnel_find(CxFunnel *f, const CxJourney *j, CxFunnelWant want)
{
	Walk		w = {.funnel = f, .j = j};
	bool		touches = want != CX_FUNNEL_DEPTH;
	CxTrail		trail;

	f->chain.depth = 0;
	if (j->n == 0 || !cx_what_possible(f->what, j->signature))
		return;
	make_room(f, j);
	if (!read_dictionary(&w))
		return;
	trail = f->quick ? quick_trail(&w) : full_trail(&w);
	if (trail.n == 0)
		return;
	if (wants_times(&w, want))
		read_times(&w, &trail);
	else if (f->quick && (w.seen & 2) == 0)
		trail.n = 1;			/* all that can be reached is the first step */
	if (f->quick)
		cx_trail_find_quick(&f->def, &trail, &f->chain, touches);
	else if (f->def.hold >= 0)
		find_held(&w, &trail, touches);
	else
		find_chain(f, &trail, &f->chain, touches);
	tell(f, &trail, touches && trail.time != NULL);
}
