/* SPDX-License-Identifier: GPL-2.0-only */
/* The way of requests through the allocator, from the tracer's maps: stages and the slowest. */
#ifndef GFPTRACE_USER_WAY_H
#define GFPTRACE_USER_WAY_H

#include "slowest.h"
#include "stages.h"
#include "tracer.h"

struct way {
	struct tracer *tracer;
	struct stages stages;
	struct slowest slowest;
};

/* Returns 0 or -ENOMEM; way__free() is due in any case. */
int way__init(struct way *way, struct tracer *tracer, const struct plan *plan);
void way__free(struct way *way);

/* To be called now and then: names of functions, as long as their modules are there. */
void way__watch(const struct way *way, struct symbols *symbols);

/* Begin a new window for the slowest; returns the number of the one that ends. */
uint64_t way__cut(struct way *way);

/*
 * Add what belongs to the window of that number, which ended a moment ago. `time`: of all its
 * requests, ns; `start_ns`: when it began. Returns 0 or -ENOMEM.
 */
int way__report(struct way *way, const bool by[DIMENSIONS], uint64_t time, uint64_t start_ns,
		uint64_t number, struct symbols *symbols, struct report *report);

/* Walks that did not fit their requests, since the way began. */
uint64_t way__dropped(const struct way *way);

#endif
