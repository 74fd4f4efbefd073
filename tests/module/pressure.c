// SPDX-License-Identifier: GPL-2.0-only
/* Acts whose consumers live on what reclaim brings. */
#include <linux/bottom_half.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/mm.h>

#include "allocpage.h"
#include "request.h"

#define STRIDE 256  /* the consumer's requests from one pause to the next */
#define STEADY 2048 /* and those that it makes under pressure before a burst */

/*
 * pressure: a consumer reads on like one that streams a file: each of its pages may be
 * reclaimed, the oldest first, and it keeps the zone about the low watermark. `count` times, when
 * it has just come down to that, a burst of atomic requests takes `burst` blocks at once. They
 * may go down to 3/8 of min (__zone_watermark_ok()), so a burst fails where it is larger than
 * low - 3/8 min, and vm.min_free_kbytes, which moves both, decides. kswapd waits while a burst
 * lasts: it is not a matter of who is faster.
 */
const char *ap_refuse_pressure(const struct ap_scenario *s)
{
	if (!s->burst)
		return "pressure needs burst: the atomic requests that come at once";
	if (!(s->gfp & __GFP_DIRECT_RECLAIM) || s->order_high)
		return "pressure's consumer reclaims, and is of order 0";
	if (s->irq_gfp & __GFP_DIRECT_RECLAIM || s->irq_order > AP_LARGEST_ORDER)
		return "pressure's bursts are atomic, of an order that exists";
	if (s->where != AP_IN_TASK || s->threads != 1)
		return "pressure is for one task";
	return NULL;
}

int ap_prepare_pressure(struct ap_run *run)
{
	struct ap_worker *worker = &run->workers[0];

	if (nr_online_nodes > 1 || !ap_zone(worker))
		return ap_act_unable(run, "pressure is for machines of one node");
	ap_store_lower_zones(worker);
	return 0;
}

/* Without the highatomic reserve, which is not the consumer's. */
static unsigned long usable_pages(const struct zone *zone)
{
	const unsigned long free = ap_free_pages(zone);

	return free - min(free, READ_ONCE(zone->nr_reserved_highatomic));
}

/* Until the zone is low, then on while kswapd keeps up, then until it is low again. */
static void consume(struct ap_worker *worker, const struct zone *zone)
{
	u32 left = STEADY, made = 0;

	while (!ap_stopped(worker)) {
		const bool low = usable_pages(zone) <= zone->_watermark[WMARK_LOW];

		if (low && !left)
			return;
		ap_unboost(worker); /* kswapd would never let it come down to low */
		ap_step(worker);
		if (left && (low || left < STEADY))
			left--;
		if (!(++made % STRIDE))
			usleep_range(100, 200);
	}
}

static u64 burst(struct ap_worker *worker, u32 size)
{
	u64 failed = 0;
	struct page *page;
	u32 i;

	ap_store_busy(true);
	local_bh_disable(); /* as a driver would be that cannot wait */
	for (i = 0; i < size; i++) {
		page = ap_request(worker, worker->order);
		if (page)
			ap_hold_on(&worker->held, page, worker->order);
		else
			failed++;
	}
	local_bh_enable();
	ap_store_busy(false);
	return failed;
}

static void note_burst(struct ap_worker *worker, u32 size, u64 failed)
{
	struct ap_facts *facts = &worker->facts;
	const u64 free = global_zone_page_state(NR_FREE_PAGES);

	facts->bursts++;
	facts->failed_bursts += !!failed;
	facts->worst_failed = max(facts->worst_failed, failed);
	facts->needed = (u64)size << worker->order;
	facts->requests += size;
	facts->failed += failed;
	if (failed)
		facts->free_min = facts->free_min ? min(facts->free_min, free) : free;
}

void ap_pressure(struct ap_worker *worker)
{
	const u32 size = worker->run->scenario->burst;
	const struct zone *zone = ap_zone(worker);
	u64 failed;

	for (; worker->left && !ap_stopped(worker); worker->left--) {
		consume(worker, zone);
		failed = burst(worker->second, size);
		note_burst(worker->second, size, failed);
		ap_release(&worker->second->held);
		cond_resched();
	}
}

/*
 * tail: threads live on direct reclaim alone, which sleeps for sleep_us before it gives, and
 * whose sleepers wake where there is room. The module moves them too: a request that ends on
 * another CPU than it began is nothing that a tracer may lose.
 */
const char *ap_refuse_tail(const struct ap_scenario *s)
{
	if (!s->sleep_us)
		return "tail needs sleep_us: how long reclaim sleeps";
	if (s->where != AP_IN_TASK || s->cpu != AP_CPU_ANY || s->order_high)
		return "tail is for tasks on any CPU, and order 0";
	return ap_refuse_exhaustion(s);
}

struct page *ap_migrating_request(struct ap_worker *worker, u32 order)
{
	const int cpu = raw_smp_processor_id();
	struct page *page;

	worker->napped = false;
	page = ap_request(worker, order);
	worker->facts.slept_requests += worker->napped;
	worker->facts.migrated += cpu != raw_smp_processor_id();
	return page;
}
