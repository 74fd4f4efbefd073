/* SPDX-License-Identifier: GPL-2.0-only */
/* Several series as one, exactly: counts add up, percentiles come from the added buckets. */
#ifndef GFPTRACE_USER_FOLD_H
#define GFPTRACE_USER_FOLD_H

#include <gfptrace/buckets.h>

#include "report/report.h"

struct fold {
	uint64_t histogram[GFT_BUCKETS];
	double spread[GFT_BUCKETS]; /* struct sample (histogram.h), as are drawn and untimed */
	uint64_t count, timed, drawn, untimed, sum, min, max;
	size_t nr; /* series that were added */
};

/* a + b, held at the largest number that a report can tell (INT64_MAX). */
uint64_t fold__sum(uint64_t a, uint64_t b);

void fold__clear(struct fold *fold);
void fold__add_latency(struct fold *fold, const struct latency *latency);
void fold__add_stage(struct fold *fold, const struct stage *stage);

/* Fill all of a series but its labels. Return 0 or -ENOMEM; the caller frees the buckets. */
int fold__to_latency(const struct fold *fold, struct latency *latency);
/*
 * As counters that only grow: what series hold of which nothing was timed yet is in `count` and in
 * no bucket.
 */
int fold__to_counters(const struct fold *fold, struct latency *latency);
int fold__to_stage(const struct fold *fold, struct stage *stage);

/* All blocks of one size, by how far they are aligned. */
struct block_size {
	uint64_t natural; /* bytes; 0 for blocks of any size */
	uint64_t count, below_natural;
	uint64_t aligned[64]; /* index: log2 of the alignment */
};

/* The alignment of all series by size, smallest first. Returns 0 or -ENOMEM; the caller frees. */
int fold__sizes(const struct report *report, struct block_size **sizes, size_t *nr);

#endif
