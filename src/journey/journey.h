/*-------------------------------------------------------------------------
 *
 * src/journey/journey.h
 *	  The type "journey": one customer's touches in time order.
 *
 * A touch has a time, a touchpoint, and optionally channel, stage, owner,
 * feedback and value. The distinct combinations of the four names are the
 * dictionary; an entry of it is a touch's code.
 *
 * THE STORED FORM is a packed varlena. Its bytes behind the varlena header
 * (which may be short, so nothing is aligned) are also its form on the wire:
 *
 *	  byte 0	  format version, 1
 *	  byte 1	  flags: bit 0 some touch has a channel, bit 1 a stage, bit 2 an
 *				  owner, bit 3 feedback, bit 4 a value; other bits 0
 *				  A journey without touches ends here, with flags 0.
 *	  byte 2	  unit of the steps: 0 microsecond, 1 millisecond, 2 second,
 *				  3 minute, 4 hour, 5 day
 *	  byte 3	  bits of a short step, 0..64
 *	  byte 4	  bits of a long step; equal if all steps are of one width
 *	  bytes 5-12  time of the first touch: microseconds since 2000-01-01 UTC,
 *				  signed, little-endian
 *	  bytes 13-20 signature: the bit of each name in each facet (name.h) is set,
 *				  little-endian
 *	  varint	  touches, n
 *	  varint	  span: from the first to the last touch, in units
 *	  varint	  names
 *	  varint	  entries, d: only if any of flags 0..2 is set, else names
 *	  varint	  bytes of the names
 *	  names		  ascending (cx_name_cmp): varint 2 * number + 1, or
 *				  varint 2 * length and the bytes
 *	  entries	  ascending, only if any of flags 0..2 is set: bit fields, for
 *				  each entry its touchpoint (position among the names) and, as
 *				  far as flagged, channel, stage, owner (position + 1, 0 = none),
 *				  each as wide as the number of names needs
 *	  codes		  n fields as wide as d - 1 needs: entry of each touch
 *	  skips		  the time of touch 128, 256, ... (counted from 0) after the
 *				  first, in units, each as many bytes as the span needs,
 *				  little-endian
 *	  selectors	  n - 1 bits, only if short and long steps differ: long?
 *	  steps		  n - 1 fields, short or long: time since the touch before
 *	  feedback	  only with flag 3: varint how many, then for each: varint
 *				  touches passed over since the one before; byte: bits 2..0
 *				  kind, bit 7 = scale follows, bit 6 = thousandths; zigzag lo
 *				  and hi with bit 7; varint score above lo
 *	  values	  only with flag 4: varint how many, then for each: varint
 *				  touches passed over; varint 6 * zigzag + e for a decimal
 *				  zigzag / 10^e, e 0..4, or 5 and eight bytes of an IEEE
 *				  double, little-endian
 *
 * Bit fields fill bytes from the lowest bit; each section starts at a byte and
 * its last byte is filled up with zero bits. Varint, zigzag: core/bytes.h.
 *
 * The form is canonical: the largest unit that divides all steps, the two
 * widths that need the fewest bits (one width if two save nothing, else the
 * smallest short one among equals), only entries and names that occur, feedback and values in their shortest form. So
 * equal journeys have equal bytes, and bytes are compared.
 *
 * Why so: codes apart from times, since most questions look at codes first and
 * at times only where a code fits; two widths, since a customer's touches come
 * in bursts; steps rather than offsets, since they need half the bits, and
 * adding up 128 of them at most costs little; skips, to slice long journeys
 * without decoding them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_JOURNEY_H
#define CX_JOURNEY_H

#include "core/compat.h"

#include "core/bytes.h"
#include "datatype/timestamp.h"
#include "feedback/answer.h"
#include "journey/name.h"

#define CX_JOURNEY_VERSION		1
#define CX_JOURNEY_FACETS		0x07	/* flags 0..2; facet f has flag 1 << (f - 1) */
#define CX_JOURNEY_FEEDBACK		0x08
#define CX_JOURNEY_VALUES		0x10
#define CX_JOURNEY_FLAGS		0x1f
#define CX_JOURNEY_START_AT		5
#define CX_JOURNEY_SIGNATURE_AT 13
#define CX_JOURNEY_COUNTS_AT	21
/* header up to and with the span: enough for count and times */
#define CX_JOURNEY_HEAD			(CX_JOURNEY_COUNTS_AT + 2 * CX_VARINT_MAX)
#define CX_JOURNEY_SKIP			128

/* documented size limits; past them 54000 */
#define CX_JOURNEY_MAX_TOUCHES	(1 << 20)
#define CX_JOURNEY_MAX_TEXT		(512 << 20) /* bytes of the text form, so that a journey can always be dumped */

#define CX_UNIT_LAST			5
extern const int64 cx_journey_units[CX_UNIT_LAST + 1];

/*
 * A stored journey, opened: where everything is. Opening costs the same for a
 * short and a long journey and checks that each section lies inside the value;
 * what is in a section is checked when it is read.
 */
typedef struct CxJourney
{
	const uint8 *bytes;
	Size		len;
	uint8		flags;
	int			n;				/* touches; if 0, nothing below is set */
	TimestampTz start;
	TimestampTz end;
	uint64		span;			/* in units */
	int64		unit;			/* in microseconds */
	uint64		signature;
	int			names;
	int			entries;
	int			name_bits;		/* of a field in the entries */
	int			code_bits;
	int			short_bits;
	int			long_bits;
	int			skip_width;		/* bytes */
	const uint8 *names_at;
	const uint8 *entries_at;	/* NULL if entry i is the touchpoint with name i */
	const uint8 *codes_at;
	const uint8 *skips_at;
	const uint8 *selectors_at;	/* NULL if all steps are of one width */
	const uint8 *steps_at;
} CxJourney;

/* An entry of the dictionary: position of its name among the names, -1 if it has none. */
typedef struct CxEntry
{
	int32		name[CX_FACETS];
} CxEntry;

/*
 * journey_view.c: reading. All give XX001 if what they read is damaged, and
 * none reads outside the value. Arrays are the caller's, names, entries or
 * count long; from and count must lie within the touches.
 */
extern bool cx_journey_view(CxJourney *j, const void *bytes, Size len);
extern void cx_journey_open(CxJourney *j, Datum d);
extern void cx_journey_head(CxJourney *j, Datum d); /* only n, start, end and flags; does not detoast it all */
extern void cx_journey_names(const CxJourney *j, CxName *names);
extern void cx_journey_name_check(CxName name); /* damaged, if it is no text in the server's encoding */
extern void cx_journey_entries(const CxJourney *j, CxEntry *entries);
extern void cx_journey_entry_names(const CxJourney *j, int facets, CxEntry *entries);	/* only facets with bit 1 << f */
extern void cx_journey_codes(const CxJourney *j, int from, int count, uint32 *codes);
extern void cx_journey_times(const CxJourney *j, int from, int count, TimestampTz *times);
extern int	cx_journey_first_at(const CxJourney *j, TimestampTz at);	/* the first touch at or after; n if none */
extern void cx_journey_answers(const CxJourney *j, int from, int count, CxAnswer *answers); /* 0: none */
extern void cx_journey_values(const CxJourney *j, int from, int count, double *values); /* NaN: none */
pg_noreturn extern void cx_journey_damaged(void);

/* Where decoding of times can begin: at a touch whose time is known. */
typedef struct CxStepsAt
{
	int			touch;
	uint64		offset;			/* its time after the first, in units */
	uint64		bit;			/* where the step to the next begins */
} CxStepsAt;

/*
 * journey_times.c: the next steps from one touch to the following, in units,
 * beginning with a zeroed *p; gives how many, up to CX_STEPS_AT_ONCE, 0 behind
 * the last. The journey must have touches.
 */
#define CX_STEPS_AT_ONCE	64
extern int	cx_next_steps(const CxJourney *j, CxStepsAt *p, uint64 *steps);
extern int	cx_next_offsets(const CxJourney *j, CxStepsAt *p, uint64 *offsets); /* of the touches behind these steps,
																				 * in units */

static inline CxName
cx_entry_name(const CxEntry *entry, const CxName *names, CxFacet facet)
{
	return entry->name[facet] < 0 ? CX_NO_NAME : names[entry->name[facet]];
}

/* between journey_view.c and journey_times.c: where feedback and values begin, NULL if outside the value */
extern const uint8 *cx_journey_steps_end(const CxJourney *j);
extern bool cx_read_times(const CxJourney *j, int from, int count, TimestampTz *times);

/* journey_check.c: is it the canonical form of a journey, to the last bit? */
extern bool cx_journey_valid(const void *bytes, Size len, bool received);

/* journey_text.c: the parts of the text form that patterns and JSON share */
extern bool cx_bare_byte(unsigned char c);

#define PG_RETURN_JOURNEY(packed)	PG_RETURN_POINTER(packed)

#endif							/* CX_JOURNEY_H */
