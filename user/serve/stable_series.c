// SPDX-License-Identifier: GPL-2.0-only
#include "serve/stable_series.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/aggregate.h"

#define CAUSES 32

/* Series that have a name of their own, by a hash of it. */
struct known {
	uint64_t keys[STEADY_SERIES];
	size_t nr;
};

/* The most that was told of something. */
struct peak {
	uint64_t key, count;
};

struct steady {
	struct known latency, alignment, failures, stages, headroom;
	struct peak missed, loss[CAUSES];
	size_t nr_loss;
};

static const char *const other = "other";

struct steady *steady__new(void)
{
	return calloc(1, sizeof(struct steady));
}

void steady__free(struct steady *steady)
{
	free(steady);
}

/* FNV-1a, with the end of each text in it. */
static uint64_t hash_text(uint64_t hash, const char *text)
{
	size_t length = text ? strlen(text) + 1 : 0;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)text[i]) * 1099511628211ull;
	return (hash ^ (text ? 1 : 2)) * 1099511628211ull;
}

/* The key of a series; 0 for one that is the rest already. */
static uint64_t key_of(const struct labels *labels, const char *more)
{
	uint64_t hash = hash_text(14695981039346656037ull, more);
	bool named = false, empty = true;

	for (size_t i = 0; i < DIMENSIONS; i++) {
		hash = hash_text(hash, labels->value[i]);
		if (!labels->value[i])
			continue;
		empty = false;
		named |= strcmp(labels->value[i], other) != 0;
	}
	return named || empty ? hash | 1 : 0;
}

static bool is_known(const struct known *known, uint64_t key)
{
	for (size_t i = 0; i < known->nr; i++)
		if (known->keys[i] == key)
			return true;
	return false;
}

struct candidate {
	uint64_t key, count;
	size_t index;
	bool own; /* is a series of its own */
};

static int compare_counts(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return (x->index > y->index) - (x->index < y->index);
}

static int compare_indices(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	return (x->index > y->index) - (x->index < y->index);
}

/* Who stands for itself: those known, then the largest of the new ones while there is room. */
static void choose(struct known *known, struct candidate *candidates, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		candidates[i].own = candidates[i].key && is_known(known, candidates[i].key);
	qsort(candidates, nr, sizeof(*candidates), compare_counts);
	for (size_t i = 0; i < nr && known->nr < STEADY_SERIES; i++) {
		struct candidate *candidate = &candidates[i];

		if (candidate->own || !candidate->key)
			continue;
		if (!is_known(known, candidate->key))
			known->keys[known->nr++] = candidate->key;
		candidate->own = true;
	}
	qsort(candidates, nr, sizeof(*candidates), compare_indices);
}

static struct labels name_other(const struct labels *labels)
{
	struct labels name = {};

	for (size_t i = 0; i < DIMENSIONS; i++)
		name.value[i] = labels->value[i] ? other : NULL;
	return name;
}

static int hold_latency(struct steady *steady, struct report *report, struct candidate *all)
{
	struct fold *rest = malloc(sizeof(*rest));
	struct latency last = {};
	size_t nr = report->nr_latency, kept = 0;
	int err = 0;

	if (!rest)
		return -ENOMEM;
	fold__clear(rest);
	for (size_t i = 0; i < nr; i++)
		all[i] = (struct candidate){key_of(&report->latency[i].labels, NULL),
					    report->latency[i].count, i, false};
	choose(&steady->latency, all, nr);
	for (size_t i = 0; i < nr; i++) {
		struct latency *series = &report->latency[i];

		if (all[i].own) {
			report->latency[kept++] = *series;
			continue;
		}
		last.labels = name_other(&series->labels);
		fold__add_latency(rest, series);
		free(series->buckets);
	}
	report->nr_latency = kept;
	if (rest->nr) {
		err = fold__to_counters(rest, &last);
		report->latency[report->nr_latency++] = last;
	}
	free(rest);
	return err;
}

/* Blocks of several sizes have no size; of how far they are aligned only the counts stay. */
static int hold_alignment(struct steady *steady, struct report *report, struct candidate *all)
{
	struct alignment last = {};
	size_t nr = report->nr_alignment, kept = 0;

	for (size_t i = 0; i < nr; i++)
		all[i] = (struct candidate){key_of(&report->alignment[i].labels, NULL),
					    report->alignment[i].count, i, false};
	choose(&steady->alignment, all, nr);
	for (size_t i = 0; i < nr; i++) {
		struct alignment *series = &report->alignment[i];

		if (all[i].own) {
			report->alignment[kept++] = *series;
			continue;
		}
		last.labels = name_other(&series->labels);
		last.count = fold__sum(last.count, series->count);
		last.below_natural = fold__sum(last.below_natural, series->below_natural);
		free(series->buckets);
	}
	report->nr_alignment = kept;
	if (kept < nr)
		report->alignment[report->nr_alignment++] = last;
	return 0;
}

/* Those with the same labels and reason are one series: the format adds them up. A reason stays. */
static int hold_failures(struct steady *steady, struct report *report, struct candidate *all)
{
	for (size_t i = 0; i < report->nr_failures; i++)
		all[i] = (struct candidate){
			key_of(&report->failures[i].labels, report->failures[i].reason),
			report->failures[i].count, i, false};
	choose(&steady->failures, all, report->nr_failures);
	for (size_t i = 0; i < report->nr_failures; i++)
		if (!all[i].own)
			report->failures[i].labels = name_other(&report->failures[i].labels);
	return 0;
}

static int hold_stages(struct steady *steady, struct report *report, struct candidate *all)
{
	struct stage last = {.stage = other};
	size_t nr = report->nr_stages, kept = 0;

	for (size_t i = 0; i < nr; i++)
		all[i] = (struct candidate){
			key_of(&report->stages[i].labels, report->stages[i].stage),
			report->stages[i].count, i, false};
	choose(&steady->stages, all, nr);
	for (size_t i = 0; i < nr; i++) {
		struct stage *stage = &report->stages[i];

		if (all[i].own) {
			report->stages[kept++] = *stage;
			continue;
		}
		last.labels = name_other(&stage->labels);
		last.count = fold__sum(last.count, stage->count);
		last.sum = fold__sum(last.sum, stage->sum);
		free(stage->buckets);
	}
	report->nr_stages = kept;
	if (kept < nr)
		report->stages[report->nr_stages++] = last;
	return 0;
}

static int hold_headroom(struct steady *steady, struct report *report, struct candidate *all)
{
	struct headroom last = {};
	size_t nr = report->nr_headroom, kept = 0;

	for (size_t i = 0; i < nr; i++)
		all[i] = (struct candidate){key_of(&report->headroom[i].labels, NULL),
					    report->headroom[i].count, i, false};
	choose(&steady->headroom, all, nr);
	for (size_t i = 0; i < nr; i++) {
		struct headroom *series = &report->headroom[i];

		if (all[i].own) {
			report->headroom[kept++] = *series;
			continue;
		}
		last.labels = name_other(&series->labels);
		last.count = fold__sum(last.count, series->count);
		last.touched_reserves = fold__sum(last.touched_reserves, series->touched_reserves);
		free(series->buckets);
	}
	report->nr_headroom = kept;
	if (kept < nr)
		report->headroom[report->nr_headroom++] = last;
	return 0;
}

static void hold(struct peak *peak, uint64_t *count)
{
	if (*count > peak->count)
		peak->count = *count;
	*count = peak->count;
}

/*
 * What one copy of the programs missed and another caught is a difference of counters that are
 * read one after another while they run: it may fall by a few.
 */
static void hold_loss(struct steady *steady, struct report *report)
{
	hold(&steady->missed, &report->requests.missed);
	for (size_t i = 0; i < report->nr_loss; i++) {
		uint64_t key = hash_text(0, report->loss[i].cause);
		size_t j;

		for (j = 0; j < steady->nr_loss && steady->loss[j].key != key; j++)
			;
		if (j == CAUSES)
			continue;
		if (j == steady->nr_loss)
			steady->loss[steady->nr_loss++].key = key;
		hold(&steady->loss[j], &report->loss[i].count);
	}
}

static size_t most_series(const struct report *report)
{
	const size_t sizes[] = {report->nr_latency, report->nr_alignment, report->nr_failures,
				report->nr_stages, report->nr_headroom};
	size_t most = 0;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		most = sizes[i] > most ? sizes[i] : most;
	return most;
}

int steady__apply(struct steady *steady, struct report *report)
{
	static int (*const kinds[])(struct steady *, struct report *, struct candidate *) = {
		hold_latency, hold_alignment, hold_failures, hold_stages, hold_headroom,
	};
	struct candidate *candidates = calloc(most_series(report) + 1, sizeof(*candidates));
	int err = candidates ? 0 : -ENOMEM;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && !err; i++)
		err = kinds[i](steady, report, candidates);
	if (!err)
		hold_loss(steady, report);
	free(candidates);
	return err;
}
