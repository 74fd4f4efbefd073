// SPDX-License-Identifier: GPL-2.0-only
#include "collect/lint.h"

#include <errno.h>

static const struct {
	const char *kind, *meaning;
} kinds[GFT_LINT_KINDS] = {
	[GFT_LINT_SLEEPING] = {"sleeping-in-atomic",
			       "it may sleep, and asked where sleeping is not allowed: with "
			       "preemption or interrupts off, or within rcu_read_lock()"},
	[GFT_LINT_NEEDLESS] =
		{"needless-atomic",
		 "it took of the reserves for those who cannot wait (GFP_ATOMIC), and "
		 "asked where it could have waited: GFP_KERNEL fails less"},
};

enum lint_sight lint__sight(const struct gft_lint_base *base)
{
	/* our own program runs with preemption off: that would show, if it were counted */
	if (!base->requests || !base->preempt)
		return LINT_BLIND;
	return base->irqs_on == base->requests ? LINT_ALL : LINT_PREEMPTION;
}

int lint__describe_sight(enum lint_sight sight, bool preempt_rt, struct report *report)
{
	static const char kprobe[] =
		"whether interrupts are on is shown to kprobes alone, and none can be had here";
	int err = 0;

	if (sight == LINT_NONE)
		return 0;
	if (sight == LINT_BLIND)
		return report__add_blind(
			report, "lint",
			"this kernel does not count what forbids to sleep (CONFIG_PREEMPT_COUNT)");
	err = report__add_sees(report, "lint: sleeping with preemption off");
	if (err)
		return err;
	if (sight == LINT_ALL)
		err = report__add_sees(report, "lint: sleeping with interrupts off");
	else
		err = report__add_blind(report, "lint: sleeping with interrupts off", kprobe);
	if (err)
		return err;
	if (preempt_rt)
		return report__add_blind(report, "lint: needless-atomic",
					 "under PREEMPT_RT code may wait that may not elsewhere");
	return sight == LINT_ALL ? report__add_sees(report, "lint: needless-atomic")
				 : report__add_blind(report, "lint: needless-atomic", kprobe);
}

static int add_other(uint64_t count, struct report *report)
{
	struct lint *lint = count ? report__add_lint(report) : NULL;

	if (!count)
		return 0;
	if (!lint)
		return -ENOMEM;
	lint->kind = lint->caller = "other";
	lint->count = count;
	lint->meaning = "findings of more callers than there was room for";
	return 0;
}

int lint__describe(struct stacks_base *base, const struct stacks_view *view,
		   const struct callers *callers, struct report *report)
{
	for (size_t i = 0; i < view->count; i++) {
		const struct gft_stack *stack = &view->stacks[i];
		uint64_t count = stack->key ? stacks__take(base, view, i) : 0;
		struct lint *lint;

		if (!count || stack->labels >= GFT_LINT_KINDS)
			continue;
		lint = report__add_lint(report);
		if (!lint || stacks__name(stack, callers, report, &lint->stack, &lint->caller))
			return -ENOMEM;
		lint->kind = kinds[stack->labels].kind;
		lint->meaning = kinds[stack->labels].meaning;
		lint->count = count;
	}
	return add_other(stacks__take_other(base, view), report);
}
