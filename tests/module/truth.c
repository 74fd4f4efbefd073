// SPDX-License-Identifier: GPL-2.0-only
/* What the module knows that it did: counters of finished scenarios, shown as JSON. */
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/utsname.h>

#include "allocpage.h"
#include "quality.h"

const char *const ap_class_names[GFT_CLASSES] = GFT_CLASS_NAMES;
const char *const ap_context_names[GFT_CONTEXTS] = GFT_CONTEXT_NAMES;
const char *const ap_reason_names[GFT_REASONS] = GFT_REASON_NAMES;
const char *const ap_path_names[AP_PATHS] = {
	[AP_PATH_ANY] = "", /* not stated */
	[AP_PATH_PCP] = "pcp",	 [AP_PATH_BUDDY] = "buddy",	[AP_PATH_STEAL] = "steal",
	[AP_PATH_SLOW] = "slow", [AP_PATH_COMPACT] = "compact", [AP_PATH_RECLAIM] = "reclaim",
	[AP_PATH_OOM] = "oom",
};

/* Both guarded by lock; a series exists from the first scenario that may count in it. */
static DEFINE_MUTEX(lock);
static struct ap_series *table[GFT_CLASSES][AP_ORDERS][GFT_CONTEXTS];
static struct ap_totals totals;

enum gft_class ap_classify(gfp_t gfp)
{
	static const struct gft_gfp_bits bits = {
		.movable = (__force u32)__GFP_MOVABLE,
		.comp = (__force u32)__GFP_COMP,
		.nomemalloc = (__force u32)__GFP_NOMEMALLOC,
		.direct_reclaim = (__force u32)__GFP_DIRECT_RECLAIM,
		.high = (__force u32)__GFP_HIGH,
		.io = (__force u32)__GFP_IO,
		.fs = (__force u32)__GFP_FS,
		.hardwall = (__force u32)__GFP_HARDWALL,
	};

	return gft_classify((__force u32)gfp, &bits);
}

void ap_series_add(struct ap_series *series, u64 latency, struct page *page)
{
	series->min = series->requests ? min(series->min, latency) : latency;
	series->max = max(series->max, latency);
	series->sum += latency;
	series->slow += latency >= AP_SLOW_NS;
	series->buckets[gft_bucket(latency)]++;
	series->requests++;
	if (!page) {
		series->failed++;
		return;
	}
	series->succeeded++;
	series->aligns[min_t(u64, __ffs64(page_to_phys(page) | 1ull << 30), AP_ALIGNS - 1)]++;
	series->colours[page_to_pfn(page) % AP_COLOURS]++;
}

/* Makes room for a worker's series before it starts: nothing is allocated while requests run. */
int ap_truth_reserve(const struct ap_worker *worker)
{
	int err = 0;
	u32 i;

	mutex_lock(&lock);
	for (i = 0; i < worker->series_count && !err; i++) {
		struct ap_series **series =
			&table[worker->class][worker->series_first + i][worker->context];

		if (!*series)
			*series = kvzalloc(sizeof(**series), GFP_KERNEL);
		if (!*series)
			err = -ENOMEM;
	}
	mutex_unlock(&lock);
	return err;
}

static void merge_series(struct ap_series *to, const struct ap_series *from)
{
	u32 i;

	if (!from->requests)
		return;
	to->min = to->requests ? min(to->min, from->min) : from->min;
	to->max = max(to->max, from->max);
	to->sum += from->sum;
	to->slow += from->slow;
	to->requests += from->requests;
	to->succeeded += from->succeeded;
	to->failed += from->failed;
	for (i = 0; i < GFT_BUCKETS; i++)
		to->buckets[i] += from->buckets[i];
	for (i = 0; i < AP_ALIGNS; i++)
		to->aligns[i] += from->aligns[i];
	for (i = 0; i < AP_COLOURS; i++)
		to->colours[i] += from->colours[i];
	for (i = 0; i < GFT_REASONS; i++)
		to->expected[i] += from->expected[i];
	for (i = 0; i < AP_PATHS; i++)
		to->paths[i] += from->paths[i];
}

void ap_truth_merge(const struct ap_worker *worker)
{
	u32 i;

	mutex_lock(&lock);
	for (i = 0; i < worker->series_count; i++)
		merge_series(table[worker->class][worker->series_first + i][worker->context],
			     &worker->series[i]);
	totals.bulk_calls += worker->totals.bulk_calls;
	totals.bulk_pages += worker->totals.bulk_pages;
	totals.bulk_single += worker->totals.bulk_single;
	totals.misplaced += worker->totals.misplaced;
	totals.others += worker->totals.others;
	totals.bench_pairs += worker->totals.bench_pairs;
	totals.bench_warmup += worker->totals.bench_warmup;
	totals.bench_failed += worker->totals.bench_failed;
	totals.bench_ns += worker->totals.bench_ns;
	mutex_unlock(&lock);
}

void ap_truth_refused(enum gft_context context)
{
	mutex_lock(&lock);
	totals.refused[context]++;
	mutex_unlock(&lock);
}

void ap_truth_ran(u64 ns)
{
	mutex_lock(&lock);
	totals.scenarios++;
	totals.run_ns += ns;
	mutex_unlock(&lock);
}

/* Runs f on every series that exists, with lock held. */
static void for_each_series(void (*f)(struct ap_series **series, u32 kind, u32 order, u32 context,
				      void *data),
			    void *data)
{
	u32 kind, order, context;

	for (kind = 0; kind < GFT_CLASSES; kind++)
		for (order = 0; order < AP_ORDERS; order++)
			for (context = 0; context < GFT_CONTEXTS; context++)
				if (table[kind][order][context])
					f(&table[kind][order][context], kind, order, context, data);
}

static void drop(struct ap_series **series, u32 kind, u32 order, u32 context, void *data)
{
	kvfree(*series);
	*series = NULL;
}

void ap_truth_reset(void)
{
	mutex_lock(&lock);
	for_each_series(drop, NULL);
	totals = (struct ap_totals){0};
	mutex_unlock(&lock);
	ap_record_reset();
	ap_slowdown_reset();
	ap_quality_reset();
	ap_slab_reset();
}

struct sum {
	u64 requests, succeeded, failed, pages, slow, max;
};

static void add_up(struct ap_series **series, u32 kind, u32 order, u32 context, void *data)
{
	struct sum *sum = data;

	sum->requests += (*series)->requests;
	sum->succeeded += (*series)->succeeded;
	sum->failed += (*series)->failed;
	sum->pages += (*series)->succeeded << order;
	sum->slow += (*series)->slow;
	sum->max = max(sum->max, (*series)->max);
}

struct listing {
	struct seq_file *file;
	const char *comma;
};

static void show_buckets(struct seq_file *file, const struct ap_series *series)
{
	const char *comma = "";
	u32 i;

	for (i = 0; i < GFT_BUCKETS; i++) {
		if (!series->buckets[i])
			continue;
		if (i == GFT_OVERFLOW)
			seq_printf(file, "%s{\"le\":null", comma);
		else
			seq_printf(file, "%s{\"le\":%llu", comma, gft_bucket_le(i));
		seq_printf(file, ",\"count\":%llu}", series->buckets[i]);
		comma = ",";
	}
}

static void show_aligns(struct seq_file *file, const struct ap_series *series)
{
	const char *comma = "";
	u32 i;

	for (i = 0; i < AP_ALIGNS; i++) {
		if (!series->aligns[i])
			continue;
		seq_printf(file, "%s{\"align\":%llu,\"count\":%llu}", comma, 1ull << i,
			   series->aligns[i]);
		comma = ",";
	}
}

static void show_colours(struct seq_file *file, const struct ap_series *series)
{
	u32 i;

	for (i = 0; i < AP_COLOURS && series->succeeded; i++)
		seq_printf(file, "%s%llu", i ? "," : "", series->colours[i]);
}

/* Counts by name, without those that are 0 and the one that means "not stated". */
static void show_stated(struct seq_file *file, const char *key, const u64 *counts,
			const char *const *names, u32 size, u32 unstated)
{
	const char *comma = "";
	u32 i;

	seq_printf(file, "\"%s\":{", key);
	for (i = 0; i < size; i++) {
		if (i == unstated || !counts[i])
			continue;
		seq_printf(file, "%s\"%s\":%llu", comma, names[i], counts[i]);
		comma = ",";
	}
	seq_puts(file, "},");
}

static void show_series(struct ap_series **entry, u32 kind, u32 order, u32 context, void *data)
{
	const struct ap_series *series = *entry;
	struct listing *listing = data;
	struct seq_file *file = listing->file;

	if (!series->requests)
		return;
	seq_printf(file, "%s\n{\"class\":\"%s\",\"order\":%u,\"context\":\"%s\",", listing->comma,
		   ap_class_names[kind], order, ap_context_names[context]);
	seq_printf(file, "\"requests\":%llu,\"succeeded\":%llu,\"failed\":%llu,", series->requests,
		   series->succeeded, series->failed);
	seq_printf(file, "\"slow\":%llu,", series->slow);
	show_stated(file, "expected", series->expected, ap_reason_names, GFT_REASONS, GFT_UNKNOWN);
	show_stated(file, "expected_path", series->paths, ap_path_names, AP_PATHS, AP_PATH_ANY);
	seq_printf(file, "\"latency\":{\"count\":%llu,\"sum\":%llu,\"min\":%llu,\"max\":%llu,",
		   series->requests, series->sum, series->min, series->max);
	seq_puts(file, "\"buckets\":[");
	show_buckets(file, series);
	seq_puts(file, "]},\"alignment\":[");
	show_aligns(file, series);
	seq_puts(file, "],\"colours\":[");
	show_colours(file, series);
	seq_puts(file, "]}");
	listing->comma = ",";
}

int ap_truth_show(struct seq_file *file, void *data)
{
	struct listing listing = {.file = file, .comma = ""};
	struct sum sum = {0};

	mutex_lock(&lock);
	for_each_series(add_up, &sum);
	seq_printf(file, "{\"schema\":\"allocpage.truth/1\",\"kernel\":\"%s\",\"rt\":%s,",
		   init_utsname()->release, IS_ENABLED(CONFIG_PREEMPT_RT) ? "true" : "false");
	seq_printf(file, "\"largest_order\":%u,\"scenarios\":%llu,\"run_ns\":%llu,",
		   AP_LARGEST_ORDER, totals.scenarios, totals.run_ns);
	seq_printf(file, "\"requests\":%llu,\"succeeded\":%llu,\"failed\":%llu,\"pages\":%llu,",
		   sum.requests, sum.succeeded, sum.failed, sum.pages);
	seq_printf(file, "\"bulk_calls\":%llu,\"bulk_pages\":%llu,\"bulk_single\":%llu,",
		   totals.bulk_calls, totals.bulk_pages, totals.bulk_single);
	seq_printf(file,
		   "\"max_latency_ns\":%llu,\"slow\":%llu,\"misplaced\":%llu,\"others\":%lld,",
		   sum.max, sum.slow, totals.misplaced, totals.others);
	seq_printf(file, "\"bench\":{\"pairs\":%llu,\"warmup\":%llu,\"failed\":%llu,\"ns\":%llu},",
		   totals.bench_pairs, totals.bench_warmup, totals.bench_failed, totals.bench_ns);
	ap_slowdown_show(file);
	ap_record_show(file);
	ap_quality_show(file);
	ap_slab_show(file);
	seq_printf(file, "\"refused\":{\"softirq\":%llu,\"hardirq\":%llu},\"series\":[",
		   totals.refused[GFT_SOFTIRQ], totals.refused[GFT_HARDIRQ]);
	for_each_series(show_series, &listing);
	seq_puts(file, "]}\n");
	mutex_unlock(&lock);
	return 0;
}
