/*-------------------------------------------------------------------------
 *
 * src/journey/name.h
 *	  Names of touchpoints, channels, stages and owners.
 *
 * A name is any text, compared by bytes. One that reads as a plain
 * non-negative integer below 2^31 ("7", "0", not "07") is kept as that number
 * everywhere: it is stored in 1 to 5 bytes and compared as one machine word.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_NAME_H
#define CX_NAME_H

#include "core/compat.h"

/* what a touch can tell beside its time; a touchpoint is always there */
typedef enum CxFacet
{
	CX_TOUCHPOINT,
	CX_CHANNEL,
	CX_STAGE,
	CX_OWNER
} CxFacet;

#define CX_FACETS			4
#define CX_ALL_FACETS		((1 << CX_FACETS) - 1)
#define CX_NAME_MAX			4095	/* bytes; longer is 54000 */
#define CX_NAME_DIGITS		10	/* of a number below 2^31 */

typedef struct CxName
{
	const char *bytes;			/* not terminated; NULL if a number or absent */
	int32		len;			/* -1: absent */
	int32		number;			/* -1: not a number */
} CxName;

#define CX_NO_NAME			((CxName) {NULL, -1, -1})

static inline bool
cx_name_absent(CxName name)
{
	return name.len < 0;
}

/* Absent first, then numbers by value, then others by bytes. */
static inline int
cx_name_cmp(CxName a, CxName b)
{
	int			result;

	if (a.len < 0 || b.len < 0)
		return (a.len >= 0) - (b.len >= 0);
	if (a.number >= 0 || b.number >= 0)
	{
		if (a.number >= 0 && b.number >= 0)
			return (a.number > b.number) - (a.number < b.number);
		return a.number >= 0 ? -1 : 1;
	}
	result = memcmp(a.bytes, b.bytes, Min(a.len, b.len));
	return result != 0 ? result : (a.len > b.len) - (a.len < b.len);
}

static inline bool
cx_name_equal(CxName a, CxName b)
{
	return a.number == b.number && a.len == b.len &&
		(a.bytes == b.bytes || (a.len > 0 ? memcmp(a.bytes, b.bytes, a.len) == 0 : true));
}

/*
 * name.c. cx_name() recognises a number and does not copy; it does not check
 * the length, cx_name_check() does (54000).
 */
extern CxName cx_name(const char *bytes, int len);
extern CxName cx_name_number(int32 number);
extern CxName cx_name_from_text(const text *t);
extern void cx_name_check(CxName name, CxFacet facet);
/* the text of a name; "digits" (CX_NAME_DIGITS bytes) is used if it is a number; not terminated */
extern const char *cx_name_text(CxName name, char *digits, int *len);
extern Datum cx_name_datum(CxName name);	/* as text */
/* the same on every platform: it is part of the stored form and of indexes */
extern uint64 cx_name_hash(CxName name, CxFacet facet);
extern const char *cx_facet_name(CxFacet facet);

/* the bit of a name in the signature of a journey */
#define CX_SIGNATURE_BIT(hash)	(UINT64CONST(1) << ((hash) >> 58))

#endif							/* CX_NAME_H */
