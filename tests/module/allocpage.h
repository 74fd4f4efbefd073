/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * allocpage: makes page requests as a scenario line asks and counts them itself.
 *
 *	main.c      the files in debugfs, load and unload
 *	scenario.c  words to struct ap_scenario; gfp.c the names of the gfp bits
 *	runner.c    one run: its workers, their start, their end
 *	act.c       the table of acts: what do=NAME makes of a run
 *	request.c   what becomes of a request's pages; request.h one request and its stopwatch
 *	store.c     memory taken away in preparation, and how reclaim gets it back
 *	fail.c      acts whose requests fail, each for one reason
 *	path.c      acts whose requests take one path through the allocator
 *	pressure.c  acts whose consumers live on what reclaim brings
 *	plant.c     functions with telling names, for reports to name
 *	slowdown.c  work added inside the requests of one order
 *	bench.c     the price of a request: a tight loop of requests, timed as a whole
 *	timer.c     requests in softirq and hardirq context
 *	truth.c     the counters, and how they are shown
 *	slab.c      objects of slabs instead of pages
 *	quality.h   blocks with qualities, an API of its own; quality_parts.h has its files
 *	quality_act.c  requests for such blocks; quality_test.c, quality_try.c the self-test
 *	quality_trace.h  events around these requests, for tracers
 */
#ifndef ALLOCPAGE_H
#define ALLOCPAGE_H

#include <linux/completion.h>
#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/sched.h>
#include <linux/types.h>
#include <linux/vmstat.h>

#include <gfptrace/buckets.h>
#include <gfptrace/classes.h>

#include "compat.h"

#define AP_ORDERS      (AP_LARGEST_ORDER + 2) /* the last: larger than the largest */
#define AP_ALIGNS      31		      /* log2 of the alignment, capped at 1 GiB */
#define AP_COLOURS     192 /* a cache of 64 n colours, or of 192, is held against them */
#define AP_CPU_ANY     UINT_MAX
#define AP_NODE_LOCAL  UINT_MAX
#define AP_KEEP_ALL    UINT_MAX
#define AP_SLOW_NS     1000000
#define AP_SLOW_NONE   UINT_MAX
#define AP_MAX_BULK    4096
#define AP_MAX_THREADS 1024
#define AP_CACHES_MAX  512
#define AP_MAX_MESSAGE 200
#define AP_MAX_COMM    TASK_COMM_LEN

enum ap_where { AP_IN_TASK, AP_IN_SOFTIRQ, AP_IN_HARDIRQ, AP_MIXED };

/* How deep into the allocator a request goes, in the report's words; ANY: not stated. */
enum ap_path {
	AP_PATH_ANY,
	AP_PATH_PCP,
	AP_PATH_BUDDY,
	AP_PATH_STEAL,
	AP_PATH_SLOW,
	AP_PATH_COMPACT,
	AP_PATH_RECLAIM,
	AP_PATH_OOM,
	AP_PATHS
};

/* Who may have stored memory back; the OOM notifier always may. */
enum ap_giving { AP_GIVE_NOBODY, AP_GIVE_DIRECT, AP_GIVE_ALL };

struct ap_run;
struct ap_scenario;
struct ap_worker;

/*
 * What do=NAME makes of a run; a row of the table in act.c. Every function may be missing.
 * What an act's requests are to meet is stated here and counted with each request, so that the
 * truth says it for each class, order and context.
 */
struct ap_act {
	const char *name;
	const char *(*refuse)(const struct ap_scenario *scenario); /* why the line is bad */
	int (*prepare)(struct ap_run *run);	       /* in the writer, before any request */
	void (*before_each)(struct ap_worker *worker); /* a task's next request */
	bool (*ready)(struct ap_worker *worker);       /* a timer's next request; false: later */
	struct page *(*request)(struct ap_worker *worker, u32 order);
	void (*work)(struct ap_worker *worker); /* all of a task's requests */
	void (*step)(struct ap_worker *worker); /* instead of a page request */
	enum gft_reason reason;			/* of its failures; GFT_UNKNOWN: not stated */
	enum ap_path path;
	enum ap_giving giving;
	bool fills;	      /* takes most of the machine's memory */
	bool keeps;	      /* what succeeds is held to the end */
	bool stores;	      /* what succeeds goes to the store */
	bool puts;	      /* what succeeds has been put back already */
	bool in_thread;	      /* not in the writer */
	bool has_second;      /* another stream of the same task, with irq_gfp and irq_order */
	const char *function; /* what a report should name */
	const char *lint;     /* what a report should say of it */
};

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
	u32 burst;
	u32 sleep_us;
	u32 slow_order, slow_ns, slow_pct;
	u32 quality, align, redzone; /* see quality_act.c */
	u32 caches;		     /* see slab.c */
	u32 others;		     /* see others.c */
	const struct ap_act *act;
};

/* The counters of one (class, order, context). */
struct ap_series {
	u64 requests, succeeded, failed, slow;
	u64 sum, min, max;
	u64 buckets[GFT_BUCKETS];
	u64 aligns[AP_ALIGNS];
	u64 colours[AP_COLOURS];   /* blocks, by the page frame number of the first page */
	u64 expected[GFT_REASONS]; /* failures whose reason is known */
	u64 paths[AP_PATHS];	   /* requests whose path is known */
};

/* What an act saw of itself. */
struct ap_facts {
	u64 requests, failed;
	u64 prepared; /* pages taken in preparation, without mark and uncounted */
	u64 free_min; /* the fewest free pages of the machine at a failure */
	u64 reserved; /* pages of the highatomic reserve */
	u64 bursts, failed_bursts, worst_failed, needed; /* needed: pages of one burst */
	u64 migrated;		       /* requests that ended on another CPU than they began */
	u64 given;		       /* pages that the store gave back */
	u64 slept;		       /* naps of reclaim meanwhile */
	u64 slept_requests;	       /* requests of the act in which it napped */
	u64 oom;		       /* calls by the OOM killer */
	u64 run_delay;		       /* ns that its requests were ready and did not run */
	char interrupted[AP_MAX_COMM]; /* the task that an interrupt's request came upon */
};

/* Counters that no series has. */
struct ap_totals {
	u64 bulk_calls, bulk_pages;
	u64 bulk_single; /* bulk calls that may have made one request at the choke point */
	u64 misplaced;	 /* requests in another context than the worker's: must be 0 */
	u64 refused[GFT_CONTEXTS];
	u64 bench_pairs, bench_warmup, bench_failed, bench_ns; /* ns: without the warm-up */
	s64 others; /* requests of others that came upon ours */
	u64 scenarios, run_ns;
};

/* One stream of requests: a task or a timer. Nothing else touches its counters while it runs. */
struct ap_worker {
	struct ap_run *run;
	struct task_struct *task;
	unsigned int cpu;
	int nid; /* that it asks; NUMA_NO_NODE: the local one of each request */
	enum gft_context context;
	enum gft_class class;
	enum gft_reason reason;
	enum ap_path path;
	gfp_t gfp;
	u32 order_low, order_high, order; /* order: the next one */
	u64 left;			  /* requests to make */
	u32 sequence;			  /* runs through the marks */
	u32 round;			  /* an act's own */
	bool napped;			  /* reclaim for its request did */
	u32 hold, held_count;
	struct list_head held;
	struct hrtimer timer;
	struct ap_worker *nested[2]; /* timers that this task aims at its own requests */
	struct completion done;
	struct page **pages; /* room for a bulk call; NULL: single requests */
	struct ap_worker *second;
	struct ap_slab *slab;
	struct ap_totals totals;
	struct ap_facts facts;
	u32 series_first, series_count; /* order labels */
	struct ap_series *series;
};

struct ap_run {
	const struct ap_scenario *scenario;
	bool stop;
	const char *why; /* what prepare() could not have */
	u32 worker_count;
	struct ap_worker *workers;
};

/* gfp.c: 0 or -EINVAL; *bad is then the word that is not understood. */
int ap_gfp_parse(char *text, gfp_t *gfp, const char **bad);
const char *ap_gfp_refused(gfp_t gfp, bool interrupt);

/* scenario.c: 0 or -EINVAL, -EOPNOTSUPP with message filled. */
int ap_scenario_parse(char *line, struct ap_scenario *scenario, char *message, size_t size);

/* act.c */
const struct ap_act *ap_act_find(const char *name);
int ap_act_unable(struct ap_run *run, const char *why);

/* runner.c: 0 or -errno, -EOPNOTSUPP with *why. One at a time: the caller sees to that. */
int ap_run_scenario(const struct ap_scenario *scenario, const char **why);
void ap_release_kept(void);

/* request.c */
void ap_work(struct ap_worker *worker);
void ap_step(struct ap_worker *worker);
void ap_hold(struct ap_worker *worker, struct page *page, u32 order);
void ap_hold_on(struct list_head *held, struct page *page, u32 order);
u64 ap_release(struct list_head *held); /* how many pages that were */
struct page *ap_take_first(struct list_head *held);
bool ap_stopped(const struct ap_worker *worker);

/* store.c; orders of blocks are in page_private */
int ap_store_open(const struct ap_run *run);
void ap_store_close(struct ap_facts *facts);
void ap_store_add(struct page *page, u32 order);
void ap_store_swap(struct list_head *pages);
void ap_store_drop(void);
void ap_store_busy(bool busy);
struct zone *ap_zone(const struct ap_worker *worker);
bool ap_store_one(struct ap_worker *worker, gfp_t gfp, u32 order);
void ap_store_all(struct ap_worker *worker, gfp_t gfp);
void ap_store_lower_zones(struct ap_worker *worker);
void ap_unboost(struct ap_worker *worker);
void ap_store_to_the_brim(struct ap_worker *worker);
void ap_store_down_to(struct ap_worker *worker, unsigned long pages);
void ap_store_up_to(struct ap_worker *worker, unsigned long pages);

/* The mask of a request in preparation: it neither waits nor wakes anybody. */
static inline gfp_t ap_quiet(gfp_t gfp)
{
	/* what cannot wait may use reserves, unless it says this; see fail.c */
	const gfp_t modest = gfp & __GFP_HIGH ? 0 : __GFP_NOMEMALLOC;

	return (gfp & ~(__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM)) | __GFP_NOWARN | modest;
}

static inline unsigned long ap_free_pages(const struct zone *zone)
{
	return zone_page_state((struct zone *)zone, NR_FREE_PAGES);
}

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

/* slowdown.c */
int ap_slowdown_begin(const struct ap_worker *worker);
void ap_slowdown_end(void);
void ap_slowdown_reset(void);
void ap_slowdown_show(struct seq_file *file);

/* others.c: begin returns 0 or -errno, end how many there were */
int ap_others_begin(const struct ap_scenario *scenario);
s64 ap_others_end(const struct ap_run *run);
void ap_others_enter(void);
void ap_others_leave(void);

/* record.c: what acts saw of themselves, one record a run */
void ap_record_run(const struct ap_run *run, const struct ap_facts *store);
void ap_record_reset(void);
void ap_record_show(struct seq_file *file);

/* fail.c, path.c, pressure.c, plant.c: the functions of the rows in act.c */
const char *ap_refuse_exhaustion(const struct ap_scenario *scenario);
int ap_prepare_full(struct ap_run *run);
void ap_before_full(struct ap_worker *worker);
int ap_prepare_fragments(struct ap_run *run);
void ap_before_fragments(struct ap_worker *worker);
int ap_prepare_reserve(struct ap_run *run);
int ap_prepare_constraint(struct ap_run *run);
int ap_prepare_charge(struct ap_run *run);
const char *ap_refuse_fragments(const struct ap_scenario *scenario);
const char *ap_refuse_reserve(const struct ap_scenario *scenario);
const char *ap_refuse_constraint(const struct ap_scenario *scenario);
const char *ap_refuse_charge(const struct ap_scenario *scenario);

const char *ap_refuse_pcp(const struct ap_scenario *scenario);
const char *ap_refuse_buddy(const struct ap_scenario *scenario);
const char *ap_refuse_steal(const struct ap_scenario *scenario);
const char *ap_refuse_slow(const struct ap_scenario *scenario);
const char *ap_refuse_compact(const struct ap_scenario *scenario);
const char *ap_refuse_reclaim(const struct ap_scenario *scenario);
const char *ap_refuse_oom(const struct ap_scenario *scenario);
int ap_prepare_steal(struct ap_run *run);
void ap_steal(struct ap_worker *worker);
int ap_prepare_slow(struct ap_run *run);
void ap_before_slow(struct ap_worker *worker);

const char *ap_refuse_pressure(const struct ap_scenario *scenario);
const char *ap_refuse_tail(const struct ap_scenario *scenario);
int ap_prepare_pressure(struct ap_run *run);
void ap_pressure(struct ap_worker *worker);
struct page *ap_migrating_request(struct ap_worker *worker, u32 order);

const char *ap_refuse_kernel_plant(const struct ap_scenario *scenario);
const char *ap_refuse_atomic_plant(const struct ap_scenario *scenario);
const char *ap_refuse_provoke(const struct ap_scenario *scenario);
int ap_prepare_kernel_plant(struct ap_run *run);
struct page *ap_plant_kernel_under_spinlock(struct ap_worker *worker, u32 order);
struct page *ap_plant_atomic_in_kthread(struct ap_worker *worker, u32 order);
bool ap_ready_to_provoke(struct ap_worker *worker);
struct page *ap_provoke_in_irq(struct ap_worker *worker, u32 order);

/* slab.c */
const char *ap_refuse_slab(const struct ap_scenario *scenario);
int ap_prepare_slab(struct ap_run *run);
void ap_slab_step(struct ap_worker *worker);
void ap_slab_end(struct ap_worker *worker);
void ap_slab_reset(void);
void ap_slab_drop(void);
void ap_slab_show(struct seq_file *file);

/* quality_act.c */
int ap_quality_parse(char *text, u32 *kind);
u32 ap_quality_top(const struct ap_scenario *scenario, u32 order);
const char *ap_refuse_quality(const struct ap_scenario *scenario);
int ap_prepare_quality(struct ap_run *run);
struct page *ap_quality_request(struct ap_worker *worker, u32 order);

/* truth.c; times in nanoseconds */
static inline u32 ap_order_label(u32 order)
{
	return order > AP_LARGEST_ORDER ? AP_LARGEST_ORDER + 1 : order;
}

extern const char *const ap_class_names[GFT_CLASSES];
extern const char *const ap_context_names[GFT_CONTEXTS];
extern const char *const ap_reason_names[GFT_REASONS];
extern const char *const ap_path_names[AP_PATHS];

enum gft_class ap_classify(gfp_t gfp);
void ap_series_add(struct ap_series *series, u64 latency, struct page *page);
int ap_truth_reserve(const struct ap_worker *worker);
void ap_truth_merge(const struct ap_worker *worker);
void ap_truth_refused(enum gft_context context);
void ap_truth_ran(u64 ns);
void ap_truth_reset(void);
int ap_truth_show(struct seq_file *file, void *data);

#endif
