/*-------------------------------------------------------------------------
 *
 * src/core/stats.c
 *	  The types whose name ends in _stats (see stats.h).
 *
 *-------------------------------------------------------------------------
 */
#include "core/stats.h"

#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

/* bytes of an input shown in messages */
#define SHOWN	100

static Size flat_size(ExpandedObjectHeader *header);
static void flatten(ExpandedObjectHeader *header, void *result, Size allocated);

static const ExpandedObjectMethods stats_methods = {flat_size, flatten};

static struct varlena *
flat_of(const CxStats *stats, Size size)
{
	struct varlena *flat;

	if (size > MaxAllocSize - VARHDRSZ)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%s value is too large", stats->type->name)));
	flat = palloc(VARHDRSZ + size);
	SET_VARSIZE(flat, VARHDRSZ + size);
	return flat;
}

/* The bytes there are, be there room for them or not. */
static Size
write_flat(const CxStats *stats, void *bytes, Size room)
{
	CxWriter	w = cx_writer(bytes, room);

	cx_write_byte(&w, CX_STATS_VERSION);
	stats->type->write(stats, &w);
	return (Size) (w.at - (uint8 *) bytes);
}

#define FEW_BYTES	1024

/*
 * What is written to tells how many bytes there are, and is written to again
 * where they were more than was thought. To write can mean to sort, so large
 * values are not written twice: their types tell the room they need.
 */
struct varlena *
cx_stats_pack(const CxStats *stats)
{
	uint8		few[FEW_BYTES];
	Size		room = stats->type->room != NULL ? stats->type->room(stats) : 0;
	struct varlena *flat;
	Size		size;

	if (room > FEW_BYTES && room <= MaxAllocSize - VARHDRSZ)
	{
		flat = flat_of(stats, room);
		size = write_flat(stats, VARDATA(flat), room);
		Assert(size <= room);
		SET_VARSIZE(flat, VARHDRSZ + size);
		return repalloc(flat, VARHDRSZ + size);
	}
	size = write_flat(stats, few, FEW_BYTES);
	flat = flat_of(stats, size);
	if (size <= FEW_BYTES)
		memcpy(VARDATA(flat), few, size);
	else
		write_flat(stats, VARDATA(flat), size);
	return flat;
}

static Size
flat_size(ExpandedObjectHeader *header)
{
	CxStats    *stats = (CxStats *) header;
	MemoryContext old = MemoryContextSwitchTo(stats->context);

	if (stats->flat != NULL)
		pfree(stats->flat);
	stats->flat = NULL;
	stats->flat = cx_stats_pack(stats);
	MemoryContextSwitchTo(old);
	return VARSIZE(stats->flat);
}

static void
flatten(ExpandedObjectHeader *header, void *result, Size allocated)
{
	CxStats    *stats = (CxStats *) header;

	Assert(stats->flat != NULL && VARSIZE(stats->flat) == allocated);
	memcpy(result, stats->flat, allocated);
	pfree(stats->flat);
	stats->flat = NULL;
}

static CxStats *
make(const CxStatsType *type, MemoryContext context, CxShared *shared)
{
	MemoryContext old = MemoryContextSwitchTo(context);
	CxStats    *stats = palloc0(type->size);

	EOH_init_header(&stats->header, &stats_methods, context);
	stats->type = type;
	stats->context = context;
	stats->shared = shared;
	if (type->init != NULL)
		type->init(stats);
	MemoryContextSwitchTo(old);
	return stats;
}

CxStats *
cx_stats_new(const CxStatsType *type)
{
	return make(type, CurrentMemoryContext, NULL);
}

static bool
read_flat(CxStats *stats, const struct varlena *flat)
{
	CxReader	r = cx_reader(VARDATA_ANY(flat), VARSIZE_ANY_EXHDR(flat));
	MemoryContext old = MemoryContextSwitchTo(stats->context);
	bool		sound = cx_read_byte(&r) == CX_STATS_VERSION && stats->type->read(stats, &r);

	MemoryContextSwitchTo(old);
	return sound && r.ok && r.at == r.end;
}

/* The expanded object of a datum, if it is one of this type. */
static CxStats *
expanded_of(Datum d, const CxStatsType *type)
{
	CxStats    *stats;

	if (!VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(d)) || DatumGetEOHP(d)->eoh_methods != &stats_methods)
		return NULL;
	stats = (CxStats *) DatumGetEOHP(d);
	return stats->type == type ? stats : NULL;
}

static void
fill_from(CxStats *stats, Datum d)
{
	CxStats    *other = expanded_of(d, stats->type);
	MemoryContext old;

	if (other != NULL)
	{
		old = MemoryContextSwitchTo(stats->context);
		stats->type->merge(stats, other);
		MemoryContextSwitchTo(old);
	}
	else if (!read_flat(stats, PG_DETOAST_DATUM_PACKED(d)))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored %s value is damaged", stats->type->name)));
}

CxStats *
cx_stats_state(FunctionCallInfo fcinfo, const CxStatsType *type)
{
	MemoryContext aggcontext;
	CxStats    *stats;
	CxShared   *shared;
	bool		fresh;

	if (!AggCheckCallContext(fcinfo, &aggcontext))
		stats = cx_stats_new(type);
	else
	{
		if (!PG_ARGISNULL(0) && (stats = expanded_of(PG_GETARG_DATUM(0), type)) != NULL)
			return stats;
		shared = cx_shared(aggcontext, type->name, Max(type->shared_size, sizeof(CxShared)), &fresh);
		stats = make(type, shared->context, shared);
	}
	if (!PG_ARGISNULL(0))
		fill_from(stats, PG_GETARG_DATUM(0));
	return stats;
}

Datum
cx_stats_result(FunctionCallInfo fcinfo, CxStats *stats)
{
	if (AggCheckCallContext(fcinfo, NULL))
		return EOHPGetRWDatum(&stats->header);
	PG_RETURN_POINTER(cx_stats_pack(stats));
}

CxStats *
cx_stats_arg(FunctionCallInfo fcinfo, int arg, const CxStatsType *type)
{
	CxStats    *stats = expanded_of(PG_GETARG_DATUM(arg), type);

	if (stats == NULL)
	{
		stats = cx_stats_new(type);
		fill_from(stats, PG_GETARG_DATUM(arg));
	}
	return stats;
}

/* Bytes from outside; they are kept as write() gives them, so that equal values have equal bytes. */
static struct varlena *
accept(const void *bytes, Size len, const CxStatsType *type)
{
	struct varlena *flat = palloc(VARHDRSZ + len);
	CxStats    *stats = cx_stats_new(type);
	struct varlena *again;

	SET_VARSIZE(flat, VARHDRSZ + len);
	memcpy(VARDATA(flat), bytes, len);
	if (!read_flat(stats, flat))
		return NULL;
	again = cx_stats_pack(stats);
	/* a form that is not the canonical one is malformed */
	return VARSIZE(again) == VARSIZE(flat) && memcmp(again, flat, VARSIZE(flat)) == 0 ? again : NULL;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

Datum
cx_stats_in(FunctionCallInfo fcinfo, const CxStatsType *type)
{
	const char *input = PG_GETARG_CSTRING(0);
	Size		name_len = strlen(type->name);
	struct varlena *value = NULL;

	if (strncmp(input, type->name, name_len) == 0 && input[name_len] == ':' &&
		strspn(input + name_len + 1, "0123456789abcdef") == strlen(input + name_len + 1) &&
		strlen(input + name_len + 1) % 2 == 0)
	{
		const char *hex = input + name_len + 1;
		Size		len = strlen(hex) / 2;
		uint8	   *bytes = palloc(Max(len, 1));

		for (Size i = 0; i < len; i++)
			bytes[i] = hex_digit(hex[2 * i]) << 4 | hex_digit(hex[2 * i + 1]);
		value = accept(bytes, len, type);
	}
	if (value == NULL)
	{
		int			len = (int) strlen(input);
		int			shown = pg_mbcliplen(input, len, SHOWN);

		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s: \"%.*s%s\"", type->name, shown, input, shown < len ? "..." : ""),
				 errdetail("It is the word \"%s:\" and the bytes that the type wrote, in hexadecimal.", type->name)));
	}
	PG_RETURN_POINTER(value);
}

Datum
cx_stats_out(FunctionCallInfo fcinfo, const CxStatsType *type)
{
	struct varlena *flat = cx_stats_pack(cx_stats_arg(fcinfo, 0, type));
	Size		len = VARSIZE_ANY_EXHDR(flat);
	Size		name_len = strlen(type->name);
	char	   *text;

	if (len > (MaxAllocSize - name_len - 2) / 2)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%s value is too large to be written as text", type->name)));
	text = palloc(name_len + 2 + 2 * len);
	memcpy(text, type->name, name_len);
	text[name_len] = ':';
	hex_encode(VARDATA_ANY(flat), len, text + name_len + 1);
	text[name_len + 1 + 2 * len] = '\0';
	PG_RETURN_CSTRING(text);
}

Datum
cx_stats_recv(FunctionCallInfo fcinfo, const CxStatsType *type)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	Size		len = buf->len - buf->cursor;
	struct varlena *value = accept(pq_getmsgbytes(buf, (int) len), len, type);

	if (value == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary representation of type %s", type->name)));
	PG_RETURN_POINTER(value);
}

Datum
cx_stats_send(FunctionCallInfo fcinfo, const CxStatsType *type)
{
	PG_RETURN_BYTEA_P(cx_stats_pack(cx_stats_arg(fcinfo, 0, type)));
}

/* Two states, or a state and a stored value, into one; either may be missing. */
Datum
cx_stats_merge(FunctionCallInfo fcinfo, const CxStatsType *type)
{
	CxStats    *stats;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	stats = cx_stats_state(fcinfo, type);
	if (expanded_of(PG_GETARG_DATUM(1), type) != NULL || PG_ARGISNULL(0))
		fill_from(stats, PG_GETARG_DATUM(1));
	else
	{
		/* the other one is taken apart in the memory of this call */
		CxStats    *other = cx_stats_arg(fcinfo, 1, type);
		MemoryContext old = MemoryContextSwitchTo(stats->context);

		type->merge(stats, other);
		MemoryContextSwitchTo(old);
	}
	return cx_stats_result(fcinfo, stats);
}

Datum
cx_stats_final(FunctionCallInfo fcinfo, const CxStatsType *type)
{
	PG_RETURN_POINTER(cx_stats_pack(cx_stats_arg(fcinfo, 0, type)));
}
