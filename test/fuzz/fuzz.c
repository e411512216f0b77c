/*-------------------------------------------------------------------------
 *
 * test/fuzz/fuzz.c
 *	  The fuzz targets: what comes in as text, as a message, or from disk.
 *
 *	  text.TYPE		text goes to the input function
 *	  wire.TYPE		bytes go to the receive function
 *	  stored.TYPE	bytes are taken for a stored value, and read
 *	  pattern		patterns and journeys against a matcher that tries everything,
 *					and against the index (matcher.c)
 *
 * TYPE "stats" stands for all types whose text is their bytes; the first byte
 * of an input tells which.
 *
 * What was accepted has to be sound: out and in, send and receive give the same
 * bytes again, and any function that takes the type is called with it. What
 * was not, and what a function of a stored value does not like, is an error
 * with an SQLSTATE that says so. Functions are chosen by the input: by its
 * first CONTROL bytes where the value is stored, by a hash of it otherwise.
 *
 * No result is NaN or infinite, none is text in no encoding, and every other
 * input is run twice, in memory filled with other rubbish: what differs then
 * has read memory that nobody wrote.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

#include <math.h>
#include <sys/stat.h>

#include "catalog/pg_type_d.h"
#include "datatype/timestamp.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "nodes/execnodes.h"
#include "server.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/expandeddatum.h"
#include "utils/timestamp.h"

#define SOUND_CALLS	6

FzMode		fz_mode;
int			fz_type = -1;		/* of the target; -1: the first byte tells */

static bool fz_all;				/* show a stored value to all functions that take it */

static int	hex_types[64];
static int	n_hex_types;

/* --------------------------------------------------------------------------------- calling */

bool
fz_try(FzAction action, void *arg)
{
	sigjmp_buf *outer = fz_error;
	MemoryContext context = CurrentMemoryContext;
	sigjmp_buf	here;
	bool		ok = false;

	fz_error = &here;
	if (sigsetjmp(here, 0) == 0)
	{
		action(arg);
		ok = true;
	}
	fz_error = outer;
	CurrentMemoryContext = context;
	return ok;
}

typedef struct Call
{
	PGFunction	function;
	FunctionCallInfo fcinfo;
	Datum		result;
} Call;

static void
call_it(void *arg)
{
	Call	   *call = arg;

	call->result = call->function(call->fcinfo);
}

/* Call a function of one argument; false: an error, in fz_state. */
bool
fz_call1(PGFunction function, Datum arg, Datum *result)
{
	LOCAL_FCINFO(fcinfo, 3);
	FmgrInfo	flinfo = {.fn_mcxt = fz_run_context};
	Call		call = {function, fcinfo};

	InitFunctionCallInfoData(*fcinfo, &flinfo, 3, InvalidOid, NULL, NULL);
	memset(fcinfo->args, 0, 3 * sizeof(NullableDatum));
	fcinfo->args[0].value = arg;
	fcinfo->args[2].value = Int32GetDatum(-1);
	if (!fz_try(call_it, &call))
		return false;
	if (fcinfo->isnull)
		fz_broken("NULL from a function that never gives it");
	*result = call.result;
	return true;
}

/* A chunk of exactly these bytes. */
static void *
exactly(const void *bytes, Size len)
{
	void	   *copy = palloc(len);

	memcpy(copy, bytes, len);
	return copy;
}

Datum
fz_varlena(const void *bytes, Size len, bool small)
{
	char	   *v;

	if (small && len + VARHDRSZ_SHORT <= VARATT_SHORT_MAX)
	{
		v = palloc(VARHDRSZ_SHORT + len);
		SET_VARSIZE_SHORT(v, VARHDRSZ_SHORT + len);
	}
	else
	{
		v = palloc(VARHDRSZ + len);
		SET_VARSIZE(v, VARHDRSZ + len);
	}
	memcpy(VARDATA_ANY(v), bytes, len);
	return PointerGetDatum(v);
}

/* A message to a receive function; it has no byte behind it. */
bool
fz_receive(const FzType *type, const void *bytes, Size len, Datum *value)
{
	StringInfo	msg = palloc0(sizeof(StringInfoData));

	msg->data = exactly(bytes, len);
	msg->len = msg->maxlen = (int) len;
	if (!fz_call1(type->recv, PointerGetDatum(msg), value))
		return false;
	/* who calls receive functions asks this */
	strcpy(fz_state, "22P03");
	return msg->cursor == msg->len;
}

static bool
same_bytes(Datum a, Datum b)
{
	return VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
		memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

/*
 * Equal values have equal bytes; where these are not the ones that are sent (of
 * a working state), the ones that are sent have to be equal.
 */
static bool
same(const FzType *type, Datum a, Datum b)
{
	Datum		sent_a,
				sent_b;

	if (type->byval)
		return a == b;
	if (same_bytes(a, b))
		return true;
	return fz_call1(type->send, a, &sent_a) && fz_call1(type->send, b, &sent_b) && !same_bytes(a, sent_a) &&
		same_bytes(sent_a, sent_b);
}

/* The same value in a chunk that ends where it ends. */
static Datum
trimmed(const FzType *type, Datum d)
{
	if (type->byval)
		return d;
	if (type->len > 0)
		return PointerGetDatum(exactly(DatumGetPointer(d), type->len));
	d = PointerGetDatum(PG_DETOAST_DATUM_PACKED(d));
	return PointerGetDatum(exactly(DatumGetPointer(d), VARSIZE_ANY(d)));
}

/* ----------------------------------------------------------------------------------- results */

static void
check_utf8(const char *what, const char *bytes, Size len)
{
	if (pg_encoding_verifymbstr(PG_UTF8, bytes, (int) len) != (int) len || memchr(bytes, 0, len) != NULL)
		fz_broken("%s gives bytes that are no text", what);
	fz_see(bytes, len);
}

/* A value that was accepted, or made of such. */
void
fz_sound(const FzType *type, Datum v, const char *what)
{
	Datum		text,
				bytes,
				again;

	v = trimmed(type, v);
	if (!fz_call1(type->out, v, &text))
		fz_broken("%s of %s is not written: %s %s", type->name, what, fz_state, fz_message);
	check_utf8(type->name, DatumGetCString(text), strlen(DatumGetCString(text)));
	if (!fz_call1(type->in, text, &again))
		fz_broken("%s of %s does not read its own text %s: %s %s", type->name, what, DatumGetCString(text), fz_state,
			fz_message);
	if (!same(type, v, again))
		fz_broken("%s of %s is another value after text %s", type->name, what, DatumGetCString(text));
	if (!fz_call1(type->send, v, &bytes))
		fz_broken("%s of %s is not sent: %s %s", type->name, what, fz_state, fz_message);
	fz_see(VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
	if (!fz_receive(type, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes), &again))
		fz_broken("%s of %s does not receive what it sent: %s %s", type->name, what, fz_state, fz_message);
	if (!same(type, v, again))
		fz_broken("%s of %s is another value after a message", type->name, what);
}

/* What came of damage may be refused when it is written, but is never written as what cannot be read. */
static void
check_salvaged(const FzType *type, Datum v, const char *what)
{
	Datum		text,
				again;

	if (!fz_call1(type->out, v, &text))
		return;
	check_utf8(type->name, DatumGetCString(text), strlen(DatumGetCString(text)));
	if (!fz_call1(type->in, text, &again))
		fz_broken("%s from damage, by %s: does not read its own text %s: %s %s", type->name, what,
			DatumGetCString(text),
				  fz_state, fz_message);
	if (!same(type, v, again))
		fz_broken("%s from damage, by %s: another value after text %s", type->name, what, DatumGetCString(text));
}

static const FzCall *calling;
static bool calling_sound;
static Datum calling_value;		/* the damaged one: may be handed on unread */
static const FzType *calling_type;

static void
check(const FzType *type, Datum v, bool isnull)
{
	double		x;

	if (isnull)
	{
		fz_see("NULL", 4);
		return;
	}
	if (type->ours)
	{
		v = trimmed(type, v);
		if (!calling_sound && type == calling_type && same(type, v, calling_value))
			return;
		if (calling_sound)
			fz_sound(type, v, calling->label);
		else
			check_salvaged(type, v, calling->label);
	}
	else if (type->oid == FLOAT8OID)
	{
		x = DatumGetFloat8(v);
		if (!isfinite(x))
			fz_broken("%s gives %g", calling->label, x);
		fz_see(&x, 8);
	}
	else if (type->oid == CSTRINGOID)
		check_utf8(calling->label, DatumGetCString(v), strlen(DatumGetCString(v)));
	else if (type->oid == TEXTOID)
		check_utf8(calling->label, VARDATA_ANY(v), VARSIZE_ANY_EXHDR(v));
	else if (type->oid == JSONBOID)
		fz_see(VARDATA_ANY(v), VARSIZE_ANY_EXHDR(v));	/* its texts were looked at by jsonb_in() */
	else if (type->elem >= 0)
	{
		const FzType *elem = &fz_types[type->elem];
		Datum	   *elems;
		bool	   *nulls;
		int			n;

		deconstruct_array(DatumGetArrayTypeP(v), elem->ours ? ARR_ELEMTYPE(DatumGetArrayTypeP(v)) : elem->oid,
						  elem->len, elem->byval,
						  elem->align, &elems, &nulls, &n);
		for (int i = 0; i < n; i++)
			check(elem, elems[i], nulls[i]);
	}
	else if (type->byval)
	{
		if (type->oid == BOOLOID && v != 0 && v != 1)
			fz_broken("%s gives a boolean %ld", calling->label, (long) v);
		fz_see(&v, type->len);
	}
	else if (type->len > 0)
		fz_see(DatumGetPointer(v), type->len);
	else
		fz_see(VARDATA_ANY(v), VARSIZE_ANY_EXHDR(v));
}

static void
check_row(const Datum *values, const bool *nulls)
{
	MemoryContext context = CurrentMemoryContext;

	if (calling->ncolumns == 0)
		check(&fz_types[calling->result], values[0], nulls[0]);
	for (int i = 0; i < calling->ncolumns; i++)
		check(&fz_types[calling->columns[i]], values[i], nulls[i]);
	CurrentMemoryContext = context;
}

/* --------------------------------------------------------------------------------- arguments */

/* Choices are taken from here, by turns; behind the end all are 0. */
typedef struct Control
{
	const uint8 *bytes;
	Size		len;
	Size		at;
} Control;

static uint8
next_choice(Control *c)
{
	return c->at < c->len ? c->bytes[c->at++] : 0;
}

static uint64
next_bytes(Control *c, int n)
{
	uint64		value = 0;

	while (n-- > 0)
		value = value << 8 | next_choice(c);
	return value;
}

static Datum from_message(const FzType *type, const uint8 *at, int len, uint8 choice, bool *isnull);

/* The elements are in the message one by one: int32 length (-1: NULL) and bytes; before that, dimensions. */
static Datum
array_from_message(const FzType *type, const uint8 *at, int len, uint8 choice)
{
	const FzType *elem = &fz_types[type->elem];
	const uint8 *end = at + len;
	int			ndim,
				n,
				dims[6],
				lbs[6];
	Datum	   *elems;
	bool	   *nulls;
	struct varlena *array;

#define GET32() (at += 4, (int32) ((uint32) at[-4] << 24 | at[-3] << 16 | at[-2] << 8 | at[-1]))
	ndim = GET32();
	GET32();
	GET32();
	for (int i = 0; i < ndim; i++)
	{
		dims[i] = GET32();
		lbs[i] = GET32();
	}
	n = ArrayGetNItems(ndim, dims);
	elems = palloc0(sizeof(Datum) * n);
	nulls = palloc0(sizeof(bool) * n);
	for (int i = 0; i < n && at < end; i++)
	{
		int			size = GET32();

		nulls[i] = size < 0;
		if (!nulls[i])
		{
			elems[i] = from_message(elem, at, size, choice, &nulls[i]);
			at += size;
		}
	}
	array = (struct varlena *) construct_md_array(elems, nulls, ndim, dims, lbs, elem->oid, elem->len, elem->byval,
		elem->align);
	return PointerGetDatum(array);
}

/* A value of a sound message: an edge value, or what the fuzzer put in its place. */
static Datum
from_message(const FzType *type, const uint8 *at, int len, uint8 choice, bool *isnull)
{
	uint64		bits = 0;
	Datum		d;

	*isnull = false;
	if (type->ours)
	{
		*isnull = !fz_receive(type, at, len, &d);
		return *isnull ? 0 : trimmed(type, d);
	}
	if (type->elem >= 0)
		return array_from_message(type, at, len, choice);
	if (type->oid == INTERVALOID)
	{
		Interval   *interval = palloc(sizeof(Interval));

		for (int i = 0; i < 8; i++)
			bits = bits << 8 | at[i];
		interval->time = (int64) bits;
		at += 8;
		interval->day = GET32();
		interval->month = GET32();
		return PointerGetDatum(interval);
	}
	if (!type->byval)
		return fz_varlena(at, len, choice & 1);
	for (int i = 0; i < len; i++)
		bits = bits << 8 | at[i];
	switch (type->len)
	{
		case 1:
			return BoolGetDatum(bits != 0);
		case 2:
			return Int16GetDatum((int16) bits);
		case 4:
			return Int32GetDatum((int32) bits);
		default:
			return Int64GetDatum((int64) bits);
	}
}

typedef struct Given
{
	const FzType *type;
	Datum		value;			/* the first argument of this type */
} Given;

typedef struct Making
{
	const FzArg *arg;
	Control    *control;
	const Given *given;			/* NULL once it is used */
	Datum		value;
	bool		isnull;
} Making;

static void
make_argument(void *p)
{
	Making	   *m = p;
	const FzType *type = &fz_types[m->arg->type];
	uint8		choice = next_choice(m->control);
	int			n = m->arg->n_edges;
	int			k = choice % (n + 2);

	m->isnull = false;
	if (k < n)
		m->value = from_message(type, (const uint8 *) m->arg->edges[k].bytes, m->arg->edges[k].len, choice >> 4,
			&m->isnull);
	else if (k == n)
		m->isnull = true;
	else if (type->byval && !type->ours)
	{
		m->value = (Datum) next_bytes(m->control, type->len);
		if (type->oid == BOOLOID)
			m->value &= 1;
		else if (type->oid == TIMESTAMPTZOID && !IS_VALID_TIMESTAMP(DatumGetTimestampTz(m->value)) &&
				 !TIMESTAMP_NOT_FINITE(DatumGetTimestampTz(m->value)))
			m->value = TimestampTzGetDatum(DatumGetTimestampTz(m->value) >> 6);
		else if (type->len == 2)
			m->value = Int16GetDatum((int16) m->value);
		else if (type->len == 4)
			m->value = Int32GetDatum((int32) m->value);
	}
	else if (type->oid == TEXTOID)
	{
		uint8		text[15];
		int			len = next_choice(m->control) % sizeof(text);

		for (int i = 0; i < len; i++)
			text[i] = 1 + next_choice(m->control) % 127;
		m->value = fz_varlena(text, len, choice >> 4 & 1);
	}
	else
		m->isnull = true;
}

/* Does an error say that a value is damaged, or too large, or that an argument is wrong? */
static void
check_error(const char *what, bool damaged)
{
	if (strncmp(fz_state, "22", 2) == 0 || strcmp(fz_state, "54000") == 0)
		return;
	/* sums that no rows can have are noticed when they are solved for */
	if (strcmp(fz_state, "XX001") == 0 && (damaged || strncmp(what, "driver_", 7) == 0))
		return;
	fz_broken("%s of a %s value: %s %s", what, damaged ? "damaged" : "sound", fz_state, fz_message);
}

/* ------------------------------------------------------------------------------------- calls */

static bool
takes(const FzCall *call, const FzType *type)
{
	for (int i = 0; i < call->nargs; i++)
		if (&fz_types[call->args[i].type] == type)
			return true;
	return false;
}

/* The functions that take a type, in the order of the list. */
static struct
{
	const FzType *type;
	int			list[1024];
	int			n;
}			readers;

static int
n_readers(const FzType *type)
{
	if (readers.type != type)
	{
		readers.type = type;
		readers.n = 0;
		for (int i = 0; i < fz_n_calls && readers.n < lengthof(readers.list); i++)
			if (takes(&fz_calls[i], type))
				readers.list[readers.n++] = i;
	}
	return readers.n;
}

static const FzCall *
reader(const FzType *type, int k)
{
	int			n = n_readers(type);

	return n == 0 ? NULL : &fz_calls[readers.list[k % n]];
}

/* Call a function; false: an error. */
static bool
call_with(const FzCall *call, FmgrInfo *flinfo, Node *context, const Datum *args, const bool *nulls, Datum *result,
	bool *isnull)
{
	LOCAL_FCINFO(fcinfo, FZ_MAX_ARGS);
	ExprContext econtext = {.type = T_ExprContext,.ecxt_per_query_memory = fz_run_context,
	.ecxt_per_tuple_memory = fz_run_context};
	ReturnSetInfo rsinfo = {.type = T_ReturnSetInfo,.econtext = &econtext,
	.allowedModes = SFRM_ValuePerCall | SFRM_Materialize | SFRM_Materialize_Preferred,.returnMode = SFRM_ValuePerCall};
	Call		it = {call->function, fcinfo};

	InitFunctionCallInfoData(*fcinfo, flinfo, call->nargs, InvalidOid, context, call->set ? (Node *) &rsinfo : NULL);
	for (int i = 0; i < call->nargs; i++)
	{
		fcinfo->args[i].value = args[i];
		fcinfo->args[i].isnull = nulls[i];
	}
	calling = call;
	if (call->set)
	{
		fz_desc = palloc0(sizeof(TupleDescData));
		fz_desc->natts = Max(call->ncolumns, 1);
		fz_row = check_row;
	}
	if (!fz_try(call_it, &it))
		return false;
	*result = it.result;
	*isnull = fcinfo->isnull || call->set;
	if (call->set && rsinfo.returnMode != SFRM_Materialize)
		fz_broken("%s does not hand over all its rows", call->label);
	return true;
}

/* Merging in another order, and in other groups, gives the same bytes. */
static void
check_merge(const FzCall *call, FmgrInfo *flinfo, const FzType *type, Datum a, Datum b)
{
	bool		nulls[2] = {false, false};
	bool		isnull;
	Datum		ab,
				ba,
				aab,
				a_ab;

	if (!call_with(call, flinfo, NULL, (Datum[]) {a, b}, nulls, &ab, &isnull))
		return;
	ab = trimmed(type, ab);
	if (!call_with(call, flinfo, NULL, (Datum[]) {b, a}, nulls, &ba, &isnull) || !same(type, ab, trimmed(type, ba)))
		fz_broken("%s differs the other way round", call->label);
	if (!call_with(call, flinfo, NULL, (Datum[]) {a, ab}, nulls, &a_ab, &isnull) ||
		!call_with(call, flinfo, NULL, (Datum[]) {a, a}, nulls, &aab, &isnull) ||
		!call_with(call, flinfo, NULL, (Datum[]) {trimmed(type, aab), b}, nulls, &aab, &isnull))
		return;					/* grown too large */
	if (!same(type, trimmed(type, aab), trimmed(type, a_ab)))
		fz_broken("%s differs in other groups", call->label);
}

static void
check_cmp(const FzCall *call, FmgrInfo *flinfo, const FzType *type, Datum a, Datum b)
{
	bool		nulls[2] = {false, false};
	bool		isnull;
	Datum		ab,
				ba;

	if (!call_with(call, flinfo, NULL, (Datum[]) {a, b}, nulls, &ab, &isnull) ||
		!call_with(call, flinfo, NULL, (Datum[]) {b, a}, nulls, &ba, &isnull))
		fz_broken("%s fails: %s %s", call->label, fz_state, fz_message);
	if ((DatumGetInt32(ab) > 0) != (DatumGetInt32(ba) < 0) || (DatumGetInt32(ab) == 0) != same(type, a, b))
		fz_broken("%s is no order", call->label);
}

static bool
ends_with(const char *s, const char *end)
{
	return strlen(s) >= strlen(end) && strcmp(s + strlen(s) - strlen(end), end) == 0;
}

typedef struct Flattening
{
	Datum		value;
} Flattening;

static void
flatten(void *arg)
{
	Flattening *f = arg;

	f->value = PointerGetDatum(PG_DETOAST_DATUM_PACKED(f->value));
}

/* Call one function with a value, as the control says. */
void
fz_exercise(const FzType *type, Datum value, const uint8 *choices, Size n_choices, bool sound)
{
	static Node aggregate = {.type = T_AggState};
	Control		control = {choices, n_choices, 0};
	const FzCall *call = reader(type, (int) next_bytes(&control, 2));
	uint8		flags = next_choice(&control);
	FmgrInfo	flinfo = {.fn_mcxt = fz_run_context};
	Given		given = {type, value};
	Datum		args[FZ_MAX_ARGS] = {0};
	bool		nulls[FZ_MAX_ARGS] = {0};
	Datum		result = 0;
	bool		isnull = true;
	int			rounds;
	int			same_type = -1;
	Node	   *context = NULL;

	if (call == NULL)
		return;
	calling_sound = sound;
	calling_value = value;
	calling_type = type;
	rounds = 1;
	if (call->transition && (flags & 1))
	{
		context = &aggregate;
		fz_aggregate = fz_context(fz_run_context, "aggregate");
		rounds += flags >> 1 & 3;
	}
	flinfo.fn_nargs = call->nargs;
	flinfo.fn_strict = call->strict;
	for (int round = 0; round < rounds; round++)
	{
		/* where the value goes: into any argument of its type */
		int			where = (flags >> 3) % call->nargs;
		bool		used = false;

		for (int k = 0; k < call->nargs; k++)
		{
			int			i = (where + k) % call->nargs;
			Making		m = {&call->args[i], &control};

			if (round > 0 && i == 0 && call->args[0].type == call->result)
			{
				args[0] = result;
				nulls[0] = isnull;
				continue;
			}
			if (&fz_types[call->args[i].type] == type && (!used || next_choice(&control) % 8 == 0))
			{
				/* an aggregate owns its state: a copy, since it is changed in place */
				args[i] = context != NULL ? trimmed(type, value) : value;
				nulls[i] = false;
				used = true;
				continue;
			}
			if (&fz_types[call->args[i].type] == type)
				same_type = i;
			if (!fz_try(make_argument, &m))
				m.isnull = true;
			args[i] = m.value;
			nulls[i] = m.isnull;
			if (m.isnull && call->strict)
				return;
		}
		if (!call_with(call, &flinfo, context, args, nulls, &result, &isnull))
		{
			check_error(call->label, !sound);
			return;
		}
		if (context != NULL && !isnull && !fz_types[call->result].byval &&
			!(fz_types[call->result].len == -1 && VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(result))))
			result = trimmed(&fz_types[call->result], result);
	}
	/* a state that grows is flattened where it leaves its aggregate, which may find it too large, or wrong */
	if (!call->set && !isnull && fz_types[call->result].len == -1)
	{
		Flattening	f = {result};

		if (!fz_try(flatten, &f))
		{
			check_error(call->label, !sound);
			return;
		}
		result = f.value;
	}
	if (!call->set && fz_types[call->result].oid != VOIDOID)
		check(&fz_types[call->result], result, isnull);
	if (sound && call->nargs == 2 && same_type >= 0 && !nulls[same_type] && context == NULL)
	{
		if (type->hex && ends_with(call->symbol, "_merge"))
			check_merge(call, &flinfo, type, value, args[same_type]);
		if (ends_with(call->symbol, "_cmp"))
			check_cmp(call, &flinfo, type, value, args[same_type]);
	}
}

/* ----------------------------------------------------------------------------------- targets */

/* Bytes for choices, as good as random, for inputs that have none of their own. */
static void
choices_of(const uint8 *data, Size size, uint8 *choices, int n)
{
	uint64		h = UINT64CONST(14695981039346656037);

	for (Size i = 0; i < size; i++)
		h = (h ^ data[i]) * UINT64CONST(1099511628211);
	for (int i = 0; i < n; i++)
	{
		h = (h ^ (h >> 31)) * UINT64CONST(0x9E3779B97F4A7C15);
		choices[i] = (uint8) (h >> 56);
	}
}

/* What was accepted is worth some calls. */
static void
exercise_sound(const FzType *type, Datum v, const uint8 *data, Size size)
{
	uint8		choices[SOUND_CALLS * FZ_CONTROL];

	choices_of(data, size, choices, sizeof(choices));
	for (int i = 0; i < SOUND_CALLS; i++)
		fz_exercise(type, trimmed(type, v), choices + i * FZ_CONTROL, FZ_CONTROL, true);
}

static void
run_text(const FzType *type, const uint8 *data, Size size)
{
	char	   *text = pnstrdup((const char *) data, size);
	Datum		v;

	/* the server has seen to it that text is in the encoding of the database */
	if (pg_encoding_verifymbstr(PG_UTF8, text, strlen(text)) != (int) strlen(text))
		return;
	if (!fz_call1(type->in, CStringGetDatum(text), &v))
	{
		check_error("text input", false);
		return;
	}
	fz_sound(type, v, "text");
	exercise_sound(type, v, data, size);
}

static void
run_wire(const FzType *type, const uint8 *data, Size size)
{
	Datum		v,
				sent,
				text;

	if (!fz_receive(type, data, size, &v))
	{
		if (strcmp(fz_state, "22P03") != 0 && strcmp(fz_state, "22003") != 0 && strcmp(fz_state, "22021") != 0 &&
			strcmp(fz_state, "22023") != 0 && strcmp(fz_state, "54000") != 0)
			fz_broken("message to %s: %s %s", type->name, fz_state, fz_message);
		return;
	}
	fz_sound(type, v, "message");
	fz_call1(type->send, v, &sent);
	fz_call1(type->out, v, &text);
	/* a message that holds a text may spell it in another way */
	if ((VARSIZE_ANY_EXHDR(sent) != size || memcmp(VARDATA_ANY(sent), data, size) != 0) &&
		!(VARSIZE_ANY_EXHDR(sent) > strlen(DatumGetCString(text)) &&
		  memcmp(VARDATA_ANY(sent) + VARSIZE_ANY_EXHDR(sent) - strlen(DatumGetCString(text)), DatumGetCString(text),
				 strlen(DatumGetCString(text))) == 0))
		fz_broken("%s accepts a message that it would send otherwise", type->name);
	exercise_sound(type, v, data, size);
}

static void
run_stored(const FzType *type, const uint8 *data, Size size)
{
	uint8		choices[FZ_CONTROL] = {0};
	Size		n = Min(size, FZ_CONTROL);
	Datum		v = 0;
	int			k;

	memcpy(choices, data, n);
	if (!type->byval)
		v = fz_varlena(data + n, size - n, choices[3] & 1);
	else
		memcpy(&v, data + n, Min(size - n, sizeof(Datum)));
	k = choices[0] << 8 | choices[1];
	for (int i = 0; i < (fz_all ? n_readers(type) : 1); i++, k++)
	{
		choices[0] = (uint8) (k >> 8);
		choices[1] = (uint8) k;
		fz_exercise(type, v, choices, FZ_CONTROL, false);
	}
}

static void
run(const uint8 *data, Size size)
{
	const FzType *type;

	if (fz_mode == FZ_PATTERN)
	{
		fz_run_pattern(data, size);
		return;
	}
	if ((type = fz_type_of(data, size)) == NULL)
		return;
	if (fz_type < 0)
	{
		data++;
		size--;
	}
	if (fz_mode == FZ_TEXT)
		run_text(type, data, size);
	else if (fz_mode == FZ_WIRE)
		run_wire(type, data, size);
	else
		run_stored(type, data, size);
}

const FzType *
fz_type_of(const uint8 *data, Size size)
{
	if (fz_type >= 0)
		return &fz_types[fz_type];
	return size == 0 ? NULL : &fz_types[hex_types[data[0] % n_hex_types]];
}

int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	uint64		first;
	uint8		twice;

	fz_fill = 0x5a;
	fz_begin();
	run(data, size);
	first = fz_digest;
	fz_end();
	choices_of(data, size, &twice, 1);
	if (twice % 2 == 0)
		return 0;
	fz_fill = 0;
	fz_begin();
	run(data, size);
	if (fz_digest != first)
		fz_broken("depends on memory that was not written");
	fz_end();
	return 0;
}

/* -------------------------------------------------------------------------------------- seeds */

static void
write_seed(const char *dir, const char *target, const char *name, int i, const void *head, int head_len,
	const void *bytes, Size len)
{
	char		path[1000];
	FILE	   *f;

	pg_snprintf(path, sizeof(path), "%s/%s", dir, target);
	mkdir(path, 0777);
	pg_snprintf(path, sizeof(path), "%s/%s/%s.%d", dir, target, name, i);
	f = fopen(path, "wb");
	if (f == NULL || fwrite(head, 1, head_len, f) != head_len || fwrite(bytes, 1, len, f) != len || fclose(f) != 0)
		fz_broken("cannot write %s", path);
}

/* The samples of all types, as inputs for each target that has a use for them. */
static void
write_seeds(const char *dir)
{
	char		target[100];
	int			k = 0;

	fz_fill = 0;
	for (int t = 0; t < fz_n_types; t++)
	{
		const FzType *type = &fz_types[t];
		uint8		which = (uint8) k;
		int			group = type->hex;

		if (!type->ours)
			continue;
		k += type->hex;
		for (int i = 0; i < type->n_samples; i++)
		{
			const FzBytes *sample = &type->samples[i];
			uint8		head[1 + FZ_CONTROL] = {which};
			Datum		v,
						text;

			fz_begin();
			if (!fz_receive(type, sample->bytes, sample->len, &v) || !fz_call1(type->out, v, &text))
				fz_broken("sample %d of %s: %s %s", i, type->name, fz_state, fz_message);
			v = trimmed(type, v);
			for (int alone = 0; alone < 2; alone++)
			{
				const char *name = group && !alone ? "stats" : type->name;
				int			skip = !(group && !alone);

				if (alone && !group)
					continue;
				pg_snprintf(target, sizeof(target), "text.%s", name);
				write_seed(dir, target, type->name, i, head + skip, 1 - skip, DatumGetCString(text),
					strlen(DatumGetCString(text)));
				pg_snprintf(target, sizeof(target), "wire.%s", name);
				write_seed(dir, target, type->name, i, head + skip, 1 - skip, sample->bytes, sample->len);
				pg_snprintf(target, sizeof(target), "stored.%s", name);
				for (int r = 0; r < (group ? 8 : 40); r++)
				{
					/* functions, ways to call them */
					choices_of((uint8[]) {(uint8) t, (uint8) i, (uint8) r}, 3, head + 1, FZ_CONTROL);
					head[1] = 0;
					head[2] = (uint8) (r * 7 + i);
					if (type->byval)
						write_seed(dir, target, type->name, i * 100 + r, head + skip, 1 + FZ_CONTROL - skip, &v,
							sizeof(v));
					else
						write_seed(dir, target, type->name, i * 100 + r, head + skip, 1 + FZ_CONTROL - skip,
							VARDATA_ANY(v), VARSIZE_ANY_EXHDR(v));
				}
			}
			fz_end();
		}
	}
	for (int i = 0; i < 64; i++)
	{
		uint8		bytes[64];

		choices_of((uint8[]) {(uint8) i}, 1, bytes, sizeof(bytes));
		write_seed(dir, "pattern", "random", i, "", 0, bytes, sizeof(bytes));
	}
}

/*
 * FZ_TARGET names the target. Without it, "fuzz" tells the targets, and "fuzz
 * seeds DIR" writes their seeds. FZ_ALL shows a stored value to all functions.
 */
int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *target = getenv("FZ_TARGET");
	const char *all = getenv("FZ_ALL");
	static const char *const modes[] = {"text.", "wire.", "stored."};

	for (int t = 0; t < fz_n_types; t++)
		if (fz_types[t].hex)
			hex_types[n_hex_types++] = t;
	fz_all = all != NULL && all[0] != '\0';
	if (target != NULL && target[0] == '\0')
		target = NULL;
	if (target == NULL && *argc == 3 && strcmp((*argv)[1], "seeds") == 0)
	{
		write_seeds((*argv)[2]);
		exit(0);
	}
	if (target == NULL)
	{
		for (int m = 0; m < 3; m++)
		{
			for (int t = 0; t < fz_n_types; t++)
				if (fz_types[t].ours && !fz_types[t].hex)
					printf("%s%s\n", modes[m], fz_types[t].name);
			printf("%sstats\n", modes[m]);
		}
		printf("pattern\n");
		exit(0);
	}
	fz_mode = FZ_PATTERN;
	for (int m = 0; m < 3; m++)
		if (strncmp(target, modes[m], strlen(modes[m])) == 0)
		{
			target += strlen(modes[m]);
			fz_mode = m;
		}
	for (int t = 0; t < fz_n_types; t++)
		if (fz_types[t].ours && strcmp(fz_types[t].name, target) == 0)
			fz_type = t;
	if (fz_type < 0 && strcmp(target, fz_mode == FZ_PATTERN ? "pattern" : "stats") != 0)
	{
		fprintf(stderr, "no target %s\n", getenv("FZ_TARGET"));
		exit(2);
	}
	return 0;
}
