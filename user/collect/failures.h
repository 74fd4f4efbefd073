/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was kept of failures (gfptrace/failure.h), and the report's failures from it: the state
 * of the zones, who asked, the verdict.
 */
#ifndef GFPTRACE_USER_FAILURES_H
#define GFPTRACE_USER_FAILURES_H

#include <stdbool.h>

#include <gfptrace/failure.h>

#include "kernel/kernel.h"
#include "report/report.h"
#include "kernel/symbols.h"

struct failures {
	const struct gft_failure *kept; /* GFT_FAILURES of them, written while we read */
	const struct gft_zones *zones;
	struct symbols *symbols;
	bool addresses; /* frames without a name are shown by their addresses */
};

int failures__init(struct failures *failures, const struct gft_failure *kept,
		   const struct gft_zones *zones);
void failures__free(struct failures *failures);

/* Want the names of the functions that failed. */
void failures__want(struct failures *failures);

/* Which failures a line of the report stands for. A label that is no number: ~0. */
struct failure_kind {
	uint32_t class, order, context;
	enum gft_reason reason;
	const char *comm; /* NULL: of any task */
};

/*
 * Complete a failure of the report that has its labels, reason and count. Returns 0 or
 * -ENOMEM.
 */
int failures__describe(const struct failures *failures, const struct kernel *kernel,
		       const struct failure_kind *kind, struct report *report,
		       struct failure *failure);

#endif
