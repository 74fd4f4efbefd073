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
 * program leaves a stale frame behind.
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

/*
 * All addresses of one stack have the same line. Stacks lie at multiples of their size with
 * a guard page behind, so that every second place is taken.
 */
static __always_inline __u32 line_of(__u64 address)
{
	return (__u32)(address >> (GFT_STACK_SHIFT + 1)) & (GFT_FRAME_LINES - 1);
}

static __always_inline struct gft_line *frame__line(__u64 address)
{
	/* line_of() times the size of a line, in one shift */
	__u64 offset = address >> (GFT_STACK_SHIFT + 1 - GFT_LINE_SHIFT) &
		       (__u64)(GFT_FRAME_LINES - 1) << GFT_LINE_SHIFT;
	struct gft_line *line = (void *)gft_frames + offset;

	barrier_var(line); /* lest the compiler reckon it out again at each use */
	return line;
}

static __always_inline bool same_stack(__u64 a, __u64 b)
{
	return a >> GFT_STACK_SHIFT == b >> GFT_STACK_SHIFT;
}

/*
 * The first frame of the line is taken: by an outer request of this stack, by
 * another stack of the same line, or by a frame whose exit was skipped. What lies
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
		if (!same_stack(frame->tag, tag))
			continue;
		if (frame->tag <= (tag | GFT_FLAGS))
			return frame;
		if (!oldest || frame->start < oldest->start)
			oldest = frame;
		ours++;
	}
	/* A stack holds two requests at once, one nested in the other: four are not all alive. */
	return ours == GFT_LINE_FRAMES ? oldest : NULL;
}

static __always_inline bool is_timed(const struct gft_frame *frame)
{
	return !(frame->tag & GFT_UNTIMED);
}

/* Has another copy of the entry program left this request's frame already? */
static __always_inline bool frame__exists(__u64 tag)
{
	struct gft_line *line = frame__line(tag);

	for (int i = 0; i < GFT_LINE_FRAMES; i++)
		if ((line->frame[i].tag & ~GFT_FLAGS) == tag)
			return true;
	return false;
}

/* Is no request under way in the line of this address? */
static __always_inline bool frame__line_is_empty(__u64 address)
{
	struct gft_line *line = frame__line(address);
	__u64 tags = 0;

	for (int i = 0; i < GFT_LINE_FRAMES; i++)
		tags |= line->frame[i].tag;
	return !tags;
}

/* Drop the frames of this stack that lie at or below `limit`, where nothing is alive. */
static __noinline int frame__drop_below(__u64 limit)
{
	struct gft_line *line = frame__line(limit);
	int dropped = 0;

	for (int i = 0; i < GFT_LINE_FRAMES; i++) {
		struct gft_frame *frame = &line->frame[i];

		if (frame->tag > limit || !same_stack(frame->tag, limit))
			continue;
		frame->tag = 0;
		dropped++;
	}
	return dropped;
}

/*
 * Before the distance was learnt, at first or anew after it changed, nobody took the frames of
 * those that ended.
 */
static __always_inline bool frame__is_current(const struct gft_frame *frame)
{
	return !is_timed(frame) || frame->start > gft_active_since;
}

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

/* The frame of the request that `address` lies in, the inner one of nested ones; NULL: in none. */
static __always_inline struct gft_frame *frame__around(__u64 address)
{
	struct gft_line *line = frame__line(address);
	struct gft_frame *inner = NULL;

	for (int i = 0; i < GFT_LINE_FRAMES; i++) {
		struct gft_frame *frame = &line->frame[i];

		if (same_stack(frame->tag, address) && frame->tag >= address &&
		    frame__is_current(frame) && is_inner(frame, inner))
			inner = frame;
	}
	return inner;
}

/*
 * Look at all frames of the line; learn the distance from tasks. While it changes, exits may leave
 * frames behind: of those above us, the one that began last is ours.
 */
static __noinline struct gft_frame *frame__search(__u64 address, bool learn)
{
	struct gft_line *line = frame__line(address);
	struct gft_frame *inner = NULL;

	for (int i = 0; i < GFT_LINE_FRAMES; i++) {
		struct gft_frame *frame = &line->frame[i];
		__u64 apart = (frame->tag & ~GFT_FLAGS) - address;

		if (apart == gft_distance)
			return frame;
		if (learn && apart < GFT_FRAME_WINDOW && frame__is_current(frame) &&
		    is_inner(frame, inner))
			inner = frame;
	}
	if (!inner)
		return NULL;
	gft_distance = (inner->tag & ~GFT_FLAGS) - address;
	gft_active_since = bpf_ktime_get_ns();
	return inner;
}

/*
 * The frame of the request that ends at `address`; NULL if it left none. `usual` is the
 * distance at which this CPU found the last one.
 */
static __always_inline struct gft_frame *frame__of(__u64 address, __u64 *usual, bool learn)
{
	struct gft_frame *frame = &frame__line(address)->frame[0];

	if ((frame->tag & ~GFT_FLAGS) - address != *usual) {
		frame = frame__search(address, learn);
		*usual = gft_distance;
	}
	return frame;
}

#endif
