// SPDX-License-Identifier: GPL-2.0-only
#include "trace/plan.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gfptrace/stage.h>
#include <gfptrace/headroom.h>
#include <gfptrace/lint.h>
#include <gfptrace/quality.h>

#include "kernel/cgroups.h"
#include "trace/glob.h"

#define MIB (1024.0 * 1024.0)

/* Slots of a row: see set_slots(). */
#define SLOTS_MIN	 54
#define SLOTS_COPY	 40
#define SLOTS_USUAL	 208 /* every (class, order, context) that kernels use is below this */
#define SLOTS_MAX	 2048
#define USUAL_BUDGET	 (53ull << 20) /* all maps of 128 CPUs: 64 MiB */
#define COMBINATIONS_MAX (1u << 20)

static uint32_t log2_exact(uint32_t n)
{
	uint32_t shift = 0;

	while (1u << shift < n)
		shift++;
	return 1u << shift == n ? shift : 0;
}

static void set_keys(struct plan *plan, const struct kernel *kernel, const bool *by)
{
	const uint32_t sizes[GFT_KEYS] = {
		[GFT_KEY_CLASS] = GFT_CLASSES,
		[GFT_KEY_ORDER] = GFT_ORDERS_MAX, /* BPF knows the strides of these three */
		[GFT_KEY_CONTEXT] = GFT_CONTEXTS,
		[GFT_KEY_RANGE] = (uint32_t)kernel->zones.count + 1,
		[GFT_KEY_MIGRATETYPE] = kernel->facts.nr_migratetypes + 1,
		[GFT_KEY_COMM] = GFT_NAME_KEYS,
		[GFT_KEY_CGROUP] = GFT_NAME_KEYS,
		[GFT_KEY_PATH] = GFT_PATHS + GFT_PATHS_ZEROED + 1,
		[GFT_KEY_CALLER] = GFT_CALLER_KEYS,
		[GFT_KEY_QUALITY] = GFT_QUALITIES + 1,
	};
	struct gft_config *config = &plan->config;
	const bool wanted[GFT_KEYS] = {
		[GFT_KEY_CLASS] = true,
		[GFT_KEY_ORDER] = true,
		[GFT_KEY_CONTEXT] = true,
		[GFT_KEY_RANGE] = by[DIM_NODE] || by[DIM_ZONE],
		[GFT_KEY_MIGRATETYPE] = by[DIM_MIGRATETYPE],
		[GFT_KEY_COMM] = by[DIM_COMM],
		[GFT_KEY_CGROUP] = by[DIM_CGROUP],
		[GFT_KEY_PATH] = by[DIM_PATH],
		[GFT_KEY_CALLER] = by[DIM_CALLER],
		[GFT_KEY_QUALITY] = by[DIM_QUALITY],
	};

	config->combinations = 1;
	for (int i = GFT_KEYS - 1; i >= 0; i--) {
		uint64_t combinations;

		plan->size[i] = wanted[i] ? sizes[i] : 1;
		config->stride[i] = wanted[i] ? config->combinations : 0;
		combinations = (uint64_t)config->combinations * plan->size[i];
		/* more than there may be, and no less when multiplied again */
		config->combinations =
			combinations > UINT32_MAX ? UINT32_MAX : (uint32_t)combinations;
	}
	config->by_range = wanted[GFT_KEY_RANGE];
	config->by_migratetype = wanted[GFT_KEY_MIGRATETYPE];
	config->by_comm = wanted[GFT_KEY_COMM];
	config->by_cgroup = wanted[GFT_KEY_CGROUP];
	config->by_path = wanted[GFT_KEY_PATH];
	config->by_caller = wanted[GFT_KEY_CALLER];
	config->by_quality = wanted[GFT_KEY_QUALITY];
}

/*
 * A series for each combination that occurs on a CPU, not for each that might. With the
 * usual dimensions 208 hold all that kernels do; many CPUs get fewer, so that the maps
 * stay small. Other dimensions get what half of the limit holds. Copies of the programs
 * see few requests, mostly of interrupts: they get less.
 */
static void set_slots(struct plan *plan, const struct kernel *kernel)
{
	struct gft_config *config = &plan->config;
	bool usual = !config->by_range && !config->by_migratetype && !config->by_comm &&
		     !config->by_cgroup && !config->by_path && !config->by_caller &&
		     !config->by_quality;
	uint64_t budget = (usual ? USUAL_BUDGET : plan->memory_limit / 2) / kernel->cpus;
	uint64_t colours = GFT_COPIES * GFT_COLOURS_SIZE((uint64_t)config->colour_slots);
	uint64_t slots = budget > colours ? (budget - colours) / GFT_SERIES_SIZE(1) : 0;
	uint64_t most = usual ? SLOTS_USUAL + 2 * SLOTS_COPY : SLOTS_MAX;

	if (slots > most)
		slots = most;
	if (slots < SLOTS_MIN)
		slots = SLOTS_MIN;
	/* 208 + 40 + 40, or as much as there is in that relation */
	for (int i = 1; i < GFT_COPIES; i++)
		config->slots[i] = (uint32_t)(slots * SLOTS_COPY / (SLOTS_USUAL + 2 * SLOTS_COPY));
	if (plan->coverage != COVERAGE_FAST)
		slots -= 2ull * config->slots[1];
	if (slots > config->combinations + 1)
		slots = config->combinations + 1;
	config->slots[0] = (uint32_t)slots;
}

/* The tracepoint's gfp may have gained __GFP_HARDWALL, so that bit tells nothing there. */
static void make_effective(struct plan *plan, const struct gft_gfp_bits *bits)
{
	uint32_t mask = plan->config.class_mask, gfp = 0;

	memcpy(plan->class_of_effective, plan->class_of, sizeof(plan->class_of));
	do {
		enum gft_class class = gft_classify(gfp | bits->hardwall, bits);

		plan->class_of_effective[(gfp * plan->config.class_magic) >>
					 (32 - GFT_CLASS_BITS)] =
			(uint8_t)(class == GFT_CLASS_USER ? GFT_CLASS_KERNEL : class);
		gfp = (gfp - mask) & mask;
	} while (gfp);
}

/* A pid is one of our own namespace; BPF must be told where that is not the first. */
static void set_pids(struct gft_config *config, const struct options *options)
{
	const ino_t first = 0xEFFFFFFC; /* PROC_PID_INIT_INO, include/linux/proc_ns.h */
	struct stat status;

	config->nr_pids = (uint32_t)options->nr_pids;
	memcpy(config->pids, options->pids, sizeof(config->pids[0]) * options->nr_pids);
	if (stat("/proc/self/ns/pid", &status) || status.st_ino == first)
		return;
	config->pid_namespace = 1;
	config->pid_namespace_dev = status.st_dev;
	config->pid_namespace_ino = status.st_ino;
}

static int set_filters(struct plan *plan, const struct options *options, char *problem, size_t size)
{
	struct gft_config *config = &plan->config;

	set_pids(config, options);
	if (options->comm) {
		if (glob__compile(options->comm, &plan->comm)) {
			snprintf(problem, size, "--comm: '%s' is no pattern", options->comm);
			return -EINVAL;
		}
		config->filter_comm = 1;
	}
	if (options->cgroup) {
		plan->cgroup_fd = cgroup__open(options->cgroup);
		if (plan->cgroup_fd < 0) {
			snprintf(problem, size, "--cgroup: '%s' is no cgroup v2 directory",
				 options->cgroup);
			return -EINVAL;
		}
		config->filter_cgroup = 1;
	}
	config->filter_task = config->nr_pids || config->filter_comm || config->filter_cgroup;
	return 0;
}

static int check_orders(const struct kernel *kernel, const struct options *options, char *problem,
			size_t size)
{
	for (uint32_t order = kernel->facts.max_order + 2; order < OPTIONS_ORDERS; order++) {
		if (!options->order_given || !options->orders[order])
			continue;
		snprintf(problem, size,
			 "--order: %u is out of range: this kernel's largest order is %u, and %u "
			 "stands for all that are refused",
			 order, kernel->facts.max_order, kernel->facts.max_order + 1);
		return -EINVAL;
	}
	return 0;
}

/* Migrate types are read where get_pageblock_migratetype() would read them. */
static int set_pageblocks(struct gft_config *config, const struct kernel *kernel, char *problem,
			  size_t size)
{
	if (!config->by_migratetype)
		return 0;
	config->mem_section = kernel->section_symbol;
	config->pageblock_order = kernel->pageblock_order;
	while (1u << config->pageblock_shift < kernel->facts.pageblock_bits)
		config->pageblock_shift++;
	if (kernel->section_symbol && kernel->pageblock_order && kernel->facts.pageblock_bits)
		return 0;
	snprintf(problem, size,
		 "--by migratetype: this kernel does not show where the types of its blocks are%s",
		 kernel->section_symbol ? "" : " (no mem_section in /proc/kallsyms)");
	return -ENOTSUP;
}

/* One setting, so that who asks for no colours does not pay for a look whether they are wanted. */
static enum gft_places places_counted(const struct gft_config *config)
{
	if (!config->vmemmap)
		return GFT_PLACES_NONE;
	return config->colours ? GFT_PLACES_COLOURS : GFT_PLACES_ALIGNMENT;
}

/* Labels of the place where a block lies; requests that fail have none. */
static int check_frames(const struct kernel *kernel, const struct options *options, char *problem,
			size_t size)
{
	const char *dimension = options->by[DIM_MIGRATETYPE] ? "migratetype"
				: options->by[DIM_NODE]	     ? "node"
				: options->by[DIM_ZONE]	     ? "zone"
							     : NULL;

	if (!dimension || kernel->frames.vmemmap || options->failures_only)
		return 0;
	snprintf(problem, size, "--by %s: %s", dimension, kernel->frames.why);
	return -ENOTSUP;
}

static int check_quality(const struct gft_config *config, const struct kernel *kernel,
			 char *problem, size_t size)
{
	if (!config->by_quality || !kernel->no_quality)
		return 0;
	snprintf(problem, size, "--by quality: %s", kernel->no_quality);
	return -ENOTSUP;
}

static int check_memory(const struct plan *plan, const struct kernel *kernel, char *problem,
			size_t size)
{
	uint64_t bytes = plan__memory(plan, kernel, true);

	if (plan->config.combinations > COMBINATIONS_MAX) {
		snprintf(problem, size,
			 "--by: these dimensions have %u combinations, more than %u: ask for fewer",
			 plan->config.combinations, COMBINATIONS_MAX);
		return -ENOMEM;
	}
	if (bytes <= plan->memory_limit)
		return 0;
	snprintf(problem, size,
		 "--by: the maps would take %.1f MiB, above --memory-limit %.1f MiB: ask for fewer "
		 "dimensions or raise it",
		 (double)bytes / MIB, (double)plan->memory_limit / MIB);
	return -ENOMEM;
}

/* Counters of blocks by the colour of their first page, if that is asked for and known. */
static void set_colours(struct gft_config *config, const struct kernel *kernel,
			const struct options *options)
{
	if (!options->cache_colours || !kernel->cache.colours)
		return;
	config->colours = kernel->cache.colours;
	for (uint32_t order = 0; order <= config->max_order && order < GFT_ORDERS_MAX; order++) {
		struct gft_colour_slots *slots = &config->colour[order];

		slots->first = config->colour_slots;
		slots->count = gft_colour_count(config->colours, order);
		config->colour_slots += slots->count;
	}
}

/* Which classes, orders and contexts the filters let through, for what counts in no series. */
static void set_label_masks(struct gft_config *config, const struct options *options)
{
	config->classes = config->orders = config->contexts = ~0u;
	for (uint32_t i = 0; i < GFT_CLASSES && options->class_given; i++)
		if (!options->classes[i])
			config->classes &= ~(1u << i);
	for (uint32_t i = 0; i < GFT_ORDERS_MAX && options->order_given; i++)
		if (!options->orders[i])
			config->orders &= ~(1u << i);
	for (uint32_t i = 0; i < GFT_CONTEXTS && options->context_given; i++)
		if (!options->contexts[i])
			config->contexts &= ~(1u << i);
}

int plan__make(struct plan *plan, const struct kernel *kernel, const struct options *options,
	       char *problem, size_t size)
{
	struct gft_config *config = &plan->config;
	int err;

	memset(plan, 0, sizeof(*plan));
	plan->cgroup_fd = -1;
	plan->tier = options->tier;
	plan->coverage = options->coverage;
	plan->options = options;
	plan->memory_limit = options->memory_limit;
	config->cpus = kernel->cpus;
	config->page_struct = kernel->facts.page_struct;
	config->page_struct_shift = log2_exact(kernel->facts.page_struct);
	config->page_shift = log2_exact(kernel->page_size);
	config->max_order = kernel->facts.max_order;
	config->preempt_rt = kernel->preempt_rt;
	config->marked = options->marked;
	config->slowest = options->failures_only ? 0 : (uint32_t)options->slowest;
	config->gfp_account = kernel->gfp.account;
	config->gfp_zero = kernel->gfp.zero;
	if (!kernel->zones.overlap) {
		config->nr_ranges = (uint32_t)kernel->zones.count;
		for (size_t i = 0; i < kernel->zones.count; i++)
			config->range[i] = kernel->zones.zone[i].pages;
	}
	err = check_orders(kernel, options, problem, size);
	if (err)
		return err;
	err = gfp_hash__find(&kernel->gfp.by_class, &config->class_mask, &config->class_magic,
			     plan->class_of);
	if (err) {
		snprintf(problem, size, "no perfect hash for this kernel's gfp bits");
		return err;
	}
	make_effective(plan, &kernel->gfp.by_class);
	set_keys(plan, kernel, options->by);
	config->by_module = options->module != NULL;
	config->stacks = options->stacks;
	config->lint = options->lint;
	set_label_masks(config, options);
	config->callers = config->by_caller || config->by_module || config->stacks;
	set_colours(config, kernel, options);
	config->vmemmap = kernel->frames.vmemmap;
	config->places = places_counted(config);
	config->line_shift = options->slab ? log2_exact(kernel->line.size) : 0;
	set_slots(plan, kernel);
	err = set_pageblocks(config, kernel, problem, size);
	if (!err)
		err = check_frames(kernel, options, problem, size);
	if (!err)
		err = check_quality(config, kernel, problem, size);
	if (err)
		return err;
	err = check_memory(plan, kernel, problem, size);
	if (err)
		return err;
	return set_filters(plan, options, problem, size);
}

void plan__drop(struct plan *plan)
{
	if (plan->cgroup_fd >= 0)
		close(plan->cgroup_fd);
	plan->cgroup_fd = -1;
}

uint64_t plan__memory(const struct plan *plan, const struct kernel *kernel, bool timed)
{
	const struct gft_config *config = &plan->config;
	uint64_t names = config->by_comm || config->by_cgroup ? sizeof(struct gft_names) : 0;
	uint64_t callers =
		config->callers || config->lint ? GFT_CALLER_USERS * sizeof(struct gft_callers) : 0;
	int copies = timed && plan->coverage != COVERAGE_FAST ? GFT_COPIES : 1;
	uint64_t cpu = 0;

	for (int i = 0; i < copies; i++)
		cpu += GFT_CPU_SIZE((uint64_t)config->combinations, config->slots[i], timed) +
		       GFT_COLOURS_SIZE((uint64_t)config->colour_slots) + names;
	if (config->slowest)
		cpu += sizeof(struct gft_slowest);
	if (config->line_shift)
		cpu += GFT_SLAB_CALLS * sizeof(struct gft_slab_row);
	return (cpu + callers + sizeof(struct gft_look)) * kernel->cpus +
	       ((config->stacks ? GFT_STACKS : 1ull) + (config->lint ? GFT_LINTS : 1ull)) *
		       sizeof(struct gft_stack) +
	       sizeof(struct gft_stages) + sizeof(struct gft_headrooms) +
	       GFT_FRAME_LINES * (sizeof(struct gft_line) + sizeof(struct gft_wish) +
				  sizeof(struct gft_measured)) +
	       (uint64_t)GFT_WALKS(timed) * sizeof(struct gft_walk) +
	       GFT_FAILURES * sizeof(struct gft_failure);
}

void plan__keys(const struct plan *plan, uint32_t combination, uint32_t key[GFT_KEYS])
{
	for (int i = 0; i < GFT_KEYS; i++) {
		uint32_t stride = plan->config.stride[i];

		key[i] = stride ? combination / stride % plan->size[i] : 0;
	}
}

bool plan__passes(const struct plan *plan, uint32_t combination)
{
	const struct options *options = plan->options;
	uint32_t key[GFT_KEYS];

	plan__keys(plan, combination, key);
	return (!options->class_given || options->classes[key[GFT_KEY_CLASS]]) &&
	       (!options->order_given || options->orders[key[GFT_KEY_ORDER]]) &&
	       (!options->context_given || options->contexts[key[GFT_KEY_CONTEXT]]);
}
