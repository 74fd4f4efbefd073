// SPDX-License-Identifier: GPL-2.0-only
#include "top/head.h"

#include <stdio.h>
#include <string.h>

#include "format/text/table.h"
#include "base/units.h"

static void write_host(const struct top_model *model, char text[TOP_HEAD_TEXT])
{
	const struct report *since = model->source.since;
	char last[UNITS_TEXT], all[UNITS_TEXT];

	format__duration(model->source.last->window.duration_ns, last);
	format__duration(since->window.duration_ns, all);
	snprintf(text, TOP_HEAD_TEXT, "gfptrace  %s%s%s%s%s  tier %s  %u CPU%s  Linux %s",
		 model->starved	 ? "NO MEMORY for newer figures  "
		 : model->paused ? "HELD  "
				 : "",
		 model->total ? "all " : "last ", model->total ? "" : last,
		 model->total ? "" : " of ", all, since->mode.tier, since->host.cpus,
		 since->host.cpus == 1 ? "" : "s", since->host.kernel);
}

static uint64_t pages_to_bytes(const struct report *report)
{
	return report->requests.pages * report->host.page_size;
}

static void write_requests(const struct top_model *model, char text[TOP_HEAD_TEXT])
{
	const struct report *shown = top_source__shown(&model->source);
	char requests[UNITS_COUNT], memory[UNITS_TEXT], failed[UNITS_COUNT], all[UNITS_COUNT];
	double rate = top_view__rate(shown, shown->requests.counted);

	format__count((uint64_t)(rate + 0.5), requests);
	format__memory((uint64_t)top_view__rate(shown, pages_to_bytes(shown)), memory);
	format__count((uint64_t)(top_view__rate(shown, shown->requests.failed) + 0.5), failed);
	format__count(model->source.since->requests.failed, all);
	snprintf(text, TOP_HEAD_TEXT, "requests %s/s  memory %s/s  failed %s/s, %s in all",
		 requests, memory, failed, all);
}

static uint64_t sample_now(const struct report *report)
{
	if (report->mode.nr_stretches)
		return report->mode.stretches[report->mode.nr_stretches - 1].sample;
	return report->mode.sample;
}

static void write_loss(const struct top_model *model, char text[TOP_HEAD_TEXT])
{
	const struct report *shown = top_source__shown(&model->source);
	char share[TEXT_SHARE], missed[UNITS_COUNT];
	int length = snprintf(text, TOP_HEAD_TEXT, "lost %s",
			      text__share(shown->requests.missed, report__made(shown), share));

	if (model->source.since->requests.missed)
		length += snprintf(text + length, TOP_HEAD_TEXT - (size_t)length, ", %s in all",
				   format__count(model->source.since->requests.missed, missed));
	if (shown->cost.ns_per_request > 0)
		length += snprintf(text + length, TOP_HEAD_TEXT - (size_t)length,
				   "  cost %.2f %% CPU, %.0f ns a request",
				   shown->cost.cpu_share * 100, shown->cost.ns_per_request);
	else
		length += snprintf(text + length, TOP_HEAD_TEXT - (size_t)length,
				   "  cost not measured yet");
	if (shown->mode.coverage_copies > 1)
		length += snprintf(text + length, TOP_HEAD_TEXT - (size_t)length, "  %u copies",
				   shown->mode.coverage_copies);
	if (sample_now(shown) > 1)
		snprintf(text + length, TOP_HEAD_TEXT - (size_t)length, "  1 in %llu timed",
			 (unsigned long long)sample_now(shown));
}

void top_head__line(const struct top_model *model, size_t n, char text[TOP_HEAD_TEXT])
{
	static void (*const lines[TOP_HEAD_LINES])(const struct top_model *, char *) = {
		write_host, write_requests, write_loss};

	*text = '\0';
	if (model->source.since)
		lines[n](model, text);
	else if (!n)
		snprintf(text, TOP_HEAD_TEXT, "gfptrace  waiting for the first interval");
}

/* Per cent of the requests: so much is worth a look, so much makes the figures doubtful. */
#define LOSS_WARN 0.1
#define LOSS_BAD  1.0

enum top_mood top_head__mood(const struct top_model *model, size_t n)
{
	const struct report *shown = model->source.since ? top_source__shown(&model->source) : NULL;
	double percent;

	if (!shown || !n)
		return TOP_PLAIN;
	if (n == 1)
		return shown->requests.failed ? TOP_BAD : TOP_PLAIN;
	percent = 100 * report__loss_ratio(shown);
	return percent > LOSS_BAD ? TOP_BAD : percent > LOSS_WARN ? TOP_WARN : TOP_PLAIN;
}

void top_head__spark(const struct top_model *model, size_t width, char text[TOP_HISTORY * 4 + 1])
{
	size_t last = model->history_shown, nr = last, first, length = 0;
	size_t kept = model->nr_history - last < TOP_HISTORY
			      ? TOP_HISTORY - (model->nr_history - last)
			      : 0;
	double largest = 1;

	if (nr > kept)
		nr = kept;
	if (nr > width)
		nr = width;
	first = last - nr;
	for (size_t i = first; i < last; i++)
		if (model->history[i % TOP_HISTORY].requests > largest)
			largest = model->history[i % TOP_HISTORY].requests;
	*text = '\0';
	for (size_t i = first; i < last; i++) {
		double part = model->history[i % TOP_HISTORY].requests / largest;

		length += (size_t)sprintf(
			text + length, "%s",
			model->source.levels[1 + (size_t)(part * (TOP_LEVELS - 2) + 0.5)]);
	}
}
