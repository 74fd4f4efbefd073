// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why a request failed. warn_alloc() is called at the end of every slow path that
 * fails, for __GFP_NOWARN too (mm/page_alloc.c, label `fail:`); a request that got its
 * page and was then refused by its memory cgroup does not pass there.
 */
#include "record.bpf.h"
#include <bpf/bpf_tracing.h>

/* vmalloc() warns through the same function, with another text (mm/vmalloc.c). */
static __always_inline bool is_page_failure(const char *format)
{
	union {
		char text[24];
		__u64 word[3];
	} is = {}, wanted = {.text = {'p', 'a', 'g', 'e', ' ', 'a', 'l', 'l', 'o', 'c', 'a', 't',
				      'i', 'o', 'n', ' ', 'f', 'a', 'i', 'l', 'u', 'r', 'e', ':'}};

	bpf_probe_read_kernel(is.text, sizeof(is.text), format);
	return is.word[0] == wanted.word[0] && is.word[1] == wanted.word[1] &&
	       is.word[2] == wanted.word[2];
}

__noinline __u32 kept__index(__u64 key)
{
	for (__u32 i = 0; i < GFT_FAILURES; i++) {
		__u32 index = i;
		struct gft_failure *kept = bpf_map_lookup_elem(&gft_failures, &index);

		if (!kept)
			break;
		if (!kept->key)
			__sync_val_compare_and_swap(&kept->key, 0, key);
		if (kept->key == key)
			return i;
	}
	return GFT_FAILURES;
}

/* A charge that was refused: the zones are no matter, who asked is. */
static __noinline int keep_refused(void *ctx, const struct failed *failed)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct gft_look *look = bpf_map_lookup_elem(&gft_looks, &cpu);

	if (!ctx || !failed || !look || look->busy || !is_asked_for(failed))
		return 0;
	look->busy = 1;
	look->failure.order = failed->order;
	look->failure.gfp = failed->gfp;
	look->failure.zones = 0;
	look->failure.limited = 0;
	look->failure.preferred_node = GFT_NODE_UNKNOWN;
	kept__write(ctx, look,
		    gft_failure_key(class_of(failed->class_gfp), failed->order, failed->context,
				    GFT_MEMCG));
	look->busy = 0;
	return 0;
}

__noinline __u32 failure__at_exit(struct bpf_raw_tracepoint_args *ctx, __u32 gfp, __u32 class_gfp,
				  __u32 order, __u32 context)
{
	struct failed failed = {
		.gfp = gfp,
		.class_gfp = class_gfp,
		.order = order,
		.context = context,
	};

	if (!gft_config
		     .memcg_by_warn) /* no nodemask is known here, nor a memcg told from the rest */
		return find_reason(ctx, &failed);
	/* warn_alloc() was not called, or its program was skipped */
	if (!(class_gfp & gft_config.gfp_account))
		return GFT_UNKNOWN;
	/* alloc_pages_nolock() asks for no reclaim, fails by design and never warns (since v6.15)
	 */
	if (!(gfp & (gft_failure_config.kswapd | gft_failure_config.direct_reclaim)))
		return GFT_UNKNOWN;
	keep_refused(ctx, &failed);
	return GFT_MEMCG;
}

/* wake_all_kswapds(order, gfp_mask, alloc_context): at the begin of most slow paths. */
SEC("kprobe/wake_all_kswapds")
int failure_wish(struct pt_regs *ctx)
{
	const struct alloc_context *context = (const void *)PT_REGS_PARM3(ctx);
	__u64 address = PT_REGS_SP(ctx);
	struct gft_wish *wish = &gft_wishes[line_of(address)];
	const struct zone *zone = BPF_CORE_READ(context, preferred_zoneref, zone);

	if (!zone || !bpf_core_field_exists(zone->node))
		return 0;
	wish->stack = address >> GFT_STACK_SHIFT;
	wish->node = (__u64)BPF_CORE_READ(zone, node);
	return 0;
}

/* What the arguments of warn_alloc(gfp_mask, nodemask, "...order:%u", order) tell. */
static __always_inline void failed__init(struct failed *failed, struct pt_regs *ctx)
{
	struct gft_row *row = row__of(bpf_get_smp_processor_id());

	failed->address = PT_REGS_SP(ctx);
	failed->nodemask = PT_REGS_PARM2(ctx);
	failed->gfp = (__u32)PT_REGS_PARM1(ctx);
	failed->order = (__u32)PT_REGS_PARM4(ctx);
	failed->class_gfp = failed->gfp;
	failed->context = row ? context_of(preempt_count_slow(row, stack_address(ctx))) : GFT_TASK;
}

SEC("kprobe/warn_alloc")
int failure_warned(struct pt_regs *ctx)
{
	__u64 address = PT_REGS_SP(ctx);
	struct gft_frame *inner;
	struct failed failed = {};
	enum gft_reason reason;

	if (!is_page_failure((const char *)PT_REGS_PARM3(ctx)))
		return 0;
	inner = frame__around(address);
	/* a stage of its own: it may take longer than all that failed */
	stage__note(address, GFT_STAGE_AUTOPSY, NOTE_BEGIN);
	failed__init(&failed, ctx);
	if (inner)
		failed.class_gfp = inner->gfp;
	reason = find_reason(ctx, &failed);
	if (inner)
		inner->warned = 1 + (__u64)reason;
	stage__note(address, GFT_STAGE_AUTOPSY, NOTE_END);
	return 0;
}

/* With --failures-only: `args` as the tracepoint mm_page_alloc has them, the page NULL. */
static __noinline int count_failure(void *ctx, const __u64 *args, const struct failed *failed,
				    enum gft_reason reason)
{
	struct gft_row *row = row__of(bpf_get_smp_processor_id());
	struct gft_frame frame = {.warned = 1 + (__u64)reason};
	struct request request = {};

	if (!ctx || !row || !args || !failed)
		return 0;
	request.stack = ctx;
	request.args = args;
	request.gfp = failed->gfp;
	request.context = failed->context;
	request.frame = &frame;
	count(row, &request);
	return 0;
}

SEC("kprobe/warn_alloc")
int failure_alone(struct pt_regs *ctx)
{
	__u64 args[3] = {0, (__u32)PT_REGS_PARM4(ctx), (__u32)PT_REGS_PARM1(ctx)};
	struct failed failed = {};

	if (!is_page_failure((const char *)PT_REGS_PARM3(ctx)))
		return 0;
	failed__init(&failed, ctx);
	count_failure(ctx, args, &failed, find_reason(ctx, &failed));
	return 0;
}

/* Where there are no kprobes: at the end of every request, to pass over what succeeded. */
SEC("raw_tp/mm_page_alloc")
int failure_tracepoint(const __u64 *args)
{
	__u64 failed_args[3] = {0, args[1], args[2]};
	struct gft_row *row = row__of(bpf_get_smp_processor_id());
	struct failed failed = {};

	if (args[0] || !row)
		return 0;
	failed.address = stack_address(args);
	failed.gfp = failed.class_gfp = (__u32)args[2];
	failed.order = (__u32)args[1];
	failed.context = context_of(preempt_count_slow(row, failed.address));
	count_failure((void *)args, failed_args, &failed, find_reason((void *)args, &failed));
	return 0;
}
