// SPDX-License-Identifier: GPL-2.0-only
#include "top/cell.h"

#include <math.h>
#include <stdio.h>

#include "format/text/text.h"
#include "format/text/table.h"
#include "base/units.h"

#define MS 1000000ull

void top_cell__count(struct top_table *table, double count, enum top_mood mood)
{
	char text[UNITS_COUNT];

	if (count < 0.5 / 1000)
		top_table__number(table, 0, TOP_DIM, "0");
	else if (count < 9.95 && count != floor(count)) {
		snprintf(text, sizeof(text), "%.1f", count);
		top_table__number(table, count, mood, count < 0.05 ? "<0.1" : text);
	} else
		top_table__number(table, count, mood, format__count((uint64_t)(count + 0.5), text));
}

/* A count of the shown report: a second, or in all. */
void top_cell__figure(struct top_table *table, const struct top_source *source, uint64_t count,
		      enum top_mood mood)
{
	top_cell__count(table, source->total ? (double)count : top_view__rate(source->last, count),
			mood);
}

void top_cell__memory(struct top_table *table, const struct top_source *source, double bytes)
{
	double seconds = (double)source->last->window.duration_ns / 1e9;
	char text[UNITS_TEXT];

	if (!source->total)
		bytes = seconds > 0 ? bytes / seconds : 0;
	top_table__number(table, bytes, bytes > 0 ? TOP_PLAIN : TOP_DIM,
			  bytes > 0 ? format__memory((uint64_t)bytes, text) : "0");
}

void top_cell__time(struct top_table *table, const struct report *report, uint64_t ns)
{
	char text[UNITS_COUNT];

	if (ns == TIME_UNKNOWN) {
		top_table__number(table, 0, TOP_DIM, "-");
		return;
	}
	top_table__number(table, (double)ns,
			  ns >= 50 * MS ? TOP_BAD
			  : ns >= MS	? TOP_WARN
					: TOP_PLAIN,
			  text__time(report, ns, text));
}

void top_cell__share(struct top_table *table, uint64_t part, uint64_t whole)
{
	char text[TEXT_SHARE];

	top_table__number(table, (double)part, part ? TOP_PLAIN : TOP_DIM,
			  text__share(part, whole, text));
}

#define BAR 20

void top_cell__bar(struct top_table *table, uint64_t part, uint64_t whole)
{
	char text[TEXT_BAR];

	text__bar(0, part, whole, BAR, text);
	for (char *c = text; *c; c++)
		*c = *c == '@' ? '|' : ' ';
	top_table__text(table, text);
}
