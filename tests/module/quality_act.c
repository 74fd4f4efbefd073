// SPDX-License-Identifier: GPL-2.0-only
/*
 * do=quality: requests for blocks with the qualities of the line, each put back at once. The
 * allocator is asked by the worker's stopwatch, so that the series of the truth have what a
 * report should have; what the qualities cost beyond that is in the truth's "quality".
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/string.h>

#include "allocpage.h"
#include "quality_parts.h"
#include "request.h"

#define EACH	     GFT_QUALITIES /* all sets, one after another */
#define EACH_ALIGN   64
#define EACH_REDZONE 100

/* NAME+NAME: those qualities that need no number. */
int ap_quality_parse(char *text, u32 *kind)
{
	char *word;

	*kind = 0;
	if (!strcmp(text, "each")) {
		*kind = EACH;
		return 0;
	}
	while ((word = strsep(&text, "+|,"))) {
		if (!strcmp(word, "zero"))
			*kind |= GFT_QUALITY_ZERO;
		else if (!strcmp(word, "guard"))
			*kind |= GFT_QUALITY_GUARD;
		else
			return -EINVAL;
	}
	return 0;
}

static u32 numbers_of(const struct ap_scenario *s)
{
	return (s->align ? GFT_QUALITY_ALIGN : 0) | (s->redzone ? GFT_QUALITY_REDZONE : 0);
}

/* The set that is wished in this turn. */
static u32 kind_of(const struct ap_scenario *s, u32 turn)
{
	return s->quality == EACH ? turn % GFT_QUALITIES : s->quality | numbers_of(s);
}

static void wish_of(struct ap_wish *wish, const struct ap_scenario *s, gfp_t gfp, u32 order,
		    u32 kind)
{
	const u32 align = s->align ? s->align : EACH_ALIGN;
	const u32 redzone = s->redzone ? s->redzone : EACH_REDZONE;

	*wish = (struct ap_wish){
		.gfp = gfp,
		.order = order,
		.align_log = kind & GFT_QUALITY_ALIGN ? ilog2(align) : 0,
		.size = kind & GFT_QUALITY_REDZONE ? (u32)(PAGE_SIZE << order) - redzone : 0,
		.zero = kind & GFT_QUALITY_ZERO,
		.guard = kind & GFT_QUALITY_GUARD,
	};
}

/* The largest order that the allocator is asked for where the blocks' is no more than `order`. */
u32 ap_quality_top(const struct ap_scenario *s, u32 order)
{
	struct ap_wish wish;

	wish_of(&wish, s, 0, order, numbers_of(s));
	return ap_quality_order(&wish);
}

const char *ap_refuse_quality(const struct ap_scenario *s)
{
	if (s->align && !is_power_of_2(s->align))
		return "align is a power of two, in bytes";
	if (ap_quality_top(s, max(s->order_high, s->irq_order)) > AP_LARGEST_ORDER)
		return "align and order: no more than a block of the largest order has";
	if (s->redzone >= PAGE_SIZE)
		return "redzone is a part of the last page";
	return s->hold ? "do=quality puts back at once: no hold" : NULL;
}

static int prepare(const struct ap_scenario *s, u32 low, u32 high)
{
	const u32 kinds = s->quality == EACH ? GFT_QUALITIES : 1;
	struct ap_wish wish;
	u32 order, turn;
	int err = 0;

	for (order = low; order <= high; order++) {
		for (turn = 0; turn < kinds && !err; turn++) {
			wish_of(&wish, s, s->gfp, order, kind_of(s, turn));
			err = ap_quality_prepare(&wish);
		}
	}
	return err;
}

int ap_prepare_quality(struct ap_run *run)
{
	const struct ap_scenario *s = run->scenario;
	int err = prepare(s, s->order_low, s->order_high);

	if (!err && s->where == AP_MIXED)
		err = prepare(s, s->irq_order, s->irq_order);
	return err == -EOPNOTSUPP ? ap_act_unable(run, "guards: not on this architecture") : err;
}

static struct page *ask(void *data, gfp_t gfp, u32 order)
{
	struct ap_worker *worker = data;
	const gfp_t own = worker->gfp;
	struct page *page;

	worker->gfp = gfp;
	page = ap_request(worker, order);
	worker->gfp = own;
	return page;
}

/* No mapping is free: a task waits for one, an interrupt has no block this time. */
static bool once_more(const struct ap_worker *worker, const void *block)
{
	if (PTR_ERR_OR_ZERO(block) != -EAGAIN || worker->context != GFT_TASK || ap_stopped(worker))
		return false;
	ap_quality_settle();
	return true;
}

/* The page is the caller's no more: it has been put back. */
struct page *ap_quality_request(struct ap_worker *worker, u32 order)
{
	/* each set with each order */
	const u32 turn = worker->round++ / (worker->order_high - worker->order_low + 1);
	const struct ap_scenario *s = worker->run->scenario;
	struct ap_wish wish;
	struct page *page;
	u8 *block;

	wish_of(&wish, s, worker->gfp, order, kind_of(s, turn));
	wish.request = ask;
	wish.data = worker;
	do
		block = ap_quality_get(&wish);
	while (once_more(worker, block));
	if (IS_ERR(block))
		return NULL;
	page = ap_quality_page(block);
	block[0] = 1;
	block[(wish.size ? wish.size : PAGE_SIZE << order) - 1] = 1;
	ap_quality_put(block);
	return page;
}
