// SPDX-License-Identifier: GPL-2.0-only
/* The report for people: what matters, what was lost and what was not seen come first. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <gfptrace/classes.h>

#include "formats.h"
#include "report_text.h"
#include "text_table.h"
#include "units.h"

#define NARROWEST 60
#define WIDEST	  120
#define USUAL	  80

/* A paragraph from what `write` puts on a stream, so that it wraps whole. */
struct line {
	FILE *file;
	char *text;
	size_t size;
};

static int line__open(struct line *line)
{
	line->text = NULL;
	line->file = open_memstream(&line->text, &line->size);
	return line->file ? 0 : -ENOMEM;
}

static int line__write(struct line *line, FILE *file, const char *name, unsigned int width)
{
	int err = fclose(line->file) ? -ENOMEM : text__paragraph(file, name, line->text, width);

	free(line->text);
	return err;
}

int text__paragraphf(FILE *file, unsigned int width, const char *name, const char *format, ...)
{
	struct line line;
	va_list args;

	if (line__open(&line))
		return -ENOMEM;
	va_start(args, format);
	vfprintf(line.file, format, args);
	va_end(args);
	return line__write(&line, file, name, width);
}

bool text__counts_instructions(const struct report *report)
{
	return !strcmp(report->host.clock, "icount");
}

const char *text__time(const struct report *report, uint64_t ns, char buffer[UNITS_COUNT])
{
	if (text__counts_instructions(report))
		return format__count(ns, buffer);
	return format__duration(ns, buffer);
}

static int write_host(FILE *file, const struct report *report, unsigned int width)
{
	struct line line;

	if (line__open(&line))
		return -ENOMEM;
	fprintf(line.file, "Linux %s %s, %u CPU%s", report->host.kernel, report->host.arch,
		report->host.cpus, report->host.cpus == 1 ? "" : "s");
	if (*report->host.preempt)
		fprintf(line.file, ", preempt %s", report->host.preempt);
	fprintf(line.file, "; tier %s", report->mode.tier);
	if (*report->mode.entry)
		fprintf(line.file, " (%s%s%s)", report->mode.entry,
			*report->mode.bulk_entry ? ", " : "", report->mode.bulk_entry);
	return line__write(&line, file, "gfptrace", width);
}

static int write_window(FILE *file, const struct report *report, unsigned int width)
{
	char duration[UNITS_TEXT];
	struct line line;
	size_t i;

	if (line__open(&line))
		return -ENOMEM;
	fprintf(line.file, "%s", format__duration(report->window.duration_ns, duration));
	if (*report->window.start)
		fprintf(line.file, " from %s", report->window.start);
	fprintf(line.file, ", ended by %s", report->window.stopped_by);
	if (report->window.has_command) {
		fputs("; command", line.file);
		for (i = 0; i < report->window.nr_argv; i++)
			fprintf(line.file, " %s", report->window.argv[i]);
		fprintf(line.file, " (exit %d)", report->window.command_exit);
	}
	return line__write(&line, file, "window", width);
}

static void write_list(FILE *file, const char *name, const char *const *words, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		fprintf(file, "%s%s", i ? "," : name, words[i]);
}

static int write_filter(FILE *file, const struct report *report, unsigned int width)
{
	struct line line;
	size_t i;

	if (line__open(&line))
		return -ENOMEM;
	write_list(line.file, " class ", report->filter.classes, report->filter.nr_classes);
	write_list(line.file, " order ", report->filter.orders, report->filter.nr_orders);
	write_list(line.file, " context ", report->filter.contexts, report->filter.nr_contexts);
	for (i = 0; i < report->filter.nr_pids; i++)
		fprintf(line.file, "%s%u", i ? "," : " pid ", report->filter.pids[i]);
	if (*report->filter.comm)
		fprintf(line.file, " comm %s", report->filter.comm);
	if (*report->filter.cgroup)
		fprintf(line.file, " cgroup %s", report->filter.cgroup);
	if (*report->filter.module)
		fprintf(line.file, " module %s", report->filter.module);
	fflush(line.file);
	if (!line.size) {
		fclose(line.file);
		free(line.text);
		return 0;
	}
	return line__write(&line, file, "only", width);
}

static int write_requests(FILE *file, const struct report *report, unsigned int width)
{
	double seconds = (double)report->window.duration_ns / 1e9;
	char count[UNITS_COUNT], share[TEXT_SHARE];
	struct line line;

	if (line__open(&line))
		return -ENOMEM;
	fprintf(line.file, "%s", format__count(report->requests.counted, count));
	if (seconds > 0)
		fprintf(line.file, " (%s/s)",
			format__count((uint64_t)((double)report->requests.counted / seconds + 0.5),
				      count));
	fprintf(line.file, ", %s failed", format__count(report->requests.failed, count));
	if (report->requests.failed)
		fprintf(line.file, " (%s)",
			text__share(report->requests.failed, report->requests.counted, share));
	fprintf(line.file, ", %s pages", format__count(report->requests.pages, count));
	if (report->requests.bulk_calls) {
		fprintf(line.file, "; in bulk %s pages",
			format__count(report->requests.bulk_pages, count));
		fprintf(line.file, " by %s calls",
			format__count(report->requests.bulk_calls, count));
	}
	return line__write(&line, file, "requests", width);
}

static void write_cause(FILE *file, const struct loss *loss)
{
	static const char *const names[GFT_CONTEXTS] = GFT_CONTEXT_NAMES;
	const char *separator = " in ";
	char count[UNITS_COUNT];
	size_t i;

	fprintf(file, "%s %s", loss->cause, format__count(loss->count, count));
	for (i = 0; i < GFT_CONTEXTS; i++) {
		if (!loss->in_context[i])
			continue;
		fprintf(file, "%s%s", separator, names[i]);
		separator = "+";
	}
}

static int write_loss(FILE *file, const struct report *report, unsigned int width)
{
	uint64_t made = report->requests.counted + report->requests.missed;
	char count[UNITS_COUNT], share[TEXT_SHARE];
	struct line line;
	size_t i;

	if (line__open(&line))
		return -ENOMEM;
	if (!report->requests.missed)
		fputs("nothing", line.file);
	else
		fprintf(line.file, "%s requests not counted (%s of all)",
			format__count(report->requests.missed, count),
			text__share(report->requests.missed, made, share));
	for (i = 0; i < report->nr_loss; i++) {
		fputs(i ? ", " : "; ", line.file);
		write_cause(line.file, &report->loss[i]);
	}
	return line__write(&line, file, "lost", width);
}

/* When not every request was timed; nothing where all were. */
static int write_sampling(FILE *file, const struct report *report, unsigned int width)
{
	char from[UNITS_TEXT], to[UNITS_TEXT];
	const struct stretch *stretch;
	int err = 0;

	if (report->mode.sample > 1)
		err = text__paragraphf(file, width, "sampled", "1 of %u requests was timed",
				       report->mode.sample);
	for (size_t i = 0; i < report->mode.nr_stretches && !err; i++) {
		stretch = &report->mode.stretches[i];
		err = text__paragraphf(file, width, i || report->mode.sample > 1 ? "" : "sampled",
				       "1 of %u requests was timed from %s to %s", stretch->sample,
				       format__duration(stretch->from_ns, from),
				       format__duration(stretch->to_ns, to));
	}
	return err;
}

/* When and why the coverage rose; nothing where it did not. */
static int write_coverage(FILE *file, const struct report *report, unsigned int width)
{
	char duration[UNITS_TEXT];
	int err = 0;

	for (size_t i = 0; i < report->mode.nr_changes && !err; i++) {
		const struct coverage_change *change = &report->mode.changes[i];
		struct line line;

		if (line__open(&line))
			return -ENOMEM;
		fprintf(line.file, "%u copies of the programs from %s on: %s", change->copies,
			format__duration(change->at_ns, duration), change->why);
		err = line__write(&line, file, i ? "" : "coverage", width);
	}
	return err;
}

int text__head(FILE *file, const struct report *report, unsigned int width)
{
	int err = write_host(file, report, width);

	if (!err)
		err = write_window(file, report, width);
	if (!err)
		err = write_filter(file, report, width);
	if (!err)
		err = write_requests(file, report, width);
	if (!err)
		err = write_loss(file, report, width);
	if (!err)
		err = write_coverage(file, report, width);
	if (!err)
		err = write_sampling(file, report, width);
	return err;
}

int text__blind(FILE *file, const struct report *report, unsigned int width)
{
	struct line line;
	size_t i;
	int err = 0;

	for (i = 0; i < report->mode.nr_blind && !err; i++) {
		if (line__open(&line))
			return -ENOMEM;
		fprintf(line.file, "%s: %s", report->mode.blind[i].what, report->mode.blind[i].why);
		err = line__write(&line, file, i ? "" : "not seen", width);
	}
	return err;
}

int report__write_text(FILE *file, const struct report *report,
		       const struct format_options *options)
{
	static int (*const sections[])(FILE *, const struct report *, unsigned int) = {
		text__head,	 text__blind,	  text__latency,  text__failures,
		text__stages,	 text__slowest,	  text__headroom, text__histograms,
		text__alignment, text__placement, text__lint,	  text__cost,
	};
	unsigned int width = options->width ? options->width : USUAL;
	size_t i;
	int err = 0;

	if (width < NARROWEST)
		width = NARROWEST;
	if (width > WIDEST)
		width = WIDEST;
	for (i = 0; i < sizeof(sections) / sizeof(sections[0]) && !err; i++)
		err = sections[i](file, report, width);
	return err;
}
