// SPDX-License-Identifier: GPL-2.0-only
/* The slowest requests, kept with their stages and the stack that asked. */
#include "stage.bpf.h"

/* What grows in a loop lies in memory, whose values the verifier does not follow. */
#define in_memory(field) (*(volatile typeof(field) *)&(field))

/* Those of this epoch: the two halves take turns, so that one may be read in peace. */
static __always_inline struct gft_slow *slow__at(struct gft_slowest *slowest, __u64 epoch,
						 __u32 place)
{
	__u64 half = epoch % GFT_SLOWEST_EPOCHS, offset = place;

	barrier_var(half);
	half &= GFT_SLOWEST_EPOCHS - 1;
	half *= sizeof(struct gft_slow) * GFT_SLOWEST_MAX;
	barrier_var(half);
	barrier_var(offset);
	offset &= GFT_SLOWEST_MAX - 1;
	offset *= sizeof(struct gft_slow);
	barrier_var(offset);
	return (void *)slowest->slow + half + offset;
}

/* Find the fastest that is kept, and the next: free places take no time at all. */
static __always_inline void slowest__look(struct gft_slowest *slowest, __u64 epoch)
{
	slowest->place = 0;
	slowest->least = slowest->second = ~0ull;
	for (__u32 i = 0; i < GFT_SLOWEST_MAX && i < gft_config.slowest; i++) {
		const struct gft_slow *slow = slow__at(slowest, epoch, i);
		__u64 latency = slow->epoch == epoch ? slow->latency : 0;

		if (latency < in_memory(slowest->least)) {
			in_memory(slowest->second) = slowest->least;
			in_memory(slowest->least) = latency;
			in_memory(slowest->place) = i;
		} else if (latency < in_memory(slowest->second)) {
			in_memory(slowest->second) = latency;
		}
	}
}

static __always_inline void slow__add_walk(struct gft_slow *slow, __u32 index)
{
	const struct gft_walk *walk;

	slow->events = 0;
	if (index == NO_WALK)
		return;
	walk = walk__at(index);
	slow->seen = walk->seen;
	slow->events = walk->events;
	for (int i = 0; i < GFT_EVENTS; i++)
		slow->event[i] = walk->event[i];
}

static __always_inline void slow__add_task(struct gft_slow *slow)
{
	slow->pid = 0;
	slow->comm[0] = 0;
	if (slow->context != GFT_TASK)
		return;
	slow->pid = (__u32)(bpf_get_current_pid_tgid() >> 32);
	bpf_get_current_comm(slow->comm, sizeof(slow->comm));
}

__noinline __u64 slowest__keep(struct bpf_raw_tracepoint_args *ctx, __u64 latency, __u64 end,
			       __u64 gfp_and_order, __u64 walk_and_context)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct gft_slowest *slowest = bpf_map_lookup_elem(&gft_slowest, &cpu);
	__u64 epoch = in_memory(gft_slow_epoch), floor = GFT_SLOW_FLOOR;
	struct gft_slow *slow;
	long size;

	if (!slowest)
		return ~0ull;
	if (slowest->busy) { /* by a program that we interrupt */
		slowest->missed++;
		return floor;
	}
	slowest->busy = 1;
	barrier();
	slowest__look(slowest, epoch);
	if (latency > in_memory(slowest->least)) {
		slow = slow__at(slowest, epoch, in_memory(slowest->place));
		in_memory(slow->epoch) = 0;
		slow->end = end;
		slow->latency = latency;
		slow->gfp = (__u32)gfp_and_order;
		slow->order = (__u32)(gfp_and_order >> 32);
		slow->context = (__u32)(walk_and_context >> 32) & 0xff;
		slow->failed = (__u32)(walk_and_context >> 40) & 1;
		slow->seen = walk_and_context >> 41 & 1 ? GFT_SEEN_UNKNOWN : 0;
		slow__add_walk(slow, (__u32)walk_and_context);
		slow__add_task(slow);
		size = bpf_get_stack(ctx, slow->stack, sizeof(slow->stack), 0);
		slow->frames = size > 0 ? (__u32)size / sizeof(slow->stack[0]) : 0;
		barrier();
		in_memory(slow->epoch) = epoch;
		if (latency < in_memory(slowest->second))
			in_memory(slowest->second) = latency;
		in_memory(slowest->least) = slowest->second;
	}
	if (in_memory(slowest->least) > floor)
		floor = slowest->least;
	barrier();
	slowest->busy = 0;
	return floor;
}
