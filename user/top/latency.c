// SPDX-License-Identifier: GPL-2.0-only
/* The first view: how often and how fast, by the series' labels. */
#include <math.h>
#include <string.h>

#include "report/aggregate.h"
#include "format/text/table.h"
#include "top/cell.h"
#include "top/view.h"

/* Powers of two of ns: 2^POWER_FIRST and less, .. , 2^POWER_LAST and more. */
#define POWER_FIRST 7  /* 128 ns */
#define POWER_LAST  26 /* 67 ms */
#define POWERS	    (POWER_LAST - POWER_FIRST + 1)

/* From fast to slow, a character for each power of two, by the logarithm of its share. */
static void add_shape(struct top_table *table, const struct top_source *source,
		      const struct latency *latency)
{
	uint64_t counts[POWERS] = {}, largest = 0;
	char text[POWERS * 4 + 1] = "";
	size_t length = 0;

	for (size_t i = 0; i < latency->nr_buckets; i++) {
		uint64_t le = latency->buckets[i].le;
		int power = le ? 64 - __builtin_clzll(le) : 0;

		power = power < POWER_FIRST ? POWER_FIRST : power > POWER_LAST ? POWER_LAST : power;
		counts[power - POWER_FIRST] += latency->buckets[i].count;
	}
	for (size_t i = 0; i < POWERS; i++)
		largest = counts[i] > largest ? counts[i] : largest;
	for (size_t i = 0; i < POWERS; i++) {
		double part = log1p((double)counts[i]) / log1p((double)largest);
		size_t level = counts[i] ? 1 + (size_t)(part * (TOP_LEVELS - 2) + 0.5) : 0;

		length += (size_t)snprintf(text + length, sizeof(text) - length, "%s",
					   source->levels[level]);
	}
	top_table__text(table, text);
}

static uint64_t time_in_all(const struct report *report)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < report->nr_latency; i++)
		sum = fold__sum(sum, report->latency[i].sum);
	return sum;
}

static void add_percentiles(struct top_table *table, const struct top_source *source,
			    const struct latency *latency)
{
	const struct report *shown = top_source__shown(source);

	if (!latency) { /* quiet in this interval */
		for (int i = 0; i < 9; i++)
			top_table__number(table, 0, TOP_DIM, i < 8 ? "-" : "");
		return;
	}
	top_cell__time(table, shown, latency->p50);
	top_cell__time(table, shown, latency->p90);
	top_cell__time(table, shown, latency->p99);
	top_cell__time(table, shown, latency->p999);
	top_cell__time(table, shown, latency->max);
	top_cell__time(table, shown, latency->min);
	top_cell__time(table, shown, latency->count ? latency->sum / latency->count : 0);
	top_cell__share(table, latency->sum, time_in_all(shown));
	add_shape(table, source, latency);
}

static void add_failed(struct top_table *table, const struct top_source *source,
		       const struct labels *labels)
{
	uint64_t failed = top_view__failed(top_source__shown(source), labels);

	if (source->since->nr_failures)
		top_cell__figure(table, source, failed, failed ? TOP_BAD : TOP_DIM);
}

static void fill_timed(struct top_table *table, const struct top_source *source)
{
	const struct report *shown = top_source__shown(source), *since = source->since;
	bool used[DIMENSIONS] = {};

	for (size_t i = 0; i < since->nr_latency; i++)
		labels__mark(&since->latency[i].labels, used);
	top_table__label_columns(table, used);
	top_table__number_column(table, source->total ? "req" : "req/s", 0);
	if (since->nr_failures)
		top_table__number_column(table, source->total ? "failed" : "failed/s", 4);
	top_table__number_column(table, "p50", 0);
	top_table__number_column(table, "p90", 6);
	top_table__number_column(table, "p99", 0);
	top_table__number_column(table, "p99.9", 5);
	top_table__number_column(table, "max", 1);
	top_table__number_column(table, "min", 10);
	top_table__number_column(table, "mean", 8);
	top_table__number_column(table, "time", 7);
	top_table__column(table, "128ns  ->  67ms", 9);
	for (size_t i = 0; i < since->nr_latency; i++) {
		const struct labels *labels = &since->latency[i].labels;

		top_table__row(table, top_table__key(labels, NULL), i);
		top_table__labels(table, labels, used);
		top_cell__figure(table, source, top_view__requests(shown, labels), TOP_PLAIN);
		add_failed(table, source, labels);
		add_percentiles(table, source, top_view__latency(shown, labels));
	}
}

/* Without a clock: how many blocks, how much memory. */
static void fill_untimed(struct top_table *table, const struct top_source *source)
{
	const struct report *shown = top_source__shown(source), *since = source->since;
	bool used[DIMENSIONS] = {};

	for (size_t i = 0; i < since->nr_alignment; i++)
		labels__mark(&since->alignment[i].labels, used);
	top_table__label_columns(table, used);
	top_table__number_column(table, source->total ? "req" : "req/s", 0);
	if (since->nr_failures)
		top_table__number_column(table, source->total ? "failed" : "failed/s", 1);
	top_table__number_column(table, source->total ? "memory" : "memory/s", 2);
	top_table__number_column(table, "share", 3);
	top_table__column(table, "of the requests", 4);
	for (size_t i = 0; i < since->nr_alignment; i++) {
		const struct labels *labels = &since->alignment[i].labels;
		uint64_t requests = top_view__requests(shown, labels);
		const struct alignment *got = top_view__alignment(shown, labels);

		top_table__row(table, top_table__key(labels, NULL), i);
		top_table__labels(table, labels, used);
		top_cell__figure(table, source, requests, TOP_PLAIN);
		add_failed(table, source, labels);
		top_cell__memory(table, source,
				 got ? (double)got->count * (double)since->alignment[i].natural
				     : 0);
		top_cell__share(table, requests, shown->requests.counted);
		top_cell__bar(table, requests, shown->requests.counted);
	}
}

void top_latency__fill(struct top_table *table, const struct top_source *source)
{
	if (source->since->nr_latency)
		fill_timed(table, source);
	else
		fill_untimed(table, source);
}

void top_latency__note(FILE *file, const struct top_source *source)
{
	const char *why = top_view__blind(source->since, "latency");
	const char *none = top_view__blind(source->since, "requests that succeed");

	if (none)
		fprintf(file, "requests that succeed are not seen: %s", none);
	else if (!source->since->nr_latency && why)
		fprintf(file, "no latency in the tier %s: %s", source->since->mode.tier, why);
	else if (!source->since->nr_latency && !source->since->nr_alignment)
		fputs("no request yet", file);
}
