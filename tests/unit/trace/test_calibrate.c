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
		cmocka_unit_test(vmemmap_among_noise),
		cmocka_unit_test(vmemmap_of_odd_sizes),
		cmocka_unit_test(pages_of_this_process),
		cmocka_unit_test(cgroups_that_are_none),
	};

	return cmocka_run_group_tests_name("calibration and cgroups", tests, NULL, NULL);
}
