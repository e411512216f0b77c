/*-------------------------------------------------------------------------
 *
 * src/organisation/pain_stats.c
 *	  The type "pain_stats": counting, storing and merging (see pain.h).
 *
 *-------------------------------------------------------------------------
 */
#include "organisation/pain.h"

#include <math.h>

#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "organisation/answered.h"

static void
pain_init(CxStats *stats)
{
	CxPain	   *p = (CxPain *) stats;

	p->kind = -1;
	cx_nodes_init(&p->nodes, stats->context);
}

static void
make_room(CxPain *p, Size n)
{
	Size		room = Max(8, Max(n, p->room * 2));

	if (n <= p->room)
		return;
	p->hurt = p->hurt == NULL ? MemoryContextAllocHuge(p->stats.context, room * sizeof(CxHurt)) :
		repalloc_huge(p->hurt, room * sizeof(CxHurt));
	memset(p->hurt + p->room, 0, (room - p->room) * sizeof(CxHurt));
	p->room = room;
}

static const char *
kind_name(int kind)
{
	return kind == 0 ? "all kinds" : cx_kind_name((CxKind) kind);
}

static void
set_kind(CxPain *p, int kind)
{
	if (p->kind >= 0 && p->kind != kind)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("pain of different kinds of feedback cannot be merged"),
				 errdetail("One counts %s, the other %s.", kind_name(p->kind), kind_name(kind))));
	p->kind = kind;
}

static void
check_count(uint64 count)
{
	if (unlikely(count > CX_PAIN_MAX))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("pain_stats counts more than 2^61 journeys or answers")));
}

/* ---- stored form ---- */

static void
pain_write(const CxStats *stats, CxWriter *w)
{
	const CxPain *p = (const CxPain *) stats;
	uint32	   *order = cx_nodes_order(&p->nodes);

	cx_write_byte(w, (uint8) Max(p->kind, 0));
	cx_write_varint(w, p->journeys);
	cx_nodes_write(&p->nodes, order, w);
	for (uint32 i = 0; i < p->nodes.n; i++)
	{
		const CxHurt *hurt = &p->hurt[order[i]];

		cx_write_varint(w, hurt->answers);
		cx_write_varint(w, hurt->incidents);
		if (hurt->incidents == 0)
			continue;
		cx_write_varint(w, hurt->journeys);
		cx_write_wide(w, hurt->severity);
		CHECK_FOR_INTERRUPTS();
	}
	pfree(order);
}

static bool
read_hurt(CxHurt *hurt, uint64 journeys, CxReader *r)
{
	hurt->answers = cx_read_varint(r);
	hurt->incidents = cx_read_varint(r);
	if (!r->ok || hurt->answers < 1 || hurt->answers > CX_PAIN_MAX || hurt->incidents > hurt->answers)
		return false;
	if (hurt->incidents == 0)
		return true;
	hurt->journeys = cx_read_varint(r);
	hurt->severity = cx_read_wide(r, 128);
	return r->ok && hurt->journeys >= 1 && hurt->journeys <= Min(hurt->incidents, journeys) &&
		hurt->severity >= (CxUint128) hurt->incidents * CX_SEVERITY_LEAST &&
		hurt->severity <= (CxUint128) hurt->incidents << CX_SEVERITY_BITS;
}

static bool
pain_read(CxStats *stats, CxReader *r)
{
	CxPain	   *p = (CxPain *) stats;
	uint8		kind = cx_read_byte(r);

	p->journeys = cx_read_varint(r);
	if (!r->ok || kind > CX_KIND_LAST || (kind > 0 && !cx_kind_has_buckets((CxKind) kind)) ||
		p->journeys > CX_PAIN_MAX || !cx_nodes_read(&p->nodes, r) || (p->nodes.n > 0 && p->journeys == 0))
		return false;
	p->kind = kind;
	make_room(p, p->nodes.n);
	for (uint32 i = 0; i < p->nodes.n; i++)
		if (!read_hurt(&p->hurt[i], p->journeys, r))
			return false;
	return true;
}

static void
pain_merge(CxStats *into, const CxStats *from)
{
	CxPain	   *p = (CxPain *) into;
	const CxPain *other = (const CxPain *) from;

	if (other->kind < 0)
		return;
	set_kind(p, other->kind);
	p->journeys += other->journeys;
	check_count(p->journeys);
	for (uint32 i = 0; i < other->nodes.n; i++)
	{
		uint32		node = cx_nodes_number(&p->nodes, other->nodes.name[i]);
		CxHurt	   *hurt;

		make_room(p, (Size) node + 1);
		hurt = &p->hurt[node];
		hurt->answers += other->hurt[i].answers;
		check_count(hurt->answers);
		hurt->incidents += other->hurt[i].incidents;
		hurt->journeys += other->hurt[i].journeys;
		hurt->severity += other->hurt[i].severity;
		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
	}
}

const CxStatsType cx_pain_type = {
	.name = "pain_stats",
	.size = sizeof(CxPain),
	.shared_size = sizeof(CxAnswerBuffers),
	.init = pain_init,
	.write = pain_write,
	.read = pain_read,
	.merge = pain_merge
};

CX_STATS_FUNCTIONS(pain_stats, &cx_pain_type);

/* ---- counting ---- */

static void
count_answer(CxPain *p, CxHurt *hurt, CxAnswer answer)
{
	CxBuckets	buckets = cx_scale_buckets(cx_answer_scale(answer));
	int32		offset = cx_answer_offset(answer);
	int32		from_good_end = buckets.low_is_good ? offset : buckets.range - offset;

	check_count(++hurt->answers);
	if (cx_answer_bucket(&buckets, offset) != CX_BAD)
		return;
	hurt->incidents++;
	hurt->severity += (uint64) ldexp((double) from_good_end / buckets.range, CX_SEVERITY_BITS);
	if (hurt->seen != p->serial)
	{
		hurt->seen = p->serial;
		hurt->journeys++;
	}
}

static void
count_journey(CxPain *p, const CxJourney *j)
{
	CxAnswerBuffers *buffers;
	CxNodeView	view;
	int			answered = 0;

	if (j->n == 0)
		return;
	check_count(++p->journeys);
	p->serial++;
	if ((j->flags & CX_JOURNEY_FEEDBACK) == 0)
		return;
	buffers = cx_answer_buffers(&p->stats, j);
	cx_journey_answers(j, 0, j->n, buffers->answers);
	for (int i = 0; i < j->n; i++)
		answered += buffers->answers[i] != 0;
	view = cx_nodes_view(&p->nodes, &buffers->nodes, j, CX_TOUCHPOINT, answered);
	make_room(p, (Size) p->nodes.n + j->names);
	cx_journey_codes(j, 0, j->n, buffers->nodes.codes);
	for (int i = 0; i < j->n; i++)
	{
		CxAnswer	answer = buffers->answers[i];

		if (answer != 0 && (p->kind == 0 ? cx_kind_has_buckets(cx_answer_kind(answer)) :
							cx_answer_kind(answer) == (CxKind) p->kind))
			count_answer(p, &p->hurt[cx_answer_node(&view, buffers->nodes.codes[i])], answer);
	}
}

static int
kind_arg(FunctionCallInfo fcinfo, int arg)
{
	CxKind		kind;

	if (PG_ARGISNULL(arg))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("kind is NULL")));
	kind = cx_kind_from_text(PG_GETARG_TEXT_PP(arg));
	if (!cx_kind_has_buckets(kind))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("feedback of kind %s has no bad answers", cx_kind_name(kind)),
				 errhint("Use one of: nps, csat, ces, effort, success, emotion.")));
	return kind;
}

PG_FUNCTION_INFO_V1(pain_accum);
Datum
pain_accum(PG_FUNCTION_ARGS)
{
	CxPain	   *p;
	CxJourney	j;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	p = (CxPain *) cx_stats_state(fcinfo, &cx_pain_type);
	set_kind(p, PG_NARGS() > 2 ? kind_arg(fcinfo, 2) : 0);
	cx_journey_open(&j, PG_GETARG_DATUM(1));
	count_journey(p, &j);
	return cx_stats_result(fcinfo, &p->stats);
}
