/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A gfp mask by the names that the kernel prints for it (%pGg): what it means, whatever the
 * positions of its bits. They differ among kernels, so the number beside the names tells less.
 */
#ifndef GFPTRACE_USER_GFP_NAMES_H
#define GFPTRACE_USER_GFP_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include <gfptrace/classes.h>

/* Bits of our own, one for each flag that tells something about a failure. */
enum gfp_meaning {
	GFP_DMA = 1 << 0,
	GFP_DMA32 = 1 << 1,
	GFP_HIGHMEM = 1 << 2,
	GFP_MOVABLE = 1 << 3,
	GFP_RECLAIMABLE = 1 << 4,
	GFP_HIGH = 1 << 5,
	GFP_IO = 1 << 6,
	GFP_FS = 1 << 7,
	GFP_KSWAPD_RECLAIM = 1 << 8,
	GFP_DIRECT_RECLAIM = 1 << 9,
	GFP_NOWARN = 1 << 10,
	GFP_RETRY_MAYFAIL = 1 << 11,
	GFP_NOFAIL = 1 << 12,
	GFP_NORETRY = 1 << 13,
	GFP_MEMALLOC = 1 << 14,
	GFP_COMP = 1 << 15,
	GFP_NOMEMALLOC = 1 << 16,
	GFP_HARDWALL = 1 << 17,
	GFP_THISNODE = 1 << 18,
	GFP_ACCOUNT = 1 << 19,
	GFP_ATOMIC_BIT = 1 << 20, /* __GFP_ATOMIC, gone in v6.3 (commit 2973d8229b78) */
};

/*
 * "GFP_ATOMIC|__GFP_COMP" to the meaning. False if a combination (GFP_...) is unknown; what
 * is known is in *meaning even then. A single flag that is unknown, and "0x...", bits without
 * a name, are passed over: they hide none of the others.
 */
bool gfp_names__decode(const char *names, uint32_t *meaning);

/*
 * The largest combination ("GFP_KERNEL") that a meaning holds, which is taken out of it; NULL
 * if it holds none.
 */
const char *gfp_names__combination(uint32_t *meaning);

/* The class that a meaning belongs to. */
enum gft_class gfp_meaning__class(uint32_t meaning);

#endif
