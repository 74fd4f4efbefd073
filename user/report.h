/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A report is a value: what one window of tracing found, ready to be written in
 * any format (formats.h), saved (gfptrace.report/1, doc/report-schema.md), read
 * again and compared. Nothing in here touches the kernel.
 *
 * Times are nanoseconds, sizes bytes. Every string belongs to the report: make it
 * with report__string(). Arrays grow with the report__add_*() functions, which
 * return a zeroed element or NULL when memory is short; a pointer to an element is
 * good until the next call for the same array.
 */
#ifndef GFPTRACE_USER_REPORT_H
#define GFPTRACE_USER_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gfptrace/types.h>

/* The dimensions, in the order in which labels are printed. */
enum dimension {
	DIM_CLASS,
	DIM_ORDER,
	DIM_CONTEXT,
	DIM_PATH,
	DIM_NODE,
	DIM_ZONE,
	DIM_MIGRATETYPE,
	DIM_CPU,
	DIM_COMM,
	DIM_CGROUP,
	DIM_CALLER,
	DIM_QUALITY,
	DIMENSIONS
};

extern const char *const dimension_names[DIMENSIONS];

/* A series' labels: NULL where the dimension is not one of the series'. */
struct labels {
	const char *value[DIMENSIONS];
};

/* One bucket that is not empty. `le`: inclusive upper bound in ns, UINT64_MAX for the overflow. */
struct bucket {
	uint64_t le;
	uint64_t count;
};

struct latency {
	struct labels labels;
	uint64_t count, sum, min, max;
	uint64_t p50, p90, p99, p999;
	double error; /* largest relative error of the four percentiles */
	struct bucket *buckets;
	size_t nr_buckets;
};

struct align_bucket {
	uint64_t
		align; /* bytes: the largest power of two that divides the address, at most 1 GiB */
	uint64_t count;
};

struct alignment {
	struct labels labels;
	uint64_t natural; /* page size << order, bytes */
	uint64_t count;
	uint64_t below_natural; /* must be 0: the buddy allocator aligns a block to its size */
	struct align_bucket *buckets; /* from malloc(); the report frees it */
	size_t nr_buckets;
};

struct placement {
	uint32_t node;
	const char *zone;
	uint64_t count;
};

struct failure {
	struct labels labels; /* class, order, context and what --by adds */
	const char *reason;
	uint64_t count;
	const char *verdict; /* one sentence; NULL where none can be given */
};

struct loss {
	const char *cause;
	uint64_t count;
	bool in_context[4]; /* enum gft_context: where it is known to have happened */
};

struct blind {
	const char *what;
	const char *why;
};

struct program_cost {
	const char *name;
	const char *attach; /* "fentry/__alloc_pages", "raw_tp/mm_page_alloc", ... */
	uint64_t runs, misses, ns;
};

struct coverage_change {
	uint64_t at_ns; /* since the start of the window */
	uint32_t copies;
	const char *why;
};

struct report {
	struct {
		const char *name, *version;
	} tool;
	struct {
		const char *kernel, *arch, *preempt, *clock;
		uint32_t cpus;
		uint32_t page_size;
	} host;
	struct {
		const char *tier, *entry, *bulk_entry; /* entries: "" where nothing is attached */
		const char **sees;
		size_t nr_sees;
		struct blind *blind;
		size_t nr_blind;
		uint32_t sample; /* 1: every request is timed */
		const char *coverage_asked;
		uint32_t coverage_copies;
		struct coverage_change *changes;
		size_t nr_changes;
	} mode;
	struct {
		const char *start; /* RFC 3339 */
		uint64_t duration_ns;
		const char *stopped_by; /* duration, signal, command, stop-on */
		bool has_command;
		const char **argv;
		size_t nr_argv;
		int command_exit; /* as the shell says it: 128 + N for signal N */
	} window;
	/* `filter`: the options as given, empty or 0 where not given */
	struct {
		const char **classes;
		size_t nr_classes;
		const char **orders;
		size_t nr_orders;
		const char **contexts;
		size_t nr_contexts;
		uint32_t *pids;
		size_t nr_pids;
		const char *comm, *cgroup, *module;
	} filter;
	struct {
		uint64_t counted, missed, succeeded, failed, pages, bulk_calls, bulk_pages;
	} requests;
	struct loss *loss;
	size_t nr_loss;
	bool by[DIMENSIONS]; /* not in the JSON: the labels of the series tell it */
	struct latency *latency;
	size_t nr_latency;
	struct alignment *alignment;
	size_t nr_alignment;
	struct placement *zones;
	size_t nr_zones;
	struct failure *failures;
	size_t nr_failures;
	struct {
		struct program_cost *programs;
		size_t nr_programs;
		double ns_per_request; /* 0 where run time is not measured */
		double cpu_share;      /* of the whole machine, 0 .. 1 */
	} cost;

	struct string_pool *strings; /* private to report.c */
};

/* A report with every list empty and every string "" (NULL only where the schema says null). */
struct report *report__new(void);
void report__free(struct report *report); /* accepts NULL */

/* A copy of `text` that lives as long as the report. Returns NULL when memory is short. */
const char *report__string(struct report *report, const char *text);
const char *report__printf(struct report *report, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

int report__add_sees(struct report *report, const char *what);
int report__add_blind(struct report *report, const char *what, const char *why);
struct latency *report__add_latency(struct report *report);
struct alignment *report__add_alignment(struct report *report);
struct placement *report__add_zone(struct report *report);
struct failure *report__add_failure(struct report *report);
struct loss *report__add_loss(struct report *report);
struct program_cost *report__add_program(struct report *report);
struct coverage_change *report__add_change(struct report *report);

/*
 * Fill count, percentiles, error and buckets of a series from a dense histogram
 * (GFT_BUCKETS counters, gfptrace/buckets.h); sum, min and max are set by the caller
 * before. A percentile is the midpoint of its bucket, held within min and max.
 * Returns 0 or -ENOMEM.
 */
int latency__from_histogram(struct report *report, struct latency *latency,
			    const uint64_t *histogram);

/* Sort the series by their labels (numbers as numbers) and the failures by count, largest first. */
void report__sort(struct report *report);

#endif
