// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <gfptrace/buckets.h>

/* Every bucket begins where the last one ends, and its ends lie in it. */
static void test_boundaries(void **state)
{
	uint32_t bucket;

	(void)state;
	assert_int_equal(gft_bucket_low(0), 0);
	for (bucket = 0; bucket < GFT_OVERFLOW; bucket++) {
		assert_int_equal(gft_bucket(gft_bucket_low(bucket)), bucket);
		assert_int_equal(gft_bucket(gft_bucket_le(bucket)), bucket);
		assert_int_equal(gft_bucket(gft_bucket_le(bucket) + 1), bucket + 1);
		assert_int_equal(gft_bucket_low(bucket + 1), gft_bucket_le(bucket) + 1);
	}
}

static void test_overflow(void **state)
{
	(void)state;
	assert_int_equal(gft_bucket((1ull << 36) - 1), GFT_OVERFLOW - 1);
	assert_int_equal(gft_bucket(1ull << 36), GFT_OVERFLOW);
	assert_int_equal(gft_bucket(UINT64_MAX), GFT_OVERFLOW);
	assert_true(gft_bucket_le(GFT_OVERFLOW) == UINT64_MAX);
}

static void test_table_of_comment(void **state)
{
	(void)state;
	assert_int_equal(gft_bucket(3), 0);
	assert_int_equal(gft_bucket(4), 1);
	assert_int_equal(gft_bucket(2047), 511);
	assert_int_equal(gft_bucket(2048), 512);
	assert_int_equal(gft_bucket_le(512), 2048 + 127);
	assert_int_equal(GFT_BUCKETS, 512 + 400 + 1);
}

/* No value, from 32 ns on, is further than 1/16 of itself from its bucket's midpoint. */
static void test_error(void **state)
{
	uint32_t bucket;

	(void)state;
	for (bucket = gft_bucket(32); bucket < GFT_OVERFLOW; bucket++) {
		uint64_t low = gft_bucket_low(bucket), high = gft_bucket_le(bucket);
		uint64_t middle = low + (high - low) / 2;

		assert_true((middle - low) * 16 <= low);
		assert_true((high - middle) * 16 <= low);
	}
}

static void test_log2(void **state)
{
	uint32_t bit;

	(void)state;
	for (bit = 0; bit < GFT_RANGE_BITS - GFT_LINEAR_BITS; bit++) {
		assert_int_equal(gft_log2(1ull << bit), bit);
		assert_int_equal(gft_log2((2ull << bit) - 1), bit);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_boundaries),
		cmocka_unit_test(test_overflow),
		cmocka_unit_test(test_table_of_comment),
		cmocka_unit_test(test_error),
		cmocka_unit_test(test_log2),
	};

	return cmocka_run_group_tests_name("buckets", tests, NULL, NULL);
}
