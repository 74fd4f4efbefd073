/* SPDX-License-Identifier: GPL-2.0-only */
/* Where kernels differ; each entry names the release that made the difference. */
#ifndef ALLOCPAGE_COMPAT_H
#define ALLOCPAGE_COMPAT_H

#include <linux/gfp.h>
#include <linux/hrtimer.h>
#include <linux/mmzone.h>
#include <linux/preempt.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/swap.h>
#include <linux/uaccess.h>
#include <linux/version.h>

#ifdef CONFIG_X86
#include <asm/tlbflush.h>
#endif

/* v6.8 renamed it; in v6.4 the old name changed its meaning from "largest + 1" to "largest". */
#ifdef MAX_PAGE_ORDER
#define AP_LARGEST_ORDER MAX_PAGE_ORDER
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
#define AP_LARGEST_ORDER MAX_ORDER
#else
#define AP_LARGEST_ORDER (MAX_ORDER - 1)
#endif

/* v5.13 renamed in_irq(). */
#ifndef in_hardirq
#define in_hardirq() in_irq()
#endif

/* v5.15 brought sleeping locks of PREEMPT_RT. */
#ifndef TASK_RTLOCK_WAIT
#define TASK_RTLOCK_WAIT 0
#endif

/*
 * The choke point, and no memory policy on the way. v5.13 renamed it and dropped the old name,
 * v7.3 exports it no more: what wraps it adds nothing there.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 13, 0)
#define ap_alloc_pages(gfp, order, nid) __alloc_pages_nodemask(gfp, order, nid, NULL)
#elif LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0) || defined(__alloc_pages)
#define ap_alloc_pages(gfp, order, nid) __alloc_pages(gfp, order, nid, NULL)
#else
#define ap_alloc_pages(gfp, order, nid) alloc_pages_node_noprof(nid, gfp, order)
#endif

/* v6.13 added hrtimer_setup(), v6.15 took hrtimer_init() away. */
static inline void ap_hrtimer_setup(struct hrtimer *timer,
				    enum hrtimer_restart (*function)(struct hrtimer *),
				    enum hrtimer_mode mode)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
	hrtimer_setup(timer, function, CLOCK_MONOTONIC, mode);
#else
	hrtimer_init(timer, CLOCK_MONOTONIC, mode);
	timer->function = function;
#endif
}

/* v5.13 brought bulk requests. v6.14 took the list form away and renamed the array form. */
#define AP_HAS_BULK	 (LINUX_VERSION_CODE >= KERNEL_VERSION(5, 13, 0))
#define AP_HAS_BULK_LIST (AP_HAS_BULK && LINUX_VERSION_CODE < KERNEL_VERSION(6, 14, 0))

static inline unsigned long ap_bulk_array(gfp_t gfp, unsigned long count, struct page **pages)
{
#if AP_HAS_BULK_LIST
	return alloc_pages_bulk_array(gfp, count, pages);
#elif AP_HAS_BULK
	return alloc_pages_bulk(gfp, count, pages);
#else
	return 0;
#endif
}

static inline unsigned long ap_bulk_list(gfp_t gfp, unsigned long count, struct list_head *pages)
{
#if AP_HAS_BULK_LIST
	return alloc_pages_bulk_list(gfp, count, pages);
#else
	return 0;
#endif
}

/* v6.7 allocates shrinkers itself; until then the caller does. v6.0 gave them names. */
static inline struct shrinker *ap_shrinker_alloc(void)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	return shrinker_alloc(0, "allocpage");
#else
	return kzalloc(sizeof(struct shrinker), GFP_KERNEL);
#endif
}

static inline int ap_shrinker_register(struct shrinker *shrinker)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	shrinker_register(shrinker);
	return 0;
#else
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 0, 0)
	const int err = register_shrinker(shrinker, "allocpage");
#else
	const int err = register_shrinker(shrinker);
#endif

	if (err)
		kfree(shrinker);
	return err;
#endif
}

static inline void ap_shrinker_free(struct shrinker *shrinker)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
	shrinker_free(shrinker);
#else
	unregister_shrinker(shrinker);
	kfree(shrinker);
#endif
}

/* v6.4 added mm_account_reclaimed_pages() and renamed what it counts in. */
static inline void ap_account_reclaimed(unsigned long pages)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
	mm_account_reclaimed_pages(pages);
#else
	if (current->reclaim_state)
		current->reclaim_state->reclaimed_slab += pages;
#endif
}

/*
 * The entry of a kernel address in the page tables, and a flush of all CPUs. Modules have no way
 * to them but on x86, which exports lookup_address(); init_mm, flush_tlb_kernel_range(),
 * set_memory_np(), vunmap_range() are the kernel's own. v7.2 keeps __flush_tlb_all() for KVM: what
 * it does, a change of CR4.PGE, flushes global entries too (Intel SDM 4.10.4.1).
 */
#ifdef CONFIG_X86
#define AP_CAN_GUARD 1

static inline pte_t *ap_kernel_pte(const void *address)
{
	unsigned int level;
	pte_t *entry = lookup_address((unsigned long)address, &level);

	return level == PG_LEVEL_4K ? entry : NULL;
}

/* Interrupts are off. */
static inline void ap_flush_this_cpu(void *unused)
{
	const unsigned long cr4 = __read_cr4();

	asm volatile("mov %0, %%cr4" : : "r"(cr4 ^ X86_CR4_PGE) : "memory");
	asm volatile("mov %0, %%cr4" : : "r"(cr4) : "memory");
}
#else
#define AP_CAN_GUARD 0

static inline pte_t *ap_kernel_pte(const void *address)
{
	return NULL;
}

static inline void ap_flush_this_cpu(void *unused)
{
}
#endif

static inline void ap_flush_tlb(void)
{
	on_each_cpu(ap_flush_this_cpu, NULL, 1);
}

/* copy_to_kernel_nofault() is not exported: one byte, false if it faults. */
static inline bool ap_write_nofault(u8 *to, u8 value)
{
	pagefault_disable();
	__put_kernel_nofault(to, &value, u8, fault);
	pagefault_enable();
	return true;
fault:
	pagefault_enable();
	return false;
}

#endif
