/* SPDX-License-Identifier: GPL-2.0-only */
/* Who asks for the pages, by the stack: --by caller, --module, --stacks. See gfptrace/callers.h. */
#ifndef GFPTRACE_BPF_CALLER_H
#define GFPTRACE_BPF_CALLER_H

#include "decode.bpf.h"

/* Global functions, verified once. `place`: of the element of gft_callers that has the stack. */

/* Look for the caller in the stack there. Returns the address that it calls from, or 0. */
__u64 caller__find(__u32 place);

/* The key of the caller that was found there: 0 unknown, GFT_CALLER_OTHER one too many. */
__u32 caller__key(__u32 place);

/* Count the stack there, with gft_stack_labels(). */
int stack__count(__u32 place, __u32 labels);

/* Count a finding (enum gft_lint_kind) of the caller there, or where there is none of the stack. */
int lint__count(__u32 place, __u32 kind);

extern struct gft_code gft_module; /* of --module */

/* `user`: as GFT_CALLER_ENTRY; a copy of the exit is its number less 1. */
static __always_inline __u32 caller_place(__u32 user)
{
	return bpf_get_smp_processor_id() + user * gft_config.cpus;
}

/*
 * Find the caller by the stack, all of it or what the search needs, of a program with this
 * context. Is its request one to count?
 */
static __always_inline bool caller__look(void *ctx, __u32 place, bool whole)
{
	struct gft_callers *callers = bpf_map_lookup_elem(&gft_callers, &place);
	__u64 requester;
	long size;

	if (!callers)
		return true;
	if (whole)
		size = bpf_get_stack(ctx, callers->stack, GFT_STACK_FRAMES * sizeof(__u64), 0);
	else
		size = bpf_get_stack(ctx, callers->stack, GFT_CALLER_FRAMES * sizeof(__u64), 0);
	callers->frames = size > 0 ? (__u32)size / sizeof(__u64) : 0;
	requester = caller__find(place);
	return !gft_config.by_module ||
	       (requester >= gft_module.start && requester < gft_module.end);
}

#endif
