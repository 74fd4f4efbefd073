/* SPDX-License-Identifier: GPL-2.0-only */
/* A kernel stack by its functions' names, and who asked for the pages. */
#ifndef GFPTRACE_USER_STACK_NAMES_H
#define GFPTRACE_USER_STACK_NAMES_H

#include "report.h"
#include "symbols.h"

/*
 * Append the names of the frames, the innermost first and without our own, to `stack`; set
 * *caller, if NULL, to the first one outside the allocator. Returns 0 or -ENOMEM.
 */
int stack_names__add(struct report *report, const struct symbols *symbols, const __u64 *addresses,
		     size_t frames, struct text_list *stack, const char **caller);

#endif
