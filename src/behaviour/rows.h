/*-------------------------------------------------------------------------
 *
 * src/behaviour/rows.h
 *	  The state of the aggregates over plain rows: window_funnel,
 *	  sequence_match, sequence_count, retention, retention_agg(at, grain).
 *
 * It is the private type rows_state, made as the _stats types are
 * (core/stats.h): what was asked, and the rows that can matter for it, each
 * with its time and the conditions that held. Rows come in any order and are
 * sorted when they are read, by time, then by conditions, so that the result
 * depends on neither the order of rows nor the number of workers.
 *
 * Rows that come in no order find a group that is in no cache. So when there
 * are many groups, rows go to a log first; when it is full, all its groups are
 * fetched at once, and then each gets its rows (as growing.h does it).
 *
 * Packed, behind the version byte: byte kind, byte modes, varint within + 1 (0
 * for no limit), varint conditions, varint length of the text and its bytes,
 * varint rows; for each row the microseconds after the one before (of the
 * first: zigzag since 2000-01-01 UTC) and the words of its conditions, all as
 * varints.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_ROWS_H
#define CX_ROWS_H

#include "core/stats.h"
#include "datatype/timestamp.h"
#include "maths/chain.h"

typedef enum CxRowsKind
{
	CX_ROWS_FUNNEL = 1,
	CX_ROWS_SEQUENCE,			/* text: the pattern */
	CX_ROWS_SEEN,				/* one row at most, with all conditions that ever held, of no time */
	CX_ROWS_TIMES				/* text: grain, a zero byte, time zone; no conditions */
} CxRowsKind;

#define CX_ROWS_MAX_CONDITIONS	65535
#define CX_ROWS_MAX_WORDS		((CX_ROWS_MAX_CONDITIONS + 63) / 64)
#define CX_ROWS_MAX_TEXT		(1 << 20)

/* The arguments that stay the same through all rows of a group. */
typedef struct CxAsked
{
	CxRowsKind	kind;
	unsigned	modes;			/* CX_CHAIN_... */
	uint64		within;			/* microseconds, or CX_CHAIN_NO_LIMIT */
	int			conditions;
	const char *text;
	int			text_len;
} CxAsked;

/* What most rows touch lies together. */
typedef struct CxRowsState
{
	CxStats		base;
	CxMarked	marked;			/* marked.rows is rows */
	const CxAsked *asked;		/* NULL until something is asked; one for all groups that are asked the same */
	uint64	   *rows;
	uint32		size;			/* rows that there is room for */
	bool		sorted;
} CxRowsState;

typedef struct CxRowsEntry
{
	CxRowsState *state;
	const CxAsked *asked;
	TimestampTz at;
	uint64		word;
} CxRowsEntry;

/* States that lie one behind the other. */
typedef struct CxRowsRun
{
	char	   *first;
	Size		n;
} CxRowsRun;

#define CX_ROWS_QUESTIONS	4
#define CX_ROWS_RUNS		64

/* What the groups of all aggregates over rows below one node of a plan share. */
typedef struct CxRowsShared
{
	CxShared	base;
	CxAsked    *asked[CX_ROWS_QUESTIONS];
	uint64		states;
	Size		distance;		/* from one state in a run to the next */
	int			runs;
	CxRowsRun	run[CX_ROWS_RUNS];
	CxRowsEntry *log;			/* of rows with at most 64 conditions; NULL while there are few groups */
	int			logged;
} CxRowsShared;

extern const CxStatsType cx_rows_state_type;

/* rows_io.c: 22023, telling what is not the same */
pg_noreturn extern void cx_rows_refuse(const CxAsked *before, const CxAsked *now);

/* rows.c */

/*
 * A row for the state of this call, or none if "words" is NULL: the transition
 * function's result. 22023 if the state was asked something else before. If the
 * state is new, "check" is called, unless it is NULL.
 */
extern Datum cx_rows_collect(FunctionCallInfo fcinfo, const CxAsked *asked, TimestampTz at, const uint64 *words,
							 void (*check) (const CxAsked *asked));
extern void cx_rows_add(CxRowsState *state, TimestampTz at, const uint64 *words);
extern void cx_rows_reserve(CxRowsState *state, Size more);
extern void cx_rows_begin_state(CxRowsState *state, const CxAsked *asked);
/* Rows that wait to be written are, and then all are in order. To be called before a state is looked at. */
extern void cx_rows_settle(const CxRowsState *state);
extern void cx_rows_sort(const CxRowsState *state);
/* For final functions: argument 0, sorted; 22023 if it is of another kind. */
extern CxRowsState *cx_rows_arg(FunctionCallInfo fcinfo, CxRowsKind kind);
/* What a transition function gives that changes nothing. */
extern Datum cx_rows_unchanged(FunctionCallInfo fcinfo);

static inline bool
cx_same_question(const CxAsked *a, const CxAsked *b)
{
	return a->kind == b->kind && a->modes == b->modes && a->within == b->within && a->conditions == b->conditions &&
		a->text_len == b->text_len && (a->text_len == 0 || memcmp(a->text, b->text, a->text_len) == 0);
}

/*
 * The conditions of a row: the boolean arguments from "first" on, NULL as false,
 * or one boolean[]. Gives their number; *any says whether one holds. "words" has
 * room for CX_ROWS_MAX_WORDS, of which as many as needed are written.
 */
extern int	cx_rows_array_conditions(FunctionCallInfo fcinfo, int arg, uint64 *words, bool *any);

static inline int
cx_rows_conditions(FunctionCallInfo fcinfo, int first, uint64 *words, bool *any)
{
	uint64		held = 0;

	for (int i = PG_NARGS() - 1; i >= first; i--)
		held = held << 1 | (!PG_ARGISNULL(i) && PG_GETARG_BOOL(i));
	words[0] = held;
	*any = held != 0;
	return PG_NARGS() - first;
}

#endif							/* CX_ROWS_H */
