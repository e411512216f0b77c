/*-------------------------------------------------------------------------
 *
 * src/journey/journey_check.c
 *	  Is it the stored form of a journey, to the last bit?
 *
 * There is one form for each journey, so that equal journeys have equal bytes.
 * Whether bytes from outside have it is asked in the surest way: take them
 * apart, put them together again, compare.
 *
 *-------------------------------------------------------------------------
 */
#include "journey/dict.h"
#include "mb/pg_wchar.h"

/* Errors are those of making a journey: 54000 past its limits. */
bool
cx_journey_valid(const void *bytes, Size len, bool received)
{
	CxJourney	j;
	CxUnpacked	u;
	CxTouches	touches;
	struct varlena *again;
	CxReader	r;

	if (len > CX_JOURNEY_COUNTS_AT && ((const uint8 *) bytes)[0] == CX_JOURNEY_VERSION)
	{
		r = cx_reader((const uint8 *) bytes + CX_JOURNEY_COUNTS_AT, len - CX_JOURNEY_COUNTS_AT);
		if (cx_read_varint(&r) > CX_JOURNEY_MAX_TOUCHES && r.ok)
			cx_touches_too_many();
	}
	if (!cx_journey_view(&j, bytes, len) || !cx_journey_read(&j, 0, j.n, &u))
		return false;
	/* a message whose names are no text is told in words of the server: 22021 */
	for (int i = 0; received && j.n > 0 && i < j.names; i++)
		if (u.names[i].number < 0)
			(void) pg_verifymbstr(u.names[i].bytes, u.names[i].len, false);
	cx_touches_init(&touches, cx_dict_new(CurrentMemoryContext), CurrentMemoryContext);
	cx_touches_append(&touches, &j, 0, j.n);
	again = cx_touches_pack(&touches);
	cx_journey_unpacked_free(&u);
	return VARSIZE(again) - VARHDRSZ == len && memcmp(VARDATA(again), bytes, len) == 0;
}
