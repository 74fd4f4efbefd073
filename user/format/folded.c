// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stacks for flame graphs: one a line, the outermost frame first, then how many requests.
 * Below `requests` lie all (with --stacks), below `failures` the failed ones, below `slowest` the
 * slowest, below `lint` the habits, below `lost` those that were not counted: loss is part of every
 * format.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "format/formats.h"
#include "base/text.h"

/* A frame: what would end it, or drive a terminal, is made harmless. */
static int write_frame(FILE *file, const char *text)
{
	char *escaped = text__escape(text);

	if (!escaped)
		return -ENOMEM;
	for (const char *c = escaped; *c; c++)
		fputc(*c == ';' ? ':' : *c, file);
	fputc(';', file);
	free(escaped);
	return 0;
}

static int write_stack(FILE *file, const char *root, const char *caller,
		       const struct text_list *stack)
{
	int err = 0;

	fprintf(file, "%s;", root);
	for (size_t i = stack->nr; i > 0 && !err; i--)
		err = write_frame(file, stack->text[i - 1]);
	if (!stack->nr && !err)
		err = write_frame(file, caller ? caller : "unknown");
	return err;
}

/* The leaf: what was asked for, and what came of it. */
static int write_leaf(FILE *file, const char *what, const struct labels *labels, uint64_t count)
{
	const char *class = labels ? labels->value[DIM_CLASS] : NULL;
	const char *order = labels ? labels->value[DIM_ORDER] : NULL;
	char *text = NULL, *escaped;

	if (asprintf(&text, "%s%s%s%s%s", what, class ? " " : "", class ? class : "",
		     order ? " order " : "", order ? order : "") < 0)
		return -ENOMEM;
	escaped = text__escape(text);
	free(text);
	if (!escaped)
		return -ENOMEM;
	for (char *c = escaped; *c; c++)
		if (*c == ';')
			*c = ':';
	fprintf(file, "%s %" PRIu64 "\n", escaped, count);
	free(escaped);
	return 0;
}

int report__write_folded(FILE *file, const struct report *report,
			 const struct format_options *options)
{
	size_t i;
	int err = 0;

	(void)options;
	for (i = 0; i < report->nr_stacks && !err; i++) {
		const struct stack_count *stack = &report->stacks[i];

		err = write_stack(file, "requests", stack->caller, &stack->stack);
		if (!err)
			err = write_leaf(file, "asked", &stack->labels, stack->count);
	}
	for (i = 0; i < report->nr_failures && !err; i++) {
		const struct failure *failure = &report->failures[i];

		err = write_stack(file, "failures", failure->caller, &failure->stack);
		if (!err)
			err = write_leaf(file, failure->reason, &failure->labels, failure->count);
	}
	for (i = 0; i < report->nr_slowest && !err; i++) {
		const struct slow *slow = &report->slowest[i];

		err = write_stack(file, "slowest", slow->caller, &slow->stack);
		if (!err)
			err = write_leaf(file, "slow", &slow->labels, 1);
	}
	for (i = 0; i < report->nr_lint && !err; i++) {
		const struct lint *lint = &report->lint[i];

		err = write_stack(file, "lint", lint->caller, &lint->stack);
		if (!err)
			err = write_leaf(file, lint->kind, NULL, lint->count);
	}
	for (i = 0; i < report->nr_loss && !err; i++) {
		fputs("lost;", file);
		err = write_leaf(file, report->loss[i].cause, NULL, report->loss[i].count);
	}
	return err;
}
