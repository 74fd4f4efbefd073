// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long it takes to merge the counters of many CPUs that have all been busy.
 * usage: merge CPUS: prints the least CPU time of some snapshots, in microseconds
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "collect/snapshot.h"

#define REQUESTS  60 /* of a series */
#define SNAPSHOTS 10

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static uint32_t next_random(void)
{
	static uint64_t state = 1;

	state = state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(state >> 33);
}

/* From a quarter of a microsecond to some milliseconds, the shorter the more. */
static void fill_series(struct gft_series *series, uint32_t combination)
{
	series->combination = combination;
	series->min = UINT64_MAX;
	for (int i = 0; i < REQUESTS; i++) {
		uint64_t latency = 256 + (next_random() >> (next_random() % 24 + 7));

		series->bucket[gft_bucket(latency)]++;
		series->align[next_random() % GFT_ALIGN_SLOTS]++;
		series->sum += latency;
		if (latency < series->min)
			series->min = latency;
		if (latency > series->max)
			series->max = latency;
	}
}

/* What a copy of the programs counted: all slots of all CPUs are in use. */
static struct counters_view make_copy(const struct gft_config *config, int copy, uint32_t cpus)
{
	const size_t combinations = config->combinations;
	struct counters_view made = {
		.slots = config->slots[copy],
		.series_offset = GFT_ROW_SIZE(combinations),
		.series_size = GFT_SERIES_SIZE(1),
		.cpu_size = GFT_CPU_SIZE(combinations, config->slots[copy], 1),
	};
	const struct counters_view *view = &made;
	char *counters = aligned_alloc(GFT_CACHE_LINE, cpus * view->cpu_size);

	for (uint32_t cpu = 0; counters && cpu < cpus; cpu++) {
		struct gft_row *row = (void *)(counters + cpu * view->cpu_size);

		memset(row, 0, view->cpu_size);
		row->home_index = 1;
		row->used_slots = view->slots - 1;
		for (uint32_t slot = 1; slot < view->slots; slot++)
			fill_series((void *)((char *)row + view->series_offset +
					     slot * view->series_size),
				    slot);
	}
	made.cpus = counters;
	return made;
}

static int make_plan(struct plan *plan, struct kernel *kernel, struct options *options)
{
	char *words[] = {"run", NULL}, problem[256];
	struct options_error error;

	kernel->facts.max_order = 10;
	kernel->facts.page_struct = 64;
	kernel->page_size = 4096;
	gfp_bits__find(NULL, NULL, &kernel->gfp);
	if (options__parse(COMMAND_RUN, 1, words, options, &error))
		return -1;
	options->memory_limit = UINT64_MAX;
	return plan__make(plan, kernel, options, problem, sizeof(problem));
}

/* As a session takes it. */
static int take(struct snapshot *snapshot, struct snapshot_source *source,
		const struct counters_view views[GFT_COPIES])
{
	int err;

	source->view = views[0];
	err = snapshot__take(snapshot, source);
	for (int copy = 1; copy < GFT_COPIES && !err; copy++) {
		source->view = views[copy];
		err = snapshot__add_copy(snapshot, source);
	}
	return err;
}

int main(int argc, char **argv)
{
	static struct kernel kernel;
	static struct options options;
	static struct plan plan;
	struct snapshot_source source = {.plan = &plan, .timed = true};
	struct counters_view views[GFT_COPIES];
	struct snapshot snapshot;
	uint64_t least = UINT64_MAX, wanted = 0, merged = 0;

	kernel.cpus = source.cpus = argc == 2 ? (uint32_t)strtoul(argv[1], NULL, 10) : 0;
	if (!kernel.cpus || make_plan(&plan, &kernel, &options) || snapshot__init(&snapshot, 64))
		return 2;
	for (int copy = 0; copy < GFT_COPIES; copy++) {
		views[copy] = make_copy(&plan.config, copy, source.cpus);
		if (!views[copy].cpus)
			return 2;
		wanted += (uint64_t)REQUESTS * (views[copy].slots - 1) * source.cpus;
	}
	for (int i = 0; i < SNAPSHOTS; i++) {
		uint64_t begin = now_ns(), took;

		if (take(&snapshot, &source, views))
			return 2;
		took = now_ns() - begin;
		if (took < least)
			least = took;
	}
	for (size_t i = 0; i < snapshot.count; i++)
		merged += series__count(&snapshot.series[i]);
	printf("%" PRIu64 "\n", least / 1000);
	return merged == wanted ? 0 : 2;
}
