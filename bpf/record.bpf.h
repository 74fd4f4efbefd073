/* SPDX-License-Identifier: GPL-2.0-only */
/* From a finished request to the counters of its series. */
#ifndef GFPTRACE_BPF_RECORD_H
#define GFPTRACE_BPF_RECORD_H

#include "decode.bpf.h"

/* A request that is over. */
struct request {
	__u64 page; /* its address; 0: failed */
	__u64 pfn;
	__u64 latency; /* ns */
	__u32 gfp;
	__u32 order;
	enum gft_context context;
	__u32 cpu;
	__u32 range; /* index + 1 */
	bool warned;
};

static __always_inline struct gft_row *row__of(__u32 cpu)
{
	return bpf_map_lookup_elem(&gft_rows, &cpu);
}

/* Which zone the page lies in. Requests of one CPU mostly come from one zone: remember it. */
static __always_inline __u32 range_of(struct gft_row *row, __u64 pfn)
{
	if (pfn - row->range_start < row->range_pages)
		return row->range_index;
	for (__u32 i = 0; i < GFT_RANGES_MAX && i < gft_config.nr_ranges; i++) {
		__u64 start = gft_config.range[i].start;
		__u64 pages = gft_config.range[i].pages;

		if (pfn - start >= pages)
			continue;
		row->range_start = start;
		row->range_pages = pages;
		row->range_index = i + 1;
		return i + 1;
	}
	return 0;
}

/* The index of a name among those this CPU has seen, + 1; GFT_NAMES + 1 when there are too many. */
static __noinline __u32 name__index(struct gft_name *names, __u32 *used, __u64 word0, __u64 word1)
{
	if (!names || !used)
		return GFT_NAMES + 1;
	for (__u32 i = 0; i < GFT_NAMES; i++) {
		if (i == *used) {
			names[i].word[0] = word0;
			names[i].word[1] = word1;
			*used = i + 1;
			return i + 1;
		}
		if (names[i].word[0] == word0 && names[i].word[1] == word1)
			return i + 1;
	}
	return GFT_NAMES + 1;
}

static __always_inline __u32 comm_key(struct gft_names *names)
{
	__u64 comm[2] = {};

	bpf_get_current_comm(comm, sizeof(comm));
	return name__index(names->comm, &names->used_comms, comm[0], comm[1]);
}

/* Which combination of labels the request has: its place in the row's table. */
static __always_inline __u32 combination_of(const struct request *request)
{
	__u32 combination = class_of(request->gfp) * GFT_STRIDE_CLASS +
			    request->order * GFT_STRIDE_ORDER + request->context;

	if (asked_for(by_range))
		combination += request->range * gft_config.stride[GFT_KEY_RANGE];
	if (asked_for(by_migratetype) && request->page)
		combination +=
			migratetype_of(request->pfn) * gft_config.stride[GFT_KEY_MIGRATETYPE];
	if ((asked_for(by_comm) || asked_for(by_cgroup)) && request->context == GFT_TASK) {
		__u32 cpu = request->cpu;
		struct gft_names *names = bpf_map_lookup_elem(&gft_names, &cpu);

		if (names && asked_for(by_comm))
			combination += comm_key(names) * gft_config.stride[GFT_KEY_COMM];
		if (names && asked_for(by_cgroup))
			combination += name__index(names->cgroup, &names->used_cgroups,
						   bpf_get_current_cgroup_id(), 0) *
				       gft_config.stride[GFT_KEY_CGROUP];
	}
	return combination;
}

static __always_inline struct gft_series *series__at(__u32 cpu, __u32 slot)
{
	__u32 index = cpu * gft_config.slots + slot;

	return bpf_map_lookup_elem(&gft_series, &index);
}

/* The first request of a combination on this CPU: give it a slot, or `other` when all are taken. */
static __always_inline __u32 slot__claim(struct gft_row *row, __u32 cpu, __u32 combination)
{
	__u32 slot = row->used_slots + 1;
	struct gft_series *series;

	if (slot >= gft_config.slots)
		return 0;
	series = series__at(cpu, slot);
	if (!series)
		return 0;
	series->combination = combination;
	series->min = ~0ull;
	row->used_slots = slot;
	row->slot[combination] = (__u16)slot;
	return slot;
}

/* As gft_bucket() does it, in the form that the verifier of v6.1 follows. */
static __always_inline void series__add_latency(struct gft_series *series, __u64 latency)
{
	series->sum += latency;
	if (latency < series->min)
		series->min = latency;
	if (latency > series->max)
		series->max = latency;
	if (latency < 1ull << GFT_LINEAR_BITS) {
		series->bucket[latency >> GFT_LINEAR_SHIFT]++;
	} else {
		__u32 bucket = gft_log_bucket(latency);

		barrier_var(bucket); /* the compiler knows the bound, the verifier does not */
		if (bucket < GFT_BUCKETS)
			series->bucket[bucket]++;
	}
}

static __always_inline enum gft_reason reason_of(const struct request *request)
{
	/* The slow path that fails calls warn_alloc(), for __GFP_NOWARN too; a charge does not. */
	if (given(memcg_by_warn) && request->gfp & gft_config.gfp_account && !request->warned)
		return GFT_MEMCG;
	return GFT_UNKNOWN;
}

static __always_inline __u32 page_shift(void)
{
#ifdef GFT_PLAIN
	return GFT_PLAIN_PAGE_SHIFT;
#else
	return gft_config.page_shift;
#endif
}

static __always_inline void record(struct gft_row *row, const struct request *request)
{
	__u32 combination = combination_of(request);
	struct gft_series *series;
	__u32 slot;

	if (combination >= gft_config.combinations)
		return;
	slot = row->slot[combination];
	if (slot == GFT_SLOT_FILTERED) {
		row->filtered++;
		return;
	}
	if (slot == GFT_SLOT_UNCLAIMED)
		slot = slot__claim(row, request->cpu, combination);
	series = series__at(request->cpu, slot);
	if (!series)
		return;
	if (given(timed))
		series__add_latency(series, request->latency);
	if (!request->page) {
		series->failed[reason_of(request)]++;
		return;
	}
	if (slot == GFT_SLOT_UNCLAIMED)
		row->other_pages += 1ull << request->order;
	if (!given(vmemmap)) {
		series->unplaced++;
		return;
	}
	series->align[gft_align_slot(request->pfn, page_shift())]++;
	row->placement[request->range & GFT_RANGES_MAX]++; /* a mask for the verifier */
}

#endif
