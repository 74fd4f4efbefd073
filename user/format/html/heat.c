// SPDX-License-Identifier: GPL-2.0-only
/* Order by class as a map: hot cells waited long or came often. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/aggregate.h"
#include "format/html/html.h"
#include "base/text.h"

#define CLASSES 12
#define ORDERS	20

struct cell {
	uint64_t count, p99, failed;
};

struct map {
	const char *class[CLASSES], *order[ORDERS];
	size_t nr_classes, nr_orders;
	struct cell cell[CLASSES][ORDERS];
	uint64_t most, longest, shortest;
};

static int compare_words(const void *a, const void *b)
{
	return text__compare_natural(*(const char *const *)a, *(const char *const *)b);
}

/* Where a word is in a list that grows up to `most`; `most` where it has no room. */
static size_t place(const char **words, size_t *nr, size_t most, const char *word)
{
	size_t i;

	for (i = 0; i < *nr && strcmp(words[i], word) != 0; i++)
		;
	if (i == *nr && *nr < most)
		words[(*nr)++] = word;
	return i < *nr ? i : most;
}

static bool is_in(const struct labels *labels, const char *class, const char *order)
{
	return labels->value[DIM_CLASS] && labels->value[DIM_ORDER] &&
	       !strcmp(labels->value[DIM_CLASS], class) && !strcmp(labels->value[DIM_ORDER], order);
}

static int fill_cell(struct map *map, const struct report *report, size_t row, size_t column)
{
	struct cell *cell = &map->cell[row][column];
	struct latency latency = {0};
	struct fold fold;
	size_t i;

	fold__clear(&fold);
	for (i = 0; i < report->nr_latency; i++)
		if (is_in(&report->latency[i].labels, map->class[row], map -> order[column]))
			fold__add_latency(&fold, &report->latency[i]);
	for (i = 0; i < report->nr_failures; i++)
		if (is_in(&report->failures[i].labels, map->class[row], map -> order[column]))
			cell->failed = fold__sum(cell->failed, report->failures[i].count);
	if (fold__to_latency(&fold, &latency))
		return -ENOMEM;
	free(latency.buckets);
	cell->count = latency.count;
	cell->p99 = latency.p99;
	if (!cell->count)
		return 0;
	map->most = cell->count > map->most ? cell->count : map->most;
	if (cell->p99 == TIME_UNKNOWN)
		return 0;
	map->longest = cell->p99 > map->longest ? cell->p99 : map->longest;
	map->shortest = cell->p99 < map->shortest ? cell->p99 : map->shortest;
	return 0;
}

static int fill(struct map *map, const struct report *report)
{
	const struct labels *labels;
	int err = 0;

	map->shortest = UINT64_MAX;
	for (size_t i = 0; i < report->nr_latency; i++) {
		labels = &report->latency[i].labels;
		if (!labels->value[DIM_CLASS] || !labels->value[DIM_ORDER])
			continue;
		place(map->class, &map->nr_classes, CLASSES, labels->value[DIM_CLASS]);
		place(map->order, &map->nr_orders, ORDERS, labels->value[DIM_ORDER]);
	}
	if (!map->nr_classes)
		return 0;
	qsort(map->order, map->nr_orders, sizeof(map->order[0]), compare_words);
	for (size_t row = 0; row < map->nr_classes && !err; row++)
		for (size_t column = 0; column < map->nr_orders && !err; column++)
			err = fill_cell(map, report, row, column);
	return err;
}

/* 0 .. 1 on a logarithmic scale from `least` to `most`. */
static double heat(uint64_t value, uint64_t least, uint64_t most)
{
	double low = html__octave((double)least), high = html__octave((double)most);

	return high > low ? (html__octave((double)value) - low) / (high - low) : 0.5;
}

static void write_cell(FILE *file, const struct report *report, const struct map *map,
		       const struct cell *cell)
{
	if (!cell->count) {
		fputs("<td class=\"none\">-</td>", file);
		return;
	}
	fprintf(file, "<td style=\"--p:%.2f;--c:%.2f\">",
		cell->p99 == TIME_UNKNOWN ? 0 : heat(cell->p99, map->shortest, map->longest),
		heat(cell->count, 1, map->most));
	html__time(file, report, cell->p99);
	fputs("<small>", file);
	html__count(file, cell->count);
	if (cell->failed) {
		fputs("<br><b>", file);
		html__count(file, cell->failed);
		fputs(" failed</b>", file);
	}
	fputs("</small></td>", file);
}

static void write_map(FILE *file, const struct report *report, const struct map *map)
{
	fputs("<input type=\"radio\" name=\"heat\" id=\"by-p99\" checked> "
	      "<label class=\"pick\" for=\"by-p99\">colour by p99</label>\n"
	      "<input type=\"radio\" name=\"heat\" id=\"by-count\"> "
	      "<label class=\"pick\" for=\"by-count\">colour by count</label>\n"
	      "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Order by class\">"
	      "<table class=\"heat\">\n<caption>p99 and count</caption>\n<thead><tr>"
	      "<th scope=\"col\">class</th>",
	      file);
	for (size_t column = 0; column < map->nr_orders; column++) {
		fputs("<th class=\"n\" scope=\"col\">order ", file);
		html__text(file, map->order[column]);
		fputs("</th>", file);
	}
	fputs("</tr></thead><tbody>\n", file);
	for (size_t row = 0; row < map->nr_classes; row++) {
		fputs("<tr><th scope=\"row\">", file);
		html__text(file, map->class[row]);
		fputs("</th>", file);
		for (size_t column = 0; column < map->nr_orders; column++)
			write_cell(file, report, map, &map->cell[row][column]);
		fputs("</tr>\n", file);
	}
	html__table_end(file);
}

int html__heat(FILE *file, const struct report *report)
{
	struct map *map = calloc(1, sizeof(*map));
	int err = map ? fill(map, report) : -ENOMEM;

	if (!err && map->nr_classes) {
		html__section(file, "heat", "Order by class", NULL);
		write_map(file, report, map);
		html__section_end(file);
	}
	free(map);
	return err;
}
