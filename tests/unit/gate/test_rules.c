// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "sample_report.h"
#include "gate/verdict/verdict.h"

static struct rules rules;
static struct rule_error error;
static struct verdicts verdicts;

static int parse(const char *text)
{
	rules__free(&rules);
	return rules__parse(&rules, "f", 1, text, strlen(text), &error);
}

static void good(const char *text, size_t count)
{
	if (parse(text))
		fail_msg("'%s': %u:%u: %s", text, error.line, error.column, error.text);
	assert_int_equal(rules.count, count);
}

#define L "gfptrace_latency_seconds"
#define F "gfptrace_failures_total"

/* Every way to be wrong, where, and what is said. */
static const struct {
	const char *text;
	unsigned int line, column;
	const char *says;
} malformed[] = {
	{"{", 1, 1, "expected a metric, not '{'"},
	{"< 20us", 1, 1, "expected a metric, not '<'"},
	{"gfptrace_latncy_seconds < 1", 1, 1, "expected a metric, not 'gfptrace_latncy_seconds'"},
	{"\n\n  nonsense", 3, 3, "expected a metric, not 'nonsense'"},
	{"# a comment\nlatency < 1", 2, 1, "expected a metric, not 'latency'"},
	{"\xc3\xa9 < 1", 1, 1, "expected a metric, not '\xc3\xa9'"},
	{"\xff < 1", 1, 1, "expected a metric, not '\\xff'"},
	{"\x1b[31m", 1, 1, "expected a metric, not '\\x1b'"},
	{"gfptrace_loss_ratio", 1, 20, "expected <, <=, >, >=, == or !=, not the end"},
	{"gfptrace_loss_ratio\n< 1", 1, 20,
	 "expected <, <=, >, >=, == or !=, not the end of the line"},
	{"gfptrace_loss_ratio # < 1", 1, 21, "expected <, <=, >, >=, == or !=, not a comment"},
	{"gfptrace_loss_ratio = 0", 1, 21, "expected <, <=, >, >=, == or !=, not '='"},
	{"gfptrace_loss_ratio =< 0", 1, 21, "expected <, <=, >, >=, == or !=, not '='"},
	{"gfptrace_loss_ratio <", 1, 22, "expected a number, not the end"},
	{"gfptrace_loss_ratio < -1", 1, 23, "expected a number, not '-'"},
	{"gfptrace_loss_ratio < .5", 1, 23, "expected a number, not '.'"},
	{"gfptrace_loss_ratio < 1.", 1, 23, "expected digits after the point"},
	{"gfptrace_loss_ratio < 0x10", 1, 24, "expected % or no unit, not 'x10'"},
	{"gfptrace_loss_ratio < 1e3", 1, 24, "expected % or no unit, not 'e3'"},
	{"gfptrace_loss_ratio < 1us", 1, 24, "expected % or no unit, not 'us'"},
	{"gfptrace_loss_ratio < 2", 1, 23, "expected a share: 0 to 1, or 0% to 100%"},
	{"gfptrace_loss_ratio < 101%", 1, 23, "expected a share: 0 to 1, or 0% to 100%"},
	{"gfptrace_loss_ratio < 0.1 %%", 1, 28,
	 "expected 'for each' or the end of the rule, not '%'"},
	{"gfptrace_window_seconds < 20 min", 1, 30, "expected ns, us, ms or s, not 'min'"},
	{"gfptrace_window_seconds < 20%", 1, 29, "expected ns, us, ms or s, not '%'"},
	{"gfptrace_pages_total < 20us", 1, 26, "expected k, M or no unit, not 'us'"},
	{"gfptrace_pages_total < 12345678901234567890123456789012", 1, 24,
	 "expected a number of 31 digits at most"},
	{"gfptrace_pages_total < 1 2", 1, 26,
	 "expected 'for each' or the end of the rule, not '2'"},
	{"gfptrace_pages_total{order=\"0\"} < 1", 1, 22,
	 "expected a label of gfptrace_pages_total, not 'order'"},
	{F "{clas=\"atomic\"} < 1", 1, 25, "expected a label of " F ", not 'clas'"},
	{F "{class} < 1", 1, 30, "expected =, !=, =~ or !~, not '}'"},
	{F "{class=atomic} < 1", 1, 31, "expected a value in quotes, not 'atomic'"},
	{F "{class=\"atomic} < 1", 1, 31, "expected the closing \" on the same line"},
	{F "{class=\"atomic\\\"} < 1", 1, 31, "expected the closing \" on the same line"},
	{F "{class='atomic\n'} < 1", 1, 31, "expected the closing ' on the same line"},
	{F "{class=\"atomic\" order=\"0\"} < 1", 1, 40, "expected , or }, not 'order'"},
	{F "{class=\"atomic\"", 1, 39, "expected , or }, not the end"},
	{F "{,} < 1", 1, 25, "expected a label of " F ", not ','"},
	{F "{", 1, 25, "expected a label of " F ", not the end"},
	{F "{class=\"atmic\"} < 1", 1, 31, "expected a class, not '\"'"},
	{F "{context=\"irq\"} < 1", 1, 33, "expected a context, not '\"'"},
	{F "{reason=\"\"} < 1", 1, 32, "expected a reason, not '\"'"},
	{F "{order=\"x\"} < 1", 1, 31, "expected an order in quotes, from \"0\" on"},
	{F "{order=\"64\"} < 1", 1, 31, "expected an order in quotes, from \"0\" on"},
	{F "{class=~\"(\"} < 1", 1, 32, "expected an extended regular expression"},
	{F "{class=~\"a)|(b\"} < 1", 1, 32, "expected an extended regular expression"},
	{F "{class=~\"a{9}\"} < 1", 1, 32, "expected an expression without { and \\"},
	{F "{quantile=\"0.5\"} < 1", 1, 25, "expected a label of " F ", not 'quantile'"},
	{L " < 20us", 1, 1, "expected a quantile for " L},
	{L "{quantile=\"1.5\"} < 1", 1, 35, "expected a quantile from \"0\" to \"1\""},
	{L "{quantile=\"99\"} < 1", 1, 35, "expected a quantile from \"0\" to \"1\""},
	{L "{quantile!=\"0.5\"} < 1", 1, 36, "expected one quantile after =, such as \"0.99\""},
	{L "{quantile=\"0.5\",quantile=\"0.9\"} < 1", 1, 50, "expected one quantile, not two"},
	{"for", 1, 4, "expected 'each' after 'for', not the end"},
	{"for order: " F " < 1", 1, 5, "expected 'each' after 'for', not 'order'"},
	{"for each: " F " < 1", 1, 9, "expected a label after 'for each', not ':'"},
	{"for each order " F " < 1", 1, 16, "expected ',' or ':' after 'for each', not '" F "'"},
	{"for each colour: " F " < 1", 1, 18,
	 "expected 'for each' of a label that " F " has, not 'colour'"},
	{"for each order: " F " < 1 for each class", 1, 45,
	 "expected the end of the rule, not 'for'"},
	{F " < 1 for each", 1, 37, "expected a label after 'for each', not the end"},
	{F " < 1 for each class,", 1, 44, "expected a label after 'for each', not the end"},
	{F " < 1 for each class order", 1, 44, "expected the end of the rule, not 'order'"},
	{F "{\n  class=\"atomic\", # here\n  ordr=\"0\"} < 1", 3, 3,
	 "expected a label of " F ", not 'ordr'"},
	{"gfptrace_loss_ratio <= 0.1%\r\n" F " == 0\r\nx", 3, 1, "expected a metric, not 'x'"},
	{"# \xc3\xa9\n" F "{comm=\"\xc3\xa9\xc3\xa9\"} x", 2, 36,
	 "expected <, <=, >, >=, == or !=, not 'x'"},
};

static void test_malformed(void **state)
{
	size_t nr = sizeof(malformed) / sizeof(malformed[0]), i;

	(void)state;
	for (i = 0; i < nr; i++) {
		if (parse(malformed[i].text) != -EINVAL)
			fail_msg("'%s' is taken", malformed[i].text);
		if (error.line != malformed[i].line || error.column != malformed[i].column ||
		    strcmp(error.text, malformed[i].says) != 0)
			fail_msg("'%s': %u:%u: %s", malformed[i].text, error.line, error.column,
				 error.text);
		assert_null(strchr(error.text, '\n'));
		assert_null(strchr(error.hint, '\n'));
	}
	rules__free(&rules);
}

static void test_hints(void **state)
{
	(void)state;
	assert_int_equal(parse("gfptrace_latncy_seconds < 1"), -EINVAL);
	assert_string_equal(error.hint, "did you mean gfptrace_latency_seconds?");
	assert_int_equal(parse(F "{class=\"atmic\"} < 1"), -EINVAL);
	assert_string_equal(error.hint, "did you mean atomic?");
	assert_int_equal(parse(F "{clas=\"atomic\"} < 1"), -EINVAL);
	assert_string_equal(error.hint, "did you mean class?");
	assert_int_equal(parse(F " = 1"), -EINVAL);
	assert_string_equal(error.hint, "= is for labels; numbers are compared with ==");
	assert_int_equal(parse(F "{context=\"interrupt\"} < 1"), -EINVAL);
	assert_string_equal(error.hint, "task, softirq, hardirq or nmi");
	assert_int_equal(parse(L " < 1"), -EINVAL);
	assert_string_equal(error.hint, "such as " L "{quantile=\"0.99\"}");
	rules__free(&rules);
}

/* A NUL is no end of the text. */
static void test_nul(void **state)
{
	static const char text[] = "gfptrace_loss_ratio <\0 1";

	(void)state;
	rules__free(&rules);
	assert_int_equal(rules__parse(&rules, "f", 7, text, sizeof(text) - 1, &error), -EINVAL);
	assert_int_equal(error.line, 7);
	assert_int_equal(error.column, 22);
	rules__free(&rules);
}

static void test_bounds(void **state)
{
	static const struct {
		const char *text;
		double bound;
	} cases[] = {
		{L "{quantile=\"0.99\"} < 20us", 20000},    {L "{quantile=\"0.99\"} < 1.5us", 1500},
		{L "{quantile=\"0.99\"} < 0.00002", 20000}, {L "{quantile=\"0.99\"} < 20 ms", 2e7},
		{L "{quantile=\"0.99\"} < 3s", 3e9},	    {L "{quantile=\"0.99\"} < 300ns", 300},
		{"gfptrace_loss_ratio <= 0.1%", 0.001},	    {"gfptrace_loss_ratio <= 0.001", 0.001},
		{"gfptrace_loss_ratio <= 7%", 0.07},	    {"gfptrace_pages_total > 10k", 10000},
		{"gfptrace_pages_total > 2.5M", 2500000},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		good(cases[i].text, 1);
		/* to the bit */
		if (rules.first->bound < cases[i].bound || rules.first->bound > cases[i].bound)
			fail_msg("'%s': %.17g", cases[i].text, rules.first->bound);
	}
	rules__free(&rules);
}

static void test_layout(void **state)
{
	(void)state;
	good("", 0);
	good("\n # nothing\n\n", 0);
	good("gfptrace_loss_ratio<=0 # why\n\r\n\t" F "{ }==0\n", 2);
	good("for each order, class: " F
	     "{\n  class = \"atomic\", # one\n  order =~ '[0-3]',\n} < 2k",
	     1);
	assert_int_equal(rules.first->nr_each, 2);
	good(F "==0 for each order", 1);
	assert_string_equal(rules.first->each[0], "order");
	good(F " < 1for each order", 1);
	rules__free(&rules);
}

static void test_text(void **state)
{
	(void)state;
	good("\n  " F "{\n  comm=\"a  # \\\" b\",  # why\n  order =~ '[0-3]',\n}  ==   0 # so", 1);
	assert_string_equal(rules.first->text,
			    F "{ comm=\"a  # \\\" b\", order =~ '[0-3]', } == 0");
	assert_string_equal(rules.first->matchers[0]->value, "a  # \" b");
	assert_int_equal(rules.first->line, 2);
	assert_int_equal(rules.first->column, 3);
	rules__free(&rules);
}

/* The verdicts on one rule for a report. */
static void check(const struct report *report, const char *text)
{
	verdicts__free(&verdicts);
	good(text, 1);
	assert_int_equal(rule__check(rules.first, report, "", &verdicts), 0);
	verdicts__count(&verdicts);
}

static void expect(const struct report *report, const char *text, enum outcome outcome,
		   double measured, const char *series)
{
	check(report, text);
	assert_int_equal(verdicts.nr, 1);
	if (verdicts.verdict[0].outcome != outcome)
		fail_msg("'%s': outcome %d", text, verdicts.verdict[0].outcome);
	if (verdicts.verdict[0].measured < measured || verdicts.verdict[0].measured > measured)
		fail_msg("'%s': measured %.17g", text, verdicts.verdict[0].measured);
	assert_string_equal(verdicts.verdict[0].series, series);
}

#define ATOMIC "{class=\"atomic\",order=\"0\",context=\"hardirq\""
#define KERNEL "{class=\"kernel\",order=\"10\",context=\"task\""

static void test_verdicts(void **state)
{
	struct report *report = sample_report();

	(void)state;
	expect(report, L "{class=\"atomic\",order=\"0\",quantile=\"0.99\"} < 20us", HOLDS, 340,
	       ATOMIC ",quantile=\"0.99\"}");
	expect(report, L "{quantile=\"0.5\"} < 20us", VIOLATED, 88063,
	       KERNEL ",quantile=\"0.5\"}, the worst");
	/* the worst is the smallest where more is better */
	expect(report, L "{quantile=\"0.5\"} > 300ns", HOLDS, 309,
	       ATOMIC ",quantile=\"0.5\"}, the worst");
	expect(report, L "{quantile=\"1\",order!=\"10\"} <= 2048ns", HOLDS, 2048,
	       "{class=\"kernel\",order=\"2\",context=\"task\",quantile=\"1\"}, the worst");
	expect(report, "gfptrace_latency_seconds_count{class=~\"k.*\"} == 14", HOLDS, 14,
	       "sum of 2 series");
	expect(report, "gfptrace_latency_seconds_count{class!~\"k.*\"} == 6", HOLDS, 6,
	       "sum of 1 series");
	expect(report, "gfptrace_blocks_below_natural_total == 0", HOLDS, 0,
	       "no series is above 0");
	expect(report, "gfptrace_loss_ratio > 0.3%", HOLDS, 7.0 / 2020, "the whole report");
	expect(report, "gfptrace_loss_total{cause=\"recursion\"} == 7", HOLDS, 7,
	       "sum of 1 series");
	expect(report, "gfptrace_loss_total{cause=\"unpaired\"} == 0", HOLDS, 0,
	       "no series is above 0");
	expect(report, "gfptrace_zone_blocks_total{node=\"0\",zone=\"Normal\"} != 2k", VIOLATED,
	       2000, "sum of 1 series");
	rules__free(&rules);
	verdicts__free(&verdicts);
	report__free(report);
}

/* A class that asked and never failed has failed 0 times; one that never asked has no series. */
static void test_no_failure(void **state)
{
	struct report *report = sample_report();

	(void)state;
	expect(report, F "{class=\"atomic\"} == 0", VIOLATED, 13, "sum of 2 series");
	expect(report, F "{class=\"kernel\"} == 0", HOLDS, 0, "no series is above 0");
	expect(report, F "{class=\"kernel\",reason=\"fragmented\"} == 0", HOLDS, 0,
	       "no series is above 0");
	check(report, F "{class=\"thp\"} == 0");
	assert_int_equal(verdicts.verdict[0].outcome, UNANSWERED);
	check(report, F " == 0 for each class");
	assert_int_equal(verdicts.nr, 2);
	assert_string_equal(verdicts.verdict[0].name, F " == 0 for each class [class=atomic]");
	assert_int_equal(verdicts.violated, 1);
	rules__free(&rules);
	verdicts__free(&verdicts);
	report__free(report);
}

static void unanswered(const struct report *report, const char *text, const char *problem,
		       const char *hint)
{
	check(report, text);
	assert_int_equal(verdicts.nr, 1);
	assert_int_equal(verdicts.unanswered, 1);
	assert_string_equal(verdicts.verdict[0].problem, problem);
	assert_string_equal(verdicts.verdict[0].hint, hint);
}

static void test_unanswered(void **state)
{
	static const char nothing[] =
		"no series matches: nothing was measured that the rule speaks of";
	static const char doctor[] = "`gfptrace doctor` tells which tiers this kernel offers";
	struct report *report = sample_report();

	(void)state;
	unanswered(report, "gfptrace_latency_seconds_count{class=~\"k\"} == 6", nothing,
		   "`gfptrace report` shows the series that there are");
	unanswered(report, "gfptrace_latency_seconds_count{comm=\"cc\"} == 6", nothing,
		   "the series have no label comm: run with --by ...,comm");
	report__add_blind(report, "latency", "it is dark");
	unanswered(report, L "{quantile=\"0.5\"} < 1s",
		   "the report is blind to latency: tier fexit: it is dark", doctor);
	report__add_blind(report, "reasons beyond invalid and memcg", "too far");
	unanswered(report, F "{reason=\"fragmented\"} == 0",
		   "the report is blind to reasons beyond invalid and memcg: tier fexit: too far",
		   doctor);
	report__add_blind(report, "classes user and kernel apart", "alike");
	unanswered(report, F "{class=~\"user|movable\"} == 0",
		   "the report is blind to classes user and kernel apart: tier fexit: alike",
		   doctor);
	check(report, F " == 13");
	assert_int_equal(verdicts.verdict[0].outcome, HOLDS);
	rules__free(&rules);
	verdicts__free(&verdicts);
	report__free(report);
}

/* The bound lies inside the bucket of the measured value: it could be on the other side. */
static void test_close(void **state)
{
	struct report *report = sample_report();

	(void)state;
	check(report, L "{order=\"10\",quantile=\"0.5\"} < 88us");
	assert_true(verdict__is_close(&verdicts.verdict[0]));
	check(report, L "{order=\"10\",quantile=\"0.5\"} < 86us");
	assert_false(verdict__is_close(&verdicts.verdict[0]));
	rules__free(&rules);
	verdicts__free(&verdicts);
	report__free(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_malformed),  cmocka_unit_test(test_hints),
		cmocka_unit_test(test_nul),	   cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_layout),	   cmocka_unit_test(test_text),
		cmocka_unit_test(test_verdicts),   cmocka_unit_test(test_no_failure),
		cmocka_unit_test(test_unanswered), cmocka_unit_test(test_close),
	};

	return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
