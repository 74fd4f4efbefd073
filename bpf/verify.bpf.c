// SPDX-License-Identifier: GPL-2.0-only
/*
 * With --marked only: was the entry that an exit took its own? At the function's return
 * the arguments are those of this call, and the running number in the gfp with them;
 * the exit has noted the gfp of the entry that it took.
 */
#include "frame.bpf.h"
#include "record.bpf.h"

SEC("fexit")
int verify_pairing(__u64 *ctx)
{
	__u64 address = stack_address(ctx);
	struct gft_taken *taken = &gft_taken[line_of(address)];
	__u32 gfp = (__u32)ctx[0], entry_gfp;
	struct gft_row *row = row__of(bpf_get_smp_processor_id());

	/* gfp before tag: an interrupt in between changes the tag, and there is nothing to check */
	entry_gfp = *(volatile __u32 *)&taken->gfp;
	barrier();
	if (!row || !(gfp >> GFT_MARK_SHIFT) || *(volatile __u64 *)&taken->tag != address)
		return 0;
	row->checked++;
	if (entry_gfp != gfp)
		row->mismatched++;
	taken->tag = 0;
	return 0;
}
