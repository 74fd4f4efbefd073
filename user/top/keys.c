// SPDX-License-Identifier: GPL-2.0-only
#include "top/keys.h"

#include <curses.h>

#define ESCAPE	      27
#define CONTROL(c)    ((c)&0x1f)
#define BACKSPACE_DEL 127

/* Tables are read by their rows. */
/* clang-format off */
const struct top_key top_keys[] = {
	{ {KEY_UP, 'k', CONTROL('p')}, TOP_UP, "Up Down k j", "choose a row, scroll a page" },
	{ {KEY_DOWN, 'j', CONTROL('n')}, TOP_DOWN, NULL, NULL },
	{ {KEY_PPAGE, CONTROL('b')}, TOP_PAGE_UP, "PgUp PgDn", "a screen up or down" },
	{ {KEY_NPAGE, CONTROL('f')}, TOP_PAGE_DOWN, NULL, NULL },
	{ {KEY_HOME, 'g'}, TOP_FIRST, "Home End g G", "the first, the last row" },
	{ {KEY_END, 'G'}, TOP_LAST, NULL, NULL },
	{ {'\n', '\r', KEY_ENTER, 'l'}, TOP_ENTER, "Enter l",
	  "all that is known of the row: histogram, verdict, stack" },
	{ {ESCAPE, KEY_BACKSPACE, BACKSPACE_DEL, '\b'}, TOP_BACK, "Esc Backspace",
	  "back to the table; clear the filter" },
	{ {'\t', KEY_RIGHT}, TOP_NEXT_VIEW, "1 .. 9  Tab", "another view, the next view" },
	{ {KEY_BTAB, KEY_LEFT}, TOP_PREVIOUS_VIEW, NULL, NULL },
	{ {'t'}, TOP_TOTAL, "t", "the last interval, or all since the start" },
	{ {'>', '.'}, TOP_NEXT_SORT, "< >", "sort by another column" },
	{ {'<', ','}, TOP_PREVIOUS_SORT, NULL, NULL },
	{ {'r'}, TOP_REVERSE, "r", "sort the other way round" },
	{ {'/', '\\', KEY_F(4)}, TOP_FILTER, "/", "only rows with these words" },
	{ {'p', ' '}, TOP_PAUSE, "p Space", "hold the screen; tracing goes on" },
	{ {'+'}, TOP_SLOWER, "+ -", "twice, half the interval" },
	{ {'-'}, TOP_FASTER, NULL, NULL },
	{ {CONTROL('l'), KEY_F(5)}, TOP_REDRAW, "Ctrl-L", "draw the screen anew" },
	{ {'?', 'h', KEY_F(1)}, TOP_HELP, "? h", "this" },
	{ {'q', 'Q', KEY_F(10)}, TOP_QUIT, "q", "back, or the end; Ctrl-C ends at once" },
	{ {0}, TOP_NOTHING, NULL, NULL },
};
/* clang-format on */

static enum top_action find(int key)
{
	if (key >= '1' && key <= '9')
		return TOP_VIEW + (enum top_action)(key - '1');
	for (const struct top_key *row = top_keys; row->keys[0]; row++)
		for (size_t i = 0; i < sizeof(row->keys) / sizeof(row->keys[0]) && row->keys[i];
		     i++)
			if (row->keys[i] == key)
				return row->action;
	return TOP_NOTHING;
}

static void type(struct top_model *model, int key)
{
	switch (key) {
	case ESCAPE:
		top_model__act(model, TOP_BACK);
		break;
	case '\n':
	case '\r':
	case KEY_ENTER:
		top_model__type(model, '\n');
		break;
	case KEY_BACKSPACE:
	case BACKSPACE_DEL:
	case '\b':
		top_model__type(model, '\b');
		break;
	case KEY_UP:
	case KEY_DOWN:
	case KEY_PPAGE:
	case KEY_NPAGE:
		top_model__act(model, find(key));
		break;
	default:
		if (key >= ' ' && key <= '~')
			top_model__type(model, (char)key);
	}
}

void top_keys__press(struct top_model *model, int key)
{
	if (model->typing)
		type(model, key);
	else
		top_model__act(model, find(key));
}
