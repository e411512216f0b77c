/*-------------------------------------------------------------------------
 *
 * test/fuzz/server.c
 *	  What stands in for the server under the fuzzer (see server.h): those of
 *	  its functions that the extension calls, as simple as they can be.
 *
 *-------------------------------------------------------------------------
 */
#include "server.h"

#include <ctype.h>
#include <math.h>
#include <sanitizer/asan_interface.h>

#include "access/tupmacs.h"
#include "catalog/pg_type_d.h"
#include "common/hashfn.h"
#include "common/pg_prng.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/memnodes.h"
#include "pgtime.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/expandeddatum.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/tuplestore.h"
#include "windowapi.h"

sigjmp_buf *fz_error;
char		fz_state[6];
char		fz_message[400];
int			fz_fill;
MemoryContext fz_run_context;
MemoryContext fz_aggregate;
TupleDesc	fz_desc;
void		(*fz_row) (const Datum *values, const bool *nulls);
uint64		fz_digest;

void
fz_see(const void *bytes, size_t len)
{
	const uint8 *at = bytes;

	for (size_t i = 0; i < len; i++)
		fz_digest = (fz_digest ^ at[i]) * UINT64CONST(1099511628211);
	fz_digest ^= fz_digest >> 29;
}

void
fz_broken(const char *fmt,...)
{
	char		said[2000];
	va_list		args;

	va_start(args, fmt);
	pg_vsnprintf(said, sizeof(said), fmt, args);
	va_end(args);
	for (char *c = said; *c != '\0'; c++)
		if ((unsigned char) *c < ' ' || (unsigned char) *c >= 0x7f)
			*c = '?';
	write(2, "BROKEN: ", 8);
	write(2, said, strlen(said));
	write(2, "\n", 1);
	abort();
}

void
ExceptionalCondition(const char *condition,
#if PG_VERSION_NUM < 160000
					 const char *type,
#endif
					 const char *file, int line)
{
	fz_broken("assertion %s at %s:%d", condition, file, line);
}

/* ------------------------------------------------------------------------------------ memory */

typedef struct Chunk
{
	struct Chunk *prev;
	struct Chunk *next;
	struct Context *context;
	Size		size;
} Chunk;

typedef struct Context
{
	MemoryContextData base;
	Chunk		chunks;			/* head of a ring */
} Context;

MemoryContext CurrentMemoryContext;

MemoryContext
fz_context(MemoryContext parent, const char *name)
{
	Context    *context = calloc(1, sizeof(Context));

	context->base.type = T_AllocSetContext;
	context->base.name = name;
	context->chunks.prev = context->chunks.next = &context->chunks;
	MemoryContextSetParent(&context->base, parent);
	return &context->base;
}

static void *
allocate(MemoryContext in, Size size, int flags)
{
	Context    *context = (Context *) in;
	Chunk	   *chunk;

	if (size > ((flags & MCXT_ALLOC_HUGE) ? MaxAllocHugeSize : MaxAllocSize))
	{
		if (flags & MCXT_ALLOC_NO_OOM)
			return NULL;
		elog(ERROR, "invalid memory alloc request size %zu", size);
	}
	/* nothing that a fuzzer can say in a few kilobytes is worth so much memory */
	if (size > (Size) 1 << 28)
		fz_broken("allocation of %zu bytes", size);
	chunk = malloc(sizeof(Chunk) + size);
	chunk->context = context;
	chunk->size = size;
	chunk->next = context->chunks.next;
	chunk->prev = &context->chunks;
	if (chunk->next != &context->chunks)
		ASAN_UNPOISON_MEMORY_REGION(chunk->next, sizeof(Chunk));
	chunk->next->prev = chunk;
	if (chunk->next != &context->chunks)
		ASAN_POISON_MEMORY_REGION(chunk->next, sizeof(Chunk));
	context->chunks.next = chunk;
	memset(chunk + 1, (flags & MCXT_ALLOC_ZERO) ? 0 : fz_fill, size);
	ASAN_POISON_MEMORY_REGION(chunk, sizeof(Chunk));
	return chunk + 1;
}

static Chunk *
chunk_of(void *pointer)
{
	Chunk	   *chunk = (Chunk *) pointer - 1;

	/* a pointer that is none of ours is found here: reading before a foreign chunk is a report */
	if (!__asan_address_is_poisoned(chunk))
		fz_broken("pfree of what was not allocated");
	ASAN_UNPOISON_MEMORY_REGION(chunk, sizeof(Chunk));
	return chunk;
}

static void
unlink_chunk(Chunk *chunk)
{
	Chunk	   *head = &chunk->context->chunks;

	if (chunk->prev != head)
		ASAN_UNPOISON_MEMORY_REGION(chunk->prev, sizeof(Chunk));
	if (chunk->next != head)
		ASAN_UNPOISON_MEMORY_REGION(chunk->next, sizeof(Chunk));
	chunk->prev->next = chunk->next;
	chunk->next->prev = chunk->prev;
	if (chunk->prev != head)
		ASAN_POISON_MEMORY_REGION(chunk->prev, sizeof(Chunk));
	if (chunk->next != head)
		ASAN_POISON_MEMORY_REGION(chunk->next, sizeof(Chunk));
}

void
pfree(void *pointer)
{
	Chunk	   *chunk = chunk_of(pointer);

	unlink_chunk(chunk);
	free(chunk);
}

static void *
reallocate(void *pointer, Size size, int flags)
{
	Chunk	   *chunk = chunk_of(pointer);
	Context    *context = chunk->context;
	Size		old = chunk->size;
	void	   *moved;

	ASAN_POISON_MEMORY_REGION(chunk, sizeof(Chunk));
	/* always elsewhere, so that who keeps the old address is found out */
	moved = allocate(&context->base, size, flags);
	memcpy(moved, pointer, Min(old, size));
	pfree(pointer);
	return moved;
}

void
MemoryContextReset(MemoryContext in)
{
	Context    *context = (Context *) in;

	while (in->firstchild != NULL)
		MemoryContextDelete(in->firstchild);
	for (Chunk *chunk = context->chunks.next; chunk != &context->chunks;)
	{
		Chunk	   *next;

		ASAN_UNPOISON_MEMORY_REGION(chunk, sizeof(Chunk));
		next = chunk->next;
		free(chunk);
		chunk = next;
	}
	context->chunks.prev = context->chunks.next = &context->chunks;
}

void
MemoryContextDelete(MemoryContext context)
{
	MemoryContextReset(context);
	MemoryContextSetParent(context, NULL);
	free(context);
}

void
MemoryContextSetParent(MemoryContext context, MemoryContext parent)
{
	if (context->parent != NULL)
	{
		if (context->prevchild != NULL)
			context->prevchild->nextchild = context->nextchild;
		else
			context->parent->firstchild = context->nextchild;
		if (context->nextchild != NULL)
			context->nextchild->prevchild = context->prevchild;
	}
	context->prevchild = context->nextchild = NULL;
	context->parent = parent;
	if (parent == NULL)
		return;
	context->nextchild = parent->firstchild;
	if (parent->firstchild != NULL)
		parent->firstchild->prevchild = context;
	parent->firstchild = context;
}

void
MemoryContextSetIdentifier(MemoryContext context, const char *id)
{
	context->ident = id;
}

MemoryContext
AllocSetContextCreateInternal(MemoryContext parent, const char *name, Size min, Size init, Size max)
{
	return fz_context(parent, name);
}

void	   *palloc(Size size) { return allocate(CurrentMemoryContext, size, 0); }
void	   *palloc0(Size size) { return allocate(CurrentMemoryContext, size, MCXT_ALLOC_ZERO); }
void	   *palloc_extended(Size size, int flags) { return allocate(CurrentMemoryContext, size, flags); }
void	   *MemoryContextAlloc(MemoryContext c, Size size) { return allocate(c, size, 0); }
void	   *MemoryContextAllocZero(MemoryContext c, Size size) { return allocate(c, size, MCXT_ALLOC_ZERO); }
void	   *MemoryContextAllocHuge(MemoryContext c, Size size) { return allocate(c, size, MCXT_ALLOC_HUGE); }
void	   *MemoryContextAllocExtended(MemoryContext c, Size size, int flags) { return allocate(c, size, flags); }
void	   *repalloc(void *pointer, Size size) { return reallocate(pointer, size, 0); }
void	   *repalloc_huge(void *pointer, Size size) { return reallocate(pointer, size, MCXT_ALLOC_HUGE); }

void
fz_begin(void)
{
	fz_run_context = CurrentMemoryContext = fz_context(NULL, "run");
	fz_digest = UINT64CONST(14695981039346656037);
	pg_prng_seed(&pg_global_prng_state, 42);
}

void
fz_end(void)
{
	MemoryContextDelete(fz_run_context);
	fz_run_context = CurrentMemoryContext = fz_aggregate = NULL;
}

/* ------------------------------------------------------------------------------------ errors */

/* Expanded, so that the sanitizers see the arguments being read. */
static void
expand(const char *fmt, va_list args)
{
	char		said[sizeof(fz_message)];

	pg_vsnprintf(said, sizeof(said), fmt, args);
	fz_see(said, strlen(said));
	if (fz_message[0] == '\0')
		strcpy(fz_message, said);
}

#define SAY(name, ...) \
int \
name(__VA_ARGS__) \
{ \
	va_list		args; \
	va_start(args, fmt); \
	expand(fmt, args); \
	va_end(args); \
	return 0; \
}
SAY(errmsg, const char *fmt,...)
SAY(errmsg_internal, const char *fmt,...)
SAY(errdetail, const char *fmt,...)
SAY(errdetail_internal, const char *fmt,...)
SAY(errhint, const char *fmt,...)

int
errdetail_plural(const char *one, const char *many, unsigned long n,...)
{
	va_list		args;

	va_start(args, n);
	expand(n == 1 ? one : many, args);
	va_end(args);
	return 0;
}

bool
errstart(int elevel, const char *domain)
{
	strcpy(fz_state, "XX000");
	fz_message[0] = '\0';
	return elevel >= ERROR;
}

bool
errstart_cold(int elevel, const char *domain)
{
	return errstart(elevel, domain);
}

int
errcode(int code)
{
	for (int i = 0; i < 5; i++)
		fz_state[i] = PGUNSIXBIT(code >> (6 * i));
	return 0;
}

void
errfinish(const char *file, int line, const char *function)
{
	fz_see(fz_state, 5);
	if (fz_error == NULL)
		fz_broken("error outside of a call: %s %s", fz_state, fz_message);
	siglongjmp(*fz_error, 1);
}

#if PG_VERSION_NUM >= 160000
bool		errsave_start(struct Node *context, const char *domain) { return errstart(ERROR, domain); }

void
errsave_finish(struct Node *context, const char *file, int line, const char *function)
{
	errfinish(file, line, function);
}
#endif

/* ----------------------------------------------------------------------------------- strings */

void
resetStringInfo(StringInfo s)
{
	s->data[0] = '\0';
	s->len = s->cursor = 0;
}

/* Never with room to spare: who writes without asking is found out. */
void
initStringInfo(StringInfo s)
{
	s->data = palloc(1);
	s->maxlen = 1;
	resetStringInfo(s);
}

void
enlargeStringInfo(StringInfo s, int needed)
{
	if (needed < 0 || (Size) needed >= MaxAllocSize - (Size) s->len)
		ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("out of memory")));
	if (s->len + needed + 1 <= s->maxlen)
		return;
	s->data = repalloc(s->data, s->len + needed + 1);
	s->maxlen = s->len + needed + 1;
}

void
appendBinaryStringInfo(StringInfo s,
#if PG_VERSION_NUM < 160000
					   const char *data,
#else
					   const void *data,
#endif
					   int len)
{
	if (s->len + len + 1 > s->maxlen)
		enlargeStringInfo(s, Max(len, s->len / 2));
	memcpy(s->data + s->len, data, len);
	s->len += len;
	s->data[s->len] = '\0';
}

#if PG_VERSION_NUM >= 160000
void		appendBinaryStringInfoNT(StringInfo s, const void *data, int len) { appendBinaryStringInfo(s, data, len); }
#endif

void		appendStringInfoString(StringInfo s, const char *text) { appendBinaryStringInfo(s, text, strlen(text)); }
void		appendStringInfoChar(StringInfo s, char c) { appendBinaryStringInfo(s, &c, 1); }

static char *
formatted(const char *fmt, va_list args)
{
	va_list		again;
	char	   *text;
	int			len;

	va_copy(again, args);
	len = pg_vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	text = palloc(len + 1);
	pg_vsnprintf(text, len + 1, fmt, args);
	return text;
}

char *
psprintf(const char *fmt,...)
{
	va_list		args;
	char	   *text;

	va_start(args, fmt);
	text = formatted(fmt, args);
	va_end(args);
	return text;
}

void
appendStringInfo(StringInfo s, const char *fmt,...)
{
	va_list		args;
	char	   *text;

	va_start(args, fmt);
	text = formatted(fmt, args);
	va_end(args);
	appendStringInfoString(s, text);
	pfree(text);
}

char *
pnstrdup(const char *in, Size len)
{
	char	   *copy;

	len = strnlen(in, len);
	copy = palloc(len + 1);
	memcpy(copy, in, len);
	copy[len] = '\0';
	return copy;
}

char	   *pstrdup(const char *in) { return pnstrdup(in, strlen(in)); }

text *
cstring_to_text_with_len(const char *s, int len)
{
	text	   *t = palloc(VARHDRSZ + len);

	SET_VARSIZE(t, VARHDRSZ + len);
	memcpy(VARDATA(t), s, len);
	return t;
}

text	   *cstring_to_text(const char *s) { return cstring_to_text_with_len(s, strlen(s)); }

char *
text_to_cstring(const text *t)
{
	char	   *s = palloc(VARSIZE_ANY_EXHDR(t) + 1);

	memcpy(s, VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t));
	s[VARSIZE_ANY_EXHDR(t)] = '\0';
	return s;
}

int
pg_lltoa(int64 value, char *to)
{
	return pg_sprintf(to, INT64_FORMAT, value);
}

uint64
hex_encode(const char *from, size_t len, char *to)
{
	for (size_t i = 0; i < len; i++)
	{
		*to++ = "0123456789abcdef"[from[i] >> 4 & 15];
		*to++ = "0123456789abcdef"[from[i] & 15];
	}
	return len * 2;
}

void
escape_json(StringInfo s, const char *str)
{
	appendStringInfoChar(s, '"');
	for (; *str != '\0'; str++)
		if (*str == '"' || *str == '\\')
			appendStringInfo(s, "\\%c", *str);
		else if ((unsigned char) *str < ' ')
			appendStringInfo(s, "\\u%04x", *str);
		else
			appendStringInfoChar(s, *str);
	appendStringInfoChar(s, '"');
}

/* --------------------------------------------------------------------------------- encodings */

int			GetDatabaseEncoding(void) { return PG_UTF8; }

bool
pg_verify_mbstr(int encoding, const char *s, int len, bool no_error)
{
	if (pg_encoding_verifymbstr(encoding, s, len) == len)
		return true;
	if (!no_error)
		ereport(ERROR, (errcode(ERRCODE_CHARACTER_NOT_IN_REPERTOIRE),
						errmsg("invalid byte sequence for encoding \"UTF8\"")));
	return false;
}

bool		pg_verifymbstr(const char *s, int len, bool no_error) { return pg_verify_mbstr(PG_UTF8, s, len, no_error); }

int
pg_mbcliplen(const char *s, int len, int limit)
{
	int			clipped = 0;

	while (clipped < len && s[clipped] != '\0')
	{
		int			l = pg_utf_mblen((const unsigned char *) s + clipped);

		if (clipped + l > limit)
			break;
		clipped += l;
	}
	return Min(clipped, len);
}

int
pg_mbstrlen_with_len(const char *s, int limit)
{
	int			n = 0;

	while (limit > 0 && *s != '\0')
	{
		int			l = pg_utf_mblen((const unsigned char *) s);

		limit -= l;
		s += l;
		n++;
	}
	return n;
}

/* ---------------------------------------------------------------------------------- messages */

const char *
pq_getmsgbytes(StringInfo msg, int len)
{
	const char *bytes = msg->data + msg->cursor;

	if (len < 0 || len > msg->len - msg->cursor)
		ereport(ERROR, (errcode(ERRCODE_PROTOCOL_VIOLATION), errmsg("insufficient data left in message")));
	msg->cursor += len;
	return bytes;
}

int			pq_getmsgbyte(StringInfo msg) { return *(const unsigned char *) pq_getmsgbytes(msg, 1); }

int64
pq_getmsgint64(StringInfo msg)
{
	uint64		value;

	memcpy(&value, pq_getmsgbytes(msg, 8), 8);
	return (int64) pg_ntoh64(value);
}

char *
pq_getmsgtext(StringInfo msg, int len, int *nbytes)
{
	char	   *s = pnstrdup("", 0);
	const char *bytes = pq_getmsgbytes(msg, len);

	pg_verifymbstr(bytes, len, false);
	s = repalloc(s, len + 1);
	memcpy(s, bytes, len);
	s[len] = '\0';
	*nbytes = len;
	return s;
}

void		pq_begintypsend(StringInfo buf) { initStringInfo(buf); appendBinaryStringInfo(buf, "\0\0\0", 4); }
void		pq_sendbytes(StringInfo buf,
#if PG_VERSION_NUM < 160000
						 const char *data,
#else
						 const void *data,
#endif
						 int len) { appendBinaryStringInfo(buf, data, len); }
void		pq_sendtext(StringInfo buf, const char *s, int len) { appendBinaryStringInfo(buf, s, len); }

bytea *
pq_endtypsend(StringInfo buf)
{
	SET_VARSIZE(buf->data, buf->len);
	return (bytea *) buf->data;
}

/* ------------------------------------------------------------------------------ stored values */

struct varlena *
pg_detoast_datum_packed(struct varlena *v)
{
	if (VARATT_IS_EXTERNAL_EXPANDED(v))
	{
		ExpandedObjectHeader *eoh = DatumGetEOHP(PointerGetDatum(v));
		Size		size = eoh->eoh_methods->get_flat_size(eoh);
		struct varlena *flat = palloc(size);

		eoh->eoh_methods->flatten_into(eoh, flat, size);
		return flat;
	}
	return v;
}

struct varlena *
pg_detoast_datum(struct varlena *v)
{
	v = pg_detoast_datum_packed(v);
	return VARATT_IS_SHORT(v) ? (struct varlena *) cstring_to_text_with_len(VARDATA_ANY(v), VARSIZE_ANY_EXHDR(v)) : v;
}

struct varlena *
pg_detoast_datum_slice(struct varlena *v, int32 first, int32 count)
{
	int32		len;

	v = pg_detoast_datum_packed(v);
	len = VARSIZE_ANY_EXHDR(v);
	first = Min(first, len);
	if (count < 0 || count > len - first)
		count = len - first;
	return (struct varlena *) cstring_to_text_with_len(VARDATA_ANY(v) + first, count);
}

void
EOH_init_header(ExpandedObjectHeader *eoh, const ExpandedObjectMethods *methods, MemoryContext context)
{
	varatt_expanded pointer;

	eoh->vl_len_ = EOH_HEADER_MAGIC;
	eoh->eoh_methods = methods;
	eoh->eoh_context = context;
	pointer.eohptr = eoh;
	SET_VARTAG_EXTERNAL(eoh->eoh_rw_ptr, VARTAG_EXPANDED_RW);
	memcpy(VARDATA_EXTERNAL(eoh->eoh_rw_ptr), &pointer, sizeof(pointer));
	SET_VARTAG_EXTERNAL(eoh->eoh_ro_ptr, VARTAG_EXPANDED_RO);
	memcpy(VARDATA_EXTERNAL(eoh->eoh_ro_ptr), &pointer, sizeof(pointer));
}

ExpandedObjectHeader *
DatumGetEOHP(Datum d)
{
	varatt_expanded pointer;

	memcpy(&pointer, VARDATA_EXTERNAL(DatumGetPointer(d)), sizeof(pointer));
	return pointer.eohptr;
}

/* ------------------------------------------------------------------------------------ arrays */

void
get_typlenbyvalalign(Oid type, int16 *len, bool *byval, char *align)
{
	*len = -1;
	*byval = false;
	*align = TYPALIGN_INT;
	if (type == FLOAT8OID || type == INT8OID || type == TIMESTAMPTZOID)
		*len = 8, *byval = true, *align = TYPALIGN_DOUBLE;
	else if (type == INT4OID || type == DATEOID)
		*len = 4, *byval = true;
	else if (type == INT2OID)
		*len = 2, *byval = true, *align = TYPALIGN_SHORT;
	else if (type == BOOLOID)
		*len = 1, *byval = true, *align = TYPALIGN_CHAR;
	else if (type == INTERVALOID)
		*len = 16, *align = TYPALIGN_DOUBLE;
}

int
ArrayGetNItems(int ndim, const int *dims)
{
	int			n = ndim > 0;

	for (int i = 0; i < ndim; i++)
		n *= dims[i];
	return n;
}

ArrayType *
construct_md_array(Datum *elems, bool *nulls, int ndims, int *dims, int *lbs, Oid type, int len, bool byval, char align)
{
	int			n = ArrayGetNItems(ndims, dims);
	Size		data = 0;
	Size		overhead;
	bool		has_null = false;
	ArrayType  *array;
	char	   *at;

	for (int i = 0; i < n; i++)
		if (nulls != NULL && nulls[i])
			has_null = true;
		else
		{
			if (len == -1)
				elems[i] = PointerGetDatum(PG_DETOAST_DATUM(elems[i]));
			data = att_addlength_datum(data, len, elems[i]);
			data = att_align_nominal(data, align);
		}
	overhead = has_null ? ARR_OVERHEAD_WITHNULLS(ndims, n) : ARR_OVERHEAD_NONULLS(ndims);
	array = palloc0(overhead + data);
	SET_VARSIZE(array, overhead + data);
	array->ndim = n == 0 ? 0 : ndims;
	array->dataoffset = has_null ? overhead : 0;
	array->elemtype = type;
	for (int i = 0; i < ndims; i++)
	{
		ARR_DIMS(array)[i] = dims[i];
		ARR_LBOUND(array)[i] = lbs[i];
	}
	at = ARR_DATA_PTR(array);
	for (int i = 0; i < n; i++)
	{
		if (nulls != NULL && nulls[i])
			continue;
		if (has_null)
			ARR_NULLBITMAP(array)[i / 8] |= 1 << i % 8;
		if (byval)
			store_att_byval(at, elems[i], len);
		else
			memcpy(at, DatumGetPointer(elems[i]), att_addlength_datum(0, len, elems[i]));
		at += att_align_nominal(att_addlength_datum(0, len, elems[i]), align);
	}
	return array;
}

ArrayType *
construct_array(Datum *elems, int n, Oid type, int len, bool byval, char align)
{
	int			one = 1;

	return construct_md_array(elems, NULL, 1, &n, &one, type, len, byval, align);
}

ArrayType *
construct_empty_array(Oid type)
{
	return construct_md_array(NULL, NULL, 0, NULL, NULL, type, 4, true, 'i');
}

void
deconstruct_array(
#if PG_VERSION_NUM >= 190000
				  const
#endif
				  ArrayType *array, Oid type, int len, bool byval, char align, Datum **elems, bool **nulls, int *n)
{
	char	   *at = ARR_DATA_PTR(array);
	bits8	   *present = ARR_NULLBITMAP(array);

	Assert(ARR_ELEMTYPE(array) == type);
	*n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	*elems = palloc(*n * sizeof(Datum));
	if (nulls != NULL)
		*nulls = palloc0(*n * sizeof(bool));
	for (int i = 0; i < *n; i++)
		if (present != NULL && (present[i / 8] >> i % 8 & 1) == 0)
		{
			(*elems)[i] = 0;
			if (nulls == NULL)
				ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("null array element not allowed")));
			(*nulls)[i] = true;
		}
		else
		{
			(*elems)[i] = fetch_att(at, byval, len);
			at = att_addlength_pointer(at, len, at);
			at = (char *) att_align_nominal(at, align);
		}
}

bool
array_contains_nulls(
#if PG_VERSION_NUM >= 190000
					 const
#endif
					 ArrayType *array)
{
	return ARR_HASNULL(array);
}

typedef struct ArrayIteratorData
{
	Datum	   *elems;
	bool	   *nulls;
	int			n;
	int			next;
} ArrayIteratorData;

ArrayIterator
array_create_iterator(ArrayType *array, int slice, ArrayMetaState *state)
{
	ArrayIterator iterator = palloc0(sizeof(ArrayIteratorData));
	int16		len;
	bool		byval;
	char		align;

	get_typlenbyvalalign(ARR_ELEMTYPE(array), &len, &byval, &align);
	deconstruct_array(array, ARR_ELEMTYPE(array), len, byval, align, &iterator->elems, &iterator->nulls, &iterator->n);
	return iterator;
}

bool
array_iterate(ArrayIterator iterator, Datum *value, bool *isnull)
{
	if (iterator->next >= iterator->n)
		return false;
	*value = iterator->elems[iterator->next];
	*isnull = iterator->nulls[iterator->next++];
	return true;
}

void
array_free_iterator(ArrayIterator iterator)
{
	pfree(iterator->elems);
	pfree(iterator->nulls);
	pfree(iterator);
}

/* ------------------------------------------------------------------------------------- calls */

volatile sig_atomic_t InterruptPending;
int			work_mem = 4096;

void		ProcessInterrupts(void) { }

Datum
DirectFunctionCall1Coll(PGFunction function, Oid collation, Datum arg)
{
	LOCAL_FCINFO(fcinfo, 1);

	InitFunctionCallInfoData(*fcinfo, NULL, 1, collation, NULL, NULL);
	fcinfo->args[0].value = arg;
	fcinfo->args[0].isnull = false;
	return function(fcinfo);
}

int
AggCheckCallContext(FunctionCallInfo fcinfo, MemoryContext *aggcontext)
{
	if (aggcontext != NULL)
		*aggcontext = fcinfo->context != NULL ? fz_aggregate : NULL;
	return fcinfo->context != NULL ? AGG_CONTEXT_AGGREGATE : 0;
}

TypeFuncClass
get_call_result_type(FunctionCallInfo fcinfo, Oid *type, TupleDesc *desc)
{
	*desc = fz_desc;
	return TYPEFUNC_COMPOSITE;
}

TupleDesc	CreateTupleDescCopy(TupleDesc desc) { return desc; }
Tuplestorestate *tuplestore_begin_heap(bool random, bool across, int kb) { return (Tuplestorestate *) palloc(1); }

void
tuplestore_putvalues(Tuplestorestate *store, TupleDesc desc,
#if PG_VERSION_NUM >= 190000
					 const Datum *values, const bool *nulls)
#else
					 Datum *values, bool *nulls)
#endif
{
	fz_row(values, nulls);
}

/* Called by what the planner asks, or by window functions: not fuzzed here. */
#define ABSENT(type, name, ...) type name(__VA_ARGS__) { fz_broken("%s called", #name); }
ABSENT(int32, get_attavgwidth, Oid relid, AttrNumber n)
ABSENT(Datum, WinGetFuncArgCurrent, WindowObject w, int arg, bool *isnull)
ABSENT(int64, WinGetCurrentPosition, WindowObject w)
ABSENT(void *, WinGetPartitionLocalMemory, WindowObject w, Size size)
ABSENT(void, WinSetMarkPosition, WindowObject w, int64 position)

/* -------------------------------------------------------------------------------------- dates */

const int	day_tab[2][13] = {
	{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0},
	{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0}};

int
date2j(int y, int m, int d)
{
	int			julian;
	int			century;

	if (m > 2)
		m += 1, y += 4800;
	else
		m += 13, y += 4799;
	century = y / 100;
	julian = y * 365 - 32167;
	julian += y / 4 - century + century / 4;
	return julian + 7834 * m / 256 + d;
}

void
j2date(int jd, int *year, int *month, int *day)
{
	unsigned int julian = jd + 32044;
	unsigned int quad = julian / 146097;
	unsigned int extra = (julian - quad * 146097) * 4 + 3;
	int			y;

	julian += 60 + quad * 3 + extra / 146097;
	quad = julian / 1461;
	julian -= quad * 1461;
	y = julian * 4 / 1461;
	julian = (y != 0 ? (julian + 305) % 365 : (julian + 306) % 366) + 123;
	y += quad * 4;
	*year = y - 4800;
	quad = julian * 2141 / 65536;
	*day = julian - 7834 * quad / 256;
	*month = (quad + 10) % MONTHS_PER_YEAR + 1;
}

/* Two zones: UTC, and all others, an hour to the east of it in the even half-years since 1970. */
struct pg_tz
{
	bool		moves;
};
#define HALF_YEAR	((int64) 15778800)

pg_tz *
pg_tzset(const char *name)
{
	static struct pg_tz utc = {false};
	static struct pg_tz moving = {true};

	if (strchr(name, '/') == NULL || name[0] == '.')
		return strcmp(name, "UTC") == 0 ? &utc : NULL;
	return &moving;
}

static long
offset_at(pg_time_t at, const pg_tz *tz)
{
	return tz->moves && at >= 0 && at / HALF_YEAR % 2 == 0 ? 3600 : 0;
}

struct pg_tm *
pg_localtime(const pg_time_t *at, const pg_tz *tz)
{
	static struct pg_tm tm;

	memset(&tm, 0, sizeof(tm));
	tm.tm_gmtoff = offset_at(*at, tz);
	return &tm;
}

int
pg_next_dst_boundary(const pg_time_t *at, long *offset, int *isdst, pg_time_t *boundary, long *after, int *dst_after,
					 const pg_tz *tz)
{
	*offset = offset_at(*at, tz);
	*isdst = *offset != 0;
	if (!tz->moves || *at >= 200 * HALF_YEAR)
		return 0;
	*boundary = (*at / HALF_YEAR + 1) * HALF_YEAR;
	*after = offset_at(*boundary, tz);
	*dst_after = *after != 0;
	return 1;
}

const char *
timestamptz_to_str(TimestampTz at)
{
	static char text[40];

	pg_snprintf(text, sizeof(text), INT64_FORMAT " us", at);
	return text;
}

Datum
interval_justify_hours(PG_FUNCTION_ARGS)
{
	Interval   *result = palloc(sizeof(Interval));
	int64		days;

	*result = *PG_GETARG_INTERVAL_P(0);
	days = result->time / USECS_PER_DAY;
	result->time -= days * USECS_PER_DAY;
	if (days + result->day != (int32) (days + result->day))
		ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE), errmsg("interval out of range")));
	result->day += (int32) days;
	PG_RETURN_INTERVAL_P(result);
}

/* -------------------------------------------------------------------------------------- jsonb */

/* What the extension writes as JSON has to be JSON; the value is its text. */
static const char *json_value(const char *at);

static const char *
json_string(const char *at)
{
	if (*at++ != '"')
		return NULL;
	for (; *at != '"'; at++)
	{
		if ((unsigned char) *at < ' ')
			return NULL;
		if (*at == '\\' && strchr("\"\\/bfnrtu", *++at) == NULL)
			return NULL;
	}
	return at + 1;
}

static const char *
json_members(const char *at, char close, bool named)
{
	at += strspn(at, " ");
	if (*at == close)
		return at + 1;
	for (;;)
	{
		at += strspn(at, " ");
		if (named)
		{
			if ((at = json_string(at)) == NULL)
				return NULL;
			at += strspn(at, " ");
			if (*at++ != ':')
				return NULL;
		}
		if ((at = json_value(at)) == NULL)
			return NULL;
		at += strspn(at, " ");
		if (*at == close)
			return at + 1;
		if (*at++ != ',')
			return NULL;
	}
}

static const char *
json_value(const char *at)
{
	char	   *end;

	at += strspn(at, " ");
	if (*at == '{')
		return json_members(at + 1, '}', true);
	if (*at == '[')
		return json_members(at + 1, ']', false);
	if (*at == '"')
		return json_string(at);
	if (strncmp(at, "null", 4) == 0 || strncmp(at, "true", 4) == 0)
		return at + 4;
	if (strncmp(at, "false", 5) == 0)
		return at + 5;
	if (*at != '-' && !isdigit((unsigned char) *at))
		return NULL;
	return isfinite(strtod(at, &end)) ? end : NULL;
}

Datum
jsonb_in(PG_FUNCTION_ARGS)
{
	const char *json = PG_GETARG_CSTRING(0);
	const char *end = json_value(json);

	if (end == NULL || end[strspn(end, " ")] != '\0' || !pg_verifymbstr(json, strlen(json), true))
		fz_broken("this is no JSON: %s", json);
	PG_RETURN_TEXT_P(cstring_to_text(json));
}

ABSENT(JsonbIterator *, JsonbIteratorInit, JsonbContainer *container)
ABSENT(JsonbIteratorToken, JsonbIteratorNext, JsonbIterator **it, JsonbValue *value, bool skip)
ABSENT(Datum, numeric_out, FunctionCallInfo fcinfo)
