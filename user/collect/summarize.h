/* SPDX-License-Identifier: GPL-2.0-only */
/* From the counters of a window to its report. Pure but for the names of cgroups. */
#ifndef GFPTRACE_USER_SUMMARIZE_H
#define GFPTRACE_USER_SUMMARIZE_H

#include "report/report.h"
#include "collect/snapshot.h"
#include "collect/callers.h"
#include "collect/failures.h"
#include "trace/tracer.h"
#include "collect/zeroing.h"

struct summary_source {
	const struct kernel *kernel;
	const struct plan *plan;
	const struct tracer *tracer;
	const struct options *options;
	const struct name_list *comms, *cgroups, *seen_callers;
	const struct callers *callers;
	const uint16_t *same_caller; /* callers__find_same(); NULL: not by caller */
	const struct failures *failures;
	const struct zeroing *zeroing; /* summarize() sets it */
};

/*
 * Everything of a report but its window: host, mode, filter, requests, loss, series and
 * cost. Returns 0 or -ENOMEM.
 */
int summarize(struct report *report, const struct summary_source *source,
	      const struct snapshot *snapshot);

#endif
