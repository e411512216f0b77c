/*-------------------------------------------------------------------------
 *
 * src/maths/step.h
 *	  Touch expressions: what one touch has to look like.
 *
 *	  touchpoint  @channel  /stage  #owner	one of the four names of a touch, or
 *											several: call@phone/support
 *	  .										any touch
 *	  [call|chat@web|/support]				one of these
 *	  [^call|chat]							none of these
 *
 * A name is bare or in double quotes, in which \" and \\ stand for " and \.
 * What may be bare depends on where the expression stands:
 *
 * STRICT, inside a pattern: A-Z a-z 0-9 _ and all bytes above 0x7f, and - and
 * . if the next byte is one of those (sign-up and v1.2 are names, but a->b is
 * a, ->, b); the first byte is never - or . and the words within and after
 * are no touchpoints outside brackets.
 *
 * WHOLE, the expression is the whole text: every byte but @ / # ", blanks
 * around a name are dropped (Sign up@web). Only if the text begins with [ or
 * is . it means what it means in a pattern; a bare name in brackets then ends
 * at | and ] as well.
 *
 * No postgres.h here: a fuzzer can compile src/maths alone. So memory, errors
 * and interrupts are the caller's affair, see CxMemory and CxParseError.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_STEP_H
#define CX_STEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Where memory comes from. alloc() never gives NULL: it does not return when
 * there is no memory. What makes up a result is never released by us: use a
 * region that is dropped as a whole; release() is for scratch memory and may
 * do nothing. interrupt() is called in long loops and may not return.
 */
typedef struct CxMemory
{
	void	   *(*alloc) (size_t size, void *arg);
	void		(*release) (void *chunk, void *arg);
	void		(*interrupt) (void *arg);	/* NULL: none */
	void	   *arg;
} CxMemory;

/* Why a text is refused; SQLSTATE behind it. */
typedef enum CxFault
{
	CX_FAULT_NONE,
	CX_FAULT_SYNTAX,			/* 22P02 */
	CX_FAULT_UNSUPPORTED,		/* 22023 */
	CX_FAULT_TOO_LARGE			/* 54000 */
} CxFault;

typedef struct CxParseError
{
	CxFault		fault;
	int			at;				/* bytes before the place, 0 .. length of the text */
	const char *message;		/* 'expected a touch after "->"': lower case, no period */
	const char *hint;			/* a sentence, or NULL */
} CxParseError;

#define CX_STEP_FACETS		4	/* touchpoint, channel, stage, owner: as CxFacet */
#define CX_STEP_NAME_MAX	4095	/* bytes of a name: as CX_NAME_MAX */

typedef struct CxStepName
{
	const char *bytes;			/* not terminated */
	int			len;			/* -1: any name, or none */
} CxStepName;

/* All names that are given have to be there. At least one is. */
typedef struct CxStepTerm
{
	CxStepName	facet[CX_STEP_FACETS];
} CxStepTerm;

/* One of the terms, or none of them if negated. So "." is negated without terms. */
typedef struct CxStep
{
	bool		negated;
	int			n;
	CxStepTerm *terms;
} CxStep;

/*
 * The whole text is one expression. False with *error set if it is none. The
 * names are copies, so the text need not live on.
 */
extern bool cx_step_parse(const char *text, int len, const CxMemory *memory, CxStep *step, CxParseError *error);

/* One expression at "at" of a pattern. Gives where it ends, -1 with *error set if there is none. */
extern int	cx_step_parse_strict(const char *text, int len, int at, const CxMemory *memory,
								 CxStep *step, CxParseError *error);

/*
 * The text of an expression as patterns read it, quoted only where needed. Gives
 * its length; writes it (without a 0 at the end) if "out" is not NULL.
 */
extern size_t cx_step_print(const CxStep *step, char *out);

extern bool cx_step_equal(const CxStep *a, const CxStep *b);

/* May this byte be part of a bare name everywhere? */
static inline bool
cx_step_bare(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c >= 0x80;
}

static inline bool
cx_step_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline bool
cx_step_is_any(const CxStep *step)
{
	return step->negated && step->n == 0;
}

static inline void
cx_interrupt(const CxMemory *memory)
{
	if (memory->interrupt != NULL)
		memory->interrupt(memory->arg);
}

/* Room for one more item in an array that grows; gives the array. */
extern void *cx_grow(const CxMemory *memory, void *array, int n, int *capacity, size_t item);

#endif							/* CX_STEP_H */
