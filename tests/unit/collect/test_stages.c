// SPDX-License-Identifier: GPL-2.0-only
/* From the histograms of stages to the report: windows, folding, and the path of a request. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "collect/stages.h"

static struct gft_stages *now;
static struct stages stages;
static struct report *report;

static int set_up(void **state)
{
	(void)state;
	now = calloc(1, sizeof(*now));
	report = report__new();
	return now && report ? stages__init(&stages, now) : -1;
}

static int tear_down(void **state)
{
	(void)state;
	stages__free(&stages);
	report__free(report);
	free(now);
	return 0;
}

/* As bpf/stage.bpf.c does it. */
static void went_through(uint32_t series, uint64_t kind, uint64_t ns)
{
	struct gft_stage_series *to = &now->series[series];

	to->kind = kind;
	to->count++;
	to->sum += ns;
	to->bucket[gft_bucket(ns)]++;
	if (ns > to->max)
		to->max = ns;
}

static void again(void)
{
	stages__advance(&stages);
	report__free(report);
	report = report__new();
	assert_non_null(report);
}

static void test_path(void **state)
{
	static const struct {
		uint32_t seen;
		enum gft_path path;
	} cases[] = {
		{0, GFT_PATH_PCP},
		{1u << GFT_STAGE_TLB, GFT_PATH_PCP},
		{1u << GFT_STAGE_BUDDY, GFT_PATH_BUDDY},
		{1u << GFT_STAGE_BUDDY | 1u << GFT_STAGE_STEAL, GFT_PATH_STEAL},
		{1u << GFT_STAGE_KSWAPD | 1u << GFT_STAGE_STEAL, GFT_PATH_SLOW},
		{1u << GFT_STAGE_KSWAPD | 1u << GFT_STAGE_COMPACT, GFT_PATH_COMPACT},
		{1u << GFT_STAGE_COMPACT | 1u << GFT_STAGE_RECLAIM, GFT_PATH_RECLAIM},
		{1u << GFT_STAGE_MEMCG, GFT_PATH_RECLAIM},
		{1u << GFT_STAGE_SEARCH | 1u << GFT_STAGE_AUTOPSY, GFT_PATH_SLOW},
		{1u << GFT_STAGE_RECLAIM | 1u << GFT_STAGE_OOM, GFT_PATH_OOM},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(gft_path_of(cases[i].seen), cases[i].path);
}

/* Every stage and label has a number of its own, and gets it back. */
static void test_kinds(void **state)
{
	const bool all[DIMENSIONS] = {[DIM_CLASS] = true, [DIM_ORDER] = true, [DIM_CONTEXT] = true};
	struct stage *stage;

	(void)state;
	assert_int_equal(gft_stage_kind(GFT_STAGES - 1, GFT_CLASSES - 1, GFT_ORDERS_MAX - 1,
					GFT_CONTEXTS - 1),
			 GFT_STAGE_KINDS - 1);
	went_through(GFT_STAGES, gft_stage_kind(GFT_STAGE_RECLAIM, GFT_CLASS_NOFS, 3, GFT_SOFTIRQ),
		     1000);
	assert_int_equal(stages__report(&stages, all, 4000, report), 0);
	assert_int_equal(report->nr_stages, 1);
	stage = &report->stages[0];
	assert_string_equal(stage->stage, "reclaim");
	assert_string_equal(stage->labels.value[DIM_CLASS], "nofs");
	assert_string_equal(stage->labels.value[DIM_ORDER], "3");
	assert_string_equal(stage->labels.value[DIM_CONTEXT], "softirq");
	assert_null(stage->labels.value[DIM_PATH]);
	assert_int_equal(stage->count, 1);
	assert_int_equal(stage->sum, 1000);
	assert_int_equal(stage->max, 1000);
	assert_true(stage->share == 0.25);
	assert_false(stage->derived);
}

/* Series whose labels are not asked for become one; what found no place is `other`. */
static void test_folding(void **state)
{
	const bool by_class[DIMENSIONS] = {[DIM_CLASS] = true};
	const bool none[DIMENSIONS] = {false};
	uint64_t count = 0;

	(void)state;
	for (uint32_t order = 0; order < 4; order++)
		went_through(GFT_STAGES + order,
			     gft_stage_kind(GFT_STAGE_COMPACT, GFT_CLASS_THP, order, GFT_TASK),
			     100000 * (order + 1));
	went_through(GFT_STAGES + 4,
		     gft_stage_kind(GFT_STAGE_COMPACT, GFT_CLASS_KERNEL, 9, GFT_TASK), 5000);
	went_through(GFT_STAGE_COMPACT, 0, 7000);
	assert_int_equal(stages__report(&stages, by_class, 2000000, report), 0);
	assert_int_equal(report->nr_stages, 3);
	for (size_t i = 0; i < report->nr_stages; i++) {
		const struct stage *stage = &report->stages[i];
		const char *class = stage->labels.value[DIM_CLASS];

		assert_string_equal(stage->stage, "compact");
		count += stage->count;
		if (!strcmp(class, "thp")) {
			assert_int_equal(stage->count, 4);
			assert_int_equal(stage->sum, 1000000);
			assert_int_equal(stage->max, 400000);
			assert_true(stage->share == 0.5);
		} else if (!strcmp(class, "other")) {
			assert_int_equal(stage->sum, 7000);
		} else {
			assert_string_equal(class, "kernel");
		}
	}
	assert_int_equal(count, 6);
	again();
	went_through(GFT_STAGES, now->series[GFT_STAGES].kind, 1);
	went_through(GFT_STAGES + 4, now->series[GFT_STAGES + 4].kind, 2);
	assert_int_equal(stages__report(&stages, none, 0, report), 0);
	assert_int_equal(report->nr_stages, 1);
	assert_int_equal(report->stages[0].count, 2);
	assert_int_equal(report->stages[0].sum, 3);
	assert_true(report->stages[0].share == 0);
}

/* Each window has its own requests; a maximum of an earlier one is none of this one. */
static void test_windows(void **state)
{
	const bool none[DIMENSIONS] = {false};
	const uint64_t kind = gft_stage_kind(GFT_STAGE_OOM, GFT_CLASS_USER, 0, GFT_TASK);

	(void)state;
	went_through(GFT_STAGES, kind, 1000000);
	assert_int_equal(stages__report(&stages, none, 1, report), 0);
	assert_int_equal(report->stages[0].max, 1000000);
	again();
	assert_int_equal(stages__report(&stages, none, 1, report), 0);
	assert_int_equal(report->nr_stages, 0);
	again();
	went_through(GFT_STAGES, kind, 3000);
	went_through(GFT_STAGES, kind, 3000);
	assert_int_equal(stages__report(&stages, none, 1, report), 0);
	assert_int_equal(report->stages[0].count, 2);
	assert_int_equal(report->stages[0].timed, 2);
	assert_in_range(report->stages[0].max, 3000, gft_bucket_le(gft_bucket(3000)));
	assert_int_equal(report->stages[0].nr_buckets, 1);
	assert_in_range(report->stages[0].p50, 2900, 3100);
	assert_true(report->stages[0].p99 == TIME_UNKNOWN);
	again();
	assert_int_equal(stages__report_all(&stages, none, 1, report), 0);
	assert_int_equal(report->stages[0].count, 3);
	assert_int_equal(report->stages[0].sum, 1006000);
	assert_int_equal(report->stages[0].max, 1000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_path),
		cmocka_unit_test_setup_teardown(test_kinds, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_folding, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_windows, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
