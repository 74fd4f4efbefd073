// SPDX-License-Identifier: GPL-2.0-only
/* From options and a kernel made up here to the plan of a run. */
#include "unit.h"

#include <errno.h>
#include <string.h>

#include <gfptrace/quality.h>

#include "trace/plan.h"
#include "trace/programs.h"

#define MIB (1ull << 20)

static struct kernel kernel;
static struct options options;
static struct plan plan;
static char problem[256];

static int setup(void **state)
{
	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	memset(&options, 0, sizeof(options));
	memset(problem, 0, sizeof(problem));
	kernel.facts.max_order = 10;
	kernel.facts.nr_migratetypes = 6;
	kernel.facts.pageblock_bits = 4;
	kernel.pageblock_order = 9;
	kernel.section_symbol = true;
	kernel.facts.page_struct = 64;
	kernel.frames.vmemmap = 0xffffea0000000000;
	kernel.page_size = 4096;
	kernel.cpus = 2;
	gfp_bits__find(NULL, NULL, &kernel.gfp);
	kernel.zones.count = 3;
	for (uint32_t i = 0; i < 3; i++)
		kernel.zones.zone[i].pages = (struct gft_range){i * 1000, 1000};
	options.by[DIM_CLASS] = options.by[DIM_ORDER] = options.by[DIM_CONTEXT] = true;
	options.memory_limit = 256 * MIB;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	plan__drop(&plan);
	return 0;
}

static int make(void)
{
	return plan__make(&plan, &kernel, &options, problem, sizeof(problem));
}

/* Every combination has keys of its own, each in its range. */
static void assert_bijective(void)
{
	for (uint32_t i = 0; i < plan.config.combinations; i++) {
		uint32_t key[GFT_KEYS], back = 0;

		plan__keys(&plan, i, key);
		for (int k = 0; k < GFT_KEYS; k++) {
			assert_true(key[k] < plan.size[k]);
			back += key[k] * plan.config.stride[k];
		}
		assert_int_equal(back, i);
	}
}

static void usual_dimensions(void **state)
{
	(void)state;
	assert_int_equal(make(), 0);
	/* BPF knows the strides of these three */
	assert_int_equal(plan.size[GFT_KEY_ORDER], GFT_ORDERS_MAX);
	assert_int_equal(plan.config.stride[GFT_KEY_CLASS], 1);
	assert_int_equal(plan.config.stride[GFT_KEY_ORDER], GFT_STRIDE_ORDER);
	assert_int_equal(plan.config.stride[GFT_KEY_CONTEXT], GFT_STRIDE_CONTEXT);
	assert_int_equal(plan.config.combinations, GFT_COMBINATIONS);
	for (int k = GFT_KEY_RANGE; k < GFT_KEY_CONTEXT; k++) {
		assert_int_equal(plan.size[k], 1);
		assert_int_equal(plan.config.stride[k], 0);
	}
	assert_bijective();
	assert_int_equal(plan.config.max_order, 10);
	assert_int_equal(plan.config.page_shift, 12);
	assert_int_equal(plan.config.page_struct_shift, 6);
	assert_int_equal(plan.config.nr_ranges, 3);
	assert_int_equal(plan.config.range[2].start, 2000);
	assert_int_equal(plan.config.gfp_account, 0x400000);
	assert_false(plan.config.filter_task);
}

/* Class, order and context are always keys: failures need them, whatever --by says. */
static void keys_that_stay(void **state)
{
	(void)state;
	memset(options.by, 0, sizeof(options.by));
	options.by[DIM_CPU] = true;
	assert_int_equal(make(), 0);
	assert_int_equal(plan.config.combinations, 8 * GFT_ORDERS_MAX * 4);
}

static void each_dimension(void **state)
{
	static const struct {
		enum dimension dimension;
		enum gft_key key;
		uint32_t size;
	} cases[] = {
		{DIM_NODE, GFT_KEY_RANGE, 4},
		{DIM_ZONE, GFT_KEY_RANGE, 4},
		{DIM_MIGRATETYPE, GFT_KEY_MIGRATETYPE, 7},
		{DIM_COMM, GFT_KEY_COMM, GFT_NAME_KEYS},
		{DIM_CGROUP, GFT_KEY_CGROUP, GFT_NAME_KEYS},
		{DIM_QUALITY, GFT_KEY_QUALITY, GFT_QUALITIES + 1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		setup(state);
		options.by[cases[i].dimension] = true;
		assert_int_equal(make(), 0);
		assert_int_equal(plan.size[cases[i].key], cases[i].size);
		assert_int_equal(plan.config.combinations, 8 * GFT_ORDERS_MAX * 4 * cases[i].size);
		assert_int_equal(plan.config.by_range, cases[i].key == GFT_KEY_RANGE);
		assert_int_equal(plan.config.by_migratetype, cases[i].key == GFT_KEY_MIGRATETYPE);
		assert_int_equal(plan.config.by_comm, cases[i].key == GFT_KEY_COMM);
		assert_int_equal(plan.config.by_cgroup, cases[i].key == GFT_KEY_CGROUP);
		assert_int_equal(plan.config.by_quality, cases[i].key == GFT_KEY_QUALITY);
		assert_bijective();
	}
	/* node and zone are one key */
	setup(state);
	options.by[DIM_NODE] = options.by[DIM_ZONE] = options.by[DIM_MIGRATETYPE] = true;
	assert_int_equal(make(), 0);
	assert_int_equal(plan.config.combinations, 8 * GFT_ORDERS_MAX * 4 * 4 * 7);
	assert_bijective();
}

/* Why there are no qualities to be seen is said where they are asked for, and nowhere else. */
static void without_qualities(void **state)
{
	(void)state;
	kernel.no_quality = "no module";
	assert_int_equal(make(), 0);
	options.by[DIM_QUALITY] = true;
	assert_int_equal(make(), -ENOTSUP);
	assert_string_equal(problem, "--by quality: no module");
}

/* Labels of the place of a block are refused where it is not known; the rest works without. */
static void without_page_frames(void **state)
{
	static const struct {
		enum dimension dimension;
		const char *problem;
	} cases[] = {
		{DIM_MIGRATETYPE, "--by migratetype: no page frame numbers: none"},
		{DIM_NODE, "--by node: no page frame numbers: none"},
		{DIM_ZONE, "--by zone: no page frame numbers: none"},
	};

	(void)state;
	kernel.frames = (struct page_frames){.why = "no page frame numbers: none"};
	assert_int_equal(make(), 0);
	assert_int_equal(plan.config.places, GFT_PLACES_NONE);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		setup(state);
		kernel.frames = (struct page_frames){.why = "no page frame numbers: none"};
		options.by[cases[i].dimension] = true;
		assert_int_equal(make(), -ENOTSUP);
		assert_string_equal(problem, cases[i].problem);
		/* a request that failed has no place: nothing is told that is not so */
		options.failures_only = true;
		assert_int_equal(make(), 0);
	}
}

static void memory_limit(void **state)
{
	uint64_t bytes;

	(void)state;
	assert_int_equal(make(), 0);
	bytes = plan__memory(&plan, &kernel, true);
	assert_true(bytes > plan__memory(&plan, &kernel, false));
	options.memory_limit = bytes;
	assert_int_equal(make(), 0);
	assert_string_equal(problem, "");
	options.memory_limit = bytes - 1;
	assert_int_equal(make(), -ENOMEM);
	assert_non_null(strstr(problem, "--memory-limit"));
}

/* What the maps of a tier take: those of the object, sized for the plan. */
static uint64_t size_of_maps(enum tier tier)
{
	bool timed = tier != TIER_TRACEPOINT;
	struct programs_setup programs = {
		.kernel = &kernel,
		.plan = &plan,
		.tier = tier,
		.copies = tier == TIER_FEXIT && plan.coverage != COVERAGE_FAST ? GFT_COPIES : 1,
		.config = plan.config,
	};

	programs.config.timed = timed;
	return programs__size(&programs);
}

/* Whatever the machine, the maps that are planned fit the limit or are refused. */
static void memory_of_many_cpus(void **state)
{
	for (uint32_t cpus = 1; cpus <= 512; cpus *= 2) {
		char *words[] = {"run", NULL};
		struct options_error error;
		uint64_t size;

		setup(state);
		assert_int_equal(options__parse(COMMAND_RUN, 1, words, &options, &error), 0);
		kernel.cpus = cpus;
		assert_int_equal(make(), 0);
		assert_in_range(plan.config.slots[0], 40, 208);
		/* the usual dimensions stay below 64 MiB up to 128 CPUs, 0.5 MiB a CPU from there
		 */
		size = size_of_maps(TIER_FEXIT);
		assert_in_range(size, 4 * MIB, (cpus <= 128 ? 64 : cpus / 2) * MIB);
		assert_in_range(size_of_maps(TIER_KPROBE), 3 * MIB, size);
		if (cpus == 2)
			assert_in_range(size_of_maps(TIER_TRACEPOINT), 2 * MIB, 4 * MIB);
		/* what is planned is that, but for some small ones */
		assert_in_range(plan__memory(&plan, &kernel, true), size - size / 32, size);
		options.by[DIM_COMM] = true;
		assert_int_equal(make(), cpus <= 256 ? 0 : -ENOMEM);
	}
}

/* Not asked for, they take nothing; asked for, they are in what is planned. */
static void memory_of_colours(void **state)
{
	uint64_t without, size;

	(void)state;
	kernel.cache.colours = 1024;
	kernel.cpus = 64;
	assert_int_equal(make(), 0);
	assert_int_equal(plan.config.colour_slots, 0);
	without = size_of_maps(TIER_FEXIT);
	options.cache_colours = true;
	assert_int_equal(make(), 0);
	assert_int_equal(plan.config.colours, 1024);
	assert_int_equal(plan.config.colour_slots, 2047);
	/* the series have what is left of the 64 MiB */
	size = size_of_maps(TIER_FEXIT);
	assert_in_range(size, without - without / 32, 64 * MIB);
	assert_in_range(plan__memory(&plan, &kernel, true), size - size / 32, size);
	kernel.cache.colours = GFT_COLOURS_MAX;
	assert_int_equal(make(), 0);
	assert_in_range(plan.config.slots[0], 16, 208);
	assert_true(size_of_maps(TIER_FEXIT) <= 64 * MIB);
	kernel.cache.colours = 0; /* sysfs does not tell */
	assert_int_equal(make(), 0);
	assert_int_equal(plan.config.colour_slots, 0);
	assert_int_equal(size_of_maps(TIER_FEXIT), without);
}

/* The same of slabs: two rows a CPU. */
static void memory_of_slabs(void **state)
{
	uint64_t without, size;

	(void)state;
	kernel.line.size = 64;
	kernel.cpus = 64;
	assert_int_equal(make(), 0);
	assert_int_equal(plan.config.line_shift, 0);
	without = size_of_maps(TIER_TRACEPOINT);
	options.slab = true;
	assert_int_equal(make(), 0);
	assert_int_equal(plan.config.line_shift, 6);
	size = size_of_maps(TIER_TRACEPOINT);
	assert_int_equal(size - without, 2 * 64 * sizeof(struct gft_slab_row));
	assert_in_range(sizeof(struct gft_slab_row), 1, 17 * 1024);
	assert_in_range(plan__memory(&plan, &kernel, false), size - size / 32, size);
}

static void too_many_combinations(void **state)
{
	(void)state;
	options.by[DIM_COMM] = options.by[DIM_CGROUP] = true;
	options.memory_limit = UINT64_MAX;
	assert_int_equal(make(), -ENOMEM);
	assert_non_null(strstr(problem, "--by"));
}

static void slots_never_above_combinations(void **state)
{
	(void)state;
	options.memory_limit = 1ull << 40;
	options.by[DIM_MIGRATETYPE] = true;
	kernel.facts.nr_migratetypes = 1;
	kernel.facts.pageblock_bits = 4;
	kernel.pageblock_order = 9;
	kernel.section_symbol = true;
	kernel.facts.max_order = 0;
	assert_int_equal(make(), 0);
	assert_int_equal(plan.config.combinations, 8 * GFT_ORDERS_MAX * 4 * 2);
	assert_int_equal(plan.config.slots[0], plan.config.combinations + 1);
}

static void orders_out_of_range(void **state)
{
	(void)state;
	options.order_given = true;
	options.orders[11] = true; /* all that are refused */
	assert_int_equal(make(), 0);
	options.orders[12] = true;
	assert_int_equal(make(), -EINVAL);
	assert_non_null(strstr(problem, "12 is out of range"));
	assert_non_null(strstr(problem, "largest order is 10"));
	options.orders[12] = false;
	options.orders[OPTIONS_ORDERS - 1] = true;
	assert_int_equal(make(), -EINVAL);
	kernel.facts.max_order = 12;
	options.orders[OPTIONS_ORDERS - 1] = false;
	options.orders[12] = true;
	assert_int_equal(make(), 0);
}

/* Which combinations the filters let through: all 384, for random filters. */
static void filters(void **state)
{
	uint32_t random = 0x9e3779b9, passed = 0;

	(void)state;
	for (int round = 0; round < 200; round++) {
		memset(options.orders, 0, sizeof(options.orders));
		random = random * 1664525 + 1013904223;
		options.class_given = random >> 31;
		options.order_given = random >> 30 & 1;
		options.context_given = random >> 29 & 1;
		for (int i = 0; i < GFT_CLASSES; i++)
			options.classes[i] = random >> (i + 20) & 1;
		for (int i = 0; i < 12; i++)
			options.orders[i] = random >> (i + 9) & 1;
		for (int i = 0; i < GFT_CONTEXTS; i++)
			options.contexts[i] = random >> (i + 5) & 1;
		assert_int_equal(make(), 0);
		for (uint32_t class = 0; class < 8; class ++)
			for (uint32_t order = 0; order < 12; order++)
				for (uint32_t context = 0; context < 4; context++) {
					uint32_t combination =
						class * plan.config.stride[GFT_KEY_CLASS] +
						order * plan.config.stride[GFT_KEY_ORDER] +
						context * plan.config.stride[GFT_KEY_CONTEXT];
					bool expected = true;

					if (options.class_given && !options.classes[class])
						expected = false;
					if (options.order_given && !options.orders[order])
						expected = false;
					if (options.context_given && !options.contexts[context])
						expected = false;
					assert_int_equal(plan__passes(&plan, combination),
							 expected);
					passed += expected;
				}
	}
	assert_in_range(passed, 200 * 384 / 10, 200 * 384 * 9 / 10);
}

static void task_filters(void **state)
{
	(void)state;
	options.pids[0] = 1;
	options.pids[1] = 4194304;
	options.nr_pids = 2;
	assert_int_equal(make(), 0);
	assert_true(plan.config.filter_task);
	assert_int_equal(plan.config.nr_pids, 2);
	assert_int_equal(plan.config.pids[1], 4194304);
	options.nr_pids = 0;
	options.comm = "kworker/*";
	assert_int_equal(make(), 0);
	assert_true(plan.config.filter_task && plan.config.filter_comm);
	assert_int_equal(plan.comm.start, 1);
	options.comm = "[a";
	assert_int_equal(make(), -EINVAL);
	assert_non_null(strstr(problem, "--comm"));
	options.comm = NULL;
	options.cgroup = "/proc"; /* a directory on another file system */
	assert_int_equal(make(), -EINVAL);
	assert_non_null(strstr(problem, "--cgroup"));
	options.cgroup = "/no/such/directory";
	assert_int_equal(make(), -EINVAL);
	assert_true(plan.cgroup_fd < 0);
}

/* The tracepoint's gfp may have gained __GFP_HARDWALL: its table does not look at that bit. */
static void classes_of_effective_gfp(void **state)
{
	const struct gft_gfp_bits *bits = &kernel.gfp.by_class;
	const struct gft_config *config = &plan.config;
	uint32_t gfp = 0;

	(void)state;
	assert_int_equal(make(), 0);
	do {
		uint32_t place = (gfp * config->class_magic) >> (32 - GFT_CLASS_BITS);
		enum gft_class asked = gft_classify(gfp & ~bits->hardwall, bits);
		uint8_t class = plan.class_of_effective[place];

		assert_int_equal(plan.class_of[place], gft_classify(gfp, bits));
		if (asked == GFT_CLASS_KERNEL && gfp & bits->movable)
			assert_int_equal(class, GFT_CLASS_MOVABLE);
		else
			assert_int_equal(class, asked);
		gfp = (gfp - config->class_mask) & config->class_mask;
	} while (gfp);
}

static void unusual_sizes(void **state)
{
	(void)state;
	kernel.facts.page_struct = 56;
	kernel.page_size = 65536;
	kernel.zones.overlap = true;
	assert_int_equal(make(), 0);
	assert_int_equal(plan.config.page_struct, 56);
	assert_int_equal(plan.config.page_struct_shift, 0);
	assert_int_equal(plan.config.page_shift, 16);
	assert_int_equal(plan.config.nr_ranges, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(usual_dimensions),
		TEST(keys_that_stay),
		TEST(each_dimension),
		TEST(without_qualities),
		TEST(without_page_frames),
		TEST(memory_limit),
		TEST(memory_of_many_cpus),
		TEST(memory_of_colours),
		TEST(memory_of_slabs),
		TEST(too_many_combinations),
		TEST(slots_never_above_combinations),
		TEST(orders_out_of_range),
		TEST(filters),
		TEST(task_filters),
		TEST(classes_of_effective_gfp),
		TEST(unusual_sizes),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
