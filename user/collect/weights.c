// SPDX-License-Identifier: GPL-2.0-only
#include "collect/weights.h"

#include <errno.h>
#include <string.h>

#include "report/histogram.h"

int weights__init(struct weights *weights, const bool *by, size_t capacity, size_t colours)
{
	int err;

	memset(weights, 0, sizeof(*weights));
	weights->by = by;
	weights->random = 0x9e3779b97f4a7c15; /* the same counters always give the same report */
	err = snapshot__init(&weights->seen, capacity);
	if (!err)
		err = snapshot__init(&weights->sum, capacity);
	if (!err)
		err = snapshot__add_colours(&weights->seen, colours);
	return err ? err : snapshot__add_colours(&weights->sum, colours);
}

void weights__free(struct weights *weights)
{
	snapshot__free(&weights->seen);
	snapshot__free(&weights->sum);
}

/* 0 <= x < 1. Rounding by it favours no bucket, however small the parts are. */
static double next_phase(struct weights *weights)
{
	weights->random = weights->random * 6364136223846793005u + 1442695040888963407u;
	return (double)(weights->random >> 11) / (double)(1ull << 53);
}

/* What a series gained since the last look. */
struct gain {
	uint64_t bucket[GFT_BUCKETS];
	uint64_t in_buckets, sum, timed, untimed;
};

static const struct series nothing;

static void find_gain(struct gain *gain, const struct series *now, const struct series *before)
{
	memset(gain, 0, sizeof(*gain));
	for (uint32_t i = 0; i < GFT_BUCKETS; i++) {
		gain->bucket[i] = now->bucket[i] - before->bucket[i];
		gain->in_buckets += gain->bucket[i];
	}
	gain->sum = now->sum - before->sum;
	gain->timed = now->timed - before->timed;
	gain->untimed = now->untimed - before->untimed;
}

static uint64_t share_of(uint64_t sum, uint64_t part, uint64_t whole)
{
	return (uint64_t)((unsigned __int128)sum * part / whole);
}

/* The timed ones of this while stand for `others`, too. */
static void stand_for(struct weights *weights, struct series *to, const struct gain *gain,
		      uint64_t others)
{
	double each = 1 + (double)others / (double)gain->in_buckets;

	histogram__apportion(to->bucket, gain->bucket, others, next_phase(weights));
	to->sum += share_of(gain->sum, others, gain->in_buckets);
	to->drawn += gain->timed;
	for (uint32_t i = 0; i < GFT_BUCKETS; i++)
		to->spread[i >> SPREAD_SHIFT] += each * each * (double)gain->bucket[i];
}

static uint64_t in_buckets(const struct series *series)
{
	uint64_t count = 0;

	for (uint32_t i = 0; i < GFT_BUCKETS; i++)
		count += series->bucket[i];
	return count;
}

/* None of `others` was timed: they are taken to be like those before, which is one guess for all.
 */
static void stand_in(struct weights *weights, struct series *to, const uint64_t *like, uint64_t sum,
		     uint64_t others)
{
	uint64_t more[GFT_BUCKETS] = {}, count = 0;

	for (uint32_t i = 0; i < GFT_BUCKETS; i++)
		count += like[i];
	histogram__apportion(more, like, others, next_phase(weights));
	for (uint32_t i = 0; i < GFT_BUCKETS; i++) {
		to->bucket[i] += more[i];
		to->spread[i >> SPREAD_SHIFT] += (double)others * (double)more[i];
	}
	to->sum += share_of(sum, others, count);
	to->drawn++;
}

/* For the stages: of the while, not of what came before. */
static void note(struct weights *weights, const struct series_key *key, double timed, double all)
{
	weights->timed_other += timed;
	weights->all_other += all;
	if (key->other || key->key[GFT_KEY_CLASS] >= GFT_CLASSES ||
	    key->key[GFT_KEY_ORDER] >= GFT_ORDERS_MAX || key->key[GFT_KEY_CONTEXT] >= GFT_CONTEXTS)
		return;
	weights->timed[key->key[GFT_KEY_CLASS]][key->key[GFT_KEY_ORDER]]
		      [key->key[GFT_KEY_CONTEXT]] += timed;
	weights->all[key->key[GFT_KEY_CLASS]][key->key[GFT_KEY_ORDER]][key->key[GFT_KEY_CONTEXT]] +=
		all;
}

/* What is no latency is exact already. */
static void take_exact(struct series *to, const struct series *now)
{
	to->min = now->min;
	to->max = now->max;
	to->timed = now->timed;
	to->unplaced = now->unplaced;
	memcpy(to->failed, now->failed, sizeof(to->failed));
	memcpy(to->align, now->align, sizeof(to->align));
}

static void weigh(struct weights *weights, struct series *to, const struct gain *gain,
		  enum while_kind kind)
{
	uint64_t others = gain->untimed + to->untimed, before = in_buckets(to), like[GFT_BUCKETS];
	uint64_t sum = to->sum;

	memcpy(like, to->bucket, sizeof(like));
	for (uint32_t i = 0; i < GFT_BUCKETS; i++)
		to->bucket[i] += gain->bucket[i];
	to->sum += gain->sum;
	to->untimed = 0;
	note(weights, &to->key, (double)gain->timed,
	     (double)gain->timed + (kind == WHILE_SAMPLED ? (double)others : 0));
	if (!others)
		return;
	if (kind == WHILE_SAMPLED && gain->timed)
		stand_for(weights, to, gain, others);
	else if (kind != WHILE_BEGINS && before && to->timed > gain->timed)
		stand_in(weights, to, like, sum, others);
	else
		to->untimed = others;
}

/* Are both in one series of a report, whatever it is by? */
static bool is_sibling(const struct weights *weights, const struct series_key *a,
		       const struct series_key *b)
{
	static const struct {
		enum dimension dimension;
		enum gft_key key;
	} kept[] = {
		{DIM_CLASS, GFT_KEY_CLASS},
		{DIM_ORDER, GFT_KEY_ORDER},
		{DIM_CONTEXT, GFT_KEY_CONTEXT},
	};
	struct series_key x = *a, y = *b;

	x.copy = y.copy = 0;
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (!weights->by[kept[i].dimension])
			x.key[kept[i].key] = y.key[kept[i].key] = 0;
	return !memcmp(&x, &y, sizeof(x));
}

/* None of the series was ever timed, but perhaps of those that a report shows together with it. */
static void ask_siblings(struct weights *weights, struct series *to)
{
	uint64_t like[GFT_BUCKETS] = {}, sum = 0, timed = 0, others = to->untimed;

	for (size_t i = 0; i < weights->sum.count; i++) {
		const struct series *from = &weights->sum.series[i];

		if (!from->timed || !is_sibling(weights, &to->key, &from->key))
			continue;
		for (uint32_t b = 0; b < GFT_BUCKETS; b++)
			like[b] += from->bucket[b];
		sum += from->sum;
		timed += from->timed;
	}
	if (!timed)
		return;
	to->untimed = 0;
	stand_in(weights, to, like, sum, others);
}

int weights__look(struct weights *weights, const struct snapshot *now, enum while_kind kind)
{
	struct gain gain;

	memset(weights->timed, 0, sizeof(weights->timed));
	memset(weights->all, 0, sizeof(weights->all));
	weights->timed_other = weights->all_other = 0;
	for (size_t i = 0; i < now->count; i++) {
		const struct series *from = &now->series[i];
		const struct series *before = snapshot__find(&weights->seen, &from->key);
		struct series *to = snapshot__series(&weights->sum, &from->key);

		if (!to)
			return -ENOMEM;
		find_gain(&gain, from, before ? before : &nothing);
		take_exact(to, from);
		weigh(weights, to, &gain, kind);
	}
	for (size_t i = 0; i < weights->sum.count && kind != WHILE_BEGINS; i++)
		if (weights->sum.series[i].untimed)
			ask_siblings(weights, &weights->sum.series[i]);
	weights->sum.totals = now->totals;
	for (size_t i = 0; i < now->nr_colours; i++)
		weights->sum.colours[i] = now->colours[i];
	weights->begun = true;
	return snapshot__copy(&weights->seen, now);
}

static double weight_of(const struct weights *weights, uint32_t series, uint64_t kind)
{
	uint32_t class = (uint32_t)kind / GFT_STAGE_CLASS % GFT_CLASSES;
	uint32_t order = (uint32_t)kind / GFT_STAGE_ORDER % GFT_ORDERS_MAX;
	uint32_t context = (uint32_t)kind / GFT_STAGE_CONTEXT % GFT_CONTEXTS;
	double timed = weights->timed[class][order][context];

	if (series >= GFT_STAGES && timed > 0)
		return weights->all[class][order][context] / timed;
	return weights->timed_other > 0 ? weights->all_other / weights->timed_other : 1;
}

int weights__look_at_stages(struct weights *weights, struct stages *stages)
{
	int err = stages__begin_sample(stages);

	for (uint32_t i = 0; i < GFT_STAGE_SERIES && !err; i++) {
		const double phase[2] = {next_phase(weights), next_phase(weights)};

		stages__weigh(stages, i, weight_of(weights, i, stages->live->series[i].kind),
			      phase);
	}
	return err;
}
