/* SPDX-License-Identifier: GPL-2.0-only */
/* The command after `--`: started held, let go when tracing begins, reaped at the end. */
#ifndef GFPTRACE_USER_CHILD_H
#define GFPTRACE_USER_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

struct keeper;

struct child {
	pid_t pid;  /* 0: none */
	int go;	    /* write end: the child waits for it */
	int failed; /* read end: errno of a failed execve(), or end of file */
	bool ended;
	int exit; /* as the shell says it: 128 + N for signal N */
};

/* 0 if the command is a file that may be executed, by path or by PATH; else a negative errno. */
int child__check(const char *command);

/* Fork; the child stops before execve(). Returns 0 or a negative errno. */
int child__start(struct child *child, char *const argv[]);

/* Let it run. Returns 0, or the negative errno of its execve(). */
int child__release(struct child *child);

/* Has it ended? Never waits. */
bool child__poll(struct child *child);

/* Ask it to end (SIGTERM), then make it (SIGKILL) after `grace_ms`, both through the keeper. */
void child__end(struct child *child, int grace_ms, struct keeper *keeper);

#endif
