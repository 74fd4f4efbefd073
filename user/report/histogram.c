// SPDX-License-Identifier: GPL-2.0-only
/* From a dense histogram to a series: the buckets that are not empty, and the percentiles. */
#include <errno.h>
#include <stdlib.h>

#include <gfptrace/buckets.h>

#include "report/report.h"

/* ceil(count * permille / 1000) without overflow; count > 0. */
static uint64_t rank_of(uint64_t count, uint32_t permille)
{
	uint64_t thousands = count / 1000, rest = count % 1000;

	return thousands * permille + (rest * permille + 999) / 1000;
}

static uint32_t bucket_of_rank(const uint64_t *histogram, uint64_t rank)
{
	uint64_t seen = 0;
	uint32_t bucket;

	for (bucket = 0; bucket < GFT_OVERFLOW; bucket++) {
		seen += histogram[bucket];
		if (seen >= rank)
			break;
	}
	return bucket;
}

/*
 * The midpoint of the bucket that holds the rank, within min and max; the true value
 * lies in the part of the bucket between them. Raises latency->error to how far off
 * that may be.
 */
static uint64_t percentile(struct latency *latency, const uint64_t *histogram, uint32_t permille)
{
	uint32_t bucket = bucket_of_rank(histogram, rank_of(latency->count, permille));
	uint64_t low = gft_bucket_low(bucket), high = gft_bucket_le(bucket), value, off;
	double error;

	value = bucket == GFT_OVERFLOW ? latency->max : low + (high - low) / 2;
	if (value > latency->max)
		value = latency->max;
	if (value < latency->min)
		value = latency->min;
	low = low < latency->min ? latency->min : low;
	high = high > latency->max ? latency->max : high;
	if (low >= high)
		return value;
	off = value - low > high - value ? value - low : high - value;
	error = low ? (double)off / (double)low : 1;
	if (error > latency->error)
		latency->error = error;
	return value;
}

int latency__from_histogram(struct report *report, struct latency *latency,
			    const uint64_t *histogram)
{
	size_t used = 0;
	uint32_t bucket;

	(void)report;
	latency->count = 0;
	for (bucket = 0; bucket < GFT_BUCKETS; bucket++) {
		latency->count += histogram[bucket];
		used += histogram[bucket] != 0;
	}
	free(latency->buckets);
	latency->buckets = NULL;
	latency->nr_buckets = 0;
	latency->p50 = latency->p90 = latency->p99 = latency->p999 = 0;
	latency->error = 0;
	if (!used)
		return 0;
	latency->buckets = calloc(used, sizeof(*latency->buckets));
	if (!latency->buckets)
		return -ENOMEM;
	for (bucket = 0; bucket < GFT_BUCKETS; bucket++) {
		if (!histogram[bucket])
			continue;
		latency->buckets[latency->nr_buckets++] = (struct bucket){
			.le = gft_bucket_le(bucket),
			.count = histogram[bucket],
		};
	}
	latency->p50 = percentile(latency, histogram, 500);
	latency->p90 = percentile(latency, histogram, 900);
	latency->p99 = percentile(latency, histogram, 990);
	latency->p999 = percentile(latency, histogram, 999);
	return 0;
}

int stage__from_histogram(struct stage *stage, const uint64_t *histogram)
{
	struct latency latency = {.max = stage->max};
	int err = latency__from_histogram(NULL, &latency, histogram);

	if (err)
		return err;
	free(stage->buckets);
	stage->buckets = latency.buckets;
	stage->nr_buckets = latency.nr_buckets;
	stage->count = latency.count;
	stage->p50 = latency.p50;
	stage->p99 = latency.p99;
	return 0;
}
