// SPDX-License-Identifier: GPL-2.0-only
/* Objects of slabs: how they lie in lines, from rows made up here to a report, and the formats. */
#include "unit.h"

#include <string.h>

#include "report/merge.h"
#include "metrics/metrics.h"
#include "rendered.h"
#include "report/json_write.h"
#include "sample_report.h"
#include "collect/slabs.h"

#define CPUS 2
#define HALF "<b>half</b>\"\\\n\x1b[31m"

/* Byte by byte: the lines that an object has a part in. */
static uint64_t lines_of(uint64_t address, uint64_t size, uint64_t line)
{
	uint64_t lines = 0, last = UINT64_MAX;

	for (uint64_t at = address; at < address + size; at++) {
		lines += at / line != last;
		last = at / line;
	}
	return lines;
}

static void places(void **state)
{
	static const uint32_t shifts[] = {5, 6, 7};
	struct gft_slab_counts counts;

	(void)state;
	for (size_t s = 0; s < 3; s++) {
		uint64_t line = 1ull << shifts[s];

		for (uint64_t size = 1; size <= 3 * line; size++) {
			for (uint64_t address = line * 5; address < line * 7; address++) {
				uint64_t least = (size + line - 1) / line;
				bool more = lines_of(address, size, line) > least;

				memset(&counts, 0, sizeof(counts));
				gft_slab_place(&counts, address, size, shifts[s]);
				assert_int_equal(counts.aligned, address % line == 0);
				assert_int_equal(counts.crossing, more && size <= line);
				assert_int_equal(counts.wide, more && size > line);
			}
		}
	}
	memset(&counts, 0, sizeof(counts));
	gft_slab_place(&counts, 64, 0, 6);
	assert_int_equal(counts.aligned, 1);
	assert_int_equal(counts.crossing + counts.wide, 0);
}

static struct gft_slab_row rows[GFT_SLAB_CALLS * CPUS];
static struct slabs_view view = {.rows = rows, .cpus = CPUS, .line = 64, .seen = {true, true}};
static struct slabs_state before, now;

static int setup(void **state)
{
	(void)state;
	memset(rows, 0, sizeof(rows));
	memset(view.misses, 0, sizeof(view.misses));
	view.seen[0] = view.seen[1] = true;
	assert_int_equal(slabs__init(&before, &view), 0);
	assert_int_equal(slabs__init(&now, &view), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	slabs__free(&before);
	slabs__free(&now);
	return 0;
}

static void put(enum gft_slab_call call, uint32_t cpu, uint32_t place, const char *name,
		uint64_t size, uint32_t labels, uint64_t requests)
{
	struct gft_slab *slab = &rows[call * CPUS + cpu].series[place];

	*slab = (struct gft_slab){
		.key = 0xffff888000000000ull + 64 * place + labels,
		.size = size,
		.counts = {.requests = requests,
			   .failed = 1,
			   .requested = 10 * requests,
			   .allocated = 20 * requests,
			   .aligned = requests / 2,
			   .crossing = requests / 4,
			   .wide = requests / 8},
	};
	memcpy(slab->name, name, strnlen(name, GFT_SLAB_NAME));
}

static struct report *describe(void)
{
	struct report *report = report__new();

	slabs__take(&now, &view);
	assert_int_equal(slabs__describe(&view, &before, &now, report), 0);
	report__sort(report);
	return report;
}

static void assert_slab(const struct slab *slab, const char *call, const char *cache, uint64_t size,
			const char *class, const char *context, uint64_t count)
{
	assert_string_equal(slab->call, call);
	assert_string_equal(slab->cache, cache);
	assert_int_equal(slab->size, size);
	assert_string_equal(slab->labels.value[DIM_CLASS], class);
	assert_string_equal(slab->labels.value[DIM_CONTEXT], context);
	assert_int_equal(slab->count, count);
}

/* CPUs add up by name, size and labels, wherever the cache lies; all are told in the end. */
static void rows_add_up(void **state)
{
	const uint32_t hardirq_nowait = gft_slab_labels(GFT_CLASS_NOWAIT, GFT_HARDIRQ);
	static const char longest[] = "0123456789012345678901234567890123456789";
	struct report *report;
	uint64_t sum = 0;

	(void)state;
	put(GFT_KMEM_CACHE_ALLOC, 0, 3, "first", 48, 0, 800);
	put(GFT_KMEM_CACHE_ALLOC, 1, 127, "first", 48, 0, 80);
	put(GFT_KMEM_CACHE_ALLOC, 1, 5, "first", 64, 0, 40);
	put(GFT_KMEM_CACHE_ALLOC, 1, 6, "first", 48, hardirq_nowait, 30);
	put(GFT_KMEM_CACHE_ALLOC, 1, 7, longest, 8, 0, 20);
	put(GFT_KMEM_CACHE_ALLOC, 1, 8, "", 8, 0, 10);
	put(GFT_KMALLOC, 1, 0, "", 96, gft_slab_labels(GFT_CLASS_ATOMIC, GFT_SOFTIRQ), 600);
	rows[GFT_KMALLOC * CPUS + 1].other[hardirq_nowait].requests = 7;
	rows[GFT_KMEM_CACHE_ALLOC * CPUS].other[hardirq_nowait].requests = 5;
	rows[GFT_KMEM_CACHE_ALLOC * CPUS + 1].other[hardirq_nowait].requests = 1;
	rows[0].patient = 1000;
	rows[3].patient = 100;
	rows[2].filtered = 11;
	rows[1].large = 12;
	view.misses[GFT_KMALLOC] = 2;
	view.misses[GFT_KMEM_CACHE_ALLOC] = 1;
	report = describe();
	assert_int_equal(report->slab.line, 64);
	assert_int_equal(report->slab.patient, 1100);
	assert_int_equal(report->slab.filtered, 11);
	assert_int_equal(report->slab.large, 12);
	assert_int_equal(report->slab.missed, 3);
	assert_int_equal(report->nr_slabs, 8);
	assert_slab(&report->slabs[0], "kmem_cache_alloc", "first", 48, "atomic", "task", 880);
	assert_int_equal(report->slabs[0].failed, 2);
	assert_int_equal(report->slabs[0].requested, 8800);
	assert_int_equal(report->slabs[0].allocated, 17600);
	assert_int_equal(report->slabs[0].aligned, 440);
	assert_int_equal(report->slabs[0].crossing, 220);
	assert_int_equal(report->slabs[0].wide, 110);
	assert_slab(&report->slabs[1], "kmalloc", "", 96, "atomic", "softirq", 600);
	assert_slab(&report->slabs[2], "kmem_cache_alloc", "first", 64, "atomic", "task", 40);
	assert_slab(&report->slabs[3], "kmem_cache_alloc", "first", 48, "nowait", "hardirq", 30);
	assert_slab(&report->slabs[4], "kmem_cache_alloc", longest, 8, "atomic", "task", 20);
	assert_slab(&report->slabs[5], "kmem_cache_alloc", "?", 8, "atomic", "task", 10);
	assert_slab(&report->slabs[6], "kmalloc", "", 0, "nowait", "hardirq", 7);
	assert_slab(&report->slabs[7], "kmem_cache_alloc", "", 0, "nowait", "hardirq", 6);
	for (size_t i = 0; i < report->nr_slabs; i++)
		sum += report->slabs[i].count;
	assert_int_equal(report->slab.counted, sum);
	report__free(report);
}

/* A window has what came since the last one. */
static void windows(void **state)
{
	struct report *report;

	(void)state;
	put(GFT_KMALLOC, 0, 9, "", 128, 1, 100);
	put(GFT_KMALLOC, 0, 10, "", 256, 1, 100);
	rows[0].patient = 10;
	view.misses[0] = 4;
	slabs__take(&before, &view);
	rows[0].series[9].counts.requests += 3;
	rows[0].series[9].counts.crossing += 2;
	rows[0].patient++;
	view.misses[0]++;
	report = describe();
	assert_int_equal(report->nr_slabs, 1);
	assert_slab(&report->slabs[0], "kmalloc", "", 128, "nowait", "task", 3);
	assert_int_equal(report->slabs[0].crossing, 2);
	assert_int_equal(report->slabs[0].requested, 0);
	assert_int_equal(report->slab.counted, 3);
	assert_int_equal(report->slab.patient, 1);
	assert_int_equal(report->slab.missed, 1);
	report__free(report);
}

static const char *why_blind(const struct report *report, const char *what)
{
	for (size_t i = 0; i < report->mode.nr_blind; i++)
		if (!strcmp(report->mode.blind[i].what, what))
			return report->mode.blind[i].why;
	return NULL;
}

static void sight(void **state)
{
	struct slabs_view none = {};
	struct report *report = report__new();

	(void)state;
	assert_int_equal(slabs__describe_sight(&none, NULL, report), 0);
	assert_int_equal(report->mode.nr_sees + report->mode.nr_blind, 0);
	view.seen[GFT_KMEM_CACHE_ALLOC] = false;
	assert_int_equal(slabs__describe_sight(&view, "guessed", report), 0);
	assert_int_equal(report->mode.nr_sees, 1);
	assert_string_equal(report->mode.sees[0], "slab objects of kmalloc");
	assert_non_null(why_blind(report, "slab objects of kmem_cache_alloc"));
	assert_non_null(why_blind(report, "slab objects in bulk"));
	assert_string_equal(why_blind(report, "size of a cache line"), "guessed");
	report__free(report);
}

static struct report *read_text(const char *text, char *error, size_t size)
{
	FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	struct report *report;

	assert_non_null(file);
	report = report__read_json(file, error, size);
	fclose(file);
	return report;
}

/* `from` in the text becomes `to`, which is not longer. */
static char *replaced(const char *text, const char *from, const char *to)
{
	char *copy = strdup(text), *at = copy ? strstr(copy, from) : NULL;

	assert_non_null(at);
	memset(at, ' ', strlen(from));
	memcpy(at, to, strlen(to));
	return copy;
}

static void refused(const char *text, const char *from, const char *to, const char *expected)
{
	char error[256] = "", *changed = replaced(text, from, to);

	if (read_text(changed, error, sizeof(error)) || strcmp(error, expected) != 0)
		fail_msg("'%s', not '%s'", error, expected);
	free(changed);
}

static void json(void **state)
{
	struct report *report = sample_report(), *again;
	char *text = render(report, "json", 0), *after, *older, error[256];

	(void)state;
	again = read_text(text, error, sizeof(error));
	assert_non_null(again);
	assert_int_equal(again->nr_slabs, 3);
	assert_int_equal(again->slabs[0].crossing, report->slabs[0].crossing);
	after = render(again, "json", 0);
	assert_string_equal(text, after);
	report__free(again);
	free(after);
	refused(text, "\"line\": 64", "\"line\": 0", "slab.line: is 0");
	refused(text, "\"counted\": 1503", "\"counted\": 1502",
		"slab.series: do not add up to counted");
	refused(text, "\"wide\": 0", "\"wid\": 0", "slab.series[0].wide: the field is missing");
	/* what was written before there was this part has none */
	older = replaced(text, "\"slab\":", "\"lead\":");
	again = read_text(older, error, sizeof(error));
	assert_non_null(again);
	assert_int_equal(again->slab.line, 0);
	assert_int_equal(again->nr_slabs, 0);
	report__free(again);
	free(older);
	free(text);
	report__free(report);
}

static void not_asked_for(void **state)
{
	static const char *const written[] = {"text", "html", "prom"};
	struct report *report = report__new();
	char *text = render(report, "json", 0), error[256] = "";
	struct report *again = read_text(text, error, sizeof(error));

	(void)state;
	assert_non_null(strstr(text, "\"slab\": null"));
	assert_non_null(again);
	assert_int_equal(again->slab.line, 0);
	report__free(again);
	free(text);
	for (size_t i = 0; i < 3; i++) {
		text = render(report, written[i], 0);
		assert_null(strcasestr(text, "slab"));
		free(text);
	}
	report__free(report);
}

/* Equal series add up, others stand apart; a report without them adds nothing. */
static void merged(void **state)
{
	struct report *reports[] = {sample_report(), sample_report(), sample_report()}, *report;
	char error[256] = "";

	(void)state;
	reports[1]->slabs[1].size = 512;
	reports[1]->slab.ns_per_request = 0;
	reports[2]->slab.line = 0;
	reports[2]->nr_slabs = 0;
	report = report__merge(reports, 3, error, sizeof(error));
	if (!report)
		fail_msg("%s", error);
	assert_int_equal(report->slab.line, 64);
	assert_int_equal(report->slab.counted, 2 * 1503);
	assert_int_equal(report->slab.patient, 2 * 7000);
	assert_int_equal(report->slab.filtered, 2 * 20);
	assert_int_equal(report->slab.missed, 2 * 4);
	assert_int_equal(report->slab.large, 2 * 5);
	assert_true(report->slab.ns_per_request == 52.5);
	assert_int_equal(report->nr_slabs, 4);
	assert_int_equal(report->slabs[0].count, 2000);
	assert_int_equal(report->slabs[0].failed, 2);
	assert_int_equal(report->slabs[0].requested, 79920);
	assert_int_equal(report->slabs[0].allocated, 95904);
	assert_int_equal(report->slabs[0].aligned, 500);
	assert_int_equal(report->slabs[0].crossing, 1000);
	assert_int_equal(report->slabs[1].count, 500);
	assert_int_equal(report->slabs[2].count, 500);
	assert_int_equal(report->slabs[2].wide, 100);
	report__free(report);

	for (size_t i = 0; i < 3; i++)
		reports[i] = sample_report();
	reports[1]->slab.line = 128;
	assert_null(report__merge(reports, 3, error, sizeof(error)));
	assert_non_null(strstr(error, "their cache lines differ"));
}

static size_t count_of(const char *text, const char *word)
{
	size_t count = 0;

	for (; (text = strstr(text, word)); text += strlen(word))
		count++;
	return count;
}

/* Whatever a cache is called, it stays a name. */
static void hostile_names(void **state)
{
	struct report *report = sample_report();
	char *text;

	(void)state;
	report->slabs[0].cache = HALF;
	text = render(report, "html", 0);
	assert_null(strstr(text, "<b>half"));
	assert_null(strchr(text, '\x1b'));
	assert_non_null(strstr(text, "&lt;b&gt;half&lt;/b&gt;"));
	free(text);
	text = render(report, "prom", 0);
	assert_non_null(strstr(text, "gfptrace_slab_crossing_total{class=\"atomic\",context="
				     "\"hardirq\",call=\"kmem_cache_alloc\",cache=\"<b>half</b>"
				     "\\\"\\\\\\\\x0a\\\\x1b[31m\",size=\"48\"} 500\n"));
	free(text);
	text = render(report, "text", 0);
	assert_null(strchr(text, '\x1b'));
	assert_non_null(strstr(text, "\n<b>half</b>\"\\\\x0a\\x1b[31m"));
	free(text);
	report__free(report);
}

static void names(void **state)
{
	struct report *report = sample_report();
	char *text = render(report, "prom", 0);

	(void)state;
	assert_non_null(strstr(text, "gfptrace_slab_missed_total 4\n"));
	assert_non_null(strstr(text,
			       "gfptrace_slab_requests_total{class=\"atomic\",context=\"task\","
			       "call=\"kmalloc\",cache=\"\",size=\"96\"} 500\n"));
	free(text);
	text = render(report, "html", 0);
	assert_non_null(strstr(text, "id=\"slab\""));
	assert_non_null(strstr(text, "<td>kmalloc()</td>"));
	assert_non_null(strstr(text, "<td>other</td>"));
	free(text);
	report__free(report);
}

static double sum_of(const char *text, const char *start)
{
	double sum = 0;

	for (; text; text = strchr(text, '\n') ? strchr(text, '\n') + 1 : NULL)
		if (!strncmp(text, start, strlen(start)))
			sum += atof(strstr(text, "} ") + 2);
	return sum;
}

static int add_up(const struct metric_sample *sample, void *context)
{
	double *sum = context;

	*sum += sample->value;
	return 0;
}

/* What a rule is tried on has the names and the sums of the exposition. */
static void metrics_of_slabs(void **state)
{
	struct report *report = sample_report();
	char *text = render(report, "prom", 0), line[128];
	size_t found = 0;

	(void)state;
	for (const struct metric *metric = metrics; metric->name; metric++) {
		double sum = 0;

		if (strncmp(metric->name, "gfptrace_slab_", 14) != 0)
			continue;
		found++;
		snprintf(line, sizeof(line), "# HELP %s %s\n# TYPE %s counter\n", metric->name,
			 metric->help, metric->name);
		if (!strstr(text, line))
			fail_msg("'%s' is missing", line);
		assert_int_equal(metric->visit(report, &metric_usual, add_up, &sum), 0);
		snprintf(line, sizeof(line), "%s{", metric->name);
		if (strstr(text, line))
			assert_true(sum_of(text, line) == sum);
		else
			assert_true(sum == 4); /* missed */
	}
	assert_int_equal(found, 8);
	assert_true(metric__has_label(metric__find("gfptrace_slab_crossing_total"), "cache"));
	free(text);
	report__free(report);
}

/* Many series: the page and the exposition stay small, and lose nothing. */
static void bounded(void **state)
{
	struct report *report = sample_report();
	char *text;

	(void)state;
	for (uint32_t i = 0; i < 1000; i++) {
		struct slab *slab = report__add_slab(report);

		*slab = (struct slab){.call = "kmem_cache_alloc", .size = 8, .count = 2};
		slab->cache = report__printf(report, "cache%u", i);
		slab->labels = report->slabs[0].labels;
	}
	report->slab.counted += 2000;
	report__sort(report);
	text = render(report, "prom", 0);
	assert_int_equal(count_of(text, "\ngfptrace_slab_requests_total{"), 200);
	assert_true(sum_of(text, "gfptrace_slab_requests_total{") == 3503);
	free(text);
	text = render(report, "html", 0);
	assert_non_null(strstr(text, ">803 more are in the JSON."));
	free(text);
	text = render(report, "text", 0);
	assert_non_null(strstr(text, "1,946 of 973 more series: -f json"));
	free(text);
	report__free(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places),
		cmocka_unit_test_setup_teardown(rows_add_up, setup, teardown),
		cmocka_unit_test_setup_teardown(windows, setup, teardown),
		cmocka_unit_test_setup_teardown(sight, setup, teardown),
		cmocka_unit_test(json),
		cmocka_unit_test(not_asked_for),
		cmocka_unit_test(merged),
		cmocka_unit_test(hostile_names),
		cmocka_unit_test(names),
		cmocka_unit_test(bounded),
		cmocka_unit_test(metrics_of_slabs),
	};

	return cmocka_run_group_tests_name("slabs", tests, NULL, NULL);
}
