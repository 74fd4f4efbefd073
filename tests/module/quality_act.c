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

/* NAME+NAME: those qualities that need no number. */
int ap_quality_parse(char *text, u32 *kind)
{
	char *word;

	*kind = 0;
	while ((word = strsep(&text, "+|,"))) {
		if (!strcmp(word, "zero"))
			*kind |= AP_HAS_ZERO;
		else if (!strcmp(word, "guard"))
			*kind |= AP_HAS_GUARD;
		else
			return -EINVAL;
	}
	return 0;
}

static void wish_of(struct ap_wish *wish, const struct ap_scenario *s, gfp_t gfp, u32 order)
{
	*wish = (struct ap_wish){
		.gfp = gfp,
		.order = order,
		.align_log = s->align ? ilog2(s->align) : 0,
		.size = s->redzone ? (u32)(PAGE_SIZE << order) - s->redzone : 0,
		.zero = s->quality & AP_HAS_ZERO,
		.guard = s->quality & AP_HAS_GUARD,
	};
}

/* The largest order that the allocator is asked for. */
u32 ap_quality_top(const struct ap_scenario *s)
{
	struct ap_wish wish;

	wish_of(&wish, s, 0, s->order_high);
	return ap_quality_order(&wish);
}

const char *ap_refuse_quality(const struct ap_scenario *s)
{
	if (s->align && !is_power_of_2(s->align))
		return "align is a power of two, in bytes";
	if (ap_quality_top(s) > AP_LARGEST_ORDER)
		return "align and order: no more than a block of the largest order has";
	if (s->redzone >= PAGE_SIZE)
		return "redzone is a part of the last page";
	return s->hold ? "do=quality puts back at once: no hold" : NULL;
}

int ap_prepare_quality(struct ap_run *run)
{
	const struct ap_scenario *s = run->scenario;
	struct ap_wish wish;
	u32 order;
	int err = 0;

	for (order = s->order_low; order <= s->order_high && !err; order++) {
		wish_of(&wish, s, s->gfp, order);
		err = ap_quality_prepare(&wish);
	}
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
	struct ap_wish wish;
	struct page *page;
	u8 *block;

	wish_of(&wish, worker->run->scenario, worker->gfp, order);
	wish.request = ask;
	wish.data = worker;
	do
		block = ap_quality_get(&wish);
	while (once_more(worker, block));
	if (IS_ERR(block))
		return NULL;
	page = ap_quality_page(block);
	block[0] = 1;
	block[(PAGE_SIZE << order) - worker->run->scenario->redzone - 1] = 1;
	ap_quality_put(block);
	return page;
}
