/*-------------------------------------------------------------------------
 *
 * src/journey/growing.c
 *	  Journeys in the making inside an aggregate (see growing.h).
 *
 *-------------------------------------------------------------------------
 */
#include "journey/growing.h"

#include "core/shared.h"
#include "utils/memutils.h"

#define FIRST_GROUPS	4		/* of the first slab; each further one is twice as large */
#define MAX_SLABS		28
#define LOG_GROUPS		512		/* from so many groups on touches are logged */
#define LOG_ENTRIES		4096
#define LOG_AHEAD		24		/* entries that are being fetched while one is written */

typedef struct Shared Shared;

struct CxGrowing
{
	ExpandedObjectHeader header;
	Shared	   *shared;
	struct varlena *flat;		/* made when its size was asked, until it is asked for itself */
	int			flat_n;			/* touches in it */
	CxTouches	touches;
};

typedef struct LogEntry
{
	CxGrowing  *growing;
	TimestampTz at;
	uint32		code;
} LogEntry;

typedef struct Slab
{
	CxGrowing  *first;
	uint32		n;				/* used */
	uint32		size;
} Slab;

/* What all groups of an aggregate share. */
struct Shared
{
	CxShared	base;
	CxDict	   *dict;
	LogEntry   *log;			/* NULL while there are few groups */
	int			logged;
	int			slabs;
	Slab		slab[MAX_SLABS];
};

static const char context_name[] = "journeys in the making";

static Size growing_flat_size(ExpandedObjectHeader *header);
static void growing_flatten(ExpandedObjectHeader *header, void *result, Size allocated);

static const ExpandedObjectMethods growing_methods = {growing_flat_size, growing_flatten};

/* Fetch what will be written into: the group first, its next free place when the group is there. */
static inline void
fetch_group(const LogEntry *entry)
{
	__builtin_prefetch(&entry->growing->touches, 1);
}

static inline void
fetch_place(const LogEntry *entry)
{
	const CxTouches *touches = &entry->growing->touches;

	if (touches->events != NULL)
		__builtin_prefetch(&touches->events[touches->n], 1);
}

static void
write_out_log(Shared *shared)
{
	int			n = shared->logged;

	if (n == 0)
		return;
	/* an error on the way gives the query up, and with it the rest of the log */
	shared->logged = 0;
	for (int i = 0; i < n + 2 * LOG_AHEAD; i++)
	{
		if (i < n)
			fetch_group(&shared->log[i]);
		if (i >= LOG_AHEAD && i - LOG_AHEAD < n)
			fetch_place(&shared->log[i - LOG_AHEAD]);
		if (i >= 2 * LOG_AHEAD)
		{
			const LogEntry *entry = &shared->log[i - 2 * LOG_AHEAD];

			cx_touches_add_event(&entry->growing->touches, entry->at, entry->code);
		}
	}
}

static Size
growing_flat_size(ExpandedObjectHeader *header)
{
	CxGrowing  *growing = (CxGrowing *) header;
	MemoryContext old = MemoryContextSwitchTo(header->eoh_context);

	write_out_log(growing->shared);
	/* forming a tuple asks for the size twice; touches are only ever added */
	if (growing->flat != NULL && growing->flat_n != growing->touches.n)
	{
		pfree(growing->flat);
		growing->flat = NULL;
	}
	if (growing->flat == NULL)
		growing->flat = cx_touches_pack(&growing->touches);
	growing->flat_n = growing->touches.n;
	MemoryContextSwitchTo(old);
	return VARSIZE(growing->flat);
}

static void
growing_flatten(ExpandedObjectHeader *header, void *result, Size allocated)
{
	CxGrowing  *growing = (CxGrowing *) header;

	Assert(growing->flat != NULL && VARSIZE(growing->flat) == allocated);
	memcpy(result, growing->flat, allocated);
	pfree(growing->flat);
	growing->flat = NULL;
}

CxGrowing *
cx_growing_of(Datum d)
{
	CxGrowing  *growing;

	if (!VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(d)) || DatumGetEOHP(d)->eoh_methods != &growing_methods)
		return NULL;
	growing = (CxGrowing *) DatumGetEOHP(d);
	write_out_log(growing->shared);
	return growing;
}

CxTouches *
cx_growing_touches(CxGrowing *growing)
{
	return &growing->touches;
}

Datum
cx_growing_datum(CxGrowing *growing)
{
	return EOHPGetRWDatum(&growing->header);
}

static Shared *
shared_of(MemoryContext aggcontext)
{
	bool		fresh;
	Shared	   *shared = (Shared *) cx_shared(aggcontext, context_name, sizeof(Shared), &fresh);

	if (fresh)
		shared->dict = cx_dict_new(shared->base.context);
	return shared;
}

/* The group that a state is, told by its address alone; NULL if it is none of ours. */
static inline CxGrowing *
group_at(const Shared *shared, Datum state)
{
	Size		address = (Size) DatumGetPointer(state) - offsetof(CxGrowing, header.eoh_rw_ptr);

	for (int i = shared->slabs - 1; i >= 0; i--)
	{
		const Slab *slab = &shared->slab[i];
		Size		offset = address - (Size) slab->first;

		if (offset < slab->n * sizeof(CxGrowing))
			return offset % sizeof(CxGrowing) == 0 ? (CxGrowing *) address : NULL;
	}
	return NULL;
}

static CxGrowing *
new_group(Shared *shared)
{
	Slab	   *slab = &shared->slab[Max(shared->slabs, 1) - 1];
	CxGrowing  *growing;

	if (shared->slabs == 0 || slab->n == slab->size)
	{
		uint32		size = FIRST_GROUPS << shared->slabs;

		if (shared->slabs == MAX_SLABS)
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("too many journeys in one aggregate")));
		slab = &shared->slab[shared->slabs];
		slab->first = MemoryContextAllocHuge(shared->base.context, size * sizeof(CxGrowing));
		slab->n = 0;
		slab->size = size;
		shared->slabs++;
		if (size >= LOG_GROUPS && shared->log == NULL)
			shared->log = MemoryContextAlloc(shared->base.context, LOG_ENTRIES * sizeof(LogEntry));
	}
	growing = &slab->first[slab->n++];
	EOH_init_header(&growing->header, &growing_methods, shared->base.context);
	growing->shared = shared;
	growing->flat = NULL;
	cx_touches_init(&growing->touches, shared->dict, shared->base.context);
	return growing;
}

CxGrowing *
cx_growing_state(FunctionCallInfo fcinfo, MemoryContext aggcontext)
{
	CxGrowing  *growing;
	CxJourney	j;

	if (!PG_ARGISNULL(0) && (growing = cx_growing_of(PG_GETARG_DATUM(0))) != NULL)
		return growing;
	growing = new_group(shared_of(aggcontext));
	if (!PG_ARGISNULL(0))
	{
		cx_journey_open(&j, PG_GETARG_DATUM(0));
		cx_touches_append(&growing->touches, &j, 0, j.n);
	}
	return growing;
}

Datum
cx_growing_add(FunctionCallInfo fcinfo, MemoryContext aggcontext, const CxTouch *touch)
{
	Shared	   *shared = shared_of(aggcontext);
	CxGrowing  *growing = PG_ARGISNULL(0) ? NULL : group_at(shared, PG_GETARG_DATUM(0));

	if (growing == NULL || shared->log == NULL)
	{
		growing = cx_growing_state(fcinfo, aggcontext);
		cx_touches_add(&growing->touches, touch);
		return cx_growing_datum(growing);
	}
	shared->log[shared->logged++] = (LogEntry) {growing, touch->at, cx_touches_code(shared->dict, touch)};
	if (shared->logged == LOG_ENTRIES)
		write_out_log(shared);
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}
