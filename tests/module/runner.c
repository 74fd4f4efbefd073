// SPDX-License-Identifier: GPL-2.0-only
/* One run of a scenario: its workers, how they start, how they end, what they leave. */
#include <linux/cpu.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/topology.h>

#include "allocpage.h"

/* What scenarios with free=0 left behind; only one scenario runs at a time. */
static LIST_HEAD(kept);

void ap_release_kept(void)
{
	ap_release(&kept);
}

static unsigned int online_cpu(u32 index)
{
	unsigned int cpu = cpumask_first(cpu_online_mask), skip;

	for (skip = index % num_online_cpus(); skip; skip--)
		cpu = cpumask_next((int)cpu, cpu_online_mask);
	return cpu;
}

/* A task that need not be elsewhere makes its requests in the writer: its cgroup is charged. */
static bool in_writer(const struct ap_scenario *scenario)
{
	return scenario->where == AP_IN_TASK && scenario->threads == 1 &&
	       scenario->cpu == AP_CPU_ANY && !(scenario->act && scenario->act->in_thread);
}

/* A worker's failures are for this reason, as far as the scenario sees to it. */
static enum gft_reason reason_of(const struct ap_scenario *s)
{
	if (s->act)
		return s->act->reason;
	/* order 0 until NULL, with a mask that may have everything: what is missing is memory */
	return s->exhaust && !s->order_high && !(s->gfp & (__GFP_THISNODE | __GFP_ACCOUNT))
		       ? GFT_EXHAUSTED
		       : GFT_UNKNOWN;
}

/* An act makes a state of one node, and must not leave it where its task goes to another. */
static int node_of(const struct ap_worker *worker)
{
	const struct ap_scenario *s = worker->run->scenario;

	if (s->nid != AP_NODE_LOCAL)
		return (int)s->nid;
	return s->act ? cpu_to_mem((int)worker->cpu) : NUMA_NO_NODE;
}

/* extra: not one of the `threads`, with irq_gfp and irq_order */
static int setup_worker(struct ap_worker *worker, enum gft_context context, u32 index, bool extra)
{
	const struct ap_scenario *s = worker->run->scenario;
	const bool keep = s->exhaust || !s->free || (s->act && s->act->keeps);
	u32 most;

	worker->reason = extra && s->irq_order ? GFT_UNKNOWN : reason_of(s);
	worker->path = s->act ? s->act->path : AP_PATH_ANY;
	worker->context = context;
	worker->cpu = online_cpu(index + (s->cpu == AP_CPU_ANY || extra ? 0 : s->cpu));
	worker->nid = node_of(worker);
	worker->gfp = extra ? s->irq_gfp : s->gfp;
	worker->class = ap_classify(worker->gfp);
	worker->order_low = extra ? s->irq_order : s->order_low;
	worker->order_high = extra ? s->irq_order : s->order_high;
	worker->order = worker->order_low;
	worker->left = extra ? U64_MAX : s->count; /* as long as the tasks go on */
	worker->hold = keep ? AP_KEEP_ALL : s->hold;
	if (context != GFT_TASK)
		ap_timer_setup(worker);
	if (s->bulk && !extra) {
		worker->pages = kvcalloc(s->bulk, sizeof(*worker->pages), GFP_KERNEL);
		return worker->pages ? 0 : -ENOMEM;
	}
	/* alignment may ask for more than the block */
	most = max(worker->order_high, ap_quality_top(s, worker->order_high));
	worker->series_first = ap_order_label(worker->order_low);
	worker->series_count = ap_order_label(most) - worker->series_first + 1;
	worker->series = kvcalloc(worker->series_count, sizeof(*worker->series), GFP_KERNEL);
	return worker->series ? ap_truth_reserve(worker) : -ENOMEM;
}

/* The timers of context=mixed: two (one on RT) on each CPU, or with nest= for each task. */
static int setup_extra(struct ap_run *run, struct ap_worker *task, u32 index)
{
	static const enum gft_context contexts[] = {GFT_SOFTIRQ, GFT_HARDIRQ};
	size_t i;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(contexts) && !err; i++) {
		struct ap_worker *worker = &run->workers[run->worker_count];

		if (IS_ENABLED(CONFIG_PREEMPT_RT) && contexts[i] == GFT_HARDIRQ) {
			ap_truth_refused(GFT_HARDIRQ);
			continue;
		}
		run->worker_count++;
		err = setup_worker(worker, contexts[i], index, true);
		if (task)
			task->nested[i] = worker;
	}
	return err;
}

/* A second stream of the first task: a worker without a task of its own. */
static int setup_second(struct ap_run *run)
{
	struct ap_worker *second = &run->workers[run->worker_count++];

	run->workers[0].second = second;
	return setup_worker(second, GFT_TASK, 0, true);
}

static int setup(struct ap_run *run)
{
	static const enum gft_context contexts[] = {
		[AP_IN_TASK] = GFT_TASK,
		[AP_IN_SOFTIRQ] = GFT_SOFTIRQ,
		[AP_IN_HARDIRQ] = GFT_HARDIRQ,
		[AP_MIXED] = GFT_TASK,
	};
	const struct ap_scenario *s = run->scenario;
	const u32 groups = s->where != AP_MIXED ? 0 : s->nest_ns ? s->threads : num_online_cpus();
	const bool has_second = s->act && s->act->has_second;
	const u32 most = s->threads + 2 * groups + has_second;
	u32 i;
	int err = 0;

	run->workers = kvcalloc(most, sizeof(*run->workers), GFP_KERNEL);
	if (!run->workers)
		return -ENOMEM;
	for (i = 0; i < most; i++) {
		run->workers[i].run = run;
		INIT_LIST_HEAD(&run->workers[i].held);
		init_completion(&run->workers[i].done);
	}
	for (i = 0; i < s->threads && !err; i++) {
		run->worker_count++;
		err = setup_worker(&run->workers[i], contexts[s->where], i, false);
	}
	for (i = 0; i < groups && !err; i++)
		err = setup_extra(run, s->nest_ns ? &run->workers[i] : NULL, i);
	if (has_second && !err)
		err = setup_second(run);
	return err;
}

static int thread(void *data)
{
	struct ap_worker *worker = data;

	ap_work(worker);
	complete(&worker->done);
	/* stay until kthread_stop(): the module's text is needed to the last instruction */
	set_current_state(TASK_INTERRUPTIBLE);
	while (!kthread_should_stop()) {
		schedule();
		set_current_state(TASK_INTERRUPTIBLE);
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

static int create_thread(struct ap_worker *worker)
{
	struct task_struct *task = kthread_create(thread, worker, "allocpage/%u",
						  (u32)(worker - worker->run->workers));

	if (IS_ERR(task))
		return PTR_ERR(task);
	if (worker->run->scenario->cpu != AP_CPU_ANY)
		kthread_bind(task, worker->cpu);
	worker->task = get_task_struct(task);
	return 0;
}

/* Threads exist before anything makes requests; timers go off before the threads do. */
static int start(struct ap_run *run)
{
	u32 i;
	int err = 0;

	for (i = 0; i < run->scenario->threads && !err; i++)
		if (run->workers[i].context == GFT_TASK)
			err = create_thread(&run->workers[i]);
	for (i = 0; i < run->worker_count && !err; i++)
		if (run->workers[i].context != GFT_TASK && !run->scenario->nest_ns)
			err = ap_timer_start(&run->workers[i]);
	for (i = 0; i < run->worker_count && !err; i++)
		if (run->workers[i].task)
			wake_up_process(run->workers[i].task);
	return err;
}

static void stop(struct ap_run *run)
{
	u32 i;

	WRITE_ONCE(run->stop, true);
	for (i = 0; i < run->worker_count; i++) {
		if (!run->workers[i].task)
			continue;
		kthread_stop(run->workers[i].task);
		put_task_struct(run->workers[i].task);
	}
	for (i = 0; i < run->worker_count; i++)
		if (run->workers[i].context != GFT_TASK)
			hrtimer_cancel(&run->workers[i].timer);
}

static int run_workers(struct ap_run *run)
{
	u32 i;
	int err;

	if (in_writer(run->scenario)) {
		ap_work(&run->workers[0]);
		return signal_pending(current) ? -EINTR : 0;
	}
	err = start(run);
	/* those after `threads` have no end of their own */
	for (i = 0; i < run->scenario->threads && !err; i++)
		if (wait_for_completion_interruptible(&run->workers[i].done))
			err = -EINTR;
	if (!err && run->workers[0].context != GFT_TASK && run->scenario->hold_ms)
		err = schedule_timeout_interruptible(msecs_to_jiffies(run->scenario->hold_ms))
			      ? -EINTR
			      : 0;
	stop(run);
	return err;
}

static void finish(struct ap_run *run)
{
	u32 i;

	for (i = 0; i < run->worker_count; i++) {
		struct ap_worker *worker = &run->workers[i];

		if (run->scenario->free)
			ap_release(&worker->held);
		else
			list_splice_tail_init(&worker->held, &kept);
		ap_slab_end(worker);
		kvfree(worker->series);
		kvfree(worker->pages);
	}
	kvfree(run->workers);
}

/* The requests, in the state that the act makes for them. */
static int perform(struct ap_run *run)
{
	const struct ap_act *act = run->scenario->act;
	struct ap_facts store = {0};
	u64 begin;
	int err = act ? ap_store_open(run) : 0;

	if (err)
		return err;
	begin = ktime_get_mono_fast_ns();
	if (act && act->prepare)
		err = act->prepare(run);
	if (!err)
		err = run_workers(run);
	ap_truth_ran(ktime_get_mono_fast_ns() - begin);
	if (!act)
		return err;
	ap_store_close(&store);
	if (err != -EOPNOTSUPP)
		ap_record_run(run, &store);
	return err;
}

int ap_run_scenario(const struct ap_scenario *scenario, const char **why)
{
	struct ap_run run = {.scenario = scenario};
	u32 i;
	int err;

	ap_release_kept();
	cpus_read_lock();
	err = setup(&run);
	cpus_read_unlock();
	if (!err)
		err = ap_slowdown_begin(&run.workers[0]);
	if (!err)
		err = ap_others_begin(scenario);
	if (!err) {
		err = perform(&run);
		run.workers[0].totals.others = ap_others_end(&run);
		/* a run that was interrupted did what it did */
		for (i = 0; i < run.worker_count; i++)
			ap_truth_merge(&run.workers[i]);
	}
	ap_slowdown_end();
	finish(&run);
	*why = run.why;
	return err;
}
