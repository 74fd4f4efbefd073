// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work added inside the requests of one order: a known regression. A probe on the tracepoint
 * kmem:mm_page_alloc runs inside the kernel's function, after the page is ready and before it
 * returns, so whoever times the function at its entry and at its exit has the work in the time,
 * and so does one who ends at the tracepoint, before whose probe this one goes. The probe itself
 * costs every order something; a run with slow_ns=0 has that too, and is what to compare with.
 */
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/sort.h>
#include <linux/timekeeping.h>
#include <linux/tracepoint.h>

#include "allocpage.h"
#include "request.h"
#include "tracepoint.h"

#define SAMPLES	     501
#define CALIBRATION  10000 /* turns of the loop */
#define VERIFICATION 100   /* calls of it */
#define ATTEMPTS     5

static struct tracepoint *point;
static u32 slow_order;
static u64 turns;
static u64 asked_ns, added_ns, p50_ns;
static bool ever;

/* No clock, no pause: in deterministic time a turn is a fixed number of instructions. */
static noinline void spin(u64 count)
{
	for (; count; count--)
		barrier();
}

static void probe(void *data, struct page *page, unsigned int order, gfp_t gfp, int migratetype)
{
	if (order == slow_order && in_task())
		spin(turns);
}

static u64 once(u64 count, u32 calls)
{
	unsigned long flags;
	u64 start, ns;

	local_irq_save(flags);
	start = ktime_get_mono_fast_ns();
	while (calls--)
		spin(count);
	ns = ktime_get_mono_fast_ns() - start;
	local_irq_restore(flags);
	return ns;
}

/* Nanoseconds of so many calls: the shortest of a few times, without interrupts. */
static u64 duration(u64 count, u32 calls)
{
	u64 shortest = U64_MAX;
	u32 i;

	for (i = 0; i < ATTEMPTS; i++)
		shortest = min(shortest, once(count, calls));
	return shortest;
}

static int compare(const void *a, const void *b)
{
	const u64 left = *(const u64 *)a, right = *(const u64 *)b;

	return left < right ? -1 : left > right;
}

/* The median of the requests that are about to become slower; 0 without memory. */
static u64 median(const struct ap_worker *worker)
{
	u64 *samples = kvcalloc(SAMPLES, sizeof(*samples), GFP_KERNEL);
	u64 start, result = 0;
	u32 i;

	for (i = 0; samples && i < SAMPLES; i++) {
		struct page *page;

		start = ktime_get_mono_fast_ns();
		page = ap_alloc_pages(worker->gfp, slow_order, ap_node_of(worker));
		samples[i] = ktime_get_mono_fast_ns() - start;
		if (page)
			__free_pages(page, slow_order);
		cond_resched();
	}
	if (samples) {
		sort(samples, SAMPLES, sizeof(*samples), compare, NULL);
		result = samples[SAMPLES / 2];
	}
	kvfree(samples);
	return result;
}

/* added_ns is what the turns take, as measured; the call is every probe's. */
static void calibrate(void)
{
	const u64 ns = max(duration(CALIBRATION, 1), 1ull);
	u64 full, empty;

	turns = div64_u64(asked_ns * CALIBRATION + ns / 2, ns);
	full = duration(turns, VERIFICATION);
	empty = duration(0, VERIFICATION);
	added_ns = full > empty ? div_u64(full - empty, VERIFICATION) : 0;
}

int ap_slowdown_begin(const struct ap_worker *worker)
{
	const struct ap_scenario *scenario = worker->run->scenario;
	int err;

	if (scenario->slow_order == AP_SLOW_NONE)
		return 0;
	point = ap_tracepoint("mm_page_alloc");
	if (!point)
		return -ENOENT;
	ever = true;
	slow_order = scenario->slow_order;
	p50_ns = scenario->slow_pct ? median(worker) : 0;
	asked_ns = scenario->slow_pct ? div_u64(p50_ns * scenario->slow_pct + 50, 100)
				      : scenario->slow_ns;
	calibrate();
	err = tracepoint_probe_register_prio(point, probe, NULL, INT_MAX);
	if (err)
		point = NULL;
	return err;
}

void ap_slowdown_end(void)
{
	if (!point)
		return;
	tracepoint_probe_unregister(point, probe, NULL);
	tracepoint_synchronize_unregister();
	point = NULL;
}

void ap_slowdown_reset(void)
{
	ever = false;
}

/* The last one that was planted, or null. */
void ap_slowdown_show(struct seq_file *file)
{
	if (!ever) {
		seq_puts(file, "\"slowdown\":null,");
		return;
	}
	seq_printf(file, "\"slowdown\":{\"order\":%u,\"asked_ns\":%llu,\"added_ns\":%llu,",
		   slow_order, asked_ns, added_ns);
	seq_printf(file, "\"p50_ns\":%llu,\"turns\":%llu},", p50_ns, turns);
}
