// SPDX-License-Identifier: GPL-2.0-only
/* From reports to tracks: what is compared with what. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gate/diff/series.h"
#include "metrics/series.h"
#include "report/quantile.h"
#include "report/array.h"

/* Where a run's values go. */
struct gatherer {
	struct tracks *tracks;
	const struct report *report;
	size_t run;
};

uint32_t measure__quantile(enum diff_measure measure)
{
	switch (measure) {
	case DIFF_P50:
		return 500000000;
	case DIFF_P99:
		return 990000000;
	case DIFF_P999:
		return 999000000;
	default:
		return 0;
	}
}

bool track__rise_is_bad(const struct track *track)
{
	switch (track->measure) {
	case DIFF_COUNT:
	case DIFF_LOSS:
		return false;
	case DIFF_SHARE:
		return track->deep;
	default:
		return true;
	}
}

/* Takes `series`, also when memory is short. */
static struct track *find_track(struct tracks *tracks, enum diff_measure measure, char *series)
{
	struct track *track;

	for (size_t i = 0; series && i < tracks->nr; i++) {
		track = &tracks->track[i];
		if (track->measure == measure && !strcmp(track->series, series)) {
			free(series);
			return track;
		}
	}
	track = series ? array__append(&tracks->track, &tracks->nr, sizeof(*track)) : NULL;
	if (!track) {
		free(series);
		return NULL;
	}
	track->measure = measure;
	track->series = series;
	track->points = calloc(tracks->runs, sizeof(*track->points));
	return track->points ? track : NULL;
}

/* Add to the point of this run; NULL when memory is short. */
static struct point *add(const struct gatherer *gatherer, enum diff_measure measure,
			 const struct metric_sample *sample, double value)
{
	struct track *track = find_track(gatherer->tracks, measure, sample__format(sample));
	struct point *point = track ? &track->points[gatherer->run] : NULL;

	if (!point)
		return NULL;
	point->there = true;
	point->value += value;
	return point;
}

static int add_latency(const struct gatherer *gatherer, const struct latency *latency)
{
	static const enum diff_measure quantiles[] = {DIFF_P50, DIFF_P99, DIFF_P999};
	struct metric_sample sample;
	struct point *point;

	if (!latency->nr_buckets)
		return 0;
	sample__begin(&sample, &latency->labels);
	for (size_t i = 0; i < sizeof(quantiles) / sizeof(quantiles[0]); i++) {
		struct quantile quantile =
			latency__quantile(latency, measure__quantile(quantiles[i]));

		if (!quantile.known)
			continue;
		point = add(gatherer, quantiles[i], &sample, (double)quantile.value);
		if (!point)
			return -ENOMEM;
		point->count = latency->sampled ? latency->effective : latency->count;
		point->latency = latency;
	}
	if (!add(gatherer, DIFF_MEAN, &sample, (double)latency->sum / (double)latency->count))
		return -ENOMEM;
	return 0;
}

static int add_count(const struct metric_sample *sample, void *context)
{
	return add(context, DIFF_COUNT, sample, sample->value) ? 0 : -ENOMEM;
}

static int add_failures(const struct metric_sample *sample, void *context)
{
	const struct gatherer *gatherer = context;
	struct point *point = add(gatherer, DIFF_FAILURES, sample, sample->value);

	if (!point)
		return -ENOMEM;
	point->count = gatherer->report->requests.counted;
	return 0;
}

static int add_below_natural(const struct metric_sample *sample, void *context)
{
	return add(context, DIFF_BELOW_NATURAL, sample, sample->value) ? 0 : -ENOMEM;
}

static int add_loss(const struct metric_sample *sample, void *context)
{
	return add(context, DIFF_LOSS, sample, sample->value) ? 0 : -ENOMEM;
}

static bool is_deep(const char *path)
{
	static const char *const names[] = {"slow", "compact", "reclaim", "oom"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(path, names[i]))
			return true;
	return false;
}

/* Latencies by path tell nothing of how many requests went the long way: the shares do. */
static int add_shares(const struct gatherer *gatherer)
{
	const struct report *report = gatherer->report;
	struct metric_sample sample;
	struct track *track;
	double all = 0;

	for (size_t i = 0; i < report->nr_latency; i++)
		all += (double)report->latency[i].count;
	for (size_t i = 0; i < report->nr_latency; i++) {
		const char *path = report->latency[i].labels.value[DIM_PATH];

		if (!path || !report->latency[i].count)
			continue;
		sample__begin(&sample, NULL);
		sample__add_label(&sample, "path", path);
		track = find_track(gatherer->tracks, DIFF_SHARE, sample__format(&sample));
		if (!track)
			return -ENOMEM;
		track->deep = is_deep(path);
		track->points[gatherer->run].there = true;
		track->points[gatherer->run].value += (double)report->latency[i].count / all;
		track->points[gatherer->run].count = (uint64_t)all;
	}
	return 0;
}

static int gather_run(struct gatherer *gatherer)
{
	static const struct {
		const char *metric;
		metric_visit *add;
	} simple[] = {
		{"gfptrace_requests_total", add_count},
		{"gfptrace_failures_total", add_failures},
		{"gfptrace_blocks_below_natural_total", add_below_natural},
		{"gfptrace_loss_ratio", add_loss},
	};
	int err = add_shares(gatherer);

	for (size_t i = 0; i < sizeof(simple) / sizeof(simple[0]) && !err; i++)
		err = metric__find(simple[i].metric)
			      ->visit(gatherer->report, &metric_usual, simple[i].add, gatherer);
	for (size_t i = 0; i < gatherer->report->nr_latency && !err; i++)
		err = add_latency(gatherer, &gatherer->report->latency[i]);
	return err;
}

/* What a run does not show did not happen in it: failures, paths, blocks badly aligned. */
static void fill_zeros(struct tracks *tracks, const struct report_list *base,
		       const struct report_list *new)
{
	for (size_t i = 0; i < tracks->nr; i++) {
		struct track *track = &tracks->track[i];

		if (track->measure != DIFF_FAILURES && track->measure != DIFF_SHARE &&
		    track->measure != DIFF_BELOW_NATURAL)
			continue;
		for (size_t run = 0; run < tracks->runs; run++) {
			const struct report *report =
				run < base->nr ? base->report[run] : new->report[run - base->nr];

			track->points[run].there = true;
			if (!track->points[run].count)
				track->points[run].count = report->requests.counted;
		}
	}
}

int tracks__gather(struct tracks *tracks, const struct report_list *base,
		   const struct report_list *new)
{
	struct gatherer gatherer = {.tracks = tracks};
	int err = 0;

	*tracks = (struct tracks){.base_runs = base->nr, .runs = base->nr + new->nr};
	for (gatherer.run = 0; gatherer.run < tracks->runs && !err; gatherer.run++) {
		gatherer.report = gatherer.run < base->nr ? base->report[gatherer.run]
							  : new->report[gatherer.run - base->nr];
		err = gather_run(&gatherer);
	}
	if (!err)
		fill_zeros(tracks, base, new);
	return err;
}

void tracks__relate_failures(struct tracks *tracks)
{
	for (size_t i = 0; i < tracks->nr; i++) {
		struct track *track = &tracks->track[i];

		for (size_t run = 0; track->measure == DIFF_FAILURES && run < tracks->runs; run++)
			if (track->points[run].count)
				track->points[run].value /= (double)track->points[run].count;
	}
}

void tracks__free(struct tracks *tracks)
{
	for (size_t i = 0; i < tracks->nr; i++) {
		free(tracks->track[i].series);
		free(tracks->track[i].points);
	}
	free(tracks->track);
	*tracks = (struct tracks){};
}
