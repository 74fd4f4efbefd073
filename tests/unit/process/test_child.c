// SPDX-License-Identifier: GPL-2.0-only
/* The command: looked up, held, let go, ended. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/child.h"
#include "process/helper.h"

/* not started: signals are sent by this process */
static struct keeper keeper;

static char folder[] = "/tmp/gfptrace-child.XXXXXX";

static void make_file(const char *name, mode_t mode, const char *text)
{
	FILE *file = fopen(name, "we");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(chmod(name, mode), 0);
}

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(folder) || chdir(folder) || mkdir("bin", 0755) || mkdir("bin/folder", 0755))
		return -1;
	make_file("bin/script", 0755, "#!/bin/sh\nexit 7\n");
	make_file("bin/data", 0644, "not to be run\n");
	make_file("bin/broken", 0755, "#!/no/such/interpreter\n");
	make_file("here", 0755, "#!/bin/sh\nexit 0\n");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink("bin/script");
	unlink("bin/data");
	unlink("bin/broken");
	unlink("here");
	return rmdir("bin/folder") || rmdir("bin") || chdir("/") || rmdir(folder);
}

static void with_path(const char *path, const char *command, int expected)
{
	char *old = strdup(getenv("PATH"));
	int err;

	if (path)
		setenv("PATH", path, 1);
	else
		unsetenv("PATH");
	err = child__check(command);
	setenv("PATH", old, 1);
	free(old);
	if (err != expected)
		fail_msg("PATH=%s: %s: %d, not %d", path ? path : "(none)", command, err, expected);
}

static void commands_by_path(void **state)
{
	(void)state;
	assert_int_equal(child__check("bin/script"), 0);
	assert_int_equal(child__check("./here"), 0);
	assert_int_equal(child__check("/bin/sh"), 0);
	assert_int_equal(child__check("bin/none"), -ENOENT);
	assert_int_equal(child__check("./bin"), -EACCES);
	assert_int_equal(child__check("bin/data"), -EACCES);
	assert_int_equal(child__check("bin/data/x"), -ENOTDIR);
	assert_int_equal(child__check(""), -ENOENT);
}

static void commands_by_search(void **state)
{
	(void)state;
	with_path("bin", "script", 0);
	with_path("/no/such:bin", "script", 0);
	with_path("bin", "none", -ENOENT);
	with_path("bin", "data", -EACCES);
	with_path("bin", "folder", -EACCES);
	/* the search goes on behind one that may not be run, and behind what is no folder */
	with_path("bin:/bin", "folder", -EACCES);
	with_path("bin/data:bin", "script", 0);
	with_path("bin/data", "none", -ENOENT);
	/* an empty element is the current folder, wherever it stands */
	with_path("", "here", 0);
	with_path(":/bin", "here", 0);
	with_path("/bin:", "here", 0);
	with_path("/bin::bin", "here", 0);
	with_path("/bin", "here", -ENOENT);
	with_path(NULL, "sh", 0);
	with_path(NULL, "gfptrace-no-such-command", -ENOENT);
}

/* Run a shell command to its end; returns its exit as the shell says it. */
static int run(const char *command)
{
	char *argv[] = {"sh", "-c", (char *)(uintptr_t)command, NULL};
	struct child child;

	assert_int_equal(child__start(&child, argv), 0);
	assert_int_equal(child__release(&child), 0);
	while (!child__poll(&child))
		poll(NULL, 0, 1);
	assert_true(child__poll(&child));
	return child.exit;
}

static void exit_status(void **state)
{
	(void)state;
	assert_int_equal(run("exit 0"), 0);
	assert_int_equal(run("exit 7"), 7);
	assert_int_equal(run("exit 255"), 255);
	assert_int_equal(run("kill -9 $$"), 137);
	assert_int_equal(run("kill -TERM $$"), 143);
	assert_int_equal(run("kill -INT $$"), 130);
}

static void held_until_released(void **state)
{
	char *argv[] = {"sh", "-c", "echo x > started", NULL};
	struct child child;

	(void)state;
	assert_int_equal(child__start(&child, argv), 0);
	poll(NULL, 0, 50);
	assert_false(child__poll(&child));
	assert_int_equal(access("started", F_OK), -1);
	assert_int_equal(child__release(&child), 0);
	while (!child__poll(&child))
		poll(NULL, 0, 1);
	assert_int_equal(unlink("started"), 0);
}

static void never_released(void **state)
{
	char *argv[] = {"sh", "-c", "echo x > started", NULL};
	struct child child;

	(void)state;
	assert_int_equal(child__start(&child, argv), 0);
	child__end(&child, 1000, &keeper);
	assert_true(child.ended);
	assert_int_equal(child.exit, 143);
	assert_int_equal(access("started", F_OK), -1);
}

static void failed_exec_is_told(void **state)
{
	static const struct {
		const char *command;
		int err;
	} cases[] = {
		{"bin/none", -ENOENT},
		{"bin/data", -EACCES},
		{"bin/folder", -EACCES},
		{"bin/broken", -ENOENT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *argv[] = {(char *)(uintptr_t)cases[i].command, NULL};
		struct child child;

		assert_int_equal(child__start(&child, argv), 0);
		assert_int_equal(child__release(&child), cases[i].err);
		child__end(&child, 1000, &keeper);
		assert_true(child.ended);
	}
}

static void term_is_enough(void **state)
{
	char *argv[] = {"sleep", "100", NULL};
	struct child child;

	(void)state;
	assert_int_equal(child__start(&child, argv), 0);
	assert_int_equal(child__release(&child), 0);
	child__end(&child, 5000, &keeper);
	assert_true(child.ended);
	assert_int_equal(child.exit, 143);
	child__end(&child, 5000, &keeper); /* once more does nothing */
	assert_int_equal(child.exit, 143);
}

static void one_that_ignores_term_is_killed(void **state)
{
	char *argv[] = {"sh", "-c", "trap '' TERM; echo x > ready; while :; do sleep 0.1; done",
			NULL};
	struct child child;

	(void)state;
	assert_int_equal(child__start(&child, argv), 0);
	assert_int_equal(child__release(&child), 0);
	while (access("ready", F_OK))
		poll(NULL, 0, 1);
	child__end(&child, 50, &keeper);
	assert_true(child.ended);
	assert_int_equal(child.exit, 137);
	unlink("ready");
}

static void no_child_at_all(void **state)
{
	struct child child = {};

	(void)state;
	assert_false(child__poll(&child));
	child__end(&child, 0, &keeper);
	assert_false(child.ended);
}

/* No descriptor of ours is the command's, and blocked signals are not blocked there. */
static void clean_surroundings(void **state)
{
	char command[512] = "for fd in";
	sigset_t set, old;

	(void)state;
	/* those that are free now: what runs this test may have left others open */
	for (int fd = 3; fd < 40; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			snprintf(command + strlen(command), sizeof(command) - strlen(command),
				 " %d", fd);
	strcat(command, "; do [ -e /proc/self/fd/$fd ] && exit $fd; done; exit 0");
	assert_int_equal(run(command), 0);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, &old);
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(run("grep -Eq '^SigBlk:.0+$' /proc/self/status"), 0);
	/* others may be ignored by whoever runs this test */
	assert_int_equal(run("ignored=$(sed -n 's/^SigIgn:.//p' /proc/self/status); "
			     "exit $((0x$ignored >> 12 & 1))"),
			 0); /* SIGPIPE is 13 */
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &old, NULL);
}

/*
 * Where fork() fails there is no pid, and child__end() must send no signal: kill(-1)
 * would go to every process. Tried by a process of its own, as a user of its own.
 */
static void no_fork(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	if (geteuid())
		skip();
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		struct rlimit none = {0, 0};
		char *argv[] = {"true", NULL};
		struct child child;

		if (setrlimit(RLIMIT_NPROC, &none) || setuid(54321))
			_exit(1);
		if (child__start(&child, argv) != -EAGAIN)
			_exit(2);
		_exit(child.pid ? 3 : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_by_path),
		cmocka_unit_test(commands_by_search),
		cmocka_unit_test(exit_status),
		cmocka_unit_test(held_until_released),
		cmocka_unit_test(never_released),
		cmocka_unit_test(failed_exec_is_told),
		cmocka_unit_test(term_is_enough),
		cmocka_unit_test(one_that_ignores_term_is_killed),
		cmocka_unit_test(no_child_at_all),
		cmocka_unit_test(clean_surroundings),
		cmocka_unit_test(no_fork),
	};

	return cmocka_run_group_tests_name("child", tests, setup, teardown);
}
