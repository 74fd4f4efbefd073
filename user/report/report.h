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

/* The stages in the order in which a request meets them; NULL at the end. */
extern const char *const stage_names[];

/* A series' labels: NULL where the dimension is not one of the series'. */
struct labels {
	const char *value[DIMENSIONS];
};

/* A list of strings: a stack from the innermost frame on, advice, the names of gfp flags. */
struct text_list {
	const char **text;
	size_t nr;
};

/* One bucket that is not empty. `le`: inclusive upper bound, UINT64_MAX for the overflow. */
struct bucket {
	uint64_t le; /* ns; in headroom pages */
	uint64_t count;
};

/* A time that is not known: null in JSON, `-` for people. */
#define TIME_UNKNOWN UINT64_MAX

/* The percentiles of a latency, in the order of the report. */
enum percentile { P50, P90, P99, P999, PERCENTILES };

struct time_range {
	uint64_t low, high; /* ns; TIME_UNKNOWN: there is no such end */
};

struct latency {
	struct labels labels;
	uint64_t count, timed, sum, min, max; /* min and max of those timed */
	uint64_t p50, p90, p99, p999;	      /* TIME_UNKNOWN: too few were timed */
	double error;			      /* largest relative error of the four percentiles */
	/*
	 * Where the timed ones stand for others, too: the intervals that the percentiles lie in
	 * with 95 %, and as how many of a plain sample they tell as much; 0: none was timed.
	 */
	bool sampled;
	uint64_t effective;
	struct time_range interval[PERCENTILES];
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

/* Free blocks of one order and one migrate type. */
struct type_count {
	const char *type;
	uint64_t count; /* blocks */
};

struct free_blocks {
	uint32_t order;
	uint64_t count;
	struct type_count *types; /* empty where not known; else they add up to count */
	size_t nr_types;
};

/* A zone when a request failed, in pages. */
struct zone_state {
	uint32_t node;
	const char *zone;
	uint64_t free, min, low, high;
	uint64_t boost;		 /* raises all three watermarks for a while; is in them already */
	uint64_t lowmem_reserve; /* what this request had to leave beside its watermark */
	uint64_t highatomic_reserved;
	uint64_t highatomic_free; /* UINT64_MAX: not known */
	uint64_t pcp;		  /* on the per-CPU lists of all CPUs: not in free; same */
	uint64_t managed;
	bool allowed;		    /* by nodemask, __GFP_THISNODE, cpuset and zone modifiers */
	double fragmentation_index; /* 0: short of memory .. 1: fragmented; negative: no index */
	struct free_blocks *blocks;
	size_t nr_blocks;
};

/* What a tracer may not know. */
enum answer { ANSWER_UNKNOWN, ANSWER_NO, ANSWER_YES };

struct failure {
	struct labels labels; /* class, order, context and what --by adds */
	const char *reason;
	uint64_t count;
	/* of one such failure; empty where it was not looked at */
	const char *caller; /* NULL: not known */
	struct text_list stack;
	struct zone_state *zones; /* none: not known */
	size_t nr_zones;
	bool later; /* the zones were read from /proc after the failure */
	bool has_gfp, has_alloc_flags;
	uint32_t gfp, alloc_flags;
	struct text_list gfp_names;
	const char *verdict; /* one sentence; NULL where none can be given */
	struct text_list advice;
	enum answer dmesg_would_show;
};

/* A stretch inside requests. */
struct stage {
	const char *stage; /* one of stage_names */
	struct labels labels;
	uint64_t count; /* requests that went through it */
	uint64_t timed; /* of them */
	uint64_t sum, max, p50, p99;
	double share;		/* of all time spent in requests, 0 .. 1 */
	bool derived;		/* calculated from other measurements: see doc/report-schema.md */
	struct bucket *buckets; /* none where derived */
	size_t nr_buckets;
};

/* How far requests were from the reserves, in pages above their own watermark. */
struct headroom {
	struct labels labels; /* class, zone, node */
	uint64_t count;
	uint64_t touched_reserves; /* of count: requests that got below the min watermark */
	struct bucket *buckets;
	size_t nr_buckets;
};

/* Objects of slabs that were asked for atomically, of one call, cache, size and labels. */
struct slab {
	const char *call;     /* kmalloc, kmem_cache_alloc */
	const char *cache;    /* "" of kmalloc, and of series that found no room */
	uint64_t size;	      /* bytes that an object takes; 0: series that found no room */
	struct labels labels; /* class, context */
	uint64_t count, failed;
	/* of those that were had; wide and crossing exclude each other */
	uint64_t requested, allocated; /* bytes */
	uint64_t aligned;	       /* begin with a cache line */
	uint64_t crossing;	       /* fit in a line and lie in two */
	uint64_t wide;		       /* larger than a line, and lie in one more than they need */
};

struct slow_stage {
	const char *stage;
	uint64_t start; /* ns since the start of the request */
	uint64_t duration;
};

/* One of the slowest requests. */
struct slow {
	uint64_t ts; /* ns since the start of the window */
	uint64_t latency;
	struct labels labels;
	const char *comm; /* "" where not known */
	uint32_t pid;
	const char *caller; /* NULL: not known */
	struct text_list stack;
	struct slow_stage *stages;
	size_t nr_stages;
};

/* A habit of a caller that costs or endangers. */
struct lint {
	const char *kind;
	uint64_t count;
	const char *caller; /* NULL: not known */
	struct text_list stack;
	const char *meaning; /* one sentence */
};

/* Requests that come from one place: with --stacks. */
struct stack_count {
	struct labels labels; /* class, order, context */
	uint64_t count;
	const char *
		caller; /* NULL: not known; `other`: of those that found no room, without a stack */
	struct text_list stack;
};

/* A time in which only every `sample`-th request was timed. */
struct stretch {
	uint64_t from_ns, to_ns; /* since the start of the window */
	uint32_t sample;
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

/*
 * How the blind spot begins that says when a tracer saw nothing, and the one that names a better
 * tier that could not be had.
 */
#define BLIND_REQUESTS "all requests"
#define BLIND_TIER     "tier "

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

/* One of the reports that were merged: what must not be added up is kept apart. */
struct host {
	const char *name; /* the file it was read from; "" where not known */
	const char *kernel, *arch, *tier, *start;
	uint32_t cpus;
	uint64_t duration_ns, counted, missed, filtered;
	struct loss *loss;
	size_t nr_loss;
	struct blind *blind;
	size_t nr_blind;
};

struct report {
	const char *name; /* the file it was read from; not in the JSON of a single report */
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
		struct stretch *stretches;
		size_t nr_stretches;
		uint64_t slowest_dropped; /* slow requests that came while a list was busy */
		const char *coverage_asked;
		uint32_t coverage_copies;
		struct coverage_change *changes;
		size_t nr_changes;
	} mode;
	struct {
		const char *start; /* RFC 3339 */
		uint64_t duration_ns;
		const char *stopped_by; /* duration, signal, command, stop-on; merged */
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
		uint64_t filtered; /* seen and kept out by the filter */
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
	/* How evenly the pages lie in the sets of the last-level cache; colours 0: not known. */
	struct {
		uint32_t colours;
		double skew; /* count of the fullest colour / mean count */
		uint64_t *counts;
		size_t nr_counts; /* == colours */
	} cache;
	/* With --slab; line 0: not asked for. */
	struct {
		uint32_t line; /* bytes */
		/* all requests: of the series, kept out by filters, not atomic, not seen */
		uint64_t counted, filtered, patient, missed;
		uint64_t large; /* events of kmalloc() that are for pages, no objects of slabs */
		double ns_per_request; /* of tracing, all requests; 0 where it is not measured */
	} slab;
	struct slab *slabs;
	size_t nr_slabs;
	struct stage *stages;
	size_t nr_stages;
	struct failure *failures;
	size_t nr_failures;
	struct headroom *headroom;
	size_t nr_headroom;
	struct slow *slowest;
	size_t nr_slowest;
	struct lint *lint;
	size_t nr_lint;
	struct stack_count *stacks;
	size_t nr_stacks;
	struct {
		struct program_cost *programs;
		size_t nr_programs;
		double ns_per_request; /* 0 where run time is not measured */
		double cpu_share;      /* of the whole machine, 0 .. 1 */
	} cost;
	struct host *hosts; /* of a merged report (merge.h); none in any other */
	size_t nr_hosts;

	struct string_pool *strings; /* private to report.c */
};

/* A report with every list empty and every string "" (NULL only where the schema says null). */
struct report *report__new(void);
void report__free(struct report *report); /* accepts NULL */

/* A copy of `text` that lives as long as the report. Returns NULL when memory is short. */
const char *report__string(struct report *report, const char *text);
const char *report__printf(struct report *report, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Requests made on the machine, whatever the filter: what a loss is a share of. */
uint64_t report__made(const struct report *report);
uint64_t host__made(const struct host *host);
/* The share of them that was missed, 0 .. 1. */
double report__loss_ratio(const struct report *report);

/* Let all but the first `most` of the slowest go. */
void report__keep_slowest(struct report *report, size_t most);

/* `to` takes over all strings of `from`. */
void report__adopt_strings(struct report *to, struct report *from);

int report__add_sees(struct report *report, const char *what);
int report__add_blind(struct report *report, const char *what, const char *why);
/* The first blind spot whose name begins so; NULL: there is none. */
const struct blind *report__find_blind(const struct report *report, const char *what);
struct latency *report__add_latency(struct report *report);
struct alignment *report__add_alignment(struct report *report);
struct placement *report__add_zone(struct report *report);
struct failure *report__add_failure(struct report *report);
struct loss *report__add_loss(struct report *report);
struct program_cost *report__add_program(struct report *report);
struct coverage_change *report__add_change(struct report *report);
struct stage *report__add_stage(struct report *report);
struct headroom *report__add_headroom(struct report *report);
struct slab *report__add_slab(struct report *report);
struct slow *report__add_slow(struct report *report);
struct lint *report__add_lint(struct report *report);
struct stack_count *report__add_stack(struct report *report);
struct stretch *report__add_stretch(struct report *report);
struct host *report__add_host(struct report *report);

/* Grow what hangs in an element; the report frees it. Return NULL when memory is short. */
struct zone_state *failure__add_zone(struct failure *failure);
struct free_blocks *zone__add_blocks(struct zone_state *zone);
struct type_count *blocks__add_type(struct free_blocks *blocks);
struct slow_stage *slow__add_stage(struct slow *slow);
struct loss *host__add_loss(struct host *host);
struct blind *host__add_blind(struct host *host);

/* Append one. Return 0 or -ENOMEM. The text is copied; buckets must rise and not be empty. */
int report__add_text(struct report *report, struct text_list *list, const char *text);
int headroom__add_bucket(struct headroom *headroom, uint64_t le, uint64_t count);
int report__add_colour(struct report *report, uint64_t count); /* cache.colours counts them */

/* Where a percentile of a series is kept. */
uint64_t *latency__percentile(struct latency *latency, enum percentile which);

/* The rank of a stage's name in stage_names; one past the last for a name that is not there. */
size_t stage__rank(const char *name);

/* Compare as report__sort() does: dimension by dimension, a missing one first. */
int labels__compare(const struct labels *a, const struct labels *b);

/* What a table calls it: the cache, "kmalloc()", or "other". */
const char *slab__title(const struct slab *slab);

/* Compare by what tells series apart. */
int slab__compare(const struct slab *a, const struct slab *b);

/* Compare text by text; a list that ends first comes first. */
int text_list__compare(const struct text_list *a, const struct text_list *b);

/*
 * Sort the series by their labels (numbers as numbers), stages in the order of stage_names,
 * the slowest by latency, failures, slabs, lint and stacks by count, largest first.
 */
void report__sort(struct report *report);

#endif
