// SPDX-License-Identifier: GPL-2.0-only
/*
 * With --marked only: was the entry that an exit took its own? At the function's return
 * the arguments are those of this call, and the running number in the gfp with them;
 * the frame was left with the gfp of the entry that was taken.
 */
#include "frame.bpf.h"
#include "record.bpf.h"

SEC("fexit")
int verify_pairing(__u64 *ctx)
{
	__u64 address = stack_address(ctx);
	struct gft_line *line = frame__line(address);
	__u32 gfp = (__u32)ctx[0];
	struct gft_row *row;

	if (!(gfp >> GFT_MARK_SHIFT) || ctx[1] > gft_config.max_order)
		return 0;
	row = row__of(bpf_get_smp_processor_id());
	if (!row)
		return 0;
	for (int i = 0; i < GFT_LINE_FRAMES; i++) {
		struct gft_frame *frame = &line->frame[i];

		if (frame->taken != address)
			continue;
		row->checked++;
		if (frame->gfp != gfp)
			row->mismatched++;
		frame->taken = 0;
		return 0;
	}
	return 0;
}
