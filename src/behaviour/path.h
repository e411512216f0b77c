/*-------------------------------------------------------------------------
 *
 * src/behaviour/path.h
 *	  The type "path_stats": how many journeys take which path.
 *
 * A path is the first "depth" names of one facet, the grain, in the order of
 * the touches; from the first touch, or from where a pattern matches first.
 * Touches without the facet are passed over. Journeys without such a touch, or
 * without a match, have no path and are not counted.
 *
 * THE STORED FORM, behind the version byte:
 *
 *	  byte		grain (0 touchpoint, 1 channel, 2 stage, 3 owner)
 *	  varint	depth; 0: whole journeys
 *	  varint	bytes of the pattern, 0: from the first touch; and its canonical text
 *	  varint	names
 *	  names		ascending, each as in the dictionary of a journey
 *	  varint	paths
 *	  for each path, ascending by its names one after the other:
 *		varint	steps
 *		varints the position of each among the names
 *		varint	journeys
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_PATH_H
#define CX_PATH_H

#include "journey/nodes.h"
#include "core/stats.h"

/* no count reaches it; past it 22003 */
#define CX_PATH_MAX		(UINT64CONST(1) << 61)
#define CX_PATH_HERE	16

/* Steps are varints of the numbers of their names; few bytes are kept in place. */
typedef struct CxPath
{
	uint64		journeys;		/* 0: a free slot */
	uint32		hash;
	uint32		len;
	union
	{
		uint8		here[CX_PATH_HERE];
		uint8	   *there;
	}			steps;
} CxPath;

/* Paths that are not in the table yet: some, once it has so many slots (512 kB). */
#define CX_PATHS_LARGE		(1 << 14)
#define CX_PATHS_WAITING	32

typedef struct CxPathsWaiting
{
	int			n;
	CxPath		path[CX_PATHS_WAITING];
} CxPathsWaiting;

typedef struct CxPaths
{
	CxStats		stats;
	int			grain;			/* CxFacet; -1: nothing known yet */
	int			depth;			/* 0: whole journeys */
	char	   *pattern;		/* canonical text; NULL: from the first touch */
	int			pattern_len;
	CxNodes		nodes;
	uint64		journeys;
	uint64		n;				/* paths */
	uint64		bytes;			/* of the steps of all of them */
	bool		listed;			/* slots are a list: there is no hash in them yet */
	uint64		slots_n;		/* else a power of two, or 0 */
	CxPath	   *slots;
	CxPathsWaiting *waiting;	/* counted in journeys, not in n and bytes; NULL: none */
} CxPaths;

/* What has to be the same for two of them to be merged. */
typedef struct CxPathKind
{
	int			grain;
	int			depth;
	const char *pattern;
	int			pattern_len;
} CxPathKind;

extern const CxStatsType cx_path_type;

static inline const uint8 *
cx_path_steps(const CxPath *path)
{
	return path->len <= CX_PATH_HERE ? path->steps.here : path->steps.there;
}

/* path_count.c */
/* For reading, which meets each path once: into empty paths, up to n of them, not looked up. */
extern void cx_path_list(CxPaths *paths, uint64 n);
extern void cx_path_append(CxPaths *paths, const uint8 *steps, uint32 len, uint64 journeys);
extern void cx_path_add(CxPaths *paths, const uint8 *steps, uint32 len, uint64 journeys);	/* 22003 */

extern void cx_path_settle(const CxPaths *paths);	/* before slots, n or bytes are read */

/* path_io.c */
extern void cx_path_same_kind(CxPaths *paths, CxPathKind kind); /* 22023 */

/* A path by the places of its names. */
typedef struct CxPathInOrder
{
	uint64		journeys;
	uint64		key;			/* its first steps: orders as cx_path_cmp() does, as far as it goes */
	uint32	   *places;
	uint32		n;
} CxPathInOrder;

/* All paths, in no order yet; in the current memory context. */
extern CxPathInOrder *cx_paths_by_place(const CxPaths *paths, const uint32 *ranks);
extern int	cx_path_cmp(const CxPathInOrder *x, const CxPathInOrder *y);

#endif							/* CX_PATH_H */
