/*-------------------------------------------------------------------------
 *
 * src/organisation/contact_stats.c
 *	  The type contact_stats (see contact.h): stored form, merging, and
 *	  contact_rate().
 *
 *-------------------------------------------------------------------------
 */
#include "organisation/contact.h"

#include <math.h>

#include "core/args.h"
#include "core/srf.h"
#include "maths/intervals.h"
#include "utils/builtins.h"

#define RATE_COLUMNS	6		/* denominator, n, hits, rate, low, high */

static void contact_write(const CxStats *stats, CxWriter *w);
static bool contact_read(CxStats *stats, CxReader *r);
static void contact_merge(CxStats *into, const CxStats *from);

const CxStatsType cx_contact_type = {
	.name = "contact_stats",
	.size = sizeof(CxContacts),
	.write = contact_write,
	.read = contact_read,
	.merge = contact_merge
};

CX_STATS_FUNCTIONS(contact_stats, &cx_contact_type);

/* Contacts are the largest of the counts. */
void
cx_contact_check(const CxContacts *c)
{
	if (unlikely(c->contacts > CX_CONTACT_MAX))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("contact_stats counts more than 2^61 contacts")));
}

static void
contact_write(const CxStats *stats, CxWriter *w)
{
	const CxContacts *c = (const CxContacts *) stats;

	cx_asked_write(&c->asked, w);
	cx_write_varint(w, c->customers);
	cx_write_varint(w, c->hit_customers);
	cx_write_varint(w, c->contacts);
	cx_write_varint(w, c->hits);
	cx_write_wide(w, c->xx);
	cx_write_wide(w, c->xy);
	cx_write_wide(w, c->yy);
}

/* Squares of n whole numbers, 1 or more each and at most what a journey has of touches, that add up to "sum". */
static bool
can_be_squares(CxUint128 squares, uint64 n, uint64 sum)
{
	if (n == 0)
		return sum == 0 && squares == 0;
	/* the least sum of squares is that of equal numbers (Cauchy, Schwarz) */
	return n <= sum && squares >= ((CxUint128) sum * sum + n - 1) / n &&
		squares <= (CxUint128) sum * CX_JOURNEY_MAX_TOUCHES;
}

static bool
sound(const CxContacts *c)
{
	return c->contacts <= CX_CONTACT_MAX && c->hits <= c->contacts && c->hit_customers <= c->customers &&
		can_be_squares(c->xx, c->customers, c->contacts) && can_be_squares(c->yy, c->hit_customers, c->hits) &&
		c->yy <= c->xy && c->xy <= c->xx;
}

static bool
contact_read(CxStats *stats, CxReader *r)
{
	CxContacts *c = (CxContacts *) stats;

	if (!cx_asked_read(&c->asked, cx_contact_kinds, CX_CONTACT_KINDS, r))
		return false;
	c->customers = cx_read_varint(r);
	c->hit_customers = cx_read_varint(r);
	c->contacts = cx_read_varint(r);
	c->hits = cx_read_varint(r);
	c->xx = cx_read_wide(r, 128);
	c->xy = cx_read_wide(r, 128);
	c->yy = cx_read_wide(r, 128);
	return r->ok && sound(c);
}

static void
contact_merge(CxStats *into, const CxStats *from)
{
	CxContacts *c = (CxContacts *) into;
	const CxContacts *other = (const CxContacts *) from;

	cx_asked_merge(&c->asked, &other->asked, c->stats.context, "contacts");
	c->customers += other->customers;
	c->hit_customers += other->hit_customers;
	c->contacts += other->contacts;
	c->hits += other->hits;
	c->xx += other->xx;
	c->xy += other->xy;
	c->yy += other->yy;
	cx_contact_check(c);
}

/* ---- reading ---- */

/*
 * How many independent contacts tell as much as these (Kish 1965): their number
 * over the design effect, which is the variance of the rate as a ratio of sums
 * over customers (linearised, Korn and Graubard 1998) over that of as many
 * independent contacts, both unbiased. Never more than there are. Where all or none were hit,
 * or with one customer, that variance says nothing: then contacts of a customer
 * count as all alike, and the design effect is the sum of x * x over that of x.
 */
static double
effective_contacts(const CxContacts *c)
{
	double		n = (double) c->contacts;
	double		m = (double) c->customers;
	double		p = (double) c->hits / n;
	double		effect = (double) c->xx / n;

	if (c->customers > 1 && c->hits > 0 && c->hits < c->contacts)
	{
		double		residuals = (double) c->yy - 2.0 * p * (double) c->xy + p * p * (double) c->xx;

		effect = m / (m - 1.0) * (n - 1.0) / n * residuals / (n * p * (1.0 - p));
	}
	return n / fmax(effect, 1.0);
}

static void
put_rate(CxRows *rows, const char *denominator, uint64 n, uint64 hits, double effective, double confidence)
{
	Datum		values[RATE_COLUMNS];
	bool		nulls[RATE_COLUMNS] = {false};
	double		rate = n > 0 ? (double) hits / (double) n : NAN;
	CxInterval	interval = {NAN, NAN};

	if (n > 0)
		interval = cx_wilson_interval(rate, effective, confidence);
	values[0] = CStringGetTextDatum(denominator);
	values[1] = Int64GetDatum((int64) n);
	values[2] = Int64GetDatum((int64) hits);
	cx_set_float8(values, nulls, 3, rate);
	cx_set_float8(values, nulls, 4, interval.low);
	cx_set_float8(values, nulls, 5, interval.high);
	cx_rows_put(rows, values, nulls);
}

/* contact_rate(contacts, confidence): a row for contacts, and one for customers */
PG_FUNCTION_INFO_V1(contact_rate);
Datum
contact_rate(PG_FUNCTION_ARGS)
{
	double		confidence = cx_check_confidence(PG_GETARG_FLOAT8(1));
	CxRows		rows = cx_rows_begin(fcinfo, RATE_COLUMNS);
	const CxContacts *c = (const CxContacts *) cx_stats_arg(fcinfo, 0, &cx_contact_type);

	put_rate(&rows, "contact", c->contacts, c->hits, effective_contacts(c), confidence);
	put_rate(&rows, "customer", c->customers, c->hit_customers, (double) c->customers, confidence);
	return (Datum) 0;
}
