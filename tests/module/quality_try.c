// SPDX-License-Identifier: GPL-2.0-only
/*
 * The self-test's work on blocks: every wrong that the API promises to catch is done, one byte
 * outside of a block, and nothing may be reported of blocks to which no wrong is done.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "allocpage.h"
#include "quality_test.h"
#include "request.h"

#define SWEEP	    (AP_TRY_ORDERS * GFT_QUALITIES) /* steps: each order with all its kinds */
#define RARELY	    64				    /* the alignment of the largest order */
#define SLEEPS	    5
#define DIRT	    0xa5
#define DIRT_STRIDE 1024

static void tried(struct ap_try *try, enum ap_trial trial, bool caught)
{
	try->trials[trial].tried++;
	try->trials[trial].caught += caught;
}

static bool readable(const u8 *address)
{
	u8 byte;

	return !copy_from_kernel_nofault(&byte, address, sizeof(byte));
}

static gfp_t mask_of(bool may_sleep)
{
	return (may_sleep ? GFP_KERNEL | __GFP_NORETRY : GFP_NOWAIT) | __GFP_NOWARN;
}

/* A cache line, a page, twice what the order has by itself, the largest order's. */
static u32 alignment_of(u64 step, u32 order)
{
	const u32 largest = PAGE_SHIFT + AP_LARGEST_ORDER;

	switch (step / 2 % 4) {
	case 0:
		return 6;
	case 1:
		return PAGE_SHIFT;
	case 2:
		return PAGE_SHIFT + order + 1;
	default:
		return step < SWEEP || step % RARELY == 0 ? largest : PAGE_SHIFT + order + 2;
	}
}

static u32 fewer_bytes(u64 step, u32 order)
{
	return (u32)(PAGE_SIZE << order) - 1 - (u32)(step * 97 % (PAGE_SIZE - 1));
}

static void wish_for(struct ap_wish *wish, u64 step, u32 order, u32 kind, bool may_sleep)
{
	*wish = (struct ap_wish){
		.gfp = mask_of(may_sleep),
		.order = order,
		.zero = kind & GFT_QUALITY_ZERO,
		.guard = kind & GFT_QUALITY_GUARD && AP_CAN_GUARD,
	};
	if (kind & GFT_QUALITY_ALIGN)
		wish->align_log =
			min_t(u32, alignment_of(step, order), PAGE_SHIFT + AP_LARGEST_ORDER);
	if (kind & GFT_QUALITY_REDZONE)
		wish->size = fewer_bytes(step, order);
}

/* First each order with each kind, then half of the blocks of order 0, a quarter of order 1, … */
static u32 order_of(const struct ap_try *try)
{
	if (try->step < SWEEP)
		return (u32)try->step % AP_TRY_ORDERS;
	return min_t(u32, (u32)__ffs64(try->step), AP_TRY_ORDERS - 1);
}

int ap_try_prepare(void)
{
	struct ap_wish wish;
	u32 order, kind;
	int err = 0;

	for (kind = 0; kind < GFT_QUALITIES; kind++) {
		for (order = 0; order < AP_TRY_ORDERS && !err; order++) {
			wish_for(&wish, 0, order, kind, true);
			err = ap_quality_prepare(&wish);
			if (err || !wish.guard || !wish.align_log)
				continue;
			/* steps 4 and 6 have the alignments that need other mappings */
			wish_for(&wish, 4, order, kind, true);
			err = ap_quality_prepare(&wish);
			wish_for(&wish, 6, order, kind, true);
			if (!err)
				err = ap_quality_prepare(&wish);
		}
	}
	return err;
}

static void check_alignment(struct ap_try *try, const struct ap_wish *wish, const u8 *block)
{
	const u64 mask = (1ull << wish->align_log) - 1;
	struct page *page = ap_quality_page(block);

	try->aligned++;
	if (!page || page_to_phys(page) & mask || (unsigned long)block & mask)
		try->misaligned++;
}

static void check_zero(struct ap_try *try, const struct ap_wish *wish, const u8 *block, size_t size)
{
	const bool dirty = !ap_all_bytes(block, 0, size);

	if (wish->zero) {
		try->zeroed++;
		try->unzeroed += dirty;
	} else {
		try->plain++;
		try->plain_dirty += dirty;
	}
}

/* What may be done to a block, at its ends. */
static void check_clean(struct ap_try *try, u8 *block, size_t size)
{
	const bool clean = readable(block) && readable(block + size - 1) &&
			   ap_write_nofault(block, DIRT) &&
			   ap_write_nofault(block + size - 1, DIRT);

	try->alarms += !clean;
}

static void try_guards(struct ap_try *try, u8 *block, size_t size)
{
	u8 *const after = block + ALIGN(size, PAGE_SIZE);

	tried(try, AP_TRY_UNDERFLOW_READ, !readable(block - 1));
	tried(try, AP_TRY_UNDERFLOW_WRITE, !ap_write_nofault(block - 1, DIRT));
	tried(try, AP_TRY_OVERFLOW_READ, !readable(after));
	tried(try, AP_TRY_OVERFLOW_WRITE, !ap_write_nofault(after, DIRT));
}

/* Dirt in each page, for those who get it next; a tag at the ends, which nobody else may touch. */
static void fill(struct ap_live *live)
{
	size_t i;

	for (i = 0; i < live->size; i += DIRT_STRIDE)
		live->address[i] = DIRT;
	live->address[0] = live->tag;
	live->address[live->size - 1] = live->tag;
}

static void put(struct ap_try *try, struct ap_live *live)
{
	const bool plant = live->kind & GFT_QUALITY_REDZONE && live->step % 4 == 0;
	const size_t last = PAGE_SIZE - 1 - (live->size - 1) % PAGE_SIZE; /* bytes after it */
	int err;

	if (!live->address)
		return;
	if (live->address[0] != live->tag || live->address[live->size - 1] != live->tag)
		try->overlapping++;
	if (plant)
		live->address[live->size + (live->step % 8 ? last - 1 : 0)] ^= 1;
	err = ap_quality_put(live->address);
	if (plant)
		tried(try, AP_TRY_REDZONE, err == -EUCLEAN);
	else
		try->alarms += err != 0;
	live->address = NULL;
}

void ap_try_put_all(struct ap_try *try)
{
	u32 i;

	for (i = 0; i < AP_TRY_LIVE; i++)
		put(try, &try->live[i]);
}

/* False: there is no block, and it is counted why. */
static bool is_block(struct ap_try *try, const void *block)
{
	if (!IS_ERR(block))
		return true;
	if (PTR_ERR(block) == -EAGAIN)
		try->retries++;
	else if (PTR_ERR(block) == -ENOMEM)
		try->no_memory++;
	else
		try->other_errors++;
	return false;
}

static void examine(struct ap_try *try, const struct ap_wish *wish, struct ap_live *live)
{
	if (wish->align_log)
		check_alignment(try, wish, live->address);
	check_zero(try, wish, live->address, live->size);
	check_clean(try, live->address, live->size);
	if (wish->guard) {
		try_guards(try, live->address, live->size);
		try->guarded[wish->order]++;
	}
	fill(live);
}

int ap_try_step(struct ap_try *try)
{
	struct ap_live *live = &try->live[try->step % AP_TRY_LIVE];
	const u32 order = order_of(try);
	const u32 kind = try->turns[order] % GFT_QUALITIES;
	struct ap_wish wish;
	void *block;

	try->misplaced += ap_context_now() != try->context;
	put(try, live);
	wish_for(&wish, try->step, order, kind, try->may_sleep);
	block = ap_quality_get(&wish);
	if (is_block(try, block)) {
		*live = (struct ap_live){
			.address = block,
			.size = wish.size ? wish.size : (u32)(PAGE_SIZE << order),
			.kind = kind,
			.step = (u32)try->step,
			.tag = (u8)(try->step | 1),
		};
		examine(try, &wish, live);
		try->blocks[order]++;
	} else if (PTR_ERR(block) == -EAGAIN) {
		return -EAGAIN;
	}
	try->turns[order]++;
	try->step++;
	try->left--;
	return 0;
}

static void *one_page(const struct ap_try *try, gfp_t gfp)
{
	const struct ap_wish wish = {.gfp = gfp, .order = 0, .zero = true};
	void *block = ap_quality_get(&wish);

	return IS_ERR(block) ? NULL : block;
}

/* A byte that is not 0, wherever it is, is found by what checks the zero-fill. */
static void try_dirt(struct ap_try *try, u8 *block)
{
	u32 i;

	for (i = 0; i < PAGE_SIZE; i += 127) {
		block[i] = 1;
		tried(try, AP_TRY_DIRTY, !ap_all_bytes(block, 0, PAGE_SIZE));
		block[i] = 0;
	}
	try->alarms += !ap_all_bytes(block, 0, PAGE_SIZE);
}

/* Where nothing may sleep: calls that would, and a mask that would allow it. */
static void try_to_sleep(struct ap_try *try)
{
	const struct ap_wish wish = {.gfp = GFP_KERNEL};
	u64 before = ap_misuse_count(AP_ATOMIC_SLEEP);
	u8 *block = one_page(try, GFP_KERNEL | __GFP_NOWARN);

	tried(try, AP_TRY_BLOCKING_GFP, ap_misuse_count(AP_ATOMIC_SLEEP) == ++before);
	if (block)
		try->alarms += ap_quality_put(block) != 0;
	ap_quality_settle();
	tried(try, AP_TRY_SLEEPING_CALL, ap_misuse_count(AP_ATOMIC_SLEEP) == ++before);
	tried(try, AP_TRY_SLEEPING_CALL,
	      ap_quality_prepare(&wish) == -EINVAL && ap_misuse_count(AP_ATOMIC_SLEEP) == ++before);
}

/* Wrong calls, in the context at hand. */
void ap_try_misuse(struct ap_try *try)
{
	static u8 foreign;
	u8 *block = one_page(try, mask_of(try->may_sleep));

	tried(try, AP_TRY_FOREIGN, ap_quality_put(&foreign) == -EINVAL);
	if (!block) {
		try->no_memory++;
		return;
	}
	try_dirt(try, block);
	tried(try, AP_TRY_INSIDE, ap_quality_put(block + 1) == -EINVAL);
	try->alarms += ap_quality_put(block) != 0;
	tried(try, AP_TRY_DOUBLE_PUT, ap_quality_put(block) == -EALREADY);
	if (!try->may_sleep && !preemptible())
		try_to_sleep(try);
}

/* What was put back is out of reach as soon as all CPUs know; sleeps. */
void ap_try_stale(struct ap_try *try)
{
	struct ap_wish wish;
	u32 order;
	u8 *block;

	for (order = 0; order < AP_TRY_ORDERS; order++) {
		wish_for(&wish, 0, order, GFT_QUALITY_GUARD, true);
		block = wish.guard ? ap_quality_get(&wish) : ERR_PTR(-ENOMEM);
		if (IS_ERR(block))
			continue;
		try->alarms += !readable(block) || ap_quality_put(block) != 0;
		ap_quality_settle();
		tried(try, AP_TRY_STALE, !readable(block) && !ap_write_nofault(block, DIRT));
	}
}

/*
 * A sleep where there must be none is noticed, in both ways; it is taken off the counts again.
 * More than one attempt: who is preempted on the way to sleep until the time is over never slept.
 */
void ap_try_sleep(struct ap_try *try)
{
	const u64 slept = ap_counted(AP_N_WATCHED_SLEPT);
	const u64 switches = ap_counted(AP_N_ATOMIC_SWITCHES);
	struct ap_stretch stretch;
	bool caught = false;
	u32 i;

	for (i = 0; i < SLEEPS && !caught; i++) {
		ap_stretch_begin(&stretch, true);
		msleep(20);
		ap_stretch_end(&stretch);
		caught = ap_counted(AP_N_WATCHED_SLEPT) > slept &&
			 ap_counted(AP_N_ATOMIC_SWITCHES) > switches;
	}
	tried(try, AP_TRY_SLEEP, caught);
	ap_count(AP_N_WATCHED_SLEPT, slept - ap_counted(AP_N_WATCHED_SLEPT));
	ap_count(AP_N_ATOMIC_SWITCHES, switches - ap_counted(AP_N_ATOMIC_SWITCHES));
}
