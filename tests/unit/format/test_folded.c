// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <string.h>

#include "rendered.h"
#include "sample_report.h"

static void has(const char *text, const char *line)
{
	if (!strstr(text, line))
		fail_msg("'%s' is missing", line);
}

static void test_stacks(void **state)
{
	struct report *report = sample_report();
	char *text;

	(void)state;
	report->lint[0].stack.text[1] = "a;b\nc";
	text = render(report, "folded", 0);
	has(text, ";sk_page_frag_refill+0x31;fragmented atomic order 3 12\n");
	has(text, "failures;rx_poll+0x1f [a");
	has(text, "failures;unknown;exhausted atomic order 10 1\n");
	has(text, "slowest;ksys_read+0x6f;alloc_thing+0x12 [thing];slow kernel order 10 1\n");
	has(text, "requests;ksys_read+0x6f;alloc_thing+0x12 [thing];asked kernel order 2 1900\n");
	has(text, "lint;a:b\\x0ac;log_line+0x20;needless-atomic 31\n");
	has(text, "\nlost;recursion 7\n");
	assert_null(strchr(text, '\x1b'));
	free(text);
	report__free(report);
}

static void test_empty(void **state)
{
	struct report *report = report__new();
	char *text = render(report, "folded", 0);

	(void)state;
	assert_string_equal(text, "");
	free(text);
	report__free(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stacks),
		cmocka_unit_test(test_empty),
	};

	return cmocka_run_group_tests_name("folded", tests, NULL, NULL);
}
