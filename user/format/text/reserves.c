// SPDX-License-Identifier: GPL-2.0-only
/* How close requests came to failing, and habits of callers that cost or endanger. */
#include <errno.h>
#include <stdlib.h>

#include "format/text/text.h"
#include "format/text/table.h"
#include "base/units.h"

/* The bound of the bucket in which the request of this rank lies, counted from the closest. */
static const char *bound(const struct headroom *headroom, uint64_t rank, char text[UNITS_COUNT])
{
	uint64_t seen = 0;

	for (size_t i = 0; i < headroom->nr_buckets; i++) {
		seen += headroom->buckets[i].count;
		if (seen >= rank)
			return headroom->buckets[i].le == UINT64_MAX
				       ? "more"
				       : format__count(headroom->buckets[i].le, text);
	}
	return "-";
}

int text__headroom(FILE *file, const struct report *report, unsigned int width)
{
	bool used[DIMENSIONS] = {false};
	const struct headroom *headroom;
	char text[UNITS_COUNT];
	struct table *table;
	size_t i;
	int err;

	if (!report->nr_headroom)
		return 0;
	table = table__new();
	for (i = 0; i < report->nr_headroom; i++)
		labels__mark(&report->headroom[i].labels, used);
	table__label_columns(table, used);
	table__column(table, "count", true);
	table__column(table, "touched reserves", true);
	table__column(table, "closest", true);
	table__column(table, "1 % within", true);
	table__column(table, "half within", true);
	for (i = 0; i < report->nr_headroom; i++) {
		headroom = &report->headroom[i];
		table__label_cells(table, &headroom->labels, used);
		table__cell(table, format__count(headroom->count, text));
		table__cell(table, format__count(headroom->touched_reserves, text));
		table__cell(table, bound(headroom, 1, text));
		table__cell(table, bound(headroom, headroom->count / 100 + 1, text));
		table__cell(table, bound(headroom, headroom->count / 2 + 1, text));
	}
	fputc('\n', file);
	err = text__paragraph(file, "HEADROOM", "free pages above the request's own watermark",
			      width);
	if (!err)
		err = table__write(file, table);
	table__free(table);
	return err;
}

static int write_lint(FILE *file, const struct lint *lint, unsigned int width)
{
	char count[TEXT_TIMES], *stack = text__stack(&lint->stack);
	int err = stack ? 0 : -ENOMEM;

	if (!err)
		err = text__paragraphf(file, width, "", "%s, %s%s%s: %s", lint->kind,
				       text__times(lint->count, count), lint->caller ? " by " : "",
				       lint->caller ? lint->caller : "", lint->meaning);
	if (!err && lint->stack.nr)
		err = text__paragraphf(file, width, "", "stack %s", stack);
	free(stack);
	return err;
}

int text__lint(FILE *file, const struct report *report, unsigned int width)
{
	int err = 0;

	if (!report->nr_lint)
		return 0;
	fputs("\nLINT\n", file);
	for (size_t i = 0; i < report->nr_lint && !err; i++)
		err = write_lint(file, &report->lint[i], width);
	return err;
}
