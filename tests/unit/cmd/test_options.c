// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <errno.h>
#include <string.h>

#include "format/formats.h"
#include "base/log.h"
#include "cmd/options.h"

static struct options options;
static struct options_error error;
static char words[64][128];
static char *argv[64];

/* Parse a command line of words parted by spaces; "''" is an empty word. */
static int parse(enum command command, const char *line)
{
	size_t argc = 0, length;

	for (; *line; line += length, line += *line == ' ') {
		length = strcspn(line, " ");
		assert_true(argc < 63 && length < sizeof(words[0]));
		snprintf(words[argc], sizeof(words[0]), "%.*s", (int)length, line);
		if (!strcmp(words[argc], "''"))
			words[argc][0] = '\0';
		argv[argc] = words[argc];
		argc++;
	}
	argv[argc] = NULL;
	return options__parse(command, (int)argc, argv, &options, &error);
}

static void good(const char *line)
{
	if (parse(COMMAND_RUN, line))
		fail_msg("'%s': %s", line, error.text);
}

static void bad(const char *line, const char *text)
{
	if (parse(COMMAND_RUN, line) != -EINVAL || strcmp(error.text, text) != 0)
		fail_msg("'%s': '%s'", line, error.text);
	assert_null(strchr(error.text, '\n'));
	assert_null(strchr(error.hint, '\n'));
}

static void test_defaults(void **state)
{
	size_t i;

	(void)state;
	good("run");
	for (i = 0; i < DIMENSIONS; i++)
		assert_int_equal(options.by[i],
				 i == DIM_CLASS || i == DIM_ORDER || i == DIM_CONTEXT);
	assert_int_equal(options.duration_ns, 0);
	assert_int_equal(options.memory_limit, 256 << 20);
	assert_string_equal(options.format->name, "text");
	assert_null(options.output);
	assert_null(options.command);
	assert_int_equal(options.tier, TIER_AUTO);
	assert_false(options.class_given || options.order_given || options.context_given);
}

static void test_spellings(void **state)
{
	static const char *const lines[] = {"run -d5",		"run -d 5", "run --duration 5",
					    "run --duration=5", "run -vd5", "run --duration=5s"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		good(lines[i]);
		assert_int_equal(options.duration_ns, 5000000000);
	}
}

static void test_lists(void **state)
{
	(void)state;
	good("run --by node,zone --class thp,user --order 0,2-4 --context nmi -p 1,4194304 -p 7");
	assert_true(options.by[DIM_NODE] && options.by[DIM_ZONE] && !options.by[DIM_CLASS]);
	assert_true(options.class_given && options.classes[GFT_CLASS_THP]);
	assert_true(options.classes[GFT_CLASS_USER] && !options.classes[GFT_CLASS_ATOMIC]);
	assert_true(options.order_given && options.orders[0] && !options.orders[1]);
	assert_true(options.orders[2] && options.orders[4] && !options.orders[5]);
	assert_true(options.context_given && options.contexts[GFT_NMI]);
	assert_false(options.contexts[GFT_TASK]);
	assert_int_equal(options.nr_pids, 3);
	assert_int_equal(options.pids[1], 4194304);
	good("run --order 63");
	assert_true(options.orders[63]);
}

static void test_others(void **state)
{
	(void)state;
	good("run -f json -o out.json -i 500ms -c kworker* --cgroup /a --tier kprobe -q "
	     "--addresses --marked --memory-limit 1M");
	assert_string_equal(options.format->name, "json");
	assert_string_equal(options.output, "out.json");
	assert_int_equal(options.interval_ns, 500000000);
	assert_string_equal(options.comm, "kworker*");
	assert_string_equal(options.cgroup, "/a");
	assert_int_equal(options.tier, TIER_KPROBE);
	assert_int_equal(options.verbosity, LOG_QUIET);
	assert_true(options.addresses && options.marked);
	assert_int_equal(options.memory_limit, 1 << 20);
}

static void test_top(void **state)
{
	(void)state;
	assert_int_equal(parse(COMMAND_TOP, "top"), 0);
	assert_int_equal(options.interval_ns, 1000000000);
	assert_true(options.by[DIM_CLASS] && options.by[DIM_ORDER] && options.by[DIM_CONTEXT]);
	assert_int_equal(parse(COMMAND_TOP, "top -i 200ms -d 5 --by comm --class atomic -c x* "
					    "--tier tracepoint --coverage fast --sample 8 "
					    "--budget 1 -p 1"),
			 0);
	assert_int_equal(options.interval_ns, 200000000);
	assert_true(options.by[DIM_COMM] && !options.by[DIM_CLASS]);
	assert_int_equal(parse(COMMAND_TOP, "top --failures-only"), 0);
	/* nothing is written, no command shares the terminal */
	assert_int_equal(parse(COMMAND_TOP, "top -o f"), -EINVAL);
	assert_int_equal(parse(COMMAND_TOP, "top -f json"), -EINVAL);
	assert_int_equal(parse(COMMAND_TOP, "top -- true"), -EINVAL);
	assert_int_equal(parse(COMMAND_TOP, "top true"), -EINVAL);
	assert_int_equal(parse(COMMAND_TOP, "top -i 0"), -EINVAL);
}

static void test_command(void **state)
{
	(void)state;
	good("run -d 1 -- make -j2 -- x");
	assert_string_equal(options.command[0], "make");
	assert_string_equal(options.command[1], "-j2");
	assert_string_equal(options.command[2], "--");
	assert_string_equal(options.command[3], "x");
	assert_null(options.command[4]);
	bad("run --", "a command is expected after --");
	bad("run -- ''", "the command after -- is empty");
	bad("run make", "unexpected argument 'make': put the command after --");
	bad("run -", "unexpected argument '-': put the command after --");
}

static void test_operands(void **state)
{
	(void)state;
	assert_int_equal(parse(COMMAND_REPORT, "report a -f json b -- -c"), 0);
	assert_int_equal(options.nr_operands, 3);
	assert_string_equal(options.operands[0], "a");
	assert_string_equal(options.operands[1], "b");
	assert_string_equal(options.operands[2], "-c");
	assert_string_equal(options.format->name, "json");
	assert_int_equal(parse(COMMAND_REPORT, "report -"), 0);
	assert_string_equal(options.operands[0], "-");
	assert_int_equal(parse(COMMAND_REPORT, "report -d 5 a"), -EINVAL);
	assert_string_equal(error.text, "unknown option '-d'");
	assert_int_equal(parse(COMMAND_DOCTOR, "doctor now"), -EINVAL);
	assert_string_equal(error.text, "unexpected argument 'now'");
}

static void test_values_refused(void **state)
{
	static const char *const cases[][2] = {
		{"run -d", "--duration needs a value: TIME"},
		{"run -d 0", "--duration 0 is out of range: from 1ns to 292 years"},
		{"run -d -1", "--duration '-1' is not a time: a number with ns, us, ms, s or m"},
		{"run -d=5", "--duration '=5' is not a time: a number with ns, us, ms, s or m"},
		{"run --duration=",
		 "--duration '' is not a time: a number with ns, us, ms, s or m"},
		{"run -i 1h", "--interval '1h' is not a time: a number with ns, us, ms, s or m"},
		{"run -d 1 -d 2", "--duration is given twice"},
		{"run -d 1 --duration=1", "--duration is given twice"},
		{"run --order 64", "--order 64 is out of range: 0 to 63"},
		{"run --order 4-2", "--order 4-2 runs backwards"},
		{"run --order 1-", "--order '1-' is not a number: N[,N-M...] expected"},
		{"run --order -1", "--order '-1' is not a number: N[,N-M...] expected"},
		{"run --order 1,1", "--order names 1 twice"},
		{"run --order 1,0-3", "--order names 1 twice"},
		{"run --order ''", "--order has an empty item: N[,N-M...] expected"},
		{"run -p 0", "--pid 0 is out of range: 1 to 4194304"},
		{"run -p 4194305", "--pid 4194305 is out of range: 1 to 4194304"},
		{"run -p 1 -p 1", "--pid names 1 twice"},
		{"run -p 1,x", "--pid 'x' is not a number: PID[,...] expected"},
		{"run -p 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17", "--pid takes 16 at most"},
		{"run -c ''", "--comm is empty: GLOB expected"},
		{"run -c 12345678901234567890123456789012",
		 "--comm is too long: 31 characters at most"},
		{"run --tier fentry",
		 "unknown tier 'fentry': auto, fexit, kprobe or tracepoint expected"},
		{"run -f xml", "unknown format 'xml': text or json expected"},
		{"run --memory-limit 0",
		 "--memory-limit 0 is out of range: more than 0, below 2^63"},
		{"run --memory-limit 1T",
		 "--memory-limit '1T' is not a size: a number with K, M or G"},
		{"run --by class,class", "--by names 'class' twice"},
		{"run --by class,", "--by has an empty item: DIM[,DIM...] expected"},
		{"run --by colour", "--by: unknown word 'colour'"},
		{"run --class atomic --class user", "--class is given twice"},
		{"run -q -v", "--quiet and --verbose exclude each other"},
		{"run --addresses=1", "--addresses takes no value"},
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		bad(cases[i][0], cases[i][1]);
}

static void test_unknown(void **state)
{
	(void)state;
	bad("run --dur 5", "unknown option '--dur'");
	bad("run --", "a command is expected after --");
	bad("run --duratoin=5", "unknown option '--duratoin'");
	assert_string_equal(error.hint, "did you mean --duration?");
	bad("run --by ordr", "--by: unknown word 'ordr'");
	assert_string_equal(error.hint, "did you mean order?");
	bad("run -f jsn", "unknown format 'jsn': text or json expected");
	assert_string_equal(error.hint, "did you mean json?");
	bad("run -x", "unknown option '-x'");
	bad("run -qx", "unknown option '-x'");
}

static void test_cost(void **state)
{
	(void)state;
	assert_int_equal(parse(COMMAND_RUN, "run"), 0);
	assert_int_equal(options.sample, 1);
	assert_true(options.budget == 2 && !options.budget_given && !options.failures_only);
	assert_int_equal(parse(COMMAND_RUN, "run --sample 64 --budget 0.5"), 0);
	assert_int_equal(options.sample, 64);
	assert_true(options.budget == 0.5 && options.budget_given);
	assert_int_equal(options.slowest, 10);
	assert_int_equal(parse(COMMAND_RUN, "run --slowest 0 --by path"), 0);
	assert_int_equal(options.slowest, 0);
	assert_true(options.by[DIM_PATH]);
	bad("run --slowest 33", "--slowest 33 is out of range: 0 to 32");
	assert_int_equal(parse(COMMAND_RUN, "run --failures-only --sample 1"), 0);
	assert_true(options.failures_only);
	bad("run --sample 0", "--sample 0 is out of range: 1 to 65536");
	bad("run --sample 65537", "--sample 65537 is out of range: 1 to 65536");
	bad("run --budget 0", "--budget '0': a number above 0, at most 100, expected");
	bad("run --failures-only --sample 2",
	    "--failures-only times no request: --sample has nothing to do");
	bad("run --failures-only --budget 1",
	    "--failures-only times no request: --budget has nothing to do");
	bad("run --failures-only --marked", "--marked: --failures-only does not see the mark");
}

static void test_stop_on(void **state)
{
	(void)state;
	assert_int_equal(parse(COMMAND_RUN, "run --stop-on failure"), 0);
	assert_true(options.stop_on.failure && !options.stop_on.latency_ns);
	assert_int_equal(parse(COMMAND_RUN, "run --stop-on latency>10ms,failure"), 0);
	assert_true(options.stop_on.failure);
	assert_int_equal(options.stop_on.latency_ns, 10000000);
	bad("run --stop-on latency", "--stop-on 'latency': failure or latency>TIME expected");
	bad("run --stop-on latency>x", "--stop-on 'latency>x': failure or latency>TIME expected");
	bad("run --stop-on latency>0", "--stop-on 'latency>0': failure or latency>TIME expected");
	bad("run --stop-on failure,latency>1ms --failures-only",
	    "--stop-on latency: --failures-only times no request");
	bad("run -f folded", "-f folded: no stacks are counted without --stacks");
	assert_int_equal(parse(COMMAND_RUN, "run -f folded --stacks"), 0);
	assert_int_equal(parse(COMMAND_RUN, "run -f folded --lint"), 0);
	assert_int_equal(parse(COMMAND_RUN, "run -f folded --failures-only"), 0);
	assert_int_equal(parse(COMMAND_REPORT, "report -f folded x"), 0);
	bad("run --stop-on ,", "--stop-on has an empty item: EVENT expected");
}

static void test_not_built(void **state)
{
	(void)state;
	bad("run --module=", "--module is empty: NAME expected");
	bad("run --stacks=1", "--stacks takes no value");
	bad("run --failures-only --lint",
	    "--lint: --failures-only looks at no request that succeeds");
	assert_int_equal(parse(COMMAND_RUN, "run --cache-colours"), 0);
	assert_true(options.cache_colours);
	bad("run --failures-only --cache-colours",
	    "--cache-colours: --failures-only looks at no request that succeeds");
	assert_int_equal(parse(COMMAND_RUN, "run"), 0);
	assert_false(options.slab);
	assert_int_equal(parse(COMMAND_RUN, "run --slab"), 0);
	assert_true(options.slab);
	bad("run --failures-only --slab", "--slab: --failures-only puts nothing on the fast path");
	bad("run --marked --slab", "--slab: no object carries the mark that --marked asks for");
	assert_int_equal(parse(COMMAND_RUN, "run --by quality"), 0);
	assert_true(options.by[DIM_QUALITY]);
}

/* What says how to trace is also for `check`; what says how to judge is not for `run`. */
static void test_gate(void **state)
{
	(void)state;
	good("run --repeat 10 -d 1");
	assert_int_equal(options.repeat, 10);
	good("run");
	assert_int_equal(options.repeat, 1);
	assert_int_equal(parse(COMMAND_CHECK, "check --rule a --rules f --rule b --by cpu r.json"),
			 0);
	assert_int_equal(options.rules.nr, 2);
	assert_string_equal(options.rules.value[1], "b");
	assert_string_equal(options.rules_files.value[0], "f");
	assert_int_equal(options.nr_operands, 1);
	assert_true(options.by[DIM_CPU]);
	assert_int_equal(options.verdicts, VERDICT_TAP);
	assert_int_equal(parse(COMMAND_CHECK, "check -f json --max-regress 250 -d 1 -- make"), 0);
	assert_int_equal(options.verdicts, VERDICT_AS_JSON);
	assert_true(options.max_regress > 249 && options.max_regress < 251);
	assert_string_equal(options.command[0], "make");
	assert_int_equal(parse(COMMAND_CHECK, "check --repeat 3"), -EINVAL);
	assert_int_equal(parse(COMMAND_CHECK, "check --rule ''"), -EINVAL);
	assert_string_equal(error.text, "--rule is empty: EXPR expected");
	assert_int_equal(parse(COMMAND_DIFF, "diff a b -f json"), 0);
	assert_int_equal(options.differences, DIFF_AS_JSON);
	assert_int_equal(parse(COMMAND_DIFF, "diff a b -f tap"), -EINVAL);
	assert_string_equal(error.text, "unknown format 'tap': text or json expected");
	bad("run --rule a", "unknown option '--rule'");
	bad("run --max-regress 3", "unknown option '--max-regress'");
}

static void test_serve(void **state)
{
	char text[ADDRESS_TEXT];

	(void)state;
	assert_int_equal(parse(COMMAND_SERVE, "serve"), 0);
	assert_string_equal(address__format(&options.listen, text), "127.0.0.1:9437");
	assert_int_equal(options.sample, 64);
	assert_true(options.budget == 2 && options.coverage == COVERAGE_AUTO);
	assert_true(options.by[DIM_CLASS] && options.by[DIM_ORDER] && options.by[DIM_CONTEXT]);
	assert_int_equal(options.repeat, 1);
	assert_int_equal(parse(COMMAND_SERVE, "serve --failures-only --listen [::1]:80"), 0);
	assert_string_equal(address__format(&options.listen, text), "[::1]:80");
	assert_int_equal(options.sample, 1);
	assert_int_equal(parse(COMMAND_SERVE, "serve --sample 1 --by comm --class atomic -p 1 "
					      "--budget 0.5 --max-loss 2 --tier kprobe"),
			 0);
	assert_int_equal(options.sample, 1);
	assert_int_equal(parse(COMMAND_SERVE, "serve --failures-only --sample 64"), -EINVAL);
	assert_string_equal(error.text,
			    "--failures-only times no request: --sample has nothing to do");
	assert_int_equal(parse(COMMAND_SERVE, "serve --listen 80"), -EINVAL);
	assert_string_equal(error.text, "--listen '80' is not ADDR:PORT");
	assert_non_null(strstr(error.hint, "127.0.0.1:9437"));
	assert_int_equal(parse(COMMAND_SERVE, "serve --listen ::1:65536"), -EINVAL);
	assert_int_equal(parse(COMMAND_SERVE, "serve -d 5"), -EINVAL);
	assert_int_equal(parse(COMMAND_SERVE, "serve --marked"), -EINVAL);
	assert_int_equal(parse(COMMAND_SERVE, "serve -- true"), -EINVAL);
	bad("run --listen 127.0.0.1:80", "unknown option '--listen'");
	good("run");
	assert_int_equal(options.sample, 1);
}

static void test_help(void **state)
{
	(void)state;
	good("run --help --nonsense");
	assert_true(options.help);
	good("run -h");
	assert_true(options.help);
}

static void test_filter(void **state)
{
	struct report *report = report__new();

	(void)state;
	good("run --class user --order 1-2 --context task -p 9 -c x");
	assert_int_equal(options__describe_filter(&options, report), 0);
	assert_int_equal(report->filter.nr_orders, 2);
	assert_string_equal(report->filter.orders[1], "2");
	assert_string_equal(report->filter.classes[0], "user");
	assert_string_equal(report->filter.contexts[0], "task");
	assert_int_equal(report->filter.pids[0], 9);
	assert_string_equal(report->filter.comm, "x");
	assert_string_equal(report->filter.cgroup, "");
	report__free(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults), cmocka_unit_test(test_spellings),
		cmocka_unit_test(test_lists),	 cmocka_unit_test(test_others),
		cmocka_unit_test(test_top),	 cmocka_unit_test(test_command),
		cmocka_unit_test(test_operands), cmocka_unit_test(test_values_refused),
		cmocka_unit_test(test_unknown),	 cmocka_unit_test(test_cost),
		cmocka_unit_test(test_stop_on),	 cmocka_unit_test(test_not_built),
		cmocka_unit_test(test_help),	 cmocka_unit_test(test_filter),
		cmocka_unit_test(test_gate),	 cmocka_unit_test(test_serve),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
