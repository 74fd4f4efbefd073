/* SPDX-License-Identifier: GPL-2.0-only */
/* Cells of the views' tables, as people read them. */
#ifndef GFPTRACE_USER_TOP_CELL_H
#define GFPTRACE_USER_TOP_CELL_H

#include "top/table.h"
#include "top/view.h"

void top_cell__count(struct top_table *table, double count, enum top_mood mood);

/* A count of the shown report: a second, or in all. The same of bytes. */
void top_cell__figure(struct top_table *table, const struct top_source *source, uint64_t count,
		      enum top_mood mood);
void top_cell__memory(struct top_table *table, const struct top_source *source, double bytes);

/* ns; what is long strikes the eye. */
void top_cell__time(struct top_table *table, const struct report *report, uint64_t ns);

void top_cell__share(struct top_table *table, uint64_t part, uint64_t whole);
void top_cell__bar(struct top_table *table, uint64_t part, uint64_t whole);

#endif
