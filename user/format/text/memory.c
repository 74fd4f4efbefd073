// SPDX-License-Identifier: GPL-2.0-only
/* What the requests got: alignment and placement; what tracing cost. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/aggregate.h"
#include "format/text/text.h"
#include "format/text/table.h"
#include "base/units.h"

/* "4K 52 %  8K 24 % ..." as far as `room` goes: the finest come first and hold the most. */
static void add_distribution(struct table *table, const struct block_size *size, size_t room)
{
	char text[128] = "", item[48], share[TEXT_SHARE], bytes[UNITS_TEXT];
	size_t i, length = 0, item_length;

	for (i = 0; i < 64; i++) {
		if (!size->aligned[i])
			continue;
		item_length = (size_t)snprintf(item, sizeof(item), "%s%s %s", length ? "  " : "",
					       format__size(1ull << i, bytes),
					       text__share(size->aligned[i], size->count, share));
		if (length + item_length + 4 > room || length + item_length + 5 > sizeof(text)) {
			memcpy(text + length, " ...", 5);
			break;
		}
		memcpy(text + length, item, item_length + 1);
		length += item_length;
	}
	table__cell(table, text);
}

static void add_size(struct table *table, const struct report *report,
		     const struct block_size *size, unsigned int width)
{
	char text[UNITS_COUNT], bytes[UNITS_TEXT];

	if (size->natural && report->host.page_size)
		table__printf(table, "%d",
			      __builtin_ctzll(size->natural) -
				      __builtin_ctz(report->host.page_size));
	else
		table__cell(table, "other");
	table__cell(table, size->natural ? format__size(size->natural, bytes) : "-");
	table__cell(table, format__count(size->count, text));
	table__cell(table, format__count(size->below_natural, text));
	add_distribution(table, size, width - 42);
}

static int write_sizes(FILE *file, const struct report *report, const struct block_size *sizes,
		       size_t nr, unsigned int width)
{
	struct table *table = table__new();
	size_t i;
	int err;

	table__column(table, "order", true);
	table__column(table, "size", true);
	table__column(table, "blocks", true);
	table__column(table, "below natural", true);
	table__column(table, "aligned to exactly", false);
	for (i = 0; i < nr; i++)
		add_size(table, report, &sizes[i], width);
	fputs("\nALIGNMENT\n", file);
	err = table__write(file, table);
	table__free(table);
	return err;
}

int text__alignment(FILE *file, const struct report *report, unsigned int width)
{
	struct block_size *sizes;
	size_t nr;
	int err;

	if (!report->nr_alignment)
		return 0;
	err = fold__sizes(report, &sizes, &nr);
	if (err)
		return err;
	err = write_sizes(file, report, sizes, nr, width);
	free(sizes);
	return err;
}

int text__placement(FILE *file, const struct report *report, unsigned int width)
{
	struct table *table;
	char count[UNITS_COUNT], share[TEXT_SHARE];
	uint64_t total = 0;
	size_t i;
	int err;

	if (!report->nr_zones)
		return 0;
	table = table__new();
	for (i = 0; i < report->nr_zones; i++)
		total += report->zones[i].count;
	table__column(table, "node", true);
	table__column(table, "zone", false);
	table__column(table, "blocks", true);
	table__column(table, "share", true);
	for (i = 0; i < report->nr_zones; i++) {
		table__printf(table, "%u", report->zones[i].node);
		table__cell(table, report->zones[i].zone);
		table__cell(table, format__count(report->zones[i].count, count));
		table__cell(table, text__share(report->zones[i].count, total, share));
	}
	fputs("\nPLACEMENT\n", file);
	err = table__write(file, table);
	table__free(table);
	if (err || !report->cache.colours)
		return err;
	return text__paragraphf(file, width, "colours",
				"pages over %u colours of the cache: the fullest has %.2f times "
				"the mean",
				report->cache.colours, report->cache.skew);
}

static int write_programs(FILE *file, const struct report *report)
{
	const struct program_cost *program;
	struct table *table = table__new();
	char text[UNITS_COUNT];
	size_t i;
	int err;

	table__column(table, "program", false);
	table__column(table, "attached to", false);
	table__column(table, "runs", true);
	table__column(table, "skipped", true);
	table__column(table, "ns a run", true);
	for (i = 0; i < report->cost.nr_programs; i++) {
		program = &report->cost.programs[i];
		table__cell(table, program->name);
		table__cell(table, program->attach);
		/* the kernel counts runs only while it measures them (kernel.bpf_stats_enabled) */
		table__cell(table, program->runs ? format__count(program->runs, text) : "-");
		table__cell(table, format__count(program->misses, text));
		if (program->runs && program->ns)
			table__printf(table, "%.0f", (double)program->ns / (double)program->runs);
		else
			table__cell(table, "-");
	}
	err = table__write(file, table);
	table__free(table);
	return err;
}

int text__cost(FILE *file, const struct report *report, unsigned int width)
{
	char text[128];

	if (!report->cost.nr_programs && report->cost.ns_per_request <= 0)
		return 0;
	if (report->cost.ns_per_request > 0)
		snprintf(text, sizeof(text), "%.0f ns a request, %.2f %% of the machine",
			 report->cost.ns_per_request, report->cost.cpu_share * 100);
	else
		snprintf(text, sizeof(text), "the programs' run time was not measured");
	fputc('\n', file);
	if (text__paragraph(file, "COST", text, width))
		return -ENOMEM;
	return report->cost.nr_programs ? write_programs(file, report) : 0;
}
