// SPDX-License-Identifier: GPL-2.0-only
/* Headroom: its buckets, and from the counters of a window to the report. */
#include "unit.h"

#include <string.h>

#include "collect/headroom.h"

/* Every number of pages falls into the bucket whose bounds hold it, and no bound is skipped. */
static void buckets(void **state)
{
	uint64_t below = 0;

	(void)state;
	for (uint32_t bucket = 0; bucket < GFT_HEADROOM_BUCKETS; bucket++) {
		uint64_t le = gft_headroom_le(bucket);

		assert_int_equal(gft_headroom_bucket(bucket ? below + 1 : 0), bucket);
		assert_int_equal(gft_headroom_bucket(le), bucket);
		/* a quarter of a power of two at most */
		assert_true(bucket < 8 || le - below <= (below + 1) / 4);
		below = le;
	}
	assert_int_equal(gft_headroom_le(GFT_HEADROOM_BUCKETS - 1), GFT_HEADROOM_MAX);
	assert_int_equal(gft_headroom_bucket(UINT64_MAX), GFT_HEADROOM_BUCKETS - 1);
}

static struct gft_headrooms before, now;
static const struct gft_zones zones = {
	.used = 2,
	.zone = {{.node = 0, .name = "DMA32"}, {.node = 1, .name = "Normal"}},
};

/* What failed in the end is no headroom; windows have what came between. */
static void windows(void **state)
{
	struct report *report = report__new();
	struct gft_headroom *normal = &now.of[0][1];
	struct headroom *headroom;

	(void)state;
	memset(&before, 0, sizeof(before));
	normal->reached[0] = 5;
	normal->failed[0] = 4;
	normal->reached[20] = 10;
	normal->touched = 7;
	normal->touched_failed = 4;
	now.of[1][0].reached[3] = now.of[1][0].failed[3] = 2;
	assert_int_equal(headroom__describe(&before, &now, &zones, report), 0);
	assert_int_equal(report->nr_headroom, 1);
	headroom = &report->headroom[0];
	assert_string_equal(headroom->labels.value[DIM_CLASS], "atomic");
	assert_string_equal(headroom->labels.value[DIM_ZONE], "Normal");
	assert_string_equal(headroom->labels.value[DIM_NODE], "1");
	assert_int_equal(headroom->count, 11);
	assert_int_equal(headroom->touched_reserves, 3);
	assert_int_equal(headroom->nr_buckets, 2);
	assert_int_equal(headroom->buckets[0].le, 0);
	assert_int_equal(headroom->buckets[0].count, 1);
	assert_int_equal(headroom->buckets[1].le, gft_headroom_le(20));
	report__free(report);

	before = now;
	report = report__new();
	assert_int_equal(headroom__describe(&before, &now, &zones, report), 0);
	assert_int_equal(report->nr_headroom, 0);
	normal->reached[21]++;
	assert_int_equal(headroom__describe(&before, &now, &zones, report), 0);
	assert_int_equal(report->headroom[0].count, 1);
	report__free(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buckets),
		cmocka_unit_test(windows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
