/* SPDX-License-Identifier: GPL-2.0-only */
/* One measure of one series over all runs; for diff*.c only. */
#ifndef GFPTRACE_USER_DIFF_TRACKS_H
#define GFPTRACE_USER_DIFF_TRACKS_H

#include "gate/diff/diff.h"

struct point {
	bool there; /* the run has the series */
	double value;
	uint64_t count;		       /* requests that the value comes from */
	const struct latency *latency; /* of a quantile */
};

struct track {
	enum diff_measure measure;
	char *series;
	bool deep;	      /* the share of a path that is no good news */
	struct point *points; /* base runs, then new runs */
};

struct tracks {
	struct track *track;
	size_t nr, base_runs, runs;
};

/* Gather all tracks of both sides. Returns 0 or -ENOMEM. */
int tracks__gather(struct tracks *tracks, const struct report_list *base,
		   const struct report_list *new);
/* Windows differ in length: make failures a share of the requests. */
void tracks__relate_failures(struct tracks *tracks);
void tracks__free(struct tracks *tracks);

/* Is the measure of this track one whose rise is bad? */
bool track__rise_is_bad(const struct track *track);

/* The quantile of a measure in parts per billion, 0 for the others. */
uint32_t measure__quantile(enum diff_measure measure);

/*
 * significance.c: set outcome and p of the rows, one a track, in the same order; `diff->test` and
 * base, new and change of the rows are set. Return 0 or -ENOMEM.
 */
int diff__test_runs(struct diff *diff, const struct tracks *tracks);
int diff__test_single(struct diff *diff, const struct tracks *tracks);

#endif
