// SPDX-License-Identifier: GPL-2.0-only
/* What was seen one by one: equal ones become one, and the first of them tells the rest. */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "report/merge_internal.h"
#include "base/text.h"

static int compare_failures(const void *a, const void *b)
{
	const struct failure *x = a, *y = b;
	int order = labels__compare(&x->labels, &y->labels);

	if (!order)
		order = strcmp(x->reason, y->reason);
	return order ? order : text__compare_natural(x->caller, y->caller);
}

static int fold_failure(struct merge *merge, const struct item *items, size_t nr)
{
	struct failure *into = report__add_failure(merge->into), *from;
	uint64_t count = 0;
	size_t i, told = 0;

	if (!into)
		return -ENOMEM;
	for (i = nr; i-- > 0;) {
		from = items[i].element;
		count = merge__sum(merge, count, from->count);
		/* one whose zones were seen tells more */
		if (from->nr_zones)
			told = i;
	}
	from = items[told].element;
	*into = *from;
	into->count = count;
	memset(from, 0, sizeof(*from)); /* its lists have moved */
	return 0;
}

static int compare_lint(const void *a, const void *b)
{
	const struct lint *x = a, *y = b;
	int order = strcmp(x->kind, y->kind);

	if (!order)
		order = strcmp(x->meaning, y->meaning);
	return order ? order : text__compare_natural(x->caller, y->caller);
}

static int fold_lint(struct merge *merge, const struct item *items, size_t nr)
{
	struct lint *into = report__add_lint(merge->into), *from = items[0].element;

	if (!into)
		return -ENOMEM;
	*into = *from;
	memset(&from->stack, 0, sizeof(from->stack)); /* it has moved */
	for (size_t i = 1; i < nr; i++)
		into->count = merge__sum(merge, into->count,
					 ((const struct lint *)items[i].element)->count);
	return 0;
}

static int compare_stacks(const void *a, const void *b)
{
	const struct stack_count *x = a, *y = b;
	int order = labels__compare(&x->labels, &y->labels);

	if (!order)
		order = text__compare_natural(x->caller, y->caller);
	return order ? order : text_list__compare(&x->stack, &y->stack);
}

static int fold_stack(struct merge *merge, const struct item *items, size_t nr)
{
	struct stack_count *into = report__add_stack(merge->into), *from = items[0].element;

	if (!into)
		return -ENOMEM;
	*into = *from;
	memset(&from->stack, 0, sizeof(from->stack)); /* it has moved */
	for (size_t i = 1; i < nr; i++)
		into->count = merge__sum(merge, into->count,
					 ((const struct stack_count *)items[i].element)->count);
	return 0;
}

static int compare_loss(const void *a, const void *b)
{
	return strcmp(((const struct loss *)a)->cause, ((const struct loss *)b)->cause);
}

static int fold_loss(struct merge *merge, const struct item *items, size_t nr)
{
	struct loss *into = report__add_loss(merge->into);

	if (!into)
		return -ENOMEM;
	into->cause = ((const struct loss *)items[0].element)->cause;
	for (size_t i = 0; i < nr; i++) {
		const struct loss *from = items[i].element;

		into->count = merge__sum(merge, into->count, from->count);
		for (size_t c = 0; c < sizeof(from->in_context) / sizeof(from->in_context[0]); c++)
			into->in_context[c] |= from->in_context[c];
	}
	return 0;
}

static int compare_programs(const void *a, const void *b)
{
	const struct program_cost *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : strcmp(x->attach, y->attach);
}

static int fold_program(struct merge *merge, const struct item *items, size_t nr)
{
	struct program_cost *into = report__add_program(merge->into);
	const struct program_cost *from = items[0].element;

	if (!into)
		return -ENOMEM;
	into->name = from->name;
	into->attach = from->attach;
	for (size_t i = 0; i < nr; i++) {
		from = items[i].element;
		into->runs = merge__sum(merge, into->runs, from->runs);
		into->misses = merge__sum(merge, into->misses, from->misses);
		into->ns = merge__sum(merge, into->ns, from->ns);
	}
	return 0;
}

/* Each is one request of its own; as many stay as the longest list had. */
static int merge_slowest(struct merge *merge)
{
	struct report *into = merge->into;
	size_t most = 0, i, j;

	for (i = 0; i < merge->nr; i++) {
		struct report *from = merge->reports[i];

		most = from->nr_slowest > most ? from->nr_slowest : most;
		for (j = 0; j < from->nr_slowest; j++) {
			struct slow *slow = report__add_slow(into);

			if (!slow)
				return -ENOMEM;
			*slow = from->slowest[j];
			memset(&from->slowest[j], 0, sizeof(from->slowest[j]));
		}
	}
	report__sort(into);
	report__keep_slowest(into, most);
	return 0;
}

#define KIND(field, nr_field, compare, fold)                                       \
	{                                                                          \
		offsetof(struct report, field), offsetof(struct report, nr_field), \
			sizeof(*((struct report *)NULL)->field), compare, fold     \
	}

int merge__events(struct merge *merge)
{
	static const struct kind kinds[] = {
		KIND(failures, nr_failures, compare_failures, fold_failure),
		KIND(lint, nr_lint, compare_lint, fold_lint),
		KIND(stacks, nr_stacks, compare_stacks, fold_stack),
		KIND(loss, nr_loss, compare_loss, fold_loss),
		KIND(cost.programs, cost.nr_programs, compare_programs, fold_program),
	};
	int err = 0;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && !err; i++)
		err = merge__kind(merge, &kinds[i]);
	return err ? err : merge_slowest(merge);
}
