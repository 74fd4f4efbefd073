// SPDX-License-Identifier: GPL-2.0-only
/*
 * Single requests. Entry: the choke point that every request passes (its name differs
 * between kernels; user/kernel.c picks it). Exit: the tracepoint at the end of that
 * same function, which fires with a NULL page too. A request whose order is above the
 * largest returns before it, so the entry counts that one.
 *
 * A program that runs is not run again on that CPU by what interrupts it. Further copies
 * of both programs, attached to the same places, catch those requests: the first copy of
 * the entry that runs leaves the frame, the first copy of the exit takes it. The first
 * copy alone knows how many requests there were: those it paired, those it could not, and
 * those that the kernel counted as skipped. What all copies paired is less by the loss.
 */
#include "filter.bpf.h"
#include "record.bpf.h"
#include <bpf/bpf_tracing.h>

/* mm/page_alloc.c: `if (WARN_ON_ONCE_GFP(order > MAX_PAGE_ORDER, gfp)) return NULL;` */
static __noinline int refuse(void *ctx, __u32 gfp)
{
	struct gft_row *row = row__of(bpf_get_smp_processor_id());
	enum gft_context context;
	enum gft_class class = class_of(gfp);

	if (!row)
		return 0;
	context = context_of(preempt_count_slow(row, ctx));
	if (class >= GFT_CLASSES || context >= GFT_CONTEXTS || !task_matches(context))
		return 0;
	if (!asked_for(marked) || gfp >> GFT_MARK_SHIFT)
		row->invalid[class][context]++;
	return 0;
}

/* A request enters with its stack at `address`. */
static __always_inline int begin(void *ctx, __u64 address, __u32 gfp, __u32 order)
{
	struct gft_row *row;

	if (order > gft_config.max_order)
		return this_copy == 1 ? refuse(ctx, gfp) : 0;
	if (this_copy > 1 && frame__exists(address))
		return 0;
	if (asked_for(marked)) /* whatever an earlier request left that was not checked */
		gft_taken[line_of(address)].tag = 0;
	if (frame__put(address, gfp) || this_copy > 1)
		return 0;
	row = row__of(bpf_get_smp_processor_id());
	if (row)
		row->table_full++;
	return 0;
}

SEC("fentry")
int entry_fentry(__u64 *ctx)
{
	return begin(ctx, stack_address(ctx), (__u32)ctx[0], (__u32)ctx[1]);
}

#ifndef GFT_PLAIN
SEC("kprobe")
int entry_kprobe(struct pt_regs *ctx)
{
	return begin(ctx, PT_REGS_SP(ctx), (__u32)PT_REGS_PARM1(ctx), (__u32)PT_REGS_PARM2(ctx));
}
#endif

/* Exits of tasks, and under PREEMPT_RT of the threads that serve softirqs, are never skipped. */
static __always_inline bool is_thread(enum gft_context context)
{
	return context == GFT_TASK || (asked_for(preempt_rt) && context == GFT_SOFTIRQ);
}

/*
 * Frames whose exits were skipped, because they came while this program ran. When a
 * task's request ends, no interrupt is under way on this CPU, so what stands in the line
 * of its interrupt stack is one; in an interrupt, what lies deeper on the same stack.
 */
static __always_inline void drop_stale(struct gft_row *row, __u64 address, enum gft_context context)
{
	/* under PREEMPT_RT interrupts may not ask for pages */
	if (asked_for(preempt_rt) || this_copy > 1)
		return;
	if (context != GFT_TASK && !on_task_stack(address)) {
		row->irq_top = address | ((1ull << GFT_STACK_SHIFT) - 1);
		row->irq_line = line_of(address);
		row->stale += (__u64)frame__drop_below(address);
	} else if (gft_frames[row->irq_line % GFT_FRAME_LINES].frame[0].tag) {
		/* a task, ksoftirqd, or an interrupt of user space: nothing is alive there */
		row->stale += (__u64)frame__drop_below(row->irq_top);
	}
}

/*
 * Take what the frame holds, then give it back: from then on an interrupt that arrives
 * here may use it.
 */
static __always_inline void frame__take(struct gft_frame *frame, __u64 now, struct request *request)
{
	request->gfp = frame->gfp;
	request->latency = now - frame->start;
	if (given(memcg_by_warn))
		request->warned = frame->warned;
	if (asked_for(marked)) {
		struct gft_taken *taken = &gft_taken[line_of(frame->tag)];

		taken->tag = frame->tag;
		taken->gfp = frame->gfp;
	}
	barrier();
	frame->tag = 0;
}

/*
 * In an interrupt the frame found may be that of an earlier one, if the entry of this
 * request was skipped. The kernel counts what it skips (not everywhere for kprobes); and
 * interrupts of one kind do not nest, nor does a softirq interrupt a hardirq, so this
 * request began after the last one of its own kind or a lower one ended on this CPU.
 */
static __always_inline bool is_anothers(struct gft_row *row, const struct gft_frame *frame,
					enum gft_context context)
{
	__u64 misses = row->misses_seen[context & 3];

	if (row->entry_misses)
		bpf_probe_read_kernel(&misses, sizeof(misses), (const void *)row->entry_misses);
	if (misses != row->misses_seen[context & 3]) {
		row->misses_seen[context & 3] = misses;
		return true;
	}
	if (context == GFT_NMI || !frame)
		return false;
	return frame->start < row->last_exit[GFT_TASK] ||
	       frame->start < row->last_exit[GFT_SOFTIRQ] ||
	       (context == GFT_HARDIRQ && frame->start < row->last_exit[GFT_HARDIRQ]);
}

/* Pair the exit at `address` with its entry; false: the request is lost. */
static __always_inline bool pair(struct gft_row *row, __u64 address, struct request *request)
{
	__u64 now = bpf_ktime_get_ns();
	bool thread = is_thread(request->context);
	struct gft_frame *frame = frame__of(address, thread);

	if (asked_for(marked) && this_copy == 1)
		gft_taken[line_of(address)].tag = 0;
	if (!thread && is_anothers(row, frame, request->context) && frame) {
		frame->tag = 0;
		row->stale++;
		frame = NULL;
	}
	row->last_exit[request->context & 3] = now;
	if (frame)
		frame__take(frame, now, request);
	else if (this_copy == 1)
		row->unpaired++;
	return frame;
}

/* A request that ended and was paired: count it if it is one of those asked for. */
static __always_inline void count(struct gft_row *row, struct request *request)
{
	if ((asked_for(marked) && !(request->gfp >> GFT_MARK_SHIFT)) ||
	    !task_matches(request->context)) {
		row->filtered++;
		return;
	}
	if (request->page && given(vmemmap)) {
		request->pfn = pfn_of(request->page);
		request->range = range_of(row, request->pfn);
	}
	record(row, request);
}

static __always_inline int finish(void *ctx, struct gft_row *row, struct request *request)
{
	__u64 address;

	if (!given(timed)) {
		count(row, request);
		return 0;
	}
	address = stack_address(ctx);
	if (pair(row, address, request))
		count(row, request);
	/* last, for what interrupts us from here on is what it would miss */
	drop_stale(row, address, request->context);
	return 0;
}

/*
 * A raw tracepoint, since it hands over the page as a number, on which we may reckon:
 * (struct page *page, unsigned int order, gfp_t gfp, int migratetype).
 */
static __always_inline struct request request_of(const __u64 *args)
{
	return (struct request){
		.page = args[0],
		.order = (__u32)args[1],
		.gfp = (__u32)args[2],
		.cpu = bpf_get_smp_processor_id(),
	};
}

SEC("raw_tp/mm_page_alloc")
int exit_symbol(__u64 *args)
{
	struct request request = request_of(args);
	struct gft_row *row = row__of(request.cpu);

	if (!row)
		return 0;
	request.context = context_of(preempt_count_symbol());
	return finish(args, row, &request);
}

#ifndef GFT_PLAIN
SEC("raw_tp/mm_page_alloc")
int exit_address(__u64 *args)
{
	struct request request = request_of(args);
	struct gft_row *row = row__of(request.cpu);

	if (!row)
		return 0;
	request.context = context_of(preempt_count_slow(row, args));
	return finish(args, row, &request);
}
#endif
