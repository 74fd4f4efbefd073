// SPDX-License-Identifier: GPL-2.0-only
/* Exported again and again: bounded, no counter falls, whatever grows fastest. */
#include "unit.h"

#include <string.h>

#include "rendered.h"
#include "sample_report.h"
#include "serve/stable_series.h"

#define MANY	    300
#define MOST_SERIES 200

static const char *name_of(struct report *report, size_t i)
{
	return report__printf(report, "task%zu", i);
}

/* One of MANY series of each kind, with `count` requests. */
static void add_one(struct report *report, size_t i, uint64_t count)
{
	static uint64_t histogram[GFT_BUCKETS];
	const uint32_t bucket = gft_bucket(1000);
	struct latency *latency = report__add_latency(report);
	struct alignment *blocks = report__add_alignment(report);
	struct failure *failure = report__add_failure(report);
	struct stage *stage = report__add_stage(report);
	struct headroom *headroom = report__add_headroom(report);

	histogram[bucket] = count;
	latency->labels.value[DIM_COMM] = name_of(report, i);
	latency->sum = 1000 * count;
	latency->min = latency->max = 1000;
	assert_int_equal(latency__from_histogram(latency, histogram), 0);
	blocks->labels.value[DIM_COMM] = name_of(report, i);
	blocks->labels.value[DIM_ORDER] = "0";
	blocks->count = count;
	failure->labels.value[DIM_COMM] = name_of(report, i);
	failure->reason = i % 2 ? "fragmented" : "exhausted";
	failure->count = count;
	stage->stage = "buddy";
	stage->labels.value[DIM_COMM] = name_of(report, i);
	stage->count = count;
	stage->sum = 500 * count;
	headroom->labels.value[DIM_ZONE] = name_of(report, i);
	headroom->count = count;
	headroom->touched_reserves = count / 2;
}

/* The scrape of that turn: each grows, in the second turn the least become the most. */
static char *scrape(struct steady *steady, size_t nr, unsigned int turn)
{
	struct report *report = report__new();
	char *text;

	for (size_t i = 0; i < nr; i++)
		add_one(report, i, turn ? 1 + i + i * 1000 * turn : 1 + i);
	report->requests.counted = report->requests.succeeded = nr;
	report__sort(report);
	assert_int_equal(steady__apply(steady, report), 0);
	text = render(report, "prom", 0);
	report__free(report);
	return text;
}

/* The value of a sample, by its whole name; negative where it is not there. */
static double value_of(const char *text, const char *name, size_t length)
{
	for (; text; text = strchr(text, '\n') ? strchr(text, '\n') + 1 : NULL)
		if (!strncmp(text, name, length) && text[length] == ' ')
			return atof(text + length);
	return -1;
}

static bool is_counter(const char *line)
{
	size_t length = strcspn(line, "{ ");

	return (length > 6 && !strncmp(line + length - 6, "_total", 6)) ||
	       (length > 6 && !strncmp(line + length - 6, "_count", 6));
}

/* Every counter of `before` is in `after`, and not less. */
static void assert_grown(const char *before, const char *after)
{
	size_t counters = 0;

	for (; *before; before += strcspn(before, "\n"), before += *before == '\n') {
		size_t length = strcspn(before, "\n");

		if (*before == '#' || !is_counter(before))
			continue;
		while (before[length] != ' ')
			length--;
		counters++;
		if (value_of(after, before, length) < atof(before + length))
			fail_msg("%.*s: %g, then %g", (int)length, before, atof(before + length),
				 value_of(after, before, length));
	}
	assert_true(counters > 10);
}

static void assert_bounded(const char *text, const char *name, double sum)
{
	size_t length = strlen(name), nr = 0;

	for (; text; text = strchr(text, '\n') ? strchr(text, '\n') + 1 : NULL) {
		if (strncmp(text, name, length) != 0 || text[length] != '{')
			continue;
		nr++;
		sum -= atof(strstr(text, "} ") + 2);
	}
	assert_in_range(nr, 2, MOST_SERIES);
	assert_true(sum > -0.5 && sum < 0.5);
}

static void test_grows(void **state)
{
	struct steady *steady = steady__new();
	char *first = scrape(steady, MANY, 0), *second = scrape(steady, MANY, 1),
	     *third = scrape(steady, MANY, 2);
	const double ones = MANY * (MANY + 1) / 2.0,
		     all = ones + 1000.0 * 2 * MANY * (MANY - 1) / 2.0;

	(void)state;
	assert_bounded(first, "gfptrace_latency_seconds_count", ones);
	assert_bounded(third, "gfptrace_latency_seconds_count", all);
	assert_bounded(third, "gfptrace_blocks_total", all);
	assert_bounded(third, "gfptrace_failures_total", all);
	assert_bounded(third, "gfptrace_stage_requests_total", all);
	assert_bounded(third, "gfptrace_headroom_requests_total", all);
	assert_grown(first, second);
	assert_grown(second, third);
	/* the largest had a name first, and the reason of the rest is told */
	assert_non_null(strstr(third, "{comm=\"task299\"}"));
	assert_non_null(strstr(third, "{comm=\"other\",reason=\"fragmented\"}"));
	free(first);
	free(second);
	free(third);
	steady__free(steady);
}

/* While there is room a new series gets its name; what comes when there is none never does. */
static void test_room(void **state)
{
	struct steady *steady = steady__new();
	char *few = scrape(steady, 100, 0), *more = scrape(steady, STEADY_SERIES, 1),
	     *all = scrape(steady, MANY, 2);

	(void)state;
	assert_null(strstr(few, "other"));
	assert_null(strstr(more, "other"));
	assert_non_null(strstr(more, "{comm=\"task189\"}"));
	assert_non_null(strstr(all, "{comm=\"task189\"}"));
	assert_null(strstr(all, "{comm=\"task190\"}"));
	assert_grown(few, more);
	assert_grown(more, all);
	free(few);
	free(more);
	free(all);
	steady__free(steady);
}

static size_t count_of(const char *text, const char *part)
{
	size_t count = 0;

	for (; *text; text++)
		count += !strncmp(text, part, strlen(part));
	return count;
}

/* What has too few slots in the kernel is `other` already: one series, not two. */
static void test_other(void **state)
{
	struct steady *steady = steady__new();
	struct report *report = report__new();
	char *text;

	(void)state;
	for (size_t i = 0; i < MANY; i++)
		add_one(report, i, 1);
	add_one(report, MANY, 5000);
	report->latency[MANY].labels.value[DIM_COMM] = "other";
	report->alignment[MANY].labels.value[DIM_COMM] = "other";
	report->alignment[MANY].labels.value[DIM_ORDER] = "other";
	report->stages[MANY].labels.value[DIM_COMM] = "other";
	assert_int_equal(steady__apply(steady, report), 0);
	text = render(report, "prom", 0);
	assert_bounded(text, "gfptrace_latency_seconds_count", MANY + 5000);
	assert_bounded(text, "gfptrace_blocks_total", MANY + 5000);
	assert_non_null(strstr(text, "gfptrace_latency_seconds_count{comm=\"other\"} 5110\n"));
	assert_non_null(
		strstr(text, "gfptrace_blocks_total{order=\"other\",comm=\"other\"} 5110\n"));
	assert_int_equal(count_of(text, "_count{comm=\"other\"}"), 1);
	free(text);
	report__free(report);
	steady__free(steady);
}

/* A report whose series are few is left as it is. */
static void test_small(void **state)
{
	struct steady *steady = steady__new();
	struct report *report = sample_report();
	char *before = render(report, "prom", 0), *after;

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(steady__apply(steady, report), 0);
		after = render(report, "prom", 0);
		assert_string_equal(before, after);
		free(after);
	}
	free(before);
	report__free(report);
	steady__free(steady);
}

static void lose(struct steady *steady, uint64_t missed, uint64_t told)
{
	struct report *report = report__new();
	struct loss *loss = report__add_loss(report);

	loss->cause = "recursion";
	loss->count = report->requests.missed = missed;
	loss = report__add_loss(report);
	loss->cause = "unpaired";
	loss->count = 3;
	assert_int_equal(steady__apply(steady, report), 0);
	assert_int_equal(report->requests.missed, told);
	assert_int_equal(report->loss[0].count, told);
	assert_int_equal(report->loss[1].count, 3);
	report__free(report);
}

static void test_loss(void **state)
{
	struct steady *steady = steady__new();

	(void)state;
	lose(steady, 7, 7);
	lose(steady, 5, 7);
	lose(steady, 9, 9);
	steady__free(steady);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grows), cmocka_unit_test(test_room),
		cmocka_unit_test(test_other), cmocka_unit_test(test_small),
		cmocka_unit_test(test_loss),
	};

	return cmocka_run_group_tests_name("steady", tests, NULL, NULL);
}
