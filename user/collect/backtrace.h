/* SPDX-License-Identifier: GPL-2.0-only */
/* A stack of addresses as the report shows it: by names, without the programs that looked. */
#ifndef GFPTRACE_USER_BACKTRACE_H
#define GFPTRACE_USER_BACKTRACE_H

#include <stdbool.h>

#include "report/report.h"
#include "kernel/symbols.h"

/*
 * Append the names of `count` frames, the innermost first, to `list`. `addresses`: one without a
 * name is shown by its address, else it is left out. `*caller`, where it is NULL, becomes the
 * first name outside the allocators. Returns 0 or -ENOMEM.
 */
int backtrace__add(struct report *report, const struct symbols *symbols, bool addresses,
		   const __u64 *frames, size_t count, struct text_list *list, const char **caller);

#endif
