// SPDX-License-Identifier: GPL-2.0-only
#include "tracer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "calibrate.h"
#include "gfptrace.skel.h"
#include "log.h"

/* A program in use, its link and the place it is attached to. */
struct attached {
	struct bpf_program *program;
	struct bpf_link *link;
	const char *how;      /* fentry, kprobe, ... */
	const char *function; /* or the tracepoint's name */
	bool is_exit, is_bulk;
};

struct tracer {
	struct gfptrace *skeleton;
	const struct kernel *kernel;
	struct gft_config config;
	enum tier tier;
	struct attached attached[TRACER_PROGRAMS];
	size_t nr_attached;
	struct bpf_program *entry, *exit; /* entry: NULL in the tier tracepoint */
	bool bulk, memcg;
	void *rows, *series, *names;
	size_t rows_size, series_size, names_size;
};

/* libbpf's own words are for -v: what it says is not what the user can act on. */
static __attribute__((format(printf, 2, 0))) int print_libbpf(enum libbpf_print_level level,
							      const char *format, va_list arguments)
{
	if (level == LIBBPF_DEBUG || log__level() < LOG_VERBOSE)
		return 0;
	return vfprintf(stderr, format, arguments);
}

static void autoload_none(struct gfptrace *skeleton)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, skeleton->obj)
		bpf_program__set_autoload(program, false);
}

/*
 * Where the struct pages lie (alignment and placement need it): a run of its own, since
 * the tracing programs take the answer as a constant. 0 where it cannot be told.
 */
static uint64_t find_vmemmap(const struct kernel *kernel)
{
	struct gfptrace *skeleton = gfptrace__open();
	struct bpf_link *link = NULL;
	__u64 pfns[CALIBRATE_PAGES];
	uint64_t vmemmap = 0;
	int count = 0;

	if (!skeleton)
		return 0;
	autoload_none(skeleton);
	bpf_program__set_autoload(skeleton->progs.calibrate, true);
	skeleton->bss->gft_calibration.tgid = (uint32_t)getpid();
	if (!gfptrace__load(skeleton))
		link = bpf_program__attach(skeleton->progs.calibrate);
	if (link)
		count = calibrate__touch(pfns);
	if (count > 0)
		vmemmap = calibrate__vmemmap(skeleton->bss->gft_calibration.page,
					     skeleton->bss->gft_calibration.used, pfns,
					     (size_t)count, kernel->facts.page_struct);
	bpf_link__destroy(link);
	gfptrace__destroy(skeleton);
	return vmemmap;
}

static int set_map(struct bpf_map *map, uint64_t entries, uint64_t value_size)
{
	int err = bpf_map__set_value_size(map, (uint32_t)value_size);

	return err ? err : bpf_map__set_max_entries(map, (uint32_t)entries);
}

static int size_maps(struct tracer *tracer)
{
	const struct gft_config *config = &tracer->config;
	uint32_t cpus = tracer->kernel->cpus;
	bool names = config->by_comm || config->by_cgroup;
	int err;

	err = set_map(tracer->skeleton->maps.gft_rows, cpus, GFT_ROW_SIZE(config->combinations));
	if (!err)
		err = set_map(tracer->skeleton->maps.gft_series, (uint64_t)cpus * config->slots,
			      GFT_SERIES_SIZE(config->timed));
	if (!err && names)
		err = set_map(tracer->skeleton->maps.gft_names, cpus, sizeof(struct gft_names));
	return err;
}

/* Which programs this tier loads. Presence in BTF proves nothing: loading and attaching does. */
static int choose_programs(struct tracer *tracer)
{
	struct gfptrace *skeleton = tracer->skeleton;
	const struct entry_point *entry = &tracer->kernel->facts.entry;
	const struct entry_point *bulk = &tracer->kernel->facts.bulk;
	int err = 0;

	autoload_none(skeleton);
	bpf_program__set_autoload(skeleton->progs.locate, true);
	tracer->exit = tracer->kernel->preempt_symbol ? skeleton->progs.exit_symbol
						      : skeleton->progs.exit_address;
	bpf_program__set_autoload(tracer->exit, true);
	if (tracer->tier != TIER_TRACEPOINT && !entry->name)
		return -ENOENT;
	if (tracer->tier != TIER_TRACEPOINT && tracer->config.memcg_by_warn)
		bpf_program__set_autoload(skeleton->progs.failure_warned, true);
	if (tracer->tier == TIER_TRACEPOINT)
		return 0;
	tracer->entry = tracer->tier == TIER_KPROBE ? skeleton->progs.entry_kprobe
						    : skeleton->progs.entry_fentry;
	bpf_program__set_autoload(tracer->entry, true);
	bpf_program__set_autoload(skeleton->progs.find_stats, true);
	if (tracer->tier == TIER_KPROBE)
		return 0;
	err = bpf_program__set_attach_target(skeleton->progs.entry_fentry, 0, entry->name);
	if (!err && tracer->config.marked) {
		bpf_program__set_autoload(skeleton->progs.verify_pairing, true);
		err = bpf_program__set_attach_target(skeleton->progs.verify_pairing, 0,
						     entry->name);
	}
	if (err || !bulk->name)
		return err;
	skeleton->rodata->gft_bulk_has_list = bulk->bulk_has_list;
	bpf_program__set_autoload(skeleton->progs.bulk_entry, true);
	bpf_program__set_autoload(skeleton->progs.bulk_exit, true);
	err = bpf_program__set_attach_target(skeleton->progs.bulk_entry, 0, bulk->name);
	return err ? err : bpf_program__set_attach_target(skeleton->progs.bulk_exit, 0, bulk->name);
}

static int load(struct tracer *tracer, const struct plan *plan)
{
	struct gfptrace *skeleton = gfptrace__open();
	const uint8_t *classes;
	int err;

	if (!skeleton)
		return -errno;
	tracer->skeleton = skeleton;
	classes = tracer->config.timed ? plan->class_of : plan->class_of_effective;
	memcpy((void *)&skeleton->rodata->gft_config, &tracer->config, sizeof(tracer->config));
	memcpy((void *)&skeleton->rodata->gft_class_of, classes, GFT_CLASS_TABLE);
	memcpy((void *)&skeleton->rodata->gft_comm_glob, &plan->comm, sizeof(plan->comm));
	err = size_maps(tracer);
	if (!err)
		err = choose_programs(tracer);
	return err ? err : gfptrace__load(skeleton);
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

static struct gft_row *row_of(const struct tracer *tracer, uint32_t cpu)
{
	return (struct gft_row *)((char *)tracer->rows +
				  (size_t)cpu * GFT_ROW_SIZE(tracer->config.combinations));
}

/* The address of a CPU's per-CPU area, 0 where it cannot be told; also sets the BPF side's base. */
static uint64_t locate_cpu(struct tracer *tracer, uint32_t cpu)
{
	const struct btf_facts *facts = &tracer->kernel->facts;
	struct gft_locate argument = {.cpu = cpu};
	LIBBPF_OPTS(bpf_test_run_opts, options, .ctx_in = &argument,
		    .ctx_size_in = sizeof(argument)); /* in and out */

	if (bpf_prog_test_run_opts(bpf_program__fd(tracer->skeleton->progs.locate), &options))
		return 0;
	return argument.cfs && facts->has_percpu_offsets
		       ? argument.cfs - (uint64_t)facts->cfs_offset
		       : 0;
}

/* Where the kernel counts the skipped runs of the entry program: a per-CPU pointer, or 0. */
static uint64_t locate_entry_stats(struct tracer *tracer)
{
	struct gft_find_stats *find = &tracer->skeleton->bss->gft_find_stats;
	struct bpf_prog_info info = {};
	uint32_t size = sizeof(info);
	struct bpf_link *link;
	char nothing[16];
	int iterator;

	if (bpf_obj_get_info_by_fd(bpf_program__fd(tracer->entry), &info, &size))
		return 0;
	find->id = info.id;
	link = bpf_program__attach_iter(tracer->skeleton->progs.find_stats, NULL);
	iterator = link ? bpf_iter_create(bpf_link__fd(link)) : -1;
	while (iterator >= 0 && read(iterator, nothing, sizeof(nothing)) > 0)
		;
	if (iterator >= 0)
		close(iterator);
	bpf_link__destroy(link);
	return find->stats;
}

/* Per-CPU addresses that BPF cannot reach by a symbol. */
static void locate_percpu(struct tracer *tracer)
{
	const struct btf_facts *facts = &tracer->kernel->facts;
	uint64_t stats = tracer->entry && facts->misses_offset ? locate_entry_stats(tracer) : 0;

	for (uint32_t cpu = 0; cpu < tracer->kernel->cpus; cpu++) {
		uint64_t area = locate_cpu(tracer, cpu);
		struct gft_row *row = row_of(tracer, cpu);

		if (!area)
			continue;
		row->preempt_count = area + (uint64_t)facts->preempt_offset;
		if (stats)
			row->entry_misses = area + stats + facts->misses_offset;
	}
}

/* The maps, ready for the first request: addresses, filters, the series `other`. */
static int prepare_maps(struct tracer *tracer, const struct plan *plan)
{
	size_t series_size = GFT_SERIES_SIZE(tracer->config.timed);

	tracer->rows = map_in(tracer->skeleton->maps.gft_rows, &tracer->rows_size);
	tracer->series = map_in(tracer->skeleton->maps.gft_series, &tracer->series_size);
	tracer->names = map_in(tracer->skeleton->maps.gft_names, &tracer->names_size);
	if (!tracer->rows || !tracer->series || !tracer->names)
		return -ENOMEM;
	locate_percpu(tracer);
	for (uint32_t cpu = 0; cpu < tracer->kernel->cpus; cpu++) {
		struct gft_series *other =
			(void *)((char *)tracer->series +
				 (size_t)cpu * tracer->config.slots * series_size);

		other->min = UINT64_MAX;
		for (uint32_t i = 0; i < tracer->config.combinations; i++)
			if (!plan__passes(plan, i))
				row_of(tracer, cpu)->slot[i] = GFT_SLOT_FILTERED;
	}
	if (!tracer->skeleton->bss->gft_base)
		return -ENOTSUP;
	if (plan->cgroup_fd >= 0) {
		uint32_t zero = 0;

		return bpf_map__update_elem(tracer->skeleton->maps.gft_cgroups, &zero, sizeof(zero),
					    &plan->cgroup_fd, sizeof(plan->cgroup_fd), BPF_ANY);
	}
	return 0;
}

static int attach(struct tracer *tracer, struct bpf_program *program, const char *how,
		  const char *function)
{
	struct attached *attached = &tracer->attached[tracer->nr_attached];
	struct bpf_link *link = !strcmp(how, "kprobe")
					? bpf_program__attach_kprobe(program, false, function)
					: bpf_program__attach(program);

	if (!link)
		return -errno;
	*attached = (struct attached){
		.program = program, .link = link, .how = how, .function = function};
	tracer->nr_attached++;
	return 0;
}

static int attach_entries(struct tracer *tracer)
{
	struct gfptrace *skeleton = tracer->skeleton;
	const struct btf_facts *facts = &tracer->kernel->facts;
	int err = 0;

	if (tracer->config.memcg_by_warn)
		err = attach(tracer, skeleton->progs.failure_warned, "kprobe", "warn_alloc");
	if (!err && tracer->tier == TIER_KPROBE)
		err = attach(tracer, skeleton->progs.entry_kprobe, "kprobe", facts->entry.name);
	if (err || tracer->tier != TIER_FEXIT)
		return err;
	err = attach(tracer, skeleton->progs.entry_fentry, "fentry", facts->entry.name);
	if (!err && tracer->config.marked)
		err = attach(tracer, skeleton->progs.verify_pairing, "fexit", facts->entry.name);
	if (err || !facts->bulk.name)
		return err;
	err = attach(tracer, skeleton->progs.bulk_entry, "fentry", facts->bulk.name);
	tracer->bulk = !err;
	return err;
}

/* Load and attach one tier, with or without the program on warn_alloc. */
static int try_tier(struct tracer **result, const struct kernel *kernel, const struct plan *plan,
		    enum tier tier, uint64_t vmemmap, bool memcg, const char **step)
{
	struct tracer *tracer = calloc(1, sizeof(*tracer));
	int err;

	if (!tracer)
		return -ENOMEM;
	tracer->kernel = kernel;
	tracer->tier = tier;
	tracer->config = plan->config;
	tracer->config.timed = tier != TIER_TRACEPOINT;
	tracer->config.memcg_by_warn = memcg;
	tracer->config.vmemmap = vmemmap;
	tracer->memcg = memcg;
	*step = "load";
	err = load(tracer, plan);
	if (!err)
		err = prepare_maps(tracer, plan);
	if (!err) {
		*step = "attach";
		err = attach_entries(tracer);
	}
	if (err) {
		tracer__close(tracer);
		return err;
	}
	*step = "";
	*result = tracer;
	return 0;
}

int tracer__open(struct tracer **result, const struct kernel *kernel, const struct plan *plan,
		 struct tier_trials *trials)
{
	enum tier first = plan->tier == TIER_AUTO ? TIER_FEXIT : plan->tier;
	enum tier last = plan->tier == TIER_AUTO ? TIER_TRACEPOINT : plan->tier;
	uint64_t vmemmap;
	int err = -ENOENT;

	*result = NULL;
	trials->count = 0;
	libbpf_set_print(print_libbpf);
	vmemmap = find_vmemmap(kernel);
	for (enum tier tier = first; tier <= last && !*result; tier++) {
		struct tier_trial *trial = &trials->trial[trials->count++];

		trial->tier = tier;
		err = try_tier(result, kernel, plan, tier, vmemmap, tier != TIER_TRACEPOINT,
			       &trial->step);
		if (err && tier == TIER_FEXIT) /* kprobes may be what is missing */
			err = try_tier(result, kernel, plan, tier, vmemmap, false, &trial->step);
		trial->err = err;
	}
	return err;
}

/* A request of our own, from which the exit learns how far below its entry it lies. */
static void learn_distance(void)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	char *page = mmap(NULL, size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (page != MAP_FAILED)
		munmap(page, size);
}

int tracer__activate(struct tracer *tracer)
{
	int err = 0;

	if (tracer->bulk) {
		err = attach(tracer, tracer->skeleton->progs.bulk_exit, "fexit",
			     tracer->kernel->facts.bulk.name);
		tracer->attached[tracer->nr_attached - 1].is_bulk = true;
	}
	if (!err)
		err = attach(tracer, tracer->exit, "raw_tp", "mm_page_alloc");
	if (err)
		return err;
	tracer->attached[tracer->nr_attached - 1].is_exit = true;
	if (tracer->config.timed)
		learn_distance();
	return 0;
}

void tracer__stop(struct tracer *tracer)
{
	/* the exits first; the programs stay, for what the kernel counted of them */
	for (size_t i = tracer->nr_attached; i-- > 0;) {
		bpf_link__destroy(tracer->attached[i].link);
		tracer->attached[i].link = NULL;
	}
}

void tracer__close(struct tracer *tracer)
{
	if (!tracer)
		return;
	tracer__stop(tracer);
	if (tracer->rows)
		munmap(tracer->rows, tracer->rows_size);
	if (tracer->series)
		munmap(tracer->series, tracer->series_size);
	if (tracer->names)
		munmap(tracer->names, tracer->names_size);
	gfptrace__destroy(tracer->skeleton);
	free(tracer);
}

enum tier tracer__tier(const struct tracer *tracer)
{
	return tracer->tier;
}

bool tracer__bulk(const struct tracer *tracer)
{
	return tracer->bulk;
}

bool tracer__timed(const struct tracer *tracer)
{
	return tracer->config.timed;
}

bool tracer__memcg(const struct tracer *tracer)
{
	return tracer->memcg;
}

bool tracer__places(const struct tracer *tracer)
{
	return tracer->config.vmemmap;
}

bool tracer__exact_context(const struct tracer *tracer)
{
	return tracer->kernel->preempt_symbol || row_of(tracer, 0)->preempt_count;
}

uint64_t tracer__memory(const struct tracer *tracer)
{
	struct bpf_map *map;
	uint64_t bytes = 0;

	bpf_object__for_each_map(map, tracer->skeleton->obj) bytes +=
		(uint64_t)bpf_map__max_entries(map) * bpf_map__value_size(map);
	return bytes;
}

struct tracer_view tracer__view(const struct tracer *tracer)
{
	return (struct tracer_view){
		.rows = tracer->rows,
		.row_size = GFT_ROW_SIZE(tracer->config.combinations),
		.series = tracer->series,
		.series_size = GFT_SERIES_SIZE(tracer->config.timed),
		.names = tracer->config.by_comm || tracer->config.by_cgroup ? tracer->names : NULL,
	};
}

size_t tracer__programs(const struct tracer *tracer, struct tracer_program *programs, size_t most)
{
	size_t count = 0;

	for (size_t i = 0; i < tracer->nr_attached && count < most; i++) {
		const struct attached *attached = &tracer->attached[i];
		struct tracer_program *program = &programs[count];
		struct bpf_prog_info info = {};
		uint32_t size = sizeof(info);

		if (bpf_obj_get_info_by_fd(bpf_program__fd(attached->program), &info, &size))
			continue;
		*program = (struct tracer_program){
			.name = bpf_program__name(attached->program),
			.runs = info.run_cnt,
			.ns = info.run_time_ns,
			.misses = info.recursion_misses,
			.is_exit = attached->is_exit,
			.is_bulk = attached->is_bulk,
		};
		snprintf(program->attach, sizeof(program->attach), "%s/%s", attached->how,
			 attached->function);
		count++;
	}
	return count;
}
