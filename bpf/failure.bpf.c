// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why a request failed. warn_alloc() is called at the end of every slow path that
 * fails, for __GFP_NOWARN too (mm/page_alloc.c, label `fail:`); a request that got its
 * page and was then refused by its memory cgroup does not pass there.
 */
#include "frame.bpf.h"
#include <bpf/bpf_tracing.h>

SEC("kprobe/warn_alloc")
int failure_warned(struct pt_regs *ctx)
{
	__u64 address = PT_REGS_SP(ctx);
	struct gft_line *line = frame__line(address);
	struct gft_frame *inner = NULL;

	/*
	 * The innermost request of this stack that began above us is the one that began last;
	 * by address alone it might be a frame that nobody took before the exit was attached.
	 */
	for (int i = 0; i < GFT_LINE_FRAMES; i++) {
		struct gft_frame *frame = &line->frame[i];

		if (frame->tag >> GFT_STACK_SHIFT != address >> GFT_STACK_SHIFT ||
		    frame->tag < address)
			continue;
		if (!inner || frame->start > inner->start)
			inner = frame;
	}
	if (inner)
		inner->warned = 1;
	return 0;
}
