// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the entry of a request is not seen: the stages that have tracepoints at both ends, which
 * tell order and gfp, each run by itself. What is under way on a stack is noted in one walk for
 * its line, since no frame needs them then: in `tag` the stack, in `seen` the gfp, in `events`
 * the order, in `start` whether a request is compacting there (kcompactd is none).
 */
#include "record.bpf.h"

static __always_inline struct gft_walk *walk__here(__u64 address)
{
	return walk__at(line_of(address));
}

static __always_inline int begin(__u64 address, __u32 stage, __u32 order, __u32 gfp)
{
	struct gft_walk *walk = walk__here(address);

	if (walk->tag != address >> GFT_STACK_SHIFT)
		walk->start = 0;
	walk->tag = address >> GFT_STACK_SHIFT;
	walk->seen = gfp;
	walk->events = order;
	walk->open = stage + 1;
	walk->begun = bpf_ktime_get_ns();
	return 0;
}

/* Do the filters let it through? */
static __always_inline bool passes(__u32 class, __u32 order)
{
	struct gft_row *row = row__of(bpf_get_smp_processor_id());
	__u32 combination = class + order * GFT_STRIDE_ORDER;

	if (!row || combination >= gft_config.combinations || !task_matches(GFT_TASK))
		return false;
	return row->slot[combination] != GFT_SLOT_FILTERED;
}

static __always_inline int end(__u64 address, __u32 stage)
{
	struct gft_walk *walk = walk__here(address);
	__u32 order = walk->events, class = class_of(walk->seen);

	if (walk->tag != address >> GFT_STACK_SHIFT || walk->open != stage + 1 ||
	    order >= GFT_ORDERS_MAX)
		return 0;
	walk->open = 0;
	if (passes(class, order))
		stage__count_one(gft_stage_kind(stage, class, order, GFT_TASK),
				 bpf_ktime_get_ns() - walk->begun);
	return 0;
}

/* (int order, gfp_t gfp_flags) */
SEC("raw_tp")
int alone_reclaim_begin(__u64 *args)
{
	return begin(stack_address(args), GFT_STAGE_RECLAIM, (__u32)args[0], (__u32)args[1]);
}

SEC("raw_tp")
int alone_reclaim_end(__u64 *args)
{
	return end(stack_address(args), GFT_STAGE_RECLAIM);
}

/* (int order, gfp_t gfp_flags) */
SEC("raw_tp")
int alone_memcg_begin(__u64 *args)
{
	return begin(stack_address(args), GFT_STAGE_MEMCG, (__u32)args[0], (__u32)args[1]);
}

SEC("raw_tp")
int alone_memcg_end(__u64 *args)
{
	return end(stack_address(args), GFT_STAGE_MEMCG);
}

/* mm_compaction_try_to_compact_pages(int order, gfp_t gfp_mask, int prio) */
SEC("raw_tp")
int alone_compact(__u64 *args)
{
	__u64 address = stack_address(args);

	begin(address, GFT_STAGE_COMPACT, (__u32)args[0], (__u32)args[1]);
	walk__here(address)->open = 0;
	walk__here(address)->start = 1;
	return 0;
}

/* Of one zone. */
SEC("raw_tp")
int alone_compact_begin(__u64 *args)
{
	__u64 address = stack_address(args);
	struct gft_walk *walk = walk__here(address);

	if (walk->tag != address >> GFT_STACK_SHIFT || !walk->start)
		return 0;
	return begin(address, GFT_STAGE_COMPACT, walk->events, walk->seen);
}

SEC("raw_tp")
int alone_compact_end(__u64 *args)
{
	return end(stack_address(args), GFT_STAGE_COMPACT);
}
