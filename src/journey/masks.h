/*-------------------------------------------------------------------------
 *
 * src/journey/masks.h
 *	  Which of up to 64 touch expressions touches of each code fit, as one
 *	  word for each code; faster than cx_what_rows().
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_MASKS_H
#define CX_MASKS_H

#include "journey/what.h"

typedef struct CxMasks CxMasks;

/* NULL if there are more than 64 expressions. */
extern CxMasks *cx_masks_make(const CxWhat *what, MemoryContext context);

/*
 * Into masks[], one for each entry of the journey; scratch[] has one for each
 * name. Gives the OR of all, or of more; masks[] is set only if that is not 0.
 */
extern uint64 cx_masks_of(const CxMasks *m, const CxJourney *j, uint64 *scratch, uint64 *masks);

#define CX_MASKS_FIRST		256 /* room for masks[] that does for most journeys */

/* The touches that fit something, from the first on that fits one of "begin". */
extern int	cx_masks_scan(const CxJourney *j, const uint64 *masks, uint64 begin, int32 *position, uint32 *codes,
						  uint64 *seen);

#endif							/* CX_MASKS_H */
