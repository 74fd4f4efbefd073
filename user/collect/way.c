// SPDX-License-Identifier: GPL-2.0-only
#include "collect/way.h"

int way__init(struct way *way, struct tracer *tracer, const struct plan *plan, bool addresses)
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
		.addresses = addresses,
	};
	return stages__init(&way->stages, tracer__stages(tracer));
}

void way__free(struct way *way)
{
	stages__free(&way->stages);
}

void way__want(const struct way *way, struct symbols *symbols)
{
	slowest__want(&way->slowest, symbols);
}

void way__cut(struct way *way, enum span span)
{
	if (span == SPAN_WINDOW && !way->keep_slowest)
		way->epoch = tracer__next_epoch(way->tracer);
	else
		way->epoch = tracer__epoch(way->tracer);
}

int way__report(struct way *way, enum span span, const bool by[DIMENSIONS], uint64_t time,
		uint64_t start_ns, struct symbols *symbols, struct report *report)
{
	uint64_t dropped = slowest__dropped(&way->slowest);
	int err;

	if (way->keep_slowest)
		report->mode.slowest_dropped = dropped;
	else if (span == SPAN_ALL)
		report->mode.slowest_dropped = way->dropped;
	else
		report->mode.slowest_dropped = dropped - way->dropped;
	if (span == SPAN_WINDOW)
		way->dropped = dropped;
	if (span == SPAN_ALL)
		err = stages__report_all(&way->stages, by, time, report);
	else
		err = stages__report(&way->stages, by, time, report);
	if (span == SPAN_WINDOW)
		stages__advance(&way->stages);
	if (err)
		return err;
	return slowest__report(&way->slowest, way->epoch,
			       way->keep_slowest ? way->began_ns : start_ns, by, symbols, report);
}

uint64_t way__dropped(const struct way *way)
{
	return way->stages.live->dropped;
}
