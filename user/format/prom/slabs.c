// SPDX-License-Identifier: GPL-2.0-only
/* Objects of slabs that were asked for atomically. */
#include <errno.h>
#include <stdlib.h>

#include "format/prom/prom.h"

typedef uint64_t number_of(const struct slab *slab);

static uint64_t objects_of(const struct slab *slab)
{
	return slab->count;
}

static uint64_t failed_of(const struct slab *slab)
{
	return slab->failed;
}

static uint64_t requested_of(const struct slab *slab)
{
	return slab->requested;
}

static uint64_t allocated_of(const struct slab *slab)
{
	return slab->allocated;
}

static uint64_t aligned_of(const struct slab *slab)
{
	return slab->aligned;
}

static uint64_t crossing_of(const struct slab *slab)
{
	return slab->crossing;
}

static uint64_t wide_of(const struct slab *slab)
{
	return slab->wide;
}

static const struct {
	const char *name, *help;
	number_of *number;
} families[] = {
	{"gfptrace_slab_requests_total", "Slab objects asked for atomically.", objects_of},
	{"gfptrace_slab_failures_total", "Of these, requests that got none.", failed_of},
	{"gfptrace_slab_requested_bytes_total", "Bytes that were asked for in them.", requested_of},
	{"gfptrace_slab_allocated_bytes_total", "Bytes that they take.", allocated_of},
	{"gfptrace_slab_aligned_total", "Objects that begin with a cache line.", aligned_of},
	{"gfptrace_slab_crossing_total", "Objects that fit in a cache line and lie in two.",
	 crossing_of},
	{"gfptrace_slab_wide_total",
	 "Objects larger than a cache line that lie in one more than they need.", wide_of},
};

static int write_slab(FILE *file, const char *name, const struct slab *slab, uint64_t number)
{
	char size[24];
	const struct prom_label labels[] = {
		{"call", slab->call}, {"cache", slab->cache}, {"size", size}, {NULL, NULL}};

	snprintf(size, sizeof(size), "%llu", (unsigned long long)slab->size);
	return prom__sample(file, name, &slab->labels, labels, (double)number);
}

static int write_family(FILE *file, const struct report *report, size_t family, const bool *kept)
{
	static const struct prom_label rest_labels[] = {
		{"call", "other"}, {"cache", "other"}, {"size", "other"}, {NULL, NULL}};
	struct labels other;
	double rest = 0;
	bool has_rest = false;
	int err = 0;

	prom__family(file, families[family].name, "counter", families[family].help);
	for (size_t i = 0; i < report->nr_slabs && !err; i++) {
		const struct slab *slab = &report->slabs[i];
		uint64_t number = families[family].number(slab);

		if (kept[i]) {
			err = write_slab(file, families[family].name, slab, number);
			continue;
		}
		has_rest = true;
		rest += (double)number;
	}
	if (err || !has_rest)
		return err;
	other = prom__other(&report->slabs[0].labels);
	return prom__sample(file, families[family].name, &other, rest_labels, rest);
}

static int write_families(FILE *file, const struct report *report)
{
	uint64_t *counts = calloc(report->nr_slabs + 1, sizeof(*counts));
	bool *kept = calloc(report->nr_slabs + 1, sizeof(*kept));
	int err = counts && kept ? 0 : -ENOMEM;

	for (size_t i = 0; i < report->nr_slabs && !err; i++)
		counts[i] = report->slabs[i].count;
	if (!err)
		err = prom__keep(counts, report->nr_slabs, kept);
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]) && !err; i++)
		err = write_family(file, report, i, kept);
	free(counts);
	free(kept);
	return err;
}

int prom__slabs(FILE *file, const struct report *report)
{
	int err;

	if (!report->slab.line)
		return 0;
	prom__family(file, "gfptrace_slab_missed_total", "counter",
		     "Slab objects asked for and not counted.");
	err = prom__sample(file, "gfptrace_slab_missed_total", NULL, NULL,
			   (double)report->slab.missed);
	return err || !report->nr_slabs ? err : write_families(file, report);
}
