// SPDX-License-Identifier: GPL-2.0-only
/* How close requests came to failing, and habits of callers that cost or endanger. */
#include "format/html/html.h"
#include "format/text/table.h"

/* Shares of the requests by how near to their watermark they were: near ones are hot. */
static void write_split(FILE *file, const struct headroom *headroom)
{
	size_t colours = 8, i;

	fputs("<span class=\"split\" aria-hidden=\"true\">", file);
	for (i = 0; i < headroom->nr_buckets && i < HTML_EVENTS && headroom->count; i++) {
		double depth = html__octave((double)headroom->buckets[i].le + 1) / 2;
		size_t colour = depth >= (double)colours ? 0 : colours - 1 - (size_t)depth;

		fprintf(file, "<i class=\"s%zu\" style=\"width:%.2f%%\"></i>", colour,
			(double)headroom->buckets[i].count / (double)headroom->count * 100);
	}
	fputs("</span>", file);
}

static void write_distances(FILE *file, const struct headroom *headroom)
{
	for (size_t i = 0; i < headroom->nr_buckets && i < HTML_EVENTS; i++) {
		fputs(i ? ", " : "", file);
		if (headroom->buckets[i].le == UINT64_MAX) {
			fputs("more", file);
		} else {
			fputs("to ", file);
			html__count(file, headroom->buckets[i].le);
		}
		fputs(": ", file);
		html__count(file, headroom->buckets[i].count);
	}
}

int html__headroom(FILE *file, const struct report *report)
{
	bool used[DIMENSIONS] = {false};
	size_t i;

	if (!report->nr_headroom)
		return 0;
	for (i = 0; i < report->nr_headroom; i++)
		labels__mark(&report->headroom[i].labels, used);
	html__section(file, "headroom", "Headroom",
		      "Free pages above the watermark of the request itself.");
	html__table(file, "Headroom by labels");
	fputs("<thead><tr>", file);
	html__label_heads(file, used);
	html__head_cell(file, "count");
	html__head_cell(file, "touched reserves");
	fputs("<th scope=\"col\">near to far</th><th scope=\"col\">pages: requests</th>"
	      "</tr></thead><tbody>\n",
	      file);
	for (i = 0; i < report->nr_headroom && i < HTML_SERIES; i++) {
		fputs("<tr>", file);
		html__label_cells(file, &report->headroom[i].labels, used);
		fputs("<td class=\"n\">", file);
		html__count(file, report->headroom[i].count);
		fputs("</td><td class=\"n\">", file);
		html__count(file, report->headroom[i].touched_reserves);
		fputs("</td><td>", file);
		write_split(file, &report->headroom[i]);
		fputs("</td><td>", file);
		write_distances(file, &report->headroom[i]);
		fputs("</td></tr>\n", file);
	}
	html__table_end(file);
	html__left_out(file, report->nr_headroom, HTML_SERIES);
	html__section_end(file);
	return 0;
}

int html__lint(FILE *file, const struct report *report)
{
	if (!report->nr_lint)
		return 0;
	html__section(file, "lint", "Lint", "Habits of callers that cost or endanger.");
	for (size_t i = 0; i < report->nr_lint && i < HTML_EVENTS; i++) {
		fputs("<article class=\"card\"><h3>", file);
		html__text(file, report->lint[i].kind);
		fputs(", ", file);
		html__count(file, report->lint[i].count);
		fputs(report->lint[i].count == 1 ? " time</h3>\n<p>" : " times</h3>\n<p>", file);
		html__text(file, report->lint[i].meaning);
		fputs("</p>\n", file);
		html__stack(file, report->lint[i].caller, &report->lint[i].stack);
		fputs("</article>\n", file);
	}
	html__left_out(file, report->nr_lint, HTML_EVENTS);
	html__section_end(file);
	return 0;
}
