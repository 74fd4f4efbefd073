/* SPDX-License-Identifier: GPL-2.0-only */
/* The lines above the views: who, how much, what was lost and what it costs. Pure. */
#ifndef GFPTRACE_USER_TOP_HEAD_H
#define GFPTRACE_USER_TOP_HEAD_H

#include "top/model.h"

#define TOP_HEAD_LINES 3
#define TOP_HEAD_TEXT  256

/* Line `n` of the head, which may be wider than the screen: what matters comes first. */
void top_head__line(const struct top_model *model, size_t n, char text[TOP_HEAD_TEXT]);

/* How it is to strike the eye: failures and loss. */
enum top_mood top_head__mood(const struct top_model *model, size_t n);

/* The rates of the last intervals as characters, `width` at most. */
void top_head__spark(const struct top_model *model, size_t width, char text[TOP_HISTORY * 4 + 1]);

#endif
