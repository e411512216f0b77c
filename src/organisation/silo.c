/*-------------------------------------------------------------------------
 *
 * src/organisation/silo.c
 *	  The type silo_stats: its stored form and merging (see silo.h).
 *
 *-------------------------------------------------------------------------
 */
#include "organisation/silo.h"

#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/memutils.h"

static void
silo_init(CxStats *stats)
{
	CxSilo	   *silo = (CxSilo *) stats;

	silo->form = CX_SILO_UNKNOWN;
	cx_nodes_init(&silo->nodes, stats->context);
}

/* Counts for each of n owners. */
void
cx_silo_room(CxSilo *silo, Size owners)
{
	Size		room = Max(8, Max(owners, (Size) silo->room * 2));

	if (likely(owners <= silo->room))
		return;
	silo->owner = silo->owner == NULL ? MemoryContextAllocHuge(silo->stats.context, room * sizeof(CxSiloOwner)) :
		repalloc_huge(silo->owner, room * sizeof(CxSiloOwner));
	memset(silo->owner + silo->room, 0, (room - silo->room) * sizeof(CxSiloOwner));
	silo->room = (uint32) room;
}

void
cx_silo_set_form(CxSilo *silo, CxSiloForm form)
{
	if (unlikely(silo->form != CX_SILO_UNKNOWN && silo->form != form))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("silos counted by rows and by journeys cannot be merged"),
				 errdetail("By rows a journey counts as often as it has rows.")));
	silo->form = form;
}

/* No count of one owner is larger than one of these, and none of these grows by more than 2^61 at once. */
void
cx_silo_check(const CxSilo *silo)
{
	if (unlikely(silo->touches > CX_SILO_MAX || silo->unowned > CX_SILO_MAX ||
				 silo->journeys_ok + silo->journeys_failed + silo->undecided > CX_SILO_MAX))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("silo_stats counts more than 2^61 touches or journeys")));
}

/* ---- stored form ---- */

static void
silo_write(const CxStats *stats, CxWriter *w)
{
	const CxSilo *silo = (const CxSilo *) stats;
	uint32	   *order = cx_nodes_order(&silo->nodes);

	cx_write_byte(w, (uint8) Max(silo->form, 0));
	cx_write_varint(w, silo->journeys_ok);
	cx_write_varint(w, silo->journeys_failed);
	cx_write_varint(w, silo->undecided);
	cx_write_varint(w, silo->unowned);
	cx_nodes_write(&silo->nodes, order, w);
	for (uint32 i = 0; i < silo->nodes.n; i++)
	{
		const CxSiloOwner *owner = &silo->owner[order[i]];

		cx_write_varint(w, owner->ok);
		cx_write_varint(w, owner->bad);
		cx_write_varint(w, owner->unknown);
		cx_write_varint(w, owner->journeys_ok);
		cx_write_varint(w, owner->journeys_failed);
		cx_write_varint(w, owner->broken);
		CHECK_FOR_INTERRUPTS();
	}
	pfree(order);
}

static bool
read_count(CxReader *r, uint64 *count)
{
	*count = cx_read_varint(r);
	return r->ok && *count <= CX_SILO_MAX;
}

/* Each journey of an owner has a touch of it, and a broken one such a touch that was not ok. */
static bool
read_owner(CxSilo *silo, CxSiloOwner *owner, CxReader *r)
{
	uint64		touches;
	uint64		journeys;

	if (!read_count(r, &owner->ok) || !read_count(r, &owner->bad) || !read_count(r, &owner->unknown) ||
		!read_count(r, &owner->journeys_ok) || !read_count(r, &owner->journeys_failed) ||
		!read_count(r, &owner->broken))
		return false;
	touches = owner->ok + owner->bad + owner->unknown;
	journeys = owner->journeys_ok + owner->journeys_failed;
	if (touches < 1 || touches > CX_SILO_MAX - silo->touches || journeys > touches ||
		(touches > journeys && silo->form == CX_SILO_ROWS && touches - journeys > silo->undecided) ||
		(journeys == 0 && silo->undecided == 0) || owner->journeys_ok > silo->journeys_ok ||
		owner->journeys_failed > silo->journeys_failed || owner->broken > owner->bad ||
		owner->broken > owner->journeys_failed)
		return false;
	silo->touches += touches;
	return true;
}

/* By rows every row has one owner; by journeys a failed one is broken by one owner at most. */
static bool
sums_hold(const CxSilo *silo)
{
	uint64		ok = 0;
	uint64		failed = 0;
	uint64		broken = 0;

	for (uint32 i = 0; i < silo->nodes.n; i++)
	{
		/* these are at most as many as touches, whose sum has been checked */
		ok += silo->owner[i].journeys_ok;
		failed += silo->owner[i].journeys_failed;
		broken += silo->owner[i].broken;
	}
	if (silo->form == CX_SILO_JOURNEYS)
		return broken <= silo->journeys_failed;
	return ok == silo->journeys_ok && failed == silo->journeys_failed && silo->touches - ok - failed == silo->undecided;
}

static bool
silo_read(CxStats *stats, CxReader *r)
{
	CxSilo	   *silo = (CxSilo *) stats;
	uint8		form = cx_read_byte(r);

	if (!r->ok || form > CX_SILO_JOURNEYS || !read_count(r, &silo->journeys_ok) ||
		!read_count(r, &silo->journeys_failed) || !read_count(r, &silo->undecided) ||
		!read_count(r, &silo->unowned) ||
		silo->journeys_ok + silo->journeys_failed + silo->undecided > CX_SILO_MAX ||
		silo->journeys_ok + silo->journeys_failed + silo->undecided + (form == CX_SILO_ROWS ? silo->unowned : 0) < 1 ||
		!cx_nodes_read(&silo->nodes, r))
		return false;
	silo->form = (CxSiloForm) form;
	/* an owner takes six bytes at least */
	if ((uint64) silo->nodes.n * 6 > (uint64) (r->end - r->at))
		return false;
	cx_silo_room(silo, silo->nodes.n);
	for (uint32 i = 0; i < silo->nodes.n; i++)
	{
		if (!read_owner(silo, &silo->owner[i], r))
			return false;
		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
	}
	return sums_hold(silo);
}

static void
silo_merge(CxStats *into, const CxStats *from)
{
	CxSilo	   *silo = (CxSilo *) into;
	const CxSilo *other = (const CxSilo *) from;

	if (other->form == CX_SILO_UNKNOWN)
		return;
	cx_silo_set_form(silo, other->form);
	silo->journeys_ok += other->journeys_ok;
	silo->journeys_failed += other->journeys_failed;
	silo->undecided += other->undecided;
	silo->unowned += other->unowned;
	silo->touches += other->touches;
	cx_silo_check(silo);
	for (uint32 i = 0; i < other->nodes.n; i++)
	{
		const CxSiloOwner *more = &other->owner[i];
		uint32		node = cx_nodes_number(&silo->nodes, other->nodes.name[i]);
		CxSiloOwner *owner;

		cx_silo_room(silo, (Size) node + 1);
		owner = &silo->owner[node];
		owner->ok += more->ok;
		owner->bad += more->bad;
		owner->unknown += more->unknown;
		owner->journeys_ok += more->journeys_ok;
		owner->journeys_failed += more->journeys_failed;
		owner->broken += more->broken;
		if (i % 4096 == 0)
			CHECK_FOR_INTERRUPTS();
	}
}

const CxStatsType cx_silo_type = {
	.name = "silo_stats",
	.size = sizeof(CxSilo),
	.shared_size = sizeof(CxSiloBuffers),
	.init = silo_init,
	.write = silo_write,
	.read = silo_read,
	.merge = silo_merge
};

CX_STATS_FUNCTIONS(silo_stats, &cx_silo_type);
