// SPDX-License-Identifier: GPL-2.0-only
/*
 * Acts whose requests take one path through the allocator, 99 of 100 at least: the path is the
 * deepest stage that a request reaches.
 */
#include <linux/mm.h>
#include <linux/nodemask.h>
#include <linux/pageblock-flags.h>

#include "allocpage.h"
#include "request.h"

#define STEAL_MOST 64 /* blocks of a round */

static bool only_in_task(const struct ap_scenario *s)
{
	return s->where == AP_IN_TASK && s->threads == 1 && s->cpu == AP_CPU_ANY;
}

static bool can_reclaim(const struct ap_scenario *s)
{
	return s->gfp & __GFP_DIRECT_RECLAIM;
}

static bool cached(u32 order)
{
	return order <= PAGE_ALLOC_COSTLY_ORDER ||
	       (IS_ENABLED(CONFIG_TRANSPARENT_HUGEPAGE) && order == pageblock_order);
}

/* pcp: what was freed last is on the CPU's list (pcp_allowed_order()), and is asked for next. */
const char *ap_refuse_pcp(const struct ap_scenario *s)
{
	u32 order;

	for (order = s->order_low; order <= s->order_high; order++)
		if (!cached(order))
			return "pcp is for the orders that per-CPU lists have";
	return s->hold ? "pcp is for blocks that are freed at once" : NULL;
}

/* buddy: an order that no per-CPU list has, freed at once: the next finds it in its own type. */
const char *ap_refuse_buddy(const struct ap_scenario *s)
{
	u32 order;

	for (order = s->order_low; order <= s->order_high; order++)
		if (cached(order) || order > AP_LARGEST_ORDER)
			return "buddy is for the orders that no per-CPU list has";
	return s->hold ? "buddy is for blocks that are freed at once" : NULL;
}

/*
 * steal: all free blocks of the largest order are of one type, and as many requests of another
 * take them: each finds nothing of its own and makes the whole block its own
 * (steal_suitable_fallback()). Freed, they are of the other type, and the next round asks for
 * the first again.
 */
const char *ap_refuse_steal(const struct ap_scenario *s)
{
	if (s->order_low != AP_LARGEST_ORDER || s->order_high != AP_LARGEST_ORDER)
		return "steal is for the largest order";
	if (s->gfp & __GFP_MOVABLE || !only_in_task(s))
		return "steal is for unmovable requests of the writer";
	return NULL;
}

/* The blocks of one round; half of what is free, so that all succeed above the low watermark. */
static u32 room(const struct ap_worker *worker)
{
	const struct zone *zone = ap_zone(worker);

	return zone ? min_t(u32, (u32)(ap_free_pages(zone) >> (AP_LARGEST_ORDER + 1)), STEAL_MOST)
		    : 0;
}

int ap_prepare_steal(struct ap_run *run)
{
	struct ap_worker *worker = &run->workers[0];
	u32 left = room(worker);

	worker->round = left;
	while (left &&
	       ap_store_one(worker, ap_quiet(worker->gfp) & ~__GFP_RECLAIMABLE, AP_LARGEST_ORDER))
		left--;
	worker->round -= left;
	if (!worker->round)
		return ap_act_unable(run, "steal: no block of the largest order is free");
	ap_store_drop();
	worker->gfp |= __GFP_RECLAIMABLE;
	return 0;
}

void ap_steal(struct ap_worker *worker)
{
	u32 i;

	while (worker->left && !ap_stopped(worker)) {
		for (i = 0; i < worker->round && worker->left; i++, worker->left--)
			ap_step(worker);
		ap_release(&worker->held);
		worker->gfp ^= __GFP_RECLAIMABLE;
	}
}

/*
 * slow: the zone lies between its min and its low watermark. The first walk of the zones wants
 * low and fails, the second wants min and succeeds (__alloc_pages_slowpath()).
 */
const char *ap_refuse_slow(const struct ap_scenario *s)
{
	if (!only_in_task(s) || s->hold)
		return "slow is for requests of the writer that are freed at once";
	return s->order_high > PAGE_ALLOC_COSTLY_ORDER ? "slow is for orders up to 3" : NULL;
}

/* Lower zones first: one that is above its low watermark would serve at once. */
int ap_prepare_slow(struct ap_run *run)
{
	struct ap_worker *worker = &run->workers[0];

	if (nr_online_nodes > 1 || !ap_zone(worker))
		return ap_act_unable(run, "slow is for machines of one node");
	ap_store_lower_zones(worker);
	return 0;
}

/* In the middle between them, give or take a quarter of the way. */
void ap_before_slow(struct ap_worker *worker)
{
	const struct zone *zone = ap_zone(worker);
	unsigned long min, way;

	if (!zone)
		return;
	ap_unboost(worker);
	min = zone->_watermark[WMARK_MIN];
	way = zone->_watermark[WMARK_LOW] - min;
	ap_store_down_to(worker, min + way * 3 / 4);
	ap_store_up_to(worker, min + way / 4);
	ap_unboost(worker);
}

/*
 * compact: an order above 3 with __GFP_NORETRY enters direct compaction. That finds too few
 * free pages to work with (compaction_suitable()), and the request ends without reclaim.
 */
const char *ap_refuse_compact(const struct ap_scenario *s)
{
	if (!can_reclaim(s) || !(s->gfp & __GFP_NORETRY) || !(s->gfp & __GFP_IO))
		return "compact is for GFP_KERNEL|__GFP_NORETRY";
	if (s->order_low <= PAGE_ALLOC_COSTLY_ORDER || s->order_high > AP_LARGEST_ORDER)
		return "compact is for orders above 3";
	return only_in_task(s) ? NULL : "compact is for requests of the writer";
}

/* reclaim: the request reclaims for itself, and the store's shrinker gives. */
const char *ap_refuse_reclaim(const struct ap_scenario *s)
{
	if (!can_reclaim(s) || !(s->gfp & (__GFP_NORETRY | __GFP_RETRY_MAYFAIL)))
		return "reclaim is for GFP_KERNEL with __GFP_NORETRY or __GFP_RETRY_MAYFAIL";
	return only_in_task(s) && !s->order_high
		       ? NULL
		       : "reclaim is for order 0 and requests of the writer";
}

/* oom: reclaim has nothing to give, the OOM killer asks its notifiers first, the store gives. */
const char *ap_refuse_oom(const struct ap_scenario *s)
{
	const gfp_t mild = __GFP_NORETRY | __GFP_RETRY_MAYFAIL | __GFP_THISNODE | __GFP_ACCOUNT;

	if (!can_reclaim(s) || !(s->gfp & __GFP_FS) || s->gfp & mild)
		return "oom is for GFP_KERNEL without a word that spares the OOM killer";
	if (s->gfp & (__GFP_DMA | __GFP_DMA32))
		return "oom is for all zones: for a low one the OOM killer is not called";
	return only_in_task(s) && !s->order_high ? NULL
						 : "oom is for order 0 and requests of the writer";
}
