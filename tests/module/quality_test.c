// SPDX-License-Identifier: GPL-2.0-only
/*
 * The self-test of the quality API, in each context: debugfs allocpage/quality. Write "count=N":
 * N blocks in each context; read the result of the last run as JSON.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "allocpage.h"
#include "quality_test.h"

#define BURST_NS  100000 /* of steps in one interrupt */
#define PAUSE_NS  20000
#define RETRY_NS  500000
#define MOST_VAIN 20000

static struct ap_try tries[] = {
	{.name = "task", .context = GFT_TASK, .may_sleep = true},
	{.name = "task-atomic", .context = GFT_TASK},
	{.name = "softirq", .context = GFT_SOFTIRQ},
	{.name = "hardirq", .context = GFT_HARDIRQ},
};

static u64 asked, run_ns;
static int last_error;

static const char *const trial_names[AP_TRIALS] = {
	[AP_TRY_UNDERFLOW_READ] = "underflow_read",
	[AP_TRY_UNDERFLOW_WRITE] = "underflow_write",
	[AP_TRY_OVERFLOW_READ] = "overflow_read",
	[AP_TRY_OVERFLOW_WRITE] = "overflow_write",
	[AP_TRY_REDZONE] = "redzone",
	[AP_TRY_DOUBLE_PUT] = "double_put",
	[AP_TRY_FOREIGN] = "foreign_pointer",
	[AP_TRY_INSIDE] = "pointer_inside",
	[AP_TRY_DIRTY] = "dirty_byte",
	[AP_TRY_BLOCKING_GFP] = "blocking_gfp_in_atomic",
	[AP_TRY_SLEEPING_CALL] = "sleeping_call",
	[AP_TRY_STALE] = "use_after_put",
	[AP_TRY_SLEEP] = "sleep_in_atomic",
};

static bool possible(const struct ap_try *try)
{
	return !IS_ENABLED(CONFIG_PREEMPT_RT) || try->context != GFT_HARDIRQ;
}

/* After a step that was in vain: false if it is not worth while any more. */
static bool patient(struct ap_try *try)
{
	try->stuck = try->in_vain++ >= MOST_VAIN;
	return !try->stuck;
}

/* On RT the allocator's locks sleep, so that a task cannot be atomic and ask for pages. */
static void set_atomic(const struct ap_try *try, bool atomic)
{
	if (try->may_sleep || IS_ENABLED(CONFIG_PREEMPT_RT))
		return;
	if (atomic)
		preempt_disable();
	else
		preempt_enable();
}

static int run_in_task(struct ap_try *try)
{
	int err;

	set_atomic(try, true);
	ap_try_misuse(try);
	set_atomic(try, false);
	while (try->left && !signal_pending(current)) {
		set_atomic(try, true);
		err = ap_try_step(try);
		set_atomic(try, false);
		if (!err)
			try->in_vain = 0;
		else if (!patient(try))
			break;
		else
			ap_quality_settle();
		cond_resched();
	}
	return try->left ? -EINTR : 0;
}

static enum hrtimer_restart tick(struct hrtimer *timer)
{
	struct ap_try *try = container_of(timer, struct ap_try, timer);
	const u64 until = ktime_get_mono_fast_ns() + BURST_NS;
	int err = 0;

	if (!try->done)
		ap_try_misuse(try);
	try->done = true;
	while (!err && try->left && ktime_get_mono_fast_ns() < until) {
		err = ap_try_step(try);
		if (!err)
			try->in_vain = 0;
	}
	if (!try->left || READ_ONCE(try->stop) || (err && !patient(try))) {
		ap_try_put_all(try);
		complete(&try->finished);
		return HRTIMER_NORESTART;
	}
	hrtimer_set_expires(timer, ktime_add_ns(ktime_get(), err ? RETRY_NS : PAUSE_NS));
	return HRTIMER_RESTART;
}

static int run_in_timer(struct ap_try *try)
{
	const enum hrtimer_mode mode = try->context == GFT_HARDIRQ ? HRTIMER_MODE_REL_PINNED_HARD
								   : HRTIMER_MODE_REL_PINNED_SOFT;
	int err;

	init_completion(&try->finished);
	ap_hrtimer_setup(&try->timer, tick, mode);
	hrtimer_start(&try->timer, ns_to_ktime(PAUSE_NS), mode);
	err = wait_for_completion_interruptible(&try->finished);
	if (err) {
		WRITE_ONCE(try->stop, true);
		wait_for_completion(&try->finished);
	}
	hrtimer_cancel(&try->timer);
	return err ? -EINTR : 0;
}

static int run(struct ap_try *try)
{
	int err;

	if (!possible(try))
		return 0;
	err = try->context == GFT_TASK ? run_in_task(try) : run_in_timer(try);
	ap_try_put_all(try);
	ap_quality_settle();
	if (err || !try->may_sleep)
		return err;
	ap_try_stale(try);
	ap_try_sleep(try);
	return 0;
}

static void begin(struct ap_try *try, u64 count)
{
	*try = (struct ap_try){
		.name = try->name,
		.context = try->context,
		.may_sleep = try->may_sleep,
		.left = count,
	};
}

static u64 flaws(const struct ap_try *try)
{
	u64 sum = try->alarms + try->overlapping + try->misplaced + try->misaligned +
		  try->unzeroed + try->other_errors + try->stuck;
	u32 i;

	for (i = 0; i < AP_TRIALS; i++)
		sum += try->trials[i].tried - try->trials[i].caught;
	for (i = 0; i < AP_TRY_ORDERS; i++)
		sum += asked && possible(try) && !try->blocks[i];
	return sum;
}

/* The caller sees to it that nothing else runs. 0, -EIO when something was found, or -errno. */
int ap_quality_test(u64 count)
{
	const u64 start = ktime_get_mono_fast_ns();
	u64 found = 0;
	size_t i;

	asked = count;
	for (i = 0; i < ARRAY_SIZE(tries); i++)
		begin(&tries[i], count);
	last_error = ap_try_prepare();
	if (!last_error)
		last_error = ap_watch_begin();
	if (last_error)
		return last_error;
	for (i = 0; i < ARRAY_SIZE(tries) && !last_error; i++) {
		last_error = run(&tries[i]);
		found += flaws(&tries[i]);
	}
	ap_watch_end();
	run_ns = ktime_get_mono_fast_ns() - start;
	if (!last_error && found)
		last_error = -EIO;
	return last_error;
}

bool ap_quality_tested(void)
{
	return asked;
}

static void show_numbers(struct seq_file *file, const struct ap_try *try)
{
	u32 i;

	seq_printf(file, "\"retries\":%llu,\"no_memory\":%llu,\"other_errors\":%llu,", try->retries,
		   try->no_memory, try->other_errors);
	seq_printf(file, "\"stuck\":%s,\"false_alarms\":%llu,\"overlapping\":%llu,",
		   try->stuck ? "true" : "false", try->alarms, try->overlapping);
	seq_printf(file, "\"misplaced\":%llu,\"aligned\":%llu,\"misaligned\":%llu,", try->misplaced,
		   try->aligned, try->misaligned);
	seq_printf(file, "\"zeroed\":%llu,\"unzeroed\":%llu,\"plain\":%llu,\"plain_dirty\":%llu,",
		   try->zeroed, try->unzeroed, try->plain, try->plain_dirty);
	seq_puts(file, "\"blocks\":[");
	for (i = 0; i < AP_TRY_ORDERS; i++)
		seq_printf(file, "%s%llu", i ? "," : "", try->blocks[i]);
	seq_puts(file, "],\"guarded\":[");
	for (i = 0; i < AP_TRY_ORDERS; i++)
		seq_printf(file, "%s%llu", i ? "," : "", try->guarded[i]);
	seq_puts(file, "],");
}

static void show(struct seq_file *file, const struct ap_try *try)
{
	u32 i;

	seq_printf(file, "{\"context\":\"%s\",\"skipped\":%s,", try->name,
		   possible(try) ? "false" : "true");
	show_numbers(file, try);
	seq_puts(file, "\"trials\":{");
	for (i = 0; i < AP_TRIALS; i++)
		seq_printf(file, "%s\"%s\":{\"tried\":%llu,\"caught\":%llu}", i ? "," : "",
			   trial_names[i], try->trials[i].tried, try->trials[i].caught);
	seq_printf(file, "},\"flaws\":%llu}", flaws(try));
}

int ap_quality_test_show(struct seq_file *file, void *data)
{
	size_t i;

	seq_printf(file, "{\"schema\":\"allocpage.quality/1\",\"rt\":%s,\"guards\":%s,",
		   IS_ENABLED(CONFIG_PREEMPT_RT) ? "true" : "false",
		   AP_CAN_GUARD ? "true" : "false");
	seq_printf(file, "\"count\":%llu,\"error\":%d,\"passed\":%s,\"ns\":%llu,\"contexts\":[",
		   asked, last_error, asked && !last_error ? "true" : "false", run_ns);
	for (i = 0; i < ARRAY_SIZE(tries); i++) {
		seq_puts(file, i ? ",\n" : "\n");
		show(file, &tries[i]);
	}
	seq_puts(file, "]}\n");
	return 0;
}
