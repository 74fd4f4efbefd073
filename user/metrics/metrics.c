// SPDX-License-Identifier: GPL-2.0-only
#include "metrics/metrics.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "metrics/series.h"
#include "report/quantile.h"

static const uint32_t usual_quantiles[] = {500000000, 900000000, 990000000, 999000000};

const struct metric_query metric_usual = {usual_quantiles, 4, false};

/* "0.99" for 990000000. */
static void format_quantile(uint32_t ppb, char text[16])
{
	size_t length =
		(size_t)snprintf(text, 16, "%u.%09u", ppb / QUANTILE_ONE, ppb % QUANTILE_ONE);

	while (text[length - 1] == '0')
		length--;
	if (text[length - 1] == '.')
		length--;
	text[length] = '\0';
}

static METRIC_VISITOR(visit_latency)
{
	struct metric_sample sample;
	int err = 0;

	for (size_t i = 0; i < report->nr_latency; i++) {
		const struct latency *latency = &report->latency[i];

		for (size_t q = 0; q < query->nr_quantiles && latency->count && !err; q++) {
			struct quantile quantile = latency__quantile(latency, query->quantiles[q]);

			sample__begin(&sample, &latency->labels);
			format_quantile(query->quantiles[q], sample.quantile);
			sample__add_label(&sample, "quantile", sample.quantile);
			sample.count = latency->count;
			sample.value = (double)quantile.value;
			sample.low = (double)quantile.low;
			sample.high = quantile.known ? (double)quantile.high : INFINITY;
			sample.open = !quantile.known;
			err = visit(&sample, context);
		}
	}
	return err;
}

/* One number of each latency series. */
static int visit_each(const struct report *report, double (*number)(const struct latency *),
		      bool timed, metric_visit *visit, void *context)
{
	struct metric_sample sample;
	int err = 0;

	for (size_t i = 0; i < report->nr_latency && !err; i++) {
		if (!report->latency[i].count || (timed && !report->latency[i].timed))
			continue;
		sample__begin(&sample, &report->latency[i].labels);
		sample.count = report->latency[i].count;
		err = sample__exact(&sample, number(&report->latency[i]), visit, context);
	}
	return err;
}

#define EACH_LATENCY(name, expression, of_timed)                                \
	static double name##_of(const struct latency *latency)                  \
	{                                                                       \
		return expression;                                              \
	}                                                                       \
	static METRIC_VISITOR(visit_##name)                                     \
	{                                                                       \
		(void)query;                                                    \
		return visit_each(report, name##_of, of_timed, visit, context); \
	}

EACH_LATENCY(latency_sum, (double)latency->sum, true)
EACH_LATENCY(latency_count, (double)latency->count, false)
EACH_LATENCY(latency_timed, (double)latency->timed, false)
EACH_LATENCY(latency_min, (double)latency->min, true)
EACH_LATENCY(latency_max, (double)latency->max, true)
EACH_LATENCY(latency_mean, (double)latency->sum / (double)latency->count, true)

/* One number of the whole report. */
#define ONE_NUMBER(name, expression)                                                 \
	static METRIC_VISITOR(visit_##name)                                          \
	{                                                                            \
		struct metric_sample sample;                                         \
                                                                                     \
		(void)query;                                                         \
		sample__begin(&sample, NULL);                                        \
		return sample__exact(&sample, (double)(expression), visit, context); \
	}

ONE_NUMBER(succeeded, report->requests.succeeded)
ONE_NUMBER(failed, report->requests.failed)
ONE_NUMBER(missed, report->requests.missed)
ONE_NUMBER(filtered, report->requests.filtered)
ONE_NUMBER(pages, report->requests.pages)
ONE_NUMBER(bulk_calls, report->requests.bulk_calls)
ONE_NUMBER(bulk_pages, report->requests.bulk_pages)
ONE_NUMBER(window, report->window.duration_ns)

static METRIC_VISITOR(visit_loss_ratio)
{
	struct metric_sample sample;

	(void)query;
	sample__begin(&sample, NULL);
	return sample__exact(&sample, report__loss_ratio(report), visit, context);
}

/* What the kernel did not measure is no 0. */
static METRIC_VISITOR(visit_request_cost)
{
	struct metric_sample sample;

	(void)query;
	sample__begin(&sample, NULL);
	if (report->cost.ns_per_request <= 0)
		return 0;
	return sample__exact(&sample, report->cost.ns_per_request, visit, context);
}

static METRIC_VISITOR(visit_cpu_cost)
{
	struct metric_sample sample;

	(void)query;
	sample__begin(&sample, NULL);
	if (report->cost.cpu_share <= 0)
		return 0;
	return sample__exact(&sample, report->cost.cpu_share, visit, context);
}

static METRIC_VISITOR(visit_blocks)
{
	struct metric_sample sample;
	int err = 0;

	(void)query;
	for (size_t i = 0; i < report->nr_alignment && !err; i++) {
		sample__begin(&sample, &report->alignment[i].labels);
		sample.count = report->alignment[i].count;
		err = sample__exact(&sample, (double)sample.count, visit, context);
	}
	return err;
}

static METRIC_VISITOR(visit_below_natural)
{
	struct metric_sample sample;
	int err = 0;

	(void)query;
	for (size_t i = 0; i < report->nr_alignment && !err; i++) {
		sample__begin(&sample, &report->alignment[i].labels);
		sample.count = report->alignment[i].count;
		err = sample__exact(&sample, (double)report->alignment[i].below_natural, visit,
				    context);
	}
	return err;
}

static METRIC_VISITOR(visit_zone_blocks)
{
	struct metric_sample sample;
	char node[16];
	int err = 0;

	(void)query;
	for (size_t i = 0; i < report->nr_zones && !err; i++) {
		snprintf(node, sizeof(node), "%u", report->zones[i].node);
		sample__begin(&sample, NULL);
		sample__add_label(&sample, "node", node);
		sample__add_label(&sample, "zone", report->zones[i].zone);
		sample.count = report->zones[i].count;
		err = sample__exact(&sample, (double)sample.count, visit, context);
	}
	return err;
}

static METRIC_VISITOR(visit_info)
{
	struct metric_sample sample;

	(void)query;
	sample__begin(&sample, NULL);
	sample__add_label(&sample, "version", report->tool.version);
	sample__add_label(&sample, "kernel", report->host.kernel);
	sample__add_label(&sample, "arch", report->host.arch);
	sample__add_label(&sample, "clock", report->host.clock);
	sample__add_label(&sample, "tier", report->mode.tier);
	return sample__exact(&sample, 1, visit, context);
}

static const char *const quantile_labels[] = {"quantile", NULL};
static const char *const failure_labels[] = {"class", "order", "context", "reason", NULL};
static const char *const order_labels[] = {"order", NULL};
static const char *const cause_labels[] = {"cause", NULL};
static const char *const zone_labels[] = {"node", "zone", NULL};
static const char *const stage_labels[] = {"stage", NULL};
static const char *const headroom_labels[] = {"class", "zone", "node", NULL};
static const char *const slab_labels[] = {"class", "context", "call", "cache", "size", NULL};
static const char *const kind_labels[] = {"kind", NULL};
static const char *const what_labels[] = {"what", NULL};
static const char *const info_labels[] = {"version", "kernel", "arch", "clock", "tier", NULL};

#define PLACES "alignment and placement"
#define BULK   "bulk requests"
#define STAGES "stages and path"

/* Tables are read by their rows. */
/* clang-format off */
const struct metric metrics[] = {
	{"gfptrace_info", "gfptrace_info", "Always 1; the labels tell what was traced, and how.",
	 METRIC_GAUGE, METRIC_NUMBER, METRIC_WORST, NULL, false, info_labels, visit_info},
	{"gfptrace_window_seconds", "gfptrace_window_seconds", "How long was traced.",
	 METRIC_GAUGE, METRIC_NS, METRIC_WORST, NULL, false, NULL, visit_window},

	{"gfptrace_requests_total", "gfptrace_requests_total", "Requests counted.",
	 METRIC_COUNTER, METRIC_NUMBER, METRIC_SUM, NULL, true, NULL, visit_requests},
	{"gfptrace_requests_succeeded_total", "gfptrace_requests_succeeded_total",
	 "Requests counted that got a page.",
	 METRIC_COUNTER, METRIC_NUMBER, METRIC_SUM, NULL, false, NULL, visit_succeeded},
	{"gfptrace_requests_failed_total", "gfptrace_requests_failed_total",
	 "Requests counted that got none.",
	 METRIC_COUNTER, METRIC_NUMBER, METRIC_SUM, NULL, false, NULL, visit_failed},
	{"gfptrace_requests_missed_total", "gfptrace_requests_missed_total",
	 "Requests made on the machine and not counted.",
	 METRIC_COUNTER, METRIC_NUMBER, METRIC_SUM, NULL, false, NULL, visit_missed},
	{"gfptrace_requests_filtered_total", "gfptrace_requests_filtered_total",
	 "Requests seen and kept out by the filter.",
	 METRIC_COUNTER, METRIC_NUMBER, METRIC_SUM, NULL, false, NULL, visit_filtered},
	{"gfptrace_pages_total", "gfptrace_pages_total", "Pages in the blocks given out.",
	 METRIC_COUNTER, METRIC_NUMBER, METRIC_SUM, NULL, false, NULL, visit_pages},
	{"gfptrace_bulk_calls_total", "gfptrace_bulk_calls_total",
	 "Calls for pages in bulk, which are no requests.",
	 METRIC_COUNTER, METRIC_NUMBER, METRIC_SUM, BULK, false, NULL, visit_bulk_calls},
	{"gfptrace_bulk_pages_total", "gfptrace_bulk_pages_total", "Pages given out in bulk.",
	 METRIC_COUNTER, METRIC_NUMBER, METRIC_SUM, BULK, false, NULL, visit_bulk_pages},

	{"gfptrace_latency_seconds", "gfptrace_latency_seconds",
	 "Latency of requests, from the entry to the result.",
	 METRIC_SUMMARY, METRIC_NS, METRIC_WORST, "latency", true, quantile_labels, visit_latency},
	{"gfptrace_latency_seconds_sum", "gfptrace_latency_seconds", "Time spent in requests.",
	 METRIC_SUMMARY, METRIC_NS, METRIC_SUM, "latency", true, NULL, visit_latency_sum},
	{"gfptrace_latency_seconds_count", "gfptrace_latency_seconds", "Requests.",
	 METRIC_SUMMARY, METRIC_NUMBER, METRIC_SUM, "latency", true, NULL, visit_latency_count},
	{"gfptrace_latency_timed_total", "gfptrace_latency_timed_total",
	 "Requests that were timed: where not all were, they stand for all.",
	 METRIC_COUNTER, METRIC_NUMBER, METRIC_SUM, "latency", true, NULL, visit_latency_timed},
	{"gfptrace_latency_min_seconds", "gfptrace_latency_min_seconds", "The shortest request.",
	 METRIC_GAUGE, METRIC_NS, METRIC_WORST, "latency", true, NULL, visit_latency_min},
	{"gfptrace_latency_max_seconds", "gfptrace_latency_max_seconds", "The longest request.",
	 METRIC_GAUGE, METRIC_NS, METRIC_WORST, "latency", true, NULL, visit_latency_max},
	{"gfptrace_latency_mean_seconds", "gfptrace_latency_mean_seconds", "The mean latency.",
	 METRIC_GAUGE, METRIC_NS, METRIC_WORST, "latency", true, NULL, visit_latency_mean},

	{"gfptrace_failures_total", "gfptrace_failures_total", "Failed requests by reason.",
	 METRIC_COUNTER, METRIC_NUMBER, METRIC_SUM, "failures", true, failure_labels,
	 visit_failures},

	{"gfptrace_stage_requests_total", "gfptrace_stage_requests_total",
	 "Requests that went through a stage.",
	 METRIC_COUNTER, METRIC_NUMBER, METRIC_SUM, STAGES, true, stage_labels,
	 visit_stage_requests},
	{"gfptrace_stage_seconds_total", "gfptrace_stage_seconds_total", "Time spent in a stage.",
	 METRIC_COUNTER, METRIC_NS, METRIC_SUM, STAGES, true, stage_labels, visit_stage_seconds},
	{"gfptrace_stage_ratio", "gfptrace_stage_ratio",
	 "Share of all time spent in requests that a stage took.",
	 METRIC_GAUGE, METRIC_SHARE, METRIC_SUM, STAGES, true, stage_labels, visit_stage_ratio},
	{"gfptrace_headroom_requests_total", "gfptrace_headroom_requests_total",
	 "Requests whose distance from their watermark was seen.",
	 METRIC_COUNTER, METRIC_NUMBER, METRIC_SUM, NULL, false, headroom_labels, visit_headroom},
	{"gfptrace_reserves_touched_total", "gfptrace_reserves_touched_total",
	 "Requests that got below the min watermark of a zone.",
	 METRIC_COUNTER, METRIC_NUMBER, METRIC_SUM, NULL, false, headroom_labels, visit_reserves},
	{"gfptrace_slab_requests_total", "gfptrace_slab_requests_total",
	 "Slab objects asked for atomically.",
	 METRIC_COUNTER, METRIC_NUMBER, METRIC_SUM, NULL, false, slab_labels, visit_slab_requests},
	{"gfptrace_slab_failures_total", "gfptrace_slab_failures_total",
	 "Of these, requests that got none.",
	 METRIC_COUNTER, METRIC_NUMBER, METRIC_SUM, NULL, false, slab_labels, visit_slab_failures},
	{"gfptrace_slab_requested_bytes_total", "gfptrace_slab_requested_bytes_total",
	 "Bytes that were asked for in them.",
	 METRIC_COUNTER, METRIC_NUMBER, METRIC_SUM, NULL, false, slab_labels, visit_slab_requested},
	{"gfptrace_slab_allocated_bytes_total", "gfptrace_slab_allocated_bytes_total",
	 "Bytes that they take.",
	 METRIC_COUNTER, METRIC_NUMBER, METRIC_SUM, NULL, false, slab_labels, visit_slab_allocated},
	{"gfptrace_slab_aligned_total", "gfptrace_slab_aligned_total",
	 "Objects that begin with a cache line.",
	 METRIC_COUNTER, METRIC_NUMBER, METRIC_SUM, NULL, false, slab_labels, visit_slab_aligned},
	{"gfptrace_slab_crossing_total", "gfptrace_slab_crossing_total",
	 "Objects that fit in a cache line and lie in two.",
	 METRIC_COUNTER, METRIC_NUMBER, METRIC_SUM, NULL, false, slab_labels, visit_slab_crossing},
	{"gfptrace_slab_wide_total", "gfptrace_slab_wide_total",
	 "Objects larger than a cache line that lie in one more than they need.",
	 METRIC_COUNTER, METRIC_NUMBER, METRIC_SUM, NULL, false, slab_labels, visit_slab_wide},
	{"gfptrace_slab_missed_total", "gfptrace_slab_missed_total",
	 "Slab objects asked for and not counted.",
	 METRIC_COUNTER, METRIC_NUMBER, METRIC_SUM, NULL, false, NULL, visit_slab_missed},
	{"gfptrace_lint_total", "gfptrace_lint_total",
	 "Requests that were made in a way that costs or endangers.",
	 METRIC_COUNTER, METRIC_NUMBER, METRIC_SUM, NULL, false, kind_labels, visit_lint},

	{"gfptrace_loss_total", "gfptrace_loss_total", "Requests not counted, by cause.",
	 METRIC_COUNTER, METRIC_NUMBER, METRIC_SUM, NULL, false, cause_labels, visit_loss},
	{"gfptrace_loss_ratio", "gfptrace_loss_ratio",
	 "Share of the requests made that were not counted.",
	 METRIC_GAUGE, METRIC_SHARE, METRIC_WORST, NULL, false, NULL, visit_loss_ratio},

	{"gfptrace_blind", "gfptrace_blind", "1 for each thing that was not seen.",
	 METRIC_GAUGE, METRIC_NUMBER, METRIC_SUM, NULL, false, what_labels, visit_blind},

	{"gfptrace_blocks_total", "gfptrace_blocks_total", "Blocks given out.",
	 METRIC_COUNTER, METRIC_NUMBER, METRIC_SUM, PLACES, true, order_labels, visit_blocks},
	{"gfptrace_blocks_below_natural_total", "gfptrace_blocks_below_natural_total",
	 "Blocks aligned to less than their size.",
	 METRIC_COUNTER, METRIC_NUMBER, METRIC_SUM, PLACES, true, order_labels,
	 visit_below_natural},
	{"gfptrace_zone_blocks_total", "gfptrace_zone_blocks_total",
	 "Blocks given out, by where they lie.",
	 METRIC_COUNTER, METRIC_NUMBER, METRIC_SUM, PLACES, false, zone_labels, visit_zone_blocks},

	{"gfptrace_cost_seconds_per_request", "gfptrace_cost_seconds_per_request",
	 "Time that tracing itself took, per request.",
	 METRIC_GAUGE, METRIC_NS, METRIC_WORST, NULL, false, NULL, visit_request_cost},
	{"gfptrace_cost_cpu_ratio", "gfptrace_cost_cpu_ratio",
	 "Share of the machine's CPU time that tracing itself took.",
	 METRIC_GAUGE, METRIC_SHARE, METRIC_WORST, NULL, false, NULL, visit_cpu_cost},
	{0},
};
/* clang-format on */

const struct metric *metric__find(const char *name)
{
	const struct metric *metric;

	for (metric = metrics; metric->name; metric++)
		if (!strcmp(metric->name, name))
			return metric;
	return NULL;
}

bool metric__has_label(const struct metric *metric, const char *label)
{
	const char *const *name;
	size_t i;

	for (name = metric->labels; name && *name; name++)
		if (!strcmp(*name, label))
			return true;
	for (i = 0; metric->has_dimensions && i < DIMENSIONS; i++)
		if (!strcmp(dimension_names[i], label))
			return true;
	return false;
}

double metric__base(const struct metric *metric, double value)
{
	return metric->unit == METRIC_NS ? value / 1e9 : value;
}

const char *sample__label(const struct metric_sample *sample, const char *name)
{
	for (size_t i = 0; i < sample->nr_labels; i++)
		if (!strcmp(sample->labels[i].name, name))
			return sample->labels[i].value;
	return NULL;
}

const char *report__why_blind(const struct report *report, const char *what)
{
	for (size_t i = 0; i < report->mode.nr_blind; i++)
		if (!strcmp(report->mode.blind[i].what, what))
			return report->mode.blind[i].why;
	return NULL;
}
