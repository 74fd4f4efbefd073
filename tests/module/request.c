// SPDX-License-Identifier: GPL-2.0-only
/* One request: made once at the choke point, timed, counted, and its pages held or freed. */
#include <linux/delay.h>
#include <linux/hardirq.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/timekeeping.h>

#include "allocpage.h"

static_assert(__GFP_BITS_SHIFT <= GFT_MARK_SHIFT, "the marks need gfp bits that no kernel uses");

static enum gft_context context_now(void)
{
	if (in_nmi())
		return GFT_NMI;
	if (in_hardirq())
		return GFT_HARDIRQ;
	return in_serving_softirq() ? GFT_SOFTIRQ : GFT_TASK;
}

/*
 * Steps of three from another start in each context: a request never carries the
 * mark of one that it interrupts.
 */
static gfp_t next_mark(struct ap_worker *worker)
{
	const u32 mark = (worker->sequence * 3 + worker->context) % GFT_MARKS + 1;

	worker->sequence = (worker->sequence + 1) % GFT_MARKS;
	return (__force gfp_t)(mark << GFT_MARK_SHIFT);
}

static int node_of(const struct ap_worker *worker)
{
	const u32 nid = worker->run->scenario->nid;

	return nid == AP_NODE_LOCAL ? numa_mem_id() : (int)nid;
}

/* __alloc_pages() and not alloc_pages(): no memory policy on the way to the choke point. */
static struct page *request(struct ap_worker *worker, u32 order)
{
	struct ap_series *series = &worker->series[ap_order_label(order) - worker->series_first];
	const gfp_t gfp = worker->gfp | next_mark(worker);
	const int nid = node_of(worker);
	struct page *page;
	u64 start, end;

	if (context_now() != worker->context)
		worker->totals.misplaced++;
	/* the clock that bpf_ktime_get_ns() reads */
	start = ktime_get_mono_fast_ns();
	page = __alloc_pages(gfp, order, nid, NULL);
	end = ktime_get_mono_fast_ns();
	ap_series_add(series, end > start ? end - start : 0, page);
	return page;
}

static void free_block(struct page *page)
{
	const unsigned int order = (unsigned int)page_private(page);

	set_page_private(page, 0);
	__free_pages(page, order);
}

static struct page *take_first(struct list_head *list)
{
	struct page *page = list_first_entry(list, struct page, lru);

	list_del(&page->lru);
	return page;
}

/* The list goes through the pages themselves: holding a block needs no memory. */
static void hold_block(struct ap_worker *worker, struct page *page, u32 order)
{
	set_page_private(page, order);
	list_add_tail(&page->lru, &worker->held);
	if (worker->hold == AP_KEEP_ALL || worker->held_count++ < worker->hold)
		return;
	worker->held_count--;
	free_block(take_first(&worker->held));
}

void ap_release(struct list_head *held)
{
	while (!list_empty(held)) {
		free_block(take_first(held));
		cond_resched();
	}
}

static void bulk_call(struct ap_worker *worker)
{
	const struct ap_scenario *scenario = worker->run->scenario;
	unsigned long got, i;
	LIST_HEAD(list);

	if (scenario->bulk_list) {
		got = ap_bulk_list(worker->gfp, scenario->bulk, &list);
	} else {
		memset(worker->pages, 0, scenario->bulk * sizeof(*worker->pages));
		got = ap_bulk_array(worker->gfp, scenario->bulk, worker->pages);
	}
	worker->totals.bulk_calls++;
	worker->totals.bulk_pages += got;
	worker->totals.bulk_single += got <= 1;
	while (!list_empty(&list))
		hold_block(worker, take_first(&list), 0);
	for (i = 0; !scenario->bulk_list && i < got; i++)
		hold_block(worker, worker->pages[i], 0);
}

static struct page *single(struct ap_worker *worker)
{
	const u32 order = worker->order;
	struct page *page = request(worker, order);

	worker->order = order == worker->order_high ? worker->order_low : order + 1;
	if (page)
		hold_block(worker, page, order);
	return page;
}

/* One request or one bulk call, in whatever context the worker is. */
void ap_step(struct ap_worker *worker)
{
	if (worker->pages)
		bulk_call(worker);
	else
		single(worker);
}

static bool stopped(const struct ap_worker *worker)
{
	return ap_interrupted(worker->run) || signal_pending(current);
}

static void pause_ms(const struct ap_worker *worker, u64 ms)
{
	const u64 until = ktime_get_mono_fast_ns() + ms * NSEC_PER_MSEC;

	while (!stopped(worker) && ktime_get_mono_fast_ns() < until)
		msleep_interruptible(min_t(u32, (u32)ms, 10));
}

/* All memory, then `count` requests that fail, spread over hold_ms; a late success is held too. */
static void exhaust(struct ap_worker *worker)
{
	const u64 hold_ns = (u64)worker->run->scenario->hold_ms * NSEC_PER_MSEC;
	const u64 total = worker->left;
	u64 failures = 0, full, due, now;

	while (!stopped(worker) && single(worker))
		cond_resched();
	full = ktime_get_mono_fast_ns();
	while (!stopped(worker) && failures < total) {
		failures += !single(worker);
		cond_resched();
		due = full + div64_u64(hold_ns, total) * failures;
		now = ktime_get_mono_fast_ns();
		if (due > now + NSEC_PER_MSEC)
			pause_ms(worker, div_u64(due - now, NSEC_PER_MSEC));
	}
}

/* All of a task's requests. */
void ap_work(struct ap_worker *worker)
{
	if (worker->run->scenario->exhaust) {
		exhaust(worker);
		return;
	}
	if (worker->run->scenario->bench) {
		ap_bench(worker);
		return;
	}
	for (; worker->left && !stopped(worker); worker->left--) {
		ap_timer_aim(worker);
		ap_step(worker);
		cond_resched();
	}
	if (worker->run->scenario->hold_ms)
		pause_ms(worker, worker->run->scenario->hold_ms);
}
