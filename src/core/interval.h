/*-------------------------------------------------------------------------
 *
 * src/core/interval.h
 *	  Intervals as exact lengths of time.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_INTERVAL_H
#define CX_INTERVAL_H

#include "core/compat.h"

#include "datatype/timestamp.h"

/*
 * The length in microseconds of an interval argument: a day has 24 hours. One
 * with months has no length, and one that is negative, infinite or longer than
 * any two times are apart is not meant: 22023 naming the argument.
 */
extern uint64 cx_interval_microseconds(const Interval *interval, const char *argument);

#endif							/* CX_INTERVAL_H */
