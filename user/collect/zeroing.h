/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What zero-filling took. The compiler has put it into the middle of the allocator, where no
 * program sees it begin or end; but requests with and without __GFP_ZERO differ in nothing else.
 * Pure.
 */
#ifndef GFPTRACE_USER_ZEROING_H
#define GFPTRACE_USER_ZEROING_H

#include <gfptrace/stage.h>

#include "collect/snapshot.h"

struct zeroing {
	/* ns that the median request with the flag takes longer than that without; 0: not known */
	uint64_t cost[GFT_ORDERS_MAX][GFT_PATHS_ZEROED];
};

/*
 * Compare the requests of each order and path. A cost is known where there are enough of both
 * kinds, and where the flag makes a difference (not with init_on_alloc=1). Returns 0 or -ENOMEM.
 */
int zeroing__derive(struct zeroing *zeroing, const struct snapshot *snapshot);

/* ns for each request of this series; 0: they were not filled, or it is not known. */
uint64_t zeroing__cost(const struct zeroing *zeroing, const struct series *series);

#endif
