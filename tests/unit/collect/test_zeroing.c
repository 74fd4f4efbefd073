// SPDX-License-Identifier: GPL-2.0-only
/* What zero-filling takes, derived from counters that are made up here. */
#include "unit.h"

#include <string.h>

#include "collect/zeroing.h"

static struct snapshot snapshot;

static int set_up(void **state)
{
	(void)state;
	return snapshot__init(&snapshot, 16);
}

static int tear_down(void **state)
{
	(void)state;
	snapshot__free(&snapshot);
	return 0;
}

/* A series of `count` requests that took `latency` each: in the middle of a bucket. */
static const struct series *made(uint16_t order, uint32_t path, uint64_t count, uint64_t latency)
{
	struct series *series = &snapshot.series[snapshot.count++];

	memset(series, 0, sizeof(*series));
	series->key.key[GFT_KEY_ORDER] = order;
	series->key.key[GFT_KEY_PATH] = (uint16_t)(path + 1);
	series->sum = count * latency;
	series->min = series->max = latency;
	series->bucket[gft_bucket(latency)] = count;
	series->align[0] = count;
	return series;
}

static void test_difference(void **state)
{
	struct zeroing zeroing;
	const struct series *plain = made(0, GFT_PATH_PCP, 100, 401);
	const struct series *zeroed = made(0, GFT_PATHS + GFT_PATH_PCP, 1000, 521);
	/* the buddy system has its own, and a few slow ones are no matter to a median */
	const struct series *deep = made(3, GFT_PATHS + GFT_PATH_BUDDY, 50, 2001);

	(void)state;
	made(0, GFT_PATHS + GFT_PATH_PCP, 10, 1000000);
	made(3, GFT_PATH_BUDDY, 60, 1601);
	assert_int_equal(zeroing__derive(&zeroing, &snapshot), 0);
	assert_int_equal(zeroing__cost(&zeroing, zeroed), 521 - 401);
	assert_int_equal(zeroing__cost(&zeroing, plain), 0);
	assert_int_equal(zeroing__cost(&zeroing, deep), 2001 - 1601);
}

static void test_unknown(void **state)
{
	struct zeroing zeroing;
	const struct series *alone = made(0, GFT_PATHS + GFT_PATH_PCP, 1000, 520);
	const struct series *few = made(1, GFT_PATHS + GFT_PATH_PCP, 29, 520);
	const struct series *same = made(2, GFT_PATHS + GFT_PATH_PCP, 1000, 520);
	const struct series *slow = made(4, GFT_PATH_RECLAIM, 1000, 520);
	struct series other = *same, unknown = *same;

	(void)state;
	made(1, GFT_PATH_PCP, 1000, 100);
	made(2, GFT_PATH_PCP, 1000, 520); /* init_on_alloc=1 */
	made(4, GFT_PATH_COMPACT, 1000, 100);
	other.key.other = 1;
	unknown.key.key[GFT_KEY_PATH] = 0;
	assert_int_equal(zeroing__derive(&zeroing, &snapshot), 0);
	assert_int_equal(zeroing__cost(&zeroing, alone), 0);
	assert_int_equal(zeroing__cost(&zeroing, few), 0);
	assert_int_equal(zeroing__cost(&zeroing, same), 0);
	assert_int_equal(zeroing__cost(&zeroing, slow), 0);
	zeroing.cost[2][GFT_PATH_PCP] = 7;
	assert_int_equal(zeroing__cost(&zeroing, same), 7);
	assert_int_equal(zeroing__cost(&zeroing, &other), 0);
	assert_int_equal(zeroing__cost(&zeroing, &unknown), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_difference, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_unknown, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
