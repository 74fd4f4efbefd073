// SPDX-License-Identifier: GPL-2.0-only
/* Getting a block with the qualities that are asked for, and putting it back. */
#include <linux/err.h>
#include <linux/io.h>
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/topology.h>

#include "quality_parts.h"

#define CREATE_TRACE_POINTS
#include "quality_trace.h"

#define MOST_ALIGN 30

bool ap_all_bytes(const void *from, u8 value, size_t size)
{
	return !memchr_inv(from, value, size);
}

u32 ap_quality_kind(const struct ap_wish *wish)
{
	return (wish->align_log ? GFT_QUALITY_ALIGN : 0) | (wish->zero ? GFT_QUALITY_ZERO : 0) |
	       (wish->guard ? GFT_QUALITY_GUARD : 0) | (wish->size ? GFT_QUALITY_REDZONE : 0);
}

/* Blocks of the buddy allocator are aligned to their own size, and no better. */
u32 ap_quality_order(const struct ap_wish *wish)
{
	const u32 align = wish->align_log > PAGE_SHIFT ? wish->align_log - PAGE_SHIFT : 0;

	return max(wish->order, align);
}

static int refused(const struct ap_wish *wish)
{
	if (wish->align_log > MOST_ALIGN || wish->gfp & __GFP_NOFAIL)
		return -EINVAL;
	if (wish->order <= AP_LARGEST_ORDER && wish->size > PAGE_SIZE << wish->order)
		return -EINVAL;
	if (ap_quality_order(wish) > AP_LARGEST_ORDER || (wish->guard && !AP_CAN_GUARD))
		return -EOPNOTSUPP;
	return 0;
}

void ap_block_free_pages(struct page *page, u32 order, bool split)
{
	u32 i;

	if (!split) {
		__free_pages(page, order);
		return;
	}
	for (i = 0; i < 1u << order; i++)
		__free_page(page + i);
}

/* The pages above the block go back at once, one by one: each is a page of its own by then. */
static void trim(struct ap_block *block, u32 order)
{
	u32 i;

	split_page(block->page, order);
	block->split = true;
	for (i = 1u << block->order; i < 1u << order; i++)
		__free_page(block->page + i);
	ap_count(AP_N_TRIMMED_PAGES, (1u << order) - (1u << block->order));
}

/*
 * Says for what the request between these two is made. A tracing program that runs is skipped for
 * what interrupts it there: nothing does.
 */
static void tell_begin(u32 kind, u32 order)
{
	unsigned long flags;

	if (!trace_allocpage_quality_begin_enabled())
		return;
	local_irq_save(flags);
	trace_allocpage_quality_begin(kind, order);
	local_irq_restore(flags);
}

static void tell_end(u32 kind, u32 order)
{
	unsigned long flags;

	if (!trace_allocpage_quality_end_enabled())
		return;
	local_irq_save(flags);
	trace_allocpage_quality_end(kind, order);
	local_irq_restore(flags);
}

static int request(struct ap_block *block, const struct ap_wish *wish, gfp_t gfp,
		   struct ap_cost *cost)
{
	const u32 order = ap_quality_order(wish), kind = ap_quality_kind(wish);
	u64 start;

	/* not what is cut off; and split_page() is not for compound pages */
	gfp &= ~__GFP_ZERO & ~__GFP_HIGHMEM;
	if (order > block->order)
		gfp &= ~__GFP_COMP;
	else if (wish->zero)
		gfp |= __GFP_ZERO;
	tell_begin(kind, order);
	start = ktime_get_mono_fast_ns();
	block->page = wish->request ? wish->request(wish->data, gfp, order)
				    : ap_alloc_pages(gfp, order, numa_mem_id());
	cost->allocator_ns = ktime_get_mono_fast_ns() - start;
	cost->asked = true;
	tell_end(kind, order);
	if (!block->page)
		return -ENOMEM;
	if (order > block->order)
		trim(block, order);
	if (wish->zero && block->split)
		memset(page_address(block->page), 0, PAGE_SIZE << block->order);
	return 0;
}

/* A byte that is not zero is counted, and mended. */
static void check_zero(const struct ap_block *block)
{
	void *memory = page_address(block->page);

	ap_count(AP_N_ZERO_CHECKED, 1);
	ap_count(AP_N_ZERO_BYTES, block->size);
	if (ap_all_bytes(memory, 0, block->size))
		return;
	ap_count(AP_N_ZERO_BROKEN, 1);
	memset(memory, 0, block->size);
}

static int check_alignment(const struct ap_block *block, const struct ap_wish *wish)
{
	const u64 mask = (1ull << wish->align_log) - 1;

	ap_count(AP_N_ALIGN_ASKED, 1);
	if (!block->split)
		ap_count(AP_N_ALIGN_NATURAL, 1);
	if (!((page_to_phys(block->page) | (unsigned long)block->address) & mask))
		return 0;
	ap_count(AP_N_ALIGN_SHORT, 1);
	return -ENXIO;
}

static void *redzone_of(const struct ap_block *block)
{
	return page_address(block->page) + block->size;
}

static size_t redzone_size(const struct ap_block *block)
{
	return ((size_t)block->pages << PAGE_SHIFT) - block->size;
}

static void free_block(struct ap_block *block)
{
	if (block->slot)
		ap_slot_wash(block->slot, block);
	else
		ap_block_free_pages(block->page, block->order, block->split);
}

/* The block's pages are there: gives them the qualities that pages have not by themselves. */
static int furnish(struct ap_block *block, const struct ap_wish *wish)
{
	int err = 0;

	if (wish->zero)
		check_zero(block);
	if (wish->size) {
		memset(redzone_of(block), AP_REDZONE, redzone_size(block));
		ap_count(AP_N_REDZONES, 1);
	}
	if (block->slot)
		block->address = ap_slot_map(block->slot, block->page, block->pages);
	else
		block->address = page_address(block->page);
	if (wish->align_log)
		err = check_alignment(block, wish);
	if (err)
		free_block(block);
	return err;
}

/* Whoever guards leaves out the pages that nobody asked for: an access there faults too. */
static u32 pages_within_reach(const struct ap_wish *wish)
{
	return wish->guard && wish->size ? (u32)DIV_ROUND_UP(wish->size, PAGE_SIZE)
					 : 1u << wish->order;
}

static int make(struct ap_block *block, const struct ap_wish *wish, gfp_t gfp, struct ap_cost *cost)
{
	int err;

	block->order = wish->order;
	block->size = wish->size ? wish->size : (u32)(PAGE_SIZE << wish->order);
	block->pages = pages_within_reach(wish);
	if (wish->guard) {
		block->slot = ap_slot_take(ap_quality_order(wish), gfpflags_allow_blocking(gfp));
		if (!block->slot)
			return -EAGAIN;
	}
	err = request(block, wish, gfp, cost);
	if (err && block->slot)
		ap_slot_return(block->slot);
	return err ? err : furnish(block, wish);
}

static void *got(struct ap_block *block, unsigned long caller, int err)
{
	if (err) {
		if (err == -ENOMEM)
			ap_count(AP_N_NO_MEMORY, 1);
		ap_block_drop(block);
		return ERR_PTR(err);
	}
	ap_count(AP_N_GETS, 1);
	if (block->slot)
		ap_count(AP_N_GUARDED, 1);
	ap_block_out(block, caller);
	return block->address;
}

/* Counted and reported where it may not. */
static bool caller_may_sleep(unsigned long caller)
{
	const bool may = ap_may_sleep();

	if (!may)
		ap_misused(AP_ATOMIC_SLEEP, NULL, caller, NULL, 0);
	return may;
}

noinline void *ap_quality_get(const struct ap_wish *wish)
{
	const u64 start = ktime_get_mono_fast_ns();
	const u32 kind = ap_quality_kind(wish);
	struct ap_stretch stretch;
	struct ap_cost cost = {0};
	struct ap_block *block;
	gfp_t gfp = wish->gfp;
	int err = refused(wish);
	u32 place;

	if (err) {
		ap_count(AP_N_REFUSED, 1);
		return ERR_PTR(err);
	}
	if (gfpflags_allow_blocking(gfp) && !caller_may_sleep(_RET_IP_))
		gfp &= ~__GFP_DIRECT_RECLAIM;
	ap_stretch_begin(&stretch, !gfpflags_allow_blocking(gfp));
	place = ap_cost_place(gfpflags_allow_blocking(gfp));
	block = ap_block_take();
	err = block ? make(block, wish, gfp, &cost) : -ENFILE;
	ap_stretch_end(&stretch);
	cost.ns = ktime_get_mono_fast_ns() - start;
	cost.failed = err;
	ap_cost_got(kind, wish->order, place, &cost);
	if (!block) {
		ap_count(AP_N_TABLE_FULL, 1);
		return ERR_PTR(err);
	}
	block->kind = kind;
	block->place = place;
	return got(block, _RET_IP_, err);
}

/* 0 or -EUCLEAN */
static int check_redzone(const struct ap_block *block, unsigned long caller)
{
	const u8 *zone = redzone_of(block), *bad;

	if (!(block->kind & GFT_QUALITY_REDZONE))
		return 0;
	ap_count(AP_N_REDZONES_CHECKED, 1);
	bad = memchr_inv(zone, AP_REDZONE, redzone_size(block));
	if (!bad)
		return 0;
	ap_count(AP_N_REDZONES_BROKEN, 1);
	ap_misused(AP_OVERWRITTEN, block->address, caller, block, block->size + (bad - zone));
	return -EUCLEAN;
}

noinline int ap_quality_put(void *address)
{
	const u64 start = ktime_get_mono_fast_ns();
	struct ap_stretch stretch;
	struct ap_block block;
	int err;

	ap_stretch_begin(&stretch, true);
	err = ap_block_back(address, _RET_IP_, &block);
	if (!err) {
		err = check_redzone(&block, _RET_IP_);
		free_block(&block);
		ap_count(AP_N_PUTS, 1);
		ap_cost_put(block.kind, block.order, block.place, ktime_get_mono_fast_ns() - start);
	}
	ap_stretch_end(&stretch);
	return err;
}

noinline int ap_quality_prepare(const struct ap_wish *wish)
{
	int err = refused(wish);

	if (!err && !caller_may_sleep(_RET_IP_))
		err = -EINVAL;
	if (!err)
		err = ap_cost_reserve(ap_quality_kind(wish), wish->order);
	if (!err && wish->guard)
		err = ap_slots_want(ap_quality_order(wish));
	return err;
}

noinline void ap_quality_settle(void)
{
	if (caller_may_sleep(_RET_IP_))
		ap_slots_settle();
}

int ap_quality_open(void)
{
	int err = ap_table_open();

	if (!err)
		err = ap_slots_open();
	if (err)
		ap_quality_close();
	return err;
}

void ap_quality_close(void)
{
	ap_table_close();
	ap_slots_close();
	ap_cost_close();
}
