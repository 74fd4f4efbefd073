// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rendered.h"
#include "report/json_write.h"
#include "sample_report.h"

static char error[256];

static struct report *read_text(const char *text, size_t length)
{
	FILE *file =
		length ? fmemopen((void *)(uintptr_t)text, length, "r") : fopen("/dev/null", "r");
	struct report *report;

	assert_non_null(file);
	report = report__read_json(file, error, sizeof(error));
	fclose(file);
	assert_true(!report == !!*error);
	assert_null(strchr(error, '\n'));
	return report;
}

static void refused(const char *text, const char *expected)
{
	struct report *report = read_text(text, strlen(text));

	if (report || !strstr(error, expected))
		fail_msg("'%s', not '%s'", error, expected);
}

/* Not inlined: gcc 12 takes what lies in the text for the place of the pointer to it. */
static __attribute__((noinline)) char *sample_json(void)
{
	struct report *report = sample_report();
	char *text = render(report, "json", 0);

	report__free(report);
	return text;
}

static void test_golden(void **state)
{
	char *text = sample_json();

	(void)state;
	assert_golden("sample.json", text);
	free(text);
}

/* Written, read and written again: the same bytes, as text, too. */
static void test_round_trip(void **state)
{
	struct report *report = sample_report(), *again;
	char *before = render(report, "json", 0), *after;

	(void)state;
	again = read_text(before, strlen(before));
	if (!again)
		fail_msg("%s", error);
	after = render(again, "json", 0);
	assert_string_equal(before, after);
	assert_true(again->by[DIM_CLASS] && again->by[DIM_CONTEXT] && !again->by[DIM_COMM]);
	free(before);
	free(after);
	report__free(report);
	report__free(again);
}

static void test_empty_report(void **state)
{
	struct report *report = report__new(), *again;
	char *before = render(report, "json", 0), *after;

	(void)state;
	again = read_text(before, strlen(before));
	assert_non_null(again);
	after = render(again, "json", 0);
	assert_string_equal(before, after);
	free(before);
	free(after);
	report__free(report);
	report__free(again);
}

static void test_cut(void **state)
{
	char *text = sample_json();
	size_t length;

	(void)state;
	/* Without the last newline it is still whole. */
	for (length = 0; length < strlen(text) - 1; length++)
		assert_null(read_text(text, length));
	free(text);
}

/* Change one place of the sample, which must be there. */
static char *replaced(const char *old, const char *new)
{
	char *text = sample_json(), *changed = NULL, *at = strstr(text, old);

	if (!at)
		fail_msg("the sample lacks '%s'", old);
	assert_true(asprintf(&changed, "%.*s%s%s", (int)(at - text), text, new, at + strlen(old)) >
		    0);
	free(text);
	return changed;
}

static void test_refusals(void **state)
{
	static const char *const cases[][3] = {
		{"\"gfptrace.report/1\"", "\"gfptrace.report/2\"",
		 "schema gfptrace.report/2 is not"},
		{"\"gfptrace.report/1\"", "\"gfptrace.report/\\u001b\"", "report/\\x1b is not"},
		{"\"gfptrace.report/1\"", "\"other/1\"", "not a gfptrace report"},
		{"\"gfptrace.report/1\"", "1", "not a gfptrace report"},
		{"\"counted\": 2013", "\"counted\": 2014", "requests.counted: is not the sum"},
		{"\"counted\": 2013, ", "", "requests.counted: the field is missing"},
		{"\"counted\": 2013", "\"counted\": -1", "requests.counted: a whole number"},
		{"\"counted\": 2013", "\"counted\": 2013.0", "requests.counted: a whole number"},
		{"\"counted\": 2013", "\"counted\": \"2013\"", "requests.counted: a whole number"},
		{"\"counted\": 2013", "\"counted\": 99999999999999999999", "no JSON"},
		{"\"cpus\": 2", "\"cpus\": 4294967296", "host.cpus: the number is too large"},
		{"\"kernel\": \"6.12.0-sample\"", "\"kernel\": null", "host.kernel: a string"},
		{"\"sees\": [\"requests\"]", "\"sees\": \"requests\"", "mode.sees: a list"},
		{"\"sees\": [\"requests\"]", "\"sees\": [1]", "mode.sees: a string"},
		{"\"why\": \"not built yet\"", "\"why\": 1", "mode.blind[0].why: a string"},
		{"\"copies\": 2", "\"copy\": 2", "mode.coverage.changes[0].copies: the field"},
		{"\"exit\": 3", "\"exit\": null", "window.command.exit: a whole number"},
		{"[4194304]", "[-1]", "filter.pids: a whole number"},
		{"\"softirq\", \"hardirq\"", "\"moon\"", "loss[0].contexts: an unknown context"},
		{"\"class\": \"kernel\"", "\"class\": 7", "latency[1].labels.class: a string"},
		{"{\"le\": 303, \"count\": 2}", "{\"le\": 303, \"count\": 3}",
		 "latency[0].buckets: do not add up"},
		{"{\"le\": 311,", "{\"le\": 303,", "latency[0].buckets[1].le: does not rise"},
		{"{\"le\": 311,", "{\"l\": 311,", "latency[0].buckets[1].le: the field"},
		{"\"min\": 300", "\"min\": 30000", "latency[0].min: is above max"},
		{"\"error\": 0.0238095", "\"error\": \"1\", \"x\": 0.02",
		 "latency[2].error: a number"},
		{"\"align\": 4096, \"count\": 700", "\"align\": 4096, \"count\": 701",
		 "alignment[0].buckets: do not add up"},
		{"\"below_natural\": 0, ", "", "alignment[0].below_natural: the field"},
		{"\"zones\": [{", "\"zones\": [0, {", "placement.zones: a list of objects"},
		{"\"cache_colours\": {", "\"cache_colours\": 1, \"c\": {",
		 "placement.cache_colours: an"},
		{"\"reason\": \"fragmented\"", "\"r\": 0", "failures[0].labels.reason: the field"},
		{"\"dmesg_would_show\": false", "\"d\": 0", "failures[0].dmesg_would_show: the"},
		{"\"dmesg_would_show\": false", "\"dmesg_would_show\": 0",
		 "failures[0].dmesg_would_show: true or"},
		{"\"mask\": 2592", "\"mask\": 4294967296",
		 "failures[0].gfp.mask: the number is too"},
		{"\"Unmovable\": 499", "\"Unmovable\": 498",
		 "failures[0].zones[0].blocks[0].by_migratetype: does not add up"},
		{"\"allowed\": true", "\"allowed\": null", "failures[0].zones[0].allowed: true or"},
		{"\"highatomic_free\": 0", "\"highatomic_free\": -1",
		 "failures[0].zones[1].highatomic_free: a whole"},
		{"\"stage\": \"pcp\"", "\"stage\": 1", "stages[0].stage: a string"},
		{"{\"le\": 123, \"count\": 1900}", "{\"le\": 123, \"count\": 1901}",
		 "stages[0].buckets: do not add up"},
		{"\"derived\": true", "\"derived\": false", "stages[3].buckets: do not add up"},
		{"\"touched_reserves\": 2", "\"touched_reserves\": 101",
		 "headroom[0].touched_reserves: is above count"},
		{"{\"le\": 63,", "{\"le\": 1063,", "headroom[0].buckets[1].le: does not rise"},
		{"\"duration\": 900000", "\"duration\": 950001",
		 "slowest[0].stages[1].start: the stage ends after"},
		{"\"kind\": ", "\"k\": ", "lint[0].kind: the field is missing"},
		{"\"colours\": 2", "\"colours\": 3", "cache_colours.colours: is not the number"},
		{"\"from_ns\": 500000000", "\"from_ns\": 1000000001",
		 "mode.sampled_stretches[0].from_ns: is above"},
		{"\"ns_per_request\": 199.25", "\"ns_per_request\": -1", "cost.ns_per_request: a"},
		{"\"alignment\": [", "\"lint\": [], \"alignment\": [", "no JSON"},
		{"\"6.12.0-sample\"", "\"6\\u00002\"", "no JSON"},
		{"\"6.12.0-sample\"", "\"\xff\"", "no JSON"},
		{"\n}\n", "\n}\n{}", "no JSON"},
	};
	char *changed;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		changed = replaced(cases[i][0], cases[i][1]);
		refused(changed, cases[i][2]);
		free(changed);
	}
}

/*
 * Take each field away and put it back, at any depth: the reader misses all but labels and types,
 * and what older reports do not have.
 */
static size_t drop_each(json_t *root, json_t *node, bool are_labels)
{
	json_t *kept = json_copy(node), *value;
	size_t dropped = 0, i;
	const char *key;
	char *text;

	json_array_foreach(kept, i, value) dropped += drop_each(root, value, false);
	json_object_foreach(kept, key, value)
	{
		dropped += drop_each(root, value,
				     !strcmp(key, "labels") || !strcmp(key, "by_migratetype"));
		if (are_labels || !strcmp(key, "slab"))
			continue;
		json_object_del(node, key);
		text = json_dumps(root, 0);
		if (read_text(text, strlen(text)))
			fail_msg("'%s' may be missing: %s", key, text);
		free(text);
		json_object_clear(node);
		json_object_update(node, kept);
		dropped++;
	}
	json_decref(kept);
	return dropped;
}

static void test_every_field(void **state)
{
	char *text = sample_json();
	json_t *root = json_loads(text, 0, NULL);
	struct report *report;

	(void)state;
	assert_non_null(root);
	assert_true(drop_each(root, root, false) > 100);
	free(text);
	text = json_dumps(root, 0);
	report = read_text(text, strlen(text));
	assert_non_null(report); /* all were put back */
	report__free(report);
	free(text);
	json_decref(root);
}

static void test_foreign(void **state)
{
	(void)state;
	refused("", "no JSON");
	refused("x", "no JSON");
	refused("[]", "not a gfptrace report");
	refused("{}", "not a gfptrace report");
	refused("null", "no JSON");
	refused("{\"schema\": \"gfptrace.report/1\"}", "tool: the field is missing");
}

static void test_nested(void **state)
{
	static char deep[100001];

	(void)state;
	memset(deep, '[', sizeof(deep) - 1);
	refused(deep, "no JSON");
}

/* Fields of a later gfptrace do not disturb. */
static void test_unknown_fields(void **state)
{
	char *changed = replaced("\"cpus\": 2", "\"cpus\": 2, \"moon\": [{}]");
	struct report *report = read_text(changed, strlen(changed));

	(void)state;
	assert_non_null(report);
	report__free(report);
	free(changed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),	       cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_empty_report),   cmocka_unit_test(test_cut),
		cmocka_unit_test(test_refusals),       cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_every_field),    cmocka_unit_test(test_nested),
		cmocka_unit_test(test_unknown_fields),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
