// SPDX-License-Identifier: GPL-2.0-only
#include "gate/diff/diff.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "gate/diff/series.h"
#include "report/array.h"
#include "base/stats.h"
#include "base/text.h"

const char *const diff_measure_names[DIFF_MEASURES] = {
	"count", "mean", "p50", "p99", "p99.9", "failures", "share", "below natural", "loss"};
const char *const diff_outcome_names[DIFF_OUTCOMES] = {"same",	   "changed",  "better",  "worse",
						       "appeared", "vanished", "untested"};
const char *const diff_test_names[] = {"exact", "permutation", "intervals"};

enum metric_unit diff__unit(const struct diff *diff, enum diff_measure measure)
{
	switch (measure) {
	case DIFF_FAILURES:
		return diff->test == DIFF_EXACT ? METRIC_NUMBER : METRIC_SHARE;
	case DIFF_MEAN:
	case DIFF_P50:
	case DIFF_P99:
	case DIFF_P999:
		return METRIC_NS;
	case DIFF_SHARE:
	case DIFF_LOSS:
		return METRIC_SHARE;
	default:
		return METRIC_NUMBER;
	}
}

void diff__free(struct diff *diff)
{
	for (size_t i = 0; i < diff->nr; i++)
		free(diff->row[i].series);
	free(diff->row);
	*diff = (struct diff){};
}

static int __attribute__((format(printf, 3, 4)))
refuse(char *error, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error, size, format, args);
	va_end(args);
	return -EINVAL;
}

static bool is_icount(const struct report *report)
{
	return !strcmp(report->host.clock, "icount");
}

/* A report without a series is by anything. */
static bool is_by_the_same(const struct report *a, const struct report *b)
{
	if (!(a->nr_latency + a->nr_alignment) || !(b->nr_latency + b->nr_alignment))
		return true;
	return !memcmp(a->by, b->by, sizeof(a->by));
}

static int check_pair(const struct report *a, const struct report *b, char *error, size_t size)
{
	if (is_icount(a) != is_icount(b))
		return refuse(error, size,
			      "one counts instructions (icount), the other measures time");
	if (!is_by_the_same(a, b))
		return refuse(error, size, "the series have different labels (--by)");
	if (strcmp(a->mode.tier, b->mode.tier) != 0)
		return refuse(error, size, "different tiers measure different things: %.16s, %.16s",
			      a->mode.tier, b->mode.tier);
	return 0;
}

static int check_all(const struct report_list *base, const struct report_list *new, char *error,
		     size_t size)
{
	const struct report *first = base->report[0];
	int err = 0;

	for (size_t i = 1; i < base->nr && !err; i++)
		err = check_pair(first, base->report[i], error, size);
	for (size_t i = 0; i < new->nr && !err; i++)
		err = check_pair(first, new->report[i], error, size);
	return err;
}

/* Which test the reports are enough for. */
static int choose_test(const struct report_list *base, const struct report_list *new,
		       enum diff_test *test, char *error, size_t size)
{
	if (is_icount(base->report[0])) {
		*test = DIFF_EXACT;
		if (base->nr == new->nr)
			return 0;
		return refuse(error, size, "%zu reports cannot be compared one by one with %zu",
			      base->nr, new->nr);
	}
	if (base->nr == 1 && new->nr == 1) {
		*test = DIFF_INTERVALS;
		return 0;
	}
	*test = DIFF_PERMUTATION;
	/* both signs count: the smallest chance there is are two ways of all */
	if (base->nr > 1 && new->nr > 1 &&
	    2 / (double)stats__ways(base->nr + new->nr, base->nr) <= DIFF_ALARM)
		return 0;
	return refuse(error, size,
		      "%zu and %zu reports are too few to tell a change from chance: one each, or "
		      "five each (run --repeat)",
		      base->nr, new->nr);
}

static double median_of(const struct point *points, size_t nr, bool *there)
{
	double *values = calloc(nr + 1, sizeof(*values)), median = 0;
	size_t found = 0;

	for (size_t i = 0; values && i < nr; i++)
		if (points[i].there)
			values[found++] = points[i].value;
	*there = found;
	if (found)
		median = stats__median(values, found);
	free(values);
	return median;
}

static double change_of(double base, double new)
{
	if (base > 0)
		return new / base - 1;
	return new > 0 ? HUGE_VAL : 0;
}

/* The rows before any test: values, and series that are on one side only. */
static int make_rows(struct diff *diff, const struct tracks *tracks)
{
	for (size_t i = 0; i < tracks->nr; i++) {
		const struct track *track = &tracks->track[i];
		struct diff_row *row = array__append(&diff->row, &diff->nr, sizeof(*row));
		bool in_base, in_new;

		if (!row)
			return -ENOMEM;
		row->measure = track->measure;
		row->series = strdup(track->series);
		if (!row->series)
			return -ENOMEM;
		row->base = median_of(track->points, diff->base_runs, &in_base);
		row->new = median_of(track->points + diff->base_runs, diff->new_runs, &in_new);
		row->change = change_of(row->base, row->new);
		row->p = -1;
		row->outcome = !in_base ? DIFF_APPEARED : !in_new ? DIFF_VANISHED : DIFF_UNTESTED;
	}
	return 0;
}

static void call_exactly(struct diff *diff, const struct tracks *tracks)
{
	for (size_t i = 0; i < diff->nr; i++) {
		struct diff_row *row = &diff->row[i];

		if (row->outcome != DIFF_UNTESTED)
			continue;
		diff->compared++;
		if (!(row->new < row->base) && !(row->new > row->base))
			row->outcome = DIFF_SAME;
		else if (!track__rise_is_bad(&tracks->track[i]))
			row->outcome = DIFF_CHANGED;
		else
			row->outcome = row->new > row->base ? DIFF_WORSE : DIFF_BETTER;
	}
}

/* Elsewhere these are told, not tested; and a mean says more of outliers than of requests. */
static void tell_counts(struct diff *diff)
{
	size_t kept = 0;

	for (size_t i = 0; i < diff->nr; i++) {
		struct diff_row *row = &diff->row[i];

		if (row->measure == DIFF_MEAN) {
			free(row->series);
			continue;
		}
		if (row->outcome == DIFF_UNTESTED &&
		    (row->measure == DIFF_COUNT || row->measure == DIFF_LOSS))
			row->outcome = fabs(row->change) < DIFF_LEAST ? DIFF_SAME : DIFF_CHANGED;
		/* One block too many is one: no chance is in it. */
		if (row->outcome == DIFF_UNTESTED && row->measure == DIFF_BELOW_NATURAL)
			row->outcome = row->new > row->base   ? DIFF_WORSE
				       : row->new < row->base ? DIFF_BETTER
							      : DIFF_SAME;
		diff->row[kept++] = *row;
	}
	diff->nr = kept;
}

static int compare_lists(const struct report_list *base, const struct report_list *new,
			 struct diff *diff)
{
	struct tracks tracks;
	int err = tracks__gather(&tracks, base, new);

	diff->base_runs = base->nr;
	diff->new_runs = new->nr;
	if (!err && diff->test != DIFF_EXACT)
		tracks__relate_failures(&tracks);
	if (!err)
		err = make_rows(diff, &tracks);
	if (!err && diff->test == DIFF_EXACT)
		call_exactly(diff, &tracks);
	else if (!err && diff->test == DIFF_PERMUTATION)
		err = diff__test_runs(diff, &tracks);
	else if (!err)
		err = diff__test_single(diff, &tracks);
	if (!err && diff->test != DIFF_EXACT)
		tell_counts(diff);
	tracks__free(&tracks);
	return err;
}

/* Move a row; `run` counts from 1, 0 where there is only one. */
static int move_row(struct diff *diff, struct diff_row *from, size_t run)
{
	char *series = from->series, *named = NULL;
	struct diff_row *row;

	from->series = NULL;
	if (run) {
		if (asprintf(&named, "run %zu %s", run, series) < 0)
			named = NULL;
		free(series);
		series = named;
	}
	row = series ? array__append(&diff->row, &diff->nr, sizeof(*row)) : NULL;
	if (!row) {
		free(series);
		return -ENOMEM;
	}
	*row = *from;
	row->series = series;
	return 0;
}

/* Deterministic runs in their order, each with its own. */
static int compare_one_by_one(const struct report_list *base, const struct report_list *new,
			      struct diff *diff)
{
	size_t runs = base->nr;
	int err = 0;

	for (size_t run = 0; run < runs && !err; run++) {
		const struct report_list a = {base->report + run, 1}, b = {new->report + run, 1};
		struct diff one = {.test = DIFF_EXACT};

		err = compare_lists(&a, &b, &one);
		for (size_t i = 0; i < one.nr && !err; i++)
			err = move_row(diff, &one.row[i], runs > 1 ? run + 1 : 0);
		diff->compared += one.compared;
		diff__free(&one);
	}
	diff->base_runs = diff->new_runs = runs;
	return err;
}

/* What matters first: worse, better, appeared, ... and in it by series and measure. */
static int compare_rows(const void *a, const void *b)
{
	static const int rank[DIFF_OUTCOMES] = {
		[DIFF_WORSE] = 0,   [DIFF_BETTER] = 1,	 [DIFF_APPEARED] = 2, [DIFF_VANISHED] = 3,
		[DIFF_CHANGED] = 4, [DIFF_UNTESTED] = 5, [DIFF_SAME] = 6};
	const struct diff_row *x = a, *y = b;
	int order;

	if (x->outcome != y->outcome)
		return rank[x->outcome] - rank[y->outcome];
	order = text__compare_natural(x->series, y->series);
	return order ? order : (int)x->measure - (int)y->measure;
}

static void count_rows(struct diff *diff)
{
	for (size_t i = 0; i < diff->nr; i++) {
		struct diff_row *row = &diff->row[i];

		row->regression =
			row->outcome == DIFF_WORSE && row->change * 100 > diff->max_regress;
		diff->worse += row->outcome == DIFF_WORSE;
		diff->better += row->outcome == DIFF_BETTER;
		diff->regressions += row->regression;
	}
	if (diff->nr)
		qsort(diff->row, diff->nr, sizeof(*diff->row), compare_rows);
}

int diff__compare(const struct report_list *base, const struct report_list *new, double max_regress,
		  struct diff *diff, char *error, size_t size)
{
	int err;

	*diff = (struct diff){.max_regress = max_regress};
	err = check_all(base, new, error, size);
	if (!err)
		err = choose_test(base, new, &diff->test, error, size);
	if (err)
		return err;
	if (diff->test == DIFF_EXACT)
		err = compare_one_by_one(base, new, diff);
	else
		err = compare_lists(base, new, diff);
	if (!err)
		count_rows(diff);
	return err;
}
