/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How far requests that may not wait were from failing, when the zones had no page above the low
 * watermark for them: pages above the watermark that binds them, of the zone that had most.
 *
 *	pages     bucket  le
 *	0 .. 7    0 .. 7  0 .. 7   (0: none, and less)
 *	8, 9      8       9
 *	10, 11    9       11
 *	16 .. 19  12      19       four buckets for each power of two
 */
#ifndef GFPTRACE_HEADROOM_H
#define GFPTRACE_HEADROOM_H

#include <gfptrace/buckets.h>
#include <gfptrace/failure.h>

#define GFT_HEADROOM_SUB_BITS 2
#define GFT_HEADROOM_EXACT    8
#define GFT_HEADROOM_MAX      ((1u << 28) - 1) /* pages; what is more counts as this */
#define GFT_HEADROOM_BUCKETS  108
#define GFT_HEADROOM_CLASSES  2 /* atomic, nowait */

GFT_INLINE __u32 gft_headroom_bucket(__u64 pages)
{
	__u32 shift;

	if (pages < GFT_HEADROOM_EXACT)
		return (__u32)pages;
	if (pages > GFT_HEADROOM_MAX)
		pages = GFT_HEADROOM_MAX;
	shift = gft_log2(pages) - GFT_HEADROOM_SUB_BITS;
	return (shift << GFT_HEADROOM_SUB_BITS) + (__u32)(pages >> shift);
}

/* The most pages that fall into a bucket. */
GFT_INLINE __u64 gft_headroom_le(__u32 bucket)
{
	__u32 shift = (bucket >> GFT_HEADROOM_SUB_BITS) - 1;
	__u64 first =
		(bucket & ((1u << GFT_HEADROOM_SUB_BITS) - 1)) + (1u << GFT_HEADROOM_SUB_BITS);

	return bucket < GFT_HEADROOM_EXACT ? bucket : ((first + 1) << shift) - 1;
}

/* Counters only grow: what failed in the end is subtracted by the reader. */
struct gft_headroom {
	__u64 reached[GFT_HEADROOM_BUCKETS];
	__u64 failed[GFT_HEADROOM_BUCKETS]; /* of these */
	__u64 touched;	      /* of reached: their block left less than the min watermark */
	__u64 touched_failed; /* of touched */
};

struct gft_headrooms {
	struct gft_headroom of[GFT_HEADROOM_CLASSES][GFT_ZONES];
};

/* By stack: the request that was last measured there. */
struct gft_measured {
	__u64 start; /* of its frame */
	__u32 place; /* class * GFT_ZONES + zone */
	__u16 bucket;
	__u16 touched;
};

#endif
