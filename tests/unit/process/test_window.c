// SPDX-License-Identifier: GPL-2.0-only
/* What ends a window, what comes first where several things come at once. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "process/events.h"

#define MS 1000000ull

static struct window window;
static struct child child;

static int setup(void **state)
{
	(void)state;
	memset(&child, 0, sizeof(child));
	return window__prepare(&window);
}

static int teardown(void **state)
{
	(void)state;
	window__close(&window);
	return 0;
}

static void start(const char *command)
{
	char *argv[] = {"sh", "-c", (char *)(uintptr_t)command, NULL};

	assert_int_equal(child__start(&child, argv), 0);
	assert_int_equal(child__release(&child), 0);
}

static void duration_ends_it(void **state)
{
	(void)state;
	assert_int_equal(window__open(&window, 30 * MS, 0, 0, NULL), 0);
	assert_int_equal(window__wait(&window), WINDOW_DURATION);
	assert_in_range(window__elapsed(&window), 30 * MS, 5000 * MS);
}

/* -i 100ms -d 350ms: three intervals, then the end. */
static void intervals_come_before_the_end(void **state)
{
	int intervals = 0;
	enum window_event event;

	(void)state;
	assert_int_equal(window__open(&window, 350 * MS, 100 * MS, 0, NULL), 0);
	while ((event = window__wait(&window)) == WINDOW_INTERVAL)
		intervals++;
	assert_int_equal(event, WINDOW_DURATION);
	assert_int_equal(intervals, 3);
}

/* What has come while nobody waited comes in order of importance, each once. */
static void order_of_events(void **state)
{
	(void)state;
	start("exit 3");
	assert_int_equal(window__open(&window, 20 * MS, 10 * MS, 5 * MS, &child), 0);
	while (!child__poll(&child))
		poll(NULL, 0, 1);
	poll(NULL, 0, 40);
	kill(getpid(), SIGTERM);
	assert_int_equal(window__wait(&window), WINDOW_SIGNAL);
	assert_int_equal(window__wait(&window), WINDOW_COMMAND);
	window.child = NULL;
	assert_int_equal(window__wait(&window), WINDOW_DURATION);
	assert_int_equal(window__wait(&window), WINDOW_INTERVAL);
	assert_int_equal(window__wait(&window), WINDOW_TICK);
}

static void end_of_an_interval_that_is_the_end(void **state)
{
	(void)state;
	assert_int_equal(window__open(&window, 20 * MS, 20 * MS, 0, NULL), 0);
	poll(NULL, 0, 60);
	assert_int_equal(window__wait(&window), WINDOW_DURATION);
}

static void each_signal_ends_it(void **state)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

	(void)state;
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		kill(getpid(), signals[i]);
		assert_int_equal(window__wait(&window), WINDOW_SIGNAL);
	}
}

static void command_ends_it(void **state)
{
	(void)state;
	start("sleep 0.03; exit 5");
	assert_int_equal(window__open(&window, 20000 * MS, 0, 0, &child), 0);
	assert_int_equal(window__wait(&window), WINDOW_COMMAND);
	assert_int_equal(child.exit, 5);
	assert_in_range(window__elapsed(&window), 20 * MS, 10000 * MS);
}

/* A child that is not the command's wakes us up and is no reason to end. */
static void another_child_does_not(void **state)
{
	pid_t pid = fork();

	(void)state;
	if (!pid)
		_exit(0);
	assert_int_equal(window__open(&window, 50 * MS, 0, 0, NULL), 0);
	assert_int_equal(window__wait(&window), WINDOW_DURATION);
}

static void ticks(void **state)
{
	(void)state;
	assert_int_equal(window__open(&window, 0, 0, 10 * MS, NULL), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(window__wait(&window), WINDOW_TICK);
}

static void long_durations(void **state)
{
	(void)state;
	/* a century */
	assert_int_equal(window__open(&window, 3155760000ull * 1000 * MS, 1, 0, NULL), 0);
	assert_int_equal(window__wait(&window), WINDOW_INTERVAL);
}

static void terminal_events(void **state)
{
	int keys[2];
	char key;

	(void)state;
	assert_int_equal(pipe(keys), 0);
	assert_int_equal(window__watch_terminal(&window, keys[0]), 0);
	assert_int_equal(window__open(&window, 60000 * MS, 0, 0, NULL), 0);
	kill(getpid(), SIGWINCH);
	kill(getpid(), SIGTSTP); /* would stop us if it were not watched */
	assert_int_equal(window__wait(&window), WINDOW_SUSPEND);
	assert_int_equal(window__wait(&window), WINDOW_RESIZE);
	kill(getpid(), SIGCONT);
	assert_int_equal(window__wait(&window), WINDOW_RESIZE);
	assert_int_equal(write(keys[1], "q", 1), 1);
	assert_int_equal(window__wait(&window), WINDOW_INPUT);
	assert_int_equal(window__wait(&window), WINDOW_INPUT); /* until it is read */
	assert_int_equal(read(keys[0], &key, 1), 1);
	close(keys[1]); /* the terminal is gone */
	assert_int_equal(window__wait(&window), WINDOW_INPUT);
	kill(getpid(), SIGHUP);
	assert_int_equal(window__wait(&window), WINDOW_SIGNAL);
	close(keys[0]);
}

static void another_interval(void **state)
{
	(void)state;
	assert_int_equal(window__open(&window, 60000 * MS, 50000 * MS, 0, NULL), 0);
	assert_int_equal(window__set_interval(&window, 10 * MS), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(window__wait(&window), WINDOW_INTERVAL);
	assert_in_range(window__elapsed(&window), 20 * MS, 40000 * MS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(duration_ends_it),	      TEST(intervals_come_before_the_end),
		TEST(order_of_events),	      TEST(end_of_an_interval_that_is_the_end),
		TEST(each_signal_ends_it),    TEST(command_ends_it),
		TEST(another_child_does_not), TEST(ticks),
		TEST(long_durations),	      TEST(terminal_events),
		TEST(another_interval),
	};

	return cmocka_run_group_tests_name("window", tests, NULL, NULL);
}
