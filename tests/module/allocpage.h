/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * allocpage: makes page requests as a scenario line asks and counts them itself.
 *
 *	main.c      the files in debugfs, load and unload
 *	scenario.c  words to struct ap_scenario; gfp.c the names of the gfp bits
 *	runner.c    one run: its workers, their start, their end
 *	request.c   one request, its stopwatch, what becomes of its pages
 *	bench.c     the price of a request: a tight loop of requests, timed as a whole
 *	timer.c     requests in softirq and hardirq context
 *	truth.c     the counters, and how they are shown
 */
#ifndef ALLOCPAGE_H
#define ALLOCPAGE_H

#include <linux/completion.h>
#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/types.h>

#include <gfptrace/buckets.h>
#include <gfptrace/classes.h>

#include "compat.h"

#define AP_ORDERS      (AP_LARGEST_ORDER + 2) /* the last: larger than the largest */
#define AP_ALIGNS      31		      /* log2 of the alignment, capped at 1 GiB */
#define AP_CPU_ANY     UINT_MAX
#define AP_NODE_LOCAL  UINT_MAX
#define AP_KEEP_ALL    UINT_MAX
#define AP_SLOW_NS     1000000
#define AP_MAX_BULK    4096
#define AP_MAX_THREADS 1024
#define AP_MAX_MESSAGE 200

enum ap_where { AP_IN_TASK, AP_IN_SOFTIRQ, AP_IN_HARDIRQ, AP_MIXED };

/* One scenario line. The words are explained in scenario.c. */
struct ap_scenario {
	u32 order_low, order_high;
	u32 irq_order;
	gfp_t gfp, irq_gfp;
	u32 count;
	u32 threads;
	u32 cpu;
	u32 where;
	u32 timer_us;
	u32 nest_ns;
	u32 hold;
	u32 hold_ms;
	u32 free;
	u32 bulk;
	u32 bulk_list;
	u32 exhaust;
	u32 bench;
	u32 nid;
	u32 reset;
};

/* The counters of one (class, order, context). */
struct ap_series {
	u64 requests, succeeded, failed, slow;
	u64 sum, min, max;
	u64 buckets[GFT_BUCKETS];
	u64 aligns[AP_ALIGNS];
};

/* Counters that no series has. */
struct ap_totals {
	u64 bulk_calls, bulk_pages;
	u64 bulk_single; /* bulk calls that may have made one request at the choke point */
	u64 misplaced;	 /* requests in another context than the worker's: must be 0 */
	u64 refused[GFT_CONTEXTS];
	u64 bench_pairs, bench_warmup, bench_failed, bench_ns; /* ns: without the warm-up */
	u64 scenarios, run_ns;
};

/* One stream of requests: a task or a timer. Nothing else touches its counters while it runs. */
struct ap_worker {
	struct ap_run *run;
	struct task_struct *task;
	unsigned int cpu;
	enum gft_context context;
	enum gft_class class;
	gfp_t gfp;
	u32 order_low, order_high, order; /* order: the next one */
	u64 left;			  /* requests to make */
	u32 sequence;			  /* runs through the marks */
	u32 hold, held_count;
	struct list_head held;
	struct hrtimer timer;
	struct ap_worker *nested[2]; /* timers that this task aims at its own requests */
	struct completion done;
	struct page **pages; /* room for a bulk call; NULL: single requests */
	struct ap_totals totals;
	u32 series_first, series_count; /* order labels */
	struct ap_series *series;
};

struct ap_run {
	const struct ap_scenario *scenario;
	bool stop;
	u32 worker_count;
	struct ap_worker *workers;
};

/* gfp.c: 0 or -EINVAL; *bad is then the word that is not understood. */
int ap_gfp_parse(char *text, gfp_t *gfp, const char **bad);
const char *ap_gfp_refused(gfp_t gfp, bool interrupt);

/* scenario.c: 0 or -EINVAL, -EOPNOTSUPP with message filled. */
int ap_scenario_parse(char *line, struct ap_scenario *scenario, char *message, size_t size);

/* runner.c: 0 or -errno. One at a time: the caller sees to that. */
int ap_run_scenario(const struct ap_scenario *scenario);
void ap_release_kept(void);

/* request.c */
void ap_work(struct ap_worker *worker);
void ap_step(struct ap_worker *worker);
void ap_release(struct list_head *held);

static inline bool ap_interrupted(const struct ap_run *run)
{
	return READ_ONCE(run->stop);
}

/* bench.c */
void ap_bench(struct ap_worker *worker);

/* timer.c */
void ap_timer_setup(struct ap_worker *worker);
int ap_timer_start(struct ap_worker *worker);
void ap_timer_aim(struct ap_worker *worker);

/* truth.c; times in nanoseconds */
static inline u32 ap_order_label(u32 order)
{
	return order > AP_LARGEST_ORDER ? AP_LARGEST_ORDER + 1 : order;
}

enum gft_class ap_classify(gfp_t gfp);
void ap_series_add(struct ap_series *series, u64 latency, struct page *page);
int ap_truth_reserve(const struct ap_worker *worker);
void ap_truth_merge(const struct ap_worker *worker);
void ap_truth_refused(enum gft_context context);
void ap_truth_ran(u64 ns);
void ap_truth_reset(void);
int ap_truth_show(struct seq_file *file, void *data);

#endif
