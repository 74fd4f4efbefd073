// SPDX-License-Identifier: GPL-2.0-only
/*
 * The stages of requests. Each program here runs at one place of the slow paths, on the stack
 * of the request; it finds the request's frame as the one around it and notes the stage in the
 * walk beside that. The frame's tag then has a flag, so that the fast path of the exit, which
 * compares the tag with what it expects, need not ask whether there was a stage: such a
 * request is not one of its own. A request that reclaim makes has its own, deeper frame.
 *
 * Between the stages that have a length, __alloc_pages_slowpath() looks through the free lists
 * (get_page_from_freelist(), which fast paths call, too: nothing is attached to it). So this
 * time is what remains of the request's, less what the task was ready to run and did not.
 *
 * user/trace/stage_probes.c has the table of what is attached where.
 */
#include "stage.bpf.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

/* The walk of a frame, emptied if it is of an earlier request. */
static __always_inline struct gft_walk *walk__open(struct gft_frame *frame)
{
	struct gft_walk *walk = walk__at(walk__index(frame));

	if (frame->tag & GFT_STAGED)
		return walk;
	walk->tag = frame->tag & ~GFT_FLAGS;
	walk->start = frame->start;
	walk->seen = walk->events = walk->open = 0;
	walk->left = frame->start;
	walk->delay = 0;
	for (int i = 0; i < GFT_STAGES; i++)
		walk->ns[i] = 0;
	barrier();
	frame->tag |= GFT_STAGED;
	return walk;
}

static __always_inline __u32 stage_of(const struct gft_event *event)
{
	return (__u32)(event->start >> GFT_STAGE_SHIFT);
}

/*
 * ns that the current task was ready and did not run, in all its life; in an interrupt it does
 * not grow. sched_info_arrive() (kernel/sched/stats.h) adds to it.
 */
static __always_inline __u64 run_delay(void)
{
	const struct task_struct *task = (const void *)bpf_get_current_task();

	return bpf_core_field_exists(task->sched_info.run_delay)
		       ? BPF_CORE_READ(task, sched_info.run_delay)
		       : 0;
}

/*
 * What lies between two stages. In front of the first one it is not known what run_delay was:
 * a request that never gets there does not pay for reading it.
 */
static __always_inline void walk__add_gap(struct gft_walk *walk, __u64 now)
{
	__u64 gap = now - walk->left;
	__u64 waited = walk->seen & 1u << GFT_STAGE_SEARCH ? run_delay() - walk->delay : 0;

	if (waited > gap) /* they have clocks of their own */
		waited = gap;
	walk->ns[GFT_STAGE_SEARCH] += gap - waited;
	walk->ns[GFT_STAGE_RUNQUEUE] += waited;
	walk->seen |= 1u << GFT_STAGE_SEARCH | (waited ? 1u << GFT_STAGE_RUNQUEUE : 0);
}

/* Where the event that begins goes: a free place, or the last one of its stage, or none. */
static __always_inline __u32 walk__place(struct gft_walk *walk, __u32 stage)
{
	__u32 place = walk->events;

	if (place < GFT_EVENTS)
		return place;
	for (int i = GFT_EVENTS - 1; i >= 0; i--)
		if (stage_of(&walk->event[i]) == stage)
			return (__u32)i;
	return GFT_EVENTS;
}

static __always_inline void walk__begin(struct gft_walk *walk, __u32 stage, __u64 now,
					__u64 duration)
{
	__u32 place = walk__place(walk, stage);

	walk->place = place;
	if (place >= GFT_EVENTS || walk->events >= GFT_EVENTS)
		return;
	walk->event[place].start = (now - walk->start) | (__u64)stage << GFT_STAGE_SHIFT;
	walk->event[place].duration = duration;
	walk->events = place + 1;
}

static __always_inline void walk__end(struct gft_walk *walk, __u32 stage, __u64 duration)
{
	__u32 place = walk->place;
	struct gft_event *event;

	walk->open = 0;
	walk->ns[stage] += duration;
	walk->left = walk->begun + duration;
	walk->delay = run_delay();
	if (place >= GFT_EVENTS)
		return;
	event = &walk->event[place];
	event->duration =
		event->duration == GFT_NO_DURATION ? duration : event->duration + duration;
}

/* At a stage, with the stack at `address`. */
__noinline int stage__note(__u64 address, __u32 stage, __u32 note)
{
	struct gft_frame *frame = frame__around(address);
	__u64 now = bpf_ktime_get_ns();
	struct gft_walk *walk;

	if (!frame || stage >= GFT_STAGES)
		return 0;
	walk = walk__open(frame);
	if (note == NOTE_END) {
		if (walk->open == stage + 1)
			walk__end(walk, stage, now - walk->begun);
		return 0;
	}
	if (note == NOTE_MARK && walk->seen & 1u << stage)
		return 0;
	if (note == NOTE_BEGIN) {
		if (!walk->open) /* else an end was missed: whose time it was is not known */
			walk__add_gap(walk, now);
		walk__begin(walk, stage, now, GFT_NO_DURATION);
		walk->open = stage + 1;
		walk->begun = now;
	} else if (walk->events < GFT_EVENTS) {
		__u32 open_place = walk->place;

		walk__begin(walk, stage, now, 0);
		walk->place = open_place;
	}
	walk->seen |= 1u << stage;
	return 0;
}

static __always_inline int note(__u64 address, __u32 stage, enum stage_note what)
{
	return frame__line_is_empty(address) ? 0 : stage__note(address, stage, what);
}

#define STAGE(program, stage, what)                                         \
	SEC("raw_tp") int program(void *ctx)                                \
	{                                                                   \
		return note(stack_address(ctx), GFT_STAGE_##stage, (what)); \
	}

/* A function: by a trampoline or, where there is none to be had, by kprobes. */
#define STAGE_FUNCTION(program, stage)                                          \
	SEC("fentry") int program##_fentry(void *ctx)                           \
	{                                                                       \
		return note(stack_address(ctx), GFT_STAGE_##stage, NOTE_BEGIN); \
	}                                                                       \
	SEC("fexit") int program##_fexit(void *ctx)                             \
	{                                                                       \
		return note(stack_address(ctx), GFT_STAGE_##stage, NOTE_END);   \
	}                                                                       \
	SEC("kprobe") int program##_kprobe(struct pt_regs *ctx)                 \
	{                                                                       \
		return note(PT_REGS_SP(ctx), GFT_STAGE_##stage, NOTE_BEGIN);    \
	}                                                                       \
	SEC("kretprobe") int program##_return(struct pt_regs *ctx)              \
	{                                                                       \
		return note(PT_REGS_SP(ctx), GFT_STAGE_##stage, NOTE_END);      \
	}

STAGE(stage_buddy, BUDDY, NOTE_MARK)
STAGE(stage_steal, STEAL, NOTE_MARK)
STAGE(stage_reclaim_begin, RECLAIM, NOTE_BEGIN)
STAGE(stage_reclaim_end, RECLAIM, NOTE_END)
STAGE(stage_memcg_begin, MEMCG, NOTE_BEGIN)
STAGE(stage_memcg_end, MEMCG, NOTE_END)
STAGE(stage_retry_reclaim, RETRY, NOTE_MARK)
STAGE(stage_retry_compact, RETRY, NOTE_MARK)
STAGE_FUNCTION(stage_kswapd, KSWAPD)
STAGE_FUNCTION(stage_compact, COMPACT)
STAGE_FUNCTION(stage_reclaim, RECLAIM)
STAGE_FUNCTION(stage_drain, RECLAIM) /* of the per-CPU lists, when reclaim was not enough */
STAGE_FUNCTION(stage_oom, OOM)

/* (enum tlb_flush_reason, unsigned long pages) */
SEC("raw_tp")
int stage_tlb(__u64 *args)
{
	const __u64 task_switch = 0; /* TLB_FLUSH_ON_TASK_SWITCH: whose stack this is waits */

	return args[0] == task_switch ? 0 : note(stack_address(args), GFT_STAGE_TLB, NOTE_MARK);
}

__noinline __u32 stage__seen(__u32 index, __u64 tag, __u64 start, __u64 latency)
{
	struct gft_walk *walk = walk__at(index);
	__u64 sum = 0;

	for (int i = 0; i < GFT_STAGES; i++)
		sum += walk->ns[i];
	if (walk->tag != (tag & ~GFT_FLAGS) || walk->start != start || (latency && sum > latency)) {
		__sync_fetch_and_add(&gft_stages.dropped, 1);
		return GFT_SEEN_UNKNOWN;
	}
	if (latency && walk->seen & 1u << GFT_STAGE_SEARCH && !walk->open)
		walk__add_gap(walk, start + latency);
	return walk->seen;
}

/* The number of the series of this kind. */
static __always_inline __u32 series__of(__u32 kind, __u32 stage)
{
	__u32 place, free;

	if (kind >= GFT_STAGE_KINDS)
		return stage;
	place = gft_stages.place[kind];
	if (place)
		return place;
	if (gft_stages.used >= GFT_STAGE_SERIES - GFT_STAGES)
		return stage;
	free = GFT_STAGES + (__u32)__sync_fetch_and_add(&gft_stages.used, 1);
	if (free >= GFT_STAGE_SERIES)
		return stage;
	gft_stages.series[free].kind = kind;
	place = __sync_val_compare_and_swap(&gft_stages.place[kind], 0, free);
	return place ? place : free; /* another CPU was first: one stays empty */
}

__noinline int stage__add(__u32 number, __u64 ns)
{
	struct gft_stage_series *series;
	__u32 bucket;

	if (number >= GFT_STAGE_SERIES)
		return 0;
	series = &gft_stages.series[number];
	bucket = gft_bucket(ns);
	barrier_var(bucket);
	if (bucket >= GFT_BUCKETS)
		return 0;
	__sync_fetch_and_add(&series->bucket[bucket], 1);
	__sync_fetch_and_add(&series->sum, ns);
	__sync_fetch_and_add(&series->count, 1);
	/* two that are as slow at once: one may be lost, and the histogram has it */
	if (ns > series->max)
		series->max = ns;
	return 0;
}

__noinline int stage__count(__u32 index, __u32 kind)
{
	const struct gft_walk *walk = walk__at(index);
	__u32 seen = walk->seen;

	for (__u32 stage = 0; stage < GFT_STAGES; stage++)
		if (seen & 1u << stage)
			stage__add(series__of(kind + stage, stage), walk->ns[stage]);
	return 0;
}

__noinline int stage__count_one(__u32 kind, __u64 ns)
{
	return stage__add(series__of(kind, kind % GFT_STAGES), ns);
}
