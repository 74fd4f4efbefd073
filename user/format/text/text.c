// SPDX-License-Identifier: GPL-2.0-only
/* The report for people: what matters, what was lost and what was not seen come first. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <gfptrace/classes.h>

#include "format/formats.h"
#include "format/text/text.h"
#include "format/text/table.h"
#include "base/units.h"

#define NARROWEST 60
#define WIDEST	  120
#define USUAL	  80

int text__paragraphf(FILE *file, unsigned int width, const char *name, const char *format, ...)
{
	char *words = NULL;
	va_list args;
	int length, err;

	va_start(args, format);
	length = vasprintf(&words, format, args);
	va_end(args);
	if (length < 0)
		return -ENOMEM;
	err = text__paragraph(file, name, words, width);
	free(words);
	return err;
}

bool text__counts_instructions(const struct report *report)
{
	return !strcmp(report->host.clock, "icount");
}

const char *text__time(const struct report *report, uint64_t ns, char buffer[UNITS_COUNT])
{
	if (ns == TIME_UNKNOWN) {
		snprintf(buffer, UNITS_COUNT, "-");
		return buffer;
	}
	if (text__counts_instructions(report))
		return format__count(ns, buffer);
	return format__duration(ns, buffer);
}

void text__host(FILE *file, const struct report *report)
{
	if (report->nr_hosts)
		fprintf(file, "%zu reports merged; ", report->nr_hosts);
	fprintf(file, "Linux %s %s", report->host.kernel, report->host.arch);
	if (report->host.cpus)
		fprintf(file, ", %u CPU%s", report->host.cpus, report->host.cpus == 1 ? "" : "s");
	if (*report->host.preempt)
		fprintf(file, ", preempt %s", report->host.preempt);
	fprintf(file, "; tier %s", report->mode.tier);
	if (*report->mode.entry)
		fprintf(file, " (%s%s%s)", report->mode.entry, *report->mode.bulk_entry ? ", " : "",
			report->mode.bulk_entry);
}

void text__window(FILE *file, const struct report *report)
{
	char duration[UNITS_TEXT];

	fprintf(file, "%s", format__duration(report->window.duration_ns, duration));
	if (*report->window.start)
		fprintf(file, " from %s", report->window.start);
	fprintf(file, ", ended by %s", report->window.stopped_by);
	if (!report->window.has_command)
		return;
	fputs("; command", file);
	for (size_t i = 0; i < report->window.nr_argv; i++)
		fprintf(file, " %s", report->window.argv[i]);
	fprintf(file, " (exit %d)", report->window.command_exit);
}

static void write_list(FILE *file, const char *name, const char *const *words, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		fprintf(file, "%s%s", i ? "," : name, words[i]);
}

void text__filter(FILE *file, const struct report *report)
{
	write_list(file, " class ", report->filter.classes, report->filter.nr_classes);
	write_list(file, " order ", report->filter.orders, report->filter.nr_orders);
	write_list(file, " context ", report->filter.contexts, report->filter.nr_contexts);
	for (size_t i = 0; i < report->filter.nr_pids; i++)
		fprintf(file, "%s%u", i ? "," : " pid ", report->filter.pids[i]);
	if (*report->filter.comm)
		fprintf(file, " comm %s", report->filter.comm);
	if (*report->filter.cgroup)
		fprintf(file, " cgroup %s", report->filter.cgroup);
	if (*report->filter.module)
		fprintf(file, " module %s", report->filter.module);
}

uint64_t text__rate(const struct report *report)
{
	double seconds = (double)report->window.duration_ns / 1e9;
	double rate = seconds > 0 ? (double)report->requests.counted / seconds + 0.5 : 0;

	return rate < 1e18 ? (uint64_t)rate : (uint64_t)1e18; /* no report is beyond belief */
}

void text__requests(FILE *file, const struct report *report)
{
	char count[UNITS_COUNT], share[TEXT_SHARE];

	fprintf(file, "%s", format__count(report->requests.counted, count));
	if (report->window.duration_ns)
		fprintf(file, " (%s/s)", format__count(text__rate(report), count));
	fprintf(file, ", %s failed", format__count(report->requests.failed, count));
	if (report->requests.failed)
		fprintf(file, " (%s)",
			text__share(report->requests.failed, report->requests.counted, share));
	fprintf(file, ", %s pages", format__count(report->requests.pages, count));
	if (!report->requests.bulk_calls)
		return;
	fprintf(file, "; in bulk %s pages", format__count(report->requests.bulk_pages, count));
	fprintf(file, " by %s calls", format__count(report->requests.bulk_calls, count));
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

void text__loss(FILE *file, const struct report *report)
{
	char count[UNITS_COUNT], share[TEXT_SHARE];

	if (!report->requests.missed)
		fputs("nothing", file);
	else
		fprintf(file, "%s requests missed (%s of the machine's)",
			format__count(report->requests.missed, count),
			text__share(report->requests.missed, report__made(report), share));
	for (size_t i = 0; i < report->nr_loss; i++) {
		fputs(i ? ", " : "; ", file);
		write_cause(file, &report->loss[i]);
	}
}

char *text__sentence(const struct report *report, void (*write)(FILE *, const struct report *))
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	if (!file)
		return NULL;
	write(file, report);
	if (!fclose(file))
		return text;
	free(text);
	return NULL;
}

/* When not every request was timed; nothing where all were. */
int text__sampling(FILE *file, const struct report *report, unsigned int width)
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
int text__coverage(FILE *file, const struct report *report, unsigned int width)
{
	char duration[UNITS_TEXT];
	int err = 0;

	for (size_t i = 0; i < report->mode.nr_changes && !err; i++) {
		const struct coverage_change *change = &report->mode.changes[i];

		err = text__paragraphf(file, width, i ? "" : "coverage",
				       "%u copies of the programs from %s on: %s", change->copies,
				       format__duration(change->at_ns, duration), change->why);
	}
	return err;
}

int text__head(FILE *file, const struct report *report, unsigned int width)
{
	static const struct {
		const char *name;
		void (*write)(FILE *file, const struct report *report);
	} lines[] = {
		{"gfptrace", text__host},     {"window", text__window}, {"only", text__filter},
		{"requests", text__requests}, {"lost", text__loss},
	};
	char *words;
	int err = 0;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]) && !err; i++) {
		words = text__sentence(report, lines[i].write);
		if (!words)
			return -ENOMEM;
		if (*words)
			err = text__paragraph(file, lines[i].name, words, width);
		free(words);
	}
	if (!err)
		err = text__coverage(file, report, width);
	return err ? err : text__sampling(file, report, width);
}

size_t report__count_blind(const struct report *report, const struct blind *blind)
{
	size_t count = 0, i, b;

	for (i = 0; i < report->nr_hosts; i++) {
		const struct host *host = &report->hosts[i];

		for (b = 0; b < host->nr_blind; b++)
			if (!strcmp(host->blind[b].what, blind->what) &&
			    !strcmp(host->blind[b].why, blind->why))
				break;
		count += b < host->nr_blind;
	}
	return count;
}

int text__blind(FILE *file, const struct report *report, unsigned int width)
{
	char where[64];
	int err = 0;

	for (size_t i = 0; i < report->mode.nr_blind && !err; i++) {
		const struct blind *blind = &report->mode.blind[i];
		size_t count = report__count_blind(report, blind);

		where[0] = '\0';
		if (count < report->nr_hosts)
			snprintf(where, sizeof(where), " (in %zu of the %zu reports)", count,
				 report->nr_hosts);
		err = text__paragraphf(file, width, i ? "" : "not seen", "%s: %s%s", blind->what,
				       blind->why, where);
	}
	return err;
}

int report__write_text(FILE *file, const struct report *report,
		       const struct format_options *options)
{
	static int (*const sections[])(FILE *, const struct report *, unsigned int) = {
		text__head,	 text__blind,	text__hosts,	text__latency,	  text__failures,
		text__stages,	 text__slowest, text__headroom, text__histograms, text__alignment,
		text__placement, text__slabs,	text__lint,	text__stacks,	  text__cost,
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
