/* SPDX-License-Identifier: GPL-2.0-only */
/* What the end of a request asks of its stages: bpf/stage.bpf.c. */
#ifndef GFPTRACE_BPF_STAGE_H
#define GFPTRACE_BPF_STAGE_H

#include "frame.bpf.h"

#define NO_WALK (~0u)

enum stage_note { NOTE_MARK, NOTE_BEGIN, NOTE_END };

/* Global functions, so that the verifier goes through each of them once. */

/* The request that the stack at `address` lies in is at a stage: an enum stage_note. */
int stage__note(__u64 address, __u32 stage, __u32 note);

/*
 * The stages of the request in the walk with this index, which takes `latency` ns (0: not
 * timed) and whose frame has this tag and start, and which ends with this call;
 * GFT_SEEN_UNKNOWN: the walk is another's.
 */
__u32 stage__seen(__u32 index, __u64 tag, __u64 start, __u64 latency);

/* Count them; `kind`: gft_stage_kind(0, ...). */
int stage__count(__u32 index, __u32 kind);
/* Count one stage; `kind`: gft_stage_kind(). */
int stage__count_one(__u32 kind, __u64 ns);

/*
 * Keep one of the slowest: gfp and order, and its walk, or NO_WALK, beside the enum gft_context
 * and, << 8 and 9, whether it
 * failed and whether its stages are not known. Returns the latency from which on one may be kept on
 * this CPU.
 */
__u64 slowest__keep(struct bpf_raw_tracepoint_args *ctx, __u64 latency, __u64 end,
		    __u64 gfp_and_order, __u64 walk_and_context);

static __always_inline __u32 walk__index(const struct gft_frame *frame)
{
	__u64 offset = (__u64)frame;

	/* as stack_address() does it */
	asm volatile("%0 -= %1" : "+r"(offset) : "r"(&gft_frames));
	return (__u32)(offset / sizeof(*frame)) & (GFT_FRAME_LINES * GFT_LINE_FRAMES - 1);
}

/* There is one for each index; the verifier does not know. */
static __always_inline struct gft_walk *walk__at(__u32 index)
{
	struct gft_walk *walk = bpf_map_lookup_elem(&gft_walks, &index);

	return walk ? walk : &gft_no_walk;
}

#endif
