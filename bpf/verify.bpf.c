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
	__u32 gfp = (__u32)ctx[0];
	struct gft_row *row;

	/* another request of this stack may have ended between: then there is nothing to check */
	if (!(gfp >> GFT_MARK_SHIFT) || taken->tag != address)
		return 0;
	row = row__of(bpf_get_smp_processor_id());
	if (!row)
		return 0;
	row->checked++;
	if (taken->gfp != gfp)
		row->mismatched++;
	taken->tag = 0;
	return 0;
}
