/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pairing: which entry belongs to this exit.
 *
 * A thread id does not name a request: idle CPUs share one, interrupts nest in a
 * task's request, and the slow path sleeps and migrates. The place on the kernel
 * stack does. The entry leaves a frame tagged with its stack address; the exit
 * runs in the same call, on the same stack, a constant distance further down.
 *
 * The distance depends on the kernel's build and on what else is attached to the
 * function and to the tracepoint, so it is learnt, from tasks: the exit is a
 * tracepoint program and runs with preemption off, so no task's exit is ever
 * skipped, no task's frame goes stale, and the nearest frame above is its own.
 * Interrupts must match the distance exactly: one that arrives within the exit
 * program leaves a stale frame behind, which the next exit on that CPU drops.
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

/* All addresses of one stack have the same line. */
static __always_inline __u32 line_of(__u64 address)
{
	__u64 hash = (address >> GFT_STACK_SHIFT) * 0x9e3779b97f4a7c15ull;

	return (__u32)(hash >> (64 - GFT_LINE_BITS));
}

static __always_inline struct gft_line *frame__line(__u64 address)
{
	return &gft_frames[line_of(address)];
}

static __always_inline void frame__fill(struct gft_frame *frame, __u64 tag, __u32 gfp)
{
	frame->gfp = gfp;
	if (given(memcg_by_warn))
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

/* Has another copy of the entry program left this request's frame already? */
static __always_inline bool frame__exists(__u64 tag)
{
	struct gft_line *line = frame__line(tag);

	for (int i = 0; i < GFT_LINE_FRAMES; i++)
		if (line->frame[i].tag == tag)
			return true;
	return false;
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

/* Drop the frames of this stack that lie below `limit`, where nothing is alive. Returns how many.
 */
static __noinline int frame__drop_below(__u64 limit)
{
	struct gft_line *line = frame__line(limit);
	int dropped = 0;

	for (int i = 0; i < GFT_LINE_FRAMES; i++) {
		struct gft_frame *frame = &line->frame[i];

		if (frame->tag > limit || frame->tag >> GFT_STACK_SHIFT != limit >> GFT_STACK_SHIFT)
			continue;
		frame->tag = 0;
		dropped++;
	}
	return dropped;
}

/* Not the first frame of the line at the distance known: look at all; learn from tasks. */
static __noinline struct gft_frame *frame__search(__u64 address, bool learn)
{
	struct gft_line *line = frame__line(address);
	struct gft_frame *nearest = NULL;
	__u64 distance = GFT_FRAME_WINDOW;

	for (int i = 0; i < GFT_LINE_FRAMES; i++) {
		struct gft_frame *frame = &line->frame[i];

		if (frame->tag - address == gft_distance)
			return frame;
		/* before the exit was attached nobody took the frames of those that ended */
		if (learn && frame->tag - address < distance && frame->start > gft_active_since) {
			distance = frame->tag - address;
			nearest = frame;
		}
	}
	if (!nearest)
		return NULL;
	gft_distance = distance;
	return nearest;
}

/* The frame of the request that ends at `address`; NULL if it left none. */
static __always_inline struct gft_frame *frame__of(__u64 address, bool learn)
{
	struct gft_frame *frame = &frame__line(address)->frame[0];

	if (frame->tag - address == gft_distance)
		return frame;
	if (this_copy > 1 && !frame->tag) /* the first copy has taken it */
		return NULL;
	return frame__search(address, learn && this_copy == 1);
}

#endif
