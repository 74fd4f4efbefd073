/* SPDX-License-Identifier: GPL-2.0-only */
/* The way of requests through the allocator, from the tracer's maps: stages and the slowest. */
#ifndef GFPTRACE_USER_WAY_H
#define GFPTRACE_USER_WAY_H

#include "collect/slowest.h"
#include "collect/stages.h"
#include "trace/tracer.h"

/* What a report tells of. */
enum span {
	SPAN_WINDOW, /* from the last report to now: the next window begins */
	SPAN_SO_FAR, /* the same, but the window goes on */
	SPAN_ALL,    /* from the activation to the last window's end */
};

struct way {
	struct tracer *tracer;
	struct stages stages;
	struct slowest slowest;
	uint64_t dropped;  /* of the slowest, in all windows before this one */
	bool keep_slowest; /* of all windows, not of each: to be set before the first report */
	uint64_t began_ns; /* the first one */
	uint64_t epoch;	   /* of the slowest that the next report shows: way__cut() */
};

/*
 * `addresses`: a function without a name is shown by its address. Returns 0 or -ENOMEM;
 * way__free() is due in any case.
 */
int way__init(struct way *way, struct tracer *tracer, const struct plan *plan, bool addresses);
void way__free(struct way *way);

/* Want the names of the functions in the stacks of the slowest. */
void way__want(const struct way *way, struct symbols *symbols);

/* Before the counters of a report are read: where it ends a window, one of the slowest ends, too.
 */
void way__cut(struct way *way, enum span span);

/*
 * Add what belongs to the window, or to all. `time`: of all its requests, ns; `start_ns`: when it
 * began. Returns 0 or -ENOMEM.
 */
int way__report(struct way *way, enum span span, const bool by[DIMENSIONS], uint64_t time,
		uint64_t start_ns, struct symbols *symbols, struct report *report);

/* Walks that did not fit their requests, since the way began. */
uint64_t way__dropped(const struct way *way);

#endif
