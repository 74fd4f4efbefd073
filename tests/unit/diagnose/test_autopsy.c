// SPDX-License-Identifier: GPL-2.0-only
/* States of the allocator and what follows from them. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "diagnose/reason.h"
#include "diagnose/words_internal.h"
#include "mm/gfp_names.h"

#define KERNEL	 "GFP_KERNEL"
#define ATOMIC	 "GFP_ATOMIC"
#define NOWAIT	 "GFP_NOWAIT"
#define THISNODE "GFP_KERNEL|__GFP_THISNODE"
#define MOVABLE	 "GFP_HIGHUSER_MOVABLE"

/* A zone: pages, blocks of orders 0 to 10, who has blocks (for all orders alike, 0: unknown). */
struct zone_row {
	uint32_t node;
	enum autopsy_place place;
	uint64_t free, boost, min, lowmem_reserve, reserved, cma;
	uint64_t blocks[11];
	uint8_t types;
};

#define U AUTOPSY_UNMOVABLE
#define H AUTOPSY_HIGHATOMIC
#define C AUTOPSY_CMA_TYPE

#define ALLOWED AUTOPSY_ALLOWED
#define OTHER	AUTOPSY_OTHER_NODE
#define PERHAPS AUTOPSY_PERHAPS
#define HIGHER	AUTOPSY_TOO_HIGH

struct state_row {
	const char *name;
	const char *gfp;
	uint32_t order;
	enum gft_reason reason;
	struct zone_row zones[3]; /* the last: min 0 */
};

/* Each reason at order 0 and above, where it can be had there: the order does not tell it. */
/* clang-format off */
static const struct state_row states[] = {
	{ "empty, order 0", KERNEL, 0, GFT_EXHAUSTED, { { 0, ALLOWED, 90, 0, 100, 0, 0, 0, {90}, U } } },
	{ "at the mark is not above it", KERNEL, 0, GFT_EXHAUSTED, { { 0, ALLOWED, 100, 0, 100, 0, 0, 0, {100}, U } } },
	{ "one page above: it came free later", KERNEL, 0, GFT_UNKNOWN, { { 0, ALLOWED, 101, 0, 100, 0, 0, 0, {101}, U } } },
	{ "empty, order 4, with a block", KERNEL, 4, GFT_EXHAUSTED, { { 0, ALLOWED, 90, 0, 100, 0, 0, 0, {[4] = 5}, U } } },
	{ "empty, order 4, without", KERNEL, 4, GFT_EXHAUSTED, { { 0, ALLOWED, 90, 0, 100, 0, 0, 0, {90}, U } } },
	{ "the block's other pages count", KERNEL, 4, GFT_EXHAUSTED, { { 0, ALLOWED, 115, 0, 100, 0, 0, 0, {[4] = 7}, U } } },
	{ "one page more", KERNEL, 4, GFT_UNKNOWN, { { 0, ALLOWED, 116, 0, 100, 0, 0, 0, {[4] = 7}, U } } },
	{ "an atomic request may take 5/8 of min", ATOMIC, 0, GFT_EXHAUSTED, { { 0, ALLOWED, 38, 0, 100, 0, 0, 0, {38}, U } } },
	{ "... and not one page less", ATOMIC, 0, GFT_UNKNOWN, { { 0, ALLOWED, 39, 0, 100, 0, 0, 0, {39}, U } } },
	{ "__GFP_HIGH that sleeps: half", KERNEL "|__GFP_HIGH", 0, GFT_EXHAUSTED, { { 0, ALLOWED, 50, 0, 100, 0, 0, 0, {50}, U } } },
	{ "a boost does not bind order 0 atomic", ATOMIC, 0, GFT_UNKNOWN, { { 0, ALLOWED, 39, 300, 400, 0, 0, 0, {39}, U } } },
	{ "... but order 1", ATOMIC, 1, GFT_EXHAUSTED, { { 0, ALLOWED, 39, 300, 400, 0, 0, 0, {[1] = 19}, U } } },
	{ "lowmem_reserve is exhaustion", KERNEL, 0, GFT_EXHAUSTED, { { 0, ALLOWED, 600, 0, 100, 500, 0, 0, {600}, U } } },
	{ "lowmem_reserve, order 3", KERNEL, 3, GFT_EXHAUSTED, { { 0, ALLOWED, 600, 0, 100, 500, 0, 0, {[3] = 75}, U } } },
	{ "CMA pages are not for the kernel", KERNEL, 0, GFT_EXHAUSTED, { { 0, ALLOWED, 600, 0, 100, 0, 0, 550, {600}, U } } },
	{ "... but for movable ones", MOVABLE, 0, GFT_UNKNOWN, { { 0, ALLOWED, 600, 0, 100, 0, 0, 550, {600}, U } } },

	{ "pieces too small, order 1", KERNEL, 1, GFT_FRAGMENTED, { { 0, ALLOWED, 900, 0, 100, 0, 0, 0, {900}, U } } },
	{ "pieces too small, order 9", KERNEL, 9, GFT_FRAGMENTED, { { 0, ALLOWED, 9000, 0, 100, 0, 0, 0, {[8] = 35}, U } } },
	{ "atomic, order 2", ATOMIC, 2, GFT_FRAGMENTED, { { 0, ALLOWED, 60, 0, 100, 0, 0, 0, {20, 20}, U } } },
	{ "the zone below is empty", KERNEL, 3, GFT_FRAGMENTED, { { 0, ALLOWED, 10, 0, 100, 0, 0, 0, {10}, U }, { 0, ALLOWED, 900, 0, 100, 0, 0, 0, {900}, U } } },
	{ "blocks of CMA only", KERNEL, 3, GFT_FRAGMENTED, { { 0, ALLOWED, 900, 0, 100, 0, 0, 0, {[3] = 112}, C } } },
	{ "blocks of the reserve only, may sleep", KERNEL, 3, GFT_FRAGMENTED, { { 0, ALLOWED, 900, 0, 100, 0, 0, 0, {[3] = 112}, H } } },
	{ "... atomic: usable", ATOMIC, 3, GFT_UNKNOWN, { { 0, ALLOWED, 900, 0, 100, 0, 0, 0, {[3] = 112}, H } } },
	{ "order 0 is never fragmented", KERNEL, 0, GFT_UNKNOWN, { { 0, ALLOWED, 900, 0, 100, 0, 0, 0, {900}, U } } },

	{ "all is reserve, order 0", KERNEL, 0, GFT_RESERVED, { { 0, ALLOWED, 300, 0, 100, 0, 250, 0, {300}, H } } },
	{ "all is reserve, GFP_NOWAIT", NOWAIT, 0, GFT_RESERVED, { { 0, ALLOWED, 300, 0, 100, 0, 250, 0, {300}, H } } },
	{ "all is reserve, order 3", KERNEL, 3, GFT_RESERVED, { { 0, ALLOWED, 300, 0, 100, 0, 250, 0, {[3] = 37}, H } } },
	{ "the reserve would not do either", KERNEL, 3, GFT_EXHAUSTED, { { 0, ALLOWED, 90, 0, 100, 0, 50, 0, {[3] = 11}, H } } },
	{ "an atomic one counts on it", ATOMIC, 0, GFT_UNKNOWN, { { 0, ALLOWED, 300, 0, 100, 0, 290, 0, {300}, H } } },

	{ "another node has it, order 0", KERNEL, 0, GFT_CONSTRAINED, { { 0, ALLOWED, 90, 0, 100, 0, 0, 0, {90}, U }, { 1, OTHER, 900, 0, 100, 0, 0, 0, {900}, U } } },
	{ "another node has it, order 4", KERNEL, 4, GFT_CONSTRAINED, { { 0, ALLOWED, 900, 0, 100, 0, 0, 0, {900}, U }, { 1, OTHER, 900, 0, 100, 0, 0, 0, {[4] = 56}, U } } },
	{ "the other has only pieces", KERNEL, 4, GFT_FRAGMENTED, { { 0, ALLOWED, 900, 0, 100, 0, 0, 0, {900}, U }, { 1, OTHER, 900, 0, 100, 0, 0, 0, {900}, U } } },
	{ "the other is empty", KERNEL, 0, GFT_EXHAUSTED, { { 0, ALLOWED, 90, 0, 100, 0, 0, 0, {90}, U }, { 1, OTHER, 90, 0, 100, 0, 0, 0, {90}, U } } },
	{ "a zone too high is no other node", KERNEL, 0, GFT_EXHAUSTED, { { 0, ALLOWED, 90, 0, 100, 0, 0, 0, {90}, U }, { 0, HIGHER, 900, 0, 100, 0, 0, 0, {900}, U } } },
	{ "one node, which is not known", THISNODE, 0, GFT_CONSTRAINED, { { 0, PERHAPS, 90, 0, 100, 0, 0, 0, {90}, U }, { 1, PERHAPS, 900, 0, 100, 0, 0, 0, {900}, U } } },
	{ "one node, all empty", THISNODE, 5, GFT_EXHAUSTED, { { 0, PERHAPS, 90, 0, 100, 0, 0, 0, {90}, U }, { 1, PERHAPS, 80, 0, 100, 0, 0, 0, {80}, U } } },
	{ "nothing is known", KERNEL, 3, GFT_UNKNOWN, { { 0 } } },
};
/* clang-format on */

static struct autopsy autopsy;
static struct autopsy_finding finding;

static void add_zone(const struct zone_row *row)
{
	struct autopsy_zone *zone = &autopsy.zones[autopsy.nr_zones++];

	autopsy_zone__init(zone);
	strcpy(zone->name, "Normal");
	zone->node = row->node;
	zone->place = row->place;
	zone->free = row->free;
	zone->boost = row->boost;
	zone->min = row->min;
	zone->low = row->min + row->min / 4;
	zone->high = row->min + row->min / 2;
	zone->managed = 100 * row->min;
	zone->lowmem_reserve = row->lowmem_reserve;
	zone->reserved_highatomic = row->reserved;
	zone->free_cma = row->cma;
	zone->blocks_known = true;
	zone->types_known = true;
	for (size_t i = 0; i < 11; i++) {
		zone->blocks[i] = row->blocks[i];
		zone->types[i] = row->blocks[i] ? row->types : 0;
	}
}

static void set_up(const char *gfp, uint32_t order)
{
	autopsy__init(&autopsy);
	autopsy.gfp_known = gfp_names__decode(gfp, &autopsy.gfp);
	assert_true(autopsy.gfp_known);
	autopsy.order = order;
	autopsy.rights = autopsy__rights(autopsy.gfp, order);
}

static void load(const struct state_row *row)
{
	set_up(row->gfp, row->order);
	for (size_t i = 0; i < 3 && row->zones[i].min; i++)
		add_zone(&row->zones[i]);
}

static void reasons(void **state)
{
	static const char *const names[] = GFT_REASON_NAMES;
	enum gft_reason reason;

	(void)state;
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		load(&states[i]);
		reason = autopsy__reason(&autopsy);
		if (reason != states[i].reason)
			fail_msg("%s: %s", states[i].name, names[reason]);
		autopsy__find(&autopsy, &finding);
		assert_int_equal(finding.reason, reason);
		assert_true(strlen(finding.verdict) > 20);
		assert_true(strlen(finding.verdict) < sizeof(finding.verdict) - 1);
		for (size_t a = 0; a < finding.nr_advice; a++)
			assert_true(strlen(finding.advice[a]) < sizeof(finding.advice[a]) - 1);
		assert_true(reason == GFT_UNKNOWN || finding.nr_advice > 0);
	}
}

static void reasons_from_outside(void **state)
{
	static const enum gft_reason given[] = {GFT_MEMCG, GFT_INVALID, GFT_INJECTED};

	(void)state;
	for (size_t i = 0; i < 3; i++)
		for (uint32_t order = 0; order < 12; order += 11) {
			set_up(KERNEL, order);
			autopsy.given = given[i];
			autopsy__find(&autopsy, &finding);
			assert_int_equal(finding.reason, given[i]);
			assert_true(finding.nr_advice > 0);
		}
	set_up(KERNEL, 11);
	autopsy.largest_order = 10;
	assert_int_equal(autopsy__reason(&autopsy), GFT_INVALID);
	autopsy.order = 10;
	assert_int_equal(autopsy__reason(&autopsy), GFT_UNKNOWN);
	autopsy.given = GFT_MEMCG;
	autopsy.memcg_limit = 512 << 20;
	autopsy__find(&autopsy, &finding);
	assert_non_null(strstr(finding.verdict, "512 MiB"));
	assert_non_null(strstr(finding.advice[0], "memory.max"));
}

/* __GFP_THISNODE: where the node is known, its zones alone are the request's. */
static void the_node_is_known(void **state)
{
	static const struct zone_row empty = {0, PERHAPS, 90, 0, 100, 0, 0, 0, {90}, U};
	static const struct zone_row rich = {1, PERHAPS, 900, 0, 100, 0, 0, 0, {900}, U};

	(void)state;
	set_up(THISNODE, 0);
	add_zone(&empty);
	add_zone(&rich);
	assert_int_equal(autopsy__reason(&autopsy), GFT_CONSTRAINED);
	autopsy.preferred_node = 0;
	assert_int_equal(autopsy__reason(&autopsy), GFT_CONSTRAINED);
	assert_int_equal(autopsy__place(&autopsy, &autopsy.zones[1]), AUTOPSY_OTHER_NODE);
	/* the one that was asked for has memory again: no constraint explains that */
	autopsy.preferred_node = 1;
	assert_int_equal(autopsy__reason(&autopsy), GFT_UNKNOWN);
	autopsy.zones[1].free = 80;
	assert_int_equal(autopsy__reason(&autopsy), GFT_EXHAUSTED);
}

/* Nodes that are not in the list: a log leaves out those that the request may not use. */
static void free_elsewhere(void **state)
{
	static const struct zone_row empty = {0, ALLOWED, 90, 0, 100, 0, 0, 0, {90}, U};

	(void)state;
	for (uint32_t order = 0; order < 4; order += 3) {
		set_up(KERNEL, order);
		add_zone(&empty);
		autopsy.free_elsewhere = 9000;
		assert_int_equal(autopsy__reason(&autopsy), GFT_EXHAUSTED);
		autopsy.nodes_limited = true;
		assert_int_equal(autopsy__reason(&autopsy), GFT_CONSTRAINED);
		autopsy.free_elsewhere = 20;
		assert_int_equal(autopsy__reason(&autopsy), GFT_EXHAUSTED);
	}
}

/* The blocks are not known: above order 0 a zone with enough pages had none. */
static void blocks_not_known(void **state)
{
	static const struct zone_row rich = {0, ALLOWED, 900, 0, 100, 0, 0, 0, {0}, 0};

	(void)state;
	set_up(KERNEL, 3);
	add_zone(&rich);
	autopsy.zones[0].blocks_known = false;
	assert_int_equal(autopsy__reason(&autopsy), GFT_FRAGMENTED);
	autopsy.zones[0].free = AUTOPSY_UNKNOWN;
	assert_int_equal(autopsy__reason(&autopsy), GFT_UNKNOWN);
}

static bool verdict_has(const char *text)
{
	return strstr(finding.verdict, text);
}

#define CAME_FREE ": memory came free between the failure and the look at the zones"

/* A zone of its own that has enough; not one that it may not use. */
static void came_free(void **state)
{
	static const struct zone_row rows[] = {
		{0, ALLOWED, 90, 0, 100, 0, 0, 0, {90}, U},
		{1, OTHER, 900, 0, 100, 0, 0, 0, {[4] = 56}, U},
		{0, ALLOWED, 600, 0, 100, 0, 0, 0, {[4] = 37}, U},
	};

	(void)state;
	for (uint32_t order = 0; order < 4; order += 3) {
		set_up(KERNEL, order);
		for (size_t i = 0; i < 3; i++)
			add_zone(&rows[i]);
		autopsy__find(&autopsy, &finding);
		assert_int_equal(finding.reason, GFT_UNKNOWN);
		assert_true(verdict_has("node 0 Normal was found with 2.3 MiB free, more than the "
					"400 KiB that must stay"));
		assert_int_equal(verdict_has("a free block of order 3 (32 KiB) or larger"),
				 order > 0);
		assert_true(verdict_has(CAME_FREE));
	}
}

/* Found to be enough, and gone again before all was read; or never looked at. */
static void zones_that_do_not_tell(void **state)
{
	static const struct zone_row row = {0, ALLOWED, 90, 0, 100, 0, 0, 0, {90}, U};

	(void)state;
	set_up(KERNEL, 3);
	add_zone(&row);
	autopsy.served = true;
	autopsy__find(&autopsy, &finding);
	assert_int_equal(finding.reason, GFT_UNKNOWN);
	assert_true(verdict_has(CAME_FREE));
	autopsy.served = false;
	autopsy__find(&autopsy, &finding);
	assert_int_equal(finding.reason, GFT_EXHAUSTED);
	autopsy.zones[0].free = AUTOPSY_UNKNOWN;
	autopsy__find(&autopsy, &finding);
	assert_int_equal(finding.reason, GFT_UNKNOWN);
	assert_true(verdict_has("is not known") && !verdict_has("came free"));
}

/* v6.12 counts what is free of the reserve; where that is known it is what is subtracted. */
static void free_part_of_the_reserve(void **state)
{
	static const struct zone_row row = {0, ALLOWED, 300, 0, 100, 0, 250, 0, {300}, U};

	(void)state;
	set_up(KERNEL, 0);
	add_zone(&row);
	assert_int_equal(autopsy__reason(&autopsy), GFT_RESERVED);
	autopsy.zones[0].free_highatomic = 199;
	assert_int_equal(autopsy__reason(&autopsy), GFT_UNKNOWN);
	autopsy.zones[0].free_highatomic = 200;
	assert_int_equal(autopsy__reason(&autopsy), GFT_RESERVED);
}

static void marks(void **state)
{
	static const struct {
		uint32_t rights;
		uint64_t mark;
	} rows[] = {
		{0, 1000},
		{AUTOPSY_HALF, 500},
		{AUTOPSY_QUARTER, 750},
		{AUTOPSY_HALF | AUTOPSY_QUARTER, 375},
		{AUTOPSY_OOM, 500},
		{AUTOPSY_HALF | AUTOPSY_QUARTER | AUTOPSY_OOM, 188},
	};
	static const struct zone_row row = {0, ALLOWED, 500, 0, 1000, 7, 0, 0, {500}, U};

	(void)state;
	set_up(KERNEL, 0);
	add_zone(&row);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(autopsy__test(&autopsy, &autopsy.zones[0], rows[i].rights).mark,
				 rows[i].mark + 7);
	assert_true(autopsy__test(&autopsy, &autopsy.zones[0], AUTOPSY_NO_WATERMARKS).passes);
	assert_false(autopsy__test(&autopsy, &autopsy.zones[0], AUTOPSY_HALF).passes);
}

/* The numbers of mm/vmstat.c for some free lists. */
static void fragmentation_index(void **state)
{
	struct autopsy_zone zone;

	(void)state;
	autopsy_zone__init(&zone);
	assert_int_equal(autopsy__fragmentation_index(&zone, 3), 0); /* no block at all */
	zone.blocks[0] = 100;
	/* 1000 - (1000 + 100 * 1000 / 8) / 100 */
	assert_int_equal(autopsy__fragmentation_index(&zone, 3), 865);
	assert_int_equal(autopsy__fragmentation_index(&zone, 0), -1000);
	zone.blocks[3] = 1;
	assert_int_equal(autopsy__fragmentation_index(&zone, 3), -1000);
	/* 1000 - (1000 + 108 * 1000 / 16) / 101 */
	assert_int_equal(autopsy__fragmentation_index(&zone, 4), 924);
	zone.blocks[0] = 0;
	assert_int_equal(autopsy__fragmentation_index(&zone, 4), -500);
	for (size_t i = 0; i < AUTOPSY_ORDERS; i++)
		zone.blocks[i] = UINT64_MAX;
	assert_int_equal(autopsy__fragmentation_index(&zone, 23), -1000);
	zone.blocks[23] = 0;
	assert_true(autopsy__fragmentation_index(&zone, 23) <= 1000);
}

static bool advised(const char *text)
{
	for (size_t i = 0; i < finding.nr_advice; i++)
		if (strstr(finding.advice[i], text))
			return true;
	return false;
}

/* A machine of 4 GB: min 40 MiB, low 50 MiB; an atomic burst fell to the floor of 15 MiB. */
static void advice_for_a_burst(void **state)
{
	static const struct zone_row row = {0, ALLOWED, 3000, 0, 10240, 0, 0, 0, {3000}, U};
	unsigned long min = 0;
	const char *at;

	(void)state;
	set_up(ATOMIC, 0);
	add_zone(&row);
	autopsy__find(&autopsy, &finding);
	at = strstr(finding.advice[0], "vm.min_free_kbytes=");
	assert_non_null(at);
	assert_int_equal(sscanf(at, "vm.min_free_kbytes=%lu (now about 40960)", &min), 1);
	/* the room at the new value is twice what it was and what lacked: low - floor */
	assert_true(min * 5 / 4 - min * 3 / 8 >= 2 * ((12800 - 3840 + 840) * 4));
	assert_true(min < 4 * 40960);
	assert_true(advised("vm.watermark_scale_factor="));
	/* a burst of which 5000 failed lacked more than the one request */
	autopsy.burst = 5000;
	autopsy__find(&autopsy, &finding);
	at = strstr(finding.advice[0], "vm.min_free_kbytes=");
	assert_non_null(at);
	assert_int_equal(sscanf(at, "vm.min_free_kbytes=%lu (now about 40960)", &min), 1);
	assert_true(min * 5 / 4 - min * 3 / 8 >= 2 * ((12800 - 3840 + 5000) * 4));
	autopsy.burst = 0;
	autopsy__find(&autopsy, &finding);
	assert_true(advised("mempool"));
	assert_true(advised("GFP_KERNEL"));
	/* nothing could be reclaimed: a knob would only lie */
	autopsy.usage.file = 10;
	autopsy.usage.anon = 900000;
	autopsy__find(&autopsy, &finding);
	assert_true(advised("no knob will help"));
	assert_true(advised("anonymous memory"));
	assert_false(advised("min_free_kbytes="));
}

/* vm.min_free_kbytes is shared by zones that the log leaves out: only a factor can be told. */
static void zones_not_shown(void **state)
{
	static const struct zone_row row = {0, ALLOWED, 3000, 0, 10240, 0, 0, 0, {3000}, U};

	(void)state;
	set_up(ATOMIC, 0);
	add_zone(&row);
	autopsy.free_elsewhere = 5000;
	autopsy__find(&autopsy, &finding);
	assert_true(advised("% of what it is"));
	assert_false(advised("now about"));
}

static void advice_for_pieces(void **state)
{
	static const struct zone_row row = {0, ALLOWED, 8100, 0, 1000, 0, 0, 0, {100, 0, 2000}, U};

	(void)state;
	set_up(ATOMIC, 5);
	add_zone(&row);
	autopsy__find(&autopsy, &finding);
	assert_int_equal(finding.reason, GFT_FRAGMENTED);
	assert_non_null(strstr(finding.verdict, "no free block of order 5 (128 KiB)"));
	assert_true(advised("raising vm.min_free_kbytes will not help"));
	assert_true(advised("order 2 (16 KiB) would have been served (free blocks: 2000)"));
	assert_true(advised("vm.compaction_proactiveness"));
	set_up(KERNEL, 5);
	add_zone(&row);
	autopsy__find(&autopsy, &finding);
	assert_false(advised("vm.compaction_proactiveness"));
	assert_true(advised("kvmalloc()"));
}

/* Few, large pieces: the index is below the threshold from which on the kernel compacts. */
static void advice_for_the_threshold(void **state)
{
	static const struct zone_row row = {0, ALLOWED, 2048, 0, 100, 0, 0, 0, {[9] = 4}, U};

	(void)state;
	set_up(KERNEL, 10);
	add_zone(&row);
	autopsy__find(&autopsy, &finding);
	assert_int_equal(autopsy__fragmentation_index(&autopsy.zones[0], 10), 250);
	assert_true(advised("vm.extfrag_threshold=200"));
}

static void boost_that_binds(void **state)
{
	static const struct zone_row row = {0, ALLOWED, 500, 400, 600, 0, 0, 0, {[4] = 31}, U};

	(void)state;
	set_up(KERNEL, 4);
	add_zone(&row);
	autopsy__find(&autopsy, &finding);
	assert_int_equal(finding.reason, GFT_EXHAUSTED);
	assert_non_null(strstr(finding.verdict, "without the boost of 1.6 MiB"));
	assert_true(advised("vm.watermark_boost_factor=0"));
}

static void absurd_numbers(void **state)
{
	(void)state;
	set_up(ATOMIC, 63);
	for (size_t i = 0; i < AUTOPSY_ZONES; i++) {
		struct autopsy_zone *zone = &autopsy.zones[autopsy.nr_zones++];

		memset(zone, 0xfe, sizeof(*zone));
		memcpy(zone->name, "Normal", 7);
		zone->place = ALLOWED;
		zone->blocks_known = true;
		zone->types_known = false;
	}
	memset(&autopsy.usage, 0xfe, sizeof(autopsy.usage));
	for (uint32_t order = 0; order < 64; order++) {
		autopsy.order = order;
		autopsy__find(&autopsy, &finding);
	}
}

static void names_of_gfp(void **state)
{
	static const struct {
		const char *names;
		enum gft_class class;
	} rows[] = {
		{"GFP_ATOMIC", GFT_CLASS_ATOMIC},
		{"__GFP_ATOMIC|__GFP_HIGH|__GFP_KSWAPD_RECLAIM", GFT_CLASS_ATOMIC},
		{"GFP_NOWAIT|__GFP_COMP", GFT_CLASS_NOWAIT},
		{"none", GFT_CLASS_NOWAIT},
		{"__GFP_COMP|0x8000000", GFT_CLASS_NOWAIT},
		{"GFP_NOIO|__GFP_NORETRY", GFT_CLASS_NOIO},
		{"GFP_NOFS", GFT_CLASS_NOFS},
		{"GFP_KERNEL_ACCOUNT", GFT_CLASS_KERNEL},
		{"GFP_KERNEL|__GFP_DMA32|__GFP_ZERO", GFT_CLASS_KERNEL},
		{"GFP_USER", GFT_CLASS_USER},
		{"GFP_HIGHUSER", GFT_CLASS_USER},
		{"GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO", GFT_CLASS_MOVABLE},
		{"GFP_TRANSHUGE", GFT_CLASS_THP},
		{"GFP_TRANSHUGE_LIGHT|__GFP_NORETRY", GFT_CLASS_THP},
	};
	uint32_t meaning;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!gfp_names__decode(rows[i].names, &meaning))
			fail_msg("%s is not known", rows[i].names);
		assert_int_equal(gfp_meaning__class(meaning), rows[i].class);
	}
	assert_false(gfp_names__decode("", &meaning));
	assert_true(gfp_names__decode("GFP_ATOMIC|__GFP_NEWLY_MADE", &meaning));
	assert_false(gfp_names__decode("GFP_NEWLY_MADE|__GFP_COMP", &meaning));
	assert_int_equal(meaning, GFP_COMP);
	assert_false(gfp_names__decode("__GFP_COMP|GFP_ATOMIC?", &meaning));
	gfp_names__decode("GFP_ATOMIC", &meaning);
	assert_int_equal(meaning, GFP_HIGH | GFP_KSWAPD_RECLAIM);
	assert_false(gfp_names__decode("GFP_ATOMIC|", &meaning) &&
		     gfp_names__decode("|GFP_ATOMIC", &meaning));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reasons),
		cmocka_unit_test(reasons_from_outside),
		cmocka_unit_test(the_node_is_known),
		cmocka_unit_test(free_elsewhere),
		cmocka_unit_test(zones_not_shown),
		cmocka_unit_test(blocks_not_known),
		cmocka_unit_test(came_free),
		cmocka_unit_test(zones_that_do_not_tell),
		cmocka_unit_test(free_part_of_the_reserve),
		cmocka_unit_test(marks),
		cmocka_unit_test(fragmentation_index),
		cmocka_unit_test(advice_for_a_burst),
		cmocka_unit_test(advice_for_pieces),
		cmocka_unit_test(advice_for_the_threshold),
		cmocka_unit_test(boost_that_binds),
		cmocka_unit_test(absurd_numbers),
		cmocka_unit_test(names_of_gfp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
