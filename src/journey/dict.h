/*-------------------------------------------------------------------------
 *
 * src/journey/dict.h
 *	  Inside the dictionary of touches in the making; for dict.c, which fills
 *	  it, and journey_pack.c, which takes from it what one journey uses.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CX_DICT_H
#define CX_DICT_H

#include "journey/touches.h"

typedef struct CxDictName
{
	CxName		name;
	uint64		sort_key;		/* orders as cx_name_cmp does, as far as it goes */
	uint32		hash;
	uint32		signed_for;		/* bit f: the signature bit in facet f is known */
	uint8		bit[CX_FACETS];
	/* for the journey being packed: */
	uint32		used_by;		/* its number, if it uses this name */
	uint32		position;		/* among its names */
} CxDictName;

typedef struct CxDictEntry
{
	uint32		name[CX_FACETS];	/* position plus 1; 0 = none */
	uint32		hash;
	/* for the journey being packed: */
	uint32		used_by;
	uint32		position;		/* among its entries */
} CxDictEntry;

typedef struct CxDictTable
{
	uint32	   *slots;
	uint32		slots_n;		/* a power of two */
	uint32		n;				/* elements */
	uint32		capacity;		/* of the array of elements */
} CxDictTable;

struct CxDict
{
	MemoryContext context;
	uint64		seed;			/* of the hashes */
	CxDictTable names;
	CxDictTable entries;
	CxDictName *name;
	CxDictEntry *entry;
	uint32		packed;			/* journeys packed from it so far; numbers them */
};

#endif							/* CX_DICT_H */
