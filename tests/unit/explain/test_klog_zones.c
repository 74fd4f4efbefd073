// SPDX-License-Identifier: GPL-2.0-only
/* Which zones of a log a request could use, and which entry of lowmem_reserve[] binds it. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "explain/klog.h"

static struct klog_event found;
static size_t nr_found;

static void keep(void *context, const struct klog_event *event)
{
	(void)context;
	found = *event;
	nr_found++;
}

static void parse(const char *text)
{
	struct klog *klog = klog__new(keep, NULL);

	assert_non_null(klog);
	nr_found = 0;
	klog__feed(klog, text, strlen(text));
	klog__finish(klog);
	klog__free(klog);
	assert_int_equal(nr_found, 1);
}

/* A report of zones, each "NAME: lowmem_reserve"; `node` is "" without CONFIG_NUMA. */
static void parse_zones(const char *gfp, const char *node, const char *const *zones,
			const char *reserve)
{
	char text[4096];
	size_t length;

	length = (size_t)snprintf(text, sizeof(text),
				  "x: page allocation failure: order:0, mode:0x0(%s), "
				  "nodemask=(null),cpuset=/,mems_allowed=0\nMem-Info:\n",
				  gfp);
	for (; *zones; zones++)
		length += (size_t)snprintf(text + length, sizeof(text) - length,
					   "%s%s free:4kB min:8kB low:8kB high:8kB managed:80kB\n"
					   "lowmem_reserve[]: %s\n",
					   node, *zones, reserve);
	parse(text);
}

static void highest_zone(void **state)
{
	static const char *const amd64[] = {"DMA", "DMA32", "Normal", NULL};
	static const char *const small[] = {"DMA", "DMA32", NULL};
	static const char *const s390[] = {"DMA", "Normal", NULL};
	static const char *const i386[] = {"DMA", "Normal", "HighMem", NULL};
	static const struct {
		const char *gfp, *node;
		const char *const *zones;
		const char *reserve; /* of the lowest zone */
		uint64_t expected;
		size_t usable; /* zones */
	} rows[] = {
		{"GFP_KERNEL", "Node 0 ", amd64, "0 10 20 30 40", 20, 3},
		{"GFP_KERNEL|__GFP_DMA32", "Node 0 ", amd64, "0 10 20 30 40", 10, 2},
		{"GFP_DMA32|__GFP_ZERO", "Node 0 ", amd64, "0 10 20 30 40", 10, 2},
		{"GFP_ATOMIC|GFP_DMA", "Node 0 ", amd64, "0 10 20 30 40", 0, 1},
		{"GFP_HIGHUSER", "Node 0 ", amd64, "0 10 20 30 40", 20, 3},
		{"GFP_HIGHUSER_MOVABLE", "Node 0 ", amd64, "0 10 20 30 40", 30, 3},
		{"GFP_KERNEL", "Node 0 ", small, "0 10 20 30 40", 20, 2},
		{"GFP_KERNEL", "Node 0 ", s390, "0 7 9", 7, 2},
		{"GFP_HIGHUSER_MOVABLE", "Node 0 ", s390, "0 7 9", 9, 2},
		{"GFP_KERNEL", "", i386, "0 1 2 3", 1, 2},
		{"GFP_HIGHUSER", "", i386, "0 1 2 3", 2, 3},
		{"GFP_HIGHUSER_MOVABLE", "", i386, "0 1 2 3", 3, 3},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t usable = 0;

		parse_zones(rows[i].gfp, rows[i].node, rows[i].zones, rows[i].reserve);
		assert_true(found.autopsy.nr_zones >= 2);
		assert_int_equal(found.autopsy.zones[0].lowmem_reserve, rows[i].expected);
		for (size_t z = 0; z < found.autopsy.nr_zones; z++)
			usable += autopsy__usable(&found.autopsy, &found.autopsy.zones[z]);
		assert_int_equal(usable, rows[i].usable);
	}
}

/* Nodes by nodemask and cpuset; an atomic request is not held to the cpuset. */
static void nodes(void **state)
{
	static const struct {
		const char *gfp, *nodemask, *mems;
		enum autopsy_place places[3];
		bool limited;
	} rows[] = {
		{"GFP_KERNEL", "(null)", "0-2", {0, 0, 0}, false},
		{"GFP_KERNEL", "1", "0-2", {AUTOPSY_OTHER_NODE, 0, AUTOPSY_OTHER_NODE}, true},
		{"GFP_KERNEL", "0,2", "0-2", {0, AUTOPSY_OTHER_NODE, 0}, true},
		{"GFP_KERNEL", "(null)", "1-2", {AUTOPSY_OTHER_NODE, 0, 0}, false},
		{"GFP_ATOMIC", "(null)", "1-2", {0, 0, 0}, false},
		{"GFP_KERNEL|__GFP_THISNODE",
		 "(null)",
		 "0-2",
		 {AUTOPSY_PERHAPS, AUTOPSY_PERHAPS, AUTOPSY_PERHAPS},
		 true},
	};
	char text[1024];
	size_t length;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		length = (size_t)snprintf(text, sizeof(text),
					  "x: page allocation failure: order:0, mode:0x0(%s), "
					  "nodemask=%s,cpuset=/,mems_allowed=%s\nMem-Info:\n",
					  rows[i].gfp, rows[i].nodemask, rows[i].mems);
		for (unsigned int node = 0; node < 3; node++)
			length += (size_t)snprintf(text + length, sizeof(text) - length,
						   "Node %u Normal free:4kB min:8kB\n", node);
		parse(text);
		assert_int_equal(found.autopsy.nr_zones, 3);
		for (size_t node = 0; node < 3; node++)
			assert_int_equal(found.autopsy.zones[node].place, rows[i].places[node]);
		assert_int_equal(found.autopsy.nodes_limited, rows[i].limited);
	}
}

/* Pages of 64 kB: the first kind of block tells; sizes elsewhere are kB. */
static void large_pages(void **state)
{
	(void)state;
	parse("x: page allocation failure: order:2, mode:0x0(GFP_KERNEL), nodemask=(null)\n"
	      "Mem-Info:\n"
	      "Node 0 Normal free:6400kB min:640kB low:800kB high:960kB managed:640000kB\n"
	      "Node 0 Normal: 4*64kB (U) 3*128kB (M) = 640kB\n");
	assert_int_equal(found.autopsy.page_size, 65536);
	assert_int_equal(found.autopsy.zones[0].free, 100);
	assert_int_equal(found.autopsy.zones[0].min, 10);
	assert_int_equal(autopsy__reason(&found.autopsy), GFT_FRAGMENTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(highest_zone),
		cmocka_unit_test(nodes),
		cmocka_unit_test(large_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
