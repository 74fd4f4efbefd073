// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why a request failed. warn_alloc() is called at the end of every slow path that
 * fails, for __GFP_NOWARN too (mm/page_alloc.c, label `fail:`); a request that got its
 * page and was then refused by its memory cgroup does not pass there.
 */
#include "record.bpf.h"
#include <bpf/bpf_tracing.h>

/*
 * Did `frame` begin after `other`, both above us on our stack? Where either was not timed,
 * the lower one did: a request nested in another is further down.
 */
static __always_inline bool is_inner(const struct gft_frame *frame, const struct gft_frame *other)
{
	if (!other)
		return true;
	if (is_timed(frame) && is_timed(other))
		return frame->start > other->start;
	return frame->tag < other->tag;
}

SEC("kprobe/warn_alloc")
int failure_warned(struct pt_regs *ctx)
{
	__u64 address = PT_REGS_SP(ctx);
	struct gft_line *line = frame__line(address);
	struct gft_frame *inner = NULL;

	for (int i = 0; i < GFT_LINE_FRAMES; i++) {
		struct gft_frame *frame = &line->frame[i];

		if (same_stack(frame->tag, address) && frame->tag >= address &&
		    frame__is_current(frame) && is_inner(frame, inner))
			inner = frame;
	}
	if (inner)
		inner->warned = 1;
	return 0;
}

/* With --failures-only: `args` as the tracepoint mm_page_alloc has them, the page NULL. */
static __noinline int count_failure(void *ctx, const __u64 *args)
{
	struct gft_row *row = row__of(bpf_get_smp_processor_id());
	struct request request = {};

	if (!row || !args || !ctx)
		return 0;
	request.args = args;
	request.gfp = (__u32)args[2];
	request.context = context_of(preempt_count_slow(row, stack_address(ctx)));
	count(row, &request);
	return 0;
}

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

/* warn_alloc(gfp_mask, nodemask, "page allocation failure: order:%u", order) */
SEC("kprobe/warn_alloc")
int failure_alone(struct pt_regs *ctx)
{
	__u64 args[3] = {0, (__u32)PT_REGS_PARM4(ctx), (__u32)PT_REGS_PARM1(ctx)};

	if (is_page_failure((const char *)PT_REGS_PARM3(ctx)))
		count_failure(ctx, args);
	return 0;
}

/* Where there are no kprobes: at the end of every request, to pass over what succeeded. */
SEC("raw_tp/mm_page_alloc")
int failure_tracepoint(const __u64 *args)
{
	__u64 failed[3] = {0, args[1], args[2]};

	return args[0] ? 0 : count_failure((void *)args, failed);
}
