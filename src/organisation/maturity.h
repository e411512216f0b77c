/*-------------------------------------------------------------------------
 *
 * src/organisation/maturity.h
 *	  Maturity from evidence: which of five levels figures come to.
 *
 * A rule says what one evidence has to be for one level: at least, or at most,
 * a limit. Level 1 needs nothing. The rules of one evidence belong to one
 * dimension and never get easier with the level, so an evidence comes to the
 * level before the first one that it misses.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_MATURITY_H
#define CX_MATURITY_H

#include "core/compat.h"

#include "utils/jsonb.h"

#define CX_MATURITY_LEVELS		5
/* documented size limit; past it 54000 */
#define CX_MATURITY_MAX_RULES	10000

/* Strings end with a zero byte. */
typedef struct CxMaturityRule
{
	const char *dimension;
	const char *evidence;
	int			level;			/* 2..CX_MATURITY_LEVELS */
	bool		at_most;
	double		limit;
	const char *meaning;		/* for readers of the rules; not used */
} CxMaturityRule;

typedef struct CxEvidence
{
	const char *name;
	int			dimension;
	bool		at_most;
	bool		asked[CX_MATURITY_LEVELS + 1];	/* by level: is there a rule? */
	double		limit[CX_MATURITY_LEVELS + 1];
	double		value;			/* NaN: not measured */
	int			level;
} CxEvidence;

/* Dimensions and evidence in the order in which the rules name them first. */
typedef struct CxMaturity
{
	int			n_dimensions;
	const char **dimension;
	int			n;
	CxEvidence *evidence;
} CxMaturity;

/* What the rules of this extension ask about, in the order of the arguments of maturity_report(). */
typedef struct CxKnownEvidence
{
	const char *name;
	double		low;			/* it lies in low..high, else somebody has written percent, or a wrong sign */
	double		high;
} CxKnownEvidence;

#define CX_KNOWN_EVIDENCE		10
extern const CxKnownEvidence cx_known_evidence[CX_KNOWN_EVIDENCE];

/* maturity_rules.c: those of this extension, or those of a jsonb array; 22023, 54000. Nothing is measured yet. */
extern CxMaturity cx_maturity_default(void);
extern CxMaturity cx_maturity_from_rules(Jsonb *rules);
/* Its place in m->evidence, or -1. */
extern int	cx_maturity_find(const CxMaturity *m, const char *name);

/* A number in JSON; infinite if it is out of range. */
extern double cx_maturity_number(const JsonbValue *v);

#endif							/* CX_MATURITY_H */
