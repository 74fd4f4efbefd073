/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * With --slab: objects of slabs that were asked for atomically (the classes atomic and nowait),
 * by cache, class and context, and how they lie in the lines of the CPU's cache.
 *
 * Each of the two programs has a row of its own on each CPU, since one may interrupt the other:
 * a hash table of series. What finds no place there is counted by class and context.
 */
#ifndef GFPTRACE_SLAB_H
#define GFPTRACE_SLAB_H

#include <gfptrace/classes.h>
#include <gfptrace/types.h>

enum gft_slab_call { GFT_KMALLOC, GFT_KMEM_CACHE_ALLOC, GFT_SLAB_CALLS };

#define GFT_SLAB_BITS	 7
#define GFT_SLABS	 (1u << GFT_SLAB_BITS) /* series of one call on one CPU */
#define GFT_SLAB_PROBES	 16		       /* places that a series may have */
#define GFT_SLAB_NAME	 40
#define GFT_SLAB_CLASSES 2 /* atomic, nowait */
#define GFT_SLAB_LABELS	 (GFT_SLAB_CLASSES * GFT_CONTEXTS)

/* Bytes, lines: of objects that were had. `wide` and `crossing` exclude each other. */
struct gft_slab_counts {
	__u64 requests;
	__u64 failed;
	__u64 requested; /* bytes */
	__u64 allocated;
	__u64 aligned;	/* they begin with a line */
	__u64 crossing; /* not larger than a line, and they lie in two */
	__u64 wide;	/* larger, and they lie in one more than they need */
};

struct gft_slab {
	/*
	 * gft_slab_labels() below the address of the kmem_cache, which is a multiple of 8, or
	 * below the size that was allocated, times 8; 0: free, set last.
	 */
	__u64 key;
	struct gft_slab_counts counts;
	__u64 name_at;	   /* address of the cache's name: its place may become another one's */
	__u64 size;	   /* that an object takes */
	__u64 object_size; /* that its user sees; 0: as the request says */
	char name[GFT_SLAB_NAME]; /* cut if it is longer; "" of kmalloc() */
};

struct gft_slab_row {
	__u64 patient;	/* requests that may wait: only counted, whoever makes them */
	__u64 filtered; /* the others that a filter keeps out */
	__u64 large;	/* events of kmalloc() of more than gft_slab_largest() */
	__u64 pad[5];
	struct gft_slab_counts other[GFT_SLAB_LABELS];
	struct gft_slab series[GFT_SLABS];
} __attribute__((aligned(GFT_CACHE_LINE)));

/*
 * More than two pages are no object of a slab, but pages (KMALLOC_MAX_CACHE_SIZE of SLUB,
 * include/linux/slab.h), and some kernels, v6.12 for one, have two events of one such request.
 */
GFT_INLINE __u64 gft_slab_largest(__u32 page_shift)
{
	return 2ull << page_shift;
}

GFT_INLINE __u32 gft_slab_labels(enum gft_class class, enum gft_context context)
{
	return (class == GFT_CLASS_NOWAIT) + GFT_SLAB_CLASSES * (context % GFT_CONTEXTS);
}

/* Is it a request that may not wait? */
GFT_INLINE int gft_slab_is_atomic(enum gft_class class)
{
	return class == GFT_CLASS_ATOMIC || class == GFT_CLASS_NOWAIT;
}

/* Where an object of `size` bytes lies, in lines of 1 << shift bytes. */
GFT_INLINE void gft_slab_place(struct gft_slab_counts *counts, __u64 address, __u64 size,
			       __u32 shift)
{
	__u64 last_byte = size ? size - 1 : 0;
	__u64 lines = ((address + last_byte) >> shift) - (address >> shift);
	__u64 least = last_byte >> shift; /* both less one */

	if (!(address & ((1ull << shift) - 1)))
		counts->aligned++;
	if (lines > least && !least)
		counts->crossing++;
	else if (lines > least)
		counts->wide++;
}

_Static_assert(sizeof(struct gft_slab) == 128, "two cache lines");
_Static_assert(sizeof(struct gft_slab_row) % GFT_CACHE_LINE == 0, "no line of two CPUs");

#endif
