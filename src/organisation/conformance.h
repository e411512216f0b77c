/*-------------------------------------------------------------------------
 *
 * src/organisation/conformance.h
 *	  Journeys against a template: the steps that are expected, in order.
 *
 * A step is a touch expression; a touch fills at most one step. The steps that
 * happened in their order are those of a longest common subsequence of the
 * template and the touches. Of several, the one is taken that prefers earlier
 * steps of the template, and for each step the earliest touch behind that of
 * the step before. Steps outside of it then take, in the order of the
 * template, the earliest touch left over that they fit: those have moved. What
 * finds none is missing.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_CONFORMANCE_H
#define CX_CONFORMANCE_H

#include "core/stats.h"
#include "journey/masks.h"

/* documented size limit; past it 54000. With the most touches a journey can have, a table of 128 MB. */
#define CX_TEMPLATE_MAX_STEPS	1000

typedef enum CxStepState
{
	CX_STEP_MISSING,
	CX_STEP_MOVED,
	CX_STEP_IN_ORDER
} CxStepState;

/* A template, prepared, and scratch memory that grows with the longest journey it has seen. */
typedef struct CxTemplate
{
	MemoryContext context;
	int			n;				/* steps, at least 1 */
	uint64		id;				/* of this one in this process */
	char	   *text;			/* varint steps, then for each: varint bytes, its canonical text */
	Size		text_len;
	CxWhat	   *what;			/* the steps backwards: expression n - 1 - i is step i */
	CxMasks    *masks;			/* NULL if there are more than 64 */

	/* what cx_template_fit() has found, for each step */
	CxStepState *state;
	int32	   *touch;			/* position of its touch; of one that is missing, -1 */

	/* the trail: touches that fit some step, at their place in it */
	int			touches_room;
	int32	   *position;
	uint32	   *codes;
	bool	   *used;
	int			entries_room;
	uint64	   *fits;			/* by code */
	int			names_room;
	uint64	   *of_names;
	Size		table_room;
	uint64	   *table;
} CxTemplate;

/* conformance.c: the argument, kept from row to row; 22023, 22P02, 54000 */
extern CxTemplate *cx_template_arg(FunctionCallInfo fcinfo, int arg);
/* How many steps happened in order. */
extern int	cx_template_in_order(CxTemplate *t, const CxJourney *j);
/* The same, and the state and touch of each step. */
extern int	cx_template_fit(CxTemplate *t, const CxJourney *j);
/* The text of step i in a template's text. */
extern Datum cx_template_step_name(const char *text, Size len, int step);

#endif							/* CX_CONFORMANCE_H */
