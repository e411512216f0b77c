/*-------------------------------------------------------------------------
 *
 * src/behaviour/session_id.c
 *	  session_id(at, gap) OVER (...): sessions of rows, without journeys.
 *
 *-------------------------------------------------------------------------
 */
#include "core/compat.h"

#include "core/interval.h"
#include "utils/timestamp.h"
#include "windowapi.h"

/* Of a partition; zeroed by the server. */
typedef struct SessionId
{
	int64		session;		/* 0: no row with a time yet */
	TimestampTz last;			/* time of the row before */
} SessionId;

static inline uint64
distance(TimestampTz a, TimestampTz b)
{
	return a > b ? (uint64) a - (uint64) b : (uint64) b - (uint64) a;
}

/*
 * Rows come one after the other, so the state is the row before; no row is
 * looked at twice. The distance counts, so that descending order does, too.
 */
PG_FUNCTION_INFO_V1(session_id);
Datum
session_id(PG_FUNCTION_ARGS)
{
	WindowObject window = PG_WINDOW_OBJECT();
	SessionId  *state;
	TimestampTz at;
	uint64		limit;
	bool		at_is_null;
	bool		gap_is_null;
	Datum		gap;

	if (!WindowObjectIsValid(window))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("session_id is a window function")));
	state = (SessionId *) WinGetPartitionLocalMemory(window, sizeof(SessionId));
	WinSetMarkPosition(window, WinGetCurrentPosition(window));
	at = DatumGetTimestampTz(WinGetFuncArgCurrent(window, 0, &at_is_null));
	gap = WinGetFuncArgCurrent(window, 1, &gap_is_null);
	if (at_is_null || gap_is_null)
		PG_RETURN_NULL();
	limit = cx_interval_microseconds(DatumGetIntervalP(gap), "gap");
	if (state->session == 0 || distance(at, state->last) > limit)
		state->session++;
	state->last = at;
	PG_RETURN_INT64(state->session);
}
