/*-------------------------------------------------------------------------
 *
 * src/churn/counted.h
 *	  Customers who churned or stayed, counted by what was known of them: rows
 *	  of numbers, each with how many of either there were.
 *
 * Equal rows are one row. They are put together when the rows are sorted,
 * which happens whenever there is no more room, so memory follows the number
 * of different rows: 8 (p + 2) bytes each, twice that and 16 while they are sorted, and
 * up to twice as many rows as are there.
 *
 * THE STORED FORM:
 *
 *	  varint	customers left out for a NULL
 *	  varint	numbers in a row, p; 0 if there are no rows
 *	  varint	rows
 *	  then per row p doubles, eight bytes each, lowest first, and varints:
 *	  how many stayed, how many churned; ascending by the numbers, no two equal
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_COUNTED_H
#define CX_COUNTED_H

#include "core/bytes.h"
#include "core/compat.h"

/* Customers at most, so that a double holds any count; past it 22003. */
#define CX_COUNTED_MAX	(UINT64CONST(1) << 53)

typedef struct CxCounted
{
	const char *type;			/* name of the SQL type, for messages */
	MemoryContext context;		/* of the cells */
	int			p;				/* 0: not known yet */
	uint64		n;				/* rows */
	uint64		room;
	double	   *cell;			/* n rows of p + 2: numbers, how many stayed, how many churned */
	bool		sorted;			/* ascending, no two equal? */
	uint64		stayed;
	uint64		churned;
	uint64		missing;
} CxCounted;

extern void cx_counted_init(CxCounted *c, const char *type, MemoryContext context);
/* 22023 if it has another number of numbers than rows before; they are finite. 22003. */
extern void cx_counted_add(CxCounted *c, const double *x, int p, bool churned);
extern void cx_counted_add_missing(CxCounted *c, uint64 missing);
extern void cx_counted_merge(CxCounted *into, const CxCounted *from);
/* Their order says nothing, so that it may be put right at any time, also of what is not to be changed. */
extern void cx_counted_sort(const CxCounted *c);
extern void cx_counted_write(const CxCounted *c, CxWriter *w);
/* False: malformed; every number is low..high, and p at most most_p. */
extern bool cx_counted_read(CxCounted *c, CxReader *r, int most_p, double low, double high);

static inline double *
cx_counted_row(const CxCounted *c, uint64 i)
{
	return c->cell + i * (uint64) (c->p + 2);
}

#endif							/* CX_COUNTED_H */
