// SPDX-License-Identifier: GPL-2.0-only
/* Objects of slabs that were asked for atomically, and how they lie in cache lines. */
#include <errno.h>

#include "format/text/text.h"
#include "format/text/table.h"
#include "base/units.h"

#define SHOWN 30 /* the JSON has all */

static void add_slab(struct table *table, const struct slab *slab, const bool used[DIMENSIONS])
{
	const uint64_t had = slab->count - slab->failed;
	const uint64_t lying[] = {slab->aligned, slab->crossing, slab->wide};
	char text[UNITS_COUNT], share[TEXT_SHARE];

	table__cell(table, slab__title(slab));
	table__cell(table, slab->size ? format__count(slab->size, text) : "-");
	table__label_cells(table, &slab->labels, used);
	table__cell(table, format__count(slab->count, text));
	table__cell(table, format__count(slab->failed, text));
	table__cell(table, text__share(slab->requested, slab->allocated, share));
	for (size_t i = 0; i < sizeof(lying) / sizeof(lying[0]); i++)
		table__cell(table, text__share(lying[i], had, share));
}

static int write_slabs(FILE *file, const struct report *report)
{
	bool used[DIMENSIONS] = {false};
	struct table *table = table__new();
	size_t i;
	int err;

	for (i = 0; i < report->nr_slabs; i++)
		labels__mark(&report->slabs[i].labels, used);
	table__column(table, "cache", false);
	table__column(table, "size", true);
	table__label_columns(table, used);
	table__column(table, "count", true);
	table__column(table, "failed", true);
	table__column(table, "filled", true);
	table__column(table, "aligned", true);
	table__column(table, "crossing", true);
	table__column(table, "wide", true);
	for (i = 0; i < report->nr_slabs && i < SHOWN; i++)
		add_slab(table, &report->slabs[i], used);
	err = table__write(file, table);
	table__free(table);
	return err;
}

static int write_rest(FILE *file, const struct report *report, unsigned int width)
{
	char count[UNITS_COUNT];
	uint64_t rest = 0;

	for (size_t i = SHOWN; i < report->nr_slabs; i++)
		rest += report->slabs[i].count;
	if (!rest)
		return 0;
	return text__paragraphf(file, width, "", "%s of %zu more series: -f json",
				format__count(rest, count), report->nr_slabs - SHOWN);
}

int text__slabs(FILE *file, const struct report *report, unsigned int width)
{
	char counted[UNITS_COUNT], patient[UNITS_COUNT], filtered[UNITS_COUNT], missed[UNITS_COUNT];
	int err;

	if (!report->slab.line)
		return 0;
	fputc('\n', file);
	err = text__paragraphf(file, width, "SLAB",
			       "%s objects asked for atomically, by cache lines of %u bytes; %s "
			       "others that may wait, %s kept out by filters, %s not counted",
			       format__count(report->slab.counted, counted), report->slab.line,
			       format__count(report->slab.patient, patient),
			       format__count(report->slab.filtered, filtered),
			       format__count(report->slab.missed, missed));
	if (!err && report->slab.ns_per_request > 0)
		err = text__paragraphf(file, width, "", "%.0f ns of tracing for each of them",
				       report->slab.ns_per_request);
	if (!err && report->nr_slabs)
		err = write_slabs(file, report);
	return err ? err : write_rest(file, report, width);
}
