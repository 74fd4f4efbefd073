// SPDX-License-Identifier: GPL-2.0-only
#include "tracer.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "locate.h"

struct tracer {
	struct copy *copy[TRACER_COPIES];
	uint32_t loaded, working;
	struct copy_setup setup; /* of the first copy */
	bool active;
};

static int add_copy(struct tracer *tracer)
{
	struct copy_setup setup = tracer->setup;
	struct copy **copy = &tracer->copy[tracer->loaded];

	setup.config.copy = tracer->loaded + 1;
	if (tracer->loaded) {
		setup.first = tracer->copy[0];
		setup.config.slots = setup.plan->copy_slots;
	}
	tracer->loaded++; /* also what is half open is closed */
	return copy__open(copy, &setup);
}

/* Copies help where programs are guarded one by one: kprobes all share one guard. */
static uint32_t copies_wanted(const struct tracer *tracer)
{
	if (tracer->setup.tier != TIER_FEXIT || tracer->setup.plan->coverage == COVERAGE_FAST)
		return 1;
	return TRACER_COPIES;
}

static int open_tier(struct tracer *tracer, const char **step)
{
	int err = 0;

	*step = "load";
	while (!err && tracer->loaded < copies_wanted(tracer))
		err = add_copy(tracer);
	if (err)
		return err;
	*step = "attach";
	err = copy__attach_entries(tracer->copy[0]);
	if (!err)
		*step = "";
	return err;
}

/* Load and attach one tier, with or without the program on warn_alloc. */
static int try_tier(struct tracer **result, const struct copy_setup *setup, bool memcg,
		    const char **step)
{
	struct tracer *tracer = calloc(1, sizeof(*tracer));
	int err;

	if (!tracer)
		return -ENOMEM;
	tracer->setup = *setup;
	tracer->setup.config.timed = setup->tier != TIER_TRACEPOINT;
	tracer->setup.config.memcg_by_warn = memcg;
	err = open_tier(tracer, step);
	if (err)
		tracer__close(tracer);
	else
		*result = tracer;
	return err;
}

int tracer__open(struct tracer **result, const struct kernel *kernel, const struct plan *plan,
		 struct tier_trials *trials)
{
	enum tier first = plan->tier == TIER_AUTO ? TIER_FEXIT : plan->tier;
	enum tier last = plan->tier == TIER_AUTO ? TIER_TRACEPOINT : plan->tier;
	struct copy_setup setup = {.kernel = kernel, .plan = plan, .config = plan->config};
	int err = -ENOENT;

	*result = NULL;
	trials->count = 0;
	setup.config.vmemmap = locate__vmemmap(kernel);
	for (enum tier tier = first; tier <= last && !*result; tier++) {
		struct tier_trial *trial = &trials->trial[trials->count++];

		trial->tier = setup.tier = tier;
		err = try_tier(result, &setup, tier != TIER_TRACEPOINT, &trial->step);
		if (err && tier == TIER_FEXIT) /* kprobes may be what is missing */
			err = try_tier(result, &setup, false, &trial->step);
		trial->err = err;
	}
	return err;
}

int tracer__activate(struct tracer *tracer)
{
	int err = copy__attach_exits(tracer->copy[0]);

	if (err)
		return err;
	tracer->working = 1;
	return tracer->setup.plan->coverage == COVERAGE_EXACT && tracer->loaded > 1
		       ? tracer__escalate(tracer)
		       : 0;
}

int tracer__escalate(struct tracer *tracer)
{
	int err = 0;

	if (tracer->working == tracer->loaded)
		return -EALREADY;
	/* exits before entries: a frame that nobody takes would be taken for that of the next */
	for (uint32_t i = tracer->working; i < tracer->loaded && !err; i++)
		err = copy__attach_exits(tracer->copy[i]);
	for (uint32_t i = tracer->working; i < tracer->loaded && !err; i++)
		err = copy__attach_entries(tracer->copy[i]);
	if (err)
		return err;
	copy__trust_entries(tracer->copy[0]);
	tracer->working = tracer->loaded;
	return 0;
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
	/* the first last: only what it saw too may be counted as recovered by the others */
	for (uint32_t i = tracer->loaded; i-- > 0;)
		copy__detach(tracer->copy[i]);
	wait_for_programs();
}

void tracer__close(struct tracer *tracer)
{
	if (!tracer)
		return;
	/* the first last: the others share its frames */
	while (tracer->loaded > 0)
		copy__close(tracer->copy[--tracer->loaded]);
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
	return tracer->loaded - tracer->working;
}

bool tracer__bulk(const struct tracer *tracer)
{
	return copy__bulk(tracer->copy[0]);
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
	return copy__exact_context(tracer->copy[0]);
}

uint64_t tracer__memory(const struct tracer *tracer)
{
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < tracer->loaded; i++)
		bytes += copy__memory(tracer->copy[i]);
	return bytes;
}

size_t tracer__views(const struct tracer *tracer, struct copy_view views[TRACER_COPIES])
{
	for (uint32_t i = 0; i < tracer->loaded; i++)
		views[i] = copy__view(tracer->copy[i]);
	return tracer->loaded;
}

size_t tracer__programs(const struct tracer *tracer, struct program_state *states, size_t most)
{
	size_t count = 0;

	for (uint32_t i = 0; i < tracer->loaded; i++)
		count += copy__programs(tracer->copy[i], states + count, most - count);
	return count;
}
