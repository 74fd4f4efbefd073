// SPDX-License-Identifier: GPL-2.0-only
/*
 * Acts whose requests fail, each for one reason, at low and at high orders: the order alone
 * does not tell the reason. Each states the facts of its reason, not what it guesses from them.
 */
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/nodemask.h>

#include "allocpage.h"
#include "request.h"

/* Failures in a row after which no request of an order finds a late block, and how often. */
#define ROW	   1000
#define ROUNDS	   25
#define SETTLE_MS  20
#define CHARGE_ROW 50

/* Pageblocks of a reserve, at most: 1 % of 4 GB. */
#define BLOCKS_MOST 24

/* Half a pageblock on most machines, and no per-CPU list keeps it. */
#define RESERVE_ORDER 8

static const char *too_patient(const struct ap_scenario *s)
{
	if (s->gfp & __GFP_DIRECT_RECLAIM && !(s->gfp & (__GFP_NORETRY | __GFP_RETRY_MAYFAIL)))
		return "it would wake the OOM killer: add __GFP_NORETRY or use GFP_ATOMIC";
	return s->order_high > AP_LARGEST_ORDER ? "an order above the largest is invalid" : NULL;
}

/*
 * exhaust: order 0 fails, so the order is not to blame at any other. An atomic request may use
 * the highatomic reserve, which therefore is no reason either (__zone_watermark_unusable_free(),
 * mm/page_alloc.c); for others there must be none.
 */
const char *ap_refuse_exhaustion(const struct ap_scenario *s)
{
	if (s->gfp & (__GFP_THISNODE | __GFP_ACCOUNT))
		return "exhaust is for requests that may have all memory";
	return too_patient(s);
}

/* In all zones: what one may not use in the first, another may in a lower one. */
static unsigned long reserved_on_node(const struct zone *zone)
{
	const struct zone *zones = zone->zone_pgdat->node_zones;
	unsigned long pages = 0;
	int i;

	for (i = 0; i < MAX_NR_ZONES; i++)
		pages += READ_ONCE(zones[i].nr_reserved_highatomic);
	return pages;
}

/*
 * Since v6.8 whoever has reclaimed in vain gets a pageblock of the reserve before the OOM killer
 * is invoked (should_reclaim_retry(), mm/page_alloc.c): one such request for each of them. Older
 * kernels keep the last one.
 */
static bool dissolve_reserve(struct ap_worker *worker, const struct zone *zone)
{
	struct page *page;
	u32 tries = BLOCKS_MOST;

	while (reserved_on_node(zone) && tries-- && !ap_stopped(worker)) {
		ap_store_to_the_brim(worker);
		page = ap_alloc_pages(GFP_KERNEL, 0, ap_node_of(worker));
		if (page)
			ap_store_add(page, 0);
	}
	return !reserved_on_node(zone);
}

int ap_prepare_full(struct ap_run *run)
{
	struct ap_worker *worker = &run->workers[0];
	const struct zone *zone = ap_zone(worker);

	if (!zone)
		return ap_act_unable(run, "the node has no memory");
	if (!(worker->gfp & __GFP_HIGH) && !dissolve_reserve(worker, zone))
		return ap_act_unable(run, "there is a highatomic reserve that does not dissolve");
	ap_store_all(worker, worker->gfp);
	return 0;
}

/* Takes what others have freed meanwhile. */
void ap_before_full(struct ap_worker *worker)
{
	ap_store_all(worker, worker->gfp);
}

/*
 * fragment: all memory page by page, then every odd page back. No two free pages are buddies,
 * none of the held ones moves, and half of the memory is free: order 0 passes its watermark by
 * far. Blocks that others free meanwhile are held too, until none comes.
 */
const char *ap_refuse_fragments(const struct ap_scenario *s)
{
	if (!s->order_low)
		return "fragment is for orders above 0";
	return too_patient(s);
}

static void free_odd(void)
{
	struct page *page, *next;
	LIST_HEAD(all);
	LIST_HEAD(odd);

	ap_store_swap(&all);
	list_for_each_entry_safe(page, next, &all, lru) if (page_to_pfn(page) & 1)
		list_move_tail(&page->lru, &odd);
	ap_store_swap(&all);
	ap_release(&odd);
}

/* Holds what comes, until so many requests in a row get nothing; true if anything came. */
static bool take_late(struct ap_worker *worker, gfp_t gfp, u32 order, u32 patience)
{
	bool any = false;
	u32 row = 0;

	while (row < patience && !ap_stopped(worker)) {
		row++;
		if (!ap_store_one(worker, gfp, order))
			continue;
		row = 0;
		any = true;
	}
	return any;
}

/*
 * First with a mask that turns no block into HIGHATOMIC, and that wakes kswapd to do now what
 * it would do later; then with the requests' own, which may find such blocks of others.
 */
static void take_all_late(struct ap_worker *worker)
{
	const gfp_t modest = ap_quiet(worker->gfp & ~__GFP_HIGH) | __GFP_KSWAPD_RECLAIM;
	const gfp_t own = (worker->gfp & ~__GFP_DIRECT_RECLAIM) | __GFP_NOWARN;
	u32 rounds = ROUNDS;

	while (take_late(worker, modest, worker->order_low, ROW) && rounds--)
		msleep(SETTLE_MS);
	take_late(worker, own, worker->order_low, ROW);
}

/* Holds the blocks that others have freed meanwhile. */
void ap_before_fragments(struct ap_worker *worker)
{
	take_late(worker, ap_quiet(worker->gfp), worker->order_low, 1);
}

/* Down to the min watermark and not below: who needs a page meanwhile shall have it. */
int ap_prepare_fragments(struct ap_run *run)
{
	struct ap_worker *worker = &run->workers[0];
	const gfp_t gfp = ap_quiet(worker->gfp & ~__GFP_HIGH);

	if (!ap_zone(worker))
		return ap_act_unable(run, "the node has no memory");
	while (!ap_stopped(worker) && ap_store_one(worker, gfp, 0))
		;
	ap_store_lower_zones(worker);
	free_odd();
	take_all_late(worker);
	return 0;
}

/*
 * reserve: pageblocks in which an atomic request of a high order succeeded below the low
 * watermark are of the type HIGHATOMIC (reserve_highatomic_pageblock(), up to 1 % of the zone).
 * Their free pages do not count for a request that may not use them, which is one without
 * ALLOC_HARDER on 6.1, and since v6.4 one without any of ALLOC_RESERVES: gfp_to_alloc_flags()
 * gives these to every request that cannot reclaim, unless it says __GFP_NOMEMALLOC, and to
 * __GFP_HIGH. So the mask that meets the reserve has __GFP_NOMEMALLOC, and no direct reclaim
 * either, which would dissolve the reserve (unreserve_highatomic_pageblock()). When it gets
 * NULL at order 0, the pages of the reserve are exactly what it lacks.
 */
const char *ap_refuse_reserve(const struct ap_scenario *s)
{
	if (s->gfp & (__GFP_HIGH | __GFP_DIRECT_RECLAIM) || !(s->gfp & __GFP_NOMEMALLOC))
		return "reserve is for GFP_NOWAIT|__GFP_NOMEMALLOC: others may use it or dissolve "
		       "it";
	if (s->order_high > RESERVE_ORDER)
		return "reserve is for orders up to 8: its blocks are no larger";
	return NULL;
}

/* Blocks of atomic requests between the watermarks, freed: free pages of type HIGHATOMIC. */
static void make_reserve(struct ap_worker *worker, const struct zone *zone)
{
	const gfp_t gfp = ap_quiet(GFP_ATOMIC);
	struct page *page;
	LIST_HEAD(high);

	ap_store_down_to(worker, zone->_watermark[WMARK_LOW]);
	while (!ap_stopped(worker)) {
		page = ap_alloc_pages(gfp, RESERVE_ORDER, ap_node_of(worker));
		if (!page)
			break;
		ap_hold_on(&high, page, RESERVE_ORDER);
	}
	worker->facts.prepared += ap_release(&high);
}

int ap_prepare_reserve(struct ap_run *run)
{
	struct ap_worker *worker = &run->workers[0];
	const struct zone *zone = ap_zone(worker);

	if (!zone)
		return ap_act_unable(run, "reserve: the node has no memory");
	make_reserve(worker, zone);
	ap_store_all(worker, worker->gfp);
	worker->facts.reserved = READ_ONCE(zone->nr_reserved_highatomic);
	/* v6.7 makes none in zones of less than a hundred pageblocks */
	if (!worker->facts.reserved)
		return ap_act_unable(run, "reserve: no pageblock became HIGHATOMIC: more memory?");
	return 0;
}

/* constrain: one node is full, and __GFP_THISNODE keeps the requests from the others. */
const char *ap_refuse_constraint(const struct ap_scenario *s)
{
	if (!(s->gfp & __GFP_THISNODE) || s->nid == AP_NODE_LOCAL)
		return "constrain needs __GFP_THISNODE and nid";
	return too_patient(s);
}

int ap_prepare_constraint(struct ap_run *run)
{
	if (nr_online_nodes < 2)
		return ap_act_unable(run, "constrain: there is only one node");
	return ap_prepare_full(run);
}

/*
 * charge: the writer's memory cgroup is full. Kernel threads and interrupts are not charged
 * (memcg_kmem_bypass()), and what has __GFP_HIGH passes the limit (try_charge_memcg(),
 * mm/memcontrol.c). A writer in no small cgroup would take the whole machine: not more than a
 * quarter.
 */
const char *ap_refuse_charge(const struct ap_scenario *s)
{
	if (!(s->gfp & __GFP_ACCOUNT) || s->gfp & __GFP_HIGH)
		return "charge needs __GFP_ACCOUNT and no __GFP_HIGH";
	if (s->threads != 1 || s->cpu != AP_CPU_ANY || s->where != AP_IN_TASK)
		return "charge is for requests in the writer: no threads, cpu or context";
	return too_patient(s);
}

int ap_prepare_charge(struct ap_run *run)
{
	struct ap_worker *worker = &run->workers[0];
	const gfp_t gfp = worker->gfp | __GFP_NOWARN;
	u64 left = totalram_pages() / 4;

	while (left && !ap_stopped(worker) && ap_store_one(worker, gfp, 0))
		left--;
	if (!left)
		return ap_act_unable(run, "charge: the writer is in no small memory cgroup");
	/* what reclaim within the cgroup brings, too */
	take_late(worker, gfp, 0, CHARGE_ROW);
	return 0;
}
