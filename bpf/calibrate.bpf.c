// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the struct pages lie (user/trace/calibrate.c). At each firing of mm_page_alloc the raw
 * program is handed the address of the struct page and the other one, a client of perf, the page
 * frame number: the one leaves its part, the other takes it. An object of its own, which asks
 * nothing of the kernel's BTF: it is loaded before all others, which take what it tells as a
 * constant.
 */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>

#include <gfptrace/layout.h>

struct gft_calibration gft_calibration = {};

/* Where the event has its pfn: behind 8 bytes, or 16 in PREEMPT_RT kernels to v6.1. */
const volatile __u32 gft_pfn_offset = 8;

/* What the raw program leaves. The other one empties it, so that nothing stale is taken. */
struct left {
	__u64 page;
	__u64 order;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct left);
} gft_left SEC(".maps");

/* Bits 1 and 3, __GFP_HIGHMEM and __GFP_MOVABLE on all kernels: a page of user space. */
#define USER_PAGE 0xau

static __always_inline void keep_own(const __u64 *args)
{
	__u32 used = gft_calibration.used;

	if (args[1] || (args[2] & USER_PAGE) != USER_PAGE || used >= GFT_CALIBRATION_PAGES ||
	    bpf_get_current_pid_tgid() >> 32 != gft_calibration.tgid)
		return;
	gft_calibration.page[used] = args[0];
	gft_calibration.used = used + 1;
}

/* (struct page *page, unsigned int order, gfp_t gfp, int migratetype) */
SEC("raw_tp/mm_page_alloc")
int calibrate(const __u64 *args)
{
	__u32 zero = 0;
	struct left *left = bpf_map_lookup_elem(&gft_left, &zero);

	keep_own(args);
	if (!left)
		return 0;
	left->order = (__u32)args[1];
	left->page = args[0];
	return 0;
}

/* struct trace_event_raw_mm_page_alloc: a header, u64 pfn, unsigned int order, ... */
SEC("tracepoint")
int calibrate_event(const __u64 *event)
{
	__u32 zero = 0, order, used;
	struct left *left = bpf_map_lookup_elem(&gft_left, &zero);
	struct gft_page_pair pair;

	/* each branch with its own load: an offset into the event is part of the instruction */
	if (gft_pfn_offset == 16) {
		pair.pfn = event[2];
		order = (__u32)event[3];
		barrier_var(order);
	} else {
		pair.pfn = event[1];
		order = (__u32)event[2];
	}
	if (!left)
		return 0;
	pair.page = left->page;
	left->page = 0;
	/* an interrupt between the two has emptied it, or left its own */
	if (!pair.page || left->order != order)
		return 0;
	used = gft_calibration.used_pairs; /* two CPUs at once: one of them is lost */
	if (used >= GFT_CALIBRATION_PAGES)
		return 0;
	gft_calibration.pair[used] = pair;
	gft_calibration.used_pairs = used + 1;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
