// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the struct pages lie, for a tracer that may read neither tracefs nor page frame numbers: a
 * zone spans known page frames, and its free lists have struct pages of these
 * (user/trace/calibrate.c). An object of its own, loaded before all others.
 */
#include "nodes.bpf.h"

#include <gfptrace/layout.h>

#define MAX_TYPES 8

struct gft_zone_pages gft_zone_pages[GFT_ZONE_PAGES] = {};
__u32 gft_zones_seen = 0;

const volatile __u32 gft_orders = 11;
const volatile __u32 gft_types = 4; /* migrate types */

static __always_inline void add_page(struct gft_zone_pages *found, __u64 link, __u64 list)
{
	const struct page *page = NULL;
	__u64 address = link - (bpf_core_field_exists(page->buddy_list)
					? bpf_core_field_offset(page->buddy_list)
					: bpf_core_field_offset(page->lru));

	if (!link || link == list) /* empty */
		return;
	if (!found->lowest || address < found->lowest)
		found->lowest = address;
	if (address > found->highest)
		found->highest = address;
}

/* The first and the last block of each list. A function that the verifier goes through once. */
static __noinline int add_lists(__u64 areas, __u32 index)
{
	struct gft_zone_pages *found = &gft_zone_pages[index % GFT_ZONE_PAGES];

	for (__u32 i = 0; i < GFT_ORDERS_MAX * MAX_TYPES; i++) {
		__u32 order = i / MAX_TYPES, type = i % MAX_TYPES;
		__u64 list = areas + order * bpf_core_type_size(struct free_area) +
			     type * sizeof(struct list_head);
		__u64 link[2] = {};

		if (order >= gft_orders || type >= gft_types ||
		    bpf_probe_read_kernel(link, sizeof(link), (const void *)list))
			continue;
		add_page(found, link[0], list);
		add_page(found, link[1], list);
	}
	return 0;
}

static __always_inline void add_zone(const struct zone *zone)
{
	__u32 index = gft_zones_seen;
	struct gft_zone_pages *found = &gft_zone_pages[index % GFT_ZONE_PAGES];

	if (index >= GFT_ZONE_PAGES || !BPF_CORE_READ(zone, managed_pages.counter))
		return;
	found->start = BPF_CORE_READ(zone, zone_start_pfn);
	found->pages = BPF_CORE_READ(zone, spanned_pages);
	add_lists((__u64)zone + bpf_core_field_offset(zone->free_area), index);
	gft_zones_seen = index + 1;
}

SEC("iter/task")
int find_zone_pages(struct bpf_iter__task *ctx)
{
	const struct pglist_data *node = node__of_kswapd(ctx->task);

	if (!node)
		return 0;
	for (__u32 i = 0; i < NODE_ZONES; i++)
		if (i < (__u32)BPF_CORE_READ(node, nr_zones))
			add_zone((const void *)node + bpf_core_field_offset(node->node_zones) +
				 i * bpf_core_type_size(struct zone));
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
