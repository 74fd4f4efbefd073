// SPDX-License-Identifier: GPL-2.0-only
/*
 * others=1: the requests of others that came upon one of ours, on the CPU on which it was under
 * way. They matter to who compares a tracer with the truth: the kernel does not run a BPF program
 * upon itself, so where a task can be preempted within one (PREEMPT_RT, preempt=full) these may be
 * among the runs that it skipped, and such a run tells nobody whose request it was.
 */
#include <linux/atomic.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/tracepoint.h>

#include "allocpage.h"
#include "tracepoint.h"

static struct tracepoint *point;
static DEFINE_PER_CPU(u32, under_way); /* steps, one upon another */
static atomic64_t ended;	       /* requests that did meanwhile, ours and others' */

/* Each request that has a valid order ends in this event once, with or without a page. */
static void probe(void *data, struct page *page, unsigned int order, gfp_t gfp, int migratetype)
{
	if (this_cpu_read(under_way))
		atomic64_inc(&ended);
}

void ap_others_enter(void)
{
	this_cpu_inc(under_way);
}

void ap_others_leave(void)
{
	this_cpu_dec(under_way);
}

int ap_others_begin(const struct ap_scenario *scenario)
{
	int err;

	if (!scenario->others)
		return 0;
	atomic64_set(&ended, 0);
	point = ap_tracepoint("mm_page_alloc");
	err = point ? tracepoint_probe_register(point, probe, NULL) : -ENOENT;
	if (err)
		point = NULL;
	return err;
}

/*
 * How many there were; all workers of the run have ended. Below 0: a request of ours was not seen
 * where it was made, and the number is worth nothing.
 */
s64 ap_others_end(const struct ap_run *run)
{
	s64 ours = 0;
	u32 i, label;

	if (!point)
		return 0;
	tracepoint_probe_unregister(point, probe, NULL);
	tracepoint_synchronize_unregister();
	point = NULL;
	for (i = 0; i < run->worker_count; i++)
		for (label = 0; label < run->workers[i].series_count; label++)
			ours += (s64)run->workers[i].series[label].requests;
	return atomic64_read(&ended) - ours;
}
