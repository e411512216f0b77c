/*-------------------------------------------------------------------------
 *
 * src/behaviour/session.h
 *	  The type "session_stats": how journeys fall apart into sessions.
 *
 * A gap between two touches that is longer than the limit opens a new session.
 * A session's length is the time from its first to its last touch; one of a
 * single touch is a bounce, and 0 long.
 *
 * THE STORED FORM, behind the version byte:
 *
 *	  varint	the limit, in microseconds
 *	  varint	journeys with touches
 *	  varint	sessions
 *	  varint	touches
 *	  varint	bounces
 *	  varint	sum of the lengths in microseconds, up to 128 bits
 *	  lengths	in microseconds, as maths/loghist.h writes them
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_SESSION_H
#define CX_SESSION_H

#include "core/stats.h"
#include "journey/journey.h"
#include "maths/loghist.h"

/* no count reaches it; past it 22003 */
#define CX_SESSION_MAX	(UINT64CONST(1) << 61)

typedef struct CxSessions
{
	CxStats		stats;
	bool		known;			/* is there a limit yet? */
	uint64		limit;			/* microseconds */
	uint64		journeys;
	uint64		sessions;
	uint64		touches;
	uint64		bounces;
	CxUint128	microseconds;
	CxLogHist	lengths;
} CxSessions;

extern const CxStatsType cx_session_type;

extern void cx_session_same_limit(CxSessions *sessions, uint64 limit);	/* 22023 */
extern void cx_session_check(const CxSessions *sessions);	/* 22003 */
extern void *cx_session_alloc(size_t size);

/*
 * session_steps.c: what is to be known of the sessions of a journey with
 * touches. "closed" is told the length in microseconds and the touches of each,
 * and may be NULL.
 */
typedef void (*CxSessionClosed) (CxSessions *sessions, uint64 length, int touches);
extern int	cx_sessions_of(const CxJourney *j, uint64 limit, CxSessions *sessions, CxSessionClosed closed);

#endif							/* CX_SESSION_H */
