/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who asks: the first frame of a request's stack outside the allocators and their wrappers.
 * Which functions those are user space tells by their names (user/mm/wrapper_names.c), before
 * anything is attached; the BPF programs keep the address of the first frame that lies in none of
 * them.
 */
#ifndef GFPTRACE_CALLERS_H
#define GFPTRACE_CALLERS_H

#include <gfptrace/types.h>

#define GFT_WRAPPER_BITS 10
#define GFT_WRAPPERS	 (1u << GFT_WRAPPER_BITS) /* functions; the last place stays free */

#define GFT_CALLER_BITS	 8
#define GFT_CALLERS	 (1u << GFT_CALLER_BITS) /* that a CPU can tell apart */
#define GFT_CALLER_OTHER (GFT_CALLERS + 1)	 /* keys: 0 unknown, then the callers, then this */
#define GFT_CALLER_KEYS	 (GFT_CALLERS + 2)

/* Whose stacks are looked at apart, lest one program overwrite what another has on that CPU. */
#define GFT_CALLER_ENTRY 3 /* behind the exits of three copies */
#define GFT_CALLER_LINT	 4
#define GFT_CALLER_SLAB	 5 /* one for each of two programs */
#define GFT_CALLER_USERS 7

#define GFT_CALLER_FRAMES 24 /* in which the caller is looked for */
#define GFT_STACK_FRAMES  64 /* with --stacks; the array's size */
#define GFT_STACKS	  4096
#define GFT_STACK_PROBES  64 /* places that a stack may have */

/* Code from start up to end, which is the first byte behind it. */
struct gft_code {
	__u64 start;
	__u64 end;
};

/* By user and CPU: the callers seen, and the request at hand. */
struct gft_callers {
	__u64 address[GFT_CALLERS]; /* where they call from; 0: free. The index + 1 is the key. */
	__u64 requester;	    /* of the request at hand; 0: not found */
	__u64 last;		    /* the wrapper that the last frame lay in; 0: none yet */
	__u32 frames;
	__u32 top; /* the frame of the choke point: those above it are ours */
	__u64 stack[GFT_STACK_FRAMES];
};

/* With --stacks: requests of one stack, class, order and context. */
struct gft_stack {
	__u64 key; /* 0: free */
	__u64 count;
	__u64 requester;
	__u32 labels; /* gft_stack_labels() */
	__u32 frames; /* set last; 0: not filled yet */
	__u64 stack[GFT_STACK_FRAMES];
};

GFT_INLINE __u32 gft_stack_labels(__u32 class, __u32 order, __u32 context)
{
	return class | order << 8 | context << 16;
}

#endif
