// SPDX-License-Identifier: GPL-2.0-only
/* What was kept of a failure becomes the report's: zones, words, caller. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "collect/failures.h"
#include "mm/gfp_names.h"

#define ATOMIC 0xa20u /* GFP_ATOMIC on v6.1, by the built-in table */
#define NOWARN 0x2000u

static struct gft_failure kept[GFT_FAILURES];
static struct gft_zones zones = {
	.used = 2, .nodes = 1, .zone = {{1, 0, 0, "DMA"}, {2, 0, 2, "Normal"}}};
static struct kernel kernel;
static struct failures failures;

/* An atomic request of order 2 that found single pages only. */
static void make_kept(struct gft_failure *failure)
{
	struct gft_zone_state *normal = &failure->zone[1];

	memset(failure, 0, sizeof(*failure));
	failure->key = gft_failure_key(GFT_CLASS_ATOMIC, 2, GFT_SOFTIRQ, GFT_FRAGMENTED);
	failure->turn = 2;
	failure->order = 2;
	failure->gfp = ATOMIC | NOWARN;
	failure->rights = GFT_RIGHT_HALF | GFT_RIGHT_QUARTER | GFT_RIGHT_RESERVE;
	failure->highest_zone = 2;
	failure->zones = 2;
	failure->zone[0].place = GFT_PLACE_OTHER_NODE;
	failure->zone[0].free_highatomic = ~0ull;
	*normal = (struct gft_zone_state){
		.free = 5000,
		.min = 100,
		.low = 125,
		.high = 150,
		.boost = 10,
		.free_highatomic = ~0ull,
		.managed = 100000,
		.blocks = {4000, 500},
		.types = {1 << 0 | 1 << 1, GFT_TYPES_HIGHATOMIC},
	};
	failure->frames = 4;
	failure->stack[0] = 0xffffffff81000005; /* warn_alloc */
	failure->stack[1] = 0xffffffff82000001; /* a trampoline without a name */
	failure->stack[2] = 0xffffffff81001010; /* __alloc_pages */
	failure->stack[3] = 0xffffffffc0000123;
}

static void make_names(void)
{
	char text[] = "ffffffff81000000 T warn_alloc\n"
		      "ffffffff81001000 T __alloc_pages\n"
		      "ffffffffc0000100 t refill\t[driver]\n";
	FILE *file = fmemopen(text, sizeof(text) - 1, "r");

	for (uint32_t i = 0; i < kept[0].frames; i++)
		symbols__want(failures.symbols, kept[0].stack[i]);
	symbols__resolve_from(failures.symbols, file, SIZE_MAX);
	fclose(file);
}

static int set_up(void **state)
{
	(void)state;
	gfp_flags__find(NULL, NULL, &kernel.gfp_flags);
	kernel.page_size = 4096;
	kernel.facts.nr_migratetypes = 4;
	kernel.facts.migratetypes[3] = "highatomic";
	kernel.failure.type_highatomic = 3;
	memset(kept, 0, sizeof(kept));
	make_kept(&kept[0]);
	assert_int_equal(failures__init(&failures, kept, &zones), 0);
	make_names();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	failures__free(&failures);
	return 0;
}

static struct failure *describe(struct report *report, const struct failure_kind *kind)
{
	struct failure *failure = report__add_failure(report);

	assert_int_equal(failures__describe(&failures, &kernel, kind, report, failure), 0);
	return failure;
}

static const struct failure_kind fragmented = {
	.class = GFT_CLASS_ATOMIC,
	.order = 2,
	.context = GFT_SOFTIRQ,
	.reason = GFT_FRAGMENTED,
};

static void zones_and_words(void **state)
{
	struct report *report = report__new();
	const struct failure *failure = describe(report, &fragmented);
	const struct zone_state *normal = &failure->zones[1];

	(void)state;
	assert_int_equal(failure->nr_zones, 2);
	assert_string_equal(normal->zone, "Normal");
	assert_int_equal(normal->min, 110); /* with the boost */
	assert_true(normal->pcp == UINT64_MAX && normal->highatomic_free == UINT64_MAX);
	assert_true(normal->allowed && !failure->zones[0].allowed);
	assert_int_equal(normal->nr_blocks, 2);
	assert_int_equal(normal->blocks[0].nr_types, 0); /* of two types, who knows how many */
	assert_int_equal(normal->blocks[1].nr_types, 1);
	assert_string_equal(normal->blocks[1].types[0].type, "highatomic");
	assert_int_equal(normal->blocks[1].types[0].count, 500);
	assert_int_equal(failure->gfp_names.nr, 2);
	assert_string_equal(failure->gfp_names.text[0], "GFP_ATOMIC");
	assert_string_equal(failure->gfp_names.text[1], "__GFP_NOWARN");
	assert_int_equal(failure->dmesg_would_show, ANSWER_NO);
	assert_non_null(strstr(failure->verdict, "memory is fragmented"));
	assert_true(failure->advice.nr > 0);
	report__free(report);
}

/* The programs saw enough for it, and the rest of the zones when that was gone again. */
static void served(void **state)
{
	struct failure_kind unknown = fragmented;
	struct report *report = report__new();
	const struct failure *failure;

	(void)state;
	unknown.reason = GFT_UNKNOWN;
	kept[0].key = gft_failure_key(GFT_CLASS_ATOMIC, 2, GFT_SOFTIRQ, GFT_UNKNOWN);
	failure = describe(report, &unknown);
	assert_int_equal(failure->nr_zones, 2);
	assert_non_null(strstr(failure->verdict, "memory came free"));
	/* nobody looked */
	kept[0].key = gft_failure_key(GFT_CLASS_ATOMIC, 2, GFT_SOFTIRQ, GFT_EXHAUSTED);
	assert_non_null(strstr(describe(report, &unknown)->verdict, "is not known"));
	report__free(report);
}

static void caller(void **state)
{
	struct report *report = report__new();
	const struct failure *failure = describe(report, &fragmented);

	(void)state;
	assert_int_equal(failure->stack.nr, 3); /* our own trampoline is none of its frames */
	assert_string_equal(failure->stack.text[1], "__alloc_pages+0x10");
	assert_string_equal(failure->caller, "refill+0x23 [driver]");
	report__free(report);
}

/* Of another kind, of another task, or being written all the time: nothing is made up. */
static void not_kept(void **state)
{
	struct failure_kind other = fragmented, task = fragmented;
	struct report *report = report__new();
	const struct failure *failure;

	(void)state;
	other.reason = GFT_EXHAUSTED;
	failure = describe(report, &other);
	assert_true(!failure->nr_zones && !failure->caller && !failure->has_gfp);
	assert_int_equal(failure->dmesg_would_show, ANSWER_UNKNOWN);
	task.comm = "somebody";
	assert_int_equal(describe(report, &task)->nr_zones, 0);
	kept[0].turn = 3;
	assert_int_equal(describe(report, &fragmented)->nr_zones, 0);
	report__free(report);
}

static void refused(void **state)
{
	const struct failure_kind kind = {.class = GFT_CLASS_KERNEL, .reason = GFT_MEMCG};
	struct report *report = report__new();
	const struct failure *failure = describe(report, &kind);

	(void)state;
	assert_non_null(strstr(failure->verdict, "memory cgroup"));
	assert_int_equal(failure->dmesg_would_show, ANSWER_NO);
	report__free(report);
}

/* What the kernel's own table says of masks, by the built-in positions. */
static void names_of_masks(void **state)
{
	const char *names[GFP_FLAGS];

	(void)state;
	assert_int_equal(gfp_flags__names(&kernel.gfp_flags, 0xcc0 | 0x100, names), 2);
	assert_string_equal(names[0], "GFP_KERNEL");
	assert_string_equal(names[1], "__GFP_ZERO");
	assert_int_equal(gfp_flags__names(&kernel.gfp_flags, 0x40, names), 1);
	assert_string_equal(names[0], "__GFP_IO");
	assert_int_equal(gfp_flags__names(&kernel.gfp_flags, 0xf0000000, names), 0);
	assert_int_equal(gfp_flags__names(&kernel.gfp_flags, ~0u, names) <= GFP_FLAGS, 1);
	assert_int_equal(gfp_flags__meaning(&kernel.gfp_flags, 0x200000), GFP_THISNODE);
	assert_int_equal(gfp_flags__mask(&kernel.gfp_flags, GFP_MEMALLOC), 0x20000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(zones_and_words, set_up, tear_down),
		cmocka_unit_test_setup_teardown(served, set_up, tear_down),
		cmocka_unit_test_setup_teardown(caller, set_up, tear_down),
		cmocka_unit_test_setup_teardown(not_kept, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(names_of_masks, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
