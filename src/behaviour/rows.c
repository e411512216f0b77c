/*-------------------------------------------------------------------------
 *
 * src/behaviour/rows.c
 *	  The state of the aggregates over plain rows (see rows.h).
 *
 *-------------------------------------------------------------------------
 */
#include "behaviour/rows.h"

#include "core/sort.h"
#include "utils/array.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#define FIRST_ROWS	4
#define LOG_GROUPS	512			/* the rows of groups behind so many are logged */
#define LOG_ENTRIES	4096
#define LOG_AHEAD	24			/* entries that are being fetched while one is written */

static const char states_name[] = "states of rows";

static inline Size
stride(const CxRowsState *state)
{
	return 1 + (Size) state->marked.words;
}

/* -1, 0, 1 for rows of one time: the one that holds the lowest condition in which they differ comes first */
static int
compare_conditions(const uint64 *a, const uint64 *b, int words)
{
	for (int w = 1; w <= words; w++)
	{
		uint64		differ = a[w] ^ b[w];

		if (differ != 0)
			return (a[w] & (differ & -differ)) != 0 ? -1 : 1;
	}
	return 0;
}

static int
compare_rows(const uint64 *a, const uint64 *b, int words)
{
	if (a[0] != b[0])
		return (int64) a[0] < (int64) b[0] ? -1 : 1;
	return compare_conditions(a, b, words);
}

static int
compare_any(const void *a, const void *b, void *words)
{
	return compare_rows(a, b, *(const int *) words);
}

/* Nearly all rows: a time and one word. */
typedef struct Pair
{
	uint64		word[2];
} Pair;

#define ST_SORT sort_pairs
#define ST_ELEMENT_TYPE Pair
#define ST_COMPARE(a, b) compare_rows((a)->word, (b)->word, 1)
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

static void
write_out_log(CxRowsShared *shared)
{
	int			n = shared->logged;

	/* an error on the way gives the query up, and with it the rest of the log */
	shared->logged = 0;
	for (int i = 0; i < n + 2 * LOG_AHEAD; i++)
	{
		if (i < n)
			__builtin_prefetch(&shared->log[i].state->marked, 1);
		if (i >= LOG_AHEAD && i - LOG_AHEAD < n)
		{
			const CxRowsState *state = shared->log[i - LOG_AHEAD].state;

			if (state->rows != NULL)
				__builtin_prefetch(&state->rows[state->marked.n * stride(state)], 1);
		}
		if (i >= 2 * LOG_AHEAD)
		{
			const CxRowsEntry *entry = &shared->log[i - 2 * LOG_AHEAD];

			if (unlikely(entry->state->asked != entry->asked))
				cx_rows_refuse(entry->state->asked, entry->asked);
			cx_rows_add(entry->state, entry->at, &entry->word);
		}
	}
}

void
cx_rows_settle(const CxRowsState *state)
{
	CxRowsShared *shared = (CxRowsShared *) state->base.shared;

	if (shared != NULL && shared->logged > 0)
		write_out_log(shared);
}

/* The order of rows is no part of what a state says, so this is no change to it. */
void
cx_rows_sort(const CxRowsState *state)
{
	cx_rows_settle(state);
	if (state->sorted)
		return;
	if (state->marked.words == 1)
		sort_pairs((Pair *) state->rows, state->marked.n);
	else
		cx_sort_arg(state->rows, state->marked.n, stride(state) * sizeof(uint64), compare_any,
					unconstify(int *, &state->marked.words));
	unconstify(CxRowsState *, state)->sorted = true;
}

void
cx_rows_reserve(CxRowsState *state, Size more)
{
	Size		needed = state->marked.n + more;
	Size		size = Max(state->size, FIRST_ROWS);
	MemoryContext context = state->base.shared != NULL ? state->base.shared->context : state->base.context;

	if (needed <= state->size)
		return;
	if (needed > PG_INT32_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many rows in one group"),
				 errdetail("At most %d rows can be looked at.", PG_INT32_MAX)));
	while (size < needed)
		size *= 2;
	size = Min(size, PG_INT32_MAX);
	if (state->rows == NULL)
		state->rows = MemoryContextAllocHuge(context, size * stride(state) * sizeof(uint64));
	else
		state->rows = repalloc_huge(state->rows, size * stride(state) * sizeof(uint64));
	state->marked.rows = state->rows;
	state->size = (uint32) size;
}

void
cx_rows_add(CxRowsState *state, TimestampTz at, const uint64 *words)
{
	uint64	   *row;

	if (state->asked->kind == CX_ROWS_SEEN && state->marked.n > 0)
	{
		for (int w = 0; w < state->marked.words; w++)
			state->rows[1 + w] |= words[w];
		return;
	}
	if (state->marked.n == state->size)
		cx_rows_reserve(state, 1);
	row = state->rows + state->marked.n * stride(state);
	row[0] = (uint64) at;
	for (int w = 0; w < state->marked.words; w++)
		row[1 + w] = words[w];
	if (state->sorted && state->marked.n > 0)
		state->sorted = compare_rows(row - stride(state), row, state->marked.words) <= 0;
	state->marked.n++;
}

static CxAsked *
copy_question(const CxAsked *asked, MemoryContext context)
{
	CxAsked    *copy = MemoryContextAlloc(context, sizeof(CxAsked) + asked->text_len);

	*copy = *asked;
	copy->text = (const char *) (copy + 1);
	if (asked->text_len > 0)
		memcpy(copy + 1, asked->text, asked->text_len);
	return copy;
}

/* One of the questions that the aggregates are asked; NULL if there are too many of them. */
static const CxAsked *
shared_question(CxRowsShared *shared, const CxAsked *asked)
{
	for (int i = 0; i < CX_ROWS_QUESTIONS; i++)
	{
		if (shared->asked[i] == NULL)
			shared->asked[i] = copy_question(asked, shared->base.context);
		if (cx_same_question(shared->asked[i], asked))
			return shared->asked[i];
	}
	return NULL;
}

void
cx_rows_begin_state(CxRowsState *state, const CxAsked *asked)
{
	CxRowsShared *shared = (CxRowsShared *) state->base.shared;

	state->asked = shared != NULL ? shared_question(shared, asked) : NULL;
	if (state->asked == NULL)
		state->asked = copy_question(asked, state->base.context);
	state->marked.words = (asked->conditions + 63) / 64;
}

/*
 * When there are many, new states lie in a context in which there is nothing
 * else, so that they stand in long runs, by which they are known without being
 * looked at.
 */
static CxRowsState *
new_state(CxRowsShared *shared, MemoryContext aggcontext)
{
	bool		few = ++shared->states < LOG_GROUPS;
	bool		fresh;
	CxShared   *home = few ? &shared->base : cx_shared(aggcontext, states_name, sizeof(CxShared), &fresh);
	MemoryContext old = MemoryContextSwitchTo(home->context);
	CxRowsState *state = (CxRowsState *) cx_stats_new(&cx_rows_state_type);
	CxRowsRun  *run = shared->runs > 0 ? &shared->run[shared->runs - 1] : NULL;

	MemoryContextSwitchTo(old);
	state->base.shared = &shared->base;
	if (few)
		return state;
	if (shared->log == NULL)
		shared->log = MemoryContextAlloc(shared->base.context, LOG_ENTRIES * sizeof(CxRowsEntry));
	/* any distance would do, but for that of neighbours runs are long */
	if (shared->distance == 0 && run != NULL)
		shared->distance = (char *) state - run->first;
	if (run != NULL && (char *) state == run->first + run->n * shared->distance)
		run->n++;
	else if (shared->runs < CX_ROWS_RUNS)
		shared->run[shared->runs++] = (CxRowsRun) {(char *) state, 1};
	return state;
}

/* The state behind a datum, told by its address alone; NULL if it is none that new_state() made. */
static inline CxRowsState *
state_at(const CxRowsShared *shared, Datum datum)
{
	char	   *address = (char *) DatumGetPointer(datum) - offsetof(CxRowsState, base.header.eoh_rw_ptr);

	for (int i = shared->runs - 1; i >= 0; i--)
	{
		Size		offset = address - shared->run[i].first;

		if (offset < shared->run[i].n * shared->distance)
			return offset % shared->distance == 0 ? (CxRowsState *) address : NULL;
	}
	return NULL;
}

/* The state of this call, when its row is not logged. */
static CxRowsState *
state_of_call(FunctionCallInfo fcinfo, CxRowsShared *shared, MemoryContext aggcontext, const CxAsked *asked,
			  void (*check) (const CxAsked *asked))
{
	CxRowsState *state;

	if (shared != NULL && PG_ARGISNULL(0))
		state = new_state(shared, aggcontext);
	else
		state = (CxRowsState *) cx_stats_state(fcinfo, &cx_rows_state_type);
	cx_rows_settle(state);
	if (state->asked == NULL)
	{
		if (check != NULL)
			check(asked);
		cx_rows_begin_state(state, asked);
	}
	else if (!cx_same_question(state->asked, asked))
		cx_rows_refuse(state->asked, asked);
	return state;
}

Datum
cx_rows_collect(FunctionCallInfo fcinfo, const CxAsked *asked, TimestampTz at, const uint64 *words,
				void (*check) (const CxAsked *asked))
{
	MemoryContext aggcontext = NULL;
	CxRowsShared *shared = NULL;
	CxRowsState *state;
	const CxAsked *known;
	bool		fresh;

	if (words != NULL && unlikely(TIMESTAMP_NOT_FINITE(at)))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("time of a row is infinite")));
	if (likely(AggCheckCallContext(fcinfo, &aggcontext)))
		shared = (CxRowsShared *) cx_shared(aggcontext, cx_rows_state_type.name, sizeof(CxRowsShared), &fresh);
	if (shared != NULL && shared->log != NULL && !PG_ARGISNULL(0) && asked->conditions <= 64 &&
		(known = shared_question(shared, asked)) != NULL &&
		(state = state_at(shared, PG_GETARG_DATUM(0))) != NULL)
	{
		if (words != NULL)
			shared->log[shared->logged++] = (CxRowsEntry) {state, known, at, words[0]};
		if (shared->logged == LOG_ENTRIES)
			write_out_log(shared);
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	state = state_of_call(fcinfo, shared, aggcontext, asked, check);
	if (words != NULL)
		cx_rows_add(state, at, words);
	return cx_stats_result(fcinfo, &state->base);
}

CxRowsState *
cx_rows_arg(FunctionCallInfo fcinfo, CxRowsKind kind)
{
	CxRowsState *state = (CxRowsState *) cx_stats_arg(fcinfo, 0, &cx_rows_state_type);

	cx_rows_sort(state);
	if (state->asked->kind != kind)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("rows_state value is of another aggregate")));
	return state;
}

Datum
cx_rows_unchanged(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(0));
}

int
cx_rows_array_conditions(FunctionCallInfo fcinfo, int arg, uint64 *words, bool *any)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(arg);
	int			n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	const bool *values = (const bool *) ARR_DATA_PTR(array);
	const uint8 *present = ARR_NULLBITMAP(array);

	if (n < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there are no conditions")));
	if (n > CX_ROWS_MAX_CONDITIONS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many conditions"),
				 errdetail("There are %d, and at most %d are possible.", n, CX_ROWS_MAX_CONDITIONS)));
	*any = false;
	memset(words, 0, (n + 63) / 64 * sizeof(uint64));
	for (int i = 0; i < n; i++)
	{
		/* a NULL takes no place among the values */
		if (present != NULL && (present[i / 8] & (1 << (i % 8))) == 0)
			continue;
		if (*values++)
		{
			words[i / 64] |= UINT64CONST(1) << (i % 64);
			*any = true;
		}
	}
	return n;
}
