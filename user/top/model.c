// SPDX-License-Identifier: GPL-2.0-only
#include "top/model.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rows that there is room for from the start. */
#define ROWS 256

int top_model__init(struct top_model *model, const char *const *levels)
{
	memset(model, 0, sizeof(*model));
	model->source.levels = levels;
	model->width = 80;
	model->height = 20;
	for (size_t i = 0; i < top_views_nr; i++)
		if (top_views[i].sort)
			snprintf(model->state[i].sort, sizeof(model->state[i].sort), "%s",
				 top_views[i].sort);
	return top_table__init(&model->table, ROWS);
}

void top_model__free(struct top_model *model)
{
	top_table__free(&model->table);
	free(model->page.text);
	model->page = (struct top_page){};
}

void top_model__remember(struct top_model *model, const struct report *last)
{
	model->history[model->nr_history++ % TOP_HISTORY] = (struct top_sample){
		.requests = top_view__rate(last, last->requests.counted + last->requests.missed),
		.failed = top_view__rate(last, last->requests.failed),
	};
}

void top_model__show(struct top_model *model, const struct report *last, const struct report *since)
{
	model->source.last = last;
	model->source.since = since;
	model->history_shown = model->nr_history;
}

void top_model__resize(struct top_model *model, size_t width, size_t height)
{
	model->width = width;
	model->height = height;
}

const struct top_view *top_model__view(const struct top_model *model)
{
	return &top_views[model->view];
}

static struct top_state *state_of(struct top_model *model)
{
	return &model->state[model->view];
}

const struct top_state *top_model__state(const struct top_model *model)
{
	return &model->state[model->view];
}

bool top_model__is_page(const struct top_model *model)
{
	return model->detail || !top_model__view(model)->fill;
}

bool top_view__is_there(const struct top_model *model, size_t view)
{
	const struct report *since = model->source.since;

	return view < top_views_nr &&
	       (!top_views[view].is_there || (since && top_views[view].is_there(since)));
}

const char *top_page__line(const struct top_page *page, size_t n)
{
	const char *line = page->text;

	while (n--)
		line += strlen(line) + 1;
	return line;
}

/* Move by rows, or by lines of a page. What is too far is held at the end by update(). */
static void move(struct top_model *model, long by)
{
	struct top_state *state = state_of(model);
	size_t *place = top_model__is_page(model) ? &model->page.scroll : &state->at;

	if (by < 0 && *place < (size_t)-by)
		*place = 0;
	else if (by > 0 && *place > SIZE_MAX / 2)
		return;
	else
		*place += (size_t)by;
	if (!top_model__is_page(model) && !state->at)
		state->chosen = 0; /* whatever is the first */
	else if (!top_model__is_page(model) && state->at < model->table.nr_shown)
		state->chosen = model->table.rows[state->at].key;
	else if (!top_model__is_page(model) && model->table.nr_shown)
		state->chosen = model->table.rows[model->table.nr_shown - 1].key;
}

static void show_view(struct top_model *model, size_t view)
{
	if (!top_view__is_there(model, view))
		return;
	model->view = view;
	model->detail = false;
	model->page.scroll = 0;
}

static void step_view(struct top_model *model, size_t step)
{
	size_t view = model->view;

	do
		view = (view + step) % top_views_nr;
	while (!top_view__is_there(model, view));
	show_view(model, view);
}

/* The next column that is on the screen. */
static void step_sort(struct top_model *model, bool back)
{
	struct top_state *state = state_of(model);
	const struct top_table *table = &model->table;
	size_t columns[TOP_COLUMNS], nr = top_table__fit(table, model->width, columns), i;
	size_t now = top_table__find_column(table, *state->sort ? state->sort : NULL);

	if (top_model__is_page(model) || !nr)
		return;
	for (i = 0; i < nr && columns[i] != now; i++)
		;
	if (i == nr)
		i = back ? nr - 1 : 0;
	else
		i = (i + (back ? nr - 1 : 1)) % nr;
	snprintf(state->sort, sizeof(state->sort), "%s", table->column[columns[i]].title);
	state->reverse = false;
}

static void enter(struct top_model *model)
{
	if (model->typing || top_model__is_page(model) || !top_model__view(model)->page ||
	    !model->table.nr_shown)
		return;
	state_of(model)->chosen = model->table.rows[state_of(model)->at].key;
	model->detail = true;
	model->page.scroll = 0;
}

/* One step out: of the typing, the page, the filter. */
static void back(struct top_model *model)
{
	if (model->typing || !model->detail) {
		model->typing = false;
		*state_of(model)->filter = '\0';
	} else
		model->detail = false;
}

void top_model__act(struct top_model *model, enum top_action action)
{
	long screen = model->height > 1 ? (long)model->height - 1 : 1;

	if (model->help && action != TOP_REDRAW) {
		model->help = false;
		return;
	}
	switch (action) {
	case TOP_NOTHING:
		break;
	case TOP_QUIT:
		model->quit = !model->detail;
		model->detail = false;
		break;
	case TOP_UP:
		move(model, -1);
		break;
	case TOP_DOWN:
		move(model, 1);
		break;
	case TOP_PAGE_UP:
		move(model, -screen);
		break;
	case TOP_PAGE_DOWN:
		move(model, screen);
		break;
	case TOP_FIRST:
		move(model, -LONG_MAX);
		break;
	case TOP_LAST:
		move(model, LONG_MAX);
		break;
	case TOP_ENTER:
		enter(model);
		break;
	case TOP_BACK:
		back(model);
		break;
	case TOP_NEXT_VIEW:
		step_view(model, 1);
		break;
	case TOP_PREVIOUS_VIEW:
		step_view(model, top_views_nr - 1);
		break;
	case TOP_NEXT_SORT:
	case TOP_PREVIOUS_SORT:
		step_sort(model, action == TOP_PREVIOUS_SORT);
		break;
	case TOP_REVERSE:
		state_of(model)->reverse ^= true;
		break;
	case TOP_FILTER:
		model->typing = !top_model__is_page(model);
		break;
	case TOP_PAUSE:
		model->paused ^= true;
		break;
	case TOP_TOTAL:
		model->total ^= true;
		break;
	case TOP_FASTER:
		model->faster++;
		break;
	case TOP_SLOWER:
		model->faster--;
		break;
	case TOP_HELP:
		model->help = true;
		break;
	case TOP_REDRAW:
		model->redraw = true;
		break;
	default:
		show_view(model, (size_t)action - TOP_VIEW);
	}
}

void top_model__type(struct top_model *model, char c)
{
	char *filter = state_of(model)->filter;
	size_t length = strlen(filter);

	if (c == '\n')
		model->typing = false;
	else if (c == '\b' && length)
		filter[length - 1] = '\0';
	else if (c >= ' ' && c <= '~' && length + 1 < TOP_FILTER_SIZE) {
		filter[length] = c;
		filter[length + 1] = '\0';
	}
}

/* Where the chosen row is now, and which rows are in sight. */
static void follow(struct top_model *model)
{
	struct top_state *state = state_of(model);
	const struct top_table *table = &model->table;
	size_t i;

	for (i = 0; state->chosen && i < table->nr_shown; i++)
		if (table->rows[i].key == state->chosen)
			state->at = i;
	if (!state->chosen)
		state->at = 0;
	if (state->at >= table->nr_shown)
		state->at = table->nr_shown ? table->nr_shown - 1 : 0;
	if (state->scroll > state->at)
		state->scroll = state->at;
	if (model->height && state->at >= state->scroll + model->height)
		state->scroll = state->at - model->height + 1;
	if (state->scroll && state->scroll + model->height > table->nr_shown)
		state->scroll =
			table->nr_shown > model->height ? table->nr_shown - model->height : 0;
}

/* From a text with ends of lines to lines. */
static void cut_lines(struct top_page *page)
{
	page->nr = 0;
	for (size_t i = 0; i < page->size; i++)
		if (page->text[i] == '\n') {
			page->text[i] = '\0';
			page->nr++;
		}
}

static void hold_scroll(struct top_model *model)
{
	struct top_page *page = &model->page;
	size_t most = page->nr > model->height ? page->nr - model->height : 0;

	if (page->scroll > most)
		page->scroll = most;
}

/* The page of the chosen row; false if that row is not there. */
static bool write_page(struct top_model *model, FILE *file, int *err)
{
	const struct top_view *view = top_model__view(model);
	unsigned int width = (unsigned int)(model->width < 40 ? 40 : model->width);
	size_t i;

	if (!view->fill) {
		*err = view->page(file, &model->source, 0, width);
		return true;
	}
	for (i = 0; i < model->table.nr; i++)
		if (model->table.rows[i].key == state_of(model)->chosen)
			break;
	if (i == model->table.nr)
		return false;
	*err = view->page(file, &model->source, model->table.rows[i].element, width);
	return true;
}

/* A row that is gone leaves its last page standing. */
static void make_page(struct top_model *model)
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);
	int err = file ? 0 : -ENOMEM;

	model->gone = file && !write_page(model, file, &err);
	if (file && fclose(file))
		err = -ENOMEM;
	if (err || model->gone) {
		free(text);
	} else {
		free(model->page.text);
		model->page.text = text;
		model->page.size = size;
		cut_lines(&model->page);
	}
	model->note = err ? "not enough memory for this page" : NULL;
}

static void make_table(struct top_model *model)
{
	const struct top_view *view = top_model__view(model);
	struct top_state *state = state_of(model);

	top_table__clear(&model->table);
	view->fill(&model->table, &model->source);
	top_table__filter(&model->table, state->filter);
	top_table__sort(&model->table, *state->sort ? state->sort : NULL, state->reverse);
}

static void make_note(struct top_model *model)
{
	const struct top_view *view = top_model__view(model);
	FILE *file = fmemopen(model->note_text, sizeof(model->note_text), "w");

	*model->note_text = '\0';
	if (file && view->note)
		view->note(file, &model->source);
	if (file)
		fclose(file);
	model->note_text[sizeof(model->note_text) - 1] = '\0';
	model->note = model->table.failed ? "not enough memory for all rows" : model->note_text;
}

void top_model__update(struct top_model *model)
{
	const struct top_view *view;

	if (!model->source.since)
		return;
	if (!top_view__is_there(model, model->view))
		show_view(model, 0);
	view = top_model__view(model);
	model->source.total = model->total;
	if (view->fill) {
		make_table(model);
		make_note(model);
		follow(model);
	}
	if (top_model__is_page(model))
		make_page(model);
	hold_scroll(model);
}
