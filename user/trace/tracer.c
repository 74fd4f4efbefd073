// SPDX-License-Identifier: GPL-2.0-only
#include "trace/tracer.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel/probe.h"
#include "kernel/witness.h"

struct tracer {
	struct programs *programs;
	struct programs_setup setup;
	uint32_t working; /* copies that are attached */
	struct witness witness;
	struct tier_trials trials;
	char why_no_kprobe[160];
};

/* Copies help where programs are guarded one by one: kprobes all share one guard. */
static uint32_t copies_wanted(const struct programs_setup *setup)
{
	if (setup->tier != TIER_FEXIT || setup->plan->coverage == COVERAGE_FAST ||
	    setup->failures_only)
		return 1;
	return GFT_COPIES;
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

/* Function tracing is on while anything is detached: witness.h says why. */
static void detach(struct tracer *tracer, bool for_good)
{
	bool attached = tracer->programs && programs__are_attached(tracer->programs);
	bool permitted = (attached || (for_good && tracer->witness.kprobe >= 0)) &&
			 tracer->setup.tier != TIER_TRACEPOINT && witness__permit(&tracer->witness);

	if (tracer->programs)
		programs__detach(tracer->programs);
	if (for_good)
		witness__drop_kprobe(&tracer->witness);
	if (attached)
		wait_for_programs();
	witness__restore(&tracer->witness, permitted);
}

static const char no_memory[] = "BPF programs may not read the kernel's memory here "
				"(lockdown=confidentiality in /sys/kernel/security/lockdown)";

/* Programs of this tier can be attached and would never run. */
static int blind(struct tier_trial *trial, const char *why)
{
	trial->step = "see";
	trial->why = why;
	return -ENODATA;
}

static int try_kprobe(const char *function, struct witness *witness, struct tier_trial *trial)
{
	int err;

	if (!witness__ftrace(witness))
		return blind(trial, witness__why_no_ftrace(witness));
	err = trial__kprobe(function, &trial->step);
	if (err)
		return err;
	return witness__kprobes(witness) ? 0 : blind(trial, witness_no_kprobes);
}

/* May programs of this tier be attached here, and do such programs run? */
static int try_tier(const struct programs_setup *setup, struct witness *witness,
		    struct tier_trial *trial)
{
	const char *entry = setup->kernel->facts.entry.name;

	trial->step = "load";
	if (setup->tier == TIER_TRACEPOINT)
		return 0;
	if (setup->failures_only) /* variadic, so no trampoline can be had there */
		return setup->tier == TIER_FEXIT ? -EOPNOTSUPP
						 : try_kprobe("warn_alloc", witness, trial);
	if (!entry)
		return -ENOENT;
	if (setup->tier == TIER_KPROBE)
		return try_kprobe(entry, witness, trial);
	if (!witness__ftrace(witness))
		return blind(trial, witness__why_no_ftrace(witness));
	return trial__fentry(setup->kernel->btf, entry, &trial->step);
}

/* Is there a kprobe that tells a refused charge, the reason and the headroom? Else: why not. */
static bool kprobes_tell(struct tracer *tracer)
{
	struct tier_trial trial = {};
	int err = try_kprobe("warn_alloc", &tracer->witness, &trial);

	if (err)
		snprintf(tracer->why_no_kprobe, sizeof(tracer->why_no_kprobe), "%s",
			 trial.why ? trial.why : strerror(-err));
	return !err;
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
		     struct kernel *kernel, struct tier_trial *trial, struct witness *witness)
{
	struct tracer *tracer = calloc(1, sizeof(*tracer));
	int err;

	if (!tracer)
		return -ENOMEM;
	tracer->setup = *setup;
	tracer->witness = *witness;
	tracer->setup.copies = copies_wanted(setup);
	tracer->setup.config.timed = setup->tier != TIER_TRACEPOINT && !setup->failures_only;
	tracer->setup.config.uncounted_entries = setup->tier == TIER_KPROBE;
	tracer->setup.config.memcg_by_warn = tracer->setup.config.timed && kprobes_tell(tracer);
	if (!setup->failures_only)
		stage_probes__choose(&tracer->setup.stages, setup->kernel, setup->tier,
				     tracer->setup.config.by_path);
	trial->step = "load";
	err = open_programs(tracer, kernel);
	if (!err && tracer->setup.config.timed) {
		trial->step = "trust the clock of";
		err = programs__check_clock(tracer->programs);
	}
	if (!err) {
		trial->step = "attach";
		err = programs__attach_entries(tracer->programs, 1);
	}
	if (!err && tracer->setup.config.timed && !programs__entry_runs(tracer->programs))
		err = blind(trial, "its programs do not run for requests of gfptrace itself");
	*witness = tracer->witness;
	if (err && !trial->why && *trial->step == 'l' && !trial__reads_memory())
		trial->why = no_memory;
	if (err) {
		detach(tracer, false);
		programs__close(tracer->programs);
		free(tracer);
		return err;
	}
	trial->step = "";
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
	struct witness witness;
	int err = -ENOENT;

	*result = NULL;
	trials->count = 0;
	witness__open(&witness);
	for (enum tier tier = first; tier <= last && !*result; tier++) {
		struct tier_trial *trial = &trials->trial[trials->count++];

		*trial = (struct tier_trial){.tier = tier, .step = "load"};
		setup.tier = tier;
		err = kernel__need_btf(kernel);
		if (!err)
			err = try_tier(&setup, &witness, trial);
		if (!err)
			err = open_tier(result, &setup, kernel, trial, &witness);
		trial->err = err;
	}
	if (*result)
		(*result)->trials = *trials;
	else
		witness__close(&witness);
	return err;
}

/* What is at functions must not be attached, nor another put in its place, while it is blind. */
static bool may_attach(const struct tracer *tracer)
{
	return tracer->setup.tier == TIER_TRACEPOINT || witness__ftrace(&tracer->witness);
}

/* With --failures-only none of our requests is counted, for none fails. */
static bool pairs(const struct tracer *tracer, uint64_t before)
{
	return tracer->setup.failures_only || programs__pair(tracer->programs, before);
}

int tracer__activate(struct tracer *tracer)
{
	int err = may_attach(tracer) ? 0 : -ENODATA;

	/* before the first request counts: none but the sample is timed */
	if (!err && tracer->setup.plan->options->sample > 1 && tracer->setup.config.timed)
		err = tracer__sample(tracer, (uint32_t)tracer->setup.plan->options->sample);
	if (!err)
		err = programs__attach_exits(tracer->programs, 1);
	if (err)
		return err;
	if (!pairs(tracer, 0))
		return -ENODATA;
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
	if (!may_attach(tracer))
		return -ENODATA;
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
	return may_attach(tracer) ? programs__set_sample(tracer->programs, sample) : -ENODATA;
}

bool tracer__failures_only(const struct tracer *tracer)
{
	return tracer->setup.failures_only;
}

enum blindness tracer__look(struct tracer *tracer, bool idle, const char **why)
{
	enum tier tier = tracer->setup.tier;
	bool kprobes = tier == TIER_KPROBE || tracer->setup.config.memcg_by_warn;

	*why = NULL;
	if (tier != TIER_TRACEPOINT)
		*why = witness__why_no_ftrace(&tracer->witness);
	if (*why)
		return BLIND;
	if (kprobes && tracer->witness.kprobe >= 0 && !witness__kprobes(&tracer->witness))
		*why = witness_no_kprobes;
	if (*why)
		return tier == TIER_KPROBE ? BLIND : BLIND_TO_DETAILS;
	if (!idle || pairs(tracer, programs__paired(tracer->programs)))
		return SEES_ALL;
	*why = "the programs do not run for requests of gfptrace itself";
	return BLIND;
}

void tracer__stop(struct tracer *tracer)
{
	detach(tracer, false);
}

void tracer__close(struct tracer *tracer)
{
	if (!tracer)
		return;
	detach(tracer, true);
	witness__close(&tracer->witness);
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

const char *tracer__why_no_kprobe(const struct tracer *tracer)
{
	return *tracer->why_no_kprobe ? tracer->why_no_kprobe : "not tried in this tier";
}

const struct tier_trials *tracer__trials(const struct tracer *tracer)
{
	return &tracer->trials;
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
