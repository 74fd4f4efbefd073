// SPDX-License-Identifier: GPL-2.0-only
/* gfptrace top: what run reports, live, on a full screen. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/commands.h"
#include "session/confine.h"
#include "process/helper.h"
#include "base/log.h"
#include "process/sandbox.h"
#include "session/session.h"
#include "process/oom.h"
#include "top/draw.h"
#include "top/keys.h"
#include "top/model.h"
#include "top/screen.h"
#include "process/events.h"

#define TICK_NS	    250000000ull
#define SHORTEST_NS 100000000ull
#define LONGEST_NS  3600000000000ull

/* The reports of one refresh. */
struct refresh {
	struct report *last, *since;
};

struct top {
	const struct options *options;
	struct session session;
	struct keeper keeper;
	struct window window;
	struct top_model model;
	struct refresh taken, shown; /* two while the screen is held, else one and the same */
	uint64_t activated_ns, start_ns, interval_ns;
};

static void drop(struct refresh *refresh)
{
	report__free(refresh->last);
	report__free(refresh->since);
	*refresh = (struct refresh){};
}

/* Put what was taken last on the screen, unless it is held. */
static void show_taken(struct top *top)
{
	struct refresh before = top->shown;

	if (!top->taken.last || (top->model.paused && before.last))
		return;
	top->shown = top->taken;
	top->taken = (struct refresh){};
	top_model__show(&top->model, top->shown.last, top->shown.since);
	drop(&before);
}

/* The interval is over. Where memory is short the reports before this one stay. */
static void take_reports(struct top *top)
{
	uint64_t now = window__now();
	struct refresh refresh;

	top->model.starved = true;
	refresh.last = session__report(&top->session, (struct lapse){top->start_ns, now});
	if (!refresh.last)
		return;
	top->start_ns = now;
	top_model__remember(&top->model, refresh.last);
	refresh.since = session__report_all(&top->session, (struct lapse){top->activated_ns, now});
	if (!refresh.since) {
		drop(&refresh);
		return;
	}
	top->model.starved = false;
	drop(&top->taken);
	top->taken = refresh;
	show_taken(top);
}

static void draw(struct top *top)
{
	top_draw__measure(&top->model);
	top_model__update(&top->model);
	top_draw(&top->model);
}

static int start_interval(struct top *top)
{
	int err = window__set_interval(&top->window, top->interval_ns);

	if (!err)
		return STATUS_OK;
	log_err(err, "timers");
	return STATUS_INTERNAL;
}

static int change_interval(struct top *top)
{
	int faster = top->model.faster;

	top->model.faster = 0;
	if (!faster)
		return STATUS_OK;
	for (; faster > 0 && top->interval_ns / 2 >= SHORTEST_NS; faster--)
		top->interval_ns /= 2;
	for (; faster < 0 && top->interval_ns * 2 <= LONGEST_NS; faster++)
		top->interval_ns *= 2;
	return start_interval(top);
}

/* All keys that wait. Returns an exit status; the end of the terminal is the end. */
static int press_keys(struct top *top)
{
	bool gone;
	int key;

	while ((key = screen__key(&gone)) >= 0) {
		top_keys__press(&top->model, key);
		top_draw__measure(&top->model);
		top_model__update(&top->model);
	}
	top->model.quit |= gone;
	show_taken(top);
	return change_interval(top);
}

static void tick(struct top *top)
{
	struct session_totals totals = session__totals(&top->session);

	session__watch(&top->session, &totals);
	if (!top->shown.last && top->interval_ns > TICK_NS) {
		take_reports(top); /* the first one soon, however long the interval */
		draw(top);
	}
}

/* Returns an exit status. */
static int watch(struct top *top)
{
	int status = STATUS_OK;

	draw(top);
	while (!status && !top->model.quit) {
		switch (window__wait(&top->window)) {
		case WINDOW_TICK:
			tick(top);
			continue;
		case WINDOW_INTERVAL:
			take_reports(top);
			break;
		case WINDOW_INPUT:
			status = press_keys(top);
			break;
		case WINDOW_SUSPEND:
			screen__suspend();
			screen__resized();
			break;
		case WINDOW_RESIZE:
			screen__resized();
			break;
		case WINDOW_ERROR:
			log_error("cannot wait for the terminal");
			status = STATUS_INTERNAL;
			break;
		default:
			return STATUS_OK;
		}
		if (!status && !top->model.quit)
			draw(top);
	}
	return status;
}

/* Memory for all of it before anything is traced. */
static int prepare(struct top *top)
{
	int status, err;

	if (window__prepare(&top->window)) {
		log_error("cannot wait for signals");
		return STATUS_INTERNAL;
	}
	err = keeper__start(&top->keeper, NULL, 0, !top->options->failures_only);
	if (err) {
		log_err(err, "cannot start the keeper");
		return STATUS_INTERNAL;
	}
	status = session__open(&top->session, top->options, &top->keeper);
	if (status)
		return status;
	top->session.way.keep_slowest = true;
	if (window__watch_terminal(&top->window, STDIN_FILENO)) {
		log_error("cannot wait for signals");
		return STATUS_INTERNAL;
	}
	status = screen__open();
	if (status)
		return status;
	top_draw__init();
	if (top_model__init(&top->model, top_draw__levels())) {
		log_error("not enough memory for the screen");
		return STATUS_INTERNAL;
	}
	survive(tracer__timed(top->session.tracer));
	return STATUS_OK;
}

static int run(struct top *top)
{
	int status = prepare(top), err;

	if (!status)
		status = session__activate(&top->session);
	if (status)
		return status;
	top->interval_ns = top->options->interval_ns;
	err = window__open(&top->window, top->options->duration_ns, top->interval_ns, TICK_NS,
			   NULL);
	if (err) {
		log_err(err, "timers");
		return STATUS_INTERNAL;
	}
	top->activated_ns = top->start_ns = top->window.start_ns;
	status = confine(&top->session, SANDBOX_TTY);
	return status ? status : watch(top);
}

int cmd_top(int argc, char **argv)
{
	static struct options options;
	struct top *top;
	int status;

	if (!command__begin(COMMAND_TOP, argc, argv, &options, &status))
		return status;
	status = screen__check();
	if (status)
		return status;
	top = calloc(1, sizeof(*top));
	if (!top) {
		log_err(-ENOMEM, "counters");
		return STATUS_INTERNAL;
	}
	top->options = &options;
	top->window = (struct window){.signals = -1, .duration = -1, .interval = -1, .tick = -1};
	status = run(top);
	screen__close();
	window__close(&top->window);
	session__close(&top->session);
	keeper__end(&top->keeper);
	top_model__free(&top->model);
	drop(&top->taken);
	drop(&top->shown);
	free(top);
	return status;
}
