// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "gate/diff/diff.h"
#include "sample_report.h"
#include "base/stats.h"

static uint64_t seed;

/* 0 < x <= 1 */
static double uniform(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (double)((seed >> 11) + 1) / (double)(1ull << 53);
}

static double normal(void)
{
	return sqrt(-2 * log(uniform())) * cos(2 * M_PI * uniform());
}

/* A machine: how runs differ from each other, and series from run to run. */
struct machine {
	size_t requests; /* of each series */
	double drift;	 /* standard deviation of the logarithm, of all series together */
	double own;	 /* and of each */
	double slower;	 /* factor on the series "atomic" 0; 1: nothing changed */
	double all;	 /* logarithm of a factor on all */
};

static const struct {
	const char *class, *order;
	double ns;
} series[] = {
	{"atomic", "0", 700}, {"kernel", "0", 900}, {"kernel", "3", 5000}, {"thp", "9", 200000}};

#define SERIES	   (sizeof(series) / sizeof(series[0]))
#define MOST_TIMES 4000

/* Log-normal latencies; one in a hundred is an outlier, many times as long. */
static void add_series(struct report *report, size_t i, const struct machine *machine,
		       double factor)
{
	static uint64_t times[MOST_TIMES];
	double own = exp(machine->own * normal());

	for (size_t t = 0; t < machine->requests; t++) {
		double ns = series[i].ns * factor * own * exp(0.3 * normal());

		if (uniform() < 0.01)
			ns *= 1 / uniform();
		times[t] = (uint64_t)ns;
	}
	sample_latency(report, series[i].class, series[i].order, "task", times, machine->requests);
}

static struct report *make_report(const struct machine *machine, const char *clock)
{
	struct report *report = report__new();
	double drift = exp(machine->all + machine->drift * normal());

	assert_non_null(report);
	report->host.clock = clock;
	report->mode.tier = "fexit";
	report->by[DIM_CLASS] = report->by[DIM_ORDER] = report->by[DIM_CONTEXT] = true;
	for (size_t i = 0; i < SERIES; i++)
		add_series(report, i, machine, drift * (i ? 1 : machine->slower));
	report->requests.counted = report->requests.succeeded = SERIES * machine->requests;
	return report;
}

static void make_runs(struct report_list *list, const struct machine *machine, size_t runs)
{
	while (runs--)
		assert_int_equal(reports__add(list, make_report(machine, "monotonic")), 0);
}

/* What a table says: anything at all, and of the series that changed. */
struct finding {
	bool any, right, wrong;
};

static struct finding compare(const struct machine *base_machine, const struct machine *new_machine,
			      size_t runs, double borne)
{
	struct report_list base = {}, new = {};
	struct finding finding = {};
	struct diff diff;
	char error[256];

	make_runs(&base, base_machine, runs);
	make_runs(&new, new_machine, runs);
	assert_int_equal(diff__compare(&base, &new, borne, &diff, error, sizeof(error)), 0);
	assert_int_equal(diff.test, runs == 1 ? DIFF_INTERVALS : DIFF_PERMUTATION);
	for (size_t i = 0; i < diff.nr; i++) {
		bool called =
			diff.row[i].outcome == DIFF_WORSE || diff.row[i].outcome == DIFF_BETTER;
		bool is_ours = strstr(diff.row[i].series, "atomic") != NULL;

		finding.any |= called;
		finding.right |= called && is_ours && diff.row[i].regression;
		finding.wrong |= called && !is_ours;
	}
	assert_int_equal(diff.worse > 0, diff.regressions > 0);
	diff__free(&diff);
	reports__free(&base);
	reports__free(&new);
	return finding;
}

/* How many of `tables` say what. */
static void count(const struct machine *base, const struct machine *new, size_t runs, size_t tables,
		  const char *name, size_t found[3])
{
	found[0] = found[1] = found[2] = 0;
	for (size_t i = 0; i < tables; i++) {
		struct finding finding = compare(base, new, runs, runs == 1 ? 50 : 0);

		found[0] += finding.any;
		found[1] += finding.right;
		found[2] += finding.wrong;
	}
	print_message("# %s: of %zu tables %zu differ, %zu as they should, %zu elsewhere\n", name,
		      tables, found[0], found[1], found[2]);
}

/* Nothing changed: at most one table in 100 may say otherwise, with runs that drift a lot. */
static void test_no_change(void **state)
{
	static const struct machine quiet = {1000, 0.01, 0.01, 1, 0}, wild = {1000, 0.1, 0.1, 1, 0};
	size_t found[3];

	(void)state;
	seed = 1;
	count(&quiet, &quiet, 10, 40, "10 quiet runs, nothing changed", found);
	assert_true(found[0] <= 1);
	count(&wild, &wild, 10, 40, "10 wild runs, nothing changed", found);
	assert_true(found[0] <= 1);
	count(&wild, &wild, 5, 40, "5 wild runs, nothing changed", found);
	assert_true(found[0] <= 1);
}

static void test_slower(void **state)
{
	static const struct machine base = {1000, 0.03, 0.03, 1, 0},
				    slow = {1000, 0.03, 0.03, 1.3, 0};
	size_t found[3];

	(void)state;
	seed = 2;
	count(&base, &slow, 10, 20, "10 runs, +30 %", found);
	assert_true(found[1] >= 18);
	assert_true(found[2] <= 1);
	count(&base, &slow, 5, 20, "5 runs, +30 %", found);
	assert_true(found[1] >= 18);
	assert_true(found[2] <= 1);
}

/*
 * What moves all series of a run alike, by a third from run to run, hides no series of which
 * alone something is to be said; what moves them all on one side is still told; and what did not
 * change is not worse because the others got better.
 */
static void test_whole_machine(void **state)
{
	static const struct machine base = {1000, 0.3, 0.03, 1, 0},
				    slow = {1000, 0.3, 0.03, 1.3, 0};
	static const struct machine quiet = {1000, 0.03, 0.03, 1, 0},
				    all = {1000, 0.03, 0.03, 1, 0.3};
	static const struct machine others = {1000, 0.03, 0.03, 1.5, -0.405465};
	size_t found[3];

	(void)state;
	seed = 5;
	count(&base, &base, 10, 40, "10 runs of a machine that moves, nothing changed", found);
	assert_true(found[0] <= 2);
	count(&base, &slow, 10, 20, "10 runs of a machine that moves, +30 %", found);
	assert_true(found[1] >= 18);
	assert_true(found[2] <= 1);
	count(&quiet, &all, 10, 20, "10 runs, all series +35 %", found);
	assert_true(found[1] >= 18 && found[2] >= 18);
	count(&quiet, &others, 10, 20, "10 runs, all others -33 %", found);
	assert_true(found[1] == 0 && found[2] >= 18);
}

/* One run a side, that may move by half: no alarm for less, and what doubles is found. */
static void test_single(void **state)
{
	static const struct machine base = {4000, 0.03, 0.03, 1, 0},
				    slow = {4000, 0.03, 0.03, 2, 0};
	size_t found[3];

	(void)state;
	seed = 3;
	count(&base, &base, 1, 100, "1 run, nothing changed", found);
	assert_true(found[0] <= 5);
	count(&base, &slow, 1, 20, "1 run, +100 %", found);
	assert_true(found[1] >= 18);
	assert_true(found[2] <= 1);
	/* where nothing is said of what may move a run, nothing is judged */
	assert_false(compare(&base, &slow, 1, 0).any);
}

/* The test alone, without the least change that is called: its level is what it says. */
static void test_level(void **state)
{
	enum { QUESTIONS = 12, RUNS = 12, TABLES = 400 };
	static double values[QUESTIONS][RUNS];
	struct stats_question questions[QUESTIONS];
	size_t alarms = 0;

	(void)state;
	seed = 4;
	for (size_t table = 0; table < TABLES; table++) {
		double least = 1;

		for (size_t q = 0; q < QUESTIONS; q++) {
			questions[q] = (struct stats_question){values[q], 0.001, 0};
			for (size_t run = 0; run < RUNS; run++)
				values[q][run] = exp(normal());
		}
		assert_int_equal(stats__permute(questions, QUESTIONS, RUNS / 2, RUNS / 2), 0);
		for (size_t q = 0; q < QUESTIONS; q++)
			least = fmin(least, questions[q].p);
		alarms += least <= 0.05;
	}
	print_message("# level: %zu alarms in %d tables\n", alarms, TABLES);
	assert_true(alarms <= TABLES / 20 + 14); /* three standard deviations */
}

static void test_stats(void **state)
{
	double odd[] = {3, 1, 2}, even[] = {4, 1, 3, 2, 0};

	(void)state;
	assert_int_equal(stats__ways(20, 10), 184756);
	assert_int_equal(stats__ways(8, 4), 70);
	assert_int_equal(stats__ways(5, 0), 1);
	assert_true(stats__ways(200, 100) == UINT64_MAX);
	assert_true(fabs(stats__upper_z(0.025) - 1.959964) < 1e-5);
	assert_true(fabs(stats__upper_z(1e-6) - 4.753424) < 1e-5);
	assert_true(fabs(stats__median(odd, 3) - 2) < 1e-9);
	assert_true(fabs(stats__median(even, 4) - 2.5) < 1e-9);
}

static struct report_list one(struct report *report)
{
	struct report_list list = {};

	assert_int_equal(reports__add(&list, report), 0);
	return list;
}

static const struct diff_row *find(const struct diff *diff, enum diff_measure measure,
				   const char *labels)
{
	for (size_t i = 0; i < diff->nr; i++)
		if (diff->row[i].measure == measure && strstr(diff->row[i].series, labels))
			return &diff->row[i];
	fail_msg("no row %s of %s", diff_measure_names[measure], labels);
	return NULL;
}

/* Deterministic runs: the same is the same, and one nanosecond is a difference. */
static void test_exact(void **state)
{
	static const struct machine machine = {100, 0, 0, 1, 0};
	struct report_list base, new;
	struct diff diff;
	char error[256];

	(void)state;
	seed = 5;
	base = one(make_report(&machine, "icount"));
	seed = 5;
	new = one(make_report(&machine, "icount"));
	assert_int_equal(diff__compare(&base, &new, 0, &diff, error, sizeof(error)), 0);
	assert_int_equal(diff.test, DIFF_EXACT);
	assert_int_equal(diff.worse + diff.better + diff.regressions, 0);
	for (size_t i = 0; i < diff.nr; i++)
		assert_int_equal(diff.row[i].outcome, DIFF_SAME);
	diff__free(&diff);

	new.report[0]->latency[1].sum += 100;
	new.report[0]->latency[2].labels.value[DIM_ORDER] = "5";
	assert_int_equal(diff__compare(&base, &new, 0, &diff, error, sizeof(error)), 0);
	assert_int_equal(diff.worse, 1);
	assert_int_equal(diff.regressions, 1);
	assert_int_equal(diff.row[0].measure, DIFF_MEAN);
	assert_int_equal(find(&diff, DIFF_COUNT, "\"5\"")->outcome, DIFF_APPEARED);
	assert_int_equal(find(&diff, DIFF_COUNT, "\"3\"")->outcome, DIFF_VANISHED);
	diff__free(&diff);
	/* what is borne is worse, but no regression */
	assert_int_equal(diff__compare(&base, &new, 1, &diff, error, sizeof(error)), 0);
	assert_int_equal(diff.worse, 1);
	assert_int_equal(diff.regressions, 0);
	diff__free(&diff);
	reports__free(&base);
	reports__free(&new);
}

static void fail_once(struct report *report, uint64_t count_of_failures)
{
	struct failure *failure = report__add_failure(report);

	failure->labels.value[DIM_CLASS] = "atomic";
	failure->labels.value[DIM_ORDER] = "0";
	failure->labels.value[DIM_CONTEXT] = "task";
	failure->count = count_of_failures;
}

/* A failure where none was is a regression of any size. */
static void test_failures(void **state)
{
	static const struct machine machine = {100, 0, 0, 1, 0};
	struct report_list base, new;
	const struct diff_row *row;
	struct diff diff;
	char error[256];

	(void)state;
	seed = 6;
	base = one(make_report(&machine, "icount"));
	seed = 6;
	new = one(make_report(&machine, "icount"));
	fail_once(new.report[0], 1);
	assert_int_equal(diff__compare(&base, &new, 1000, &diff, error, sizeof(error)), 0);
	row = find(&diff, DIFF_FAILURES, "atomic");
	assert_int_equal(row->outcome, DIFF_WORSE);
	assert_true(row->regression && isinf(row->change));
	diff__free(&diff);
	/* in single runs of wall time one failure is chance, forty of 400 are not */
	base.report[0]->host.clock = new.report[0]->host.clock = "monotonic";
	assert_int_equal(diff__compare(&base, &new, 50, &diff, error, sizeof(error)), 0);
	assert_int_equal(find(&diff, DIFF_FAILURES, "atomic")->outcome, DIFF_SAME);
	diff__free(&diff);
	new.report[0]->failures[0].count = 40;
	assert_int_equal(diff__compare(&base, &new, 50, &diff, error, sizeof(error)), 0);
	assert_int_equal(find(&diff, DIFF_FAILURES, "atomic")->outcome, DIFF_WORSE);
	diff__free(&diff);
	reports__free(&base);
	reports__free(&new);
}

static void refuse(struct report_list *base, struct report_list *new, const char *text)
{
	struct diff diff;
	char error[256];

	assert_int_equal(diff__compare(base, new, 0, &diff, error, sizeof(error)), -EINVAL);
	assert_string_equal(error, text);
	reports__free(base);
	reports__free(new);
}

static void test_refused(void **state)
{
	static const struct machine machine = {10, 0, 0, 1, 0};
	struct report_list base = {}, new = {};

	(void)state;
	seed = 7;
	base = one(make_report(&machine, "icount"));
	new = one(make_report(&machine, "monotonic"));
	refuse(&base, &new, "one counts instructions (icount), the other measures time");
	base = one(make_report(&machine, "icount"));
	new = one(make_report(&machine, "icount"));
	new.report[0]->by[DIM_CPU] = true;
	refuse(&base, &new, "the series have different labels (--by)");
	base = one(make_report(&machine, "icount"));
	new = one(make_report(&machine, "icount"));
	new.report[0]->mode.tier = "kprobe";
	refuse(&base, &new, "different tiers measure different things: fexit, kprobe");
	base = one(make_report(&machine, "icount"));
	new = one(make_report(&machine, "icount"));
	assert_int_equal(reports__add(&new, make_report(&machine, "icount")), 0);
	refuse(&base, &new, "1 reports cannot be compared one by one with 2");
	make_runs(&base, &machine, 3);
	make_runs(&new, &machine, 3);
	refuse(&base, &new,
	       "3 and 3 reports are too few to tell a change from chance: one each, or five each "
	       "(run --repeat)");
	make_runs(&base, &machine, 1);
	make_runs(&new, &machine, 90);
	refuse(&base, &new,
	       "1 and 90 reports are too few to tell a change from chance: one each, or five each "
	       "(run --repeat)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stats),	      cmocka_unit_test(test_level),
		cmocka_unit_test(test_no_change),     cmocka_unit_test(test_slower),
		cmocka_unit_test(test_single),	      cmocka_unit_test(test_exact),
		cmocka_unit_test(test_whole_machine), cmocka_unit_test(test_failures),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests_name("diff", tests, NULL, NULL);
}
