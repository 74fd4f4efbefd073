/* SPDX-License-Identifier: GPL-2.0-only */
/* The statistics of `diff`: nothing in here knows what the numbers mean. */
#ifndef GFPTRACE_USER_STATS_H
#define GFPTRACE_USER_STATS_H

#include <stddef.h>
#include <stdint.h>

/* One question: did the values, in base runs and then in new ones, change? */
struct stats_question {
	double *values; /* base_runs + new_runs of them; outliers are pulled in by the test */
	double floor;	/* of the standard error: differences below it are the ruler's */
	double p;	/* result: chance of such a difference in any question if nothing changed */
};

/*
 * Runs are relabelled base and new in every way (or in 10,000 random ways from a fixed seed, if
 * there are more): the largest standardised difference over all questions, step by step down,
 * tells how likely the seen ones are by chance (Westfall and Young). Runs are shuffled whole, so
 * whatever the questions have to do with each other is accounted for. Returns 0 or -ENOMEM.
 */
int stats__permute(struct stats_question *questions, size_t nr, size_t base_runs, size_t new_runs);

/* Ways to choose `some` of `all`, held at UINT64_MAX. */
uint64_t stats__ways(uint64_t all, uint64_t some);

/* The z that a standard normal exceeds with probability p, 0 < p <= 0.5. */
double stats__upper_z(double p);

/* The median; sorts the values. */
double stats__median(double *values, size_t nr);

#endif
