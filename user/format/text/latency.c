// SPDX-License-Identifier: GPL-2.0-only
/* The latency of the series as a table, and of the classes as histograms. */
#include <errno.h>
#include <string.h>

#include <gfptrace/buckets.h>

#include "format/text/text.h"
#include "format/text/table.h"
#include "base/units.h"

/* Why there is no latency, in the words of the blind spots; NULL if they have none. */
static const char *why_none(const struct report *report)
{
	size_t i;

	for (i = 0; i < report->mode.nr_blind; i++)
		if (!strcmp(report->mode.blind[i].what, "latency"))
			return report->mode.blind[i].why;
	return NULL;
}

/* Without latency the series are known only by how many blocks they got. */
static int write_counts(FILE *file, const struct report *report)
{
	bool used[DIMENSIONS] = {false};
	struct table *table;
	char count[UNITS_COUNT];
	size_t i;
	int err;

	if (!report->nr_alignment)
		return 0;
	table = table__new();
	for (i = 0; i < report->nr_alignment; i++)
		labels__mark(&report->alignment[i].labels, used);
	table__label_columns(table, used);
	table__column(table, "blocks", true);
	for (i = 0; i < report->nr_alignment; i++) {
		table__label_cells(table, &report->alignment[i].labels, used);
		table__cell(table, format__count(report->alignment[i].count, count));
	}
	fputc('\n', file);
	err = table__write(file, table);
	table__free(table);
	return err;
}

static uint64_t known_time(const struct latency *series, uint64_t ns)
{
	return series->timed ? ns : TIME_UNKNOWN;
}

static void add_row(struct table *table, const struct report *report, const struct latency *series,
		    const bool used[DIMENSIONS], bool sampled)
{
	char text[UNITS_COUNT];

	table__label_cells(table, &series->labels, used);
	table__cell(table, format__count(series->count, text));
	if (sampled)
		table__cell(table, format__count(series->timed, text));
	table__cell(table, text__time(report, known_time(series, series->min), text));
	table__cell(table, text__time(report, series->p50, text));
	table__cell(table, text__time(report, series->p90, text));
	table__cell(table, text__time(report, series->p99, text));
	table__cell(table, text__time(report, series->p999, text));
	table__cell(table, text__time(report, known_time(series, series->max), text));
}

static bool is_sampled(const struct report *report)
{
	bool sampled = false;

	for (size_t i = 0; i < report->nr_latency; i++)
		sampled |= report->latency[i].sampled;
	return sampled;
}

static void add_interval(struct table *table, const struct report *report,
			 const struct time_range *interval)
{
	char low[UNITS_COUNT], high[UNITS_COUNT];

	if (interval->high == TIME_UNKNOWN)
		table__cell(table, "-");
	else
		table__printf(table, "%s .. %s", text__time(report, interval->low, low),
			      text__time(report, interval->high, high));
}

/* Where not all were timed: how far the percentiles may be off. */
static int write_intervals(FILE *file, const struct report *report)
{
	static const char *const titles[] = {"p50", "p90", "p99", "p99.9"};
	bool used[DIMENSIONS] = {false};
	struct table *table;
	int err;

	table = table__new();
	for (size_t i = 0; i < report->nr_latency; i++)
		labels__mark(&report->latency[i].labels, used);
	table__label_columns(table, used);
	for (int i = 0; i < PERCENTILES; i++)
		table__column(table, titles[i], true);
	for (size_t i = 0; i < report->nr_latency; i++) {
		const struct latency *series = &report->latency[i];

		if (!series->sampled || series->interval[P50].high == TIME_UNKNOWN)
			continue;
		table__label_cells(table, &series->labels, used);
		for (int p = 0; p < PERCENTILES; p++)
			add_interval(table, report, &series->interval[p]);
	}
	fputs("  Not all were timed. The percentiles of all requests lie, with 95 %, in\n", file);
	err = table__write(file, table);
	table__free(table);
	return err;
}

static int write_table(FILE *file, const struct report *report)
{
	static const char *const titles[] = {"count", "timed", "min",	"p50",
					     "p90",   "p99",   "p99.9", "max"};
	bool used[DIMENSIONS] = {false}, sampled = is_sampled(report);
	struct table *table = table__new();
	size_t i;
	int err;

	for (i = 0; i < report->nr_latency; i++)
		labels__mark(&report->latency[i].labels, used);
	table__label_columns(table, used);
	for (i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
		if (i != 1 || sampled)
			table__column(table, titles[i], true);
	for (i = 0; i < report->nr_latency; i++)
		add_row(table, report, &report->latency[i], used, sampled);
	err = table__write(file, table);
	table__free(table);
	return err || !sampled ? err : write_intervals(file, report);
}

int text__latency(FILE *file, const struct report *report, unsigned int width)
{
	const char *why = why_none(report);
	char text[512];
	double error = 0;
	size_t i;

	fputc('\n', file);
	if (!report->nr_latency && why) {
		snprintf(text, sizeof(text), "none in the tier %s: %s", report->mode.tier, why);
		if (text__paragraph(file, "LATENCY", text, width))
			return -ENOMEM;
		return write_counts(file, report);
	}
	if (!report->nr_latency)
		return text__paragraph(file, "LATENCY", "no request was seen", width);
	for (i = 0; i < report->nr_latency; i++)
		if (report->latency[i].error > error)
			error = report->latency[i].error;
	snprintf(text, sizeof(text), "%spercentiles within %.1f %%",
		 text__counts_instructions(report) ? "in instructions of a virtual CPU; " : "",
		 error * 100);
	if (text__paragraph(file, "LATENCY", text, width))
		return -ENOMEM;
	return write_table(file, report);
}

/* A histogram by powers of two: row n holds 2^(n-1) .. 2^n - 1 ns, the last the overflow. */
#define ROWS 65

static size_t row_of(uint64_t le)
{
	return le ? 64 - (size_t)__builtin_clzll(le) : 0;
}

static void add_series(const struct latency *series, uint64_t rows[ROWS])
{
	size_t i;

	for (i = 0; i < series->nr_buckets; i++)
		rows[row_of(series->buckets[i].le)] += series->buckets[i].count;
}

static void write_row(FILE *file, const struct report *report, size_t row, uint64_t count,
		      uint64_t largest, unsigned int width)
{
	char low[UNITS_COUNT], high[UNITS_COUNT], number[UNITS_COUNT];
	char bar[TEXT_BAR];
	uint64_t from = row > 2 ? 1ull << (row - 1) : 0; /* the finest bucket is 0 .. 3 */
	int columns;

	if (row == ROWS - 1) {
		from = 1ull << GFT_RANGE_BITS;
		columns = fprintf(file, "  %11s %-14s %13s |", text__time(report, from, low),
				  "and more", format__count(count, number));
	} else {
		columns = fprintf(file, "  %11s .. %-11s %13s |", text__time(report, from, low),
				  text__time(report, 1ull << row, high),
				  format__count(count, number));
	}
	fprintf(file, "%s|\n",
		text__bar(0, count, largest,
			  (unsigned int)columns + 11 < width ? width - (unsigned int)columns - 1
							     : 10,
			  bar));
}

/* The rows from `row` on that are empty. */
static size_t count_empty(const uint64_t rows[ROWS], size_t row)
{
	size_t length = 0;

	while (row + length < ROWS && !rows[row + length])
		length++;
	return length;
}

static void write_histogram(FILE *file, const struct report *report, const uint64_t rows[ROWS],
			    unsigned int width)
{
	uint64_t largest = 0;
	size_t row, last = 0, empty;

	for (row = 0; row < ROWS; row++) {
		if (rows[row])
			last = row;
		largest = rows[row] > largest ? rows[row] : largest;
	}
	for (row = count_empty(rows, 0); row <= last && largest;) {
		empty = count_empty(rows, row);
		if (empty > 2) {
			fprintf(file, "  %11s\n", "...");
			row += empty;
			continue;
		}
		write_row(file, report, row, rows[row], largest, width);
		row++;
	}
}

static bool same_class(const struct latency *a, const struct latency *b)
{
	const char *class_a = a->labels.value[DIM_CLASS], *class_b = b->labels.value[DIM_CLASS];

	return class_a && class_b ? !strcmp(class_a, class_b) : class_a == class_b;
}

void text__histogram(FILE *file, const struct report *report, const struct latency *latency,
		     unsigned int width)
{
	uint64_t rows[ROWS] = {};

	add_series(latency, rows);
	write_histogram(file, report, rows, width);
}

int text__histograms(FILE *file, const struct report *report, unsigned int width)
{
	const struct latency *first;
	uint64_t rows[ROWS];
	size_t i, j;
	int err;

	for (i = 0; i < report->nr_latency; i++) {
		first = &report->latency[i];
		for (j = 0; j < i && !same_class(first, &report->latency[j]); j++)
			;
		if (j < i)
			continue; /* shown with an earlier series */
		memset(rows, 0, sizeof(rows));
		for (j = i; j < report->nr_latency; j++)
			if (same_class(first, &report->latency[j]))
				add_series(&report->latency[j], rows);
		fputc('\n', file);
		err = text__paragraph(file, "HISTOGRAM",
				      first->labels.value[DIM_CLASS]
					      ? first->labels.value[DIM_CLASS]
					      : "all requests",
				      width);
		if (err)
			return err;
		write_histogram(file, report, rows, width);
	}
	return 0;
}
