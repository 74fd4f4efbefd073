// SPDX-License-Identifier: GPL-2.0-only
/*
 * Single requests. Entry: the choke point that every request passes (its name differs
 * between kernels; user/kernel/kernel.c picks it). Exit: the tracepoint at the end of that
 * same function, which fires with a NULL page too. A request whose order is above the
 * largest returns before it, so the entry counts that one.
 *
 * A program that runs is not run again on that CPU by what interrupts it. Further copies
 * of both programs, attached to the same places, catch those requests: the first copy of
 * the entry that runs leaves the frame, the first copy of the exit takes it. The first
 * copy alone knows how many requests there were: those it paired, those it could not, and
 * those that the kernel counted as skipped. What all copies paired is less by the loss.
 */
#include "record.bpf.h"
#include <bpf/bpf_tracing.h>

/* mm/page_alloc.c: `if (WARN_ON_ONCE_GFP(order > MAX_PAGE_ORDER, gfp)) return NULL;` */
static __noinline int refuse(void *ctx, __u64 address, __u32 gfp)
{
	struct gft_row *row = row__of(bpf_get_smp_processor_id());
	enum gft_context context;
	enum gft_class class = class_of(gfp);

	if (!row)
		return 0;
	context = context_of(preempt_count_slow(row, address));
	if (class >= GFT_CLASSES || context >= GFT_CONTEXTS || !task_matches(context))
		return 0;
	if (asked_for(by_module) && !caller__look(ctx, caller_place(GFT_CALLER_ENTRY), false))
		return 0;
	if (!asked_for(marked) || gfp >> GFT_MARK_SHIFT)
		row->invalid[class][context]++;
	return 0;
}

/*
 * Of how many requests of this line to come to time none: at random, so that no rhythm of
 * the requests agrees with ours; `gft_sample` - 1 on average.
 */
static __always_inline __u32 next_gap(__u64 now)
{
	__u32 random = (__u32)(now * 0x9e3779b97f4a7c15ull >> 32);

	return (__u32)((__u64)random * (2ull * gft_sample - 1) >> 32);
}

static __always_inline void frame__fill(struct gft_frame *frame, struct gft_frame *first,
					__u64 address, __u32 gfp, bool sampling)
{
	frame->gfp = gfp;
	if (sampling && likely(first->skip)) {
		first->skip--;
		frame->tag = address | GFT_UNTIMED;
		return;
	}
	frame->tag = address;
	frame->start = bpf_ktime_get_ns();
	if (sampling)
		first->skip = next_gap(frame->start);
}

/* The first frame of the line is taken. */
static __noinline int begin_elsewhere(__u64 address, __u32 gfp, bool sampling)
{
	struct gft_frame *frame = frame__find_free(address);
	struct gft_row *row;

	if (frame) {
		frame__fill(frame, &frame__line(address)->frame[0], address, gfp, sampling);
		return 0;
	}
	row = row__of(bpf_get_smp_processor_id());
	if (row && GFT_COPY == 1)
		row->table_full++; /* the request's exit will find no frame */
	return 0;
}

/* A further copy, and the first frame of the line is not this request's. */
static __noinline int begin_copy(__u64 address, __u32 gfp)
{
	struct gft_frame *first = &frame__line(address)->frame[0];

	if (frame__exists(address))
		return 0;
	if (first->tag)
		return begin_elsewhere(address, gfp, false);
	frame__fill(first, first, address, gfp, false);
	return 0;
}

/* A request enters with its stack at `address`. */
static __always_inline int begin(void *ctx, __u64 address, __u32 gfp, __u32 order, bool sampling)
{
	struct gft_frame *frame = &frame__line(address)->frame[0];

	if (GFT_COPY > 1 && likely((frame->tag & ~GFT_FLAGS) == address))
		return 0; /* the first copy ran before us, as is the rule */
	/* whatever an earlier request left that was not checked */
	if (GFT_COPY == 1 && asked_for(marked))
		gft_taken[line_of(address)].tag = 0;
	if (unlikely(order > either(GFT_PLAIN_MAX_ORDER, gft_config.max_order)))
		return GFT_COPY == 1 ? refuse(either(NULL, ctx), address, gfp) : 0;
	if (GFT_COPY > 1)
		return begin_copy(address, gfp);
	if (unlikely(frame->tag && frame->tag != address))
		return begin_elsewhere(address, gfp, sampling);
	frame__fill(frame, frame, address, gfp, sampling);
	return 0;
}

SEC("fentry")
int entry_fentry(__u64 *ctx)
{
	return begin(ctx, stack_address(ctx), (__u32)ctx[0], (__u32)ctx[1], false);
}

#if GFT_COPY == 1
/* Times one request of gft_sample; takes the place of the other while the tracer runs. */
SEC("fentry")
int entry_sampling(__u64 *ctx)
{
	return begin(ctx, stack_address(ctx), (__u32)ctx[0], (__u32)ctx[1], true);
}
#endif

#if GFT_COPY == 1 && !defined(GFT_PLAIN)
SEC("kprobe")
int entry_kprobe(struct pt_regs *ctx)
{
	return begin(ctx, PT_REGS_SP(ctx), (__u32)PT_REGS_PARM1(ctx), (__u32)PT_REGS_PARM2(ctx),
		     false);
}

SEC("kprobe")
int entry_kprobe_sampling(struct pt_regs *ctx)
{
	return begin(ctx, PT_REGS_SP(ctx), (__u32)PT_REGS_PARM1(ctx), (__u32)PT_REGS_PARM2(ctx),
		     true);
}
#endif

/* Exits of tasks, and under PREEMPT_RT of the threads that serve softirqs, are never skipped. */
static __always_inline bool is_thread(enum gft_context context)
{
	return context == GFT_TASK || (asked_for(preempt_rt) && context == GFT_SOFTIRQ);
}

static __always_inline __u64 exit_misses(const struct gft_row *row)
{
	__u64 misses = 0;

	if (row->exit_misses)
		bpf_probe_read_kernel(&misses, sizeof(misses), (const void *)row->exit_misses);
	return misses;
}

/* What those left that were skipped so far goes now. */
static __always_inline void see_exit_misses(struct gft_row *row)
{
	__u64 misses = exit_misses(row);

	for (int i = 0; i < GFT_CONTEXTS; i++)
		row->exit_misses_seen[i] = misses;
}

/*
 * Frames whose exits were skipped, because they came while this program ran. When a
 * task's request ends, no interrupt is under way on this CPU, so what stands in the line
 * of its interrupt stack is one; in an interrupt, what lies deeper on the same stack. The
 * fast path of a plain run leaves them standing: it has the entry's count of misses to tell
 * a stale frame by.
 */
static __always_inline void drop_stale(struct gft_row *row, __u64 address, enum gft_context context)
{
	/* under PREEMPT_RT interrupts may not ask for pages */
	if (asked_for(preempt_rt) || GFT_COPY > 1)
		return;
	if (context != GFT_TASK && !on_task_stack(address)) {
		row->irq_top = address | ((1ull << GFT_STACK_SHIFT) - 1);
		row->stale += (__u64)frame__drop_below(address);
		return;
	}
	/* a task, ksoftirqd, or an interrupt of user space: nothing is alive there */
	if (frame__line_is_empty(row->irq_top))
		return;
	if (asked_for(uncounted_entries))
		see_exit_misses(row); /* first: one that is skipped meanwhile leaves a frame */
	row->stale += (__u64)frame__drop_below(row->irq_top);
}

/* With --marked: what the exit took, for the check at the function's return. */
static __always_inline void note_taken(__u64 address, const struct gft_frame *frame)
{
	struct gft_taken *taken;

	if (!asked_for(marked))
		return;
	if (GFT_COPY == 1)
		gft_taken[line_of(address)].tag = 0;
	if (!frame)
		return;
	taken = &gft_taken[line_of(frame->tag)];
	taken->tag = frame->tag & ~GFT_FLAGS;
	taken->gfp = frame->gfp;
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
	/* an exit was skipped: what it left may be what is found here */
	if (asked_for(uncounted_entries)) {
		misses = exit_misses(row);
		if (misses != row->exit_misses_seen[context & 3]) {
			row->exit_misses_seen[context & 3] = misses;
			return true;
		}
	}
	if (context == GFT_NMI || !frame || !is_timed(frame))
		return false;
	return !frame__is_current(frame) || frame->start < row->last_exit[GFT_TASK] ||
	       frame->start < row->last_exit[GFT_SOFTIRQ] ||
	       (context == GFT_HARDIRQ && frame->start < row->last_exit[GFT_HARDIRQ]);
}

/* The frame of the request that ends at `address`; NULL: it is lost. */
static __always_inline struct gft_frame *pair(struct gft_row *row, __u64 address,
					      enum gft_context context)
{
	bool thread = is_thread(context);
	struct gft_frame *frame = frame__of(address, &row->distance, thread && GFT_COPY == 1);

	/* left by what was under way when the first copy was attached: no request of now */
	if (GFT_COPY > 1 && thread && frame && is_timed(frame) && frame->start < gft_copies_since)
		return NULL;
	if (!thread && is_anothers(row, frame, context) && frame) {
		frame->tag = 0;
		row->stale++;
		frame = NULL;
	}
	note_taken(address, frame);
	if (!frame && GFT_COPY == 1)
		row->unpaired++;
	return frame;
}

/* The pointer to the program's arguments lies on the stack of the function that ends. */
static __always_inline __u64 exit_address_of(struct gft_row *row, const __u64 *args)
{
	*(volatile __u64 *)&row->scratch = (__u64)args;
	return *(volatile __u64 *)&row->scratch;
}

static __always_inline __u32 seen_by(const struct gft_frame *frame, __u64 latency)
{
	return frame->tag & GFT_STAGED
		       ? stage__seen(walk__index(frame), frame->tag, frame->start, latency)
		       : 0;
}

/* Of a request that was counted and timed: its stages, and is it one of the slowest? */
static __always_inline void count_way(struct gft_row *row, const struct request *request, __u64 now)
{
	bool unknown = request->seen & GFT_SEEN_UNKNOWN;
	bool known = request->seen && !unknown;
	__u32 walk = known ? walk__index(request->frame) : NO_WALK;

	if (known)
		stage__count(walk, gft_stage_kind(0, class_of(request->gfp), order_of(request),
						  request->context));
	if (unlikely(request->latency >= row->slow_floor))
		row->slow_floor = slowest__keep(request->ctx, request->latency, now,
						request->gfp | (__u64)order_of(request) << 32,
						walk | (__u64)request->context << 32 |
							(page_of(request) ? 0 : 1ull << 40) |
							(unknown ? 1ull << 41 : 0));
}

/* The request whose frame was found: count it, then give the frame back. */
static __always_inline void take(struct gft_row *row, struct request *request, bool timed,
				 __u64 now)
{
	struct gft_frame *frame = request->frame;

	request->gfp = frame->gfp;
	request->timed = timed;
	request->latency = now - frame->start;
	request->seen = seen_by(frame, timed ? request->latency : 0);
	if (count(row, request) && timed)
		count_way(row, request, now);
	barrier();
	frame->tag = 0;
}

static __always_inline int finish(const __u64 *args, struct gft_row *row, enum gft_context context)
{
	struct request request = {.args = args,
				  .gfp = (__u32)args[2],
				  .context = context,
				  .ctx = (void *)args,
				  .stack = (void *)args};
	__u64 address, now;

	if (!given(timed)) {
		count(row, &request);
		return 0;
	}
	address = exit_address_of(row, args);
	request.frame = pair(row, address, context);
	now = row->slow_end; /* the fast path has looked */
	row->slow_end = 0;
	if (!now)
		now = bpf_ktime_get_ns();
	row->last_exit[context & 3] = now;
	if (request.frame)
		take(row, &request, is_timed(request.frame), now);
	/* last, for what interrupts us from here on is what it would miss */
	drop_stale(row, address, context);
	return 0;
}

/* Off the fast path, so that its registers are its own. */
static __noinline int finish_slow(const __u64 *args, struct gft_row *row, enum gft_context context)
{
	return args && row ? finish(args, row, context) : 0;
}

/*
 * The rule, in a plain run: a task's request got a page within two microseconds and without a
 * stage, its frame is the first of its line, its series has been there before. False: it is not
 * so, and nothing has been done; everything else is finish_slow()'s. No call but the clock, lest
 * registers be saved for it.
 */
static __always_inline bool count_fast(struct gft_row *row, const __u64 *args,
				       struct gft_frame *frame, bool timed)
{
	__u64 now = timed ? bpf_ktime_get_ns() : 0, latency = 0;
	struct request request = {.args = args, .gfp = frame->gfp, .context = GFT_TASK};
	__u32 slot = row->slot[combination_of(row, &request) % GFT_COMBINATIONS];
	__u64 page = page_of(&request);
	struct gft_series *series;

	if (unlikely(slot >= slots_here()) || unlikely(!page)) {
		if (slot != GFT_SLOT_FILTERED)
			return false;
		frame->tag = 0;
		row->filtered++;
		return true;
	}
	if (timed) {
		latency = now - frame->start;
		barrier_var(latency); /* no interrupt may use the frame before it has been read */
		if (!is_linear(latency)) { /* perhaps one of the slowest */
			row->slow_end = latency + frame->start;
			return false;
		}
	}
	frame->tag = 0;
	series = series__at(row, slot);
	if (timed) {
		series__add_extremes(series, latency);
		series->bucket[latency >> GFT_LINEAR_SHIFT]++;
	}
	series->align[align_slot(page) % GFT_ALIGN_SLOTS]++;
	if (unlikely(!is_home(row, page)))
		placement__add(row, page);
	return true;
}

static __always_inline bool finish_fast(struct gft_row *row, const __u64 *args)
{
	__u64 address = exit_address_of(row, args);
	struct gft_frame *frame = &frame__line(address)->frame[0];
	__u64 apart = frame->tag - address;

	if (likely(apart == row->distance))
		return count_fast(row, args, frame, true);
	return apart == row->distance + GFT_UNTIMED && count_fast(row, args, frame, false);
}

static __noinline int finish_slow_task(const __u64 *args, struct gft_row *row)
{
	return args && row ? finish(args, row, GFT_TASK) : 0;
}

static __always_inline int finish_in(const __u64 *args, struct gft_row *row,
				     enum gft_context context)
{
	if (either(0, 1) || unlikely(context != GFT_TASK))
		return finish_slow(args, row, context);
	return likely(finish_fast(row, args)) ? 0 : finish_slow_task(args, row);
}

static __always_inline int end_symbol(const __u64 *args)
{
	__u32 preempt_count = preempt_count_symbol();
	struct gft_row *row = row__of(bpf_get_smp_processor_id());

	return row ? finish_in(args, row, context_of(preempt_count)) : 0;
}

static __always_inline int end_address(const __u64 *args)
{
	struct gft_row *row = row__of(bpf_get_smp_processor_id());

	return row ? finish_in(args, row, context_of(preempt_count_slow(row, stack_address(args))))
		   : 0;
}

#if GFT_COPY > 1
/* Has another copy taken the frame, as is the rule? */
static __always_inline bool is_done(const __u64 *args)
{
	return likely(frame__line_is_empty(stack_address(args)));
}

/* Off the fast path, so that its registers are its own. */
static __noinline int end_symbol_slow(const __u64 *args)
{
	return args ? end_symbol(args) : 0;
}

static __noinline int end_address_slow(const __u64 *args)
{
	return args ? end_address(args) : 0;
}
#else
#define is_done(args)	       false
#define end_symbol_slow(args)  end_symbol(args)
#define end_address_slow(args) end_address(args)
#endif

/*
 * A raw tracepoint, since it hands over the page as a number, on which we may reckon:
 * (struct page *page, unsigned int order, gfp_t gfp, int migratetype).
 */
SEC("raw_tp/mm_page_alloc")
int exit_symbol(__u64 *args)
{
	return is_done(args) ? 0 : end_symbol_slow(args);
}

#ifndef GFT_PLAIN
SEC("raw_tp/mm_page_alloc")
int exit_address(__u64 *args)
{
	return is_done(args) ? 0 : end_address_slow(args);
}
#endif
