/* SPDX-License-Identifier: GPL-2.0-only */
/* The slowest requests of a window, from what each CPU kept (gfptrace/stage.h). */
#ifndef GFPTRACE_USER_SLOWEST_H
#define GFPTRACE_USER_SLOWEST_H

#include <gfptrace/stage.h>

#include "report/report.h"
#include "kernel/symbols.h"

struct slowest {
	const struct gft_slowest *kept; /* by CPU, written while we read; NULL: none */
	uint32_t cpus;
	uint32_t most;		 /* that a report shows */
	const uint8_t *class_of; /* GFT_CLASS_TABLE: of the hash of a gfp */
	uint32_t class_mask, class_magic;
	bool paths;	/* the path of a request is known */
	bool addresses; /* a function without a name is shown by its address */
};

/* Slow requests that found the list of their CPU busy, since it is there. */
uint64_t slowest__dropped(const struct slowest *slowest);

/* Want the names of the functions in their stacks. */
void slowest__want(const struct slowest *slowest, struct symbols *symbols);

/*
 * Add those of the epoch, which is over and began at `start_ns`, with the labels that `by` asks
 * for. Returns 0 or -ENOMEM.
 */
int slowest__report(const struct slowest *slowest, uint64_t epoch, uint64_t start_ns,
		    const bool by[DIMENSIONS], struct symbols *symbols, struct report *report);

#endif
