// SPDX-License-Identifier: GPL-2.0-only
/*
 * From blocks that programs counted on many CPUs, in two copies, to pages by colour, against a
 * plain oracle that counts page by page.
 */
#include "unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "collect/colours.h"

#define CPUS  3
#define SLOTS 24

static struct kernel kernel;
static struct options options;
static struct plan plan;
static struct snapshot_source source;
static char *copies[2];
static uint64_t truth[GFT_COLOURS_MAX], pages;

static uint32_t next_random(void)
{
	static uint64_t state = 7;

	state = state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(state >> 33);
}

static void make_machine(uint32_t colours, uint32_t max_order)
{
	char problem[256];
	size_t size;

	memset(&kernel, 0, sizeof(kernel));
	memset(&options, 0, sizeof(options));
	memset(truth, 0, sizeof(truth));
	pages = 0;
	kernel.facts.max_order = max_order;
	kernel.facts.page_struct = 64;
	kernel.page_size = 4096;
	kernel.cpus = CPUS;
	kernel.cache.colours = colours;
	gfp_bits__find(NULL, NULL, &kernel.gfp);
	options.memory_limit = UINT64_MAX;
	options.cache_colours = true;
	assert_int_equal(plan__make(&plan, &kernel, &options, problem, sizeof(problem)), 0);
	source = (struct snapshot_source){
		.plan = &plan,
		.cpus = CPUS,
		.view = {.series_offset = GFT_ROW_SIZE((size_t)plan.config.combinations),
			 .series_size = GFT_SERIES_SIZE(0),
			 .slots = SLOTS,
			 .colour_offset = GFT_CPU_SIZE((size_t)plan.config.combinations, SLOTS, 0)},
	};
	size = source.view.colour_offset + GFT_COLOURS_SIZE((size_t)plan.config.colour_slots);
	source.view.cpu_size = size;
	for (int i = 0; i < 2; i++) {
		copies[i] = aligned_alloc(GFT_CACHE_LINE, CPUS * size);
		assert_non_null(copies[i]);
		memset(copies[i], 0, CPUS * size);
	}
}

static void free_machine(void)
{
	free(copies[0]);
	free(copies[1]);
}

/* More series than a snapshot has room for at first. */
static void add_series(uint32_t cpu)
{
	char *row = copies[0] + cpu * source.view.cpu_size;

	((struct gft_row *)row)->used_slots = SLOTS - 1;
	for (uint32_t slot = 1; slot < SLOTS; slot++) {
		struct gft_series *series =
			(void *)(row + source.view.series_offset + slot * source.view.series_size);

		series->combination = slot;
		series->align[1] = 1;
	}
}

/* As bpf/record.bpf.h counts a block. */
static void record(uint64_t pfn, uint32_t order)
{
	const struct gft_colour_slots *of = &plan.config.colour[order];
	char *row = copies[next_random() % 2] + next_random() % CPUS * source.view.cpu_size;
	uint64_t *blocks = (void *)(row + source.view.colour_offset);
	uint64_t slot = of->first + (pfn >> order) % of->count;

	assert_true(slot < plan.config.colour_slots);
	blocks[slot]++;
	for (uint64_t i = 0; i < 1ull << order; i++)
		truth[(pfn + i) % plan.config.colours]++;
	pages += 1ull << order;
}

static void record_some(uint32_t count)
{
	while (count--) {
		uint32_t order = next_random() % (plan.config.max_order + 1);
		uint64_t pfn = (uint64_t)next_random() << 8 ^ next_random();

		record(pfn >> order << order, order);
	}
}

static void take(struct snapshot *snapshot)
{
	source.view.cpus = copies[0];
	assert_int_equal(snapshot__take(snapshot, &source), 0);
	source.view.cpus = copies[1];
	assert_int_equal(snapshot__add_copy(snapshot, &source), 0);
}

static void assert_report(const struct snapshot *snapshot)
{
	struct report *report = report__new();
	uint64_t most = 0, sum = 0;

	assert_non_null(report);
	assert_int_equal(colours__describe(&plan.config, snapshot, report), 0);
	assert_int_equal(report->cache.colours, plan.config.colours);
	assert_int_equal(report->cache.nr_counts, plan.config.colours);
	for (uint32_t i = 0; i < plan.config.colours; i++) {
		assert_int_equal(report->cache.counts[i], truth[i]);
		most = truth[i] > most ? truth[i] : most;
		sum += truth[i];
	}
	assert_int_equal(sum, pages);
	if (pages)
		assert_true(fabs(report->cache.skew -
				 (double)most * plan.config.colours / (double)pages) < 1e-9);
	else
		assert_true(report->cache.skew == 0);
	report__free(report);
}

static void spread(uint32_t colours, uint32_t max_order)
{
	struct snapshot earlier, later, difference;

	make_machine(colours, max_order);
	assert_int_equal(snapshot__init(&earlier, 1), 0);
	assert_int_equal(snapshot__init(&later, 1), 0);
	assert_int_equal(snapshot__init(&difference, 1), 0);
	assert_int_equal(snapshot__add_colours(&earlier, plan.config.colour_slots), 0);
	assert_int_equal(snapshot__add_colours(&later, plan.config.colour_slots), 0);
	assert_int_equal(snapshot__add_colours(&difference, plan.config.colour_slots), 0);
	take(&earlier);
	assert_report(&earlier);
	record_some(300);
	add_series(1);
	take(&earlier);
	assert_report(&earlier);
	/* what comes after it is the difference */
	memset(truth, 0, sizeof(truth));
	pages = 0;
	record_some(200);
	add_series(0);
	take(&later);
	assert_int_equal(snapshot__subtract(&difference, &later, &earlier), 0);
	assert_report(&difference);
	snapshot__free(&earlier);
	snapshot__free(&later);
	snapshot__free(&difference);
	free_machine();
}

static void any_number_of_colours(void **state)
{
	static const uint32_t colours[] = {2, 3, 7, 16, 96, 192, 256, 640, 1000, 4095, 4096};

	(void)state;
	for (size_t i = 0; i < sizeof(colours) / sizeof(colours[0]); i++) {
		spread(colours[i], 10);
		spread(colours[i], 13);
	}
}

/* The counters of an order follow those of the last one, and are no more than they need be. */
static void few_counters(void **state)
{
	(void)state;
	make_machine(256, 10);
	assert_int_equal(plan.config.colour[0].first, 0);
	assert_int_equal(plan.config.colour[0].count, 256);
	assert_int_equal(plan.config.colour[1].first, 256);
	assert_int_equal(plan.config.colour[1].count, 128);
	assert_int_equal(plan.config.colour[10].count, 1);
	assert_int_equal(plan.config.colour[11].count, 0);
	assert_int_equal(plan.config.colour_slots,
			 256 + 128 + 64 + 32 + 16 + 8 + 4 + 2 + 1 + 1 + 1);
	free_machine();
	make_machine(640, 10);
	assert_int_equal(plan.config.colour[7].count, 5);
	assert_int_equal(plan.config.colour[10].count, 5);
	free_machine();
}

static void none(void **state)
{
	struct report *report = report__new();
	struct snapshot snapshot = {};

	(void)state;
	assert_non_null(report);
	make_machine(0, 10);
	assert_int_equal(plan.config.colours, 0);
	assert_int_equal(plan.config.colour_slots, 0);
	assert_int_equal(snapshot__add_colours(&snapshot, 0), 0);
	assert_null(snapshot.colours);
	assert_int_equal(colours__describe(&plan.config, &snapshot, report), 0);
	assert_int_equal(report->cache.colours, 0);
	free_machine();
	report__free(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_number_of_colours),
		cmocka_unit_test(few_counters),
		cmocka_unit_test(none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
