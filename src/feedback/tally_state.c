/*-------------------------------------------------------------------------
 *
 * src/feedback/tally_state.c
 *	  The working form of a tally: adding, taking away, merging, listing.
 *
 * Functions that may need room return the state to go on with, grown into the
 * current memory context; the executor copies it into the aggregate's and
 * frees the old one. Everything is integer arithmetic, so the order of adding
 * and merging never shows.
 *
 *-------------------------------------------------------------------------
 */
#include "feedback/tally.h"

#include "common/int.h"
#include "core/aggstate.h"
#include "core/sort.h"
#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */

#define LOOK	65536			/* for interrupts, each time that so many answers were gone through */

TallyWeight
tally_unit_weight(int64 count)
{
	TallyWeight w;

	w.sum = (int128) count * CX_WEIGHT_UNIT;
	w.squares = w.sum * CX_WEIGHT_UNIT;
	return w;
}

void
cx_error_too_many_answers(void)
{
	ereport(ERROR, CX_TOO_MANY_ANSWERS);
	pg_unreachable();
}

/* A table with room for that many different answers. */
static TallyState *
table_new(uint32 answers, bool weighted)
{
	uint32		capacity = TALLY_MIN_CAPACITY;
	TallyState *state;

	while (answers * 4 > capacity * 3)
		capacity *= 2;
	state = palloc0(tally_state_size(capacity, weighted));
	SET_VARSIZE(state, tally_state_size(capacity, weighted));
	state->magic = weighted ? TALLY_STATE_WEIGHTED : TALLY_STATE_PLAIN;
	state->capacity = capacity;
	return state;
}

/* The empty state. */
TallyState *
tally_state_new(void)
{
	TallyState *state = palloc0(tally_state_size(0, false));

	SET_VARSIZE(state, tally_state_size(0, false));
	state->magic = TALLY_STATE_PLAIN;
	return state;
}

static bool
can_be_dense(CxScale scale)
{
	return scale.kind != 0 && scale.hi - scale.lo <= TALLY_DENSE_RANGE;
}

static TallyDense *
dense_new(CxScale scale)
{
	TallyDense *dense = palloc0(tally_dense_size(scale));

	SET_VARSIZE(dense, tally_dense_size(scale));
	dense->magic = TALLY_STATE_DENSE;
	dense->scale = CX_ANSWER_SCALE_BITS(cx_answer_missing(scale));
	return dense;
}

/* The counter of an answer in a dense state, or NULL where it has none. */
static uint32 *
dense_counter(TallyDense *dense, CxAnswer answer)
{
	int			index = dense->scale == CX_ANSWER_SCALE_BITS(answer) ? tally_dense_index(answer) : -1;

	return index < 0 ? NULL : &dense->count[index];
}

/* Is this the shape of a working state? What stands in the slots is looked at where it is read. */
static bool
shaped(const TallyState *state)
{
	if (!VARATT_IS_4B_U(state) || VARSIZE_4B(state) < tally_state_size(0, false))
		return false;
	if (tally_dense(state))
	{
		CxScale		scale = tally_dense_scale((const TallyDense *) state);

		return cx_scale_valid(scale) && can_be_dense(scale) && VARSIZE_4B(state) == tally_dense_size(scale);
	}
	if (state->capacity == 0)
		return state->magic == TALLY_STATE_PLAIN && VARSIZE_4B(state) == tally_state_size(0, false);
	return (state->magic == TALLY_STATE_PLAIN || state->magic == TALLY_STATE_WEIGHTED) &&
		state->capacity >= TALLY_MIN_CAPACITY && state->capacity <= TALLY_MAX_CAPACITY &&
		(state->capacity & (state->capacity - 1)) == 0 &&
		VARSIZE_4B(state) == tally_state_size(state->capacity, tally_weighted(state));
}

pg_noreturn static void
error_out_of_range(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("count or weight of an answer is out of range for type %s", "tally")));
	pg_unreachable();
}

pg_noreturn static void
error_damaged(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("stored tally_state value is damaged")));
	pg_unreachable();
}

/* The slot of an answer, or the free slot where it belongs, or -1 in a full or empty table. */
static int
find_slot(const TallyState *state, CxAnswer answer)
{
	uint32		mask = state->capacity - 1;
	uint32		at = tally_home(answer) & mask;

	for (uint32 probes = 0; probes < state->capacity; probes++)
	{
		if (state->entry[at].answer == answer || state->entry[at].answer == 0)
			return (int) at;
		at = (at + 1) & mask;
	}
	return -1;
}

static TallyItem
item_at(const TallyState *state, uint32 slot)
{
	TallyItem	item;

	item.answer = state->entry[slot].answer;
	item.count = state->entry[slot].count;
	item.weight = tally_weighted(state) ? tally_weights(state)[slot] : tally_unit_weight(item.count);
	return item;
}

static void
put_item(TallyState *state, const TallyItem *item)
{
	int			slot = find_slot(state, item->answer);

	/* a sound table holds an answer once */
	if (slot < 0 || state->entry[slot].answer != 0)
		error_damaged();
	state->entry[slot].answer = item->answer;
	state->entry[slot].count = item->count;
	if (tally_weighted(state))
		tally_weights(state)[slot] = item->weight;
	state->used++;
}

/* What was counted, as a table with room for at least one answer more; counts that fell back to 0 are gone. */
static TallyState *
grown(const TallyState *state, bool weighted)
{
	TallyList	list = tally_state_list(state);
	TallyState *larger;

	if (list.n >= CX_TALLY_MAX_ANSWERS)
		cx_error_too_many_answers();
	/* room for half as many again, so that a window in which answers come and go does not rebuild at every row */
	larger = table_new(list.n + list.n / 2 + 1, weighted);
	for (int i = 0; i < list.n; i++)
	{
		put_item(larger, &list.items[i]);
		if (i % LOOK == LOOK - 1)
			CHECK_FOR_INTERRUPTS();
	}
	pfree(list.items);
	return larger;
}

/* Add to a dense state, or to an empty one that becomes dense; NULL when it takes a table. */
static TallyState *
add_dense(TallyState *state, const TallyItem *item)
{
	TallyDense *dense = (TallyDense *) state;
	CxScale		scale = cx_answer_scale(item->answer);
	uint32	   *counter;

	if (!tally_dense(state))
	{
		if (state->capacity != 0 || !can_be_dense(scale))
			return NULL;
		dense = dense_new(scale);
	}
	counter = dense_counter(dense, item->answer);
	if (counter == NULL || item->count > PG_UINT32_MAX - *counter)
		return NULL;
	*counter += (uint32) item->count;
	return (TallyState *) dense;
}

bool
tally_state_holds(const TallyState *state, CxAnswer answer)
{
	int			slot;

	if (tally_dense(state))
	{
		uint32	   *counter = dense_counter((TallyDense *) state, answer);

		return counter != NULL && *counter > 0;
	}
	slot = find_slot(state, answer);
	return slot >= 0 && state->entry[slot].answer != 0 && state->entry[slot].count != 0;
}

/* Add an item; its weight is looked at only if "weighted" says that it means something. */
TallyState *
tally_state_add(TallyState *state, const TallyItem *item, bool weighted)
{
	int			slot;
	TallyItem	sum;

	if (tally_dense(state) || state->capacity == 0)
	{
		TallyState *added = weighted ? NULL : add_dense(state, item);

		if (added != NULL)
			return added;
		state = grown(state, weighted);
	}
	slot = find_slot(state, item->answer);
	if (likely(slot >= 0 && state->entry[slot].answer != 0 && !weighted && !tally_weighted(state)))
	{
		state->entry[slot].count += item->count;
		if (unlikely(state->entry[slot].count > CX_MAX_COUNT))
			error_out_of_range();
		return state;
	}
	if (slot < 0 || (weighted && !tally_weighted(state)) ||
		(state->entry[slot].answer == 0 &&
		 (state->used >= CX_TALLY_MAX_ANSWERS || (state->used + 1) * 4 > state->capacity * 3)))
	{
		state = grown(state, weighted || tally_weighted(state));
		slot = find_slot(state, item->answer);
	}

	/* both sides are within the limits, so the sums cannot wrap before they are checked */
	sum = item_at(state, slot);
	sum.count += item->count;
	if (tally_weighted(state))
	{
		TallyWeight w = weighted ? item->weight : tally_unit_weight(item->count);

		sum.weight.sum += w.sum;
		sum.weight.squares += w.squares;
		if (sum.weight.sum > CX_MAX_WEIGHTS || sum.weight.squares > CX_MAX_SQUARES)
			error_out_of_range();
		tally_weights(state)[slot] = sum.weight;
	}
	if (sum.count > CX_MAX_COUNT)
		error_out_of_range();
	state->used += state->entry[slot].answer == 0;
	state->entry[slot].answer = item->answer;
	state->entry[slot].count = sum.count;
	return state;
}

TallyState *
tally_state_merge(TallyState *into, const TallyList *from)
{
	for (int i = 0; i < from->n; i++)
	{
		into = tally_state_add(into, &from->items[i], from->weighted);
		if (i % 1024 == 1023)
			CHECK_FOR_INTERRUPTS();
	}
	return into;
}

/* A slot whose count fell back to 0 has no weight left either. */
static bool
rest_valid(const TallyItem *rest)
{
	return rest->count == 0 ? rest->weight.sum == 0 && rest->weight.squares == 0 : tally_item_valid(rest);
}

/* Take an item out again, exactly; only what was put in can be taken out. */
void
tally_state_take(TallyState *from, const TallyItem *item, bool weighted)
{
	uint32	   *counter = tally_dense(from) ? dense_counter((TallyDense *) from, item->answer) : NULL;
	int			slot = tally_dense(from) ? -1 : find_slot(from, item->answer);
	TallyItem	rest = {.count = -1};

	if (counter != NULL && !weighted && *counter >= item->count)
	{
		*counter -= (uint32) item->count;
		return;
	}
	if (slot >= 0 && from->entry[slot].answer != 0)
	{
		rest = item_at(from, slot);
		rest.count -= item->count;
		rest.weight.sum -= item->weight.sum;
		rest.weight.squares -= item->weight.squares;
	}
	if (rest.count < 0 || ((weighted || tally_weighted(from)) && !rest_valid(&rest)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cannot take an answer out of a tally that does not hold it")));
	from->entry[slot].count = rest.count;
	if (tally_weighted(from))
		tally_weights(from)[slot] = rest.weight;
}

/* What is sorted: small, since items are three times as large. */
typedef struct SlotKey
{
	CxAnswer	answer;
	uint32		slot;
} SlotKey;

static int
compare_keys(const void *x, const void *y)
{
	CxAnswer	a = ((const SlotKey *) x)->answer;
	CxAnswer	b = ((const SlotKey *) y)->answer;

	return (a > b) - (a < b);
}

static bool
slot_counts(const TallyState *state, uint32 slot)
{
	return state->entry[slot].answer != 0 && state->entry[slot].count != 0;
}

/*
 * The slots that count, sorted. Collected from the smallest answer on, since
 * the whole answers of one scale lie in order from there: then the sort finds
 * them sorted.
 */
static SlotKey *
sorted_slots(const TallyState *state, int *n)
{
	SlotKey    *keys = palloc(Max(state->capacity, 1) * sizeof(SlotKey));
	CxAnswer	smallest = PG_UINT64_MAX;
	uint32		start = 0;

	for (uint32 i = 0; i < state->capacity; i++)
	{
		if (slot_counts(state, i) && state->entry[i].answer < smallest)
		{
			smallest = state->entry[i].answer;
			start = i;
		}
	}
	*n = 0;
	for (uint32 i = 0; i < state->capacity; i++)
	{
		uint32		slot = (start + i) & (state->capacity - 1);

		if (slot_counts(state, slot))
			keys[(*n)++] = (SlotKey) {state->entry[slot].answer, slot};
	}
	CHECK_FOR_INTERRUPTS();
	cx_sort(keys, *n, sizeof(SlotKey), compare_keys);
	CHECK_FOR_INTERRUPTS();
	return keys;
}

/*
 * The next item that was counted, in the order of the slots; begin with *at = 0.
 * For readers to whom the order does not matter.
 */
bool
tally_state_next(const TallyState *state, uint32 *at, TallyItem *item)
{
	const TallyDense *dense = (const TallyDense *) state;
	CxScale		scale;

	if (!tally_dense(state))
	{
		for (; *at < state->capacity; (*at)++)
		{
			if (slot_counts(state, *at))
			{
				*item = item_at(state, (*at)++);
				return true;
			}
		}
		return false;
	}
	scale = tally_dense_scale(dense);
	for (; *at <= scale.hi - scale.lo + 1; (*at)++)
	{
		if (dense->count[*at] != 0)
		{
			item->answer = (dense->scale << 24) +
				(*at > scale.hi - scale.lo ? CX_MISSING_OFFSET : (uint64) *at * CX_UNIT);
			item->count = dense->count[*at];
			item->weight = tally_unit_weight(item->count);
			(*at)++;
			return true;
		}
	}
	return false;
}

static TallyList
dense_list(const TallyState *state)
{
	TallyList	list = {palloc((TALLY_DENSE_RANGE + 2) * sizeof(TallyItem)), 0, false};
	uint32		at = 0;

	while (tally_state_next(state, &at, &list.items[list.n]))
		list.n++;
	return list;
}

/* Everything that was counted. */
TallyList
tally_state_list(const TallyState *state)
{
	TallyList	list = {NULL, 0, tally_weighted(state)};
	SlotKey    *keys;

	if (tally_dense(state))
		return dense_list(state);
	keys = sorted_slots(state, &list.n);
	list.items = palloc_extended(Max(list.n, 1) * sizeof(TallyItem), MCXT_ALLOC_HUGE);
	for (int i = 0; i < list.n; i++)
	{
		/* a sound table holds an answer once */
		if (i > 0 && keys[i].answer == keys[i - 1].answer)
			error_damaged();
		list.items[i] = item_at(state, keys[i].slot);
		if (i % LOOK == LOOK - 1)
			CHECK_FOR_INTERRUPTS();
	}
	pfree(keys);
	return list;
}

/*
 * Can so many weights, whole millionths, have these sums? Their squares add up
 * to at least their sum, to at most its square, and to no less than equal
 * weights would give (Cauchy-Schwarz); the products are too large for
 * integers, so these two are asked with a grain of slack.
 */
static bool
weights_valid(int64 count, TallyWeight weight)
{
	double		sum = (double) weight.sum;
	double		squares = (double) weight.squares;

	if (weight.sum < 0 || weight.sum > CX_MAX_WEIGHTS || weight.squares < weight.sum ||
		weight.squares > CX_MAX_SQUARES || (weight.sum == 0 && weight.squares != 0))
		return false;
	return squares <= sum * sum * (1.0 + 1e-9) && sum * sum <= (double) count * squares * (1.0 + 1e-9);
}

/* Is this something that a tally can hold? */
bool
tally_item_valid(const TallyItem *item)
{
	bool		missing = cx_answer_is_missing(item->answer);

	if (item->answer != CX_MISSING_UNKNOWN &&
		!(missing ? cx_scale_valid(cx_answer_scale(item->answer)) : cx_answer_valid(item->answer)))
		return false;
	if (item->count < 1 || item->count > CX_MAX_COUNT)
		return false;
	if (missing)
	{
		TallyWeight unit = tally_unit_weight(item->count);

		return item->weight.sum == unit.sum && item->weight.squares == unit.squares;
	}
	return weights_valid(item->count, item->weight);
}

/*
 * The state in a datum, each slot looked at: whoever reads it may rely on
 * valid answers and on counts in their limits. XX001 otherwise.
 */
TallyState *
tally_state_checked(Datum d)
{
	TallyState *state = (TallyState *) PG_DETOAST_DATUM(d);
	uint32		used = 0;
	bool		sound = shaped(state);

	/* a dense state that has its shape can only count wrong */
	if (sound && tally_dense(state))
		return state;
	for (uint32 i = 0; sound && i < state->capacity; i++)
	{
		if (state->entry[i].answer != 0)
		{
			TallyItem	item = item_at(state, i);

			sound = rest_valid(&item);
			used++;
		}
		if (i % LOOK == LOOK - 1)
			CHECK_FOR_INTERRUPTS();
	}
	if (!sound || used != state->used)
		error_damaged();
	return state;
}

/*
 * The first argument of a support function, ready to be changed: the state
 * itself inside an aggregate, a checked copy when somebody calls the function
 * by hand, an empty state for NULL.
 */
TallyState *
tally_state_writable(FunctionCallInfo fcinfo)
{
	TallyState *state;
	TallyState *copy;

	if (PG_ARGISNULL(0))
		return tally_state_new();
	state = (TallyState *) PG_GETARG_POINTER(0);
	if (cx_in_aggregate(fcinfo) && likely(shaped(state)))
		return state;
	state = tally_state_checked(PG_GETARG_DATUM(0));
	if (!tally_dense(state) && state->capacity != 0)
		return grown(state, tally_weighted(state));
	copy = palloc(VARSIZE(state));
	memcpy(copy, state, VARSIZE(state));
	return copy;
}
