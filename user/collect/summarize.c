// SPDX-License-Identifier: GPL-2.0-only
#include "collect/summarize.h"

#include <gfptrace/quality.h>
#include <gfptrace/stage.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/cgroups.h"
#include "collect/colours.h"
#include "collect/mode.h"
#include "report/histogram.h"

/* The value of each dimension as a number; ABSENT where the series has none. */
#define ABSENT	 0xffff
#define NO_VALUE 0xfffe /* the label `none` */
#define OTHER	 0xfffd /* the label `other` */
#define UNKNOWN	 0xfffc /* the label `unknown` */

struct label_key {
	uint16_t value[DIMENSIONS];
};

/* A series and the labels under which it is counted. */
struct folded {
	struct label_key key;
	const struct series *series;
};

static const char *const class_names[] = GFT_CLASS_NAMES;
static const char *const context_names[] = GFT_CONTEXT_NAMES;
static const char *const reason_names[] = GFT_REASON_NAMES;
static const char *const path_names[] = GFT_PATH_NAMES;
static const char *const quality_names[] = GFT_QUALITY_NAMES;

static uint16_t zone_number(const struct zones *zones, uint16_t range)
{
	/* the first zone of that name stands for all */
	for (uint16_t i = 0; i < zones->count; i++)
		if (!strcmp(zones->zone[i].name, zones->zone[range - 1].name))
			return i;
	return NO_VALUE;
}

static uint16_t name_value(uint16_t key)
{
	if (!key)
		return NO_VALUE;
	return key > SNAPSHOT_NAMES_MAX ? OTHER : (uint16_t)(key - 1);
}

static uint16_t caller_value(const struct summary_source *source, uint16_t key)
{
	uint16_t value = name_value(key);

	if (value == NO_VALUE)
		return UNKNOWN;
	return value == OTHER ? OTHER : source->same_caller[value];
}

static uint16_t dimension_value(const struct summary_source *source, const struct series_key *key,
				enum dimension dimension)
{
	const struct zones *zones = &source->kernel->zones;
	uint16_t range = key->key[GFT_KEY_RANGE], type = key->key[GFT_KEY_MIGRATETYPE];
	uint16_t path = key->key[GFT_KEY_PATH], quality = key->key[GFT_KEY_QUALITY];

	if (dimension == DIM_CPU)
		return key->cpu;
	if (key->other)
		return OTHER;
	switch (dimension) {
	case DIM_CLASS:
		return key->key[GFT_KEY_CLASS];
	case DIM_ORDER:
		return key->key[GFT_KEY_ORDER];
	case DIM_CONTEXT:
		return key->key[GFT_KEY_CONTEXT];
	case DIM_NODE:
		return range ? (uint16_t)zones->zone[range - 1].node : NO_VALUE;
	case DIM_ZONE:
		return range ? zone_number(zones, range) : NO_VALUE;
	case DIM_MIGRATETYPE:
		return type ? (uint16_t)(type - 1) : NO_VALUE;
	case DIM_COMM:
		return name_value(key->key[GFT_KEY_COMM]);
	case DIM_CGROUP:
		return name_value(key->key[GFT_KEY_CGROUP]);
	case DIM_PATH:
		return path ? (uint16_t)((path - 1u) % GFT_PATHS) : NO_VALUE;
	case DIM_CALLER:
		return caller_value(source, key->key[GFT_KEY_CALLER]);
	case DIM_QUALITY:
		return quality ? (uint16_t)(quality - 1) : NO_VALUE;
	default:
		return ABSENT;
	}
}

static const char *cgroup_label(struct report *report, uint64_t id)
{
	char path[4096];

	if (!cgroup__path(id, path, sizeof(path)))
		return report__string(report, path);
	return report__printf(report, "cgroup:%llu", (unsigned long long)id);
}

static const char *label_text(struct report *report, const struct summary_source *source,
			      enum dimension dimension, uint16_t value)
{
	char comm[GFT_COMM_LEN + 1] = {};

	if (value == NO_VALUE)
		return "none";
	if (value == OTHER)
		return "other";
	if (value == UNKNOWN)
		return "unknown";
	switch (dimension) {
	case DIM_CLASS:
		return class_names[value];
	case DIM_CONTEXT:
		return context_names[value];
	case DIM_PATH:
		return path_names[value];
	case DIM_QUALITY:
		return quality_names[value];
	case DIM_ZONE:
		return report__string(report, source->kernel->zones.zone[value].name);
	case DIM_MIGRATETYPE:
		return value < source->kernel->facts.nr_migratetypes
			       ? source->kernel->facts.migratetypes[value]
			       : "unknown";
	case DIM_COMM:
		memcpy(comm, source->comms->name[value].word, GFT_COMM_LEN);
		return report__string(report, comm);
	case DIM_CGROUP:
		return cgroup_label(report, source->cgroups->name[value].word[0]);
	case DIM_CALLER:
		return callers__label(source->callers, source->seen_callers->name[value].word[0],
				      report);
	default:
		return report__printf(report, "%u", value);
	}
}

/* Fill the labels of a folded series. Returns 0 or -ENOMEM. */
static int set_labels(struct report *report, const struct summary_source *source,
		      const struct label_key *key, struct labels *labels)
{
	for (int i = 0; i < DIMENSIONS; i++) {
		if (key->value[i] == ABSENT)
			continue;
		labels->value[i] = label_text(report, source, (enum dimension)i, key->value[i]);
		if (!labels->value[i])
			return -ENOMEM;
	}
	return 0;
}

static int compare_folded(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct label_key));
}

/* All series with their keys cut down to the dimensions wanted, equal keys side by side. */
static struct folded *fold(const struct summary_source *source, const struct snapshot *snapshot,
			   const bool wanted[DIMENSIONS])
{
	struct folded *folded = calloc(snapshot->count + 1, sizeof(*folded));

	for (size_t i = 0; folded && i < snapshot->count; i++) {
		folded[i].series = &snapshot->series[i];
		for (int d = 0; d < DIMENSIONS; d++)
			folded[i].key.value[d] =
				wanted[d] ? dimension_value(source, &snapshot->series[i].key,
							    (enum dimension)d)
					  : ABSENT;
	}
	if (folded)
		qsort(folded, snapshot->count, sizeof(*folded), compare_folded);
	return folded;
}

/* How many of the first `count` elements have the key of the first. */
static size_t group_length(const struct folded *folded, size_t count)
{
	size_t length = 1;

	while (length < count && !compare_folded(folded, folded + length))
		length++;
	return length;
}

struct gathered {
	uint64_t histogram[GFT_BUCKETS];
	double spread[GFT_BUCKETS];
	struct sample sample;
};

static void gather(struct gathered *gathered, struct latency *latency, const struct series *series)
{
	gathered->sample.timed += series->timed;
	gathered->sample.drawn += series->drawn;
	gathered->sample.untimed += series->untimed;
	latency->sum += series->sum;
	if (series->min < latency->min)
		latency->min = series->min;
	if (series->max > latency->max)
		latency->max = series->max;
	for (uint32_t b = 0; b < GFT_BUCKETS; b++)
		gathered->histogram[b] += series->bucket[b];
	series__add_spread(series, gathered->spread);
}

static int add_latency(struct report *report, const struct summary_source *source,
		       const struct folded *group, size_t length)
{
	struct latency *latency = report__add_latency(report);
	struct gathered *gathered = calloc(1, sizeof(*gathered));
	int err = -ENOMEM;

	if (latency && gathered) {
		latency->min = UINT64_MAX;
		for (size_t i = 0; i < length; i++)
			gather(gathered, latency, group[i].series);
		gathered->sample.spread = gathered->spread;
		err = set_labels(report, source, &group->key, &latency->labels);
		if (!err)
			err = latency__from_sample(latency, gathered->histogram, &gathered->sample);
	}
	free(gathered);
	return err;
}

/* log2 of the alignment in pages, 0 .. 18, that gft_align_slot() counts in this slot. */
static unsigned int align_shift(uint32_t slot, uint32_t page_shift)
{
	if (slot && slot < GFT_ALIGN_LOW)
		return (unsigned int)__builtin_ctz(slot);
	for (unsigned int shift = 0; shift < GFT_ALIGN_CAP_SHIFT - page_shift; shift++)
		if (gft_align_high(1ull << shift, page_shift) == slot)
			return shift;
	return GFT_ALIGN_CAP_SHIFT - page_shift;
}

static int add_alignment(struct report *report, const struct summary_source *source,
			 const struct folded *group, size_t length)
{
	uint32_t page_shift = source->plan->config.page_shift;
	uint64_t count[GFT_ALIGN_CAP_SHIFT + 1] = {}, total = 0;
	uint16_t order = group->key.value[DIM_ORDER];
	struct alignment *alignment;
	size_t buckets = 0;

	for (size_t i = 0; i < length; i++)
		for (uint32_t slot = 0; slot < GFT_ALIGN_SLOTS; slot++) {
			uint64_t add = group[i].series->align[slot];

			count[align_shift(slot, page_shift) + page_shift] += add;
			total += add;
		}
	if (!total)
		return 0;
	alignment = report__add_alignment(report);
	if (!alignment)
		return -ENOMEM;
	alignment->count = total;
	alignment->natural = order == OTHER ? 0 : 1ull << (page_shift + order);
	alignment->buckets = calloc(GFT_ALIGN_CAP_SHIFT + 1, sizeof(*alignment->buckets));
	if (!alignment->buckets)
		return -ENOMEM;
	for (unsigned int shift = 0; shift <= GFT_ALIGN_CAP_SHIFT; shift++) {
		if (!count[shift])
			continue;
		alignment->buckets[buckets++] =
			(struct align_bucket){.align = 1ull << shift, .count = count[shift]};
		if (1ull << shift < alignment->natural)
			alignment->below_natural += count[shift];
	}
	alignment->nr_buckets = buckets;
	return set_labels(report, source, &group->key, &alignment->labels);
}

/* Why, where and who: of one failure of that kind. */
static int describe_failure(struct report *report, const struct summary_source *source,
			    const struct label_key *key, enum gft_reason reason,
			    struct failure *failure)
{
	const struct failure_kind kind = {
		.class = key->value[DIM_CLASS],
		.order = key->value[DIM_ORDER],
		.context = key->value[DIM_CONTEXT],
		.reason = reason,
		.comm = key->value[DIM_CONTEXT] == GFT_TASK ? failure->labels.value[DIM_COMM]
							    : NULL,
	};
	int err;

	if (!source->failures)
		return 0;
	err = failures__describe(source->failures, source->kernel, &kind, report, failure);
	if (err || !failure->labels.value[DIM_CALLER])
		return err;
	/* the stack that was kept may be another caller's of that kind */
	if (failure->caller && strcmp(failure->caller, failure->labels.value[DIM_CALLER]) != 0)
		failure->stack.nr = 0;
	failure->caller = failure->labels.value[DIM_CALLER];
	return 0;
}

static int add_failures(struct report *report, const struct summary_source *source,
			const struct folded *group, size_t length)
{
	for (int reason = 0; reason < GFT_REASONS; reason++) {
		struct failure *failure;
		uint64_t count = 0;

		for (size_t i = 0; i < length; i++)
			count += group[i].series->failed[reason];
		if (!count)
			continue;
		failure = report__add_failure(report);
		if (!failure || set_labels(report, source, &group->key, &failure->labels))
			return -ENOMEM;
		failure->count = count;
		failure->reason = reason_names[reason];
		if (describe_failure(report, source, &group->key, (enum gft_reason)reason, failure))
			return -ENOMEM;
	}
	return 0;
}

/* What the group's requests with __GFP_ZERO took for it; that of a few is not known. */
static int add_zeroing(struct report *report, const struct summary_source *source,
		       const struct folded *group, size_t length)
{
	struct stage zero = {.stage = "zero", .derived = true}, *stage;

	for (size_t i = 0; i < length; i++) {
		const struct series *series = group[i].series;
		uint64_t cost = zeroing__cost(source->zeroing, series);
		uint64_t count = series__count(series) - series->untimed;

		zero.count += cost ? count : 0;
		zero.timed += cost ? series->timed : 0;
		zero.sum += cost * count;
	}
	if (!zero.count)
		return 0;
	stage = report__add_stage(report);
	if (!stage)
		return -ENOMEM;
	*stage = zero;
	return set_labels(report, source, &group->key, &stage->labels);
}

typedef int (*add_group)(struct report *report, const struct summary_source *source,
			 const struct folded *group, size_t length);

static int add_groups(struct report *report, const struct summary_source *source,
		      const struct snapshot *snapshot, const bool wanted[DIMENSIONS], add_group add)
{
	struct folded *folded = fold(source, snapshot, wanted);
	int err = folded ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < snapshot->count;) {
		size_t length = group_length(folded + i, snapshot->count - i);

		err = add(report, source, folded + i, length);
		i += length;
	}
	free(folded);
	return err;
}

static int add_series(struct report *report, const struct summary_source *source,
		      const struct snapshot *snapshot)
{
	bool with_order[DIMENSIONS], for_failures[DIMENSIONS];
	int err = 0;

	memcpy(report->by, source->options->by, sizeof(report->by));
	memcpy(with_order, report->by, sizeof(with_order));
	with_order[DIM_ORDER] = true;
	memcpy(for_failures, with_order, sizeof(for_failures));
	for_failures[DIM_CLASS] = for_failures[DIM_CONTEXT] = true;
	if (tracer__timed(source->tracer))
		err = add_groups(report, source, snapshot, report->by, add_latency);
	if (!err)
		err = add_groups(report, source, snapshot, with_order, add_alignment);
	if (!err)
		err = add_groups(report, source, snapshot, for_failures, add_failures);
	return err;
}

/* With the labels that stages have (user/collect/stages.c). */
static int add_derived(struct report *report, const struct summary_source *source,
		       const struct snapshot *snapshot)
{
	struct summary_source with_zeroing = *source;
	bool wanted[DIMENSIONS] = {
		[DIM_CLASS] = report->by[DIM_CLASS],
		[DIM_ORDER] = report->by[DIM_ORDER],
		[DIM_CONTEXT] = report->by[DIM_CONTEXT],
	};
	size_t first = report->nr_stages, i;
	struct zeroing zeroing;
	uint64_t time = 0;
	int err;

	if (!report->by[DIM_PATH])
		return 0;
	with_zeroing.zeroing = &zeroing;
	err = zeroing__derive(&zeroing, snapshot);
	if (!err)
		err = add_groups(report, &with_zeroing, snapshot, wanted, add_zeroing);
	for (i = 0; i < snapshot->count; i++)
		time += snapshot->series[i].sum;
	for (i = first; i < report->nr_stages && time; i++)
		report->stages[i].share = (double)report->stages[i].sum / (double)time;
	return err;
}

static void add_requests(struct report *report, const struct snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->count; i++) {
		const struct series *series = &snapshot->series[i];
		uint64_t succeeded = series__succeeded(series);

		report->requests.succeeded += succeeded;
		report->requests.failed += series__failed(series);
		if (!series->key.other)
			report->requests.pages += succeeded << series->key.key[GFT_KEY_ORDER];
	}
	report->requests.counted = report->requests.succeeded + report->requests.failed;
	report->requests.pages += snapshot->totals.other_pages;
	report->requests.missed = totals__missed(&snapshot->totals);
	report->requests.filtered = snapshot->totals.filtered;
	report->requests.bulk_calls = snapshot->totals.bulk_calls;
	report->requests.bulk_pages = snapshot->totals.bulk_pages;
}

static int add_zones(struct report *report, const struct summary_source *source,
		     const struct snapshot *snapshot)
{
	const struct zones *zones = &source->kernel->zones;

	for (size_t i = 0; i <= GFT_RANGES_MAX; i++) {
		uint64_t count = snapshot->totals.placement[i];
		struct placement *placement;

		if (!count)
			continue;
		placement = report__add_zone(report);
		if (!placement)
			return -ENOMEM;
		placement->count = count;
		placement->node = i ? zones->zone[i - 1].node : 0;
		placement->zone = i ? report__string(report, zones->zone[i - 1].name) : "unknown";
		if (!placement->zone)
			return -ENOMEM;
	}
	return 0;
}

int summarize(struct report *report, const struct summary_source *source,
	      const struct snapshot *snapshot)
{
	int err = describe__host(report, source->kernel);

	if (!err)
		err = describe__mode(report, source->kernel, source->tracer);
	report->mode.coverage_asked = coverage_names[source->options->coverage];
	if (!err)
		err = options__describe_filter(source->options, report);
	add_requests(report, snapshot);
	if (!err)
		err = describe__losses(report, snapshot);
	if (!err)
		err = add_series(report, source, snapshot);
	if (!err)
		err = add_derived(report, source, snapshot);
	if (!err)
		err = add_zones(report, source, snapshot);
	if (!err && tracer__places(source->tracer))
		err = colours__describe(&source->plan->config, snapshot, report);
	if (!err)
		err = describe__cost(report, source->tracer);
	if (!err)
		report__sort(report);
	return err;
}
