/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state of `top`: which view is shown, sorted and filtered how, which row is chosen. Pure:
 * reports and actions go in; the table or the page to draw comes out.
 */
#ifndef GFPTRACE_USER_TOP_MODEL_H
#define GFPTRACE_USER_TOP_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/report.h"
#include "top/table.h"
#include "top/view.h"

enum top_action {
	TOP_NOTHING,
	TOP_QUIT,
	TOP_UP,
	TOP_DOWN,
	TOP_PAGE_UP,
	TOP_PAGE_DOWN,
	TOP_FIRST,
	TOP_LAST,
	TOP_ENTER,
	TOP_BACK,
	TOP_NEXT_VIEW,
	TOP_PREVIOUS_VIEW,
	TOP_NEXT_SORT,
	TOP_PREVIOUS_SORT,
	TOP_REVERSE,
	TOP_FILTER,
	TOP_PAUSE,
	TOP_TOTAL,
	TOP_FASTER,
	TOP_SLOWER,
	TOP_HELP,
	TOP_REDRAW,
	TOP_VIEW /* TOP_VIEW + n: the view of number n */
};

#define TOP_FILTER_SIZE 48
#define TOP_HISTORY	128

struct top_state {     /* of one view */
	char sort[24]; /* a column's title; "": as the report is */
	bool reverse;
	char filter[TOP_FILTER_SIZE];
	uint64_t chosen; /* key of the chosen row, 0: the first one */
	size_t at;	 /* its place in the table */
	size_t scroll;	 /* the first row that is drawn */
};

/* Lines of text. */
struct top_page {
	char *text; /* lines end in NUL */
	size_t size, nr;
	size_t scroll;
};

/* One refresh, for the drawing of what was. */
struct top_sample {
	double requests, failed; /* a second */
};

struct top_model {
	struct top_source source; /* the reports are another's; NULL until there are some */
	size_t view;
	struct top_state state[TOP_VIEWS_MAX];
	bool total, paused, help, quit;
	bool typing;  /* a filter */
	bool detail;  /* the page of the chosen row is shown */
	bool starved; /* no memory for the reports of the last interval: older ones are shown */
	bool gone;    /* that row is not there any more */
	int faster;   /* steps that the interval is to be made shorter; the owner resets it */
	bool redraw;  /* all of the screen; same */
	struct top_table table;
	struct top_page page; /* of the chosen row, or of a view that is a page */
	struct top_sample history[TOP_HISTORY];
	size_t nr_history;    /* all that were ever added */
	size_t history_shown; /* of these, when the reports came that are shown */
	size_t width, height; /* that the table or page may take */
	const char *note;
	char note_text[256];
};

/* Takes the memory that it needs. Returns 0 or -ENOMEM. */
int top_model__init(struct top_model *model, const char *const *levels);
void top_model__free(struct top_model *model);

/* One more interval is over: remember its rates. */
void top_model__remember(struct top_model *model, const struct report *last);

/* Show these, which must live until others are shown. */
void top_model__show(struct top_model *model, const struct report *last,
		     const struct report *since);

/* The room that there is. */
void top_model__resize(struct top_model *model, size_t width, size_t height);

void top_model__act(struct top_model *model, enum top_action action);

/* A character of the filter that is being typed; '\b' takes one back. */
void top_model__type(struct top_model *model, char c);

/* Fill table and page from the reports. After all of the above, before the drawing. */
void top_model__update(struct top_model *model);

bool top_model__is_page(const struct top_model *model);
const struct top_view *top_model__view(const struct top_model *model);
const struct top_state *top_model__state(const struct top_model *model);
bool top_view__is_there(const struct top_model *model, size_t view);

/* Line `n` of the page. */
const char *top_page__line(const struct top_page *page, size_t n);

#endif
