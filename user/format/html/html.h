/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the page is written with, and its sections; for html*.c only. The page needs no
 * network and no script: its own policy forbids both, so whatever a name says stays text.
 */
#ifndef GFPTRACE_USER_HTML_H
#define GFPTRACE_USER_HTML_H

#include <stdio.h>

#include "report/report.h"

/* The page stays small whatever the report holds; what is left out is said and in the JSON. */
#define HTML_SERIES 200
#define HTML_EVENTS 40

extern const char html_style[];

/* Text from anywhere: escaped, made harmless, cut where it is longer than a name can be. */
void html__text(FILE *file, const char *text);

/* Numbers for people that carry their exact value: <data value="1253">1.25 us</data>. */
void html__count(FILE *file, uint64_t count);
void html__time(FILE *file, const struct report *report, uint64_t ns);
void html__size(FILE *file, uint64_t bytes);
void html__share(FILE *file, uint64_t part, uint64_t whole);
void html__ratio(FILE *file, double share); /* 0 .. 1, as a percentage */

/* "atomic, order 3, hardirq" */
void html__labels(FILE *file, const struct labels *labels);
void html__stack(FILE *file, const char *caller, const struct text_list *stack);

/* A section, and a table inside of it that scrolls where the page is narrow. */
void html__section(FILE *file, const char *id, const char *title, const char *note);
void html__section_end(FILE *file);
void html__table(FILE *file, const char *caption);
void html__table_end(FILE *file);
void html__head_cell(FILE *file, const char *title); /* of numbers */
void html__label_heads(FILE *file, const bool used[DIMENSIONS]);
void html__label_cells(FILE *file, const struct labels *labels, const bool used[DIMENSIONS]);

/* A bar from `from` to `to`, both 0 .. 1, in the colour of a stage's rank. */
void html__bar(FILE *file, double from, double to, size_t colour);

/* "N more are in the JSON", where more than `most` are there. */
void html__left_out(FILE *file, size_t nr, size_t most);

/*
 * Where x lies on an axis of octaves, each of them linear: log2 to within 0.09, monotonic,
 * and a quarter of an octave is a whole number of buckets. 0 for 0 and 1.
 */
double html__octave(double x);

/* The sections, top to bottom. Each writes nothing where there is nothing. Return 0 or -ENOMEM. */
int html__head(FILE *file, const struct report *report);
int html__hosts(FILE *file, const struct report *report);
int html__latency(FILE *file, const struct report *report);
int html__series(FILE *file, const struct report *report);
int html__heat(FILE *file, const struct report *report);
int html__labyrinth(FILE *file, const struct report *report);
int html__failures(FILE *file, const struct report *report);
int html__slowest(FILE *file, const struct report *report);
int html__headroom(FILE *file, const struct report *report);
int html__alignment(FILE *file, const struct report *report);
int html__placement(FILE *file, const struct report *report);
int html__slabs(FILE *file, const struct report *report);
int html__lint(FILE *file, const struct report *report);
int html__cost(FILE *file, const struct report *report);

#endif
