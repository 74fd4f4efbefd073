// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a dense histogram to a series: the buckets that are not empty, the percentiles, and how far
 * those may be off where only a sample was timed.
 */
#include "report/histogram.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const uint32_t permilles[PERCENTILES] = {500, 900, 990, 999};

/* ceil(count * permille / 1000) without overflow; count > 0. */
static uint64_t rank_of(uint64_t count, uint32_t permille)
{
	uint64_t thousands = count / 1000, rest = count % 1000;

	return thousands * permille + (rest * permille + 999) / 1000;
}

void histogram__apportion(uint64_t *to, const uint64_t *histogram, uint64_t amount, double phase)
{
	unsigned __int128 seen = 0, given = 0, total = 0, up_to;
	uint32_t bucket;

	for (bucket = 0; bucket < GFT_BUCKETS; bucket++)
		total += histogram[bucket];
	for (bucket = 0; bucket < GFT_BUCKETS && total; bucket++) {
		if (!histogram[bucket])
			continue;
		seen += histogram[bucket];
		if (total >> 64) /* no such histogram comes from requests */
			up_to = (unsigned __int128)((long double)seen / (long double)total *
						    (long double)amount);
		else
			up_to = (seen * amount + (unsigned __int128)(phase * (double)total)) /
				total;
		if (seen == total || up_to > amount)
			up_to = amount;
		to[bucket] += (uint64_t)(up_to - given);
		given = up_to;
	}
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

/* What was drawn for a sample, and the buckets that its requests stand for. */
struct draw {
	const uint64_t *histogram;
	const double *spread; /* by bucket: the sum of the squares of what each stands for */
	double all;	      /* of all buckets */
	uint64_t drawn, max;
};

/* The part of the spread that lies at or below the rank. */
static double part_below(const struct draw *draw, uint64_t rank)
{
	double spread = 0;
	uint64_t seen = 0;

	for (uint32_t bucket = 0; bucket < GFT_BUCKETS; bucket++) {
		uint64_t count = draw->histogram[bucket];

		if (seen + count >= rank) {
			if (count)
				spread += draw->spread[bucket] * (double)(rank - seen) /
					  (double)count;
			break;
		}
		seen += count;
		spread += draw->spread[bucket];
	}
	return spread / draw->all;
}

/* Two standard errors of a share; more to where a short tail ends the interval on the other side */
#define REACH	  2.0
#define REACH_FAR 3.0
/* As if two more had been drawn on either side (Agresti and Coull 1998). */
#define PSEUDO 2.0
/* So many beyond a percentile are seen with 95 %, if as many are to be expected. */
#define BEYOND 3.0

/*
 * The shares of requests below a latency are what a sample estimates: p of stretch k is off by
 * p_k (1 - p_k) / n_k, which each stretch weighs by what it stands for. x (1 - x) is concave, so
 * the sum is at most that of one sample with the mean share, weighed by the spread of each stretch.
 */
static double standard_error(const struct draw *draw, double part, double count)
{
	part = (part * (double)draw->drawn + PSEUDO) / ((double)draw->drawn + 2 * PSEUDO);
	return sqrt(draw->all * part * (1 - part)) / count;
}

/* For how many a drawn one stands: where none of them is slow, thrice as many may be. */
static double each_of(const struct draw *draw)
{
	return sqrt(draw->all / (double)draw->drawn);
}

/* Sets the interval of one percentile. Returns as how many of a plain sample it is known by. */
static double find_interval(struct latency *latency, const struct draw *draw, enum percentile which)
{
	double q = permilles[which] / 1000.0, count = (double)latency->count;
	double part = part_below(draw, rank_of(latency->count, permilles[which]));
	double off = standard_error(draw, part, count), low, high;
	double variance = draw->all * part * (1 - part) / (count * count);
	double known_by = variance > 0 ? q * (1 - q) / variance : INFINITY;
	struct time_range *interval = &latency->interval[which];
	uint32_t bucket;

	high = ceil((q + REACH * off) * count);
	low = floor((q - (high < count ? REACH : REACH_FAR) * off) * count);
	bucket = bucket_of_rank(draw->histogram, low > 1 ? (uint64_t)low : 1);
	interval->low = gft_bucket_low(bucket);
	bucket = bucket_of_rank(draw->histogram, high < count ? (uint64_t)high : latency->count);
	interval->high = bucket == GFT_OVERFLOW ? draw->max : gft_bucket_le(bucket);
	if (count / each_of(draw) * (1 - q) < BEYOND - 1e-6 ||
	    (double)latency->timed * (1 - q) < BEYOND - 1e-6)
		interval->high = TIME_UNKNOWN;
	return known_by;
}

static void find_intervals(struct latency *latency, const struct draw *draw)
{
	double least = (double)latency->count / each_of(draw);

	for (int i = 0; i < PERCENTILES; i++) {
		double known_by = find_interval(latency, draw, (enum percentile)i);

		least = known_by < least ? known_by : least;
	}
	least = least < (double)latency->timed ? least : (double)latency->timed;
	latency->effective = least > 1 ? (uint64_t)(least + 1e-6) : 1;
}

/* With everything timed: is the percentile more than the largest of a few? */
static bool has_enough(uint64_t timed, uint32_t permille)
{
	return timed >= 1000 / (1000 - permille);
}

uint64_t *latency__percentile(struct latency *latency, enum percentile which)
{
	uint64_t *const percentiles[PERCENTILES] = {&latency->p50, &latency->p90, &latency->p99,
						    &latency->p999};

	return percentiles[which];
}

static void find_percentiles(struct latency *latency, const uint64_t *histogram)
{
	for (int i = 0; i < PERCENTILES; i++) {
		bool known = latency->sampled ? latency->interval[i].high != TIME_UNKNOWN
					      : has_enough(latency->timed, permilles[i]);

		*latency__percentile(latency, (enum percentile)i) =
			known ? percentile(latency, histogram, permilles[i]) : TIME_UNKNOWN;
	}
}

static int fill_buckets(struct bucket **buckets, size_t *nr, const uint64_t *histogram)
{
	size_t used = 0;
	uint32_t bucket;

	for (bucket = 0; bucket < GFT_BUCKETS; bucket++)
		used += histogram[bucket] != 0;
	free(*buckets);
	*nr = 0;
	*buckets = used ? calloc(used, sizeof(**buckets)) : NULL;
	if (used && !*buckets)
		return -ENOMEM;
	for (bucket = 0; bucket < GFT_BUCKETS; bucket++)
		if (histogram[bucket])
			(*buckets)[(*nr)++] = (struct bucket){
				.le = gft_bucket_le(bucket),
				.count = histogram[bucket],
			};
	return 0;
}

static uint64_t sum_of(const uint64_t *histogram)
{
	uint64_t sum = 0;

	for (uint32_t bucket = 0; bucket < GFT_BUCKETS; bucket++)
		sum += histogram[bucket];
	return sum;
}

/* No request of the series was timed: nothing is known but how many there are. */
static int know_nothing(struct latency *latency, uint64_t count)
{
	static const uint64_t empty[GFT_BUCKETS];

	latency->count = count;
	latency->timed = latency->effective = latency->sum = latency->min = latency->max = 0;
	latency->sampled = true;
	for (int i = 0; i < PERCENTILES; i++)
		latency->interval[i] = (struct time_range){TIME_UNKNOWN, TIME_UNKNOWN};
	find_percentiles(latency, empty);
	return fill_buckets(&latency->buckets, &latency->nr_buckets, empty);
}

/* Those in no bucket are taken to be like the others, of which one request tells of them all. */
static int spread_untimed(const struct sample *sample, uint64_t *histogram, double *spread)
{
	uint64_t *more = calloc(GFT_BUCKETS, sizeof(*more));

	if (!more)
		return -ENOMEM;
	histogram__apportion(more, histogram, sample->untimed, 0.5);
	for (uint32_t bucket = 0; bucket < GFT_BUCKETS; bucket++) {
		histogram[bucket] += more[bucket];
		spread[bucket] += (double)sample->untimed * (double)more[bucket];
	}
	free(more);
	return 0;
}

static int from_sample(struct latency *latency, uint64_t *histogram, double *spread,
		       const struct sample *sample)
{
	struct draw draw = {.histogram = histogram,
			    .spread = spread,
			    .drawn = sample->drawn + !!sample->untimed,
			    .max = latency->max};
	int err = sample->untimed ? spread_untimed(sample, histogram, spread) : 0;

	if (err)
		return err;
	for (uint32_t bucket = 0; bucket < GFT_BUCKETS; bucket++)
		draw.all += spread[bucket];
	latency->count = sum_of(histogram);
	latency->timed = sample->timed;
	latency->sampled = draw.all > 0 && draw.drawn;
	latency->effective = 0;
	latency->error = 0;
	if (latency->sampled)
		find_intervals(latency, &draw);
	find_percentiles(latency, histogram);
	return fill_buckets(&latency->buckets, &latency->nr_buckets, histogram);
}

int latency__from_sample(struct latency *latency, const uint64_t *histogram,
			 const struct sample *sample)
{
	uint64_t *counts;
	double *spread;
	int err = -ENOMEM;

	latency->error = 0;
	if (!sample->timed && sample->untimed)
		return know_nothing(latency, sample->untimed + sum_of(histogram));
	counts = calloc(GFT_BUCKETS, sizeof(*counts));
	spread = calloc(GFT_BUCKETS, sizeof(*spread));
	if (counts && spread) {
		memcpy(counts, histogram, GFT_BUCKETS * sizeof(*counts));
		if (sample->spread)
			memcpy(spread, sample->spread, GFT_BUCKETS * sizeof(*spread));
		err = from_sample(latency, counts, spread, sample);
	}
	free(counts);
	free(spread);
	return err;
}

int latency__from_histogram(struct latency *latency, const uint64_t *histogram)
{
	const struct sample all = {.timed = sum_of(histogram)};

	return latency__from_sample(latency, histogram, &all);
}

int stage__from_timed(struct stage *stage, const uint64_t *histogram, uint64_t timed)
{
	struct latency latency = {.max = stage->max};
	uint64_t count = sum_of(histogram);
	struct sample sample = {.timed = timed};
	double *spread = NULL;
	int err = 0;

	/* each stands for as many: which stretch it was in is not kept for stages */
	if (timed && timed < count) {
		spread = calloc(GFT_BUCKETS, sizeof(*spread));
		if (!spread)
			return -ENOMEM;
		for (uint32_t bucket = 0; bucket < GFT_BUCKETS; bucket++)
			spread[bucket] = (double)histogram[bucket] * (double)count / (double)timed;
		sample.spread = spread;
		sample.drawn = timed;
	}
	err = latency__from_sample(&latency, histogram, &sample);
	free(spread);
	if (err)
		return err;
	free(stage->buckets);
	stage->buckets = latency.buckets;
	stage->nr_buckets = latency.nr_buckets;
	stage->count = latency.count;
	stage->timed = timed;
	stage->p50 = latency.p50;
	stage->p99 = latency.p99;
	return 0;
}

int stage__from_histogram(struct stage *stage, const uint64_t *histogram)
{
	return stage__from_timed(stage, histogram, sum_of(histogram));
}
