// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "report/array.h"
#include "format/text/table.h"
#include "base/units.h"
#include "base/text.h"

#define COLUMNS 32

struct table {
	size_t columns;
	bool right[COLUMNS];
	size_t width[COLUMNS];
	char **cells; /* the titles first */
	size_t nr_cells;
	bool failed;
};

struct table *table__new(void)
{
	return calloc(1, sizeof(struct table));
}

void table__free(struct table *table)
{
	size_t i;

	if (!table)
		return;
	for (i = 0; i < table->nr_cells; i++)
		free(table->cells[i]);
	free(table->cells);
	free(table);
}

void table__cell(struct table *table, const char *text)
{
	char **slot, *cell;
	size_t width, *widest;

	if (!table || table->failed)
		return;
	cell = text__escape(text);
	slot = cell ? array__append(&table->cells, &table->nr_cells, sizeof(*slot)) : NULL;
	if (!slot) {
		free(cell);
		table->failed = true;
		return;
	}
	*slot = cell;
	widest = &table->width[(table->nr_cells - 1) % table->columns];
	width = utf8__count(cell);
	if (width > *widest)
		*widest = width;
}

void table__printf(struct table *table, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	table__cell(table, text);
}

void table__column(struct table *table, const char *title, bool right)
{
	if (!table || table->columns == COLUMNS)
		return;
	table->right[table->columns++] = right;
	table__cell(table, title);
}

static void pad(FILE *file, size_t count)
{
	fprintf(file, "%*s", (int)count, "");
}

int table__write(FILE *file, const struct table *table)
{
	size_t i, column, space;

	if (!table || table->failed)
		return -ENOMEM;
	for (i = 0; i < table->nr_cells; i++) {
		column = i % table->columns;
		space = table->width[column] - utf8__count(table->cells[i]);
		if (column)
			pad(file, 2);
		if (table->right[column])
			pad(file, space);
		fputs(table->cells[i], file);
		if (column + 1 == table->columns)
			fputc('\n', file);
		else if (!table->right[column])
			pad(file, space);
	}
	return 0;
}

void labels__mark(const struct labels *labels, bool used[DIMENSIONS])
{
	size_t i;

	for (i = 0; i < DIMENSIONS; i++)
		used[i] |= labels->value[i] != NULL;
}

void table__label_columns(struct table *table, const bool used[DIMENSIONS])
{
	size_t i;

	for (i = 0; i < DIMENSIONS; i++)
		if (used[i])
			table__column(table, dimension_names[i],
				      i == DIM_ORDER || i == DIM_NODE || i == DIM_CPU);
}

void table__label_cells(struct table *table, const struct labels *labels,
			const bool used[DIMENSIONS])
{
	size_t i;

	for (i = 0; i < DIMENSIONS; i++)
		if (used[i])
			table__cell(table, labels->value[i] ? labels->value[i] : "-");
}

int text__paragraph(FILE *file, const char *name, const char *words, unsigned int width)
{
	char *escaped = text__escape(words);
	size_t column = TEXT_NAME_WIDTH, length;
	const char *word = escaped;

	if (!escaped)
		return -ENOMEM;
	fprintf(file, "%-*s", TEXT_NAME_WIDTH, name);
	while (*word) {
		length = strcspn(word, " ");
		if (column > TEXT_NAME_WIDTH && column + 1 + length > width) {
			fprintf(file, "\n%*s", TEXT_NAME_WIDTH, "");
			column = TEXT_NAME_WIDTH;
		} else if (column > TEXT_NAME_WIDTH) {
			fputc(' ', file);
			column++;
		}
		fprintf(file, "%.*s", (int)length, word);
		column += length;
		word += length;
		word += *word == ' ';
	}
	fputc('\n', file);
	free(escaped);
	return 0;
}

const char *text__share(uint64_t part, uint64_t whole, char buffer[TEXT_SHARE])
{
	double percent = whole ? 100 * (double)part / (double)whole : 0;

	if (!part)
		return "0 %";
	if (percent < 0.01)
		return "<0.01 %";
	snprintf(buffer, TEXT_SHARE, "%.*f %%", percent < 1 ? 2 : percent < 9.95 ? 1 : 0, percent);
	return buffer;
}

static size_t column_of(uint64_t value, uint64_t whole, size_t width)
{
	double share = whole ? (double)value / (double)whole : 0;

	return share >= 1 ? width : (size_t)(share * (double)width + 0.5);
}

const char *text__bar(uint64_t from, uint64_t to, uint64_t whole, size_t width,
		      char buffer[TEXT_BAR])
{
	size_t start, end, i;

	width = width < TEXT_BAR ? width : TEXT_BAR - 1;
	start = column_of(from, whole, width);
	end = column_of(to, whole, width);
	if (to > from && end == start) {
		start -= start == width;
		end = start + 1;
	}
	for (i = 0; i < width; i++)
		buffer[i] = i >= start && i < end ? '@' : ' ';
	buffer[width] = '\0';
	return buffer;
}

const char *text__times(uint64_t count, char buffer[TEXT_TIMES])
{
	char digits[UNITS_COUNT];

	if (count == 1)
		return "once";
	snprintf(buffer, TEXT_TIMES, "%s times", format__count(count, digits));
	return buffer;
}

char *text__stack(const struct text_list *stack)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	if (!file)
		return NULL;
	if (!stack->nr)
		fputc('-', file);
	for (size_t i = 0; i < stack->nr; i++)
		fprintf(file, "%s%s", i ? " < " : "", stack->text[i]);
	if (!fclose(file))
		return text;
	free(text);
	return NULL;
}
