/*-------------------------------------------------------------------------
 *
 * src/churn/counted.c
 *	  Customers who churned or stayed, counted by rows of numbers (see
 *	  counted.h).
 *
 *-------------------------------------------------------------------------
 */
#include "churn/counted.h"

#include <math.h>

#include "miscadmin.h"			/* CHECK_FOR_INTERRUPTS */
#include "utils/memutils.h"

#define LEAST_ROOM	16

/* A row that is sorted: its first number decides nearly always, and is here. */
typedef struct Key
{
	double		first;
	const double *row;
} Key;

static inline int
cmp_numbers(const double *a, const double *b, int p)
{
	for (int k = 0; k < p; k++)
		if (a[k] != b[k])
			return a[k] < b[k] ? -1 : 1;
	return 0;
}

static inline int
cmp_keys(const Key *a, const Key *b, const int *p)
{
	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	return cmp_numbers(a->row, b->row, *p);
}

#define ST_SORT sort_keys
#define ST_ELEMENT_TYPE Key
#define ST_COMPARE_ARG_TYPE const int
#define ST_COMPARE(a, b, p) cmp_keys(a, b, p)
#define ST_CHECK_FOR_INTERRUPTS
#define ST_SCOPE static
#define ST_DEFINE
#include "lib/sort_template.h"

void
cx_counted_init(CxCounted *c, const char *type, MemoryContext context)
{
	c->type = type;
	c->context = context;
	c->sorted = true;
}

static Size
row_size(const CxCounted *c)
{
	return sizeof(double) * (Size) (c->p + 2);
}

static void *
allocate(const CxCounted *c, Size size)
{
	return MemoryContextAllocHuge(c->context, size);
}

/* The rows in order into new room, equal ones put together. */
static void
sort_rows(CxCounted *c)
{
	Key		   *key = allocate(c, sizeof(Key) * c->n);
	double	   *from = c->cell;
	double	   *to = allocate(c, row_size(c) * c->room);
	uint64		n = 0;
	int			p = c->p;

	for (uint64 i = 0; i < c->n; i++)
		key[i] = (Key) {cx_counted_row(c, i)[0], cx_counted_row(c, i)};
	sort_keys(key, c->n, &p);
	for (uint64 i = 0; i < c->n; i++)
	{
		const double *row = key[i].row;
		double	   *last = to + (n - 1) * (uint64) (p + 2);

		if (n > 0 && cmp_numbers(last, row, p) == 0)
		{
			last[p] += row[p];
			last[p + 1] += row[p + 1];
		}
		else
			memcpy(to + n++ * (uint64) (p + 2), row, row_size(c));
	}
	pfree(key);
	pfree(from);
	c->cell = to;
	c->n = n;
	c->sorted = true;
}

void
cx_counted_sort(const CxCounted *c)
{
	if (!c->sorted)
		sort_rows(unconstify(CxCounted *, c));
}

/* For so many rows more. Rows that are equal make room for others, but not for a few only. */
static void
make_room(CxCounted *c, uint64 more)
{
	uint64		room;

	if (c->n + more <= c->room)
		return;
	cx_counted_sort(c);
	if (c->n + more <= c->room / 2)
		return;
	room = Max(LEAST_ROOM, Max(c->n + more, c->room * 2));
	c->cell = c->cell == NULL ? allocate(c, row_size(c) * room) : repalloc_huge(c->cell, row_size(c) * room);
	c->room = room;
}

/* Before they are counted. */
static void
check_count(const CxCounted *c, uint64 more)
{
	if (unlikely(c->stayed + c->churned + c->missing + more > CX_COUNTED_MAX))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s counts more than 2^53 customers", c->type)));
}

static void
set_numbers(CxCounted *c, int p)
{
	if (unlikely(c->p != 0 && c->p != p))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("rows have different numbers of features"),
				 errdetail("One has %d, another %d.", Min(c->p, p), Max(c->p, p))));
	c->p = p;
}

void
cx_counted_add(CxCounted *c, const double *x, int p, bool churned)
{
	double	   *row;

	set_numbers(c, p);
	check_count(c, 1);
	if (c->n == 0 || cmp_numbers(cx_counted_row(c, c->n - 1), x, p) != 0)
	{
		make_room(c, 1);
		row = cx_counted_row(c, c->n++);
		for (int k = 0; k < p; k++)
			row[k] = x[k] + 0.0;	/* one zero only */
		row[p] = row[p + 1] = 0;
		c->sorted = c->n == 1 || (c->sorted && cmp_numbers(cx_counted_row(c, c->n - 2), row, p) < 0);
	}
	cx_counted_row(c, c->n - 1)[churned ? p + 1 : p] += 1;
	c->churned += churned;
	c->stayed += !churned;
}

void
cx_counted_add_missing(CxCounted *c, uint64 missing)
{
	check_count(c, missing);
	c->missing += missing;
}

void
cx_counted_merge(CxCounted *into, const CxCounted *from)
{
	check_count(into, from->stayed + from->churned + from->missing);
	if (from->n > 0)
	{
		set_numbers(into, from->p);
		make_room(into, from->n);
		memcpy(cx_counted_row(into, into->n), from->cell, row_size(from) * from->n);
		into->sorted = into->n == 0 && from->sorted;
		into->n += from->n;
	}
	into->stayed += from->stayed;
	into->churned += from->churned;
	into->missing += from->missing;
}

void
cx_counted_write(const CxCounted *c, CxWriter *w)
{
	cx_counted_sort(c);
	cx_write_varint(w, c->missing);
	cx_write_varint(w, c->n == 0 ? 0 : c->p);
	cx_write_varint(w, c->n);
	for (uint64 i = 0; i < c->n; i++)
	{
		const double *row = cx_counted_row(c, i);

		for (int k = 0; k < c->p; k++)
			cx_write_double(w, row[k]);
		cx_write_varint(w, (uint64) row[c->p]);
		cx_write_varint(w, (uint64) row[c->p + 1]);
	}
}

static bool
read_row(CxCounted *c, CxReader *r, double low, double high)
{
	double	   *row = cx_counted_row(c, c->n);
	uint64		stayed;
	uint64		churned;

	if (!r->ok || r->end - r->at < 8 * (Size) c->p)
		return false;
	for (int k = 0; k < c->p; k++)
	{
		row[k] = cx_read_double(r);
		if (!(row[k] >= low && row[k] <= high) || (row[k] == 0 && signbit(row[k])))
			return false;
	}
	stayed = cx_read_varint(r);
	churned = cx_read_varint(r);
	if (!r->ok || stayed > CX_COUNTED_MAX || churned > CX_COUNTED_MAX || stayed + churned == 0 ||
		(c->n > 0 && cmp_numbers(cx_counted_row(c, c->n - 1), row, c->p) >= 0))
		return false;
	row[c->p] = (double) stayed;
	row[c->p + 1] = (double) churned;
	c->stayed += stayed;
	c->churned += churned;
	return c->stayed + c->churned + c->missing <= CX_COUNTED_MAX;
}

bool
cx_counted_read(CxCounted *c, CxReader *r, int most_p, double low, double high)
{
	uint64		n;
	uint64		p;

	c->missing = cx_read_varint(r);
	p = cx_read_varint(r);
	n = cx_read_varint(r);
	/* a row has 8 bytes for each number, and at least one for each count */
	if (!r->ok || c->missing > CX_COUNTED_MAX || p > (uint64) most_p || (n > 0) != (p > 0) ||
		(n == 0 && c->missing == 0) || n > (uint64) (r->end - r->at) / (8 * p + 2))
		return false;
	c->p = (int) p;
	if (n > 0)
		make_room(c, n);
	for (; c->n < n; c->n++)
	{
		if (!read_row(c, r, low, high))
			return false;
		if (c->n % 65536 == 0)
			CHECK_FOR_INTERRUPTS();
	}
	return true;
}
