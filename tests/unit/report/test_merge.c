// SPDX-License-Identifier: GPL-2.0-only
/* Merged reports: exact sums in any order, what must not be added up kept apart. */
#include "unit.h"

#include <string.h>

#include "report/merge.h"
#include "rendered.h"
#include "report/json_write.h"
#include "sample_report.h"

#define REPORTS 50
#define TIMES	40

static char error[256];

/* Good enough, and the same everywhere: minstd (Park and Miller 1988). */
static uint32_t next_random(uint32_t *state)
{
	*state = (uint32_t)((uint64_t)*state * 48271 % 2147483647);
	return *state;
}

struct truth {
	uint64_t histogram[GFT_BUCKETS];
	uint64_t count, sum, min, max, counted, missed;
};

/* A report that its number decides; what is in the series atomic, 0, task goes to `truth`. */
static struct report *make_report(uint32_t number, struct truth *truth)
{
	static const char *const classes[] = {"atomic", "kernel", "movable"};
	struct report *report = sample_report();
	uint32_t state = number + 1;
	uint64_t times[TIMES];
	size_t i, nr = 1 + next_random(&state) % TIMES;
	const char *class = classes[next_random(&state) % 3];

	for (i = 0; i < nr; i++)
		times[i] = next_random(&state) >> next_random(&state) % 24;
	sample_latency(report, class, "0", "task", times, nr);
	for (i = 0; i < nr && truth && !strcmp(class, "atomic"); i++) {
		truth->histogram[gft_bucket(times[i])]++;
		truth->count++;
		truth->sum += times[i];
		truth->min = times[i] < truth->min ? times[i] : truth->min;
		truth->max = times[i] > truth->max ? times[i] : truth->max;
	}
	report->name = report__printf(report, "host%u.json", number);
	report->mode.tier = number % 7 ? "fexit" : "kprobe";
	report->requests.counted += number;
	report->requests.succeeded += number;
	report->requests.missed = number % 5;
	report->loss[0].count = number % 5;
	report->failures[0].count = 2 + number % 9;
	report->slowest[0].ts += number;
	if (number % 10 == 3)
		report__add_blind(report, "page frame numbers", "no rights");
	report__sort(report);
	if (truth) {
		truth->counted += report->requests.counted;
		truth->missed += report->requests.missed;
	}
	return report;
}

/* The reports 0 .. nr - 1 in an order that `seed` decides, as one. */
static struct report *merged(size_t nr, uint32_t seed, struct truth *truth)
{
	struct report *reports[REPORTS], *swap, *report;
	uint32_t state = seed;
	size_t i, j;

	for (i = 0; i < nr; i++)
		reports[i] = make_report((uint32_t)i, truth);
	for (i = nr; seed && i > 1; i--) {
		j = next_random(&state) % i;
		swap = reports[j];
		reports[j] = reports[i - 1];
		reports[i - 1] = swap;
	}
	report = report__merge(reports, nr, error, sizeof(error));
	if (!report)
		fail_msg("%s", error);
	return report;
}

static void test_any_order(void **state)
{
	static const char *const written[] = {"json", "text", "html", "prom"};
	struct report *report;
	char *first[4], *text;
	uint32_t seed;
	size_t i;

	(void)state;
	for (seed = 0; seed < 10; seed++) {
		report = merged(REPORTS, seed, NULL);
		for (i = 0; i < 4; i++) {
			text = render(report, written[i], 0);
			if (!seed) {
				first[i] = text;
				continue;
			}
			assert_string_equal(first[i], text);
			free(text);
		}
		report__free(report);
	}
	for (i = 0; i < 4; i++)
		free(first[i]);
}

static const struct latency *find(const struct report *report, const char *class, const char *order,
				  const char *context)
{
	for (size_t i = 0; i < report->nr_latency; i++) {
		const struct labels *labels = &report->latency[i].labels;

		if (!strcmp(labels->value[DIM_CLASS], class) &&
		    !strcmp(labels->value[DIM_ORDER], order) &&
		    !strcmp(labels->value[DIM_CONTEXT], context))
			return &report->latency[i];
	}
	return NULL;
}

static void test_exact(void **state)
{
	static struct truth truth = {.min = UINT64_MAX};
	struct report *report = merged(REPORTS, 7, &truth);
	const struct latency *latency = find(report, "atomic", "0", "task");
	struct latency expected = {.sum = truth.sum, .min = truth.min, .max = truth.max};
	size_t i;

	(void)state;
	assert_non_null(latency);
	assert_int_equal(latency__from_histogram(&expected, truth.histogram), 0);
	assert_int_equal(latency->count, truth.count);
	assert_int_equal(latency->sum, truth.sum);
	assert_int_equal(latency->min, truth.min);
	assert_int_equal(latency->max, truth.max);
	assert_int_equal(latency->p50, expected.p50);
	assert_int_equal(latency->p99, expected.p99);
	assert_int_equal(latency->p999, expected.p999);
	assert_int_equal(latency->nr_buckets, expected.nr_buckets);
	for (i = 0; i < expected.nr_buckets; i++)
		assert_int_equal(latency->buckets[i].count, expected.buckets[i].count);
	assert_int_equal(report->requests.counted, truth.counted);
	assert_int_equal(report->requests.missed, truth.missed);
	assert_int_equal(find(report, "kernel", "2", "task")->count, 10 * REPORTS);
	assert_int_equal(report->alignment[0].count, 1000 * REPORTS);
	assert_int_equal(report->zones[0].count, 2000 * REPORTS);
	assert_int_equal(report->stages[0].count, 1900 * REPORTS);
	assert_int_equal(report->stages[0].p99, 120);
	assert_true(report->stages[0].share > 0.499 && report->stages[0].share < 0.501);
	assert_int_equal(report->headroom[0].count, 100 * REPORTS);
	assert_int_equal(report->lint[0].count, 31 * REPORTS);
	assert_int_equal(report->nr_stacks, 1);
	assert_int_equal(report->stacks[0].count, 1900 * REPORTS);
	assert_int_equal(report->stacks[0].stack.nr, 2);
	assert_int_equal(report->cache.counts[1], 900 * REPORTS);
	assert_int_equal(report->mode.nr_changes, 1);
	assert_int_equal(report->mode.nr_stretches, 1);
	assert_int_equal(report->nr_slowest, 2);
	assert_int_equal(report->slowest[0].ts, 1500000000);
	assert_int_equal(report->cost.programs[0].runs, 2007 * REPORTS);
	assert_int_equal(report->window.duration_ns, 2000000000ull * REPORTS);
	free(expected.buckets);
	report__free(report);
}

/* Losses and blind spots of each; the whole sees no more than each does. */
static void test_hosts(void **state)
{
	struct report *report = merged(11, 3, NULL);
	const struct host *host = &report->hosts[10];
	char *text = render(report, "text", 0);

	(void)state;
	assert_int_equal(report->nr_hosts, 11);
	assert_string_equal(report->mode.tier, "kprobe");
	assert_string_equal(host->name, "host10.json");
	assert_string_equal(report->hosts[9].name, "host9.json");
	assert_int_equal(report->hosts[9].missed, 4);
	assert_int_equal(report->hosts[9].loss[0].count, 4);
	assert_int_equal(report->hosts[3].nr_blind, 3);
	assert_int_equal(host->nr_blind, 2);
	assert_int_equal(report->mode.nr_blind, 3);
	assert_string_equal(report__find_blind(report, "page ")->why, "no rights");
	assert_null(report__find_blind(report, "pages"));
	assert_non_null(strstr(text, "11 reports merged; Linux 6.12.0-sample"));
	assert_non_null(strstr(text, "page frame numbers: no rights (in 1 of the 11 reports)"));
	assert_null(strstr(text, "not built yet (in"));
	free(text);
	report__free(report);
}

/* A merged report is a report: it is read again, and merged again. */
static void test_again(void **state)
{
	struct report *parts[2], *whole, *all = merged(20, 1, NULL), *again;
	char *text = render(all, "json", 0), *after;
	struct report *reports[20];
	FILE *file = fmemopen(text, strlen(text), "r");

	(void)state;
	assert_non_null(file);
	again = report__read_json(file, error, sizeof(error));
	fclose(file);
	if (!again)
		fail_msg("%s", error);
	after = render(again, "json", 0);
	assert_string_equal(text, after);
	report__free(again);
	free(after);
	free(text);
	for (uint32_t i = 0; i < 20; i++)
		reports[i] = make_report(i, NULL);
	parts[0] = report__merge(reports, 9, error, sizeof(error));
	parts[1] = report__merge(reports + 9, 11, error, sizeof(error));
	whole = report__merge(parts, 2, error, sizeof(error));
	assert_non_null(whole);
	assert_int_equal(whole->nr_hosts, 20);
	assert_string_equal(whole->hosts[19].name, all->hosts[19].name);
	assert_int_equal(whole->requests.counted, all->requests.counted);
	assert_int_equal(whole->nr_latency, all->nr_latency);
	for (size_t i = 0; i < all->nr_latency; i++) {
		assert_int_equal(whole->latency[i].count, all->latency[i].count);
		assert_int_equal(whole->latency[i].p99, all->latency[i].p99);
	}
	report__free(whole);
	report__free(all);
}

static void test_one(void **state)
{
	struct report *report = merged(1, 0, NULL);

	(void)state;
	assert_int_equal(report->nr_hosts, 0);
	report__free(report);
}

/* The zones of a failure come from a report that saw them. */
static void test_cards(void **state)
{
	struct report *reports[] = {make_report(4, NULL), make_report(5, NULL)}, *report;

	(void)state;
	reports[0]->failures[0].nr_zones = 0;
	free(reports[0]->failures[0].zones[0].blocks[0].types);
	free(reports[0]->failures[0].zones[0].blocks);
	free(reports[0]->failures[0].zones);
	reports[0]->failures[0].zones = NULL;
	report = report__merge(reports, 2, error, sizeof(error));
	assert_non_null(report);
	assert_int_equal(report->failures[0].count, 2 + 4 + 2 + 5);
	assert_int_equal(report->failures[0].nr_zones, 2);
	report__free(report);
}

static void refused(struct report *a, struct report *b, const char *expected)
{
	struct report *reports[] = {a, b};
	struct report *report = report__merge(reports, 2, error, sizeof(error));

	if (report || !strstr(error, expected) || strchr(error, '\n'))
		fail_msg("'%s', not '%s'", error, expected);
}

static void test_refusals(void **state)
{
	struct report *other = make_report(1, NULL);

	(void)state;
	other->host.clock = "icount";
	refused(make_report(0, NULL), other, "one counts time, the other instructions");
	other = make_report(1, NULL);
	other->host.page_size = 65536;
	refused(make_report(0, NULL), other, "host1.json: their page sizes differ");
	other = make_report(1, NULL);
	other->filter.comm = "x";
	refused(other, make_report(0, NULL), "their filters differ");
	other = make_report(1, NULL);
	other->by[DIM_CPU] = true;
	refused(make_report(0, NULL), other, "they are by different dimensions");
	other = make_report(1, NULL);
	other->latency[0].buckets[0].le++;
	refused(make_report(0, NULL), other, "their buckets are not those");
	other = make_report(1, NULL);
	other->requests.counted = other->requests.succeeded = INT64_MAX;
	refused(make_report(0, NULL), other, "the sums are too large");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_order), cmocka_unit_test(test_exact),
		cmocka_unit_test(test_hosts),	  cmocka_unit_test(test_again),
		cmocka_unit_test(test_one),	  cmocka_unit_test(test_cards),
		cmocka_unit_test(test_refusals),
	};

	return cmocka_run_group_tests_name("merge", tests, NULL, NULL);
}
