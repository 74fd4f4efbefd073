// SPDX-License-Identifier: GPL-2.0-only
/* What the quality API counts, and what each kind of quality costs: part of the truth. */
#include <linux/atomic.h>
#include <linux/hardirq.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include <gfptrace/buckets.h>

#include "allocpage.h"
#include "quality_parts.h"
#include "request.h"

#define PLACES (1 + GFT_NMI) /* task that may sleep; task that may not, softirq, hardirq */

/* Of gets with one set of qualities, one order, in one place; puts beside. */
struct costs {
	u64 count, requests, failed;
	u64 sum, min, max, allocator;
	u64 puts, put_sum, put_max;
	u32 buckets[GFT_BUCKETS];
	u32 allocator_buckets[GFT_BUCKETS]; /* of the requests */
};

static const char *const counter_names[AP_COUNTERS] = {
	[AP_N_GETS] = "gets",
	[AP_N_PUTS] = "puts",
	[AP_N_REFUSED] = "refused",
	[AP_N_NO_MEMORY] = "no_memory",
	[AP_N_TABLE_FULL] = "table_full",
	[AP_N_ALIGN_ASKED] = "align_asked",
	[AP_N_ALIGN_NATURAL] = "align_natural",
	[AP_N_ALIGN_SHORT] = "align_short",
	[AP_N_TRIMMED_PAGES] = "trimmed_pages",
	[AP_N_ZERO_CHECKED] = "zero_checked",
	[AP_N_ZERO_BYTES] = "zero_bytes",
	[AP_N_ZERO_BROKEN] = "zero_broken",
	[AP_N_GUARDED] = "guarded",
	[AP_N_REDZONES] = "redzones",
	[AP_N_REDZONES_CHECKED] = "redzones_checked",
	[AP_N_REDZONES_BROKEN] = "redzones_broken",
	[AP_N_POOL_TAKEN] = "pool_taken",
	[AP_N_POOL_MISSED] = "pool_missed",
	[AP_N_POOL_MADE] = "pool_made",
	[AP_N_WASHES] = "flushes",
	[AP_N_WASHED] = "flushed_blocks",
	[AP_N_SLEEPING_POINTS] = "sleeping_points",
	[AP_N_SLEEPING_POINTS_REFUSED] = "sleeping_points_refused",
	[AP_N_ATOMIC_STRETCHES] = "atomic_stretches",
	[AP_N_ATOMIC_SWITCHES] = "atomic_switches",
	[AP_N_WATCHED_STRETCHES] = "watched_stretches",
	[AP_N_WATCHED_SLEPT] = "watched_slept",
	[AP_N_WATCHED_LOCK_WAITS] = "watched_lock_waits",
	[AP_N_WATCHED_PREEMPTED] = "watched_preempted",
	[AP_N_UNRECORDED] = "unrecorded",
};

static const char *const quality_names[] = GFT_QUALITY_NAMES;

static atomic64_t counters[AP_COUNTERS];
static DEFINE_RAW_SPINLOCK(lock); /* of what the costs count */
static DEFINE_MUTEX(showing);	  /* of their coming and going, and of the copy */
static struct costs *table[GFT_QUALITIES][AP_LARGEST_ORDER + 1][PLACES];
static struct costs copy;

void ap_count(enum ap_counter counter, u64 n)
{
	atomic64_add((s64)n, &counters[counter]);
}

u64 ap_counted(enum ap_counter counter)
{
	return (u64)atomic64_read(&counters[counter]);
}

u32 ap_cost_place(bool may_sleep)
{
	return may_sleep ? 0 : 1 + min_t(u32, ap_context_now(), GFT_HARDIRQ);
}

/* In all places: nothing is allocated when the first request comes. */
int ap_cost_reserve(u32 kind, u32 order)
{
	struct costs **costs = table[kind][order];
	int err = 0;
	u32 i;

	mutex_lock(&showing);
	for (i = 0; i < PLACES && !err; i++) {
		if (!costs[i])
			smp_store_release(&costs[i], kvzalloc(sizeof(**costs), GFP_KERNEL));
		if (!costs[i])
			err = -ENOMEM;
	}
	mutex_unlock(&showing);
	return err;
}

void ap_cost_got(u32 kind, u32 order, u32 place, const struct ap_cost *cost)
{
	struct costs *costs = smp_load_acquire(&table[kind][order][place]);
	unsigned long flags;

	if (!costs) {
		ap_count(AP_N_UNRECORDED, 1);
		return;
	}
	raw_spin_lock_irqsave(&lock, flags);
	costs->min = costs->count ? min(costs->min, cost->ns) : cost->ns;
	costs->max = max(costs->max, cost->ns);
	costs->sum += cost->ns;
	costs->allocator += cost->allocator_ns;
	costs->failed += cost->failed;
	costs->count++;
	costs->buckets[gft_bucket(cost->ns)]++;
	if (cost->asked) {
		costs->requests++;
		costs->allocator_buckets[gft_bucket(cost->allocator_ns)]++;
	}
	raw_spin_unlock_irqrestore(&lock, flags);
}

void ap_cost_put(u32 kind, u32 order, u32 place, u64 ns)
{
	struct costs *costs = smp_load_acquire(&table[kind][order][place]);
	unsigned long flags;

	if (!costs)
		return;
	raw_spin_lock_irqsave(&lock, flags);
	costs->puts++;
	costs->put_sum += ns;
	costs->put_max = max(costs->put_max, ns);
	raw_spin_unlock_irqrestore(&lock, flags);
}

/* Runs f for every place that has costs, with `showing` held. */
static void for_each_costs(void (*f)(struct costs **costs, u32 kind, u32 order, u32 place,
				     void *data),
			   void *data)
{
	u32 kind, order, place;

	for (kind = 0; kind < GFT_QUALITIES; kind++)
		for (order = 0; order <= AP_LARGEST_ORDER; order++)
			for (place = 0; place < PLACES; place++)
				if (table[kind][order][place])
					f(&table[kind][order][place], kind, order, place, data);
}

static void zero(struct costs **costs, u32 kind, u32 order, u32 place, void *data)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&lock, flags);
	memset(*costs, 0, sizeof(**costs));
	raw_spin_unlock_irqrestore(&lock, flags);
}

static void drop(struct costs **costs, u32 kind, u32 order, u32 place, void *data)
{
	kvfree(*costs);
	*costs = NULL;
}

void ap_quality_reset(void)
{
	u32 i;

	mutex_lock(&showing);
	for_each_costs(zero, NULL);
	for (i = 0; i < AP_COUNTERS; i++)
		atomic64_set(&counters[i], 0);
	mutex_unlock(&showing);
	ap_misuse_reset();
	ap_slots_reset();
}

/* When nothing can be under way any more. */
void ap_cost_close(void)
{
	mutex_lock(&showing);
	for_each_costs(drop, NULL);
	mutex_unlock(&showing);
}

struct listing {
	struct seq_file *file;
	const char *comma;
};

static void show_buckets(struct seq_file *file, const char *name, const u32 *buckets)
{
	const char *comma = "";
	u32 i;

	seq_printf(file, ",\"%s\":[", name);
	for (i = 0; i < GFT_BUCKETS; i++) {
		if (!buckets[i])
			continue;
		if (i == GFT_OVERFLOW)
			seq_printf(file, "%s{\"le\":null", comma);
		else
			seq_printf(file, "%s{\"le\":%llu", comma, gft_bucket_le(i));
		seq_printf(file, ",\"count\":%u}", buckets[i]);
		comma = ",";
	}
	seq_puts(file, "]");
}

static void show(struct costs **costs, u32 kind, u32 order, u32 place, void *data)
{
	struct listing *listing = data;
	struct seq_file *file = listing->file;
	unsigned long flags;

	raw_spin_lock_irqsave(&lock, flags);
	copy = **costs;
	raw_spin_unlock_irqrestore(&lock, flags);
	if (!copy.count)
		return;
	seq_printf(file, "%s\n{\"quality\":\"%s\",\"order\":%u,", listing->comma,
		   quality_names[kind], order);
	seq_printf(file, "\"context\":\"%s\",\"may_sleep\":%s,",
		   ap_context_names[place ? place - 1 : GFT_TASK], place ? "false" : "true");
	seq_printf(file, "\"count\":%llu,\"requests\":%llu,\"failed\":%llu,", copy.count,
		   copy.requests, copy.failed);
	seq_printf(file, "\"sum\":%llu,\"min\":%llu,", copy.sum, copy.min);
	seq_printf(file, "\"max\":%llu,\"allocator_sum\":%llu,\"puts\":%llu,", copy.max,
		   copy.allocator, copy.puts);
	seq_printf(file, "\"put_sum\":%llu,\"put_max\":%llu", copy.put_sum, copy.put_max);
	show_buckets(file, "buckets", copy.buckets);
	show_buckets(file, "allocator_buckets", copy.allocator_buckets);
	seq_puts(file, "}");
	listing->comma = ",";
}

/* The member "quality" of the truth. */
void ap_quality_show(struct seq_file *file)
{
	struct listing listing = {.file = file, .comma = ""};
	u32 i;

	seq_puts(file, "\n\"quality\":{");
	for (i = 0; i < AP_COUNTERS; i++)
		seq_printf(file, "\"%s\":%llu,", counter_names[i], ap_counted(i));
	ap_slots_show(file);
	ap_misuse_show(file);
	seq_puts(file, "\"cost\":[");
	mutex_lock(&showing);
	for_each_costs(show, &listing);
	mutex_unlock(&showing);
	seq_puts(file, "]},\n");
}
