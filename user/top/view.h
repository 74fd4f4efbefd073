/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What `top` shows: one row a view. A view fills a table from the reports, or writes a page of
 * text; ENTER on a row of its table opens the row's page. Pure: reports in, tables and text out.
 */
#ifndef GFPTRACE_USER_TOP_VIEW_H
#define GFPTRACE_USER_TOP_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "report/report.h"
#include "top/table.h"

/* The reports of one refresh. */
struct top_source {
	const struct report *last;  /* of the last interval */
	const struct report *since; /* of all since the start */
	bool total;		    /* the figures are those of all since the start */
	const char *const *levels;  /* TOP_LEVELS characters, from empty to full */
};

#define TOP_LEVELS 9
extern const char *const top_levels_ascii[TOP_LEVELS];
extern const char *const top_levels_utf8[TOP_LEVELS];

struct top_view {
	const char *title; /* a word; the view's key is its number, from 1 on */
	const char *sort;  /* the column that it is sorted by at first; NULL: as the report is */
	bool (*is_there)(const struct report *since); /* NULL: always */
	/* A table of its rows; NULL: the view is a page. */
	void (*fill)(struct top_table *table, const struct top_source *source);
	/* A line above the table, or why it is empty; nothing where there is nothing to say. */
	void (*note)(FILE *file, const struct top_source *source);
	/* The page of an element that fill() named, or of the view. Returns 0 or -ENOMEM. */
	int (*page)(FILE *file, const struct top_source *source, size_t element,
		    unsigned int width);
};

extern const struct top_view top_views[];
extern const size_t top_views_nr;
#define TOP_VIEWS_MAX 16

/* The report whose figures are shown. */
const struct report *top_source__shown(const struct top_source *source);

/* For the views: */

/* Requests of a series, those that were not timed and those that failed, too. */
uint64_t top_view__requests(const struct report *report, const struct labels *labels);
uint64_t top_view__failed(const struct report *report, const struct labels *labels);

/* The same series in another report, NULL if it is not there. */
const struct latency *top_view__latency(const struct report *report, const struct labels *labels);
const struct alignment *top_view__alignment(const struct report *report,
					    const struct labels *labels);

/* Has `labels` every value that `wanted` has? */
bool labels__include(const struct labels *labels, const struct labels *wanted);

/* A count a second, rounded. */
double top_view__rate(const struct report *report, uint64_t count);

bool top_view__sees(const struct report *report, const char *what);

/* Why a report is blind to what begins with `what`; NULL if it is not. */
const char *top_view__blind(const struct report *report, const char *what);

void top_latency__fill(struct top_table *table, const struct top_source *source);
void top_latency__note(FILE *file, const struct top_source *source);

int top_page__series(FILE *file, const struct top_source *source, size_t element,
		     unsigned int width);
int top_page__failure(FILE *file, const struct top_source *source, size_t element,
		      unsigned int width);
int top_page__slow(FILE *file, const struct top_source *source, size_t element, unsigned int width);
int top_page__stage(FILE *file, const struct top_source *source, size_t element,
		    unsigned int width);
int top_page__size(FILE *file, const struct top_source *source, size_t element, unsigned int width);
int top_page__lint(FILE *file, const struct top_source *source, size_t element, unsigned int width);
int top_page__cost(FILE *file, const struct top_source *source, size_t element, unsigned int width);

#endif
