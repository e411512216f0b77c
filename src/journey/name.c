/*-------------------------------------------------------------------------
 *
 * src/journey/name.c
 *	  Names of touchpoints, channels, stages and owners.
 *
 *-------------------------------------------------------------------------
 */
#include "journey/name.h"

#include "utils/builtins.h"

/* The number that the bytes spell in its only plain form, or -1. */
static int32
plain_number(const char *bytes, int len)
{
	int64		number = 0;

	if (len < 1 || len > CX_NAME_DIGITS || (bytes[0] == '0' && len > 1))
		return -1;
	for (int i = 0; i < len; i++)
	{
		if (bytes[i] < '0' || bytes[i] > '9')
			return -1;
		number = number * 10 + (bytes[i] - '0');
	}
	return number <= PG_INT32_MAX ? (int32) number : -1;
}

CxName
cx_name(const char *bytes, int len)
{
	int32		number = plain_number(bytes, len);

	if (number >= 0)
		return cx_name_number(number);
	return (CxName) {bytes, len, -1};
}

CxName
cx_name_number(int32 number)
{
	return (CxName) {NULL, 0, number};
}

CxName
cx_name_from_text(const text *t)
{
	return cx_name(VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t));
}

void
cx_name_check(CxName name, CxFacet facet)
{
	if (unlikely(name.len > CX_NAME_MAX))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%s is longer than %d bytes", cx_facet_name(facet), CX_NAME_MAX),
				 errdetail("It has %d bytes.", name.len)));
}

const char *
cx_name_text(CxName name, char *digits, int *len)
{
	uint32		rest = name.number;
	char	   *at = digits + CX_NAME_DIGITS;

	if (name.number < 0)
	{
		*len = name.len;
		return name.bytes;
	}
	do
		*--at = '0' + rest % 10;
	while ((rest /= 10) > 0);
	*len = digits + CX_NAME_DIGITS - at;
	return at;
}

Datum
cx_name_datum(CxName name)
{
	char		digits[CX_NAME_DIGITS];
	int			len;
	const char *bytes = cx_name_text(name, digits, &len);

	return PointerGetDatum(cstring_to_text_with_len(bytes, len));
}

/*
 * FNV-1a (Fowler, Noll, Vo) over the text, begun with the facet, and finished
 * by the mixing step of MurmurHash3 (Appleby), so that its high bits are as
 * good as its low ones.
 */
uint64
cx_name_hash(CxName name, CxFacet facet)
{
	char		digits[CX_NAME_DIGITS];
	int			len;
	const char *bytes = cx_name_text(name, digits, &len);
	uint64		hash = (UINT64CONST(0xcbf29ce484222325) ^ facet) * UINT64CONST(0x100000001b3);

	for (int i = 0; i < len; i++)
		hash = (hash ^ (uint8) bytes[i]) * UINT64CONST(0x100000001b3);
	hash = (hash ^ (hash >> 33)) * UINT64CONST(0xff51afd7ed558ccd);
	hash = (hash ^ (hash >> 33)) * UINT64CONST(0xc4ceb9fe1a85ec53);
	return hash ^ (hash >> 33);
}

const char *
cx_facet_name(CxFacet facet)
{
	static const char *const names[CX_FACETS] = {"touchpoint", "channel", "stage", "owner"};

	return names[facet];
}
