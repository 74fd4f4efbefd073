// SPDX-License-Identifier: GPL-2.0-only
/* One sentence that says what happened. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "diagnose/words_internal.h"
#include "mm/gfp_names.h"

const char *autopsy__pages(const struct autopsy *autopsy, uint64_t pages, char buffer[UNITS_TEXT])
{
	uint64_t bytes;

	if (__builtin_mul_overflow(autopsy__known(pages), (uint64_t)autopsy->page_size, &bytes))
		bytes = UINT64_MAX;
	return format__memory(bytes, buffer);
}

bool autopsy__sleeps(const struct autopsy *autopsy)
{
	return autopsy->gfp_known && autopsy->gfp & GFP_DIRECT_RECLAIM;
}

uint64_t autopsy__reclaimable(const struct autopsy *autopsy)
{
	const struct autopsy_usage *usage = &autopsy->usage;
	uint64_t pages;

	if (usage->file == AUTOPSY_UNKNOWN)
		return AUTOPSY_UNKNOWN;
	pages = usage->file + autopsy__known(usage->slab_reclaimable);
	if (autopsy__known(usage->swap_free)) {
		uint64_t anon = autopsy__known(usage->anon);

		pages += anon < usage->swap_free ? anon : usage->swap_free;
	}
	return pages;
}

/* Managed pages of all zones, if every one says. */
static uint64_t managed(const struct autopsy *autopsy)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < autopsy->nr_zones; i++) {
		if (autopsy->zones[i].managed == AUTOPSY_UNKNOWN)
			return 0;
		sum += autopsy->zones[i].managed;
	}
	return sum;
}

const char *autopsy__holder(const struct autopsy *autopsy, uint64_t *pages)
{
	const struct autopsy_usage *usage = &autopsy->usage;
	const struct {
		const char *name;
		uint64_t pages;
	} holders[] = {
		{"anonymous memory", usage->anon},
		{"shared memory and tmpfs", usage->shmem},
		{"the page cache", usage->file},
		{"kernel slabs", usage->slab_unreclaimable},
		{"memory locked or not evictable", usage->unevictable},
	};
	uint64_t sum = autopsy__known(usage->free) + autopsy__known(usage->slab_reclaimable);
	const char *name = NULL;

	if (usage->anon == AUTOPSY_UNKNOWN)
		return NULL;
	*pages = 0;
	for (size_t i = 0; i < sizeof(holders) / sizeof(holders[0]); i++) {
		sum += autopsy__known(holders[i].pages);
		if (holders[i].pages != AUTOPSY_UNKNOWN && holders[i].pages > *pages) {
			*pages = holders[i].pages;
			name = holders[i].name;
		}
	}
	/* What none of the counters has: pages that drivers and others asked for directly. */
	if (managed(autopsy) > sum && managed(autopsy) - sum > *pages) {
		*pages = managed(autopsy) - sum;
		name = "pages that the kernel or drivers took directly (no counter has them)";
	}
	return name;
}

/* How well a zone explains a failure: 0 not at all. */
static uint64_t weight(const struct autopsy *autopsy, const struct autopsy_zone *zone,
		       enum gft_reason reason)
{
	const uint32_t reserve = AUTOPSY_RESERVE | AUTOPSY_RESERVE_BLOCKS;
	struct autopsy_test test = autopsy__test(autopsy, zone, autopsy->rights);
	uint64_t size = zone->managed == AUTOPSY_UNKNOWN ? zone->min : zone->managed;

	if (!test.known || !autopsy__usable(autopsy, zone))
		return 0;
	if (reason == GFT_FRAGMENTED)
		return test.passes_order_0 && !test.has_block ? zone->free : 0;
	if (reason == GFT_RESERVED)
		return autopsy__test(autopsy, zone, autopsy->rights | reserve).passes ? size : 0;
	return size;
}

const struct autopsy_zone *autopsy__main_zone(const struct autopsy *autopsy, enum gft_reason reason)
{
	const struct autopsy_zone *best = NULL;
	uint64_t most = 0;

	for (size_t i = 0; i < autopsy->nr_zones; i++) {
		uint64_t weighs = weight(autopsy, &autopsy->zones[i], reason);

		if (weighs > most) {
			most = weighs;
			best = &autopsy->zones[i];
		}
	}
	return best;
}

uint64_t autopsy__binding_boost(const struct autopsy *autopsy)
{
	for (size_t i = 0; i < autopsy->nr_zones; i++) {
		struct autopsy_zone zone = autopsy->zones[i];
		uint64_t boost = autopsy__known(zone.boost);

		if (!boost || boost > zone.min || !autopsy__usable(autopsy, &zone))
			continue;
		zone.min -= boost;
		zone.boost = 0;
		if (autopsy__test(autopsy, &zone, autopsy->rights).passes)
			return boost;
	}
	return 0;
}

/* "4 (64 KiB)" */
static const char *order_text(const struct autopsy *autopsy, char text[48])
{
	char size[UNITS_TEXT];
	uint64_t pages = autopsy->order < AUTOPSY_ORDERS ? 1ull << autopsy->order : 0;

	snprintf(text, 48, "%u (%s)", autopsy->order, autopsy__pages(autopsy, pages, size));
	return text;
}

static const char *kind(const struct autopsy *autopsy)
{
	if (!autopsy->gfp_known)
		return "the request";
	if (autopsy__sleeps(autopsy))
		return "a request that may sleep";
	return autopsy->gfp & GFP_HIGH ? "an atomic request" : "a request that may not sleep";
}

static void fragmented(const struct autopsy *autopsy, const struct autopsy_zone *zone, char *text,
		       size_t size)
{
	struct autopsy_test test = autopsy__test(autopsy, zone, autopsy->rights);
	int number = autopsy__fragmentation_index(zone, autopsy->order);
	char order[48], free[UNITS_TEXT], mark[UNITS_TEXT], index[64] = "";

	if (zone->blocks_known && number >= 0)
		snprintf(index, sizeof(index), " (fragmentation index %d of 1000)", number);
	else if (zone->blocks_known)
		snprintf(index, sizeof(index), "; the blocks that are free are set aside");
	snprintf(text, size,
		 "node %u %s had %s free, more than the %s that must stay, but no free block of "
		 "order "
		 "%s or larger that the request may take: memory is fragmented%s",
		 zone->node, zone->name, autopsy__pages(autopsy, zone->free, free),
		 autopsy__pages(autopsy, test.mark, mark), order_text(autopsy, order), index);
}

static void reserved(const struct autopsy *autopsy, const struct autopsy_zone *zone, char *text,
		     size_t size)
{
	struct autopsy_test test = autopsy__test(autopsy, zone, autopsy->rights);
	uint64_t pages = zone->free_highatomic != AUTOPSY_UNKNOWN ? zone->free_highatomic
								  : zone->reserved_highatomic;
	char free[UNITS_TEXT], mark[UNITS_TEXT], reserve[UNITS_TEXT];

	snprintf(text, size,
		 "node %u %s had %s free, more than the %s that must stay, but %s of it are set "
		 "aside for atomic requests above order 0 and %s may not count on them",
		 zone->node, zone->name, autopsy__pages(autopsy, zone->free, free),
		 autopsy__pages(autopsy, test.mark, mark), autopsy__pages(autopsy, pages, reserve),
		 kind(autopsy));
}

static void exhausted_zone(const struct autopsy *autopsy, const struct autopsy_zone *zone,
			   char *text, size_t size)
{
	struct autopsy_test test = autopsy__test(autopsy, zone, autopsy->rights);
	const int64_t block = (int64_t)1 << (autopsy->order < 40 ? autopsy->order : 40);
	char free[UNITS_TEXT], mark[UNITS_TEXT], min[UNITS_TEXT], order[48];
	bool lowered = autopsy->rights & (AUTOPSY_HALF | AUTOPSY_OOM);
	size_t used;

	autopsy__pages(autopsy, zone->free, free);
	autopsy__pages(autopsy, test.mark, mark);
	if (test.passes_order_0) {
		snprintf(text, size,
			 "node %u %s had %s free, %" PRIi64
			 " pages more than must stay: enough for a "
			 "single page, not for a block of order %s: memory is exhausted",
			 zone->node, zone->name, free, test.usable + block - 1 - (int64_t)test.mark,
			 order_text(autopsy, order));
		return;
	}
	snprintf(text, size,
		 "node %u %s was down to %s free, not more than the %s that %s must leave",
		 zone->node, zone->name, free, mark, kind(autopsy));
	used = strlen(text);
	if (lowered)
		snprintf(text + used, size - used, " (its min watermark is %s)",
			 autopsy__pages(autopsy, zone->min, min));
	used = strlen(text);
	snprintf(text + used, size - used, ": memory is exhausted");
}

static void exhausted(const struct autopsy *autopsy, const struct autopsy_zone *zone, char *text,
		      size_t size)
{
	uint64_t boost = autopsy__binding_boost(autopsy);
	char pages[UNITS_TEXT];
	size_t used;

	exhausted_zone(autopsy, zone, text, size);
	used = strlen(text);
	if (boost)
		snprintf(text + used, size - used,
			 "; without the boost of %s in its watermark the request would have been "
			 "served",
			 autopsy__pages(autopsy, boost, pages));
}

static void constrained(const struct autopsy *autopsy, char *text, size_t size)
{
	const char *what = autopsy->gfp_known && autopsy->gfp & GFP_THISNODE
				   ? "__GFP_THISNODE"
				   : "its nodemask or cpuset";
	char free[UNITS_TEXT], where[64] = "";

	for (size_t i = 0; i < autopsy->nr_zones; i++) {
		const struct autopsy_zone *zone = &autopsy->zones[i];
		struct autopsy_test test = autopsy__test(autopsy, zone, autopsy->rights);

		if (test.passes)
			snprintf(where, sizeof(where), "node %u %s had %s free and ", zone->node,
				 zone->name, autopsy__pages(autopsy, zone->free, free));
	}
	if (!*where && autopsy->free_elsewhere != AUTOPSY_UNKNOWN)
		snprintf(where, sizeof(where), "other nodes had %s free and ",
			 autopsy__pages(autopsy, autopsy->free_elsewhere, free));
	snprintf(text, size,
		 "%swould have served the request, but %s kept it to nodes that could not",
		 *where ? where : "another node ", what);
}

/* A zone that would serve the request as it was found. */
static const struct autopsy_zone *serving_zone(const struct autopsy *autopsy)
{
	for (size_t i = 0; i < autopsy->nr_zones; i++) {
		const struct autopsy_zone *zone = &autopsy->zones[i];

		if (autopsy__usable(autopsy, zone) &&
		    autopsy__test(autopsy, zone, autopsy->rights).passes)
			return zone;
	}
	return NULL;
}

static void unknown(const struct autopsy *autopsy, char *text, size_t size)
{
	const struct autopsy_zone *zone = serving_zone(autopsy);
	char free[UNITS_TEXT], mark[UNITS_TEXT], order[48], block[96] = "";

	if (!zone) {
		snprintf(text, size, "%s",
			 autopsy->served ? "the zones were found with enough for the request: "
					   "memory came free between the failure and the look at "
					   "the zones"
					 : "the state of the zones is not known, so no reason can "
					   "be given");
		return;
	}
	if (autopsy->order)
		snprintf(block, sizeof(block), ", and a free block of order %s or larger",
			 order_text(autopsy, order));
	snprintf(
		text, size,
		"node %u %s was found with %s free, more than the %s that must stay%s: memory came "
		"free between the failure and the look at the zones",
		zone->node, zone->name, autopsy__pages(autopsy, zone->free, free),
		autopsy__pages(autopsy, autopsy__test(autopsy, zone, autopsy->rights).mark, mark),
		block);
}

void autopsy__verdict(const struct autopsy *autopsy, struct autopsy_finding *finding)
{
	const struct autopsy_zone *zone = autopsy__main_zone(autopsy, finding->reason);
	const size_t size = sizeof(finding->verdict);
	char *text = finding->verdict;
	char order[48], limit[UNITS_TEXT];

	if (finding->reason == GFT_FRAGMENTED && zone)
		fragmented(autopsy, zone, text, size);
	else if (finding->reason == GFT_RESERVED && zone)
		reserved(autopsy, zone, text, size);
	else if (finding->reason == GFT_EXHAUSTED && zone)
		exhausted(autopsy, zone, text, size);
	else if (finding->reason == GFT_CONSTRAINED)
		constrained(autopsy, text, size);
	else if (finding->reason == GFT_INVALID)
		snprintf(text, size, "order %s is more than the allocator hands out at all",
			 order_text(autopsy, order));
	else if (finding->reason == GFT_INJECTED)
		snprintf(text, size, "fault injection refused the request; memory was not short");
	else if (finding->reason == GFT_MEMCG && autopsy->memcg_limit != AUTOPSY_UNKNOWN)
		snprintf(text, size, "the memory cgroup is at its limit of %s",
			 format__memory(autopsy->memcg_limit, limit));
	else if (finding->reason == GFT_MEMCG)
		snprintf(text, size, "the memory cgroup is at its limit");
	else
		unknown(autopsy, text, size);
}

void autopsy__find(const struct autopsy *autopsy, struct autopsy_finding *finding)
{
	memset(finding, 0, sizeof(*finding));
	finding->reason = autopsy__reason(autopsy);
	autopsy__verdict(autopsy, finding);
	autopsy__advise(autopsy, finding);
}
