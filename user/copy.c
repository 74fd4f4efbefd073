// SPDX-License-Identifier: GPL-2.0-only
#include "copy.h"

#include <errno.h>
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

/* A program in use, its link and the place it is attached to. */
struct attached {
	struct bpf_program *program;
	struct bpf_link *link;
	const char *how;      /* fentry, kprobe, ... */
	const char *function; /* or the tracepoint's name */
	bool is_exit, is_bulk;
};

struct copy {
	struct copy_setup setup;
	struct gfptrace *skeleton;
	struct attached attached[COPY_PROGRAMS];
	size_t nr_attached;
	struct bpf_program *entry, *exit; /* entry: NULL in the tier tracepoint */
	bool bulk;
	void *rows, *series, *names;
	size_t rows_size, series_size, names_size;
};

static __attribute__((format(printf, 2, 0))) int print_libbpf(enum libbpf_print_level level,
							      const char *format, va_list arguments)
{
	if (level == LIBBPF_DEBUG || log__level() < LOG_VERBOSE)
		return 0;
	return vfprintf(stderr, format, arguments);
}

void copy__quiet_libbpf(void)
{
	libbpf_set_print(print_libbpf);
}

static bool is_first(const struct copy *copy)
{
	return copy->setup.config.copy == 1;
}

static bool has_names(const struct copy *copy)
{
	return copy->setup.config.by_comm || copy->setup.config.by_cgroup;
}

static int set_map(struct bpf_map *map, uint64_t entries, uint64_t value_size)
{
	int err = bpf_map__set_value_size(map, (uint32_t)value_size);

	return err ? err : bpf_map__set_max_entries(map, (uint32_t)entries);
}

static int size_maps(struct copy *copy)
{
	const struct gft_config *config = &copy->setup.config;
	struct gfptrace *skeleton = copy->skeleton;
	uint32_t cpus = copy->setup.kernel->cpus;
	int err;

	err = set_map(skeleton->maps.gft_rows, cpus, GFT_ROW_SIZE(config->combinations));
	if (!err)
		err = set_map(skeleton->maps.gft_series, (uint64_t)cpus * config->slots,
			      GFT_SERIES_SIZE(config->timed));
	if (!err && has_names(copy))
		err = set_map(skeleton->maps.gft_names, cpus, sizeof(struct gft_names));
	/* the frames of requests under way are one table for all copies */
	if (!err && copy->setup.first)
		err = bpf_map__reuse_fd(skeleton->maps.bss,
					bpf_map__fd(copy->setup.first->skeleton->maps.bss));
	return err;
}

static int want(struct bpf_program *program, const char *function)
{
	int err = bpf_program__set_autoload(program, true);

	return err || !function ? err : bpf_program__set_attach_target(program, 0, function);
}

/* Does the run ask for no more than request_plain.bpf.c does, on a kernel that it is made for? */
static bool is_plain(const struct copy *copy)
{
	const struct gft_config *config = &copy->setup.config;

	return is_first(copy) && copy->setup.tier == TIER_FEXIT &&
	       copy->setup.kernel->preempt_symbol && config->timed && config->memcg_by_warn &&
	       config->vmemmap && config->page_struct_shift == GFT_PLAIN_STRUCT_SHIFT &&
	       config->page_shift == GFT_PLAIN_PAGE_SHIFT && !config->marked &&
	       !config->preempt_rt && !config->filter_task && !config->by_range &&
	       !config->by_migratetype && !config->by_comm && !config->by_cgroup;
}

/* Which programs this tier loads. Presence in BTF proves nothing: loading and attaching does. */
static int choose_programs(struct copy *copy)
{
	struct gfptrace *skeleton = copy->skeleton;
	const struct entry_point *entry = &copy->setup.kernel->facts.entry;
	const struct entry_point *bulk = &copy->setup.kernel->facts.bulk;
	enum tier tier = copy->setup.tier;
	struct bpf_program *program;
	int err;

	bpf_object__for_each_program(program, skeleton->obj)
		bpf_program__set_autoload(program, false);
	copy->exit = copy->setup.kernel->preempt_symbol ? skeleton->progs.exit_symbol
							: skeleton->progs.exit_address;
	if (is_plain(copy))
		copy->exit = skeleton->progs.exit_plain;
	err = want(copy->exit, NULL);
	if (!err && is_first(copy))
		err = want(skeleton->progs.locate, NULL);
	if (err || tier == TIER_TRACEPOINT)
		return err;
	if (!entry->name)
		return -ENOENT;
	copy->entry =
		tier == TIER_KPROBE ? skeleton->progs.entry_kprobe : skeleton->progs.entry_fentry;
	err = want(copy->entry, tier == TIER_KPROBE ? NULL : entry->name);
	if (err || !is_first(copy))
		return err;
	err = want(skeleton->progs.find_stats, NULL);
	if (!err && copy->setup.config.memcg_by_warn)
		err = want(skeleton->progs.failure_warned, NULL);
	if (err || tier == TIER_KPROBE)
		return err;
	if (copy->setup.config.marked)
		err = want(skeleton->progs.verify_pairing, entry->name);
	if (err || !bulk->name)
		return err;
	skeleton->rodata->gft_bulk_has_list = bulk->bulk_has_list;
	err = want(skeleton->progs.bulk_entry, bulk->name);
	return err ? err : want(skeleton->progs.bulk_exit, bulk->name);
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

static struct gft_row *row_of(const struct copy *copy, uint32_t cpu)
{
	return (struct gft_row *)((char *)copy->rows +
				  (size_t)cpu * GFT_ROW_SIZE(copy->setup.config.combinations));
}

/* Per-CPU addresses that BPF cannot reach by a symbol. */
static void set_addresses(struct copy *copy)
{
	const struct kernel *kernel = copy->setup.kernel;
	uint64_t stats = 0;

	if (copy->setup.first) {
		for (uint32_t cpu = 0; cpu < kernel->cpus; cpu++)
			row_of(copy, cpu)->preempt_count =
				row_of(copy->setup.first, cpu)->preempt_count;
		return;
	}
	if (copy->entry && kernel->facts.misses_offset)
		stats = locate__program_stats(copy->skeleton, copy->entry);
	for (uint32_t cpu = 0; cpu < kernel->cpus; cpu++) {
		uint64_t area = locate__cpu_area(copy->skeleton, kernel, cpu);
		struct gft_row *row = row_of(copy, cpu);

		if (!area)
			continue;
		row->preempt_count = area + (uint64_t)kernel->facts.preempt_offset;
		if (stats)
			row->entry_misses = area + stats + kernel->facts.misses_offset;
	}
}

/* The maps, ready for the first request: addresses, filters, the series `other`. */
static int prepare_maps(struct copy *copy)
{
	const struct gft_config *config = &copy->setup.config;
	const struct plan *plan = copy->setup.plan;
	size_t series_size = GFT_SERIES_SIZE(config->timed);
	uint32_t zero = 0;

	copy->rows = map_in(copy->skeleton->maps.gft_rows, &copy->rows_size);
	copy->series = map_in(copy->skeleton->maps.gft_series, &copy->series_size);
	copy->names = map_in(copy->skeleton->maps.gft_names, &copy->names_size);
	if (!copy->rows || !copy->series || !copy->names)
		return -ENOMEM;
	set_addresses(copy);
	if (!copy->setup.first && !copy->skeleton->bss->gft_base)
		return -ENOTSUP;
	for (uint32_t cpu = 0; cpu < copy->setup.kernel->cpus; cpu++) {
		struct gft_series *other =
			(void *)((char *)copy->series + (size_t)cpu * config->slots * series_size);

		other->min = UINT64_MAX;
		for (uint32_t i = 0; i < config->combinations; i++)
			if (!plan__passes(plan, i))
				row_of(copy, cpu)->slot[i] = GFT_SLOT_FILTERED;
	}
	if (plan->cgroup_fd < 0)
		return 0;
	return bpf_map__update_elem(copy->skeleton->maps.gft_cgroups, &zero, sizeof(zero),
				    &plan->cgroup_fd, sizeof(plan->cgroup_fd), BPF_ANY);
}

int copy__open(struct copy **result, const struct copy_setup *setup)
{
	struct copy *copy = calloc(1, sizeof(*copy));
	const uint8_t *classes;
	int err;

	*result = copy;
	if (!copy)
		return -ENOMEM;
	copy->setup = *setup;
	copy->skeleton = gfptrace__open();
	if (!copy->skeleton)
		return -errno;
	classes = setup->config.timed ? setup->plan->class_of : setup->plan->class_of_effective;
	memcpy((void *)&copy->skeleton->rodata->gft_config, &setup->config, sizeof(setup->config));
	memcpy((void *)&copy->skeleton->rodata->gft_class_of, classes, GFT_CLASS_TABLE);
	memcpy((void *)&copy->skeleton->rodata->gft_comm_glob, &setup->plan->comm,
	       sizeof(setup->plan->comm));
	err = size_maps(copy);
	if (!err)
		err = choose_programs(copy);
	if (!err)
		err = gfptrace__load(copy->skeleton);
	return err ? err : prepare_maps(copy);
}

static int attach(struct copy *copy, struct bpf_program *program, const char *how,
		  const char *function)
{
	struct bpf_link *link = !strcmp(how, "kprobe")
					? bpf_program__attach_kprobe(program, false, function)
					: bpf_program__attach(program);

	if (!link)
		return -errno;
	copy->attached[copy->nr_attached++] = (struct attached){
		.program = program,
		.link = link,
		.how = how,
		.function = function,
		.is_exit = program == copy->exit,
		.is_bulk = program == copy->skeleton->progs.bulk_exit,
	};
	return 0;
}

int copy__attach_entries(struct copy *copy)
{
	struct gfptrace *skeleton = copy->skeleton;
	const struct btf_facts *facts = &copy->setup.kernel->facts;
	bool fexit = copy->setup.tier == TIER_FEXIT;
	int err = 0;

	if (is_first(copy) && copy->setup.config.memcg_by_warn)
		err = attach(copy, skeleton->progs.failure_warned, "kprobe", "warn_alloc");
	if (!err && copy->entry)
		err = attach(copy, copy->entry, fexit ? "fentry" : "kprobe", facts->entry.name);
	if (err || !fexit || !is_first(copy))
		return err;
	if (copy->setup.config.marked)
		err = attach(copy, skeleton->progs.verify_pairing, "fexit", facts->entry.name);
	if (err || !facts->bulk.name)
		return err;
	err = attach(copy, skeleton->progs.bulk_entry, "fentry", facts->bulk.name);
	copy->bulk = !err;
	return err;
}

/* A request of our own, from which the exit learns how far below its entry it lies. */
static void learn_distance(struct copy *copy)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	struct timespec now;
	char *page;

	clock_gettime(CLOCK_MONOTONIC, &now); /* that of bpf_ktime_get_ns() */
	copy->skeleton->data->gft_active_since =
		(uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
	page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE,
		    -1, 0);
	if (page != MAP_FAILED)
		munmap(page, size);
}

int copy__attach_exits(struct copy *copy)
{
	int err = 0;

	if (copy->bulk)
		err = attach(copy, copy->skeleton->progs.bulk_exit, "fexit",
			     copy->setup.kernel->facts.bulk.name);
	if (!err)
		err = attach(copy, copy->exit, "raw_tp", "mm_page_alloc");
	if (!err && copy->setup.config.timed && is_first(copy))
		learn_distance(copy);
	return err;
}

void copy__detach(struct copy *copy)
{
	for (size_t i = copy->nr_attached; i-- > 0;) {
		bpf_link__destroy(copy->attached[i].link);
		copy->attached[i].link = NULL;
	}
}

void copy__close(struct copy *copy)
{
	if (!copy)
		return;
	copy__detach(copy);
	if (copy->rows)
		munmap(copy->rows, copy->rows_size);
	if (copy->series)
		munmap(copy->series, copy->series_size);
	if (copy->names)
		munmap(copy->names, copy->names_size);
	gfptrace__destroy(copy->skeleton);
	free(copy);
}

struct copy_view copy__view(const struct copy *copy)
{
	return (struct copy_view){
		.rows = copy->rows,
		.row_size = GFT_ROW_SIZE(copy->setup.config.combinations),
		.series = copy->series,
		.series_size = GFT_SERIES_SIZE(copy->setup.config.timed),
		.slots = copy->setup.config.slots,
		.names = has_names(copy) ? copy->names : NULL,
	};
}

uint64_t copy__memory(const struct copy *copy)
{
	struct bpf_map *map;
	uint64_t bytes = 0;

	bpf_object__for_each_map(map, copy->skeleton->obj) if (!copy->setup.first ||
							       map != copy->skeleton->maps.bss)
		bytes += (uint64_t)bpf_map__max_entries(map) * bpf_map__value_size(map);
	return bytes;
}

bool copy__bulk(const struct copy *copy)
{
	return copy->bulk;
}

bool copy__exact_context(const struct copy *copy)
{
	return copy->setup.kernel->preempt_symbol || row_of(copy, 0)->preempt_count;
}

void copy__trust_entries(struct copy *copy)
{
	for (uint32_t cpu = 0; cpu < copy->setup.kernel->cpus; cpu++)
		row_of(copy, cpu)->entry_misses = 0;
}

size_t copy__programs(const struct copy *copy, struct program_state *states, size_t most)
{
	size_t count = 0;

	for (size_t i = 0; i < copy->nr_attached && count < most; i++) {
		const struct attached *attached = &copy->attached[i];
		struct program_state *state = &states[count];
		struct bpf_prog_info info = {};
		uint32_t size = sizeof(info);

		if (bpf_obj_get_info_by_fd(bpf_program__fd(attached->program), &info, &size))
			continue;
		*state = (struct program_state){
			.name = bpf_program__name(attached->program),
			.copy = copy->setup.config.copy,
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
