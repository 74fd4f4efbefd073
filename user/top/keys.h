/* SPDX-License-Identifier: GPL-2.0-only */
/* The keys of `top`: one table for what they do and for the help screen. */
#ifndef GFPTRACE_USER_TOP_KEYS_H
#define GFPTRACE_USER_TOP_KEYS_H

#include "top/model.h"

struct top_key {
	int keys[6]; /* as getch() gives them; 0 ends */
	enum top_action action;
	const char *name; /* for the help; NULL: not there */
	const char *help;
};

extern const struct top_key top_keys[]; /* ends with a first key of 0 */

/* What a key means to the model, which may be in the midst of a filter. */
void top_keys__press(struct top_model *model, int key);

#endif
