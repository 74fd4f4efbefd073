// SPDX-License-Identifier: GPL-2.0-only
/* What stands first: where and how this was seen, what was lost, what it cost, what is not seen. */
#include <errno.h>
#include <stdlib.h>

#include "format/html/html.h"
#include "format/text/text.h"
#include "format/text/table.h"

#define LOSS_GOOD 0.001
#define LOSS_BAD  0.01

static int write_sentence(FILE *file, const struct report *report, const char *name,
			  void (*write)(FILE *, const struct report *))
{
	char *words = text__sentence(report, write);

	if (!words)
		return -ENOMEM;
	if (*words) {
		fprintf(file, "<p class=\"host\">%s ", name);
		html__text(file, words);
		fputs("</p>\n", file);
	}
	free(words);
	return 0;
}

static void open_tile(FILE *file, const char *class, const char *name)
{
	fprintf(file, "<li class=\"%s\"><span>%s</span> <b>", class, name);
}

static void write_requests(FILE *file, const struct report *report)
{
	char count[UNITS_COUNT];

	open_tile(file, "", "Requests");
	html__count(file, report->requests.counted);
	fputs("</b><small>", file);
	if (report->window.duration_ns)
		fprintf(file, "%s a second, ", format__count(text__rate(report), count));
	html__count(file, report->requests.pages);
	fputs(" pages", file);
	if (report->requests.bulk_calls) {
		fputs("; in bulk ", file);
		html__count(file, report->requests.bulk_pages);
		fputs(" by ", file);
		html__count(file, report->requests.bulk_calls);
		fputs(" calls", file);
	}
	fputs("</small></li>\n", file);
}

static void write_failed(FILE *file, const struct report *report)
{
	open_tile(file, report->requests.failed ? "bad" : "good", "Failed");
	html__count(file, report->requests.failed);
	fputs("</b><small>", file);
	html__share(file, report->requests.failed, report->requests.counted);
	fputs(" of the requests</small></li>\n", file);
}

static void write_slowest(FILE *file, const struct report *report)
{
	const struct latency *slowest = NULL;

	for (size_t i = 0; i < report->nr_latency; i++)
		if (!slowest || report->latency[i].max > slowest->max)
			slowest = &report->latency[i];
	open_tile(file, "", "Slowest");
	if (slowest)
		html__time(file, report, slowest->max);
	else
		fputs("-", file);
	fputs("</b><small>", file);
	if (slowest)
		html__labels(file, &slowest->labels);
	else
		fputs("no request was timed", file);
	fputs("</small></li>\n", file);
}

static const char *loss_class(double ratio)
{
	if (ratio <= LOSS_GOOD)
		return "good";
	return ratio <= LOSS_BAD ? "warn" : "bad";
}

static void write_lost(FILE *file, const struct report *report)
{
	char share[TEXT_SHARE];

	open_tile(file, loss_class(report__loss_ratio(report)), "Lost");
	html__text(file, text__share(report->requests.missed, report__made(report), share));
	fputs("</b><small>", file);
	html__count(file, report->requests.missed);
	fputs(" not counted", file);
	for (size_t i = 0; i < report->nr_loss && i < HTML_EVENTS; i++) {
		fputs(i ? ", " : ": ", file);
		html__text(file, report->loss[i].cause);
		fputc(' ', file);
		html__count(file, report->loss[i].count);
	}
	fputs("</small></li>\n", file);
}

static void write_cost(FILE *file, const struct report *report)
{
	open_tile(file, "", "Cost of tracing");
	if (report->cost.ns_per_request > 0) {
		html__ratio(file, report->cost.cpu_share);
		fprintf(file,
			"</b><small>of the machine, <data value=\"%.6g\">%.0f ns</data> a "
			"request</small></li>\n",
			report->cost.ns_per_request, report->cost.ns_per_request);
	} else {
		fputs("-</b><small>not measured: kernel.bpf_stats_enabled is "
		      "off</small></li>\n",
		      file);
	}
}

static void write_blind_tile(FILE *file, const struct report *report)
{
	open_tile(file, report->mode.nr_blind ? "warn" : "good", "Not seen");
	fprintf(file, "%zu</b><small><a href=\"#blind\">blind spots</a></small></li>\n",
		report->mode.nr_blind);
}

static void write_stretches(FILE *file, const struct report *report)
{
	if (report->mode.sample > 1)
		fprintf(file, "<p>1 of %u requests was timed.</p>\n", report->mode.sample);
	for (size_t i = 0; i < report->mode.nr_stretches && i < HTML_EVENTS; i++) {
		const struct stretch *stretch = &report->mode.stretches[i];

		fprintf(file, "<p>1 of %u requests was timed from ", stretch->sample);
		html__time(file, report, stretch->from_ns);
		fputs(" to ", file);
		html__time(file, report, stretch->to_ns);
		fputs(".</p>\n", file);
	}
}

static void write_blind(FILE *file, const struct report *report)
{
	if (!report->mode.nr_blind)
		return;
	fprintf(file,
		"<details id=\"blind\" open><summary>What this report cannot see "
		"(%zu)</summary>\n<ul>\n",
		report->mode.nr_blind);
	for (size_t i = 0; i < report->mode.nr_blind && i < HTML_EVENTS; i++) {
		fputs("<li><b>", file);
		html__text(file, report->mode.blind[i].what);
		fputs("</b>: ", file);
		html__text(file, report->mode.blind[i].why);
		fputs("</li>\n", file);
	}
	fputs("</ul></details>\n", file);
}

int html__head(FILE *file, const struct report *report)
{
	int err;

	fputs("<header>\n<h1>gfptrace <small>what the page allocator did</small></h1>\n", file);
	err = write_sentence(file, report, "", text__host);
	if (!err)
		err = write_sentence(file, report, "", text__window);
	if (!err)
		err = write_sentence(file, report, "Only", text__filter);
	fputs("<ul class=\"tiles\">\n", file);
	write_requests(file, report);
	write_failed(file, report);
	write_slowest(file, report);
	write_lost(file, report);
	write_cost(file, report);
	write_blind_tile(file, report);
	fputs("</ul>\n", file);
	write_stretches(file, report);
	write_blind(file, report);
	fputs("</header>\n", file);
	return err;
}
