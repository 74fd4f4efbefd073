/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where only a sample of the requests is timed: those timed stand for all. Between two looks at the
 * counters, of each series, the timed ones of that while share its requests among them. What was
 * given to a bucket once stays there, so that the sums only grow and windows add up. Pure.
 */
#ifndef GFPTRACE_USER_WEIGHTS_H
#define GFPTRACE_USER_WEIGHTS_H

#include "collect/snapshot.h"
#include "collect/stages.h"

/* What lies between the last look and this one. */
enum while_kind {
	WHILE_SAMPLED,
	WHILE_BEGINS, /* all were timed, and at some moment but a sample: those untimed are its */
	WHILE_ENDS,   /* the other way round */
};

struct weights {
	struct snapshot seen; /* at the last look */
	struct snapshot sum;  /* of all up to there, weighed */
	bool begun;	/* a sample is taken, or was; false: the counters speak for themselves */
	const bool *by; /* by which dimensions series are told apart in reports */
	uint64_t random;
	/* Of that while: how many were timed and for how many they stand, for the stages. */
	double timed[GFT_CLASSES][GFT_ORDERS_MAX][GFT_CONTEXTS];
	double all[GFT_CLASSES][GFT_ORDERS_MAX][GFT_CONTEXTS];
	double timed_other, all_other; /* of all series together */
};

/* Returns 0 or -ENOMEM; weights__free() is due in any case. */
int weights__init(struct weights *weights, const bool *by, size_t capacity, size_t colours);
void weights__free(struct weights *weights);

/*
 * A look: `now` are the counters. With WHILE_BEGINS the first one may come at any time, with
 * WHILE_SAMPLED only before the first request. Returns 0 or -ENOMEM.
 */
int weights__look(struct weights *weights, const struct snapshot *now, enum while_kind kind);

/* The same of the stages, after it. Returns 0 or -ENOMEM. */
int weights__look_at_stages(struct weights *weights, struct stages *stages);

#endif
