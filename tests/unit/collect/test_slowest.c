// SPDX-License-Identifier: GPL-2.0-only
/* What each CPU kept of its slowest requests becomes the report's list. */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "collect/slowest.h"

#define CPUS  3
#define EPOCH 7
#define START 1000000000ull

static struct gft_slowest kept[CPUS];
static uint8_t class_of[GFT_CLASS_TABLE];
static struct slowest slowest;
static struct symbols *symbols;
static struct report *report;
static bool by[DIMENSIONS];

static int set_up(void **state)
{
	(void)state;
	memset(kept, 0, sizeof(kept));
	memset(by, 0, sizeof(by));
	memset(class_of, GFT_CLASS_NOIO, sizeof(class_of));
	slowest = (struct slowest){.kept = kept,
				   .cpus = CPUS,
				   .most = 4,
				   .class_of = class_of,
				   .class_mask = 1,
				   .class_magic = 1,
				   .paths = true};
	symbols = symbols__new(64);
	report = report__new();
	return symbols && report ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	symbols__free(symbols);
	report__free(report);
	return 0;
}

static struct gft_slow *keep(uint32_t cpu, uint32_t place, uint64_t epoch, uint64_t latency)
{
	struct gft_slow *slow = &kept[cpu].slow[epoch % GFT_SLOWEST_EPOCHS][place];

	*slow = (struct gft_slow){.epoch = epoch,
				  .end = START + 500 + latency,
				  .latency = latency,
				  .order = 2,
				  .pid = 42,
				  .comm = "sixteen-chars-xx"};
	return slow;
}

static int make_report(uint64_t epoch)
{
	return slowest__report(&slowest, epoch, START, by, symbols, report);
}

/* Of all CPUs the slowest, each with its own labels; other epochs' are not there. */
static void test_merge(void **state)
{
	(void)state;
	for (uint32_t cpu = 0; cpu < CPUS; cpu++)
		for (uint32_t i = 0; i < 4; i++)
			keep(cpu, i, EPOCH, 10000 * (i + 1) + cpu);
	keep(0, 0, EPOCH - 1, 999999);
	keep(1, 3, EPOCH + 2, 888888); /* overwritten meanwhile */
	by[DIM_CPU] = true;
	assert_int_equal(make_report(EPOCH), 0);
	assert_int_equal(report->nr_slowest, 4);
	assert_int_equal(report->slowest[0].latency, 40002);
	assert_int_equal(report->slowest[1].latency, 40000);
	assert_int_equal(report->slowest[2].latency, 30002);
	assert_int_equal(report->slowest[3].latency, 30001);
	assert_string_equal(report->slowest[3].labels.value[DIM_CPU], "1");
	assert_string_equal(report->slowest[0].labels.value[DIM_CLASS], "noio");
	assert_string_equal(report->slowest[0].labels.value[DIM_ORDER], "2");
	assert_string_equal(report->slowest[0].labels.value[DIM_CONTEXT], "task");
	assert_null(report->slowest[0].labels.value[DIM_PATH]);
	assert_string_equal(report->slowest[0].comm, "sixteen-chars-xx");
	assert_int_equal(report->slowest[0].pid, 42);
	assert_int_equal(report->slowest[0].ts, 500);
}

static void test_stages(void **state)
{
	struct gft_slow *slow = keep(2, 1, EPOCH, 50000);
	const uint64_t reclaim = (uint64_t)GFT_STAGE_RECLAIM << GFT_STAGE_SHIFT;
	const uint64_t oom = (uint64_t)GFT_STAGE_OOM << GFT_STAGE_SHIFT;

	(void)state;
	slow->seen = 1u << GFT_STAGE_RECLAIM | 1u << GFT_STAGE_OOM;
	slow->events = 4;
	slow->event[0] = (struct gft_event){reclaim | 1000, 20000};
	slow->event[1] = (struct gft_event){oom | 30000, GFT_NO_DURATION};
	slow->event[2] = (struct gft_event){reclaim | 49999, 2};      /* ends too late */
	slow->event[3] = (struct gft_event){reclaim | 1ull << 50, 0}; /* begins too late */
	by[DIM_PATH] = true;
	assert_int_equal(make_report(EPOCH), 0);
	assert_int_equal(report->nr_slowest, 1);
	assert_string_equal(report->slowest[0].labels.value[DIM_PATH], "oom");
	assert_int_equal(report->slowest[0].nr_stages, 2);
	assert_string_equal(report->slowest[0].stages[0].stage, "reclaim");
	assert_int_equal(report->slowest[0].stages[0].start, 1000);
	assert_int_equal(report->slowest[0].stages[0].duration, 20000);
	assert_string_equal(report->slowest[0].stages[1].stage, "oom");
	assert_int_equal(report->slowest[0].stages[1].duration, 0);
}

/* A request that began before the window did. */
static void test_early(void **state)
{
	(void)state;
	keep(0, 0, EPOCH, 50000)->end = START + 10;
	assert_int_equal(make_report(EPOCH), 0);
	assert_int_equal(report->slowest[0].ts, 0);
}

static void test_none(void **state)
{
	(void)state;
	keep(0, 0, EPOCH, 50000);
	slowest.most = 0;
	assert_int_equal(make_report(EPOCH), 0);
	slowest.most = 4;
	slowest.kept = NULL;
	assert_int_equal(make_report(EPOCH), 0);
	assert_int_equal(report->nr_slowest, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_merge, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_stages, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_early, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_none, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
