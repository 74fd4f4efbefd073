/* SPDX-License-Identifier: GPL-2.0-only */
/* The stages of the requests of a window (gfptrace/stage.h), and the report's from them. Pure. */
#ifndef GFPTRACE_USER_STAGES_H
#define GFPTRACE_USER_STAGES_H

#include <gfptrace/stage.h>

#include "report/report.h"

struct stages {
	const struct gft_stages *live; /* written while we read */
	/*
	 * Where a sample was taken, as weights.h has it: buckets and sums of all requests, `count`
	 * of those timed; and what `live` was at the last look. NULL: all were timed.
	 */
	struct gft_stages *weighed, *seen;
	struct gft_stages *base; /* as it was when the window began */
	struct gft_stages *end;	 /* as it was read last */
};

/* Returns 0 or -ENOMEM; stages__free() is due in any case. */
int stages__init(struct stages *stages, const struct gft_stages *now);
void stages__free(struct stages *stages);

/*
 * Add the window's stages, folded to those of class, order and context that `by` asks for;
 * `time`: of all requests, ns. Returns 0 or -ENOMEM.
 */
int stages__report(struct stages *stages, const bool by[DIMENSIONS], uint64_t time,
		   struct report *report);

/* The same of all windows before this one. */
int stages__report_all(const struct stages *stages, const bool by[DIMENSIONS], uint64_t time,
		       struct report *report);

/*
 * A sample: what the series gained since the last look stands for `weight` times as many. `phase`,
 * twice 0 .. 1 at random, rounds. Begun by stages__begin_sample(), which returns 0 or -ENOMEM.
 */
int stages__begin_sample(struct stages *stages);
void stages__weigh(struct stages *stages, uint32_t series, double weight, const double phase[2]);

/* The next window begins where the last report ended. */
void stages__advance(struct stages *stages);

extern const char *const gft_stage_names[GFT_STAGES];

#endif
