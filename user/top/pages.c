// SPDX-License-Identifier: GPL-2.0-only
/* The pages: all that is known of one row, in the words of the text format. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/aggregate.h"
#include "format/text/text.h"
#include "format/text/table.h"
#include "top/view.h"
#include "base/units.h"

static int write_labels(FILE *file, const char *name, const struct labels *labels,
			unsigned int width)
{
	char text[512] = "all requests";
	size_t length = 0;

	for (size_t i = 0; i < DIMENSIONS && length < sizeof(text); i++)
		if (labels->value[i])
			length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s %s",
						   length ? ", " : "", dimension_names[i],
						   labels->value[i]);
	return text__paragraph(file, name, text, width);
}

/* The figures of a series: those of the interval beside those of all. */
struct figures {
	const struct report *report;
	const struct latency *latency; /* NULL: none timed */
	uint64_t requests, failed;
};

static struct figures figures_of(const struct report *report, const struct labels *labels)
{
	return (struct figures){
		.report = report,
		.latency = top_view__latency(report, labels),
		.requests = top_view__requests(report, labels),
		.failed = top_view__failed(report, labels),
	};
}

static void add_counts(struct table *table, const char *name, uint64_t last, uint64_t since)
{
	char text[UNITS_COUNT];

	table__cell(table, name);
	table__cell(table, format__count(last, text));
	table__cell(table, format__count(since, text));
}

static void add_times(struct table *table, const char *name, const struct figures *last,
		      const struct figures *since, size_t offset)
{
	const struct figures *figures[] = {last, since};
	char text[UNITS_COUNT];

	table__cell(table, name);
	for (size_t i = 0; i < 2; i++) {
		const struct latency *latency = figures[i]->latency;
		uint64_t ns = 0;

		if (latency)
			memcpy(&ns, (const char *)latency + offset, sizeof(ns));
		table__cell(table, latency ? text__time(figures[i]->report, ns, text) : "-");
	}
}

static int write_figures(FILE *file, const struct figures *last, const struct figures *since)
{
	static const struct {
		const char *name;
		size_t offset;
	} times[] = {
		{"min", offsetof(struct latency, min)},	     {"p50", offsetof(struct latency, p50)},
		{"p90", offsetof(struct latency, p90)},	     {"p99", offsetof(struct latency, p99)},
		{"p99.9", offsetof(struct latency, p999)},   {"max", offsetof(struct latency, max)},
		{"all time", offsetof(struct latency, sum)},
	};
	char last_title[UNITS_TEXT + 8], since_title[UNITS_TEXT + 8], text[UNITS_TEXT];
	struct table *table = table__new();
	int err;

	snprintf(last_title, sizeof(last_title), "last %s",
		 format__duration(last->report->window.duration_ns, text));
	snprintf(since_title, sizeof(since_title), "all %s",
		 format__duration(since->report->window.duration_ns, text));
	table__column(table, "", false);
	table__column(table, last_title, true);
	table__column(table, since_title, true);
	add_counts(table, "requests", last->requests, since->requests);
	add_counts(table, "req/s", (uint64_t)(top_view__rate(last->report, last->requests) + 0.5),
		   (uint64_t)(top_view__rate(since->report, since->requests) + 0.5));
	add_counts(table, "failed", last->failed, since->failed);
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]) && since->report->nr_latency; i++)
		add_times(table, times[i].name, last, since, times[i].offset);
	err = table__write(file, table);
	table__free(table);
	return err;
}

static int write_failures_of(FILE *file, const struct report *report, const struct labels *labels,
			     unsigned int width)
{
	char times[TEXT_TIMES];
	int err = 0;

	for (size_t i = 0; i < report->nr_failures && !err; i++) {
		const struct failure *failure = &report->failures[i];

		if (labels__include(&failure->labels, labels))
			err = text__paragraphf(file, width, "FAILURE", "%s, %s: %s",
					       failure->reason, text__times(failure->count, times),
					       failure->verdict ? failure->verdict : "no verdict");
	}
	return err;
}

/* How far the blocks of one size are aligned, a bar each. */
static void write_alignments(FILE *file, const struct block_size *size, unsigned int width)
{
	char bytes[UNITS_TEXT], count[UNITS_COUNT], share[TEXT_SHARE], bar[TEXT_BAR];
	unsigned int room = width > 50 ? width - 40 : 10;

	for (size_t i = 0; i < 64; i++)
		if (size->aligned[i])
			fprintf(file, "  %8s %15s %8s |%s|\n", format__size(1ull << i, bytes),
				format__count(size->aligned[i], count),
				text__share(size->aligned[i], size->count, share),
				text__bar(0, size->aligned[i], size->count, room, bar));
}

static int write_alignments_of(FILE *file, const struct report *report, const struct labels *labels,
			       unsigned int width)
{
	int err = 0;

	for (size_t i = 0; i < report->nr_alignment && !err; i++) {
		const struct alignment *alignment = &report->alignment[i];
		struct block_size size = {.natural = alignment->natural, .count = alignment->count};

		if (!labels__include(&alignment->labels, labels))
			continue;
		fputc('\n', file);
		err = write_labels(file, "ALIGNMENT", &alignment->labels, width);
		for (size_t b = 0; b < alignment->nr_buckets; b++)
			size.aligned[__builtin_ctzll(alignment->buckets[b].align)] +=
				alignment->buckets[b].count;
		write_alignments(file, &size, width);
	}
	return err;
}

static const struct labels *series_labels(const struct report *since, size_t element)
{
	return since->nr_latency ? &since->latency[element].labels
				 : &since->alignment[element].labels;
}

int top_page__series(FILE *file, const struct top_source *source, size_t element,
		     unsigned int width)
{
	const struct report *shown = top_source__shown(source);
	const struct labels *labels = series_labels(source->since, element);
	const struct latency *latency = top_view__latency(shown, labels);
	struct figures last = figures_of(source->last, labels);
	struct figures since = figures_of(source->since, labels);
	int err = write_labels(file, "SERIES", labels, width);

	fputc('\n', file);
	if (!err)
		err = write_figures(file, &last, &since);
	if (!err && since.failed) {
		fputc('\n', file);
		err = write_failures_of(file, source->since, labels, width);
	}
	if (!err && latency) {
		fprintf(file, "\nHISTOGRAM  %s\n",
			source->total ? "of all since the start" : "of the last interval");
		text__histogram(file, shown, latency, width);
	}
	return err ? err : write_alignments_of(file, shown, labels, width);
}

int top_page__failure(FILE *file, const struct top_source *source, size_t element,
		      unsigned int width)
{
	return text__failure(file, &source->since->failures[element], NULL, width);
}

int top_page__slow(FILE *file, const struct top_source *source, size_t element, unsigned int width)
{
	const struct report *shown = top_source__shown(source);

	return text__slow(file, shown, &shown->slowest[element], width);
}

int top_page__stage(FILE *file, const struct top_source *source, size_t element, unsigned int width)
{
	const struct report *shown = top_source__shown(source);
	const struct stage *stage = &shown->stages[element];
	struct latency times = {.buckets = stage->buckets, .nr_buckets = stage->nr_buckets};
	int err = text__paragraph(file, "STAGE", stage->stage, width);

	if (!err)
		err = write_labels(file, "of", &stage->labels, width);
	if (err)
		return err;
	if (stage->derived || !stage->nr_buckets)
		return text__paragraph(
			file, "", "derived from other measurements, not measured itself", width);
	text__histogram(file, shown, &times, width);
	return 0;
}

int top_page__size(FILE *file, const struct top_source *source, size_t element, unsigned int width)
{
	const struct report *shown = top_source__shown(source);
	struct block_size *sizes;
	char text[UNITS_TEXT];
	size_t nr;
	int err = fold__sizes(shown, &sizes, &nr);

	if (err)
		return err;
	if (element < nr) {
		err = text__paragraphf(file, width, "ALIGNMENT",
				       "of blocks of %s: what divides their addresses",
				       format__size(sizes[element].natural, text));
		write_alignments(file, &sizes[element], width);
	}
	free(sizes);
	return err;
}

int top_page__lint(FILE *file, const struct top_source *source, size_t element, unsigned int width)
{
	const struct lint *lint = &top_source__shown(source)->lint[element];
	char times[TEXT_TIMES], *stack;
	int err = text__paragraphf(file, width, "LINT", "%s, %s", lint->kind,
				   text__times(lint->count, times));

	if (!err)
		err = text__paragraph(file, "meaning", lint->meaning, width);
	if (!err && lint->caller)
		err = text__paragraph(file, "asked by", lint->caller, width);
	if (err || !lint->stack.nr)
		return err;
	stack = text__stack(&lint->stack);
	err = stack ? text__paragraph(file, "stack", stack, width) : -ENOMEM;
	free(stack);
	return err;
}

static int write_sentence(FILE *file, const struct report *report, const char *name,
			  void (*write)(FILE *, const struct report *), unsigned int width)
{
	char *words = text__sentence(report, write);
	int err = words ? 0 : -ENOMEM;

	if (!err && *words)
		err = text__paragraph(file, name, words, width);
	free(words);
	return err;
}

static int write_window(FILE *file, const struct report *report, const char *what,
			unsigned int width)
{
	char duration[UNITS_TEXT];
	int err = text__paragraphf(file, width, what, "%s",
				   format__duration(report->window.duration_ns, duration));

	if (!err)
		err = write_sentence(file, report, "requests", text__requests, width);
	return err ? err : write_sentence(file, report, "lost", text__loss, width);
}

int top_page__cost(FILE *file, const struct top_source *source, size_t element, unsigned int width)
{
	const struct report *since = source->since;
	int err = write_sentence(file, since, "gfptrace", text__host, width);

	(void)element;
	if (!err)
		err = write_sentence(file, since, "only", text__filter, width);
	fputc('\n', file);
	if (!err)
		err = write_window(file, source->last, "LAST", width);
	fputc('\n', file);
	if (!err)
		err = write_window(file, since, "ALL", width);
	if (!err)
		err = text__coverage(file, since, width);
	if (!err)
		err = text__sampling(file, since, width);
	if (!err)
		err = text__cost(file, since, width);
	fputc('\n', file);
	return err ? err : text__blind(file, since, width);
}
