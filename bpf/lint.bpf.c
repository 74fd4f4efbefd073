// SPDX-License-Identifier: GPL-2.0-only
/*
 * With --lint: requests that may sleep where sleeping is not allowed, and requests that may not
 * where it is. Whether it is allowed is asked as the kernel's own might_sleep() does it
 * (kernel/sched/core.c __might_resched()): preempt_count, the depth of RCU read-side sections,
 * and whether interrupts are on. The last is to be seen by a kprobe alone, whose registers hold
 * the CPU's flags.
 */
#include "caller.bpf.h"
#include "filter.bpf.h"

#include <bpf/bpf_tracing.h>

#include <gfptrace/lint.h>

struct gft_lint_base gft_lint_base = {};

#define COUNT_MASK  0x00ffffffu /* preempt, softirq, hardirq and NMI: without NEED_RESCHED */
#define PF_MEMALLOC 0x00000800u /* include/linux/sched.h */

enum irqs { IRQS_UNKNOWN, IRQS_OFF, IRQS_ON };

struct asked {
	void *ctx;
	__u32 gfp, order;
	enum irqs irqs;
};

/* CONFIG_PREEMPT_RCU: elsewhere a read-side section is one without preemption. */
static __always_inline __u32 rcu_depth(void)
{
	const struct task_struct___rcu *task = (const void *)bpf_get_current_task_btf();

	if (!bpf_core_field_exists(task->rcu_read_lock_nesting))
		return 0;
	return (__u32)task->rcu_read_lock_nesting;
}

static __always_inline int learn(__u32 preempt, __u32 rcu, enum irqs irqs)
{
	struct gft_lint_base *base = &gft_lint_base;

	if (current_tgid() != base->learning)
		return 0;
	if (!base->requests || preempt < base->preempt)
		base->preempt = preempt;
	if (!base->requests || rcu < base->rcu)
		base->rcu = rcu;
	if (irqs == IRQS_ON)
		base->irqs_on++;
	base->requests++;
	return 0;
}

/* What is wrong with it; GFT_LINT_KINDS: nothing. */
static __always_inline enum gft_lint_kind judge(const struct asked *asked, bool atomic)
{
	if (asked->gfp & gft_failure_config.direct_reclaim)
		return atomic ? GFT_LINT_SLEEPING : GFT_LINT_KINDS;
	/*
	 * Under PREEMPT_RT spinlocks sleep, but code is written for all kernels; and whoever frees
	 * memory must not wait for memory.
	 */
	if (atomic || asked->irqs != IRQS_ON || gft_config.preempt_rt ||
	    class_of(asked->gfp) != GFT_CLASS_ATOMIC ||
	    bpf_get_current_task_btf()->flags & PF_MEMALLOC)
		return GFT_LINT_KINDS;
	return GFT_LINT_NEEDLESS;
}

static __noinline int look(const struct asked *asked)
{
	struct gft_row *row =
		bpf_map_lookup_elem(&gft_cpus_1, &(__u32){bpf_get_smp_processor_id()});
	__u32 preempt, rcu, place = caller_place(GFT_CALLER_LINT);
	enum gft_lint_kind kind;
	enum gft_context context;

	if (!row || !asked)
		return 0;
	preempt = preempt_count_slow(row, stack_address(asked->ctx));
	rcu = rcu_depth();
	if (gft_lint_base.learning)
		return learn(preempt & COUNT_MASK, rcu, asked->irqs);
	kind = judge(asked, ((preempt - gft_lint_base.preempt) & COUNT_MASK) ||
				    rcu > gft_lint_base.rcu || asked->irqs == IRQS_OFF);
	if (kind == GFT_LINT_KINDS)
		return 0;
	context = context_of(preempt - gft_lint_base.preempt);
	if ((gft_config.marked && !(asked->gfp >> GFT_MARK_SHIFT)) ||
	    !labels_match(class_of(asked->gfp), asked->order, context) || !task_matches(context) ||
	    !caller__look(asked->ctx, place, true))
		return 0;
	return lint__count(place, kind);
}

/* At the choke point's entry: (gfp_t gfp, unsigned int order, ...). */
SEC("kprobe")
int lint_kprobe(struct pt_regs *ctx)
{
	struct asked asked = {
		.ctx = ctx,
		.gfp = (__u32)PT_REGS_PARM1(ctx),
		.order = (__u32)PT_REGS_PARM2(ctx),
	};

#if defined(__TARGET_ARCH_x86)
	asked.irqs = ctx->flags & 0x200 ? IRQS_ON : IRQS_OFF; /* X86_EFLAGS_IF */
#elif defined(__TARGET_ARCH_arm64)
	asked.irqs =
		((struct user_pt_regs *)ctx)->pstate & 0x80 ? IRQS_OFF : IRQS_ON; /* PSR_I_BIT */
#endif
	return look(&asked);
}

/* Where there are no kprobes: (struct page *page, unsigned int order, gfp_t gfp, int type). */
SEC("raw_tp/mm_page_alloc")
int lint_tracepoint(const __u64 *args)
{
	struct asked asked = {
		.ctx = (void *)args,
		.gfp = (__u32)args[2],
		.order = (__u32)args[1],
		.irqs = IRQS_UNKNOWN,
	};

	return look(&asked);
}
