// SPDX-License-Identifier: GPL-2.0-only
/* Functions with telling names, which make one request each: a report should name them. */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "allocpage.h"
#include "request.h"

#define IDLE_TICKS 2000 /* that a timer waits for a task of user space, in all */

static DEFINE_SPINLOCK(planted);

/*
 * plant-kernel: a request that may sleep, under a spinlock. It does not sleep, and nothing
 * splats: the zone is far above its watermarks, and cond_resched() sees that preemption is off.
 */
const char *ap_refuse_kernel_plant(const struct ap_scenario *s)
{
	if (!(s->gfp & __GFP_DIRECT_RECLAIM))
		return "plant-kernel is for a mask that may sleep";
	if (s->order_high > PAGE_ALLOC_COSTLY_ORDER || s->hold || s->where != AP_IN_TASK)
		return "plant-kernel is for orders up to 3 in task context, freed at once";
	return NULL;
}

int ap_prepare_kernel_plant(struct ap_run *run)
{
	const struct zone *zone = ap_zone(&run->workers[0]);

	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		return ap_act_unable(run, "PREEMPT_RT: spinlocks sleep");
	if (IS_ENABLED(CONFIG_DEBUG_ATOMIC_SLEEP))
		return ap_act_unable(run, "plant-kernel: this kernel would warn");
	if (!zone || ap_free_pages(zone) < 4 * high_wmark_pages(zone))
		return ap_act_unable(run, "plant-kernel: too little memory, it might sleep");
	return 0;
}

noinline struct page *ap_plant_kernel_under_spinlock(struct ap_worker *worker, u32 order)
{
	struct page *page;

	spin_lock(&planted);
	page = ap_request(worker, order);
	spin_unlock(&planted);
	return page;
}

/* plant-atomic: a request that may not sleep, of a kernel thread that could. */
const char *ap_refuse_atomic_plant(const struct ap_scenario *s)
{
	if (s->gfp & __GFP_DIRECT_RECLAIM || s->where != AP_IN_TASK)
		return "plant-atomic is for GFP_ATOMIC in task context";
	return NULL;
}

noinline struct page *ap_plant_atomic_in_kthread(struct ap_worker *worker, u32 order)
{
	struct page *page = ap_request(worker, order);

	barrier(); /* no tail call: the stack must show this function */
	return page;
}

/* provoke: an interrupt's request fails while a task of user space runs that has no part in it. */
const char *ap_refuse_provoke(const struct ap_scenario *s)
{
	if (s->where != AP_IN_SOFTIRQ && s->where != AP_IN_HARDIRQ)
		return "provoke is for context=softirq or hardirq";
	return s->cpu == AP_CPU_ANY ? "provoke needs the cpu that the other task runs on" : NULL;
}

/* On RT the softirqs are a thread's, so that none comes upon the other task. */
bool ap_ready_to_provoke(struct ap_worker *worker)
{
	if (IS_ENABLED(CONFIG_PREEMPT_RT) || (current->mm && !(current->flags & PF_KTHREAD)))
		return true;
	return worker->round++ >= IDLE_TICKS;
}

noinline struct page *ap_provoke_in_irq(struct ap_worker *worker, u32 order)
{
	struct page *page = ap_request(worker, order);

	if (current->mm && !(current->flags & PF_KTHREAD))
		strscpy(worker->facts.interrupted, current->comm, AP_MAX_COMM);
	return page;
}
