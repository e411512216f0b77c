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

int
cx_sessions_of(const CxJourney *j, uint64 limit, CxSessions *sessions, CxSessionClosed closed)
{
	uint64		units = limit / j->unit;	/* a whole number of units is longer if it is more than this */
	uint64		steps[CX_STEPS_AT_ONCE];
	CxStepsAt	at = {0};
	uint64		offset = 0;		/* of a touch, in units */
	uint64		opened = 0;		/* the same of the first touch of the session */
	int			first = 0;
	int			seen = 0;
	int			n = 1;
	int			count;

	while ((count = cx_next_steps(j, &at, steps)) > 0)
	{
		if (closed == NULL)
			for (int i = 0; i < count; i++)
				n += steps[i] > units;
		else
			for (int i = 0; i < count; i++)
			{
				if (steps[i] > units)
				{
					closed(sessions, (offset - opened) * j->unit, seen + i + 1 - first);
					opened = offset + steps[i];
					first = seen + i + 1;
					n++;
				}
				offset += steps[i];
			}
		seen += count;
	}
	if (closed != NULL)
		closed(sessions, (offset - opened) * j->unit, j->n - first);
	return n;
}
