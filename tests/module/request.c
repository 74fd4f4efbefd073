// SPDX-License-Identifier: GPL-2.0-only
/* The requests of a worker, one after another, and what becomes of their pages. */
#include <linux/delay.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/timekeeping.h>

#include "allocpage.h"
#include "request.h"

static u64 free_block(struct page *page)
{
	const unsigned int order = (unsigned int)page_private(page);

	set_page_private(page, 0);
	__free_pages(page, order);
	return 1ull << order;
}

struct page *ap_take_first(struct list_head *held)
{
	struct page *page = list_first_entry(held, struct page, lru);

	list_del(&page->lru);
	return page;
}

/* The list goes through the pages themselves: holding a block needs no memory. */
void ap_hold_on(struct list_head *held, struct page *page, u32 order)
{
	set_page_private(page, order);
	list_add_tail(&page->lru, held);
}

void ap_hold(struct ap_worker *worker, struct page *page, u32 order)
{
	ap_hold_on(&worker->held, page, order);
	if (worker->hold == AP_KEEP_ALL || worker->held_count++ < worker->hold)
		return;
	worker->held_count--;
	free_block(ap_take_first(&worker->held));
}

u64 ap_release(struct list_head *held)
{
	u64 pages = 0;

	while (!list_empty(held)) {
		pages += free_block(ap_take_first(held));
		cond_resched();
	}
	return pages;
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
		ap_hold(worker, ap_take_first(&list), 0);
	for (i = 0; !scenario->bulk_list && i < got; i++)
		ap_hold(worker, worker->pages[i], 0);
}

/* What the act of a failed or successful request has to remember of it. */
static void note(struct ap_worker *worker, const struct page *page)
{
	struct ap_facts *facts = &worker->facts;
	const u64 free = global_zone_page_state(NR_FREE_PAGES);

	facts->requests++;
	if (page)
		return;
	facts->free_min = facts->failed++ ? min(facts->free_min, free) : free;
}

/* ns that this task was ready and did not run; 0 where the kernel does not account it. */
static u64 run_delay(void)
{
#ifdef CONFIG_SCHED_INFO
	return current->sched_info.run_delay;
#else
	return 0;
#endif
}

static struct page *request_of_act(struct ap_worker *worker, const struct ap_act *act, u32 order)
{
	const u64 delay = run_delay();
	struct page *page;

	page = act->request ? act->request(worker, order) : ap_request(worker, order);
	if (worker->context == GFT_TASK)
		worker->facts.run_delay += run_delay() - delay;
	return page;
}

static struct page *single(struct ap_worker *worker)
{
	const struct ap_act *act = worker->run->scenario->act;
	const u32 order = worker->order;
	struct page *page;

	page = act ? request_of_act(worker, act, order) : ap_request(worker, order);
	worker->order = order == worker->order_high ? worker->order_low : order + 1;
	if (act)
		note(worker, page);
	if (act && act->puts)
		return page;
	if (page && act && act->stores)
		ap_store_add(page, order);
	else if (page)
		ap_hold(worker, page, order);
	return page;
}

/* One request or one bulk call, in whatever context the worker is. */
void ap_step(struct ap_worker *worker)
{
	const struct ap_act *act = worker->run->scenario->act;
	const bool others = worker->run->scenario->others;

	if (others)
		ap_others_enter();
	if (worker->pages)
		bulk_call(worker);
	else if (act && act->step)
		act->step(worker);
	else
		single(worker);
	if (others)
		ap_others_leave();
}

bool ap_stopped(const struct ap_worker *worker)
{
	return ap_interrupted(worker->run) || signal_pending(current);
}

static void pause_ms(const struct ap_worker *worker, u64 ms)
{
	const u64 until = ktime_get_mono_fast_ns() + ms * NSEC_PER_MSEC;

	while (!ap_stopped(worker) && ktime_get_mono_fast_ns() < until)
		msleep_interruptible(min_t(u32, (u32)ms, 10));
}

/* All memory, then `count` requests that fail, spread over hold_ms; a late success is held too. */
static void exhaust(struct ap_worker *worker)
{
	const u64 hold_ns = (u64)worker->run->scenario->hold_ms * NSEC_PER_MSEC;
	const u64 total = worker->left;
	u64 failures = 0, full, due, now;

	while (!ap_stopped(worker) && single(worker))
		cond_resched();
	full = ktime_get_mono_fast_ns();
	while (!ap_stopped(worker) && failures < total) {
		failures += !single(worker);
		cond_resched();
		due = full + div64_u64(hold_ns, total) * failures;
		now = ktime_get_mono_fast_ns();
		if (due > now + NSEC_PER_MSEC)
			pause_ms(worker, div_u64(due - now, NSEC_PER_MSEC));
	}
}

static void requests(struct ap_worker *worker)
{
	const struct ap_act *act = worker->run->scenario->act;

	for (; worker->left && !ap_stopped(worker); worker->left--) {
		if (act && act->before_each)
			act->before_each(worker);
		ap_timer_aim(worker);
		ap_step(worker);
		cond_resched();
	}
	if (worker->run->scenario->hold_ms)
		pause_ms(worker, worker->run->scenario->hold_ms);
}

/* All of a task's requests. */
void ap_work(struct ap_worker *worker)
{
	const struct ap_scenario *scenario = worker->run->scenario;

	if (scenario->exhaust)
		exhaust(worker);
	else if (scenario->bench)
		ap_bench(worker);
	else if (scenario->act && scenario->act->work)
		scenario->act->work(worker);
	else
		requests(worker);
}
