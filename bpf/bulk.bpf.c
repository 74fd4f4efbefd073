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

/* A page_list stands before the page_array (to v6.13). */
const volatile __u32 gft_bulk_has_list = 1;

#define BULK_ARRAY_MAX 4096

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
int bulk_entry(void *ctx)
{
	__u64 address = stack_address(ctx);
	struct gft_bulk_frame *frame = &gft_bulk_frames[line_of(address)];
	__u64 array = 0, wanted = 0;

	/* by the helper, since BTF does not let a program load a pointer to a pointer */
	bpf_get_func_arg(ctx, 3, &wanted);
	bpf_get_func_arg(ctx, gft_bulk_has_list ? 5 : 4, &array);
	frame->filled = array_filled((const struct page **)array, (__s32)wanted);
	frame->tag = address;
	return 0;
}

SEC("fexit")
int bulk_exit(void *ctx)
{
	__u64 address = stack_address(ctx);
	struct gft_bulk_frame *frame = &gft_bulk_frames[line_of(address)];
	struct gft_row *row = row__of(bpf_get_smp_processor_id());
	__u64 pages = 0;

	if (!row)
		return 0;
	bpf_get_func_ret(ctx, &pages);
	if (frame->tag == address && pages >= frame->filled)
		pages -= frame->filled;
	row->bulk_calls++;
	row->bulk_pages += pages;
	return 0;
}
