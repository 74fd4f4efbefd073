// SPDX-License-Identifier: GPL-2.0-only
#include "report/quantile.h"

#include <errno.h>
#include <math.h>

#include <gfptrace/buckets.h>

/* ceil(count * ppb / 10^9), at least 1, without overflow. */
static uint64_t rank_of(uint64_t count, uint32_t ppb)
{
	uint64_t whole = count / QUANTILE_ONE, rest = count % QUANTILE_ONE;
	uint64_t rank = whole * ppb + (rest * ppb + QUANTILE_ONE - 1) / QUANTILE_ONE;

	return rank ? rank : 1;
}

/* The middle of a bucket, as histogram.c takes it, within min and max. */
static struct quantile in_bucket(const struct latency *latency, uint64_t le)
{
	uint64_t low = gft_bucket_low(gft_bucket(le)), value = latency->max;
	struct quantile result = {.known = true};

	if (le != UINT64_MAX)
		value = low < le ? low + (le - low) / 2 : le;
	value = value > latency->max ? latency->max : value;
	value = value < latency->min ? latency->min : value;
	result.value = value;
	result.low = low < latency->min ? latency->min : low;
	result.high = le > latency->max ? latency->max : le;
	/* A foreign report may hold what does not fit together. */
	result.low = result.low > value ? value : result.low;
	result.high = result.high < value ? value : result.high;
	return result;
}

/* Where the rank lies. */
static struct quantile at_rank(const struct latency *latency, uint64_t rank)
{
	uint64_t seen = 0;

	for (size_t i = 0; i < latency->nr_buckets; i++) {
		seen += latency->buckets[i].count;
		if (seen >= rank)
			return in_bucket(latency, latency->buckets[i].le);
	}
	return (struct quantile){latency->max, latency->max, latency->max, true};
}

/* The interval of a percentile that has one of its own; NULL: it has none. */
static const struct time_range *stored_interval(const struct latency *latency, uint32_t ppb)
{
	static const uint32_t stored[PERCENTILES] = {500000000, 900000000, 990000000, 999000000};

	for (size_t i = 0; i < PERCENTILES; i++)
		if (stored[i] == ppb)
			return &latency->interval[i];
	return NULL;
}

/* Of a sample, as histogram.c does it, with all that is kept of one: how much it tells. */
static struct time_range sample_interval(const struct latency *latency, uint32_t ppb)
{
	const struct time_range *stored = stored_interval(latency, ppb);
	double q = (double)ppb / QUANTILE_ONE, size = (double)latency->effective;
	double part = (q * size + 2) / (size + 4), off = 2 * sqrt(part * (1 - part) / size);
	struct time_range interval;

	if (stored)
		return *stored;
	if (!latency->effective)
		return (struct time_range){0, TIME_UNKNOWN};
	interval.low = at_rank(latency, rank_of(latency->count,
						q > off ? (uint32_t)((q - off) * QUANTILE_ONE) : 1))
			       .low;
	interval.high = at_rank(latency, rank_of(latency->count,
						 q + off < 1 ? (uint32_t)((q + off) * QUANTILE_ONE)
							     : QUANTILE_ONE))
				.high;
	if (size * (1 - q) < 3)
		interval.high = TIME_UNKNOWN;
	return interval;
}

struct quantile latency__quantile(const struct latency *latency, uint32_t ppb)
{
	struct quantile quantile = at_rank(latency, rank_of(latency->count, ppb));
	struct time_range interval;

	if (!ppb)
		quantile = (struct quantile){latency->min, latency->min, latency->min, true};
	else if (ppb >= QUANTILE_ONE)
		quantile = (struct quantile){latency->max, latency->max, latency->max, true};
	if (!latency->sampled)
		return quantile;
	interval = sample_interval(latency, ppb);
	quantile.low = interval.low == TIME_UNKNOWN ? 0 : interval.low;
	quantile.high = interval.high;
	quantile.known = interval.high != TIME_UNKNOWN;
	return quantile;
}

int parse__quantile(const char *text, uint32_t *ppb)
{
	uint32_t scale = QUANTILE_ONE, value;

	if (*text != '0' && *text != '1')
		return -EINVAL;
	value = (uint32_t)(*text++ - '0') * QUANTILE_ONE;
	if (*text == '.') {
		if (!*++text)
			return -EINVAL;
		for (; *text >= '0' && *text <= '9' && scale > 1; text++) {
			scale /= 10;
			value += (uint32_t)(*text - '0') * scale;
		}
	}
	if (*text || value > QUANTILE_ONE)
		return -EINVAL;
	*ppb = value;
	return 0;
}
