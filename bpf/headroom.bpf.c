// SPDX-License-Identifier: GPL-2.0-only
/*
 * How far requests that may not wait were from failing. wake_all_kswapds() is called at the begin
 * of their slow path (mm/page_alloc.c __alloc_pages_slowpath()), when no zone had a page for them
 * above its low watermark; a request that is served before that passes none of this.
 */
#include "autopsy.bpf.h"
#include "caller.bpf.h"
#include "filter.bpf.h"

#include <bpf/bpf_tracing.h>

#include <gfptrace/headroom.h>

struct gft_headrooms gft_headrooms = {};
struct gft_measured gft_measured[GFT_FRAME_LINES] = {};

/* bpf/autopsy.bpf.c */
int autopsy__prepare(__u32 cpu, __u32 context, __u64 nodemask);
int autopsy__ask(__u32 cpu, __u32 index, __u64 nodemask);
long autopsy__room(__u32 cpu, __u32 index, __u32 rights);

/* The request that is under way at this place of a stack: the lowest frame above it. */
static __noinline struct gft_frame *request_at(__u64 address)
{
	struct gft_line *line = frame__line(address);
	struct gft_frame *lowest = NULL;

	for (int i = 0; i < GFT_LINE_FRAMES; i++) {
		struct gft_frame *frame = &line->frame[i];

		if (same_stack(frame->tag, address) && frame->tag >= address && is_timed(frame) &&
		    frame__is_current(frame) && (!lowest || frame->start > lowest->start))
			lowest = frame;
	}
	return lowest;
}

/* Is this zone the one that has most for the request? */
__noinline int headroom__consider(__u32 cpu, __u32 index)
{
	const __u32 lowering = GFT_RIGHT_HALF | GFT_RIGHT_QUARTER | GFT_RIGHT_OOM;
	struct gft_look *look = bpf_map_lookup_elem(&gft_looks, &cpu);
	__u32 place;
	long room;

	if (!look)
		return 0;
	index &= GFT_ZONES - 1;
	place = look->failure.zone[index].place;
	if (place != GFT_PLACE_ALLOWED && place != GFT_PLACE_PERHAPS)
		return 0;
	room = autopsy__room(cpu, index, look->failure.rights);
	if (look->room_zone < GFT_ZONES && room <= look->room)
		return 0;
	look->room = room;
	look->room_zone = index;
	/* what its block leaves is less than min: it took of what only its like may take */
	look->touched = autopsy__room(cpu, index, look->failure.rights & ~lowering) <
			1l << (look->failure.order & 31);
	return 0;
}

static __always_inline void measure(struct gft_look *look, __u32 cpu, __u32 context, __u64 nodemask)
{
	look->room_zone = GFT_ZONES;
	autopsy__prepare(cpu, context, nodemask);
	if (look->failure.rights & GFT_RIGHT_NO_WATERMARKS)
		return; /* nothing binds it */
	for (__u32 i = 0; i < GFT_ZONES && i < gft_zones.used; i++) {
		autopsy__ask(cpu, i, nodemask);
		headroom__consider(cpu, i);
	}
}

static __always_inline void note(const struct gft_look *look, __u64 address, __u64 start, __u32 row)
{
	struct gft_measured *measured = &gft_measured[line_of(address)];
	__u64 room = look->room > 0 ? (__u64)look->room : 0;
	__u32 bucket = gft_headroom_bucket(room), zone = look->room_zone;
	struct gft_headroom *headroom;

	barrier_var(bucket);
	barrier_var(zone);
	if (bucket >= GFT_HEADROOM_BUCKETS || zone >= GFT_ZONES)
		return;
	headroom = &gft_headrooms.of[row & 1][zone];
	__sync_fetch_and_add(&headroom->reached[bucket], 1);
	if (look->touched)
		__sync_fetch_and_add(&headroom->touched, 1);
	measured->start = start;
	measured->place = (row & 1) * GFT_ZONES + zone;
	measured->bucket = (__u16)bucket;
	measured->touched = (__u16)look->touched;
}

static __noinline int look_at(const struct alloc_context *context, const struct gft_frame *frame,
			      __u64 address, __u32 gfp, __u32 order)
{
	__u32 cpu = bpf_get_smp_processor_id(), row = class_of(gfp) == GFT_CLASS_NOWAIT;
	struct gft_look *look = bpf_map_lookup_elem(&gft_looks, &cpu);
	struct gft_row *counters = bpf_map_lookup_elem(&gft_cpus_1, &cpu);
	enum gft_context where;

	if (!look || !counters || !frame || look->busy)
		return 0;
	where = context_of(preempt_count_slow(counters, address));
	if (!labels_match(class_of(gfp), order, where) || !task_matches(where))
		return 0;
	look->busy = 1;
	look->failure.order = order;
	look->failure.gfp = gfp;
	look->failure.preferred_node = GFT_NODE_UNKNOWN;
	if (bpf_core_field_exists(((struct zone *)0)->node))
		look->failure.preferred_node =
			(__u32)BPF_CORE_READ(context, preferred_zoneref, zone, node);
	measure(look, cpu, where, (__u64)BPF_CORE_READ(context, nodemask));
	if (look->room_zone < GFT_ZONES)
		note(look, address, frame->start, row);
	look->busy = 0;
	return 0;
}

/* (unsigned int order, gfp_t gfp_mask, const struct alloc_context *ac) */
SEC("kprobe/wake_all_kswapds")
int headroom_slow(struct pt_regs *ctx)
{
	__u64 address = PT_REGS_SP(ctx);
	__u32 gfp = (__u32)PT_REGS_PARM2(ctx);
	const struct gft_frame *frame;

	if (class_of(gfp) != GFT_CLASS_ATOMIC && class_of(gfp) != GFT_CLASS_NOWAIT)
		return 0;
	frame = request_at(address);
	/* it is called again when the request was not served at once */
	if (!frame || gft_measured[line_of(address)].start == frame->start ||
	    (gft_config.marked && !(frame->gfp >> GFT_MARK_SHIFT)) ||
	    (gft_config.by_module && !caller__look(ctx, caller_place(GFT_CALLER_LINT), false)))
		return 0;
	return look_at((const void *)PT_REGS_PARM3(ctx), frame, address, gfp,
		       (__u32)PT_REGS_PARM1(ctx));
}

/* The request was not served: it does not count. vmalloc()'s warnings come from no request. */
SEC("kprobe/warn_alloc")
int headroom_failed(struct pt_regs *ctx)
{
	__u64 address = PT_REGS_SP(ctx);
	struct gft_measured *measured = &gft_measured[line_of(address)];
	const struct gft_frame *frame = request_at(address);
	struct gft_headroom *headroom;
	__u32 bucket, place;

	if (!frame || measured->start != frame->start)
		return 0;
	bucket = measured->bucket;
	place = measured->place;
	if (bucket >= GFT_HEADROOM_BUCKETS || place >= GFT_HEADROOM_CLASSES * GFT_ZONES)
		return 0;
	headroom = &gft_headrooms.of[place / GFT_ZONES][place % GFT_ZONES];
	__sync_fetch_and_add(&headroom->failed[bucket], 1);
	if (measured->touched)
		__sync_fetch_and_add(&headroom->touched_failed, 1);
	measured->start = 0;
	return 0;
}
