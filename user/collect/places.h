/* SPDX-License-Identifier: GPL-2.0-only */
/* What is counted beside the series: callers by name, stacks, habits, headroom, slabs. */
#ifndef GFPTRACE_USER_PLACES_H
#define GFPTRACE_USER_PLACES_H

#include "collect/callers.h"
#include "collect/headroom.h"
#include "collect/slabs.h"
#include "collect/snapshot.h"
#include "collect/stacks.h"
#include "trace/tracer.h"

struct places {
	struct callers callers;
	struct name_list seen;		   /* callers, as the series' keys index them */
	uint16_t same[SNAPSHOT_NAMES_MAX]; /* callers__find_same() */
	struct stacks_base stacks, lints;  /* what stood there when the window began */
	/* at the activation, when the window began, and as read last */
	struct gft_headrooms origin, base, end;
	/* when the window began, and as read last; there is none before the activation */
	struct slabs_state slabs, slabs_end;
};

/* After tracer__open(). Returns 0 or -ENOMEM; places__free() is due in any case. */
int places__init(struct places *places, const struct tracer *tracer, bool addresses);
void places__free(struct places *places);

/* What was counted up to now is not the window's. */
void places__begin(struct places *places, const struct tracer *tracer);

/* Look up the names of all callers now. */
void places__resolve(struct places *places);

/*
 * The report's stacks, lint, headroom and slabs of the window, which ends here. Returns 0 or
 * -ENOMEM.
 */
int places__describe(struct places *places, const struct tracer *tracer, struct report *report);
/* Headroom and slabs of the window, which goes on; and those of all windows before this one. */
int places__describe_so_far(struct places *places, const struct tracer *tracer,
			    struct report *report);
int places__describe_all(const struct places *places, const struct tracer *tracer,
			 struct report *report);

#endif
