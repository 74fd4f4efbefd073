// SPDX-License-Identifier: GPL-2.0-only
#include "trace/tracer.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel/probe.h"

struct tracer {
	struct programs *programs;
	struct programs_setup setup;
	uint32_t working; /* copies that are attached */
};

/* Copies help where programs are guarded one by one: kprobes all share one guard. */
static uint32_t copies_wanted(const struct programs_setup *setup)
{
	if (setup->tier != TIER_FEXIT || setup->plan->coverage == COVERAGE_FAST ||
	    setup->failures_only)
		return 1;
	return GFT_COPIES;
}

/* May programs of this tier be attached here? */
static int try_tier(const struct programs_setup *setup, const char **step)
{
	const char *entry = setup->kernel->facts.entry.name;

	*step = "load";
	if (setup->tier == TIER_TRACEPOINT)
		return 0;
	if (setup->failures_only) /* variadic, so no trampoline can be had there */
		return setup->tier == TIER_FEXIT ? -EOPNOTSUPP : trial__kprobe("warn_alloc", step);
	if (!entry)
		return -ENOENT;
	return setup->tier == TIER_FEXIT ? trial__fentry(setup->kernel->btf, entry, step)
					 : trial__kprobe(entry, step);
}

static int load(struct tracer *tracer, struct kernel *kernel)
{
	int err = kernel__need_btf(kernel);

	if (err)
		return err;
	tracer->setup.config.context_by_stack = kernel->no_context != NULL;
	kernel__lend_btf(kernel);
	return programs__open(&tracer->programs, &tracer->setup);
}

/* Once more where contexts are not what the programs read: others then do not read them. */
static int open_programs(struct tracer *tracer, struct kernel *kernel)
{
	int err = load(tracer, kernel);

	if (err || kernel->context_checked)
		return err;
	kernel->context_checked = true;
	kernel->no_context = programs__check_contexts(tracer->programs);
	if (!kernel->no_context)
		return 0;
	kernel->preempt_symbol = false;
	programs__close(tracer->programs);
	tracer->programs = NULL;
	return load(tracer, kernel);
}

static int open_tier(struct tracer **result, const struct programs_setup *setup,
		     struct kernel *kernel, const char **step)
{
	struct tracer *tracer = calloc(1, sizeof(*tracer));
	const char *ignored;
	int err;

	if (!tracer)
		return -ENOMEM;
	tracer->setup = *setup;
	tracer->setup.copies = copies_wanted(setup);
	tracer->setup.config.timed = setup->tier != TIER_TRACEPOINT && !setup->failures_only;
	tracer->setup.config.uncounted_entries = setup->tier == TIER_KPROBE;
	tracer->setup.config.memcg_by_warn =
		tracer->setup.config.timed && !trial__kprobe("warn_alloc", &ignored);
	if (!setup->failures_only)
		stage_probes__choose(&tracer->setup.stages, setup->kernel, setup->tier,
				     tracer->setup.config.by_path);
	*step = "load";
	err = open_programs(tracer, kernel);
	if (!err && tracer->setup.config.timed) {
		*step = "trust the clock of";
		err = programs__check_clock(tracer->programs);
	}
	if (!err) {
		*step = "attach";
		err = programs__attach_entries(tracer->programs, 1);
	}
	if (err) {
		tracer__close(tracer);
		return err;
	}
	*step = "";
	*result = tracer;
	return 0;
}

int tracer__open(struct tracer **result, struct kernel *kernel, const struct plan *plan,
		 struct tier_trials *trials)
{
	enum tier first = plan->tier == TIER_AUTO ? TIER_FEXIT : plan->tier;
	enum tier last = plan->tier == TIER_AUTO ? TIER_TRACEPOINT : plan->tier;
	struct programs_setup setup = {.kernel = kernel,
				       .plan = plan,
				       .failures_only = plan->options->failures_only,
				       .config = plan->config};
	int err = -ENOENT;

	*result = NULL;
	trials->count = 0;
	for (enum tier tier = first; tier <= last && !*result; tier++) {
		struct tier_trial *trial = &trials->trial[trials->count++];

		trial->tier = setup.tier = tier;
		trial->step = "load";
		err = kernel__need_btf(kernel);
		if (!err)
			err = try_tier(&setup, &trial->step);
		if (!err)
			err = open_tier(result, &setup, kernel, &trial->step);
		trial->err = err;
	}
	return err;
}

int tracer__activate(struct tracer *tracer)
{
	int err = 0;

	/* before the first request counts: none but the sample is timed */
	if (tracer->setup.plan->options->sample > 1 && tracer->setup.config.timed)
		err = tracer__sample(tracer, (uint32_t)tracer->setup.plan->options->sample);
	if (!err)
		err = programs__attach_exits(tracer->programs, 1);
	if (err)
		return err;
	tracer->working = 1;
	if (tracer->setup.plan->coverage != COVERAGE_EXACT || tracer->setup.copies == 1)
		return 0;
	return tracer__escalate(tracer);
}

int tracer__escalate(struct tracer *tracer)
{
	struct programs *programs = tracer->programs;
	int err = 0;

	if (tracer->working == tracer->setup.copies)
		return -EALREADY;
	/* exits before entries: a frame that nobody takes would be taken for that of the next */
	for (uint32_t copy = tracer->working + 1; copy <= tracer->setup.copies && !err; copy++)
		err = programs__attach_exits(programs, copy);
	if (err)
		return err;
	programs__trust_entries(programs);
	for (uint32_t copy = tracer->working + 1; copy <= tracer->setup.copies && !err; copy++)
		err = programs__attach_entries(programs, copy);
	if (!err)
		err = programs__entry_first(programs);
	if (err)
		return err;
	tracer->working = tracer->setup.copies;
	return 0;
}

int tracer__sample(struct tracer *tracer, uint32_t sample)
{
	return programs__set_sample(tracer->programs, sample);
}

bool tracer__failures_only(const struct tracer *tracer)
{
	return tracer->setup.failures_only;
}

/*
 * What is detached may still run on another CPU. All programs run within an RCU read-side
 * section, and this command is synchronize_rcu() (kernel/sched/membarrier.c); it is refused
 * under nohz_full, where a tenth of a second must do.
 */
static void wait_for_programs(void)
{
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0))
		poll(NULL, 0, 100);
}

void tracer__stop(struct tracer *tracer)
{
	programs__detach(tracer->programs);
	wait_for_programs();
}

void tracer__close(struct tracer *tracer)
{
	if (!tracer)
		return;
	programs__close(tracer->programs);
	free(tracer);
}

enum tier tracer__tier(const struct tracer *tracer)
{
	return tracer->setup.tier;
}

uint32_t tracer__copies(const struct tracer *tracer)
{
	return tracer->working ? tracer->working : 1;
}

uint32_t tracer__waiting(const struct tracer *tracer)
{
	return tracer->setup.copies - tracer->working;
}

bool tracer__bulk(const struct tracer *tracer)
{
	return programs__bulk(tracer->programs);
}

bool tracer__timed(const struct tracer *tracer)
{
	return tracer->setup.config.timed;
}

bool tracer__memcg(const struct tracer *tracer)
{
	return tracer->setup.config.memcg_by_warn;
}

bool tracer__places(const struct tracer *tracer)
{
	return tracer->setup.config.vmemmap;
}

bool tracer__exact_context(const struct tracer *tracer)
{
	return programs__exact_context(tracer->programs);
}

const struct gft_failure *tracer__failures(const struct tracer *tracer)
{
	return programs__failures(tracer->programs);
}

const struct gft_callers *tracer__callers(const struct tracer *tracer, size_t *count)
{
	return programs__callers(tracer->programs, count);
}

struct stacks_view tracer__stacks(const struct tracer *tracer)
{
	return programs__stacks(tracer->programs);
}

struct stacks_view tracer__lints(const struct tracer *tracer)
{
	return programs__lints(tracer->programs);
}

struct slabs_view tracer__slabs(const struct tracer *tracer)
{
	return programs__slabs(tracer->programs);
}

enum lint_sight tracer__lint_sight(const struct tracer *tracer)
{
	return programs__lint_sight(tracer->programs);
}

const struct gft_headrooms *tracer__headrooms(const struct tracer *tracer)
{
	return programs__headrooms(tracer->programs);
}

const struct gft_zones *tracer__zones(const struct tracer *tracer)
{
	return programs__zones(tracer->programs);
}

bool tracer__reasons(const struct tracer *tracer)
{
	const struct gft_zones *zones = tracer__zones(tracer);

	return zones->used && !zones->left_out;
}

const struct gft_stages *tracer__stages(const struct tracer *tracer)
{
	return programs__stages(tracer->programs);
}

uint32_t tracer__strange(const struct tracer *tracer)
{
	return tracer->setup.stages.strange;
}

uint32_t tracer__sees(const struct tracer *tracer)
{
	return programs__sees(tracer->programs);
}

const struct gft_slowest *tracer__slowest(const struct tracer *tracer)
{
	return programs__slowest(tracer->programs);
}

uint64_t tracer__epoch(const struct tracer *tracer)
{
	return programs__epoch(tracer->programs);
}

uint64_t tracer__next_epoch(struct tracer *tracer)
{
	return programs__next_epoch(tracer->programs);
}

uint64_t tracer__memory(const struct tracer *tracer)
{
	return programs__memory(tracer->programs);
}

size_t tracer__views(const struct tracer *tracer, struct counters_view views[GFT_COPIES])
{
	for (uint32_t copy = 1; copy <= tracer->setup.copies; copy++)
		views[copy - 1] = programs__view(tracer->programs, copy);
	return tracer->setup.copies;
}

size_t tracer__programs(const struct tracer *tracer, struct program_state *states, size_t most)
{
	return programs__states(tracer->programs, states, most);
}
