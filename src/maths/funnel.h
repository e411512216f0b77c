/*-------------------------------------------------------------------------
 *
 * src/maths/funnel.h
 *	  Definitions of funnels: what they hold, their text, what is refused.
 *
 *	  funnel(cart, gift optional, pay within 1h) within 7d mode ordered
 *		  exclude (refund, @phone) hold channel tolerance 2s
 *
 * Steps and exclusions are touch expressions as patterns write them (step.h,
 * STRICT). Words behind the brackets may come in any order, each at most once;
 * they are printed in the order above, and what says nothing is left out.
 *
 * No postgres.h here, see step.h.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_FUNNEL_H
#define CX_FUNNEL_H

#include "maths/step.h"

/* documented size limits; past them 54000 */
#define CX_FUNNEL_MAX_STEPS		10000
#define CX_FUNNEL_MAX_TERMS		100000	/* as CX_WHAT_MAX_TERMS */
#define CX_FUNNEL_MAX_TEXT		(1 << 20)	/* bytes of the canonical text */

#define CX_FUNNEL_NEVER			UINT64_MAX	/* in place of a time: no limit */

typedef enum CxFunnelMode
{
	CX_FUNNEL_ORDERED,
	CX_FUNNEL_STRICT,
	CX_FUNNEL_ANY,
	CX_FUNNEL_INCREASING
} CxFunnelMode;

#define CX_FUNNEL_MODES		4
extern const char *const cx_funnel_modes[CX_FUNNEL_MODES + 1];	/* NULL at the end */
extern const char *const cx_funnel_holds[CX_STEP_FACETS + 1];

/* Times in microseconds. */
typedef struct CxFunnelDef
{
	int			n;				/* at least 1 */
	CxStep	   *steps;
	uint64_t   *step_within;	/* of each step: since the reached step before; CX_FUNNEL_NEVER */
	bool	   *optional;
	uint64_t	within;			/* since the first step; CX_FUNNEL_NEVER */
	CxFunnelMode mode;
	int			n_excluded;
	CxStep	   *excluded;
	int			hold;			/* facet, or -1 */
	uint64_t	tolerance;		/* CX_FUNNEL_NEVER: none, which is not the same as 0 */
} CxFunnelDef;

/* Parsed and checked. False with *error set if it is none. */
extern bool cx_funnel_parse(const char *text, int len, const CxMemory *memory, CxFunnelDef *def,
							CxParseError *error);

/* Is it one that we can answer exactly? error->at is 0. */
extern bool cx_funnel_check(const CxFunnelDef *def, const CxMemory *memory, CxParseError *error);

/* Length of the canonical text; written, without a 0 at the end, if "out" is not NULL. */
extern size_t cx_funnel_print(const CxFunnelDef *def, char *out);

/* Is there a time limit, or an option, beyond "within"? */
extern bool cx_funnel_is_plain(const CxFunnelDef *def);

#endif							/* CX_FUNNEL_H */
