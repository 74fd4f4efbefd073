// SPDX-License-Identifier: GPL-2.0-only
/* The reason of a failure, by the allocator's own arithmetic. */
#include "diagnose/reason.h"

#include <string.h>

#include "mm/gfp_names.h"

void autopsy_zone__init(struct autopsy_zone *zone)
{
	memset(zone, 0, sizeof(*zone));
	zone->free = AUTOPSY_UNKNOWN;
	zone->boost = AUTOPSY_UNKNOWN;
	zone->min = AUTOPSY_UNKNOWN;
	zone->low = AUTOPSY_UNKNOWN;
	zone->high = AUTOPSY_UNKNOWN;
	zone->lowmem_reserve = AUTOPSY_UNKNOWN;
	zone->reserved_highatomic = AUTOPSY_UNKNOWN;
	zone->free_highatomic = AUTOPSY_UNKNOWN;
	zone->free_cma = AUTOPSY_UNKNOWN;
	zone->managed = AUTOPSY_UNKNOWN;
	zone->pcp = AUTOPSY_UNKNOWN;
}

void autopsy__init(struct autopsy *autopsy)
{
	memset(autopsy, 0, sizeof(*autopsy));
	autopsy->page_size = 4096;
	autopsy->given = GFT_UNKNOWN;
	autopsy->largest_order = AUTOPSY_UNKNOWN;
	autopsy->preferred_node = AUTOPSY_UNKNOWN;
	autopsy->memcg_limit = AUTOPSY_UNKNOWN;
	autopsy->free_elsewhere = AUTOPSY_UNKNOWN;
	autopsy->usage = (struct autopsy_usage){
		.anon = AUTOPSY_UNKNOWN,
		.file = AUTOPSY_UNKNOWN,
		.shmem = AUTOPSY_UNKNOWN,
		.unevictable = AUTOPSY_UNKNOWN,
		.dirty = AUTOPSY_UNKNOWN,
		.slab_reclaimable = AUTOPSY_UNKNOWN,
		.slab_unreclaimable = AUTOPSY_UNKNOWN,
		.free = AUTOPSY_UNKNOWN,
		.swap_free = AUTOPSY_UNKNOWN,
		.swap_total = AUTOPSY_UNKNOWN,
	};
}

/*
 * mm/page_alloc.c gfp_to_alloc_flags(). Kernels differ in whether __GFP_HIGH alone and
 * GFP_NOWAIT may count on the highatomic reserve (commit ab3508854353, v6.3 and 6.1-stable).
 * A request whose autopsy we make has failed, so it is held to the stricter rule.
 */
uint32_t autopsy__rights(uint32_t gfp, uint32_t order)
{
	const uint32_t mobility = gfp & (GFP_MOVABLE | GFP_RECLAIMABLE);
	uint32_t rights = 0;

	if (gfp & GFP_HIGH)
		rights |= AUTOPSY_HALF;
	if ((gfp & GFP_HIGH) && !(gfp & (GFP_DIRECT_RECLAIM | GFP_NOMEMALLOC))) {
		rights |= AUTOPSY_QUARTER | AUTOPSY_RESERVE;
		if (order)
			rights |= AUTOPSY_RESERVE_BLOCKS;
	}
	if (mobility == GFP_MOVABLE)
		rights |= AUTOPSY_CMA;
	if ((gfp & GFP_MEMALLOC) && !(gfp & GFP_NOMEMALLOC))
		rights |= AUTOPSY_NO_WATERMARKS;
	return rights;
}

/*
 * The min watermark as this request sees it: __zone_watermark_ok(). The boost does not bind
 * a request for one page that may use the reserve (zone_watermark_fast()).
 */
static uint64_t lowered_mark(const struct autopsy *autopsy, const struct autopsy_zone *zone,
			     uint32_t rights)
{
	uint64_t boost = autopsy__known(zone->boost);
	uint64_t min = zone->min;

	if (!autopsy->order && (rights & AUTOPSY_HALF) && boost <= min)
		min -= boost;
	if (rights & AUTOPSY_HALF)
		min -= min / 2;
	if (rights & AUTOPSY_QUARTER)
		min -= min / 4;
	if (rights & AUTOPSY_OOM)
		min -= min / 2;
	return min;
}

/* __zone_watermark_unusable_free(), without 2^order - 1 */
static uint64_t unusable(const struct autopsy_zone *zone, uint32_t rights)
{
	uint64_t pages = 0;

	/* v6.12 subtracts what is free of the reserve, older kernels all of it */
	if (!(rights & AUTOPSY_RESERVE))
		pages = zone->free_highatomic != AUTOPSY_UNKNOWN
				? zone->free_highatomic
				: autopsy__known(zone->reserved_highatomic);
	if (!(rights & AUTOPSY_CMA))
		pages += autopsy__known(zone->free_cma);
	return pages;
}

static bool has_block(const struct autopsy_zone *zone, uint32_t order, uint32_t rights)
{
	uint32_t types = AUTOPSY_UNMOVABLE | AUTOPSY_MOVABLE | AUTOPSY_RECLAIMABLE;

	/* Any page will do: the list that it stands in is not what a watermark looks at. */
	if (!order)
		return zone->free > 0;
	if (!zone->blocks_known)
		return false;
	if (rights & AUTOPSY_RESERVE_BLOCKS)
		types |= AUTOPSY_HIGHATOMIC;
	if (rights & AUTOPSY_CMA)
		types |= AUTOPSY_CMA_TYPE;
	for (uint32_t i = order; i < AUTOPSY_ORDERS; i++)
		if (zone->blocks[i] && (!zone->types_known || zone->types[i] & types))
			return true;
	return false;
}

/* Counts come from outside: what is absurd must not overflow. */
static int64_t to_signed(uint64_t number)
{
	return number >> 56 ? (int64_t)1 << 56 : (int64_t)number;
}

struct autopsy_test autopsy__test(const struct autopsy *autopsy, const struct autopsy_zone *zone,
				  uint32_t rights)
{
	const int64_t size = (int64_t)1 << (autopsy->order < 40 ? autopsy->order : 40);
	struct autopsy_test test = {0};
	int64_t usable, mark;

	if (zone->free == AUTOPSY_UNKNOWN || zone->min == AUTOPSY_UNKNOWN)
		return test;
	usable = to_signed(zone->free) - to_signed(unusable(zone, rights));
	mark = to_signed(lowered_mark(autopsy, zone, rights)) +
	       to_signed(autopsy__known(zone->lowmem_reserve));
	test.known = true;
	test.usable = usable - (size - 1);
	test.mark = (uint64_t)mark;
	test.has_block = has_block(zone, autopsy->order, rights);
	test.passes_order_0 = usable > mark || rights & AUTOPSY_NO_WATERMARKS;
	test.passes =
		test.has_block && (test.usable > mark || (rights & AUTOPSY_NO_WATERMARKS) != 0);
	return test;
}

static bool wants_one_node(const struct autopsy *autopsy)
{
	return autopsy->gfp_known && autopsy->gfp & GFP_THISNODE;
}

enum autopsy_place autopsy__place(const struct autopsy *autopsy, const struct autopsy_zone *zone)
{
	if (zone->place != AUTOPSY_PERHAPS || !wants_one_node(autopsy) ||
	    autopsy->preferred_node == AUTOPSY_UNKNOWN)
		return zone->place;
	return zone->node == autopsy->preferred_node ? AUTOPSY_ALLOWED : AUTOPSY_OTHER_NODE;
}

bool autopsy__usable(const struct autopsy *autopsy, const struct autopsy_zone *zone)
{
	enum autopsy_place place = autopsy__place(autopsy, zone);

	return place == AUTOPSY_ALLOWED || place == AUTOPSY_PERHAPS;
}

/* What the zones together say. */
struct tally {
	size_t tested;
	bool passes;	   /* one that the request could use would serve it */
	bool other_passes; /* one that was kept from it would */
	bool fragmented;
	bool reserved;
	uint64_t high; /* the high watermarks of those that it could use */
};

static void add_zone(const struct autopsy *autopsy, const struct autopsy_zone *zone,
		     struct tally *tally)
{
	const uint32_t reserve = AUTOPSY_RESERVE | AUTOPSY_RESERVE_BLOCKS;
	struct autopsy_test test = autopsy__test(autopsy, zone, autopsy->rights);

	if (!test.known)
		return;
	if (autopsy__place(autopsy, zone) == AUTOPSY_OTHER_NODE)
		tally->other_passes |= test.passes;
	if (!autopsy__usable(autopsy, zone))
		return;
	tally->tested++;
	tally->passes |= test.passes;
	tally->fragmented |= autopsy->order && test.passes_order_0 && !test.has_block;
	test = autopsy__test(autopsy, zone, autopsy->rights | reserve);
	tally->reserved |= test.passes;
	tally->high += (uint64_t)to_signed(autopsy__known(zone->high));
}

/*
 * Nodes that a log leaves out have free pages, more than the watermarks of those that it
 * shows: nodes are alike, so one of them would have served.
 */
static bool elsewhere_would(const struct autopsy *autopsy, const struct tally *tally)
{
	return autopsy->nodes_limited && autopsy->free_elsewhere != AUTOPSY_UNKNOWN &&
	       autopsy->order < AUTOPSY_ORDERS && autopsy->free_elsewhere > tally->high &&
	       autopsy->free_elsewhere > 2ull << autopsy->order;
}

enum gft_reason autopsy__reason(const struct autopsy *autopsy)
{
	struct tally tally = {0};

	if (autopsy->given != GFT_UNKNOWN || autopsy->served)
		return autopsy->given;
	if (autopsy->largest_order != AUTOPSY_UNKNOWN && autopsy->order > autopsy->largest_order)
		return GFT_INVALID;
	for (size_t i = 0; i < autopsy->nr_zones; i++)
		add_zone(autopsy, &autopsy->zones[i], &tally);
	if (!tally.passes && (tally.other_passes || elsewhere_would(autopsy, &tally)))
		return GFT_CONSTRAINED;
	/* The node not known: the one that would have served was another. */
	if (tally.passes && wants_one_node(autopsy) && autopsy->preferred_node == AUTOPSY_UNKNOWN)
		return GFT_CONSTRAINED;
	if (!tally.tested || tally.passes)
		return GFT_UNKNOWN;
	if (tally.fragmented)
		return GFT_FRAGMENTED;
	return tally.reserved ? GFT_RESERVED : GFT_EXHAUSTED;
}

int autopsy__fragmentation_index(const struct autopsy_zone *zone, uint32_t order)
{
	uint64_t pages = 0, blocks = 0;

	for (uint32_t i = 0; i < AUTOPSY_ORDERS; i++) {
		uint64_t count = zone->blocks[i] >> 32 ? 1ull << 32 : zone->blocks[i];

		if (count && i >= order)
			return -1000;
		blocks += count;
		pages += count << i;
	}
	if (!blocks || order >= AUTOPSY_ORDERS)
		return 0;
	if (pages > UINT64_MAX / 1000)
		pages = UINT64_MAX / 1000;
	return 1000 - (int)((1000 + pages * 1000 / (1ull << order)) / blocks);
}
