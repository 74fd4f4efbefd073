// SPDX-License-Identifier: GPL-2.0-only
#include "collect/stacks.h"

#include <errno.h>
#include <stdlib.h>

#include <gfptrace/classes.h>

#include "collect/backtrace.h"

int stacks_base__init(struct stacks_base *base, size_t count)
{
	base->other = 0;
	base->counts = calloc(count + 1, sizeof(*base->counts));
	return base->counts ? 0 : -ENOMEM;
}

void stacks_base__free(struct stacks_base *base)
{
	free(base->counts);
	base->counts = NULL;
}

uint64_t stacks__take(struct stacks_base *base, const struct stacks_view *view, size_t i)
{
	uint64_t count = view->stacks[i].count, before = base->counts[i];

	base->counts[i] = count;
	return count - before;
}

uint64_t stacks__take_other(struct stacks_base *base, const struct stacks_view *view)
{
	uint64_t before = base->other;

	base->other = view->other;
	return view->other - before;
}

int stacks__name(const struct gft_stack *stack, const struct callers *callers,
		 struct report *report, struct text_list *list, const char **caller)
{
	size_t frames = stack->frames < GFT_STACK_FRAMES ? stack->frames : GFT_STACK_FRAMES;

	*caller = NULL;
	if (stack->requester) {
		*caller = callers__label(callers, stack->requester, report);
		if (!*caller)
			return -ENOMEM;
	}
	return backtrace__add(report, callers->symbols, callers->addresses, stack->stack, frames,
			      list, caller);
}

static int set_labels(struct report *report, struct labels *labels, uint32_t packed)
{
	static const char *const classes[] = GFT_CLASS_NAMES;
	static const char *const contexts[] = GFT_CONTEXT_NAMES;
	uint32_t class = packed & 0xff, context = packed >> 16 & 0xff;

	labels->value[DIM_CLASS] = class < GFT_CLASSES ? classes[class] : "unknown";
	labels->value[DIM_CONTEXT] = context < GFT_CONTEXTS ? contexts[context] : "unknown";
	labels->value[DIM_ORDER] = report__printf(report, "%u", packed >> 8 & 0xff);
	return labels->value[DIM_ORDER] ? 0 : -ENOMEM;
}

int stacks__describe(struct stacks_base *base, const struct stacks_view *view,
		     const struct callers *callers, struct report *report)
{
	struct stack_count *to;
	uint64_t count;

	for (size_t i = 0; i < view->count; i++) {
		count = view->stacks[i].key ? stacks__take(base, view, i) : 0;
		if (!count)
			continue;
		to = report__add_stack(report);
		if (!to || set_labels(report, &to->labels, view->stacks[i].labels) ||
		    stacks__name(&view->stacks[i], callers, report, &to->stack, &to->caller))
			return -ENOMEM;
		to->count = count;
	}
	count = stacks__take_other(base, view);
	if (!count)
		return 0;
	to = report__add_stack(report);
	if (!to)
		return -ENOMEM;
	to->caller = "other";
	to->count = count;
	return 0;
}
