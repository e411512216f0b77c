/*-------------------------------------------------------------------------
 *
 * src/maths/funnel_check.c
 *	  Definitions of funnels: what is refused.
 *
 * What is let through is answered exactly. What has no meaning in a mode is
 * refused, and one thing that would be hard: with a tolerance a later step may
 * stand before an earlier one, so one touch could come up twice in a chain if
 * it fits two steps; then no touch may fit two.
 *
 *-------------------------------------------------------------------------
 */
#include "maths/funnel.h"

#include <string.h>

static bool
refuse(CxParseError *error, CxFault fault, const char *message, const char *hint)
{
	*error = (CxParseError) {fault, 0, message, hint};
	return false;
}

/* Is each touch that fits "a" one that fits "b"? */
static bool
term_implies(const CxStepTerm *a, const CxStepTerm *b)
{
	for (int f = 0; f < CX_STEP_FACETS; f++)
		if (b->facet[f].len >= 0 &&
			(a->facet[f].len != b->facet[f].len || memcmp(a->facet[f].bytes, b->facet[f].bytes, b->facet[f].len) != 0))
			return false;
	return true;
}

/* Do they ask for different names in one facet? */
static bool
terms_differ(const CxStepTerm *a, const CxStepTerm *b)
{
	for (int f = 0; f < CX_STEP_FACETS; f++)
		if (a->facet[f].len >= 0 && b->facet[f].len >= 0 &&
			(a->facet[f].len != b->facet[f].len || memcmp(a->facet[f].bytes, b->facet[f].bytes, b->facet[f].len) != 0))
			return true;
	return false;
}

/* Can it be told that no touch fits both? */
static bool
steps_apart(const CxStep *a, const CxStep *b)
{
	if (a->negated && b->negated)
		return false;
	if (a->negated)
		return steps_apart(b, a);
	for (int i = 0; i < a->n; i++)
	{
		bool		apart = !b->negated;

		for (int k = 0; k < b->n; k++)
			if (b->negated)
				apart |= term_implies(&a->terms[i], &b->terms[k]);
			else
				apart &= terms_differ(&a->terms[i], &b->terms[k]);
		if (!apart)
			return false;
	}
	return true;
}

static bool
check_steps(const CxFunnelDef *def, CxParseError *error)
{
	size_t		terms = 0;

	if (def->n < 1)
		return refuse(error, CX_FAULT_UNSUPPORTED, "a funnel has at least one step", NULL);
	if (def->n > CX_FUNNEL_MAX_STEPS || def->n_excluded > CX_FUNNEL_MAX_STEPS)
		return refuse(error, CX_FAULT_TOO_LARGE, "a funnel may have up to 10000 steps and 10000 exclusions", NULL);
	for (int i = 0; i < def->n; i++)
		terms += def->steps[i].n;
	for (int i = 0; i < def->n_excluded; i++)
		terms += def->excluded[i].n;
	if (terms > CX_FUNNEL_MAX_TERMS)
		return refuse(error, CX_FAULT_TOO_LARGE, "a funnel may have up to 100000 alternatives in all", NULL);
	if (def->optional[0])
		return refuse(error, CX_FAULT_UNSUPPORTED, "the first step of a funnel cannot be optional", NULL);
	if (def->step_within[0] != CX_FUNNEL_NEVER)
		return refuse(error, CX_FAULT_UNSUPPORTED,
					  "the first step of a funnel has no step before it to be within a time of", NULL);
	return true;
}

static bool
check_mode(const CxFunnelDef *def, CxParseError *error)
{
	bool		between = def->n_excluded > 0 || def->tolerance != CX_FUNNEL_NEVER;
	bool		per_step = false;

	for (int i = 0; i < def->n; i++)
		per_step |= def->optional[i] || def->step_within[i] != CX_FUNNEL_NEVER;
	if (def->mode == CX_FUNNEL_STRICT && between)
		return refuse(error, CX_FAULT_UNSUPPORTED, "mode strict takes no exclusions and no tolerance",
					  "In mode strict nothing may come between two steps at all.");
	if (def->mode == CX_FUNNEL_ANY && (between || per_step))
		return refuse(error, CX_FAULT_UNSUPPORTED,
					  "mode any takes no optional steps, times per step, exclusions or tolerance",
					  "In mode any no step comes before another.");
	return true;
}

static bool
check_tolerance(const CxFunnelDef *def, const CxMemory *memory, CxParseError *error)
{
	if (def->tolerance == CX_FUNNEL_NEVER || def->mode != CX_FUNNEL_ORDERED)
		return true;
	for (int i = 0; i < def->n; i++)
	{
		for (int k = 0; k < i; k++)
			if (!steps_apart(&def->steps[i], &def->steps[k]))
				return refuse(error, CX_FAULT_UNSUPPORTED,
							  "with a tolerance, no touch may fit two steps of an ordered funnel",
							  "Make the steps different, or leave out the tolerance.");
		cx_interrupt(memory);
	}
	return true;
}

bool
cx_funnel_check(const CxFunnelDef *def, const CxMemory *memory, CxParseError *error)
{
	if (!check_steps(def, error) || !check_mode(def, error) || !check_tolerance(def, memory, error))
		return false;
	if (cx_funnel_print(def, NULL) > CX_FUNNEL_MAX_TEXT)
		return refuse(error, CX_FAULT_TOO_LARGE, "a funnel may have up to 1 MB of text", NULL);
	return true;
}

bool
cx_funnel_is_plain(const CxFunnelDef *def)
{
	bool		plain = def->n_excluded == 0 && def->hold < 0 && def->tolerance == CX_FUNNEL_NEVER;

	for (int i = 0; i < def->n; i++)
		plain &= !def->optional[i] && def->step_within[i] == CX_FUNNEL_NEVER;
	return plain;
}
