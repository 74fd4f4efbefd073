// SPDX-License-Identifier: GPL-2.0-only
/* The places that most requests come from, with --stacks. */
#include <errno.h>
#include <stdlib.h>

#include "format/text/text.h"
#include "format/text/table.h"
#include "base/units.h"

#define SHOWN 10 /* -f folded has all */

static int write_stack(FILE *file, const struct stack_count *from, unsigned int width)
{
	char count[UNITS_COUNT], *stack = text__stack(&from->stack);
	const char *const *value = from->labels.value;
	int err = stack ? 0 : -ENOMEM;

	if (!err)
		err = text__paragraphf(
			file, width, "", "%s%s%s%s%s%s%s by %s%s%s",
			format__count(from->count, count), value[DIM_CLASS] ? " " : "",
			value[DIM_CLASS] ? value[DIM_CLASS] : "",
			value[DIM_ORDER] ? " of order " : "",
			value[DIM_ORDER] ? value[DIM_ORDER] : "", value[DIM_CONTEXT] ? " in " : "",
			value[DIM_CONTEXT] ? value[DIM_CONTEXT] : "",
			from->caller ? from->caller : "unknown", from->stack.nr ? ": " : "", stack);
	free(stack);
	return err;
}

int text__stacks(FILE *file, const struct report *report, unsigned int width)
{
	char count[UNITS_COUNT];
	uint64_t rest = 0;
	int err = 0;

	if (!report->nr_stacks)
		return 0;
	fputs("\nSTACKS\n", file);
	for (size_t i = 0; i < report->nr_stacks && !err; i++) {
		if (i < SHOWN)
			err = write_stack(file, &report->stacks[i], width);
		else
			rest += report->stacks[i].count;
	}
	if (rest && !err)
		err = text__paragraphf(file, width, "", "%s of %zu more stacks: -f folded",
				       format__count(rest, count), report->nr_stacks - SHOWN);
	return err;
}
