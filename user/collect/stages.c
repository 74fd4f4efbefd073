// SPDX-License-Identifier: GPL-2.0-only
#include "collect/stages.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/histogram.h"

const char *const gft_stage_names[GFT_STAGES] = {
	[GFT_STAGE_BUDDY] = "buddy",	   [GFT_STAGE_STEAL] = "steal",
	[GFT_STAGE_KSWAPD] = "kswapd",	   [GFT_STAGE_COMPACT] = "compact",
	[GFT_STAGE_RECLAIM] = "reclaim",   [GFT_STAGE_MEMCG] = "memcg",
	[GFT_STAGE_RETRY] = "retry",	   [GFT_STAGE_OOM] = "oom",
	[GFT_STAGE_TLB] = "tlb",	   [GFT_STAGE_SEARCH] = "search",
	[GFT_STAGE_RUNQUEUE] = "runqueue", [GFT_STAGE_AUTOPSY] = "autopsy",
};

/* The labels of a series as numbers, those that are not asked for ABSENT. */
#define ABSENT 0xffffu
#define OTHER  0xfffeu

static const struct {
	enum dimension dimension;
	uint32_t stride, size;
} parts[] = {
	{DIM_CLASS, GFT_STAGE_CLASS, GFT_CLASSES},
	{DIM_ORDER, GFT_STAGE_ORDER, GFT_ORDERS_MAX},
	{DIM_CONTEXT, GFT_STAGE_CONTEXT, GFT_CONTEXTS},
};

#define PARTS (sizeof(parts) / sizeof(parts[0]))

struct key {
	uint32_t stage;
	uint32_t part[PARTS];
};

int stages__init(struct stages *stages, const struct gft_stages *now)
{
	memset(stages, 0, sizeof(*stages));
	stages->live = now;
	stages->base = calloc(1, sizeof(*stages->base));
	stages->end = calloc(1, sizeof(*stages->end));
	if (!stages->base || !stages->end)
		return -ENOMEM;
	/* touched, so that no page is missing when memory is short */
	memcpy(stages->base, now, sizeof(*now));
	memcpy(stages->end, now, sizeof(*now));
	return 0;
}

void stages__free(struct stages *stages)
{
	free(stages->base);
	free(stages->end);
	free(stages->weighed);
	free(stages->seen);
	memset(stages, 0, sizeof(*stages));
}

int stages__begin_sample(struct stages *stages)
{
	if (stages->weighed)
		return 0;
	stages->seen = calloc(1, sizeof(*stages->seen));
	stages->weighed = stages->seen ? calloc(1, sizeof(*stages->weighed)) : NULL;
	if (stages->weighed)
		return 0;
	free(stages->seen);
	stages->seen = NULL;
	return -ENOMEM;
}

void stages__weigh(struct stages *stages, uint32_t series, double weight, const double phase[2])
{
	const struct gft_stage_series *live = &stages->live->series[series];
	struct gft_stage_series *seen = &stages->seen->series[series];
	struct gft_stage_series *to = &stages->weighed->series[series];
	uint64_t gain[GFT_BUCKETS], others[GFT_BUCKETS] = {}, gained = 0, sum = live->sum, more;

	for (uint32_t i = 0; i < GFT_BUCKETS; i++) {
		uint64_t now = live->bucket[i];

		gain[i] = now - seen->bucket[i];
		gained += gain[i];
		to->bucket[i] += gain[i];
		seen->bucket[i] = now;
	}
	more = (uint64_t)((double)gained * (weight > 1 ? weight - 1 : 0) + phase[0]);
	more = gained ? more : 0;
	histogram__apportion(others, gain, more, phase[1]);
	for (uint32_t i = 0; i < GFT_BUCKETS; i++)
		to->bucket[i] += others[i];
	to->sum += (uint64_t)((double)(sum - seen->sum) *
			      (gained ? 1 + (double)more / (double)gained : 1));
	seen->sum = sum;
	to->count += gained;
	to->kind = live->kind;
	to->max = live->max;
}

void stages__advance(struct stages *stages)
{
	struct gft_stages *base = stages->base;

	stages->base = stages->end;
	stages->end = base;
}

static struct key key_of(const struct gft_stages *stages, uint32_t series,
			 const bool by[DIMENSIONS])
{
	uint64_t kind = stages->series[series].kind;
	bool other = series < GFT_STAGES;
	struct key key = {.stage = other ? series : (uint32_t)(kind % GFT_STAGES)};

	for (size_t i = 0; i < PARTS; i++) {
		key.part[i] = other ? OTHER : (uint32_t)(kind / parts[i].stride % parts[i].size);
		if (!by[parts[i].dimension])
			key.part[i] = ABSENT;
	}
	return key;
}

static int set_labels(struct report *report, const struct key *key, struct labels *labels)
{
	static const char *const classes[] = GFT_CLASS_NAMES;
	static const char *const contexts[] = GFT_CONTEXT_NAMES;

	for (size_t i = 0; i < PARTS; i++) {
		enum dimension dimension = parts[i].dimension;
		uint32_t value = key->part[i];
		const char **label = &labels->value[dimension];

		if (value == ABSENT)
			continue;
		if (value == OTHER)
			*label = "other";
		else if (dimension == DIM_CLASS)
			*label = classes[value];
		else if (dimension == DIM_CONTEXT)
			*label = contexts[value];
		else
			*label = report__printf(report, "%u", value);
		if (!*label)
			return -ENOMEM;
	}
	return 0;
}

/* All counters begin at 0. */
static const struct gft_stage_series nothing;

/* Add what a series gained to the histogram; returns how many requests. */
static uint64_t add_series(const struct stages *stages, uint32_t number, struct stage *stage,
			   uint64_t *histogram)
{
	const struct gft_stage_series *now = &stages->end->series[number];
	const struct gft_stage_series *base =
		stages->base ? &stages->base->series[number] : &nothing;
	uint64_t count = 0, highest = 0, max = now->max;

	for (uint32_t i = 0; i < GFT_BUCKETS; i++) {
		uint64_t more = now->bucket[i] - base->bucket[i];

		histogram[i] += more;
		count += more;
		if (more)
			highest = gft_bucket_le(i);
	}
	/* an earlier window's: what the highest bucket holds is all that is known */
	if (max == base->max && max > highest)
		max = highest;
	if (count && max > stage->max)
		stage->max = max;
	stage->sum += now->sum - base->sum;
	stage->timed += stages->weighed ? now->count - base->count : count;
	return count;
}

static int add_stage(const struct stages *stages, const bool by[DIMENSIONS], uint32_t first,
		     uint64_t time, uint64_t *histogram, struct report *report)
{
	struct key key = key_of(stages->end, first, by);
	struct stage total = {.stage = gft_stage_names[key.stage]}, *stage;
	uint64_t count = 0;

	memset(histogram, 0, GFT_BUCKETS * sizeof(*histogram));
	for (uint32_t i = first; i < GFT_STAGE_SERIES; i++) {
		struct key another = key_of(stages->end, i, by);

		if (!memcmp(&key, &another, sizeof(key)))
			count += add_series(stages, i, &total, histogram);
	}
	if (!count)
		return 0;
	stage = report__add_stage(report);
	if (!stage)
		return -ENOMEM;
	*stage = total;
	stage->share = time ? (double)stage->sum / (double)time : 0;
	if (set_labels(report, &key, &stage->labels))
		return -ENOMEM;
	return stage__from_timed(stage, histogram, total.timed);
}

/* Has an earlier series the same labels? */
static bool is_known(const struct stages *stages, const bool by[DIMENSIONS], uint32_t number)
{
	struct key key = key_of(stages->end, number, by);

	for (uint32_t i = 0; i < number; i++) {
		struct key earlier = key_of(stages->end, i, by);

		if (!memcmp(&key, &earlier, sizeof(key)))
			return true;
	}
	return false;
}

/* What came between base, or the activation where there is none, and end. */
static int report_difference(const struct stages *stages, const bool by[DIMENSIONS], uint64_t time,
			     struct report *report)
{
	uint64_t *histogram = calloc(GFT_BUCKETS, sizeof(*histogram));
	int err = histogram ? 0 : -ENOMEM;

	for (uint32_t i = 0; i < GFT_STAGE_SERIES && !err; i++)
		if (!is_known(stages, by, i))
			err = add_stage(stages, by, i, time, histogram, report);
	free(histogram);
	return err;
}

int stages__report(struct stages *stages, const bool by[DIMENSIONS], uint64_t time,
		   struct report *report)
{
	memcpy(stages->end, stages->weighed ? stages->weighed : stages->live, sizeof(*stages->end));
	return report_difference(stages, by, time, report);
}

int stages__report_all(const struct stages *stages, const bool by[DIMENSIONS], uint64_t time,
		       struct report *report)
{
	const struct stages all = {.end = stages->base, .weighed = stages->weighed};

	return report_difference(&all, by, time, report);
}
