/*-------------------------------------------------------------------------
 *
 * src/behaviour/attribution.h
 *	  The type "attribution_stats": what all models of attribution need to know
 *	  about the paths to conversions.
 *
 * A touch that fits the conversion expression closes a path: the touches
 * before it, since the conversion before or the start. What is left behind the
 * last conversion is a path that did not convert. On a path, a touch stands
 * for its name of one facet, the grain ("channel" below, whatever it is);
 * touches without that are passed over.
 *
 * The paths themselves are not kept. All models can be computed exactly from
 * sums over them that grow with the channels, not with the journeys. Each sum
 * is a cell: whole numbers of touches or paths, and the value of their
 * conversions in millionths, so that it does not matter in what order they are
 * added. The cells, by their role:
 *
 *	  EDGE		from channel (or start) to channel (or won, or lost): transitions;
 *				value only where it leads to won
 *	  FIRST		size of path, channel: converting paths of that many touches which
 *				it begins, and their value. A path of one touch has only this.
 *	  MIDDLE	size, channel: touches on such paths that are neither first nor last
 *	  LAST		size, channel: such paths that it ends
 *	  AMONG		number of different channels, channel: converting paths of that
 *				many channels on which it is
 *	  DECAY, DECAY_VALUE	channel: its credit by time decay, in billionths of a
 *				thousandth of a conversion, and of the value
 *
 * THE STORED FORM, behind the version byte of core/stats.h:
 *
 *	  byte		grain (bits 0, 1), bit 2: there are values
 *	  varint	half-life of decay, microseconds, at least 1
 *	  varint	length of the conversion expression, and its bytes, as
 *				cx_step_print() writes it
 *	  varint	journeys
 *	  names		nodes.h
 *	  cells		for each role, in the order above: varint how many; then, ascending
 *				by the two parts of the key: the two parts and the count as varints
 *				(of DECAY and DECAY_VALUE only the second part), with bit 2 the
 *				value as zigzagged varint of 128 bits; of DECAY always;
 *				DECAY_VALUE is there only with bit 2
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_ATTRIBUTION_H
#define CX_ATTRIBUTION_H

#include "journey/nodes.h"
#include "core/stats.h"

typedef enum CxRole
{
	CX_ROLE_EDGE = 1,
	CX_ROLE_FIRST,
	CX_ROLE_MIDDLE,
	CX_ROLE_LAST,
	CX_ROLE_AMONG,
	CX_ROLE_DECAY,
	CX_ROLE_DECAY_VALUE
} CxRole;

#define CX_ROLES			CX_ROLE_DECAY_VALUE

/* ends of edges; a channel is its number behind them */
#define CX_FROM_START		0
#define CX_FROM(channel)	((channel) + 1)
#define CX_TO_LOST			0
#define CX_TO_WON			1
#define CX_TO(channel)		((channel) + 2)

#define CX_MICRO			1000000
#define CX_MAX_VALUE		1e12	/* of a conversion, either side of 0 */
#define CX_MAX_MICROS		((int128) 1000000000000 * CX_MICRO)
#define CX_CREDIT			INT64CONST(1000000000000)	/* a conversion, as credit is counted */
/* transitions; no sum overflows then: values stay below 10^18 * 10^18 */
#define CX_MAX_STEPS		INT64CONST(1000000000000000000)

typedef struct CxCell
{
	uint64		key;			/* 0: free */
	int64		n;
	int128		value;
} CxCell;

static inline uint64
cx_cell_key(CxRole role, uint32 a, uint32 b)
{
	return (uint64) role << 60 | (uint64) a << 30 | b;
}

#define CX_CELL_ROLE(key)	((CxRole) ((key) >> 60))
#define CX_CELL_A(key)		((uint32) ((key) >> 30) & 0x3fffffff)
#define CX_CELL_B(key)		((uint32) (key) & 0x3fffffff)

typedef struct CxAttribution
{
	CxStats		stats;
	int			grain;			/* CxFacet; -1 until anything is counted or merged */
	uint64		half_life;		/* microseconds */
	char	   *conversion;		/* the expression as printed */
	int			conversion_len;
	int64		journeys;
	int64		steps;			/* the sum of all edges */
	CxNodes		nodes;			/* channels */
	CxCell	   *cells;			/* a hash table; free where the key is 0 */
	uint32		slots;			/* a power of two */
	uint32		used;
} CxAttribution;

/* What a channel has on the path that is being closed. */
typedef struct CxPresence
{
	uint32		touches;		/* 0 between paths, and so are the others */
	uint32		middle;			/* those that are neither first nor last */
	double		weight;			/* by decay */
} CxPresence;

/* What all groups share: scratch. */
typedef struct CxAttributionBuffers
{
	CxNodeBuffers nodes;
	uint32		path_room;
	uint32	   *path;			/* channels of the path being walked */
	int32	   *place;			/* where in the journey */
	uint32	   *distinct;		/* each of them once */
	double	   *values;			/* by touch */
	uint32		presence_room;
	CxPresence *presence;		/* by channel */
} CxAttributionBuffers;

/*
 * The cells in the order of the stored form, channels by their place among the
 * names. Role r has cells first[r] to first[r + 1].
 */
typedef struct CxPaths
{
	uint32		n_names;
	const CxName *names;
	CxCell	   *cells;
	uint32		first[CX_ROLES + 2];
	int64		paths;			/* all of them */
	int64		won;			/* conversions of paths with a channel */
	int64		unattributed;	/* conversions without */
	int128		value;			/* of those with */
	int128		unattributed_value;
} CxPaths;

/* attribution_state.c */
extern const CxStatsType cx_attribution_type;

/*
 * What is counted; the first call says it, further ones have to say the same
 * or get 22023.
 */
extern void cx_attribution_define(CxAttribution *a, int grain, uint64 half_life, const char *conversion, int len);
extern void cx_attribution_grow(CxAttribution *a);
extern void cx_attribution_add_counts(CxAttribution *a, int64 journeys, int64 steps);	/* 22003 past the limit */

/* Adds to a cell. */
static inline CxCell *
cx_cell_add(CxAttribution *a, uint64 key, int64 n, int128 value)
{
	uint32		mask = a->slots - 1;
	uint32		at = (uint32) ((key * UINT64CONST(0x9e3779b97f4a7c15)) >> 32) & mask;

	while (a->cells[at].key != key)
	{
		if (a->cells[at].key == 0)
		{
			if (unlikely(a->used >= a->slots / 2))
			{
				cx_attribution_grow(a);
				return cx_cell_add(a, key, n, value);
			}
			a->cells[at].key = key;
			a->used++;
			break;
		}
		at = (at + 1) & mask;
	}
	a->cells[at].n += n;
	a->cells[at].value += value;
	return &a->cells[at];
}

/* attribution_io.c; in the current memory context */
extern void cx_attribution_paths(const CxAttribution *a, CxPaths *paths);
/* Fills in what is behind "first"; false if cells contradict each other. */
extern bool cx_attribution_sum_up(CxPaths *paths);
extern void cx_attribution_write(const CxStats *stats, CxWriter *w);
extern bool cx_attribution_read(CxStats *stats, CxReader *r);

#endif							/* CX_ATTRIBUTION_H */
