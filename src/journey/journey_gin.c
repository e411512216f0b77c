/*-------------------------------------------------------------------------
 *
 * src/journey/journey_gin.c
 *	  GIN class journey_ops: which journeys have a name in a facet.
 *
 * A key is the upper half of the hash of a name in its facet (name.h), so that
 * a touchpoint "web" and a channel "web" are two keys. Of a question the index
 * sees what names it needs (maths/need.h): never too few journeys, sometimes
 * too many, since names may be those of different touches, come in another
 * order, or share a hash. So the operator itself always has the last word.
 *
 *-------------------------------------------------------------------------
 */
#include "journey/pattern.h"

#include "access/gin.h"
#include "access/stratnum.h"
#include "core/sort.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */

/* strategy numbers of the operators in the class */
#define STRATEGY_ALL		1	/* @& */
#define STRATEGY_ANY		2	/* @| */
#define STRATEGY_PATTERN	3	/* @~ */

static int32
key_of(CxName name, CxFacet facet)
{
	return (int32) (uint32) (cx_name_hash(name, facet) >> 32);
}

PG_FUNCTION_INFO_V1(journey_gin_extract_value);
Datum
journey_gin_extract_value(PG_FUNCTION_ARGS)
{
	int32	   *n_keys = (int32 *) PG_GETARG_POINTER(1);
	CxJourney	j;
	CxName	   *names;
	CxEntry    *entries;
	bool	   *occurs;			/* name i in facet f at CX_FACETS * i + f */
	Datum	   *keys;
	int32		n = 0;

	*n_keys = 0;
	cx_journey_open(&j, PG_GETARG_DATUM(0));
	if (j.n == 0)
		PG_RETURN_POINTER(NULL);
	names = palloc(sizeof(CxName) * j.names);
	entries = palloc(sizeof(CxEntry) * j.entries);
	occurs = palloc0(sizeof(bool) * j.names * CX_FACETS);
	cx_journey_names(&j, names);
	cx_journey_entries(&j, entries);
	for (int i = 0; i < j.entries; i++)
		for (int f = 0; f < CX_FACETS; f++)
		{
			int32		name = entries[i].name[f];

			if (name >= 0 && !occurs[CX_FACETS * name + f])
			{
				occurs[CX_FACETS * name + f] = true;
				n++;
			}
		}
	keys = palloc(sizeof(Datum) * n);
	for (int i = 0; i < j.names; i++)
		for (int f = 0; f < CX_FACETS; f++)
			if (occurs[CX_FACETS * i + f])
				keys[(*n_keys)++] = Int32GetDatum(key_of(names[i], f));
	PG_RETURN_POINTER(keys);
}

/* What a question needs, over keys; consistent() gets a pointer to it with each key. */
typedef struct Program
{
	CxNeed		need;
	int32	   *key;			/* for each item that is a name, which of the keys */
	signed char *values;		/* scratch: for each item */
	bool		only_or;		/* any of the keys will do */
} Program;

static int
cmp_keys(const void *a, const void *b)
{
	int32		x = *(const int32 *) a;
	int32		y = *(const int32 *) b;

	return (x > y) - (x < y);
}

/* Keys, each once, and the program over them. */
static Datum *
compile(CxNeed need, int32 *n_keys, void ***extra)
{
	Program    *program = palloc(sizeof(Program));
	int32	   *keys = palloc(sizeof(int32) * need.n);
	Datum	   *datums;
	int			n = 0;
	int			distinct = 0;

	program->need = need;
	program->key = palloc0(sizeof(int32) * need.n);
	program->values = palloc(need.n);
	program->only_or = true;
	for (int i = 0; i < need.n; i++)
	{
		const CxNeedItem *item = &need.items[i];

		program->only_or &= item->op != CX_NEED_AND;
		if (item->op == CX_NEED_NAME)
			keys[n++] = program->key[i] = key_of(cx_name(item->name.bytes, item->name.len), item->facet);
	}
	cx_sort(keys, n, sizeof(int32), cmp_keys);
	for (int i = 0; i < n; i++)
		if (distinct == 0 || keys[i] != keys[distinct - 1])
			keys[distinct++] = keys[i];

	datums = palloc(sizeof(Datum) * distinct);
	*extra = palloc(sizeof(void *) * distinct);
	for (int i = 0; i < distinct; i++)
	{
		datums[i] = Int32GetDatum(keys[i]);
		(*extra)[i] = program;
	}
	for (int i = 0; i < need.n; i++)
		if (need.items[i].op == CX_NEED_NAME)
			program->key[i] = (int32 *) bsearch(&program->key[i], keys, distinct, sizeof(int32), cmp_keys) - keys;
	*n_keys = distinct;
	return datums;
}

/* What the argument of the operator needs. */
static CxNeed
need_of(Datum query, StrategyNumber strategy, const CxMemory *memory)
{
	CxWhatList	list;

	if (strategy == STRATEGY_PATTERN)
		return cx_pattern_from_stored(PG_DETOAST_DATUM_PACKED(query), CurrentMemoryContext)->need;
	list = cx_what_parse_array(DatumGetArrayTypeP(query), memory);
	/* a NULL is met by nothing */
	if (strategy == STRATEGY_ALL && list.has_null)
		return cx_need_from_steps(NULL, 0, false, memory);
	return cx_need_from_steps(list.steps, list.n, strategy == STRATEGY_ALL, memory);
}

PG_FUNCTION_INFO_V1(journey_gin_extract_query);
Datum
journey_gin_extract_query(PG_FUNCTION_ARGS)
{
	int32	   *n_keys = (int32 *) PG_GETARG_POINTER(1);
	StrategyNumber strategy = PG_GETARG_UINT16(2);
	void	 ***extra = (void ***) PG_GETARG_POINTER(4);
	int32	   *search_mode = (int32 *) PG_GETARG_POINTER(6);
	CxMemory	memory = cx_memory(CurrentMemoryContext);
	CxNeed		need = need_of(PG_GETARG_DATUM(0), strategy, &memory);

	*n_keys = 0;
	*search_mode = GIN_SEARCH_MODE_DEFAULT;
	if (need.items[0].op == CX_NEED_FALSE)
		PG_RETURN_POINTER(NULL);	/* no keys: no journeys */
	if (need.items[0].op == CX_NEED_TRUE)
	{
		*search_mode = GIN_SEARCH_MODE_ALL;
		PG_RETURN_POINTER(NULL);
	}
	PG_RETURN_POINTER(compile(need, n_keys, extra));
}

/* Keys that are there (1), are not (0) or may be (2). */
static signed char
evaluate(const Program *program, const signed char *check, int32 n_keys)
{
	/* lists of thousands are usual only here, and GIN asks once for each key before it begins */
	if (program->only_or)
		return memchr(check, GIN_TRUE, n_keys) != NULL ? GIN_TRUE :
			memchr(check, GIN_MAYBE, n_keys) != NULL ? GIN_MAYBE : GIN_FALSE;
	for (int i = 0; i < program->need.n; i++)
		program->values[i] = check[program->key[i]];
	CHECK_FOR_INTERRUPTS();
	return cx_need_evaluate(&program->need, program->values);
}

PG_FUNCTION_INFO_V1(journey_gin_consistent);
Datum
journey_gin_consistent(PG_FUNCTION_ARGS)
{
	signed char *check = (signed char *) PG_GETARG_POINTER(0);
	int32		n_keys = PG_GETARG_INT32(3);
	void	  **extra = (void **) PG_GETARG_POINTER(4);
	bool	   *recheck = (bool *) PG_GETARG_POINTER(5);

	*recheck = true;
	PG_RETURN_BOOL(n_keys == 0 || evaluate(extra[0], check, n_keys) != GIN_FALSE);
}

PG_FUNCTION_INFO_V1(journey_gin_tri_consistent);
Datum
journey_gin_tri_consistent(PG_FUNCTION_ARGS)
{
	signed char *check = (signed char *) PG_GETARG_POINTER(0);
	int32		n_keys = PG_GETARG_INT32(3);
	void	  **extra = (void **) PG_GETARG_POINTER(4);

	/* never GIN_TRUE, which would do without the recheck */
	if (n_keys == 0 || evaluate(extra[0], check, n_keys) != GIN_FALSE)
		PG_RETURN_GIN_TERNARY_VALUE(GIN_MAYBE);
	PG_RETURN_GIN_TERNARY_VALUE(GIN_FALSE);
}
