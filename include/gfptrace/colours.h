/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Colours of a cache: pages of one colour compete for the same sets. That of a page is its frame
 * number modulo the colours there are.
 *
 * A block of order n begins at a multiple of its size, so its first page has one of so many
 * colours only as are left when the factor 2 is taken out of their number n times. Blocks are
 * counted by order and by which of these it is: for all orders together that takes no more than
 * twice as many counters as there are colours, where their number is a power of two.
 */
#ifndef GFPTRACE_COLOURS_H
#define GFPTRACE_COLOURS_H

#include <gfptrace/types.h>

/* 256 MiB in 16 ways; a larger cache is not one, but several beside one another. */
#define GFT_COLOURS_MAX 4096

/* The counters of an order, among those of a CPU. */
struct gft_colour_slots {
	__u32 first;
	__u32 count; /* a block's is that of its number, pfn >> order, modulo this */
};

/* Of one CPU in one copy of the programs, in bytes. */
#define GFT_COLOURS_SIZE(slots) GFT_ALIGN_UP((slots) * sizeof(__u64), GFT_CACHE_LINE)

GFT_INLINE __u32 gft_colour_count(__u32 colours, __u32 order)
{
	while (order-- && colours % 2 == 0)
		colours /= 2;
	return colours;
}

#endif
