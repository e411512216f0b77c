/*-------------------------------------------------------------------------
 *
 * src/feedback/experience.h
 *	  The experience index and its parts.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_EXPERIENCE_H
#define CX_EXPERIENCE_H

#include "feedback/tally_read.h"

#define CX_EXPERIENCE_PARTS		3

/* The parts in the order success, ease, emotion; weight 0 where there are no answers. */
typedef struct CxExperience
{
	CxReading	part[CX_EXPERIENCE_PARTS];
} CxExperience;

extern const char *const cx_experience_part_names[CX_EXPERIENCE_PARTS];

extern CxExperience cx_experience_from(const CxReading *readings, int n);

/* Mean of the three net scores, NaN when one is missing. */
extern double cx_experience_index(const CxExperience *e);

#endif							/* CX_EXPERIENCE_H */
