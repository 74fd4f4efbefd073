// SPDX-License-Identifier: GPL-2.0-only
/* gfptrace explain for people. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "diagnose/words_internal.h"
#include "explain/explain.h"
#include "format/text/table.h"

#define WIDTH 90 /* where there is no terminal */

struct writer {
	FILE *file;
	unsigned int width;
	int err;
};

static void __attribute__((format(printf, 3, 4)))
paragraph(struct writer *writer, const char *name, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (!writer->err)
		writer->err = text__paragraph(writer->file, name, text, writer->width);
}

static const char *plural(uint64_t count, const char *one, const char *many)
{
	return count == 1 ? one : many;
}

static void write_summary(struct writer *writer, const struct explain *explain)
{
	const struct klog_stats *stats = &explain->stats;
	char lines[UNITS_COUNT], failures[UNITS_COUNT], text[256];
	size_t kinds = explain->nr_groups;

	format__count(stats->lines, lines);
	format__count(stats->failures, failures);
	snprintf(text, sizeof(text), "%s page allocation %s in %s %s",
		 stats->failures ? failures : "no", plural(stats->failures, "failure", "failures"),
		 lines, plural(stats->lines, "line", "lines"));
	if (stats->ooms)
		paragraph(writer, "gfptrace", "%s of %s, %" PRIu64 " %s of the OOM killer", text,
			  explain->source, stats->ooms, plural(stats->ooms, "report", "reports"));
	else
		paragraph(writer, "gfptrace", "%s of %s", text, explain->source);
	if (kinds > 1 && kinds < stats->failures + stats->ooms)
		paragraph(writer, "", "%zu kinds: alike in order, class, requester and reason",
			  kinds);
	if (stats->suppressed)
		paragraph(writer, "not logged",
			  "%" PRIu64 " more, held back by the kernel: it logs one report in 10 s",
			  stats->suppressed);
}

/* What could not be decoded, and why: nothing is passed over in silence. */
static void write_doubts(struct writer *writer, const struct explain *explain)
{
	const struct klog_stats *stats = &explain->stats;

	if (stats->without_memory)
		paragraph(writer, "not told",
			  "the zones of %" PRIu64
			  " %s: the kernel limits how often it prints them, or "
			  "the log is cut",
			  stats->without_memory,
			  plural(stats->without_memory, "report", "reports"));
	if (stats->headers_refused)
		paragraph(writer, "refused", "%" PRIu64 " first %s of reports, cut or damaged",
			  stats->headers_refused, plural(stats->headers_refused, "line", "lines"));
	if (stats->numbers_refused)
		paragraph(writer, "refused", "%" PRIu64 " %s out of range", stats->numbers_refused,
			  plural(stats->numbers_refused, "number", "numbers"));
	if (stats->strays)
		paragraph(writer, "strays",
			  "%" PRIu64 " %s about zones whose report is not in the log",
			  stats->strays, plural(stats->strays, "line", "lines"));
	if (stats->others)
		paragraph(writer, "not decoded", "%" PRIu64 " %s of vmalloc failures or stalls",
			  stats->others, plural(stats->others, "line", "lines"));
	if (stats->long_lines)
		paragraph(writer, "long lines",
			  "%" PRIu64 ", of which the first %d bytes were read", stats->long_lines,
			  KLOG_LINE);
	if (explain->not_grouped)
		paragraph(writer, "not shown", "%" PRIu64 " %s: more than %d kinds",
			  explain->not_grouped, plural(explain->not_grouped, "report", "reports"),
			  EXPLAIN_GROUPS);
}

static void write_title(struct writer *writer, const struct explain_group *group, size_t number)
{
	const struct klog_event *event = &group->event;
	const char *kind = event->kind == KLOG_OOM ? "OOM" : "FAILURE";
	char title[64], count[UNITS_COUNT], times[192];

	snprintf(title, sizeof(title), "%s %zu", kind, number);
	format__count(group->count, count);
	if (!*group->first)
		snprintf(times, sizeof(times), "line %" PRIu64, group->first_line);
	else
		snprintf(times, sizeof(times), "%s (line %" PRIu64 ")", group->first,
			 group->first_line);
	if (group->count > 1)
		snprintf(times + strlen(times), sizeof(times) - strlen(times),
			 " to %s%s%s%" PRIu64 "%s", group->last, *group->last ? " (" : "", "line ",
			 group->last_line, *group->last ? ")" : "");
	fputc('\n', writer->file);
	paragraph(writer, title, "%s %s, %s", count, plural(group->count, "time", "times"), times);
}

static void write_request(struct writer *writer, const struct explain_group *group)
{
	const struct klog_event *event = &group->event;
	const struct autopsy *autopsy = &event->autopsy;
	char size[UNITS_TEXT], who[128] = "", where[64] = "";

	autopsy__pages(autopsy, autopsy->order < AUTOPSY_ORDERS ? 1ull << autopsy->order : 0, size);
	paragraph(writer, "request", "order %u (%s), %s: %s%s%s", autopsy->order, size,
		  group->class ? group->class : "class unknown",
		  *event->gfp ? event->gfp : "gfp not told",
		  event->nodemask[0] && event->nodemask[0] != '(' ? ", nodes " : "",
		  event->nodemask[0] && event->nodemask[0] != '(' ? event->nodemask : "");
	if (event->pid != AUTOPSY_UNKNOWN)
		snprintf(who, sizeof(who), " (pid %" PRIu64 ")", event->pid);
	if (event->cpu != AUTOPSY_UNKNOWN)
		snprintf(where, sizeof(where), ", CPU %" PRIu64, event->cpu);
	paragraph(writer, "requester", "%s, %s %s%s%s%s%s",
		  *event->requester ? event->requester : "not told",
		  event->in_interrupt ? "in an interrupt of" : "in", event->comm, who, where,
		  *event->kernel ? ", Linux " : "", event->kernel);
	if (event->kind == KLOG_OOM && *event->victim)
		paragraph(writer, "killed", "%s (pid %" PRIu64 ")%s%s", event->victim,
			  autopsy__known(event->victim_pid), *event->constraint ? ", " : "",
			  event->constraint);
}

static void pages_cell(struct table *table, const struct autopsy *autopsy, uint64_t pages)
{
	char text[UNITS_TEXT];

	table__cell(table, pages == AUTOPSY_UNKNOWN ? "-" : autopsy__pages(autopsy, pages, text));
}

static const char *state_of(const struct autopsy *autopsy, const struct autopsy_zone *zone,
			    const struct autopsy_test *test)
{
	enum autopsy_place place = autopsy__place(autopsy, zone);

	if (place == AUTOPSY_TOO_HIGH)
		return "not for this request";
	if (place == AUTOPSY_OTHER_NODE)
		return test->passes ? "would serve, not allowed" : "not allowed";
	if (!test->known)
		return "not known";
	if (test->passes)
		return "would serve";
	if (!test->passes_order_0)
		return "below";
	return test->has_block || !autopsy->order ? "too little" : "no block";
}

static void zone_row(struct table *table, const struct autopsy *autopsy,
		     const struct autopsy_zone *zone)
{
	struct autopsy_test test = autopsy__test(autopsy, zone, autopsy->rights);
	char number[32];
	uint64_t blocks = 0;

	snprintf(number, sizeof(number), "%u", zone->node);
	table__cell(table, number);
	table__cell(table, zone->name);
	pages_cell(table, autopsy, zone->free);
	pages_cell(table, autopsy, test.known ? test.mark : AUTOPSY_UNKNOWN);
	pages_cell(table, autopsy, zone->min);
	pages_cell(table, autopsy, zone->low);
	pages_cell(table, autopsy, zone->lowmem_reserve);
	pages_cell(table, autopsy, zone->reserved_highatomic);
	pages_cell(table, autopsy, zone->pcp);
	for (uint32_t i = autopsy->order; i < AUTOPSY_ORDERS; i++)
		if (__builtin_add_overflow(blocks, zone->blocks[i], &blocks))
			blocks = AUTOPSY_UNKNOWN;
	snprintf(number, sizeof(number), "%" PRIu64, blocks);
	table__cell(table, zone->blocks_known ? number : "-");
	table__cell(table, state_of(autopsy, zone, &test));
}

static void write_zones(struct writer *writer, const struct autopsy *autopsy)
{
	static const struct {
		const char *title;
		bool right;
	} columns[] = {
		{"node", true},	   {"zone", false},  {"free", true},   {"must stay", true},
		{"min", true},	   {"low", true},    {"lowmem", true}, {"highatomic", true},
		{"per-CPU", true}, {"blocks", true}, {"state", false},
	};
	struct table *table = table__new();

	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		table__column(table, columns[i].title, columns[i].right);
	for (size_t i = 0; i < autopsy->nr_zones; i++)
		zone_row(table, autopsy, &autopsy->zones[i]);
	if (!writer->err)
		writer->err = table__write(writer->file, table);
	table__free(table);
}

static void write_group(struct writer *writer, const struct explain_group *group, size_t number)
{
	static const char *const reasons[GFT_REASONS] = GFT_REASON_NAMES;
	const struct autopsy_finding *finding = &group->finding;

	write_title(writer, group, number);
	write_request(writer, group);
	paragraph(writer, "reason", "%s: %s", reasons[finding->reason], finding->verdict);
	for (size_t i = 0; i < finding->nr_advice; i++)
		paragraph(writer, i ? "" : "advice", "- %s", finding->advice[i]);
	if (group->event.mixed)
		paragraph(writer, "doubt",
			  "lines of two reports stand mixed in the log: a zone may be "
			  "the other's");
	if (group->event.autopsy.nr_zones)
		write_zones(writer, &group->event.autopsy);
}

int explain__write_text(FILE *file, const struct explain *explain, unsigned int width)
{
	struct writer writer = {.file = file, .width = width ? width : WIDTH};

	if (writer.width < 40)
		writer.width = 40;
	write_summary(&writer, explain);
	write_doubts(&writer, explain);
	for (size_t i = 0; i < explain->nr_groups; i++)
		write_group(&writer, explain->groups[i], i + 1);
	return writer.err;
}
