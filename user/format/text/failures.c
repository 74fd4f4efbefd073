// SPDX-License-Identifier: GPL-2.0-only
/* The failures: a table of all, and a card for each of which more is known than its labels. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "format/text/text.h"
#include "format/text/table.h"
#include "base/units.h"

static int write_table(FILE *file, const struct report *report)
{
	bool used[DIMENSIONS] = {false};
	struct table *table = table__new();
	char count[UNITS_COUNT];
	size_t i;
	int err;

	for (i = 0; i < report->nr_failures; i++)
		labels__mark(&report->failures[i].labels, used);
	table__column(table, "count", true);
	table__column(table, "reason", false);
	table__label_columns(table, used);
	for (i = 0; i < report->nr_failures; i++) {
		table__cell(table, format__count(report->failures[i].count, count));
		table__cell(table, report->failures[i].reason);
		table__label_cells(table, &report->failures[i].labels, used);
	}
	err = table__write(file, table);
	table__free(table);
	return err;
}

#define BAR_WIDEST 60
#define BAR_SCALE  4 /* times the high watermark: what lies far above does not matter */

/* The free pages as a bar, with the watermarks in it: m, l, h, and r where the reserve ends. */
static void write_bar(FILE *file, const struct zone_state *zone, unsigned int width)
{
	const struct {
		uint64_t value;
		char mark;
	} marks[] = {{zone->high, 'h'},
		     {zone->low, 'l'},
		     {zone->min + zone->lowmem_reserve, 'r'},
		     {zone->min, 'm'}};
	size_t room = width - TEXT_NAME_WIDTH - 16, column, i;
	char bar[TEXT_BAR], count[UNITS_COUNT];
	uint64_t whole = 1;

	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		whole = marks[i].value > whole ? marks[i].value : whole;
	if (zone->free > whole)
		whole = zone->free / BAR_SCALE < whole ? zone->free : whole * BAR_SCALE;
	room = room > BAR_WIDEST ? BAR_WIDEST : room;
	text__bar(0, zone->free, whole, room, bar);
	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		column = (size_t)((double)marks[i].value / (double)whole * (double)room);
		if (marks[i].mark != 'r' || zone->lowmem_reserve)
			bar[column < room ? column : room - 1] = marks[i].mark;
	}
	if (zone->free > whole)
		bar[room - 1] = '>';
	fprintf(file, "%*s|%s| %s\n", TEXT_NAME_WIDTH, "", bar, format__count(zone->free, count));
}

/* What the bar does not show. */
static int write_numbers(FILE *file, const struct zone_state *zone, unsigned int width)
{
	static const char *const names[] = {"free",
					    "min",
					    "low",
					    "high",
					    "boost",
					    "lowmem reserve",
					    "in highatomic blocks",
					    "of it free",
					    "per-CPU",
					    "managed"};
	const uint64_t values[] = {zone->free,
				   zone->min,
				   zone->low,
				   zone->high,
				   zone->boost,
				   zone->lowmem_reserve,
				   zone->highatomic_reserved,
				   zone->highatomic_free,
				   zone->pcp,
				   zone->managed};
	char line[512] = "", count[UNITS_COUNT];
	size_t i, length = 0;

	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		if (i > 3 && (!values[i] || values[i] == UINT64_MAX))
			continue;
		length += (size_t)snprintf(line + length, sizeof(line) - length, "%s%s %s",
					   length ? ", " : "", names[i],
					   format__count(values[i], count));
	}
	if (zone->fragmentation_index >= 0)
		snprintf(line + length, sizeof(line) - length, "; fragmentation index %.3f",
			 zone->fragmentation_index);
	return text__paragraph(file, "", line, width);
}

static int write_blocks(FILE *file, const struct zone_state *zone, unsigned int width)
{
	char line[512] = "free blocks of order", count[UNITS_COUNT];
	size_t i, length = strlen(line);

	if (!zone->nr_blocks)
		return 0;
	for (i = 0; i < zone->nr_blocks && length < sizeof(line); i++)
		length += (size_t)snprintf(line + length, sizeof(line) - length, "%s%u: %s",
					   i ? ", " : " ", zone->blocks[i].order,
					   format__count(zone->blocks[i].count, count));
	return text__paragraph(file, "", line, width);
}

static int write_zone(FILE *file, const struct zone_state *zone, unsigned int width)
{
	int err = text__paragraphf(file, width, "zone", "%s of node %u%s", zone->zone, zone->node,
				   zone->allowed ? "" : ", not allowed to this request");

	if (!err) {
		write_bar(file, zone, width);
		err = write_numbers(file, zone, width);
	}
	if (!err)
		err = write_blocks(file, zone, width);
	return err;
}

/* What the card above says already: the same request fails at many orders, say. */
static bool is_same(const struct text_list *list, const struct text_list *above)
{
	if (!above || !list->nr || list->nr != above->nr)
		return false;
	for (size_t i = 0; i < list->nr; i++)
		if (strcmp(list->text[i], above->text[i]) != 0)
			return false;
	return true;
}

static int write_caller(FILE *file, const struct failure *failure, const struct failure *above,
			unsigned int width)
{
	char *stack;
	int err = 0;

	if (failure->caller)
		err = text__paragraphf(file, width, "asked by", "%s", failure->caller);
	if (err || !failure->stack.nr)
		return err;
	if (is_same(&failure->stack, above ? &above->stack : NULL))
		return text__paragraph(file, "stack", "as above", width);
	stack = text__stack(&failure->stack);
	err = stack ? text__paragraph(file, "stack", stack, width) : -ENOMEM;
	free(stack);
	return err;
}

static int write_gfp(FILE *file, const struct failure *failure, unsigned int width)
{
	char names[512] = "", flags[32] = "";
	size_t i, length = 0;

	if (!failure->has_gfp)
		return 0;
	for (i = 0; i < failure->gfp_names.nr && length < sizeof(names); i++)
		length += (size_t)snprintf(names + length, sizeof(names) - length, "%s%s",
					   i ? "|" : "", failure->gfp_names.text[i]);
	if (failure->has_alloc_flags)
		snprintf(flags, sizeof(flags), ", alloc_flags %#x", failure->alloc_flags);
	return text__paragraphf(file, width, "gfp", "%s (%#x)%s", names, failure->gfp, flags);
}

static int write_title(FILE *file, const struct failure *failure, unsigned int width)
{
	char count[TEXT_TIMES], labels[512] = "";
	size_t i, length = 0;

	for (i = 0; i < DIMENSIONS && length < sizeof(labels); i++)
		if (failure->labels.value[i])
			length += (size_t)snprintf(labels + length, sizeof(labels) - length,
						   ", %s %s", dimension_names[i],
						   failure->labels.value[i]);
	return text__paragraphf(file, width, "FAILURE", "%s, %s%s", failure->reason,
				text__times(failure->count, count), labels);
}

static int write_advice(FILE *file, const struct failure *failure, const struct failure *above,
			unsigned int width)
{
	int err = 0;

	if (is_same(&failure->advice, above ? &above->advice : NULL))
		return text__paragraph(file, "advice", "as above", width);
	for (size_t i = 0; i < failure->advice.nr && !err; i++)
		err = text__paragraph(file, i ? "" : "advice", failure->advice.text[i], width);
	return err;
}

static int write_verdict(FILE *file, const struct failure *failure, const struct failure *above,
			 unsigned int width)
{
	int err = 0;

	if (failure->verdict)
		err = text__paragraph(file, "verdict", failure->verdict, width);
	if (!err)
		err = write_advice(file, failure, above, width);
	if (!err && failure->dmesg_would_show != ANSWER_UNKNOWN)
		err = text__paragraph(file, "dmesg",
				      failure->dmesg_would_show == ANSWER_YES
					      ? "would show it, one such report in 10 s at most"
					      : "would not show it",
				      width);
	return err;
}

static bool has_card(const struct failure *failure)
{
	return failure->caller || failure->stack.nr || failure->nr_zones || failure->has_gfp ||
	       failure->verdict || failure->advice.nr;
}

int text__failure(FILE *file, const struct failure *failure, const struct failure *above,
		  unsigned int width)
{
	int err = write_title(file, failure, width);

	if (!err)
		err = write_verdict(file, failure, above, width);
	if (!err)
		err = write_caller(file, failure, above, width);
	if (!err)
		err = write_gfp(file, failure, width);
	if (!err && failure->nr_zones)
		err = text__paragraphf(file, width, "zones",
				       "free pages%s; watermarks m(in), l(ow), h(igh); r: min and "
				       "what is reserved for lower zones",
				       failure->later ? ", as /proc told later" : "");
	for (size_t i = 0; i < failure->nr_zones && !err; i++)
		err = write_zone(file, &failure->zones[i], width);
	return err;
}

int text__failures(FILE *file, const struct report *report, unsigned int width)
{
	const struct failure *above = NULL;
	int err;

	if (!report->nr_failures)
		return 0;
	fputs("\nFAILURES\n", file);
	err = write_table(file, report);
	for (size_t i = 0; i < report->nr_failures && !err; i++) {
		if (!has_card(&report->failures[i]))
			continue;
		fputc('\n', file);
		err = text__failure(file, &report->failures[i], above, width);
		above = &report->failures[i];
	}
	return err;
}
