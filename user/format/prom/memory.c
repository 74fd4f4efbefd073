// SPDX-License-Identifier: GPL-2.0-only
/* What the requests got, how they got it, and how close they came to getting nothing. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "format/prom/prom.h"

typedef uint64_t number_of(const struct alignment *series);

static uint64_t blocks_of(const struct alignment *series)
{
	return series->count;
}

static uint64_t below_natural_of(const struct alignment *series)
{
	return series->below_natural;
}

static int write_alignment(FILE *file, const struct report *report, const char *name,
			   number_of *number, const bool *kept)
{
	struct labels other;
	double rest = 0;
	bool has_rest = false;
	int err = 0;

	for (size_t i = 0; i < report->nr_alignment && !err; i++) {
		const struct alignment *series = &report->alignment[i];

		if (kept[i]) {
			err = prom__sample(file, name, &series->labels, NULL,
					   (double)number(series));
		} else {
			has_rest = true;
			rest += (double)number(series);
		}
	}
	if (err || !has_rest)
		return err;
	other = prom__other(&report->alignment[0].labels);
	return prom__sample(file, name, &other, NULL, rest);
}

int prom__blocks(FILE *file, const struct report *report)
{
	size_t nr = report->nr_alignment;
	uint64_t *counts = calloc(nr + 1, sizeof(*counts));
	bool *kept = calloc(nr + 1, sizeof(*kept));
	int err = counts && kept ? 0 : -ENOMEM;

	for (size_t i = 0; i < nr && !err; i++)
		counts[i] = report->alignment[i].count;
	if (!err)
		err = prom__keep(counts, nr, kept);
	if (!err && nr) {
		prom__family(file, "gfptrace_blocks_total", "counter", "Blocks given out.");
		err = write_alignment(file, report, "gfptrace_blocks_total", blocks_of, kept);
	}
	if (!err && nr) {
		prom__family(file, "gfptrace_blocks_below_natural_total", "counter",
			     "Blocks aligned to less than their size.");
		err = write_alignment(file, report, "gfptrace_blocks_below_natural_total",
				      below_natural_of, kept);
	}
	free(counts);
	free(kept);
	return err;
}

int prom__placement(FILE *file, const struct report *report)
{
	struct prom_label labels[] = {{"node", NULL}, {"zone", NULL}, {NULL, NULL}};
	char node[16];
	int err = 0;

	if (!report->nr_zones)
		return 0;
	prom__family(file, "gfptrace_zone_blocks_total", "counter",
		     "Blocks given out, by where they lie.");
	for (size_t i = 0; i < report->nr_zones && i < PROM_SERIES && !err; i++) {
		snprintf(node, sizeof(node), "%u", report->zones[i].node);
		labels[0].value = node;
		labels[1].value = report->zones[i].zone;
		err = prom__sample(file, "gfptrace_zone_blocks_total", NULL, labels,
				   (double)report->zones[i].count);
	}
	return err;
}

static int write_stages(FILE *file, const struct report *report, const char *name, bool times)
{
	struct prom_label label[] = {{"stage", NULL}, {NULL, NULL}};
	int err = 0;

	for (size_t i = 0; i < report->nr_stages && i < PROM_SERIES && !err; i++) {
		const struct stage *stage = &report->stages[i];

		label[0].value = stage->stage;
		err = prom__sample(file, name, &stage->labels, label,
				   times ? (double)stage->sum / 1e9 : (double)stage->count);
	}
	return err;
}

int prom__stages(FILE *file, const struct report *report)
{
	int err;

	if (!report->nr_stages)
		return 0;
	prom__family(file, "gfptrace_stage_requests_total", "counter",
		     "Requests that went through a stage.");
	err = write_stages(file, report, "gfptrace_stage_requests_total", false);
	if (err)
		return err;
	prom__family(file, "gfptrace_stage_seconds_total", "counter", "Time spent in a stage.");
	return write_stages(file, report, "gfptrace_stage_seconds_total", true);
}

static int write_headroom(FILE *file, const struct report *report, const char *name, bool touched)
{
	int err = 0;

	for (size_t i = 0; i < report->nr_headroom && i < PROM_SERIES && !err; i++) {
		const struct headroom *headroom = &report->headroom[i];

		err = prom__sample(
			file, name, &headroom->labels, NULL,
			(double)(touched ? headroom->touched_reserves : headroom->count));
	}
	return err;
}

int prom__headroom(FILE *file, const struct report *report)
{
	int err;

	if (!report->nr_headroom)
		return 0;
	prom__family(file, "gfptrace_headroom_requests_total", "counter",
		     "Requests whose distance from their watermark was seen.");
	err = write_headroom(file, report, "gfptrace_headroom_requests_total", false);
	if (err)
		return err;
	prom__family(file, "gfptrace_reserves_touched_total", "counter",
		     "Requests that got below the min watermark of a zone.");
	return write_headroom(file, report, "gfptrace_reserves_touched_total", true);
}

int prom__lint(FILE *file, const struct report *report)
{
	struct prom_label label[] = {{"kind", NULL}, {NULL, NULL}};
	size_t i, j, shown = 0;
	int err = 0;

	if (report->nr_lint)
		prom__family(file, "gfptrace_lint_total", "counter",
			     "Requests that were made in a way that costs or endangers.");
	for (i = 0; i < report->nr_lint && shown < PROM_SERIES && !err; i++) {
		double count = 0;

		label[0].value = report->lint[i].kind;
		for (j = 0; j < i && strcmp(report->lint[j].kind, label[0].value) != 0; j++)
			;
		if (j < i)
			continue;
		for (; j < report->nr_lint; j++)
			if (!strcmp(report->lint[j].kind, label[0].value))
				count += (double)report->lint[j].count;
		err = prom__sample(file, "gfptrace_lint_total", NULL, label, count);
		shown++;
	}
	return err;
}
