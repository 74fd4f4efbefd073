// SPDX-License-Identifier: GPL-2.0-only
#include "process/events.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S 1000000000ull

uint64_t window__now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static void fill_ends(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGQUIT);
}

int window__prepare(struct window *window)
{
	sigset_t set;

	*window = (struct window){
		.signals = -1, .duration = -1, .interval = -1, .tick = -1, .input = -1};
	fill_ends(&set);
	sigaddset(&set, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	window->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return window->signals < 0 ? -errno : 0;
}

int window__watch_terminal(struct window *window, int input)
{
	sigset_t set;

	fill_ends(&set);
	sigaddset(&set, SIGWINCH);
	sigaddset(&set, SIGTSTP);
	sigaddset(&set, SIGCONT);
	window->input = input;
	if (sigprocmask(SIG_BLOCK, &set, NULL) || signalfd(window->signals, &set, 0) < 0)
		return -errno;
	return 0;
}

static int start_timer(int *timer, uint64_t first_ns, uint64_t period_ns)
{
	struct itimerspec spec = {
		.it_value = {(time_t)(first_ns / NS_PER_S), (long)(first_ns % NS_PER_S)},
		.it_interval = {(time_t)(period_ns / NS_PER_S), (long)(period_ns % NS_PER_S)},
	};

	if (!first_ns)
		return 0;
	if (*timer < 0)
		*timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (*timer < 0 || timerfd_settime(*timer, 0, &spec, NULL))
		return -errno;
	return 0;
}

int window__open(struct window *window, uint64_t duration_ns, uint64_t interval_ns,
		 uint64_t tick_ns, struct child *child)
{
	int err;

	window->child = child;
	window->start_ns = window__now();
	err = start_timer(&window->duration, duration_ns, 0);
	if (!err)
		err = start_timer(&window->interval, interval_ns, interval_ns);
	return err ? err : start_timer(&window->tick, tick_ns, tick_ns);
}

int window__set_interval(struct window *window, uint64_t interval_ns)
{
	return start_timer(&window->interval, interval_ns, interval_ns);
}

static bool expired(int timer)
{
	uint64_t times;

	return timer >= 0 && read(timer, &times, sizeof(times)) == sizeof(times);
}

/* A signal that ends the run, if one is pending; SIGCHLD only wakes us up. */
static bool signalled(struct window *window)
{
	struct signalfd_siginfo info;
	bool end = false;

	while (read(window->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGWINCH || info.ssi_signo == SIGCONT)
			window->resized = true;
		else if (info.ssi_signo == SIGTSTP)
			window->suspended = true;
		else
			end |= info.ssi_signo != SIGCHLD;
	}
	return end;
}

/* Tell once of what is noted. */
static bool take(bool *noted)
{
	bool was = *noted;

	*noted = false;
	return was;
}

enum window_event window__wait(struct window *window)
{
	struct pollfd wait[] = {
		{.fd = window->signals, .events = POLLIN},
		{.fd = window->duration, .events = POLLIN},
		{.fd = window->interval, .events = POLLIN},
		{.fd = window->tick, .events = POLLIN},
		{.fd = window->input, .events = POLLIN},
	};
	struct pollfd *input = &wait[4];

	for (;;) {
		bool signal = signalled(window);

		/* a Ctrl-C ends the command too: it is still the signal that ended us */
		if (signal)
			return WINDOW_SIGNAL;
		if (window->child && child__poll(window->child))
			return WINDOW_COMMAND;
		if (expired(window->duration))
			return WINDOW_DURATION;
		if (take(&window->suspended))
			return WINDOW_SUSPEND;
		if (take(&window->resized))
			return WINDOW_RESIZE;
		if (input->revents)
			return WINDOW_INPUT;
		if (expired(window->interval))
			return WINDOW_INTERVAL;
		if (expired(window->tick))
			return WINDOW_TICK;
		if (poll(wait, sizeof(wait) / sizeof(wait[0]), -1) < 0 && errno != EINTR)
			return WINDOW_ERROR;
	}
}

uint64_t window__elapsed(const struct window *window)
{
	return window__now() - window->start_ns;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

void window__close(struct window *window)
{
	close_fd(window->signals);
	close_fd(window->duration);
	close_fd(window->interval);
	close_fd(window->tick);
}
