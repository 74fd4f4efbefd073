// SPDX-License-Identifier: GPL-2.0-only
/* What the budget decides, told rates and costs. */
#include "unit.h"

#include "session/budget.h"

#define SECOND 1000000000ull

static struct budget budget;
static uint64_t now;

static int setup(void **state)
{
	(void)state;
	budget__init(&budget, 2, 2, 1);
	now = 100 * SECOND;
	return 0;
}

/* A quarter of a second at that rate. */
static uint32_t quarter(uint64_t per_second)
{
	now += SECOND / 4;
	budget__spend(&budget, per_second / 4);
	return budget__decide(&budget, now, SECOND / 4, per_second / 4);
}

static void measures_only_where_it_matters(void **state)
{
	(void)state;
	assert_false(budget__wants_measure(&budget, now, 1000));
	assert_true(budget__wants_measure(&budget, now, 10000));
	budget__measured(&budget, now, 1000, 200);
	/* 200 ns a request at 10000/s are a thousandth of two CPUs: no hurry */
	assert_false(budget__wants_measure(&budget, now + 2 * SECOND, 10000));
	assert_true(budget__wants_measure(&budget, now + 11 * SECOND, 10000));
	/* near the limit */
	assert_true(budget__wants_measure(&budget, now + 2 * SECOND, 150000));
}

static void too_few_runs_tell_nothing(void **state)
{
	(void)state;
	budget__measured(&budget, now, 5, 1000000);
	assert_true(budget.ns_now == 0);
	assert_int_equal(quarter(1000000), 0);
}

static void samples_above_the_limit(void **state)
{
	(void)state;
	budget__measured(&budget, now, 1000, 200);
	assert_int_equal(quarter(199000), 0); /* 1.99 % of two CPUs */
	assert_int_equal(quarter(201000), BUDGET_SAMPLE);
	assert_true(budget.sampling);
	/* what a request costs now is to be measured anew */
	assert_true(budget__wants_measure(&budget, now, 201000));
	budget__measured(&budget, now, 1000, 50);
	assert_true(budget.ns_full == 200 && budget.ns_now == 50);
	assert_true(budget__share(&budget, 200000) < 0.0051);
}

static void times_all_again_after_two_calm_seconds(void **state)
{
	uint32_t sample = 0;
	int quarters = 0;

	(void)state;
	budget__measured(&budget, now, 1000, 200);
	assert_int_equal(quarter(1000000), BUDGET_SAMPLE);
	/* below the limit, but not well below */
	for (int i = 0; i < 40; i++)
		assert_int_equal(quarter(180000), 0);
	while (!sample && ++quarters < 40)
		sample = quarter(100000);
	assert_int_equal(sample, 1);
	assert_int_equal(quarters, 9);
	assert_true(budget.ns_now == 200);
	/* a burst in between begins the wait anew */
	assert_int_equal(quarter(1000000), BUDGET_SAMPLE);
	for (int i = 0; i < 7; i++)
		assert_int_equal(quarter(1000), 0);
	assert_int_equal(quarter(1000000), 0);
	for (int i = 0; i < 8; i++)
		assert_int_equal(quarter(1000), 0);
	assert_int_equal(quarter(1000), 1);
}

static void never_times_more_than_was_asked_for(void **state)
{
	(void)state;
	budget__init(&budget, 2, 2, 1000);
	budget__measured(&budget, now, 1000, 200);
	assert_int_equal(quarter(10000000), 0);
	budget__init(&budget, 2, 2, 8);
	budget__measured(&budget, now, 1000, 200);
	assert_int_equal(quarter(10000000), BUDGET_SAMPLE);
	for (int i = 0; i < 8; i++)
		assert_int_equal(quarter(10), 0);
	assert_int_equal(quarter(10), 8);
}

static void reckons_what_was_spent(void **state)
{
	(void)state;
	budget__measured(&budget, now, 1000, 200);
	quarter(40000);
	quarter(40000);
	assert_true(budget.ns_spent == 200.0 * 20000);
}

/* What came before the first measurement is paid when the price is known. */
static void owes_what_was_not_measured(void **state)
{
	(void)state;
	quarter(40000);
	assert_true(budget.ns_spent == 0);
	budget__measured(&budget, now, 1000, 200);
	quarter(40000);
	assert_true(budget.ns_spent == 200.0 * 20000);
	/* a sample has another price */
	assert_int_equal(quarter(1000000), BUDGET_SAMPLE);
	assert_true(budget.ns_spent == 200.0 * 270000);
	quarter(1000000);
	assert_true(budget.ns_spent == 200.0 * 270000);
	budget__measured(&budget, now, 1000, 50);
	quarter(1000000);
	assert_true(budget.ns_spent == 200.0 * 270000 + 50.0 * 500000);
}

/* A sample may be too much, too: that is said, and no limit is above all. */
static void knows_when_a_sample_is_too_much(void **state)
{
	(void)state;
	budget__measured(&budget, now, 1000, 200);
	assert_false(budget__is_helpless(&budget, 1000000));
	assert_int_equal(quarter(1000000), BUDGET_SAMPLE);
	assert_false(budget__is_helpless(&budget, 1000000)); /* not measured */
	budget__measured(&budget, now, 1000, 50);
	assert_true(budget__is_helpless(&budget, 1000000));
	assert_false(budget__is_helpless(&budget, 700000));
}

/* What could not be done is not believed, and tried again later. */
static void a_change_that_failed(void **state)
{
	(void)state;
	budget__measured(&budget, now, 1000, 200);
	assert_int_equal(quarter(201000), BUDGET_SAMPLE);
	budget__failed(&budget, now);
	assert_false(budget.sampling);
	assert_true(budget.ns_now == 200);
	assert_int_equal(quarter(201000), 0);
	now += 10 * SECOND;
	assert_int_equal(quarter(201000), BUDGET_SAMPLE);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

/* Long enough for twice the runs that a measurement takes, and no longer. */
static void slices(void **state)
{
	(void)state;
	assert_int_equal(budget__slice_ms(1e6), 6);
	assert_int_equal(budget__slice_ms(5000), 12);
	assert_int_equal(budget__slice_ms(2000), 32);
	assert_int_equal(budget__slice_ms(1), 40);
	assert_int_equal(budget__slice_ms(0), 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(measures_only_where_it_matters),
		TEST(too_few_runs_tell_nothing),
		TEST(samples_above_the_limit),
		TEST(times_all_again_after_two_calm_seconds),
		TEST(never_times_more_than_was_asked_for),
		TEST(reckons_what_was_spent),
		TEST(owes_what_was_not_measured),
		TEST(a_change_that_failed),
		TEST(knows_when_a_sample_is_too_much),
		cmocka_unit_test(slices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
