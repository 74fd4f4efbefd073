/* SPDX-License-Identifier: GPL-2.0-only */
/* From blocks counted by the colour of their first page to pages of each colour. */
#ifndef GFPTRACE_USER_COLOURS_H
#define GFPTRACE_USER_COLOURS_H

#include "report/report.h"
#include "collect/snapshot.h"

/* Nothing where the plan counts no colours. Returns 0 or -ENOMEM. */
int colours__describe(const struct gft_config *config, const struct snapshot *snapshot,
		      struct report *report);

#endif
