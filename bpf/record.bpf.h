/* SPDX-License-Identifier: GPL-2.0-only */
/* From a finished request to the counters of its series. */
#ifndef GFPTRACE_BPF_RECORD_H
#define GFPTRACE_BPF_RECORD_H

#include "caller.bpf.h"
#include "failure.bpf.h"
#include "quality.bpf.h"
#include "stage.bpf.h"

/* A request that is over. */
struct request {
	const __u64 *args; /* of the tracepoint: page, order, gfp */
	__u64 latency;	   /* ns, where it was timed */
	__u32 gfp;
	enum gft_context context;
	bool timed;
	__u32 seen;		 /* its stages, a set of 1 << enum gft_stage; or GFT_SEEN_UNKNOWN */
	struct gft_frame *frame; /* NULL where no entry leaves one */
	void *ctx;		 /* of the program at its end; NULL: its reason is known */
	void *stack;		 /* the same, to read the stack by */
};

/* Read again where they are needed: they are nearer than a register that was saved. */
static __always_inline __u64 page_of(const struct request *request)
{
	return *(const volatile __u64 *)&request->args[0]; /* its address; 0: failed */
}

static __always_inline __u32 order_of(const struct request *request)
{
	return (__u32) * (const volatile __u64 *)&request->args[1];
}

#define slots_here() (gft_config.slots[GFT_COPY - 1])

static __always_inline struct gft_row *row__of(__u32 cpu)
{
	return bpf_map_lookup_elem(&gft_cpus, &cpu);
}

/* Does the page lie in the zone that most of this CPU's pages come from? */
static __always_inline bool is_home(const struct gft_row *row, __u64 page)
{
	return page - row->home_start < row->home_size;
}

/* Which zone a page lies in that is not home, + 1; 0: none known. The first one becomes home. */
static __noinline __u32 range__search(struct gft_row *row, __u64 page)
{
	if (!row)
		return 0;
	if (page - row->range_start < row->range_size)
		return row->range_index;
	for (__u32 i = 0; i < GFT_RANGES_MAX && i < gft_config.nr_ranges; i++) {
		__u64 start =
			gft_config.vmemmap + gft_config.range[i].start * gft_config.page_struct;
		__u64 size = gft_config.range[i].pages * gft_config.page_struct;

		if (page - start >= size)
			continue;
		if (!row->home_size) {
			row->home_start = start;
			row->home_size = size;
			row->home_index = i + 1;
			return i + 1;
		}
		row->range_start = start;
		row->range_size = size;
		row->range_index = i + 1;
		return i + 1;
	}
	return 0;
}

static __noinline int placement__add(struct gft_row *row, __u64 page)
{
	__u32 range = range__search(row, page);

	if (row && (!range || range != row->home_index))
		row->placement[range & GFT_RANGES_MAX]++; /* a mask for the verifier */
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

/* By comm or cgroup: interrupts have none. */
static __always_inline __u32 names_key(void)
{
	__u32 index = bpf_get_smp_processor_id() + (GFT_COPY - 1) * gft_config.cpus;
	struct gft_names *names = bpf_map_lookup_elem(&gft_names, &index);
	__u32 key = 0;

	if (names && asked_for(by_comm))
		key += comm_key(names) * gft_config.stride[GFT_KEY_COMM];
	if (names && asked_for(by_cgroup))
		key += name__index(names->cgroup, &names->used_cgroups, bpf_get_current_cgroup_id(),
				   0) *
		       gft_config.stride[GFT_KEY_CGROUP];
	return key;
}

static __always_inline __u32 path_key(const struct request *request)
{
	__u32 path = gft_path_of(request->seen);

	if (request->gfp & gft_config.gfp_zero && path < GFT_PATHS_ZEROED)
		path += GFT_PATHS;
	return 1 + path;
}

/* Which combination of labels the request has: its place in the row's table. */
static __always_inline __u32 combination_of(struct gft_row *row, const struct request *request)
{
	__u32 combination = class_of(request->gfp) + order_of(request) * GFT_STRIDE_ORDER +
			    request->context * GFT_STRIDE_CONTEXT;
	__u64 page = asked_for(by_range) || asked_for(by_migratetype) ? page_of(request) : 0;

	if (asked_for(by_range) && page) {
		__u32 range = is_home(row, page) ? row->home_index : range__search(row, page);

		combination += range * gft_config.stride[GFT_KEY_RANGE];
	}
	if (asked_for(by_migratetype) && page)
		combination +=
			migratetype_of(pfn_of(page)) * gft_config.stride[GFT_KEY_MIGRATETYPE];
	if (asked_for(by_path) && given(timed) && !(request->seen & GFT_SEEN_UNKNOWN))
		combination += path_key(request) * gft_config.stride[GFT_KEY_PATH];
	if ((asked_for(by_comm) || asked_for(by_cgroup)) && request->context == GFT_TASK)
		combination += names_key();
	if (asked_for(by_caller))
		combination +=
			caller__key(caller_place(GFT_COPY - 1)) * gft_config.stride[GFT_KEY_CALLER];
	if (asked_for(by_quality))
		combination += quality_key(request->context) * gft_config.stride[GFT_KEY_QUALITY];
	return combination;
}

static __always_inline struct gft_series *series__at(struct gft_row *row, __u32 slot)
{
	__u64 offset = slot;

	/* by constants: the verifier of v6.1 loses the bounds of a product of two registers */
	if (given(timed)) {
		offset *= GFT_SERIES_SIZE(1);
		barrier_var(offset);
	} else {
		offset *= GFT_SERIES_SIZE(0);
		barrier_var(offset);
	}
	return (void *)row + either(GFT_ROW_SIZE(GFT_COMBINATIONS), gft_config.series_offset) +
	       offset;
}

/*
 * What the row's table does not lead to a series: a combination that is filtered away, one
 * that is new on this CPU and gets a slot, or one that came when all slots were taken.
 */
static __noinline __u32 slot__find(struct gft_row *row, __u32 combination, const __u64 *args)
{
	struct gft_series *series;
	__u32 slot;

	if (!row || !args || combination >= gft_config.combinations)
		return GFT_SLOT_UNCLAIMED;
	if (row->slot[combination] == GFT_SLOT_FILTERED) {
		row->filtered++;
		return GFT_SLOT_FILTERED;
	}
	slot = row->used_slots + 1;
	if (slot >= slots_here()) {
		if (args[0])
			row->other_pages += 1ull << (args[1] & 31);
		return GFT_SLOT_OTHER;
	}
	series = series__at(row, slot);
	series->combination = combination;
	series->min = ~0ull;
	row->used_slots = slot;
	row->slot[combination] = (__u16)slot;
	return slot;
}

static __always_inline void series__add_extremes(struct gft_series *series, __u64 latency)
{
	series->sum += latency;
	if (latency < series->min)
		series->min = latency;
	if (latency > series->max)
		series->max = latency;
}

static __always_inline bool is_linear(__u64 latency)
{
	return likely(latency < 1ull << GFT_LINEAR_BITS);
}

/* As gft_bucket() does it, in the form that the verifier of v6.1 follows. */
static __always_inline void series__add_latency(struct gft_series *series, __u64 latency)
{
	series__add_extremes(series, latency);
	if (is_linear(latency)) {
		series->bucket[latency >> GFT_LINEAR_SHIFT]++;
	} else {
		__u32 bucket = gft_log_bucket(latency);

		barrier_var(bucket); /* the compiler knows the bound, the verifier does not */
		if (bucket < GFT_BUCKETS)
			series->bucket[bucket]++;
	}
}

/* What warn_alloc() found (bpf/failure.bpf.c); a refused charge does not pass there. */
static __always_inline enum gft_reason reason_of(const struct request *request)
{
	__u64 warned = 0;

	if (request->frame) {
		warned = request->frame->warned;
		request->frame->warned = 0;
	}
	if (warned)
		return (enum gft_reason)((warned - 1) % GFT_REASONS);
	if (!request->ctx)
		return GFT_UNKNOWN;
	return (enum gft_reason)(failure__at_exit(request->ctx, (__u32)request->args[2],
						  request->gfp, order_of(request),
						  request->context) %
				 GFT_REASONS);
}

static __always_inline __u32 align_slot(__u64 page)
{
	__u32 page_shift = either(GFT_PLAIN_PAGE_SHIFT, gft_config.page_shift);
	__u32 struct_shift = either(GFT_PLAIN_STRUCT_SHIFT, gft_config.page_struct_shift);
	__u32 low;

	if (!struct_shift)
		return gft_align_slot(pfn_of(page), page_shift);
	/* user/trace/calibrate.c accepts an address of pfn 0 only if it is aligned to far more */
	low = (__u32)(page >> struct_shift) % GFT_ALIGN_LOW;
	return low ? low : gft_align_high(pfn_of(page), page_shift);
}

static __always_inline void colour__add(struct gft_row *row, __u64 page, __u32 order)
{
	const volatile struct gft_colour_slots *of = &gft_config.colour[order % GFT_ORDERS_MAX];
	__u64 *blocks = (void *)row + gft_config.colour_offset[GFT_COPY - 1];
	__u64 slot = of->first + (pfn_of(page) >> order) % of->count;

	if (slot < gft_config.colour_slots)
		blocks[slot]++;
}

/* False: a filter keeps it out. */
static __always_inline bool record(struct gft_row *row, const struct request *request)
{
	__u32 combination = combination_of(row, request);
	enum gft_places places;
	struct gft_series *series;
	__u64 page;
	__u32 slot;

	combination &= either(GFT_COMBINATIONS - 1, ~0u);
	if (combination >= either(GFT_COMBINATIONS, gft_config.combinations))
		return false;
	slot = row->slot[combination];
	if (unlikely(slot >= slots_here())) {
		slot = slot__find(row, combination, request->args);
		if (slot >= slots_here())
			return false;
	}
	if (asked_for(stacks))
		stack__count(caller_place(GFT_COPY - 1),
			     gft_stack_labels(class_of(request->gfp), order_of(request),
					      request->context));
	series = series__at(row, slot);
	if (request->timed)
		series__add_latency(series, request->latency);
	page = page_of(request);
	if (unlikely(!page)) {
		series->failed[reason_of(request)]++;
		return true;
	}
	places = either(GFT_PLACES_ALIGNMENT, gft_config.places);
	if (places == GFT_PLACES_NONE) {
		series->unplaced++;
		return true;
	}
	series->align[align_slot(page) % GFT_ALIGN_SLOTS]++;
	if (places == GFT_PLACES_COLOURS)
		colour__add(row, page, order_of(request));
	if (!is_home(row, page))
		placement__add(row, page);
	return true;
}

/* Count a request that ended if it is one of those asked for; false: it is not. */
static __always_inline bool count(struct gft_row *row, const struct request *request)
{
	if ((asked_for(marked) && !(request->gfp >> GFT_MARK_SHIFT)) ||
	    !task_matches(request->context) ||
	    (asked_for(callers) &&
	     !caller__look(request->stack, caller_place(GFT_COPY - 1), gft_config.stacks))) {
		row->filtered++;
		return false;
	}
	return record(row, request);
}

#endif
