/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The terminal of `top`: taken over and given back as it was, whatever ends us. What is written
 * to stderr meanwhile comes out afterwards.
 */
#ifndef GFPTRACE_USER_TOP_SCREEN_H
#define GFPTRACE_USER_TOP_SCREEN_H

#include <stdbool.h>

/* Is there a terminal that can be drawn on? Returns an exit status; why not is logged. */
int screen__check(void);

/* Take it over. Returns an exit status; the error is logged. */
int screen__open(void);
void screen__close(void); /* also when it is not open */

/*
 * Its size has changed, or someone else has used it. Where there is no memory for a larger screen
 * the old one goes on.
 */
void screen__resized(void);

/* Give it back and stop, as for Ctrl-Z, until SIGCONT; then call screen__resized(). */
void screen__suspend(void);

/* The next key, -1 where none was pressed; `gone`: the terminal is not there any more. */
int screen__key(bool *gone);

#endif
