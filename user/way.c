// SPDX-License-Identifier: GPL-2.0-only
#include "way.h"

int way__init(struct way *way, struct tracer *tracer, const struct plan *plan)
{
	way->tracer = tracer;
	way->slowest = (struct slowest){
		.kept = tracer__slowest(tracer),
		.cpus = plan->config.cpus,
		.most = plan->config.slowest,
		.class_of = plan->class_of,
		.class_mask = plan->config.class_mask,
		.class_magic = plan->config.class_magic,
		.paths = tracer__timed(tracer),
	};
	return stages__init(&way->stages, tracer__stages(tracer));
}

void way__free(struct way *way)
{
	stages__free(&way->stages);
}

void way__watch(const struct way *way, struct symbols *symbols)
{
	slowest__watch(&way->slowest, symbols);
}

uint64_t way__cut(struct way *way)
{
	return tracer__next_epoch(way->tracer);
}

int way__report(struct way *way, const bool by[DIMENSIONS], uint64_t time, uint64_t start_ns,
		uint64_t number, struct symbols *symbols, struct report *report)
{
	int err = stages__report(&way->stages, by, time, report);

	stages__advance(&way->stages);
	if (err)
		return err;
	return slowest__report(&way->slowest, number, start_ns, by, symbols, report);
}

uint64_t way__dropped(const struct way *way)
{
	return way->stages.now->dropped;
}
