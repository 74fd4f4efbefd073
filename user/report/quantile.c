// SPDX-License-Identifier: GPL-2.0-only
#include "report/quantile.h"

#include <errno.h>

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
	struct quantile result;

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

struct quantile latency__quantile(const struct latency *latency, uint32_t ppb)
{
	uint64_t rank = rank_of(latency->count, ppb), seen = 0;
	size_t i;

	if (!ppb)
		return (struct quantile){latency->min, latency->min, latency->min};
	if (ppb >= QUANTILE_ONE)
		return (struct quantile){latency->max, latency->max, latency->max};
	for (i = 0; i < latency->nr_buckets; i++) {
		seen += latency->buckets[i].count;
		if (seen >= rank)
			return in_bucket(latency, latency->buckets[i].le);
	}
	return (struct quantile){latency->max, latency->max, latency->max};
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
