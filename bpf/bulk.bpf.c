// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bulk requests take their pages from the per-CPU lists and never enter the choke
 * point, except for the one page that a call asks for when it cannot. That one is a request as
 * all others and counted there; the rest is counted by call and by page and has no latency series.
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

/* Was a request made on this stack since the call began? Its frame says when, though it is over. */
static __always_inline bool has_asked(__u64 address, __u64 since)
{
	struct gft_line *line = frame__line(address);

	for (int i = 0; i < GFT_LINE_FRAMES; i++)
		if (line->frame[i].start >= since)
			return true;
	return false;
}

/*
 * A call that falls back gets the one page of the choke point and none beside (mm/page_alloc.c,
 * label `failed:`). Who wants one page always does; for others the request tells it if it was
 * timed.
 */
static __always_inline bool fell_back(const struct gft_bulk_frame *frame, __u64 address,
				      __u64 pages)
{
	return pages == 1 &&
	       (frame->wanted == frame->filled + 1 || has_asked(address, frame->start));
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
	frame->wanted = (__u32)wanted;
	frame->start = bpf_ktime_get_ns();
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
	if (frame->tag == address && pages >= frame->filled) {
		pages -= frame->filled;
		if (fell_back(frame, address, pages))
			pages = 0;
	}
	row->bulk_calls++;
	row->bulk_pages += pages;
	return 0;
}
