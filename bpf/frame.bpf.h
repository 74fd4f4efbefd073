/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pairing: which entry belongs to this exit.
 *
 * A thread id does not name a request: idle CPUs share one, interrupts nest in a
 * task's request, and the slow path sleeps and migrates. The place on the kernel
 * stack does. The entry leaves a frame tagged with its stack address; the exit
 * runs in the same call, a known distance further down the same stack, and takes
 * the frame that lies within GFT_FRAME_WINDOW above itself.
 *
 * The exit is a tracepoint program: it runs with preemption off, so that no task's
 * exit is ever skipped and no task's frame goes stale. Only an interrupt that
 * arrives within the exit program leaves one; see frame__is_stale().
 */
#ifndef GFPTRACE_BPF_FRAME_H
#define GFPTRACE_BPF_FRAME_H

#include "maps.bpf.h"

/* A context pointer as a number (the verifier forbids arithmetic on the pointer itself). */
static __always_inline __u64 stack_address(const void *ctx)
{
	__u64 address = (__u64)ctx;

	/* assembly, lest the compiler regroup the sum and add to the pointer */
	asm volatile("%0 -= %1" : "+r"(address) : "r"(&gft_frames));
	return address + gft_base;
}

static __always_inline struct gft_line *frame__line(__u64 address)
{
	__u64 hash = (address >> GFT_STACK_SHIFT) * 0x9e3779b97f4a7c15ull;

	return &gft_frames[hash >> (64 - GFT_LINE_BITS)];
}

static __always_inline void frame__fill(struct gft_frame *frame, __u64 tag, __u32 gfp)
{
	frame->gfp = gfp;
	if (gft_config.memcg_by_warn)
		frame->warned = 0;
	frame->tag = tag;
	frame->start = bpf_ktime_get_ns();
}

/*
 * The first frame of the line is taken: by an outer request of this stack, by
 * another stack with the same hash, or by a frame whose exit was skipped. What lies
 * at or below us on our own stack cannot be alive. Returns NULL when all are taken.
 */
static __noinline struct gft_frame *frame__find_free(__u64 tag)
{
	struct gft_line *line = frame__line(tag);
	struct gft_frame *oldest = NULL;
	int ours = 0;

	for (int i = 0; i < GFT_LINE_FRAMES; i++) {
		struct gft_frame *frame = &line->frame[i];

		if (!frame->tag)
			return frame;
		if (frame->tag >> GFT_STACK_SHIFT != tag >> GFT_STACK_SHIFT)
			continue;
		if (frame->tag <= tag)
			return frame;
		if (!oldest || frame->start < oldest->start)
			oldest = frame;
		ours++;
	}
	/* A stack holds two requests at once, one nested in the other: four are not all alive. */
	return ours == GFT_LINE_FRAMES ? oldest : NULL;
}

/* Leave a frame for the request that enters at the stack address `tag`; false: table full. */
static __always_inline bool frame__put(__u64 tag, __u32 gfp)
{
	struct gft_frame *frame = &frame__line(tag)->frame[0];

	if (frame->tag && frame->tag != tag) {
		frame = frame__find_free(tag);
		if (!frame)
			return false;
	}
	frame__fill(frame, tag, gfp);
	return true;
}

/* The frame of the request that now runs at `address`, further down the stack; or NULL. */
static __always_inline struct gft_frame *frame__of(__u64 address)
{
	struct gft_line *line = frame__line(address);

	if (line->frame[0].tag - address < GFT_FRAME_WINDOW)
		return &line->frame[0];
	for (int i = 1; i < GFT_LINE_FRAMES; i++)
		if (line->frame[i].tag - address < GFT_FRAME_WINDOW)
			return &line->frame[i];
	return NULL;
}

#endif
