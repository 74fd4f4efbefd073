// SPDX-License-Identifier: GPL-2.0-only
/* The series of gfptrace.report/1: what was counted by labels. */
#include "report/array.h"
#include "report/json_read_internal.h"

uint64_t read__buckets(const struct json_node *series, struct bucket **buckets, size_t *nr)
{
	size_t length = json__list(series, "buckets"), i;
	uint64_t sum = 0, last = 0;
	struct json_node element;
	struct bucket *bucket;

	for (i = 0; i < length && !json__failed(series->error); i++) {
		element = json__element(series, "buckets", i);
		bucket = array__append(buckets, nr, sizeof(*bucket));
		if (!read__is_there(&element, bucket))
			break;
		bucket->le =
			json__is_null(&element, "le") ? UINT64_MAX : read__number(&element, "le");
		bucket->count = read__number(&element, "count");
		if (i && bucket->le <= last)
			json__fail(&element, "le", "does not rise");
		last = bucket->le;
		if (__builtin_add_overflow(sum, bucket->count, &sum))
			json__fail(&element, "count", "the sum of the buckets overflows");
	}
	return sum;
}

static uint64_t read_time(const struct json_node *node, const char *key)
{
	return json__is_null(node, key) ? TIME_UNKNOWN : read__number(node, key);
}

static void read_ends(const struct json_node *node, const char *key, struct time_range *interval)
{
	uint64_t *const ends[] = {&interval->low, &interval->high};

	if (json__list(node, key) != 2) {
		json__fail(node, key, "is no pair");
		return;
	}
	for (size_t i = 0; i < 2; i++)
		*ends[i] = json__is_null_at(node, key, i)
				   ? TIME_UNKNOWN
				   : json__number_at(node, key, i, INT64_MAX);
	if (interval->low > interval->high)
		json__fail(node, key, "falls");
}

static void read_interval(const struct json_node *series, struct latency *latency)
{
	static const char *const keys[PERCENTILES] = {"p50", "p90", "p99", "p999"};
	struct json_node interval;

	if (json__is_null(series, "interval"))
		return;
	interval = json__object(series, "interval");
	latency->sampled = true;
	latency->effective = read__number(&interval, "effective");
	for (size_t i = 0; i < PERCENTILES; i++)
		read_ends(&interval, keys[i], &latency->interval[i]);
	if (!latency->effective != !latency->timed || latency->effective > latency->timed)
		json__fail(&interval, "effective", "does not fit timed");
}

void read__latency(const struct json_node *root, struct report *report)
{
	size_t length = json__list(root, "latency"), i;
	struct json_node series;
	struct latency *latency;
	uint64_t sum = 0, sum_of_buckets;

	for (i = 0; i < length && !json__failed(root->error); i++) {
		series = json__element(root, "latency", i);
		latency = report__add_latency(report);
		if (!read__is_there(&series, latency))
			return;
		read__labels(&series, report, &latency->labels);
		latency->count = read__number(&series, "count");
		latency->timed = read__number(&series, "timed");
		latency->sum = read__number(&series, "sum");
		latency->min = read__number(&series, "min");
		latency->max = read__number(&series, "max");
		latency->p50 = read_time(&series, "p50");
		latency->p90 = read_time(&series, "p90");
		latency->p99 = read_time(&series, "p99");
		latency->p999 = read_time(&series, "p999");
		latency->error = json__real(&series, "error");
		read_interval(&series, latency);
		sum_of_buckets = read__buckets(&series, &latency->buckets, &latency->nr_buckets);
		/* of what was not timed nothing is known */
		if (sum_of_buckets != latency->count && (sum_of_buckets || latency->timed))
			json__fail(&series, "buckets", "do not add up to count");
		if (latency->sampled && !latency->effective != !latency->nr_buckets)
			json__fail(&series, "interval", "does not fit buckets");
		if (latency->timed > latency->count)
			json__fail(&series, "timed", "is above count");
		if (latency->count && latency->min > latency->max)
			json__fail(&series, "min", "is above max");
		if (__builtin_add_overflow(sum, latency->count, &sum) ||
		    sum > report->requests.counted)
			json__fail(root, "latency", "the series hold more than requests.counted");
	}
}

static void read_alignment_buckets(const struct json_node *series, struct alignment *alignment)
{
	size_t length = json__list(series, "buckets"), i;
	struct json_node element;
	struct align_bucket *bucket;
	uint64_t sum = 0;

	for (i = 0; i < length && !json__failed(series->error); i++) {
		element = json__element(series, "buckets", i);
		bucket =
			array__append(&alignment->buckets, &alignment->nr_buckets, sizeof(*bucket));
		if (!read__is_there(&element, bucket))
			return;
		bucket->align = read__number(&element, "align");
		bucket->count = read__number(&element, "count");
		if (__builtin_add_overflow(sum, bucket->count, &sum))
			json__fail(&element, "count", "the sum of the buckets overflows");
	}
	if (sum != alignment->count)
		json__fail(series, "buckets", "do not add up to count");
}

void read__alignment(const struct json_node *root, struct report *report)
{
	size_t length = json__list(root, "alignment"), i;
	struct alignment *alignment;
	struct json_node series;

	for (i = 0; i < length && !json__failed(root->error); i++) {
		series = json__element(root, "alignment", i);
		alignment = report__add_alignment(report);
		if (!read__is_there(&series, alignment))
			return;
		read__labels(&series, report, &alignment->labels);
		alignment->natural = read__number(&series, "natural");
		alignment->count = read__number(&series, "count");
		alignment->below_natural = read__number(&series, "below_natural");
		read_alignment_buckets(&series, alignment);
	}
}

static void read_colours(const struct json_node *placement, struct report *report)
{
	struct json_node cache = json__object(placement, "cache_colours");
	size_t length = json__list(&cache, "counts"), i;

	for (i = 0; i < length && !json__failed(cache.error); i++)
		if (report__add_colour(report, json__number_at(&cache, "counts", i, INT64_MAX)))
			json__fail(&cache, "counts", "out of memory");
	report->cache.skew = json__real(&cache, "skew");
	if (read__small(&cache, "colours") != length || !length)
		json__fail(&cache, "colours", "is not the number of counts, or is 0");
}

void read__placement(const struct json_node *root, struct report *report)
{
	struct json_node placement = json__object(root, "placement"), element;
	size_t length = json__list(&placement, "zones"), i;
	struct placement *zone;

	if (!json__is_null(&placement, "cache_colours"))
		read_colours(&placement, report);
	for (i = 0; i < length && !json__failed(root->error); i++) {
		element = json__element(&placement, "zones", i);
		zone = report__add_zone(report);
		if (!read__is_there(&element, zone))
			return;
		zone->node = read__small(&element, "node");
		zone->zone = read__text(&element, report, "zone");
		zone->count = read__number(&element, "count");
	}
}

static void read_slab(const struct json_node *series, struct report *report)
{
	struct slab *slab = report__add_slab(report);

	if (!read__is_there(series, slab))
		return;
	slab->call = read__text(series, report, "call");
	slab->cache = read__word(series, report, "cache");
	slab->size = read__number(series, "size");
	read__labels(series, report, &slab->labels);
	slab->count = read__number(series, "count");
	slab->failed = read__number(series, "failed");
	slab->requested = read__number(series, "requested");
	slab->allocated = read__number(series, "allocated");
	slab->aligned = read__number(series, "aligned");
	slab->crossing = read__number(series, "crossing");
	slab->wide = read__number(series, "wide");
}

/* Reports of before there was one have none. */
void read__slab(const struct json_node *root, struct report *report)
{
	struct json_node slab, series;
	uint64_t sum = 0;
	size_t length, i;

	if (!json__has(root, "slab") || json__is_null(root, "slab"))
		return;
	slab = json__object(root, "slab");
	report->slab.line = read__small(&slab, "line");
	report->slab.counted = read__number(&slab, "counted");
	report->slab.filtered = read__number(&slab, "filtered");
	report->slab.patient = read__number(&slab, "patient");
	report->slab.large = read__number(&slab, "large");
	report->slab.missed = read__number(&slab, "missed");
	report->slab.ns_per_request = json__real(&slab, "ns_per_request");
	if (!report->slab.line)
		json__fail(&slab, "line", "is 0");
	length = json__list(&slab, "series");
	for (i = 0; i < length && !json__failed(root->error); i++) {
		series = json__element(&slab, "series", i);
		read_slab(&series, report);
		if (json__failed(root->error))
			return;
		if (__builtin_add_overflow(sum, report->slabs[i].count, &sum))
			json__fail(&series, "count", "the sum of the series overflows");
	}
	if (sum != report->slab.counted)
		json__fail(&slab, "series", "do not add up to counted");
}

void read__stages(const struct json_node *root, struct report *report)
{
	size_t length = json__list(root, "stages"), i;
	struct json_node series;
	struct stage *stage;
	uint64_t sum;

	for (i = 0; i < length && !json__failed(root->error); i++) {
		series = json__element(root, "stages", i);
		stage = report__add_stage(report);
		if (!read__is_there(&series, stage))
			return;
		stage->stage = read__text(&series, report, "stage");
		read__labels(&series, report, &stage->labels);
		stage->count = read__number(&series, "count");
		stage->timed = read__number(&series, "timed");
		stage->sum = read__number(&series, "sum");
		stage->max = read__number(&series, "max");
		stage->p50 = read_time(&series, "p50");
		stage->p99 = read_time(&series, "p99");
		stage->share = json__real(&series, "share");
		stage->derived = json__truth(&series, "derived");
		sum = read__buckets(&series, &stage->buckets, &stage->nr_buckets);
		if (sum != stage->count && !(stage->derived && !stage->nr_buckets))
			json__fail(&series, "buckets", "do not add up to count");
	}
}

void read__headroom(const struct json_node *root, struct report *report)
{
	size_t length = json__list(root, "headroom"), i;
	struct headroom *headroom;
	struct json_node series;

	for (i = 0; i < length && !json__failed(root->error); i++) {
		series = json__element(root, "headroom", i);
		headroom = report__add_headroom(report);
		if (!read__is_there(&series, headroom))
			return;
		read__labels(&series, report, &headroom->labels);
		headroom->count = read__number(&series, "count");
		headroom->touched_reserves = read__number(&series, "touched_reserves");
		if (read__buckets(&series, &headroom->buckets, &headroom->nr_buckets) !=
		    headroom->count)
			json__fail(&series, "buckets", "do not add up to count");
		if (headroom->touched_reserves > headroom->count)
			json__fail(&series, "touched_reserves", "is above count");
	}
}
