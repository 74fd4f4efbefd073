// SPDX-License-Identifier: GPL-2.0-only
/*
 * With --by quality: the test module's events around the requests for its blocks. It turns
 * interrupts off for each, so neither program is ever skipped.
 */
#include "quality.bpf.h"

static __always_inline __u64 owner_here(const void *ctx)
{
	struct gft_row *row =
		bpf_map_lookup_elem(&gft_cpus_1, &(__u32){bpf_get_smp_processor_id()});

	return row ? quality__owner(context_of(preempt_count_slow(row, stack_address(ctx)))) : 0;
}

/* (u32 kind, u32 order) */
SEC("raw_tp/allocpage_quality_begin")
int quality_begin(const __u64 *args)
{
	__u64 owner = owner_here(args);
	__u32 key = 1 + (__u32)args[0] % GFT_QUALITIES;

	bpf_map_update_elem(&gft_qualities, &owner, &key, BPF_ANY);
	return 0;
}

SEC("raw_tp/allocpage_quality_end")
int quality_end(const __u64 *args)
{
	__u64 owner = owner_here(args);

	bpf_map_delete_elem(&gft_qualities, &owner);
	return 0;
}
