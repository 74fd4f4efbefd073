// SPDX-License-Identifier: GPL-2.0-only
/* What would help: a knob and its value, or that none will and what would. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "diagnose/words_internal.h"
#include "mm/gfp_names.h"

static void __attribute__((format(printf, 2, 3)))
say(struct autopsy_finding *finding, const char *format, ...)
{
	va_list args;

	if (finding->nr_advice == AUTOPSY_ADVICE)
		return;
	va_start(args, format);
	vsnprintf(finding->advice[finding->nr_advice++], sizeof(finding->advice[0]), format, args);
	va_end(args);
}

/* The watermarks of the zones that the request could use, together, without boost. */
struct marks {
	uint64_t min;
	uint64_t low;	/* where kswapd is woken */
	uint64_t floor; /* where this request fails */
	/* pages that it lacked, in the zone that lacked least, or all of its burst */
	uint64_t deficit;
	uint64_t managed;
	uint64_t all_min; /* of the zones that share vm.min_free_kbytes; 0: not all are known */
};

/* Is it big enough to be wrong? 2^24 pages are 64 GiB of reserve. */
static bool is_sane(const struct autopsy_zone *zone)
{
	return zone->low != AUTOPSY_UNKNOWN && zone->managed != AUTOPSY_UNKNOWN &&
	       zone->low >> 24 == 0 && zone->managed >> 40 == 0 && zone->min <= zone->low &&
	       autopsy__known(zone->boost) <= zone->min;
}

/* vm.min_free_kbytes in pages: what __setup_per_zone_wmarks() shared among all zones but these. */
static uint64_t all_min(const struct autopsy *autopsy)
{
	uint64_t sum = 0;

	if (autopsy->free_elsewhere != 0 && autopsy->free_elsewhere != AUTOPSY_UNKNOWN)
		return 0;
	for (size_t i = 0; i < autopsy->nr_zones; i++) {
		const struct autopsy_zone *zone = &autopsy->zones[i];

		if (!strcmp(zone->name, "HighMem") || !strcmp(zone->name, "Movable"))
			continue;
		if (!is_sane(zone))
			return 0;
		sum += zone->min - autopsy__known(zone->boost);
	}
	return sum;
}

static bool add_marks(const struct autopsy *autopsy, struct marks *marks)
{
	uint64_t least = AUTOPSY_UNKNOWN;

	memset(marks, 0, sizeof(*marks));
	for (size_t i = 0; i < autopsy->nr_zones; i++) {
		const struct autopsy_zone *zone = &autopsy->zones[i];
		struct autopsy_test test = autopsy__test(autopsy, zone, autopsy->rights);
		uint64_t boost = autopsy__known(zone->boost);

		if (!test.known || !autopsy__usable(autopsy, zone) || !is_sane(zone))
			continue;
		marks->min += zone->min - boost;
		marks->low += zone->low - boost;
		marks->managed += zone->managed;
		/* it would have had to be more than the mark */
		if (test.usable <= (int64_t)test.mark &&
		    (uint64_t)((int64_t)test.mark - test.usable) + 1 < least)
			least = (uint64_t)((int64_t)test.mark - test.usable) + 1;
	}
	marks->floor = marks->min;
	if (autopsy->rights & AUTOPSY_HALF)
		marks->floor -= marks->floor / 2;
	if (autopsy->rights & AUTOPSY_QUARTER)
		marks->floor -= marks->floor / 4;
	marks->deficit = least >> 40 ? 0 : least;
	/* every block that was refused was lacking, where this is known */
	if (autopsy->order < AUTOPSY_ORDERS && autopsy->burst >> 32 == 0 &&
	    autopsy->burst << autopsy->order > marks->deficit)
		marks->deficit = autopsy->burst << autopsy->order;
	marks->all_min = all_min(autopsy);
	return marks->min && marks->managed && marks->low > marks->floor;
}

/*
 * The min watermark that gives room for the burst. vm.min_free_kbytes is shared among the
 * zones, low = min + max(min / 4, managed * scale / 10000): __setup_per_zone_wmarks(). A
 * burst of requests that do not sleep has what lies between low and their floor. It was too
 * little by `deficit`, and a burst is never twice the same: twice the sum.
 */
static uint64_t roomy_min(const struct marks *marks)
{
	const uint64_t gap = marks->low - marks->min;
	const uint64_t wanted = 2 * (marks->low - marks->floor + marks->deficit);
	const uint64_t floor_share = marks->floor * 1000 / marks->min;
	uint64_t min = marks->min, room;

	for (int i = 0; i < 64; i++) {
		room = min / 4 > gap ? min / 4 : gap;
		room += min - min * floor_share / 1000;
		if (room >= wanted)
			break;
		min += min / 16 + 1;
	}
	return min;
}

static uint64_t kib(const struct autopsy *autopsy, uint64_t pages)
{
	return pages * (autopsy->page_size / 1024);
}

/* "vm.min_free_kbytes=8192 (now about 4096)", or by how much where some zones are not known. */
static const char *min_free_text(const struct autopsy *autopsy, const struct marks *marks,
				 uint64_t min, char text[96])
{
	uint64_t percent = min * 100 / marks->min;

	if (marks->all_min)
		/* to a whole MiB */
		snprintf(text, 96, "vm.min_free_kbytes=%" PRIu64 " (now about %" PRIu64 ")",
			 (kib(autopsy, marks->all_min) * percent / 100 + 1023) / 1024 * 1024,
			 kib(autopsy, marks->all_min));
	else
		snprintf(text, 96, "vm.min_free_kbytes at %" PRIu64 " %% of what it is", percent);
	return text;
}

static void advise_watermarks(const struct autopsy *autopsy, struct autopsy_finding *finding)
{
	char had[UNITS_TEXT], lacked[UNITS_TEXT], cost[UNITS_TEXT], knob[96];
	struct marks marks;
	uint64_t min, room, scale;

	if (!add_marks(autopsy, &marks))
		return;
	min = roomy_min(&marks);
	room = marks.low - marks.floor;
	min_free_text(autopsy, &marks, min, knob);
	autopsy__pages(autopsy, room, had);
	autopsy__pages(autopsy, marks.deficit, lacked);
	autopsy__pages(autopsy, min - marks.min, cost);
	if (min > marks.managed / 20) {
		say(finding,
		    "a burst had %s between kswapd's wake-up and the floor and lacked %s; room for "
		    "it "
		    "would take %s, more than 5 %% of the memory: make the burst smaller instead",
		    had, lacked, knob);
		return;
	}
	say(finding,
	    "%s: a burst had %s between kswapd's wake-up and the floor and lacked %s; this makes "
	    "room for two such and takes %s from the rest",
	    knob, had, lacked, cost);
	scale = (marks.low - marks.min + room + marks.deficit) * 10000 / marks.managed + 1;
	if (scale <= 1000)
		say(finding,
		    "or vm.watermark_scale_factor=%" PRIu64
		    " (default 10): wakes kswapd earlier by "
		    "the same room and sets nothing aside",
		    scale);
}

static void advise_holder(const struct autopsy *autopsy, struct autopsy_finding *finding)
{
	uint64_t pages;
	const char *holder = autopsy__holder(autopsy, &pages);
	char size[UNITS_TEXT];

	if (holder && pages)
		say(finding, "look at what holds the memory; the largest part, %s, is %s",
		    autopsy__pages(autopsy, pages, size), holder);
}

static void advise_caller(const struct autopsy *autopsy, struct autopsy_finding *finding)
{
	say(finding,
	    "in the caller: allocate ahead (a pool, mempool_create()), or ask in a context "
	    "that may sleep, with GFP_KERNEL");
	if (autopsy->order)
		say(finding, "ask for single pages: order 0 may use the last of the reserve and is "
			     "served first when memory returns");
}

static void advise_boost(const struct autopsy *autopsy, struct autopsy_finding *finding)
{
	uint64_t boost = autopsy__binding_boost(autopsy);
	char size[UNITS_TEXT];

	if (boost)
		say(finding,
		    "vm.watermark_boost_factor=0 (default 15000) would have left out the boost of "
		    "%s; "
		    "it is raised when page types mix and falls when kswapd has reclaimed as much",
		    autopsy__pages(autopsy, boost, size));
}

static void exhausted(const struct autopsy *autopsy, struct autopsy_finding *finding)
{
	uint64_t reclaimable = autopsy__reclaimable(autopsy);
	char size[UNITS_TEXT];
	struct marks marks;
	bool hopeless = reclaimable != AUTOPSY_UNKNOWN && add_marks(autopsy, &marks) &&
			reclaimable < marks.low - marks.floor;

	advise_boost(autopsy, finding);
	if (hopeless)
		say(finding, "no knob will help for long: only %s could be reclaimed",
		    autopsy__pages(autopsy, reclaimable, size));
	if (!autopsy->gfp_known || autopsy__sleeps(autopsy)) {
		if (!hopeless)
			say(finding,
			    "raising vm.min_free_kbytes will not help a request that may "
			    "sleep: it takes memory away; free some, or add memory or swap");
		advise_holder(autopsy, finding);
		if (autopsy->gfp & GFP_NORETRY && !hopeless)
			say(finding,
			    "the caller gave up after one round of reclaim (__GFP_NORETRY); "
			    "__GFP_RETRY_MAYFAIL tries longer");
		return;
	}
	if (hopeless)
		advise_holder(autopsy, finding);
	else
		advise_watermarks(autopsy, finding);
	advise_caller(autopsy, finding);
}

/* The largest order that the request would have got, -1 if none. */
static int possible_order(const struct autopsy *autopsy, uint64_t *blocks)
{
	struct autopsy smaller = *autopsy;
	int order;

	for (order = (int)autopsy->order - 1; order >= 0; order--) {
		smaller.order = (uint32_t)order;
		for (size_t i = 0; i < autopsy->nr_zones; i++) {
			const struct autopsy_zone *zone = &autopsy->zones[i];

			if (!autopsy__usable(autopsy, zone) || !zone->blocks_known ||
			    !autopsy__test(&smaller, zone, smaller.rights).passes)
				continue;
			*blocks = 0;
			for (int o = order; o < AUTOPSY_ORDERS; o++)
				if (zone->blocks[o] >> 32 == 0)
					*blocks += zone->blocks[o] << (o - order);
			return order;
		}
	}
	return -1;
}

static void fragmented(const struct autopsy *autopsy, struct autopsy_finding *finding)
{
	const struct autopsy_zone *zone = autopsy__main_zone(autopsy, GFT_FRAGMENTED);
	uint64_t blocks = 0;
	int index = -1000, order = possible_order(autopsy, &blocks);
	char size[UNITS_TEXT];

	say(finding,
	    "raising vm.min_free_kbytes will not help: there was free memory, in pieces too "
	    "small");
	if (order >= 0)
		say(finding,
		    "a request of order %d (%s) would have been served (free blocks: %" PRIu64
		    "): ask for less at once; for a network driver, a smaller MTU or header split",
		    order, autopsy__pages(autopsy, 1ull << order, size), blocks);
	if (zone && zone->blocks_known)
		index = autopsy__fragmentation_index(zone, autopsy->order);
	if (!autopsy__sleeps(autopsy)) {
		say(finding,
		    "a request that may not sleep cannot compact memory: let kcompactd do it "
		    "ahead, vm.compaction_proactiveness=40 (default 20), or echo 1 > "
		    "/proc/sys/vm/compact_memory before the load");
		if (zone && zone->boost == 0)
			say(finding,
			    "vm.watermark_boost_factor (default 15000) was not at work in "
			    "this zone: if it is 0, set 15000, so that kswapd clears whole "
			    "blocks when types mix");
	} else if (autopsy->order > AUTOPSY_COSTLY_ORDER && index >= 0 &&
		   index <= AUTOPSY_EXTFRAG_THRESHOLD) {
		say(finding,
		    "vm.extfrag_threshold=%d (default %d): above order %d the kernel compacts only "
		    "if "
		    "the fragmentation index (%d) is larger",
		    index > 100 ? index - 50 : 0, AUTOPSY_EXTFRAG_THRESHOLD, AUTOPSY_COSTLY_ORDER,
		    index);
	}
	say(finding,
	    "if the memory need not be contiguous: kvmalloc() or vmalloc(); if it must be: "
	    "allocate it early, or reserve a CMA area");
	if (autopsy__sleeps(autopsy) && autopsy->gfp & GFP_NORETRY)
		say(finding,
		    "__GFP_NORETRY says that a failure is expected: with a fallback, "
		    "__GFP_NOWARN keeps it out of the log; __GFP_RETRY_MAYFAIL tries longer");
}

static void reserved(const struct autopsy *autopsy, struct autopsy_finding *finding)
{
	const struct autopsy_zone *zone = autopsy__main_zone(autopsy, GFT_RESERVED);
	struct marks marks;
	char knob[96];

	say(finding,
	    "no knob sets the size of this reserve (at most 1 %% of a zone); the kernel gives "
	    "it back only to requests that reclaim");
	if (zone && add_marks(autopsy, &marks) && marks.deficit < marks.managed / 40)
		say(finding, "%s keeps kswapd ahead by twice what the reserve took away",
		    min_free_text(autopsy, &marks, marks.min + 2 * marks.deficit, knob));
	if (!autopsy__sleeps(autopsy))
		say(finding,
		    "if the request is urgent, GFP_ATOMIC may count on the reserve; if it can "
		    "wait, GFP_KERNEL in a context that may sleep");
}

void autopsy__advise(const struct autopsy *autopsy, struct autopsy_finding *finding)
{
	char limit[UNITS_TEXT];

	switch (finding->reason) {
	case GFT_EXHAUSTED:
		exhausted(autopsy, finding);
		break;
	case GFT_FRAGMENTED:
		fragmented(autopsy, finding);
		break;
	case GFT_RESERVED:
		reserved(autopsy, finding);
		break;
	case GFT_CONSTRAINED:
		say(finding, "no watermark will help: let the request use other nodes: a wider "
			     "cpuset.mems, numactl --preferred in place of --membind, no "
			     "__GFP_THISNODE");
		break;
	case GFT_MEMCG:
		if (autopsy->memcg_limit != AUTOPSY_UNKNOWN)
			say(finding, "raise memory.max of the cgroup above %s, or use less in it",
			    format__memory(autopsy->memcg_limit, limit));
		else
			say(finding, "raise memory.max of the cgroup, or use less in it");
		say(finding, "no knob of the allocator will help");
		break;
	case GFT_INVALID:
		say(finding,
		    "no knob will help: use vmalloc() or kvmalloc(), a CMA area, or several "
		    "smaller blocks");
		break;
	case GFT_INJECTED:
		say(finding, "nothing is to be done unless the caller did not bear it");
		break;
	default:
		break;
	}
}
