// SPDX-License-Identifier: GPL-2.0-only
/* The place of the struct pages, from pairs that may not be pairs; and cgroups by path. */
#include "unit.h"

#include <errno.h>
#include <unistd.h>

#include "trace/calibrate.h"
#include "kernel/cgroups.h"

/* Pages and frame numbers in any order, with strangers among both. */
static void vmemmap_among_noise(void **state)
{
	const __u64 base = 0xffffea0000000000;
	__u64 pages[64], pfns[CALIBRATE_PAGES];
	uint32_t random = 1;

	(void)state;
	for (size_t i = 0; i < CALIBRATE_PAGES; i++)
		pfns[i] = 0x100000 + (random = random * 1664525 + 1013904223) % 100000;
	for (size_t i = 0; i < 64; i++) {
		random = random * 1664525 + 1013904223;
		/* 12 of ours, from the end; page tables and others' pages */
		pages[i] = base + 64 * (i < 12 ? pfns[CALIBRATE_PAGES - 1 - i] : random % 5000000);
	}
	assert_int_equal(calibrate__vmemmap(pages, 64, pfns, CALIBRATE_PAGES, 64), base);
	/* three that agree are chance */
	for (size_t i = 3; i < 12; i++)
		pages[i] = base + 64 * (7000000 + i * i * 977);
	assert_int_equal(calibrate__vmemmap(pages, 64, pfns, CALIBRATE_PAGES, 64), 0);
	assert_int_equal(calibrate__vmemmap(pages, 0, pfns, CALIBRATE_PAGES, 64), 0);
	assert_int_equal(calibrate__vmemmap(pages, 64, pfns, 0, 64), 0);
}

static void vmemmap_of_odd_sizes(void **state)
{
	const __u64 base = 0xfffffc1f00000000;
	const __u64 pfns[] = {40000, 40001, 40002, 81234, 90001, 7};
	__u64 pages[6];

	(void)state;
	for (size_t i = 0; i < 6; i++)
		pages[i] = base + 56 * pfns[5 - i];
	assert_int_equal(calibrate__vmemmap(pages, 6, pfns, 6, 56), base);
}

/* One in three is torn by an interrupt, and a page that comes again proves nothing more. */
static void vmemmap_of_pairs(void **state)
{
	const __u64 base = 0xffffd1c940000000;
	struct gft_page_pair pairs[GFT_CALIBRATION_PAGES];

	(void)state;
	for (size_t i = 0; i < GFT_CALIBRATION_PAGES; i++) {
		__u64 pfn = 0x4321 + i * 7;

		pairs[i] = (struct gft_page_pair){base + 64 * pfn, i % 3 ? pfn : pfn + 1 + i};
	}
	assert_int_equal(calibrate__vmemmap_of_pairs(pairs, GFT_CALIBRATION_PAGES, 64), base);
	assert_int_equal(calibrate__vmemmap_of_pairs(pairs, 5, 64), 0); /* three that agree */
	assert_int_equal(calibrate__vmemmap_of_pairs(pairs, 6, 64), base);
	assert_int_equal(calibrate__vmemmap_of_pairs(pairs, 0, 64), 0);
	/* the size of another kernel's struct page */
	assert_int_equal(calibrate__vmemmap_of_pairs(pairs, GFT_CALIBRATION_PAGES, 56), 0);
	/* more that are torn than not */
	for (size_t i = 0; i < GFT_CALIBRATION_PAGES; i++)
		pairs[i].pfn += i % 3 == 1 ? 5 + i : 0;
	assert_int_equal(calibrate__vmemmap_of_pairs(pairs, GFT_CALIBRATION_PAGES, 64), 0);
	for (size_t i = 0; i < GFT_CALIBRATION_PAGES; i++)
		pairs[i] = (struct gft_page_pair){base + 64 * 7, 7};
	assert_int_equal(calibrate__vmemmap_of_pairs(pairs, GFT_CALIBRATION_PAGES, 64), 0);
	/* no kernel aligns it like that */
	for (size_t i = 0; i < GFT_CALIBRATION_PAGES; i++)
		pairs[i] = (struct gft_page_pair){base + 4096 + 64 * i, i};
	assert_int_equal(calibrate__vmemmap_of_pairs(pairs, GFT_CALIBRATION_PAGES, 64), 0);
}

static void vmemmap_of_zones(void **state)
{
	const __u64 base = 0xffffd1c940000000, gib = 1ull << 30;
	struct gft_zone_pages zones[] = {
		{1, 4095, base + 64 * 16, base + 64 * 4000}, /* DMA */
		{4096, 1044480, base + 64 * 5000, base + 64 * 1040000},
		{1048576, 1ull << 27, base + 64 * 1048576ull, base + 64 * (1ull << 26)},
		{0, 0, 0, 0}, /* nothing is free there */
	};

	(void)state;
	assert_int_equal(calibrate__vmemmap_of_zones(zones, 4, 64), base);
	assert_int_equal(calibrate__vmemmap_of_zones(zones, 1, 64), base);
	/* 128 GiB of memory in one zone: there are several places where it fits */
	zones[2].start = 0;
	assert_int_equal(calibrate__vmemmap_of_zones(zones + 2, 2, 64), 0);
	/* the free list of one zone has a page of another: nothing fits */
	zones[0].highest = base + 64 * 4096;
	zones[0].start = 4096;
	assert_int_equal(calibrate__vmemmap_of_zones(zones, 2, 64), 0);
	assert_int_equal(calibrate__vmemmap_of_zones(NULL, 0, 64), 0);
	zones[1].lowest += 2 * gib; /* where no struct page of that zone is */
	assert_int_equal(calibrate__vmemmap_of_zones(zones, 2, 64), 0);
}

static void pages_of_this_process(void **state)
{
	__u64 pfn[CALIBRATE_PAGES];
	int count = calibrate__touch(pfn);

	(void)state;
	if (geteuid())
		assert_in_range(count, 0, CALIBRATE_PAGES);
	else
		assert_int_equal(count, CALIBRATE_PAGES);
	for (int i = 0; i < count; i++)
		assert_true(pfn[i]);
}

static void cgroups_that_are_none(void **state)
{
	char path[64];

	(void)state;
	assert_int_equal(cgroup__open("/no/such/directory"), -ENOENT);
	assert_int_equal(cgroup__open("/proc"), -ENOTSUP);
	assert_int_equal(cgroup__open("/proc/self/status"), -ENOTDIR);
	assert_true(cgroup__path(0xfffffffffff, path, sizeof(path)) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vmemmap_among_noise),	 cmocka_unit_test(vmemmap_of_odd_sizes),
		cmocka_unit_test(vmemmap_of_pairs),	 cmocka_unit_test(vmemmap_of_zones),
		cmocka_unit_test(pages_of_this_process), cmocka_unit_test(cgroups_that_are_none),
	};

	return cmocka_run_group_tests_name("calibration and cgroups", tests, NULL, NULL);
}
