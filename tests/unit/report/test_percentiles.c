// SPDX-License-Identifier: GPL-2.0-only
/* Percentiles from buckets against the sorted values themselves. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include <gfptrace/buckets.h>

#include "report/histogram.h"
#include "report/report.h"

#define VALUES 5000

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static uint64_t oracle(const uint64_t *sorted, size_t nr, uint64_t permille)
{
	return sorted[(nr * permille + 999) / 1000 - 1];
}

static void assert_near(uint64_t measured, uint64_t truth, double error)
{
	double off = (double)(measured > truth ? measured - truth : truth - measured);

	assert_true(off <= error * (double)truth + 1e-9);
}

static void check(uint64_t *values, size_t nr)
{
	static uint64_t histogram[GFT_BUCKETS];
	struct report *report = report__new();
	struct latency *latency;
	static const uint64_t permilles[PERCENTILES] = {500, 900, 990, 999};
	uint64_t sum = 0, least;
	size_t i;

	assert_non_null(report);
	latency = report__add_latency(report);
	assert_non_null(latency);
	memset(histogram, 0, sizeof(histogram));
	qsort(values, nr, sizeof(*values), compare);
	for (i = 0; i < nr; i++)
		histogram[gft_bucket(values[i])]++;
	least = latency->min = values[0];
	latency->max = values[nr - 1];
	assert_int_equal(latency__from_histogram(latency, histogram), 0);
	assert_int_equal(latency->count, nr);
	assert_true(latency->error <= 1.0 / 16);
	assert_int_equal(latency->timed, nr);
	assert_false(latency->sampled);
	for (i = 0; i < PERCENTILES; i++) {
		uint64_t value = *latency__percentile(latency, (enum percentile)i);

		/* of fewer it would be the largest alone */
		if (nr * (1000 - permilles[i]) < 1000) {
			assert_true(value == TIME_UNKNOWN);
			continue;
		}
		assert_near(value, oracle(values, nr, permilles[i]), latency->error);
		assert_true(least <= value && value <= latency->max);
		least = value;
	}
	for (i = 0; i < latency->nr_buckets; i++) {
		assert_int_not_equal(latency->buckets[i].count, 0);
		assert_true(!i || latency->buckets[i - 1].le < latency->buckets[i].le);
		sum += latency->buckets[i].count;
	}
	assert_int_equal(sum, nr);
	report__free(report);
}

/* Repeatable: xorshift64. */
static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static void test_random(void **state)
{
	static const size_t sizes[] = {1, 2, 3, 9, 10, 11, 99, 100, 101, 999, 1000, 1001, VALUES};
	static uint64_t values[VALUES];
	uint64_t seed = 88172645463325252ull, random;
	size_t i, round, size;

	(void)state;
	for (round = 0; round < 50; round++) {
		for (size = 0; size < sizeof(sizes) / sizeof(sizes[0]); size++) {
			for (i = 0; i < sizes[size]; i++) {
				random = next_random(&seed);
				values[i] = 32 + (random >> 32) % (1ull << (1 + random % 35));
			}
			check(values, sizes[size]);
		}
	}
}

static void test_one_value(void **state)
{
	uint64_t histogram[GFT_BUCKETS] = {0};
	struct latency latency = {.min = 777, .max = 777, .sum = 777000};

	(void)state;
	histogram[gft_bucket(777)] = 1000;
	assert_int_equal(latency__from_histogram(&latency, histogram), 0);
	assert_int_equal(latency.p50, 777);
	assert_int_equal(latency.p999, 777);
	assert_true(latency.error <= 0);
	assert_int_equal(latency.nr_buckets, 1);
	free(latency.buckets);
}

static void test_empty(void **state)
{
	uint64_t histogram[GFT_BUCKETS] = {0};
	struct latency latency = {0};

	(void)state;
	assert_int_equal(latency__from_histogram(&latency, histogram), 0);
	assert_int_equal(latency.count, 0);
	assert_true(latency.p999 == TIME_UNKNOWN);
	assert_null(latency.buckets);
}

/* In the overflow bucket only the maximum is known. */
static void test_overflow(void **state)
{
	uint64_t histogram[GFT_BUCKETS] = {0};
	struct latency latency = {.min = 100, .max = 1ull << 40};

	(void)state;
	histogram[gft_bucket(100)] = 1;
	histogram[GFT_OVERFLOW] = 9;
	assert_int_equal(latency__from_histogram(&latency, histogram), 0);
	assert_int_equal(latency.p50, 1ull << 40);
	assert_true(latency.buckets[1].le == UINT64_MAX);
	free(latency.buckets);
}

/* Counts for which rank * 1000 does not fit into 64 bits. */
static void test_large_counts(void **state)
{
	uint64_t histogram[GFT_BUCKETS] = {0};
	struct latency latency = {.min = 100, .max = 5000};

	(void)state;
	histogram[gft_bucket(100)] = 1ull << 62;
	histogram[gft_bucket(5000)] = 1ull << 56;
	assert_int_equal(latency__from_histogram(&latency, histogram), 0);
	assert_true(latency.p90 < 104);
	assert_true(latency.p999 > 4000);
	free(latency.buckets);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),	     cmocka_unit_test(test_one_value),
		cmocka_unit_test(test_empty),	     cmocka_unit_test(test_overflow),
		cmocka_unit_test(test_large_counts),
	};

	return cmocka_run_group_tests_name("percentiles", tests, NULL, NULL);
}
