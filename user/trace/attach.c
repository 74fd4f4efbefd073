// SPDX-License-Identifier: GPL-2.0-only
/* Programs are attached and detached, in the order that their counts depend on. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "trace/programs_internal.h"

static int attach(struct programs *programs, uint32_t copy, struct bpf_program *program,
		  const char *how, const char *function)
{
	struct attached *attached = programs->attached;
	struct bpf_link *link;

	for (size_t i = 0; i < programs->nr_attached; i++)
		if (attached[i].program == program && attached[i].link)
			return 0; /* by a try before this one */
	if (!strcmp(how, "raw_tp"))
		link = bpf_program__attach_raw_tracepoint(program, function);
	else if (!strcmp(how, "kprobe") || !strcmp(how, "kretprobe"))
		link = bpf_program__attach_kprobe(program, !strcmp(how, "kretprobe"), function);
	else
		link = bpf_program__attach(program);

	if (!link)
		return -errno;
	/* a program that was attached before keeps its place */
	while (attached < programs->attached + programs->nr_attached &&
	       attached->program != program)
		attached++;
	if (attached == programs->attached + programs->nr_attached)
		programs->nr_attached++;
	*attached = (struct attached){
		.program = program,
		.link = link,
		.copy = copy,
		.how = how,
		.function = function,
		.is_exit = program == programs->copy[copy - 1].exit,
		.is_bulk = program == programs->skeleton->progs.bulk_exit,
		.is_slab = program == slab_program(programs, GFT_KMALLOC) ||
			   program == slab_program(programs, GFT_KMEM_CACHE_ALLOC),
	};
	return 0;
}

static void detach(struct programs *programs, const struct bpf_program *program)
{
	for (size_t i = 0; i < programs->nr_attached; i++) {
		if (programs->attached[i].program != program)
			continue;
		bpf_link__destroy(programs->attached[i].link);
		programs->attached[i].link = NULL;
	}
}

/*
 * A program that has just been detached can be attached again only when the kernel's worker
 * has put its link away (bpf_link_put_deferred(), kernel/bpf/syscall.c).
 */
#define ATTACH_TRIES 200

static int attach_entry(struct programs *programs, uint32_t copy, struct bpf_program *program)
{
	const char *how = programs->setup.tier == TIER_FEXIT ? "fentry" : "kprobe";
	const char *function = programs->setup.kernel->facts.entry.name;
	int err = attach(programs, copy, program, how, function);

	for (int i = 0; i < ATTACH_TRIES && err == -EBUSY; i++) {
		poll(NULL, 0, 1);
		err = attach(programs, copy, program, how, function);
	}
	return err;
}

/*
 * Which node a request wanted matters where there are several; without the program the one of
 * its CPU is taken.
 */
static void attach_wish(struct programs *programs)
{
	if (sees_failures(programs) && programs__zones(programs)->nodes > 1)
		attach(programs, 1, programs->skeleton->progs.failure_wish, "kprobe",
		       "wake_all_kswapds");
}

/* A stage that cannot be seen, or not all of it, is a blind spot and no reason to see nothing. */
static void attach_stages(struct programs *programs)
{
	const struct stage_probes *stages = &programs->setup.stages;
	const char *lacks = ""; /* the function whose end cannot be seen */
	uint32_t blind = stages->strange;

	for (size_t i = 0; i < stages->count; i++) {
		const struct stage_probe *probe = &stages->probe[i];

		programs->sees |= 1u << probe->stage;
		if (!strcmp(lacks, probe->target) ||
		    !attach(programs, 1, stage_program(programs, probe), probe->how, probe->target))
			continue;
		lacks = probe->target;
		blind |= 1u << probe->stage;
	}
	programs->sees &= ~blind;
	/* what lies between those that have a length */
	if (!(programs->sees & GFT_STAGES_LONG))
		return;
	programs->sees |= 1u << GFT_STAGE_SEARCH;
	if (programs->setup.kernel->facts.has_run_delay)
		programs->sees |= 1u << GFT_STAGE_RUNQUEUE;
}

/* Why requests of a timed tier failed, at the instant; the look is a stage of theirs. */
static int attach_warned(struct programs *programs)
{
	int err = 0;

	if (programs->setup.config.memcg_by_warn)
		err = attach(programs, 1, programs->skeleton->progs.failure_warned, "kprobe",
			     "warn_alloc");
	if (!err && programs->setup.config.memcg_by_warn)
		programs->sees |= 1u << GFT_STAGE_AUTOPSY;
	return err;
}

/* The end first: what begins before it is there would never end. The module stays meanwhile. */
static int attach_quality(struct programs *programs)
{
	struct gfptrace *skeleton = programs->skeleton;
	int err;

	if (!programs->setup.config.by_quality)
		return 0;
	err = attach(programs, 1, skeleton->progs.quality_end, "raw_tp", GFT_QUALITY_END);
	return err ? err
		   : attach(programs, 1, skeleton->progs.quality_begin, "raw_tp",
			    GFT_QUALITY_BEGIN);
}

int programs__attach_entries(struct programs *programs, uint32_t copy)
{
	struct gfptrace *skeleton = programs->skeleton;
	const struct btf_facts *facts = &programs->setup.kernel->facts;
	bool fexit = programs->setup.tier == TIER_FEXIT;
	int err = 0;

	if (copy == 1) {
		attach_wish(programs);
		attach_stages(programs);
		err = attach_quality(programs);
	}
	if (err || !programs->copy[copy - 1].entry)
		return err;
	if (copy == 1)
		err = attach_warned(programs);
	if (!err)
		err = attach_entry(programs, copy, programs->copy[copy - 1].entry);
	if (err || !fexit || copy > 1)
		return err;
	if (programs->setup.config.marked)
		err = attach(programs, 1, skeleton->progs.verify_pairing, "fexit",
			     facts->entry.name);
	if (err || !facts->bulk.name)
		return err;
	err = attach(programs, 1, skeleton->progs.bulk_entry, "fentry", facts->bulk.name);
	programs->bulk = !err;
	return err;
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now); /* that of bpf_ktime_get_ns() */
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* Where a program cannot be attached, that is told of: these are no part of the count. */
static void attach_headroom(struct programs *programs)
{
	struct gfptrace *skeleton = programs->skeleton;

	if (!programs->setup.config.memcg_by_warn)
		return;
	programs->headroom =
		!attach(programs, 1, skeleton->progs.headroom_failed, "kprobe", "warn_alloc") &&
		!attach(programs, 1, skeleton->progs.headroom_slow, "kprobe", "wake_all_kswapds");
}

/* Requests of our own, which hold no lock, tell what the counters stand at. */
static enum lint_sight learn_lint(struct programs *programs)
{
	struct gft_lint_base *base = &programs->skeleton->bss->gft_lint_base;
	enum lint_sight sight;

	programs__request_pages();
	sight = lint__sight(base);
	base->learning = 0;
	return sight;
}

static void attach_lint(struct programs *programs)
{
	struct gfptrace *skeleton = programs->skeleton;
	bool kprobes = programs->setup.config.memcg_by_warn;
	struct bpf_program *program =
		kprobes ? skeleton->progs.lint_kprobe : skeleton->progs.lint_tracepoint;
	int err;

	if (!programs->setup.config.lint)
		return;
	programs->lint_sight = LINT_BLIND;
	skeleton->bss->gft_lint_base.learning = (uint32_t)getpid();
	err = kprobes ? attach(programs, 1, program, "kprobe",
			       programs->setup.kernel->facts.entry.name)
		      : attach(programs, 1, program, "raw_tp", "mm_page_alloc");
	if (!err)
		programs->lint_sight = learn_lint(programs);
	if (programs->lint_sight == LINT_BLIND)
		detach(programs, program);
}

static void attach_slabs(struct programs *programs)
{
	static const char *const events[GFT_SLAB_CALLS] = {"kmalloc", "kmem_cache_alloc"};

	for (uint32_t call = 0; call < GFT_SLAB_CALLS; call++)
		programs->slab_call[call] =
			wants_slab(programs, call) &&
			!attach(programs, 1, slab_program(programs, call), "raw_tp", events[call]);
}

int programs__attach_exits(struct programs *programs, uint32_t copy)
{
	int err = 0;

	if (copy == 2)
		programs->skeleton->bss->gft_copies_since = now_ns();
	if (copy == 1) {
		attach_headroom(programs);
		attach_lint(programs);
		attach_slabs(programs);
	}
	if (copy == 1 && programs->bulk)
		err = attach(programs, 1, programs->skeleton->progs.bulk_exit, "fexit",
			     programs->setup.kernel->facts.bulk.name);
	if (!err && programs->copy[copy - 1].exit == programs->skeleton->progs.failure_alone)
		err = attach(programs, copy, programs->copy[copy - 1].exit, "kprobe", "warn_alloc");
	else if (!err)
		err = attach(programs, copy, programs->copy[copy - 1].exit, "raw_tp",
			     "mm_page_alloc");
	if (err || !programs->setup.config.timed)
		return err;
	if (copy == 1)
		programs->skeleton->data->gft_active_since = now_ns();
	/* from which the exit learns how far below its entry it lies: more programs may change it
	 */
	programs__request_page();
	return 0;
}

static struct bpf_program *first_entry(const struct programs *programs)
{
	return programs->is_sampling ? programs->sampling : programs->copy[0].entry;
}

int programs__entry_first(struct programs *programs)
{
	detach(programs, first_entry(programs));
	return attach_entry(programs, 1, first_entry(programs));
}

int programs__set_sample(struct programs *programs, uint32_t sample)
{
	bool sampling = sample > 1;
	struct bpf_program *before = first_entry(programs);
	int err;

	if (!before)
		return -EOPNOTSUPP;
	programs->skeleton->data->gft_sample = sample;
	if (sampling == programs->is_sampling)
		return 0;
	/* for a moment both run: the later one leaves the frame as it wants it */
	err = attach_entry(programs, 1, sampling ? programs->sampling : programs->copy[0].entry);
	if (err)
		return err;
	detach(programs, before);
	programs->is_sampling = sampling;
	return 0;
}

void programs__detach(struct programs *programs)
{
	for (int exits = 1; exits >= 0; exits--)
		/* the first copy last: only what it saw too may be counted as recovered */
		for (size_t i = programs->nr_attached; i-- > 0;) {
			if (exits && !programs->attached[i].is_exit)
				continue;
			bpf_link__destroy(programs->attached[i].link);
			programs->attached[i].link = NULL;
		}
}

bool programs__are_attached(const struct programs *programs)
{
	for (size_t i = 0; i < programs->nr_attached; i++)
		if (programs->attached[i].link)
			return true;
	return false;
}
