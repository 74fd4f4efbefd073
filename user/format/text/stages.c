// SPDX-License-Identifier: GPL-2.0-only
/* The way through the allocator: how much time each stage took, and the slowest requests. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "format/text/text.h"
#include "format/text/table.h"
#include "base/units.h"
#include "base/text.h"

#define SHARE_BAR 20
#define MILLION	  1000000 /* a share as a whole number */

static void add_times(struct table *table, const struct report *report, const struct stage *stage)
{
	bool known = stage->p99 || (!stage->derived && stage->sum);
	char text[UNITS_COUNT];

	table__cell(table, known ? text__time(report, stage->p50, text) : "-");
	table__cell(table, known ? text__time(report, stage->p99, text) : "-");
	table__cell(table, known ? text__time(report, stage->max, text) : "-");
	table__cell(table, stage->sum ? text__time(report, stage->sum, text) : "-");
}

static void add_stage(struct table *table, const struct report *report, const struct stage *stage,
		      const bool used[DIMENSIONS])
{
	uint64_t share = stage->share < 1 ? (uint64_t)(stage->share * MILLION + 0.5) : MILLION;
	char text[UNITS_COUNT], bar[TEXT_BAR], percent[TEXT_SHARE];

	table__printf(table, "%s%s", stage->stage, stage->derived ? "*" : "");
	table__label_cells(table, &stage->labels, used);
	table__cell(table, format__count(stage->count, text));
	add_times(table, report, stage);
	table__cell(table, text__share(share, MILLION, percent));
	table__printf(table, "|%s|", text__bar(0, share, MILLION, SHARE_BAR, bar));
}

int text__stages(FILE *file, const struct report *report, unsigned int width)
{
	static const char *const titles[] = {"count", "p50", "p99", "max", "total", "share"};
	bool used[DIMENSIONS] = {false}, derived = false;
	struct table *table;
	size_t i;
	int err;

	if (!report->nr_stages)
		return 0;
	table = table__new();
	for (i = 0; i < report->nr_stages; i++) {
		labels__mark(&report->stages[i].labels, used);
		derived |= report->stages[i].derived;
	}
	table__column(table, "stage", false);
	table__label_columns(table, used);
	for (i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
		table__column(table, titles[i], true);
	table__column(table, "of all time in requests", false);
	for (i = 0; i < report->nr_stages; i++)
		add_stage(table, report, &report->stages[i], used);
	fputs("\nSTAGES\n", file);
	err = table__write(file, table);
	table__free(table);
	if (!err && derived)
		err = text__paragraph(
			file, "*", "derived from other measurements, not measured itself", width);
	return err;
}

#define STAGE_NAME 10
#define TIME_WIDTH 12

/* When, in a request that took `whole`, this stage ran. */
static int write_slow_stage(FILE *file, const struct report *report, uint64_t whole,
			    const struct slow_stage *stage, unsigned int width)
{
	size_t room = width - TEXT_NAME_WIDTH - STAGE_NAME - TIME_WIDTH;
	char bar[TEXT_BAR], text[UNITS_COUNT], *name = text__escape(stage->stage);

	if (!name)
		return -ENOMEM;
	fprintf(file, "%*s%-*.*s |%s| %s\n", TEXT_NAME_WIDTH, "", STAGE_NAME, STAGE_NAME, name,
		text__bar(stage->start, stage->start + stage->duration, whole, room, bar),
		text__time(report, stage->duration, text));
	free(name);
	return 0;
}

int text__slow(FILE *file, const struct report *report, const struct slow *slow, unsigned int width)
{
	char latency[UNITS_COUNT], ts[UNITS_COUNT], labels[512] = "", *stack;
	size_t i, length = 0;
	int err;

	for (i = 0; i < DIMENSIONS && length < sizeof(labels); i++)
		if (slow->labels.value[i])
			length += (size_t)snprintf(labels + length, sizeof(labels) - length,
						   "%s%s %s", length ? ", " : "",
						   dimension_names[i], slow->labels.value[i]);
	text__time(report, slow->latency, latency);
	err = text__paragraphf(file, width, latency, "%s%sat %s%s%s", labels, length ? ", " : "",
			       text__time(report, slow->ts, ts), slow->caller ? ", asked by " : "",
			       slow->caller ? slow->caller : "");
	if (!err && *slow->comm)
		err = text__paragraphf(file, width, "", "task %s (%u)", slow->comm, slow->pid);
	for (i = 0; i < slow->nr_stages && !err; i++)
		err = write_slow_stage(file, report, slow->latency, &slow->stages[i], width);
	if (err || !slow->stack.nr)
		return err;
	stack = text__stack(&slow->stack);
	err = stack ? text__paragraph(file, "", stack, width) : -ENOMEM;
	free(stack);
	return err;
}

int text__slowest(FILE *file, const struct report *report, unsigned int width)
{
	char count[UNITS_COUNT];
	int err = 0;

	if (!report->nr_slowest)
		return 0;
	fputs("\nSLOWEST\n", file);
	for (size_t i = 0; i < report->nr_slowest && !err; i++)
		err = text__slow(file, report, &report->slowest[i], width);
	if (!err && report->mode.slowest_dropped)
		err = text__paragraphf(file, width, "left out",
				       "%s slow requests ended while this list was being written",
				       format__count(report->mode.slowest_dropped, count));
	return err;
}
