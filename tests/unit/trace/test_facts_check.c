// SPDX-License-Identifier: GPL-2.0-only
/* Contexts as they were read, held against what they were. */
#include "unit.h"

#include <string.h>

#include "trace/facts_check.h"

static void what_fits(void **state)
{
	struct gft_facts facts = {};

	(void)state;
	assert_false(facts__are_complete(&facts));
	assert_null(facts__contexts(&facts)); /* nothing was seen: nothing is against it */
	facts.read[GFT_TASK][GFT_TASK] = 1;
	facts.read[GFT_SOFTIRQ][GFT_SOFTIRQ] = 3;
	assert_false(facts__are_complete(&facts));
	facts.read[GFT_HARDIRQ][GFT_HARDIRQ] = 5;
	assert_true(facts__are_complete(&facts));
	assert_null(facts__contexts(&facts));
}

static void what_does_not(void **state)
{
	static const struct {
		enum gft_context known, read;
		const char *says;
	} cases[] = {
		{GFT_HARDIRQ, GFT_TASK, "in a hardirq"}, /* the masks of v7.3 */
		{GFT_HARDIRQ, GFT_SOFTIRQ, "in a hardirq"},
		{GFT_SOFTIRQ, GFT_TASK, "in a softirq"},
		{GFT_TASK, GFT_NMI, "in a task"}, /* an address that is none */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct gft_facts facts = {};
		const char *why;

		for (int context = 0; context < GFT_CONTEXTS; context++)
			facts.read[context][context] = 100;
		facts.read[cases[i].known][cases[i].read] = 1;
		why = facts__contexts(&facts);
		assert_non_null(why);
		assert_non_null(strstr(why, cases[i].says));
	}
}

/* Interrupts come by themselves; nobody waits for them for ever. */
static void waiting_ends(void **state)
{
	struct gft_facts facts = {};

	(void)state;
	facts__provoke(&facts);
	assert_false(facts__are_complete(&facts));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fits),
		cmocka_unit_test(what_does_not),
		cmocka_unit_test(waiting_ends),
	};

	return cmocka_run_group_tests_name("facts", tests, NULL, NULL);
}
