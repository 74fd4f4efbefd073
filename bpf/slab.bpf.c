// SPDX-License-Identifier: GPL-2.0-only
/*
 * With --slab: objects of slabs that were asked for by who may not wait. See gfptrace/slab.h.
 * Both programs stand at the end of a request, where its gfp is the one that was asked for. A
 * program that interrupts itself is skipped, and that is counted by the kernel.
 */
#include "caller.bpf.h"
#include "filter.bpf.h"

#define HASH 0x9e3779b97f4a7c15ull

struct asked {
	void *ctx;
	enum gft_slab_call call;
	__u32 gfp;
	__u64 object; /* its address; 0: failed */
	__u64 requested, allocated;
	__u64 cache, name_at; /* addresses; 0: of kmalloc() */
	__u64 key;
};

static __always_inline bool is_same(const struct gft_slab *slab, const struct asked *asked)
{
	return slab->key == asked->key && slab->name_at == asked->name_at &&
	       slab->size == asked->allocated &&
	       (!asked->cache || slab->object_size == asked->requested);
}

/* The key comes last: whoever reads meanwhile finds a series whole or not at all. */
static __noinline int claim(struct gft_slab *slab, const struct asked *asked)
{
	if (!slab || !asked)
		return 0;
	slab->size = asked->allocated;
	slab->name_at = asked->name_at;
	if (asked->cache) {
		slab->object_size = asked->requested;
		bpf_probe_read_kernel_str(slab->name, sizeof(slab->name),
					  (const void *)asked->name_at);
	}
	barrier();
	slab->key = asked->key;
	return 0;
}

/* The place of the series, free or its own; GFT_SLABS: there is none. */
static __noinline __u32 find(const struct gft_slab_row *row, const struct asked *asked)
{
	__u32 at;

	if (!row || !asked)
		return GFT_SLABS;
	at = (__u32)(asked->key * HASH >> (64 - GFT_SLAB_BITS));
	for (__u32 i = 0; i < GFT_SLAB_PROBES; i++) {
		__u32 place = (at + i) % GFT_SLABS;
		const struct gft_slab *slab = &row->series[place];

		if (!slab->key || is_same(slab, asked))
			return place;
	}
	return GFT_SLABS;
}

static __always_inline struct gft_slab_counts *counts_of(struct gft_slab_row *row,
							 const struct asked *asked, __u32 labels)
{
	__u32 place = find(row, asked);

	if (place >= GFT_SLABS)
		return &row->other[labels % GFT_SLAB_LABELS];
	if (!row->series[place].key)
		claim(&row->series[place], asked);
	return &row->series[place].counts;
}

static __noinline int count(struct gft_slab_row *row, struct asked *asked, __u32 labels)
{
	struct gft_slab_counts *counts;

	if (!row || !asked)
		return 0;
	/* no cache lies below the sizes that there are, nor the other way */
	asked->key = (asked->cache ? asked->cache : asked->allocated * 8) | labels;
	counts = counts_of(row, asked, labels);
	counts->requests++;
	if (!asked->object) {
		counts->failed++;
		return 0;
	}
	counts->requested += asked->requested;
	counts->allocated += asked->allocated;
	gft_slab_place(counts, asked->object, asked->requested, gft_config.line_shift);
	return 0;
}

static __always_inline bool passes(const struct asked *asked, enum gft_class class,
				   enum gft_context context)
{
	return gft_config.classes >> (class & 31) & 1 &&
	       gft_config.contexts >> (context & 31) & 1 && task_matches(context) &&
	       (!gft_config.by_module ||
		caller__look(asked->ctx, caller_place(GFT_CALLER_SLAB + asked->call), false));
}

static __always_inline int record(struct asked *asked, struct gft_slab_row *row,
				  __u32 preempt_count)
{
	enum gft_class class = class_of(asked->gfp);
	enum gft_context context = context_of(preempt_count);

	if (passes(asked, class, context))
		return count(row, asked, gft_slab_labels(class, context));
	row->filtered++;
	return 0;
}

/* As in request.bpf.c, there are programs that know the preempt_count by its symbol, and others. */
static __always_inline int look(struct asked *asked, struct gft_slab_row *row, bool symbol)
{
	struct gft_row *counters;

	if (symbol)
		return record(asked, row, preempt_count_symbol());
	counters = bpf_map_lookup_elem(&gft_cpus_1, &(__u32){bpf_get_smp_processor_id()});
	if (!counters)
		return 0;
	return record(asked, row, preempt_count_slow(counters, stack_address(asked->ctx)));
}

/* The row where a request that may not wait counts; NULL: it may, and has been counted. */
static __always_inline struct gft_slab_row *row_for(enum gft_slab_call call, __u32 gfp, __u64 size)
{
	__u32 place = bpf_get_smp_processor_id() + call * gft_config.cpus;
	struct gft_slab_row *row = bpf_map_lookup_elem(&gft_slabs, &place);

	if (!row)
		return NULL;
	if (size > gft_slab_largest(gft_config.page_shift)) {
		row->large++;
		return NULL;
	}
	if (gft_slab_is_atomic(class_of(gfp)))
		return row;
	row->patient++;
	return NULL;
}

/*
 * Raw tracepoints, since they hand over the object as a number; to v6.12 a typed one has none
 * that is a pointer to const void (kernel/bpf/btf.c btf_ctx_access()).
 *
 * (unsigned long call_site, const void *object, size_t requested, size_t allocated, gfp_t gfp,
 * int node)
 */
static __always_inline int kmalloc(const __u64 *args, bool symbol)
{
	struct gft_slab_row *row = row_for(GFT_KMALLOC, (__u32)args[4], args[3]);
	struct asked asked = {
		.ctx = (void *)args,
		.call = GFT_KMALLOC,
		.object = args[1],
		.requested = args[2],
		.allocated = args[3],
		.gfp = (__u32)args[4],
	};

	return row ? look(&asked, row, symbol) : 0;
}

/* (unsigned long call_site, const void *object, struct kmem_cache *cache, gfp_t gfp, int node) */
static __always_inline int kmem_cache_alloc(const __u64 *args, bool symbol)
{
	struct gft_slab_row *row = row_for(GFT_KMEM_CACHE_ALLOC, (__u32)args[3], 0);
	const struct kmem_cache *cache = (const void *)args[2];
	struct asked asked = {
		.ctx = (void *)args,
		.call = GFT_KMEM_CACHE_ALLOC,
		.object = args[1],
		.cache = args[2],
		.gfp = (__u32)args[3],
	};

	if (!row)
		return 0;
	asked.requested = BPF_CORE_READ(cache, object_size);
	asked.allocated = BPF_CORE_READ(cache, size);
	asked.name_at = (__u64)BPF_CORE_READ(cache, name);
	return look(&asked, row, symbol);
}

SEC("raw_tp/kmalloc")
int slab_kmalloc(__u64 *args)
{
	return kmalloc(args, true);
}

SEC("raw_tp/kmalloc")
int slab_kmalloc_address(__u64 *args)
{
	return kmalloc(args, false);
}

SEC("raw_tp/kmem_cache_alloc")
int slab_cache(__u64 *args)
{
	return kmem_cache_alloc(args, true);
}

SEC("raw_tp/kmem_cache_alloc")
int slab_cache_address(__u64 *args)
{
	return kmem_cache_alloc(args, false);
}
