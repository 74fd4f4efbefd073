// SPDX-License-Identifier: GPL-2.0-only
/* Requests in softirq and hardirq context: high-resolution timers, one stream each. */
#include <linux/completion.h>
#include <linux/prandom.h>
#include <linux/smp.h>

#include "allocpage.h"

static enum hrtimer_mode mode_of(const struct ap_worker *worker)
{
	return worker->context == GFT_HARDIRQ ? HRTIMER_MODE_REL_PINNED_HARD
					      : HRTIMER_MODE_REL_PINNED_SOFT;
}

static enum hrtimer_restart tick(struct hrtimer *timer)
{
	struct ap_worker *worker = container_of(timer, struct ap_worker, timer);
	const struct ap_act *act = worker->run->scenario->act;

	if (ap_interrupted(worker->run) || !worker->left)
		return HRTIMER_NORESTART;
	if (!act || !act->ready || act->ready(worker)) {
		ap_step(worker);
		worker->left--;
	}
	if (!worker->left) {
		complete(&worker->done);
		return HRTIMER_NORESTART;
	}
	if (worker->run->scenario->nest_ns)
		return HRTIMER_NORESTART;
	/* from now, not from the last expiry: a slow machine must get on between two requests */
	hrtimer_set_expires(timer, ktime_add_us(ktime_get(), worker->run->scenario->timer_us));
	return HRTIMER_RESTART;
}

void ap_timer_setup(struct ap_worker *worker)
{
	ap_hrtimer_setup(&worker->timer, tick, mode_of(worker));
}

static void start_here(void *data)
{
	struct ap_worker *worker = data;
	const u64 ns = (u64)worker->run->scenario->timer_us * NSEC_PER_USEC;

	hrtimer_start(&worker->timer, ns_to_ktime(ns), mode_of(worker));
}

/* On the worker's own CPU; 0 or -ENXIO where that went offline. */
int ap_timer_start(struct ap_worker *worker)
{
	return smp_call_function_single((int)worker->cpu, start_here, worker, 1);
}

/* Lets the timers of a task go off at a random moment of its next request. */
void ap_timer_aim(struct ap_worker *worker)
{
	const u32 range = worker->run->scenario->nest_ns;
	size_t i;

	if (!range)
		return;
	for (i = 0; i < ARRAY_SIZE(worker->nested); i++) {
		struct ap_worker *nested = worker->nested[i];

		/* still under way: it hits this request, or a later one */
		if (nested && !hrtimer_active(&nested->timer))
			hrtimer_start(&nested->timer, ns_to_ktime(1 + get_random_u32() % range),
				      mode_of(nested));
	}
}
