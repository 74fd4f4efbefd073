// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "report/report.h"
#include "base/text.h"

int labels__compare(const struct labels *a, const struct labels *b)
{
	int order = 0;
	size_t i;

	for (i = 0; i < DIMENSIONS && !order; i++)
		order = text__compare_natural(a->value[i], b->value[i]);
	return order;
}

static int compare_latency(const void *a, const void *b)
{
	return labels__compare(&((const struct latency *)a)->labels,
			       &((const struct latency *)b)->labels);
}

static int compare_alignment(const void *a, const void *b)
{
	const struct alignment *x = a, *y = b;
	int order = labels__compare(&x->labels, &y->labels);

	return order ? order : (x->natural > y->natural) - (x->natural < y->natural);
}

static int compare_failures(const void *a, const void *b)
{
	const struct failure *x = a, *y = b;
	int order;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	order = labels__compare(&x->labels, &y->labels);
	if (!order)
		order = strcmp(x->reason, y->reason);
	return order ? order : text__compare_natural(x->caller, y->caller);
}

static int compare_zones(const void *a, const void *b)
{
	const struct placement *x = a, *y = b;

	if (x->node != y->node)
		return x->node < y->node ? -1 : 1;
	return strcmp(x->zone, y->zone);
}

static int compare_stages(const void *a, const void *b)
{
	const struct stage *x = a, *y = b;
	size_t rank_x = stage__rank(x->stage), rank_y = stage__rank(y->stage);
	int order;

	if (rank_x != rank_y)
		return rank_x < rank_y ? -1 : 1;
	order = strcmp(x->stage, y->stage);
	return order ? order : labels__compare(&x->labels, &y->labels);
}

static int compare_headroom(const void *a, const void *b)
{
	return labels__compare(&((const struct headroom *)a)->labels,
			       &((const struct headroom *)b)->labels);
}

const char *slab__title(const struct slab *slab)
{
	if (!slab->size)
		return "other";
	return *slab->cache ? slab->cache : "kmalloc()";
}

int slab__compare(const struct slab *a, const struct slab *b)
{
	int order = strcmp(a->call, b->call);

	if (!order)
		order = text__compare_natural(a->cache, b->cache);
	if (!order)
		order = strcmp(a->cache, b->cache); /* a01 and a1 are equal to people */
	if (!order)
		order = (a->size > b->size) - (a->size < b->size);
	return order ? order : labels__compare(&a->labels, &b->labels);
}

static int compare_slabs(const void *a, const void *b)
{
	const struct slab *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return slab__compare(x, y);
}

static int compare_slowest(const void *a, const void *b)
{
	const struct slow *x = a, *y = b;

	if (x->latency != y->latency)
		return x->latency > y->latency ? -1 : 1;
	return (x->ts > y->ts) - (x->ts < y->ts);
}

static int compare_lint(const void *a, const void *b)
{
	const struct lint *x = a, *y = b;
	int order;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	order = strcmp(x->kind, y->kind);
	return order ? order : text__compare_natural(x->caller, y->caller);
}

static int compare_stacks(const void *a, const void *b)
{
	const struct stack_count *x = a, *y = b;
	int order;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	order = labels__compare(&x->labels, &y->labels);
	if (!order)
		order = text__compare_natural(x->caller, y->caller);
	return order ? order : text_list__compare(&x->stack, &y->stack);
}

int text_list__compare(const struct text_list *a, const struct text_list *b)
{
	for (size_t i = 0; i < a->nr && i < b->nr; i++) {
		int order = strcmp(a->text[i], b->text[i]);

		if (order)
			return order;
	}
	return (a->nr > b->nr) - (a->nr < b->nr);
}

static int compare_hosts(const void *a, const void *b)
{
	const struct host *x = a, *y = b;
	int order = strcmp(x->start, y->start);

	if (!order)
		order = text__compare_natural(x->name, y->name);
	if (!order)
		order = strcmp(x->kernel, y->kernel);
	if (!order)
		order = (x->counted > y->counted) - (x->counted < y->counted);
	return order ? order : (x->missed > y->missed) - (x->missed < y->missed);
}

static void sort(void *array, size_t nr, size_t size, int (*compare)(const void *, const void *))
{
	if (nr)
		qsort(array, nr, size, compare);
}

void report__sort(struct report *report)
{
	sort(report->latency, report->nr_latency, sizeof(*report->latency), compare_latency);
	sort(report->alignment, report->nr_alignment, sizeof(*report->alignment),
	     compare_alignment);
	sort(report->zones, report->nr_zones, sizeof(*report->zones), compare_zones);
	sort(report->failures, report->nr_failures, sizeof(*report->failures), compare_failures);
	sort(report->stages, report->nr_stages, sizeof(*report->stages), compare_stages);
	sort(report->headroom, report->nr_headroom, sizeof(*report->headroom), compare_headroom);
	sort(report->slabs, report->nr_slabs, sizeof(*report->slabs), compare_slabs);
	sort(report->slowest, report->nr_slowest, sizeof(*report->slowest), compare_slowest);
	sort(report->lint, report->nr_lint, sizeof(*report->lint), compare_lint);
	sort(report->stacks, report->nr_stacks, sizeof(*report->stacks), compare_stacks);
	sort(report->hosts, report->nr_hosts, sizeof(*report->hosts), compare_hosts);
}
