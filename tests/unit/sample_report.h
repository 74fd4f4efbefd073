/* SPDX-License-Identifier: GPL-2.0-only */
/* A made-up report that has something in every part, wild names too. */
#ifndef GFPTRACE_TESTS_SAMPLE_REPORT_H
#define GFPTRACE_TESTS_SAMPLE_REPORT_H

#include <stdlib.h>
#include <string.h>

#include <gfptrace/buckets.h>
#include <gfptrace/classes.h>

#include "report/histogram.h"
#include "report/report.h"
#include "report/array.h"

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
	if (latency__from_histogram(latency, histogram))
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
	report->mode.slowest_dropped = 3;
}

static inline void sample_texts(struct report *report, struct text_list *list, const char *a,
				const char *b)
{
	if (report__add_text(report, list, a) || report__add_text(report, list, b))
		abort();
}

static inline void sample_zone(struct failure *failure)
{
	struct zone_state *zone = failure__add_zone(failure);
	struct free_blocks *blocks = zone__add_blocks(zone);

	zone->zone = "Normal";
	zone->free = 900;
	zone->min = 1000;
	zone->low = 1250;
	zone->high = 1500;
	zone->boost = 7;
	zone->lowmem_reserve = 128;
	zone->highatomic_reserved = 512;
	zone->pcp = 33;
	zone->managed = 250000;
	zone->allowed = true;
	blocks->count = 500;
	*blocks__add_type(blocks) = (struct type_count){"Unmovable", 499};
	*blocks__add_type(blocks) = (struct type_count){SAMPLE_WILD_NAME, 1};
	*zone__add_blocks(zone) = (struct free_blocks){.order = 3, .count = 50};
	zone = failure__add_zone(failure);
	zone->node = 1;
	zone->zone = "DMA32";
	zone->free = 40000;
	zone->min = 300;
	zone->low = 375;
	zone->high = 450;
	zone->highatomic_free = 0;
	zone->managed = 100000;
	zone->fragmentation_index = 0.75;
}

static inline void sample_failure_card(struct report *report)
{
	struct failure *failure = report__add_failure(report);

	failure->labels.value[DIM_CLASS] = "atomic";
	failure->labels.value[DIM_ORDER] = "3";
	failure->labels.value[DIM_CONTEXT] = "hardirq";
	failure->reason = "fragmented";
	failure->count = 12;
	failure->caller = "sk_page_frag_refill+0x31";
	sample_texts(report, &failure->stack, "sk_page_frag_refill+0x31",
		     "rx_poll+0x1f [" SAMPLE_WILD_NAME "]");
	failure->has_gfp = failure->has_alloc_flags = failure->later = true;
	failure->gfp = 0xa20;
	failure->alloc_flags = 0x30;
	sample_texts(report, &failure->gfp_names, "GFP_ATOMIC", "__GFP_NOWARN");
	sample_zone(failure);
	failure->verdict = "Zone Normal had free pages, but no block of order 3.";
	sample_texts(report, &failure->advice, "Raise vm.min_free_kbytes.",
		     "Ask for order 0 with <b>kvmalloc()</b> & friends.");
	failure->dmesg_would_show = ANSWER_NO;
}

static inline void sample_stage(struct report *report, const char *name, uint64_t time,
				uint64_t count, double share)
{
	static uint64_t histogram[GFT_BUCKETS];
	struct stage *stage = report__add_stage(report);

	memset(histogram, 0, sizeof(histogram));
	histogram[gft_bucket(time)] = count;
	stage->stage = name;
	stage->sum = time * count;
	stage->max = time;
	stage->share = share;
	if (stage__from_histogram(stage, histogram))
		abort();
}

static inline void sample_stages(struct report *report)
{
	struct stage *zero;

	sample_stage(report, "reclaim", 900000, 3, 0.25);
	sample_stage(report, "pcp", 120, 1900, 0.5);
	sample_stage(report, "buddy", 400, 101, 0.125);
	zero = report__add_stage(report);
	zero->stage = "zero";
	zero->labels.value[DIM_ORDER] = "0";
	zero->derived = true;
	zero->count = zero->timed = 1900;
	zero->sum = 200000;
	zero->share = 0.0625;
}

static inline void sample_slowest(struct report *report)
{
	struct slow *slow = report__add_slow(report);

	slow->ts = 1000;
	slow->latency = 400;
	slow = report__add_slow(report);
	slow->ts = 1500000000;
	slow->latency = 1000000;
	slow->labels.value[DIM_CLASS] = "kernel";
	slow->labels.value[DIM_ORDER] = "10";
	slow->labels.value[DIM_CONTEXT] = "task";
	slow->comm = SAMPLE_WILD_NAME;
	slow->pid = 4194303;
	slow->caller = "alloc_thing+0x12 [thing]";
	sample_texts(report, &slow->stack, "alloc_thing+0x12 [thing]", "ksys_read+0x6f");
	*slow__add_stage(slow) = (struct slow_stage){"buddy", 100, 400};
	*slow__add_stage(slow) = (struct slow_stage){"reclaim", 50000, 900000};
}

static inline void sample_reserves(struct report *report)
{
	struct headroom *headroom = report__add_headroom(report);
	struct lint *lint = report__add_lint(report);
	struct stack_count *stack = report__add_stack(report);

	headroom->labels.value[DIM_CLASS] = "atomic";
	headroom->labels.value[DIM_NODE] = "0";
	headroom->labels.value[DIM_ZONE] = "Normal";
	headroom->count = 100;
	headroom->touched_reserves = 2;
	if (headroom__add_bucket(headroom, 63, 1) || headroom__add_bucket(headroom, 1023, 89) ||
	    headroom__add_bucket(headroom, UINT64_MAX, 10))
		abort();
	lint->kind = "needless-atomic";
	lint->count = 31;
	lint->caller = "log_line+0x20";
	sample_texts(report, &lint->stack, "log_line+0x20", "work_item+0x11");
	lint->meaning = "It could sleep, and asked for memory as if it could not.";
	stack->labels.value[DIM_CLASS] = "kernel";
	stack->labels.value[DIM_ORDER] = "2";
	stack->labels.value[DIM_CONTEXT] = "task";
	stack->count = 1900;
	stack->caller = "alloc_thing+0x12 [thing]";
	sample_texts(report, &stack->stack, "alloc_thing+0x12 [thing]", "ksys_read+0x6f");
	if (report__add_colour(report, 1100) || report__add_colour(report, 900))
		abort();
	report->cache.skew = 1.125;
	*report__add_stretch(report) = (struct stretch){500000000, 1000000000, 8};
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

static inline struct slab *sample_slab(struct report *report, const char *call, const char *cache,
				       uint64_t size, const char *context, uint64_t count)
{
	struct slab *slab = report__add_slab(report);

	slab->call = call;
	slab->cache = cache;
	slab->size = size;
	slab->labels.value[DIM_CLASS] = "atomic";
	slab->labels.value[DIM_CONTEXT] = context;
	slab->count = count;
	report->slab.counted += count;
	return slab;
}

static inline void sample_slabs(struct report *report)
{
	struct slab *slab =
		sample_slab(report, "kmem_cache_alloc", SAMPLE_WILD_NAME, 48, "hardirq", 1000);

	slab->failed = 1;
	slab->requested = 39960;
	slab->allocated = 47952;
	slab->aligned = 250;
	slab->crossing = 500;
	slab = sample_slab(report, "kmalloc", "", 96, "task", 500);
	slab->requested = 40000;
	slab->allocated = 48000;
	slab->aligned = 167;
	slab->wide = 100;
	sample_slab(report, "kmem_cache_alloc", "", 0, "softirq", 3)->allocated = 24;
	report->slab.line = 64;
	report->slab.patient = 7000;
	report->slab.filtered = 20;
	report->slab.large = 5;
	report->slab.missed = 4;
	report->slab.ns_per_request = 52.5;
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
	sample_failure_card(report);
	sample_stages(report);
	sample_slowest(report);
	sample_reserves(report);
	sample_slabs(report);
	report->by[DIM_CLASS] = report->by[DIM_ORDER] = report->by[DIM_CONTEXT] = true;
	report->requests.counted = 2013;
	report->requests.missed = 7;
	report->requests.succeeded = 2000;
	report->requests.failed = 13;
	report->requests.pages = 5000;
	report->requests.bulk_calls = 3;
	report->requests.bulk_pages = 96;
	report__sort(report);
	return report;
}

#endif
