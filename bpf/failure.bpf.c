// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why a request failed. warn_alloc() is called at the end of every slow path that
 * fails, for __GFP_NOWARN too (mm/page_alloc.c, label `fail:`); a request that got its
 * page and was then refused by its memory cgroup does not pass there.
 */
#include "frame.bpf.h"
#include <bpf/bpf_tracing.h>

/*
 * Did `frame` begin after `other`, both above us on our stack? Where either was not timed,
 * the lower one did: a request nested in another is further down.
 */
static __always_inline bool is_inner(const struct gft_frame *frame, const struct gft_frame *other)
{
	if (!other)
		return true;
	if (is_timed(frame) && is_timed(other))
		return frame->start > other->start;
	return frame->tag < other->tag;
}

SEC("kprobe/warn_alloc")
int failure_warned(struct pt_regs *ctx)
{
	__u64 address = PT_REGS_SP(ctx);
	struct gft_line *line = frame__line(address);
	struct gft_frame *inner = NULL;

	for (int i = 0; i < GFT_LINE_FRAMES; i++) {
		struct gft_frame *frame = &line->frame[i];

		if (same_stack(frame->tag, address) && frame->tag >= address &&
		    frame__is_current(frame) && is_inner(frame, inner))
			inner = frame;
	}
	if (inner)
		inner->warned = 1;
	return 0;
}
