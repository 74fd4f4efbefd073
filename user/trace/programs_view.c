// SPDX-License-Identifier: GPL-2.0-only
/* What the programs have counted and found, and the programs' own state. */
#include <errno.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "trace/locate.h"
#include "trace/programs_internal.h"

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
		.colour_offset = config->colour_offset[copy - 1],
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

struct slabs_view programs__slabs(const struct programs *programs)
{
	struct slabs_view view = {
		.rows = programs->slabs,
		.cpus = programs->setup.kernel->cpus,
		.line = 1u << programs->setup.config.line_shift,
	};

	for (uint32_t call = 0; call < GFT_SLAB_CALLS; call++) {
		struct bpf_prog_info info = {};
		uint32_t size = sizeof(info);

		view.seen[call] = programs->slab_call[call];
		if (view.seen[call] &&
		    !bpf_obj_get_info_by_fd(bpf_program__fd(slab_program(programs, call)), &info,
					    &size))
			view.misses[call] = info.recursion_misses;
	}
	return view;
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
	const struct bpf_object *object = programs->skeleton->obj;
	struct bpf_map *map = NULL;
	uint64_t bytes = 0;

	/* elements of an array begin at multiples of 8 (kernel/bpf/arraymap.c) */
	while ((map = bpf_object__next_map(object, map)))
		if (bpf_map__autocreate(map))
			bytes += bpf_map__max_entries(map) *
				 GFT_ALIGN_UP((uint64_t)bpf_map__value_size(map), 8);
	return bytes;
}

bool programs__bulk(const struct programs *programs)
{
	return programs->bulk;
}

bool programs__exact_context(const struct programs *programs)
{
	return !programs->setup.config.context_by_stack &&
	       (programs->setup.kernel->preempt_symbol || row_of(programs, 1, 0)->preempt_count);
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
			.is_slab = attached->is_slab,
		};
		snprintf(state->attach, sizeof(state->attach), "%s/%s", attached->how,
			 attached->function);
		count++;
	}
	return count;
}
