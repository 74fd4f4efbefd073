/* SPDX-License-Identifier: GPL-2.0-only */
/* Habits of callers, as --lint found them. */
#ifndef GFPTRACE_USER_LINT_H
#define GFPTRACE_USER_LINT_H

#include <stdbool.h>

#include <gfptrace/lint.h>

#include "collect/stacks.h"

/* What --lint can tell on this kernel. */
enum lint_sight {
	LINT_NONE,	 /* not asked for */
	LINT_BLIND,	 /* the kernel does not count what forbids to sleep */
	LINT_PREEMPTION, /* whether preemption is off, but not whether interrupts are */
	LINT_ALL
};

/* By what requests of our own showed, which hold no lock. */
enum lint_sight lint__sight(const struct gft_lint_base *base);

/* What the report says it sees or does not. Returns 0 or -ENOMEM. */
int lint__describe_sight(enum lint_sight sight, bool preempt_rt, struct report *report);

/* The report's findings. Returns 0 or -ENOMEM. */
int lint__describe(struct stacks_base *base, const struct stacks_view *view,
		   const struct callers *callers, struct report *report);

#endif
