// SPDX-License-Identifier: GPL-2.0-only
/* What was counted by labels: equal labels become one series. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "report/aggregate.h"
#include "report/merge_internal.h"
#include "report/array.h"

static int compare_items(const void *a, const void *b, void *context)
{
	const struct item *x = a, *y = b;
	const struct kind *kind = context;
	int order = kind->compare(x->element, y->element);

	return order ? order : (x->report > y->report) - (x->report < y->report);
}

/* All elements of that kind, equal ones side by side. */
static struct item *gather(const struct merge *merge, const struct kind *kind, size_t *nr)
{
	struct item *items;
	size_t count, i, j;
	char *array;

	for (*nr = 0, i = 0; i < merge->nr; i++) {
		memcpy(&count, (char *)merge->reports[i] + kind->count, sizeof(count));
		*nr += count;
	}
	items = calloc(*nr + 1, sizeof(*items));
	for (*nr = 0, i = 0; i < merge->nr && items; i++) {
		memcpy(&count, (char *)merge->reports[i] + kind->count, sizeof(count));
		memcpy(&array, (char *)merge->reports[i] + kind->array, sizeof(array));
		for (j = 0; j < count; j++)
			items[(*nr)++] = (struct item){array + j * kind->size, i};
	}
	if (items && *nr)
		qsort_r(items, *nr, sizeof(*items), compare_items, (void *)(uintptr_t)kind);
	return items;
}

int merge__kind(struct merge *merge, const struct kind *kind)
{
	size_t nr, first, next;
	struct item *items = gather(merge, kind, &nr);
	int err = items ? 0 : -ENOMEM;

	for (first = 0; first < nr && !err; first = next) {
		for (next = first + 1; next < nr; next++)
			if (kind->compare(items[first].element, items[next].element))
				break;
		err = kind->fold(merge, items + first, next - first);
	}
	free(items);
	return err;
}

int merge__buckets(struct merge *merge, struct bucket **into, size_t *nr, const struct bucket *from,
		   size_t nr_from)
{
	struct bucket *old = *into, *bucket;
	size_t nr_old = *nr, i = 0, j = 0;
	bool mine, theirs;

	*into = NULL;
	*nr = 0;
	while (i < nr_old || j < nr_from) {
		mine = i < nr_old && (j == nr_from || old[i].le <= from[j].le);
		theirs = j < nr_from && (i == nr_old || from[j].le <= old[i].le);
		bucket = array__append(into, nr, sizeof(*bucket));
		if (!bucket)
			break;
		bucket->le = mine ? old[i].le : from[j].le;
		bucket->count =
			merge__sum(merge, mine ? old[i].count : 0, theirs ? from[j].count : 0);
		i += mine;
		j += theirs;
	}
	free(old);
	return i < nr_old || j < nr_from ? -ENOMEM : 0;
}

static int compare_latency(const void *a, const void *b)
{
	return labels__compare(&((const struct latency *)a)->labels,
			       &((const struct latency *)b)->labels);
}

static int fold_latency(struct merge *merge, const struct item *items, size_t nr)
{
	struct latency *latency = report__add_latency(merge->into);
	struct fold *fold = malloc(sizeof(*fold));
	int err = -ENOMEM;

	if (latency && fold) {
		fold__clear(fold);
		for (size_t i = 0; i < nr; i++)
			fold__add_latency(fold, items[i].element);
		latency->labels = ((const struct latency *)items[0].element)->labels;
		err = fold__to_latency(fold, latency);
	}
	free(fold);
	return err;
}

static int compare_alignment(const void *a, const void *b)
{
	const struct alignment *x = a, *y = b;
	int order = labels__compare(&x->labels, &y->labels);

	return order ? order : (x->natural > y->natural) - (x->natural < y->natural);
}

static int fold_alignment(struct merge *merge, const struct item *items, size_t nr)
{
	struct alignment *into = report__add_alignment(merge->into);
	const struct alignment *from = items[0].element;
	uint64_t aligned[64] = {0};
	size_t i, b, shift;

	if (!into)
		return -ENOMEM;
	into->labels = from->labels;
	into->natural = from->natural;
	for (i = 0; i < nr; i++) {
		from = items[i].element;
		into->count = merge__sum(merge, into->count, from->count);
		into->below_natural = merge__sum(merge, into->below_natural, from->below_natural);
		for (b = 0; b < from->nr_buckets; b++) {
			shift = from->buckets[b].align
					? (size_t)__builtin_ctzll(from->buckets[b].align)
					: 0;
			aligned[shift] = merge__sum(merge, aligned[shift], from->buckets[b].count);
		}
	}
	into->buckets = calloc(64, sizeof(*into->buckets));
	if (!into->buckets)
		return -ENOMEM;
	for (shift = 0; shift < 64; shift++)
		if (aligned[shift])
			into->buckets[into->nr_buckets++] =
				(struct align_bucket){1ull << shift, aligned[shift]};
	return 0;
}

static int compare_zones(const void *a, const void *b)
{
	const struct placement *x = a, *y = b;

	if (x->node != y->node)
		return x->node < y->node ? -1 : 1;
	return strcmp(x->zone, y->zone);
}

static int fold_zone(struct merge *merge, const struct item *items, size_t nr)
{
	struct placement *into = report__add_zone(merge->into);

	if (!into)
		return -ENOMEM;
	*into = *(const struct placement *)items[0].element;
	for (size_t i = 1; i < nr; i++)
		into->count = merge__sum(merge, into->count,
					 ((const struct placement *)items[i].element)->count);
	return 0;
}

static int compare_stages(const void *a, const void *b)
{
	const struct stage *x = a, *y = b;
	int order = strcmp(x->stage, y->stage);

	if (!order)
		order = labels__compare(&x->labels, &y->labels);
	return order ? order : x->derived - y->derived;
}

/* All time spent in requests that were timed. */
static double time_of(const struct report *report)
{
	double time = 0;

	for (size_t i = 0; i < report->nr_latency; i++)
		time += (double)report->latency[i].sum;
	return time;
}

/* The share of a stage in all time: each report's weighs as much as its time. */
static double share_of(const struct merge *merge, const struct item *items, size_t nr)
{
	double time, all = 0, in_stage = 0;
	size_t i, j;

	for (i = 0; i < merge->nr; i++) {
		time = time_of(merge->reports[i]);
		all += time;
		for (j = 0; j < nr; j++)
			if (items[j].report == i)
				in_stage += time * ((const struct stage *)items[j].element)->share;
	}
	return all > 0 ? in_stage / all : 0;
}

static int fold_stage(struct merge *merge, const struct item *items, size_t nr)
{
	const struct stage *from = items[0].element;
	struct stage *into = report__add_stage(merge->into);
	struct fold *fold = malloc(sizeof(*fold));
	int err = -ENOMEM;

	if (into && fold) {
		fold__clear(fold);
		for (size_t i = 0; i < nr; i++)
			fold__add_stage(fold, items[i].element);
		into->stage = from->stage;
		into->labels = from->labels;
		into->derived = from->derived;
		into->share = share_of(merge, items, nr);
		err = fold__to_stage(fold, into);
	}
	/* without buckets the percentiles of several have no sum */
	if (!err && nr == 1) {
		into->p50 = from->p50;
		into->p99 = from->p99;
	}
	free(fold);
	return err;
}

static int compare_headroom(const void *a, const void *b)
{
	return labels__compare(&((const struct headroom *)a)->labels,
			       &((const struct headroom *)b)->labels);
}

static int fold_headroom(struct merge *merge, const struct item *items, size_t nr)
{
	struct headroom *into = report__add_headroom(merge->into);
	const struct headroom *from = items[0].element;
	int err = into ? 0 : -ENOMEM;

	if (into)
		into->labels = from->labels;
	for (size_t i = 0; i < nr && !err; i++) {
		from = items[i].element;
		into->count = merge__sum(merge, into->count, from->count);
		into->touched_reserves =
			merge__sum(merge, into->touched_reserves, from->touched_reserves);
		err = merge__buckets(merge, &into->buckets, &into->nr_buckets, from->buckets,
				     from->nr_buckets);
	}
	return err;
}

static int compare_slabs(const void *a, const void *b)
{
	return slab__compare(a, b);
}

static int fold_slab(struct merge *merge, const struct item *items, size_t nr)
{
	struct slab *into = report__add_slab(merge->into);

	if (!into)
		return -ENOMEM;
	*into = *(const struct slab *)items[0].element;
	for (size_t i = 1; i < nr; i++) {
		const struct slab *from = items[i].element;

		into->count = merge__sum(merge, into->count, from->count);
		into->failed = merge__sum(merge, into->failed, from->failed);
		into->requested = merge__sum(merge, into->requested, from->requested);
		into->allocated = merge__sum(merge, into->allocated, from->allocated);
		into->aligned = merge__sum(merge, into->aligned, from->aligned);
		into->crossing = merge__sum(merge, into->crossing, from->crossing);
		into->wide = merge__sum(merge, into->wide, from->wide);
	}
	return 0;
}

/* The number of colours that all agree on who know theirs; 0 where they do not. */
static size_t colours_of(const struct merge *merge)
{
	size_t colours = 0, i;

	for (i = 0; i < merge->nr; i++) {
		size_t other = merge->reports[i]->cache.nr_counts;

		if (colours && other && colours != other)
			return 0;
		colours = other ? other : colours;
	}
	return colours;
}

/* Caches of different colours have no sum: then none is told. */
static int merge_colours(struct merge *merge)
{
	struct report *into = merge->into;
	uint64_t most = 0, all = 0, count;
	size_t colours = colours_of(merge), i, c;

	for (c = 0; c < colours; c++) {
		for (count = 0, i = 0; i < merge->nr; i++)
			if (merge->reports[i]->cache.nr_counts)
				count = merge__sum(merge, count,
						   merge->reports[i]->cache.counts[c]);
		if (report__add_colour(into, count))
			return -ENOMEM;
		all = merge__sum(merge, all, count);
		most = count > most ? count : most;
	}
	if (all)
		into->cache.skew = (double)most * (double)colours / (double)all;
	return 0;
}

#define KIND(field, nr_field, compare, fold)                                       \
	{                                                                          \
		offsetof(struct report, field), offsetof(struct report, nr_field), \
			sizeof(*((struct report *)NULL)->field), compare, fold     \
	}

int merge__series(struct merge *merge)
{
	static const struct kind kinds[] = {
		KIND(latency, nr_latency, compare_latency, fold_latency),
		KIND(alignment, nr_alignment, compare_alignment, fold_alignment),
		KIND(zones, nr_zones, compare_zones, fold_zone),
		KIND(stages, nr_stages, compare_stages, fold_stage),
		KIND(headroom, nr_headroom, compare_headroom, fold_headroom),
		KIND(slabs, nr_slabs, compare_slabs, fold_slab),
	};
	int err = 0;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && !err; i++)
		err = merge__kind(merge, &kinds[i]);
	return err ? err : merge_colours(merge);
}
