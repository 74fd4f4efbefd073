// SPDX-License-Identifier: GPL-2.0-only
/*
 * The latencies as a histogram with fixed bounds: half octaves, which are bounds of the
 * report's own buckets, so that the cumulative counts are exact.
 */
#include <errno.h>
#include <stdlib.h>

#include "report/aggregate.h"
#include "format/prom/prom.h"

#define FIRST_OCTAVE 6 /* 64 ns: no request is faster */

/* The largest time, in ns, below 2^octave or below one and a half of it. */
static uint64_t bound(unsigned int octave, bool half)
{
	return (1ull << octave) + (half ? 1ull << (octave - 1) : 0) - 1;
}

static int write_bucket(FILE *file, const struct labels *labels, const char *le, uint64_t count)
{
	const struct prom_label extra[] = {{"le", le}, {NULL, NULL}};

	return prom__sample(file, "gfptrace_latency_seconds_bucket", labels, extra, (double)count);
}

/* The buckets from *next on that lie within `le`. */
static uint64_t count_within(const struct latency *latency, size_t *next, uint64_t le)
{
	uint64_t count = 0;

	for (; *next < latency->nr_buckets && latency->buckets[*next].le <= le; (*next)++)
		count += latency->buckets[*next].count;
	return count;
}

static int write_histogram(FILE *file, const struct latency *latency)
{
	uint64_t seen = 0;
	size_t next = 0;
	char le[32];
	int err = 0;

	for (unsigned int step = 2 * FIRST_OCTAVE; step <= 2 * GFT_RANGE_BITS && !err; step++) {
		uint64_t ns = bound(step / 2, step % 2);

		seen += count_within(latency, &next, ns);
		snprintf(le, sizeof(le), "%.12g", (double)ns / 1e9);
		err = write_bucket(file, &latency->labels, le, seen);
	}
	if (!err)
		err = write_bucket(file, &latency->labels, "+Inf", latency->count);
	if (!err)
		err = prom__sample(file, "gfptrace_latency_seconds_sum", &latency->labels, NULL,
				   (double)latency->sum / 1e9);
	if (!err)
		err = prom__sample(file, "gfptrace_latency_seconds_count", &latency->labels, NULL,
				   (double)latency->count);
	return err;
}

/* The series to show: those with the largest counts, and one for what is left. */
struct shown {
	struct latency *series; /* their buckets are the report's, but for `own` */
	size_t nr;
	struct bucket *own;
};

static int add_rest(struct shown *shown, const struct report *report, const bool *kept)
{
	struct fold *rest = malloc(sizeof(*rest));
	struct latency *series = &shown->series[shown->nr];
	int err;

	if (!rest)
		return -ENOMEM;
	fold__clear(rest);
	for (size_t i = 0; i < report->nr_latency; i++)
		if (!kept[i])
			fold__add_latency(rest, &report->latency[i]);
	err = fold__to_counters(rest, series);
	if (!err) {
		series->labels = prom__other(&report->latency[0].labels);
		shown->own = series->buckets;
		shown->nr++;
	}
	free(rest);
	return err;
}

static int choose(struct shown *shown, const struct report *report)
{
	size_t nr = report->nr_latency, i;
	uint64_t *counts = calloc(nr + 1, sizeof(*counts));
	bool *kept = calloc(nr + 1, sizeof(*kept));
	int err = shown->series && counts && kept ? 0 : -ENOMEM;

	for (i = 0; i < nr && !err; i++)
		counts[i] = report->latency[i].count;
	if (!err)
		err = prom__keep(counts, nr, kept);
	for (i = 0; i < nr && !err; i++)
		if (kept[i])
			shown->series[shown->nr++] = report->latency[i];
	if (!err && shown->nr < nr)
		err = add_rest(shown, report, kept);
	free(counts);
	free(kept);
	return err;
}

static int write_requests(FILE *file, const struct report *report, const struct shown *shown)
{
	int err = 0;

	prom__family(file, "gfptrace_requests_total", "counter", "Requests counted.");
	if (!shown->nr)
		return prom__sample(file, "gfptrace_requests_total", NULL, NULL,
				    (double)report->requests.counted);
	for (size_t i = 0; i < shown->nr && !err; i++)
		err = prom__sample(file, "gfptrace_requests_total", &shown->series[i].labels, NULL,
				   (double)shown->series[i].count);
	return err;
}

static int write_latencies(FILE *file, const struct shown *shown)
{
	size_t i;
	int err = 0;

	if (!shown->nr)
		return 0;
	prom__family(file, "gfptrace_latency_seconds", "histogram",
		     "Latency of requests, from the entry to the result.");
	for (i = 0; i < shown->nr && !err; i++)
		err = write_histogram(file, &shown->series[i]);
	prom__family(file, "gfptrace_latency_timed_total", "counter",
		     "Requests that were timed: where not all were, they stand for all.");
	for (i = 0; i < shown->nr && !err; i++)
		err = prom__sample(file, "gfptrace_latency_timed_total", &shown->series[i].labels,
				   NULL, (double)shown->series[i].timed);
	prom__family(file, "gfptrace_latency_max_seconds", "gauge",
		     "The longest request that was timed.");
	for (i = 0; i < shown->nr && !err; i++)
		if (shown->series[i].timed)
			err = prom__sample(file, "gfptrace_latency_max_seconds",
					   &shown->series[i].labels, NULL,
					   (double)shown->series[i].max / 1e9);
	return err;
}

int prom__latency(FILE *file, const struct report *report)
{
	struct shown shown = {
		.series = calloc(report->nr_latency + 1, sizeof(*shown.series)),
	};
	int err = choose(&shown, report);

	if (!err)
		err = write_requests(file, report, &shown);
	if (!err)
		err = write_latencies(file, &shown);
	free(shown.own);
	free(shown.series);
	return err;
}
