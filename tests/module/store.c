// SPDX-License-Identifier: GPL-2.0-only
/*
 * The store: memory that an act takes away before its requests, so that these meet the state
 * that it states. It comes back in four ways: to reclaim through a shrinker, as a page cache
 * would give it (shrink_slab(), mm/vmscan.c and from v6.7 mm/shrinker.c); to the OOM killer
 * through its notifier, which then kills nobody (out_of_memory(), mm/oom_kill.c), whoever wanted
 * the page; to the act; and at the end.
 */
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/mm.h>
#include <linux/notifier.h>
#include <linux/oom.h>
#include <linux/spinlock.h>
#include <linux/swap.h>
#include <linux/wait.h>

#include "allocpage.h"
#include "request.h"

/* Pages that are given at once: more than SLACK, so that one reclaim is enough for a request. */
#define BATCH 512

/*
 * How far below a watermark the zone is kept: a CPU's counter joins the zone's in steps, of up to
 * one and a half times 125 pages (calculate_normal_threshold() and overstep, mm/vmstat.c).
 */
#define SLACK 192ul

/* The smallest order that no per-CPU list takes: what is freed in it is free for all at once. */
#define UNCACHED_ORDER (PAGE_ALLOC_COSTLY_ORDER + 1)

static LIST_HEAD(blocks);
static LIST_HEAD(aside); /* of lower zones: given back they would help nobody */
static u64 block_count;
static DEFINE_SPINLOCK(lock); /* of the list, its length and the facts */
static struct ap_facts seen;
static const struct ap_run *run_now;
static bool busy;
static DECLARE_WAIT_QUEUE_HEAD(idle);
static struct shrinker *shrinker;

void ap_store_add(struct page *page, u32 order)
{
	spin_lock(&lock);
	ap_hold_on(&blocks, page, order);
	block_count++;
	spin_unlock(&lock);
}

/* Exchanges what is stored for an empty list, or the other way about. */
void ap_store_swap(struct list_head *pages)
{
	struct page *page;
	LIST_HEAD(mine);

	list_splice_init(pages, &mine);
	spin_lock(&lock);
	list_splice_init(&blocks, pages);
	list_splice_init(&mine, &blocks);
	block_count = 0;
	list_for_each_entry (page, &blocks, lru)
		block_count++;
	spin_unlock(&lock);
}

void ap_store_drop(void)
{
	LIST_HEAD(all);

	ap_store_swap(&all);
	ap_release(&all);
}

/* While it is true, kswapd waits with what it asked for: no burst depends on how fast it is. */
void ap_store_busy(bool now)
{
	WRITE_ONCE(busy, now);
	if (!now)
		wake_up_all(&idle);
}

/* The oldest blocks first, until they are so many pages. */
static u64 give(u64 wanted)
{
	LIST_HEAD(gift);
	u64 pages = 0;

	spin_lock(&lock);
	for (; pages < wanted && block_count; block_count--) {
		struct page *page = ap_take_first(&blocks);

		pages += 1ull << page_private(page);
		list_add_tail(&page->lru, &gift);
	}
	seen.given += pages;
	spin_unlock(&lock);
	return ap_release(&gift);
}

static struct ap_worker *this_worker(void)
{
	u32 i;

	for (i = 0; i < run_now->worker_count; i++)
		if (run_now->workers[i].task == current)
			return &run_now->workers[i];
	return NULL;
}

static unsigned int next_cpu(void)
{
	const unsigned int cpu = cpumask_next(raw_smp_processor_id(), cpu_online_mask);

	return cpu < nr_cpu_ids ? cpu : cpumask_first(cpu_online_mask);
}

/* Sleeps, and wakes elsewhere: a worker's request ends on another CPU than it began. */
static void nap(u32 us)
{
	struct ap_worker *worker = this_worker();

	spin_lock(&lock);
	seen.slept++;
	spin_unlock(&lock);
	usleep_range(us, us);
	if (!worker)
		return;
	worker->napped = true;
	set_cpus_allowed_ptr(current, cpumask_of(next_cpu()));
}

static bool may_have(void)
{
	const enum ap_giving giving = run_now->scenario->act->giving;

	return giving == AP_GIVE_ALL || (giving == AP_GIVE_DIRECT && !current_is_kswapd());
}

/* With no seeks the kernel asks for half of it (do_shrink_slab()): one batch at a time. */
static unsigned long count(struct shrinker *shrink, struct shrink_control *control)
{
	const u64 blocks_now = READ_ONCE(block_count);

	return may_have() && blocks_now ? min_t(u64, blocks_now, 2 * BATCH) : SHRINK_EMPTY;
}

static unsigned long scan(struct shrinker *shrink, struct shrink_control *control)
{
	const u32 us = run_now->scenario->sleep_us;
	u64 pages;

	if (!may_have())
		return SHRINK_STOP;
	if (current_is_kswapd())
		wait_event_timeout(idle, !READ_ONCE(busy), HZ);
	else if (us)
		nap(us);
	pages = give(BATCH);
	ap_account_reclaimed(pages);
	return pages ? pages : SHRINK_STOP;
}

static int out_of_memory_call(struct notifier_block *self, unsigned long unused, void *freed)
{
	const u64 pages = give(BATCH);

	*(unsigned long *)freed += pages;
	spin_lock(&lock);
	seen.oom++;
	spin_unlock(&lock);
	return NOTIFY_OK;
}

static struct notifier_block notifier = {.notifier_call = out_of_memory_call};

static int open_shrinker(void)
{
	int err;

	shrinker = ap_shrinker_alloc();
	if (!shrinker)
		return -ENOMEM;
	shrinker->count_objects = count;
	shrinker->scan_objects = scan;
	shrinker->seeks = 0;
	shrinker->batch = BATCH;
	err = ap_shrinker_register(shrinker);
	if (err)
		shrinker = NULL;
	return err;
}

int ap_store_open(const struct ap_run *run)
{
	int err;

	seen = (struct ap_facts){0};
	run_now = run;
	err = register_oom_notifier(&notifier);
	if (err)
		return err;
	err = open_shrinker();
	if (err)
		unregister_oom_notifier(&notifier);
	return err;
}

void ap_store_close(struct ap_facts *facts)
{
	ap_shrinker_free(shrinker);
	unregister_oom_notifier(&notifier);
	ap_store_drop();
	ap_release(&aside);
	*facts = seen;
}

/* The zone that a worker's requests try first, or NULL on a node without memory. */
struct zone *ap_zone(const struct ap_worker *worker)
{
	struct zone *zones = NODE_DATA(ap_node_of(worker))->node_zones;
	int i;

	for (i = gfp_zone(worker->gfp); i >= 0; i--)
		if (managed_zone(&zones[i]))
			return &zones[i];
	return NULL;
}

/* One block, neither marked nor counted. */
bool ap_store_one(struct ap_worker *worker, gfp_t gfp, u32 order)
{
	struct page *page = ap_alloc_pages(gfp, order, ap_node_of(worker));

	if (!page)
		return false;
	worker->facts.prepared += 1ull << order;
	if (page_zonenum(page) < zone_idx(ap_zone(worker)))
		ap_hold_on(&aside, page, order);
	else
		ap_store_add(page, order);
	cond_resched();
	return true;
}

/*
 * Stolen blocks boost the zone's watermarks (boost_watermark(), mm/page_alloc.c) until kswapd
 * has run, by more than what lies between them. Whoever keeps a zone at one takes that away.
 */
void ap_unboost(struct ap_worker *worker)
{
	struct zone *zone = ap_zone(worker);
	unsigned long flags;

	if (!zone || !READ_ONCE(zone->watermark_boost))
		return;
	spin_lock_irqsave(&zone->lock, flags);
	zone->watermark_boost = 0;
	spin_unlock_irqrestore(&zone->lock, flags);
}

/* Since v6.15 (and in 6.12.y) a request that fails may boost, too: try_to_claim_block(). */
static bool store_unboosted(struct ap_worker *worker, gfp_t gfp, u32 order)
{
	ap_unboost(worker);
	return ap_store_one(worker, gfp, order);
}

/* All that requests of this mask can have of a zone whose watermark is not boosted. */
void ap_store_all(struct ap_worker *worker, gfp_t gfp)
{
	const gfp_t quiet = ap_quiet(gfp);

	while (!ap_stopped(worker) && (store_unboosted(worker, quiet, UNCACHED_ORDER) ||
				       store_unboosted(worker, quiet, 0)))
		;
	ap_unboost(worker);
}

/* All but so many pages of the zone that comes first. */
void ap_store_down_to(struct ap_worker *worker, unsigned long pages)
{
	const struct zone *zone = ap_zone(worker);
	const gfp_t gfp = ap_quiet(worker->gfp);

	while (zone && ap_free_pages(zone) > pages && !ap_stopped(worker)) {
		const bool far = ap_free_pages(zone) - pages > 2 << UNCACHED_ORDER;

		if (!(far && ap_store_one(worker, gfp, UNCACHED_ORDER)) &&
		    !ap_store_one(worker, gfp, 0))
			return;
	}
}

/*
 * Gives back until so many pages of that zone are free: the refill of a per-CPU list takes up
 * to 2000 pages at once (nr_pcp_alloc() since v6.7) and asks no watermark for them.
 */
void ap_store_up_to(struct ap_worker *worker, unsigned long pages)
{
	const struct zone *zone = ap_zone(worker);

	while (zone && ap_free_pages(zone) < pages && give(1))
		;
}

/*
 * Not a page that a request of this mask could have without reclaim, and not much less either:
 * a page that one reclaim brings shall do.
 */
void ap_store_to_the_brim(struct ap_worker *worker)
{
	const unsigned long min = ap_zone(worker)->_watermark[WMARK_MIN];

	ap_store_all(worker, worker->gfp);
	ap_store_up_to(worker, min - min(min, SLACK));
}

/*
 * The zones below the first one, as far down as the mask goes: a request that may go lower than
 * the preparation did would find its late blocks there, and reclaimed pages of theirs would be
 * handed out before the first zone is low.
 */
void ap_store_lower_zones(struct ap_worker *worker)
{
	static const gfp_t lower[] = {__GFP_DMA32, __GFP_DMA};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lower); i++) {
		const gfp_t gfp = (ap_quiet(worker->gfp) & ~GFP_ZONEMASK) | lower[i];

		if (gfp_zone(gfp) >= zone_idx(ap_zone(worker)))
			continue;
		while (!ap_stopped(worker) && ap_store_one(worker, gfp, 0))
			;
	}
}
