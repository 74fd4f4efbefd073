/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables and lines of the text format. What comes from outside is escaped on the way. */
#ifndef GFPTRACE_USER_TEXT_TABLE_H
#define GFPTRACE_USER_TEXT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "report/report.h"

struct table;

/* An empty table. The functions below accept NULL, as after a lack of memory. */
struct table *table__new(void);
void table__free(struct table *table);

/* Columns first; numbers stand to the right. */
void table__column(struct table *table, const char *title, bool right);

/* Then the cells, row by row, from left to right. */
void table__cell(struct table *table, const char *text);
void table__printf(struct table *table, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Write it, with the titles above. Returns 0 or -ENOMEM. */
int table__write(FILE *file, const struct table *table);

/*
 * Columns and cells for labels: one for each dimension for which `used` is true.
 * labels__mark() adds to `used` the dimensions that a series has.
 */
void labels__mark(const struct labels *labels, bool used[DIMENSIONS]);
void table__label_columns(struct table *table, const bool used[DIMENSIONS]);
void table__label_cells(struct table *table, const struct labels *labels,
			const bool used[DIMENSIONS]);

/* "name       words words", wrapped at `width` with the name's column left free. */
#define TEXT_NAME_WIDTH 11
int text__paragraph(FILE *file, const char *name, const char *words, unsigned int width);

/* part / whole as "12 %", "1.2 %", "0.01 %", "<0.01 %", "0 %". */
#define TEXT_SHARE 16
const char *text__share(uint64_t part, uint64_t whole, char buffer[TEXT_SHARE]);

/*
 * `width` characters, at most TEXT_BAR - 1, of which those from `from` to `to` of `whole`
 * are filled: at least one where `to` is above `from`.
 */
#define TEXT_BAR 128
const char *text__bar(uint64_t from, uint64_t to, uint64_t whole, size_t width,
		      char buffer[TEXT_BAR]);

/* "once", "1,234 times". Returns `buffer`. */
#define TEXT_TIMES 40
const char *text__times(uint64_t count, char buffer[TEXT_TIMES]);

/* "a < b < c", the innermost frame first; "-" for an empty list. The caller frees it. */
char *text__stack(const struct text_list *stack);

#endif
