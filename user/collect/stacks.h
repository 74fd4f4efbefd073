/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables of stacks that the BPF programs count in (gfptrace/callers.h), and what a window added. */
#ifndef GFPTRACE_USER_STACKS_H
#define GFPTRACE_USER_STACKS_H

#include <stddef.h>
#include <stdint.h>

#include <gfptrace/callers.h>

#include "collect/callers.h"
#include "report/report.h"

/* A table and how many found no room there. */
struct stacks_view {
	const struct gft_stack *stacks; /* NULL: not asked for; written while we read */
	size_t count;
	uint64_t other;
};

/* What stood in a table when the window began. */
struct stacks_base {
	uint64_t *counts;
	uint64_t other;
};

/* Room for a table of that size. Returns 0 or -ENOMEM. */
int stacks_base__init(struct stacks_base *base, size_t count);
void stacks_base__free(struct stacks_base *base);

/* How many of the i-th stack the window has; the base moves up to now. */
uint64_t stacks__take(struct stacks_base *base, const struct stacks_view *view, size_t i);
uint64_t stacks__take_other(struct stacks_base *base, const struct stacks_view *view);

/* The caller of a stack and its frames by name. Returns 0 or -ENOMEM. */
int stacks__name(const struct gft_stack *stack, const struct callers *callers,
		 struct report *report, struct text_list *list, const char **caller);

/* The report's stacks. Returns 0 or -ENOMEM. */
int stacks__describe(struct stacks_base *base, const struct stacks_view *view,
		     const struct callers *callers, struct report *report);

#endif
