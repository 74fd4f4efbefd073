// SPDX-License-Identifier: GPL-2.0-only
/* Objects of slabs that were asked for atomically, and how they lie in cache lines. */
#include "format/html/html.h"
#include "format/text/table.h"

static void write_number(FILE *file, uint64_t count)
{
	fputs("</td><td class=\"n\">", file);
	html__count(file, count);
}

static void write_slab(FILE *file, const struct slab *slab, const bool used[DIMENSIONS])
{
	const uint64_t lying[] = {slab->aligned, slab->crossing, slab->wide};

	fputs("<tr><td>", file);
	html__text(file, slab__title(slab));
	write_number(file, slab->size);
	fputs("</td>", file);
	html__label_cells(file, &slab->labels, used);
	fputs("<td class=\"n\">", file);
	html__count(file, slab->count);
	write_number(file, slab->failed);
	write_number(file, slab->requested);
	write_number(file, slab->allocated);
	for (size_t i = 0; i < sizeof(lying) / sizeof(lying[0]); i++) {
		write_number(file, lying[i]);
		fputs(", ", file);
		html__share(file, lying[i], slab->count - slab->failed);
	}
	fputs("</td></tr>\n", file);
}

static void write_table(FILE *file, const struct report *report)
{
	static const char *const titles[] = {"count",	"failed",   "bytes requested", "bytes",
					     "aligned", "crossing", "too wide"};
	bool used[DIMENSIONS] = {false};
	size_t i;

	for (i = 0; i < report->nr_slabs; i++)
		labels__mark(&report->slabs[i].labels, used);
	html__table(file, "Objects by their cache");
	fputs("<thead><tr><th scope=\"col\">cache</th>", file);
	html__head_cell(file, "size");
	html__label_heads(file, used);
	for (i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
		html__head_cell(file, titles[i]);
	fputs("</tr></thead><tbody>\n", file);
	for (i = 0; i < report->nr_slabs && i < HTML_SERIES; i++)
		write_slab(file, &report->slabs[i], used);
	html__table_end(file);
	html__left_out(file, report->nr_slabs, HTML_SERIES);
}

int html__slabs(FILE *file, const struct report *report)
{
	if (!report->slab.line)
		return 0;
	html__section(file, "slab", "Slab objects asked for atomically",
		      "Crossing: it fits in a cache line and lies in two. Too wide: it is larger, "
		      "and lies in one more than it needs.");
	fputs("<p>", file);
	html__count(file, report->slab.counted);
	fprintf(file, " objects, by lines of %u bytes; ", report->slab.line);
	html__count(file, report->slab.patient);
	fputs(" others that may wait, ", file);
	html__count(file, report->slab.filtered);
	fputs(" kept out by filters, ", file);
	html__count(file, report->slab.missed);
	fputs(" not counted.</p>\n", file);
	if (report->nr_slabs)
		write_table(file, report);
	html__section_end(file);
	return 0;
}
