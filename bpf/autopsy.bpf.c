// SPDX-License-Identifier: GPL-2.0-only
/*
 * The reason of a failure by the allocator's own arithmetic, at the instant of the failure:
 * each zone is held against the request's watermark as __zone_watermark_ok() does it
 * (mm/page_alloc.c). user/diagnose/reason.c has the same arithmetic, for what is read from a log.
 */
#include "autopsy.bpf.h"
#include "nodes.bpf.h"

#define PF_MEMALLOC 0x00000800 /* include/linux/sched.h */
#define MAX_RT_PRIO 100	       /* include/linux/sched/prio.h */

/* The lists of the types that any request may fall back to: below MIGRATE_PCPTYPES. */
#define PLAIN_TYPES 7u

/* What a zone says of a request. */
#define SERVES		  1u /* it would get its block */
#define SERVES_A_PAGE	  2u /* a request for one page would pass */
#define HAS_BLOCK	  4u
#define SERVES_BY_RESERVE 8u /* it would get its block if the reserve were for it */

/* Of a zone; what callers keep, in a form that the verifier sees. */
static __always_inline __u32 bounded(__u32 index)
{
	barrier_var(index);
	return index & (GFT_ZONES - 1);
}

static __always_inline __u64 read_long(const void *zone, __u64 offset)
{
	__u64 number = 0;

	bpf_probe_read_kernel(&number, sizeof(number), zone + offset);
	return number;
}

/* What the reason depends on. */
static __always_inline void read_counters(struct gft_zone_state *state, const struct zone *zone,
					  __u32 highest)
{
	__u32 stat = bpf_core_field_offset(zone->vm_stat);

	state->min = read_long(zone, bpf_core_field_offset(zone->_watermark));
	state->boost = BPF_CORE_READ(zone, watermark_boost);
	state->lowmem_reserve =
		read_long(zone, bpf_core_field_offset(zone->lowmem_reserve) + 8ull * (highest & 7));
	state->reserved_highatomic = BPF_CORE_READ(zone, nr_reserved_highatomic);
	state->free_highatomic = ~0ull;
	if (bpf_core_field_exists(zone->nr_free_highatomic))
		state->free_highatomic = BPF_CORE_READ(zone, nr_free_highatomic);
	state->free =
		read_long(zone, stat + 8 * bpf_core_enum_value(enum zone_stat_item, NR_FREE_PAGES));
	state->free_cma = read_long(
		zone, stat + 8 * bpf_core_enum_value(enum zone_stat_item, NR_FREE_CMA_PAGES));
}

/* What stands for a migrate type in gft_zone_state.types. */
static __always_inline __u32 type_bit(__u32 type)
{
	if (type == gft_failure_config.type_highatomic)
		return GFT_TYPES_HIGHATOMIC;
	if (type == gft_failure_config.type_cma)
		return GFT_TYPES_CMA;
	if (type == gft_failure_config.type_isolate)
		return GFT_TYPES_ISOLATED;
	return 1u << (type & 3) & PLAIN_TYPES;
}

/* For values that add up in memory. */
#define add_bits(where, bits) (*(volatile typeof(where) *)&(where) |= (bits))

/* Which types have blocks: a list that is empty points at itself. */
static __always_inline void add_types(struct gft_look *look, __u8 *types, __u32 word, __u64 address)
{
	for (__u32 type = 0; type < 8 && type < gft_failure_config.types; type++) {
		__u32 at = word + 2 * type;

		if (look->areas[at % GFT_AREA_WORDS] != address + 8ull * at)
			add_bits(*types, (__u8)type_bit(type));
	}
}

/*
 * The free blocks of one order, and in look->types the types that have any. A function that the
 * verifier goes through once, and not for each order of each caller: that was most of what it did.
 */
__noinline int autopsy__read_order(__u32 cpu, __u32 index, __u32 order)
{
	struct gft_look *look = bpf_map_lookup_elem(&gft_looks, &cpu);
	const struct free_area *area = NULL;
	const struct zone *zone = NULL;
	struct gft_zone_state *state;
	__u32 word, nr_free;

	if (!look || order >= GFT_ORDERS_MAX)
		return 0;
	index = bounded(index);
	state = &look->failure.zone[index];
	word = order * (bpf_core_type_size(struct free_area) / 8);
	nr_free = word + bpf_core_field_offset(area->nr_free) / 8;
	state->types[order] = 0;
	state->blocks[order] = (__u32)look->areas[nr_free % GFT_AREA_WORDS];
	if (!state->blocks[order])
		return 0;
	add_types(look, &state->types[order], word,
		  gft_zones.zone[index].address + bpf_core_field_offset(zone->free_area));
	add_bits(look->types, state->types[order]);
	return 0;
}

/* The free blocks of an order and above, and in look->types the types that have any. */
static __always_inline void read_blocks(struct gft_look *look, __u32 cpu, __u32 index, __u32 from)
{
	const struct zone *zone = (const struct zone *)gft_zones.zone[index].address;
	__u32 size = gft_failure_config.orders * bpf_core_type_size(struct free_area);

	if (size > sizeof(look->areas))
		size = sizeof(look->areas);
	bpf_probe_read_kernel(look->areas, size,
			      (const void *)zone + bpf_core_field_offset(zone->free_area));
	look->types = 0;
	for (__u32 order = 0; order < GFT_ORDERS_MAX; order++)
		if (order >= from && order < gft_failure_config.orders)
			autopsy__read_order(cpu, index, order);
}

/* Has the zone a block for the request, whose `types` are those of large enough ones? */
static __always_inline bool has_block(__u32 types, __u32 rights)
{
	__u32 usable = PLAIN_TYPES;

	if (rights & GFT_RIGHT_RESERVE_BLOCKS)
		usable |= GFT_TYPES_HIGHATOMIC;
	if (rights & GFT_RIGHT_CMA)
		usable |= GFT_TYPES_CMA;
	return types & usable;
}

/* The mark that the request must leave, without what is reserved for lower zones. */
static __always_inline __u64 lowered_mark(const struct gft_zone_state *state, __u32 order,
					  __u32 rights)
{
	__u64 min = state->min;

	/* zone_watermark_fast(): the boost does not bind these */
	if (order || !(rights & GFT_RIGHT_HALF))
		min += state->boost;
	if (rights & GFT_RIGHT_HALF)
		min -= min / 2;
	if (rights & GFT_RIGHT_QUARTER)
		min -= min / 4;
	if (rights & GFT_RIGHT_OOM)
		min -= min / 2;
	return min;
}

/* Pages above the mark for a request for one page; not more than 0: it would not pass. */
__noinline long autopsy__room(__u32 cpu, __u32 index, __u32 rights)
{
	struct gft_look *look = bpf_map_lookup_elem(&gft_looks, &cpu);
	const struct gft_zone_state *state;
	__u64 unusable = 0;

	if (!look)
		return 0;
	if (rights & GFT_RIGHT_NO_WATERMARKS)
		return 1 << 20;
	state = &look->failure.zone[bounded(index)];
	if (!(rights & GFT_RIGHT_RESERVE))
		unusable = ~state->free_highatomic ? state->free_highatomic
						   : state->reserved_highatomic;
	if (!(rights & GFT_RIGHT_CMA))
		unusable += state->free_cma;
	return (long)(state->free - unusable - state->lowmem_reserve -
		      lowered_mark(state, look->failure.order, rights));
}

static __always_inline __u32 ask_zone(struct gft_look *look, __u32 cpu, __u32 index)
{
	const __u32 reserve = GFT_RIGHT_RESERVE | GFT_RIGHT_RESERVE_BLOCKS;
	struct gft_zone_state *state = &look->failure.zone[index];
	const struct zone *zone = (const struct zone *)gft_zones.zone[index].address;
	__u32 says = 0, rights = look->failure.rights, types;
	long block, room, room_with_reserve;

	read_counters(state, zone, look->failure.highest_zone);
	room_with_reserve = autopsy__room(cpu, index, rights | reserve);
	if (room_with_reserve <= 0)
		return 0;
	room = autopsy__room(cpu, index, rights);
	block = 1l << (look->failure.order & 31);
	/* for a single page any will do: the list that it stands in is not looked at */
	look->types = PLAIN_TYPES;
	if (block > 1)
		read_blocks(look, cpu, index, look->failure.order & 31);
	types = *(volatile __u32 *)&look->types;
	if (room > 0)
		says |= SERVES_A_PAGE;
	if (has_block(types, rights))
		says |= room >= block ? HAS_BLOCK | SERVES : HAS_BLOCK;
	if (room_with_reserve >= block && has_block(types, rights | reserve))
		says |= SERVES_BY_RESERVE;
	return says;
}

__noinline __u32 autopsy__rest_of_zone(__u32 cpu, __u32 index)
{
	struct gft_look *look = bpf_map_lookup_elem(&gft_looks, &cpu);
	struct gft_zone_state *state;
	const struct zone *zone = NULL;
	__u32 watermarks = bpf_core_field_offset(zone->_watermark);

	if (!look)
		return 0;
	index = bounded(index);
	state = &look->failure.zone[index];
	zone = (const struct zone *)gft_zones.zone[index].address;
	state->low = read_long(zone, watermarks + 8);
	state->high = read_long(zone, watermarks + 16);
	state->managed = (__u64)BPF_CORE_READ(zone, managed_pages.counter);
	read_blocks(look, cpu, index, 0);
	return 0;
}

/* mm/page_alloc.c __gfp_pfmemalloc_flags(): whoever frees memory, and who is being killed. */
static __always_inline __u32 rights_of_task(__u32 gfp, __u32 context)
{
	const struct gft_failure_config *config = (const void *)&gft_failure_config;
	struct task_struct *task = bpf_get_current_task_btf();

	if (gfp & config->nomemalloc)
		return 0;
	if (gfp & config->memalloc)
		return GFT_RIGHT_NO_WATERMARKS;
	if (context > GFT_SOFTIRQ)
		return 0;
	if (task->flags & PF_MEMALLOC)
		return GFT_RIGHT_NO_WATERMARKS;
	if (context == GFT_TASK && BPF_CORE_READ(task, signal, oom_mm))
		return GFT_RIGHT_OOM | GFT_RIGHT_RESERVE | GFT_RIGHT_RESERVE_BLOCKS;
	return 0;
}

static __always_inline bool is_real_time(__u32 context)
{
	return context == GFT_TASK && bpf_get_current_task_btf()->prio < MAX_RT_PRIO;
}

/* mm/page_alloc.c gfp_to_alloc_flags(); where kernels differ as user/diagnose/reason.c does. */
static __always_inline __u32 rights_of(__u32 gfp, __u32 order, __u32 context)
{
	const struct gft_failure_config *config = (const void *)&gft_failure_config;
	__u32 rights = rights_of_task(gfp, context);
	bool sleeps = gfp & config->direct_reclaim;

	if ((gfp & (config->movable | config->reclaimable)) == config->movable)
		rights |= GFT_RIGHT_CMA;
	if (rights & ~(__u32)GFT_RIGHT_CMA)
		return rights;
	if (gfp & config->high)
		rights |= GFT_RIGHT_HALF;
	if (gfp & config->high && !sleeps && !(gfp & config->nomemalloc)) {
		rights |= GFT_RIGHT_QUARTER | GFT_RIGHT_RESERVE;
		if (order)
			rights |= GFT_RIGHT_RESERVE_BLOCKS;
	} else if (is_real_time(context) && (config->harder || sleeps)) {
		rights |= config->harder
				  ? GFT_RIGHT_QUARTER | GFT_RIGHT_RESERVE | GFT_RIGHT_RESERVE_BLOCKS
				  : GFT_RIGHT_HALF;
	}
	return rights;
}

/* include/linux/gfp.h gfp_zone(): the four lowest bits are the zone modifiers, on all kernels. */
static __always_inline __u32 highest_zone(__u32 gfp)
{
	const __u32 dma = 1, highmem = 2, dma32 = 4, movable = 8;

	if (gfp & dma)
		return gft_failure_config.zone_dma;
	if (gfp & dma32)
		return gft_failure_config.zone_dma32;
	if ((gfp & (highmem | movable)) == (highmem | movable))
		return gft_failure_config.zone_movable;
	return gft_failure_config.zone_normal;
}

static __always_inline enum gft_place place_of(const struct gft_failure *failure,
					       const struct gft_zone *zone, __u64 nodemask)
{
	__u32 node = zone->node;
	__u8 byte = 0xff;

	if (zone->index > failure->highest_zone)
		return GFT_PLACE_TOO_HIGH;
	if (failure->gfp & gft_failure_config.thisnode) {
		if (failure->preferred_node == GFT_NODE_UNKNOWN)
			return GFT_PLACE_PERHAPS;
		return node == failure->preferred_node ? GFT_PLACE_ALLOWED : GFT_PLACE_OTHER_NODE;
	}
	if (nodemask)
		bpf_probe_read_kernel(&byte, sizeof(byte), (const void *)nodemask + node / 8);
	return byte >> (node % 8) & 1 ? GFT_PLACE_ALLOWED : GFT_PLACE_OTHER_NODE;
}

/* What the request is: from its gfp and its task. */
__noinline int autopsy__prepare(__u32 cpu, __u32 context, __u64 nodemask)
{
	struct gft_look *look = bpf_map_lookup_elem(&gft_looks, &cpu);
	struct gft_failure *failure;

	if (!look)
		return 0;
	failure = &look->failure;
	failure->rights = rights_of(failure->gfp, failure->order, context);
	failure->highest_zone = highest_zone(failure->gfp);
	failure->limited = nodemask || failure->gfp & gft_failure_config.thisnode;
	failure->zones = gft_zones.used;
	look->own = look->fragmented = look->others = 0;
	return 0;
}

/* Hear what a zone says of the request. */
__noinline int autopsy__ask(__u32 cpu, __u32 index, __u64 nodemask)
{
	struct gft_look *look = bpf_map_lookup_elem(&gft_looks, &cpu);
	enum gft_place place;
	__u32 says;

	if (!look)
		return 0;
	index = bounded(index);
	says = ask_zone(look, cpu, index);
	place = place_of(&look->failure, &gft_zones.zone[index], nodemask);
	look->failure.zone[index].place = place;
	/* PERHAPS and it would have served: then the node that was wanted is another */
	if (place == GFT_PLACE_OTHER_NODE || (place == GFT_PLACE_PERHAPS && says & SERVES))
		look->others |= says;
	else if (place != GFT_PLACE_TOO_HIGH)
		look->own |= says;
	if (place == GFT_PLACE_TOO_HIGH || place == GFT_PLACE_OTHER_NODE)
		return 0;
	if (look->failure.order && says & SERVES_A_PAGE && !(says & HAS_BLOCK))
		look->fragmented = 1;
	return 0;
}

__noinline __u32 autopsy__reason(__u32 cpu, __u32 context, __u64 nodemask)
{
	struct gft_look *look = bpf_map_lookup_elem(&gft_looks, &cpu);

	if (!look)
		return GFT_UNKNOWN;
	autopsy__prepare(cpu, context, nodemask);
	for (__u32 i = 0; i < GFT_ZONES && i < gft_zones.used; i++)
		autopsy__ask(cpu, i, nodemask);
	/* memory came free between the failure and the look at it */
	if (look->own & SERVES)
		return GFT_UNKNOWN;
	if (look->others & SERVES)
		return GFT_CONSTRAINED;
	if (look->fragmented)
		return GFT_FRAGMENTED;
	return look->own & SERVES_BY_RESERVE ? GFT_RESERVED : GFT_EXHAUSTED;
}

static __always_inline void zone__add(const struct pglist_data *node, __u32 index)
{
	const struct zone *zone = (const void *)node + bpf_core_field_offset(node->node_zones) +
				  index * bpf_core_type_size(struct zone);
	__u32 used = gft_zones.used;
	struct gft_zone *found;

	if (!BPF_CORE_READ(zone, managed_pages.counter))
		return;
	if (used >= GFT_ZONES) {
		gft_zones.left_out++;
		return;
	}
	found = &gft_zones.zone[used];
	found->address = (__u64)zone;
	found->node = (__u32)BPF_CORE_READ(node, node_id);
	found->index = index;
	bpf_probe_read_kernel_str(found->name, sizeof(found->name), BPF_CORE_READ(zone, name));
	gft_zones.used = used + 1;
}

SEC("iter/task")
int find_zones(struct bpf_iter__task *ctx)
{
	const struct pglist_data *node = node__of_kswapd(ctx->task);

	if (!node)
		return 0;
	gft_zones.nodes++;
	for (__u32 i = 0; i < NODE_ZONES; i++)
		if (i < (__u32)BPF_CORE_READ(node, nr_zones))
			zone__add(node, i);
	return 0;
}
