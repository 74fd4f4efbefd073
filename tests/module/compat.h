/* SPDX-License-Identifier: GPL-2.0-only */
/* Where kernels differ; each entry names the release that made the difference. */
#ifndef ALLOCPAGE_COMPAT_H
#define ALLOCPAGE_COMPAT_H

#include <linux/gfp.h>
#include <linux/hrtimer.h>
#include <linux/mmzone.h>
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

/* v6.14 took the list form away and renamed the array form. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 14, 0)
#define AP_HAS_BULK_LIST 0
#else
#define AP_HAS_BULK_LIST 1
#endif

static inline unsigned long ap_bulk_array(gfp_t gfp, unsigned long count, struct page **pages)
{
#if AP_HAS_BULK_LIST
	return alloc_pages_bulk_array(gfp, count, pages);
#else
	return alloc_pages_bulk(gfp, count, pages);
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

/* v6.7 allocates shrinkers itself; until then the caller does. */
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
	const int err = register_shrinker(shrinker, "allocpage");

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
 * to them but on x86, which exports lookup_address() and __flush_tlb_all() (seen on 6.1 and
 * 6.12); init_mm, flush_tlb_kernel_range(), set_memory_np(), vunmap_range() are the kernel's own.
 */
#ifdef CONFIG_X86
#define AP_CAN_GUARD 1

static inline pte_t *ap_kernel_pte(const void *address)
{
	unsigned int level;
	pte_t *entry = lookup_address((unsigned long)address, &level);

	return level == PG_LEVEL_4K ? entry : NULL;
}

static inline void ap_flush_this_cpu(void *unused)
{
	__flush_tlb_all();
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
