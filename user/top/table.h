/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A table that is filled anew at each refresh and then sorted, filtered and cut to the width of
 * a screen. Its memory is kept from one refresh to the next, so that a machine that is short of
 * memory asks for none. What comes from outside is escaped on the way in.
 */
#ifndef GFPTRACE_USER_TOP_TABLE_H
#define GFPTRACE_USER_TOP_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/report.h"

#define TOP_COLUMNS 24

/* How a cell is to strike the eye. */
enum top_mood { TOP_PLAIN, TOP_DIM, TOP_WARN, TOP_BAD };

struct top_column {
	const char *title; /* lives as long as the program */
	bool right;
	bool number;	   /* largest first, unless reversed */
	unsigned int rank; /* where there is no room the largest ranks go first; 0 stays */
	size_t width;	   /* of the widest cell */
};

struct top_cell {
	size_t text; /* offset into the table's texts */
	double value;
	enum top_mood mood;
};

struct top_row {
	uint64_t key;	/* the same at each refresh */
	size_t element; /* of the report's array that the table shows */
	size_t number;	/* as it was added */
	bool hidden;	/* by the filter */
};

struct top_table {
	struct top_column column[TOP_COLUMNS];
	size_t nr_columns;
	struct top_row *rows; /* those that are hidden last */
	size_t nr, nr_shown, room;
	struct top_cell *cells; /* TOP_COLUMNS a row, at its number */
	size_t filled;		/* cells of the last row */
	char *texts;
	size_t texts_used, texts_room;
	bool failed; /* memory was short: rows are missing */
};

/* Take the memory for `rows` rows. Returns 0 or -ENOMEM. */
int top_table__init(struct top_table *table, size_t rows);
void top_table__free(struct top_table *table);

/* Fill it: columns first, then row by row, from left to right. */
void top_table__clear(struct top_table *table);
void top_table__column(struct top_table *table, const char *title, unsigned int rank);
void top_table__number_column(struct top_table *table, const char *title, unsigned int rank);
void top_table__row(struct top_table *table, uint64_t key, size_t element);
void top_table__text(struct top_table *table, const char *text); /* NULL: "-" */
void top_table__number(struct top_table *table, double value, enum top_mood mood, const char *text);

/* A column or a cell for each dimension that is used (labels__mark()). */
void top_table__label_columns(struct top_table *table, const bool used[DIMENSIONS]);
void top_table__labels(struct top_table *table, const struct labels *labels,
		       const bool used[DIMENSIONS]);

/* A key from labels, and one more word that tells rows apart; NULL: none. */
uint64_t top_table__key(const struct labels *labels, const char *word);

/* Hide the rows that lack one of the words of `filter`, whatever their case. */
void top_table__filter(struct top_table *table, const char *filter);

/* Sort by the column of that title, not at all where there is none. Call it after the filter. */
void top_table__sort(struct top_table *table, const char *title, bool reverse);

/* The columns that `width` has room for, from left to right. Returns how many. */
size_t top_table__fit(const struct top_table *table, size_t width, size_t columns[TOP_COLUMNS]);

const struct top_cell *top_table__cell(const struct top_table *table, size_t row, size_t column);
const char *top_table__cell_text(const struct top_table *table, size_t row, size_t column);

/* The column of that title; nr_columns where there is none. */
size_t top_table__find_column(const struct top_table *table, const char *title);

#endif
