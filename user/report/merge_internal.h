/* SPDX-License-Identifier: GPL-2.0-only */
/* What a merge is made of; for merge*.c only. */
#ifndef GFPTRACE_USER_MERGE_PARTS_H
#define GFPTRACE_USER_MERGE_PARTS_H

#include "report/report.h"

struct merge {
	struct report **reports; /* in an order of their own, whatever order they came in */
	size_t nr;
	struct report *into;
	bool overflow; /* a sum was larger than a report can tell */
};

/* a + b; notes an overflow. */
uint64_t merge__sum(struct merge *merge, uint64_t a, uint64_t b);

/* An element of an array of one of the reports; its owner may be robbed of what hangs in it. */
struct item {
	void *element;
	size_t report; /* which */
};

/*
 * An array of the reports, at this place in struct report. Elements that compare as equal
 * become one: `fold` gets them in the order of the reports. Returns 0 or a negative errno.
 */
struct kind {
	size_t array, count; /* offsets */
	size_t size;
	int (*compare)(const void *a, const void *b);
	int (*fold)(struct merge *merge, const struct item *items, size_t nr);
};

int merge__kind(struct merge *merge, const struct kind *kind);

/* Buckets of several histograms, by their bound. Returns 0 or -ENOMEM. */
int merge__buckets(struct merge *merge, struct bucket **into, size_t *nr, const struct bucket *from,
		   size_t nr_from);

bool merge__same_texts(const char *const *a, size_t nr_a, const char *const *b, size_t nr_b);

/* Hosts, sight, changes and cost, which need the reports whole; the head itself robs them. */
int merge__context(struct merge *merge);
void merge__head(struct merge *merge);

int merge__series(struct merge *merge); /* latency, alignment, placement, slabs, stages, headroom */
int merge__events(struct merge *merge); /* failures, the slowest, lint, loss, programs */

#endif
