// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "trace/locate.h"
#include "base/log.h"
#include "trace/programs_internal.h"

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

static int set_map(struct bpf_map *map, uint64_t entries, uint64_t value_size)
{
	int err = bpf_map__set_value_size(map, (uint32_t)value_size);

	return err ? err : bpf_map__set_max_entries(map, (uint32_t)entries);
}

/* Two programs may nest: each has rows of its own. */
static int size_slabs(struct programs *programs, uint32_t cpus)
{
	struct bpf_map *slabs = programs->skeleton->maps.gft_slabs;

	if (!programs->setup.config.line_shift)
		return bpf_map__set_autocreate(slabs, false);
	return bpf_map__set_max_entries(slabs, cpus * GFT_SLAB_CALLS);
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
	if (!err && !programs->setup.failures_only)
		err = bpf_map__set_max_entries(programs->skeleton->maps.gft_walks,
					       GFT_WALKS(programs->setup.config.timed));
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
	if (!err && programs->setup.config.by_quality)
		err = bpf_map__set_max_entries(programs->skeleton->maps.gft_qualities,
					       GFT_QUALITY_MARKS);
	if (!err)
		err = size_slabs(programs, cpus);
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
	       config->page_struct_shift == GFT_PLAIN_STRUCT_SHIFT &&
	       config->page_shift == GFT_PLAIN_PAGE_SHIFT &&
	       config->max_order == GFT_PLAIN_MAX_ORDER &&
	       config->class_mask == GFT_PLAIN_CLASS_MASK &&
	       config->class_magic == GFT_PLAIN_CLASS_MAGIC && !config->marked &&
	       !config->preempt_rt && !config->filter_task && !config->by_range &&
	       !config->by_migratetype && !config->by_comm && !config->by_cgroup &&
	       !config->by_path && !config->by_quality && !config->callers && !config->colours;
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

static int want_slabs(struct programs *programs)
{
	int err = 0;

	for (uint32_t call = 0; call < GFT_SLAB_CALLS && !err; call++)
		if (wants_slab(programs, call))
			err = want(slab_program(programs, call), NULL);
	return err;
}

/* What checks how contexts are read. */
static int want_facts(struct programs *programs)
{
	struct gfptrace *skeleton = programs->skeleton;
	bool symbol = programs->setup.kernel->preempt_symbol;
	int err;

	if (programs->setup.kernel->context_checked)
		return 0;
	err = want(symbol ? skeleton->progs.facts_task_symbol : skeleton->progs.facts_task_address,
		   NULL);
	if (!err)
		err = want(symbol ? skeleton->progs.facts_softirq_symbol
				  : skeleton->progs.facts_softirq_address,
			   NULL);
	return err ? err
		   : want(symbol ? skeleton->progs.facts_hardirq_symbol
				 : skeleton->progs.facts_hardirq_address,
			  NULL);
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
		err = want(skeleton->progs.find_queues, NULL);
	if (!err)
		err = want_facts(programs);
	if (!err)
		err = want(skeleton->progs.find_zones, NULL);
	if (!err && sees_failures(programs))
		err = want(skeleton->progs.failure_wish, NULL);
	if (!err)
		err = want_watchers(programs);
	if (!err && config->by_quality)
		err = want(skeleton->progs.quality_begin, NULL);
	if (!err && config->by_quality)
		err = want(skeleton->progs.quality_end, NULL);
	if (!err)
		err = want_slabs(programs);
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

/* Per-CPU addresses that BPF cannot reach by a symbol. */
static int set_addresses(struct programs *programs)
{
	const struct kernel *kernel = programs->setup.kernel;
	struct gfptrace *skeleton = programs->skeleton;
	uint64_t entry_stats = 0, exit_stats = 0;

	if (programs->copy[0].entry && kernel->facts.misses_offset) {
		entry_stats = locate__program_stats(skeleton, programs->copy[0].entry);
		exit_stats = locate__program_stats(skeleton, programs->copy[0].exit);
	}
	locate__queues(skeleton);
	for (uint32_t cpu = 0; cpu < kernel->cpus; cpu++) {
		struct gft_row *row = row_of(programs, 1, cpu);
		uint64_t area = locate__cpu_area(skeleton, kernel, cpu, row->scratch);

		if (!area)
			continue;
		for (uint32_t copy = 1;
		     copy <= programs->setup.copies && kernel->facts.preempt_count_in_btf; copy++)
			row_of(programs, copy, cpu)->preempt_count =
				area + (uint64_t)kernel->facts.preempt_offset;
		if (entry_stats)
			row_of(programs, 1, cpu)->entry_misses =
				area + entry_stats + kernel->facts.misses_offset;
		if (exit_stats)
			row_of(programs, 1, cpu)->exit_misses =
				area + exit_stats + kernel->facts.misses_offset;
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
	if (!config->vmemmap) /* a plain run counts by zone nevertheless: all lies at home */
		row->home_size = UINT64_MAX;
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
	if (programs->setup.config.line_shift) {
		programs->slabs = map_in(programs->skeleton->maps.gft_slabs, &programs->slabs_size);
		if (!programs->slabs)
			return -ENOMEM;
	}
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

/* What stands where in the element of a CPU. */
static void lay_out(struct gft_config *config)
{
	config->series_offset = (uint32_t)GFT_ROW_SIZE(config->combinations);
	for (int i = 0; i < GFT_COPIES; i++)
		config->colour_offset[i] = (uint32_t)GFT_CPU_SIZE(config->combinations,
								  config->slots[i], config->timed);
}

/* As far as nothing is asked of the kernel. */
static int open_object(struct programs **result, const struct programs_setup *setup)
{
	struct programs *programs = calloc(1, sizeof(*programs));

	*result = programs;
	if (!programs)
		return -ENOMEM;
	programs->setup = *setup;
	programs->skeleton = gfptrace__open();
	if (!programs->skeleton)
		return -errno;
	lay_out(&programs->setup.config);
	choose_copies(programs);
	return size_maps(programs);
}

uint64_t programs__size(const struct programs_setup *setup)
{
	struct programs *programs;
	uint64_t bytes = open_object(&programs, setup) ? 0 : programs__memory(programs);

	programs__close(programs);
	return bytes;
}

int programs__open(struct programs **result, const struct programs_setup *setup)
{
	int err = open_object(result, setup);
	struct programs *programs = *result;
	struct gfptrace *skeleton;
	const uint8_t *classes;

	if (err)
		return err;
	skeleton = programs->skeleton;
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
	err = want_programs(programs);
	if (!err)
		err = gfptrace__load(skeleton);
	return err ? err : prepare_maps(programs);
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
	if (programs->slabs)
		munmap(programs->slabs, programs->slabs_size);
	if (programs->failures)
		munmap(programs->failures, programs->failures_size);
	if (programs->slowest)
		munmap(programs->slowest, programs->slowest_size);
	gfptrace__destroy(programs->skeleton);
	free(programs);
}
