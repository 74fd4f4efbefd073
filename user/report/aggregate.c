// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/aggregate.h"
#include "report/histogram.h"

uint64_t fold__sum(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) || sum > INT64_MAX ? INT64_MAX : sum;
}

void fold__clear(struct fold *fold)
{
	memset(fold, 0, sizeof(*fold));
	fold->min = UINT64_MAX;
}

static void add_buckets(struct fold *fold, const struct bucket *buckets, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		uint64_t *slot = &fold->histogram[gft_bucket(buckets[i].le)];

		*slot = fold__sum(*slot, buckets[i].count);
	}
}

/* As if all had been drawn alike: what is kept of a series tells no more. */
static void add_spread(struct fold *fold, const struct latency *latency)
{
	double each = (double)latency->count / (double)latency->effective;

	fold->drawn = fold__sum(fold->drawn, latency->effective);
	for (size_t i = 0; i < latency->nr_buckets; i++)
		fold->spread[gft_bucket(latency->buckets[i].le)] +=
			each * (double)latency->buckets[i].count;
}

void fold__add_latency(struct fold *fold, const struct latency *latency)
{
	fold->nr++;
	if (!latency->count)
		return;
	fold->count = fold__sum(fold->count, latency->count);
	if (!latency->nr_buckets) {
		fold->untimed = fold__sum(fold->untimed, latency->count);
		return;
	}
	fold->timed = fold__sum(fold->timed, latency->timed);
	if (latency->sampled)
		add_spread(fold, latency);
	fold->sum = fold__sum(fold->sum, latency->sum);
	fold->min = latency->min < fold->min ? latency->min : fold->min;
	fold->max = latency->max > fold->max ? latency->max : fold->max;
	add_buckets(fold, latency->buckets, latency->nr_buckets);
}

void fold__add_stage(struct fold *fold, const struct stage *stage)
{
	fold->nr++;
	fold->count = fold__sum(fold->count, stage->count);
	fold->timed = fold__sum(fold->timed, stage->timed);
	fold->sum = fold__sum(fold->sum, stage->sum);
	fold->min = 0; /* a stage does not tell it */
	fold->max = stage->max > fold->max ? stage->max : fold->max;
	add_buckets(fold, stage->buckets, stage->nr_buckets);
}

int fold__to_latency(const struct fold *fold, struct latency *latency)
{
	const struct sample sample = {fold->timed, fold->drawn, fold->untimed, fold->spread};

	latency->sum = fold->sum;
	latency->min = fold->min <= fold->max ? fold->min : 0;
	latency->max = fold->max;
	return latency__from_sample(latency, fold->histogram, &sample);
}

int fold__to_counters(const struct fold *fold, struct latency *latency)
{
	const struct sample sample = {fold->timed, fold->drawn, 0, fold->spread};
	int err;

	latency->sum = fold->sum;
	latency->min = fold->min <= fold->max ? fold->min : 0;
	latency->max = fold->max;
	err = latency__from_sample(latency, fold->histogram, &sample);
	latency->count = fold->count;
	return err;
}

int fold__to_stage(const struct fold *fold, struct stage *stage)
{
	int err;

	stage->sum = fold->sum;
	stage->max = fold->max;
	err = stage__from_timed(stage, fold->histogram, fold->timed);
	stage->count = fold->count; /* a derived stage has no buckets */
	return err;
}

static int compare_sizes(const void *a, const void *b)
{
	const struct block_size *x = a, *y = b;

	return (x->natural > y->natural) - (x->natural < y->natural);
}

static void add_alignment(struct block_size *size, const struct alignment *series)
{
	size->natural = series->natural;
	size->count = fold__sum(size->count, series->count);
	size->below_natural = fold__sum(size->below_natural, series->below_natural);
	for (size_t i = 0; i < series->nr_buckets; i++) {
		uint64_t align = series->buckets[i].align, *slot;

		if (!align)
			continue;
		slot = &size->aligned[__builtin_ctzll(align)];
		*slot = fold__sum(*slot, series->buckets[i].count);
	}
}

int fold__sizes(const struct report *report, struct block_size **sizes, size_t *nr)
{
	struct block_size *size = calloc(report->nr_alignment + 1, sizeof(*size));
	size_t i, j, used = 0;

	if (!size)
		return -ENOMEM;
	for (i = 0; i < report->nr_alignment; i++) {
		for (j = 0; j < used && size[j].natural != report->alignment[i].natural; j++)
			;
		used += j == used;
		add_alignment(&size[j], &report->alignment[i]);
	}
	qsort(size, used, sizeof(*size), compare_sizes);
	*sizes = size;
	*nr = used;
	return 0;
}
