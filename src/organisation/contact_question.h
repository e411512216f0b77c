/*-------------------------------------------------------------------------
 *
 * src/organisation/contact_question.h
 *	  Questions of one or two touch expressions: where a journey fits them,
 *	  and how what was asked is stored beside what was counted.
 *
 * A question is made once of the arguments and kept from row to row, together
 * with memory for the touches that it finds. In the order of cost: the
 * signature of a journey, its names, its entries, the codes, and times only
 * of those touches that can matter.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_CONTACT_QUESTION_H
#define CX_CONTACT_QUESTION_H

#include "core/bytes.h"
#include "core/compat.h"
#include "journey/masks.h"

#define CX_QUESTION_MAX	2		/* expressions */

/* expression i as a bit */
#define CX_FIRST	UINT64CONST(1)
#define CX_SECOND	UINT64CONST(2)

typedef struct CxQuestion
{
	uint64		id;				/* no other one of this process has it */
	MemoryContext context;
	int			n;				/* expressions */
	char	   *text[CX_QUESTION_MAX];	/* as patterns spell them; not terminated */
	int			len[CX_QUESTION_MAX];
	CxWhat	   *what;
	CxMasks    *masks;			/* NULL: expressions of ten thousands of names */

	/* scratch that grows with the longest journey seen */
	int			room;
	int			entries_room;
	int			names_room;
	uint64	   *of_names;
	TimestampTz *between;

	/* the touches found */
	int			found;
	uint64		seen;			/* what any of them fits */
	int32	   *position;
	uint32	   *codes;
	uint64	   *fits;			/* by code: bits of expressions */
	TimestampTz *times;			/* as far as asked for */
} CxQuestion;

/*
 * The text arguments from "arg" on as a question of "n" expressions, of which
 * the first "needed" ones have to fit something for a journey to be of
 * interest. 22023 for a NULL, naming it; 22P02, 54000.
 */
extern CxQuestion *cx_question_arg(FunctionCallInfo fcinfo, int arg, int n, int needed, const char *const *names);

/* Opens a journey. False if it is of no interest: what is needed is not all there. */
extern bool cx_question_open(const CxQuestion *q, Datum journey, CxJourney *j);

/* Finds the touches that fit something, from the first that fits one of "begin"; gives how many. */
extern int	cx_question_find(CxQuestion *q, const CxJourney *j, uint64 begin);

/* Times of the touches found, from number "from" to before "until". */
extern void cx_question_times(CxQuestion *q, const CxJourney *j, int from, int until);

static inline uint64
cx_question_fits(const CxQuestion *q, int i)
{
	return q->fits[q->codes[i]];
}

/* Of two times that do not run backwards; they may be further apart than an int64 tells. */
static inline uint64
cx_time_between(TimestampTz since, TimestampTz until)
{
	return (uint64) until - (uint64) since;
}

/* ---- what was asked, in the state of an aggregate ---- */

typedef struct CxAskedKind
{
	const char *name;			/* of the aggregate */
	int			n;				/* expressions; of none there is no window, either */
} CxAskedKind;

typedef struct CxAsked
{
	bool		known;
	uint64		id;				/* of the question that was found to be the same */
	const CxAskedKind *kinds;	/* of the type */
	int			kind;
	uint64		window;			/* microseconds */
	char	   *text[CX_QUESTION_MAX];
	int			len[CX_QUESTION_MAX];
} CxAsked;

/*
 * 22023 if what was asked before differs; "noun" is what the type counts, for
 * the message. "question" is NULL where there are no expressions.
 */
extern void cx_asked_same(CxAsked *asked, const CxAskedKind *kinds, int kind, const CxQuestion *question, uint64 window,
						  MemoryContext context, const char *noun);
extern void cx_asked_merge(CxAsked *asked, const CxAsked *from, MemoryContext context, const char *noun);

/*
 * Stored as a byte, the kind; and if that has expressions, varint the window,
 * and for each of them varint its length and the bytes. Reading is done in the
 * context of the state.
 */
extern void cx_asked_write(const CxAsked *asked, CxWriter *w);
extern bool cx_asked_read(CxAsked *asked, const CxAskedKind *kinds, int n_kinds, CxReader *r);

/* An argument of a transition function that may not be NULL: 22023. */
extern void cx_not_null(FunctionCallInfo fcinfo, int arg, const char *name);
/* The same for an interval, in microseconds. */
extern uint64 cx_window_arg(FunctionCallInfo fcinfo, int arg, const char *name);

#endif							/* CX_CONTACT_QUESTION_H */
