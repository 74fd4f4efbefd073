// SPDX-License-Identifier: GPL-2.0-only
/* A sample's weights against the truth: thousands of made-up runs, all of whose requests are known.
 */
#include "unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collect/weights.h"
#include "report/histogram.h"

static const bool by[DIMENSIONS] = {true, true, true};
static uint64_t state = 88172645463325252ull;

static double next_random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (double)(state >> 11) / (double)(1ull << 53);
}

/* What one series does: the tracer's counters, and the truth. */
struct load {
	struct snapshot now;
	struct weights weights;
	struct series *series;
	uint64_t truth[GFT_BUCKETS], max, sum;
	uint32_t skip, sample;
	double level; /* the median latency, ns; drifts */
};

static void load__open(struct load *load)
{
	static const struct series_key key = {.cpu = SNAPSHOT_NO_CPU};

	memset(load, 0, sizeof(*load));
	assert_int_equal(snapshot__init(&load->now, 1), 0);
	assert_int_equal(weights__init(&load->weights, by, 1, 0), 0);
	load->series = snapshot__series(&load->now, &key);
	assert_non_null(load->series);
	load->sample = 1;
}

static void load__close(struct load *load)
{
	snapshot__free(&load->now);
	weights__free(&load->weights);
}

/* A fast path with a long tail, and now and then a slow one. */
static uint64_t latency_of(const struct load *load)
{
	double normal = sqrt(-2 * log(1 - next_random())) * cos(2 * M_PI * next_random());
	double slow = next_random() < 0.03 ? 20 * exp(next_random() * 4) : 1;

	return (uint64_t)(load->level * exp(normal * 0.4) * slow);
}

/* As bpf/request.bpf.c chooses whom to time. */
static void run(struct load *load, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		uint64_t ns = latency_of(load);

		load->truth[gft_bucket(ns)]++;
		load->sum += ns;
		load->max = ns > load->max ? ns : load->max;
		load->series->align[1]++;
		if (load->sample > 1 && load->skip) {
			load->skip--;
			load->series->untimed++;
			continue;
		}
		load->skip = (uint32_t)(next_random() * (2.0 * load->sample - 1));
		load->series->timed++;
		load->series->bucket[gft_bucket(ns)]++;
		load->series->sum += ns;
		load->series->min = ns < load->series->min ? ns : load->series->min;
		load->series->max = ns > load->series->max ? ns : load->series->max;
	}
}

static void look(struct load *load, enum while_kind kind)
{
	assert_int_equal(weights__look(&load->weights, &load->now, kind), 0);
}

static void report_of(const struct series *series, struct latency *latency)
{
	double spread[GFT_BUCKETS] = {};
	const struct sample sample = {.timed = series->timed,
				      .drawn = series->drawn,
				      .untimed = series->untimed,
				      .spread = spread};

	series__add_spread(series, spread);
	latency->min = series->min;
	latency->max = series->max;
	assert_int_equal(latency__from_sample(latency, series->bucket, &sample), 0);
}

static uint64_t true_percentile(const struct load *load, uint64_t count, double q)
{
	uint64_t rank = (uint64_t)ceil(q * (double)count - 1e-9), seen = 0;
	uint32_t bucket = 0;

	for (; bucket < GFT_OVERFLOW; bucket++) {
		seen += load->truth[bucket];
		if (seen >= rank)
			break;
	}
	return gft_bucket_low(bucket) + (gft_bucket_le(bucket) - gft_bucket_low(bucket)) / 2;
}

struct tally {
	uint64_t asked[PERCENTILES], within[PERCENTILES], unknown[PERCENTILES];
	double width[PERCENTILES];
	double bias, bias_squares; /* of the sums */
	uint64_t runs;
};

static const double quantiles[PERCENTILES] = {0.5, 0.9, 0.99, 0.999};

static void hold_against_truth(struct load *load, struct tally *tally)
{
	const struct series *series = &load->weights.sum.series[0];
	struct latency latency = {};
	uint64_t count = 0;
	double bias;

	for (uint32_t i = 0; i < GFT_BUCKETS; i++)
		count += load->truth[i];
	report_of(series, &latency);
	assert_int_equal(latency.count, count);
	tally->runs++;
	bias = (double)series->sum / (double)load->sum - 1;
	tally->bias += bias;
	tally->bias_squares += bias * bias;
	for (int i = 0; i < PERCENTILES; i++) {
		const struct time_range *interval = &latency.interval[i];
		uint64_t truth = true_percentile(load, count, quantiles[i]);

		if (!latency.sampled || interval->high == TIME_UNKNOWN) {
			tally->unknown[i]++;
			continue;
		}
		tally->asked[i]++;
		tally->within[i] += interval->low <= truth && truth <= interval->high;
		tally->width[i] += (double)interval->high / (double)interval->low;
	}
	free(latency.buckets);
}

static void assert_covered(const char *what, const struct tally *tally)
{
	for (int i = 0; i < PERCENTILES; i++) {
		double share = (double)tally->within[i] / (double)tally->asked[i];

		printf("# %s: q %g: %.2f %% of %llu within, x %.3f wide, unknown %llu; sums %+.2f "
		       "%%\n",
		       what, quantiles[i], 100 * share, (unsigned long long)tally->asked[i],
		       tally->width[i] / (double)tally->asked[i],
		       (unsigned long long)tally->unknown[i],
		       100 * tally->bias / (double)tally->runs);
		if (tally->asked[i] >= 500)
			assert_true(share >= 0.95);
	}
	/* none but chance's */
	assert_true(fabs(tally->bias) < 4 * sqrt(tally->bias_squares));
}

/* Latencies of a kind while all are timed, then of another while a sample is. */
static void two_phases(struct tally *tally, uint32_t sample, double first, double then,
		       uint64_t full, uint64_t sampled, int windows)
{
	struct load load;

	load__open(&load);
	load.level = first;
	run(&load, full);
	look(&load, WHILE_BEGINS);
	load.sample = sample;
	load.skip = (uint32_t)(next_random() * sample);
	load.level = then;
	for (int i = 0; i < windows; i++) {
		run(&load, sampled / (uint64_t)windows);
		look(&load, WHILE_SAMPLED);
	}
	hold_against_truth(&load, tally);
	load__close(&load);
}

#define RUNS 1500

static void covers_the_truth(void **unused)
{
	static const struct {
		const char *what;
		uint32_t sample;
		double first, then;
		uint64_t full, sampled;
		int windows;
	} cases[] = {
		{"slow then fast", 64, 9000, 300, 3000, 20000, 1},
		{"fast then slow", 64, 300, 9000, 6000, 4000, 1},
		{"fast then slow in windows", 8, 300, 9000, 3000, 4000, 10},
		{"alike", 8, 500, 500, 1000, 4000, 3},
		{"a sample alone", 64, 0, 700, 0, 20000, 1},
		{"a small sample", 8, 0, 700, 0, 400, 1},
		{"few in each window", 64, 0, 700, 0, 20000, 40},
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tally tally = {};

		for (int round = 0; round < RUNS; round++)
			two_phases(&tally, cases[i].sample, cases[i].first, cases[i].then,
				   cases[i].full, cases[i].sampled, cases[i].windows);
		assert_covered(cases[i].what, &tally);
	}
}

/* Counts are exact, buckets only grow, windows add up to the whole. */
static void windows_add_up(void **unused)
{
	(void)unused;
	for (int round = 0; round < 200; round++) {
		struct snapshot before, window;
		struct load load;
		uint64_t sums[GFT_BUCKETS] = {}, count = 0, bare = 0, made = 0;
		const struct series *series;

		load__open(&load);
		assert_int_equal(snapshot__init(&before, 1), 0);
		assert_int_equal(snapshot__init(&window, 1), 0);
		load.level = 400;
		load.sample = round % 2 ? 64 : 8;
		load.skip = (uint32_t)(next_random() * load.sample);
		for (int i = 0; i < 30; i++) {
			uint64_t more = (uint64_t)(next_random() * 40), in_window = 0;
			uint64_t older[GFT_BUCKETS];

			assert_int_equal(snapshot__copy(&before, &load.weights.sum), 0);
			run(&load, more);
			made += more;
			look(&load, WHILE_SAMPLED);
			if (!load.weights.sum.count)
				continue;
			series = &load.weights.sum.series[0];
			for (uint32_t b = 0; b < GFT_BUCKETS && before.count; b++) {
				older[b] = before.series[0].bucket[b];
				assert_true(series->bucket[b] >= older[b]);
			}
			assert_int_equal(series__count(series), made);
			assert_int_equal(snapshot__subtract(&window, &load.weights.sum, &before),
					 0);
			if (!window.count)
				continue;
			assert_int_equal(series__count(&window.series[0]), more);
			count += more;
			for (uint32_t b = 0; b < GFT_BUCKETS; b++) {
				assert_true(window.series[0].bucket[b] <= more);
				sums[b] += window.series[0].bucket[b];
				in_window += window.series[0].bucket[b];
			}
			/* all or, where nothing was timed yet, none */
			assert_true(in_window == more || !in_window);
			bare += in_window ? 0 : more;
		}
		assert_int_equal(count, made);
		series = &load.weights.sum.series[0];
		for (uint32_t b = 0; b < GFT_BUCKETS; b++)
			count -= sums[b];
		assert_int_equal(count, bare);
		for (uint32_t b = 0; b < GFT_BUCKETS && !bare; b++)
			assert_int_equal(sums[b], series->bucket[b]);
		snapshot__free(&before);
		snapshot__free(&window);
		load__close(&load);
	}
}

/* A sample that begins and ends: those that were left out meanwhile are of the sample's stretch. */
static void stretches(void **unused)
{
	struct load load;
	struct latency latency = {};

	(void)unused;
	load__open(&load);
	load.level = 300;
	run(&load, 10000);
	load.sample = 8; /* the program changed before we looked */
	load.level = 100000;
	run(&load, 100);
	look(&load, WHILE_BEGINS);
	assert_int_equal(load.weights.sum.series[0].untimed, load.series->untimed);
	run(&load, 9900);
	look(&load, WHILE_SAMPLED);
	run(&load, 50);
	load.sample = 1;
	load.level = 300;
	run(&load, 20000);
	look(&load, WHILE_ENDS);
	run(&load, 10000);
	look(&load, WHILE_ENDS);
	report_of(&load.weights.sum.series[0], &latency);
	assert_int_equal(latency.count, 50050);
	assert_int_equal(load.weights.sum.series[0].untimed, 0);
	/* a fifth is slow: the true p90 is, though far fewer were timed */
	assert_true(latency.timed < 42000);
	assert_true(latency.p50 < 1000);
	assert_true(latency.p90 > 80000);
	free(latency.buckets);
	load__close(&load);
}

/* A series that was never timed stands with those that a report shows in one row with it, or alone.
 */
static void never_timed(void **unused)
{
	static const struct series_key other = {.cpu = SNAPSHOT_NO_CPU, .copy = 1};
	static const struct series_key stranger = {.cpu = SNAPSHOT_NO_CPU,
						   .key = {[GFT_KEY_ORDER] = 3}};
	struct latency latency = {};
	struct series *series;
	struct load load;

	(void)unused;
	load__open(&load);
	load.sample = 8;
	load.level = 500;
	run(&load, 1000);
	series = snapshot__series(&load.now, &other);
	series->untimed = series->align[0] = 5;
	series = snapshot__series(&load.now, &stranger);
	series->untimed = series->align[0] = 7;
	look(&load, WHILE_SAMPLED);
	assert_int_equal(load.weights.sum.series[1].untimed, 0);
	assert_int_equal(series__count(&load.weights.sum.series[1]), 5);
	assert_int_equal(load.weights.sum.series[2].untimed, 7);
	report_of(&load.weights.sum.series[2], &latency);
	assert_int_equal(latency.count, 7);
	assert_int_equal(latency.timed, 0);
	assert_int_equal(latency.nr_buckets, 0);
	assert_true(latency.sampled && latency.p50 == TIME_UNKNOWN && !latency.effective);
	load__close(&load);
}

/* Fewer than 3 / (1 - q) tell no percentile. */
static void too_few(void **unused)
{
	static const uint64_t least[PERCENTILES] = {6, 30, 300, 3000};

	(void)unused;
	for (uint64_t timed = 1; timed < 3100; timed += timed < 40 ? 1 : timed < 290 ? 50 : 5) {
		uint64_t histogram[GFT_BUCKETS] = {};
		double spread[GFT_BUCKETS] = {};
		const struct sample sample = {.timed = timed, .drawn = timed, .spread = spread};
		struct latency latency = {.min = 100, .max = 4000};

		for (uint64_t i = 0; i < timed; i++) {
			uint32_t bucket = gft_bucket(100 + i);

			histogram[bucket] += 64;
			spread[bucket] += 64 * 64;
		}
		assert_int_equal(latency__from_sample(&latency, histogram, &sample), 0);
		assert_int_equal(latency.count, 64 * timed);
		assert_int_equal(latency.effective, timed);
		for (int i = 0; i < PERCENTILES; i++) {
			bool known =
				*latency__percentile(&latency, (enum percentile)i) != TIME_UNKNOWN;

			assert_int_equal(known, timed >= least[i]);
			assert_int_equal(latency.interval[i].high != TIME_UNKNOWN, known);
		}
		free(latency.buckets);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(covers_the_truth), cmocka_unit_test(windows_add_up),
		cmocka_unit_test(stretches),	    cmocka_unit_test(never_timed),
		cmocka_unit_test(too_few),
	};

	return cmocka_run_group_tests_name("weights", tests, NULL, NULL);
}
