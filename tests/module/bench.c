// SPDX-License-Identifier: GPL-2.0-only
/*
 * bench=1: pairs of request and free in a tight loop, for the price of a pair. No stopwatch and
 * no counter for a request, and no mark: the loop is what any user of the allocator does.
 */
#include <linux/gfp.h>
#include <linux/irqflags.h>
#include <linux/sched.h>
#include <linux/sched/clock.h>

#include "allocpage.h"

#define BATCH  100
#define WARMUP (20 * BATCH)

static u64 pairs(gfp_t gfp, u32 order, u32 count)
{
	u64 failed = 0;
	u32 i;

	for (i = 0; i < count; i++) {
		struct page *page = alloc_pages(gfp, order);

		if (likely(page))
			__free_pages(page, order);
		else
			failed++;
	}
	return failed;
}

/* Interrupts stay out of the time where the requests may be made without them. */
static bool without_interrupts(gfp_t gfp)
{
	return !IS_ENABLED(CONFIG_PREEMPT_RT) && !(gfp & __GFP_DIRECT_RECLAIM);
}

static void batch(struct ap_worker *worker, u32 count, struct ap_totals *totals)
{
	const bool quiet = without_interrupts(worker->gfp);
	unsigned long flags = 0;
	u64 start;

	if (quiet)
		local_irq_save(flags);
	start = local_clock();
	totals->bench_failed += pairs(worker->gfp, worker->order_low, count);
	totals->bench_ns += local_clock() - start;
	if (quiet)
		local_irq_restore(flags);
	totals->bench_pairs += count;
}

void ap_bench(struct ap_worker *worker)
{
	struct ap_totals warm = {0};

	while (warm.bench_pairs < WARMUP) {
		batch(worker, BATCH, &warm);
		cond_resched();
	}
	worker->totals.bench_warmup += warm.bench_pairs;
	worker->totals.bench_failed += warm.bench_failed;
	while (worker->left && !ap_interrupted(worker->run)) {
		const u32 count = (u32)min_t(u64, worker->left, BATCH);

		batch(worker, count, &worker->totals);
		worker->left -= count;
		cond_resched();
	}
}
