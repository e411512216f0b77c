/*-------------------------------------------------------------------------
 *
 * src/behaviour/session_steps.c
 *	  The sessions of one journey, straight from its stored steps.
 *
 * Sessions ask for the time between neighbours, which is what a journey
 * stores: whole units of time. So no times are made, and gaps are compared in
 * units.
 *
 *-------------------------------------------------------------------------
 */
#include "behaviour/session.h"

#include "port/pg_bitutils.h"

int
cx_sessions_of(const CxJourney *j, uint64 limit, CxSessions *sessions, CxSessionClosed closed)
{
	uint64		units = limit / j->unit;	/* a whole number of units is longer if it is more than this */
	uint64		offsets[1 + CX_STEPS_AT_ONCE];	/* the last touch of the steps before, and those of these */
	CxStepsAt	at = {0};
	uint64		opened = 0;		/* offset of the first touch of the session */
	int			first = 0;
	int			seen = 0;
	int			n = 1;
	int			count;

	offsets[0] = 0;
	while ((count = cx_next_offsets(j, &at, offsets + 1)) > 0)
	{
		uint64		gaps = 0;	/* a bit for each step that is one; which they are, is hard to foresee */

		for (int i = 0; i < count; i++)
			gaps |= (uint64) (offsets[i + 1] - offsets[i] > units) << i;
		n += pg_popcount64(gaps);
		for (; closed != NULL && gaps != 0; gaps &= gaps - 1)
		{
			int			i = pg_rightmost_one_pos64(gaps);

			closed(sessions, (offsets[i] - opened) * j->unit, seen + i + 1 - first);
			opened = offsets[i + 1];
			first = seen + i + 1;
		}
		offsets[0] = offsets[count];
		seen += count;
	}
	if (closed != NULL)
		closed(sessions, (offsets[0] - opened) * j->unit, j->n - first);
	return n;
}
