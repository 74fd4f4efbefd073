// SPDX-License-Identifier: GPL-2.0-only
/* A card for each kind of failure: why, who asked, how the zones stood, what to do. */
#include <inttypes.h>

#include "format/html/html.h"
#include "format/text/table.h"
#include "base/units.h"

#define WIDTH 360
#define SCALE 4 /* times the high watermark: what lies far above does not matter */

static void write_tick(FILE *file, double x, int y, const char *name)
{
	fprintf(file, "<path class=\"tick\" d=\"M%.1f 13V37\"/>", x);
	if (*name)
		fprintf(file, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%s</text>", x, y,
			x > WIDTH - 16 ? "end" : "middle", name);
}

/* Free pages against the watermarks; red what this request must not use. */
static void write_levels(FILE *file, const struct zone_state *zone)
{
	uint64_t floor = zone->min + zone->lowmem_reserve;
	uint64_t whole = zone->high > floor ? zone->high : floor;
	double unit, free_width, under;

	whole += !whole;
	if (zone->free > whole)
		whole = zone->free / SCALE < whole ? zone->free : whole * SCALE;
	unit = WIDTH / (double)whole;
	free_width = zone->free > whole ? WIDTH : (double)zone->free * unit;
	under = (double)floor * unit;
	under = under < free_width ? under : free_width;
	fprintf(file,
		"<svg viewBox=\"0 0 %d 50\" role=\"img\" aria-label=\"free %" PRIu64
		", min %" PRIu64 ", low %" PRIu64 ", high %" PRIu64 " pages\">"
		"<rect class=\"ground\" x=\"0\" y=\"16\" width=\"%d\" height=\"18\"/>"
		"<rect class=\"free\" x=\"0\" y=\"16\" width=\"%.1f\" height=\"18\"/>"
		"<rect class=\"under\" x=\"0\" y=\"16\" width=\"%.1f\" height=\"18\"/>",
		WIDTH, zone->free, zone->min, zone->low, zone->high, WIDTH, free_width, under);
	write_tick(file, (double)zone->min * unit, 10, "min");
	write_tick(file, (double)zone->low * unit, 47, "low");
	write_tick(file, (double)zone->high * unit, 10, "high");
	if (zone->lowmem_reserve)
		write_tick(file, (double)floor * unit, 10, "");
	fputs("</svg>\n", file);
}

static void write_number(FILE *file, const char *name, uint64_t pages)
{
	fprintf(file, "%s ", name);
	html__count(file, pages);
}

static void write_numbers(FILE *file, const struct zone_state *zone)
{
	const struct {
		const char *name;
		uint64_t pages;
	} rest[] = {{", boost", zone->boost},
		    {", reserved for lower zones", zone->lowmem_reserve},
		    {", in highatomic blocks", zone->highatomic_reserved},
		    {", on per-CPU lists", zone->pcp},
		    {", managed", zone->managed}};

	fputs("<p>", file);
	write_number(file, "free", zone->free);
	write_number(file, "; min", zone->min);
	write_number(file, ", low", zone->low);
	write_number(file, ", high", zone->high);
	for (size_t i = 0; i < sizeof(rest) / sizeof(rest[0]); i++)
		if (rest[i].pages && rest[i].pages != UINT64_MAX)
			write_number(file, rest[i].name, rest[i].pages);
	if (zone->highatomic_free != UINT64_MAX)
		write_number(file, ", free in highatomic blocks", zone->highatomic_free);
	if (zone->fragmentation_index >= 0)
		fprintf(file, "; fragmentation index <data value=\"%.6g\">%.3f</data>",
			zone->fragmentation_index, zone->fragmentation_index);
	fputs("</p>\n", file);
}

static void write_types(FILE *file, const struct free_blocks *blocks)
{
	for (size_t i = 0; i < blocks->nr_types && i < HTML_EVENTS; i++) {
		fputs(i ? ", " : "", file);
		html__text(file, blocks->types[i].type);
		fputc(' ', file);
		html__count(file, blocks->types[i].count);
	}
}

static void write_blocks(FILE *file, const struct zone_state *zone)
{
	uint64_t most = 1;

	if (!zone->nr_blocks)
		return;
	for (size_t i = 0; i < zone->nr_blocks; i++)
		most = zone->blocks[i].count > most ? zone->blocks[i].count : most;
	fputs("<details open><summary>free blocks</summary><div class=\"wide\"><table><thead><tr>"
	      "<th class=\"n\" scope=\"col\">order</th><th class=\"n\" scope=\"col\">blocks</th>"
	      "<th scope=\"col\"></th><th scope=\"col\">of them</th></tr></thead><tbody>\n",
	      file);
	for (size_t i = 0; i < zone->nr_blocks && i < HTML_EVENTS; i++) {
		const struct free_blocks *blocks = &zone->blocks[i];

		fprintf(file, "<tr><td class=\"n\">%u</td><td class=\"n\">", blocks->order);
		html__count(file, blocks->count);
		fputs("</td><td>", file);
		html__bar(file, 0,
			  html__octave((double)blocks->count + 1) / html__octave((double)most + 1),
			  0);
		fputs("</td><td>", file);
		write_types(file, blocks);
		fputs("</td></tr>\n", file);
	}
	fputs("</tbody></table></div></details>\n", file);
}

static void write_zone(FILE *file, const struct zone_state *zone)
{
	fputs("<div class=\"zone\"><h3>zone ", file);
	html__text(file, zone->zone);
	fprintf(file, " of node %u%s</h3>\n", zone->node,
		zone->allowed ? "" : ", not allowed to this request");
	write_levels(file, zone);
	write_numbers(file, zone);
	write_blocks(file, zone);
	fputs("</div>\n", file);
}

static void write_gfp(FILE *file, const struct failure *failure)
{
	if (!failure->has_gfp)
		return;
	fputs("<p class=\"by\">gfp <code>", file);
	for (size_t i = 0; i < failure->gfp_names.nr && i < HTML_EVENTS; i++) {
		fputs(i ? "|" : "", file);
		html__text(file, failure->gfp_names.text[i]);
	}
	fprintf(file, "</code> (<data value=\"%u\">%#x</data>)", failure->gfp, failure->gfp);
	if (failure->has_alloc_flags)
		fprintf(file, ", alloc_flags <data value=\"%u\">%#x</data>", failure->alloc_flags,
			failure->alloc_flags);
	fputs("</p>\n", file);
}

static void write_verdict(FILE *file, const struct failure *failure)
{
	if (failure->verdict) {
		fputs("<p><b>", file);
		html__text(file, failure->verdict);
		fputs("</b></p>\n", file);
	}
	if (failure->advice.nr) {
		fputs("<ul>", file);
		for (size_t i = 0; i < failure->advice.nr && i < HTML_EVENTS; i++) {
			fputs("<li>", file);
			html__text(file, failure->advice.text[i]);
			fputs("</li>", file);
		}
		fputs("</ul>\n", file);
	}
	if (failure->dmesg_would_show != ANSWER_UNKNOWN)
		fprintf(file, "<p class=\"by\">The kernel log %s.</p>\n",
			failure->dmesg_would_show == ANSWER_YES
				? "would show it, one such report in 10 s at most"
				: "would not show it");
}

static void write_card(FILE *file, const struct failure *failure)
{
	fputs("<article class=\"card\"><h3><span class=\"tag\">", file);
	html__text(file, failure->reason);
	fputs("</span> ", file);
	html__count(file, failure->count);
	fputs(failure->count == 1 ? " time, " : " times, ", file);
	html__labels(file, &failure->labels);
	fputs("</h3>\n", file);
	write_verdict(file, failure);
	html__stack(file, failure->caller, &failure->stack);
	write_gfp(file, failure);
	if (failure->nr_zones && failure->later)
		fputs("<p class=\"by\">The zones as /proc told later, not at the "
		      "failure.</p>\n",
		      file);
	for (size_t i = 0; i < failure->nr_zones && i < HTML_EVENTS; i++)
		write_zone(file, &failure->zones[i]);
	fputs("</article>\n", file);
}

int html__failures(FILE *file, const struct report *report)
{
	if (!report->nr_failures)
		return 0;
	html__section(file, "failures", "Failures",
		      "Requests that got NULL. A bar is the free pages of a zone against its "
		      "watermarks, red what the request had to leave.");
	for (size_t i = 0; i < report->nr_failures && i < HTML_EVENTS; i++)
		write_card(file, &report->failures[i]);
	html__left_out(file, report->nr_failures, HTML_EVENTS);
	html__section_end(file);
	return 0;
}
