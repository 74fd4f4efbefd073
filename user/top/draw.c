// SPDX-License-Identifier: GPL-2.0-only
#include "top/draw.h"

#include <curses.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>

#include "top/head.h"
#include "top/keys.h"
#include "base/text.h"

static bool coloured;

enum { PAIR_WARN = 1, PAIR_BAD, PAIR_HEAD };

static bool is_utf8(void)
{
	return !strcmp(nl_langinfo(CODESET), "UTF-8");
}

const char *const *top_draw__levels(void)
{
	return is_utf8() ? top_levels_utf8 : top_levels_ascii;
}

void top_draw__init(void)
{
	const char *no_color = getenv("NO_COLOR"); /* https://no-color.org: if not empty */

	if ((no_color && *no_color) || !has_colors() || start_color() != OK)
		return;
	coloured = true;
	use_default_colors();
	init_pair(PAIR_WARN, COLOR_YELLOW, -1);
	init_pair(PAIR_BAD, COLOR_RED, -1);
	init_pair(PAIR_HEAD, COLOR_CYAN, -1);
}

/* Where there are no colours bold and underlined stand for them. */
static attr_t attributes(enum top_mood mood)
{
	switch (mood) {
	case TOP_DIM:
		return A_DIM;
	case TOP_WARN:
		return coloured ? (attr_t)COLOR_PAIR(PAIR_WARN) : A_BOLD;
	case TOP_BAD:
		return coloured ? (attr_t)COLOR_PAIR(PAIR_BAD) | A_BOLD : A_BOLD | A_UNDERLINE;
	default:
		return A_NORMAL;
	}
}

/* At most `width` characters of text from column x on. Returns how many there were. */
static size_t put(int y, int x, size_t width, attr_t how, const char *text)
{
	size_t bytes = 0, count = 0, length;

	if (y < 0 || y >= LINES || x < 0 || x >= COLS)
		return 0;
	if (width > (size_t)(COLS - x))
		width = (size_t)(COLS - x);
	for (; text[bytes] && count < width; bytes += length, count++) {
		length = utf8__length(text + bytes);
		if (!length || (length > 1 && !is_utf8()))
			break;
	}
	attrset((int)how);
	mvaddnstr(y, x, text, (int)bytes);
	attrset(A_NORMAL);
	return count;
}

/* The lines of the screen; a low one has less around its table. */
struct layout {
	int head, tabs, note, titles, body, rows, foot; /* -1: not there */
};

static struct layout lay_out(void)
{
	struct layout layout = {.tabs = -1, .note = -1, .foot = -1};
	int line;

	layout.head = LINES >= 9 ? TOP_HEAD_LINES : LINES >= 5 ? 1 : 0;
	line = layout.head;
	if (LINES >= 4)
		layout.tabs = line++;
	if (LINES >= 7)
		layout.note = line++;
	layout.titles = line++;
	layout.body = line;
	if (LINES >= 3)
		layout.foot = LINES - 1;
	layout.rows = LINES - line - (layout.foot >= 0);
	if (layout.rows < 0)
		layout.rows = 0;
	return layout;
}

void top_draw__measure(struct top_model *model)
{
	struct layout layout = lay_out();
	int rows = layout.rows + top_model__is_page(model); /* a page has no titles */

	top_model__resize(model, (size_t)COLS, (size_t)rows);
}

static void draw_head(const struct top_model *model, const struct layout *layout)
{
	char text[TOP_HEAD_TEXT], spark[TOP_HISTORY * 4 + 1];
	size_t used;

	for (int i = 0; i < layout->head; i++) {
		attr_t how = attributes(top_head__mood(model, (size_t)i));

		top_head__line(model, (size_t)i, text);
		used = put(i, 0, (size_t)COLS, how | (i ? 0 : A_BOLD), text);
		if (i != 1 || used + 4 >= (size_t)COLS)
			continue;
		top_head__spark(model, (size_t)COLS - used - 2, spark);
		put(i, (int)used + 2, (size_t)COLS, coloured ? (attr_t)COLOR_PAIR(PAIR_HEAD) : 0,
		    spark);
	}
}

/* The width that all names of the views need. */
static size_t tabs_width(const struct top_model *model)
{
	size_t width = 0;

	for (size_t i = 0; i < top_views_nr; i++)
		if (top_view__is_there(model, i))
			width += strlen(top_views[i].title) + 3;
	return width ? width - 1 : 0;
}

static void draw_tabs(const struct top_model *model, const struct layout *layout)
{
	bool narrow = tabs_width(model) > (size_t)COLS;
	char text[48];
	int x = 0;

	for (size_t i = 0; i < top_views_nr && layout->tabs >= 0; i++) {
		bool is_shown = i == model->view;

		if (!top_view__is_there(model, i))
			continue;
		if (narrow && !is_shown)
			snprintf(text, sizeof(text), "%zu", i + 1);
		else
			snprintf(text, sizeof(text), "%zu %s", i + 1, top_views[i].title);
		x += (int)put(layout->tabs, x, (size_t)COLS, is_shown ? A_REVERSE : A_DIM, text);
		x++;
	}
}

static void draw_titles(const struct top_model *model, const struct layout *layout,
			const size_t *columns, size_t nr)
{
	const struct top_table *table = &model->table;
	const char *sort = top_model__state(model)->sort;
	size_t sorted = top_table__find_column(table, *sort ? sort : NULL);
	int x = 0;

	for (size_t i = 0; i < nr; i++) {
		const struct top_column *column = &table->column[columns[i]];
		size_t pad = column->right ? column->width - utf8__count(column->title) : 0;
		attr_t how = A_BOLD | (columns[i] == sorted ? A_UNDERLINE : 0);

		put(layout->titles, x + (int)pad, (size_t)COLS, how, column->title);
		x += (int)column->width + 2;
	}
}

static void draw_row(const struct top_model *model, int y, size_t row, const size_t *columns,
		     size_t nr)
{
	const struct top_table *table = &model->table;
	bool chosen = row == top_model__state(model)->at;
	int x = 0;

	if (chosen)
		mvhline(y, 0, ' ' | A_REVERSE, COLS);
	for (size_t i = 0; i < nr; i++) {
		const struct top_column *column = &table->column[columns[i]];
		const char *text = top_table__cell_text(table, row, columns[i]);
		attr_t how = chosen ? A_REVERSE
				    : attributes(top_table__cell(table, row, columns[i])->mood);
		size_t pad = column->right ? column->width - utf8__count(text) : 0;

		put(y, x + (int)pad, (size_t)COLS, how, text);
		if (x + (int)pad + (int)utf8__count(text) > COLS)
			put(y, COLS - 1, 1, how, ">");
		x += (int)column->width + 2;
	}
}

static void draw_table(const struct top_model *model, const struct layout *layout)
{
	size_t columns[TOP_COLUMNS];
	size_t nr = top_table__fit(&model->table, (size_t)COLS, columns);
	size_t row = top_model__state(model)->scroll;

	if (model->note && layout->note >= 0)
		put(layout->note, 0, (size_t)COLS, A_NORMAL, model->note);
	draw_titles(model, layout, columns, nr);
	for (int i = 0; i < layout->rows && row < model->table.nr_shown; i++)
		draw_row(model, layout->body + i, row++, columns, nr);
}

/* A line of a page: what stands in the column of names strikes the eye. */
#define NAME_WIDTH 10

static void draw_line(int y, const char *line)
{
	char name[NAME_WIDTH + 1];
	size_t length = strcspn(line, " ");

	put(y, 0, (size_t)COLS, A_NORMAL, line);
	if (!length || length > NAME_WIDTH)
		return;
	length = strnlen(line, NAME_WIDTH);
	memcpy(name, line, length);
	name[length] = '\0';
	put(y, 0, NAME_WIDTH, A_BOLD, name);
}

static void draw_page(const struct top_model *model, const struct layout *layout)
{
	const struct top_page *page = &model->page;
	int line = layout->titles;

	if (model->note && layout->note >= 0)
		put(layout->note, 0, (size_t)COLS, A_NORMAL, model->note);
	for (size_t i = page->scroll; i < page->nr && line <= layout->titles + layout->rows; i++)
		draw_line(line++, top_page__line(page, i));
}

static void draw_help(const struct layout *layout)
{
	int line = layout->titles;

	for (const struct top_key *key = top_keys; key->keys[0]; key++) {
		if (!key->name || line > layout->titles + layout->rows)
			continue;
		put(line, 0, (size_t)COLS, A_BOLD, key->name);
		put(line++, 15, (size_t)COLS, A_NORMAL, key->help);
	}
}

static void draw_foot(const struct top_model *model, const struct layout *layout)
{
	const struct top_state *now = top_model__state(model);
	char text[160];

	if (layout->foot < 0)
		return;
	if (model->help)
		snprintf(text, sizeof(text), "any key: back");
	else if (model->typing)
		snprintf(text, sizeof(text), "only rows with: %s_", now->filter);
	else if (model->detail)
		snprintf(text, sizeof(text), "Esc back  Up Down scroll  t interval/all  ? keys%s",
			 model->gone ? "  (not in the last interval)" : "");
	else if (!top_model__view(model)->fill)
		snprintf(text, sizeof(text), "Up Down scroll  1-9 views  p hold  ? keys  q quit");
	else if (*now->filter)
		snprintf(text, sizeof(text), "only '%s': %zu of %zu rows  Esc all  / other words",
			 now->filter, model->table.nr_shown, model->table.nr);
	else
		snprintf(text, sizeof(text),
			 "Enter details  / filter  < > sort  r reverse  t %s  p %s  ? keys  q quit",
			 model->total ? "interval" : "all", model->paused ? "go on" : "hold");
	put(layout->foot, 0, (size_t)COLS, A_DIM, text);
}

void top_draw(struct top_model *model)
{
	struct layout layout = lay_out();

	if (model->redraw)
		clearok(stdscr, TRUE);
	model->redraw = false;
	erase();
	draw_head(model, &layout);
	draw_tabs(model, &layout);
	if (model->help)
		draw_help(&layout);
	else if (!model->source.since)
		put(layout.titles, 0, (size_t)COLS, A_NORMAL, "tracing ...");
	else if (top_model__is_page(model))
		draw_page(model, &layout);
	else
		draw_table(model, &layout);
	draw_foot(model, &layout);
	refresh();
}
