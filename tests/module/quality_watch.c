// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sleeping where one must not. Each point of the API that sleeps asks ap_may_sleep() first, and
 * each stretch that must not sleep is checked in two ways: always by the voluntary context
 * switches of the task that it runs in or upon, and while a test watches by the tracepoint
 * sched:sched_switch, which tells a sleep from a preemption and from RT's waiting for a lock.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/tracepoint.h>

#include "quality_parts.h"
#include "tracepoint.h"

#define MARKS 64

static struct tracepoint *point;
static bool watching;
static struct task_struct *marks[MARKS]; /* tasks within such a stretch */

/* What might_sleep() checks, but counted instead of reported. */
bool ap_may_sleep(void)
{
	const bool may = preemptible() && !rcu_preempt_depth();

	ap_count(may ? AP_N_SLEEPING_POINTS : AP_N_SLEEPING_POINTS_REFUSED, 1);
	return may;
}

static int mark(struct task_struct *task)
{
	int i;

	for (i = 0; i < MARKS; i++)
		if (!READ_ONCE(marks[i]) && !cmpxchg(&marks[i], NULL, task))
			return i;
	return -1;
}

void ap_stretch_begin(struct ap_stretch *stretch, bool atomic)
{
	*stretch = (struct ap_stretch){.atomic = atomic, .mark = -1};
	if (!atomic)
		return;
	stretch->switches = current->nvcsw;
	if (READ_ONCE(watching))
		stretch->mark = mark(current);
}

void ap_stretch_end(struct ap_stretch *stretch)
{
	if (!stretch->atomic)
		return;
	if (stretch->mark >= 0) {
		WRITE_ONCE(marks[stretch->mark], NULL);
		ap_count(AP_N_WATCHED_STRETCHES, 1);
	}
	ap_count(AP_N_ATOMIC_STRETCHES, 1);
	ap_count(AP_N_ATOMIC_SWITCHES, current->nvcsw - stretch->switches);
}

static void count_switch(bool preempt, struct task_struct *prev, unsigned int prev_state)
{
	int i;

	for (i = 0; i < MARKS; i++)
		if (READ_ONCE(marks[i]) == prev)
			break;
	if (i == MARKS)
		return;
	if (preempt || !prev_state)
		ap_count(AP_N_WATCHED_PREEMPTED, 1);
	else if (prev_state & TASK_RTLOCK_WAIT)
		ap_count(AP_N_WATCHED_LOCK_WAITS, 1);
	else
		ap_count(AP_N_WATCHED_SLEPT, 1);
}

/* prev_state is an argument, the last, since v5.18 (9c2136be0878); v5.14 renamed task->state. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 18, 0)
static void probe(void *data, bool preempt, struct task_struct *prev, struct task_struct *next,
		  unsigned int prev_state)
{
	count_switch(preempt, prev, prev_state);
}
#else
static void probe(void *data, bool preempt, struct task_struct *prev, struct task_struct *next)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 14, 0)
	count_switch(preempt, prev, READ_ONCE(prev->__state));
#else
	count_switch(preempt, prev, (unsigned int)READ_ONCE(prev->state));
#endif
}
#endif

int ap_watch_begin(void)
{
	int err;

	point = ap_tracepoint("sched_switch");
	if (!point)
		return -ENOENT;
	err = tracepoint_probe_register(point, probe, NULL);
	if (!err)
		WRITE_ONCE(watching, true);
	return err;
}

void ap_watch_end(void)
{
	WRITE_ONCE(watching, false);
	tracepoint_probe_unregister(point, probe, NULL);
	tracepoint_synchronize_unregister();
}
