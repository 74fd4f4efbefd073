/* SPDX-License-Identifier: GPL-2.0-only */
/* Objects of slabs that were asked for atomically: gfptrace/slab.h. */
#ifndef GFPTRACE_USER_SLABS_H
#define GFPTRACE_USER_SLABS_H

#include "trace/programs.h"
#include "report/report.h"

/* The rows at one moment, by call and CPU. Rows NULL: those of before the first request. */
struct slabs_state {
	struct gft_slab_row *rows;
	uint64_t misses[GFT_SLAB_CALLS];
};

/* Room for the rows, if they are looked at. Returns 0 or -ENOMEM; slabs__free() is due. */
int slabs__init(struct slabs_state *state, const struct slabs_view *view);
void slabs__free(struct slabs_state *state);
void slabs__take(struct slabs_state *state, const struct slabs_view *view);

/* The report's slabs: what `now` has more than `before`. Returns 0 or -ENOMEM. */
int slabs__describe(const struct slabs_view *view, const struct slabs_state *before,
		    const struct slabs_state *now, struct report *report);

/* What is seen of them, and what is not. Returns 0 or -ENOMEM. */
int slabs__describe_sight(const struct slabs_view *view, const char *line_guess,
			  struct report *report);

#endif
