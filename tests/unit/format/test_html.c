// SPDX-License-Identifier: GPL-2.0-only
/* The page: well formed, inert, small, and its numbers are those of the JSON. */
#include "unit.h"

#include <ctype.h>
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "rendered.h"
#include "sample_report.h"

#define HOSTILE "</td><script>alert(1)</script><img src=x onerror='a'>\"&\xe2\x80\xae"

/* Not inlined: gcc 12 takes what lies in the text for the place of the pointer to it. */
static __attribute__((noinline)) char *sample_page(void)
{
	struct report *report = sample_report();
	char *page = render(report, "html", 0);

	report__free(report);
	return page;
}

/* The name of a tag at `at`, behind its "<" or "</". */
static size_t take_name(const char *at, char name[16])
{
	size_t length = 0;

	while (length < 15 && isalnum((unsigned char)at[length]))
		length++;
	memcpy(name, at, length);
	name[length] = '\0';
	return length;
}

static bool is_void(const char *name)
{
	return !strcmp(name, "meta") || !strcmp(name, "input") || !strcmp(name, "br");
}

/* The end of a tag: every attribute is quoted, so that no value can leave it. */
static const char *end_of_tag(const char *at, bool *closed)
{
	const char *start = at;

	for (; *at && *at != '>'; at++) {
		if (*at == '<')
			fail_msg("a tag in a tag: %.80s", start);
		if (*at == '=' && at[1] != '"')
			fail_msg("an attribute without quotes: %.80s", start);
		if (*at == '"' && !(at = strchr(at + 1, '"')))
			fail_msg("a quote without an end: %.80s", start);
	}
	*closed = at[-1] == '/';
	return at;
}

/* Each tag is closed by its own, in the right order; of a kind that the page is made of. */
static void assert_well_formed(const char *page)
{
	static const char kinds[] =
		" html head meta title style body main header h1 h2 h3 small p ul li span b "
		"details "
		"summary section figure figcaption svg g rect path text div table caption thead "
		"tbody tr th td data article ol code i input label br a ";
	char name[16], wanted[18], open[64][16];
	size_t depth = 0;
	bool closed;

	assert_true(!strncmp(page, "<!DOCTYPE html>\n", 16));
	for (page += 16; (page = strchr(page, '<')); page++) {
		bool closes = page[1] == '/';

		page += closes ? 2 : 1;
		if (!take_name(page, name))
			fail_msg("no tag: %.80s", page);
		snprintf(wanted, sizeof(wanted), " %s ", name);
		if (!strstr(kinds, wanted))
			fail_msg("an unknown tag: %.80s", page);
		if (closes && (!depth || strcmp(open[--depth], name) != 0))
			fail_msg("</%s> closes <%s>: %.80s", name, open[depth], page);
		page = end_of_tag(page, &closed);
		if (closes || closed || is_void(name))
			continue;
		assert_true(depth < 64);
		memcpy(open[depth++], name, sizeof(name));
	}
	assert_int_equal(depth, 0);
}

static void test_well_formed(void **state)
{
	struct report *report = report__new();
	char *page = sample_page();

	(void)state;
	assert_well_formed(page);
	free(page);
	page = render(report, "html", 0);
	assert_well_formed(page);
	assert_null(strstr(page, "Failures"));
	assert_null(strstr(page, "labyrinth"));
	assert_null(strstr(page, "The slowest"));
	free(page);
	report__free(report);
}

/* Where nothing was timed, the page says why, and how many blocks each series got. */
static void test_no_latency(void **state)
{
	struct report *report = sample_report();
	char *page;
	size_t i;

	(void)state;
	for (i = 0; i < report->nr_latency; i++)
		free(report->latency[i].buckets);
	report->nr_latency = 0;
	report__add_blind(report, "latency", "the tracepoint fires at the end only");
	page = render(report, "html", 0);
	assert_well_formed(page);
	assert_non_null(strstr(page, "<p>None: the tracepoint fires at the end only.</p>"));
	assert_non_null(strstr(page, "Blocks by labels"));
	assert_null(strstr(page, "Histogram"));
	free(page);
	report__free(report);
}

/* A room that nobody looks into is not an empty one. */
static void test_blind_stage(void **state)
{
	struct report *report = sample_report();
	char *page;

	(void)state;
	for (size_t i = 0; i < report->nr_stages; i++)
		if (!strcmp(report->stages[i].stage, "buddy"))
			report->stages[i].stage = "steal";
	page = render(report, "html", 0);
	assert_null(strstr(page, "not seen: "));
	free(page);
	report__add_blind(report, "stage buddy", "only with --by path");
	page = render(report, "html", 0);
	assert_well_formed(page);
	assert_non_null(strstr(page, "not seen: "));
	free(page);
	report__free(report);
}

static void assert_inert(const char *page)
{
	static const char *const forbidden[] = {"<script", "<img",	"<link", "<iframe",
						"http:",   "https:",	"url(",	 "src=",
						"@import", "javascript"};
	const char *at;
	size_t i;

	for (i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++)
		if ((at = strcasestr(page, forbidden[i])))
			fail_msg("%.80s", at);
	assert_non_null(strstr(page, "default-src 'none'"));
}

/* Every string of the report says it. */
static void test_hostile(void **state)
{
	struct report *report = sample_report();
	char *page;
	size_t i;

	(void)state;
	report->host.kernel = report->host.arch = report->host.preempt = HOSTILE;
	report->mode.tier = report->mode.entry = report->mode.bulk_entry = HOSTILE;
	report->window.start = report->window.stopped_by = report->window.argv[0] = HOSTILE;
	report->filter.comm = report->filter.cgroup = report->filter.module = HOSTILE;
	report->mode.blind[0] = (struct blind){HOSTILE, HOSTILE};
	report->loss[0].cause = report->zones[0].zone = report->cost.programs[0].name = HOSTILE;
	report->cost.programs[0].attach = HOSTILE;
	for (i = 0; i < DIMENSIONS; i++)
		report->latency[0].labels.value[i] = report->failures[0].labels.value[i] =
			report->slowest[0].labels.value[i] = report->stages[0].labels.value[i] =
				report->headroom[0].labels.value[i] = HOSTILE;
	report->failures[0].reason = report->failures[0].caller = HOSTILE;
	report->failures[0].verdict = report->failures[0].advice.text[0] = HOSTILE;
	report->failures[0].gfp_names.text[0] = report->failures[0].stack.text[0] = HOSTILE;
	report->failures[0].zones[0].zone = HOSTILE;
	report->failures[0].zones[0].blocks[0].types[0].type = HOSTILE;
	report->stages[0].stage = report->slowest[0].stages[0].stage = HOSTILE;
	report->slowest[0].comm = report->slowest[0].caller = HOSTILE;
	report->lint[0].kind = report->lint[0].meaning = report->lint[0].caller = HOSTILE;
	page = render(report, "html", 0);
	assert_well_formed(page);
	assert_null(strstr(page, "<script"));
	assert_null(strstr(page, "<img"));
	assert_null(strstr(page, "\xe2\x80\xae"));
	assert_non_null(strstr(page, "&lt;script&gt;"));
	assert_non_null(strstr(page, "\\xe2\\x80\\xae"));
	free(page);
	report__free(report);
	page = sample_page();
	assert_inert(page);
	assert_null(strpbrk(page, "\x1b\r\a"));
	free(page);
}

static void assert_shown(const char *page, const char *key, json_int_t number)
{
	char wanted[48];

	snprintf(wanted, sizeof(wanted), "<data value=\"%" JSON_INTEGER_FORMAT "\">", number);
	if (!strstr(page, wanted))
		fail_msg("%s %" JSON_INTEGER_FORMAT " is not on the page", key, number);
}

/* All whole numbers of the parts that the page shows in full; buckets are drawn. */
static void assert_all_shown(const char *page, const char *key, const json_t *json)
{
	json_t *object = (json_t *)(uintptr_t)json, *value;
	const char *name;
	void *iterator;
	size_t i;

	if (json_is_integer(json) && strcmp(key, "node") != 0 && strcmp(key, "pid") != 0 &&
	    strcmp(key, "order") != 0 && json_integer_value(json))
		assert_shown(page, key, json_integer_value(json));
	for (i = 0; i < json_array_size(json); i++)
		assert_all_shown(page, key, json_array_get(json, i));
	/* cppcheck knows no loop that is a macro */
	for (iterator = json_object_iter(object); iterator;
	     iterator = json_object_iter_next(object, iterator)) {
		name = json_object_iter_key(iterator);
		value = json_object_iter_value(iterator);
		if (strcmp(name, "buckets") != 0 && strcmp(name, "cache_colours") != 0 &&
		    !(json_object_get(json, "p99") && !strcmp(key, "latency") &&
		      !strcmp(name, "sum")))
			assert_all_shown(page, name, value);
	}
}

static void test_numbers(void **state)
{
	static const char *const parts[] = {"requests", "loss",	    "latency",
					    "stages",	"failures", "headroom",
					    "slowest",	"lint",	    "placement"};
	struct report *report = sample_report();
	char *page = render(report, "html", 0), *text = render(report, "json", 0);
	json_t *json = json_loads(text, 0, NULL);
	size_t i;

	(void)state;
	assert_non_null(json);
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		assert_all_shown(page, parts[i], json_object_get(json, parts[i]));
	json_decref(json);
	free(page);
	free(text);
	report__free(report);
}

/* No number on the page that is not in the JSON, but for sums over a class. */
static void test_no_other_numbers(void **state)
{
	static const char *const folded[] = {"14", "1000", NULL}; /* requests, blocks */
	struct report *report = sample_report();
	char *page = render(report, "html", 0), *text = render(report, "json", 0);
	const char *at = page, *end;
	char number[32], wanted[40];
	size_t i;

	(void)state;
	while ((at = strstr(at, "<data value=\""))) {
		at += strlen("<data value=\"");
		end = strchr(at, '"');
		assert_true(end && end - at < 30);
		snprintf(number, sizeof(number), "%.*s", (int)(end - at), at);
		snprintf(wanted, sizeof(wanted), ": %s", number);
		for (i = 0; folded[i] && strcmp(folded[i], number) != 0; i++)
			;
		if (!folded[i] && !strstr(text, wanted))
			fail_msg("%s is not in the JSON", number);
	}
	free(page);
	free(text);
	report__free(report);
}

/* As much as a report may hold, with the longest names. */
static void test_size(void **state)
{
	static char long_name[5000];
	static const uint64_t times[] = {100, 1000, 10000, 100000, 1000000, 10000000};
	struct report *report = sample_report();
	char order[24], *page;
	size_t i;

	(void)state;
	memset(long_name, '<', sizeof(long_name) - 1);
	for (i = 0; i < 5000; i++) {
		snprintf(order, sizeof(order), "%zu", i % 50);
		sample_latency(report, i % 3 ? "kernel" : order, order, "task", times, 6);
		report->latency[report->nr_latency - 1].labels.value[DIM_CGROUP] = long_name;
		sample_failure_card(report);
		sample_slowest(report);
		sample_reserves(report);
		report__add_blind(report, long_name, long_name);
	}
	report__sort(report);
	page = render(report, "html", 0);
	if (strlen(page) >= 1000000)
		fail_msg("%zu bytes", strlen(page));
	assert_well_formed(page);
	assert_non_null(strstr(page, "more are in the JSON"));
	free(page);
	report__free(report);
}

/* The bars of colours, and how many of them are as high as there is room. */
static __attribute__((noinline)) void count_bars(const char *page, size_t *bars, size_t *tall)
{
	const char *at = strstr(page, "Pages of each cache colour"), *end;

	assert_non_null(at);
	end = strstr(at, "</svg>");
	assert_non_null(end);
	while ((at = strstr(at, "<rect")) && at++ < end) {
		++*bars;
		*tall += !strncmp(strstr(at, "height="), "height=\"58.0\"", 13);
	}
}

/* However many colours the cache has: each lies in a bar, of which there are 512 at most. */
static void test_colours(void **state)
{
	static const size_t colours[] = {2, 512, 640, 1024, 4095, 4096};
	static const size_t bars[] = {2, 512, 320, 512, 512, 512};

	(void)state;
	for (size_t i = 0; i < sizeof(colours) / sizeof(colours[0]); i++) {
		struct report *report = sample_report();
		size_t rects = 0, tall = 0;
		char *page;

		while (report->cache.nr_counts < colours[i])
			assert_int_equal(report__add_colour(report, 0), 0);
		memset(report->cache.counts, 0, colours[i] * sizeof(uint64_t));
		report->cache.counts[colours[i] - 1] = 100; /* seen, though it is the last */
		page = render(report, "html", 0);
		count_bars(page, &rects, &tall);
		assert_int_equal(rects, bars[i]);
		assert_int_equal(tall, 1);
		free(page);
		report__free(report);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_well_formed),	 cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_numbers),		 cmocka_unit_test(test_size),
		cmocka_unit_test(test_no_other_numbers), cmocka_unit_test(test_no_latency),
		cmocka_unit_test(test_blind_stage),	 cmocka_unit_test(test_colours),
	};

	return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}
