/* SPDX-License-Identifier: GPL-2.0-only */
/* How far requests that may not wait were from failing: gfptrace/headroom.h. */
#ifndef GFPTRACE_USER_HEADROOM_H
#define GFPTRACE_USER_HEADROOM_H

#include <gfptrace/headroom.h>

#include "report/report.h"

/*
 * The report's headroom: what `now` has more than `before`. Returns 0 or -ENOMEM.
 */
int headroom__describe(const struct gft_headrooms *before, const struct gft_headrooms *now,
		       const struct gft_zones *zones, struct report *report);

#endif
