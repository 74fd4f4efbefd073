// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <string.h>

#include "rendered.h"
#include "report/json_write.h"
#include "sample_report.h"
#include "base/text.h"

/* As `gfptrace report` shows it: written as JSON, read, and written as text. */
static void test_golden(void **state)
{
	struct report *report = sample_report(), *saved;
	char *text = render(report, "json", 0), error[256];
	FILE *file = fmemopen(text, strlen(text), "r");

	(void)state;
	assert_non_null(file);
	saved = report__read_json(file, error, sizeof(error));
	assert_non_null(saved);
	fclose(file);
	free(text);
	text = render(saved, "text", 0);
	assert_golden("sample.txt", text);
	free(text);
	report__free(saved);
	report__free(report);
}

static void test_wild_name(void **state)
{
	struct report *report = sample_report();
	char *text = render(report, "text", 0);

	(void)state;
	assert_non_null(strstr(text, "only       pid 4194304 comm a\\xff\\x1b[31m\"\xc3\xa9\n"));
	free(text);
	report__free(report);
}

/* Nothing that a terminal obeys, whatever a task is called; no line beyond the width. */
static void test_lines(void **state)
{
	static const unsigned int widths[] = {1, 60, 80, 100, 120, 65535};
	struct report *report = sample_report();
	char *text, *line, *rest;
	size_t i, limit;

	(void)state;
	for (i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		text = render(report, "text", widths[i]);
		limit = widths[i] < 100 ? 100 : 120;
		rest = text;
		while ((line = strsep(&rest, "\n"))) {
			assert_null(strpbrk(line, "\x1b\r\t\a"));
			if (utf8__count(line) > limit)
				fail_msg("wider than %zu: %s", limit, line);
		}
		free(text);
	}
	report__free(report);
}

static void remove_latency(struct report *report)
{
	size_t i;

	for (i = 0; i < report->nr_latency; i++)
		free(report->latency[i].buckets);
	report->nr_latency = 0;
}

static void test_no_latency(void **state)
{
	struct report *report = sample_report();
	char *text;

	(void)state;
	remove_latency(report);
	report->mode.tier = "tracepoint";
	report__add_blind(report, "latency", "the tracepoint fires at the end only");
	text = render(report, "text", 0);
	assert_non_null(strstr(text, "none in the tier tracepoint: the tracepoint fires at"));
	assert_null(strstr(text, "p99.9"));
	assert_null(strstr(text, "HISTOGRAM"));
	free(text);
	report__free(report);
}

static void test_instructions(void **state)
{
	struct report *report = sample_report();
	char *text;

	(void)state;
	report->host.clock = "icount";
	text = render(report, "text", 0);
	assert_non_null(strstr(text, "in instructions of a virtual CPU"));
	assert_non_null(strstr(text, "2,048"));
	assert_null(strstr(text, " us"));
	free(text);
	report__free(report);
}

/* Loss and blind spots stand on the first screen, whatever follows. */
static void test_first_screen(void **state)
{
	struct report *report = sample_report();
	char *text = render(report, "text", 0), *end = text;
	size_t i;

	(void)state;
	for (i = 0; i < 24 && end; i++)
		end = strchr(end + 1, '\n');
	assert_non_null(end);
	*end = '\0';
	assert_non_null(strstr(text, "lost       7 requests"));
	assert_non_null(strstr(text, "recursion 7"));
	assert_non_null(strstr(text, "not seen   stages and path"));
	assert_non_null(strstr(text, "p99"));
	free(text);
	report__free(report);
}

static void test_empty(void **state)
{
	struct report *report = report__new();
	char *text = render(report, "text", 0);

	(void)state;
	assert_non_null(strstr(text, "LATENCY    no request was seen"));
	assert_non_null(strstr(text, "lost       nothing"));
	free(text);
	report__free(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),	     cmocka_unit_test(test_wild_name),
		cmocka_unit_test(test_lines),	     cmocka_unit_test(test_no_latency),
		cmocka_unit_test(test_instructions), cmocka_unit_test(test_first_screen),
		cmocka_unit_test(test_empty),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
