// SPDX-License-Identifier: GPL-2.0-only
#include "collect/zeroing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/histogram.h"
#include "report/report.h"

#define ENOUGH 30 /* requests of which a median tells something */

/* The requests of one order and path, without __GFP_ZERO and with it. */
struct kind {
	struct latency latency[2];
	uint64_t histogram[2][GFT_BUCKETS];
};

/* Which of the two the series is, and of which path; false: neither. */
static bool place_of(const struct series *series, uint32_t *path, bool *zeroed)
{
	uint32_t key = series->key.key[GFT_KEY_PATH];

	if (series->key.other || !key || series->key.key[GFT_KEY_ORDER] >= GFT_ORDERS_MAX)
		return false;
	*zeroed = key > GFT_PATHS;
	*path = *zeroed ? key - 1 - GFT_PATHS : key - 1;
	return *path < GFT_PATHS_ZEROED;
}

static void add(struct kind *kind, const struct series *series, bool zeroed)
{
	struct latency *latency = &kind->latency[zeroed];

	latency->sum += series->sum;
	latency->min = series->min < latency->min ? series->min : latency->min;
	latency->max = series->max > latency->max ? series->max : latency->max;
	for (uint32_t i = 0; i < GFT_BUCKETS; i++)
		kind->histogram[zeroed][i] += series->bucket[i];
}

static int compare(struct kind *kind, uint64_t *cost)
{
	const struct latency *plain = &kind->latency[0], *zeroed = &kind->latency[1];
	int err = 0;

	for (int i = 0; i < 2 && !err; i++) {
		err = latency__from_histogram(&kind->latency[i], kind->histogram[i]);
		free(kind->latency[i].buckets);
	}
	if (!err && plain->count >= ENOUGH && zeroed->count >= ENOUGH && zeroed->p50 > plain->p50)
		*cost = zeroed->p50 - plain->p50;
	return err;
}

int zeroing__derive(struct zeroing *zeroing, const struct snapshot *snapshot)
{
	struct kind *kinds = calloc((size_t)GFT_ORDERS_MAX * GFT_PATHS_ZEROED, sizeof(*kinds));
	uint32_t path, order;
	bool zeroed;
	int err = 0;

	memset(zeroing, 0, sizeof(*zeroing));
	if (!kinds)
		return -ENOMEM;
	for (size_t i = 0; i < (size_t)GFT_ORDERS_MAX * GFT_PATHS_ZEROED; i++)
		kinds[i].latency[0].min = kinds[i].latency[1].min = UINT64_MAX;
	for (size_t i = 0; i < snapshot->count; i++) {
		const struct series *series = &snapshot->series[i];

		if (place_of(series, &path, &zeroed))
			add(&kinds[series->key.key[GFT_KEY_ORDER] * GFT_PATHS_ZEROED + path],
			    series, zeroed);
	}
	for (order = 0; order < GFT_ORDERS_MAX && !err; order++)
		for (path = 0; path < GFT_PATHS_ZEROED && !err; path++)
			err = compare(&kinds[order * GFT_PATHS_ZEROED + path],
				      &zeroing->cost[order][path]);
	free(kinds);
	return err;
}

uint64_t zeroing__cost(const struct zeroing *zeroing, const struct series *series)
{
	uint32_t path;
	bool zeroed;

	if (!place_of(series, &path, &zeroed) || !zeroed)
		return 0;
	return zeroing->cost[series->key.key[GFT_KEY_ORDER]][path];
}
