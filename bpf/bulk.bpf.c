// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bulk requests take their pages from the per-CPU lists and never enter the choke
 * point, except for the one page that a call asks for when it cannot. They are counted
 * by call and by page and have no latency series.
 *
 * The array form returns the number of pages in the array, those that were there before
 * included: it fills the array's empty places and skips the full ones at its head
 * (mm/page_alloc.c, alloc_pages_bulk_noprof()).
 */
#include "frame.bpf.h"
#include "record.bpf.h"

struct gft_bulk_frame gft_bulk_frames[GFT_FRAME_LINES];

/* Index of the argument `page_array`, 5 with a page_list before it (to v6.13), else 4. */
const volatile __u32 gft_bulk_array_argument = 5;

#define BULK_ARRAY_MAX 4096

static __always_inline struct gft_bulk_frame *bulk__frame(__u64 address)
{
	__u64 hash = (address >> GFT_STACK_SHIFT) * 0x9e3779b97f4a7c15ull;

	return &gft_bulk_frames[hash >> (64 - GFT_LINE_BITS)];
}

static __always_inline __u64 array_filled(const struct page **array, __s64 wanted)
{
	__u64 filled = 0;

	if (!array)
		return 0;
	for (__s64 i = 0; i < BULK_ARRAY_MAX && i < wanted; i++) {
		const struct page *page = NULL;

		bpf_probe_read_kernel(&page, sizeof(page), &array[i]);
		if (!page)
			break;
		filled++;
	}
	return filled;
}

SEC("fentry")
int bulk_entry(__u64 *ctx)
{
	__u64 address = stack_address(ctx);
	struct gft_bulk_frame *frame = bulk__frame(address);
	const struct page **array;

	array = (const struct page **)(gft_bulk_array_argument == 5 ? ctx[5] : ctx[4]);
	frame->filled = array_filled(array, (__s32)ctx[3]);
	frame->tag = address;
	return 0;
}

static __always_inline int bulk_done(void *ctx, __u64 pages)
{
	__u64 address = stack_address(ctx);
	struct gft_bulk_frame *frame = bulk__frame(address);
	struct gft_row *row = row__of(bpf_get_smp_processor_id());

	if (!row)
		return 0;
	if (frame->tag == address && pages >= frame->filled)
		pages -= frame->filled;
	row->bulk_calls++;
	row->bulk_pages += pages;
	return 0;
}

/* fexit: the return value follows the arguments, of which there are 5 or 6. */
SEC("fexit")
int bulk_exit(__u64 *ctx)
{
	return bulk_done(ctx, gft_bulk_array_argument == 5 ? ctx[6] : ctx[5]);
}
