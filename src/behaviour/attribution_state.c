/*-------------------------------------------------------------------------
 *
 * src/behaviour/attribution_state.c
 *	  attribution_stats as it is counted and merged (see attribution.h).
 *
 *-------------------------------------------------------------------------
 */
#include "behaviour/attribution.h"

#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/memutils.h"

#define FIRST_SLOTS		32

static CxCell *
new_cells(CxAttribution *a, uint32 slots)
{
	return MemoryContextAllocExtended(a->stats.context, sizeof(CxCell) * (Size) slots,
									  MCXT_ALLOC_ZERO | MCXT_ALLOC_HUGE);
}

void
cx_attribution_grow(CxAttribution *a)
{
	CxCell	   *old = a->cells;
	uint32		slots = a->slots;

	if (slots > PG_INT32_MAX / 2)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many different transitions for attribution")));
	a->cells = new_cells(a, slots * 2);
	a->slots = slots * 2;
	a->used = 0;
	for (uint32 i = 0; i < slots; i++)
		if (old[i].key != 0)
			cx_cell_add(a, old[i].key, old[i].n, old[i].value);
	pfree(old);
}

static void
attribution_init(CxStats *stats)
{
	CxAttribution *a = (CxAttribution *) stats;

	a->grain = -1;
	cx_nodes_init(&a->nodes, stats->context);
	a->slots = FIRST_SLOTS;
	a->cells = new_cells(a, FIRST_SLOTS);
}

void
cx_attribution_define(CxAttribution *a, int grain, uint64 half_life, const char *conversion, int len)
{
	bool		other_conversion;
	bool		other_grain;

	if (a->grain < 0)
	{
		a->conversion = MemoryContextAlloc(a->stats.context, Max(len, 1));
		memcpy(a->conversion, conversion, len);
		a->conversion_len = len;
		a->half_life = half_life;
		a->grain = grain;
		return;
	}
	other_conversion = a->conversion_len != len || memcmp(a->conversion, conversion, len) != 0;
	other_grain = a->grain != grain;
	if (!other_conversion && !other_grain && a->half_life == half_life)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("attribution cannot add up different %s",
					other_conversion ? "conversions" : other_grain ? "grains" : "half-lives"),
			 other_conversion ?
			 errdetail("One is \"%s\", the other \"%s\".",
					   pnstrdup(a->conversion, a->conversion_len), pnstrdup(conversion, len)) :
			 other_grain ?
			 errdetail("One is %s, the other %s.", cx_facet_name((CxFacet) a->grain), cx_facet_name((CxFacet) grain)) :
			 errdetail("One is " UINT64_FORMAT " microseconds, the other " UINT64_FORMAT ".", a->half_life, half_life),
			 other_conversion ?
			 errhint("Group by it, or make one expression of several: [order|subscribe].") : 0));
}

void
cx_attribution_add_counts(CxAttribution *a, int64 journeys, int64 steps)
{
	if (unlikely(journeys > CX_MAX_STEPS - a->journeys || steps > CX_MAX_STEPS - a->steps))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("attribution counts more than " INT64_FORMAT " touches", CX_MAX_STEPS)));
	a->journeys += journeys;
	a->steps += steps;
}

static void
attribution_merge(CxStats *into, const CxStats *from)
{
	CxAttribution *a = (CxAttribution *) into;
	const CxAttribution *b = (const CxAttribution *) from;
	uint32	   *number;

	if (b->grain < 0)
		return;
	cx_attribution_define(a, b->grain, b->half_life, b->conversion, b->conversion_len);
	cx_attribution_add_counts(a, b->journeys, b->steps);
	number = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(uint32) * Max((Size) b->nodes.n, 1));
	for (uint32 i = 0; i < b->nodes.n; i++)
		number[i] = cx_nodes_number(&a->nodes, b->nodes.name[i]);
	for (uint32 i = 0; i < b->slots; i++)
	{
		const CxCell *cell = &b->cells[i];
		uint32		x = CX_CELL_A(cell->key);
		uint32		y = CX_CELL_B(cell->key);

		if (cell->key == 0)
			continue;
		if (CX_CELL_ROLE(cell->key) != CX_ROLE_EDGE)
			y = number[y];
		else
		{
			x = x == CX_FROM_START ? x : CX_FROM(number[x - CX_FROM(0)]);
			y = y < CX_TO(0) ? y : CX_TO(number[y - CX_TO(0)]);
		}
		cx_cell_add(a, cx_cell_key(CX_CELL_ROLE(cell->key), x, y), cell->n, cell->value);
		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
	}
	pfree(number);
}

const CxStatsType cx_attribution_type = {
	.name = "attribution_stats",
	.size = sizeof(CxAttribution),
	.shared_size = sizeof(CxAttributionBuffers),
	.init = attribution_init,
	.write = cx_attribution_write,
	.read = cx_attribution_read,
	.merge = attribution_merge
};

CX_STATS_FUNCTIONS(attribution_stats, &cx_attribution_type);
