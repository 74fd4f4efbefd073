/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one definition of the latency buckets, for BPF, user space and the module.
 *
 *	latency in ns           width of a bucket   buckets   error of the midpoint
 *	0 .. 2047               4                   512       2 ns; 1/16 from 32 ns on
 *	2048 .. 2^36 - 1        1/16 of 2^k         400       at most 1/32
 *	2^36 (68.7 s) and more  -                   1         overflow, `le` null
 *
 * Linear below 2048 because the fast path of the allocator lies there and a
 * shift is all it costs; log-linear above. No request is answered within 32 ns:
 * two clock readings alone take about that long.
 */
#ifndef GFPTRACE_BUCKETS_H
#define GFPTRACE_BUCKETS_H

#include <gfptrace/types.h>

#define GFT_LINEAR_SHIFT   2  /* log2 of the width of a linear bucket, ns */
#define GFT_LINEAR_BITS	   11 /* linear below 2^11 ns */
#define GFT_LINEAR_BUCKETS (1u << (GFT_LINEAR_BITS - GFT_LINEAR_SHIFT))
#define GFT_SUB_BITS	   4 /* 16 buckets an octave above */
#define GFT_RANGE_BITS	   36
#define GFT_LOG_BUCKETS	   ((GFT_RANGE_BITS - GFT_LINEAR_BITS) << GFT_SUB_BITS)
#define GFT_OVERFLOW	   (GFT_LINEAR_BUCKETS + GFT_LOG_BUCKETS)
#define GFT_BUCKETS	   (GFT_OVERFLOW + 1)

/* log2 of x, rounded down; x in 1 .. 2^(GFT_RANGE_BITS - GFT_LINEAR_BITS) - 1. BPF has no clz. */
GFT_INLINE __u32 gft_log2(__u64 x)
{
	__u32 log = 0;

	if (x >> 16) {
		x >>= 16;
		log += 16;
	}
	if (x >> 8) {
		x >>= 8;
		log += 8;
	}
	if (x >> 4) {
		x >>= 4;
		log += 4;
	}
	if (x >> 2) {
		x >>= 2;
		log += 2;
	}
	return log + (__u32)(x >> 1);
}

/* The bucket of a latency from 2048 ns up. */
GFT_INLINE __u32 gft_log_bucket(__u64 ns)
{
	__u32 octave;

	if (ns >> GFT_RANGE_BITS)
		return GFT_OVERFLOW;
	octave = gft_log2(ns >> GFT_LINEAR_BITS);
	return GFT_LINEAR_BUCKETS + (octave << GFT_SUB_BITS) +
	       ((__u32)(ns >> (octave + GFT_LINEAR_BITS - GFT_SUB_BITS)) &
		((1u << GFT_SUB_BITS) - 1));
}

/* The bucket of a latency in ns: 0 .. GFT_BUCKETS - 1. */
GFT_INLINE __u32 gft_bucket(__u64 ns)
{
	if (ns < (1ull << GFT_LINEAR_BITS))
		return (__u32)(ns >> GFT_LINEAR_SHIFT);
	return gft_log_bucket(ns);
}

/* The smallest latency, in ns, that falls into a bucket. */
GFT_INLINE __u64 gft_bucket_low(__u32 bucket)
{
	__u32 octave;

	if (bucket < GFT_LINEAR_BUCKETS)
		return (__u64)bucket << GFT_LINEAR_SHIFT;
	octave = (bucket - GFT_LINEAR_BUCKETS) >> GFT_SUB_BITS;
	return (__u64)((1u << GFT_SUB_BITS) +
		       ((bucket - GFT_LINEAR_BUCKETS) & ((1u << GFT_SUB_BITS) - 1)))
	       << (octave + GFT_LINEAR_BITS - GFT_SUB_BITS);
}

/* The largest latency, in ns, that falls into a bucket (`le`); all ones for the overflow bucket. */
GFT_INLINE __u64 gft_bucket_le(__u32 bucket)
{
	return bucket >= GFT_OVERFLOW ? ~0ull : gft_bucket_low(bucket + 1) - 1;
}

#endif
