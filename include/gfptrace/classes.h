/* SPDX-License-Identifier: GPL-2.0-only */
/* What a request asks for, where it is made, and why it failed: the words of the report. */
#ifndef GFPTRACE_CLASSES_H
#define GFPTRACE_CLASSES_H

#include <gfptrace/types.h>

/* The class of a request is what its gfp means; the first that matches. */
enum gft_class {
	GFT_CLASS_THP,	   /* __GFP_MOVABLE, __GFP_COMP and __GFP_NOMEMALLOC together */
	GFT_CLASS_ATOMIC,  /* no direct reclaim, __GFP_HIGH */
	GFT_CLASS_NOWAIT,  /* no direct reclaim */
	GFT_CLASS_NOIO,	   /* direct reclaim without __GFP_IO */
	GFT_CLASS_NOFS,	   /* ... without __GFP_FS */
	GFT_CLASS_KERNEL,  /* ... without __GFP_HARDWALL */
	GFT_CLASS_USER,	   /* the rest: user memory that is not movable */
	GFT_CLASS_MOVABLE, /* ... user memory with __GFP_MOVABLE */
	GFT_CLASSES
};

/* The gfp bits that tell the classes apart: masks, whatever their position on this kernel. */
struct gft_gfp_bits {
	__u32 movable;
	__u32 comp;
	__u32 nomemalloc;
	__u32 direct_reclaim;
	__u32 high;
	__u32 io;
	__u32 fs;
	__u32 hardwall;
};

GFT_INLINE enum gft_class gft_classify(__u32 gfp, const struct gft_gfp_bits *bits)
{
	const __u32 thp = bits->movable | bits->comp | bits->nomemalloc;

	if ((gfp & thp) == thp)
		return GFT_CLASS_THP;
	if (!(gfp & bits->direct_reclaim))
		return gfp & bits->high ? GFT_CLASS_ATOMIC : GFT_CLASS_NOWAIT;
	if (!(gfp & bits->io))
		return GFT_CLASS_NOIO;
	if (!(gfp & bits->fs))
		return GFT_CLASS_NOFS;
	if (!(gfp & bits->hardwall))
		return GFT_CLASS_KERNEL;
	return gfp & bits->movable ? GFT_CLASS_MOVABLE : GFT_CLASS_USER;
}

enum gft_context { GFT_TASK, GFT_SOFTIRQ, GFT_HARDIRQ, GFT_NMI, GFT_CONTEXTS };

/* Why a request got NULL; the first that matches. */
enum gft_reason {
	GFT_MEMCG,	 /* the charge to the memory cgroup was refused */
	GFT_INVALID,	 /* the order is above the largest */
	GFT_INJECTED,	 /* fault injection */
	GFT_CONSTRAINED, /* nodemask, __GFP_THISNODE or cpuset left no zone that passes */
	GFT_FRAGMENTED,	 /* free pages, but no block of the order */
	GFT_RESERVED,	 /* it would pass if it might use the highatomic reserve */
	GFT_EXHAUSTED,	 /* no memory */
	GFT_UNKNOWN,	 /* this tier cannot look */
	GFT_REASONS
};

/*
 * A request of the test module carries a running number, 1 .. 15, in the four
 * highest gfp bits. No kernel uses them (6.1 to 6.18 define at most 28), and the
 * allocator masks them away with gfp_allowed_mask. They tell the module's requests
 * from all others and a right pairing of entry and exit from a wrong one.
 */
#define GFT_MARK_SHIFT 28
#define GFT_MARKS      15

#ifndef __bpf__
#define GFT_CLASS_NAMES                                                                \
	{                                                                              \
		"thp", "atomic", "nowait", "noio", "nofs", "kernel", "user", "movable" \
	}
#define GFT_CONTEXT_NAMES                           \
	{                                           \
		"task", "softirq", "hardirq", "nmi" \
	}
#define GFT_REASON_NAMES                                                                 \
	{                                                                                \
		"memcg", "invalid", "injected", "constrained", "fragmented", "reserved", \
			"exhausted", "unknown"                                           \
	}
#endif

#endif
