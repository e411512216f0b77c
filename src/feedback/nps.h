/*-------------------------------------------------------------------------
 *
 * src/feedback/nps.h
 *	  The interval methods of NPS by name, in the order of CxNpsMethod.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_NPS_H
#define CX_NPS_H

#include "core/compat.h"

#include "maths/intervals.h"

extern const char *const cx_nps_methods[];

#endif							/* CX_NPS_H */
