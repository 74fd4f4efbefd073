// SPDX-License-Identifier: GPL-2.0-only
/* gfptrace serve: trace until a signal comes, and let Prometheus and browsers ask for it. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cmd/commands.h"
#include "session/confine.h"
#include "format/formats.h"
#include "serve/http.h"
#include "process/helper.h"
#include "base/log.h"
#include "process/sandbox.h"
#include "session/session.h"
#include "serve/stable_series.h"
#include "process/oom.h"
#include "base/units.h"
#include "process/events.h"

#define TICK_NS 1000000000ull

struct serve {
	struct session session;
	struct keeper keeper;
	struct steady *steady;
	struct http *http;
	struct hosts hosts;
	struct window window;
	struct timespec start; /* CLOCK_REALTIME */
	uint64_t start_ns;
};

enum page { PAGE_METRICS, PAGE_REPORT, PAGE_HTML, PAGE_HEALTH, PAGES };

/* clang-format off */
static const struct http_page pages[PAGES] = {
	[PAGE_METRICS] = {"/metrics", "text/plain; version=0.0.4; charset=utf-8"},
	[PAGE_REPORT] = {"/report.json", "application/json"},
	[PAGE_HTML] = {"/", "text/html; charset=utf-8"},
	[PAGE_HEALTH] = {"/healthz", "text/plain; charset=utf-8"},
};
/* clang-format on */

/* All since the start. NULL when memory is short. */
static struct report *make_report(struct serve *serve)
{
	const struct lapse lapse = {serve->start_ns, window__now()};
	struct report *report = session__report_so_far(&serve->session, lapse);
	char start[UNITS_MOMENT];

	if (!report)
		return NULL;
	report->window.start = report__string(report, format__moment(&serve->start, start));
	report->window.stopped_by = "duration";
	if (report->window.start)
		return report;
	report__free(report);
	return NULL;
}

static int write_page(struct serve *serve, enum page page, FILE *file)
{
	static const char *const names[] = {"prom", "json", "html"};
	const struct format_options options = {};
	struct report *report;
	int err = 0;

	if (page == PAGE_HEALTH)
		return fputs("ok\n", file) < 0 ? -ENOMEM : 0;
	report = make_report(serve);
	if (!report)
		return -ENOMEM;
	if (page == PAGE_METRICS)
		err = steady__apply(serve->steady, report);
	if (!err)
		err = format__find(names[page])->write(file, report, &options);
	report__free(report);
	return err;
}

static int render(size_t page, char **body, size_t *size, void *context)
{
	FILE *file = open_memstream(body, size);
	int err;

	if (!file)
		return -ENOMEM;
	err = write_page(context, (enum page)page, file);
	if (fclose(file) && !err)
		err = -ENOMEM;
	if (err) {
		free(*body);
		*body = NULL;
	}
	return err;
}

/* Returns a listening socket, or -1 with *status set. Before anything is attached. */
static int open_socket(struct address *address, int *status)
{
	char text[ADDRESS_TEXT];
	int fd = address__listen(address);

	address__format(address, text);
	if (fd < 0) {
		log_err(fd, "cannot listen on %s", text);
		if (fd == -EADDRINUSE)
			log_hint("another exporter may run there: --listen ADDR:PORT");
		*status = fd == -EACCES || fd == -EPERM ? STATUS_UNSUPPORTED : STATUS_USAGE;
		return -1;
	}
	if (!address__is_loopback(address))
		log_warning("%s is not this machine's alone: whoever reaches it reads what runs "
			    "here",
			    text);
	return fd;
}

static int open_http(struct serve *serve, const struct options *options, int socket)
{
	int err;

	hosts__init(&serve->hosts, options->allow_hosts.value, options->allow_hosts.nr);
	err = http__open(&serve->http, socket, &serve->hosts, pages, PAGES, render, serve);

	if (!err)
		return STATUS_OK;
	log_err(err, "HTTP server");
	if (err != -ELIBACC)
		return STATUS_INTERNAL;
	log_hint("libmicrohttpd 12 is not there: tools/setup, or apt-get install libmicrohttpd12");
	return STATUS_UNSUPPORTED;
}

static int begin(struct serve *serve, const struct options *options)
{
	char text[ADDRESS_TEXT];
	int status, err = keeper__start(&serve->keeper, NULL, 0, !options->failures_only);

	if (err) {
		log_err(err, "cannot start the keeper");
		return STATUS_INTERNAL;
	}
	status = session__open(&serve->session, options, &serve->keeper);
	if (status)
		return status;
	survive(tracer__timed(serve->session.tracer));
	status = session__activate(&serve->session);
	if (status)
		return status;
	clock_gettime(CLOCK_REALTIME, &serve->start);
	if (window__open(&serve->window, 0, 0, TICK_NS, NULL)) {
		log_error("no timers");
		return STATUS_INTERNAL;
	}
	serve->start_ns = serve->window.start_ns;
	status = confine(&serve->session, SANDBOX_NET);
	if (status)
		return status;
	log_info("serving http://%s/metrics", address__format(&options->listen, text));
	return STATUS_OK;
}

static void tick(struct serve *serve)
{
	struct session_totals totals = session__totals(&serve->session);

	session__watch(&serve->session, &totals);
}

/* What our own clocks and signals have to say. Returns whether to go on. */
static bool take_event(struct serve *serve, int *status)
{
	enum window_event event = window__wait(&serve->window);

	if (event == WINDOW_TICK) {
		tick(serve);
		return true;
	}
	*status = event == WINDOW_SIGNAL ? STATUS_OK : STATUS_INTERNAL;
	if (*status)
		log_error("cannot wait for signals and the clock");
	return false;
}

/* Returns an exit status. */
static int serve_all(struct serve *serve)
{
	enum { SIGNALS, TICK, OURS };
	struct pollfd wait[OURS + HTTP_FDS] = {
		[SIGNALS] = {.fd = serve->window.signals, .events = POLLIN},
		[TICK] = {.fd = serve->window.tick, .events = POLLIN},
	};
	int status = STATUS_OK, wait_ms;

	for (;;) {
		size_t nr = http__want(serve->http, wait + OURS, &wait_ms);

		if (poll(wait, OURS + nr, wait_ms) < 0) {
			if (errno == EINTR)
				continue;
			log_err(-errno, "poll");
			return STATUS_INTERNAL;
		}
		/* something is there: it does not wait */
		if ((wait[SIGNALS].revents || wait[TICK].revents) && !take_event(serve, &status))
			return status;
		http__run(serve->http, wait + OURS, nr);
	}
}

static int serve_on(struct serve *serve, const struct options *options, int socket)
{
	int status = open_http(serve, options, socket);

	if (status)
		return status;
	serve->steady = steady__new();
	if (!serve->steady || window__prepare(&serve->window)) {
		log_error("cannot wait for signals");
		return STATUS_INTERNAL;
	}
	status = begin(serve, options);
	if (!status) {
		status = serve_all(serve);
		session__stop(&serve->session);
	}
	session__close(&serve->session);
	window__close(&serve->window);
	return status;
}

int cmd_serve(int argc, char **argv)
{
	static struct options options;
	struct serve *serve;
	int status, socket;

	if (!command__begin(COMMAND_SERVE, argc, argv, &options, &status))
		return status;
	socket = open_socket(&options.listen, &status);
	if (socket < 0)
		return status;
	serve = calloc(1, sizeof(*serve));
	if (!serve) {
		log_err(-ENOMEM, "counters");
		return STATUS_INTERNAL;
	}
	status = serve_on(serve, &options, socket);
	http__close(serve->http);
	keeper__end(&serve->keeper);
	steady__free(serve->steady);
	free(serve);
	return status;
}
