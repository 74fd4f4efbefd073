/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the programs share: programs.c, attach.c, programs_view.c. */
#ifndef GFPTRACE_USER_PROGRAMS_PARTS_H
#define GFPTRACE_USER_PROGRAMS_PARTS_H

#include <gfptrace/quality.h>

#include "trace/programs.h"

/* after the types of its maps */
#include "gfptrace.skel.h"

/* A program in use, its link (NULL: detached) and the place it is attached to. */
struct attached {
	struct bpf_program *program;
	struct bpf_link *link;
	uint32_t copy;
	const char *how;      /* fentry, kprobe, ... */
	const char *function; /* or the tracepoint's name */
	bool is_exit, is_bulk, is_slab;
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
	void *slabs;
	size_t slabs_size;
	bool slab_call[GFT_SLAB_CALLS]; /* is seen */
};

static inline bool has_names(const struct programs *programs)
{
	return programs->setup.config.by_comm || programs->setup.config.by_cgroup;
}

/* Does any program look at stacks? */
static inline bool wants_callers(const struct programs *programs)
{
	return programs->setup.config.callers || programs->setup.config.lint;
}

static inline bool wants_slab(const struct programs *programs, enum gft_slab_call call)
{
	return programs->setup.config.line_shift &&
	       programs->setup.kernel->facts.has_slab_call[call];
}

static inline struct bpf_program *slab_program(const struct programs *programs,
					       enum gft_slab_call call)
{
	struct gfptrace *skeleton = programs->skeleton;

	if (programs->setup.kernel->preempt_symbol)
		return call == GFT_KMALLOC ? skeleton->progs.slab_kmalloc
					   : skeleton->progs.slab_cache;
	return call == GFT_KMALLOC ? skeleton->progs.slab_kmalloc_address
				   : skeleton->progs.slab_cache_address;
}

static inline size_t cpu_size(const struct programs *programs, uint32_t copy)
{
	const struct gft_config *config = &programs->setup.config;

	return config->colour_offset[copy - 1] + GFT_COLOURS_SIZE((size_t)config->colour_slots);
}

static inline struct bpf_program *stage_program(const struct programs *programs,
						const struct stage_probe *probe)
{
	return bpf_object__find_program_by_name(programs->skeleton->obj, probe->program);
}

/* Is there a program on warn_alloc()? */
static inline bool sees_failures(const struct programs *programs)
{
	return programs->setup.config.memcg_by_warn ||
	       programs->copy[0].exit == programs->skeleton->progs.failure_alone;
}

static inline struct gft_row *row_of(const struct programs *programs, uint32_t copy, uint32_t cpu)
{
	return (struct gft_row *)((char *)programs->copy[copy - 1].cpus +
				  cpu * cpu_size(programs, copy));
}

#endif
