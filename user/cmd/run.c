// SPDX-License-Identifier: GPL-2.0-only
/* gfptrace run: trace for a while, or while a command runs, and print the report. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "process/child.h"
#include "cmd/commands.h"
#include "session/confine.h"
#include "base/log.h"
#include "process/output.h"
#include "cmd/run_trace.h"
#include "session/session.h"
#include "process/oom.h"
#include "base/units.h"
#include "process/events.h"

#define TICK_NS	       250000000ull
#define STOP_TICK_NS   10000000ull /* with --stop-on: so soon it stops */
#define CHILD_GRACE_MS 2000

struct run {
	const struct options *options;
	struct keeper *keeper;
	struct session session;
	run_deliver *deliver;
	void *context;
	struct window window;
	struct child children[OPTIONS_REPEAT]; /* one for each repetition, held until its turn */
	struct child *child;		       /* whose turn it is */
	struct timespec start;		       /* of the current report's window, CLOCK_REALTIME */
	uint64_t start_ns;
	uint64_t began_ns;  /* when the command was given */
	uint64_t ticked_ns; /* the last whole tick */
	bool status_line;
	struct run_end end;
};

static void clear_status_line(const struct run *run)
{
	if (run->status_line)
		fputs("\r\033[K", stderr);
}

static void draw_status_line(const struct run *run, struct session_totals totals)
{
	double elapsed = (double)window__elapsed(&run->window) / 1e9;
	double left = (double)run->options->duration_ns / 1e9 - elapsed;

	fprintf(stderr,
		"\r\033[K%s %.1f s  requests %" PRIu64 "  failed %" PRIu64 "  missed %" PRIu64,
		left > 0 ? "left" : "for", left > 0 ? left : elapsed, totals.counted, totals.failed,
		totals.missed);
	fflush(stderr);
}

/* Has happened what --stop-on names? */
static bool is_stop(const struct options *options, const struct session_totals *totals)
{
	return (options->stop_on.failure && totals->failed) ||
	       (options->stop_on.latency_ns && totals->max_ns > options->stop_on.latency_ns);
}

/* Returns whether the run is to stop. */
static bool tick(struct run *run)
{
	struct session_totals totals = session__totals(&run->session);
	uint64_t now = window__now();

	if (is_stop(run->options, &totals))
		return true;
	if (now - run->ticked_ns < TICK_NS - STOP_TICK_NS)
		return false;
	run->ticked_ns = now;
	session__watch(&run->session, &totals);
	if (run->status_line)
		draw_status_line(run, totals);
	return false;
}

static int describe_command(struct report *report, const struct run *run)
{
	char **argv = run->options->command;
	size_t count = 1; /* options.c refuses an empty command */

	if (!argv)
		return 0;
	while (argv[count])
		count++;
	report->window.argv = calloc(count, sizeof(*report->window.argv));
	if (!report->window.argv)
		return -ENOMEM;
	report->window.has_command = true;
	report->window.nr_argv = count;
	report->window.command_exit = run->child->exit;
	for (size_t i = 0; i < count; i++) {
		report->window.argv[i] = report__string(report, argv[i]);
		if (!report->window.argv[i])
			return -ENOMEM;
	}
	return 0;
}

/* More loss than --max-loss bears is an error where it was given. */
static void check_loss(struct run *run, const struct report *report)
{
	double percent = 100.0 * report__loss_ratio(report);

	if (!run->options->max_loss_given || percent <= run->options->max_loss)
		return;
	log_error("%.3g %% of the requests were missed, more than --max-loss %g", percent,
		  run->options->max_loss);
	run->end.lossy = true;
}

static void advance(struct timespec *moment, uint64_t ns)
{
	const uint64_t second = 1000000000;
	uint64_t part = (uint64_t)moment->tv_nsec + ns % second;

	moment->tv_sec += (time_t)(ns / second + part / second);
	moment->tv_nsec = (long)(part % second);
}

/* Deliver the report of the window that ends now. Returns an exit status. */
static int deliver_report(struct run *run, const char *stopped_by, uint64_t end_ns)
{
	const struct lapse lapse = {run->start_ns, end_ns};
	struct report *report = session__report(&run->session, lapse);
	char start[UNITS_MOMENT];
	int err;

	clear_status_line(run);
	if (!report)
		return STATUS_INTERNAL;
	report->window.start = report__string(report, format__moment(&run->start, start));
	report->window.stopped_by = stopped_by;
	check_loss(run, report);
	err = describe_command(report, run);
	if (err) {
		report__free(report);
		log_err(err, "report");
		return STATUS_INTERNAL;
	}
	advance(&run->start, lapse.end_ns - lapse.start_ns);
	run->start_ns = end_ns;
	return run->deliver(report, run->context);
}

static const char *stop_word(enum window_event event)
{
	switch (event) {
	case WINDOW_DURATION:
		return "duration";
	case WINDOW_COMMAND:
		return "command";
	default:
		return "signal";
	}
}

/* From the first request of a window to its report. Returns an exit status. */
static int trace(struct run *run, bool last, bool *ended)
{
	const struct options *options = run->options;
	enum window_event event = WINDOW_ERROR;
	uint64_t end_ns;
	int status = STATUS_OK;

	for (;;) {
		event = window__wait(&run->window);
		if (event == WINDOW_TICK)
			run->end.stopped = tick(run);
		else if (event == WINDOW_INTERVAL)
			status = deliver_report(run, "duration", window__now());
		else
			break;
		if (status || run->end.stopped)
			break;
	}
	end_ns = window__now();
	*ended = last || status || run->end.stopped || event == WINDOW_SIGNAL ||
		 event == WINDOW_ERROR;
	if (*ended)
		session__stop(&run->session);
	if (options->command && !run->child->ended)
		child__end(run->child, CHILD_GRACE_MS, run->keeper);
	if (options->command && run->child->exit)
		log_info("'%s' ended with status %d", options->command[0], run->child->exit);
	if (status)
		return status;
	if (event == WINDOW_ERROR) {
		log_error("cannot wait for the end of the window");
		return STATUS_INTERNAL;
	}
	return deliver_report(run, run->end.stopped ? "stop-on" : stop_word(event), end_ns);
}

static bool has_stop(const struct options *options)
{
	return options->stop_on.failure || options->stop_on.latency_ns;
}

/* Start the clocks and the command. Returns an exit status. */
static int begin(struct run *run)
{
	const struct options *options = run->options;
	int err;

	clock_gettime(CLOCK_REALTIME, &run->start);
	err = window__open(&run->window, options->duration_ns, options->interval_ns,
			   has_stop(options) ? STOP_TICK_NS : TICK_NS,
			   options->command ? run->child : NULL);
	run->start_ns = run->window.start_ns;
	if (err) {
		log_err(err, "timers");
		return STATUS_INTERNAL;
	}
	if (!options->command)
		return STATUS_OK;
	err = child__release(run->child);
	if (!err)
		return STATUS_OK;
	log_err(err, "cannot execute '%s'", options->command[0]);
	return STATUS_USAGE;
}

/* What came since the last window belongs to none. Returns an exit status. */
static int skip_gap(struct run *run)
{
	struct report *report =
		session__report(&run->session, (struct lapse){run->start_ns, window__now()});

	report__free(report);
	return report ? STATUS_OK : STATUS_INTERNAL;
}

/* One window after another. Returns an exit status. */
static int trace_windows(struct run *run)
{
	uint64_t repeat = run->options->repeat, i;
	int status = session__activate(&run->session);
	bool ended = false;

	log_verbose("active %.0f ms after the start",
		    (double)(window__now() - run->began_ns) / 1e6);
	if (!status)
		status = confine(&run->session, 0);
	for (i = 0; i < repeat && !status && !ended; i++) {
		run->child = &run->children[i];
		if (i)
			status = skip_gap(run);
		if (!status)
			status = begin(run);
		if (!status)
			status = trace(run, i + 1 == repeat, &ended);
	}
	return status;
}

/* All at once and before survive(): a command must not inherit what protects us. */
static int fork_commands(struct run *run)
{
	char **command = run->options->command;
	int err = 0;

	for (size_t i = 0; command && i < run->options->repeat && !err; i++)
		err = child__start(&run->children[i], command);
	if (!err)
		return STATUS_OK;
	log_err(err, "cannot start '%s'", command[0]);
	return STATUS_INTERNAL;
}

/* After the commands, which it may have to end, and before anything is loaded, like them. */
static int start_keeper(struct run *run)
{
	pid_t commands[OPTIONS_REPEAT];
	size_t count = 0;
	int err;

	_Static_assert(OPTIONS_REPEAT <= KEEPER_COMMANDS, "the keeper may signal each");

	for (size_t i = 0; i < run->options->repeat; i++)
		if (run->children[i].pid)
			commands[count++] = run->children[i].pid;
	err = keeper__start(run->keeper, commands, count, !run->options->failures_only);
	if (!err)
		return STATUS_OK;
	log_err(err, "cannot start the keeper");
	return STATUS_INTERNAL;
}

static int run_window(struct run *run)
{
	int status = STATUS_OK;

	if (window__prepare(&run->window)) {
		log_error("cannot wait for signals");
		return STATUS_INTERNAL;
	}
	/* before anything is loaded: a link that the child held, too, could not be detached */
	status = fork_commands(run);
	if (!status)
		status = start_keeper(run);
	if (!status)
		status = session__open(&run->session, run->options, run->keeper);
	if (status)
		return status;
	survive(tracer__timed(run->session.tracer));
	status = trace_windows(run);
	if (run->session.helpless_share > 0)
		log_warning("--budget %g was not kept: to count alone took up to %.1f %% of the "
			    "machine; --failures-only attaches nothing to requests that succeed",
			    run->options->budget, run->session.helpless_share * 100);
	return status;
}

static int check_repeat(const struct options *options)
{
	if (options->repeat == 1)
		return STATUS_OK;
	if (options->interval_ns) {
		log_error("--repeat and --interval exclude each other");
		return STATUS_USAGE;
	}
	if (options->duration_ns || options->command)
		return STATUS_OK;
	log_error("--repeat needs a window that ends: -d TIME or -- CMD");
	return STATUS_USAGE;
}

int run__check(const struct options *options)
{
	int err, status = check_repeat(options);

	if (status || !options->command)
		return status;
	err = child__check(options->command[0]);
	if (!err)
		return STATUS_OK;
	log_err(err, "cannot execute '%s'", options->command[0]);
	return STATUS_USAGE;
}

int run__trace(const struct options *options, struct keeper *keeper, run_deliver *deliver,
	       void *context, struct run_end *end)
{
	struct run *run = calloc(1, sizeof(*run));
	int status;

	if (!run) {
		log_err(-ENOMEM, "counters");
		return STATUS_INTERNAL;
	}
	run->began_ns = window__now();
	run->options = options;
	run->keeper = keeper;
	run->deliver = deliver;
	run->context = context;
	/* the command owns the terminal that it shares with us */
	run->status_line = isatty(STDERR_FILENO) && log__level() >= LOG_NORMAL && !options->command;
	status = run_window(run);
	clear_status_line(run);
	*end = run->end;
	for (size_t i = 0; i < options->repeat; i++)
		child__end(&run->children[i], 0, keeper);
	window__close(&run->window);
	session__close(&run->session);
	free(run);
	return status;
}

struct printer {
	const struct format *format;
	struct output *output;
};

static int print(struct report *report, void *context)
{
	struct printer *printer = context;
	int err = output__write(printer->output, printer->format, report);

	report__free(report);
	return output__status(err);
}

int cmd_run(int argc, char **argv)
{
	static struct options options;
	struct printer printer;
	struct keeper keeper = {};
	struct run_end end;
	int status;

	if (!command__begin(COMMAND_RUN, argc, argv, &options, &status))
		return status;
	status = run__check(&options);
	if (status)
		return status;
	printer.format = options.format;
	if (output__open(&printer.output, options.output))
		return STATUS_USAGE;
	if (output__entrust(printer.output, &keeper))
		return STATUS_INTERNAL;
	status = run__trace(&options, &keeper, print, &printer, &end);
	if (status)
		output__discard(printer.output);
	else
		status = output__status(output__close(printer.output));
	keeper__end(&keeper);
	if (status)
		return status;
	return end.lossy ? STATUS_INTERNAL : end.stopped ? STATUS_VIOLATED : STATUS_OK;
}
