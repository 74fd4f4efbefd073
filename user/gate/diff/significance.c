// SPDX-License-Identifier: GPL-2.0-only
/* Which differences are more than chance. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gate/diff/series.h"
#include "report/quantile.h"
#include "base/stats.h"

/* A quantile of so few requests is one of the two largest: it tells nothing of the next run. */
#define TAIL 2

/* Failures come in bursts: their variance is this many times that of independent events. */
#define BURSTS 2.0

/* Standard errors below these are the ruler's: half a bucket in logarithms, a few events. */
#define FLOOR_LATENCY  0.02
#define FLOOR_FAILURES 0.25
#define FLOOR_SHARE    0.002

static bool is_quantile(const struct track *track)
{
	return measure__quantile(track->measure) != 0;
}

/* Is there enough in every run to ask whether this changed? */
static bool is_testable(const struct track *track, size_t runs)
{
	double beyond = 1 - (double)measure__quantile(track->measure) / QUANTILE_ONE;

	if (track->measure == DIFF_FAILURES || track->measure == DIFF_SHARE)
		return true;
	if (!is_quantile(track))
		return false;
	for (size_t run = 0; run < runs; run++)
		if (!track->points[run].there || beyond * (double)track->points[run].count < TAIL)
			return false;
	return true;
}

/* On a scale where noise is about as large for large values as for small ones. */
static double transform(const struct track *track, size_t run, double mean_count)
{
	const struct point *point = &track->points[run];

	switch (track->measure) {
	case DIFF_FAILURES:
		return sqrt(point->value * mean_count);
	case DIFF_SHARE:
		return sqrt(point->value);
	default:
		return log(point->value + 1);
	}
}

static double floor_of(const struct track *track)
{
	switch (track->measure) {
	case DIFF_FAILURES:
		return FLOOR_FAILURES;
	case DIFF_SHARE:
		return FLOOR_SHARE;
	default:
		return FLOOR_LATENCY;
	}
}

static void call(struct diff_row *row, const struct track *track, bool sure)
{
	bool rose = row->new > row->base;

	if (!sure || fabs(row->change) < DIFF_LEAST)
		row->outcome = DIFF_SAME;
	else if (track->measure == DIFF_SHARE && !track->deep)
		row->outcome = DIFF_CHANGED;
	else
		row->outcome = rose ? DIFF_WORSE : DIFF_BETTER;
}

static int fill_question(struct stats_question *question, const struct track *track, size_t runs)
{
	double mean_count = 0;

	question->values = calloc(runs, sizeof(*question->values));
	if (!question->values)
		return -ENOMEM;
	question->floor = floor_of(track);
	for (size_t run = 0; run < runs; run++)
		mean_count += (double)track->points[run].count / (double)runs;
	for (size_t run = 0; run < runs; run++)
		question->values[run] = transform(track, run, mean_count);
	return 0;
}

/*
 * What moves a whole machine (its clock, a neighbour on the same core) moves all series of a run
 * together. So each quantile is asked about twice: as it is, and less what the others of the run
 * show, the median of the p50s' deviations from their means. The labels are not looked at for it,
 * so relabelling stays fair. A few others are needed to tell the machine from one of them.
 */
#define OTHERS 3

struct questions {
	struct stats_question *list; /* of each track, as it is; then some less the machine */
	size_t *track;		     /* of each question */
	size_t nr, plain, runs;
};

static bool is_other(const struct tracks *tracks, const struct questions *questions, size_t i,
		     size_t track)
{
	const struct track *other = &tracks->track[questions->track[i]];

	return other->measure == DIFF_P50 &&
	       strcmp(other->series, tracks->track[track].series) != 0;
}

/* Subtract what the other series show. false: there are too few, nothing is changed. */
static bool subtract_machine(struct stats_question *question, const struct questions *questions,
			     const struct tracks *tracks, size_t track, double *scratch)
{
	for (size_t run = 0; run < questions->runs; run++) {
		size_t others = 0;

		for (size_t i = 0; i < questions->plain; i++) {
			const double *values = questions->list[i].values;
			double mean = 0;

			if (!is_other(tracks, questions, i, track))
				continue;
			for (size_t j = 0; j < questions->runs; j++)
				mean += values[j] / (double)questions->runs;
			scratch[others++] = values[run] - mean;
		}
		if (others < OTHERS)
			return false;
		question->values[run] -= stats__median(scratch, others);
	}
	return true;
}

static int ask(struct questions *questions, const struct tracks *tracks)
{
	double *scratch = calloc(tracks->nr + 1, sizeof(*scratch));
	int err = scratch ? 0 : -ENOMEM;

	for (size_t i = 0; i < tracks->nr && !err; i++) {
		if (!is_testable(&tracks->track[i], tracks->runs))
			continue;
		err = fill_question(&questions->list[questions->nr], &tracks->track[i],
				    tracks->runs);
		questions->track[questions->nr++] = i;
	}
	questions->plain = questions->nr;
	for (size_t i = 0; i < questions->plain && !err; i++) {
		struct stats_question *question = &questions->list[questions->nr];
		size_t track = questions->track[i];

		if (!is_quantile(&tracks->track[track]))
			continue;
		err = fill_question(question, &tracks->track[track], tracks->runs);
		questions->track[questions->nr] = track;
		if (!err && subtract_machine(question, questions, tracks, track, scratch))
			questions->nr++;
		else
			free(question->values);
	}
	free(scratch);
	return err;
}

/* How much a question's values rose, on its scale; base runs come first. */
static double rise_of(const struct stats_question *question, size_t base_runs, size_t runs)
{
	double base = 0, new = 0;

	for (size_t run = 0; run < runs; run++)
		if (run < base_runs)
			base += question->values[run] / (double)base_runs;
		else
			new += question->values[run] / (double)(runs - base_runs);
	return new - base;
}

/* The surer answer of a row's two; less the machine it must say the same as the row. */
static void answer(struct diff *diff, const struct questions *questions)
{
	for (size_t i = 0; i < questions->nr; i++) {
		const struct stats_question *question = &questions->list[i];
		struct diff_row *row = &diff->row[questions->track[i]];
		double rise = rise_of(question, diff->base_runs, questions->runs);

		if (i < questions->plain)
			row->p = question->p;
		else if ((rise > 0) == (row->change > 0) && fabs(rise) >= log1p(DIFF_LEAST))
			row->p = fmin(row->p, question->p);
	}
}

int diff__test_runs(struct diff *diff, const struct tracks *tracks)
{
	struct questions questions = {
		.list = calloc(2 * tracks->nr + 1, sizeof(*questions.list)),
		.track = calloc(2 * tracks->nr + 1, sizeof(*questions.track)),
		.runs = tracks->runs,
	};
	int err = questions.list && questions.track ? ask(&questions, tracks) : -ENOMEM;

	if (!err)
		err = stats__permute(questions.list, questions.nr, diff->base_runs, diff->new_runs);
	if (!err)
		answer(diff, &questions);
	for (size_t i = 0; i < questions.plain && !err; i++) {
		struct diff_row *row = &diff->row[questions.track[i]];

		call(row, &tracks->track[questions.track[i]], row->p <= DIFF_ALARM);
	}
	diff->compared = questions.plain;
	for (size_t i = 0; questions.list && i < questions.nr; i++)
		free(questions.list[i].values);
	free(questions.list);
	free(questions.track);
	return err;
}

struct interval {
	double low, high;
};

/* Where the quantile of more such requests would lie: order statistics, to the buckets' edges. */
static struct interval quantile_interval(const struct point *point, uint32_t ppb, double z)
{
	double q = (double)ppb / QUANTILE_ONE;
	double spread = z * sqrt(q * (1 - q) / (double)point->count);
	uint32_t low = (uint32_t)(fmax(q - spread, 0) * QUANTILE_ONE);
	uint32_t high = (uint32_t)(fmin(q + spread, 1) * QUANTILE_ONE);

	return (struct interval){
		(double)latency__quantile(point->latency, low ? low : 1).low,
		(double)latency__quantile(point->latency, high).high,
	};
}

/* Of a count that others of the same kind surround, as a square root with even variance. */
static struct interval count_interval(const struct point *point, double z)
{
	double root = sqrt(point->value * (double)point->count), spread = z * sqrt(BURSTS) / 2;
	double low = fmax(root - spread, 0), high = root + spread, all = (double)point->count + 1;

	return (struct interval){low * low / all, high * high / all};
}

static struct interval share_interval(const struct point *point, double z)
{
	double spread =
		z * sqrt(BURSTS * point->value * (1 - point->value) / ((double)point->count + 1));

	return (struct interval){fmax(point->value - spread, 0), point->value + spread};
}

static struct interval interval_of(const struct track *track, size_t run, double z)
{
	const struct point *point = &track->points[run];

	if (track->measure == DIFF_FAILURES)
		return count_interval(point, z);
	if (track->measure == DIFF_SHARE)
		return share_interval(point, z);
	return quantile_interval(point, measure__quantile(track->measure), z);
}

/* How far apart two runs may be, beyond chance among their requests, for no reason. */
static double drift_of(const struct diff *diff, const struct track *track)
{
	if (diff->max_regress > 0)
		return diff->max_regress / 100;
	switch (track->measure) {
	case DIFF_P99:
		return DIFF_DRIFT_P99;
	case DIFF_P999:
		return DIFF_DRIFT_P999;
	default:
		return DIFF_DRIFT;
	}
}

int diff__test_single(struct diff *diff, const struct tracks *tracks)
{
	double z;
	size_t i;

	diff->compared = 0;
	for (i = 0; i < tracks->nr; i++)
		diff->compared += is_testable(&tracks->track[i], tracks->runs);
	if (!diff->compared)
		return 0;
	/* two intervals a comparison, each with two ends */
	z = stats__upper_z(DIFF_ALARM / (4.0 * (double)diff->compared));
	for (i = 0; i < tracks->nr; i++) {
		const struct track *track = &tracks->track[i];
		double drift = 1 + drift_of(diff, track);
		struct interval base, new;

		if (!is_testable(track, tracks->runs))
			continue;
		base = interval_of(track, 0, z);
		new = interval_of(track, 1, z);
		call(&diff->row[i], track,
		     new.low > base.high *drift || base.low > new.high *drift);
		/* One run does not tell what moves whole runs: without a word on it, no judgement.
		 */
		if (!(diff->max_regress > 0) && diff->row[i].outcome != DIFF_SAME)
			diff->row[i].outcome = DIFF_CHANGED;
	}
	return 0;
}
