// SPDX-License-Identifier: GPL-2.0-only
/* What the requests got: alignment and placement; what tracing cost. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "report/aggregate.h"
#include "format/html/html.h"

/* The colour of an alignment: how many times larger than the block it is. */
static size_t colour_of(const struct block_size *size, size_t shift)
{
	size_t natural = size->natural ? (size_t)__builtin_ctzll(size->natural) : 0;

	if (shift < natural)
		return 6;
	return shift - natural < 3 ? shift - natural : 8 + (shift - natural) % 3;
}

static void write_split(FILE *file, const struct block_size *size)
{
	fputs("<span class=\"split\" aria-hidden=\"true\">", file);
	for (size_t shift = 0; shift < 64 && size->count; shift++)
		if (size->aligned[shift])
			fprintf(file, "<i class=\"s%zu\" style=\"width:%.2f%%\"></i>",
				colour_of(size, shift),
				(double)size->aligned[shift] / (double)size->count * 100);
	fputs("</span><ul class=\"key\">", file);
	for (size_t shift = 0; shift < 64; shift++) {
		if (!size->aligned[shift])
			continue;
		fprintf(file, "<li><i class=\"s%zu\"></i>", colour_of(size, shift));
		html__size(file, 1ull << shift);
		fputc(' ', file);
		html__share(file, size->aligned[shift], size->count);
		fputs("</li>", file);
	}
	fputs("</ul>", file);
}

static void write_size(FILE *file, const struct block_size *size)
{
	fputs("<tr><td class=\"n\">", file);
	if (size->natural)
		html__size(file, size->natural);
	else
		fputs("other", file);
	fputs("</td><td class=\"n\">", file);
	html__count(file, size->count);
	fprintf(file, "</td><td class=\"n%s\"><b>", size->below_natural ? " bad" : "");
	html__count(file, size->below_natural);
	fputs("</b></td><td style=\"white-space:normal\">", file);
	write_split(file, size);
	fputs("</td></tr>\n", file);
}

int html__alignment(FILE *file, const struct report *report)
{
	struct block_size *sizes;
	size_t nr;
	int err;

	if (!report->nr_alignment)
		return 0;
	err = fold__sizes(report, &sizes, &nr);
	if (err)
		return err;
	html__section(file, "alignment", "Alignment",
		      "The largest power of two that divides the physical address of a block.");
	html__table(file, "Blocks by their size");
	fputs("<thead><tr>", file);
	html__head_cell(file, "size");
	html__head_cell(file, "blocks");
	html__head_cell(file, "below their size");
	fputs("<th scope=\"col\" style=\"width:60%\">aligned to exactly</th></tr></thead><tbody>\n",
	      file);
	for (size_t i = 0; i < nr && i < HTML_SERIES; i++)
		write_size(file, &sizes[i]);
	html__table_end(file);
	html__section_end(file);
	free(sizes);
	return 0;
}

#define BARS_MAX 512 /* more would be narrower than a pixel */

/* Of so many colours that share a bar: the last one may have fewer. */
static double mean_of(const struct report *report, size_t first, size_t nr)
{
	uint64_t count = 0;
	size_t i;

	for (i = first; i < first + nr && i < report->cache.nr_counts; i++)
		count += report->cache.counts[i];
	return (double)count / (double)(i - first);
}

static void write_colours(FILE *file, const struct report *report)
{
	size_t colours = report->cache.nr_counts, each = (colours + BARS_MAX - 1) / BARS_MAX;
	double most = 1;

	if (!colours)
		return;
	for (size_t i = 0; i < colours; i += each)
		most = fmax(most, mean_of(report, i, each));
	fprintf(file,
		"<p>Over <data value=\"%u\">%u</data> colours of the cache: the fullest has "
		"<data value=\"%.6g\">%.2f</data> times the mean.</p>\n"
		"<figure><svg style=\"height:5rem\" viewBox=\"0 0 360 60\" "
		"preserveAspectRatio=\"none\" role=\"img\" "
		"aria-label=\"Pages of each cache colour\"><g class=\"bars\">",
		report->cache.colours, report->cache.colours, report->cache.skew,
		report->cache.skew);
	for (size_t i = 0; i < colours; i += each) {
		double width = 360 / (double)colours;
		double height = mean_of(report, i, each) / most * 58;

		fprintf(file, "<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\"/>",
			(double)i * width, 60 - height, width * (double)each * .9, height);
	}
	fputs("</g></svg></figure>\n", file);
}

int html__placement(FILE *file, const struct report *report)
{
	uint64_t total = 0;
	size_t i;

	if (!report->nr_zones)
		return 0;
	for (i = 0; i < report->nr_zones; i++)
		total = fold__sum(total, report->zones[i].count);
	html__section(file, "placement", "Placement", NULL);
	html__table(file, "Blocks by their zone");
	fputs("<thead><tr>", file);
	html__head_cell(file, "node");
	fputs("<th scope=\"col\">zone</th>", file);
	html__head_cell(file, "blocks");
	html__head_cell(file, "share");
	fputs("<th scope=\"col\"></th></tr></thead><tbody>\n", file);
	for (i = 0; i < report->nr_zones && i < HTML_SERIES; i++) {
		fprintf(file, "<tr><td class=\"n\">%u</td><td>", report->zones[i].node);
		html__text(file, report->zones[i].zone);
		fputs("</td><td class=\"n\">", file);
		html__count(file, report->zones[i].count);
		fputs("</td><td class=\"n\">", file);
		html__share(file, report->zones[i].count, total);
		fputs("</td><td>", file);
		html__bar(file, 0, total ? (double)report->zones[i].count / (double)total : 0, 0);
		fputs("</td></tr>\n", file);
	}
	html__table_end(file);
	html__left_out(file, report->nr_zones, HTML_SERIES);
	write_colours(file, report);
	html__section_end(file);
	return 0;
}

static void write_program(FILE *file, const struct program_cost *program)
{
	fputs("<tr><td>", file);
	html__text(file, program->name);
	fputs("</td><td>", file);
	html__text(file, program->attach);
	fputs("</td><td class=\"n\">", file);
	html__count(file, program->runs);
	fputs("</td><td class=\"n\">", file);
	html__count(file, program->misses);
	fputs("</td><td class=\"n\">", file);
	html__count(file, program->ns);
	fputs("</td></tr>\n", file);
}

int html__cost(FILE *file, const struct report *report)
{
	static const char *const titles[] = {"runs", "skipped", "ns in all"};

	if (!report->cost.nr_programs)
		return 0;
	html__section(file, "cost", "Cost", NULL);
	html__table(file, "The programs of the tracer");
	fputs("<thead><tr><th scope=\"col\">program</th><th scope=\"col\">attached to</th>", file);
	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
		html__head_cell(file, titles[i]);
	fputs("</tr></thead><tbody>\n", file);
	for (size_t i = 0; i < report->cost.nr_programs && i < HTML_SERIES; i++)
		write_program(file, &report->cost.programs[i]);
	html__table_end(file);
	html__section_end(file);
	return 0;
}
