// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's tracepoints by name: most of their symbols are not exported to modules. */
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "tracepoint.h"

struct wanted {
	const char *name;
	struct tracepoint *point;
};

static void find(struct tracepoint *candidate, void *data)
{
	struct wanted *wanted = data;

	if (!strcmp(candidate->name, wanted->name))
		wanted->point = candidate;
}

struct tracepoint *ap_tracepoint(const char *name)
{
	struct wanted wanted = {.name = name};

	for_each_kernel_tracepoint(find, &wanted);
	return wanted.point;
}
