/* SPDX-License-Identifier: GPL-2.0-only */
/* The stretch of time that a run traces, and what ends it. */
#ifndef GFPTRACE_USER_WINDOW_H
#define GFPTRACE_USER_WINDOW_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "process/child.h"

enum window_event {
	WINDOW_TICK,	 /* time to draw the status line */
	WINDOW_INTERVAL, /* an interval is over */
	WINDOW_DURATION,
	WINDOW_COMMAND,
	WINDOW_SIGNAL,
	WINDOW_INPUT, /* of window__watch_terminal() from here on: a key, or the terminal is gone */
	WINDOW_RESIZE,	/* another size, or the terminal was someone else's for a while */
	WINDOW_SUSPEND, /* Ctrl-Z */
	WINDOW_ERROR
};

struct window {
	int signals, duration, interval, tick;
	int input; /* -1: no terminal is watched */
	bool resized, suspended;
	uint64_t start_ns; /* CLOCK_MONOTONIC */
	struct child *child;
};

/*
 * Block the signals that end a run (SIGINT, SIGTERM, SIGHUP, SIGQUIT) and SIGCHLD, so
 * that window__wait() sees them. Call it before the child is forked. Returns 0 or a
 * negative errno.
 */
int window__prepare(struct window *window);

/*
 * Look after the terminal `input`, too: its keys, SIGWINCH, SIGTSTP, SIGCONT. Call it after
 * window__prepare(). Returns 0 or -errno.
 */
int window__watch_terminal(struct window *window, int input);

/* Start the clocks, again for a further window; 0: none of that kind. Returns 0 or -errno. */
int window__open(struct window *window, uint64_t duration_ns, uint64_t interval_ns,
		 uint64_t tick_ns, struct child *child);

/* Another interval from now on. Returns 0 or -errno. */
int window__set_interval(struct window *window, uint64_t interval_ns);

/* Wait for what comes next. The ends come before intervals, intervals before ticks. */
enum window_event window__wait(struct window *window);

uint64_t window__elapsed(const struct window *window);
void window__close(struct window *window);

/* Now on CLOCK_MONOTONIC, the clock of bpf_ktime_get_ns(). */
uint64_t window__now(void);

#endif
