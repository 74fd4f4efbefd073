// SPDX-License-Identifier: GPL-2.0-only
#include "process/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/helper.h"

static int check_path(const char *path)
{
	struct stat status;

	if (stat(path, &status))
		return -errno;
	if (S_ISDIR(status.st_mode))
		return -EACCES;
	return access(path, X_OK) ? -errno : 0;
}

int child__check(const char *command)
{
	const char *path = getenv("PATH");
	int err = -ENOENT, length;

	if (!*command || strchr(command, '/'))
		return *command ? check_path(command) : -ENOENT;
	for (path = path ? path : "/bin:/usr/bin"; path;
	     path = path[length] ? path + length + 1 : NULL) {
		char candidate[4096];
		int one;

		length = (int)strcspn(path, ":");
		snprintf(candidate, sizeof(candidate), "%.*s%s%s", length, path,
			 length ? "/" : "./", command);
		one = check_path(candidate);
		if (!one)
			return 0;
		/* as execvp() reports it: a file that is there but may not be run */
		if (one == -EACCES)
			err = one;
	}
	return err;
}

/* In the child: what the parent changed of itself is not the command's. */
static void run_command(char *const argv[], int go, int failed)
{
	sigset_t none;
	char byte;
	int err;

	if (read(go, &byte, 1) != 1)
		_exit(0); /* the parent gave up */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	execvp(argv[0], argv);
	err = errno;
	if (write(failed, &err, sizeof(err)) < 0)
		_exit(126);
	_exit(127);
}

int child__start(struct child *child, char *const argv[])
{
	int go[2], failed[2], err = 0;
	pid_t pid;

	memset(child, 0, sizeof(*child));
	if (pipe2(go, O_CLOEXEC))
		return -errno;
	if (pipe2(failed, O_CLOEXEC)) {
		err = -errno;
		close(go[0]);
		close(go[1]);
		return err;
	}
	pid = fork();
	if (!pid) {
		close(go[1]);
		run_command(argv, go[0], failed[1]);
	}
	if (pid < 0)
		err = -errno;
	close(go[0]);
	close(failed[1]);
	if (err) {
		close(go[1]);
		close(failed[0]);
		return err;
	}
	/* only a pid that is one: child__end() sends signals to it, and -1 means everyone */
	child->pid = pid;
	child->go = go[1];
	child->failed = failed[0];
	return 0;
}

int child__release(struct child *child)
{
	int err = 0;
	ssize_t got;

	if (write(child->go, "", 1) != 1)
		return -errno;
	close(child->go);
	got = read(child->failed, &err, sizeof(err));
	close(child->failed);
	return got == (ssize_t)sizeof(err) ? -err : 0;
}

static void note_end(struct child *child, int status)
{
	child->ended = true;
	child->exit = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

bool child__poll(struct child *child)
{
	int status;

	if (!child->pid || child->ended)
		return child->ended;
	if (waitpid(child->pid, &status, WNOHANG) == child->pid)
		note_end(child, status);
	return child->ended;
}

void child__end(struct child *child, int grace_ms, struct keeper *keeper)
{
	const int step_ms = 10;

	if (!child->pid || child__poll(child))
		return;
	keeper__signal(keeper, child->pid, SIGTERM);
	for (int waited = 0; waited < grace_ms && !child__poll(child); waited += step_ms)
		poll(NULL, 0, step_ms);
	if (!child->ended) {
		int status;

		/* one that cannot be killed is not waited for */
		if (keeper__signal(keeper, child->pid, SIGKILL))
			return;
		if (waitpid(child->pid, &status, 0) == child->pid)
			note_end(child, status);
	}
}
