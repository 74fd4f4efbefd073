// SPDX-License-Identifier: GPL-2.0-only
/* The series of gfptrace.report/1: what was counted by labels. */
#include "report/json_write_internal.h"

static json_t *time_of(uint64_t ns)
{
	return ns == TIME_UNKNOWN ? json_null() : part__number(ns);
}

static json_t *ends_of(const struct time_range *interval)
{
	return json_pack("[o o]", time_of(interval->low), time_of(interval->high));
}

static json_t *interval_of(const struct latency *series)
{
	if (!series->sampled)
		return json_null();
	return json_pack("{so so so so so}", "p50", ends_of(&series->interval[P50]), "p90",
			 ends_of(&series->interval[P90]), "p99", ends_of(&series->interval[P99]),
			 "p999", ends_of(&series->interval[P999]), "effective",
			 part__number(series->effective));
}

json_t *part__latency(const struct report *report)
{
	json_t *list = json_array();
	const struct latency *series;
	size_t i;

	for (i = 0; i < report->nr_latency; i++) {
		series = &report->latency[i];
		json_array_append_new(
			list,
			json_pack("{so so so so so so so so so so sf so so}", "labels",
				  part__labels(&series->labels), "count",
				  part__number(series->count), "timed", part__number(series->timed),
				  "sum", part__number(series->sum), "min",
				  part__number(series->min), "max", part__number(series->max),
				  "p50", time_of(series->p50), "p90", time_of(series->p90), "p99",
				  time_of(series->p99), "p999", time_of(series->p999), "error",
				  series->error, "interval", interval_of(series), "buckets",
				  part__buckets(series->buckets, series->nr_buckets)));
	}
	return list;
}

json_t *part__alignment(const struct report *report)
{
	json_t *list = json_array(), *buckets;
	const struct alignment *series;
	size_t i, b;

	for (i = 0; i < report->nr_alignment; i++) {
		series = &report->alignment[i];
		buckets = json_array();
		for (b = 0; b < series->nr_buckets; b++)
			json_array_append_new(
				buckets, json_pack("{so so}", "align",
						   part__number(series->buckets[b].align), "count",
						   part__number(series->buckets[b].count)));
		json_array_append_new(
			list, json_pack("{so so so so so}", "labels", part__labels(&series->labels),
					"natural", part__number(series->natural), "count",
					part__number(series->count), "below_natural",
					part__number(series->below_natural), "buckets", buckets));
	}
	return list;
}

static json_t *cache_colours(const struct report *report)
{
	json_t *counts;
	size_t i;

	if (!report->cache.colours)
		return json_null();
	counts = json_array();
	for (i = 0; i < report->cache.nr_counts; i++)
		json_array_append_new(counts, part__number(report->cache.counts[i]));
	return json_pack("{sI sf so}", "colours", (json_int_t)report->cache.colours, "skew",
			 report->cache.skew, "counts", counts);
}

json_t *part__placement(const struct report *report)
{
	json_t *zones = json_array();
	size_t i;

	for (i = 0; i < report->nr_zones; i++)
		json_array_append_new(zones, json_pack("{sI so so}", "node",
						       (json_int_t)report->zones[i].node, "zone",
						       part__text(report->zones[i].zone), "count",
						       part__number(report->zones[i].count)));
	return json_pack("{so so}", "zones", zones, "cache_colours", cache_colours(report));
}

json_t *part__slab(const struct report *report)
{
	json_t *list;

	if (!report->slab.line)
		return json_null();
	list = json_array();
	for (size_t i = 0; i < report->nr_slabs; i++) {
		const struct slab *slab = &report->slabs[i];

		json_array_append_new(
			list,
			json_pack("{so so so so so so so so so so so}", "call",
				  part__text(slab->call), "cache", part__text_or_null(slab->cache),
				  "size", part__number(slab->size), "labels",
				  part__labels(&slab->labels), "count", part__number(slab->count),
				  "failed", part__number(slab->failed), "requested",
				  part__number(slab->requested), "allocated",
				  part__number(slab->allocated), "aligned",
				  part__number(slab->aligned), "crossing",
				  part__number(slab->crossing), "wide", part__number(slab->wide)));
	}
	return json_pack(
		"{sI so so so so so sf so}", "line", (json_int_t)report->slab.line, "counted",
		part__number(report->slab.counted), "filtered", part__number(report->slab.filtered),
		"patient", part__number(report->slab.patient), "large",
		part__number(report->slab.large), "missed", part__number(report->slab.missed),
		"ns_per_request", report->slab.ns_per_request, "series", list);
}

json_t *part__stages(const struct report *report)
{
	json_t *list = json_array();
	const struct stage *stage;
	size_t i;

	for (i = 0; i < report->nr_stages; i++) {
		stage = &report->stages[i];
		json_array_append_new(
			list,
			json_pack("{so so so so so so so so sf sb so}", "stage",
				  part__text(stage->stage), "labels", part__labels(&stage->labels),
				  "count", part__number(stage->count), "timed",
				  part__number(stage->timed), "sum", part__number(stage->sum),
				  "max", part__number(stage->max), "p50", time_of(stage->p50),
				  "p99", time_of(stage->p99), "share", stage->share, "derived",
				  stage->derived, "buckets",
				  part__buckets(stage->buckets, stage->nr_buckets)));
	}
	return list;
}

json_t *part__headroom(const struct report *report)
{
	json_t *list = json_array();
	const struct headroom *headroom;
	size_t i;

	for (i = 0; i < report->nr_headroom; i++) {
		headroom = &report->headroom[i];
		json_array_append_new(
			list, json_pack("{so so so so}", "labels", part__labels(&headroom->labels),
					"count", part__number(headroom->count), "touched_reserves",
					part__number(headroom->touched_reserves), "buckets",
					part__buckets(headroom->buckets, headroom->nr_buckets)));
	}
	return list;
}
