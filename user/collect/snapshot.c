// SPDX-License-Identifier: GPL-2.0-only
#include "collect/snapshot.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/histogram.h"

int snapshot__init(struct snapshot *snapshot, size_t capacity)
{
	memset(snapshot, 0, sizeof(*snapshot));
	snapshot->index_size = 16;
	while (snapshot->index_size < 2 * capacity)
		snapshot->index_size *= 2;
	snapshot->capacity = snapshot->index_size / 2;
	snapshot->series = calloc(snapshot->capacity, sizeof(*snapshot->series));
	snapshot->index = calloc(snapshot->index_size, sizeof(*snapshot->index));
	if (snapshot->series && snapshot->index)
		return 0;
	snapshot__free(snapshot);
	return -ENOMEM;
}

int snapshot__add_colours(struct snapshot *snapshot, size_t slots)
{
	snapshot->colours = slots ? calloc(slots, sizeof(*snapshot->colours)) : NULL;
	snapshot->nr_colours = snapshot->colours ? slots : 0;
	return snapshot->nr_colours == slots ? 0 : -ENOMEM;
}

void snapshot__free(struct snapshot *snapshot)
{
	free(snapshot->series);
	free(snapshot->index);
	free(snapshot->colours);
	memset(snapshot, 0, sizeof(*snapshot));
}

static void snapshot__clear(struct snapshot *snapshot)
{
	memset(snapshot->index, 0, snapshot->index_size * sizeof(*snapshot->index));
	memset(&snapshot->totals, 0, sizeof(snapshot->totals));
	if (snapshot->colours)
		memset(snapshot->colours, 0, snapshot->nr_colours * sizeof(*snapshot->colours));
	snapshot->count = 0;
}

/*
 * Requests are read before their timings, so what seems untimed is never more than was, and less
 * by what ends between the two. What was seen once is there: it is held, so that no difference is
 * negative.
 */
static void snapshot__begin(struct snapshot *snapshot)
{
	struct series *series;

	memset(&snapshot->totals, 0, sizeof(snapshot->totals));
	if (snapshot->colours)
		memset(snapshot->colours, 0, snapshot->nr_colours * sizeof(*snapshot->colours));
	for (size_t i = 0; i < snapshot->count; i++) {
		series = &snapshot->series[i];
		*series = (struct series){
			.key = series->key, .min = UINT64_MAX, .held = series->untimed};
	}
}

static void snapshot__hold(struct snapshot *snapshot)
{
	struct series *series;

	for (size_t i = 0; i < snapshot->count; i++) {
		series = &snapshot->series[i];
		if (series->untimed < series->held)
			series->untimed = series->held;
	}
}

static size_t key_hash(const struct series_key *key)
{
	uint64_t hash = 0xcbf29ce484222325; /* FNV-1a over the words of the key */

	for (int i = 0; i < GFT_KEYS; i++)
		hash = (hash ^ key->key[i]) * 0x100000001b3;
	hash = (hash ^ key->cpu) * 0x100000001b3;
	hash = (hash ^ key->copy) * 0x100000001b3;
	return (size_t)((hash ^ key->other) * 0x100000001b3 >> 7);
}

/* The place in the index where the key is, or where it would go. */
static uint32_t *index_place(const struct snapshot *snapshot, const struct series_key *key)
{
	size_t at = key_hash(key) & (snapshot->index_size - 1);

	while (snapshot->index[at] &&
	       memcmp(&snapshot->series[snapshot->index[at] - 1].key, key, sizeof(*key)) != 0)
		at = (at + 1) & (snapshot->index_size - 1);
	return &snapshot->index[at];
}

const struct series *snapshot__find(const struct snapshot *snapshot, const struct series_key *key)
{
	uint32_t place = *index_place(snapshot, key);

	return place ? &snapshot->series[place - 1] : NULL;
}

static int snapshot__grow(struct snapshot *snapshot)
{
	struct snapshot larger;
	int err = snapshot__init(&larger, snapshot->capacity * 2);

	if (err)
		return err;
	memcpy(larger.series, snapshot->series, snapshot->count * sizeof(*larger.series));
	larger.count = snapshot->count;
	larger.totals = snapshot->totals;
	larger.colours = snapshot->colours;
	larger.nr_colours = snapshot->nr_colours;
	for (size_t i = 0; i < larger.count; i++)
		*index_place(&larger, &larger.series[i].key) = (uint32_t)i + 1;
	snapshot->colours = NULL;
	snapshot__free(snapshot);
	*snapshot = larger;
	return 0;
}

struct series *snapshot__series(struct snapshot *snapshot, const struct series_key *key)
{
	uint32_t *place = index_place(snapshot, key);
	struct series *series;

	if (*place)
		return &snapshot->series[*place - 1];
	if (snapshot->count == snapshot->capacity) {
		if (snapshot__grow(snapshot))
			return NULL;
		place = index_place(snapshot, key);
	}
	series = &snapshot->series[snapshot->count++];
	memset(series, 0, sizeof(*series));
	series->key = *key;
	series->min = UINT64_MAX;
	*place = (uint32_t)snapshot->count;
	return series;
}

int snapshot__copy(struct snapshot *to, const struct snapshot *from)
{
	while (to->capacity < from->count)
		if (snapshot__grow(to))
			return -ENOMEM;
	snapshot__clear(to);
	memcpy(to->series, from->series, from->count * sizeof(*to->series));
	to->count = from->count;
	to->totals = from->totals;
	for (size_t i = 0; i < to->count; i++)
		*index_place(to, &to->series[i].key) = (uint32_t)i + 1;
	if (to->nr_colours)
		memcpy(to->colours, from->colours, to->nr_colours * sizeof(*to->colours));
	return 0;
}

/* The number of a name in the list, + 1; one more than the list can hold when it is full. */
static uint16_t list_name(struct name_list *list, const struct gft_name *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (!memcmp(&list->name[i], name, sizeof(*name)))
			return (uint16_t)(i + 1);
	if (list->count < SNAPSHOT_NAMES_MAX)
		list->name[list->count++] = *name;
	else
		return SNAPSHOT_NAMES_MAX + 1;
	return (uint16_t)list->count;
}

/* From a CPU's own number of a name to that of the list; 0 (interrupt) stays. */
static uint16_t global_name(struct name_list *list, const struct gft_name *names, uint32_t key)
{
	if (!key)
		return 0;
	if (key > GFT_NAMES)
		return SNAPSHOT_NAMES_MAX + 1;
	return list_name(list, &names[key - 1]);
}

static uint16_t global_caller(struct name_list *list, const struct gft_callers *callers,
			      uint32_t key)
{
	struct gft_name name = {};

	if (!key)
		return 0;
	if (key == GFT_CALLER_OTHER)
		return SNAPSHOT_NAMES_MAX + 1;
	name.word[0] = callers->address[key - 1];
	return list_name(list, &name);
}

static struct series_key global_key(const struct snapshot_source *source, uint32_t cpu,
				    uint32_t combination)
{
	const struct gft_names *names = source->view.names ? &source->view.names[cpu] : NULL;
	struct series_key key = {.cpu = source->by_cpu ? (uint16_t)cpu : SNAPSHOT_NO_CPU,
				 .copy = source->copy};
	uint32_t local[GFT_KEYS];

	plan__keys(source->plan, combination, local);
	for (int i = 0; i < GFT_KEYS; i++)
		key.key[i] = (uint16_t)local[i];
	if (names) {
		key.key[GFT_KEY_COMM] =
			global_name(source->comms, names->comm, local[GFT_KEY_COMM]);
		key.key[GFT_KEY_CGROUP] =
			global_name(source->cgroups, names->cgroup, local[GFT_KEY_CGROUP]);
	}
	if (source->view.callers)
		key.key[GFT_KEY_CALLER] = global_caller(source->callers, &source->view.callers[cpu],
							local[GFT_KEY_CALLER]);
	return key;
}

/* Buckets are looked at so many at a time: most of a histogram is empty. */
#define RUN 8

/*
 * What is looked at comes from memory, each line once, and the CPU itself asks for no line beyond
 * the page that it is in. Of 512 CPUs with 59 series each it takes 17 ms instead of 30.
 */
#define AHEAD (96 * RUN)

/* Add the buckets `first` .. `last`, outside of which there is nothing. Returns their sum. */
static uint64_t merge_buckets(uint64_t *to, const __u64 *from, uint32_t first, uint32_t last)
{
	uint64_t sum = 0;

	while (first <= last) {
		uint32_t end = first + RUN <= last ? first + RUN : last + 1;
		uint64_t any = 0;

		__builtin_prefetch(&from[first + AHEAD]);
		for (uint32_t i = first; i < end; i++)
			any |= from[i];
		for (; any && first < end; first++) {
			to[first] += from[first];
			sum += from[first];
		}
		first = end;
	}
	return sum;
}

/* Returns how many requests were added; adds to `placed` those whose page's place is known. */
static uint64_t series__merge(struct series *series, const struct gft_series *from,
			      const struct snapshot_source *source, uint64_t *placed)
{
	uint64_t requests = from->unplaced, blocks = 0, timings = 0;

	for (int i = 0; i < GFT_REASONS; i++) {
		series->failed[i] += from->failed[i];
		requests += from->failed[i];
	}
	for (int i = 0; i < GFT_ALIGN_SLOTS; i++) {
		series->align[i] += from->align[i];
		blocks += from->align[i];
	}
	requests += blocks;
	*placed += blocks;
	series->unplaced += from->unplaced;
	if (!source->timed)
		return requests;
	series->sum += from->sum;
	if (from->min < series->min)
		series->min = from->min;
	if (from->max > series->max)
		series->max = from->max;
	timings = merge_buckets(series->bucket, from->bucket, gft_bucket(from->min),
				gft_bucket(from->max));
	series->timed += timings;
	/* elsewhere the two differ only by what happens while they are read */
	if (!source->sampled || requests < timings)
		return timings;
	series->untimed += requests - timings;
	return requests;
}

static bool is_empty(const struct gft_series *series, bool timed)
{
	uint64_t any = series->unplaced | (timed ? series->max : 0);

	if (any)
		return false;
	for (int i = 0; i < GFT_REASONS; i++)
		any |= series->failed[i];
	for (int i = 0; i < GFT_ALIGN_SLOTS; i++)
		any |= series->align[i];
	return !any;
}

static const struct gft_row *row_of(const struct snapshot_source *source, uint32_t cpu)
{
	return (const void *)((const char *)source->view.cpus + cpu * source->view.cpu_size);
}

/*
 * What lies in the CPU's home zone is all that was placed less what was counted elsewhere.
 * `elsewhere` was read before the series, so that it is not more than they hold.
 */
static void add_home(struct snapshot_totals *totals, const struct gft_row *row, uint64_t placed,
		     uint64_t elsewhere)
{
	if (placed > elsewhere)
		totals->placement[row->home_index] += placed - elsewhere;
}

static uint64_t take_placement(struct snapshot_totals *totals, const struct gft_row *row)
{
	uint64_t elsewhere = 0;

	for (int i = 0; i <= GFT_RANGES_MAX; i++) {
		uint64_t count = row->placement[i];

		totals->placement[i] += count;
		elsewhere += count;
	}
	return elsewhere;
}

static void take_colours(struct snapshot *snapshot, const struct snapshot_source *source,
			 const struct gft_row *row)
{
	const uint64_t *blocks = (const void *)((const char *)row + source->view.colour_offset);

	for (size_t i = 0; i < snapshot->nr_colours; i++)
		snapshot->colours[i] += blocks[i];
}

static struct series_key series_key(const struct snapshot_source *source, uint32_t cpu,
				    uint32_t slot, const struct gft_series *series)
{
	struct series_key key = {.other = 1, .cpu = SNAPSHOT_NO_CPU, .copy = source->copy};

	if (slot != GFT_SLOT_OTHER)
		return global_key(source, cpu, (uint32_t)series->combination);
	if (source->by_cpu)
		key.cpu = (uint16_t)cpu;
	return key;
}

static int take_cpu(struct snapshot *snapshot, const struct snapshot_source *source, uint32_t cpu,
		    const struct gft_row *row, uint64_t *counted)
{
	const char *base = (const char *)row + source->view.series_offset;
	uint64_t elsewhere = take_placement(&snapshot->totals, row), placed = 0;

	take_colours(snapshot, source, row);
	for (uint32_t slot = 0; slot <= row->used_slots && slot < source->view.slots; slot++) {
		const struct gft_series *from =
			(const void *)(base + slot * source->view.series_size);
		struct series_key key;
		struct series *series;

		if (is_empty(from, source->timed))
			continue;
		key = series_key(source, cpu, slot, from);
		series = snapshot__series(snapshot, &key);
		if (!series)
			return -ENOMEM;
		*counted += series__merge(series, from, source, &placed);
	}
	add_home(&snapshot->totals, row, placed, elsewhere);
	return 0;
}

/*
 * Requests that were refused for their order are counted where they enter, with no exit
 * to read the clock at: they did nothing, and stand in the lowest bucket.
 */
static int take_invalid(struct snapshot *snapshot, const struct snapshot_source *source,
			uint32_t cpu, const struct gft_row *row)
{
	const struct gft_config *config = &source->plan->config;

	for (uint32_t class = 0; class < GFT_CLASSES; class ++)
		for (uint32_t context = 0; context < GFT_CONTEXTS; context++) {
			uint32_t combination =
				class * config->stride[GFT_KEY_CLASS] +
				(config->max_order + 1) * config->stride[GFT_KEY_ORDER] +
				context * config->stride[GFT_KEY_CONTEXT];
			uint64_t count = row->invalid[class][context];
			struct series_key key = global_key(source, cpu, combination);
			struct series *series;

			if (!count || !plan__passes(source->plan, combination))
				continue;
			series = snapshot__series(snapshot, &key);
			if (!series)
				return -ENOMEM;
			series->failed[GFT_INVALID] += count;
			series->bucket[0] += count;
			series->min = 0;
		}
	return 0;
}

static void take_totals(struct snapshot_totals *totals, const struct gft_row *row)
{
	totals->unpaired += row->unpaired;
	totals->stale += row->stale;
	totals->table_full += row->table_full;
	totals->other_pages += row->other_pages;
	totals->filtered += row->filtered;
	totals->bulk_calls += row->bulk_calls;
	totals->bulk_pages += row->bulk_pages;
	totals->checked += row->checked;
	totals->mismatched += row->mismatched;
}

int snapshot__take(struct snapshot *snapshot, const struct snapshot_source *source)
{
	uint64_t counted = 0;
	int err = 0;

	snapshot__begin(snapshot);
	for (uint32_t cpu = 0; cpu < source->cpus && !err; cpu++) {
		const struct gft_row *row = row_of(source, cpu);

		take_totals(&snapshot->totals, row);
		err = take_cpu(snapshot, source, cpu, row, &counted);
		if (!err)
			err = take_invalid(snapshot, source, cpu, row);
	}
	snapshot__hold(snapshot);
	return err;
}

int snapshot__add_copy(struct snapshot *snapshot, const struct snapshot_source *source)
{
	struct snapshot_source of = *source;
	int err = 0;

	of.copy = true;
	for (uint32_t cpu = 0; cpu < of.cpus && !err; cpu++) {
		const struct gft_row *row = row_of(&of, cpu);

		snapshot->totals.other_pages += row->other_pages;
		snapshot->totals.filtered += row->filtered;
		snapshot->totals.recovered += row->filtered;
		err = take_cpu(snapshot, &of, cpu, row, &snapshot->totals.recovered);
	}
	return err;
}

uint64_t totals__missed(const struct snapshot_totals *totals)
{
	uint64_t missed = totals->exit_misses + totals->unpaired;

	/* counters that are read while they run differ by a few */
	return missed > totals->recovered ? missed - totals->recovered : 0;
}

void totals__hold_missed(struct snapshot_totals *totals, uint64_t *missed)
{
	uint64_t now = totals__missed(totals);

	if (now > *missed)
		*missed = now;
	totals->recovered = totals->exit_misses + totals->unpaired - *missed;
}

/* The lowest and highest latency of a difference, as well as the buckets tell. */
static void bound_extremes(struct series *series, const struct series *earlier)
{
	uint32_t low = 0, high = GFT_BUCKETS - 1;

	while (low < high && !series->bucket[low])
		low++;
	while (high > low && !series->bucket[high])
		high--;
	if (series->min == earlier->min && series->min < gft_bucket_low(low))
		series->min = gft_bucket_low(low);
	if (series->max == earlier->max && series->max > gft_bucket_le(high))
		series->max = gft_bucket_le(high);
}

/* Buckets hold so many of an earlier stretch that found a timed request only in this one. */
static void give_back(struct series *series, uint64_t earlier)
{
	uint64_t theirs[GFT_BUCKETS] = {};

	histogram__apportion(theirs, series->bucket, earlier, 0.5);
	for (uint32_t i = 0; i < GFT_BUCKETS; i++)
		series->bucket[i] -= theirs[i] < series->bucket[i] ? theirs[i] : series->bucket[i];
	series->untimed = 0;
}

static void series__subtract(struct series *series, const struct series *earlier)
{
	series->sum -= earlier->sum;
	series->unplaced -= earlier->unplaced;
	series->timed -= earlier->timed;
	series->drawn -= earlier->drawn;
	for (size_t i = 0; i < SPREADS; i++)
		series->spread[i] = fmax(series->spread[i] - earlier->spread[i], 0);
	series->untimed -= earlier->untimed;
	for (int i = 0; i < GFT_REASONS; i++)
		series->failed[i] -= earlier->failed[i];
	for (int i = 0; i < GFT_ALIGN_SLOTS; i++)
		series->align[i] -= earlier->align[i];
	for (uint32_t i = 0; i < GFT_BUCKETS; i++)
		series->bucket[i] -= earlier->bucket[i];
	if (series->untimed > INT64_MAX)
		give_back(series, -series->untimed);
	bound_extremes(series, earlier);
}

static void subtract_totals(struct snapshot_totals *totals, const struct snapshot_totals *earlier)
{
	uint64_t *to = (uint64_t *)totals;
	const uint64_t *from = (const uint64_t *)earlier;

	_Static_assert(sizeof(*totals) % sizeof(*to) == 0, "all totals are 64-bit counters");
	for (size_t i = 0; i < sizeof(*totals) / sizeof(*to); i++)
		to[i] -= from[i];
}

int snapshot__subtract(struct snapshot *difference, const struct snapshot *later,
		       const struct snapshot *earlier)
{
	snapshot__clear(difference);
	difference->totals = later->totals;
	subtract_totals(&difference->totals, &earlier->totals);
	for (size_t i = 0; i < difference->nr_colours; i++)
		difference->colours[i] = later->colours[i] - earlier->colours[i];
	for (size_t i = 0; i < later->count; i++) {
		const struct series *from = &later->series[i];
		const struct series *before = snapshot__find(earlier, &from->key);
		struct series *series;

		if (before && series__count(before) == series__count(from))
			continue;
		series = snapshot__series(difference, &from->key);
		if (!series)
			return -ENOMEM;
		*series = *from;
		if (before)
			series__subtract(series, before);
	}
	return 0;
}

void series__add_spread(const struct series *series, double *spread)
{
	for (uint32_t first = 0, part = 0; first < GFT_BUCKETS;
	     first += 1 << SPREAD_SHIFT, part++) {
		uint32_t end = first + (1 << SPREAD_SHIFT), bucket;
		uint64_t count = 0;

		end = end < GFT_BUCKETS ? end : GFT_BUCKETS;
		for (bucket = first; bucket < end && series->spread[part] > 0; bucket++)
			count += series->bucket[bucket];
		for (bucket = first; bucket < end && count; bucket++)
			spread[bucket] += series->spread[part] * (double)series->bucket[bucket] /
					  (double)count;
	}
}

uint64_t series__failed(const struct series *series)
{
	uint64_t count = 0;

	for (int i = 0; i < GFT_REASONS; i++)
		count += series->failed[i];
	return count;
}

/* By the buckets where there are any: counters that are read while they run differ by a few. */
uint64_t series__count(const struct series *series)
{
	uint64_t count = series->untimed;

	for (uint32_t i = 0; i < GFT_BUCKETS; i++)
		count += series->bucket[i];
	if (count)
		return count;
	for (int i = 0; i < GFT_ALIGN_SLOTS; i++)
		count += series->align[i];
	return count + series->unplaced + series__failed(series);
}

/* Both are read while they run, and not at once. */
uint64_t series__succeeded(const struct series *series)
{
	uint64_t count = series__count(series), failed = series__failed(series);

	return count > failed ? count - failed : 0;
}
