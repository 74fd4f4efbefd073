// SPDX-License-Identifier: GPL-2.0-only
/* The metrics of slab objects that were asked for atomically. */
#include <stdio.h>

#include "metrics/series.h"

static int visit_each(const struct report *report, uint64_t (*number)(const struct slab *),
		      metric_visit *visit, void *context)
{
	struct metric_sample sample;
	char size[24];
	int err = 0;

	for (size_t i = 0; i < report->nr_slabs && !err; i++) {
		const struct slab *slab = &report->slabs[i];

		snprintf(size, sizeof(size), "%llu", (unsigned long long)slab->size);
		sample__begin(&sample, &slab->labels);
		sample__add_label(&sample, "call", slab->call);
		sample__add_label(&sample, "cache", slab->cache);
		sample__add_label(&sample, "size", size);
		sample.count = slab->count;
		err = sample__exact(&sample, (double)number(slab), visit, context);
	}
	return err;
}

#define EACH_SLAB(name, field)                                        \
	static uint64_t name##_of(const struct slab *slab)            \
	{                                                             \
		return slab->field;                                   \
	}                                                             \
	METRIC_VISITOR(visit_slab_##name)                             \
	{                                                             \
		(void)query;                                          \
		return visit_each(report, name##_of, visit, context); \
	}

EACH_SLAB(requests, count)
EACH_SLAB(failures, failed)
EACH_SLAB(requested, requested)
EACH_SLAB(allocated, allocated)
EACH_SLAB(aligned, aligned)
EACH_SLAB(crossing, crossing)
EACH_SLAB(wide, wide)

METRIC_VISITOR(visit_slab_missed)
{
	struct metric_sample sample;

	(void)query;
	sample__begin(&sample, NULL);
	if (!report->slab.line)
		return 0;
	return sample__exact(&sample, (double)report->slab.missed, visit, context);
}
