/*-------------------------------------------------------------------------
 *
 * src/journey/what.h
 *	  Touch expressions against the dictionary of a journey.
 *
 * Whether a touch fits an expression depends on its names only, so on its
 * code. Expressions are prepared once: their distinct names in order, and the
 * terms by their first name. Then a journey costs one search in order per name
 * of the shorter side, and each of its entries a look at those terms whose
 * first name it has. That is linear in the journey, be the expressions two or
 * ten thousand.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_WHAT_H
#define CX_WHAT_H

#include "journey/journey.h"
#include "maths/need.h"
#include "maths/step.h"
#include "utils/array.h"

/* alternatives in all expressions that are asked at once; more are 54000 */
#define CX_WHAT_MAX_TERMS	100000

/* A term of an expression: positions among the names that are wanted, -1 where any will do. */
typedef struct CxWhatTerm
{
	int32		name[CX_FACETS];
	int32		step;			/* of which expression */
	int32		key;			/* CX_FACETS * its first name + the facet of that */
} CxWhatTerm;

typedef struct CxWhat
{
	int			n;				/* expressions */
	int			row;			/* 64-bit words that a bit for each of them takes */
	uint64	   *negated;		/* a row: what fits a touch without any of the names */
	bool		any_negated;
	int			n_names;
	CxName	   *names;			/* those wanted: distinct, ascending */
	int			n_terms;
	CxWhatTerm *terms;			/* ascending by key */
	int32	   *first;			/* terms of key k: first[k] to first[k + 1] */
	int			facets;			/* that some term asks for, as bits */

	int32	   *fitting;		/* scratch: for each term */

	/* what the names must be for a journey to have a chance */
	CxNeed		need;
	bool		always;			/* nothing is needed */
	uint64		must;			/* bits of the signature: all of these */
	uint64		some;			/* and at least one of these */
	int32	   *needed;			/* for each item of the program its name, -1 for an operation */
	signed char *values;		/* scratch: for each item of the program */
	bool	   *seen;			/* scratch: for each name */
} CxWhat;

/*
 * Steps, and what they or a pattern made of them need; names are referred to,
 * so both have to live in "context" (or longer), as the result does. 54000
 * with more than CX_WHAT_MAX_TERMS terms.
 */
extern CxWhat *cx_what_make(const CxStep *steps, int n, CxNeed need, MemoryContext context);

/* Can a journey with this signature meet the need? A few instructions: ask before anything else. */
static inline bool
cx_what_possible(const CxWhat *what, uint64 signature)
{
	return what->always || ((signature & what->must) == what->must && (signature & what->some) != 0);
}

/*
 * The dictionary of a journey as expressions see it, in the current memory
 * context. False if its names cannot meet the need; nothing is set then.
 */
typedef struct CxWhatView
{
	int			n;				/* entries; 0 if there are no touches */
	CxEntry    *entries;		/* only the facets that are asked for; -1 in the others */
	int32	   *wanted;			/* for each name of the journey its position among those wanted, or -1 */
} CxWhatView;

extern bool cx_what_view(const CxWhat *what, const CxJourney *j, CxWhatView *view);
/* The expressions of which a term fits touches of this code, into what->fitting, some maybe twice; gives how many. */
extern int	cx_what_fitting(const CxWhat *what, const CxWhatView *view, int code);
/* Which expressions touches of this code fit: bit s % 64 of row[s / 64] for expression s. */
extern void cx_what_row(const CxWhat *what, const CxWhatView *view, int code, uint64 *row);
/* The rows of all codes, what->row words each. */
extern uint64 *cx_what_rows(const CxWhat *what, const CxWhatView *view);

/* ---- what everything that parses expressions needs ---- */

/* Memory for src/maths from a context. */
extern CxMemory cx_memory(MemoryContext context);

extern int	cx_fault_code(CxFault fault);	/* SQLSTATE */

/* Where in the text, counting characters, and what is wrong there; with a hint if there is one */
#define CX_FAULT_PLACE(text, error) \
	errdetail("At character %d: %s.", pg_mbstrlen_with_len(text, (error)->at) + 1, (error)->message), \
	(error)->hint != NULL ? errhint("%s", (error)->hint) : 0

/*
 * What was made of an argument, made again only if its bytes differ from those
 * of the call before. It lives as long as the call's FmgrInfo, or until it is
 * replaced; nothing but speed depends on that. make() does not return on errors.
 */
typedef void *(*CxMake) (const void *bytes, Size len, MemoryContext context);
extern void *cx_kept(FmgrInfo *flinfo, const void *bytes, Size len, CxMake make);

/* A text that is one touch expression; 22P02 naming it, 54000. */
extern void cx_what_parse(const text *t, const CxMemory *memory, CxStep *step);

/* The elements of an array of expressions, NULLs left out. */
typedef struct CxWhatList
{
	int			n;
	CxStep	   *steps;
	bool		has_null;
} CxWhatList;

extern CxWhatList cx_what_parse_array(ArrayType *array, const CxMemory *memory);

#endif							/* CX_WHAT_H */
