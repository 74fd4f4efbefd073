// SPDX-License-Identifier: GPL-2.0-only
/* Each series as a row. */
#include <errno.h>
#include <stdlib.h>

#include "format/html/html.h"
#include "format/text/table.h"

/* What the sample allows, with 95 %. */
static void write_interval(FILE *file, const struct report *report,
			   const struct time_range *interval)
{
	fputs("<br><small>", file);
	html__time(file, report, interval->low);
	fputs(" to ", file);
	html__time(file, report, interval->high);
	fputs("</small>", file);
}

static void write_row(FILE *file, const struct report *report, const struct latency *series,
		      const bool used[DIMENSIONS])
{
	const uint64_t times[] = {series->timed ? series->min : TIME_UNKNOWN,
				  series->p50,
				  series->p90,
				  series->p99,
				  series->p999,
				  series->timed ? series->max : TIME_UNKNOWN};

	fputs("<tr>", file);
	html__label_cells(file, &series->labels, used);
	fputs("<td class=\"n\">", file);
	html__count(file, series->count);
	fputs("</td><td class=\"n\">", file);
	html__count(file, series->timed);
	fputs("</td>", file);
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		fputs("<td class=\"n\">", file);
		html__time(file, report, times[i]);
		if (series->sampled && i && i <= PERCENTILES && times[i] != TIME_UNKNOWN)
			write_interval(file, report, &series->interval[i - 1]);
		fputs("</td>", file);
	}
	fputs("</tr>\n", file);
}

static int compare_counts(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x < y) - (x > y);
}

/* The least count that a series must have to be among the HTML_SERIES with the largest. */
static int least_count(const struct report *report, uint64_t *least)
{
	uint64_t *counts;

	*least = 0;
	if (report->nr_latency <= HTML_SERIES)
		return 0;
	counts = calloc(report->nr_latency, sizeof(*counts));
	if (!counts)
		return -ENOMEM;
	for (size_t i = 0; i < report->nr_latency; i++)
		counts[i] = report->latency[i].count;
	qsort(counts, report->nr_latency, sizeof(*counts), compare_counts);
	*least = counts[HTML_SERIES - 1];
	free(counts);
	return 0;
}

/* Without latency the series are known only by how many blocks they got. */
static int write_counts(FILE *file, const struct report *report)
{
	bool used[DIMENSIONS] = {false};
	size_t i;

	if (!report->nr_alignment)
		return 0;
	for (i = 0; i < report->nr_alignment; i++)
		labels__mark(&report->alignment[i].labels, used);
	html__section(file, "series", "All series", NULL);
	html__table(file, "Blocks by labels");
	fputs("<thead><tr>", file);
	html__label_heads(file, used);
	html__head_cell(file, "blocks");
	fputs("</tr></thead><tbody>\n", file);
	for (i = 0; i < report->nr_alignment && i < HTML_SERIES; i++) {
		fputs("<tr>", file);
		html__label_cells(file, &report->alignment[i].labels, used);
		fputs("<td class=\"n\">", file);
		html__count(file, report->alignment[i].count);
		fputs("</td></tr>\n", file);
	}
	html__table_end(file);
	html__left_out(file, report->nr_alignment, HTML_SERIES);
	html__section_end(file);
	return 0;
}

int html__series(FILE *file, const struct report *report)
{
	static const char *const titles[] = {"count", "timed", "min",	"p50",
					     "p90",   "p99",   "p99.9", "max"};
	bool used[DIMENSIONS] = {false};
	size_t i, rows = 0;
	uint64_t least;

	if (!report->nr_latency)
		return write_counts(file, report);
	if (least_count(report, &least))
		return -ENOMEM;
	for (i = 0; i < report->nr_latency; i++)
		labels__mark(&report->latency[i].labels, used);
	html__section(file, "series", "All series", NULL);
	html__table(file, "Latency by labels");
	fputs("<thead><tr>", file);
	html__label_heads(file, used);
	for (i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
		html__head_cell(file, titles[i]);
	fputs("</tr></thead><tbody>\n", file);
	for (i = 0; i < report->nr_latency && rows < HTML_SERIES; i++)
		if (report->latency[i].count >= least) {
			write_row(file, report, &report->latency[i], used);
			rows++;
		}
	html__table_end(file);
	html__left_out(file, report->nr_latency, HTML_SERIES);
	html__section_end(file);
	return 0;
}
