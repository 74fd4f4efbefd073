/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel's values mean: context of the CPU, class of a gfp, frame number of a page. */
#ifndef GFPTRACE_BPF_DECODE_H
#define GFPTRACE_BPF_DECODE_H

#include "frame.bpf.h"
#include <bpf/bpf_core_read.h>

/* include/linux/preempt.h: the same masks from v5.0 to v6.18. */
#define NMI_MASK       0x00f00000
#define HARDIRQ_MASK   0x000f0000
#define SOFTIRQ_OFFSET 0x00000100 /* serving a softirq; steps of 0x200 only disable them */

#if defined(__TARGET_ARCH_x86)
extern const int __preempt_count __ksym __weak;	     /* to v6.1 and from v6.15 */
extern const struct pcpu_hot pcpu_hot __ksym __weak; /* between */

/*
 * By the type, which libbpf resolves to a constant: what the verifier knows to be dead costs
 * nothing. Each branch keeps its own load, with the field's offset in the instruction.
 */
static __always_inline __u32 preempt_count_symbol(void)
{
	__u32 count;

	if (bpf_core_type_exists(struct pcpu_hot)) {
		count = (__u32)((const struct pcpu_hot *)bpf_this_cpu_ptr(&pcpu_hot))
				->preempt_count;
		barrier_var(count);
	} else {
		count = (__u32) * (const int *)bpf_this_cpu_ptr(&__preempt_count);
	}
	return count;
}
#elif defined(__TARGET_ARCH_arm64)
static __always_inline __u32 preempt_count_symbol(void)
{
	struct task_struct___arm64 *task = (void *)bpf_get_current_task_btf();

	return task->thread_info.preempt.count;
}
#endif

/* Is the address on the current task's own stack, not on one for interrupts? */
static __always_inline bool on_task_stack(__u64 address)
{
	return address - (__u64)bpf_get_current_task_btf()->stack < 1ull << GFT_STACK_SHIFT;
}

/*
 * Where that symbol is not to be had (KALLSYMS_ALL=n): by its address on this CPU,
 * which user/trace/locate.c works out. Without even that, what does not run on the task's
 * own stack (`address` is on ours) is an interrupt, and a softirq for want of better
 * knowledge.
 */
static __always_inline __u32 preempt_count_slow(const struct gft_row *row, __u64 address)
{
	int count = 0;

	if (gft_config.context_by_stack)
		return on_task_stack(address) ? 0 : SOFTIRQ_OFFSET;
#if defined(__TARGET_ARCH_arm64)
	return preempt_count_symbol();
#endif
	if (row->preempt_count) {
		bpf_probe_read_kernel(&count, sizeof(count), (const void *)row->preempt_count);
		return (__u32)count;
	}
	return on_task_stack(address) ? 0 : SOFTIRQ_OFFSET;
}

static __always_inline enum gft_context context_of(__u32 preempt_count)
{
	if (asked_for(preempt_rt)) {
		struct task_struct___rt *task = (void *)bpf_get_current_task_btf();

		preempt_count = (preempt_count & ~0xffffu) | (__u32)task->softirq_disable_cnt;
	}
	if (!(preempt_count & (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_OFFSET)))
		return GFT_TASK;
	if (preempt_count & NMI_MASK)
		return GFT_NMI;
	return preempt_count & HARDIRQ_MASK ? GFT_HARDIRQ : GFT_SOFTIRQ;
}

static __always_inline enum gft_class class_of(__u32 gfp)
{
	__u32 index = (gfp & either(GFT_PLAIN_CLASS_MASK, gft_config.class_mask)) *
		      either(GFT_PLAIN_CLASS_MAGIC, gft_config.class_magic);

	return gft_class_of[index >> (32 - GFT_CLASS_BITS)];
}

static __always_inline __u64 pfn_of(__u64 page)
{
	__u64 offset = page - gft_config.vmemmap;

	if (either(1, gft_config.page_struct_shift))
		return offset >> either(GFT_PLAIN_STRUCT_SHIFT, gft_config.page_struct_shift);
	return offset / gft_config.page_struct;
}

/*
 * Migrate type of the page's block, as get_pageblock_migratetype() reads it under
 * SPARSEMEM_VMEMMAP: some bits a block, the lowest 3 the type (include/linux/pageblock-flags.h).
 */
#define SECTION_PAGES_SHIFT (27 - 12) /* x86-64 and arm64 with 4 KiB pages */

static __always_inline __u32 migratetype_of(__u64 pfn)
{
	const struct mem_section **roots = NULL;
	const struct mem_section *section;
	struct mem_section_usage *usage = NULL;
	__u64 number = pfn >> SECTION_PAGES_SHIFT;
	__u64 per_root = (1ull << gft_config.page_shift) / bpf_core_type_size(struct mem_section);
	__u64 bit, word = 0;

	bpf_probe_read_kernel(&roots, sizeof(roots), (const void *)gft_config.mem_section);
	bpf_probe_read_kernel(&section, sizeof(section), &roots[number / per_root]);
	section = (const void *)section +
		  (number % per_root) * bpf_core_type_size(struct mem_section);
	bpf_probe_read_kernel(&usage, sizeof(usage),
			      (const void *)section + bpf_core_field_offset(section->usage));
	bit = (pfn & ((1ull << SECTION_PAGES_SHIFT) - 1)) >> gft_config.pageblock_order
								     << gft_config.pageblock_shift;
	bpf_probe_read_kernel(&word, sizeof(word),
			      (const void *)usage + bpf_core_field_offset(usage->pageblock_flags) +
				      bit / 64 * sizeof(word));
	return ((__u32)(word >> (bit % 64)) & 7) + 1;
}

#endif
