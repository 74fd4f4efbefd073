/* SPDX-License-Identifier: GPL-2.0-only */
/* A made-up report that has something in every part, wild names too. */
#ifndef GFPTRACE_TESTS_SAMPLE_REPORT_H
#define GFPTRACE_TESTS_SAMPLE_REPORT_H

#include <stdlib.h>
#include <string.h>

#include <gfptrace/buckets.h>
#include <gfptrace/classes.h>

#include "report.h"
#include "report_array.h"

/* Not UTF-8 (0xff), a control sequence, a quote, a good two-byte character. */
#define SAMPLE_WILD_NAME "a\xff\x1b[31m\"\xc3\xa9"

static inline void sample_latency(struct report *report, const char *class, const char *order,
				  const char *context, const uint64_t *times, size_t nr)
{
	static uint64_t histogram[GFT_BUCKETS];
	struct latency *latency = report__add_latency(report);
	size_t i;

	memset(histogram, 0, sizeof(histogram));
	latency->labels.value[DIM_CLASS] = report__string(report, class);
	latency->labels.value[DIM_ORDER] = report__string(report, order);
	latency->labels.value[DIM_CONTEXT] = report__string(report, context);
	latency->min = UINT64_MAX;
	for (i = 0; i < nr; i++) {
		histogram[gft_bucket(times[i])]++;
		latency->sum += times[i];
		latency->min = times[i] < latency->min ? times[i] : latency->min;
		latency->max = times[i] > latency->max ? times[i] : latency->max;
	}
	if (latency__from_histogram(report, latency, histogram))
		abort();
}

static inline void sample_alignment(struct report *report, const char *order, uint64_t natural)
{
	struct alignment *alignment = report__add_alignment(report);

	alignment->labels.value[DIM_CLASS] = report__string(report, "kernel");
	alignment->labels.value[DIM_ORDER] = report__string(report, order);
	alignment->labels.value[DIM_CONTEXT] = report__string(report, "task");
	alignment->natural = natural;
	alignment->buckets = calloc(3, sizeof(*alignment->buckets));
	if (!alignment->buckets)
		abort();
	alignment->buckets[0] = (struct align_bucket){natural, 700};
	alignment->buckets[1] = (struct align_bucket){natural * 2, 299};
	alignment->buckets[2] = (struct align_bucket){1ull << 30, 1};
	alignment->nr_buckets = 3;
	alignment->count = 1000;
}

static inline void sample_head(struct report *report)
{
	static const char *const argv[] = {"make", "-j2", SAMPLE_WILD_NAME};
	size_t i;

	report->tool.name = "gfptrace";
	report->tool.version = "0.0.0";
	report->host.kernel = "6.12.0-sample";
	report->host.arch = "x86_64";
	report->host.preempt = "voluntary";
	report->host.clock = "monotonic";
	report->host.cpus = 2;
	report->host.page_size = 4096;
	report->mode.tier = "fexit";
	report->mode.entry = "__alloc_pages_noprof";
	report->mode.bulk_entry = "alloc_pages_bulk_noprof";
	report->mode.coverage_asked = "fast";
	report->mode.coverage_copies = 1;
	report->window.start = "2026-01-02T03:04:05Z";
	report->window.duration_ns = 2000000000;
	report->window.stopped_by = "command";
	report->window.has_command = true;
	report->window.command_exit = 3;
	for (i = 0; i < sizeof(argv) / sizeof(argv[0]); i++)
		*(const char **)array__append(&report->window.argv, &report->window.nr_argv,
					      sizeof(argv[0])) = argv[i];
	*(uint32_t *)array__append(&report->filter.pids, &report->filter.nr_pids,
				   sizeof(uint32_t)) = 4194304;
	report->filter.comm = SAMPLE_WILD_NAME;
	report__add_sees(report, "requests");
	report__add_blind(report, "stages and path", "not built yet");
	report__add_blind(report, "alloc_contig_range and memblock",
			  "they take pages without a request to the allocator, and this is long");
	report__add_change(report)->copies = 2;
}

static inline void sample_rest(struct report *report)
{
	struct loss *loss = report__add_loss(report);
	struct failure *failure = report__add_failure(report);
	struct placement *zone = report__add_zone(report);
	struct program_cost *program = report__add_program(report);

	loss->cause = "recursion";
	loss->count = 7;
	loss->in_context[GFT_SOFTIRQ] = loss->in_context[GFT_HARDIRQ] = true;
	failure->labels.value[DIM_CLASS] = "atomic";
	failure->labels.value[DIM_ORDER] = "10";
	failure->labels.value[DIM_CONTEXT] = "softirq";
	failure->labels.value[DIM_COMM] = SAMPLE_WILD_NAME;
	failure->reason = "exhausted";
	failure->count = 1;
	failure->verdict = "No zone had memory left.";
	zone->node = 0;
	zone->zone = "Normal";
	zone->count = 2000;
	program->name = "request_entry";
	program->attach = "fentry/__alloc_pages_noprof";
	program->runs = 2007;
	program->misses = 7;
	program->ns = 400000;
	report->cost.ns_per_request = 199.25;
	report->cost.cpu_share = 0.00123;
}

static inline struct report *sample_report(void)
{
	static const uint64_t fast[] = {300, 301, 310, 320, 330, 340, 700, 1500, 2047, 2048};
	static const uint64_t slow[] = {5000, 90000, 1000000, 1ull << 37};
	struct report *report = report__new();

	if (!report)
		abort();
	sample_head(report);
	sample_latency(report, "kernel", "10", "task", slow, 4);
	sample_latency(report, "kernel", "2", "task", fast, 10);
	sample_latency(report, "atomic", "0", "hardirq", fast, 6);
	sample_alignment(report, "2", 4096 << 2);
	sample_alignment(report, "0", 4096);
	sample_rest(report);
	report->by[DIM_CLASS] = report->by[DIM_ORDER] = report->by[DIM_CONTEXT] = true;
	report->requests.counted = 2001;
	report->requests.missed = 7;
	report->requests.succeeded = 2000;
	report->requests.failed = 1;
	report->requests.pages = 5000;
	report->requests.bulk_calls = 3;
	report->requests.bulk_pages = 96;
	report__sort(report);
	return report;
}

#endif
