/*-------------------------------------------------------------------------
 *
 * src/journey/what.c
 *	  Touch expressions against the dictionary of a journey (see what.h).
 *
 *-------------------------------------------------------------------------
 */
#include "journey/what.h"

#include "core/sort.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */

/* needs up to this many items are evaluated for each journey */
#define NEED_ASKED		100

/* The place of a name in an ascending list, or -1. */
static int32
find_name(const CxName *names, int n, CxName name)
{
	int			low = 0;
	int			high = n;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;
		int			order = cx_name_cmp(names[middle], name);

		if (order == 0)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return -1;
}

/* ---- preparing expressions ---- */

static int
cmp_names(const void *a, const void *b)
{
	return cx_name_cmp(*(const CxName *) a, *(const CxName *) b);
}

/* The distinct names of all terms, and of the need: a pattern may need what is none of its steps. */
static void
collect_names(CxWhat *what, const CxStep *steps, MemoryContext context)
{
	Size		room = (Size) what->n_terms * CX_FACETS + what->need.n;
	int			n = 0;

	what->names = MemoryContextAllocHuge(context, sizeof(CxName) * Max(room, 1));
	for (int s = 0; s < what->n; s++)
		for (int t = 0; t < steps[s].n; t++)
			for (int f = 0; f < CX_FACETS; f++)
				if (steps[s].terms[t].facet[f].len >= 0)
					what->names[n++] = cx_name(steps[s].terms[t].facet[f].bytes, steps[s].terms[t].facet[f].len);
	for (int i = 0; i < what->need.n; i++)
		if (what->need.items[i].op == CX_NEED_NAME)
			what->names[n++] = cx_name(what->need.items[i].name.bytes, what->need.items[i].name.len);
	cx_sort(what->names, n, sizeof(CxName), cmp_names);
	for (int i = 0; i < n; i++)
		if (what->n_names == 0 || !cx_name_equal(what->names[i], what->names[what->n_names - 1]))
			what->names[what->n_names++] = what->names[i];
}

static CxWhatTerm
prepare_term(CxWhat *what, const CxStepTerm *term, int step)
{
	CxWhatTerm	prepared = {.step = step, .key = -1};

	for (int f = 0; f < CX_FACETS; f++)
	{
		prepared.name[f] = -1;
		if (term->facet[f].len < 0)
			continue;
		prepared.name[f] = find_name(what->names, what->n_names, cx_name(term->facet[f].bytes, term->facet[f].len));
		what->facets |= 1 << f;
		if (prepared.key < 0)
			prepared.key = CX_FACETS * prepared.name[f] + f;
	}
	return prepared;
}

static int
cmp_terms(const void *a, const void *b)
{
	int32		x = ((const CxWhatTerm *) a)->key;
	int32		y = ((const CxWhatTerm *) b)->key;

	return (x > y) - (x < y);
}

static void
prepare_terms(CxWhat *what, const CxStep *steps, MemoryContext context)
{
	int			keys = what->n_names * CX_FACETS;
	int			n = 0;

	what->terms = MemoryContextAlloc(context, sizeof(CxWhatTerm) * Max(what->n_terms, 1));
	what->fitting = MemoryContextAlloc(context, sizeof(int32) * Max(what->n_terms, 1));
	for (int s = 0; s < what->n; s++)
		for (int t = 0; t < steps[s].n; t++)
			what->terms[n++] = prepare_term(what, &steps[s].terms[t], s);
	cx_sort(what->terms, n, sizeof(CxWhatTerm), cmp_terms);
	what->first = MemoryContextAlloc(context, sizeof(int32) * ((Size) keys + 1));
	n = 0;
	for (int k = 0; k <= keys; k++)
	{
		while (n < what->n_terms && what->terms[n].key < k)
			n++;
		what->first[k] = n;
	}
}

static int
bits_in(uint64 mask)
{
	return __builtin_popcountll(mask);
}

/*
 * What the need says about the signature. Of two conditions that each ask for
 * one of some bits, the one with fewer bits rejects more.
 */
static void
need_of_signature(CxWhat *what)
{
	uint64	   *must = palloc(sizeof(uint64) * what->need.n);
	uint64	   *some = palloc(sizeof(uint64) * what->need.n);
	int			depth = 0;

	for (int i = 0; i < what->need.n; i++)
	{
		const CxNeedItem *item = &what->need.items[i];

		switch (item->op)
		{
			case CX_NEED_TRUE:
				what->always = true;
				must[depth] = some[depth] = 0;
				depth++;
				break;
			case CX_NEED_FALSE:
				must[depth] = some[depth] = 0;	/* some bit of none: never */
				depth++;
				break;
			case CX_NEED_NAME:
				must[depth] = CX_SIGNATURE_BIT(cx_name_hash(what->names[what->needed[i]], item->facet));
				some[depth] = must[depth];
				depth++;
				break;
			case CX_NEED_AND:
				depth--;
				must[depth - 1] |= must[depth];
				if (bits_in(some[depth]) < bits_in(some[depth - 1]))
					some[depth - 1] = some[depth];
				break;
			case CX_NEED_OR:
				depth--;
				must[depth - 1] &= must[depth];
				some[depth - 1] |= some[depth];
				break;
		}
	}
	what->must = must[0];
	what->some = some[0];
	pfree(must);
	pfree(some);
}

CxWhat *
cx_what_make(const CxStep *steps, int n, CxNeed need, MemoryContext context)
{
	CxWhat	   *what = MemoryContextAllocZero(context, sizeof(CxWhat));
	int64		terms = 0;

	for (int s = 0; s < n; s++)
		terms += steps[s].n;
	if (terms > CX_WHAT_MAX_TERMS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("touch expressions have more than %d alternatives in all", CX_WHAT_MAX_TERMS)));
	what->n = n;
	what->row = (n + 63) / 64;
	what->negated = MemoryContextAllocZero(context, sizeof(uint64) * Max(what->row, 1));
	for (int s = 0; s < n; s++)
		if (steps[s].negated)
		{
			what->negated[s / 64] |= UINT64CONST(1) << (s % 64);
			what->any_negated = true;
		}
	what->n_terms = (int) terms;
	what->need = need;
	collect_names(what, steps, context);
	prepare_terms(what, steps, context);

	what->needed = MemoryContextAlloc(context, sizeof(int32) * need.n);
	what->values = MemoryContextAlloc(context, need.n);
	what->seen = MemoryContextAlloc(context, sizeof(bool) * Max(what->n_names, 1));
	for (int i = 0; i < need.n; i++)
		what->needed[i] = need.items[i].op != CX_NEED_NAME ? -1 :
			find_name(what->names, what->n_names, cx_name(need.items[i].name.bytes, need.items[i].name.len));
	need_of_signature(what);
	return what;
}

/* ---- asking a journey ---- */

/* For each name of the journey its place among those wanted; is any of them there? */
static bool
look_up(const CxWhat *what, const CxName *names, int n, int32 *wanted)
{
	bool		any = false;

	memset(wanted, -1, sizeof(int32) * n);
	if (n <= what->n_names)
		for (int i = 0; i < n; i++)
		{
			wanted[i] = find_name(what->names, what->n_names, names[i]);
			any |= wanted[i] >= 0;
		}
	else
		for (int w = 0; w < what->n_names; w++)
		{
			int32		i = find_name(names, n, what->names[w]);

			if (i < 0)
				continue;
			wanted[i] = w;
			any = true;
		}
	return any;
}

/* Are those names there that are needed, in whatever facet? */
static bool
meets_need(const CxWhat *what, const int32 *wanted, int n)
{
	memset(what->seen, 0, sizeof(bool) * what->n_names);
	for (int i = 0; i < n; i++)
		if (wanted[i] >= 0)
			what->seen[wanted[i]] = true;
	for (int i = 0; i < what->need.n; i++)
		what->values[i] = what->needed[i] >= 0 && what->seen[what->needed[i]];
	return cx_need_evaluate(&what->need, what->values) != 0;
}

bool
cx_what_view(const CxWhat *what, const CxJourney *j, CxWhatView *view)
{
	CxName	   *names;

	*view = (CxWhatView) {0, NULL, NULL};
	if (!cx_what_possible(what, j->n > 0 ? j->signature : 0))
		return false;
	if (j->n == 0)
		return true;
	names = palloc(sizeof(CxName) * j->names);
	cx_journey_names(j, names);
	view->wanted = palloc(sizeof(int32) * j->names);
	/* a long need costs more than looking at the entries does */
	if ((!look_up(what, names, j->names, view->wanted) ||
		 (what->need.n > 1 && what->need.n < NEED_ASKED && !meets_need(what, view->wanted, j->names))) && !what->always)
		return false;
	view->n = j->entries;
	view->entries = palloc(sizeof(CxEntry) * j->entries);
	memset(view->entries, -1, sizeof(CxEntry) * j->entries);
	cx_journey_entry_names(j, what->facets, view->entries);
	return true;
}

int
cx_what_fitting(const CxWhat *what, const CxWhatView *view, int code)
{
	int32		has[CX_FACETS];
	int			n = 0;

	for (int f = 0; f < CX_FACETS; f++)
		has[f] = view->entries[code].name[f] < 0 ? -1 : view->wanted[view->entries[code].name[f]];
	for (int f = 0; f < CX_FACETS; f++)
	{
		int			key = CX_FACETS * has[f] + f;

		if (has[f] < 0)
			continue;
		for (int t = what->first[key]; t < what->first[key + 1]; t++)
		{
			const CxWhatTerm *term = &what->terms[t];
			bool		fits = true;

			for (int g = f + 1; g < CX_FACETS; g++)
				fits &= term->name[g] < 0 || term->name[g] == has[g];
			if (fits)
				what->fitting[n++] = term->step;
		}
	}
	return n;
}

void
cx_what_row(const CxWhat *what, const CxWhatView *view, int code, uint64 *row)
{
	int			n = cx_what_fitting(what, view, code);

	for (int w = 0; w < what->row; w++)
		row[w] = what->negated[w];
	for (int i = 0; i < n; i++)
	{
		int			w = what->fitting[i] / 64;
		uint64		bit = UINT64CONST(1) << (what->fitting[i] % 64);

		if (what->negated[w] & bit)
			row[w] &= ~bit;
		else
			row[w] |= bit;
	}
}

uint64 *
cx_what_rows(const CxWhat *what, const CxWhatView *view)
{
	uint64	   *rows = MemoryContextAllocHuge(CurrentMemoryContext,
											  sizeof(uint64) * Max((Size) view->n * what->row, 1));

	for (int code = 0; code < view->n; code++)
	{
		cx_what_row(what, view, code, rows + (Size) code * what->row);
		if (code % 1024 == 1023)
			CHECK_FOR_INTERRUPTS();
	}
	return rows;
}
