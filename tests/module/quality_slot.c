// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mappings with guards. A slot of order n is an area of the vmalloc space whose page tables
 * exist and are empty: 2^n pages, the first of which is aligned to all of them, and at least one
 * page before and after that never is mapped. To map a block into it is to write entries where
 * there were none, which needs no flush and no lock, so that any context can do it.
 *
 * What is put back is taken out of the page tables at once, and waits for the work that flushes
 * the TLB of all CPUs, which an interrupt cannot: until then neither the pages nor the slot are
 * used again. So whoever still uses the address cannot write to pages that others have.
 *
 * How a slot comes about: vmap() with a protection that is "not present" fills the page tables
 * with entries that no CPU ever caches, and these are cleared. So that vunmap() finds nothing
 * it would complain about (vunmap_pte_range(), mm/vmalloc.c), a slot is empty when it goes.
 */
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

#include "quality_parts.h"

#define ORDERS (AP_LARGEST_ORDER + 1)

/* Pages that wait for the flush before a caller that may sleep flushes itself. */
#define BACKLOG 4096

static unsigned int guard_slots = 16;
module_param(guard_slots, uint, 0444);
MODULE_PARM_DESC(guard_slots, "prepared mappings of each order for callers that cannot sleep");

struct ap_slot {
	struct list_head list;
	void *area;  /* vmap()'s */
	void *start; /* where blocks begin */
	u32 order;
	u32 mapped; /* pages */
	/* what has to be freed after the flush */
	struct page *page;
	u32 page_order;
	bool split;
};

static void wash(struct work_struct *work);

static DEFINE_RAW_SPINLOCK(lock); /* of the lists and their lengths */
static LIST_HEAD(dirty);
static u32 dirty_pages;
static struct pool {
	struct list_head idle;
	u32 count, target, lowest;
} pools[ORDERS];
static u32 slots_total; /* pooled or not */
static DEFINE_MUTEX(laundry);
static DECLARE_WORK(work, wash);
static struct page *placeholder;

static void destroy(struct ap_slot *slot)
{
	unsigned long flags;

	vunmap(slot->area);
	kfree(slot);
	raw_spin_lock_irqsave(&lock, flags);
	slots_total--;
	raw_spin_unlock_irqrestore(&lock, flags);
}

/* Takes the entries of so many pages away; false: there is no table for one of them. */
static bool clear(void *start, u32 pages)
{
	u32 i;

	for (i = 0; i < pages; i++) {
		pte_t *entry = ap_kernel_pte(start + ((size_t)i << PAGE_SHIFT));

		if (!entry)
			return false;
		set_pte(entry, __pte(0));
	}
	return true;
}

/* An area with page tables: the pages, room to align them, a page before and one after. */
static void *reserve(u32 pages)
{
	struct page **nothing = kvmalloc_array(pages, sizeof(*nothing), GFP_KERNEL);
	void *area = NULL;
	u32 i;

	if (!nothing)
		return NULL;
	for (i = 0; i < pages; i++)
		nothing[i] = placeholder;
	area = vmap(nothing, pages, VM_MAP, __pgprot(0));
	kvfree(nothing);
	if (area && !clear(area, pages)) {
		pr_err("allocpage: no page tables behind %p\n", area);
		/* what is left in them would not pass vunmap() */
		return NULL;
	}
	return area;
}

static struct ap_slot *make(u32 order)
{
	const size_t size = PAGE_SIZE << order;
	struct ap_slot *slot = kzalloc(sizeof(*slot), GFP_KERNEL);
	unsigned long flags;

	if (!slot)
		return NULL;
	slot->order = order;
	slot->area = reserve((2u << order) + 1);
	if (!slot->area) {
		kfree(slot);
		return NULL;
	}
	slot->start = (void *)ALIGN((unsigned long)slot->area + PAGE_SIZE, size);
	raw_spin_lock_irqsave(&lock, flags);
	slots_total++;
	raw_spin_unlock_irqrestore(&lock, flags);
	return slot;
}

/* Into the pool, or away if that is full. */
static void store(struct ap_slot *slot)
{
	struct pool *pool = &pools[slot->order];
	unsigned long flags;
	bool room;

	raw_spin_lock_irqsave(&lock, flags);
	room = pool->count < pool->target;
	if (room) {
		list_add_tail(&slot->list, &pool->idle);
		pool->count++;
	}
	raw_spin_unlock_irqrestore(&lock, flags);
	if (!room)
		destroy(slot);
}

static bool has_room(struct pool *pool)
{
	return READ_ONCE(pool->count) < READ_ONCE(pool->target);
}

static void fill(u32 order)
{
	while (has_room(&pools[order])) {
		struct ap_slot *slot = make(order);

		if (!slot)
			return;
		store(slot);
	}
}

/* The pages of what waits become free, its slots usable; then pools that ran low are filled. */
static void wash(struct work_struct *unused)
{
	struct ap_slot *slot, *next;
	unsigned long flags;
	LIST_HEAD(list);
	u32 order;

	mutex_lock(&laundry);
	raw_spin_lock_irqsave(&lock, flags);
	list_splice_init(&dirty, &list);
	dirty_pages = 0;
	raw_spin_unlock_irqrestore(&lock, flags);
	if (!list_empty(&list)) {
		ap_flush_tlb();
		ap_count(AP_N_WASHES, 1);
	}
	list_for_each_entry_safe(slot, next, &list, list)
	{
		ap_block_free_pages(slot->page, slot->page_order, slot->split);
		slot->page = NULL;
		ap_count(AP_N_WASHED, 1);
		store(slot);
		cond_resched();
	}
	for (order = 0; order < ORDERS; order++)
		fill(order);
	mutex_unlock(&laundry);
}

static struct ap_slot *from_pool(struct pool *pool, u32 keep)
{
	struct ap_slot *slot = NULL;
	unsigned long flags;

	raw_spin_lock_irqsave(&lock, flags);
	if (pool->count > keep) {
		slot = list_first_entry(&pool->idle, struct ap_slot, list);
		list_del(&slot->list);
		pool->count--;
		pool->lowest = min(pool->lowest, pool->count);
	}
	raw_spin_unlock_irqrestore(&lock, flags);
	return slot;
}

/* Those who may sleep leave half of the pool to those who cannot, and make what they lack. */
struct ap_slot *ap_slot_take(u32 order, bool may_sleep)
{
	struct pool *pool = &pools[order];
	struct ap_slot *slot = from_pool(pool, may_sleep ? pool->target / 2 : 0);

	if (slot) {
		ap_count(AP_N_POOL_TAKEN, 1);
		return slot;
	}
	if (!may_sleep) {
		ap_count(AP_N_POOL_MISSED, 1);
		WRITE_ONCE(pool->target, guard_slots);
		schedule_work(&work);
		return NULL;
	}
	if (!ap_may_sleep())
		return NULL;
	if (READ_ONCE(dirty_pages) > BACKLOG)
		wash(NULL);
	slot = make(order);
	if (slot)
		ap_count(AP_N_POOL_MADE, 1);
	return slot;
}

void *ap_slot_map(struct ap_slot *slot, struct page *page, u32 pages)
{
	u32 i;

	for (i = 0; i < pages; i++) {
		void *address = slot->start + ((size_t)i << PAGE_SHIFT);

		set_pte(ap_kernel_pte(address), mk_pte(page + i, PAGE_KERNEL));
	}
	slot->mapped = pages;
	return slot->start;
}

void ap_slot_return(struct ap_slot *slot)
{
	unsigned long flags;

	/* never mapped, so that there is nothing to flush; over the target for a while, maybe */
	raw_spin_lock_irqsave(&lock, flags);
	list_add(&slot->list, &pools[slot->order].idle);
	pools[slot->order].count++;
	raw_spin_unlock_irqrestore(&lock, flags);
}

void ap_slot_wash(struct ap_slot *slot, const struct ap_block *block)
{
	unsigned long flags;

	clear(slot->start, slot->mapped);
	slot->page = block->page;
	slot->page_order = block->order;
	slot->split = block->split;
	raw_spin_lock_irqsave(&lock, flags);
	list_add_tail(&slot->list, &dirty);
	dirty_pages += 1u << block->order;
	raw_spin_unlock_irqrestore(&lock, flags);
	schedule_work(&work);
}

/* From now on the pool of this order is kept full. */
int ap_slots_want(u32 order)
{
	mutex_lock(&laundry);
	WRITE_ONCE(pools[order].target, guard_slots);
	fill(order);
	mutex_unlock(&laundry);
	return has_room(&pools[order]) ? -ENOMEM : 0;
}

void ap_slots_settle(void)
{
	schedule_work(&work);
	flush_work(&work);
}

int ap_slots_open(void)
{
	u32 i;

	for (i = 0; i < ORDERS; i++) {
		INIT_LIST_HEAD(&pools[i].idle);
		pools[i].lowest = guard_slots;
	}
	placeholder = alloc_page(GFP_KERNEL);
	return placeholder ? 0 : -ENOMEM;
}

void ap_slots_close(void)
{
	struct ap_slot *slot;
	u32 i;

	for (i = 0; i < ORDERS; i++)
		WRITE_ONCE(pools[i].target, 0);
	ap_slots_settle();
	for (i = 0; i < ORDERS; i++)
		while ((slot = from_pool(&pools[i], 0)))
			destroy(slot);
	if (placeholder)
		__free_page(placeholder);
	placeholder = NULL;
}

void ap_slots_reset(void)
{
	u32 i;

	for (i = 0; i < ORDERS; i++)
		WRITE_ONCE(pools[i].lowest, READ_ONCE(pools[i].count));
}

/* The pools that are in use. */
void ap_slots_show(struct seq_file *file)
{
	const char *comma = "";
	u32 i;

	seq_printf(file, "\"slots\":%u,\"waiting_pages\":%u,\"pools\":[", READ_ONCE(slots_total),
		   READ_ONCE(dirty_pages));
	for (i = 0; i < ORDERS; i++) {
		if (!pools[i].target)
			continue;
		seq_printf(file, "%s{\"order\":%u,\"size\":%u,\"free\":%u,\"lowest\":%u}", comma, i,
			   pools[i].target, pools[i].count, pools[i].lowest);
		comma = ",";
	}
	seq_puts(file, "],");
}
