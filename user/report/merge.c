// SPDX-License-Identifier: GPL-2.0-only
#include "report/merge.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gfptrace/buckets.h>

#include "format/formats.h"
#include "report/merge_internal.h"
#include "report/array.h"
#include "base/text.h"

uint64_t merge__sum(struct merge *merge, uint64_t a, uint64_t b)
{
	uint64_t sum;

	if (!__builtin_add_overflow(a, b, &sum) && sum <= INT64_MAX)
		return sum;
	merge->overflow = true;
	return INT64_MAX;
}

static bool same_filter(const struct report *a, const struct report *b)
{
	return merge__same_texts(a->filter.classes, a->filter.nr_classes, b->filter.classes,
				 b->filter.nr_classes) &&
	       merge__same_texts(a->filter.orders, a->filter.nr_orders, b->filter.orders,
				 b->filter.nr_orders) &&
	       merge__same_texts(a->filter.contexts, a->filter.nr_contexts, b->filter.contexts,
				 b->filter.nr_contexts) &&
	       a->filter.nr_pids == b->filter.nr_pids &&
	       (!a->filter.nr_pids || !memcmp(a->filter.pids, b->filter.pids,
					      a->filter.nr_pids * sizeof(*a->filter.pids))) &&
	       !strcmp(a->filter.comm, b->filter.comm) &&
	       !strcmp(a->filter.cgroup, b->filter.cgroup) &&
	       !strcmp(a->filter.module, b->filter.module);
}

/* Buckets of another arithmetic have no exact sum with ours. */
static bool has_our_buckets(const struct report *report)
{
	for (size_t i = 0; i < report->nr_latency; i++)
		for (size_t b = 0; b < report->latency[i].nr_buckets; b++) {
			uint64_t le = report->latency[i].buckets[b].le;

			if (gft_bucket_le(gft_bucket(le)) != le)
				return false;
		}
	for (size_t i = 0; i < report->nr_stages; i++)
		for (size_t b = 0; b < report->stages[i].nr_buckets; b++) {
			uint64_t le = report->stages[i].buckets[b].le;

			if (gft_bucket_le(gft_bucket(le)) != le)
				return false;
		}
	return true;
}

/* Why two reports have no sum; NULL if they have one. */
static const char *obstacle(const struct report *a, const struct report *b)
{
	if (strcmp(a->host.clock, b->host.clock) != 0)
		return "one counts time, the other instructions (host.clock)";
	if (a->host.page_size != b->host.page_size)
		return "their page sizes differ";
	if (!same_filter(a, b))
		return "their filters differ";
	if (a->nr_latency && b->nr_latency && memcmp(a->by, b->by, sizeof(a->by)) != 0)
		return "they are by different dimensions (--by)";
	if (!has_our_buckets(a) || !has_our_buckets(b))
		return "their buckets are not those of this gfptrace";
	return NULL;
}

static const char *const no_name = "?";

static const char *name_of(const struct report *report)
{
	return *report->name ? report->name : no_name;
}

/* The report that the others are held against: one whose series tell what it is by. */
static const struct report *reference(const struct merge *merge)
{
	for (size_t i = 0; i < merge->nr; i++)
		if (merge->reports[i]->nr_latency)
			return merge->reports[i];
	return merge->reports[0];
}

/* The first that looked at slabs, if any did. */
static const struct report *reference_of_slabs(const struct merge *merge)
{
	for (size_t i = 0; i < merge->nr; i++)
		if (merge->reports[i]->slab.line)
			return merge->reports[i];
	return merge->reports[0];
}

static int check(const struct merge *merge, char *error, size_t size)
{
	const struct report *first = reference(merge), *slabs = reference_of_slabs(merge);
	const char *why = NULL;
	char *a, *b;
	size_t i;

	for (i = 0; i < merge->nr && !why; i++) {
		const struct report *next = merge->reports[i];

		why = obstacle(first, next);
		if (why || !next->slab.line || next->slab.line == slabs->slab.line)
			continue;
		why = "their cache lines differ (slab.line)";
		first = slabs;
	}
	if (!why)
		return 0;
	a = text__escape(name_of(first));
	b = text__escape(name_of(merge->reports[i - 1]));
	snprintf(error, size, "cannot merge %.80s and %.80s: %s", a ? a : no_name, b ? b : no_name,
		 why);
	free(a);
	free(b);
	return -EINVAL;
}

/* A report and its JSON, by which they are put in order. */
struct ordered {
	struct report *report;
	char *json;
};

static int compare_ordered(const void *a, const void *b)
{
	const struct ordered *x = a, *y = b;
	int order = strcmp(x->json, y->json);

	return order ? order : strcmp(x->report->name, y->report->name);
}

static char *json_of(const struct report *report)
{
	const struct format_options options = {0};
	char *text = NULL;
	size_t length;
	FILE *file = open_memstream(&text, &length);
	int err;

	if (!file)
		return NULL;
	err = report__write_json(file, report, &options);
	if (!fclose(file) && !err)
		return text;
	free(text);
	return NULL;
}

/* Whatever order they came in, from here on they stand in one that only they decide. */
static int put_in_order(struct merge *merge)
{
	struct ordered *ordered = calloc(merge->nr, sizeof(*ordered));
	int err = ordered ? 0 : -ENOMEM;
	size_t i;

	for (i = 0; i < merge->nr && !err; i++) {
		ordered[i].report = merge->reports[i];
		ordered[i].json = json_of(merge->reports[i]);
		err = ordered[i].json ? 0 : -ENOMEM;
	}
	if (!err) {
		qsort(ordered, merge->nr, sizeof(*ordered), compare_ordered);
		for (i = 0; i < merge->nr; i++)
			merge->reports[i] = ordered[i].report;
	}
	for (i = 0; i < merge->nr && ordered; i++)
		free(ordered[i].json);
	free(ordered);
	return err;
}

static int merge_all(struct merge *merge)
{
	int err = merge__context(merge);

	if (!err)
		err = merge__series(merge);
	if (!err)
		err = merge__events(merge);
	merge__head(merge);
	memcpy(merge->into->by, reference(merge)->by, sizeof(merge->into->by));
	for (size_t i = 0; i < merge->nr; i++)
		report__adopt_strings(merge->into, merge->reports[i]);
	report__sort(merge->into);
	return err;
}

struct report *report__merge(struct report **reports, size_t nr, char *error, size_t size)
{
	struct merge merge = {.reports = reports, .nr = nr};
	int err;

	if (nr == 1)
		return reports[0];
	err = put_in_order(&merge);
	if (!err)
		err = check(&merge, error, size);
	if (!err) {
		merge.into = report__new();
		err = merge.into ? merge_all(&merge) : -ENOMEM;
	}
	if (!err && merge.overflow) {
		snprintf(error, size, "cannot merge: the sums are too large");
		err = -EOVERFLOW;
	} else if (err && err != -EINVAL) {
		snprintf(error, size, "out of memory");
	}
	for (size_t i = 0; i < nr; i++)
		report__free(reports[i]);
	if (!err)
		return merge.into;
	report__free(merge.into);
	return NULL;
}
