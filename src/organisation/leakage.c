/*-------------------------------------------------------------------------
 *
 * src/organisation/leakage.c
 *	  The type "leakage_stats": begun here, finished there.
 *
 * A journey begins at its first touch that fits one expression, and finishes
 * at the first touch behind that one which fits another. Counted are journeys
 * by the names that the two touches have in one facet, the channel unless
 * told otherwise. Journeys that never begin are not counted.
 *
 * THE STORED FORM, behind the version byte of core/stats.h:
 *
 *	  byte		grain
 *	  texts		the two expressions, as cx_step_print() writes them: varint
 *				length and the bytes of each
 *	  names		nodes.h, those that occur below, ascending; N of them
 *	  varint	how many cells; then, ascending by source and target:
 *	  varints	source: position among the names, N: it has none;
 *				target: position, N: it has none, N + 1: not finished;
 *				journeys, at least 1
 *
 *-------------------------------------------------------------------------
 */
#include "organisation/leakage.h"

#include <math.h>

#include "core/args.h"
#include "core/sort.h"
#include "core/srf.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/builtins.h"
#include "utils/memutils.h"

static void leakage_write(const CxStats *stats, CxWriter *w);
static bool leakage_read(CxStats *stats, CxReader *r);
static void leakage_merge(CxStats *into, const CxStats *from);
static void leakage_init(CxStats *stats);

const CxStatsType cx_leakage_type = {
	.name = "leakage_stats",
	.size = sizeof(CxLeakage),
	.shared_size = sizeof(CxNodeBuffers),
	.init = leakage_init,
	.write = leakage_write,
	.read = leakage_read,
	.merge = leakage_merge
};

CX_STATS_FUNCTIONS(leakage_stats, &cx_leakage_type);

static void
leakage_init(CxStats *stats)
{
	CxLeakage  *l = (CxLeakage *) stats;

	l->grain = -1;
	l->cells.context = stats->context;
	cx_nodes_init(&l->nodes, stats->context);
}

/* ---- what was asked: the same in all that is added up ---- */

static CxLeakageText
copy_text(const CxLeakage *l, CxLeakageText text)
{
	char	   *bytes = MemoryContextAllocHuge(l->stats.context, Max(text.len, 1));

	return (CxLeakageText) {memcpy(bytes, text.bytes, text.len), text.len};
}

static void
define(CxLeakage *l, int grain, const CxLeakageText *expression)
{
	static const char *const names[] = {"begin", "finish"};

	if (l->grain < 0)
	{
		for (int i = 0; i < 2; i++)
			l->expression[i] = copy_text(l, expression[i]);
		l->grain = grain;
	}
	if (l->grain != grain)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("leakage of different grains cannot be merged"),
				 errdetail("One is %s, the other %s.",
						   cx_facet_name((CxFacet) l->grain), cx_facet_name((CxFacet) grain))));
	for (int i = 0; i < 2; i++)
		if (l->expression[i].len != expression[i].len ||
			memcmp(l->expression[i].bytes, expression[i].bytes, expression[i].len) != 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("leakage of different journeys cannot be merged"),
					 errdetail("Argument \"%s\" is \"%s\" in one and \"%s\" in the other.", names[i],
							   pnstrdup(l->expression[i].bytes, l->expression[i].len),
							   pnstrdup(expression[i].bytes, expression[i].len))));
}

/* ---- cells ---- */

static void
add_cell(CxLeakage *l, uint64 key, uint64 journeys)
{
	if (unlikely(!cx_counts_add(&l->cells, key, journeys)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("leakage_stats counts more than 2^61 journeys")));
}

/* A name that is there comes by its rank, none behind all of them, and behind that "not finished". */
static uint32
place_of(uint32 end, const uint32 *ranks, uint32 names)
{
	if (end >= CX_LEAK_NODE)
		return ranks[end - CX_LEAK_NODE];
	return names + (end == CX_LEAK_OPEN);
}

CxCount *
cx_leakage_sorted(const CxLeakage *l, const uint32 *order)
{
	uint32	   *ranks = cx_nodes_ranks(order, l->nodes.n);
	CxCount    *sorted = cx_counts_sorted(&l->cells);

	for (Size i = 0; i < l->cells.n; i++)
		sorted[i].key = CX_LEAK_KEY(place_of(CX_LEAK_SOURCE(sorted[i].key), ranks, l->nodes.n),
									place_of(CX_LEAK_TARGET(sorted[i].key), ranks, l->nodes.n));
	cx_sort(sorted, l->cells.n, sizeof(CxCount), cx_count_cmp);
	pfree(ranks);
	return sorted;
}

/* ---- stored form ---- */

static void
leakage_write(const CxStats *stats, CxWriter *w)
{
	const CxLeakage *l = (const CxLeakage *) stats;
	uint32	   *order = cx_nodes_order(&l->nodes);
	CxCount    *sorted = cx_leakage_sorted(l, order);

	cx_write_byte(w, (uint8) Max(l->grain, 0));
	for (int i = 0; i < 2; i++)
	{
		cx_write_varint(w, l->expression[i].len);
		cx_write_bytes(w, l->expression[i].bytes, l->expression[i].len);
	}
	cx_nodes_write(&l->nodes, order, w);
	cx_write_varint(w, l->cells.n);
	for (Size i = 0; i < l->cells.n; i++)
	{
		cx_write_varint(w, CX_LEAK_SOURCE(sorted[i].key));
		cx_write_varint(w, CX_LEAK_TARGET(sorted[i].key));
		cx_write_varint(w, sorted[i].n);
	}
	pfree(sorted);
	pfree(order);
}

/* An expression as it was printed, and nothing else. */
static bool
read_expression(CxLeakage *l, CxReader *r, CxLeakageText *expression)
{
	uint64		len = cx_read_varint(r);
	const char *bytes = (const char *) r->at;
	CxMemory	memory = cx_memory(CurrentMemoryContext);
	CxParseError error;
	CxStep		step;
	char	   *again;
	bool		same;

	if (!r->ok || len > (uint64) (r->end - r->at) || len > MaxAllocSize / 4)
		return false;
	r->at += len;
	if (!pg_verifymbstr(bytes, (int) len, true) || !cx_step_parse(bytes, (int) len, &memory, &step, &error) ||
		cx_step_print(&step, NULL) != (size_t) len)
		return false;
	again = MemoryContextAllocHuge(CurrentMemoryContext, Max(len, 1));
	cx_step_print(&step, again);
	same = memcmp(again, bytes, len) == 0;
	pfree(again);
	*expression = copy_text(l, (CxLeakageText) {bytes, (int) len});
	return same;
}

/* From a place in the stored form back to an end of a cell. */
static uint32
end_at(uint64 place, uint32 names)
{
	if (place < names)
		return CX_LEAK_NODE + (uint32) place;
	return place == names ? CX_LEAK_NONE : CX_LEAK_OPEN;
}

static bool
read_cells(CxLeakage *l, CxReader *r, bool *used)
{
	uint64		n = cx_read_varint(r);
	uint32		names = l->nodes.n;
	uint64		before = 0;

	/* a cell has three bytes or more */
	if (!r->ok || n > (uint64) (r->end - r->at) / 3)
		return false;
	for (uint64 i = 0; i < n; i++)
	{
		uint64		source = cx_read_varint(r);
		uint64		target = cx_read_varint(r);
		uint64		journeys = cx_read_varint(r);

		if (!r->ok || source > names || target > (uint64) names + 1 || journeys < 1 ||
			journeys > CX_COUNTS_MAX - l->cells.total || (i > 0 && (source << 32 | target) <= before))
			return false;
		before = source << 32 | target;
		if (source < names)
			used[source] = true;
		if (target < names)
			used[target] = true;
		add_cell(l, CX_LEAK_KEY(end_at(source, names), end_at(target, names)), journeys);
	}
	return true;
}

static bool
leakage_read(CxStats *stats, CxReader *r)
{
	CxLeakage  *l = (CxLeakage *) stats;
	uint8		grain = cx_read_byte(r);
	bool	   *used;

	if (!r->ok || grain >= CX_FACETS || !read_expression(l, r, &l->expression[0]) ||
		!read_expression(l, r, &l->expression[1]) || !cx_nodes_read(&l->nodes, r))
		return false;
	l->grain = grain;
	used = palloc0(Max(l->nodes.n, 1));
	if (!read_cells(l, r, used))
		return false;
	for (uint32 i = 0; i < l->nodes.n; i++)
		if (!used[i])
			return false;
	pfree(used);
	return true;
}

/* The same end of a cell, where names have other numbers. */
static uint32
end_of(CxLeakage *l, const CxLeakage *other, uint32 end)
{
	return end < CX_LEAK_NODE ? end :
		CX_LEAK_NODE + cx_nodes_number(&l->nodes, other->nodes.name[end - CX_LEAK_NODE]);
}

static void
leakage_merge(CxStats *into, const CxStats *from)
{
	CxLeakage  *l = (CxLeakage *) into;
	const CxLeakage *other = (const CxLeakage *) from;

	if (other->grain < 0)
		return;
	define(l, other->grain, other->expression);
	for (Size i = 0; i < other->cells.room; i++)
	{
		const CxCount *cell = &other->cells.slots[i];

		if (cell->n != 0)
			add_cell(l, CX_LEAK_KEY(end_of(l, other, CX_LEAK_SOURCE(cell->key)),
									end_of(l, other, CX_LEAK_TARGET(cell->key))), cell->n);
		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
	}
}

/* ---- counting ---- */

/* The two expressions, kept from row to row. */
typedef struct Question
{
	CxWhat	   *what;
	CxLeakageText printed[2];
} Question;

/* The bytes are the length of the first text, and both of them. */
static void *
make_question(const void *bytes, Size len, MemoryContext context)
{
	CxMemory	memory = cx_memory(context);
	MemoryContext old = MemoryContextSwitchTo(context);
	Question   *question = palloc(sizeof(Question));
	CxStep	   *steps = palloc(sizeof(CxStep) * 2);
	const char *at = (const char *) bytes + sizeof(Size);
	Size		first;

	memcpy(&first, bytes, sizeof(Size));
	cx_what_parse(cstring_to_text_with_len(at, (int) first), &memory, &steps[0]);
	cx_what_parse(cstring_to_text_with_len(at + first, (int) (len - sizeof(Size) - first)), &memory, &steps[1]);
	/* a journey that cannot begin is not looked at */
	question->what = cx_what_make(steps, 2, cx_need_from_steps(steps, 1, true, &memory), context);
	for (int i = 0; i < 2; i++)
	{
		char	   *text;

		question->printed[i].len = (int) cx_step_print(&steps[i], NULL);
		text = MemoryContextAllocHuge(context, Max(question->printed[i].len, 1));
		cx_step_print(&steps[i], text);
		question->printed[i].bytes = text;
	}
	MemoryContextSwitchTo(old);
	return question;
}

static const Question *
question_args(FunctionCallInfo fcinfo, int arg)
{
	const text *begin;
	const text *finish;
	Size		first;
	Size		len;
	char	   *key;
	const Question *question;

	if (PG_ARGISNULL(arg) || PG_ARGISNULL(arg + 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s is NULL", PG_ARGISNULL(arg) ? "begin" : "finish")));
	begin = PG_GETARG_TEXT_PP(arg);
	finish = PG_GETARG_TEXT_PP(arg + 1);
	first = VARSIZE_ANY_EXHDR(begin);
	len = sizeof(Size) + first + VARSIZE_ANY_EXHDR(finish);
	key = MemoryContextAllocHuge(CurrentMemoryContext, len);
	memcpy(key, &first, sizeof(Size));
	memcpy(key + sizeof(Size), VARDATA_ANY(begin), first);
	memcpy(key + sizeof(Size) + first, VARDATA_ANY(finish), VARSIZE_ANY_EXHDR(finish));
	question = cx_kept(fcinfo->flinfo, key, len, make_question);
	pfree(key);
	return question;
}

/* The first touch from "from" on whose code fits the expression, or n. */
static int
first_fitting(const CxWhat *what, const CxWhatView *view, const CxNodeBuffers *buffers, int from, int n, int expression)
{
	/* what each code fits: 0 not asked yet, else the bits and one above them */
	int32	   *fits = buffers->of_code;

	for (int i = from; i < n; i++)
	{
		uint32		code = buffers->codes[i];
		uint64		row;

		if (fits[code] == 0)
		{
			cx_what_row(what, view, (int) code, &row);
			fits[code] = (int32) row | 4;
		}
		if (fits[code] & (1 << expression))
			return i;
	}
	return n;
}

static uint32
end_of_touch(CxNodeView *view, int touch)
{
	int32		node = cx_node_of(view, view->buffers->codes[touch]);

	return node < 0 ? CX_LEAK_NONE : CX_LEAK_NODE + (uint32) node;
}

static void
count_journey(CxLeakage *l, const CxWhat *what, const CxJourney *j)
{
	CxNodeBuffers *buffers;
	CxNodeView	nodes;
	CxWhatView	view;
	int			begun;
	int			finished;
	uint32		source;

	if (j->n == 0 || !cx_what_view(what, j, &view))
		return;
	buffers = cx_node_buffers(l->stats.shared, l->stats.context);
	cx_node_buffers_for(buffers, j);
	memset(buffers->of_code, 0, sizeof(int32) * j->entries);
	cx_journey_codes(j, 0, j->n, buffers->codes);
	begun = first_fitting(what, &view, buffers, 0, j->n, 0);
	if (begun == j->n)
		return;
	finished = first_fitting(what, &view, buffers, begun + 1, j->n, 1);
	nodes = cx_nodes_view(&l->nodes, buffers, j, (CxFacet) l->grain, 2);
	source = end_of_touch(&nodes, begun);
	add_cell(l, CX_LEAK_KEY(source, finished == j->n ? CX_LEAK_OPEN : end_of_touch(&nodes, finished)), 1);
}

PG_FUNCTION_INFO_V1(leakage_accum);
Datum
leakage_accum(PG_FUNCTION_ARGS)
{
	CxLeakage  *l;
	const Question *question;
	CxJourney	j;
	int			grain;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	l = (CxLeakage *) cx_stats_state(fcinfo, &cx_leakage_type);
	question = question_args(fcinfo, 2);
	grain = PG_NARGS() > 4 ? (int) cx_grain_arg(fcinfo, 4, l->grain) : CX_CHANNEL;
	define(l, grain, question->printed);
	cx_journey_open(&j, PG_GETARG_DATUM(1));
	count_journey(l, question->what, &j);
	return cx_stats_result(fcinfo, &l->stats);
}
