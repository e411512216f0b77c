/*-------------------------------------------------------------------------
 *
 * test/fuzz/fuzz.h
 *	  What the parts of the fuzzer know of each other.
 *
 *-------------------------------------------------------------------------
 */
#ifndef FZ_FUZZ_H
#define FZ_FUZZ_H

#include "surface.h"

typedef enum FzMode
{
	FZ_TEXT,
	FZ_WIRE,
	FZ_STORED,
	FZ_PATTERN
} FzMode;

/* bytes before a stored value that tell which function is called, and how */
#define FZ_CONTROL	24

extern FzMode fz_mode;
extern int	fz_type;

/* of an input */
extern const FzType *fz_type_of(const uint8 *data, Size size);

typedef void (*FzAction) (void *arg);
extern bool fz_try(FzAction action, void *arg);
extern bool fz_call1(PGFunction function, Datum arg, Datum *result);
extern bool fz_receive(const FzType *type, const void *bytes, Size len, Datum *value);
extern Datum fz_varlena(const void *bytes, Size len, bool small);
extern void fz_sound(const FzType *type, Datum v, const char *what);
extern void fz_exercise(const FzType *type, Datum value, const uint8 *choices, Size n_choices, bool sound);

/* matcher.c */
extern void fz_run_pattern(const uint8 *data, Size size);

#endif							/* FZ_FUZZ_H */
