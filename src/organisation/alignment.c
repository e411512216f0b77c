/*-------------------------------------------------------------------------
 *
 * src/organisation/alignment.c
 *	  The type alignment_stats and alignment_agg() (see alignment.h).
 *
 *-------------------------------------------------------------------------
 */
#include "organisation/alignment.h"

#include <math.h>

#include "core/args.h"
#include "core/sort.h"
#include "maths/exactsum.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#define NO_FIGURE	UINT64CONST(0x7ff8000000000000)

static void
alignment_init(CxStats *stats)
{
	cx_nodes_init(&((CxAlignment *) stats)->nodes, stats->context);
}

/* Room for as many figures more. */
static void
make_room(CxAlignment *a, uint32 more)
{
	Size		capacity;

	if (unlikely(more > CX_ALIGNMENT_MAX - a->n))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("alignment_stats holds more than %d figures", CX_ALIGNMENT_MAX)));
	if (likely(a->n + more <= a->capacity))
		return;
	capacity = Max(Max(8, (Size) a->capacity * 2), (Size) a->n + more);
	a->figures = a->figures == NULL ? MemoryContextAllocHuge(a->stats.context, capacity * sizeof(CxFigure)) :
		repalloc_huge(a->figures, capacity * sizeof(CxFigure));
	a->capacity = (uint32) capacity;
}

/* ---- order ---- */

typedef struct Order
{
	const uint32 *rank;			/* of series */
} Order;

static int
cmp_figures(const void *x, const void *y, void *order)
{
	const CxFigure *a = (const CxFigure *) x;
	const CxFigure *b = (const CxFigure *) y;
	const uint32 *rank = ((const Order *) order)->rank;

	CHECK_FOR_INTERRUPTS();
	if (a->series != b->series)
		return rank[a->series] < rank[b->series] ? -1 : 1;
	return (a->at > b->at) - (a->at < b->at);
}

void
cx_alignment_sort(const CxAlignment *alignment)
{
	CxAlignment *a = unconstify(CxAlignment *, alignment);
	uint32	   *order;
	uint32	   *ranks;

	if (a->sorted || a->n == 0)
		return;
	order = cx_nodes_order(&a->nodes);
	ranks = cx_nodes_ranks(order, a->nodes.n);
	cx_sort_arg(a->figures, a->n, sizeof(CxFigure), cmp_figures, &(Order) {ranks});
	pfree(ranks);
	pfree(order);
	for (uint32 i = 1; i < a->n; i++)
		if (a->figures[i].series == a->figures[i - 1].series && a->figures[i].at == a->figures[i - 1].at)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("series \"%s\" has two figures at %s",
							TextDatumGetCString(cx_name_datum(a->nodes.name[a->figures[i].series])),
							timestamptz_to_str(a->figures[i].at)),
					 errhint("Sum up each period to one figure first.")));
	a->sorted = true;
}

/* ---- stored form ---- */

static uint64
figure_bits(double figure)
{
	uint64		bits;

	if (isnan(figure))
		return NO_FIGURE;
	memcpy(&bits, &figure, sizeof(bits));
	return bits;
}

static void
alignment_write(const CxStats *stats, CxWriter *w)
{
	const CxAlignment *a = (const CxAlignment *) stats;
	uint32	   *order;
	uint32		end;

	cx_alignment_sort(a);
	order = cx_nodes_order(&a->nodes);
	cx_nodes_write(&a->nodes, order, w);
	for (uint32 i = 0; i < a->n; i = end)
	{
		for (end = i + 1; end < a->n && a->figures[end].series == a->figures[i].series; end++)
			;
		cx_write_varint(w, end - i);
		for (uint32 k = i; k < end; k++)
		{
			if (k == i)
				cx_write_zigzag(w, a->figures[k].at);
			else
				cx_write_varint(w, (uint64) a->figures[k].at - (uint64) a->figures[k - 1].at);
			cx_write_fixed(w, figure_bits(a->figures[k].figure), 8);
		}
	}
	pfree(order);
}

static bool
read_figure(CxReader *r, double *figure)
{
	uint64		bits;

	if (!r->ok || r->end - r->at < 8)
		return false;
	bits = cx_load_fixed(r->at, 8);
	r->at += 8;
	memcpy(figure, &bits, sizeof(bits));
	return bits == NO_FIGURE || (fabs(*figure) <= CX_SUM_MAX && !(*figure == 0 && signbit(*figure)));
}

static bool
read_series(CxAlignment *a, uint32 series, CxReader *r)
{
	uint64		n = cx_read_varint(r);
	TimestampTz at = 0;

	/* a figure takes nine bytes at least */
	if (!r->ok || n < 1 || n > (uint64) (r->end - r->at) / 9 || n > CX_ALIGNMENT_MAX - a->n)
		return false;
	make_room(a, (uint32) n);
	for (uint64 i = 0; i < n; i++)
	{
		CxFigure   *figure = &a->figures[a->n];
		uint64		step = 0;

		if (i == 0)
			at = cx_read_zigzag(r);
		else
			step = cx_read_varint(r);
		if (!r->ok || !IS_VALID_TIMESTAMP(at) || (i > 0 && step < 1) || step >= (uint64) END_TIMESTAMP - (uint64) at)
			return false;
		at = (TimestampTz) ((uint64) at + step);
		*figure = (CxFigure) {series, at, 0};
		if (!read_figure(r, &figure->figure))
			return false;
		a->n++;
		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
	}
	return true;
}

static bool
alignment_read(CxStats *stats, CxReader *r)
{
	CxAlignment *a = (CxAlignment *) stats;

	if (!cx_nodes_read(&a->nodes, r) || a->nodes.n == 0)
		return false;
	for (uint32 i = 0; i < a->nodes.n; i++)
		if (!read_series(a, i, r))
			return false;
	a->sorted = true;
	return true;
}

static void
alignment_merge(CxStats *into, const CxStats *from)
{
	CxAlignment *a = (CxAlignment *) into;
	const CxAlignment *other = (const CxAlignment *) from;
	uint32	   *number = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(uint32) * Max((Size) other->nodes.n, 1));

	make_room(a, other->n);
	for (uint32 i = 0; i < other->nodes.n; i++)
		number[i] = cx_nodes_number(&a->nodes, other->nodes.name[i]);
	for (uint32 i = 0; i < other->n; i++)
	{
		a->figures[a->n] = other->figures[i];
		a->figures[a->n++].series = number[other->figures[i].series];
	}
	a->sorted = false;
	pfree(number);
}

const CxStatsType cx_alignment_type = {
	.name = "alignment_stats",
	.size = sizeof(CxAlignment),
	.init = alignment_init,
	.write = alignment_write,
	.read = alignment_read,
	.merge = alignment_merge
};

CX_STATS_FUNCTIONS(alignment_stats, &cx_alignment_type);

/* ---- collecting ---- */

/* alignment_accum(state, series, at, figure); without a series or a time there is nothing to put it to */
PG_FUNCTION_INFO_V1(alignment_accum);
Datum
alignment_accum(PG_FUNCTION_ARGS)
{
	CxAlignment *a;
	CxName		name;
	TimestampTz at;
	double		figure = NAN;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	a = (CxAlignment *) cx_stats_state(fcinfo, &cx_alignment_type);
	name = cx_name_from_text(PG_GETARG_TEXT_PP(1));
	if (unlikely(name.len > CX_NAME_MAX))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("series is longer than %d bytes", CX_NAME_MAX),
				 errdetail("It has %d bytes.", name.len)));
	at = PG_GETARG_TIMESTAMPTZ(2);
	if (unlikely(TIMESTAMP_NOT_FINITE(at)))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("the time of a figure cannot be infinite")));
	/* + 0.0 makes -0 a plain 0: equal figures have equal bytes */
	if (!PG_ARGISNULL(3))
		figure = cx_check_number(PG_GETARG_FLOAT8(3), "figure") + 0.0;
	make_room(a, 1);
	a->figures[a->n] = (CxFigure) {cx_nodes_number(&a->nodes, name), at, figure};
	a->n++;
	a->sorted = false;
	return cx_stats_result(fcinfo, &a->stats);
}
