/* SPDX-License-Identifier: GPL-2.0-only */
/* How metrics visit their series; for metrics*.c only. */
#ifndef GFPTRACE_USER_METRICS_SERIES_H
#define GFPTRACE_USER_METRICS_SERIES_H

#include "metrics/metrics.h"

#define METRIC_VISITOR(name)                                                    \
	int name(const struct report *report, const struct metric_query *query, \
		 metric_visit *visit, void *context)

void sample__begin(struct metric_sample *sample, const struct labels *labels);
void sample__add_label(struct metric_sample *sample, const char *name, const char *value);
int sample__exact(struct metric_sample *sample, double value, metric_visit *visit, void *context);

METRIC_VISITOR(visit_requests);
METRIC_VISITOR(visit_failures);
METRIC_VISITOR(visit_loss);
METRIC_VISITOR(visit_blind);
METRIC_VISITOR(visit_stage_requests);
METRIC_VISITOR(visit_stage_seconds);
METRIC_VISITOR(visit_stage_ratio);
METRIC_VISITOR(visit_headroom);
METRIC_VISITOR(visit_reserves);
METRIC_VISITOR(visit_lint);

/* slabs.c */
METRIC_VISITOR(visit_slab_requests);
METRIC_VISITOR(visit_slab_failures);
METRIC_VISITOR(visit_slab_requested);
METRIC_VISITOR(visit_slab_allocated);
METRIC_VISITOR(visit_slab_aligned);
METRIC_VISITOR(visit_slab_crossing);
METRIC_VISITOR(visit_slab_wide);
METRIC_VISITOR(visit_slab_missed);

#endif
