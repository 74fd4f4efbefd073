/* SPDX-License-Identifier: GPL-2.0-only */
/* The model of `top` on the screen, with ncurses. */
#ifndef GFPTRACE_USER_TOP_DRAW_H
#define GFPTRACE_USER_TOP_DRAW_H

#include "top/model.h"

/* Colours where the terminal has them and NO_COLOR is not set. Call it with an open screen. */
void top_draw__init(void);

/* The characters of bars that this terminal shows. */
const char *const *top_draw__levels(void);

/* The room that the tables and pages have on the screen, into the model. */
void top_draw__measure(struct top_model *model);

void top_draw(struct top_model *model);

#endif
