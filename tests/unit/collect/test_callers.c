// SPDX-License-Identifier: GPL-2.0-only
/* From tables of callers and stacks to labels, the report's stacks and its lint. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "collect/callers.h"
#include "collect/lint.h"
#include "collect/snapshot.h"
#include "collect/stacks.h"

static const char kallsyms[] = "ffffffff81000000 T __alloc_pages\n"
			       "ffffffff81001000 T alloc_pages\n"
			       "ffffffff81002000 t twice\n"
			       "ffffffff81003000 t asker\n"
			       "ffffffff81004000 t twice\n"
			       "ffffffffc0001000 t probe\t[driver]\n"
			       "ffffffffc0200000 t bpf_prog_1234\t[bpf]\n";

static struct gft_callers seen[2];
static struct gft_stack table[4];
static struct callers callers;

static int set_up(void **state)
{
	FILE *file = fmemopen((void *)kallsyms, strlen(kallsyms), "r");

	(void)state;
	memset(seen, 0, sizeof(seen));
	memset(table, 0, sizeof(table));
	seen[0].address[3] = 0xffffffff81003010;
	seen[1].address[200] = 0xffffffffc0001022;
	table[1] = (struct gft_stack){
		.key = 1,
		.count = 5,
		.requester = 0xffffffffc0001022,
		.labels = gft_stack_labels(GFT_CLASS_ATOMIC, 3, GFT_SOFTIRQ),
		.frames = 4,
		.stack = {0xffffffff81000010, 0xffffffff81001010, 0xffffffffc0001022,
			  0xffffffff81003010},
	};
	if (!file || callers__init(&callers, seen, 2, false) ||
	    callers__add_stacks(&callers, table, 4))
		return -1;
	/* callers__resolve() without this machine's own symbols */
	for (size_t i = 0; i < 4; i++)
		symbols__want(callers.symbols, table[1].stack[i]);
	symbols__want(callers.symbols, 0xffffffff81002004);
	symbols__want(callers.symbols, 0xffffffff81004004);
	symbols__resolve_from(callers.symbols, file, SIZE_MAX);
	fclose(file);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	callers__free(&callers);
	return 0;
}

static void labels(void **state)
{
	struct report *report = report__new();

	(void)state;
	assert_string_equal(callers__label(&callers, 0xffffffffc0001022, report),
			    "probe+0x22 [driver]");
	assert_string_equal(callers__label(&callers, 0xffffffffc0009999, report), "unknown");
	callers.addresses = true;
	assert_string_equal(callers__label(&callers, 0xffffffffc0009999, report),
			    "0xffffffffc0009999");
	report__free(report);
}

/* Two functions of one name are one label; so are those without a name, unless they are told apart.
 */
static void same(void **state)
{
	static const uint64_t addresses[] = {0xffffffff81002004, 0xffffffff81003010,
					     0xffffffff81004004, 0x10, 0x20};
	static struct name_list list;
	static uint16_t first[SNAPSHOT_NAMES_MAX];

	(void)state;
	list.count = 5;
	for (size_t i = 0; i < list.count; i++)
		list.name[i].word[0] = addresses[i];
	callers__find_same(&callers, &list, first);
	assert_int_equal(first[0], 0);
	assert_int_equal(first[1], 1);
	assert_int_equal(first[2], 0);
	assert_int_equal(first[3], 3);
	assert_int_equal(first[4], 3);
	callers.addresses = true;
	callers__find_same(&callers, &list, first);
	assert_int_equal(first[4], 4);
}

/* A window has what came since the last; what found no room is told, too. */
static void stacks(void **state)
{
	struct stacks_view view = {table, 4, 9};
	struct report *report = report__new();
	struct stacks_base base;

	(void)state;
	assert_int_equal(stacks_base__init(&base, 4), 0);
	assert_int_equal(stacks__describe(&base, &view, &callers, report), 0);
	assert_int_equal(report->nr_stacks, 2);
	assert_int_equal(report->stacks[0].count, 5);
	assert_string_equal(report->stacks[0].caller, "probe+0x22 [driver]");
	assert_string_equal(report->stacks[0].labels.value[DIM_CLASS], "atomic");
	assert_string_equal(report->stacks[0].labels.value[DIM_ORDER], "3");
	assert_string_equal(report->stacks[0].labels.value[DIM_CONTEXT], "softirq");
	assert_int_equal(report->stacks[0].stack.nr, 4);
	assert_string_equal(report->stacks[0].stack.text[3], "asker+0x10");
	assert_string_equal(report->stacks[1].caller, "other");
	assert_int_equal(report->stacks[1].count, 9);
	report__free(report);
	report = report__new();
	table[1].count = 7;
	assert_int_equal(stacks__describe(&base, &view, &callers, report), 0);
	assert_int_equal(report->nr_stacks, 1);
	assert_int_equal(report->stacks[0].count, 2);
	report__free(report);
	stacks_base__free(&base);
}

static void lint(void **state)
{
	struct stacks_view view = {table, 4, 2};
	struct report *report = report__new();
	struct stacks_base base;

	(void)state;
	table[1].labels = GFT_LINT_NEEDLESS;
	table[1].requester = 0; /* then by the names of the stack */
	assert_int_equal(stacks_base__init(&base, 4), 0);
	assert_int_equal(lint__describe(&base, &view, &callers, report), 0);
	assert_int_equal(report->nr_lint, 2);
	assert_string_equal(report->lint[0].kind, "needless-atomic");
	assert_string_equal(report->lint[0].caller, "probe+0x22 [driver]");
	assert_int_equal(report->lint[0].count, 5);
	assert_true(strlen(report->lint[0].meaning) > 20);
	assert_string_equal(report->lint[1].caller, "other");
	assert_int_equal(report->lint[1].count, 2);
	report__free(report);
	stacks_base__free(&base);
}

/* What requests of our own show of the kernel. */
static void sight(void **state)
{
	struct gft_lint_base all = {.requests = 8, .preempt = 1, .irqs_on = 8};
	struct gft_lint_base no_irqs = {.requests = 8, .preempt = 1};
	struct gft_lint_base uncounted = {.requests = 8, .irqs_on = 8};
	struct gft_lint_base none = {};
	struct report *report = report__new();

	(void)state;
	assert_int_equal(lint__sight(&all), LINT_ALL);
	assert_int_equal(lint__sight(&no_irqs), LINT_PREEMPTION);
	assert_int_equal(lint__sight(&uncounted), LINT_BLIND);
	assert_int_equal(lint__sight(&none), LINT_BLIND);
	assert_int_equal(lint__describe_sight(LINT_NONE, false, report), 0);
	assert_int_equal(report->mode.nr_sees + report->mode.nr_blind, 0);
	assert_int_equal(lint__describe_sight(LINT_ALL, false, report), 0);
	assert_int_equal(report->mode.nr_sees, 3);
	assert_int_equal(report->mode.nr_blind, 0);
	assert_int_equal(lint__describe_sight(LINT_ALL, true, report), 0);
	assert_int_equal(report->mode.nr_blind, 1);
	assert_int_equal(lint__describe_sight(LINT_PREEMPTION, false, report), 0);
	assert_int_equal(report->mode.nr_blind, 3);
	assert_int_equal(lint__describe_sight(LINT_BLIND, false, report), 0);
	assert_string_equal(report->mode.blind[3].what, "lint");
	report__free(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(labels, set_up, tear_down),
		cmocka_unit_test_setup_teardown(same, set_up, tear_down),
		cmocka_unit_test_setup_teardown(stacks, set_up, tear_down),
		cmocka_unit_test_setup_teardown(lint, set_up, tear_down),
		cmocka_unit_test(sight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
