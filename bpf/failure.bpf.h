/* SPDX-License-Identifier: GPL-2.0-only */
/* A request that failed: its reason, and its state, kept for the report. */
#ifndef GFPTRACE_BPF_FAILURE_H
#define GFPTRACE_BPF_FAILURE_H

#include "autopsy.bpf.h"
#include "filter.bpf.h"

/* The place of a kind among those that are kept; GFT_FAILURES: none is left. */
__u32 kept__index(__u64 key);

/* Where no program on warn_alloc() has told the reason: enum gft_reason. */
__u32 failure__at_exit(struct bpf_raw_tracepoint_args *ctx, __u32 gfp, __u32 class_gfp, __u32 order,
		       __u32 context);

/* What is known of it at its end. */
struct failed {
	__u64 address; /* on its stack */
	__u64 nodemask;
	__u32 gfp, order;
	__u32 class_gfp; /* by which its class is told, with the mark */
	__u32 context;
};

/* The node that the request on this stack prefers. It says so whenever it wakes kswapd. */
static __always_inline __u32 preferred_node(const struct failed *failed)
{
	const struct gft_wish *wish = &gft_wishes[line_of(failed->address)];

	if (gft_zones.nodes == 1)
		return gft_zones.zone[0].node;
	if (failed->gfp & gft_failure_config.kswapd &&
	    wish->stack == failed->address >> GFT_STACK_SHIFT)
		return (__u32)wish->node;
	return GFT_NODE_UNKNOWN;
}

static __always_inline void kept__add_to_burst(struct gft_failure *kept, __u64 now)
{
	if (now - kept->last_ns > GFT_BURST_NS)
		kept->burst = 0;
	kept->last_ns = now;
	kept->burst++;
	if (kept->burst > kept->worst)
		kept->worst = kept->burst;
}

/* Keep what was found: the first one of its kind, and one now and then. */
static __noinline int kept__write(void *ctx, const struct gft_look *look, __u64 key)
{
	__u32 index = kept__index(key);
	struct gft_failure *kept = bpf_map_lookup_elem(&gft_failures, &index);
	const __u32 from = __builtin_offsetof(struct gft_failure, order);
	__u64 now = bpf_ktime_get_ns(), turn;
	long size;

	if (!ctx || !look || !kept)
		return 0;
	kept__add_to_burst(kept, now);
	if (now - kept->at_ns < GFT_KEEP_NS)
		return 0;
	turn = kept->turn;
	if (turn & 1 || __sync_val_compare_and_swap(&kept->turn, turn, turn + 1) != turn)
		return 0; /* another CPU is at it */
	if (look->failure.zones)
		autopsy__complete(bpf_get_smp_processor_id());
	kept->at_ns = now;
	bpf_probe_read_kernel((void *)kept + from, sizeof(*kept) - from,
			      (const void *)&look->failure + from);
	size = bpf_get_stack(ctx, kept->stack, sizeof(kept->stack), 0);
	kept->frames = size > 0 ? (__u32)size / sizeof(kept->stack[0]) : 0;
	bpf_get_current_comm(kept->comm, sizeof(kept->comm));
	__sync_fetch_and_add(&kept->turn, 1);
	return 0;
}

static __always_inline bool is_asked_for(const struct failed *failed)
{
	return !(gft_config.marked && !(failed->class_gfp >> GFT_MARK_SHIFT)) &&
	       task_matches(failed->context);
}

/* The reason, and its state for the report. */
static __always_inline enum gft_reason find_reason(void *ctx, const struct failed *failed)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct gft_look *look = bpf_map_lookup_elem(&gft_looks, &cpu);
	__u32 reason;

	if (!ctx || !failed || !look || !gft_zones.used || look->busy)
		return GFT_UNKNOWN;
	look->busy = 1; /* not for programs that interrupt us */
	look->failure.order = failed->order;
	look->failure.gfp = failed->gfp;
	look->failure.preferred_node = preferred_node(failed);
	reason = autopsy__reason(cpu, failed->context, failed->nodemask);
	if (reason >= GFT_REASONS)
		reason = GFT_UNKNOWN;
	if (is_asked_for(failed))
		kept__write(ctx, look,
			    gft_failure_key(class_of(failed->class_gfp), failed->order,
					    failed->context, reason));
	look->busy = 0;
	return (enum gft_reason)reason;
}

#endif
