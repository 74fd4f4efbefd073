// SPDX-License-Identifier: GPL-2.0-only
/* The exposition: cumulative, escaped, each sample once, bounded. */
#include "unit.h"

#include <string.h>

#include "rendered.h"
#include "sample_report.h"

#define MOST_SERIES 200

static void has(const char *text, const char *line)
{
	if (!strstr(text, line))
		fail_msg("'%s' is missing", line);
}

static void test_values(void **state)
{
	struct report *report = sample_report();
	char *text = render(report, "prom", 0);

	(void)state;
	has(text, "\n# TYPE gfptrace_latency_seconds histogram\n");
	has(text, "gfptrace_latency_seconds_count{class=\"kernel\",order=\"2\",context=\"task\"} "
		  "10\n");
	has(text, "order=\"2\",context=\"task\",le=\"2.047e-06\"} 9\n");
	has(text, "order=\"2\",context=\"task\",le=\"3.071e-06\"} 10\n");
	has(text, "order=\"10\",context=\"task\",le=\"68.719476735\"} 3\n");
	has(text, "order=\"10\",context=\"task\",le=\"+Inf\"} 4\n");
	has(text, "gfptrace_failures_total{class=\"atomic\",order=\"3\",context=\"hardirq\","
		  "reason=\"fragmented\"} 12\n");
	has(text, "gfptrace_requests_missed_total 7\n");
	has(text, "gfptrace_blind{what=\"stages and path\"} 1\n");
	has(text, "gfptrace_window_seconds 2\n");
	has(text, "gfptrace_stage_seconds_total{stage=\"reclaim\"} 0.0027\n");
	has(text, "gfptrace_reserves_touched_total{class=\"atomic\",node=\"0\",zone=\"Normal\"} "
		  "2\n");
	has(text, "gfptrace_lint_total{kind=\"needless-atomic\"} 31\n");
	free(text);
	report__free(report);
}

static void test_escaping(void **state)
{
	struct report *report = sample_report();
	char *text;

	(void)state;
	report->latency[0].labels.value[DIM_COMM] = "a\"b\\c\nd\x1b";
	text = render(report, "prom", 0);
	has(text, "comm=\"a\\\"b\\\\c\\\\x0ad\\\\x1b\"");
	assert_null(strchr(text, '\x1b'));
	free(text);
	report__free(report);
}

/* Counts of one histogram never fall, and end in +Inf, which is _count. */
static void test_cumulative(void **state)
{
	struct report *report = sample_report();
	char *text = render(report, "prom", 0), *rest = text, *line, *value;
	double last = 0, infinite = -1;
	size_t buckets = 0;

	(void)state;
	while ((line = strsep(&rest, "\n"))) {
		value = strrchr(line, ' ');
		if (!strncmp(line, "gfptrace_latency_seconds_bucket", 31)) {
			buckets++;
			assert_true(atof(value) >= last);
			last = atof(value);
			if (strstr(line, "le=\"+Inf\""))
				infinite = last;
		}
		if (!strncmp(line, "gfptrace_latency_seconds_count", 30)) {
			assert_true(atof(value) == infinite);
			last = 0;
			infinite = -1;
		}
	}
	assert_int_equal(buckets % report->nr_latency, 0);
	free(text);
	report__free(report);
}

static size_t count_lines(const char *text, const char *start)
{
	size_t length = strlen(start), count = 0;

	for (; text; text = strchr(text, '\n') ? strchr(text, '\n') + 1 : NULL)
		count += !strncmp(text, start, length);
	return count;
}

static double sum_of(const char *text, const char *start)
{
	size_t length = strlen(start);
	double sum = 0;

	for (; text; text = strchr(text, '\n') ? strchr(text, '\n') + 1 : NULL)
		if (!strncmp(text, start, length) && strchr(text, '}'))
			sum += atof(strstr(text, "} ") + 2);
	return sum;
}

static void test_bounded(void **state)
{
	static const uint64_t times[] = {100, 200, 5000};
	struct report *report = sample_report();
	char name[24], *text;
	size_t i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "%zu", i);
		sample_latency(report, name, "0", "task", times, 1 + i % 3);
		sample_alignment(report, name, 4096);
		sample_failure_card(report);
		report->failures[report->nr_failures - 1].labels.value[DIM_COMM] =
			report__string(report, name);
	}
	report__sort(report);
	report->mode.nr_stretches = 0;
	text = render(report, "prom", 0);
	assert_int_equal(count_lines(text, "gfptrace_latency_seconds_count{"), MOST_SERIES);
	assert_int_equal(count_lines(text, "gfptrace_blocks_total{"), MOST_SERIES);
	assert_int_equal(count_lines(text, "gfptrace_failures_total{"), MOST_SERIES);
	has(text, "gfptrace_latency_seconds_count{class=\"other\",order=\"other\"");
	assert_true(sum_of(text, "gfptrace_requests_total{") == 1999 + 20);
	assert_true(sum_of(text, "gfptrace_failures_total{") == 12 * 1001 + 1);
	free(text);
	report__free(report);
}

static void test_no_latency(void **state)
{
	struct report *report = report__new();
	char *text;

	(void)state;
	report->requests.counted = report->requests.succeeded = 5;
	text = render(report, "prom", 0);
	has(text, "\ngfptrace_requests_total 5\n");
	assert_null(strstr(text, "gfptrace_latency"));
	has(text, "gfptrace_loss_ratio 0\n");
	free(text);
	report__free(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),	   cmocka_unit_test(test_escaping),
		cmocka_unit_test(test_cumulative), cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_no_latency),
	};

	return cmocka_run_group_tests_name("prom", tests, NULL, NULL);
}
