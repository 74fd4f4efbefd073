/* SPDX-License-Identifier: GPL-2.0-only */
/* Series from dense histograms: GFT_BUCKETS counters each (gfptrace/buckets.h). */
#ifndef GFPTRACE_USER_HISTOGRAM_H
#define GFPTRACE_USER_HISTOGRAM_H

#include <gfptrace/buckets.h>

#include "report/report.h"

/* How the requests of a histogram came into it, where not each was timed. */
struct sample {
	uint64_t timed;	  /* requests that were timed */
	uint64_t drawn;	  /* of them those that stand for others, too */
	uint64_t untimed; /* requests that are in no bucket */
	/*
	 * For each bucket, the sum of the squares of how many requests each of the drawn ones in it
	 * stands for. NULL: each for itself.
	 */
	const double *spread;
};

/*
 * Fill all of a series but labels, sum, min and max, which the caller sets before. A percentile is
 * the midpoint of its bucket, held within min and max. Return 0 or -ENOMEM.
 */
int latency__from_sample(struct latency *latency, const uint64_t *histogram,
			 const struct sample *sample);
/* The same, each request was timed. */
int latency__from_histogram(struct latency *latency, const uint64_t *histogram);

/* The same for a stage: count, timed, p50, p99 and buckets. */
int stage__from_timed(struct stage *stage, const uint64_t *histogram, uint64_t timed);
int stage__from_histogram(struct stage *stage, const uint64_t *histogram);

/*
 * Add `amount` to the buckets of `to` by their shares of a histogram, whose sum is not 0. Each gets
 * what is due to it to within one, and so does each number of buckets from the first on. `phase`,
 * 0 .. 1, decides on what is left: with a random one each bucket gets on average what is due.
 */
void histogram__apportion(uint64_t *to, const uint64_t *histogram, uint64_t amount, double phase);

#endif
