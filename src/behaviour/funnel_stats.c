/*-------------------------------------------------------------------------
 *
 * src/behaviour/funnel_stats.c
 *	  The type funnel_stats: stored form, merging, counting journeys.
 *
 *-------------------------------------------------------------------------
 */
#include "behaviour/funnel_stats.h"

#include "mb/pg_wchar.h"

static void
set_definition(CxFunnelStats *s, const char *text, int len, int n)
{
	MemoryContext context = s->stats.context;
	char	   *copy = MemoryContextAlloc(context, Max(len, 1));

	s->hist = MemoryContextAllocZero(context, sizeof(CxLogHist) * Max(n - 1, 1));
	memcpy(copy, text, len);
	s->text = copy;
	s->text_len = len;
	s->n = n;
}

static void
other_definition(const CxFunnelStats *s, const char *text, int len)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("journeys of different funnels cannot be counted together"),
			 errdetail("One is \"%.*s\", the other \"%.*s\".",
					   pg_mbcliplen(s->text, s->text_len, 200), s->text, pg_mbcliplen(text, len, 200), text)));
}

static inline void
need_definition(CxFunnelStats *s, const char *text, int len, int n)
{
	if (s->text == NULL)
		set_definition(s, text, len, n);
	else if (s->text_len != len || memcmp(s->text, text, len) != 0)
		other_definition(s, text, len);
}

/* ---- stored form and merging ---- */

static void
write_stats(const CxStats *stats, CxWriter *w)
{
	const CxFunnelStats *s = (const CxFunnelStats *) stats;

	cx_write_varint(w, s->text_len);
	cx_write_bytes(w, s->text, s->text_len);
	cx_write_varint(w, s->asked);
	cx_write_varint(w, s->begun);
	for (int k = 1; k < s->n; k++)
		cx_loghist_write(&s->hist[k - 1], w);
}

/* The definition has to be in its canonical form. Its parse is scratch. */
static bool
read_definition(CxFunnelStats *s, CxReader *r, CxFunnelDef *def)
{
	CxMemory	memory = cx_memory(s->stats.context);
	uint64		len = cx_read_varint(r);
	const char *text = (const char *) r->at;
	char	   *again;

	if (!r->ok || len < 1 || len > CX_FUNNEL_MAX_TEXT || len > (uint64) (r->end - r->at))
		return false;
	if (!cx_funnel_def_from_text(text, (int) len, &memory, def) || cx_funnel_print(def, NULL) != len)
		return false;
	again = palloc(len);
	cx_funnel_print(def, again);
	if (memcmp(again, text, len) != 0)
		return false;
	r->at += len;
	set_definition(s, text, (int) len, def->n);
	return true;
}

static bool
read_stats(CxStats *stats, CxReader *r)
{
	CxFunnelStats *s = (CxFunnelStats *) stats;
	CxFunnelDef def;
	uint64		most;

	if (!read_definition(s, r, &def))
		return false;
	s->asked = cx_read_varint(r);
	s->begun = most = cx_read_varint(r);
	if (!r->ok || s->asked > CX_FUNNEL_MAX_JOURNEYS || s->begun > s->asked || s->asked == 0)
		return false;
	for (int k = 1; k < s->n; k++)
	{
		CxLogHist  *hist = &s->hist[k - 1];

		if (!cx_loghist_read(hist, r, palloc0) || hist->n > most)
			return false;
		if (!def.optional[k])
			most = hist->n;
	}
	return true;
}

static void
merge_stats(CxStats *into, const CxStats *from)
{
	CxFunnelStats *a = (CxFunnelStats *) into;
	const CxFunnelStats *b = (const CxFunnelStats *) from;

	if (b->text == NULL)
		return;
	need_definition(a, b->text, b->text_len, b->n);
	/* no other count is greater */
	if (b->asked > CX_FUNNEL_MAX_JOURNEYS - a->asked)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("number of journeys is out of range")));
	a->asked += b->asked;
	a->begun += b->begun;
	for (int k = 1; k < a->n; k++)
		cx_loghist_merge(&a->hist[k - 1], &b->hist[k - 1], palloc0);
}

const CxStatsType cx_funnel_stats_type = {
	.name = "funnel_stats",
	.size = sizeof(CxFunnelStats),
	.write = write_stats,
	.read = read_stats,
	.merge = merge_stats
};

CX_STATS_FUNCTIONS(funnel_stats, &cx_funnel_stats_type);

/* ---- counting ---- */

static void
count(CxFunnelStats *s, const CxFunnel *funnel)
{
	int			depth = funnel->chain.depth;
	MemoryContext old;

	s->asked++;
	if (depth == 0)
		return;
	s->begun++;
	if (depth == 1)
		return;
	old = MemoryContextSwitchTo(s->stats.context);
	for (int k = 1; k < depth; k++)
	{
		TimestampTz start = funnel->reached_at[0];
		TimestampTz at = funnel->reached_at[k];

		/* with a tolerance a step may stand before the first */
		if (at != CX_FUNNEL_SKIPPED)
			cx_loghist_add(&s->hist[k - 1], at < start ? 0 : (uint64) at - (uint64) start, 1, palloc0);
	}
	MemoryContextSwitchTo(old);
}

static Datum
accum(FunctionCallInfo fcinfo, CxFunnel *funnel)
{
	CxFunnelStats *s;
	CxJourney	j;

	s = (CxFunnelStats *) cx_stats_state(fcinfo, &cx_funnel_stats_type);
	if (s->funnel_id != funnel->id)
	{
		need_definition(s, funnel->text, funnel->text_len, funnel->def.n);
		s->funnel_id = funnel->id;
	}
	cx_journey_open(&j, PG_GETARG_DATUM(1));
	cx_funnel_find(funnel, &j, CX_FUNNEL_GAPS);
	count(s, funnel);
	return cx_stats_result(fcinfo, &s->stats);
}

/* The state as it is: nothing was added. */
static Datum
unchanged(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

/* (state, journey, funnel_def) */
PG_FUNCTION_INFO_V1(funnel_accum);
Datum
funnel_accum(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return unchanged(fcinfo);
	return accum(fcinfo, cx_funnel_from_def(fcinfo, 2));
}

/* (state, journey, steps, within); within may be NULL */
PG_FUNCTION_INFO_V1(funnel_accum_steps);
Datum
funnel_accum_steps(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return unchanged(fcinfo);
	return accum(fcinfo, cx_funnel_from_steps(fcinfo, 2, -1));
}

/* (state, journey, steps, within, mode) */
PG_FUNCTION_INFO_V1(funnel_accum_mode);
Datum
funnel_accum_mode(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(4))
		return unchanged(fcinfo);
	return accum(fcinfo, cx_funnel_from_steps(fcinfo, 2, 4));
}
