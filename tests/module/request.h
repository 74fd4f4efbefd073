/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One request: made once at the choke point, timed and counted. Inline to the last line, so
 * that the function which a report names as the caller is the one that wanted the page.
 */
#ifndef ALLOCPAGE_REQUEST_H
#define ALLOCPAGE_REQUEST_H

#include <linux/hardirq.h>
#include <linux/timekeeping.h>
#include <linux/topology.h>

#include "allocpage.h"

static_assert(__GFP_BITS_SHIFT <= GFT_MARK_SHIFT, "the marks need gfp bits that no kernel uses");

static inline enum gft_context ap_context_now(void)
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
static inline gfp_t ap_next_mark(struct ap_worker *worker)
{
	const u32 mark = (worker->sequence * 3 + worker->context) % GFT_MARKS + 1;

	worker->sequence = (worker->sequence + 1) % GFT_MARKS;
	return (__force gfp_t)(mark << GFT_MARK_SHIFT);
}

static inline int ap_node_of(const struct ap_worker *worker)
{
	return worker->nid == NUMA_NO_NODE ? numa_mem_id() : worker->nid;
}

static __always_inline struct page *ap_request(struct ap_worker *worker, u32 order)
{
	struct ap_series *series = &worker->series[ap_order_label(order) - worker->series_first];
	const gfp_t gfp = worker->gfp | ap_next_mark(worker);
	const int nid = ap_node_of(worker);
	struct page *page;
	u64 start, end;

	if (ap_context_now() != worker->context)
		worker->totals.misplaced++;
	/* the clock that bpf_ktime_get_ns() reads */
	start = ktime_get_mono_fast_ns();
	page = ap_alloc_pages(gfp, order, nid);
	end = ktime_get_mono_fast_ns();
	ap_series_add(series, end > start ? end - start : 0, page);
	series->paths[worker->path]++;
	if (!page)
		series->expected[order > AP_LARGEST_ORDER ? GFT_INVALID : worker->reason]++;
	return page;
}

#endif
