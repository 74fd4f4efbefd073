// SPDX-License-Identifier: GPL-2.0-only
#include "top/table.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define TEXT_A_ROW 160 /* bytes, on average */

int top_table__init(struct top_table *table, size_t rows)
{
	memset(table, 0, sizeof(*table));
	table->room = rows;
	table->texts_room = rows * TEXT_A_ROW;
	table->rows = calloc(rows, sizeof(*table->rows));
	table->cells = calloc(rows * TOP_COLUMNS, sizeof(*table->cells));
	table->texts = calloc(table->texts_room, 1);
	if (table->rows && table->cells && table->texts)
		return 0;
	top_table__free(table);
	return -ENOMEM;
}

void top_table__free(struct top_table *table)
{
	free(table->rows);
	free(table->cells);
	free(table->texts);
	memset(table, 0, sizeof(*table));
}

void top_table__clear(struct top_table *table)
{
	table->nr_columns = table->nr = table->nr_shown = table->texts_used = 0;
	table->failed = false;
}

static struct top_column *add_column(struct top_table *table, const char *title, unsigned int rank)
{
	struct top_column *column = &table->column[table->nr_columns];

	if (table->nr_columns == TOP_COLUMNS) {
		table->failed = true;
		return NULL;
	}
	*column = (struct top_column){.title = title, .rank = rank, .width = utf8__count(title)};
	table->nr_columns++;
	return column;
}

void top_table__column(struct top_table *table, const char *title, unsigned int rank)
{
	add_column(table, title, rank);
}

void top_table__number_column(struct top_table *table, const char *title, unsigned int rank)
{
	struct top_column *column = add_column(table, title, rank);

	if (column)
		column->right = column->number = true;
}

static bool grow_rows(struct top_table *table)
{
	size_t room = table->room * 2;
	struct top_row *rows = realloc(table->rows, room * sizeof(*rows));
	struct top_cell *cells;

	if (!rows)
		return false;
	table->rows = rows;
	cells = realloc(table->cells, room * TOP_COLUMNS * sizeof(*cells));
	if (!cells)
		return false;
	table->cells = cells;
	table->room = room;
	return true;
}

void top_table__row(struct top_table *table, uint64_t key, size_t element)
{
	if (table->nr == table->room && !grow_rows(table))
		table->failed = true;
	if (table->failed)
		return;
	table->rows[table->nr] =
		(struct top_row){.key = key, .element = element, .number = table->nr};
	table->nr_shown = ++table->nr;
	table->filled = 0;
}

/* Keep a text; its offset, or that of some other text where memory is short. */
static size_t keep(struct top_table *table, const char *text)
{
	size_t size = strlen(text) + 1, at = table->texts_used;
	char *texts;

	if (at + size > table->texts_room) {
		texts = realloc(table->texts, 2 * table->texts_room + size);
		if (!texts) {
			table->failed = true;
			return 0;
		}
		table->texts = texts;
		table->texts_room = 2 * table->texts_room + size;
	}
	memcpy(table->texts + at, text, size);
	table->texts_used += size;
	return at;
}

static void add_cell(struct top_table *table, const char *text, double value, enum top_mood mood)
{
	char *escaped = table->failed ? NULL : text__escape(text);
	struct top_column *column = &table->column[table->filled];
	size_t width;

	if (!escaped || table->filled == table->nr_columns) {
		table->failed = true;
		free(escaped);
		return;
	}
	width = utf8__count(escaped);
	if (width > column->width)
		column->width = width;
	table->cells[(table->nr - 1) * TOP_COLUMNS + table->filled++] =
		(struct top_cell){.text = keep(table, escaped), .value = value, .mood = mood};
	free(escaped);
}

void top_table__text(struct top_table *table, const char *text)
{
	add_cell(table, text ? text : "-", 0, text ? TOP_PLAIN : TOP_DIM);
}

void top_table__number(struct top_table *table, double value, enum top_mood mood, const char *text)
{
	add_cell(table, text, value, mood);
}

void top_table__label_columns(struct top_table *table, const bool used[DIMENSIONS])
{
	for (int i = 0; i < DIMENSIONS; i++) {
		struct top_column *column =
			used[i] ? add_column(table, dimension_names[i], 0) : NULL;

		if (column)
			column->right = i == DIM_ORDER || i == DIM_NODE || i == DIM_CPU;
	}
}

void top_table__labels(struct top_table *table, const struct labels *labels,
		       const bool used[DIMENSIONS])
{
	for (int i = 0; i < DIMENSIONS; i++)
		if (used[i])
			top_table__text(table, labels->value[i]);
}

/* FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint64_t hash(uint64_t key, const char *text)
{
	do
		key = (key ^ (unsigned char)*text) * 0x100000001b3ull;
	while (*text++);
	return key;
}

uint64_t top_table__key(const struct labels *labels, const char *word)
{
	uint64_t key = 0xcbf29ce484222325ull;

	for (int i = 0; i < DIMENSIONS; i++)
		if (labels->value[i])
			key = hash(hash(key, dimension_names[i]), labels->value[i]);
	return word ? hash(key, word) : key;
}

const struct top_cell *top_table__cell(const struct top_table *table, size_t row, size_t column)
{
	return &table->cells[table->rows[row].number * TOP_COLUMNS + column];
}

const char *top_table__cell_text(const struct top_table *table, size_t row, size_t column)
{
	return table->texts + top_table__cell(table, row, column)->text;
}

/* Does a word of `length` stand somewhere in the text? */
static bool contains(const char *text, const char *word, size_t length)
{
	for (; *text; text++)
		if (!strncasecmp(text, word, length))
			return true;
	return false;
}

static bool row_contains(const struct top_table *table, size_t row, const char *word, size_t length)
{
	for (size_t i = 0; i < table->nr_columns; i++)
		if (!table->column[i].number &&
		    contains(top_table__cell_text(table, row, i), word, length))
			return true;
	return false;
}

static bool matches(const struct top_table *table, size_t row, const char *filter)
{
	size_t length;

	for (; *filter; filter += length) {
		filter += strspn(filter, " ");
		length = strcspn(filter, " ");
		if (length && !row_contains(table, row, filter, length))
			return false;
	}
	return true;
}

void top_table__filter(struct top_table *table, const char *filter)
{
	if (table->failed && table->nr)
		table->nr--; /* the last one may lack cells */
	table->nr_shown = 0;
	for (size_t i = 0; i < table->nr; i++) {
		table->rows[i].hidden = !matches(table, i, filter);
		table->nr_shown += !table->rows[i].hidden;
	}
}

struct order {
	const struct top_table *table;
	size_t column; /* nr_columns: as they were added */
	bool reverse;
};

static int compare_cells(const struct order *order, const struct top_row *a,
			 const struct top_row *b)
{
	const struct top_table *table = order->table;
	const struct top_cell *x = &table->cells[a->number * TOP_COLUMNS + order->column];
	const struct top_cell *y = &table->cells[b->number * TOP_COLUMNS + order->column];

	if (table->column[order->column].number)
		return (x->value < y->value) - (x->value > y->value);
	return text__compare_natural(table->texts + x->text, table->texts + y->text);
}

static int compare_rows(const void *a, const void *b, void *context)
{
	const struct top_row *x = a, *y = b;
	const struct order *order = context;
	int result = 0;

	if (x->hidden != y->hidden)
		return x->hidden ? 1 : -1;
	if (order->column < order->table->nr_columns)
		result = compare_cells(order, x, y);
	if (!result)
		result = (x->number > y->number) - (x->number < y->number);
	return order->reverse ? -result : result;
}

void top_table__sort(struct top_table *table, const char *title, bool reverse)
{
	struct order order = {table, top_table__find_column(table, title), reverse};

	qsort_r(table->rows, table->nr, sizeof(*table->rows), compare_rows, &order);
}

/* "req" and "req/s" are the same column: in all and a second. */
static bool same_column(const char *a, const char *b)
{
	size_t length = strcspn(a, "/");

	return length == strcspn(b, "/") && !strncmp(a, b, length);
}

size_t top_table__find_column(const struct top_table *table, const char *title)
{
	size_t i;

	for (i = 0; i < table->nr_columns && title; i++)
		if (same_column(table->column[i].title, title))
			return i;
	return table->nr_columns;
}

size_t top_table__fit(const struct top_table *table, size_t width, size_t columns[TOP_COLUMNS])
{
	size_t nr = table->nr_columns, needed = 0, i, worst;

	for (i = 0; i < nr; i++) {
		columns[i] = i;
		needed += table->column[i].width + (i ? 2 : 0);
	}
	while (needed > width && nr > 1) {
		for (worst = 0, i = 1; i < nr; i++)
			if (table->column[columns[i]].rank >= table->column[columns[worst]].rank)
				worst = i;
		if (!table->column[columns[worst]].rank)
			break;
		needed -= table->column[columns[worst]].width + 2;
		memmove(&columns[worst], &columns[worst + 1], (--nr - worst) * sizeof(columns[0]));
	}
	return nr;
}
