/*-------------------------------------------------------------------------
 *
 * src/behaviour/funnel_def.c
 *	  The type funnel_def: text and binary form, and making one of arguments.
 *
 *-------------------------------------------------------------------------
 */
#include "behaviour/funnel.h"

#include "core/args.h"
#include "core/interval.h"
#include "journey/text_type.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/timestamp.h"

static const CxTextType funnel_def_type = {"funnel_def", "funnel", false, CX_FUNNEL_VERSION};

/* ---- from text ---- */

bool
cx_funnel_def_from_text(const char *text, int len, const CxMemory *memory, CxFunnelDef *def)
{
	CxParseError error;

	return pg_verify_mbstr(GetDatabaseEncoding(), text, len, true) && cx_funnel_parse(text, len, memory, def, &error);
}

struct varlena *
cx_funnel_def_to_stored(const CxFunnelDef *def)
{
	Size		len = cx_funnel_print(def, NULL);
	struct varlena *stored = palloc(VARHDRSZ + 1 + len);

	SET_VARSIZE(stored, VARHDRSZ + 1 + len);
	VARDATA(stored)[0] = CX_FUNNEL_VERSION;
	cx_funnel_print(def, VARDATA(stored) + 1);
	return stored;
}

CxFunnelDef *
cx_funnel_def_from_stored(const struct varlena *stored, MemoryContext context)
{
	const char *bytes = VARDATA_ANY(stored);
	int			len = VARSIZE_ANY_EXHDR(stored);
	CxMemory	memory = cx_memory(context);
	CxFunnelDef *def = MemoryContextAlloc(context, sizeof(CxFunnelDef));

	if (len < 1 || bytes[0] != CX_FUNNEL_VERSION || !cx_funnel_def_from_text(bytes + 1, len - 1, &memory, def))
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored funnel_def value is damaged")));
	return def;
}

static struct varlena *
stored_from_text(const char *text, int len, int sqlstate, Node *escontext)
{
	CxMemory	memory = cx_memory(CurrentMemoryContext);
	CxParseError error;
	CxFunnelDef def;

	if (cx_funnel_parse(text, len, &memory, &def, &error))
		return cx_funnel_def_to_stored(&def);
	cx_text_type_report(&funnel_def_type, text, len, &error, sqlstate, escontext);
	return NULL;
}

/* ---- input and output ---- */

PG_FUNCTION_INFO_V1(funnel_def_in);
Datum
funnel_def_in(PG_FUNCTION_ARGS)
{
	const char *input = PG_GETARG_CSTRING(0);
	struct varlena *stored = stored_from_text(input, (int) strlen(input), ERRCODE_INVALID_TEXT_REPRESENTATION,
											  fcinfo->context);

	if (stored == NULL)
		return (Datum) 0;
	PG_RETURN_POINTER(stored);
}

/* The canonical text, ended by a 0. */
static char *
text_of(const struct varlena *stored, int *len)
{
	CxFunnelDef *def = cx_funnel_def_from_stored(stored, CurrentMemoryContext);
	char	   *text;

	*len = (int) cx_funnel_print(def, NULL);
	text = palloc(*len + 1);
	cx_funnel_print(def, text);
	text[*len] = '\0';
	return text;
}

PG_FUNCTION_INFO_V1(funnel_def_out);
Datum
funnel_def_out(PG_FUNCTION_ARGS)
{
	int			len;

	PG_RETURN_CSTRING(text_of(PG_GETARG_VARLENA_PP(0), &len));
}

PG_FUNCTION_INFO_V1(funnel_def_recv);
Datum
funnel_def_recv(PG_FUNCTION_ARGS)
{
	int			len;
	char	   *input = cx_text_type_receive(&funnel_def_type, (StringInfo) PG_GETARG_POINTER(0), &len);

	PG_RETURN_POINTER(stored_from_text(input, len, ERRCODE_INVALID_BINARY_REPRESENTATION, NULL));
}

PG_FUNCTION_INFO_V1(funnel_def_send);
Datum
funnel_def_send(PG_FUNCTION_ARGS)
{
	int			len;
	char	   *text = text_of(PG_GETARG_VARLENA_PP(0), &len);

	PG_RETURN_BYTEA_P(cx_text_type_send(&funnel_def_type, text, len));
}

/* ---- from arguments ---- */

static void
check_array(ArrayType *array, const char *argument, bool nulls)
{
	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s has %d dimensions", argument, ARR_NDIM(array)),
				 errhint("Use an array of one dimension.")));
	if (!nulls && array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s has an element that is NULL", argument)));
}

static void
set_steps(CxFunnelDef *def, ArrayType *array, const CxMemory *memory)
{
	CxWhatList	list;

	check_array(array, "steps", false);
	list = cx_what_parse_array(array, memory);
	def->n = list.n;
	def->steps = list.steps;
	def->step_within = palloc(sizeof(uint64) * Max(list.n, 1));
	def->optional = palloc0(sizeof(bool) * Max(list.n, 1));
	for (int i = 0; i < list.n; i++)
		def->step_within[i] = CX_FUNNEL_NEVER;
}

static void
set_optional(CxFunnelDef *def, ArrayType *array)
{
	ArrayIterator elements;
	Datum		element;
	bool		is_null;

	check_array(array, "optional", false);
	elements = array_create_iterator(array, 0, NULL);
	while (array_iterate(elements, &element, &is_null))
	{
		int32		step = DatumGetInt32(element);

		if (step < 1 || step > def->n)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("optional names step %d, and the funnel has steps 1 to %d", step, def->n)));
		def->optional[step - 1] = true;
	}
	array_free_iterator(elements);
}

static void
set_step_within(CxFunnelDef *def, ArrayType *array)
{
	ArrayIterator elements;
	Datum		element;
	bool		is_null;
	int			n = 0;

	check_array(array, "step_within", true);
	elements = array_create_iterator(array, 0, NULL);
	while (array_iterate(elements, &element, &is_null))
	{
		if (n == def->n)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("step_within has more elements than the funnel has steps, %d", def->n)));
		if (!is_null)
			def->step_within[n] = cx_interval_microseconds(DatumGetIntervalP(element), "step_within");
		n++;
	}
	array_free_iterator(elements);
}

/* What arguments there are, checked as a whole; to the stored form. */
static struct varlena *
finish(const CxFunnelDef *def, const CxMemory *memory)
{
	CxParseError error;

	if (!cx_funnel_check(def, memory, &error))
		ereport(ERROR,
				(errcode(cx_fault_code(error.fault)),
				 errmsg("%s", error.message),
				 error.hint != NULL ? errhint("%s", error.hint) : 0));
	return cx_funnel_def_to_stored(def);
}

static CxFunnelDef
begin(ArrayType *steps, const Interval *within, const text *mode, const CxMemory *memory)
{
	CxFunnelDef def = {.within = CX_FUNNEL_NEVER, .hold = -1, .tolerance = CX_FUNNEL_NEVER};

	def.mode = (CxFunnelMode) (mode == NULL ? CX_FUNNEL_ORDERED : cx_check_choice(mode, "mode", cx_funnel_modes));
	if (within != NULL)
		def.within = cx_interval_microseconds(within, "within");
	set_steps(&def, steps, memory);
	return def;
}

struct varlena *
cx_funnel_def_make(ArrayType *steps, const Interval *within, const text *mode)
{
	CxMemory	memory = cx_memory(CurrentMemoryContext);
	CxFunnelDef def = begin(steps, within, mode, &memory);

	return finish(&def, &memory);
}

/* steps, within, mode, exclude, optional, step_within, hold, tolerance */
PG_FUNCTION_INFO_V1(funnel_def_make);
Datum
funnel_def_make(PG_FUNCTION_ARGS)
{
	CxMemory	memory = cx_memory(CurrentMemoryContext);
	CxFunnelDef def;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	def = begin(PG_GETARG_ARRAYTYPE_P(0), PG_ARGISNULL(1) ? NULL : PG_GETARG_INTERVAL_P(1), PG_GETARG_TEXT_PP(2),
				&memory);
	if (!PG_ARGISNULL(3))
	{
		ArrayType  *exclude = PG_GETARG_ARRAYTYPE_P(3);
		CxWhatList	list;

		check_array(exclude, "exclude", false);
		list = cx_what_parse_array(exclude, &memory);
		def.n_excluded = list.n;
		def.excluded = list.steps;
	}
	if (!PG_ARGISNULL(4))
		set_optional(&def, PG_GETARG_ARRAYTYPE_P(4));
	if (!PG_ARGISNULL(5))
		set_step_within(&def, PG_GETARG_ARRAYTYPE_P(5));
	if (!PG_ARGISNULL(6))
		def.hold = cx_check_choice(PG_GETARG_TEXT_PP(6), "hold", cx_funnel_holds);
	if (!PG_ARGISNULL(7))
		def.tolerance = cx_interval_microseconds(PG_GETARG_INTERVAL_P(7), "tolerance");
	PG_RETURN_POINTER(finish(&def, &memory));
}
