// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "metrics/metrics.h"
#include "report/quantile.h"
#include "rendered.h"
#include "sample_report.h"

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* A rule has its answer where a percentile of so few is not shown: which of them it is, is known.
 */
static void assert_stored(const struct latency *latency, uint32_t ppb, uint64_t stored)
{
	struct quantile quantile = latency__quantile(latency, ppb);

	assert_true(quantile.known);
	if (stored == TIME_UNKNOWN)
		assert_true(latency->count * (QUANTILE_ONE - ppb) < QUANTILE_ONE);
	else
		assert_int_equal(quantile.value, stored);
}

/* What is calculated for the four stored quantiles is what is stored. */
static void test_stored(void **state)
{
	struct report *report = report__new();
	uint64_t random = 1, times[1000];
	const struct latency *latency;
	size_t nr, i;

	(void)state;
	for (nr = 1; nr <= 1000; nr += nr < 20 ? 1 : 97) {
		for (i = 0; i < nr; i++)
			times[i] = next_random(&random) >> (20 + next_random(&random) % 40);
		sample_latency(report, "kernel", "0", "task", times, nr);
		latency = &report->latency[report->nr_latency - 1];
		assert_stored(latency, 500000000, latency->p50);
		assert_stored(latency, 900000000, latency->p90);
		assert_stored(latency, 990000000, latency->p99);
		assert_stored(latency, 999000000, latency->p999);
		assert_int_equal(latency__quantile(latency, 0).value, latency->min);
		assert_int_equal(latency__quantile(latency, QUANTILE_ONE).value, latency->max);
	}
	report__free(report);
}

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The true quantile lies between low and high. */
static void test_between(void **state)
{
	struct report *report = report__new();
	uint64_t random = 2, times[997], truth;
	struct quantile quantile;
	uint32_t percent;
	size_t i;

	(void)state;
	for (i = 0; i < 997; i++)
		times[i] = next_random(&random) >> 44;
	sample_latency(report, "kernel", "0", "task", times, 997);
	qsort(times, 997, sizeof(times[0]), compare);
	for (percent = 1; percent <= 100; percent++) {
		truth = times[(997 * percent + 99) / 100 - 1];
		quantile = latency__quantile(&report->latency[0], percent * 10000000);
		assert_true(quantile.low <= truth && truth <= quantile.high);
		assert_true(quantile.low <= quantile.value && quantile.value <= quantile.high);
	}
	report__free(report);
}

static void test_parse(void **state)
{
	static const char *const bad[] = {"",	  ".",	 ".5",		 "1.",	 "1.1",	 "2",  "-0",
					  "0.5x", "0,5", "0.1234567890", "1e-1", " 0.5", "nan"};
	uint32_t ppb = 0;
	size_t i;

	(void)state;
	assert_int_equal(parse__quantile("0.99", &ppb), 0);
	assert_int_equal(ppb, 990000000);
	assert_int_equal(parse__quantile("1", &ppb), 0);
	assert_int_equal(ppb, QUANTILE_ONE);
	assert_int_equal(parse__quantile("1.000000000", &ppb), 0);
	assert_int_equal(parse__quantile("0", &ppb), 0);
	assert_int_equal(ppb, 0);
	assert_int_equal(parse__quantile("0.999999999", &ppb), 0);
	assert_int_equal(ppb, 999999999);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (parse__quantile(bad[i], &ppb) != -EINVAL)
			fail_msg("'%s' is taken", bad[i]);
}

struct total {
	const struct metric *metric;
	double value;
	size_t series;
};

static int add(const struct metric_sample *sample, void *context)
{
	struct total *total = context;

	for (size_t i = 0; i < sample->nr_labels; i++)
		assert_true(metric__has_label(total->metric, sample->labels[i].name));
	assert_true(sample->low <= sample->value && sample->value <= sample->high);
	total->value += sample->value;
	total->series++;
	return 0;
}

static double total_of(const struct report *report, const char *name, size_t series)
{
	struct total total = {.metric = metric__find(name)};

	assert_non_null(total.metric);
	assert_int_equal(total.metric->visit(report, &metric_usual, add, &total), 0);
	assert_int_equal(total.series, series);
	return total.value;
}

/* The metrics add up to the report, and no series has a label that its row does not name. */
static void test_metrics(void **state)
{
	struct report *report = sample_report();

	(void)state;
	assert_true(total_of(report, "gfptrace_requests_total", 3) == 20);
	assert_true(total_of(report, "gfptrace_latency_seconds_count", 3) == 20);
	assert_true(total_of(report, "gfptrace_failures_total", 2) == 13);
	assert_true(total_of(report, "gfptrace_loss_total", 1) == 7);
	assert_true(total_of(report, "gfptrace_blocks_total", 2) == 2000);
	assert_true(total_of(report, "gfptrace_zone_blocks_total", 1) == 2000);
	assert_true(total_of(report, "gfptrace_info", 1) == 1);
	total_of(report, "gfptrace_latency_seconds", 12);
	for (const struct metric *metric = metrics; metric->name; metric++) {
		struct total total = {.metric = metric};

		assert_int_equal(metric->visit(report, &metric_usual, add, &total), 0);
		assert_ptr_equal(metric__find(metric->name), metric);
		assert_int_equal(strncmp(metric->name, metric->family, strlen(metric->family)), 0);
	}
	/* a sample counts all requests, too */
	report->mode.sample = 2;
	assert_true(total_of(report, "gfptrace_requests_total", 3) == 20);
	/* where nothing was timed, blocks and failures tell the requests */
	while (report->nr_latency)
		free(report->latency[--report->nr_latency].buckets);
	assert_true(total_of(report, "gfptrace_requests_total", 4) == 2013);
	/* what was filtered was seen, and is of the machine's requests */
	assert_true(total_of(report, "gfptrace_loss_ratio", 1) > 7.0 / 2021);
	report->requests.filtered = 700000 - 2020;
	assert_true(total_of(report, "gfptrace_loss_ratio", 1) <= 7.0 / 700000);
	assert_true(total_of(report, "gfptrace_requests_filtered_total", 1) == 697980);
	report__free(report);
}

/* What the exporter writes is what the rules know, and of the same kind. */
static void test_exporter(void **state)
{
	static const char *const types[] = {"counter", "gauge", "histogram"};
	struct report *report = sample_report();
	char *text = render(report, "prom", 0), *line, *rest = text, name[64], type[16];
	size_t families = 0;

	(void)state;
	while ((line = strsep(&rest, "\n"))) {
		const struct metric *metric;

		if (sscanf(line, "# TYPE %63s %15s", name, type) != 2)
			continue;
		families++;
		metric = metric__find(name);
		if (!metric)
			fail_msg("%s has no row in metrics.c", name);
		assert_string_equal(type, types[metric->type]);
	}
	assert_true(families > 10);
	free(text);
	report__free(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stored),	 cmocka_unit_test(test_between),
		cmocka_unit_test(test_parse),	 cmocka_unit_test(test_metrics),
		cmocka_unit_test(test_exporter),
	};

	return cmocka_run_group_tests_name("quantile", tests, NULL, NULL);
}
