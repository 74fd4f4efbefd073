// SPDX-License-Identifier: GPL-2.0-only
/* Who asks for the pages: see caller.bpf.h. */
#include "caller.bpf.h"

#include <gfptrace/lint.h>

/* Sorted; what is not used is ~0. */
const volatile struct gft_code gft_wrapper[GFT_WRAPPERS] = {};
struct gft_code gft_module = {};
__u64 gft_stacks_other = 0; /* requests whose stack found no room */
__u64 gft_lints_other = 0;

#define HASH 0x9e3779b97f4a7c15ull

/*
 * The wrapper that an address lies in, + 1; 0: in none. A binary search without a branch, so
 * that the verifier has one path to follow: kernel addresses lie in the upper half, so that the
 * sign of a difference tells which is higher.
 */
__noinline __u32 wrapper__of(__u64 address)
{
	__u64 start, last, below = 0; /* wrappers that start at or below the address */

#pragma unroll
	for (__u32 step = GFT_WRAPPERS / 2; step; step /= 2) {
		__u64 at = below + step - 1;

		barrier_var(at); /* lest the compiler drop the mask, by which the verifier goes */
		start = gft_wrapper[at & (GFT_WRAPPERS - 1)].start;
		below += ~(__u64)((__s64)(address - start) >> 63) & step;
	}
	last = below - 1;
	barrier_var(last);
	if (!below || address >= gft_wrapper[last & (GFT_WRAPPERS - 1)].end)
		return 0;
	return (__u32)below;
}

/*
 * The frames from the innermost one on: our own programs and the tracepoint, then the choke
 * point and other wrappers, then the caller. The trampoline of a traced function stands
 * between that function and, once more, the same function: no caller either.
 */
__noinline __u64 caller__find(__u32 place)
{
	struct gft_callers *callers = bpf_map_lookup_elem(&gft_callers, &place);
	__u64 last = 0;

	if (!callers)
		return 0;
	callers->requester = 0;
	callers->top = 0;
	for (__u32 i = 0; i < GFT_CALLER_FRAMES && i < callers->frames; i++) {
		__u64 address = callers->stack[i];
		/* where it calls from, not where it goes on; the first frame is where we are */
		__u32 wrapper = wrapper__of(i ? address - 1 : address);

		if (!wrapper) {
			if (callers->requester)
				break;
			if (last)
				callers->requester = address;
			continue;
		}
		if (callers->requester && wrapper != last)
			break;
		callers->requester = 0;
		if (!last)
			callers->top = i;
		last = wrapper;
	}
	return callers->requester;
}

__noinline __u32 caller__key(__u32 place)
{
	struct gft_callers *callers = bpf_map_lookup_elem(&gft_callers, &place);
	__u64 requester;
	__u32 at;

	if (!callers || !callers->requester)
		return 0;
	requester = callers->requester;
	at = (__u32)(requester * HASH >> (64 - GFT_CALLER_BITS));
	for (__u32 i = 0; i < GFT_CALLERS; i++) {
		__u32 index = (at + i) % GFT_CALLERS;

		if (!callers->address[index])
			callers->address[index] = requester;
		if (callers->address[index] == requester)
			return index + 1;
	}
	return GFT_CALLER_OTHER;
}

/* What tells one stack from another: its frames from the choke point on, and the labels. */
__noinline __u64 stack__key(__u32 place, __u32 labels)
{
	struct gft_callers *callers = bpf_map_lookup_elem(&gft_callers, &place);
	__u64 key = labels + 1;

	if (!callers)
		return 0;
	for (__u32 i = 0; i < GFT_STACK_FRAMES && i < callers->frames; i++)
		if (i >= callers->top)
			key = (key ^ callers->stack[i]) * HASH;
	return key | 1;
}

static __always_inline void stack__fill(struct gft_stack *stack, const struct gft_callers *callers,
					__u32 labels)
{
	__u32 top = callers->top & (GFT_STACK_FRAMES - 1);
	__u32 frames = callers->frames > top ? callers->frames - top : 0;
	__u32 size = frames * sizeof(__u64);

	if (size > sizeof(stack->stack))
		size = sizeof(stack->stack);
	bpf_probe_read_kernel(stack->stack, size, (const void *)(callers->stack + top));
	stack->labels = labels;
	stack->requester = callers->requester;
	barrier();
	stack->frames = frames;
}

/* Count one more of that key in a hash table of stacks; false: it found no room there. */
static __always_inline bool tally(void *map, __u32 size, __u64 key,
				  const struct gft_callers *callers, __u32 labels)
{
	for (__u32 i = 0; i < GFT_STACK_PROBES; i++) {
		__u32 index = (__u32)((key >> 32) + i) % size;
		struct gft_stack *stack = bpf_map_lookup_elem(map, &index);

		if (!stack)
			return false;
		if (!stack->key && !__sync_val_compare_and_swap(&stack->key, 0, key))
			stack__fill(stack, callers, labels);
		if (stack->key != key)
			continue;
		__sync_fetch_and_add(&stack->count, 1);
		return true;
	}
	return false;
}

__noinline int stack__count(__u32 place, __u32 labels)
{
	struct gft_callers *callers = bpf_map_lookup_elem(&gft_callers, &place);
	__u64 key = stack__key(place, labels);

	if (callers && key && !tally(&gft_stacks, GFT_STACKS, key, callers, labels))
		__sync_fetch_and_add(&gft_stacks_other, 1);
	return 0;
}

__noinline int lint__count(__u32 place, __u32 kind)
{
	struct gft_callers *callers = bpf_map_lookup_elem(&gft_callers, &place);
	__u64 key;

	if (!callers)
		return 0;
	key = callers->requester ? ((callers->requester ^ kind) * HASH) | 1
				 : stack__key(place, kind);
	if (!tally(&gft_lints, GFT_LINTS, key, callers, kind))
		__sync_fetch_and_add(&gft_lints_other, 1);
	return 0;
}
