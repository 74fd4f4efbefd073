/* SPDX-License-Identifier: GPL-2.0-only */
/* The stages of the requests of a window (gfptrace/stage.h), and the report's from them. Pure. */
#ifndef GFPTRACE_USER_STAGES_H
#define GFPTRACE_USER_STAGES_H

#include <gfptrace/stage.h>

#include "report/report.h"

struct stages {
	const struct gft_stages *now; /* written while we read */
	struct gft_stages *base;      /* as it was when the window began */
	struct gft_stages *end;	      /* as it was read last */
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

/* The next window begins where the last report ended. */
void stages__advance(struct stages *stages);

extern const char *const gft_stage_names[GFT_STAGES];

#endif
