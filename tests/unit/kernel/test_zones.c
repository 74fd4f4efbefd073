// SPDX-License-Identifier: GPL-2.0-only
/* The zones of machines, from the text of their /proc/zoneinfo. */
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/zones.h"

#define ZONEINFO "tests/golden/kernel/zoneinfo-"

static struct zones zones;

static int parse(const char *text)
{
	FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	int err;

	assert_non_null(file);
	err = zones__parse(file, &zones);
	fclose(file);
	return err;
}

struct expected {
	uint32_t node;
	const char *name;
	uint64_t start, pages;
};

static void assert_file(const char *path, const struct expected *expected, size_t count)
{
	FILE *file = fopen(path, "re");

	assert_non_null(file);
	assert_int_equal(zones__parse(file, &zones), 0);
	fclose(file);
	assert_int_equal(zones.count, count);
	assert_false(zones.overlap);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(zones.zone[i].node, expected[i].node);
		assert_string_equal(zones.zone[i].name, expected[i].name);
		assert_int_equal(zones.zone[i].pages.start, expected[i].start);
		assert_int_equal(zones.zone[i].pages.pages, expected[i].pages);
	}
}

static void one_node(void **state)
{
	static const struct expected small[] = {{0, "DMA", 1, 4095}, {0, "DMA32", 4096, 258016}};
	static const struct expected large[] = {
		{0, "DMA", 1, 4095}, {0, "DMA32", 4096, 1044480}, {0, "Normal", 1048576, 5505024}};

	(void)state;
	assert_file(ZONEINFO "6.1", small, 2);
	assert_file(ZONEINFO "6.12", small, 2);
	assert_file(ZONEINFO "6.18", large, 3);
}

static void two_nodes(void **state)
{
	static const struct expected old[] = {
		{0, "DMA", 1, 4095}, {0, "DMA32", 4096, 126976}, {1, "DMA32", 131072, 131040}};
	static const struct expected new[] = {{0, "DMA", 1, 4095},
					      {0, "DMA32", 4096, 585728},
					      {1, "DMA32", 589824, 458752},
					      {1, "Normal", 1048576, 393216}};

	(void)state;
	assert_file(ZONEINFO "6.1-numa", old, 3);
	assert_file(ZONEINFO "6.12-numa", new, 4);
}

#define ZONE(node, name, spanned, start) \
	"Node " #node ", zone " #name "\n        spanned  " #spanned "\n  start_pfn:  " #start "\n"

static void empty_zones_are_left_out(void **state)
{
	(void)state;
	assert_int_equal(parse(ZONE(0, DMA, 0, 0) ZONE(0, Normal, 16, 32) ZONE(0, Movable, 0, 48)),
			 0);
	assert_int_equal(zones.count, 1);
	assert_string_equal(zones.zone[0].name, "Normal");
	assert_int_equal(zones.zone[0].pages.start, 32);
	/* the size of one zone is not that of the next, which does not say */
	assert_int_equal(parse(ZONE(0, DMA, 16, 0) "Node 0, zone Normal\n  start_pfn: 16\n"), 0);
	assert_int_equal(zones.count, 1);
	assert_int_equal(parse("Node 0, zone Normal\n"), 0);
	assert_int_equal(zones.count, 0);
}

static void overlap_is_seen(void **state)
{
	(void)state;
	assert_int_equal(parse(ZONE(0, Normal, 100, 0) ZONE(1, Normal, 100, 100)), 0);
	assert_false(zones.overlap);
	assert_int_equal(parse(ZONE(0, Normal, 101, 0) ZONE(1, Normal, 100, 100)), 0);
	assert_true(zones.overlap);
	/* one inside the other, and the outer one second */
	assert_int_equal(parse(ZONE(1, Normal, 10, 50) ZONE(0, Normal, 100, 0)), 0);
	assert_true(zones.overlap);
	/* the same twice; and nodes that interleave */
	assert_int_equal(parse(ZONE(0, Normal, 10, 50) ZONE(1, Normal, 10, 50)), 0);
	assert_true(zones.overlap);
	assert_int_equal(parse(ZONE(0, DMA, 10, 0) ZONE(0, Normal, 10, 10) ZONE(1, Normal, 10, 5)),
			 0);
	assert_true(zones.overlap);
}

static void garbage_is_no_zoneinfo(void **state)
{
	static const char *const texts[] = {
		"\n",
		"hello\nworld\n",
		"Node\n",
		"Node x, zone DMA\n",
		"node 0, zone DMA\n",
		"        spanned  4095\n  start_pfn:           1\n",
		"\xff\xfe\n\x01",
	};
	char *line = malloc(5001);

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(parse(texts[i]), -EINVAL);
		assert_int_equal(zones.count, 0);
	}
	assert_non_null(line);
	memset(line, 'N', 5000);
	line[5000] = '\0';
	assert_int_equal(parse(line), -EINVAL);
	free(line);
}

/* Sizes before any zone, and a name that is longer than any: taken in without harm. */
static void strange_lines(void **state)
{
	(void)state;
	assert_int_equal(parse("        spanned  7\n" ZONE(0, ANameLongerThanAnyZoneHas, 4, 4)), 0);
	assert_int_equal(zones.count, 1);
	assert_string_equal(zones.zone[0].name, "ANameLongerThan");
	assert_int_equal(zones.zone[0].pages.pages, 4);
}

static void too_many(void **state)
{
	char *text = NULL;
	size_t size;

	(void)state;
	for (unsigned int count = GFT_RANGES_MAX; count <= GFT_RANGES_MAX + 1; count++) {
		FILE *file = open_memstream(&text, &size);

		assert_non_null(file);
		for (unsigned int i = 0; i < count; i++)
			fprintf(file, "Node %u, zone Normal\n spanned 10\n start_pfn: %u\n", i,
				i * 10);
		fclose(file);
		assert_int_equal(parse(text), count > GFT_RANGES_MAX ? -E2BIG : 0);
		assert_int_equal(zones.count, GFT_RANGES_MAX);
		free(text);
	}
}

static void this_machine_has_zones(void **state)
{
	(void)state;
	assert_int_equal(zones__read(&zones), 0);
	assert_true(zones.count > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_node),
		cmocka_unit_test(two_nodes),
		cmocka_unit_test(empty_zones_are_left_out),
		cmocka_unit_test(overlap_is_seen),
		cmocka_unit_test(garbage_is_no_zoneinfo),
		cmocka_unit_test(strange_lines),
		cmocka_unit_test(too_many),
		cmocka_unit_test(this_machine_has_zones),
	};

	return cmocka_run_group_tests_name("zones", tests, NULL, NULL);
}
