// SPDX-License-Identifier: GPL-2.0-only
#include "programs.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "gfptrace.skel.h"
#include "locate.h"
#include "log.h"

/* A program in use, its link (NULL: detached) and the place it is attached to. */
struct attached {
	struct bpf_program *program;
	struct bpf_link *link;
	uint32_t copy;
	const char *how;      /* fentry, kprobe, ... */
	const char *function; /* or the tracepoint's name */
	bool is_exit, is_bulk;
};

/* What a copy consists of in this tier. */
struct copy {
	struct bpf_program *entry, *exit; /* entry: NULL in the tier tracepoint */
	struct bpf_map *map;
	void *cpus;
	size_t size;
};

struct programs {
	struct programs_setup setup;
	struct gfptrace *skeleton;
	struct copy copy[GFT_COPIES];
	struct bpf_program *sampling; /* stands for the first copy's entry */
	bool is_sampling;
	struct attached attached[PROGRAMS_MAX];
	size_t nr_attached;
	bool bulk;
	void *names;
	size_t names_size;
	void *failures;
	size_t failures_size;
	void *slowest;
	size_t slowest_size;
	uint32_t sees; /* stages */
	void *callers, *stacks, *lints;
	size_t callers_size, stacks_size, lints_size;
	enum lint_sight lint_sight;
	bool headroom;
};

static __attribute__((format(printf, 2, 0))) int print_libbpf(enum libbpf_print_level level,
							      const char *format, va_list arguments)
{
	if (level == LIBBPF_DEBUG || log__level() < LOG_VERBOSE)
		return 0;
	return vfprintf(stderr, format, arguments);
}

void programs__quiet_libbpf(void)
{
	libbpf_set_print(print_libbpf);
}

static bool has_names(const struct programs *programs)
{
	return programs->setup.config.by_comm || programs->setup.config.by_cgroup;
}

/* Does any program look at stacks? */
static bool wants_callers(const struct programs *programs)
{
	return programs->setup.config.callers || programs->setup.config.lint;
}

static size_t cpu_size(const struct programs *programs, uint32_t copy)
{
	const struct gft_config *config = &programs->setup.config;

	return config->series_offset +
	       (size_t)config->slots[copy - 1] * GFT_SERIES_SIZE(config->timed);
}

static int set_map(struct bpf_map *map, uint64_t entries, uint64_t value_size)
{
	int err = bpf_map__set_value_size(map, (uint32_t)value_size);

	return err ? err : bpf_map__set_max_entries(map, (uint32_t)entries);
}

static int size_maps(struct programs *programs)
{
	uint32_t cpus = programs->setup.kernel->cpus, copies = programs->setup.copies;
	struct bpf_map *names = programs->skeleton->maps.gft_names;
	int err = 0;

	for (uint32_t copy = 1; copy <= GFT_COPIES && !err; copy++) {
		if (copy <= copies)
			err = set_map(programs->copy[copy - 1].map, cpus, cpu_size(programs, copy));
		else
			err = bpf_map__set_autocreate(programs->copy[copy - 1].map, false);
	}
	if (!err)
		err = bpf_map__set_max_entries(programs->skeleton->maps.gft_looks, cpus);
	if (!err)
		err = bpf_map__set_max_entries(programs->skeleton->maps.gft_slowest,
					       programs->setup.config.slowest ? cpus : 1);
	if (!err && has_names(programs))
		err = set_map(names, (uint64_t)cpus * copies, sizeof(struct gft_names));
	if (!err && wants_callers(programs))
		err = bpf_map__set_max_entries(programs->skeleton->maps.gft_callers,
					       cpus * GFT_CALLER_USERS);
	if (!err && programs->setup.config.stacks)
		err = bpf_map__set_max_entries(programs->skeleton->maps.gft_stacks, GFT_STACKS);
	if (!err && programs->setup.config.lint)
		err = bpf_map__set_max_entries(programs->skeleton->maps.gft_lints, GFT_LINTS);
	return err;
}

static int want(struct bpf_program *program, const char *function)
{
	int err = bpf_program__set_autoload(program, true);

	return err || !function ? err : bpf_program__set_attach_target(program, 0, function);
}

/* Does the run ask for no more than request_plain.bpf.c does, on a kernel that it is made for? */
static bool is_plain(const struct programs *programs)
{
	const struct gft_config *config = &programs->setup.config;
	const struct kernel *kernel = programs->setup.kernel;

	return programs->setup.tier == TIER_FEXIT && kernel->preempt_symbol &&
	       kernel->facts.misses_offset && config->timed && config->memcg_by_warn &&
	       config->vmemmap && config->page_struct_shift == GFT_PLAIN_STRUCT_SHIFT &&
	       config->page_shift == GFT_PLAIN_PAGE_SHIFT &&
	       config->max_order == GFT_PLAIN_MAX_ORDER &&
	       config->class_mask == GFT_PLAIN_CLASS_MASK &&
	       config->class_magic == GFT_PLAIN_CLASS_MAGIC && !config->marked &&
	       !config->preempt_rt && !config->filter_task && !config->by_range &&
	       !config->by_migratetype && !config->by_comm && !config->by_cgroup &&
	       !config->by_path && !config->callers;
}

static void choose_copies(struct programs *programs)
{
	struct gfptrace *skeleton = programs->skeleton;
	bool symbol = programs->setup.kernel->preempt_symbol, plain = is_plain(programs);
	const struct copy copies[GFT_COPIES] = {
		{skeleton->progs.entry_fentry,
		 symbol ? skeleton->progs.exit_symbol : skeleton->progs.exit_address,
		 skeleton->maps.gft_cpus_1, NULL, 0},
		{skeleton->progs.entry_copy2,
		 symbol ? skeleton->progs.exit_symbol_copy2 : skeleton->progs.exit_address_copy2,
		 skeleton->maps.gft_cpus_2, NULL, 0},
		{skeleton->progs.entry_copy3,
		 symbol ? skeleton->progs.exit_symbol_copy3 : skeleton->progs.exit_address_copy3,
		 skeleton->maps.gft_cpus_3, NULL, 0},
	};

	memcpy(programs->copy, copies, sizeof(copies));
	programs->sampling = skeleton->progs.entry_sampling;
	if (plain) {
		programs->copy[0].entry = skeleton->progs.entry_plain;
		programs->copy[0].exit = skeleton->progs.exit_plain;
		programs->sampling = skeleton->progs.entry_plain_sampling;
	}
	if (programs->setup.tier == TIER_KPROBE) {
		programs->copy[0].entry = skeleton->progs.entry_kprobe;
		programs->sampling = skeleton->progs.entry_kprobe_sampling;
	}
	if (programs->setup.tier == TIER_TRACEPOINT || programs->setup.failures_only)
		programs->copy[0].entry = programs->sampling = NULL;
	if (programs->setup.failures_only)
		programs->copy[0].exit = programs->setup.tier == TIER_TRACEPOINT
						 ? skeleton->progs.failure_tracepoint
						 : skeleton->progs.failure_alone;
}

static int want_entries(struct programs *programs)
{
	bool fexit = programs->setup.tier == TIER_FEXIT;
	const char *function = fexit ? programs->setup.kernel->facts.entry.name : NULL;
	int err = want(programs->sampling, function);

	for (uint32_t i = 0; i < programs->setup.copies && !err; i++)
		err = want(programs->copy[i].entry, function);
	return err;
}

static int want_bulk(struct programs *programs)
{
	const struct entry_point *bulk = &programs->setup.kernel->facts.bulk;
	struct gfptrace *skeleton = programs->skeleton;
	int err;

	if (!bulk->name)
		return 0;
	skeleton->rodata->gft_bulk_has_list = bulk->bulk_has_list;
	err = want(skeleton->progs.bulk_entry, bulk->name);
	return err ? err : want(skeleton->progs.bulk_exit, bulk->name);
}

static struct bpf_program *stage_program(const struct programs *programs,
					 const struct stage_probe *probe)
{
	return bpf_object__find_program_by_name(programs->skeleton->obj, probe->program);
}

static int want_stages(struct programs *programs)
{
	const struct stage_probes *stages = &programs->setup.stages;
	int err = 0;

	for (size_t i = 0; i < stages->count && !err; i++) {
		bool trampoline = !strncmp(stages->probe[i].how, "fe", 2);

		err = want(stage_program(programs, &stages->probe[i]),
			   trampoline ? stages->probe[i].target : NULL);
	}
	return err;
}

/* Is there a program on warn_alloc()? */
static bool sees_failures(const struct programs *programs)
{
	return programs->setup.config.memcg_by_warn ||
	       programs->copy[0].exit == programs->skeleton->progs.failure_alone;
}

/* The programs that look at what enters slow paths, and at habits. */
static int want_watchers(struct programs *programs)
{
	struct gfptrace *skeleton = programs->skeleton;
	bool kprobes = programs->setup.config.memcg_by_warn;
	int err = 0;

	if (kprobes)
		err = want(skeleton->progs.headroom_slow, NULL);
	if (!err && kprobes)
		err = want(skeleton->progs.headroom_failed, NULL);
	if (err || !programs->setup.config.lint)
		return err;
	return want(kprobes ? skeleton->progs.lint_kprobe : skeleton->progs.lint_tracepoint, NULL);
}

/* Which programs this tier loads. Presence in BTF proves nothing: loading and attaching does. */
static int want_programs(struct programs *programs)
{
	struct gfptrace *skeleton = programs->skeleton;
	const struct gft_config *config = &programs->setup.config;
	struct bpf_program *program;
	int err;

	bpf_object__for_each_program(program, skeleton->obj)
		bpf_program__set_autoload(program, false);
	err = want(skeleton->progs.locate, NULL);
	if (!err)
		err = want(skeleton->progs.find_zones, NULL);
	if (!err && sees_failures(programs))
		err = want(skeleton->progs.failure_wish, NULL);
	if (!err)
		err = want_watchers(programs);
	for (uint32_t i = 0; i < programs->setup.copies && !err; i++)
		err = want(programs->copy[i].exit, NULL);
	if (!err)
		err = want_stages(programs);
	if (err || !programs->copy[0].entry)
		return err;
	err = want_entries(programs);
	if (!err)
		err = want(skeleton->progs.find_stats, NULL);
	if (!err && config->memcg_by_warn)
		err = want(skeleton->progs.failure_warned, NULL);
	if (err || programs->setup.tier == TIER_KPROBE)
		return err;
	if (config->marked)
		err = want(skeleton->progs.verify_pairing,
			   programs->setup.kernel->facts.entry.name);
	return err ? err : want_bulk(programs);
}

static void *map_in(struct bpf_map *map, size_t *size)
{
	size_t bytes = (size_t)bpf_map__max_entries(map) * bpf_map__value_size(map);
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *memory;

	*size = (bytes + page - 1) / page * page;
	memory = mmap(NULL, *size, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);
	return memory == MAP_FAILED ? NULL : memory;
}

static struct gft_row *row_of(const struct programs *programs, uint32_t copy, uint32_t cpu)
{
	return (struct gft_row *)((char *)programs->copy[copy - 1].cpus +
				  cpu * cpu_size(programs, copy));
}

/* Per-CPU addresses that BPF cannot reach by a symbol. */
static int set_addresses(struct programs *programs)
{
	const struct kernel *kernel = programs->setup.kernel;
	struct gfptrace *skeleton = programs->skeleton;
	uint64_t stats = 0;

	if (programs->copy[0].entry && kernel->facts.misses_offset)
		stats = locate__program_stats(skeleton, programs->copy[0].entry);
	for (uint32_t cpu = 0; cpu < kernel->cpus; cpu++) {
		uint64_t area = locate__cpu_area(skeleton, kernel, cpu);

		if (!area)
			continue;
		for (uint32_t copy = 1; copy <= programs->setup.copies; copy++)
			row_of(programs, copy, cpu)->preempt_count =
				area + (uint64_t)kernel->facts.preempt_offset;
		if (stats)
			row_of(programs, 1, cpu)->entry_misses =
				area + stats + kernel->facts.misses_offset;
	}
	return skeleton->bss->gft_base ? 0 : -ENOTSUP;
}

/* The table of slots and the series `other` of one CPU. */
static void prepare_cpu(struct programs *programs, uint32_t copy, uint32_t cpu)
{
	const struct gft_config *config = &programs->setup.config;
	struct gft_row *row = row_of(programs, copy, cpu);
	struct gft_series *other = (void *)((char *)row + config->series_offset);

	other->min = UINT64_MAX;
	row->slow_floor = config->slowest ? GFT_SLOW_FLOOR : UINT64_MAX;
	for (uint32_t i = 0; i < GFT_COMBINATIONS; i++)
		row->slot[i] = plan__passes(programs->setup.plan, i) ? GFT_SLOT_UNCLAIMED
								     : GFT_SLOT_FILTERED;
	/* the filters ask for no more than class, order and context, which come first */
	for (uint32_t i = GFT_COMBINATIONS; i < config->combinations; i++)
		row->slot[i] = row->slot[i % GFT_COMBINATIONS];
}

/* The maps, ready for the first request: addresses, filters, the series `other`. */
static int prepare_maps(struct programs *programs)
{
	const struct plan *plan = programs->setup.plan;
	uint32_t zero = 0;
	int err;

	programs->names = map_in(programs->skeleton->maps.gft_names, &programs->names_size);
	programs->failures =
		map_in(programs->skeleton->maps.gft_failures, &programs->failures_size);
	programs->slowest = map_in(programs->skeleton->maps.gft_slowest, &programs->slowest_size);
	programs->callers = map_in(programs->skeleton->maps.gft_callers, &programs->callers_size);
	programs->stacks = map_in(programs->skeleton->maps.gft_stacks, &programs->stacks_size);
	programs->lints = map_in(programs->skeleton->maps.gft_lints, &programs->lints_size);
	if (!programs->names || !programs->failures || !programs->slowest || !programs->callers ||
	    !programs->stacks || !programs->lints)
		return -ENOMEM;
	for (uint32_t copy = 1; copy <= programs->setup.copies; copy++) {
		struct copy *it = &programs->copy[copy - 1];

		it->cpus = map_in(it->map, &it->size);
		if (!it->cpus)
			return -ENOMEM;
		for (uint32_t cpu = 0; cpu < programs->setup.kernel->cpus; cpu++)
			prepare_cpu(programs, copy, cpu);
	}
	locate__zones(programs->skeleton);
	err = set_addresses(programs);
	if (err || plan->cgroup_fd < 0)
		return err;
	return bpf_map__update_elem(programs->skeleton->maps.gft_cgroups, &zero, sizeof(zero),
				    &plan->cgroup_fd, sizeof(plan->cgroup_fd), BPF_ANY);
}

int programs__open(struct programs **result, const struct programs_setup *setup)
{
	struct programs *programs = calloc(1, sizeof(*programs));
	struct gfptrace *skeleton;
	const uint8_t *classes;
	int err;

	*result = programs;
	if (!programs)
		return -ENOMEM;
	programs->setup = *setup;
	skeleton = programs->skeleton = gfptrace__open();
	if (!skeleton)
		return -errno;
	programs->setup.config.series_offset = (uint32_t)GFT_ROW_SIZE(setup->config.combinations);
	classes = setup->config.timed ? setup->plan->class_of : setup->plan->class_of_effective;
	memcpy((void *)&skeleton->rodata->gft_config, &programs->setup.config,
	       sizeof(setup->config));
	memcpy((void *)&skeleton->rodata->gft_class_of, classes, GFT_CLASS_TABLE);
	memcpy((void *)&skeleton->rodata->gft_failure_config, &setup->kernel->failure,
	       sizeof(setup->kernel->failure));
	memcpy((void *)&skeleton->rodata->gft_comm_glob, &setup->plan->comm,
	       sizeof(setup->plan->comm));
	if (setup->plan->wrappers) {
		memcpy((void *)&skeleton->rodata->gft_wrapper, setup->plan->wrappers->code,
		       sizeof(setup->plan->wrappers->code));
		skeleton->bss->gft_module = setup->plan->wrappers->module;
	}
	choose_copies(programs);
	err = size_maps(programs);
	if (!err)
		err = want_programs(programs);
	if (!err)
		err = gfptrace__load(skeleton);
	return err ? err : prepare_maps(programs);
}

static int attach(struct programs *programs, uint32_t copy, struct bpf_program *program,
		  const char *how, const char *function)
{
	struct attached *attached = programs->attached;
	struct bpf_link *link;

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

/* A stage that cannot be seen is a blind spot, and no reason to see nothing. */
static void attach_stages(struct programs *programs)
{
	const struct stage_probes *stages = &programs->setup.stages;

	for (size_t i = 0; i < stages->count; i++) {
		const struct stage_probe *probe = &stages->probe[i];

		if (!attach(programs, 1, stage_program(programs, probe), probe->how, probe->target))
			programs->sees |= 1u << probe->stage;
	}
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
	}
	if (!programs->copy[copy - 1].entry)
		return 0;
	if (copy == 1 && programs->setup.config.memcg_by_warn)
		err = attach(programs, 1, skeleton->progs.failure_warned, "kprobe", "warn_alloc");
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

static void begin_learning(struct programs *programs)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now); /* that of bpf_ktime_get_ns() */
	programs->skeleton->data->gft_active_since =
		(uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* A request of our own, from which the exit learns how far below its entry it lies. */
static void learn_distance(void)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	char *page;

	page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE,
		    -1, 0);
	if (page != MAP_FAILED)
		munmap(page, size);
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

	for (int i = 0; i < 8; i++)
		learn_distance();
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

int programs__attach_exits(struct programs *programs, uint32_t copy)
{
	int err = 0;

	if (copy == 1) {
		attach_headroom(programs);
		attach_lint(programs);
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
		begin_learning(programs);
	learn_distance(); /* more programs at the tracepoint may change it */
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

void programs__close(struct programs *programs)
{
	if (!programs)
		return;
	programs__detach(programs);
	for (uint32_t i = 0; i < GFT_COPIES; i++)
		if (programs->copy[i].cpus)
			munmap(programs->copy[i].cpus, programs->copy[i].size);
	if (programs->names)
		munmap(programs->names, programs->names_size);
	if (programs->callers)
		munmap(programs->callers, programs->callers_size);
	if (programs->stacks)
		munmap(programs->stacks, programs->stacks_size);
	if (programs->lints)
		munmap(programs->lints, programs->lints_size);
	if (programs->failures)
		munmap(programs->failures, programs->failures_size);
	if (programs->slowest)
		munmap(programs->slowest, programs->slowest_size);
	gfptrace__destroy(programs->skeleton);
	free(programs);
}

struct counters_view programs__view(const struct programs *programs, uint32_t copy)
{
	const struct gft_config *config = &programs->setup.config;
	const struct gft_names *names = programs->names;

	return (struct counters_view){
		.cpus = programs->copy[copy - 1].cpus,
		.cpu_size = cpu_size(programs, copy),
		.series_offset = config->series_offset,
		.series_size = GFT_SERIES_SIZE(config->timed),
		.slots = config->slots[copy - 1],
		.names = has_names(programs)
				 ? names + (size_t)(copy - 1) * programs->setup.kernel->cpus
				 : NULL,
		.callers = config->by_caller
				   ? (const struct gft_callers *)programs->callers +
					     (size_t)(copy - 1) * programs->setup.kernel->cpus
				   : NULL,
	};
}

const struct gft_failure *programs__failures(const struct programs *programs)
{
	return programs->failures;
}

const struct gft_stages *programs__stages(const struct programs *programs)
{
	return &programs->skeleton->bss->gft_stages;
}

uint32_t programs__sees(const struct programs *programs)
{
	return programs->sees;
}

const struct gft_slowest *programs__slowest(const struct programs *programs)
{
	return programs->setup.config.slowest ? programs->slowest : NULL;
}

uint64_t programs__epoch(const struct programs *programs)
{
	return programs->skeleton->data->gft_slow_epoch;
}

uint64_t programs__next_epoch(struct programs *programs)
{
	uint64_t over = programs->skeleton->data->gft_slow_epoch;

	__atomic_store_n(&programs->skeleton->data->gft_slow_epoch, over + 1, __ATOMIC_RELEASE);
	for (uint32_t copy = 1; copy <= programs->setup.copies; copy++)
		for (uint32_t cpu = 0; cpu < programs->setup.kernel->cpus; cpu++)
			row_of(programs, copy, cpu)->slow_floor =
				programs->setup.config.slowest ? GFT_SLOW_FLOOR : UINT64_MAX;
	return over;
}

const struct gft_callers *programs__callers(const struct programs *programs, size_t *count)
{
	*count = (size_t)programs->setup.kernel->cpus * GFT_CALLER_USERS;
	return wants_callers(programs) ? programs->callers : NULL;
}

struct stacks_view programs__stacks(const struct programs *programs)
{
	if (!programs->setup.config.stacks)
		return (struct stacks_view){};
	return (struct stacks_view){programs->stacks, GFT_STACKS,
				    programs->skeleton->bss->gft_stacks_other};
}

struct stacks_view programs__lints(const struct programs *programs)
{
	if (!programs->setup.config.lint)
		return (struct stacks_view){};
	return (struct stacks_view){programs->lints, GFT_LINTS,
				    programs->skeleton->bss->gft_lints_other};
}

enum lint_sight programs__lint_sight(const struct programs *programs)
{
	return programs->lint_sight;
}

const struct gft_headrooms *programs__headrooms(const struct programs *programs)
{
	return programs->headroom ? &programs->skeleton->bss->gft_headrooms : NULL;
}

const struct gft_zones *programs__zones(const struct programs *programs)
{
	return &programs->skeleton->bss->gft_zones;
}

uint64_t programs__memory(const struct programs *programs)
{
	struct bpf_map *map;
	uint64_t bytes = 0;

	bpf_object__for_each_map(map, programs->skeleton->obj) if (bpf_map__fd(map) >= 0) bytes +=
		(uint64_t)bpf_map__max_entries(map) * bpf_map__value_size(map);
	return bytes;
}

bool programs__bulk(const struct programs *programs)
{
	return programs->bulk;
}

bool programs__exact_context(const struct programs *programs)
{
	return programs->setup.kernel->preempt_symbol || row_of(programs, 1, 0)->preempt_count;
}

void programs__trust_entries(struct programs *programs)
{
	struct gfptrace__bss *bss = programs->skeleton->bss;

	for (uint32_t cpu = 0; cpu < programs->setup.kernel->cpus; cpu++) {
		struct gft_row *row = row_of(programs, 1, cpu);
		uint64_t top = row->irq_top >> GFT_STACK_SHIFT;
		struct gft_line *line = &bss->gft_frames[(top >> 1) & (GFT_FRAME_LINES - 1)];

		row->entry_misses = 0;
		/* a request that is under way there will be found missing: rare, and counted */
		for (int i = 0; i < GFT_LINE_FRAMES && top; i++)
			if (line->frame[i].tag >> GFT_STACK_SHIFT == top)
				line->frame[i].tag = 0;
	}
}

size_t programs__states(const struct programs *programs, struct program_state *states, size_t most)
{
	size_t count = 0;

	for (size_t i = 0; i < programs->nr_attached && count < most; i++) {
		const struct attached *attached = &programs->attached[i];
		struct program_state *state = &states[count];
		struct bpf_prog_info info = {};
		uint32_t size = sizeof(info);

		if (bpf_obj_get_info_by_fd(bpf_program__fd(attached->program), &info, &size))
			continue;
		*state = (struct program_state){
			.name = bpf_program__name(attached->program),
			.copy = attached->copy,
			.runs = info.run_cnt,
			.ns = info.run_time_ns,
			.misses = info.recursion_misses,
			.is_exit = attached->is_exit,
			.is_bulk = attached->is_bulk,
		};
		snprintf(state->attach, sizeof(state->attach), "%s/%s", attached->how,
			 attached->function);
		count++;
	}
	return count;
}
