/*-------------------------------------------------------------------------
 *
 * src/organisation/silo_agg.c
 *	  silo_agg() over rows, over journeys as arrays, and over journeys (see
 *	  silo.h).
 *
 *-------------------------------------------------------------------------
 */
#include "organisation/silo.h"

#include "core/elements.h"
#include "core/renew.h"
#include "utils/memutils.h"

typedef enum Verdict
{
	UNKNOWN,
	OK,
	NOT_OK
} Verdict;

static inline Verdict
verdict_arg(FunctionCallInfo fcinfo, int arg)
{
	if (PG_ARGISNULL(arg))
		return UNKNOWN;
	return PG_GETARG_BOOL(arg) ? OK : NOT_OK;
}

static CxName
owner_name(Datum owner)
{
	CxName		name = cx_name_from_text(DatumGetTextPP(owner));

	cx_name_check(name, CX_OWNER);
	return name;
}

/* ---- counting ---- */

static inline void
count_journey(CxSilo *silo, Verdict journey)
{
	silo->journeys_ok += journey == OK;
	silo->journeys_failed += journey == NOT_OK;
	silo->undecided += journey == UNKNOWN;
}

static inline void
count_touch(CxSilo *silo, CxSiloOwner *owner, Verdict touch)
{
	silo->touches++;
	owner->ok += touch == OK;
	owner->bad += touch == NOT_OK;
	owner->unknown += touch == UNKNOWN;
}

/* A journey whose touches are seen one after the other. */
typedef struct Walk
{
	CxSilo	   *silo;
	Verdict		journey;
	bool		broken;			/* has it been laid at somebody's door? */
} Walk;

static Walk
begin_walk(CxSilo *silo, Verdict journey)
{
	cx_silo_set_form(silo, CX_SILO_JOURNEYS);
	count_journey(silo, journey);
	silo->journey++;
	return (Walk) {silo, journey, false};
}

/* "node" is the owner of the next touch; there is room for its counts. */
static inline void
walk_touch(Walk *walk, uint32 node, Verdict touch)
{
	CxSiloOwner *owner = &walk->silo->owner[node];

	count_touch(walk->silo, owner, touch);
	if (owner->seen != walk->silo->journey)
	{
		owner->seen = walk->silo->journey;
		owner->journeys_ok += walk->journey == OK;
		owner->journeys_failed += walk->journey == NOT_OK;
	}
	if (touch == NOT_OK && walk->journey == NOT_OK && !walk->broken)
	{
		walk->broken = true;
		owner->broken++;
	}
}

/* ---- rows ---- */

/* silo_accum(state, owner, touch_ok, journey_ok) */
PG_FUNCTION_INFO_V1(silo_accum);
Datum
silo_accum(PG_FUNCTION_ARGS)
{
	CxSilo	   *silo = (CxSilo *) cx_stats_state(fcinfo, &cx_silo_type);
	Verdict		touch = verdict_arg(fcinfo, 2);
	Verdict		journey = verdict_arg(fcinfo, 3);
	CxSiloOwner *owner;
	uint32		node;

	cx_silo_set_form(silo, CX_SILO_ROWS);
	if (PG_ARGISNULL(1))
		silo->unowned++;
	else
	{
		node = cx_nodes_number(&silo->nodes, owner_name(PG_GETARG_DATUM(1)));
		cx_silo_room(silo, (Size) node + 1);
		owner = &silo->owner[node];
		count_journey(silo, journey);
		count_touch(silo, owner, touch);
		owner->journeys_ok += journey == OK;
		owner->journeys_failed += journey == NOT_OK;
		owner->broken += touch == NOT_OK && journey == NOT_OK;
	}
	cx_silo_check(silo);
	return cx_stats_result(fcinfo, &silo->stats);
}

/* ---- journeys as arrays ---- */

/* silo_accum(state, owners, touch_ok, journey_ok): without touch_ok nothing is known of the touches */
PG_FUNCTION_INFO_V1(silo_accum_array);
Datum
silo_accum_array(PG_FUNCTION_ARGS)
{
	CxSilo	   *silo;
	CxElements	owners;
	CxElements	verdicts = {0};
	Walk		walk;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	owners = cx_elements_arg(fcinfo, 1, "owners");
	if (!PG_ARGISNULL(2))
	{
		verdicts = cx_elements_arg(fcinfo, 2, "touch_ok");
		cx_elements_match(&owners, &verdicts);
	}
	silo = (CxSilo *) cx_stats_state(fcinfo, &cx_silo_type);
	walk = begin_walk(silo, verdict_arg(fcinfo, 3));
	for (int i = 0; i < owners.n; i++)
	{
		Verdict		touch = UNKNOWN;
		uint32		node;

		if (owners.nulls[i])
		{
			silo->unowned++;
			continue;
		}
		if (verdicts.values != NULL && !verdicts.nulls[i])
			touch = DatumGetBool(verdicts.values[i]) ? OK : NOT_OK;
		node = cx_nodes_number(&silo->nodes, owner_name(owners.values[i]));
		cx_silo_room(silo, (Size) node + 1);
		walk_touch(&walk, node, touch);
	}
	cx_silo_check(silo);
	return cx_stats_result(fcinfo, &silo->stats);
}

/* ---- journeys ---- */

static CxSiloBuffers *
buffers_for(CxSilo *silo, const CxJourney *j)
{
	CxShared   *shared = silo->stats.shared;
	CxSiloBuffers *buffers;

	if (shared == NULL)
		shared = MemoryContextAllocZero(silo->stats.context, sizeof(CxSiloBuffers));
	buffers = (CxSiloBuffers *) cx_node_buffers(shared, silo->stats.context);
	cx_node_buffers_for(&buffers->nodes, j);
	if (buffers->answers_room < j->n)
	{
		Size		n = Max((Size) j->n * 2, 256);

		buffers->answers_room = 0;
		CX_RENEW(buffers->answers, buffers->nodes.context, n);
		buffers->answers_room = n;
	}
	return buffers;
}

/* In nearly every journey all answers are of one scale, so its buckets are kept. */
static inline Verdict
verdict_of(CxAnswer answer, uint64 *scale_bits, CxBuckets *buckets)
{
	if (answer == 0 || !cx_kind_has_buckets(cx_answer_kind(answer)))
		return UNKNOWN;
	if (*scale_bits != CX_ANSWER_SCALE_BITS(answer))
	{
		*scale_bits = CX_ANSWER_SCALE_BITS(answer);
		*buckets = cx_scale_buckets(cx_answer_scale(answer));
	}
	return cx_answer_bucket(buckets, cx_answer_offset(answer)) == CX_GOOD ? OK : NOT_OK;
}

static void
walk_journey(Walk *walk, const CxJourney *j)
{
	CxSilo	   *silo = walk->silo;
	CxSiloBuffers *buffers = buffers_for(silo, j);
	CxNodeView	view = cx_nodes_view(&silo->nodes, &buffers->nodes, j, CX_OWNER, j->n);
	const int32 *owner = buffers->nodes.of_code;
	const uint32 *codes = buffers->nodes.codes;
	CxBuckets	buckets = {0};
	uint64		scale_bits = 0;

	if (view.absent)
	{
		silo->unowned += j->n;
		return;
	}
	cx_nodes_of_codes(&view);
	cx_silo_room(silo, silo->nodes.n);
	cx_journey_codes(j, 0, j->n, buffers->nodes.codes);
	cx_journey_answers(j, 0, j->n, buffers->answers);
	for (int i = 0; i < j->n; i++)
	{
		if (owner[codes[i]] < 0)
			silo->unowned++;
		else
			walk_touch(walk, owner[codes[i]], verdict_of(buffers->answers[i], &scale_bits, &buckets));
	}
	/* each entry of a dictionary occurs in its journey; if one does not, its owner would stand there without touches */
	for (int code = 0; code < j->entries; code++)
		if (unlikely(owner[code] >= 0 && silo->owner[owner[code]].seen != silo->journey))
			cx_journey_damaged();
}

/* silo_accum(state, journey, journey_ok) */
PG_FUNCTION_INFO_V1(silo_accum_journey);
Datum
silo_accum_journey(PG_FUNCTION_ARGS)
{
	CxSilo	   *silo;
	CxJourney	j;
	Walk		walk;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	silo = (CxSilo *) cx_stats_state(fcinfo, &cx_silo_type);
	cx_journey_open(&j, PG_GETARG_DATUM(1));
	walk = begin_walk(silo, verdict_arg(fcinfo, 2));
	if (j.n > 0)
		walk_journey(&walk, &j);
	cx_silo_check(silo);
	return cx_stats_result(fcinfo, &silo->stats);
}
