/*-------------------------------------------------------------------------
 *
 * src/journey/codes.h
 *	  The codes of a journey's touches, unpacked to bytes 64 at a time.
 *
 * Most questions look at each code and do next to nothing with it, so it is
 * the unpacking that costs. Where the processor has the instructions for it
 * (AVX2 and BMI2, found out when the library is loaded) they are used; with
 * assertions on, each call is compared with what all processors do.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_CODES_H
#define CX_CODES_H

#include "journey/journey.h"

#define CX_CODES_AT_ONCE	64
#define CX_CODE_BITS		8	/* codes of more are not for here */

/*
 * The codes of up to CX_CODES_AT_ONCE touches from a multiple of 8 on; gives
 * how many, and zeros behind them. XX001 if one of them is no entry.
 */
extern int	cx_codes_next(const CxJourney *j, int from, uint8 *codes);

/* Which of CX_CODES_AT_ONCE codes are in a set of codes, none of them above 63: bit i for codes[i]. */
extern uint64 cx_codes_in(const uint8 *codes, uint64 set);

#endif							/* CX_CODES_H */
